package fault

import (
	"fmt"
	"strings"
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

// Say returns a text.
func Say(format string, args ...any) Text { return Text{format, args} }

// Plural returns one of two texts about n things. Both take the same arguments.
func Plural(n int, one, other string, args ...any) Text {
	if n == 1 {
		return Text{one, args}
	}
	return Text{other, args}
}

// List returns texts with commas between them.
func List(all []Text) Text {
	args := make([]any, len(all))
	for i, t := range all {
		args[i] = t
	}
	return Text{strings.TrimSuffix(strings.Repeat("%s, ", len(all)), ", "), args}
}
