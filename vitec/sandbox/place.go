package sandbox

import (
	"slices"
	"strings"

	"vitec-import/vitec"
)

// place is what is remembered of a time slot that has been booked.
type place struct {
	target vitec.Target
	taken  int   // how many bookings
	seqs   []int // of the commits, in order; with Config.Keep the newest
}

func (p *place) add(seq, keep int) {
	if keep > 0 && len(p.seqs) == 2*keep {
		p.seqs = slices.Delete(p.seqs, 0, keep)
	}
	p.seqs = append(p.seqs, seq)
	p.taken++
}

// seat is somebody on a time slot.
type seat struct {
	place   *place
	contact *contact
}

// place returns what is remembered of a slot, from now on if it was nothing.
func (o *office) place(t vitec.Target) *place {
	p := o.places[t]
	if p == nil {
		p = &place{target: t}
		o.places[t] = p
		o.order = append(o.order, p)
	}
	return p
}

// taken is how many bookings a slot has.
func (o *office) taken(t vitec.Target) int {
	if p := o.places[t]; p != nil {
		return p.taken
	}
	return 0
}

// letter is a message with what it belongs to.
type letter struct {
	Message
	seq    int
	person string
}

// keptLetters is how many messages the page can show.
const keptLetters = 50

// personName is how a person is called on the page; "" for somebody without a name.
func personName(p *vitec.UpdatePerson) string {
	return strings.TrimSpace(strings.TrimSpace(p.FirstName) + " " + strings.TrimSpace(p.LastName))
}
