package mapping

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// clean returns a cell as a person sees it: in NFC, without characters that
// cannot be seen, every kind of space as a space, line ends as \n, and no
// space at the ends.
func clean(cell string) string {
	if strings.IndexByte(cell, '\r') >= 0 {
		cell = strings.ReplaceAll(cell, "\r\n", "\n")
	}
	return strings.TrimSpace(norm.NFC.String(strings.Map(mended, cell)))
}

// mended returns what stands for r in a cleaned cell, or -1 for nothing.
func mended(r rune) rune {
	switch {
	case r == '\n' || r >= ' ' && r < 0x7f || r > 0xad && r < 0x300:
		return r
	case r == '\r' || r == 0x85 || r == '\u2028' || r == '\u2029':
		return '\n'
	case r == '\t' || unicode.Is(unicode.Zs, r):
		return ' '
	case unicode.IsControl(r), unicode.Is(unicode.Cf, r), r == '\u034f', r == '\u115f', r == '\u1160', r == '\u3164', r == '\ufffe', r == '\uffff':
		return -1
	}
	return r
}

// oneLine returns a cleaned text with its line breaks as spaces.
func oneLine(text string) string {
	if strings.IndexByte(text, '\n') < 0 {
		return text
	}
	return strings.Join(strings.Fields(text), " ")
}

// fold returns what a cleaned text is compared by where case does not matter.
func fold(text string) string { return norm.NFC.String(strings.ToLower(text)) }
