package reports

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Inert returns s so that no spreadsheet takes it for a formula when it stands
// in a cell of a CSV file, in one line.
//
// A text that begins with = + - @ (or a full-width form of one) gets an
// apostrophe in front, the mark by which spreadsheets know a text. So does the
// same after a semicolon or after quotation marks, because a Swedish Excel
// that opens a comma-separated file cuts it at the semicolons. Line breaks,
// tabs and other control characters become spaces.
//
// Signed numbers and phones (digits and spaces after the sign) are no formulas
// and stay as they are.
func Inert(s string) string {
	var b strings.Builder
	b.Grow(len(s) + 2)
	start := true // of what a spreadsheet may see as a cell
	for i, r := range s {
		switch {
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029':
			r = ' '
		case r == ';':
			start = true
		case start && (r == '"' || r == ' '):
			// the cell still begins after these
		case start && formulaSign(r) && !signedNumber(s[i:]):
			b.WriteByte('\'')
			start = false
		default:
			start = false
		}
		if r == utf8.RuneError {
			r = '\uFFFD'
		}
		b.WriteRune(r)
	}
	return b.String()
}

// inertID is Inert for an id that a program will compare: a sign in front of
// letters, digits, - _ and . alone can call nothing and stays.
func inertID(s string) string {
	if len(s) > 1 && (s[0] == '-' || s[0] == '+') && strings.IndexFunc(s[1:], notIDRune) < 0 {
		return s
	}
	return Inert(s)
}

func notIDRune(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_' || r == '.')
}

func formulaSign(r rune) bool {
	switch r {
	case '=', '+', '-', '@', '＝', '＋', '－', '＠':
		return true
	}
	return false
}

// signedNumber reports whether s, up to a semicolon, is a sign followed by
// digits and spaces, with one decimal point or comma at most.
func signedNumber(s string) bool {
	s, _, _ = strings.Cut(s, ";")
	if s == "" || s[0] != '+' && s[0] != '-' {
		return false
	}
	digits, points := 0, 0
	for _, r := range s[1:] {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '.' || r == ',':
			points++
		case r != ' ':
			return false
		}
	}
	return digits > 0 && points <= 1
}

// oneLine returns s with every run of white space and control characters as
// one space.
func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}

// alive takes from a text the apostrophe that Inert has put in front of it.
func alive(s string) string {
	if bare, ok := strings.CutPrefix(s, "'"); ok && Inert(bare) == s {
		return bare
	}
	return s
}
