package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"vitec-import/vitec"
)

// Error is one mistake in a mapping file, or in the way it meets a header or
// a flag.
type Error struct {
	File       string // as given to [Parse]; "--set" for a constant of the command line
	Line       int    // 1-based, 0 if the mistake has no line
	Column     int    // 1-based, in characters, 0 if the mistake has no line
	Code       string // what kind of mistake: "unknown_key", "missing_column"
	Reason     vitec.Text
	Suggestion string     // what was probably meant, as it would be written; "" if nothing is near
	Hint       vitec.Text // what to do about it; it may say nothing
	Snippet    string     // the line of the file, cut to a readable length

	caret, width int // in characters of Snippet
}

// Warning is what a mapping says that is allowed but seldom meant. It has the
// parts of a mistake, and refuses nothing.
type Warning = Error

// Error says the mistake in English.
func (e *Error) Error() string {
	format, args := e.Message()
	return fmt.Sprintf(format, args...)
}

// Message returns place and message on the first line, then the line of the file
// with a caret under the mistake, then the hint.
func (e *Error) Message() (format string, args []any) {
	suggestion, hint := none, none
	if e.Suggestion != "" {
		suggestion = say("; did you mean %q?", e.Suggestion)
	}
	if !e.Hint.IsZero() {
		hint = say("\n  %v", say("hint: %v", e.Hint))
	}
	return "%s: %v%v%s%v", []any{e.Place(), e.Reason, suggestion, e.marked(), hint}
}

// marked returns the line of the file and below it a caret at the mistake.
func (e *Error) marked() string {
	if e.Snippet == "" {
		return ""
	}
	number := strconv.Itoa(e.Line)
	before := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, string([]rune(e.Snippet)[:min(e.caret, utf8.RuneCountInString(e.Snippet))]))
	return fmt.Sprintf("\n  %s | %s\n  %*s | %s%s", number, e.Snippet, len(number), "", before, strings.Repeat("^", max(e.width, 1)))
}

// Place returns "file:line:column", or what of it is known.
func (e *Error) Place() string {
	if e.Line == 0 {
		return e.File
	}
	return fmt.Sprintf("%s:%d:%d", e.File, e.Line, e.Column)
}

// Errors is all mistakes of a mapping, in the file's order.
type Errors []*Error

// Error says all mistakes in English, one below the other.
func (e Errors) Error() string {
	texts := make([]string, len(e))
	for i, err := range e {
		texts[i] = err.Error()
	}
	return strings.Join(texts, "\n")
}

// Unwrap returns the mistakes.
func (e Errors) Unwrap() []error {
	list := make([]error, len(e))
	for i, err := range e {
		list[i] = err
	}
	return list
}

// mistakes are what was found so far.
type mistakes struct{ errs Errors }

// fail adds a mistake, which may then be given a suggestion or a hint.
func (m *mistakes) fail(p pos, code, format string, args ...any) *Error {
	e := p.at(code, format, args...)
	m.errs = append(m.errs, e)
	return e
}

// near suggests what was probably meant by a word, if one of the known words is
// near.
func (e *Error) near(word string, known []string) *Error {
	e.Suggestion = suggest(word, known)
	return e
}

// hint says what to do about it.
func (e *Error) hint(format string, args ...any) *Error {
	e.Hint = say(format, args...)
	return e
}

// otherwise is hint for a mistake that has neither a suggestion nor a hint.
func (e *Error) otherwise(format string, args ...any) *Error {
	if e.Suggestion == "" && e.Hint.IsZero() {
		e.hint(format, args...)
	}
	return e
}

// sorted returns e in the order of places, those of the command line first, or
// nil if there is none. Two mistakes with one place and message are one.
func (e Errors) sorted() Errors {
	slices.SortStableFunc(e, func(a, b *Error) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return slices.CompactFunc(e, func(a, b *Error) bool {
		return a.File == b.File && a.Line == b.Line && a.Column == b.Column && a.Reason.String() == b.Reason.String()
	})
}

// source is the text of one file, for showing its lines.
type source struct {
	name  string
	lines []string
}

func newSource(name string, src []byte) *source {
	text := strings.TrimPrefix(string(src), "\ufeff")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	return &source{name: name, lines: strings.Split(text, "\n")}
}

// pos is a place in a source. Line 0 means the source as a whole.
type pos struct {
	src       *source
	line, col int // 1-based, col in characters
	width     int
}

// snippetLength is how many characters of a long line are shown.
const snippetLength = 100

// at returns a mistake at p. The place is moved into the source if it is
// outside, because the parser's marks may be.
func (p pos) at(code, format string, args ...any) *Error {
	e := &Error{Code: code, Reason: say(format, args...)}
	if p.src == nil {
		return e
	}
	e.File = p.src.name
	if p.line <= 0 {
		return e
	}
	e.Line = min(p.line, len(p.src.lines))
	line := []rune(p.src.lines[e.Line-1])
	e.Column = min(max(p.col, 1), len(line)+1)
	if p.line > e.Line {
		e.Column = len(line) + 1
	}
	start := max(0, min(e.Column-1-snippetLength/2, len(line)-snippetLength))
	shown := line[start:min(start+snippetLength, len(line))]
	e.caret = e.Column - 1 - start
	e.width = min(p.width, len(shown)-e.caret)
	e.Snippet = strings.TrimRight(strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return utf8.RuneError
		}
		return r
	}, string(shown)), " ")
	return e
}

// quoteList returns words in quotes with commas between them, the first few
// if there are many.
func quoteList(texts []string) string {
	const shown = 20
	quoted := make([]string, 0, shown+1)
	for i, w := range texts {
		if i == shown {
			quoted = append(quoted, fmt.Sprintf("… (+%d)", len(texts)-shown))
			break
		}
		quoted = append(quoted, strconv.Quote(w))
	}
	return strings.Join(quoted, ", ")
}

// texts are said with commas between them.
type texts []vitec.Text

// Message returns them as one text.
func (all texts) Message() (format string, args []any) {
	for i, t := range all {
		if i > 0 {
			format += ", "
		}
		format += "%v"
		args = append(args, t)
	}
	return format, args
}
