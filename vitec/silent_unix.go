//go:build unix

package vitec

import (
	"net"
	"syscall"
	"time"
)

// A probe asks the system about a connection. It is asked before each request,
// so what that takes is made once. Not safe for concurrent use.
type probe struct {
	conn net.Conn
	raw  syscall.RawConn // nil: the system cannot be asked
	peek func(fd uintptr)
	n    int // what peek found
	err  error
}

func newProbe(c net.Conn) *probe {
	p := &probe{conn: c}
	if s, ok := c.(syscall.Conn); ok {
		if raw, err := s.SyscallConn(); err == nil {
			p.raw = raw
		}
	}
	p.peek = func(fd uintptr) {
		var one [1]byte
		p.n, _, p.err = syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	}
	return p
}

// silent reports whether there is nothing to be read from the connection, not
// even its end. It takes nothing and does not wait.
func (p *probe) silent(since time.Time) bool {
	if p.raw == nil {
		return silentFor(p.conn, since)
	}
	if p.raw.Control(p.peek) != nil {
		return false
	}
	return p.n <= 0 && (p.err == syscall.EAGAIN || p.err == syscall.EWOULDBLOCK)
}
