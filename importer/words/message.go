package words

import (
	"io/fs"
	"strings"

	said "vitec-import/reports/words"
)

// Worded is what can be said in every language.
type Worded interface{ In(Language) string }

// Message is a text that has not been said yet: its id, and what fills it. The
// zero Message says nothing.
type Message struct {
	catalogue *Catalogue
	id        string
	args      []any
	n         int
	counts    bool // the text is about n things
}

// Message returns the text with this id and these args, to be said later.
func (c *Catalogue) Message(id string, args ...any) Message {
	return Message{catalogue: c, id: id, args: args}
}

// Counted returns the text with this id about n things, to be said later.
func (c *Catalogue) Counted(id string, n int, args ...any) Message {
	return Message{catalogue: c, id: id, args: args, n: n, counts: true}
}

// ID returns the id of the text, "" if the message says nothing.
func (m Message) ID() string { return m.id }

// Args returns what fills the text.
func (m Message) Args() []any { return m.args }

// In returns the message in a language.
func (m Message) In(l Language) string {
	switch {
	case m.catalogue == nil:
		return ""
	case m.counts:
		return m.catalogue.In(l).Count(m.id, m.n, m.args...)
	}
	return m.catalogue.In(l).Text(m.id, m.args...)
}

// String returns the message in English.
func (m Message) String() string { return m.In(English) }

// List is messages that are said with commas between them.
type List []Message

// In returns the list in a language.
func (all List) In(l Language) string {
	texts := make([]string, len(all))
	for i, m := range all {
		texts[i] = m.In(l)
	}
	return strings.Join(texts, ", ")
}

// Error is a [Message] that is an error. Errors among its args are what it
// wraps.
type Error struct{ Message }

// Error returns an error with this text.
func (c *Catalogue) Error(id string, args ...any) *Error {
	return &Error{c.Message(id, args...)}
}

// CountError returns an error with this text about n things.
func (c *Catalogue) CountError(id string, n int, args ...any) *Error {
	return &Error{c.Counted(id, n, args...)}
}

// Error returns the message in English, for logs and other programs.
func (e *Error) Error() string { return e.In(English) }

// Unwrap returns the errors that the message tells.
func (e *Error) Unwrap() []error {
	var list []error
	for _, a := range e.args {
		if err, ok := a.(error); ok {
			list = append(list, err)
		}
	}
	return list
}

// Of says an error in a language, as far as it knows how: a joined error line
// by line, and one that is not [Worded] as it says itself. Of the system's about
// a file it says the file and, in other languages than English, [System]'s
// words, if it has any.
func Of(err error, l Language) string {
	if w, ok := err.(Worded); ok {
		return w.In(l)
	}
	if m, ok := err.(said.Message); ok {
		return l.Of(m)
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		for _, e := range joined.Unwrap() {
			if line := Of(e, l); line != "" {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "\n")
	}
	if file, ok := err.(*fs.PathError); ok && l != English {
		if id, args := Known(err); id != "" {
			return file.Path + ": " + SystemText(l, id, args...)
		}
	}
	return err.Error()
}
