package vitec

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// ownReasons are the numbers that Windows has of its own.
var ownReasons = map[syscall.Errno]string{
	windows.WSAECONNREFUSED:  "connection refused",
	windows.WSAEADDRNOTAVAIL: "this computer does not have that address",
	windows.WSAETIMEDOUT:     "it took too long",
	windows.WSAECONNRESET:    "the connection was reset",
	windows.WSAECONNABORTED:  "the connection was reset",
	windows.WSAENETUNREACH:   "the network is unreachable",
	windows.WSAEHOSTUNREACH:  "the network is unreachable",
}
