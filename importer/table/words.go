package table

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strings"
	"syscall"
)

// Text is something to be said to a person: an English format, as for
// [fmt.Sprintf], and its arguments. Whoever shows it may say it in another
// language. The zero Text says nothing.
type Text struct {
	Format string
	Args   []any
}

// String returns the text in English.
func (t Text) String() string {
	if len(t.Args) == 0 {
		return strings.ReplaceAll(t.Format, "%%", "%")
	}
	return fmt.Sprintf(t.Format, t.Args...)
}

// Message returns the format and its arguments.
func (t Text) Message() (format string, args []any) { return t.Format, t.Args }

// none says nothing.
var none Text

// say returns a text. Bytes among its arguments are copied.
func say(format string, args ...any) Text {
	for i, a := range args {
		if b, ok := a.([]byte); ok {
			args[i] = string(b)
		}
	}
	return Text{format, args}
}

// plural returns one of two texts about n things.
func plural(n int, one, other string, args ...any) Text {
	if n == 1 {
		other = one
	}
	return say(other, append([]any{n}, args...)...)
}

// list returns texts with commas between them.
func list(all []Text) Text {
	args := make([]any, len(all))
	for i, t := range all {
		args[i] = t
	}
	return Text{strings.TrimSuffix(strings.Repeat("%v, ", len(all)), ", "), args}
}

// textError is a text that is an error: what is wrong with a part of a
// workbook.
type textError struct{ Text }

func (e *textError) Error() string { return e.String() }

func flaw(format string, args ...any) error { return &textError{say(format, args...)} }

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

// Args are what is needed to say Reason and Hint of a refused row again. They
// hold nothing out of the file's cells.
func (e *Error) Args() []string {
	args := []string{"table", e.Reason.Format, e.Hint.Format}
	for _, a := range e.Reason.Args {
		args = append(args, fmt.Sprint(a))
	}
	return args
}

// Wording returns Reason and Hint of a refused row out of what [Error.Args]
// returned. It reports false for anything else.
func Wording(args []string) (reason, hint Text, ok bool) {
	if len(args) < 3 || args[0] != "table" {
		return none, none, false
	}
	var fill []any
	for _, a := range args[3:] {
		if a == tab.Format {
			fill = append(fill, tab)
		} else {
			fill = append(fill, a)
		}
	}
	return Text{args[1], fill}, Text{args[2], nil}, true
}
