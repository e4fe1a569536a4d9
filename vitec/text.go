package vitec

import "fmt"

// Text is what can be said to a person: an English format, as for
// [fmt.Sprintf], and its arguments. Whoever shows it can say it in another
// language. The zero Text says nothing.
type Text struct {
	Format string
	Args   []any
}

// say returns a text to be said later.
func say(format string, args ...any) Text { return Text{format, args} }

// IsZero reports whether the text says nothing.
func (t Text) IsZero() bool { return t.Format == "" }

// Message returns the format and its arguments.
func (t Text) Message() (format string, args []any) { return t.Format, t.Args }

// String says the text in English.
func (t Text) String() string {
	if t.IsZero() {
		return ""
	}
	return fmt.Sprintf(t.Format, t.Args...)
}
