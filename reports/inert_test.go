package reports

import (
	"strings"
	"testing"
)

func TestInert(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"", ""},
		{"Anna Svensson", "Anna Svensson"},
		{"Åsa Öberg-Ek", "Åsa Öberg-Ek"},
		{"=1+1", "'=1+1"},
		{"@SUM(A1)", "'@SUM(A1)"},
		{"+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"},
		{"-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"},
		{"\t=1+1", " '=1+1"},
		{"\r=1+1", " '=1+1"},
		{"\n=1+1", " '=1+1"},
		{"  =1+1", "  '=1+1"},
		{"＝1+1", "'＝1+1"},
		{"Anna;=HYPERLINK(\"http://x\")", "Anna;'=HYPERLINK(\"http://x\")"},
		{"Anna;\"=1+1\"", "Anna;\"'=1+1\""},
		{"\"=1+1", "\"'=1+1"},
		{"two\nlines", "two lines"},
		{"+46701740605", "+46701740605"},
		{"+46 70 174 06 05", "+46 70 174 06 05"},
		{"-12,5", "-12,5"},
		{"-1-1", "'-1-1"},
		{"+46-70-1740605", "'+46-70-1740605"}, // Excel would subtract
		{"070-1740605", "070-1740605"},
		{"a=b", "a=b"},
	} {
		if got := Inert(tt.in); got != tt.want {
			t.Errorf("Inert(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// What Inert has marked is read back as it was.
func TestAlive(t *testing.T) {
	for _, s := range []string{"Åsa", "=1+1", "'quoted", "-2", "@x", "+46 70"} {
		if got := alive(Inert(s)); got != s {
			t.Errorf("%q came back as %q", s, got)
		}
	}
}

func TestInertIDsStayVerbatim(t *testing.T) {
	for _, id := range []string{"VID0123456789ABCDEF", "-NxYz_12", "TS-1", "+a.b"} {
		if got := inertID(id); got != id {
			t.Errorf("inertID(%q) = %q", id, got)
		}
	}
	if got := inertID("=cmd()"); got != "'=cmd()" {
		t.Errorf("inertID = %q", got)
	}
}

// liveFormula reports whether a spreadsheet would take a CSV cell for a
// formula, whatever of the usual delimiters it cuts the line at.
func liveFormula(cell string) bool {
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return r == ';' || r == '\t' || r == '\n' || r == '\r' }) {
		part = strings.TrimLeft(part, "\" ")
		if part != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(part)[0]) && !signedNumber.MatchString(part) {
			return true
		}
	}
	return false
}

func FuzzInert(f *testing.F) {
	for _, s := range []string{"=1", ";=1", "\"=1", "+46 70", "-a;-b", "@;\t@", "\xff=1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Inert(s)
		if liveFormula(got) {
			t.Errorf("Inert(%q) = %q is live", s, got)
		}
		if again := Inert(got); again != got {
			t.Errorf("Inert is not stable: %q, %q", got, again)
		}
	})
}
