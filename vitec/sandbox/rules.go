package sandbox

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"vitec-import/vitec"
)

// validate checks the body against the server's known rules. reachable says that
// the contact is known to have a number or an address on file, so that the
// request need not bring one.
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
	for _, member := range members {
		if member.field == nil || member.field.MaxLength == 0 {
			continue
		}
		v, _ := member.field.Get(b)
		text, _ := v.(string)
		if max := member.field.MaxLength; len(utf16.Encode([]rune(text))) > max {
			m[member.path] = append(m[member.path], fmt.Sprintf("Fältet %s måste vara en sträng med maxlängden %d.", member.name, max))
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
