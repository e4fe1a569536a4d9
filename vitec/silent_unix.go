//go:build unix

package vitec

import (
	"net"
	"syscall"
	"time"
)

// silent reports whether there is nothing to be read from c, not even its end.
// It takes nothing and does not wait.
func silent(c net.Conn, since time.Time) bool {
	s, ok := c.(syscall.Conn)
	if !ok {
		return silentFor(c, since)
	}
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	var n int
	var peek [1]byte
	if raw.Control(func(fd uintptr) {
		n, _, err = syscall.Recvfrom(int(fd), peek[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	}) != nil {
		return false
	}
	return n <= 0 && (err == syscall.EAGAIN || err == syscall.EWOULDBLOCK)
}
