package vitec

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// A socket counts the bytes that the system took from it: under TLS even a
// failed write may have sent a part.
type socket struct {
	net.Conn
	taken atomic.Int64
	probe *probe
}

func newSocket(c net.Conn) *socket { return &socket{Conn: c, probe: newProbe(c)} }

func (s *socket) Write(p []byte) (int, error) {
	n, err := s.Conn.Write(p)
	if err != nil && !exactWrites {
		s.taken.Add(int64(len(p)))
	} else {
		s.taken.Add(int64(n))
	}
	return n, err
}

// exactWrites: on Unix a failed write tells how many bytes the system had
// taken. Windows may have sent bytes of a write that was cut short and say 0.
const exactWrites = runtime.GOOS != "windows"

// A conn is what requests are written to: a socket, or TLS over one. One call
// at a time has it. It counts what its own writes put on the socket, so that
// what TLS says by itself (the alert with which it closes) is not taken for a
// piece of a request.
type conn struct {
	net.Conn
	socket *socket
	sent   atomic.Int64
	in     *bufio.Reader
	left   int64     // how many bytes of an answer's header may still be read
	idle   time.Time // since when no call has it
}

func newConn(c net.Conn, s *socket) *conn {
	n := &conn{Conn: c, socket: s}
	n.in = bufio.NewReader(answerReader{n})
	return n
}

func (c *conn) Write(p []byte) (int, error) {
	before := c.socket.taken.Load()
	n, err := c.Conn.Write(p)
	c.sent.Add(c.socket.taken.Load() - before)
	return n, err
}

// answerReader reads what the server says, and ends a header that is too long.
type answerReader struct{ *conn }

func (r answerReader) Read(p []byte) (int, error) {
	if r.left <= 0 {
		return 0, fmt.Errorf("the header of the answer is longer than %d bytes", maxHeader)
	}
	n, err := r.Conn.Read(p)
	r.left -= int64(n)
	return n, err
}

// quiet reports whether a connection that no call has is as it was left: not
// closed by the server, and with nothing on it that nobody has asked for.
func (c *conn) quiet() bool {
	return time.Since(c.idle) < keepIdle && c.in.Buffered() == 0 && c.socket.probe.silent(c.idle)
}

// silentFor is silent where the system cannot be asked: it waits for a moment
// whether something comes. A connection that was in use a moment ago is believed.
func silentFor(c net.Conn, since time.Time) bool {
	const moment = time.Millisecond
	if time.Since(since) < 10*moment {
		return true
	}
	if c.SetReadDeadline(time.Now().Add(moment)) != nil {
		return false
	}
	var one [1]byte
	_, err := c.Read(one[:])
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// timeoutError is a timeout of the client's own.
type timeoutError struct{ text string }

func (e *timeoutError) Error() string   { return e.text }
func (e *timeoutError) Timeout() bool   { return true }
func (e *timeoutError) Temporary() bool { return true }
func (e *timeoutError) Is(err error) bool {
	return err == context.DeadlineExceeded
}

// A flight follows one request.
type flight struct {
	phase int32 // one of those below; never goes back
	conn  *conn // nil: there is none yet
	sent  int64 // what conn had sent before this request
	// unwatch keeps the end of the call's context from cutting the connection;
	// false = it has. nil = the context has no end.
	unwatch func() bool
}

const (
	dialing int32 = iota
	shakingHands
	writing
	waiting
	reading
)

var phaseWords = [...]string{
	dialing: PhaseDial, shakingHands: PhaseTLS, writing: PhaseWrite, waiting: PhaseWait, reading: PhaseRead,
}

func (f *flight) reach(phase int32) { f.phase = phase }

// begin takes a connection for the request, until end. The end of ctx cuts
// whatever the connection waits for.
func (f *flight) begin(ctx context.Context, c *conn, deadline time.Time) error {
	f.conn, f.sent = c, c.sent.Load()
	f.reach(writing)
	if err := c.SetDeadline(deadline); err != nil {
		return err
	}
	if ctx.Done() != nil {
		f.unwatch = context.AfterFunc(ctx, func() { c.SetDeadline(longAgo) })
	}
	return nil
}

// waitUntil sets another deadline for the answer.
func (f *flight) waitUntil(ctx context.Context, deadline time.Time) {
	f.conn.SetReadDeadline(deadline)
	if ctx.Err() != nil { // it may have ended before
		f.conn.SetDeadline(longAgo)
	}
}

// end gives the connection to kept, or closes it.
func (f *flight) end(kept *pool) {
	if f.conn == nil {
		return
	}
	if f.unwatch != nil && !f.unwatch() || kept == nil {
		f.conn.Close()
		return
	}
	kept.put(f.conn)
}

// written reports whether a byte of the request may have left. Nobody but the
// call itself writes to the connection, so it is exact.
func (f *flight) written() bool { return f.conn != nil && f.conn.sent.Load() != f.sent }

// A pool keeps the connections that no call has, the newest last. Safe for
// concurrent use.
type pool struct {
	mu   sync.Mutex
	most int
	idle []*conn
}

// take returns the connection that was in use last, or nil.
func (p *pool) take() *conn {
	for {
		p.mu.Lock()
		n := len(p.idle) - 1
		if n < 0 {
			p.mu.Unlock()
			return nil
		}
		c := p.idle[n]
		p.idle[n] = nil
		p.idle = p.idle[:n]
		p.mu.Unlock()
		if c.quiet() {
			return c
		}
		c.Close()
	}
}

// put keeps a connection for the next call, and lets the oldest go that are kept
// for too long or are too many.
func (p *pool) put(c *conn) {
	c.idle = time.Now()
	p.mu.Lock()
	p.idle = append(p.idle, c)
	var old []*conn
	for len(p.idle) > p.most || c.idle.Sub(p.idle[0].idle) >= keepIdle {
		old = append(old, p.idle[0])
		p.idle = p.idle[1:]
	}
	p.mu.Unlock()
	for _, c := range old {
		c.Close()
	}
}

// close lets all go.
func (p *pool) close() {
	p.mu.Lock()
	idle := p.idle
	p.idle = nil
	p.mu.Unlock()
	for _, c := range idle {
		c.Close()
	}
}
