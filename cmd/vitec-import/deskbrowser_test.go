package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"vitec-import/reports/words"
	"vitec-import/vitec/sandbox"
	"vitec-import/vitec/testenv"
)

// hand is a person in front of the desk, who clicks and types, or has a keyboard
// alone. It counts clicks and fields.
type hand struct {
	t        *testing.T
	ctx      context.Context
	keyboard bool
	count    int
	axe      string // "" = nobody looks for what keeps people out
	pictures string // the folder for pictures of every page; "" = none
	readme   string // what the README's pictures are called before their page; "" = they stay as they are
}

// sees waits for a condition of the page, whatever page that is meanwhile.
func (h *hand) sees(condition string) {
	h.t.Helper()
	for deadline := time.Now().Add(60 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		ok, err := chromedp.Run(h.ctx, chromedp.Evaluate[bool](`document.readyState === "complete" && !!(`+condition+`)`))
		if err == nil && ok {
			return
		}
		if time.Now().After(deadline) || h.ctx.Err() != nil {
			h.t.Fatalf("%s: %v\n%s", condition, err, testenv.Eval[string](h.t, h.ctx, `location.pathname + "\n" + document.body.innerText`))
		}
	}
}

// at waits for a step of the way.
func (h *hand) at(step string) { h.t.Helper(); h.sees(`location.pathname.endsWith("/` + step + `")`) }

// reach moves to an element as the keyboard does: forward, one after the other.
func (h *hand) reach(css string) {
	h.t.Helper()
	for range 200 {
		if testenv.Eval[bool](h.t, h.ctx, fmt.Sprintf(`document.activeElement === document.querySelector(%q)`, css)) {
			return
		}
		testenv.Do(h.t, h.ctx, chromedp.KeyEvent("\t"))
	}
	h.t.Fatalf("%s cannot be reached with the keyboard", css)
}

func (h *hand) click(css string) {
	h.t.Helper()
	h.count++
	if !h.keyboard {
		testenv.Do(h.t, h.ctx, chromedp.Click(chromedp.CSS(css)))
		return
	}
	h.reach(css)
	if ring := testenv.Eval[string](h.t, h.ctx, `getComputedStyle(document.activeElement).outlineStyle`); ring == "none" {
		h.t.Errorf("%s: the focus cannot be seen", css)
	}
	key := "\r"
	if strings.Contains(css, "#keep") {
		key = " "
	}
	testenv.Do(h.t, h.ctx, chromedp.KeyEvent(key))
}

func (h *hand) fill(css, text string) {
	h.t.Helper()
	h.count++
	if !h.keyboard {
		testenv.Do(h.t, h.ctx, chromedp.Clear(chromedp.CSS(css)), chromedp.SendKeys(chromedp.CSS(css), text))
		return
	}
	h.reach(css) // what is in a field is marked when it is reached
	testenv.Do(h.t, h.ctx, chromedp.KeyEvent(text))
}

// look takes pictures of a page on two screens, light and dark, and has axe look at
// it.
func (h *hand) look(name string) {
	h.t.Helper()
	if h.readme != "" && (name == "columns" || name == "check" || name == "check-corrected") {
		testenv.Do(h.t, h.ctx, chromedp.EmulateViewport(820, 600))
		picture, err := chromedp.Run(h.ctx, chromedp.CaptureScreenshot())
		if err == nil {
			err = os.WriteFile(h.readme+"-"+name+".png", small(h.t, picture), 0o644)
		}
		if err != nil {
			h.t.Fatal(err)
		}
	}
	if h.axe == "" && h.pictures == "" {
		return
	}
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1280, 390} {
			testenv.Scheme(h.t, h.ctx, scheme)
			testenv.Do(h.t, h.ctx, chromedp.EmulateViewport(width, 900))
			if h.axe != "" {
				testenv.Accessible(h.t, h.ctx, h.axe, width)
			}
			if h.pictures == "" {
				continue
			}
			picture, err := chromedp.Run(h.ctx, chromedp.FullScreenshot(100))
			if err == nil {
				err = os.WriteFile(filepath.Join(h.pictures, fmt.Sprintf("%s-%s-%d.png", name, scheme, width)), picture, 0o644)
			}
			if err != nil {
				h.t.Fatal(err)
			}
		}
	}
	testenv.Scheme(h.t, h.ctx, "light")
	testenv.Do(h.t, h.ctx, chromedp.EmulateViewport(1280, 900))
}

// small is a picture with its most frequent colours alone.
func small(t *testing.T, picture []byte) []byte {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(picture))
	if err != nil {
		t.Fatal(err)
	}
	counts, area := map[color.Color]int{}, full.Bounds()
	for y := range area.Dy() {
		for x := range area.Dx() {
			counts[full.At(x, y)]++
		}
	}
	colours := slices.SortedFunc(maps.Keys(counts), func(a, b color.Color) int { return counts[b] - counts[a] })
	few := image.NewPaletted(area, colours[:min(len(colours), 32)])
	draw.Draw(few, area, full, image.Point{}, draw.Src)
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, few); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// browseDesk opens the desk in a browser.
func browseDesk(t *testing.T, v *visitor) (*hand, func() []string) {
	t.Helper()
	u, err := url.Parse(v.first)
	if err != nil {
		t.Fatal(err)
	}
	ctx, noise := testenv.Browse(t, v.first, "http://"+u.Host+"/", 1280)
	h := &hand{t: t, ctx: ctx, pictures: os.Getenv("VITEC_IMPORT_TEST_PICTURES")}
	return h, noise
}

// The whole way in a browser, from a list with two viewings, four slots, two
// mistakes and a double to a settled, whole report: few clicks the first time and
// hardly any the second, with the mouse and with the keyboard alone. Everybody is
// booked once. With -update it makes the README's pictures anew.
func TestDeskBrowser(t *testing.T) {
	t.Parallel()
	for _, lang := range words.Languages {
		for _, keyboard := range []bool{false, true} {
			if keyboard != (lang == words.Swedish) && testenv.Sampled(1, 2) == 1 && !*update {
				continue // one of the two in each language
			}
			t.Run(fmt.Sprintf("%s keyboard %v", lang, keyboard), func(t *testing.T) {
				t.Parallel()
				box := sandbox.New(sandbox.Config{
					Logins: []sandbox.Login{{Username: deskUser, Password: deskPassword}},
					Faults: []sandbox.Fault{sandbox.MustFault("500-after-commit:4")},
				})
				t.Cleanup(box.Close)
				w, path := deskWorld(t, lang), writeList(t, "deltagare.csv", deskMistakes)
				args := []string{"--url", box.URL}
				if keyboard { // choosing a file is the browser's own dialog
					args = append(args, path)
				}
				v := visitDesk(t, w, args...)
				h, noise := browseDesk(t, v)
				if h.keyboard = keyboard; keyboard {
					h.pictures = ""
				} else if h.pictures != "" {
					h.pictures = filepath.Join(h.pictures, string(lang))
					if err := os.MkdirAll(h.pictures, 0o755); err != nil {
						t.Fatal(err)
					}
				}
				if !keyboard && *update {
					h.readme = filepath.Join("desk", "pictures", string(lang))
				}
				if !keyboard && os.Getenv("VITEC_IMPORT_TEST_AXE") != "" {
					h.axe = testenv.Axe(t)
				}
				if !keyboard {
					h.sees(`location.pathname === "/"`)
					h.look("home")
					h.count++
					testenv.Do(t, h.ctx, chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{path}))
				}
				wholeWay(h, box)
				if h.count > 25 {
					t.Errorf("it takes %d clicks and fields", h.count)
				}
				t.Logf("%d clicks and fields", h.count)
				if c := box.Counts(); c.Commits != 4 || c.DoubleBookings != 0 {
					t.Errorf("the sandbox counts %+v", c)
				}

				// The second week.
				week2 := filepath.Join(filepath.Dir(path), "vecka 2.csv")
				next := strings.NewReplacer("Anna Ek;anna.ek@", "Eva Dal;eva.dal@", "070-174 06 05", "070-174 06 10", "bo.ek(at)", "bo.ek@", "070-174;", "070-174 06 07;").Replace(deskMistakes)
				if err := os.WriteFile(week2, []byte(next), 0o644); err != nil {
					t.Fatal(err)
				}
				h.count = 0
				if keyboard {
					testenv.Do(t, h.ctx, chromedp.Navigate("about:blank")) // a page that is open asks for more
					v.close()
					v = visitDesk(t, w, "--url", box.URL, week2)
					testenv.Do(t, h.ctx, chromedp.Navigate(v.first))
				} else {
					h.count++
					testenv.Do(t, h.ctx, chromedp.Navigate(v.base+"/"), chromedp.SetUploadFiles(chromedp.CSS("#file"), []string{week2}))
				}
				h.at("check")
				h.look("second-week")
				h.click(".go .primary")
				h.at("result")
				if h.count > 3 {
					t.Errorf("the second week takes %d clicks", h.count)
				}
				if c := box.Counts(); c.Commits != 5 || c.DoubleBookings != 0 {
					t.Errorf("the sandbox counts %+v", c)
				}
				testenv.Do(t, h.ctx, chromedp.Navigate(v.base+"/"))
				h.look("home-again")
				for _, n := range noise() {
					// The page of the desk that was closed for the second week may ask for it once more.
					if !keyboard || !strings.HasPrefix(n, "request "+v.base+"/") && !strings.Contains(n, "ERR_CONNECTION_REFUSED") {
						t.Error("a page asked or complained: " + n)
					}
				}

				// With its last page the desk ends, or by its button.
				h.click(`form[action="/quit"] button`)
				h.sees(`document.querySelector("h1").textContent === ` + fmt.Sprintf("%q", lang.Say("The program is closed")))
				select {
				case code := <-v.ended:
					close(v.stop)
					if code != 0 {
						t.Errorf("exit %d", code)
					}
				case <-time.After(20 * time.Second):
					t.Error("the desk goes on")
				}
			})
		}
	}
}

// wholeWay goes from the page of a list that was just opened to a settled report.
func wholeWay(h *hand, box *sandbox.Server) {
	h.t.Helper()
	h.at("list")
	h.look("list")
	h.click(".actions .primary")
	h.at("columns")
	h.look("columns")
	h.click(".actions .primary")
	h.at("ids")
	h.look("ids")
	for i, id := range []string{"M11385", deskViewing1, deskViewing2, "TS1", "TS2", "TS3", "TS4"} {
		h.fill(fmt.Sprintf("#id%d", i), id)
	}
	h.click(".actions .primary")
	h.at("check")
	h.look("check")
	h.fill("#cell-3-1", "bo.ek@example.com")
	h.fill("#cell-4-2", "070-174 06 07")
	h.click("#check .primary")
	h.sees(`document.querySelector(".go .primary")`)
	h.look("check-corrected")
	h.click(".go .primary")
	h.at("login")
	h.look("login")
	h.fill("#username", deskUser)
	h.fill("#password", deskPassword)
	h.click("#keep")
	h.click(".actions .primary")
	h.at("trial")
	h.look("trial")
	h.click(".actions .primary")
	h.sees(`document.querySelector("#tried-title")`)
	h.look("trial-ended")
	if n := box.Counts().Requests; n > 0 {
		h.t.Errorf("the trial has made %d requests", n)
	}
	h.click(`a.primary`)
	h.at("run")
	h.look("run")
	h.click(".actions .primary")
	h.at("result")
	h.look("result")
	h.click(".todo .primary")
	h.at("uncertain")
	h.look("uncertain")
	commits := box.Commits()
	h.fill(".settle input[name=id]", commits[len(commits)-1].BookingId)
	h.click(".settle button[value=booked]")
	h.sees(`document.querySelector(".notes.good")`)
	h.look("settled")
}
