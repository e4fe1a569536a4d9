package page_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"

	"vitec-import/reports/words"
	"vitec-import/vitec/sandbox"
	"vitec-import/vitec/sandbox/page"
)

func say(language, format string, args ...any) string {
	return words.Language(language).Say(format, args...)
}

// start runs a sandbox with its page.
func start(t *testing.T, c sandbox.Config) *sandbox.Server {
	t.Helper()
	c.Texts = true
	srv := sandbox.New(c)
	t.Cleanup(srv.Close)
	page.Mount(srv, say)
	return srv
}

// book sends a booking for the n-th of the tests' people, who wants a message.
func book(t *testing.T, srv *sandbox.Server, n int) int {
	t.Helper()
	body := fmt.Sprintf(`{"updatePerson":{"customerId":"M1","firstName":"Test","lastName":"Nr %d","cellPhone":"070-17406%02d"},"smsConfirmation":true}`, n, n%95+5)
	r := httptest.NewRequest("POST", "/Viewing/M1/VIS1/TS1/Participant", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth("user", "secret-password")
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)
	return w.Code
}

// get asks for the page. header are pairs.
func get(t *testing.T, srv http.Handler, path string, header ...string) (status int, body string) {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// has complains of every text that a page lacks.
func has(t *testing.T, page string, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !strings.Contains(page, s) {
			t.Errorf("the page has no %q", s)
		}
	}
}

func TestPage(t *testing.T) {
	srv := start(t, sandbox.Config{
		Logins: []sandbox.Login{{Username: "user", Password: "secret-password"}},
		Viewings: []sandbox.Viewing{{CustomerId: "M1", ViewingId: "VIS1", Slots: []sandbox.Slot{
			{TimeSlotId: "TS1", Places: 3, Taken: 1}, {TimeSlotId: "TS2"},
		}}}, Faults: []sandbox.Fault{sandbox.MustFault("500-after-commit:2")}})
	_, p := get(t, srv, "/")
	has(t, p, "No requests yet", "It has 1 viewing.", "1 login is accepted.", `value="M1"`, "TS2", "500-after-commit:2")
	for n, status := range []int{200, 500, 200} {
		if got := book(t, srv, n%2); got != status {
			t.Fatalf("booking %d: %d", n, got)
		}
	}
	status, p := get(t, srv, "/", "Accept-Language", "en")
	has(t, p, "3 bookings from 3 requests", "of 3 places taken: full", "booked 2 times", "Test Nr 1", "500 Internal Server Error × 1",
		"SMS confirmation × 3", "070-1740606", "Ett fel har inträffat", "1 booking is of somebody who had that time slot already.")
	if status != 200 || strings.Contains(p, "secret-password") || strings.Contains(p, "Authorization") {
		t.Errorf("%d, or the page shows a password", status)
	}
	_, p = get(t, srv, "/?lang=sv")
	has(t, p, "3 bokningar av 3 anrop", "bokad 2 gånger", "Testformulär", "Bekräftelse via SMS")
}

func TestLanguage(t *testing.T) {
	srv := start(t, sandbox.Config{})
	for _, tt := range []struct{ path, accept, want string }{
		{"/", "", "en"}, {"/", "sv-SE,sv;q=0.9,en;q=0.8", "sv"}, {"/", "sv-FI", "sv"}, {"/", "de,en;q=0.5", "en"}, {"/", "de", "en"},
		{"/", "en-GB,sv;q=0.9", "en"}, {"/", ";;;", "en"}, {"/?lang=sv", "en", "sv"}, {"/?lang=en", "sv", "en"}, {"/?lang=xx", "sv", "sv"},
		{"/?lang=%22%3E%3Cscript%3E", "sv", "sv"},
	} {
		status, p := get(t, srv, tt.path, "Accept-Language", tt.accept)
		if status != 200 || !strings.Contains(p, `<html lang="`+tt.want+`">`) {
			t.Errorf("%s for %q: %d, want %s", tt.path, tt.accept, status, tt.want)
		}
	}
}

// TestBounded: however much has happened, the page shows a bounded part of it.
func TestBounded(t *testing.T) {
	srv := start(t, sandbox.Config{})
	for n := range 300 {
		book(t, srv, n)
	}
	_, p := get(t, srv, "/")
	if len(p) > 300_000 || !strings.Contains(p, `id="b300"`) || strings.Contains(p, `id="b275"`) {
		t.Errorf("%d bytes", len(p))
	}
	has(t, p, "The newest 25 of 300.")
}

// TestForeign: what a person sends is a text, and other sites' pages see nothing.
func TestForeign(t *testing.T) {
	srv := start(t, sandbox.Config{})
	evil := `<script>alert(1)</script>`
	r := httptest.NewRequest("POST", "/Viewing/M1/VIS1/TS1/Participant", strings.NewReader(`{"updatePerson":{"customerId":"M1","firstName":"`+evil+`","cellPhone":"1"}}`))
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth(evil, "p")
	srv.ServeHTTP(httptest.NewRecorder(), r)
	if _, p := get(t, srv, "/"); strings.Contains(p, evil) || !strings.Contains(p, "&lt;script&gt;") {
		t.Error("a name is not escaped")
	}
	for _, path := range []string{"/", "/_sandbox/", "/_sandbox/requests", "/_sandbox/page/page.js"} {
		req, err := http.NewRequest("GET", srv.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host = "evil.example"
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusMisdirectedRequest {
			t.Errorf("%s for another host's name: %d", path, resp.StatusCode)
		}
	}
	r = httptest.NewRequest("POST", "/_sandbox/faults", strings.NewReader(`{"faults":["500"]}`))
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	if srv.ServeHTTP(w, r); w.Code != http.StatusForbidden || slices.ContainsFunc(srv.Faults(), func(f sandbox.Fault) bool { return f.String() == "500" }) {
		t.Errorf("another site's page was answered %d", w.Code)
	}
}

// TestSamples: the form's samples are the specification's own, and an invented
// person is booked in either format.
func TestSamples(t *testing.T) {
	for _, format := range []string{"json", "xml"} {
		ours, err := os.ReadFile("sample/specification." + format)
		if err != nil {
			t.Fatal(err)
		}
		if theirs, err := os.ReadFile("../../testdata/sample." + format); err != nil || !slices.Equal(ours, theirs) {
			t.Errorf("the %s sample is not the specification's (%v)", format, err)
		}
		person, err := os.ReadFile("sample/person." + format)
		if err != nil {
			t.Fatal(err)
		}
		srv := start(t, sandbox.Config{})
		r := httptest.NewRequest("POST", "/Viewing/M1/VIS1/TS1/Participant", strings.NewReader(string(person)))
		r.Header.Set("Content-Type", "application/"+format)
		r.SetBasicAuth("user", "")
		w := httptest.NewRecorder()
		if srv.ServeHTTP(w, r); w.Code != 200 || srv.Commits()[0].Body.UpdatePerson.LastName != "Lindqvist" {
			t.Errorf("%s: %d %s", format, w.Code, w.Body)
		}
	}
}
