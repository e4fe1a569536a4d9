package words

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// systemMessages are what a system says most often against an operation, in
// our words: few systems know both languages, and Windows knows one, whichever
// it is. What Windows numbers otherwise is in own.
var systemMessages = []struct {
	like error
	said string
}{
	{fs.ErrNotExist, "it does not exist"},
	{fs.ErrPermission, "permission denied"},
	{syscall.ENOSPC, "no space left on device"},
	{syscall.EROFS, "read-only file system"},
	{syscall.EIO, "input/output error"},
	{syscall.ECONNREFUSED, "connection refused"},
	{syscall.EADDRINUSE, "address already in use"},
	{syscall.EADDRNOTAVAIL, "this computer does not have that address"},
	{os.ErrDeadlineExceeded, "it took too long"},
	{syscall.ETIMEDOUT, "it took too long"},
	{syscall.ECONNRESET, "the connection was reset"},
	{syscall.ECONNABORTED, "the connection was reset"},
	{syscall.EPIPE, "the connection was reset"},
	{syscall.ENETUNREACH, "the network is unreachable"},
	{syscall.EHOSTUNREACH, "the network is unreachable"},
}

// systemMessage returns our words for what the system says; "" if there are
// none.
func systemMessage(err error) string {
	for _, m := range systemMessages {
		if errors.Is(err, m.like) {
			return m.said
		}
	}
	for number, said := range own {
		if errors.Is(err, number) {
			return said
		}
	}
	return ""
}
