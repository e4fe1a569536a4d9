package vitec

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http/httptrace"
	"net/netip"
	"runtime"
	"sync/atomic"
	"syscall"
	"time"
)

// A socket counts the bytes that the system took from it. net/http does not
// say whether a request that failed on a kept-alive connection had left, and
// under TLS even a failed write may have sent a part, so it is counted here.
type socket struct {
	net.Conn
	taken atomic.Int64
}

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

// A conn is what net/http writes requests to: a socket, or TLS over one. It
// counts what its own writes put on the socket, so that what TLS says by itself
// (the alert with which it closes) is not taken for a piece of a request.
type conn struct {
	net.Conn
	socket *socket
	sent   atomic.Int64
	failed atomic.Pointer[error] // what a write ended with; no other follows
}

func (c *conn) Write(p []byte) (int, error) {
	before := c.socket.taken.Load()
	n, err := c.Conn.Write(p)
	c.sent.Add(c.socket.taken.Load() - before)
	if err != nil {
		c.failed.Store(&err)
	}
	return n, err
}

// connUnder returns the conn that c is or lies over. Through a proxy net/http
// itself lays TLS over a conn; its alerts are then counted as well, which can
// only turn "not written" into "written".
func connUnder(c net.Conn) *conn {
	for {
		switch t := c.(type) {
		case *conn:
			return t
		case *tls.Conn:
			c = t.NetConn()
		default:
			return nil
		}
	}
}

// dialFunc is the form of [net.Dialer.DialContext].
type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// A dialer opens the connections of a [Client].
type dialer struct {
	dial       dialFunc
	tls        *tls.Config
	tlsTimeout time.Duration
}

// plain connects without TLS: to a loopback address or to a proxy.
func (d *dialer) plain(ctx context.Context, network, addr string) (net.Conn, error) {
	c, err := d.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	s := &socket{Conn: c}
	return &conn{Conn: s, socket: s}, nil
}

// secure connects and shakes hands.
func (d *dialer) secure(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	c, err := d.dial(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	cfg := d.tls.Clone()
	if cfg.ServerName == "" {
		cfg.ServerName = host
	}
	s := &socket{Conn: c}
	t := tls.Client(s, cfg)
	if trace := httptrace.ContextClientTrace(ctx); trace != nil && trace.TLSHandshakeStart != nil {
		trace.TLSHandshakeStart()
	}
	ctx, cancel := context.WithTimeoutCause(ctx, d.tlsTimeout,
		&timeoutError{fmt.Sprintf("the TLS handshake was not done within %v", d.tlsTimeout)})
	defer cancel()
	if err := t.HandshakeContext(ctx); err != nil {
		c.Close()
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, err
	}
	return &conn{Conn: t, socket: s}, nil
}

// loopbackOnly refuses to connect to any other machine: a hosts file may point
// localhost elsewhere, and the login would cross the network in clear.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	if a, err := netip.ParseAddrPort(address); err != nil || !a.Addr().Unmap().IsLoopback() {
		return errors.New("http is for loopback addresses only, and this host is elsewhere")
	}
	return nil
}

// timeoutError is a timeout of the client's own.
type timeoutError struct{ text string }

func (e *timeoutError) Error() string   { return e.text }
func (e *timeoutError) Timeout() bool   { return true }
func (e *timeoutError) Temporary() bool { return true }
func (e *timeoutError) Is(err error) bool {
	return err == context.DeadlineExceeded
}

// A flight follows one request. Its trace runs on several goroutines, and may
// run on after the call is over.
type flight struct {
	phase atomic.Int32 // one of those below; never goes back
	// What follows is set, and read, by the goroutine of the call.
	connected bool
	conn      *conn // nil: not one that counts
	sent      int64 // what conn had sent before this request
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

func (f *flight) reach(phase int32) {
	for {
		old := f.phase.Load()
		if old >= phase || f.phase.CompareAndSwap(old, phase) {
			return
		}
	}
}

func (f *flight) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		TLSHandshakeStart: func() { f.reach(shakingHands) },
		GotConn: func(info httptrace.GotConnInfo) {
			f.connected = true
			if f.conn = connUnder(info.Conn); f.conn != nil {
				f.sent = f.conn.sent.Load()
			}
			f.reach(writing)
		},
		WroteRequest: func(info httptrace.WroteRequestInfo) {
			if info.Err == nil {
				f.reach(waiting)
			}
		},
		GotFirstResponseByte: func() { f.reach(reading) },
	}
}

// written reports whether a byte of the request may have left. It is exact once
// RoundTrip has returned an error, because net/http then waits until nobody
// writes any more; the only exception is a timeout after the whole request was
// written. Where an answer has begun nothing is to be proved any more.
func (f *flight) written() bool {
	return f.phase.Load() == reading || f.connected && (f.conn == nil || f.conn.sent.Load() != f.sent)
}

// phaseWord returns how far the request got. net/http calls a request written
// that is still in its buffer.
func (f *flight) phaseWord() string {
	phase := f.phase.Load()
	if phase == waiting && f.writeError() != nil {
		phase = writing
	}
	return phaseWords[phase]
}

// writeError returns what a write failed with, or nil.
func (f *flight) writeError() error {
	if f.conn == nil {
		return nil
	}
	if err := f.conn.failed.Load(); err != nil {
		return *err
	}
	return nil
}
