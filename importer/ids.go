package importer

import (
	"hash/maphash"
	"strings"
)

// bookingIDs remembers which ids the server has given out in this run.
type bookingIDs struct {
	seed maphash.Seed
	rows map[uint64]place // by a hash that nobody outside of it sees
}

// place is a row by its position in the input, from 0, and by its number in the
// spreadsheet, from 1. The zero place is none.
type place struct{ index, number int }

func newBookingIDs() bookingIDs { return bookingIDs{maphash.MakeSeed(), map[uint64]place{}} }

// seen returns the earlier row that got the same id; none, and the id is this
// row's. Where the answer is not the booking's id but the contact's, because
// none other was asked for, it may come again for another time slot.
func (b *bookingIDs) seen(it *item, id string) place {
	if ask := it.sub.Body.ReturnBookingId; ask == nil || !*ask {
		t := it.sub.Target
		id = strings.Join([]string{t.CustomerId, t.ViewingId, t.TimeSlotId, id}, "\x00")
	}
	key := maphash.String(b.seed, id)
	if row, twice := b.rows[key]; twice {
		return row
	}
	b.rows[key] = place{it.index, it.number}
	return place{}
}
