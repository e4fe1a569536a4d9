package reports

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// renameWhileOpen: a folder with an open file in it cannot be renamed.
const renameWhileOpen = false

// exchange returns nil: Windows cannot swap two folders.
func exchange() func(a, b string) error { return nil }

// tryLock takes the lock of an open file, and reports whether it was free. It
// is let go of when the file is closed or the process dies.
func tryLock(f *os.File) (bool, error) {
	err := windows.LockFileEx(windows.Handle(f.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}

// syncDir does nothing: Windows keeps the names in its journal by itself.
func syncDir(dir string) error { return nil }
