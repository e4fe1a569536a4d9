package mapping

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// glance tells at a glance that a row of cells names no column of a mapping,
// without an allocation: a table's reader asks that about every row, to find
// a header in the middle of the rows. It may say yes wrongly, never no.
type glance struct {
	// names are the folded names that are plain ASCII, by what they compare as.
	names map[string]bool
	// longest is the longest of them, in bytes.
	longest int
	// first are the first runes of the other names, lower case.
	first map[rune]bool
}

// glance returns the names of all columns that the mapping asks for.
func (m *Mapping) glance() glance {
	g := glance{names: map[string]bool{}, first: map[rune]bool{}}
	for names := range m.columns() {
		for _, s := range names {
			name := fold(headerKey(s.text))
			if ascii(name) {
				g.names[name] = true
				g.longest = max(g.longest, len(name))
			}
			if name != "" {
				r, _ := utf8.DecodeRuneInString(name)
				g.first[r] = true
			}
		}
	}
	return g
}

// sees reports whether one of the cells may name a column.
func (g *glance) sees(cells []string) bool {
	for _, cell := range cells {
		if cell != "" && g.may(cell) {
			return true
		}
	}
	return false
}

func (g *glance) may(cell string) bool {
	if !ascii(cell) {
		// Names are few, and so are the cells that begin like one of them.
		r, n := utf8.DecodeRuneInString(cell)
		next, _ := utf8.DecodeRuneInString(cell[n:])
		if r <= ' ' || mended(r) != r || next >= 0x300 {
			return true // it begins with a space, or with what cannot be seen, or combines
		}
		return g.first[unicode.ToLower(r)]
	}
	var room [64]byte
	key := room[:0]
	for i := range len(cell) {
		c := cell[i]
		switch {
		case c <= ' ':
			if n := len(key); n == 0 || key[n-1] == ' ' {
				continue
			}
			c = ' '
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		}
		if key = append(key, c); len(key) > g.longest+1 {
			return false
		}
	}
	return g.names[string(bytes.TrimRight(key, " "))]
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
