package importer

import (
	"slices"

	"vitec-import/vitec"
)

// queue holds the rows that are read and not yet under way. The one that
// leaves next is the first in input order whose slot is free; it is found at
// the same cost however many rows wait for a few slots.
type queue struct {
	// free are rows in input order. Only of those whose slot is free each is
	// sure to be here; others wait here until somebody comes to them.
	free  []*item
	slots map[vitec.Target]*slot // that are taken, or that rows wait behind
	n     int                    // rows that wait
}

// slot is an ordered time slot: one row of it is under way at a time.
type slot struct {
	taken bool
	// behind are the rows that wait for it, in input order. If it is free, one
	// that comes before all of them is in queue.free.
	behind []*item
}

func newQueue() queue { return queue{slots: map[vitec.Target]*slot{}} }

// add takes in the row that was read last.
func (q *queue) add(it *item) {
	q.free = append(q.free, it)
	q.n++
}

// take returns the row that is to leave next, and takes its slot. It returns
// nil if there is none whose slot is free.
func (q *queue) take() *item {
	for len(q.free) > 0 {
		it := q.free[0]
		q.free = q.free[1:]
		if it.ordered {
			s := q.slots[it.sub.Target]
			if s == nil {
				s = &slot{}
				q.slots[it.sub.Target] = s
			}
			if s.taken {
				s.behind = append(s.behind, it)
				continue
			}
			s.taken = true
		}
		q.n--
		return it
	}
	return nil
}

// release gives back the slot of a row that take has returned.
func (q *queue) release(t vitec.Target) {
	s := q.slots[t]
	if len(s.behind) == 0 {
		delete(q.slots, t)
		return
	}
	s.taken = false
	next := s.behind[0]
	s.behind = s.behind[1:]
	at, _ := slices.BinarySearchFunc(q.free, next, func(a, b *item) int { return a.index - b.index })
	q.free = slices.Insert(q.free, at, next)
}

// drop forgets the rows of a customer that wait.
func (q *queue) drop(customer string) {
	q.free = slices.DeleteFunc(q.free, func(it *item) bool { return it.sub.Target.CustomerId == customer })
	q.n = len(q.free)
	for t, s := range q.slots {
		if t.CustomerId == customer {
			if s.behind = nil; !s.taken {
				delete(q.slots, t)
			}
		}
		q.n += len(s.behind)
	}
}
