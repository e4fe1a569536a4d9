package importer

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"vitec-import/vitec"
)

// TestQueueIsTheFirstWhoseSlotIsFree compares the queue with going through all
// rows that wait.
func TestQueueIsTheFirstWhoseSlotIsFree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := newQueue()
		var (
			waiting, underWay []*item
			busy              = map[vitec.Target]bool{}
			barred            = map[string]bool{}
			read              = 0
		)
		first := func() *item {
			for i, it := range waiting {
				if !it.ordered || !busy[it.sub.Target] {
					waiting = slices.Delete(waiting, i, i+1)
					return it
				}
			}
			return nil
		}
		t.Repeat(map[string]func(*rapid.T){
			"read": func(t *rapid.T) {
				it := &item{index: read, ordered: rapid.IntRange(0, 3).Draw(t, "ordered") > 0}
				read++
				it.sub.Target = vitec.Target{CustomerId: fmt.Sprint("M", rapid.IntRange(0, 1).Draw(t, "customer")), TimeSlotId: fmt.Sprint("T", rapid.IntRange(0, 2).Draw(t, "slot"))}
				if barred[it.sub.Target.CustomerId] {
					return
				}
				q.add(it)
				waiting = append(waiting, it)
			},
			"take": func(t *rapid.T) {
				got, want := q.take(), first()
				if got != want {
					t.Fatalf("took %+v, want %+v", got, want)
				}
				if got != nil {
					underWay = append(underWay, got)
					busy[got.sub.Target] = busy[got.sub.Target] || got.ordered
				}
			},
			"release": func(t *rapid.T) {
				if len(underWay) == 0 {
					return
				}
				i := rapid.IntRange(0, len(underWay)-1).Draw(t, "row")
				it := underWay[i]
				underWay = slices.Delete(underWay, i, i+1)
				if it.ordered {
					q.release(it.sub.Target)
					delete(busy, it.sub.Target)
				}
			},
			"drop": func(t *rapid.T) {
				if rapid.IntRange(0, 9).Draw(t, "rarely") > 0 {
					return
				}
				customer := fmt.Sprint("M", rapid.IntRange(0, 1).Draw(t, "customer"))
				barred[customer] = true
				q.drop(customer)
				waiting = slices.DeleteFunc(waiting, func(it *item) bool { return it.sub.Target.CustomerId == customer })
			},
			"": func(t *rapid.T) {
				if q.n != len(waiting) {
					t.Fatalf("%d rows wait, want %d", q.n, len(waiting))
				}
			},
		})
		if len(busy) == 0 && len(waiting) == 0 && len(q.slots) != 0 {
			t.Fatalf("the queue remembers %d slots for nothing", len(q.slots))
		}
	})
}
