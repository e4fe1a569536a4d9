package mapping

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// clean returns a cell as a person sees it: in NFC, without characters that
// cannot be seen, every kind of space as a space, line ends as \n, and no
// space at the ends.
func clean(cell string) string {
	for i := 0; i < len(cell); i++ {
		if c := cell[i]; c < ' ' || c >= 0x7f {
			return cleanSlow(cell)
		}
	}
	// Printable ASCII: only the ends can be wrong.
	for cell != "" && cell[0] == ' ' {
		cell = cell[1:]
	}
	for cell != "" && cell[len(cell)-1] == ' ' {
		cell = cell[:len(cell)-1]
	}
	return cell
}

func cleanSlow(cell string) string {
	changed, composed := false, true
	for _, r := range cell {
		if mended(r) != r {
			changed = true
		}
		if r >= 0x300 {
			composed = false // below that nothing combines
		}
	}
	if changed {
		cell = strings.ReplaceAll(cell, "\r\n", "\n")
		cell = strings.Map(mended, cell)
	}
	if !composed && !norm.NFC.IsNormalString(cell) {
		cell = norm.NFC.String(cell)
	}
	return strings.TrimSpace(cell)
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
func fold(text string) string {
	for i := 0; i < len(text); i++ {
		if c := text[i]; c >= utf8.RuneSelf || 'A' <= c && c <= 'Z' {
			return norm.NFC.String(strings.ToLower(text))
		}
	}
	return text
}
