package table

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// clean returns the text of a cell as it goes on: in Unicode normal form C,
// with plain spaces instead of no-break, thin and other spaces that look like
// one, and without characters that have no width and no meaning. It does not
// trim. A text that is clean already is returned as it is.
func clean(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return cleanWide(s, i)
		}
	}
	return s
}

// cleanWide is clean for a text whose first non-ASCII byte is at i.
func cleanWide(s string, i int) string {
	for _, r := range s[i:] {
		// Below U+0300 nothing combines; only these two are touched.
		if r >= 0x300 || r == 0xA0 || r == 0xAD {
			return cleanAll(s)
		}
	}
	return s
}

func cleanAll(s string) string {
	s = norm.NFC.String(s)
	dirty := false
	for _, r := range s {
		if k := kindOf(r); k != kept {
			dirty = true
			break
		}
	}
	if !dirty {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	prev := rune(-1)
	for i, r := range s {
		switch kindOf(r) {
		case kept:
			b.WriteRune(r)
		case space:
			b.WriteByte(' ')
		case joiner:
			next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			if joins(prev) && joins(next) {
				b.WriteRune(r)
			}
		}
		prev = r
	}
	return norm.NFC.String(b.String())
}

// runeKind says what clean does with a rune.
type runeKind uint8

const (
	kept runeKind = iota
	space
	gone
	joiner // means something between letters of some scripts and in emoji
)

func kindOf(r rune) runeKind {
	switch {
	case r < 0xA0:
		return kept
	case r == 0xA0, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F:
		return space
	case r == 0x200C, r == 0x200D:
		return joiner
	case r == 0xAD, r == 0x034F, r == 0x061C, r == 0x180E, r == 0x200B, r == 0x200E, r == 0x200F,
		r >= 0x202A && r <= 0x202E, r >= 0x2060 && r <= 0x2064, r >= 0x2066 && r <= 0x206F, r == 0xFEFF:
		return gone
	}
	return kept
}

// joins reports whether a joiner next to r can mean something: not beside
// Latin letters, digits, spaces and ASCII signs, where it is litter.
func joins(r rune) bool {
	return r >= 0x300 && r != utf8.RuneError && !unicode.Is(unicode.Latin, r) && kindOf(r) == kept && !unicode.IsSpace(r)
}

// blank reports whether a cell shows nothing.
func blank(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c > ' ' && c < utf8.RuneSelf {
			return false
		} else if c >= utf8.RuneSelf {
			return strings.TrimSpace(s[i:]) == ""
		}
	}
	return true
}

// control returns the first control character of a cell that is neither a tab
// nor a line break.
func control(s string) (rune, bool) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ' && c != '\t' && c != '\n' && c != '\r', c == 0x7F:
			return rune(c), true
		case c == 0xC2 && i+1 < len(s) && s[i+1] < 0xA0 && s[i+1] != 0x85:
			return rune(s[i+1]), true
		}
	}
	return 0, false
}
