//go:build linux || darwin

package ledger

import (
	"errors"
	"io"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// The byte that is locked lies far behind those that SQLite locks.
const lockedByte = 1 << 46

// tryLock takes the exclusive lock on f, or returns errLocked at once. The
// system drops the lock with the process, however it ends.
func tryLock(f *os.File) error {
	for {
		err := unix.FcntlFlock(f.Fd(), setLock, &unix.Flock_t{Type: unix.F_WRLCK, Whence: io.SeekStart, Start: lockedByte, Len: 1})
		switch {
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN), errors.Is(err, unix.EACCES):
			return errLocked
		default:
			return err
		}
	}
}

// links returns how many names a file has.
func links(f *os.File) (int, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	if s, ok := info.Sys().(*syscall.Stat_t); ok {
		return int(s.Nlink), nil
	}
	return 1, nil
}

var (
	errInputOutput error = syscall.EIO
	errFull        error = syscall.ENOSPC
)
