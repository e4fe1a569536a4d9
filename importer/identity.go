package importer

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

// identify tells who a body books, in the terms in which the server itself
// looks for a contact: by contact id, else by personal number, else by first
// and last name together with any e-mail address or phone number. Everything
// is normalised, so that the same person written differently is the same: in
// another letter case, with other spaces, a phone with or without its country
// code, a personal number with or without its dash.
//
// With fields, the named fields of the body, and nothing else, make the
// identity.
func identify(b *vitec.AddNewViewingParticipant, fields []vitec.Field) ledger.Identity {
	if len(fields) > 0 {
		return ledger.Identity{Traits: []string{named(b, fields)}}
	}
	p := &b.UpdatePerson
	id := ledger.Identity{
		Contact: fold(p.ContactId),
		Number:  personalNumber(p.SocialSecurityNumber),
	}
	name := fold(p.FirstName + " " + p.LastName)
	id.Traits = make([]string, 0, 4)
	for _, mail := range []string{p.Email.EmailAddress, p.Email.EmailAddress2} {
		if mail = fold(mail); mail != "" {
			id.Traits = appendOnce(id.Traits, "mail\x00"+name+"\x00"+mail)
		}
	}
	for _, phone := range []string{p.CellPhone, p.TelePhone, p.WorkPhone, p.OtherPhone} {
		if phone = phoneDigits(phone); phone != "" {
			id.Traits = appendOnce(id.Traits, "phone\x00"+name+"\x00"+phone)
		}
	}
	return id
}

// named joins the values of the identity fields of the mapping.
func named(b *vitec.AddNewViewingParticipant, fields []vitec.Field) string {
	var s strings.Builder
	s.WriteString("fields")
	for _, f := range fields {
		s.WriteByte(0)
		v, _ := f.Get(b)
		text, _ := v.(string)
		switch {
		case strings.HasSuffix(strings.ToLower(f.Path), "phone"):
			text = phoneDigits(text)
		case f.Path == "updatePerson.socialSecurityNumber":
			text = personalNumber(text)
		default:
			text = fold(text)
		}
		s.WriteString(text)
	}
	return s.String()
}

func appendOnce(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

// fold makes texts that a reader takes for the same equal: letter case,
// Unicode form, and runs of white space.
func fold(s string) string {
	if folded, ok := foldLatin(s); ok {
		return folded
	}
	s = cases.Fold().String(norm.NFKC.String(s))
	return strings.Join(strings.Fields(norm.NFC.String(s)), " ")
}

// foldLatin folds a text of ASCII and of the letters À to ÿ, as nearly all are
// here, and reports whether s is one: in them a letter is one character, and
// its small form the folded one. The exception is ß.
func foldLatin(s string) (string, bool) {
	var short [64]byte
	b, space := short[:0], false
	for _, r := range s {
		switch {
		case r == ' ' || r >= '\t' && r <= '\r':
			space = len(b) > 0
			continue
		case r >= 'A' && r <= 'Z', r >= 'À' && r <= 'Þ' && r != '×':
			r += 'a' - 'A'
		case r >= utf8.RuneSelf && (r < 'À' || r > 'ÿ' || r == 'ß'):
			return "", false
		}
		if space {
			b, space = append(b, ' '), false
		}
		b = utf8.AppendRune(b, r)
	}
	if string(b) == s {
		return s, true
	}
	return string(b), true
}

// phoneDigits is the international form of a phone number, without
// punctuation. A number without a country code is Swedish, as the mapping's
// phone converter takes it to be.
func phoneDigits(s string) string {
	s = strings.ReplaceAll(s, "(0)", "")
	var short [32]byte
	digits := short[:0]
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits = append(digits, c)
		case c == '+' && len(digits) == 0:
			digits = append(digits, "00"...)
		}
	}
	switch {
	case len(digits) == 0:
		return ""
	case len(digits) > 1 && digits[0] == '0' && digits[1] == '0':
		return "+" + string(digits[2:])
	case digits[0] == '0':
		return "+46" + string(digits[1:])
	default:
		return "+46" + string(digits)
	}
}

// personalNumber is the number without its punctuation. The mapping's
// converter has made Swedish numbers twelve digits long; whatever else a
// mapping lets through stays as it is.
func personalNumber(s string) string {
	var n strings.Builder
	for _, c := range fold(s) {
		if c != '-' && c != '+' && c != ' ' {
			n.WriteRune(c)
		}
	}
	return n.String()
}
