package reports

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// busy reports whether another program has what was to be renamed open.
func busy(err error) bool {
	return errors.Is(err, fs.ErrPermission) || errors.Is(err, windows.ERROR_SHARING_VIOLATION)
}

// tryLock takes the lock of an open file, or returns errHeld. The system lets go
// of it when the file is closed or the process dies.
func tryLock(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return errHeld
	}
	return err
}
