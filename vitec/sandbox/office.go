package sandbox

import (
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"vitec-import/vitec"
)

// office is the state behind the API: contacts, places, bookings. One lock is
// over all of it, so that the commits have one order.
type office struct {
	config  *Config
	slots   map[vitec.Target]Slot // nil: every slot exists
	ids     func(n uint64) string // 32 hex digits
	mu      sync.Mutex            // guards what follows
	cards   cards
	places  map[vitec.Target]*place
	order   []*place // those that have been booked, in the order of their first booking
	booked  map[seat]int
	twice   int // bookings of somebody who had that slot already
	made    journal[Commit]
	sent    map[MessageKind]int
	letters journal[letter]
	last    string // booking id of the newest commit
	drawn   uint64 // ids drawn
}

func newOffice(c *Config, ids func(uint64) string) (*office, error) {
	o := &office{config: c, ids: ids}
	if len(c.Viewings) > 0 {
		o.slots = make(map[vitec.Target]Slot)
	}
	for _, v := range c.Viewings {
		for _, s := range v.Slots {
			t := vitec.Target{CustomerId: v.CustomerId, ViewingId: v.ViewingId, TimeSlotId: s.TimeSlotId}
			if t.CustomerId == "" || t.ViewingId == "" || t.TimeSlotId == "" {
				return nil, wrong("viewing %q: customerId, viewingId and timeSlotId must not be empty", v.ViewingId)
			}
			if _, twice := o.slots[t]; twice {
				return nil, wrong("viewing %q: time slot %q is there twice", v.ViewingId, s.TimeSlotId)
			}
			o.slots[t] = s
		}
	}
	for _, k := range c.Contacts {
		if k.CustomerId == "" || k.ContactId == "" {
			return nil, wrong("contact %q: customerId and contactId must not be empty", k.ContactId)
		}
	}
	o.reset()
	return o, nil
}

// reset forgets all that came by request. The caller holds no lock.
func (o *office) reset() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cards = cards{byKey: make(map[string]*contact), keep: o.config.Keep}
	o.places, o.order = make(map[vitec.Target]*place), nil
	o.booked, o.twice = make(map[seat]int), 0
	o.made = journal[Commit]{keep: o.config.Keep}
	o.sent = make(map[MessageKind]int)
	o.letters = journal[letter]{keep: keptLetters}
	o.last, o.drawn = "", 0
	for _, k := range o.config.Contacts {
		c := &contact{customer: k.CustomerId, id: k.ContactId}
		o.cards.add(c)
		o.cards.name(c, k.ContactId)
		o.cards.update(c, k.person())
	}
}

// order is what a request asks the office for.
type order struct {
	target  vitec.Target
	body    *vitec.AddNewViewingParticipant
	format  string // "json" or "xml"
	request int
	sameId  bool // the fault: hand the last booking id out again
}

// book checks an order and commits it, in one step: what it returns with a
// commit is booked, and nothing else is.
func (o *office) book(ord order) *answer {
	o.mu.Lock()
	defer o.mu.Unlock()
	now := o.config.now()
	person := &ord.body.UpdatePerson
	known := o.cards.find(ord.target.CustomerId, person)

	named := !blank(person.ContactId)
	reachable := named && known != nil && known.reachable() || named && known == nil && len(o.config.Contacts) == 0
	if m := validate(ord.target, ord.body, reachable); m != nil {
		return invalid(m)
	}
	slot, refusal := o.admit(now, ord)
	if refusal != nil {
		return refusal
	}

	matched := known != nil
	c := known
	if !matched {
		c = o.newContact(ord.target.CustomerId, strings.TrimSpace(person.ContactId))
		matched = c.partial
	} else if named && !c.named {
		o.cards.name(c, strings.TrimSpace(person.ContactId))
	}
	o.cards.update(c, person)
	p := o.place(ord.target)
	times := o.booked[seat{p, c}] + 1
	if o.booked[seat{p, c}] = times; times > 1 {
		o.twice++
	}

	if !ord.sameId || o.last == "" {
		o.last = o.draw("VID")
	}
	commit := Commit{
		Seq:       o.made.next(),
		Request:   ord.request,
		Time:      now,
		Target:    ord.target,
		ContactId: c.id,
		BookingId: o.last,
		Answer:    c.id,
		Matched:   matched,
		Times:     times,
		Body:      *ord.body,
		Format:    ord.format,
		Messages:  messages(now, slot, c, ord.body),
	}
	if is(ord.body.ReturnBookingId) {
		commit.Answer = o.last
	}
	for _, m := range commit.Messages {
		o.sent[m.Kind]++
		o.letters.add(letter{m, commit.Seq, personName(c.person)})
	}
	p.add(commit.Seq, o.config.Keep)
	o.made.add(commit)
	return &answer{status: http.StatusOK, id: commit.Answer, commit: commit.Seq}
}

// admit finds the slot and checks its limits, as far as the request asks for
// it. What holds when it does not say is not documented; here, nothing is
// checked then.
func (o *office) admit(now time.Time, ord order) (Slot, *answer) {
	slot, ok := o.slots[ord.target]
	if !ok && o.slots != nil {
		return slot, refused(http.StatusNotFound, "Visningen eller visningstillfället finns inte.")
	}
	opt := &ord.body.Options
	if is(opt.IsDeadlineValidationEnabled) && !slot.Deadline.IsZero() && now.After(slot.Deadline) {
		return slot, invalid(modelState(nil).add("participant", "Sista bokningstid för visningstillfället har passerat."))
	}
	if is(opt.EnableBookingLimitValidation) && slot.Places > 0 && slot.Taken+o.taken(ord.target) >= slot.Places {
		return slot, invalid(modelState(nil).add("participant", "Visningstillfället är fullbokat."))
	}
	return slot, nil
}

// newContact makes a contact. One that the request calls by a contactId which
// nobody has seen is taken for an old one where the Config names none: it keeps
// the id if that has the form of the server's own, and is found by it in any case.
func (o *office) newContact(customer, id string) *contact {
	c := &contact{customer: customer, partial: id != "" && len(o.config.Contacts) == 0}
	if c.partial && isContactId(id) {
		c.id = id
	} else {
		c.id = o.draw("ADR")
	}
	o.cards.add(c)
	if id != "" {
		o.cards.name(c, id)
	}
	return c
}

func (o *office) draw(prefix string) string {
	o.drawn++
	return prefix + o.ids(o.drawn)
}

// commits returns those that are remembered with a Seq greater than after.
func (o *office) commits(after, limit int) []Commit {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.made.since(after, limit)
}

// counts are the office's part of the totals.
func (o *office) counts() Counts {
	o.mu.Lock()
	defer o.mu.Unlock()
	return Counts{Commits: o.made.count, DoubleBookings: o.twice, Messages: maps.Clone(o.sent)}
}

func (o *office) bookings() []Booking {
	type key struct {
		vitec.Target
		contact string
	}
	var list []Booking
	place := make(map[key]int)
	for _, c := range o.commits(0, 0) {
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

// messages are those that the flags ask for and that can be delivered: a card
// that is known in full and has no number or address gets none.
func messages(now time.Time, slot Slot, c *contact, b *vitec.AddNewViewingParticipant) []Message {
	var list []Message
	add := func(asked *bool, kind MessageKind, to string, at time.Time) {
		if is(asked) && (to != "" || c.partial) {
			list = append(list, Message{Kind: kind, To: to, Time: at})
		}
	}
	var before time.Duration
	if b.ReminderTime != nil {
		before = time.Duration(*b.ReminderTime) * time.Minute
	}
	reminder := slot.Start
	if !reminder.IsZero() {
		reminder = reminder.Add(-before)
	}
	add(b.SMSConfirmation, SMSConfirmation, c.person.CellPhone, now)
	add(b.MailConfirmation, MailConfirmation, c.person.Email.EmailAddress, now)
	add(b.SMSReminder, SMSReminder, c.person.CellPhone, reminder)
	return list
}

func is(b *bool) bool { return b != nil && *b }

// isContactId says whether an id has the form of the server's own.
func isContactId(id string) bool {
	hex, ok := strings.CutPrefix(id, "ADR")
	return ok && len(hex) == 32 && strings.Trim(hex, "0123456789abcdefABCDEF") == ""
}
