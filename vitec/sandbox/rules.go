package sandbox

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"vitec-import/vitec"
)

// validate checks the body against the server's known rules. They are written
// here again instead of taken from the client, whose mistakes they are meant
// to show. reachable says that the contact is known to have a number or an
// address on file, so that the request need not bring one.
func validate(t vitec.Target, b *vitec.AddNewViewingParticipant, reachable bool) modelState {
	m := modelState{}
	add := func(key, message string) { m["participant"+key] = append(m["participant"+key], message) }
	p := &b.UpdatePerson
	switch {
	case blank(p.CustomerId):
		add(".UpdatePerson.CustomerId", "Fältet CustomerId är obligatoriskt.")
	case p.CustomerId != t.CustomerId:
		add(".UpdatePerson.CustomerId", "Kundid måste vara samma som i adressen.")
	}
	if !reachable && !hasAddress(p) {
		add(".UpdatePerson", "Minst ett av fälten EmailAddress, TelePhone, WorkPhone och CellPhone måste anges.")
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
		if len(utf16.Encode([]rune(l.value))) > l.max {
			field := l.name[strings.LastIndexByte(l.name, '.')+1:]
			add(".UpdatePerson."+l.name, fmt.Sprintf("Fältet %s måste vara en sträng med maxlängden %d.", field, l.max))
		}
	}
	if b.ReminderTime != nil && *b.ReminderTime < 0 {
		add(".ReminderTime", "Fältet ReminderTime får inte vara negativt.")
	}
	if len(m) == 0 {
		return nil
	}
	return m
}

// hasAddress says whether a person can be reached, by one of the four fields of
// which the API wants at least one.
func hasAddress(p *vitec.UpdatePerson) bool {
	return !blank(p.Email.EmailAddress) || !blank(p.TelePhone) || !blank(p.WorkPhone) || !blank(p.CellPhone)
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }
