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
	// names are the names, folded.
	names map[string]bool
	// longest is the longest of those that are plain ASCII, in bytes.
	longest int
	// first are the first runes of all names, lower case.
	first map[rune]bool
}

// glance returns the names of all columns that the mapping asks for.
func (m *Mapping) glance() glance {
	g := glance{names: map[string]bool{}, first: map[rune]bool{}}
	for names := range m.columns() {
		for _, s := range names {
			name := fold(headerKey(s.text))
			if name == "" {
				continue
			}
			g.names[name] = true
			r, _ := utf8.DecodeRuneInString(name)
			g.first[r] = true
			if ascii(name) {
				g.longest = max(g.longest, len(name))
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
		odd := r <= ' ' || mended(r) != r || next >= 0x300 // a space, or what cannot be seen, or combines
		return (odd || g.first[unicode.ToLower(r)]) && g.names[fold(headerKey(cell))]
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
