package ledger

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestBackup copies a ledger in mid-run. The copy is a sound ledger that knows
// what the ledger knew; a copy of the file alone is told from it.
func TestBackup(t *testing.T) {
	path := tempLedger(t)
	l := mustOpen(t, path)
	r := start(t, l, Row{Slot: slotA}, Row{Slot: slotA})
	begin(t, r, 0, benchKeys(0))
	finish(t, r, 0, Result{Outcome: Booked, BookingID: "VID1"})
	begin(t, r, 1, benchKeys(1))
	reader, err := OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer reader.Close()
	file := filepath.Join(t.TempDir(), "copy.db")
	if err := reader.Backup(t.Context(), file); err != nil {
		t.Fatal(err)
	}
	if err := reader.Backup(t.Context(), file); err == nil {
		t.Error("a backup was overwritten")
	}
	copied := mustOpen(t, file)
	if c, err := copied.Check(t.Context()); err != nil || c.Runs != 1 || c.Rows != 2 || c.Submissions != 2 {
		t.Errorf("Check = %+v, %v", c, err)
	}
	if m := match(t, copied, benchKeys(0)); m.BookingID != "VID1" {
		t.Errorf("the copy knows %+v", m)
	}
	if m := match(t, copied, benchKeys(1)); m.Outcome != Uncertain || !m.Found {
		t.Errorf("what was under way is %+v in the copy", m)
	}

	plain := filepath.Join(t.TempDir(), "plain.db")
	b, err := os.ReadFile(path)
	if err == nil {
		err = os.WriteFile(plain, b, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), plain, Options{Create: true}); !errors.Is(err, ErrOther) {
		t.Errorf("a copy of the file alone: %v", err)
	}
}

// TestCompare holds report folders against ledgers: the same, an older copy of
// it, another one.
func TestCompare(t *testing.T) {
	path := tempLedger(t)
	l := mustOpen(t, path)
	run := uncertainRun(t, l)
	info, err := l.RunInfo(t.Context(), run)
	if err != nil {
		t.Fatal(err)
	}
	seen := Seen{Ledger: l.ID(), Run: run, StartedAt: info.StartedAt.Truncate(time.Second), InputSHA256: info.Input.SHA256, Counts: info.Counts}
	elsewhere := seen
	elsewhere.InputSHA256 = "another list"
	more := seen
	more.Counts[Uncertain]--
	more.Counts[Booked]++
	for name, c := range map[string]struct {
		seen Seen
		want error
	}{
		"the same":       {seen, nil},
		"knows more":     {more, ErrOther},
		"its own way":    {elsewhere, ErrOther},
		"a later run":    {Seen{Ledger: l.ID(), Run: run + 1}, ErrOther},
		"another ledger": {Seen{Ledger: "0123456789abcdef", Run: 1}, ErrOther},
	} {
		if err := l.Compare(t.Context(), c.seen, true); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := l.Settle(t.Context(), Settlement{Run: run, Index: 0, BookingID: "V", At: noon}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []Seen{seen, more} { // written before it was settled, and after
		if err := l.Compare(t.Context(), s, true); err != nil {
			t.Error(err)
		}
	}
	later := Seen{Ledger: l.ID(), Run: run + 3}
	if err := errors.Join(l.ForgetRuns(t.Context(), []Seen{later}), l.Compare(t.Context(), later, true)); err != nil {
		t.Error(err)
	}
	if r := start(t, l, Row{}); r.ID() != run+4 {
		t.Errorf("the next run is %d, and %d was forgotten", r.ID(), run+3)
	}
}

// TestLeft: what a cut-off run has left is told until it is settled or sent.
func TestLeft(t *testing.T) {
	path := tempLedger(t)
	l := mustOpen(t, path)
	r := start(t, l, Row{}, Row{}, Row{})
	begin(t, r, 0, benchKeys(0))
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, path)
	want := func(uncertain, unsent int) {
		t.Helper()
		left, err := l.Left(t.Context())
		got := Counts{}
		if len(left) > 0 {
			got = left[0].Counts
		}
		if err != nil || len(left) > 1 || got[Uncertain] != uncertain || got[NotSent] != unsent {
			t.Errorf("left: %+v, %v; want %d uncertain and %d unsent", left, err, uncertain, unsent)
		}
	}
	want(1, 2)
	mended := RunInfo{Target: target, StartedAt: noon, Input: Input{SHA256: "the list, mended"}}
	again, err := l.StartRun(t.Context(), mended, planned(Row{Keys: benchKeys(1)}, Row{Keys: benchKeys(2)}))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		begin(t, again, i, benchKeys(i+1))
		finish(t, again, i, Result{Outcome: Booked, BookingID: "V"})
		want(1, 1-i)
	}
	end(t, again)
	if err := l.Settle(t.Context(), Settlement{Run: r.ID(), Index: 0, BookingID: "V", At: noon}); err != nil {
		t.Fatal(err)
	}
	want(0, 0)
}
