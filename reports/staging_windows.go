package reports

import (
	"errors"
	"os"
	"time"

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

// rename gives a folder another name. Virus scanners and indexers open what has
// just been written, and Windows does not rename the folder meanwhile: so it is
// tried again, for as long as patience says.
func rename(old, new string, patience time.Duration) error {
	until := time.Now().Add(patience)
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		err := os.Rename(old, new)
		inTheWay := errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION)
		if !inTheWay || time.Now().Add(pause).After(until) {
			return err
		}
		time.Sleep(pause)
	}
}
