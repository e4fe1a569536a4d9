package ledger

import (
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"
)

// setLock locks for the open file, and not for the process: SQLite opens and
// closes the file as well.
const setLock = unix.F_OFD_SETLK

// mounted reports whether a file is mounted by itself, as into a container.
func mounted(path string) bool {
	var s unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, 0, unix.STATX_BASIC_STATS, &s); err == nil && s.Attributes_mask&unix.STATX_ATTR_MOUNT_ROOT != 0 {
		return s.Attributes&unix.STATX_ATTR_MOUNT_ROOT != 0
	}
	file, err := os.Stat(path)
	if err != nil {
		return false
	}
	dir, err := os.Stat(filepath.Dir(path))
	if err != nil {
		return false
	}
	a, _ := file.Sys().(*syscall.Stat_t)
	b, _ := dir.Sys().(*syscall.Stat_t)
	return a != nil && b != nil && a.Dev != b.Dev
}
