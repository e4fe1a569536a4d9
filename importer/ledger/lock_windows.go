package ledger

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// tryLock takes the exclusive lock on f, or returns errLocked at once. The
// system drops the lock with the process, however it ends. Windows refuses
// others the locked byte, so it lies far behind the file's end.
func tryLock(f *os.File) error {
	err := windows.LockFileEx(windows.Handle(f.Fd()),
		windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY,
		0, 1, 0, &windows.Overlapped{OffsetHigh: 1 << 14})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return errLocked
	}
	return err
}

// links returns how many names a file has.
func links(f *os.File) (int, error) {
	var info windows.ByHandleFileInformation
	if err := windows.GetFileInformationByHandle(windows.Handle(f.Fd()), &info); err != nil {
		return 0, err
	}
	return int(info.NumberOfLinks), nil
}

// mounted reports whether a file is mounted by itself, which Windows cannot do.
func mounted(string) bool { return false }

var (
	errInputOutput error = windows.ERROR_IO_DEVICE
	errFull        error = windows.ERROR_DISK_FULL
)
