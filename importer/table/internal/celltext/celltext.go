// Package celltext says what the text of a cell is, whatever file it comes from.
package celltext

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Clean returns the text of a cell as it goes on: in Unicode normal form C,
// with plain spaces instead of no-break, thin and other spaces that look like
// one, and without characters that have no width and no meaning. It does not
// trim.
func Clean(s string) string {
	if isASCII(s) {
		return s
	}
	s = norm.NFC.String(s)
	if !strings.ContainsFunc(s, func(r rune) bool { return kindOf(r) != kept }) {
		return s
	}
	var b strings.Builder
	prev := rune(-1) // the last one that shows something
	for i, r := range s {
		switch kindOf(r) {
		case kept:
			b.WriteRune(r)
			prev = r
		case space:
			b.WriteByte(' ')
			prev = ' '
		case line:
			b.WriteByte('\n')
			prev = '\n'
		case joiner:
			next, _ := utf8.DecodeRuneInString(s[i+utf8.RuneLen(r):])
			if joins(prev) && (r >= 0xFE00 || joins(next)) {
				b.WriteRune(r)
			}
		}
	}
	return norm.NFC.String(b.String())
}

// Digits returns the digits 0 to 9 of a text.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// runeKind says what Clean does with a rune.
type runeKind uint8

const (
	kept runeKind = iota
	space
	line   // ends a line or a paragraph
	gone   // shows nothing
	joiner // means something between letters of some scripts and in emoji
)

func kindOf(r rune) runeKind {
	switch {
	case r < 0xA0:
		return kept
	case r == 0xA0, r == 0x1680, r >= 0x2000 && r <= 0x200A, r == 0x202F, r == 0x205F, r == 0x2800, r == 0x3000:
		return space
	case r == 0x2028, r == 0x2029:
		return line
	case r == 0x200C, r == 0x200D, r >= 0xFE00 && r <= 0xFE0F: // and the variation selectors
		return joiner
	case unicode.Is(invisible, r):
		return gone
	}
	return kept
}

// invisible has the characters without width: Unicode's default ignorables
// but for the joiners, and what else is drawn as nothing.
var invisible = &unicode.RangeTable{
	R16: []unicode.Range16{
		{0x00AD, 0x00AD, 1}, {0x034F, 0x034F, 1}, {0x061C, 0x061C, 1}, {0x115F, 0x1160, 1}, {0x17B4, 0x17B5, 1}, {0x180B, 0x180F, 1},
		{0x200B, 0x200B, 1}, {0x200E, 0x200F, 1}, {0x202A, 0x202E, 1}, {0x2060, 0x206F, 1}, {0x3164, 0x3164, 1}, {0xFEFF, 0xFEFF, 1}, {0xFFA0, 0xFFA0, 1}, {0xFFF0, 0xFFFC, 1},
	},
	R32:         []unicode.Range32{{0x1BCA0, 0x1BCA3, 1}, {0x1D173, 0x1D17A, 1}, {0xE0000, 0xE0FFF, 1}},
	LatinOffset: 1,
}

// joins reports whether a joiner next to r can mean something: not beside
// Latin letters, digits, spaces and ASCII signs, where it is litter.
func joins(r rune) bool {
	return r >= 0x300 && r != utf8.RuneError && !unicode.Is(unicode.Latin, r) && kindOf(r) == kept && !unicode.IsSpace(r)
}

// Blank reports whether a cell shows nothing.
func Blank(s string) bool { return strings.TrimSpace(s) == "" }

// Filled counts the cells that show something.
func Filled(cells []string) (n int) {
	for _, c := range cells {
		if !Blank(c) {
			n++
		}
	}
	return n
}

// Trimmed returns the cells without the spaces around them.
func Trimmed(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = strings.TrimSpace(c)
	}
	return out
}

// Wordy reports whether the filled cells are all words, as headers are, and
// not numbers, dates or addresses.
func Wordy(cells []string) bool {
	return !slices.ContainsFunc(cells, func(c string) bool {
		return !Blank(c) && (MostlyDigits(strings.TrimSpace(c)) || strings.Contains(c, "@"))
	})
}

// MostlyDigits reports whether at least half of a text are digits.
func MostlyDigits(s string) bool { return len(Digits(s))*2 >= len(s) }

// Control returns the first character of a cell that no text has: a control
// character that is neither a tab nor a line break, or one of Unicode's
// noncharacters.
func Control(s string) (rune, bool) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ' && c != '\t' && c != '\n' && c != '\r', c == 0x7F:
			return rune(c), true
		case c == 0xC2 && i+1 < len(s) && s[i+1] < 0xA0:
			return rune(s[i+1]), true
		case c == 0xEF:
			if r, _ := utf8.DecodeRuneInString(s[i:]); noncharacter(r) {
				return r, true
			}
		}
	}
	return 0, false
}

func noncharacter(r rune) bool { return r >= 0xFDD0 && r <= 0xFDEF || r == 0xFFFE || r == 0xFFFF }
