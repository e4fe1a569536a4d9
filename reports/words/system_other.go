//go:build !windows

package words

import "syscall"

// own is empty: these systems number all of it in one way.
var own map[syscall.Errno]string
