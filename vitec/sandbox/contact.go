package sandbox

import (
	"reflect"
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

// contact is what the server has on a card.
type contact struct {
	customer, id string
	named        bool   // a client, or the Config, has called it by a contactId
	partial      bool   // the card may hold more than is known here
	number       string // normalised personal number
	keys         []string
	person       *vitec.UpdatePerson // nil before the first update, and when it is forgotten
}

// reachable says that a number or an address is on file, as far as is known.
func (c *contact) reachable() bool {
	p := c.person
	return c.partial || !blank(p.Email.EmailAddress) || !blank(p.TelePhone) || !blank(p.WorkPhone) || !blank(p.CellPhone)
}

// cards are the contacts of all customers, to be found as the server finds
// them: by contactId, else by personal number, else by first and last name
// with any one of the phone numbers and addresses.
type cards struct {
	byKey  map[string]*contact
	keep   int        // how many keep what is on them, the keys excepted; 0: all
	filled []*contact // those that do, the oldest first
}

// find returns the contact that a person is, or nil. Contacts that another
// contactId or another personal number tells apart are not the same.
func (cs *cards) find(customer string, p *vitec.UpdatePerson) *contact {
	id := strings.TrimSpace(p.ContactId)
	if id != "" {
		if c := cs.byKey[idKey(customer, id)]; c != nil {
			return c
		}
	}
	number := normalNumber(p.SocialSecurityNumber)
	for _, k := range personKeys(customer, p) {
		c := cs.byKey[k]
		if c == nil || id != "" && c.named || number != "" && c.number != "" && c.number != number {
			continue
		}
		return c
	}
	return nil
}

// add makes a contact, with nothing on its card yet.
func (cs *cards) add(c *contact) { cs.byKey[idKey(c.customer, c.id)] = c }

// name lets a contact be found by a contactId.
func (cs *cards) name(c *contact, id string) {
	c.named = true
	cs.byKey[idKey(c.customer, id)] = c
}

// update writes everything that is not blank over the contact's card, and lets
// the contact be found by what stands there now.
func (cs *cards) update(c *contact, p *vitec.UpdatePerson) {
	old := c.keys
	if c.person == nil { // a new card, or one whose content is forgotten: its keys still hold
		c.person = new(vitec.UpdatePerson)
		cs.fill(c)
		old = nil
	}
	person, _ := bodySchema.find("updatePerson")
	person.members.overwrite(reflect.ValueOf(c.person).Elem(), reflect.ValueOf(p).Elem())
	c.person.ContactId = c.id
	if n := normalNumber(c.person.SocialSecurityNumber); n != "" {
		c.number = n
	}
	for _, k := range old {
		if cs.byKey[k] == c {
			delete(cs.byKey, k)
		}
	}
	c.keys = personKeys(c.customer, c.person)
	for _, k := range c.keys {
		cs.byKey[k] = c
	}
}

// fill notes that a contact has something on its card, and drops what the
// oldest of them had when they are too many.
func (cs *cards) fill(c *contact) {
	cs.filled = append(cs.filled, c)
	if cs.keep > 0 && len(cs.filled) > cs.keep {
		oldest := cs.filled[0]
		oldest.person, oldest.keys, oldest.partial = nil, nil, true
		cs.filled = cs.filled[1:]
	}
}

func idKey(customer, id string) string { return customer + "\x00id\x00" + id }

// personKeys are the keys of which each alone finds a person, the surest first.
func personKeys(customer string, p *vitec.UpdatePerson) []string {
	keys := make([]string, 0, 6)
	if n := normalNumber(p.SocialSecurityNumber); n != "" {
		keys = append(keys, customer+"\x00number\x00"+n)
	}
	first, last := normalText(p.FirstName), normalText(p.LastName)
	if first == "" || last == "" {
		return keys
	}
	prefix := customer + "\x00name\x00" + first + "\x00" + last + "\x00"
	add := func(value string) {
		if value != "" && !slices.Contains(keys, prefix+value) {
			keys = append(keys, prefix+value)
		}
	}
	add(normalPhone(p.CellPhone))
	add(normalPhone(p.TelePhone))
	add(normalPhone(p.WorkPhone))
	add(normalText(p.Email.EmailAddress))
	add(normalText(p.Email.EmailAddress2))
	return keys
}

// normalText makes texts equal that differ in case, spaces or Unicode form only.
func normalText(s string) string {
	return strings.ToLower(strings.Join(strings.Fields(norm.NFKC.String(s)), " "))
}

// normalPhone keeps the digits, +46 and 0046 being Swedish for 0.
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

// normalNumber brings a Swedish personal number to its last ten digits;
// anything else stays a text.
func normalNumber(s string) string {
	d := digits(s)
	if len(d) == 12 {
		return d[2:]
	}
	if len(d) == 10 {
		return d
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
