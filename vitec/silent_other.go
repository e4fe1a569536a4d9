//go:build !unix

package vitec

import (
	"net"
	"time"
)

func silent(c net.Conn, since time.Time) bool { return silentFor(c, since) }
