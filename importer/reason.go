package importer

import (
	"embed"
	"slices"
	"strings"

	"vitec-import/importer/table"
	"vitec-import/importer/words"
)

//go:embed words.*.yaml
var wordFiles embed.FS

var catalogue = words.Load(wordFiles)

// Reason is why a row or a run ended as it did, before it is said: what the
// ledger keeps, so that a report can say it in another language later. It
// carries no personal data. The zero Reason says nothing.
type Reason struct {
	Code string
	// Args are what is particular. The first are the server's or the system's
	// own words, which are said behind ours; they may be empty.
	Args []string
}

// unreadableFor is the reason of a stop for what the reader of the input says:
// the file, and the error's own args.
const unreadableFor = "input_unreadable_for"

// because returns a reason that nobody else has put into words.
func because(code string, args ...string) Reason {
	if len(args) == 0 {
		return Reason{Code: code}
	}
	return Reason{Code: code, Args: append([]string{""}, args...)}
}

// with returns the reason with the words of others behind it.
func (r Reason) with(theirs string) Reason {
	if theirs == "" {
		return r
	}
	if len(r.Args) == 0 {
		return Reason{Code: r.Code, Args: []string{theirs}}
	}
	args := slices.Clone(r.Args)
	args[0] = theirs
	return Reason{Code: r.Code, Args: args}
}

// String returns the reason in English.
func (r Reason) String() string { return r.In(words.English) }

// In says the reason in a language. It is empty for a code that is not one.
func (r Reason) In(l words.Language) string {
	if r.Code == "" {
		return ""
	}
	id, w := "reason."+r.Code, catalogue.In(l)
	if !w.Has(id) {
		return ""
	}
	var theirs string
	var fill []any
	for i, a := range r.Args {
		if i == 0 {
			theirs = a
		} else {
			fill = append(fill, a)
		}
	}
	switch r.Code {
	case codeNoId: // the client's own reason
		if len(fill) == 2 {
			fill[1] = l.Say(r.Args[2])
		}
	case codeCertificate + "_for", codeUnreachable + "_for", codeNoAnswer + "_for": // the system's or the network's
		if len(fill) > 0 {
			fill = []any{l.Say(r.Args[1], anyOf(r.Args[2:])...)}
		}
	case unreadableFor: // the reader's of the input
		if len(fill) > 2 {
			if reason, _, ok := table.Wording(r.Args[2:]); ok {
				fill[1] = reason
			}
		}
	case codeUnsendable:
		if len(fill) > 1 {
			fill = []any{strings.TrimPrefix(r.Args[1]+" "+l.Say(r.Args[2], anyOf(r.Args[3:])...), " ")}
		}
	case StopUncertain, StopRejected, stopUnsent: // the last row's reason
		if len(fill) > 1 {
			fill[1] = Reason{Code: r.Args[2], Args: r.Args[3:]}.In(l)
		}
	}
	text := w.Text(id, fill...)
	if theirs != "" {
		text += ": " + theirs
	}
	return shorten(text, 500)
}

// Hint says what a person can do about the reason, "" if there is nothing to
// say.
func (r Reason) Hint(l words.Language) string {
	if id := "hint." + r.Code; catalogue.In(l).Has(id) {
		return catalogue.In(l).Text(id)
	}
	return ""
}

func anyOf(texts []string) []any {
	list := make([]any, len(texts))
	for i, t := range texts {
		list[i] = t
	}
	return list
}
