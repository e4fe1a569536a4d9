package table

import (
	"embed"

	"vitec-import/importer/words"
)

//go:embed words.*.yaml
var wordFiles embed.FS

var catalogue = words.Load(wordFiles)

// In says why a row with this code is refused, and what to do about it. It is
// for those who have kept no more of an [Error] than its code, and does not go
// into the particulars that Reason tells in English. It reports false for a
// code that is not that of a row.
func (c Code) In(l words.Language) (reason, hint string, ok bool) {
	w := catalogue.In(l)
	if !w.Has("reason." + string(c)) {
		return "", "", false
	}
	return w.Text("reason." + string(c)), w.Text("hint." + string(c)), true
}

// ReasonIn says what is wrong in a language: in English with its particulars.
func (e *Error) ReasonIn(l words.Language) string {
	if l == words.Swedish {
		for _, kind := range []string{"reason.", "file."} {
			if id := kind + string(e.Code); catalogue.In(l).Has(id) && (kind == "file.") == (e.Row == 0) {
				return catalogue.In(l).Text(id)
			}
		}
	}
	return e.Reason
}

// HintIn says what to do about it in a language, "" if there is nothing to say.
func (e *Error) HintIn(l words.Language) string {
	if _, hint, ok := e.Code.In(l); ok && e.Row > 0 && l == words.Swedish {
		return hint
	}
	return e.Hint
}
