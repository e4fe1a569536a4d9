// Package page shows a sandbox in a browser: viewings and time slots with their
// places, who was booked, requests with their answers, messages that would have
// gone out, and a form that sends one request by hand. It shows all that the
// sandbox remembers to whoever can reach it, without a login. It asks no other
// host for anything, and needs scripts only for the form and for following the
// sandbox as it changes.
package page

import (
	"bytes"
	"cmp"
	"embed"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/language"

	"vitec-import/vitec"
	"vitec-import/vitec/sandbox"
)

// A Say says an English format with its arguments in a language, "en" or "sv".
type Say func(language, format string, args ...any) string

//go:embed page.html page.css page.js icon.svg sample
var files embed.FS

// policy lets the page use its own files and nothing else.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"

// What the page shows at most, the newest of each.
const (
	maxItems = 25  // bookings, requests, messages
	maxSlots = 120 // time slots

	maxSearched = 1000 // the bookings among which messages are looked for
)

// Mount adds the page to a sandbox, at / and below /_sandbox/page/, and the
// sandbox's control, which the page asks whether anything has changed.
func Mount(s *sandbox.Server, say Say) {
	s.Control()
	tmpl := template.Must(template.New("page.html").Funcs(view{say: say}.functions()).ParseFS(files, "page.html"))
	s.Handle("GET /{$}", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		v := view{Lang: chooseLanguage(r), say: say, Host: r.Host}
		v.look(s)
		var b bytes.Buffer
		if err := template.Must(tmpl.Clone()).Funcs(v.functions()).Execute(&b, &v); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		w.Header().Set("Vary", "Accept-Language")
		send(w, "text/html; charset=utf-8", b.Bytes())
	}))
	for name, contentType := range map[string]string{"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"} {
		s.Handle("GET /_sandbox/page/"+name, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			send(w, contentType, []byte(file(name)))
		}))
	}
}

func send(w http.ResponseWriter, contentType string, b []byte) {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Security-Policy", policy)
	h.Set("Referrer-Policy", "no-referrer")
	_, _ = w.Write(b) // fails only when the browser has gone
}

// Style is the style of the page, which the program's other pages share.
func Style() []byte { return []byte(file("page.css")) }

func file(name string) string {
	b, err := files.ReadFile(name)
	if err != nil {
		panic(err) // it is compiled in
	}
	return string(b)
}

// chooseLanguage returns the language that the address asks for, else the best
// of those that the browser's user reads.
func chooseLanguage(r *http.Request) string {
	matcher := language.NewMatcher([]language.Tag{language.English, language.Swedish})
	_, i := language.MatchStrings(matcher, r.URL.Query().Get("lang"), r.Header.Get("Accept-Language"))
	return [...]string{"en", "sv"}[i]
}

// view is what the template shows.
type view struct {
	Lang, Host string
	say        Say

	sandbox.Counts
	Config   sandbox.Config
	Faults   []sandbox.Fault
	Answers  []chip
	Slots    []sandbox.SlotState
	More     int // slots that are not shown
	Bookings []sandbox.Commit
	Requests []sandbox.Request
	Letters  []letter
	First    vitec.Target // what the form is filled in with
	Username string
}

type chip struct {
	Status, Count int
}

// letter is a message with whom it is for.
type letter struct {
	sandbox.Message
	Commit sandbox.Commit
}

// look takes a picture of the sandbox. Its parts are taken one after the other,
// so it may hold a booking whose request does not know of it yet.
func (v *view) look(s *sandbox.Server) {
	v.Counts, v.Config, v.Faults = s.Counts(), s.Config(), s.Faults()
	for _, status := range slices.Sorted(maps.Keys(v.Statuses)) {
		v.Answers = append(v.Answers, chip{status, v.Statuses[status]})
	}
	v.Slots = s.Slots()
	v.More = max(len(v.Slots)-maxSlots, 0)
	v.Slots = v.Slots[:len(v.Slots)-v.More]
	commits, requests := s.Newest(maxSearched)
	slices.Reverse(commits)
	slices.Reverse(requests)
	v.Bookings = commits[:min(len(commits), maxItems)]
	v.Requests = requests
	v.Requests = v.Requests[:min(len(v.Requests), maxItems)]
	for _, c := range commits {
		for _, m := range c.Messages {
			if len(v.Letters) < maxItems {
				v.Letters = append(v.Letters, letter{m, c})
			}
		}
	}
	v.First = vitec.Target{CustomerId: "M1", ViewingId: "VIS1", TimeSlotId: "TS1"}
	if len(v.Config.Viewings) > 0 && len(v.Slots) > 0 {
		v.First = v.Slots[0].Target
	}
	v.Username = "user"
	if len(v.Config.Logins) > 0 {
		v.Username = v.Config.Logins[0].Username
	}
}

// functions are what the template can call.
func (v view) functions() template.FuncMap {
	say := func(format string, args ...any) string { return v.say(v.Lang, format, args...) }
	return template.FuncMap{
		"say": say, "plural": plural, "number": number, "short": short, "pretty": pretty, "person": person,
		"class":  statusClass,
		"sample": func(name string) string { return file("sample/" + name) },
		"fields": func(c sandbox.Commit) []field { return fields(c, say) },
		"status": func(status int) string { return strings.TrimSpace(fmt.Sprint(status, " ", http.StatusText(status))) },
		"clock":  func(t time.Time) string { return t.Local().Format("15:04:05") },
		"moment": func(t time.Time) string { return t.Local().Format("2006-01-02 15:04") },
		"took":   func(d time.Duration) string { return fmt.Sprintf("%d ms", d.Round(time.Millisecond).Milliseconds()) },
		"past":   func(t time.Time) bool { return t.Before(time.Now()) },
		"sum":    func(a, b int) int { return a + b },
		"ended":  func(r sandbox.Request) bool { return r.Status != 0 || r.Duration != 0 },
		"messages": func(m map[sandbox.MessageKind]int) (n int) {
			for _, k := range m {
				n += k
			}
			return n
		},
		"kind": func(k sandbox.MessageKind) string {
			switch k {
			case sandbox.SMSConfirmation:
				return say("SMS confirmation")
			case sandbox.MailConfirmation:
				return say("E-mail confirmation")
			}
			return say("SMS reminder")
		},
	}
}

type field struct{ Path, Value string }

// fields are what a booking's request said, as the server understood it.
func fields(c sandbox.Commit, say func(string, ...any) string) (list []field) {
	for _, f := range vitec.Fields() {
		v, ok := f.Get(&c.Body)
		if !ok {
			continue
		}
		text := fmt.Sprint(v)
		switch v := v.(type) {
		case bool:
			text = say("no")
			if v {
				text = say("yes")
			}
		case []string:
			text = strings.Join(v, ", ")
		case time.Time:
			text = v.Format(time.RFC3339Nano)
		}
		list = append(list, field{f.Path, text})
	}
	return list
}

// plural is the format for n things, in either language.
func plural(n int, one, other string) string {
	if n == 1 {
		return one
	}
	return other
}

// number writes n with narrow spaces between the thousands.
func number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// short is an id as it fits into a line: the beginning and the end of a long one.
func short(id string) string {
	if r := []rune(id); len(r) > 16 {
		return string(r[:6]) + "\u2060…\u2060" + string(r[len(r)-4:]) // joined: no line ends there
	}
	return id
}

func person(c sandbox.Commit) string {
	p := &c.Body.UpdatePerson
	return cmp.Or(strings.TrimSpace(strings.TrimSpace(p.FirstName)+" "+strings.TrimSpace(p.LastName)), c.ContactId)
}

// pretty puts JSON on several lines.
func pretty(text string) string {
	var out bytes.Buffer
	if json.Indent(&out, []byte(text), "", "  ") == nil {
		return out.String()
	}
	return strings.ToValidUTF8(text, "\ufffd")
}

// statusClass is the colour of a status.
func statusClass(status int) string {
	switch {
	case status == 0 || status >= 500:
		return "lost"
	case status == http.StatusTooManyRequests:
		return "wait"
	case status >= 300:
		return "bad"
	}
	return "good"
}
