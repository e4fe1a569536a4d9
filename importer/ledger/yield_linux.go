package ledger

import "golang.org/x/sys/unix"

// yieldProcessor lets other threads and programs run that are ready to. It
// returns at once if there is none.
func yieldProcessor() { unix.Syscall(unix.SYS_SCHED_YIELD, 0, 0, 0) }
