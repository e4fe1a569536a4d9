package mapping

import (
	"strings"
	"unicode"
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
func (p Problem) Message() string { return p.MessageIn(English) }

// Hint says in English what to do about it, or is empty.
func (p Problem) Hint() string { return p.HintIn(English) }

// MessageIn is Message in another language.
func (p Problem) MessageIn(l Language) string {
	message, _, ok := Wording(l, p.Code, p.Args)
	if !ok {
		message, _, _ = Wording(l, unworded, []string{p.Code})
	}
	return message
}

// HintIn is Hint in another language.
func (p Problem) HintIn(l Language) string {
	_, hint, _ := Wording(l, p.Code, p.Args)
	return hint
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
