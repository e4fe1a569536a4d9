//go:build linux || darwin

package reports

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// renameWhileOpen: a folder with an open file in it can be renamed.
const renameWhileOpen = true

// tryLock takes the lock of an open file, and reports whether it was free. It
// is let go of when the file is closed or the process dies. The error is
// errors.ErrUnsupported where the file system knows no locks.
func tryLock(f *os.File) (bool, error) {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	switch {
	case errors.Is(err, unix.EWOULDBLOCK):
		return false, nil
	case errors.Is(err, unix.ENOTSUP), errors.Is(err, unix.ENOLCK), errors.Is(err, unix.EINVAL):
		return false, errors.ErrUnsupported // a file system without locks
	}
	return err == nil, err
}

// syncDir puts a folder's names on the disk.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		err = nil // a file system that knows nothing of it
	}
	return errors.Join(err, d.Close())
}

// rename gives a folder another name. Nothing that is open keeps it from that.
func rename(old, new string, _ time.Duration) error { return os.Rename(old, new) }
