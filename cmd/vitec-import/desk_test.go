package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"vitec-import/cmd/vitec-import/desk"
	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
	"vitec-import/vitec/sandbox"
)

// visitor is a browser without scripts in front of the desk.
type visitor struct {
	*http.Client
	t     *testing.T
	base  string // http://127.0.0.1:PORT
	first string // the address that was printed
	out   *output
	ended chan int
	stop  chan struct{}

	visited []string // the addresses of all pages
	dir     string   // the list's folder
}

// deskWorld is a world with a state directory of its own.
func deskWorld(t *testing.T, lang words.Language) world {
	t.Helper()
	state := t.TempDir()
	return world{
		getenv: func(name string) string {
			switch name {
			case "XDG_STATE_HOME", "LOCALAPPDATA", "HOME":
				return state
			case "VITEC_IMPORT_LANG":
				return string(lang)
			}
			return ""
		},
		keychain: &chain{kept: map[string]string{}},
	}
}

// visitDesk runs open and comes in by the address that it prints.
func visitDesk(t *testing.T, w world, args ...string) *visitor {
	t.Helper()
	return visitWith(t, w, append([]string{"open", "--no-browser"}, args...)...)
}

// visitWith is visitDesk with all arguments.
func visitWith(t *testing.T, w world, args ...string) *visitor {
	t.Helper()
	v := &visitor{t: t, out: &output{}, ended: make(chan int, 1), stop: make(chan struct{})}
	w.stdout, w.stderr, w.stop = v.out, v.out, v.stop
	go func() { v.ended <- run(context.Background(), args, w) }()
	address := regexp.MustCompile(`http://127\.0\.0\.1:\d+/start\S*`)
	for deadline := time.Now().Add(20 * time.Second); v.first == ""; time.Sleep(5 * time.Millisecond) {
		if v.first = address.FindString(v.out.String()); v.first == "" && time.Now().After(deadline) {
			t.Fatalf("no address: %s", v.out.String())
		}
	}
	t.Cleanup(v.close)
	u, err := url.Parse(v.first)
	if err != nil {
		t.Fatal(err)
	}
	v.base = "http://" + u.Host
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	v.Client = &http.Client{Jar: jar}
	return v
}

// close ends the desk as Ctrl-C does.
func (v *visitor) close() {
	v.t.Helper()
	select {
	case <-v.stop:
	default:
		close(v.stop)
		select {
		case <-v.ended:
		case <-time.After(20 * time.Second):
			v.t.Error("the desk does not end")
		}
	}
}

// enter follows the first address to the page that it leads to.
func (v *visitor) enter() string {
	v.t.Helper()
	body := v.get(strings.TrimPrefix(v.first, v.base))
	next := regexp.MustCompile(`url=([^"]*)"`).FindStringSubmatch(body)
	if next == nil {
		v.t.Fatalf("the first address leads nowhere: %s", body)
	}
	return v.get(next[1])
}

func (v *visitor) do(r *http.Request) (*http.Response, string) {
	v.t.Helper()
	answer, err := v.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer answer.Body.Close()
	v.visited = append(v.visited, answer.Request.URL.String())
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return answer, string(body)
}

func (v *visitor) request(method, path string, body io.Reader) *http.Request {
	v.t.Helper()
	r, err := http.NewRequest(method, v.base+path, body)
	if err != nil {
		v.t.Fatal(err)
	}
	if method == "POST" {
		r.Header.Set("Origin", v.base)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return r
}

func (v *visitor) get(path string) string {
	v.t.Helper()
	_, body := v.do(v.request("GET", path, nil))
	return body
}

// post sends a form, and returns where it led to and the page there.
func (v *visitor) post(path string, form ...string) (at, body string) {
	v.t.Helper()
	values := url.Values{}
	for i := 0; i < len(form); i += 2 {
		values.Add(form[i], form[i+1])
	}
	answer, body := v.do(v.request("POST", path, strings.NewReader(values.Encode())))
	return answer.Request.URL.Path, body
}

// upload chooses a file in the browser.
func (v *visitor) upload(name string, content []byte) (at, body string) {
	v.t.Helper()
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile("file", name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err != nil || m.Close() != nil {
		v.t.Fatal(err)
	}
	r := v.request("POST", "/lists", &form)
	r.Header.Set("Content-Type", m.FormDataContentType())
	answer, body := v.do(r)
	return answer.Request.URL.Path, body
}

// sees complains of every text that a page lacks, and of those behind "!" that it
// has.
func (v *visitor) sees(page string, texts ...string) {
	v.t.Helper()
	page = html.UnescapeString(page)
	for _, text := range texts {
		no, not := strings.CutPrefix(text, "!")
		if strings.Contains(page, no) == not {
			main := page[max(strings.Index(page, "<main"), 0):]
			v.t.Errorf("%q: the page has it: %v\n%s", no, not, main[:min(len(main), 3000)])
		}
	}
}

// deskList is a list with two viewings and four slots.
const deskList = `Namn;E-post;Mobil;Visning;Tid
Anna Ek;anna.ek@example.com;070-174 06 05;Storgatan 12;17:00
Bo Ek;bo.ek@example.com;070-174 06 06;Storgatan 12;17:30
Cilla Alm;cilla.alm@example.com;070-174 06 07;Sjövägen 4;11:00
David Berg;david.berg@example.com;070-174 06 08;Sjövägen 4;11:30
`

func writeList(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// Nobody but the browser that came with the secret is let in, and no form of
// another page.
func TestDeskKeepsOthersOut(t *testing.T) {
	t.Parallel()
	v := visitDesk(t, deskWorld(t, words.English))
	stranger := &visitor{Client: &http.Client{}, t: t, base: v.base}
	refused := func(why string, r *http.Request, by *visitor) {
		t.Helper()
		if answer, body := by.do(r); answer.StatusCode != http.StatusForbidden || strings.Contains(body, "<") {
			t.Errorf("%s: %d %s", why, answer.StatusCode, body)
		}
	}
	refused("no cookie", stranger.request("GET", "/", nil), stranger)
	refused("a wrong key", stranger.request("GET", "/start?key=GUESSED", nil), stranger)
	page := v.enter()
	v.sees(page, "Book a list of participants")
	refused("a second visit", stranger.request("GET", strings.TrimPrefix(v.first, v.base), nil), stranger)
	v.sees(v.enter(), "Book a list of participants") // the browser itself may come again

	rebound := v.request("GET", "/", nil)
	rebound.Host = "desk.example.com"
	refused("another name", rebound, v)
	named := v.request("GET", "/", nil)
	named.Host = strings.Replace(strings.TrimPrefix(v.base, "http://"), "127.0.0.1", "localhost", 1)
	refused("localhost", named, v)
	for why, header := range map[string][2]string{
		"a form of another page":         {"Origin", "http://evil.example.com"},
		"a form of no page":              {"Origin", "null"},
		"a form of another desk":         {"Origin", "http://127.0.0.1:1"},
		"a form that does not say whose": {"Origin", ""},
		"a form that the browser doubts": {"Sec-Fetch-Site", "same-site"},
	} {
		r := v.request("POST", "/quit", nil)
		r.Header.Set(header[0], header[1])
		if header[1] == "" {
			r.Header.Del(header[0])
		}
		refused(why, r, v)
	}
	answer, _ := v.do(v.request("GET", "/", nil))
	for name, want := range map[string]string{"Content-Security-Policy": "default-src 'none'", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin"} {
		if got := answer.Header.Get(name); !strings.Contains(got, want) {
			t.Errorf("%s: %q", name, got)
		}
	}
	if policy := answer.Header.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") {
		t.Errorf("the policy is %s", policy)
	}
	start, _ := v.do(v.request("GET", strings.TrimPrefix(v.first, v.base), nil))
	if c := start.Header.Get("Set-Cookie"); !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Strict") {
		t.Errorf("the cookie is %s", c)
	}
}

// A list that is chosen is shown as it was read, its columns are given to fields,
// and what comes out is the mapping beside it that init writes.
func TestDeskListAndColumns(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			path := writeList(t, "deltagare.csv", deskList)
			w := deskWorld(t, lang)
			v := visitDesk(t, w, path)
			page := v.enter()
			v.sees(page, "Anna Ek", "Sjövägen 4", lang.Say("Is this the list?"), lang.Say("%d rows", 4), `lang="`+string(lang)+`"`)
			id := regexp.MustCompile(`/lists/[A-Z2-7]{26}`).FindString(page)
			at, page := v.post(id + "/list")
			if at != id+"/columns" {
				t.Fatalf("at %s", at)
			}
			v.sees(page, `<option value="fullName" selected>`, `<option value="updatePerson.cellPhone" selected>`, lang.Say("First and last name"), "Anna", "anna.ek@example.com")
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), "mapping.yaml")); err == nil {
				t.Error("a mapping is written before anybody has said yes")
			}
			_, page = v.post(id+"/columns", "column0", "fullName", "column1", "updatePerson.email.emailAddress", "column2", "updatePerson.email.emailAddress")
			v.sees(page, lang.Say("the columns %q and %q are both given to %q", "E-post", "Mobil", lang.Say("E-mail address"))[:20], `role="alert"`)
			v.post(id+"/columns", "column2", "updatePerson.workPhone")
			src, err := os.ReadFile(filepath.Join(filepath.Dir(path), "mapping.yaml"))
			if err != nil {
				t.Fatal(err)
			}
			v.sees(string(src), "workPhone: Mobil", "{column: Namn, split: first}", "lookups:", `"17:00": "?"`, lang.Say("Write an id wherever there is a \"?\".")[:20], "!cellPhone: Mobil")

			// What is written by hand is shown, and kept.
			byHand := strings.Replace(string(src), "  updatePerson:\n", "  contactMessage: {computed: 'upper(column(\"Visning\"))'} # for Eva\n  updatePerson:\n", 1) + "\nskip: {column: Namn, is: Test}\n"
			if err := os.WriteFile(filepath.Join(filepath.Dir(path), "mapping.yaml"), []byte(byHand), 0o644); err != nil {
				t.Fatal(err)
			}
			page = v.get(id + "/columns")
			v.sees(page, "upper(column(", lang.Say("Rows that are left out"), `<option value="updatePerson.workPhone" selected>`)
			v.post(id+"/columns", "column2", "updatePerson.cellPhone")
			if src, err = os.ReadFile(filepath.Join(filepath.Dir(path), "mapping.yaml")); err != nil {
				t.Fatal(err)
			}
			want := strings.Replace(byHand, "    workPhone: Mobil\n", "", 1)
			want = strings.Replace(want, "\n  returnBookingId", "\n    cellPhone: Mobil\n  returnBookingId", 1)
			if string(src) != want {
				t.Errorf("the mapping is\n%s\nwant\n%s", src, want)
			}

			// The same after the desk was ended and begun again.
			v.close()
			v = visitDesk(t, w, path)
			v.sees(v.enter(), lang.Say("Which ids do they have in Vitec?"))
			v.sees(v.get(id+"/columns"), lang.Say("Also in the mapping, and kept as it is"))
		})
	}
}

// A file that is chosen in the browser is kept for its user alone, and the next
// one like it finds the mapping.
func TestDeskKeepsChosenFiles(t *testing.T) {
	t.Parallel()
	w := deskWorld(t, words.English)
	v := visitDesk(t, w)
	v.enter()
	at, page := v.upload(`C:\Users\eva\vecka 40.csv`, []byte(deskList))
	v.sees(page, "vecka 40.csv", "Anna Ek")
	v.post(strings.TrimSuffix(at, "list") + "columns")
	dir, err := w.deskDir()
	if err != nil {
		t.Fatal(err)
	}
	err = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil && info.Mode().Perm()&0o077 != 0 && filepath.Base(path) != "mapping.yaml" && filepath.Base(path) != "mapping.schema.json" {
			t.Errorf("%s can be read by others: %v", path, info.Mode())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	at, _ = v.upload("vecka 41.csv", []byte(deskList))
	if !strings.HasSuffix(at, "/ids") { // it has a mapping already
		t.Errorf("the second list is at %s", at)
	}
	at, page = v.upload("other.csv", []byte("Kolumn;En annan\n1;2\n3;4\n"))
	if !strings.HasSuffix(at, "/list") {
		t.Errorf("another list is at %s\n%s", at, page)
	}
	for name, content := range map[string]string{"picture.xlsx": "\x89PNG\r\n\x1a\n....", "empty.csv": "", "~$vecka 40.xlsx": "\x04Eva"} {
		_, page := v.upload(name, []byte(content))
		v.sees(page, `role="alert"`, "Choose another file", "!vitec-import show")
	}
	// Where the program would ask for a flag, the page has a field.
	book := excelize.NewFile()
	for _, sheet := range []string{"Sheet1", "Lördag"} {
		if _, err := book.NewSheet(sheet); err != nil {
			t.Fatal(err)
		}
		for i, row := range strings.Split(strings.TrimSpace(deskList), "\n") {
			cells := strings.Split(row, ";")
			if err := book.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &cells); err != nil {
				t.Fatal(err)
			}
		}
	}
	var src bytes.Buffer
	if err := book.Write(&src); err != nil {
		t.Fatal(err)
	}
	at, page = v.upload("two sheets.xlsx", src.Bytes())
	v.sees(page, "Lördag", `name one with "Sheet of the workbook"`, "<details open>")
	_, page = v.post(at, "sheet", "Lördag")
	v.sees(page, `sheet "Lördag"`, "Anna Ek", "Yes, go on")
	v.sees(v.get("/"), "vecka 40.csv", "vecka 41.csv")
	if _, page := v.post("/lists"); !strings.Contains(page, "no file was chosen") {
		t.Errorf("nothing chosen: %s", page)
	}
}

// The button ends the desk.
func TestDeskEnds(t *testing.T) {
	t.Parallel()
	v := visitDesk(t, deskWorld(t, words.Swedish))
	v.enter()
	_, page := v.post("/quit")
	v.sees(page, words.Swedish.Say("The program is closed"))
	select {
	case code := <-v.ended:
		if code != 0 {
			t.Errorf("exit %d", code)
		}
		close(v.stop)
	case <-time.After(20 * time.Second):
		t.Error("the desk goes on")
	}
}

// deskMistakes is a list with two viewings, four slots, two mistakes and a double.
const deskMistakes = `Namn;E-post;Mobil;Visning;Tid
Anna Ek;anna.ek@example.com;070-174 06 05;Storgatan 12;17:00
Bo Ek;bo.ek(at)example.com;070-174 06 06;Storgatan 12;17:30
Cilla Alm;cilla.alm@example.com;070-174;Sjövägen 4;11:00
David Berg;david.berg@example.com;070-174 06 08;Sjövägen 4;11:30
Anna Ek;anna.ek@example.com;070-174 06 05;Storgatan 12;17:00
`

const (
	deskViewing1 = "VIS0123456789ABCDEF0123456789ABCDE1"
	deskViewing2 = "VIS0123456789ABCDEF0123456789ABCDE2"
	deskUser     = "kontoret"
	deskPassword = "Kanarie-Häst-0815"
)

// The whole way without scripts: a list with mistakes becomes bookings, one of them
// uncertain and settled, and everybody is booked once. The password is nowhere.
func TestDeskWholeWay(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			box := sandbox.New(sandbox.Config{
				Logins: []sandbox.Login{{Username: deskUser, Password: deskPassword}},
				Faults: []sandbox.Fault{sandbox.MustFault("500-after-commit:4")},
			})
			t.Cleanup(box.Close)
			path := writeList(t, "deltagare.csv", deskMistakes)
			w := deskWorld(t, lang)
			v := visitDesk(t, w, "--url", box.URL, path)
			page := v.enter()
			id := regexp.MustCompile(`/lists/[A-Z2-7]{26}`).FindString(page)
			v.post(id + "/list")
			at, page := v.post(id + "/columns")
			if at != id+"/ids" {
				t.Fatalf("at %s\n%s", at, page)
			}
			v.sees(page, "Storgatan 12", "Sjövägen 4", "17:30")
			_, page = v.post(id+"/ids", "customerId ", "M1 och M2", "viewingId Storgatan 12", deskViewing1)
			v.sees(page, lang.Say("%q is not an id", "M1 och M2"), `value="`+deskViewing1+`"`)
			at, page = v.post(id+"/ids", "customerId ", "M11385", "viewingId Storgatan 12", deskViewing1, "viewingId Sjövägen 4", deskViewing2,
				"timeSlotId 17:00", "TS1", "timeSlotId 17:30", "TS2", "timeSlotId 11:00", "TS3", "timeSlotId 11:30", "TS4")
			if at != id+"/check" {
				t.Fatalf("at %s\n%s", at, page)
			}
			v.sees(page, "bo.ek(at)example.com", "Cilla Alm", "Storgatan 12 · 17:00", lang.Say("the same booking as row %d", 2), lang.Say("%d rows cannot be sent as they are", 2))
			_, page = v.post(id+"/check", "cell-3-1", "bo.ek@example.com", "was-3-1", "bo.ek(at)example.com", "cell-4-2", "070-174 06 07", "was-4-2", "070-174")
			corrected := "deltagare-" + lang.Say("corrected") + ".csv"
			v.sees(page, lang.Say("%d people are ready to be booked", 4), corrected)
			if src, err := os.ReadFile(path); err != nil || string(src) != deskMistakes {
				t.Errorf("her own file was changed: %v\n%s", err, src)
			}

			v.sees(v.get(id+"/run"), lang.Say("Log in first"))
			_, page = v.post(id+"/login", "username", deskUser)
			v.sees(page, lang.Say("a login has a user name and a password"))
			at, page = v.post(id+"/login", "username", deskUser, "password", deskPassword, "keep", "1")
			if at != id+"/trial" {
				t.Errorf("at %s", at)
			}
			v.sees(page, lang.Say("Try it"), "!"+deskPassword)
			v.post(id + "/trial")
			v.until(id+"/trial", lang.Say("The trial has ended"))
			if n := box.Counts().Requests; n > 0 {
				t.Errorf("the trial has made %d requests", n)
			}
			if real := (deskCalls{&w, &openFlags{target: targetFlags{url: defaultTarget}}}); !real.isNew(context.Background()) {
				t.Error("a ledger that only a trial has used is taken for one that knows who is booked")
			}
			page = v.get(id + "/run")
			v.sees(page, lang.Say("Book %d people?", 4), box.URL)
			sum := regexp.MustCompile(`name="sum" value="([0-9a-f]+)"`).FindStringSubmatch(page)
			if sum == nil {
				t.Fatal(page)
			}
			v.post(id+"/run", "sum", "of another plan")
			v.until(id+"/run", lang.Say("the list, its mapping or what is booked has changed since you looked; nothing was sent"))
			v.post(id+"/run", "sum", sum[1])
			page = v.until(id+"/result", lang.Say("How the rows ended"))
			v.sees(page, lang.Say("Settle %d uncertain row", 1), "report.xlsx")
			if !strings.Contains(v.get("/runs/2/report.csv"), "Anna Ek") {
				t.Error("the report cannot be had")
			}

			page = v.get("/uncertain")
			row := regexp.MustCompile(`name="run" value="(\d+)"><input type="hidden" name="row" value="(\d+)"`).FindStringSubmatch(page)
			if row == nil {
				t.Fatal(page)
			}
			_, page = v.post("/uncertain", "run", row[1], "row", row[2], "answer", "booked", "id", "ja")
			v.sees(page, lang.Say("%q cannot be the id of a booking", "ja"))
			commits := box.Commits()
			_, page = v.post("/uncertain", "run", row[1], "row", row[2], "answer", "booked", "id", commits[len(commits)-1].BookingId)
			v.sees(page, lang.Say("No row is uncertain"))
			v.sees(v.get(id+"/result"), "!"+lang.Say("Settle %d uncertain row", 1))
			if c := box.Counts(); c.Commits != 4 || c.DoubleBookings != 0 || c.Requests != 4 {
				t.Errorf("the sandbox counts %+v", c)
			}
			if kept := w.keychain.(*chain).kept; len(kept) != 1 {
				t.Errorf("kept: %d logins", len(kept))
			}

			// The second week: two clicks, of which one opens the list.
			next := strings.NewReplacer("Anna Ek;anna.ek@", "Eva Dal;eva.dal@", "070-174 06 05", "070-174 06 10", "bo.ek(at)", "bo.ek@", "070-174;", "070-174 06 07;").Replace(deskMistakes)
			week2 := filepath.Join(filepath.Dir(path), "vecka 2.csv")
			if err := os.WriteFile(week2, []byte(next), 0o644); err != nil {
				t.Fatal(err)
			}
			v.close()
			v = visitDesk(t, w, "--url", box.URL, week2)
			page = v.enter()
			v.sees(page, lang.Say("%d person is ready to be booked", 1), lang.Say("Book %d person now", 1), lang.Say("booked already"))
			id = regexp.MustCompile(`/lists/[A-Z2-7]{26}`).FindString(page)
			v.post(id+"/run", "sum", regexp.MustCompile(`name="sum" value="([0-9a-f]+)"`).FindStringSubmatch(page)[1])
			v.until(id+"/result", lang.Say("How the rows ended"))
			if c := box.Counts(); c.Commits != 5 || c.DoubleBookings != 0 {
				t.Errorf("the sandbox counts %+v", c)
			}
			v.sees(v.get("/"), "deltagare-", "vecka 2.csv")
			state, err := w.stateDir()
			if err != nil {
				t.Fatal(err)
			}
			for _, root := range []string{state, filepath.Dir(path)} {
				err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
					if err != nil || d.IsDir() {
						return err
					}
					src, err := os.ReadFile(path)
					if bytes.Contains(src, []byte(deskPassword)) {
						t.Errorf("the password is in %s", path)
					}
					return err
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			if strings.Contains(v.out.String(), deskPassword) {
				t.Error("the password is printed")
			}
		})
	}
}

// until asks for a page until it has a text.
func (v *visitor) until(path, text string) string {
	v.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		page := html.UnescapeString(v.get(path))
		if strings.Contains(page, text) {
			return page
		}
		if time.Now().After(deadline) {
			v.t.Fatalf("%q does not come:\n%s", text, page)
		}
	}
}

// readyDesk is a desk before the page that books, of a list without problems.
func readyDesk(t *testing.T, w world, box *sandbox.Server, rows int) (v *visitor, id, path string) {
	t.Helper()
	return readyAt(t, w, box.URL, rows)
}

// readyAt is readyDesk for any server.
func readyAt(t *testing.T, w world, server string, rows int) (v *visitor, id, path string) {
	t.Helper()
	var list strings.Builder
	list.WriteString("Namn;E-post;Mobil;Visning;Tid\n")
	for i := range rows {
		fmt.Fprintf(&list, "%s Ek;anna%d@example.com;070-174 06 %02d;Storgatan 12;17:00\n", []string{"Anna", "Bo", "Cilla", "David"}[i%4]+strings.Repeat("a", i/4%200), i, i%95+5)
	}
	path = writeList(t, "deltagare.csv", list.String())
	v = visitDesk(t, w, "--url", server, path)
	id = regexp.MustCompile(`/lists/[A-Z2-7]{26}`).FindString(v.enter())
	v.post(id + "/list")
	v.post(id + "/columns")
	v.post(id+"/ids", "customerId ", "M11385", "viewingId Storgatan 12", deskViewing1, "timeSlotId 17:00", "TS1")
	v.post(id+"/login", "username", deskUser, "password", deskPassword)
	return v, id, path
}

// sum is the plan that a page shows.
func (v *visitor) sum(page string) string {
	v.t.Helper()
	found := regexp.MustCompile(`name="sum" value="([0-9a-f]+)"`).FindStringSubmatch(page)
	if found == nil {
		v.t.Fatalf("no plan: %s", page)
	}
	return found[1]
}

// Ctrl-C waits for the requests under way, says so, and leaves nobody uncertain; the
// stop button does the same, and the rest goes later.
func TestDeskDrains(t *testing.T) {
	t.Parallel()
	box := sandbox.New(sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault("latency=300ms")}})
	t.Cleanup(box.Close)
	w := deskWorld(t, words.English)
	v, id, path := readyDesk(t, w, box, 30)
	v.post(id+"/run", "sum", v.sum(v.get(id+"/run")))
	v.until(id+"/run", "1 booked")
	v.sees(v.get(id+"/run"), "http-equiv=\"refresh\"") // without scripts the page is loaded again
	v.sees(v.get(id+"/trial"), "People are being booked")
	if _, page := v.post(id+"/trial", "sum", ""); !strings.Contains(page, "People are being booked") {
		t.Error("a trial beside a run")
	}
	v.post(id + "/stop")
	v.until(id+"/result", "How the rows ended")
	first := box.Counts()
	if first.Commits == 0 || first.Commits == 30 || first.Commits != first.Requests {
		t.Errorf("stopped, the sandbox counts %+v", first)
	}
	page := v.get(id + "/check")
	v.post(id+"/run", "sum", v.sum(page))
	v.until(id+"/run", "1 booked")
	close(v.stop)
	if code := <-v.ended; code != 0 {
		t.Errorf("exit %d", code)
	}
	v.sees(v.out.String(), "the requests under way are waited for")
	if c := box.Counts(); c.Commits <= first.Commits || c.Commits == 30 || c.DoubleBookings != 0 {
		t.Errorf("ended, the sandbox counts %+v after %+v", c, first)
	}

	// The next time everything is where it was left, and the rest is sent.
	v = visitDesk(t, w, "--url", box.URL, path)
	page = v.enter()
	v.sees(page, "booked already")
	box.SetFaults()
	v.post(id+"/login", "username", deskUser, "password", deskPassword)
	v.post(id+"/run", "sum", v.sum(page))
	v.until(id+"/result", "How the rows ended")
	if c := box.Counts(); c.Commits != 30 || c.DoubleBookings != 0 {
		t.Errorf("in the end the sandbox counts %+v", c)
	}
}

// What can go wrong on the way is said, with a way on, and sends nothing twice.
func TestDeskTroubles(t *testing.T) {
	t.Parallel()
	box := sandbox.New(sandbox.Config{Logins: []sandbox.Login{{Username: deskUser, Password: "another"}}})
	t.Cleanup(box.Close)
	w := deskWorld(t, words.English)
	v, id, path := readyDesk(t, w, box, 8)
	sum := v.sum(v.get(id + "/run"))

	// The list is replaced while the desk is open.
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, bytes.Replace(src, []byte("Anna Ek"), []byte("Eva Dal"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	v.post(id+"/run", "sum", sum)
	v.until(id+"/run", "has changed since you looked; nothing was sent")

	// A nightly run has the ledger.
	ledgerPath, err := w.ledgerPath("")
	if err != nil {
		t.Fatal(err)
	}
	l, err := ledger.Open(context.Background(), ledgerPath, ledger.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	v.post(id+"/run", "sum", v.sum(v.get(id+"/run")))
	v.until(id+"/run", "a run is on, here or in another program")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}

	// A wrong password costs one request, and is forgotten.
	v.post(id+"/run", "sum", v.sum(v.get(id+"/run")))
	page := v.until(id+"/result", "How the rows ended")
	v.sees(page, "Log in again")
	if c := box.Counts(); c.Requests != 1 {
		t.Errorf("a wrong password costs %d requests", c.Requests)
	}
	v.sees(v.get(id+"/login"), "Vitec did not take the last login.")

	// There is no server.
	box.Close()
	v.post(id+"/login", "username", deskUser, "password", deskPassword)
	v.post(id+"/run", "sum", v.sum(v.get(id+"/run")))
	v.until(id+"/run", "0 of 8") // it tries again for a while
	v.post(id + "/stop")
	v.sees(v.until(id+"/result", "Ended early"), "Send what is left", "!--")

	// The list is gone.
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	v.sees(v.get(id+"/list"), `role="alert"`, "Choose another file")
	for _, step := range []string{"columns", "ids", "check", "trial", "run"} {
		v.sees(v.get(id+"/"+step), "there is no such file", id+"/list")
	}
	v.sees(v.get("/lists/AAAAAAAAAAAAAAAAAAAAAAAAAA/check"), "this list is not here any more")
	v.sees(v.get("/runs/99"), `role="alert"`)
}

// Messages to people are agreed to by their number.
func TestDeskMessages(t *testing.T) {
	t.Parallel()
	box := sandbox.New(sandbox.Config{})
	t.Cleanup(box.Close)
	v, id, path := readyDesk(t, deskWorld(t, words.English), box, 3)
	file := filepath.Join(filepath.Dir(path), "mapping.yaml")
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, bytes.Replace(src, []byte("  returnBookingId:"), []byte("  smsConfirmation: {value: true}\n  returnBookingId:"), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	page := v.get(id + "/run")
	v.sees(page, "3 messages would be sent to people.")
	for _, typed := range []string{"", "2", "30"} {
		_, page := v.post(id+"/run", "sum", v.sum(page), "messages", typed)
		v.sees(page, "the number of messages is not right, and nothing was sent")
	}
	if n := box.Counts().Requests; n != 0 {
		t.Errorf("%d requests without a yes", n)
	}
	v.post(id+"/run", "sum", v.sum(page), "messages", "3")
	v.until(id+"/result", "How the rows ended")
	if n := box.Counts().Commits; n != 3 {
		t.Errorf("%d bookings", n)
	}
}

// 20 000 rows: every page within a second, once the list was read.
func TestDeskManyRows(t *testing.T) {
	t.Parallel()
	box := sandbox.New(sandbox.Config{})
	t.Cleanup(box.Close)
	w := deskWorld(t, words.English)
	v, id, path := readyDesk(t, w, box, 20_000)
	pages := func() {
		for _, step := range []string{"list", "columns", "ids", "check", "login", "trial", "run"} {
			begun := time.Now()
			page := v.get(id + "/" + step)
			took := time.Since(begun)
			t.Logf("%s: %v, %d bytes", step, took, len(page))
			if took > 3*time.Second || len(page) > 1<<20 { // a second on a machine that does nothing else
				t.Errorf("%s takes %v and has %d bytes", step, took, len(page))
			}
		}
	}
	pages()
	v.close()

	// The same as a workbook, with the mapping that is there already.
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	book := excelize.NewFile()
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	row := 1
	for line := range strings.Lines(string(src)) {
		var cells []any
		for cell := range strings.SplitSeq(strings.TrimSpace(line), ";") {
			cells = append(cells, cell)
		}
		if err := sheet.SetRow(fmt.Sprint("A", row), cells); err != nil {
			t.Fatal(err)
		}
		row++
	}
	path = strings.TrimSuffix(path, ".csv") + ".xlsx"
	if err := errors.Join(sheet.Flush(), book.SaveAs(path), book.Close()); err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	v = visitDesk(t, w, "--url", box.URL, path)
	page := v.enter()
	t.Logf("first reading of the workbook: %v", time.Since(begun))
	id = regexp.MustCompile(`/lists/[A-Z2-7]{26}`).FindString(page)
	pages()
}

// What was chosen in the browser and not opened since a day is purged.
func TestDeskPurge(t *testing.T) {
	t.Parallel()
	w := deskWorld(t, words.English)
	v := visitDesk(t, w)
	v.enter()
	v.upload("old.csv", []byte(deskList))
	v.close()
	dir, err := w.deskDir()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := desk.Purge(dir, time.Now().Add(-time.Hour), nil); n != 0 || err != nil {
		t.Errorf("%d lists purged: %v", n, err)
	}
	if n, err := desk.Purge(dir, time.Now().Add(time.Hour), nil); n != 1 || err != nil {
		t.Errorf("%d lists purged: %v", n, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 0 {
		t.Errorf("left: %v, %v", entries, err)
	}
}

// Rows that Vitec refuses are corrected and sent again, from the page of the result;
// only they are.
func TestDeskCorrections(t *testing.T) {
	t.Parallel()
	box := sandbox.New(sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault("400:2")}})
	t.Cleanup(box.Close)
	v, id, _ := readyDesk(t, deskWorld(t, words.English), box, 4)
	v.post(id+"/run", "sum", v.sum(v.get(id+"/run")))
	v.sees(v.until(id+"/result", "How the rows ended"), "Correct the rows that were refused")
	at, page := v.post("/runs/1/correct")
	v.sees(page, "Refused the last time", "anna1@example.com", "!anna0@example.com")
	cell := regexp.MustCompile(`name="(cell-\d+-\d+)" value="anna1@example.com"`).FindStringSubmatch(page)
	if cell == nil {
		t.Fatal(page)
	}
	_, page = v.post(at, cell[1], "anna.one@example.com", strings.Replace(cell[1], "cell", "was", 1), "anna1@example.com")
	v.sees(page, "anna.one@example.com", "1 person is ready to be booked")
	id = strings.TrimSuffix(at, "/check")
	v.post(id+"/run", "sum", v.sum(page))
	v.until(id+"/result", "How the rows ended")
	if c := box.Counts(); c.Commits != 4 || c.Requests != 5 || c.DoubleBookings != 0 {
		t.Errorf("the sandbox counts %+v", c)
	}
}

// Vitec tells the ids of an estate's viewings, once there is a login.
func TestDeskFetchesIds(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time {
		when, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	box := sandbox.New(sandbox.Config{
		Logins: []sandbox.Login{{Username: deskUser, Password: deskPassword}},
		Viewings: []sandbox.Viewing{{CustomerId: "M11385", ViewingId: deskViewing1, EstateId: "OBJ1", Slots: []sandbox.Slot{
			{TimeSlotId: "TS1", Start: at("2026-12-10T17:00:00+01:00"), End: at("2026-12-10T17:30:00+01:00")},
			{TimeSlotId: "TS2", Start: at("2026-12-10T17:30:00+01:00"), End: at("2026-12-10T18:00:00+01:00")},
		}}},
	})
	t.Cleanup(box.Close)
	w := deskWorld(t, words.English)
	v := visitDesk(t, w, "--url", box.URL, writeList(t, "deltagare.csv", "Namn;E-post;Visning;Tid\nAnna Ek;anna@example.com;2026-12-10 17:00;17:00\nBo Alm;bo@example.com;2026-12-10 17:00;17:30\n"))
	id := regexp.MustCompile(`/lists/[A-Z2-7]{26}`).FindString(v.enter())
	v.post(id + "/list")
	v.post(id + "/columns")
	_, page := v.post(id+"/ids", "estate", "OBJ1")
	v.sees(page, "the id of the office has to be known first")
	_, page = v.post(id+"/ids", "customerId ", "M11385", "estate", "OBJ1")
	v.sees(page, "Vitec tells its viewings only with a login")
	where, _ := v.post(id+"/login", "username", deskUser, "password", deskPassword)
	if where != id+"/ids" {
		t.Errorf("after the login at %s", where)
	}
	_, page = v.post(id+"/ids", "estate", "OBJ2")
	v.sees(page, `role="alert"`)
	_, page = v.post(id+"/ids", "estate", "OBJ1")
	v.sees(page, "3 ids were filled in.", `value="`+deskViewing1+`"`, `value="TS2"`)
	where, _ = v.post(id + "/ids")
	if where != id+"/check" {
		t.Errorf("at %s", where)
	}
}

// The program is killed in the middle of a run: the next time it says what was going
// on, and what is uncertain.
func TestDeskAfterAKill(t *testing.T) {
	t.Parallel()
	box := sandbox.New(sandbox.Config{})
	t.Cleanup(box.Close)
	w := deskWorld(t, words.English)
	v, _, path := readyDesk(t, w, box, 3)
	v.close()
	ctx := context.Background()
	where, err := w.ledgerPath("")
	if err != nil {
		t.Fatal(err)
	}
	// A run that has begun one row when its process is gone: its ledger is closed
	// without an end.
	l, err := ledger.Open(ctx, where, ledger.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	c := deskCalls{&w, &openFlags{target: targetFlags{url: box.URL}}}
	src, err := c.plan(ctx, desk.Input{Path: path, Mapping: filepath.Join(filepath.Dir(path), "mapping.yaml")}, false)
	if err != nil {
		t.Fatal(err)
	}
	var rows []ledger.Row
	src.Job.Planned = func(r ledger.Row) error {
		rows = append(rows, r)
		return nil
	}
	if _, err := src.Job.Check(ctx); err != nil {
		t.Fatal(err)
	}
	info := src.Job.File.Info()
	run, err := l.StartRun(ctx, ledger.RunInfo{Target: "https://connect.example.com", StartedAt: time.Now(), Input: ledger.Input{Path: path, Name: info.Name, SHA256: info.SHA256, Format: "csv", HeaderRow: 1}}, func(yield func(ledger.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Begin(ctx, ledger.Submission{Index: 0, Keys: rows[0].Keys, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(src.Close(), l.Close()); err != nil {
		t.Fatal(err)
	}
	v = visitDesk(t, w, "--url", box.URL)
	page := v.enter()
	v.sees(page, "The run of deltagare.csv", "was cut off", "1 uncertain, 2 not sent", "Some rows may be booked, and nobody has settled them.")
	v.sees(v.get("/uncertain"), "1 row is uncertain", "run 1, row 2")
}

// A page keeps the desk open as long as it is there.
func TestDeskTabs(t *testing.T) {
	t.Parallel()
	v := visitDesk(t, deskWorld(t, words.English))
	v.enter()
	answer, err := v.Do(v.request("GET", "/open", nil))
	if err != nil {
		t.Fatal(err)
	}
	if got := answer.Header.Get("Content-Type"); got != "text/event-stream" {
		t.Errorf("the page's connection is %s", got)
	}
	if err := answer.Body.Close(); err != nil {
		t.Fatal(err)
	}
	select {
	case <-v.ended: // a page that is loaded again would find nobody
		t.Error("the desk ended at once")
	case <-time.After(300 * time.Millisecond):
	}
}

// The corrections are found again with the person's own file, as long as that is the
// one that was corrected.
func TestDeskFindsCorrections(t *testing.T) {
	t.Parallel()
	w, path := deskWorld(t, words.English), writeList(t, "deltagare.csv", deskMistakes)
	v := visitDesk(t, w, path)
	id := regexp.MustCompile(`/lists/[A-Z2-7]{26}`).FindString(v.enter())
	v.post(id + "/columns")
	v.post(id+"/ids", "customerId ", "M11385", "viewingId Storgatan 12", deskViewing1, "viewingId Sjövägen 4", deskViewing2,
		"timeSlotId 17:00", "TS1", "timeSlotId 17:30", "TS2", "timeSlotId 11:00", "TS3", "timeSlotId 11:30", "TS4")
	v.post(id+"/check", "cell-3-1", "bo.ek@example.com", "was-3-1", "bo.ek(at)example.com")
	v.close()
	v = visitDesk(t, w, path)
	v.sees(v.enter(), "deltagare-corrected.csv", "1 row cannot be sent as it is")
	v.close()
	if err := os.WriteFile(path, []byte(deskList+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	v = visitDesk(t, w, path)
	v.sees(v.enter(), "!deltagare-corrected.csv", "4 people are ready to be booked")
}

// A proxy that refuses is no answer of Vitec's: it is told, and nothing was sent.
func TestDeskProxy(t *testing.T) {
	var asked atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(proxy.Close)
	t.Setenv("HTTPS_PROXY", proxy.URL)
	v, id, _ := readyAt(t, deskWorld(t, words.English), "https://vitec.example.com", 8)
	v.post(id+"/run", "sum", v.sum(v.get(id+"/run")), "new", "1")
	v.sees(v.until(id+"/result", "How the rows ended"), "a proxy in it lets nothing through from here", "!HTTPS_PROXY")
	if n := asked.Load(); n != 1 {
		t.Errorf("the proxy was asked %d times", n)
	}
}

// A list that ends in the middle of a row is told of before anything is sent, and can
// be booked by whoever has looked.
func TestDeskCutList(t *testing.T) {
	t.Parallel()
	box := sandbox.New(sandbox.Config{})
	t.Cleanup(box.Close)
	v, id, path := readyDesk(t, deskWorld(t, words.English), box, 3)
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	// The fourth row is half there.
	if err := os.WriteFile(path, append(src, "David Alm;david@example.com;070-174 06 09;Storgatan 12;\"17:00"...), 0o644); err != nil {
		t.Fatal(err)
	}
	page := v.get(id + "/check")
	v.sees(page, "The file ends in the middle of row 5: it may be half copied.")
	_, page = v.post(id+"/check", "skip", "1")
	v.post(id+"/run", "sum", v.sum(page), "new", "1")
	v.until(id+"/result", "How the rows ended")
	if n := box.Counts().Commits; n != 3 {
		t.Errorf("%d bookings", n)
	}
}
