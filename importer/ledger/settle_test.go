package ledger

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// uncertainRun makes a run whose rows 0 and 1 are uncertain, and 2 is booked.
func uncertainRun(t *testing.T, l *Ledger) (run int64) {
	t.Helper()
	r := start(t, l, Row{Slot: slotA}, Row{Slot: slotB}, Row{Slot: slotB})
	for i, res := range []Result{{Outcome: Uncertain, Reason: Say("no answer")}, {Outcome: Uncertain, HTTPStatus: 500}, {Outcome: Booked, BookingID: "VID2"}} {
		begin(t, r, i, benchKeys(i))
		finish(t, r, i, res)
	}
	end(t, r)
	return r.ID()
}

func TestSettle(t *testing.T) {
	path := tempLedger(t)
	l := mustOpen(t, path)
	first := uncertainRun(t, l)
	if got := len(collect(t, l.Uncertain(t.Context()))); got != 2 {
		t.Fatalf("%d rows to settle, want 2", got)
	}
	// A later run refers to all three.
	var later []Row
	for i := range 3 {
		m := match(t, l, benchKeys(i))
		row := Row{Slot: slotA, Outcome: m.Outcome, Ref: m.Ref()}
		if m.Outcome == Booked {
			row.Outcome = AlreadyBooked
		}
		later = append(later, row)
	}
	second := start(t, l, later...)
	end(t, second)
	before, err := l.Generation(t.Context())
	if err != nil {
		t.Fatal(err)
	}

	booked := Settlement{Run: first, Index: 0, BookingID: "VID9", Reason: "seen in the portal", At: noon.Add(time.Hour)}
	free := Settlement{Run: first, Index: 1, Reason: "not in the portal", At: noon.Add(-time.Hour)} // a clock that went back
	for _, s := range []Settlement{booked, free} {
		if err := l.Settle(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	if after, err := l.Generation(t.Context()); err != nil || after == before {
		t.Errorf("settling leaves the generation at %s, %v", after, err)
	}
	for name, c := range map[string]struct {
		s    Settlement
		want error
	}{
		"twice":          {booked, ErrNotUncertain},
		"again":          {Settlement{Run: first, Index: 1, BookingID: "x"}, ErrNotUncertain},
		"booked":         {Settlement{Run: first, Index: 2}, ErrNotUncertain},
		"referring":      {Settlement{Run: second.ID(), Index: 0}, ErrNotUncertain},
		"no such row":    {Settlement{Run: first, Index: 3}, ErrNotFound},
		"no such run":    {Settlement{Run: 77}, ErrNotFound},
		"negative index": {Settlement{Run: second.ID(), Index: -1}, ErrNotFound},
		"huge index":     {Settlement{Run: 0, Index: 1 << 32}, ErrNotFound},
	} {
		if err := l.Settle(t.Context(), c.s); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}

	check := func(l *Ledger) {
		t.Helper()
		type told struct {
			Outcome Outcome
			ID      string
			Settled *Settlement
		}
		tell := func(run int64) (all []told) {
			for _, r := range rowsOf(t, l, run) {
				all = append(all, told{r.Outcome, r.BookingID, r.Settled})
			}
			return all
		}
		if diff := cmp.Diff([]told{{Booked, "VID9", &booked}, {NotSent, "", &free}, {Booked, "VID2", nil}}, tell(first)); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]told{{AlreadyBooked, "VID9", &booked}, {NotSent, "", &free}, {AlreadyBooked, "VID2", nil}}, tell(second.ID())); diff != "" {
			t.Error(diff)
		}
		runs, err := l.Runs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, run := range runs {
			var counts Counts
			for _, r := range rowsOf(t, l, run.ID) {
				counts[r.Outcome]++
			}
			if counts != run.Counts {
				t.Errorf("run %d counts %v, its rows %v", run.ID, run.Counts, counts)
			}
		}
		if m := match(t, l, benchKeys(0)); !m.Found || m.Outcome != Booked || m.BookingID != "VID9" {
			t.Errorf("settled as booked, and matches as %+v", m)
		}
		if m := match(t, l, benchKeys(1)); m.Found {
			t.Errorf("settled as not booked, and matches as %+v", m)
		}
		if rows := collect(t, l.Uncertain(t.Context())); rows != nil {
			t.Errorf("still to be settled: %+v", rows)
		}
		if got, err := l.Settlements(t.Context()); err != nil || !slices.Equal(got, []Settlement{booked, free}) {
			t.Errorf("history %v, %v", got, err)
		}
	}
	check(l)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, path)
	check(l)

	// What was settled as not booked can be booked by a later run.
	third := start(t, l, Row{Slot: slotB, Keys: benchKeys(1)})
	begin(t, third, 0, benchKeys(1))
	finish(t, third, 0, Result{Outcome: Booked, BookingID: "VID10"})
	end(t, third)
	if m := match(t, l, benchKeys(1)); m.BookingID != "VID10" {
		t.Errorf("booked after all, and matches as %+v", m)
	}
	check2 := rowsOf(t, l, first)[1]
	if check2.Outcome != NotSent {
		t.Errorf("the earlier run's row became %s", check2.Outcome)
	}
}

func TestSettleWaitsForTheRun(t *testing.T) {
	l := mustOpen(t, tempLedger(t))
	r := start(t, l, Row{}, Row{})
	begin(t, r, 0, benchKeys(0))
	finish(t, r, 0, Result{Outcome: Uncertain})
	begin(t, r, 1, benchKeys(1))
	for i := range 2 {
		if err := l.Settle(t.Context(), Settlement{Run: r.ID(), Index: i}); !errors.Is(err, ErrNotUncertain) && !errors.Is(err, ErrNotFound) {
			t.Errorf("row %d of a run that is on was settled: %v", i, err)
		}
	}
}

func TestPurge(t *testing.T) {
	path := tempLedger(t)
	l := mustOpen(t, path)
	uncertainRun(t, l)
	r := start(t, l, Row{Slot: slotA, Keys: benchKeys(10)}, Row{Slot: slotA, Outcome: Invalid, Problems: []Problem{{Code: "x"}}}, Row{Slot: slotA, Keys: benchKeys(12)})
	begin(t, r, 0, benchKeys(10))
	finish(t, r, 0, Result{Outcome: Booked, BookingID: "VID10", Reason: Say("well done")})
	begin(t, r, 2, benchKeys(12))
	finish(t, r, 2, Result{Outcome: Rejected, Reason: Say("no")})
	if err := r.Event(t.Context(), Event{Kind: "pause"}); err != nil {
		t.Fatal(err)
	}
	end(t, r)

	purge := func(before time.Time, want int) {
		t.Helper()
		if n, err := l.Purge(t.Context(), before); err != nil || n != want {
			t.Errorf("Purge = %d, %v, want %d", n, err, want)
		}
	}
	purge(noon, 0)
	purge(noon.Add(time.Second), 3)
	purge(noon.Add(time.Second), 0)

	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, path)
	runs, err := l.Runs(t.Context())
	if err != nil || len(runs) != 1 || runs[0].Counts[Uncertain] != 2 || runs[0].Rows != 3 {
		t.Errorf("runs after the purge: %+v, %v", runs, err)
	}
	if rows := rowsOf(t, l, 1); len(rows) != 3 || rows[0].Slot != slotA || rows[0].Reason.String() != "no answer" {
		t.Errorf("what is in doubt was purged: %+v", rows)
	}
	if events, err := l.Events(t.Context(), r.ID()); err != nil || len(events) != 0 {
		t.Errorf("events after the purge: %v, %v", events, err)
	}
	if m := match(t, l, benchKeys(10)); m.BookingID != "VID10" || m.Content != (Digest{9}) || m.Row != 0 || !m.SubmittedAt.Equal(noon) {
		t.Errorf("after the purge a booking matches as %+v", m)
	}
	if m := match(t, l, benchKeys(12)); m.Found {
		t.Errorf("after the purge a rejected row matches as %+v", m)
	}
	for i := range 2 {
		if err := l.Settle(t.Context(), Settlement{Run: 1, Index: i, BookingID: "V"}); err != nil {
			t.Error(err)
		}
	}
	purge(noon.Add(time.Second), 3)
	if r := start(t, l, Row{}); r.ID() != 3 {
		t.Errorf("the id %d of a purged run was given again", r.ID())
	}
}

func TestPurgeLeavesARunThatIsOn(t *testing.T) {
	l := mustOpen(t, tempLedger(t))
	r := start(t, l, Row{}, Row{})
	if n, err := l.Purge(t.Context(), noon.Add(time.Hour)); n != 0 || err != nil {
		t.Errorf("Purge = %d, %v", n, err)
	}
	begin(t, r, 1, benchKeys(1))
	end(t, r)
}

// TestPlansAreDeleted: nothing is left of a plan that is refused, or of one whose
// program is gone, and its number is given again.
func TestPlansAreDeleted(t *testing.T) {
	path := tempLedger(t)
	l := mustOpen(t, path)
	refused, err := l.Plan(t.Context(), RunInfo{StartedAt: noon}, planOf(3))
	if err != nil {
		t.Fatal(err)
	}
	if runs, err := l.Runs(t.Context()); err != nil || len(runs) > 0 {
		t.Errorf("a plan is among the runs: %v, %v", runs, err)
	}
	if m := match(t, l, benchKeys(0)); m.Found {
		t.Errorf("a planned row matches as %+v", m)
	}
	if err := refused.Discard(); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Plan(t.Context(), RunInfo{StartedAt: noon}, planOf(3)); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, path)
	for _, table := range []string{"runs", "plan", "identities"} {
		var n int
		if err := l.db.QueryRow("SELECT count(*) FROM " + table).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d rows are left in %s, %v", n, table, err)
		}
	}
	if r := start(t, l, Row{}); r.ID() != 1 {
		t.Errorf("the first run has number %d", r.ID())
	}
}

// TestGivingUp gives Begins up: one that is under way succeeds, one that comes
// later has left nothing, and Finish goes on.
func TestGivingUp(t *testing.T) {
	l := mustOpen(t, tempLedger(t))
	r := start(t, l, Row{}, Row{}, Row{})
	ctx, cancel := context.WithCancel(t.Context())
	l.write.Lock() // the commit has to wait
	result := make(chan error, 1)
	go func() { result <- r.Begin(ctx, Submission{Index: 0, Keys: benchKeys(0)}) }()
	for r.stateOf(0) != rowMoving {
		runtime.Gosched()
	}
	cancel()
	l.write.Unlock()
	if err := <-result; err != nil {
		t.Errorf("a Begin that was under way: %v", err)
	}
	if err := r.Begin(ctx, Submission{Index: 2}); !errors.Is(err, context.Canceled) {
		t.Errorf("a Begin without a chance: %v", err)
	}
	if err := r.Finish(ctx, 0, Result{Outcome: Booked, BookingID: "a"}); err != nil {
		t.Errorf("Finish was cancelled: %v", err)
	}
	begin(t, r, 1, benchKeys(1))
	finish(t, r, 1, Result{Outcome: Rejected})
	end(t, r)
	var got []Outcome
	for _, row := range rowsOf(t, l, 1) {
		got = append(got, row.Outcome)
	}
	if want := []Outcome{Booked, Rejected, NotSent}; !slices.Equal(got, want) {
		t.Errorf("outcomes %v, want %v", got, want)
	}
}

func (r *Run) stateOf(index int) rowState {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rows[index]
}
