package table

import (
	"errors"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// said returns what the system says against an operation, without the
// operation and the path, which the reader has been told.
func said(err error) error {
	var (
		path *fs.PathError
		link *os.LinkError
	)
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// held reports whether the system says that another program has a file open
// and lets nobody else near it. Only Windows does.
func held(err error) bool {
	const sharingViolation = 32
	var n syscall.Errno
	return runtime.GOOS == "windows" && errors.As(err, &n) && n == sharingViolation
}

// Wording returns Reason and Hint of a refused row out of what the Args of its
// [Error] returned. It reports false for anything else.
func Wording(args []string) (reason, hint Text, ok bool) {
	if len(args) < 3 || args[0] != "table" {
		return none, none, false
	}
	var fill []any
	for i, a := range args[3:] {
		verbs := strings.Split(args[1], "%")
		if n, err := strconv.Atoi(a); err == nil && i+1 < len(verbs) && strings.HasPrefix(verbs[i+1], "d") {
			fill = append(fill, n)
		} else if a == "tab" {
			fill = append(fill, say("tab"))
		} else {
			fill = append(fill, a)
		}
	}
	return Text{Format: args[1], Args: fill}, Text{Format: args[2]}, true
}
