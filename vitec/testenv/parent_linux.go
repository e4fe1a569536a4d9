package testenv

import (
	"os/exec"
	"syscall"
)

// A test program ends with whoever started it, and so does what it starts of
// itself: nothing is left where somebody kills "go test".
func init() {
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, syscall.PR_SET_PDEATHSIG, uintptr(syscall.SIGKILL), 0)
}

// EndWithTest lets a command be killed when the test program ends, however that
// ends. What the command starts itself is not meant.
func EndWithTest(cmd *exec.Cmd) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = new(syscall.SysProcAttr)
	}
	cmd.SysProcAttr.Pdeathsig = syscall.SIGKILL
}
