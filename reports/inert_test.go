package reports

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
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

// TestQuickLooks holds what is decided by a quick look against the long way.
func TestQuickLooks(t *testing.T) {
	text := rapid.OneOf(rapid.StringOf(rapid.RuneFrom([]rune("a; =+-@\"'ÅåÿÀ×÷\t\n\u0085\u00a0\u007f\u2028＝"))), rapid.String(), rapid.Just("\xc3"), rapid.Just("a\xc3;"))
	rapid.Check(t, func(t *rapid.T) {
		s := text.Draw(t, "text") + text.Draw(t, "more")
		if got, want := oneLine(s), oneLineSlow(s); got != want {
			t.Fatalf("oneLine(%q) = %q, want %q", s, got, want)
		}
		if got, want := Inert(s), disarm(s); got != want {
			t.Fatalf("Inert(%q) = %q, want %q", s, got, want)
		}
	})
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
		if part != "" && strings.ContainsRune("=+-@＝＋－＠", []rune(part)[0]) && !signedNumber(part) {
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
