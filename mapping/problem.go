package mapping

import (
	"strings"
	"unicode"

	"vitec-import/importer/words"
)

// Problem is why a row cannot be sent or, as a Warning, what should be looked
// at. Value is personal; no other member is, and neither is what Message and
// Hint return.
type Problem struct {
	Column  int      // 0-based cell, -1 if it is no cell's fault
	Header  string   // the header cell of that column, as read
	Field   string   // path of the field, "" if it is the whole row
	Code    string   // what is wrong, for programs and for other languages
	Args    []string // what the message needs, never personal
	Value   string   // the cell, as read; personal
	Warning bool     // the row may be sent
}

// Message says in English what is wrong, without the value.
func (p Problem) Message() string { return p.MessageIn(words.English) }

// Hint says in English what to do about it, or is empty.
func (p Problem) Hint() string { return p.HintIn(words.English) }

// MessageIn is Message in another language.
func (p Problem) MessageIn(l words.Language) string { return p.message().In(l) }

// HintIn is Hint in another language.
func (p Problem) HintIn(l words.Language) string { return p.hint().In(l) }

func (p Problem) message() words.Message {
	if id := "problem." + p.Code; catalogue.In(words.English).Has(id) {
		return say(id, asArgs(p.Args)...)
	}
	return say("problem.unworded", p.Code)
}

func (p Problem) hint() words.Message {
	if id := "problem." + p.Code + ".hint"; catalogue.In(words.English).Has(id) {
		return say(id, asArgs(p.Args)...)
	}
	return none
}

func asArgs(texts []string) []any {
	list := make([]any, len(texts))
	for i, s := range texts {
		list[i] = s
	}
	return list
}

// Wording returns what [Problem.MessageIn] and [Problem.HintIn] say of a
// problem with this code and these arguments, for those who have kept no more
// of it. It reports false for a code that is not this package's.
func Wording(l words.Language, code string, args []string) (message, hint string, ok bool) {
	if !catalogue.In(words.English).Has("problem." + code) {
		return "", "", false
	}
	p := Problem{Code: code, Args: args}
	return p.MessageIn(l), p.HintIn(l), true
}

// maskedLength is how many characters of a masked value are shown.
const maskedLength = 40

// Masked returns Value in a form that whoever has the file can recognise and
// nobody else can read: "070-1740605" becomes "0••-•••••••".
func (p Problem) Masked() string {
	var b strings.Builder
	for i, r := range []rune(p.Value) {
		switch {
		case i == maskedLength:
			b.WriteString("…")
			return b.String()
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			b.WriteRune('·')
		case i > 0 && (unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)):
			b.WriteRune('•')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
