package importer

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

// identifier identifies one body after the other, in memory that it uses
// again. The zero identifier is ready.
type identifier struct {
	text   []byte   // of all traits of the body at hand
	ends   []int    // of each of them
	traits []string // the same, as the ledger takes them
}

// identify tells who a body books, in the terms in which the server itself
// looks for a contact: by contact id, else by personal number, else by first
// and last name together with any e-mail address or phone number. Everything
// is normalised, so that the same person written differently is the same: in
// another letter case, with other spaces, a phone with or without its country
// code, a personal number with or without its dash.
//
// With fields, the named fields of the body, and nothing else, make the
// identity. Its traits are valid until the next call.
func (x *identifier) identify(b *vitec.AddNewViewingParticipant, fields []vitec.Field) ledger.Identity {
	if len(fields) > 0 {
		return ledger.Identity{Traits: []string{named(b, fields)}}
	}
	p := &b.UpdatePerson
	var short [2 * 64]byte
	name := appendName(short[:0], p.FirstName, p.LastName)
	x.text, x.ends = x.text[:0], x.ends[:0]
	for _, mail := range [...]string{p.Email.EmailAddress, p.Email.EmailAddress2} {
		x.add("mail\x00", name, mail, appendFold)
	}
	for _, phone := range [...]string{p.CellPhone, p.TelePhone, p.WorkPhone, p.OtherPhone} {
		x.add("phone\x00", name, phone, appendPhone)
	}
	x.traits = x.traits[:0]
	whole, start := string(x.text), 0
	for _, end := range x.ends {
		x.traits = append(x.traits, whole[start:end])
		start = end
	}
	return ledger.Identity{Contact: fold(p.ContactId), Number: personalNumber(p.SocialSecurityNumber), Traits: x.traits}
}

// add appends a trait, made of the name and what is left of value, if there is
// something left and no trait is the same.
func (x *identifier) add(kind string, name []byte, value string, normal func([]byte, string) []byte) {
	if value == "" {
		return
	}
	start := len(x.text)
	text := append(append(append(x.text, kind...), name...), 0)
	bare := len(text)
	if text = normal(text, value); len(text) == bare {
		return
	}
	earlier := 0
	for _, end := range x.ends {
		if bytes.Equal(x.text[earlier:end], text[start:]) {
			return
		}
		earlier = end
	}
	x.text = text
	x.ends = append(x.ends, len(text))
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

// fold makes texts that a reader takes for the same equal: letter case,
// Unicode form, and runs of white space.
func fold(s string) string {
	var short [64]byte
	if b := appendFold(short[:0], s); string(b) != s {
		return string(b)
	}
	return s
}

// appendFold appends the folded s.
func appendFold(dst []byte, s string) []byte {
	if folded, ok := appendLatin(dst, s); ok {
		return folded
	}
	return append(dst, foldAny(s)...)
}

// appendName appends the two names folded, as one text.
func appendName(dst []byte, first, last string) []byte {
	b, ok := appendLatin(dst, first)
	if ok && len(b) > len(dst) {
		b = append(b, ' ')
	}
	before := len(b)
	if ok {
		b, ok = appendLatin(b, last)
	}
	switch {
	case !ok:
		return append(dst, foldAny(first+" "+last)...)
	case len(b) == before && len(b) > len(dst):
		return b[:before-1] // there is no last name
	}
	return b
}

// foldAny folds every text.
func foldAny(s string) string {
	s = cases.Fold().String(norm.NFKC.String(s))
	return strings.Join(strings.Fields(norm.NFC.String(s)), " ")
}

// appendLatin appends a folded text of ASCII and of the letters À to ÿ, as
// nearly all are here, and reports whether s is one: in them a letter is one
// character, and its small form the folded one. The exception is ß.
func appendLatin(dst []byte, s string) ([]byte, bool) {
	b, space := dst, false
	for _, r := range s {
		switch {
		case r == ' ' || r >= '\t' && r <= '\r':
			space = len(b) > len(dst)
			continue
		case r >= 'A' && r <= 'Z', r >= 'À' && r <= 'Þ' && r != '×':
			r += 'a' - 'A'
		case r >= utf8.RuneSelf && (r < 'À' || r > 'ÿ' || r == 'ß'):
			return dst, false
		}
		if space {
			b, space = append(b, ' '), false
		}
		b = utf8.AppendRune(b, r)
	}
	return b, true
}

// phoneDigits is the international form of a phone number, without
// punctuation. A number without a country code is Swedish, as the mapping's
// phone converter takes it to be.
func phoneDigits(s string) string {
	var short [32]byte
	return string(appendPhone(short[:0], s))
}

// appendPhone appends what phoneDigits returns, which is nothing for a text
// without digits.
func appendPhone(dst []byte, s string) []byte {
	if strings.Contains(s, "(0)") {
		s = strings.ReplaceAll(s, "(0)", "")
	}
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
		return dst
	case len(digits) > 1 && digits[0] == '0' && digits[1] == '0':
		return append(append(dst, '+'), digits[2:]...)
	case digits[0] == '0':
		return append(append(dst, "+46"...), digits[1:]...)
	default:
		return append(append(dst, "+46"...), digits...)
	}
}

// personalNumber is the number without its punctuation. The mapping's
// converter has made Swedish numbers twelve digits long; whatever else a
// mapping lets through stays as it is.
func personalNumber(s string) string {
	if s == "" {
		return ""
	}
	var n strings.Builder
	for _, c := range fold(s) {
		if c != '-' && c != '+' && c != ' ' {
			n.WriteRune(c)
		}
	}
	return n.String()
}
