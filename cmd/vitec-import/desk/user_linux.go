package desk

import (
	"fmt"
	"net/netip"
	"os"
	"strings"
)

// otherUser reports whether a connection from one address to another is known to be
// of another user of this computer.
func otherUser(from, to string) bool {
	table, err := os.ReadFile("/proc/net/tcp")
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(table)) {
		if f := strings.Fields(line); len(f) > 7 && f[1] == inTable(from) && f[2] == inTable(to) {
			return f[7] != fmt.Sprint(os.Getuid())
		}
	}
	return false
}

// inTable is an address as the kernel's table of connections writes it.
func inTable(address string) string {
	a, err := netip.ParseAddrPort(address)
	if err != nil || !a.Addr().Is4() {
		return ""
	}
	ip := a.Addr().As4()
	return fmt.Sprintf("%02X%02X%02X%02X:%04X", ip[3], ip[2], ip[1], ip[0], a.Port())
}
