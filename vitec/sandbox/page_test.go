package sandbox_test

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"vitec-import/vitec"
	"vitec-import/vitec/sandbox"
)

// get asks a handler for a page. header are pairs.
func get(t testing.TB, srv http.Handler, path string, header ...string) (status int, body string) {
	t.Helper()
	w := ask(t, srv, "GET", path, "", header...)
	return w.Code, w.Body.String()
}

func ask(t testing.TB, srv http.Handler, method, path, body string, header ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)
	return w
}

// submit sends one of the page's forms.
func submit(t testing.TB, srv http.Handler, name string, fields ...string) *httptest.ResponseRecorder {
	t.Helper()
	q := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		q.Set(fields[i], fields[i+1])
	}
	return ask(t, srv, "POST", "/_sandbox/page/"+name, q.Encode(), "Sec-Fetch-Site", "same-origin")
}

// await waits for something that another goroutine brings about.
func await(t testing.TB, what string, there func() bool) {
	t.Helper()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	late := time.After(20 * time.Second)
	for !there() {
		select {
		case <-tick.C:
		case <-late:
			t.Fatalf("no %s", what)
		}
	}
}

// has complains of every text that a page lacks.
func has(t testing.TB, page string, texts ...string) {
	t.Helper()
	for _, s := range texts {
		if !strings.Contains(page, s) {
			t.Errorf("the page has no %q", s)
		}
	}
}

func TestPage(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Viewings: []sandbox.Viewing{{CustomerId: "M1", ViewingId: "VIS1", Slots: []sandbox.Slot{
		{TimeSlotId: "TS1", Places: 3, Taken: 1}, {TimeSlotId: "TS2"},
	}}}, Faults: []sandbox.Fault{sandbox.MustFault("500-after-commit:2")}})
	yes := true
	evil := person(1)
	evil.UpdatePerson.LastName = `<script>alert(1)</script>`
	evil.SMSConfirmation = &yes
	book(t, srv, home, evil)
	book(t, srv, home, person(2))
	book(t, srv, home, person(2))

	w := ask(t, srv, "GET", "/", "")
	page := w.Body.String()
	if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
		t.Fatalf("%d %v", w.Code, w.Header())
	}
	has(t, page, `<html lang="en">`, "<h1>3 bookings from 3 requests</h1>", "Test &lt;script&gt;alert(1)&lt;/script&gt;", "Test Nr 2",
		"1 booking is of somebody who had that time slot already.", "on 3 places: 1 too many", "1 of them before the first request",
		"500-after-commit:2", "SMS confirmation × 1", "070-1740606", "booked 2 times", "200 OK × 2", "500 Internal Server Error × 1", "updatePerson.cellPhone")
	for _, s := range []string{"secret-password", "dXNlcjpzZWNyZXQtcGFzc3dvcmQ", "<script>alert"} {
		if strings.Contains(page, s) {
			t.Errorf("the page has %q", s)
		}
	}
	for name, want := range map[string]string{
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
		"Cache-Control":           "no-store", "X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	// Nothing that the policy forbids, and nothing from elsewhere.
	if m := regexp.MustCompile(`(?i)<[^>]*\s(on[a-z]+|style)=|<style|<script>|(src|href|action)="(https?:)?//`).FindString(page); m != "" {
		t.Errorf("the page has %q", m)
	}
	if n := len(srv.Requests()); n != 3 {
		t.Errorf("%d requests: the page counts itself", n)
	}
	for _, file := range []string{"page.css", "page.js", "icon.svg"} {
		if status, b := get(t, srv, "/_sandbox/page/"+file); status != 200 || b == "" {
			t.Errorf("%s: %d", file, status)
		}
	}
	if status, _ := get(t, srv, "/_sandbox/page/overview.html"); status != 404 {
		t.Errorf("a template was answered %d", status)
	}
	if w := ask(t, srv, "HEAD", "/", ""); w.Code != 200 {
		t.Errorf("HEAD: %d", w.Code)
	}
}

func TestPageLanguage(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	for _, tt := range []struct{ path, accept, want string }{
		{"/", "", "en"},
		{"/", "sv-SE,sv;q=0.9,en;q=0.8", "sv"},
		{"/", "sv-FI", "sv"},
		{"/", "de,en;q=0.5", "en"},
		{"/", "de", "en"},
		{"/", "en-GB,sv;q=0.9", "en"},
		{"/", ";;;", "en"},
		{"/?lang=sv", "en", "sv"},
		{"/?lang=en", "sv", "en"},
		{"/?lang=xx", "sv", "sv"},
		{`/?lang="><script>`, "sv", "sv"},
	} {
		status, page := get(t, srv, tt.path, "Accept-Language", tt.accept)
		if status != 200 || !strings.Contains(page, `<html lang="`+tt.want+`">`) {
			t.Errorf("%s for %q: %d, want %s", tt.path, tt.accept, status, tt.want)
		}
	}
	_, page := get(t, srv, "/?lang=sv")
	has(t, page, "Inga anrop än", `<input type="hidden" name="lang" value="sv">`, "Testformulär")
}

// However much has happened, the page shows a bounded part of it.
func TestPageIsBounded(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	for n := range 300 {
		book(t, srv, vitec.Target{CustomerId: "M1", ViewingId: "VIS1", TimeSlotId: fmt.Sprint("TS", n%200)}, person(n))
	}
	_, page := get(t, srv, "/")
	if len(page) > 400_000 {
		t.Errorf("%d bytes", len(page))
	}
	has(t, page, "and 80 more time slots", `id="b300"`, `id="b276"`, `id="r276"`, "276–300 of 300")
	if strings.Contains(page, `id="b275"`) || strings.Contains(page, `id="r275"`) {
		t.Error("more than 25 bookings or requests")
	}
	older := regexp.MustCompile(`href="\./(\?bookings=275)#bookings"`).FindStringSubmatch(page)
	if older == nil {
		t.Fatal("no way to the older ones")
	}
	_, page = get(t, srv, "/"+older[1])
	has(t, page, `id="b275"`, `id="b251"`, `href="./#bookings"`, `href="./?bookings=250#bookings"`, `id="r300"`)
	if strings.Contains(page, `id="b276"`) {
		t.Error("the older bookings have newer ones among them")
	}
	_, page = get(t, srv, "/?requests=120")
	has(t, page, `id="r120"`, "The texts are kept for the newest requests only.")
	for _, query := range []string{"?bookings=-1", "?bookings=x", "?bookings=99999999999999999999", "?bookings=301"} {
		_, page = get(t, srv, "/"+query)
		has(t, page, `id="b300"`)
	}
}

func TestPageWithKeep(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Keep: 10})
	for n := range 50 {
		book(t, srv, home, person(n))
	}
	_, page := get(t, srv, "/")
	has(t, page, "50 bookings", `id="b50"`, `id="b41"`)
	_, page = get(t, srv, "/?bookings=20")
	has(t, page, "50 bookings", "Nobody yet.")
	_, page = get(t, srv, "/?customer=M1&viewing=VIS1&slot=TS1")
	has(t, page, `id="b50"`, "26–50 of 50")
}

func TestPageOfOneSlot(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	other := vitec.Target{CustomerId: "M1", ViewingId: "VIS+1", TimeSlotId: "TS=2"}
	for n := range 6 {
		to := home
		if n%3 == 2 {
			to = other
		}
		book(t, srv, to, person(n))
	}
	_, page := get(t, srv, "/")
	m := regexp.MustCompile(`href="\./(\?[^"]*slot=TS%3D2[^"]*)#bookings"`).FindStringSubmatch(page)
	if m == nil {
		t.Fatal("no way to the slot")
	}
	_, page = get(t, srv, "/"+html.UnescapeString(m[1]))
	has(t, html.UnescapeString(page), `id="b6"`, `id="b3"`, `class="selected"`, "On time slot TS=2 of viewing VIS+1", `<span class="no">2</span>`)
	if strings.Contains(page, `id="b5"`) {
		t.Error("a booking of another slot")
	}
	_, page = get(t, srv, "/?customer=M1&viewing=V&slot=none")
	has(t, page, "Nobody yet.")
}

// The part that changes is sent only when it has.
func TestLive(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	version := func() string {
		t.Helper()
		_, page := get(t, srv, "/_sandbox/page/live")
		m := regexp.MustCompile(`^\s*<div id="live" data-version="([^"]+)"`).FindStringSubmatch(page)
		if m == nil {
			t.Fatalf("no version in %.200s", page)
		}
		return m[1]
	}
	for _, change := range []struct {
		name string
		do   func()
	}{
		{"nothing", nil},
		{"a booking", func() { book(t, srv, home, person(1)) }},
		{"a refusal", func() { book(t, srv, home, vitec.AddNewViewingParticipant{}) }},
		{"a fault", func() {
			if err := srv.SetFaults(sandbox.MustFault("500")); err != nil {
				t.Fatal(err)
			}
		}},
		{"a reset", srv.Reset},
	} {
		seen := version()
		want := 204
		if change.do != nil {
			change.do()
			want = 200
		}
		if status, _ := get(t, srv, "/_sandbox/page/live?seen="+url.QueryEscape(seen)); status != want {
			t.Errorf("%s: %d", change.name, status)
		}
	}
}

// While a request is on its way, the page says so.
func TestPageWhileOnItsWay(t *testing.T) {
	srv := start(t, sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault("stall-after-commit")}})
	done := make(chan struct{})
	go func() {
		defer close(done)
		r, err := http.NewRequest("POST", srv.URL+"/Viewing/M1/VIS1/TS1/Participant", strings.NewReader(`{"updatePerson":{"customerId":"M1","cellPhone":"070-1740605"}}`))
		if err != nil {
			t.Error(err)
			return
		}
		r.Header.Set("Content-Type", "application/json")
		r.SetBasicAuth("user", "secret-password")
		tr := &http.Transport{}
		defer tr.CloseIdleConnections()
		if resp, err := tr.RoundTrip(r); err == nil {
			resp.Body.Close()
			t.Error("answered")
		}
	}()
	await(t, "commit", func() bool { return len(srv.Commits()) > 0 })
	_, page := get(t, srv, "/")
	has(t, page, "1 on its way", "on its way</b>", "It has not been answered yet.", "1 booking from 1 request")
	srv.Close()
	<-done
}

func TestPrivateHasNoPage(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Private: true})
	book(t, srv, home, person(1))
	for _, path := range []string{"/", "/_sandbox/page/live", "/_sandbox/page/page.js", "/_sandbox/requests"} {
		if status, body := get(t, srv, path); status != 404 || strings.Contains(body, "Nr 1") || !strings.Contains(body, "HTTP-resurs") {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if w := submit(t, srv, "reset"); w.Code != 404 || len(srv.Commits()) != 1 {
		t.Errorf("reset: %d", w.Code)
	}
}

// Over the loopback, only the loopback's own names lead to what the sandbox
// shows, whatever name a page of another site has bent to this address.
func TestHostNames(t *testing.T) {
	srv := start(t, sandbox.Config{})
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	status := func(method, path, host string) int {
		t.Helper()
		r, err := http.NewRequest(method, srv.URL+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = host
		resp, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
		return resp.StatusCode
	}
	for _, host := range []string{"localhost", "LOCALHOST:8080", "localhost.", "sandbox.localhost", "127.0.0.1", "127.9.9.9:80", "[::1]:8080", "[::1]", "[::ffff:127.0.0.1]:80"} {
		for _, path := range []string{"/", "/_sandbox/requests", "/_sandbox/page/live"} {
			if got := status("GET", path, host); got != 200 {
				t.Errorf("%s%s: %d", host, path, got)
			}
		}
	}
	for _, host := range []string{"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "169.254.0.1", "[::2]", "xlocalhost"} {
		for _, path := range []string{"/", "/_sandbox/", "/_sandbox/requests", "/_sandbox/page/live", "/_sandbox/page/page.js"} {
			if got := status("GET", path, host); got != http.StatusMisdirectedRequest {
				t.Errorf("%s%s: %d", host, path, got)
			}
		}
		if got := status("POST", "/Viewing/M1/V/T/Participant", host); got != 401 {
			t.Errorf("the API at %s: %d", host, got)
		}
	}
}

// A page of another site changes nothing.
func TestOtherSites(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault("429:1000+")}})
	book(t, srv, home, person(1))
	for _, header := range [][]string{
		{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}, {"Origin", "http://example.com:1"},
	} {
		for _, r := range []struct{ method, path, body string }{
			{"POST", "/_sandbox/page/try", "do=send&method=POST&customerId=M1&viewingId=V&timeSlotId=T&username=u&format=json&body={}"},
			{"POST", "/_sandbox/page/faults", "faults=500"},
			{"POST", "/_sandbox/page/faults", "none=1"},
			{"POST", "/_sandbox/page/reset", "x=1"},
			{"POST", "/_sandbox/reset", "x=1"},
			{"DELETE", "/_sandbox/faults", ""},
		} {
			if w := ask(t, srv, r.method, r.path, r.body, header...); w.Code != 403 {
				t.Errorf("%s %s with %v: %d", r.method, r.path, header, w.Code)
			}
		}
	}
	if len(srv.Requests()) != 1 || len(srv.Commits()) != 1 || len(srv.Faults()) != 1 {
		t.Error("something has changed")
	}
}

func TestFaultsForm(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	if w := submit(t, srv, "faults", "faults", "429:10%\r\n\r\n  answer=\"two words\":3 \r\n"); w.Code != 303 || w.Header().Get("Location") != "../../#faults" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if f := srv.Faults(); len(f) != 2 || f[1].Value != "two words" {
		t.Errorf("%v", f)
	}
	w := submit(t, srv, "faults", "lang", "sv", "faults", "429:10%\nresett<b>")
	if w.Code != 422 || len(srv.Faults()) != 2 {
		t.Errorf("%d, %v", w.Code, srv.Faults())
	}
	has(t, w.Body.String(), "resett&lt;b&gt;", `aria-invalid="true"`, "Inget ändrades:", "../../_sandbox/page/page.css")
	if submit(t, srv, "faults", "none", "1", "faults", "500"); len(srv.Faults()) != 0 {
		t.Errorf("%v", srv.Faults())
	}
	book(t, srv, home, person(1))
	if w := submit(t, srv, "reset", "lang", "sv"); w.Code != 303 || !strings.HasSuffix(w.Header().Get("Location"), "?lang=sv") || len(srv.Commits()) != 0 {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	// Somebody reloads what a form led to.
	if w := ask(t, srv, "GET", "/_sandbox/page/reset", ""); w.Code != 303 || len(srv.Requests()) != 0 {
		t.Errorf("%d", w.Code)
	}
	if w := ask(t, srv, "PUT", "/_sandbox/page/reset", ""); w.Code != 404 {
		t.Errorf("%d", w.Code)
	}
}

// Behind a base path, every address of the page still leads to the sandbox.
func TestBasePath(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	front := httptest.NewServer(http.StripPrefix("/base", srv))
	t.Cleanup(front.Close)
	client := front.Client()
	fetch := func(address string) (page string, at *url.URL) {
		t.Helper()
		resp, err := client.Get(address)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != 200 {
			t.Fatalf("%s: %d %v", address, resp.StatusCode, err)
		}
		return string(b), resp.Request.URL
	}
	seen := map[string]bool{}
	next := []string{front.URL + "/base/"}
	for len(next) > 0 && len(seen) < 50 {
		address := next[0]
		next = next[1:]
		if seen[address] {
			continue
		}
		seen[address] = true
		page, at := fetch(address)
		for _, m := range regexp.MustCompile(`(?:href|src)="([^"#]+)`).FindAllStringSubmatch(page, -1) {
			u, err := at.Parse(html.UnescapeString(m[1]))
			if err != nil {
				t.Fatal(err)
			}
			u.Fragment = ""
			if strings.HasSuffix(u.Path, ".svg") || strings.HasSuffix(u.Path, ".css") || strings.HasSuffix(u.Path, ".js") {
				fetch(u.String())
				continue
			}
			next = append(next, u.String())
		}
	}
	if len(seen) < 3 {
		t.Errorf("followed only %v", seen)
	}
	resp, err := client.PostForm(front.URL+"/base/_sandbox/page/faults", url.Values{"faults": {"500"}})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 || resp.Request.URL.Path != "/base/" {
		t.Errorf("a form led to %d at %s", resp.StatusCode, resp.Request.URL)
	}
}

func BenchmarkPage(b *testing.B) {
	srv := unstarted(b, sandbox.Config{})
	for n := range 2000 {
		book(b, srv, vitec.Target{CustomerId: "M1", ViewingId: "VIS1", TimeSlotId: fmt.Sprint("TS", n%20)}, person(n))
	}
	for b.Loop() {
		if w := ask(b, srv, "GET", "/_sandbox/page/live", ""); w.Code != 200 {
			b.Fatal(w.Code)
		}
	}
}
