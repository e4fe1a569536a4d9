//go:build !windows

package vitec

import "syscall"

// ownReasons is empty: these systems number all of it in one way.
var ownReasons map[syscall.Errno]string
