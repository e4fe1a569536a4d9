package words

import (
	"syscall"

	"golang.org/x/sys/windows"
)

// own are the numbers that Windows has of its own.
var own = map[syscall.Errno]string{
	windows.ERROR_DISK_FULL:         "no space left on device",
	windows.ERROR_HANDLE_DISK_FULL:  "no space left on device",
	windows.ERROR_WRITE_PROTECT:     "read-only file system",
	windows.ERROR_IO_DEVICE:         "input/output error",
	windows.ERROR_SHARING_VIOLATION: "another program has it open",
	windows.ERROR_LOCK_VIOLATION:    "another program has it open",
	windows.ERROR_USER_MAPPED_FILE:  "another program has it open",
}
