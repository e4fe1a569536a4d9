package importer

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"

	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

// The quick way of folding must be the long one's equal, or a person would be
// another one depending on the letters in the name.
func TestFoldLatinIsFold(t *testing.T) {
	long := func(s string) string {
		s = cases.Fold().String(norm.NFKC.String(s))
		return strings.Join(strings.Fields(norm.NFC.String(s)), " ")
	}
	latin := func(s string) (string, bool) {
		b, ok := appendLatin(nil, s)
		return string(b), ok
	}
	for r := rune(0); r < 0x250; r++ {
		s := "a" + string(r) + "B"
		if quick, ok := latin(s); ok && quick != long(s) {
			t.Errorf("%q is %q, want %q", s, quick, long(s))
		}
	}
	for _, s := range []string{"Åsa  Öberg", "\tJOSÉ\n", "", " ", "a b"} {
		if _, ok := latin(s); !ok {
			t.Errorf("%q takes the long way", s)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune(" \t\u0085\u00a0AaÅåßÆ×÷ÿÞ\u030a")), rapid.Rune())).Draw(t, "s")
		if quick, ok := latin(s); ok && quick != long(s) {
			t.Fatalf("%q is %q, want %q", s, quick, long(s))
		}
	})
}

// identifyPlainly is identify as it reads, one text after the other.
func identifyPlainly(b *vitec.AddNewViewingParticipant) ledger.Identity {
	plain := func(s string) string {
		s = cases.Fold().String(norm.NFKC.String(s))
		return strings.Join(strings.Fields(norm.NFC.String(s)), " ")
	}
	phone := func(s string) string {
		s = strings.ReplaceAll(s, "(0)", "")
		digits := ""
		for _, c := range s {
			if c >= '0' && c <= '9' {
				digits += string(c)
			} else if c == '+' && digits == "" {
				digits = "00"
			}
		}
		switch {
		case digits == "":
			return ""
		case strings.HasPrefix(digits, "00"):
			return "+" + digits[2:]
		}
		return "+46" + strings.TrimPrefix(digits, "0")
	}
	p := &b.UpdatePerson
	id := ledger.Identity{Contact: plain(p.ContactId)}
	for _, c := range plain(p.SocialSecurityNumber) {
		if c != '-' && c != '+' && c != ' ' {
			id.Number += string(c)
		}
	}
	add := func(kind, value string) {
		trait := kind + "\x00" + plain(p.FirstName+" "+p.LastName) + "\x00" + value
		if value != "" && !slices.Contains(id.Traits, trait) {
			id.Traits = append(id.Traits, trait)
		}
	}
	add("mail", plain(p.Email.EmailAddress))
	add("mail", plain(p.Email.EmailAddress2))
	for _, s := range []string{p.CellPhone, p.TelePhone, p.WorkPhone, p.OtherPhone} {
		add("phone", phone(s))
	}
	return id
}

func TestIdentifyIsThePlainRule(t *testing.T) {
	text := rapid.StringOf(rapid.OneOf(rapid.RuneFrom([]rune("  \t\u00a0AaÅåßÆÿ\u030a\u200bŁ")), rapid.Rune()))
	number := rapid.StringOf(rapid.RuneFrom([]rune("0046701-+() a")))
	one := rapid.OneOf(rapid.SampledFrom([]string{"", "a@b.se", "A@B.SE", "0701", "+46701", "(0)"}), text, number)
	var x identifier
	rapid.Check(t, func(t *rapid.T) {
		var body vitec.AddNewViewingParticipant
		p := &body.UpdatePerson
		for _, field := range []*string{
			&p.FirstName, &p.LastName, &p.ContactId, &p.SocialSecurityNumber, &p.Email.EmailAddress, &p.Email.EmailAddress2,
			&p.CellPhone, &p.TelePhone, &p.WorkPhone, &p.OtherPhone,
		} {
			*field = one.Draw(t, "value")
		}
		got, want := x.identify(&body, nil), identifyPlainly(&body)
		if got.Contact != want.Contact || got.Number != want.Number || !slices.Equal(got.Traits, want.Traits) {
			t.Fatalf("%+v\nis  %q\nnot %q", *p, got, want)
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
			var x identifier
			b.ReportAllocs()
			for b.Loop() {
				x.identify(&body, nil)
			}
		})
	}
}
