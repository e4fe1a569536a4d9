package sandbox

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"

	"vitec-import/vitec"
)

// office is the state behind the API: contacts, places, bookings. One lock
// covers all of it, so that the commits have one order.
type office struct {
	config Config

	mu       sync.Mutex // guards what follows
	random   *rand.Rand // draws the ids
	contacts contacts
	slots    map[vitec.Target]*slotState
	order    []*slotState // the Config's, then the others in the order of their first booking
	times    map[attendance]int
	twice    int // bookings of somebody who was on that slot already
	made     journal[Commit]
	sent     map[MessageKind]int
	last     string // booking id of the newest commit
}

type slotState struct {
	SlotState
	participants []participant
}

// participant is one booking as the list of viewings shows it.
type participant struct {
	HasParticipated bool   `json:"hasParticipated"`
	ContactId       string `json:"contactId"`
}

// attendance is somebody on a time slot.
type attendance struct {
	vitec.Target
	*contact
}

func newOffice(c Config) *office {
	o := &office{
		config: c, random: rand.New(rand.NewPCG(c.Seed, c.Seed)), contacts: contacts{}, slots: map[vitec.Target]*slotState{},
		times: map[attendance]int{}, made: journal[Commit]{keep: c.Keep}, sent: map[MessageKind]int{},
	}
	for _, v := range c.Viewings {
		for _, s := range v.Slots {
			o.addSlot(vitec.Target{CustomerId: v.CustomerId, ViewingId: v.ViewingId, TimeSlotId: s.TimeSlotId}, s)
		}
	}
	for _, k := range c.Contacts {
		c := &contact{customer: k.CustomerId, id: k.ContactId}
		o.contacts.name(c, k.ContactId)
		o.contacts.update(c, k.person())
	}
	return o
}

func (o *office) addSlot(t vitec.Target, s Slot) *slotState {
	p := &slotState{SlotState: SlotState{Target: t, Slot: s}}
	o.slots[t] = p
	o.order = append(o.order, p)
	return p
}

// order is what a request asks the office for.
type order struct {
	target   vitec.Target
	body     *vitec.AddNewViewingParticipant
	format   string // "json" or "xml"
	request  int
	repeatId bool // the fault: hand out the last booking id again
}

// book checks an order and commits it in one step: an answer with a commit is
// booked, and nothing else is.
func (o *office) book(r order) *answer {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.config.now()
	person := &r.body.UpdatePerson
	known := o.contacts.find(r.target.CustomerId, person)

	id := strings.TrimSpace(person.ContactId)
	reachable := id != "" && (known != nil && known.reachable() || known == nil && len(o.config.Contacts) == 0)
	if m := validate(r.target, r.body, reachable); m != nil {
		return invalidState(m)
	}
	slot, refusal := o.admit(now, r)
	if refusal != nil {
		return refusal
	}

	matched := known != nil
	c := known
	if !matched {
		c = o.newContact(r.target.CustomerId, id)
		matched = c.partial
	} else if id != "" && !c.named {
		o.contacts.name(c, id)
	}
	o.contacts.update(c, person)
	slot.participants = append(slot.participants, participant{is(r.body.Participated), c.id})
	slot.Booked++
	at := attendance{r.target, c}
	o.times[at]++
	if o.times[at] > 1 {
		o.twice++
	}

	if !r.repeatId || o.last == "" {
		o.last = o.draw("VID")
	}
	commit := Commit{
		Seq:       o.made.count + 1,
		Request:   r.request,
		Time:      now,
		Target:    r.target,
		ContactId: c.id,
		BookingId: o.last,
		Answer:    c.id,
		Matched:   matched,
		Times:     o.times[at],
		Body:      *r.body,
		Format:    r.format,
		Messages:  messages(now, slot.Slot, c, r.body),
	}
	if is(r.body.ReturnBookingId) {
		commit.Answer = o.last
	}
	for _, m := range commit.Messages {
		o.sent[m.Kind]++
	}
	o.made.add(commit)
	if o.config.Keep > 0 {
		c.forget()
	}
	return &answer{status: http.StatusOK, id: commit.Answer, commit: commit.Seq}
}

// admit finds the slot and checks its limits as far as the request asks for
// it. What the API does when a request does not say is undocumented; here,
// nothing is checked then.
func (o *office) admit(now time.Time, r order) (*slotState, *answer) {
	slot := o.slots[r.target]
	if slot == nil {
		if len(o.config.Viewings) > 0 {
			return nil, refused(http.StatusNotFound, "Visningen eller visningstillfället finns inte.")
		}
		slot = o.addSlot(r.target, Slot{TimeSlotId: r.target.TimeSlotId})
	}
	options := &r.body.Options
	if is(options.IsDeadlineValidationEnabled) && !slot.Slot.Deadline.IsZero() && now.After(slot.Slot.Deadline) {
		return nil, invalid("participant", "Sista bokningstid för visningstillfället har passerat.")
	}
	if is(options.EnableBookingLimitValidation) && slot.Slot.Places > 0 && slot.Slot.Taken+slot.Booked >= slot.Slot.Places {
		return nil, invalid("participant", "Visningstillfället är fullbokat.")
	}
	return slot, nil
}

// newContact creates a contact. A contactId that nobody has seen is taken for
// an old one if the Config names no contacts: the contact keeps the id if that
// looks like the server's own, and is found by it in any case.
func (o *office) newContact(customer, id string) *contact {
	c := &contact{customer: customer, partial: id != "" && len(o.config.Contacts) == 0}
	if hex, ok := strings.CutPrefix(id, "ADR"); c.partial && ok && len(hex) == 32 && strings.Trim(hex, "0123456789abcdefABCDEF") == "" {
		c.id = id
	} else {
		c.id = o.draw("ADR")
	}
	o.contacts.add(c, c.id)
	if id != "" {
		o.contacts.name(c, id)
	}
	return c
}

func (o *office) draw(prefix string) string {
	return fmt.Sprintf("%s%016x%016x", prefix, o.random.Uint64(), o.random.Uint64())
}

func (o *office) commits(n int) []Commit {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.made.newest(n)
}

// counts are the office's part of the totals.
func (o *office) counts() Counts {
	o.mu.Lock()
	defer o.mu.Unlock()
	return Counts{Commits: o.made.count, DoubleBookings: o.twice, Messages: maps.Clone(o.sent)}
}

func (o *office) slotStates() []SlotState {
	o.mu.Lock()
	defer o.mu.Unlock()
	list := make([]SlotState, len(o.order))
	for i, p := range o.order {
		list[i] = p.SlotState
	}
	return list
}

func bookings(commits []Commit) []Booking {
	type key struct {
		vitec.Target
		contact string
	}
	var list []Booking
	place := make(map[key]int)
	for _, c := range commits {
		k := key{c.Target, c.ContactId}
		i, ok := place[k]
		if !ok {
			i = len(list)
			place[k] = i
			list = append(list, Booking{Target: c.Target, ContactId: c.ContactId})
		}
		list[i].Commits = append(list[i].Commits, c.Seq)
	}
	return list
}

// messages are those that the flags ask for and that can be delivered: a
// contact that is known in full and has no number or address gets none.
func messages(now time.Time, slot Slot, c *contact, b *vitec.AddNewViewingParticipant) []Message {
	var list []Message
	add := func(asked *bool, kind MessageKind, to string, at time.Time) {
		if is(asked) && (to != "" || c.partial) {
			list = append(list, Message{Kind: kind, To: to, Time: at})
		}
	}
	reminder := slot.Start
	if b.ReminderTime != nil && !reminder.IsZero() {
		reminder = reminder.Add(-time.Duration(*b.ReminderTime) * time.Minute)
	}
	card := &c.card.UpdatePerson
	add(b.SMSConfirmation, SMSConfirmation, card.CellPhone, now)
	add(b.MailConfirmation, MailConfirmation, card.Email.EmailAddress, now)
	add(b.SMSReminder, SMSReminder, card.CellPhone, reminder)
	return list
}

func is(b *bool) bool { return b != nil && *b }
