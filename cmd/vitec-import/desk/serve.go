package desk

import (
	"context"
	"errors"
	"fmt"
	"html"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// patience is for how long the desk goes on when its last page was closed: a page
// that is loaded again, or a computer that wakes up, is back within it.
const patience = 90 * time.Second

// visitWithin is within what time somebody has to come where there is no terminal,
// so that a scheduled job that opens the desk by mistake ends.
const visitWithin = 15 * time.Minute

// LeadOn is a page that leads to another at once.
func LeadOn(address string) string {
	a := html.EscapeString(address)
	return `<!DOCTYPE html><meta charset="utf-8"><title>vitec-import</title><link rel="icon" href="data:,"><meta http-equiv="refresh" content="0;url=` + a + `"><a href="` + a + `">vitec-import</a>`
}

// Listen finds the desk an address on this computer and returns the one to visit
// first, at the page of a list if there is one.
func (d *Desk) Listen(at *Opened) (net.Listener, string, error) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, "", err
	}
	d.guard.host = l.Addr().String()
	_, d.guard.port, _ = net.SplitHostPort(d.guard.host)
	q := url.Values{"key": {d.guard.key}}
	if at != nil {
		q.Set("to", at.path)
	}
	return l, "http://" + d.guard.host + "/start?" + q.Encode(), nil
}

// Serve serves the pages until stop is closed, the person ends the desk, or its
// last page was closed a while ago and no run is on. A run that is on is brought to
// an end first; draining is told of it.
func (d *Desk) Serve(l net.Listener, stop <-chan struct{}, draining func()) error {
	srv := &http.Server{Handler: d, ReadHeaderTimeout: 10 * time.Second}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	srv.BaseContext = func(net.Listener) context.Context { return ctx }
	ended := make(chan error, 1)
	go func() { ended <- srv.Serve(l) }()
	var nobody <-chan time.Time
	if d.calls.Unattended {
		nobody = time.After(visitWithin)
	}
wait:
	for {
		select {
		case err := <-ended:
			return err
		case <-stop:
			break wait
		case <-d.quit:
			time.Sleep(200 * time.Millisecond) // the last page is still on its way
			break wait
		case <-d.tabs.gone.C:
			if !d.busy() {
				break wait
			}
			d.tabs.gone.Reset(d.tabs.wait)
		case <-nobody:
			if !d.guard.visited() {
				return problem("nobody came to the desk; it is closed")
			}
		}
	}
	d.drain(draining)
	cancel() // whoever waits for news of the desk
	soon, done := context.WithTimeout(context.Background(), 2*time.Second)
	defer done()
	if err := srv.Shutdown(soon); err != nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return srv.Close()
}

// end ends the desk when the person says so.
func (d *Desk) end(w http.ResponseWriter, r *http.Request) {
	d.show(w, r, http.StatusOK, "closed", pageData{D: d.busy()})
	d.once.Do(func() { close(d.quit) })
}

// busy reports whether a run is on.
func (d *Desk) busy() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.run != nil
}

// tabs counts the desk's pages that are open, by the connection that each holds.
type tabs struct {
	mu   sync.Mutex
	open int
	wait time.Duration
	gone *time.Timer // runs out when the last page was closed that long ago
}

func newTabs(wait time.Duration) *tabs {
	t := &tabs{wait: wait, gone: time.NewTimer(wait)}
	t.gone.Stop() // until there was a page
	return t
}

// serve is the connection of a page that is open.
func (t *tabs) serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/event-stream")
	fmt.Fprint(w, ": open\n\n")
	_ = http.NewResponseController(w).Flush() // fails only when the browser has gone
	t.count(1)
	defer t.count(-1)
	<-r.Context().Done()
}

func (t *tabs) count(by int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open += by; t.open == 0 {
		t.gone.Reset(t.wait)
	} else {
		t.gone.Stop()
	}
}
