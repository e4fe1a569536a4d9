package importer

import (
	"slices"

	"vitec-import/vitec"
)

// lanes hold the rows that are read and not yet under way. While the server
// counts the places of a slot, that slot is a lane: one of its rows is under way
// at a time, in input order. Not safe for concurrent use.
type lanes struct {
	ready []*item                  // what may leave, in input order
	busy  map[vitec.Target][]*item // slots of which a row is ready or under way, and who waits behind it
}

func newLanes() lanes { return lanes{busy: map[vitec.Target][]*item{}} }

// add takes in the row that was read last.
func (l *lanes) add(it *item) {
	if it.ordered {
		behind, busy := l.busy[it.sub.Target]
		if busy {
			l.busy[it.sub.Target] = append(behind, it)
			return
		}
		l.busy[it.sub.Target] = nil
	}
	l.ready = append(l.ready, it)
}

// next takes the first row in input order that may leave; nil = there is none.
func (l *lanes) next() *item {
	if len(l.ready) == 0 {
		return nil
	}
	it := l.ready[0]
	l.ready = l.ready[1:]
	return it
}

// done is told that a row is not under way any more: the next of its slot may
// leave.
func (l *lanes) done(it *item) {
	if !it.ordered {
		return
	}
	behind := l.busy[it.sub.Target]
	if len(behind) == 0 {
		delete(l.busy, it.sub.Target)
		return
	}
	l.busy[it.sub.Target] = behind[1:]
	at, _ := slices.BinarySearchFunc(l.ready, behind[0], func(a, b *item) int { return a.index - b.index })
	l.ready = slices.Insert(l.ready, at, behind[0])
}
