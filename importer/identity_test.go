package importer

import (
	"strings"
	"testing"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"vitec-import/vitec"
)

// The quick way of folding must be the long one's equal, or a person would be
// another one depending on the letters in the name.
func TestFoldLatinIsFold(t *testing.T) {
	long := func(s string) string {
		s = cases.Fold().String(norm.NFKC.String(s))
		return strings.Join(strings.Fields(norm.NFC.String(s)), " ")
	}
	for r := rune(0); r < 0x250; r++ {
		s := "a" + string(r) + "B"
		if quick, ok := foldLatin(s); ok && quick != long(s) {
			t.Errorf("%q is %q, want %q", s, quick, long(s))
		}
	}
	for _, s := range []string{"Åsa  Öberg", "\tJOSÉ\n", "", " ", "a b"} {
		if _, ok := foldLatin(s); !ok {
			t.Errorf("%q takes the long way", s)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune(" \t\u0085\u00a0AaÅåßÆ×÷ÿÞ\u030a")), rapid.Rune())).Draw(t, "s")
		if quick, ok := foldLatin(s); ok && quick != long(s) {
			t.Fatalf("%q is %q, want %q", s, quick, long(s))
		}
	})
}

func BenchmarkIdentify(b *testing.B) {
	for _, name := range []string{"Anna", "Åsa", "Łucja"} {
		b.Run(name, func(b *testing.B) {
			var body vitec.AddNewViewingParticipant
			p := &body.UpdatePerson
			p.FirstName, p.LastName = name, "Svensson"
			p.Email.EmailAddress = "Anna.Svensson@example.com"
			p.CellPhone, p.TelePhone = "+46701740605", "+4681234500"
			b.ReportAllocs()
			for b.Loop() {
				identify(&body, nil)
			}
		})
	}
}
