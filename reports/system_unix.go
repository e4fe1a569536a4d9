//go:build !windows

package reports

import (
	"os"

	"golang.org/x/sys/unix"
)

// busy reports whether another program has what was to be renamed open, which
// hinders nobody here.
func busy(error) bool { return false }

// tryLock reports whether it could take the lock of an open file. The system
// lets go of it when the file is closed or the process dies.
func tryLock(f *os.File) bool { return unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB) == nil }
