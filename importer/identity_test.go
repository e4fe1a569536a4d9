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
		trait := kind + "\x00" + value + "\x00" + plain(p.FirstName+" "+p.LastName)
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
	rapid.Check(t, func(t *rapid.T) {
		var body vitec.AddNewViewingParticipant
		p := &body.UpdatePerson
		for _, field := range []*string{
			&p.FirstName, &p.LastName, &p.ContactId, &p.SocialSecurityNumber, &p.Email.EmailAddress, &p.Email.EmailAddress2,
			&p.CellPhone, &p.TelePhone, &p.WorkPhone, &p.OtherPhone,
		} {
			*field = one.Draw(t, "value")
		}
		w := identify(&body, nil)
		got, want := w.identity(0), identifyPlainly(&body)
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
			b.ReportAllocs()
			for b.Loop() {
				identify(&body, nil)
			}
		})
	}
}
