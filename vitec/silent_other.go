//go:build !unix

package vitec

import (
	"net"
	"time"
)

// A probe stands for a connection about which the system cannot be asked.
type probe struct{ conn net.Conn }

func newProbe(c net.Conn) *probe { return &probe{c} }

func (p *probe) silent(since time.Time) bool { return silentFor(p.conn, since) }
