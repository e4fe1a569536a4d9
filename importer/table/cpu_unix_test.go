//go:build unix

package table

import (
	"syscall"
	"time"
)

// cpuTime is what this process has used of the processors: a machine with other
// work to do does not make a file slow.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
