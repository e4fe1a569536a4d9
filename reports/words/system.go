package words

import (
	"errors"
	"io/fs"
	"syscall"

	"vitec-import/vitec"
)

// systemMessages are what a system says most often of a file, in our words: few
// systems know both languages, and Windows knows one, whichever it is. What
// Windows numbers otherwise is in own; what is said of connections is in package
// vitec.
var systemMessages = []struct {
	like error
	said string
}{
	{fs.ErrNotExist, "it does not exist"},
	{fs.ErrPermission, "permission denied"},
	{syscall.ENOSPC, "no space left on device"},
	{syscall.EROFS, "read-only file system"},
	{syscall.EIO, "input/output error"},
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
	return vitec.SystemReason(err).Format
}
