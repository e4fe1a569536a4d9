package importer

import (
	"testing"

	"pgregory.net/rapid"

	"vitec-import/vitec"
)

// Whatever ends when: the row that leaves next is the first in input order whose
// slot is free, a slot has one row under way, and all leave.
func TestLanes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLanes()
		var waiting, active []*item
		read := 0
		for left := rapid.IntRange(0, 40).Draw(t, "rows"); left > 0 || len(waiting) > 0 || len(active) > 0; {
			switch what := rapid.IntRange(0, 2).Draw(t, "what"); {
			case what == 0 && left > 0:
				it := &item{index: read, ordered: rapid.Bool().Draw(t, "ordered")}
				it.sub.Target = vitec.Target{TimeSlotId: rapid.SampledFrom([]string{"a", "b", "c"}).Draw(t, "slot")}
				l.add(it)
				waiting = append(waiting, it)
				read, left = read+1, left-1
			case what == 1 && len(active) > 0:
				i := rapid.IntRange(0, len(active)-1).Draw(t, "ends")
				l.done(active[i])
				active = append(active[:i:i], active[i+1:]...)
			case what == 2:
				var want *item
				at := 0
				for i, it := range waiting {
					free := true
					for _, a := range active {
						free = free && !(it.ordered && a.ordered && a.sub.Target == it.sub.Target)
					}
					if free {
						want, at = it, i
						break
					}
				}
				if got := l.next(); got != want {
					t.Fatalf("got %+v, want %+v", got, want)
				}
				if want != nil {
					waiting = append(waiting[:at:at], waiting[at+1:]...)
					active = append(active, want)
				}
			}
		}
		if len(l.busy) > 0 {
			t.Fatalf("%d slots are still busy", len(l.busy))
		}
	})
}
