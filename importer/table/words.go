package table

import (
	"embed"
	"fmt"

	"vitec-import/importer/words"
)

//go:embed words.*.yaml
var wordFiles embed.FS

var catalogue = words.Load(wordFiles)

// none says nothing.
var none words.Message

// say returns a text of the catalogue, to be said later. Bytes among its args
// are copied.
func say(id string, args ...any) words.Message {
	for i, a := range args {
		if b, ok := a.([]byte); ok {
			args[i] = string(b)
		}
	}
	return catalogue.Message(id, args...)
}

// flaw is a text of the catalogue that is an error: what is wrong with a part
// of a workbook.
func flaw(id string, args ...any) error { return &words.Error{Message: say(id, args...)} }

// Args are what is needed to say Reason and Hint of a refused row again: their
// ids, and what fills the reason. They hold nothing out of the file's cells.
func (e *Error) Args() []string {
	args := []string{e.Reason.ID(), e.Hint.ID()}
	for _, a := range e.Reason.Args() {
		args = append(args, fmt.Sprint(a))
	}
	return args
}

// Wording returns what [Error].Reason and Hint say of a refused row, for those
// who have kept no more of it than [Error.Args]. It reports false for what is
// none of them.
func Wording(l words.Language, args []string) (reason, hint string, ok bool) {
	w := catalogue.In(l)
	if len(args) < 2 || !w.Has(args[0]) || args[1] != "" && !w.Has(args[1]) {
		return "", "", false
	}
	fill := make([]any, len(args)-2)
	for i, a := range args[2:] {
		if fill[i] = a; a == string(tab) {
			fill[i] = tab
		}
	}
	if args[1] != "" {
		hint = w.Text(args[1])
	}
	return w.Text(args[0], fill...), hint, true
}

// In says why a row with this code is refused, and what to do about it, for
// those who have not even kept [Error.Args]. It does not go into particulars.
// It reports false for a code that is not that of a row.
func (c Code) In(l words.Language) (reason, hint string, ok bool) {
	w := catalogue.In(l)
	if !w.Has("reason." + string(c)) {
		return "", "", false
	}
	return w.Text("reason." + string(c)), w.Text("hint." + string(c)), true
}
