package vitec

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"net/http/httptrace"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A counted connection counts the bytes that the system took, because package
// net/http knows whether a request that failed had left and does not say
// (https://go.dev/issue/60576). It also knows whether anything is still to be
// read of it.
type counted struct {
	net.Conn
	taken atomic.Int64          // bytes written
	reads atomic.Int64          // reads begun
	idle  atomic.Bool           // a read waits for bytes that the server has not sent
	gone  atomic.Bool           // closed, or its end was read
	cause atomic.Pointer[error] // of the first write that failed
	used  sync.Mutex            // held from a request to the judgement of its answer
}

func (c *counted) Read(p []byte) (int, error) {
	c.reads.Add(1)
	c.idle.Store(true)
	n, err := c.Conn.Read(p)
	c.idle.Store(false)
	if err != nil {
		c.gone.Store(true)
	}
	return n, err
}

func (c *counted) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if err != nil {
		c.cause.CompareAndSwap(nil, &err)
	}
	if system := (*os.SyscallError)(nil); errors.As(err, &system) {
		c.hear()
	}
	if err != nil && runtime.GOOS == "windows" {
		n = len(p) // Windows may have sent bytes of a write that was cut short and say 0
	}
	c.taken.Add(int64(n))
	return n, err
}

// hear waits, after a write that failed, for the server's last words to be read:
// they say why it has closed the connection.
func (c *counted) hear() {
	for range 100 {
		if c.gone.Load() {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func (c *counted) Close() error {
	c.gone.Store(true)
	return c.Conn.Close()
}

// quiet waits until package net/http has read all that the server sent on a
// kept connection, and then waits for more. If there was more than the answer, an
// end or a second answer, net/http has closed the connection.
//
// A read of the connection begins only when nothing is left in the buffers
// above it, those of TLS included; one that stays for a moment has found nothing
// in the system's either.
func (c *counted) quiet() {
	const moment = 100 * time.Microsecond
	for range 1000 { // a tenth of a second; then the connection is not believed
		if c.gone.Load() {
			return
		}
		before := c.reads.Load()
		waits := c.idle.Load()
		time.Sleep(moment)
		if waits && c.idle.Load() && c.reads.Load() == before {
			return
		}
	}
	c.Close()
}

// A departure tells whether a byte of one request may have left.
type departure struct {
	mu        sync.Mutex
	entered   bool // the client's own transport was asked
	conn      *counted
	uncounted bool  // a connection that does not count
	before    int64 // what conn had taken before this request
	reused    bool
	tls       *tls.Conn // nil: in clear
	answered  bool      // a byte of an answer was read
}

// may reports whether a byte may have left. It is exact once the transport has
// failed, because net/http then waits until nobody writes any more; an answer may
// be there before the write that it answers has been counted. A TLS alert
// counts as a byte of the request: that can only turn "not written" into
// "written".
func (d *departure) may() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return !d.entered || d.uncounted || d.answered || d.conn != nil && d.conn.taken.Load() != d.before
}

// cause returns the error of the write that made the transport close the
// connection; nil if there was none. The transport may return what came of the
// closing instead.
func (d *departure) cause() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn == nil {
		return nil
	}
	if err := d.conn.cause.Load(); err != nil {
		return *err
	}
	return nil
}

// lastWords returns the error with which a new TLS 1.3 connection ended before an
// answer began, such as an alert; nil for other connections. The transport passes
// it over if a write has failed first.
func (d *departure) lastWords() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.tls == nil || d.conn == nil || d.reused || d.answered || d.tls.ConnectionState().Version < tls.VersionTLS13 {
		return nil
	}
	d.conn.Close()
	_, err := d.tls.Read(make([]byte, 1)) // the connection keeps its first error
	return err
}

func (d *departure) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GotConn: func(info httptrace.GotConnInfo) {
			c := info.Conn
			d.mu.Lock()
			d.tls, _ = c.(*tls.Conn)
			for {
				inner, ok := c.(interface{ NetConn() net.Conn })
				if !ok {
					break
				}
				c = inner.NetConn()
			}
			n, ok := c.(*counted)
			d.conn, d.uncounted, d.reused = n, !ok, info.Reused
			d.mu.Unlock()
			if !ok {
				return
			}
			n.used.Lock()
			if info.Reused {
				n.quiet()
			}
			d.mu.Lock()
			d.before = n.taken.Load()
			d.mu.Unlock()
		},
		GotFirstResponseByte: func() {
			d.mu.Lock()
			d.answered = true
			d.mu.Unlock()
		},
	}
}

// end gives the connection free for the next request, or closes it.
func (d *departure) end(trusted bool) {
	d.mu.Lock()
	c := d.conn
	d.conn = nil
	d.mu.Unlock()
	if c == nil {
		return
	}
	if !trusted {
		c.Close()
	}
	c.used.Unlock()
}

type departureKey struct{}

// once is the transport below everything that a caller may put around it: it
// sends a request that has a departure, once.
type once struct{ next http.RoundTripper }

var errRepeated = errors.New("a request must not be sent twice")

func (o once) RoundTrip(r *http.Request) (*http.Response, error) {
	d, ok := r.Context().Value(departureKey{}).(*departure)
	if !ok {
		return nil, errRepeated
	}
	d.mu.Lock()
	again := d.entered
	d.entered = true
	d.uncounted = d.uncounted || again // who repeats requests knows better than we what has left
	d.mu.Unlock()
	if again {
		return nil, errRepeated
	}
	return o.next.RoundTrip(r.WithContext(httptrace.WithClientTrace(r.Context(), d.trace())))
}

// withDeparture returns a context whose request is watched by d.
func withDeparture(ctx context.Context, d *departure) context.Context {
	return context.WithValue(ctx, departureKey{}, d)
}
