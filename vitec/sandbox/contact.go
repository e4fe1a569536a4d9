package sandbox

import (
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"vitec-import/vitec"
)

// Contact is a person that the office knows, as far as others are told apart
// from it.
type Contact struct {
	CustomerId           string `json:"customerId" yaml:"customerId"`
	ContactId            string `json:"contactId" yaml:"contactId"`
	FirstName            string `json:"firstName,omitempty" yaml:"firstName,omitempty"`
	LastName             string `json:"lastName,omitempty" yaml:"lastName,omitempty"`
	SocialSecurityNumber string `json:"socialSecurityNumber,omitempty" yaml:"socialSecurityNumber,omitempty"`
	TelePhone            string `json:"telePhone,omitempty" yaml:"telePhone,omitempty"`
	WorkPhone            string `json:"workPhone,omitempty" yaml:"workPhone,omitempty"`
	CellPhone            string `json:"cellPhone,omitempty" yaml:"cellPhone,omitempty"`
	EmailAddress         string `json:"emailAddress,omitempty" yaml:"emailAddress,omitempty"`
}

// person is the contact in the body's form.
func (c *Contact) person() *vitec.UpdatePerson {
	return &vitec.UpdatePerson{
		FirstName: c.FirstName, LastName: c.LastName, SocialSecurityNumber: c.SocialSecurityNumber,
		TelePhone: c.TelePhone, WorkPhone: c.WorkPhone, CellPhone: c.CellPhone,
		Email: vitec.Email{EmailAddress: c.EmailAddress},
	}
}

// contact is what the server knows of a person.
type contact struct {
	customer, id string
	named        bool   // a client, or the Config, has called it by a contactId
	partial      bool   // the office may know more than the card says
	number       string // normalised personal number
	keys         []string
	card         vitec.AddNewViewingParticipant // only its UpdatePerson
}

// reachable says whether a number or an address is on file, as far as is known.
func (c *contact) reachable() bool { return c.partial || hasAddress(&c.card.UpdatePerson) }

// forget drops what is on the card. The contact is still found by its keys.
func (c *contact) forget() {
	c.card, c.keys, c.partial = vitec.AddNewViewingParticipant{}, nil, true
}

// contacts are those of all customers, by everything that finds them: the
// contactId, else the personal number, else first and last name with any one
// of the phone numbers and addresses.
type contacts map[string]*contact

// find returns the contact that a person is, or nil. Contacts that another
// contactId or another personal number tells apart are not the same.
func (cs contacts) find(customer string, p *vitec.UpdatePerson) *contact {
	id := strings.TrimSpace(p.ContactId)
	if id != "" {
		if c := cs[idKey(customer, id)]; c != nil {
			return c
		}
	}
	number := normalNumber(p.SocialSecurityNumber)
	for _, k := range personKeys(customer, p) {
		c := cs[k]
		if c == nil || id != "" && c.named || number != "" && c.number != "" && c.number != number {
			continue
		}
		return c
	}
	return nil
}

// add lets a contact be found by an id, name by one that a client uses.
func (cs contacts) add(c *contact, id string) { cs[idKey(c.customer, id)] = c }

func (cs contacts) name(c *contact, id string) {
	c.named = true
	cs.add(c, id)
}

// update overwrites the contact's card with everything that is not blank, and
// lets the contact be found by what is on it now.
func (cs contacts) update(c *contact, p *vitec.UpdatePerson) {
	from := &vitec.AddNewViewingParticipant{UpdatePerson: *p}
	for _, m := range members {
		if m.field == nil || !strings.HasPrefix(m.field.Path, "updatePerson.") {
			continue
		}
		v, ok := m.field.Get(from)
		if text, isText := v.(string); ok && !(isText && blank(text)) {
			m.set(&c.card, v)
		}
	}
	card := &c.card.UpdatePerson
	card.ContactId = c.id
	if n := normalNumber(card.SocialSecurityNumber); n != "" {
		c.number = n
	}
	for _, k := range c.keys {
		if cs[k] == c {
			delete(cs, k)
		}
	}
	c.keys = personKeys(c.customer, card)
	for _, k := range c.keys {
		cs[k] = c
	}
}

func idKey(customer, id string) string { return customer + "\x00id\x00" + id }

// personKeys are the keys each of which finds a person, the surest first.
func personKeys(customer string, p *vitec.UpdatePerson) []string {
	var keys []string
	if n := normalNumber(p.SocialSecurityNumber); n != "" {
		keys = append(keys, customer+"\x00number\x00"+n)
	}
	first, last := normalText(p.FirstName), normalText(p.LastName)
	if first == "" || last == "" {
		return keys
	}
	for _, value := range []string{
		normalPhone(p.CellPhone), normalPhone(p.TelePhone), normalPhone(p.WorkPhone),
		normalText(p.Email.EmailAddress), normalText(p.Email.EmailAddress2),
	} {
		key := strings.Join([]string{customer, "name", first, last, value}, "\x00")
		if value != "" && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	return keys
}

// normalText makes texts equal that differ in case, spaces or Unicode form only.
func normalText(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(s)), " "))
}

// normalPhone keeps the digits, with 0 for the Swedish +46 and 0046.
func normalPhone(s string) string {
	d := digits(s)
	if abroad, ok := strings.CutPrefix(d, "00"); ok {
		d = abroad
	} else if !strings.HasPrefix(strings.TrimSpace(s), "+") {
		return d
	}
	if swedish, ok := strings.CutPrefix(d, "46"); ok {
		return "0" + strings.TrimPrefix(swedish, "0") // +46 (0)70 …
	}
	return "+" + d
}

// normalNumber reduces a Swedish personal number to its last ten digits, and
// leaves anything else a text.
func normalNumber(s string) string {
	if d := digits(s); len(d) == 10 || len(d) == 12 {
		return d[len(d)-10:]
	}
	return normalText(s)
}

func digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}
