//go:build !windows

package reports

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// busy reports whether another program has what was to be renamed open, which
// hinders nobody here.
func busy(error) bool { return false }

// tryLock takes the lock of an open file, or returns errHeld. The system lets go
// of it when the file is closed or the process dies.
func tryLock(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return errHeld
	}
	return err
}
