package ledger

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

func TestBlockComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var entries []indexEntry
		key, id := indexKey(0), rapid.Int64Range(0, 1<<62).Draw(t, "least")
		for range rapid.IntRange(1, 50).Draw(t, "entries") {
			key = min(key+indexKey(rapid.Uint64Range(0, 1<<42).Draw(t, "step")), 1<<indexKeyBits-1)
			entries = append(entries, indexEntry{key, id + rapid.Int64Range(0, 1<<rapid.IntRange(0, 61).Draw(t, "width")).Draw(t, "id")})
		}
		b := appendBlock(nil, entries)
		if !b.sound() || b.len() != len(entries) {
			t.Fatalf("%x has %d entries, want %d", b, b.len(), len(entries))
		}
		for i, e := range entries {
			if b.entry(i) != e || entries[b.find(e.key)].key != e.key {
				t.Fatalf("entry %d is %v, want %v; found at %d", i, b.entry(i), e, b.find(e.key))
			}
		}
	})
}

// TestManyRuns ends hundreds of small runs and a large one: few segments are
// left, and everybody is found.
func TestManyRuns(t *testing.T) {
	l := mustOpen(t, tempLedger(t))
	shared := benchKeys(1 << 30).Number // a trait that all of them have
	people := 0
	run := func(n int) {
		rows := make([]Row, n)
		r := start(t, l, rows...)
		for i := range rows {
			k := benchKeys(people + i)
			k.Traits = append(k.Traits, shared)
			begin(t, r, i, k)
			finish(t, r, i, Result{Outcome: Booked, BookingID: fmt.Sprint("VID", people+i)})
		}
		end(t, r)
		people += n
	}
	for i := range 100 {
		run(i % 4)
	}
	run(1000)
	for i := range 100 {
		run(i % 4)
	}
	var segments []segment
	entries := int64(0)
	err := l.read(t.Context(), func(c *conn) (err error) {
		segments, err = readSegments(c)
		if err != nil {
			return err
		}
		for _, s := range segments {
			n, err := c.value(fmt.Sprintf("SELECT count(*) FROM identities WHERE id >> 32 = %d", s.id))
			if err != nil || n == 0 || n > s.entries {
				t.Errorf("segment %+v has %d blocks, %v", s, n, err)
			}
			entries += s.entries
		}
		blocks, err := c.value("SELECT count(DISTINCT id >> 32) FROM identities")
		if err != nil || int(blocks) != len(segments) {
			t.Errorf("blocks of %d segments, %v, want %d", blocks, err, len(segments))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(segments) > 6 {
		t.Errorf("%d segments are left: %+v", len(segments), segments)
	}
	// Three keys each, and the shared one once for a run.
	if want := int64(3*people + 151); entries != want {
		t.Errorf("%d entries, want %d", entries, want)
	}
	for i := range people {
		if m := match(t, l, benchKeys(i)); m.BookingID != fmt.Sprint("VID", i) {
			t.Fatalf("person %d matches as %+v", i, m)
		}
	}
	if m := match(t, l, benchKeys(people)); m.Found {
		t.Errorf("a stranger matches as %+v", m)
	}
	if m := match(t, l, Keys{Traits: []Digest{shared}}); m.BookingID != "VID0" {
		t.Errorf("the shared trait matches as %+v, want the first", m)
	}
}
