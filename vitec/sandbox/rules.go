package sandbox

import (
	"fmt"
	"strings"

	"vitec-import/vitec"
)

// validate holds the body against the rules that are known of the server, in
// the order of the specification. They are written here once more and not
// taken from the client's, whose mistakes they are to show. reachable says that the contact is known to
// have a number or an address on file, so that the request need not bring one.
func validate(t vitec.Target, b *vitec.AddNewViewingParticipant, reachable bool) modelState {
	var m modelState
	p := &b.UpdatePerson
	const person = "participant.UpdatePerson"

	switch {
	case blank(p.CustomerId):
		m = m.add(person+".CustomerId", "Fältet CustomerId är obligatoriskt.")
	case p.CustomerId != t.CustomerId:
		m = m.add(person+".CustomerId", "Kundid måste vara samma som i adressen.")
	}
	if !reachable && blank(p.Email.EmailAddress) && blank(p.TelePhone) && blank(p.WorkPhone) && blank(p.CellPhone) {
		m = m.add(person, "Minst ett av fälten EmailAddress, TelePhone, WorkPhone och CellPhone måste anges.")
	}
	for _, l := range [...]struct {
		name, value string
		max         int // UTF-16 code units
	}{
		{"ContactId", p.ContactId, 40},
		{"CustomerId", p.CustomerId, 40},
		{"Address.StreetAddress", p.Address.StreetAddress, 68},
		{"Address.ZipCode", p.Address.ZipCode, 15},
		{"Address.City", p.Address.City, 25},
		{"Address.CountryCode", p.Address.CountryCode, 2},
		{"Email.EmailAddress", p.Email.EmailAddress, 100},
		{"Email.EmailAddress2", p.Email.EmailAddress2, 100},
		{"OtherPhone", p.OtherPhone, 17},
		{"FirstName", p.FirstName, 30},
		{"LastName", p.LastName, 30},
		{"SocialSecurityNumber", p.SocialSecurityNumber, 20},
		{"TelePhone", p.TelePhone, 17},
		{"WorkPhone", p.WorkPhone, 17},
		{"CellPhone", p.CellPhone, 17},
	} {
		if utf16Length(l.value) > l.max {
			field := l.name[strings.LastIndexByte(l.name, '.')+1:]
			m = m.add(person+"."+l.name, fmt.Sprintf("Fältet %s måste vara en sträng med maxlängden %d.", field, l.max))
		}
	}
	if b.ReminderTime != nil && *b.ReminderTime < 0 {
		m = m.add("participant.ReminderTime", "Fältet ReminderTime får inte vara negativt.")
	}
	return m
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// utf16Length counts as .NET counts: a character beyond U+FFFF is two.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}
