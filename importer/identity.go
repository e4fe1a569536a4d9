package importer

import (
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

// who is whom a body books, in the terms in which the server itself looks for a
// contact: by contact id, else by personal number, else by first and last name
// together with any e-mail address or phone number. All of it is normalised, so
// that the same person written differently is the same.
type who struct {
	contact, number, name string
	// reach are the e-mail addresses and phone numbers, or the one text that the
	// mapping's own identity makes.
	reach []string
	own   bool // the mapping says itself what makes the identity
}

// identify tells who a body books. With fields, the named fields of the body,
// and nothing else, make the identity.
func identify(b *vitec.AddNewViewingParticipant, fields []vitec.Field) who {
	if len(fields) > 0 {
		return who{own: true, reach: []string{named(b, fields)}}
	}
	p := &b.UpdatePerson
	w := who{contact: fold(p.ContactId), number: personalNumber(p.SocialSecurityNumber), name: fold(p.FirstName + " " + p.LastName)}
	add := func(kind, value string) {
		if value != "" && !slices.Contains(w.reach, kind+value) {
			w.reach = append(w.reach, kind+value)
		}
	}
	add("mail\x00", fold(p.Email.EmailAddress))
	add("mail\x00", fold(p.Email.EmailAddress2))
	for _, phone := range [...]string{p.CellPhone, p.TelePhone, p.WorkPhone, p.OtherPhone} {
		add("phone\x00", phoneDigits(phone))
	}
	return w
}

// nameless reports whether nothing tells this person from others who can be
// reached in the same way: families and offices share an address.
func (w *who) nameless() bool { return w.name == "" && !w.own }

// identity is what the ledger knows the person by. Somebody without a name is
// the nth in the list with the same address; n is 0-based.
func (w *who) identity(n int) ledger.Identity {
	id := ledger.Identity{Contact: w.contact, Number: w.number}
	for _, r := range w.reach {
		trait := r + "\x00" + w.name
		if w.nameless() && n > 0 {
			trait += "\x00" + strconv.Itoa(n)
		}
		id.Traits = append(id.Traits, trait)
	}
	return id
}

// shared is what others than the person may have, too: families and offices
// share an address. Nobody is told by it alone.
func (w *who) shared() []string {
	if w.own || w.nameless() {
		return nil
	}
	return w.reach
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
	s = cases.Fold().String(norm.NFKC.String(s))
	return strings.Join(strings.Fields(norm.NFC.String(s)), " ")
}

// phoneDigits is the international form of a phone number, without
// punctuation. A number without a country code is Swedish, as the mapping's
// phone converter takes it to be. A text without digits is no number.
func phoneDigits(s string) string {
	s = strings.ReplaceAll(s, "(0)", "")
	var b strings.Builder
	for _, c := range s {
		switch {
		case c >= '0' && c <= '9':
			b.WriteRune(c)
		case c == '+' && b.Len() == 0:
			b.WriteString("00")
		}
	}
	digits := b.String()
	switch {
	case digits == "":
		return ""
	case strings.HasPrefix(digits, "00"):
		return "+" + digits[2:]
	}
	return "+46" + strings.TrimPrefix(digits, "0")
}

// personalNumber is the number without its punctuation. The mapping's
// converter has made Swedish numbers twelve digits long; whatever else a
// mapping lets through stays as it is.
func personalNumber(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '-' || r == '+' || r == ' ' {
			return -1
		}
		return r
	}, fold(s))
}
