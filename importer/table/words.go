package table

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"syscall"
)

// said returns what the system says against an operation, without the
// operation and the path, which the reader has been told.
func said(err error) error {
	var (
		path *fs.PathError
		link *os.LinkError
	)
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// held reports whether the system says that another program has a file open
// and lets nobody else near it. Only Windows does.
func held(err error) bool {
	const sharingViolation = 32
	var n syscall.Errno
	return runtime.GOOS == "windows" && errors.As(err, &n) && n == sharingViolation
}
