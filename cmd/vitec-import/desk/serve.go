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

// leadOn is a page that leads to another at once.
func leadOn(address string) string {
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
	left := d.tabs.left(ctx, func() bool { d.mu.Lock(); defer d.mu.Unlock(); return d.run != nil })
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
		case <-left:
			break wait
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
	d.mu.Lock()
	busy := d.run != nil
	d.mu.Unlock()
	d.show(w, r, http.StatusOK, "closed", pageData{D: busy})
	d.once.Do(func() { close(d.quit) })
}

// Door is a page that leads to the first address.
func (d *Desk) Door(address string) string { return leadOn(address) }

// tabs counts the desk's pages that are open, by the connection that each holds.
type tabs struct {
	mu      sync.Mutex
	open    int
	seen    bool
	changed chan struct{} // of capacity 1
	wait    time.Duration
}

func (t *tabs) count(by int) {
	t.mu.Lock()
	t.open += by
	t.seen = true
	t.mu.Unlock()
	select {
	case t.changed <- struct{}{}:
	default:
	}
}

// none reports whether there were pages, and are none.
func (t *tabs) none() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.seen && t.open == 0
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

// left tells when the last page was closed and none came back. As long as the
// desk is busy it goes on without any.
func (t *tabs) left(ctx context.Context, busy func() bool) <-chan struct{} {
	gone := make(chan struct{})
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case <-t.changed:
			}
			for t.none() {
				select {
				case <-ctx.Done():
					return
				case <-t.changed:
				case <-time.After(t.wait):
					if !busy() {
						close(gone)
						return
					}
				}
			}
		}
	}()
	return gone
}
