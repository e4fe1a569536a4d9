package desk

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"vitec-import/reports/words"
)

// The desk ends a while after its last page was closed, and not while a run is on or
// a page has come back.
func TestLastTab(t *testing.T) {
	t.Parallel()
	d := New(Calls{}, words.English)
	d.tabs.wait = 200 * time.Millisecond
	l, _, err := d.Listen(nil)
	if err != nil {
		t.Fatal(err)
	}
	open := func() (leave func()) {
		ctx, cancel := context.WithCancel(context.Background())
		r := httptest.NewRequest("GET", "/open", nil).WithContext(ctx)
		gone := make(chan struct{})
		go func() {
			d.tabs.serve(httptest.NewRecorder(), r)
			close(gone)
		}()
		for d.pages() == 0 {
			time.Sleep(time.Millisecond)
		}
		return func() {
			cancel()
			<-gone
		}
	}
	ended := make(chan error, 1)
	go func() { ended <- d.Serve(l, nil, func() {}) }()
	goesOn := func(why string) {
		t.Helper()
		select {
		case err := <-ended:
			t.Fatal("it ended", why, err)
		case <-time.After(3 * d.tabs.wait):
		}
	}
	goesOn("before anybody came")
	leave := open()
	goesOn("with a page")
	leave()
	leave = open()
	goesOn("with a page that was loaded again")
	run := &running{stop: make(chan struct{}), done: make(chan struct{})}
	d.mu.Lock()
	d.run = run
	d.mu.Unlock()
	leave()
	goesOn("with a run")
	d.mu.Lock()
	d.run = nil
	d.mu.Unlock()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(20 * time.Second):
		t.Error("it goes on without anybody")
	}
	if patience != 90*time.Second {
		t.Errorf("it waits for %v", patience)
	}
}

func (d *Desk) pages() int {
	d.tabs.mu.Lock()
	defer d.tabs.mu.Unlock()
	return d.tabs.open
}

// A file's name never leads out of the folder of its list, nor to the desk's own files.
func TestFileName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"deltagare.csv": "deltagare.csv", "../../etc/passwd": "passwd", `..\..\boot.ini`: "boot.ini", "/etc/passwd": "passwd",
		"..": "", ".": "", "": "", "list.json": "-list.json", "mapping.yaml": "-mapping.yaml", ".hidden": "-.hidden",
		"a\x00b.csv": "a-b.csv", "C:lista.csv": "C-lista.csv", "lista.csv. ": "lista.csv",
		strings.Repeat("å", 300) + ".xlsx": strings.Repeat("å", 60) + ".xlsx",
	} {
		if got := fileName(name); got != want {
			t.Errorf("%q is kept as %q, not %q", name, got, want)
		}
	}
}

// The language's form leads back to a page of the desk, and to no other.
func TestBack(t *testing.T) {
	t.Parallel()
	d := New(Calls{}, words.English)
	for back, want := range map[string]string{
		"/lists/A/check": "/lists/A/check", "//evil.example.com": "/", `/\evil.example.com`: "/", "http://evil.example.com": "/", "": "/",
	} {
		w := httptest.NewRecorder()
		r := httptest.NewRequest("POST", "/language", strings.NewReader("language=sv&back="+back))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		d.language(w, r)
		if got := w.Header().Get("Location"); got != want || w.Code != http.StatusSeeOther {
			t.Errorf("%q leads to %q", back, got)
		}
	}
}
