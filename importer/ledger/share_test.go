package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"vitec-import/vitec/testenv"
)

// openHost opens a database as another host does.
func openHost(t *testing.T, where string, lease time.Duration) *Ledger {
	t.Helper()
	l, err := Open(t.Context(), where, Options{Create: true, Lease: lease})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

// taken is the match of a TakenError.
func taken(t *testing.T, err error) Match {
	t.Helper()
	var e *TakenError
	if !errors.As(err, &e) {
		t.Fatalf("error %v, want that another run has it", err)
	}
	return e.Match
}

// TestTwoHosts begins the same person from two hosts: one gets it, and the other
// one's row follows.
func TestTwoHosts(t *testing.T) {
	where := testenv.Database(t)
	a, b := openHost(t, where, 0), openHost(t, where, 0)
	ra, rb := start(t, a, Row{}, Row{}, Row{}), start(t, b, Row{}, Row{}, Row{})
	begin(t, ra, 0, benchKeys(0))
	again := Submission{Index: 0, Keys: benchKeys(0), At: noon}
	if m := taken(t, rb.Begin(t.Context(), again)); !m.UnderWay || m.Run != ra.ID() || m.Host == "" {
		t.Errorf("a row under way is %+v", m)
	}
	finish(t, ra, 0, Result{Outcome: Booked, BookingID: "VID0"})
	if m := taken(t, rb.Begin(t.Context(), again)); m.UnderWay || m.BookingID != "VID0" {
		t.Errorf("a booked row is %+v", m)
	}
	// What is still under way at the end is recorded as uncertain, and follows
	// the other run's row.
	begin(t, ra, 1, benchKeys(1))
	last := Submission{Index: 1, Keys: benchKeys(1), At: noon, Last: true}
	if m := taken(t, rb.Begin(t.Context(), last)); m.UnderWay || m.Outcome != Uncertain {
		t.Errorf("a row under way at the end is %+v", m)
	}
	if got := rowsOf(t, b, rb.ID())[1]; got.Outcome != Uncertain || got.Ref.Run != ra.ID() {
		t.Errorf("it is recorded as %+v", got)
	}
	finish(t, ra, 1, Result{Outcome: Booked, BookingID: "VID1"})
	for i, row := range rowsOf(t, b, rb.ID())[:2] {
		if row.Outcome != AlreadyBooked || row.BookingID != fmt.Sprint("VID", i) {
			t.Errorf("row %d is %+v", i, row)
		}
	}
	// Who was refused is free.
	begin(t, ra, 2, benchKeys(2))
	finish(t, ra, 2, Result{Outcome: Rejected})
	begin(t, rb, 2, benchKeys(2))
	finish(t, rb, 2, Result{Outcome: Booked, BookingID: "VID2"})
	end(t, ra)
	end(t, rb)
}

// TestLease: a run whose lease has run out can begin nothing. What it has begun
// is uncertain for everybody, what it has not begun is free, and its late
// outcomes count.
func TestLease(t *testing.T) {
	where := testenv.Database(t)
	a, b := openHost(t, where, 0), openHost(t, where, 0)
	ra := start(t, a, Row{}, Row{}, Row{})
	begin(t, ra, 0, benchKeys(0))
	if _, err := a.db.Exec("UPDATE runs SET lease = 0"); err != nil { // as after a minute's silence
		t.Fatal(err)
	}
	if err := ra.Begin(t.Context(), Submission{Index: 1, Keys: benchKeys(1), At: noon}); !errors.Is(err, ErrLost) {
		t.Errorf("a run without its lease begins: %v", err)
	}
	m, err := b.Match(t.Context(), []Keys{benchKeys(0), benchKeys(1)})
	if err != nil || m[0].Outcome != Uncertain || m[0].UnderWay || m[1].Found {
		t.Errorf("others see %+v, %v", m, err)
	}
	rb := start(t, b, Row{Keys: benchKeys(1)})
	begin(t, rb, 0, benchKeys(1))
	finish(t, rb, 0, Result{Outcome: Booked, BookingID: "VID1"})
	finish(t, ra, 0, Result{Outcome: Booked, BookingID: "VID0"})
	if m := match(t, b, benchKeys(0)); m.BookingID != "VID0" {
		t.Errorf("a late outcome does not count: %+v", m)
	}
}

// TestConnectionsEnd has the server end all connections before each step: the run
// goes on with others.
func TestConnectionsEnd(t *testing.T) {
	where := testenv.Database(t)
	l := openHost(t, where, 0)
	const rows = 10
	r := start(t, l, make([]Row, rows)...)
	for i := range rows {
		for _, step := range []func(){
			func() { begin(t, r, i, benchKeys(i)) },
			func() { finish(t, r, i, Result{Outcome: Booked, BookingID: fmt.Sprint("VID", i)}) },
		} {
			testenv.Exec(t, where, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
			step()
		}
	}
	end(t, r)
	for i, row := range rowsOf(t, l, r.ID()) {
		if row.Outcome != Booked || row.BookingID != fmt.Sprint("VID", i) {
			t.Errorf("row %d is %+v", i, row)
		}
	}
}

// TestAnswersLost has every other commit come through without its answer: each is
// done twice, and that is as once.
func TestAnswersLost(t *testing.T) {
	where := testenv.Database(t)
	var commits int
	l, err := Open(t.Context(), where, Options{Create: true, Commit: func(commit func() error) error {
		err := commit()
		if commits++; err == nil && commits%2 == 1 {
			err = io.ErrUnexpectedEOF
		}
		return err
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	r := start(t, l, Row{}, Row{}, Row{Outcome: Skipped})
	for _, outcome := range []Outcome{NotSent, Booked} {
		begin(t, r, 0, benchKeys(0))
		finish(t, r, 0, Result{Outcome: outcome, BookingID: "VID"})
	}
	begin(t, r, 1, benchKeys(1))
	finish(t, r, 1, Result{Outcome: Rejected})
	end(t, r)
	var got []Outcome
	for _, row := range rowsOf(t, l, r.ID()) {
		got = append(got, row.Outcome)
	}
	if want := []Outcome{Booked, Rejected, Skipped}; !slices.Equal(got, want) {
		t.Errorf("outcomes %v, want %v", got, want)
	}
	if n, err := l.Purge(t.Context(), noon.Add(time.Hour)); err != nil || n != 0 { // the second time there is nothing left
		t.Errorf("Purge = %d, %v", n, err)
	}
}

// TestOrderedSlot: the rows of a time slot are sent by one run at a time.
func TestOrderedSlot(t *testing.T) {
	where := testenv.Database(t)
	a, b := openHost(t, where, 0), openHost(t, where, 0)
	ra, rb := start(t, a, Row{}), start(t, b, Row{Keys: benchKeys(7)}, Row{Keys: benchKeys(8)})
	if err := ra.Begin(t.Context(), Submission{Keys: benchKeys(0), At: noon, Slot: slotA}); err != nil {
		t.Fatal(err)
	}
	other := Submission{Keys: benchKeys(7), At: noon, Slot: slotA}
	if m := taken(t, rb.Begin(t.Context(), other)); !m.UnderWay || m.Run != ra.ID() {
		t.Errorf("the slot is %+v", m)
	}
	if err := rb.Begin(t.Context(), Submission{Index: 1, Keys: benchKeys(8), At: noon, Slot: slotB}); err != nil {
		t.Errorf("another slot: %v", err)
	}
	finish(t, ra, 0, Result{Outcome: Booked, BookingID: "V"})
	end(t, ra)
	if err := rb.Begin(t.Context(), other); err != nil {
		t.Errorf("the run is over, and its slot is not free: %v", err)
	}
}

// TestSharedPace: two hosts together keep one pace, and a refusal pauses both.
func TestSharedPace(t *testing.T) {
	where := testenv.Database(t)
	hosts := []*Ledger{openHost(t, where, 0), openHost(t, where, 0)}
	const every = 100 * time.Millisecond
	began := time.Now()
	var last time.Duration
	for i := range 20 {
		turn, err := hosts[i%2].Reserve(t.Context(), target, "login", every)
		if err != nil {
			t.Fatal(err)
		}
		if at := time.Since(began) + turn.Wait; at < last {
			t.Errorf("turn %d is at %v, the one before at %v", i, at, last)
		} else {
			last = at
		}
	}
	if last < 19*every*97/100 || last > 19*every+time.Second {
		t.Errorf("twenty turns take %v", last)
	}
	for _, host := range hosts { // both in one wave
		if n, err := host.Refused(t.Context(), target, "login", 10*time.Second, 0); err != nil || n != 1 {
			t.Fatal(n, err)
		}
	}
	turn, err := hosts[1].Reserve(t.Context(), target, "login", every)
	if err != nil || turn.Wait < 9*time.Second || turn.Refusals != 1 {
		t.Errorf("after a refusal: %+v, %v", turn, err)
	}
	if turn, err := hosts[1].Reserve(t.Context(), target, "another login", every); err != nil || turn.Wait > time.Second {
		t.Errorf("another login: %+v, %v", turn, err)
	}
}

// TestTwoHostsAndKills has two hosts send one list of 200 rows, each of which is
// now and then cut off and started again, until everything is done: nobody is
// sent twice, and no more is in doubt than was under way at the kills.
func TestTwoHostsAndKills(t *testing.T) {
	for seed := range testenv.Sampled(3, 100) {
		where := testenv.Database(t)
		mustOpen(t, where)
		var mu sync.Mutex
		sent := map[int]int{}
		doubtful := 0
		host := func(rnd *rand.Rand) {
			for try := 0; ; try++ {
				l, err := Open(context.Background(), where, Options{})
				if err != nil {
					t.Error(err)
					return
				}
				cut := -1
				if try < 3 {
					cut = rnd.IntN(150)
				}
				done, doubt := sendAll(t, l, cut, func(i int) {
					mu.Lock()
					sent[i]++
					mu.Unlock()
				})
				mu.Lock()
				doubtful += doubt
				mu.Unlock()
				if err := l.Close(); err != nil { // which ends the lease, as time does
					t.Error(err)
				}
				if done {
					return
				}
			}
		}
		var hosts sync.WaitGroup
		for h := range uint64(2) {
			hosts.Go(func() { host(rand.New(rand.NewPCG(uint64(seed), h))) })
		}
		hosts.Wait()
		for i := range 200 {
			if n := sent[i]; n > 1 {
				t.Errorf("seed %d: person %d was sent %d times", seed, i, n)
			}
		}
		l := mustOpen(t, where)
		booked, uncertain := 0, 0
		for i := range 200 {
			switch m := match(t, l, benchKeys(i)); {
			case !m.Found:
				t.Errorf("seed %d: person %d was left out", seed, i)
			case m.Outcome == Booked:
				booked++
			default:
				uncertain++
			}
		}
		if uncertain > doubtful {
			t.Errorf("seed %d: %d booked, %d in doubt, and %d were under way at the kills", seed, booked, uncertain, doubtful)
		}
		if t.Failed() {
			return
		}
	}
}

// sendAll plans and sends the list with four workers, until it is done or, after
// so many rows, cut off.
func sendAll(t *testing.T, l *Ledger, cut int, send func(int)) (done bool, doubt int) {
	const people = 200
	ctx := context.Background()
	var keys []Keys
	for i := range people {
		keys = append(keys, benchKeys(i))
	}
	found, err := l.Match(ctx, keys)
	if err != nil {
		t.Error(err)
		return true, 0
	}
	var rows []Row
	for i, m := range found {
		row := Row{Keys: keys[i]}
		if m.Found && !m.UnderWay {
			row.Outcome, row.Ref = AlreadyBooked, m.Ref()
			if m.Outcome == Uncertain {
				row.Outcome = Uncertain
			}
		}
		rows = append(rows, row)
	}
	r, err := l.StartRun(ctx, RunInfo{StartedAt: noon}, planned(rows...))
	if err != nil {
		t.Error(err)
		return true, 0
	}
	var mu sync.Mutex
	next, dead := 0, false
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for {
				mu.Lock()
				i := next
				next++
				if cut >= 0 && i >= cut {
					dead = true
				}
				stop := dead
				mu.Unlock()
				if stop || i >= people {
					return
				}
				if rows[i].Outcome != NotSent {
					continue
				}
				s := Submission{Index: i, Keys: keys[i], At: noon}
				err := r.Begin(ctx, s)
				var other *TakenError
				for errors.As(err, &other) && other.Match.UnderWay {
					time.Sleep(time.Millisecond)
					err = r.Begin(ctx, s)
				}
				if errors.As(err, &other) {
					continue
				}
				if err != nil {
					t.Error(err)
					return
				}
				send(i)
				mu.Lock()
				stop = dead
				if stop {
					doubt++
				}
				mu.Unlock()
				if stop {
					return // killed before the answer came
				}
				if err := r.Finish(ctx, i, Result{Outcome: Booked, BookingID: fmt.Sprint("VID", i)}); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	workers.Wait()
	if dead {
		return false, doubt
	}
	if err := r.End(ctx, End{FinishedAt: noon}); err != nil {
		t.Error(err)
	}
	return true, doubt
}
