package mapping

import "strings"

// memo remembers what became of texts that stand in a column again and again:
// dates, times, yes and no. It forgets one for another that falls on the same
// place, and a nil memo remembers nothing.
type memo [256]struct {
	text string
	is   *fixed // nil: nothing is remembered here
}

// place chooses by what texts of one column differ in most: length and end.
func (m *memo) place(text string) int {
	h := uint32(len(text))
	for i := max(0, len(text)-5); i < len(text); i++ {
		h = h*31 + uint32(text[i])
	}
	return int(h*0x9e3779b1>>16) % len(m)
}

// find returns what became of a text, or nil.
func (m *memo) find(text string) *fixed {
	if m == nil {
		return nil
	}
	if at := &m[m.place(text)]; at.is != nil && at.text == text {
		return at.is
	}
	return nil
}

// keep remembers what becomes of a text.
func (m *memo) keep(text string, is *fixed) {
	if m == nil || len(text) > longestMemo {
		return
	}
	at := &m[m.place(text)]
	at.text, at.is = strings.Clone(text), is // the text is part of a whole row
}

// longestMemo is the longest text, in bytes, that is worth remembering.
const longestMemo = 64
