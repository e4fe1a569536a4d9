package reports

import (
	"regexp"
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
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, s)
	cells := strings.Split(s, ";")
	for i, cell := range cells {
		text := strings.TrimLeft(cell, "\" ")
		sign, _ := utf8.DecodeRuneInString(text)
		if strings.ContainsRune("=+-@＝＋－＠", sign) && !signedNumber.MatchString(text) {
			cells[i] = strings.TrimSuffix(cell, text) + "'" + text
		}
	}
	return strings.Join(cells, ";")
}

// inertID is Inert for an id that a program will compare: a sign in front of
// letters, digits, - _ and . alone can call nothing and stays.
func inertID(s string) string {
	if signedID.MatchString(s) {
		return s
	}
	return Inert(s)
}

var (
	signedNumber = regexp.MustCompile(`^[+-] *(?:[0-9][0-9 ]*(?:[.,][0-9 ]*)?|[.,] *[0-9][0-9 ]*)$`)
	signedID     = regexp.MustCompile(`^[+-][A-Za-z0-9._-]+$`)
)

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
