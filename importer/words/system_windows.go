package words

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// own are the numbers that Windows has for what others number in one way.
var own = map[syscall.Errno]string{
	windows.ERROR_DISK_FULL:         "full",
	windows.ERROR_HANDLE_DISK_FULL:  "full",
	windows.ERROR_WRITE_PROTECT:     "read_only",
	windows.ERROR_IO_DEVICE:         "io",
	windows.WSAECONNREFUSED:         "refused",
	windows.WSAEADDRINUSE:           "in_use",
	windows.WSAEADDRNOTAVAIL:        "elsewhere",
	windows.WSAETIMEDOUT:            "timeout",
	windows.ERROR_SHARING_VIOLATION: "held",
	windows.ERROR_LOCK_VIOLATION:    "held",
	windows.ERROR_USER_MAPPED_FILE:  "held",
	windows.WSAECONNRESET:           "reset",
	windows.WSAECONNABORTED:         "reset",
	windows.WSAENETUNREACH:          "no_way",
	windows.WSAEHOSTUNREACH:         "no_way",
}
