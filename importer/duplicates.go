package importer

import (
	"encoding/binary"
	"hash/maphash"

	"vitec-import/importer/ledger"
)

// duplicates finds who stands in one list more than once, by the rule of
// [ledger.Keys.Same], and people who share an address under several names. It
// takes about a hundred bytes a row.
type duplicates struct {
	seeds [2]maphash.Seed
	rows  []hashed         // of every row up to the last that was met
	first map[mark]int32   // the first row with this mark
	more  map[mark][]int32 // others with it that are none of its twins
	n     map[mark]int     // how many without a name have this address
}

// hashed is what of a row has to be compared: hashes, 0 = it has none.
type hashed struct{ contact, number, name uint64 }

// mark is the beginning of a hash. That any two of 4,000,000 different texts
// have the same mark happens once in 10¹⁶ lists.
type mark [12]byte

func newDuplicates() *duplicates {
	return &duplicates{
		seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		first: map[mark]int32{}, more: map[mark][]int32{}, n: map[mark]int{},
	}
}

// meeting is what is known of a row once it has been met.
type meeting struct {
	twin  int // the earliest row that books the same person; -1 = none
	other int // the earliest row that has the same address under another name; -1 = none
	nth   int // how many rows without a name have come before with the same address
}

// meet looks a row up by whom it books and where, and adds it unless it has a
// twin.
func (d *duplicates) meet(index int, slot ledger.Slot, w *who) meeting {
	found := meeting{twin: -1, other: -1}
	where := slot.CustomerId + "\x00" + slot.ViewingId + "\x00" + slot.TimeSlotId + "\x00"
	me := hashed{contact: d.hash(w.contact), number: d.hash(w.number), name: d.hash(w.name)}
	var marks []mark
	look := func(m mark) {
		marks = append(marks, m)
		if row, ok := d.first[m]; ok {
			for _, row := range append([]int32{row}, d.more[m]...) {
				if d.rows[row].mayBe(me) {
					found.twin = earlier(found.twin, row)
				}
			}
		}
	}
	if w.contact != "" {
		look(d.mark(where + "contact\x00" + w.contact))
	}
	if w.number != "" {
		look(d.mark(where + "number\x00" + w.number))
	}
	for _, r := range w.reach {
		m := d.mark(where + r)
		row, taken := d.first[m]
		switch {
		case w.nameless():
			found.nth = max(found.nth, d.n[m])
			d.n[m]++
		case taken && d.rows[row].name != me.name:
			found.other = earlier(found.other, row)
			look(d.mark(where + r + "\x00" + w.name))
		default:
			look(m)
		}
	}
	if found.twin >= 0 {
		found.other = -1
		return found
	}
	for len(d.rows) <= index {
		d.rows = append(d.rows, hashed{})
	}
	d.rows[index] = me
	for _, m := range marks {
		if _, taken := d.first[m]; taken {
			d.more[m] = append(d.more[m], int32(index))
		} else {
			d.first[m] = int32(index)
		}
	}
	return found
}

// earlier is the earlier of two rows, the first of which may be -1 for none.
func earlier(row int, other int32) int {
	if row < 0 || int(other) < row {
		return int(other)
	}
	return row
}

// mayBe reports whether two rows with something in common book one person: not
// if both carry a contact id, or a personal number, and these differ.
func (a hashed) mayBe(b hashed) bool {
	switch {
	case a.contact != 0 && b.contact != 0:
		return a.contact == b.contact
	case a.number != 0 && b.number != 0:
		return a.number == b.number
	}
	return true
}

func (d *duplicates) hash(s string) uint64 {
	if s == "" {
		return 0
	}
	return maphash.String(d.seeds[0], s) | 1
}

func (d *duplicates) mark(s string) (m mark) {
	binary.NativeEndian.PutUint64(m[:], maphash.String(d.seeds[0], s))
	binary.NativeEndian.PutUint32(m[8:], uint32(maphash.String(d.seeds[1], s)))
	return m
}
