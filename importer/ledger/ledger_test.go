package ledger

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vitec-import/vitec/testenv"
)

var (
	noon   = time.Date(2026, 3, 4, 12, 0, 0, 123456789, time.UTC)
	slotA  = Slot{"M11385", "VIS1", "TS-1"}
	slotB  = Slot{"M11385", "VIS1", "TS-2"}
	target = "https://connect.example.com"
)

// skipUnderRace skips a test that enumerates thousands of cases in one
// goroutine: the race detector makes SQLite some thirty times slower and has
// nothing to find there.
func skipUnderRace(t *testing.T) {
	t.Helper()
	if raceDetector {
		t.Skip("one goroutine only; run without -race")
	}
}

// quickDir is a folder in memory, where there is such a thing: for tests that
// open many ledgers and do not mind whether the disk is one.
func quickDir(tb testing.TB) string {
	if runtime.GOOS != "linux" {
		return tb.TempDir()
	}
	dir, err := os.MkdirTemp("/dev/shm", "ledger-test-")
	if err != nil {
		return tb.TempDir()
	}
	tb.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// tempLedger is a place for a ledger: a file, or for the tests that are run on
// PostgreSQL a database.
func tempLedger(tb testing.TB) string {
	if onPostgres(tb) {
		return testenv.Database(tb)
	}
	return filepath.Join(tb.TempDir(), "ledger.db")
}

func planned(rows ...Row) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for i, r := range rows {
			r.Index = i
			if r.Number == 0 {
				r.Number = i + 2
			}
			if k := r.Keys; r.Outcome == NotSent && k.Contact.IsZero() && k.Number.IsZero() && k.Traits == nil {
				r.Keys = benchKeys(i)
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func start(t *testing.T, l *Ledger, rows ...Row) *Run {
	t.Helper()
	r, err := l.StartRun(t.Context(), RunInfo{Target: target, StartedAt: noon}, planned(rows...))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func begin(t *testing.T, r *Run, index int, k Keys) {
	t.Helper()
	if err := r.Begin(t.Context(), Submission{Index: index, Keys: k, Content: Digest{9}, At: noon}); err != nil {
		t.Fatal(err)
	}
}

func finish(t *testing.T, r *Run, index int, res Result) {
	t.Helper()
	if err := r.Finish(t.Context(), index, res); err != nil {
		t.Fatal(err)
	}
}

func end(t *testing.T, r *Run) {
	t.Helper()
	if err := r.End(t.Context(), End{FinishedAt: noon.Add(time.Minute)}); err != nil {
		t.Fatal(err)
	}
}

func rowsOf(t *testing.T, l *Ledger, run int64) (rows []Row) {
	t.Helper()
	return collect(t, l.Rows(t.Context(), run))
}

func collect(t *testing.T, seq iter.Seq2[Row, error]) (rows []Row) {
	t.Helper()
	for r, err := range seq {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, r)
	}
	return rows
}

func match(t *testing.T, l *Ledger, k Keys) Match {
	t.Helper()
	m, err := l.Match(t.Context(), []Keys{k})
	if err != nil {
		t.Fatal(err)
	}
	return m[0]
}

func TestRunFromPlanToReport(t *testing.T) {
	path := tempLedger(t)
	l := mustOpen(t, path)
	if !l.Created() {
		t.Error("a new ledger does not say that it is new")
	}
	if left, err := filepath.Glob(l.Path() + "-new*"); err != nil || len(left) > 0 {
		t.Errorf("making it leaves %v, %v", left, err)
	}
	info := RunInfo{
		Target: target, Mapping: "mapping.yaml", MappingSHA256: "ab", StartedAt: noon, NameColumns: []int{0, 1},
		Input: Input{Path: "/in/p.csv", Name: "p.csv", SHA256: "cd", Format: "csv", Encoding: "utf-8", Delimiter: ";", Size: 99, HeaderRow: 1},
		Rate:  10, Concurrency: 5, ReportDir: "/in/p-run-0001", Format: "json",
	}
	problem := Problem{Column: 3, Header: "Född", Field: "participant.x", Code: "not_a_date", Reason: Say("is not a date"), Advice: Say("write it so")}
	run, err := l.StartRun(t.Context(), info, planned(
		Row{Slot: slotA},
		Row{Slot: slotA},
		Row{Slot: slotB, Outcome: Invalid, Problems: []Problem{problem}},
		Row{Slot: slotA, Outcome: Duplicate, Ref: Ref{Index: 0, Row: 2}, ContentDiffers: true},
		Row{Outcome: Skipped, Reason: Say("no mail"), Code: "rule"},
		Row{Slot: slotB},
		Row{Slot: slotB},
	))
	if err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		begin(t, run, i, benchKeys(i))
	}
	finish(t, run, 0, Result{Outcome: Booked, BookingID: "VID1", HTTPStatus: 200, Attempts: 1, Duration: 1500 * time.Microsecond})
	finish(t, run, 1, Result{Outcome: Rejected, HTTPStatus: 400, Reason: Say("no places"), Code: "full", Attempts: 2})
	begin(t, run, 5, benchKeys(5))
	finish(t, run, 5, Result{Outcome: NotSent, HTTPStatus: 429, Reason: Say("too many requests"), Attempts: 5})
	begin(t, run, 5, benchKeys(5))
	finish(t, run, 5, Result{Outcome: Uncertain, HTTPStatus: 500, Reason: Say("no answer"), Attempts: 6})
	event := Event{At: noon, Kind: "pause", Detail: "2s"}
	if err := run.Event(t.Context(), event); err != nil {
		t.Fatal(err)
	}
	if err := run.End(t.Context(), End{FinishedAt: noon.Add(time.Hour), ExitCode: 4, Reason: Say("enough: %d", 9), StoppedCode: "max", Requests: 9}); err != nil {
		t.Fatal(err)
	}

	want := []Row{
		{Slot: slotA, Outcome: Booked, BookingID: "VID1", HTTPStatus: 200, Attempts: 1, SubmittedAt: noon, Duration: 1500 * time.Microsecond, Content: Digest{9}},
		{Slot: slotA, Outcome: Rejected, HTTPStatus: 400, Reason: Say("no places"), Code: "full", Attempts: 2, SubmittedAt: noon, Content: Digest{9}},
		{Slot: slotB, Outcome: Invalid, Problems: []Problem{problem}},
		{Slot: slotA, Outcome: Duplicate, Ref: Ref{1, 0, 2}, ContentDiffers: true},
		{Outcome: Skipped, Reason: Say("no mail"), Code: "rule"},
		{Slot: slotB, Outcome: Uncertain, HTTPStatus: 500, Reason: Say("no answer"), Attempts: 6, SubmittedAt: noon, Content: Digest{9}},
		{Slot: slotB},
	}
	for i := range want {
		want[i].Run, want[i].Index, want[i].Number = 1, i, i+2
	}
	wantInfo := info
	wantInfo.Host = hostname()
	wantInfo.ID, wantInfo.Rows, wantInfo.FinishedAt = 1, 7, noon.Add(time.Hour)
	wantInfo.ExitCode, wantInfo.Requests, wantInfo.Reason, wantInfo.Ended = 4, 9, Say("enough: %d", 9), true
	wantInfo.StoppedCode = "max"
	for _, o := range []Outcome{Booked, Rejected, Invalid, Duplicate, Skipped, Uncertain, NotSent} {
		wantInfo.Counts[o] = 1
	}

	// Through the same ledger, through a reader beside it, and after opening again.
	read := func(l *Ledger) {
		t.Helper()
		if diff := cmp.Diff(want, rowsOf(t, l, 1)); diff != "" {
			t.Error(diff)
		}
		got, err := l.RunInfo(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wantInfo, got); diff != "" {
			t.Error(diff)
		}
		runs, err := l.Runs(t.Context())
		if err != nil || len(runs) != 1 {
			t.Errorf("Runs = %v, %v", runs, err)
		}
		events, err := l.Events(t.Context(), 1)
		if err != nil || !slices.Equal(events, []Event{event}) {
			t.Errorf("Events = %v, %v", events, err)
		}
	}
	read(l)
	reader, err := OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	read(reader)
	if err := reader.Close(); err != nil {
		t.Error(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	l = mustOpen(t, path)
	if l.Created() {
		t.Error("an old ledger says that it is new")
	}
	read(l)
}

func TestOrderOfCalls(t *testing.T) {
	l := mustOpen(t, tempLedger(t))
	run := start(t, l, Row{}, Row{Outcome: Skipped}, Row{})
	refused := func(err error, why string) {
		t.Helper()
		if err == nil || !strings.Contains(err.Error(), why) {
			t.Errorf("error %v, want one that says %q", err, why)
		}
	}
	ctx := t.Context()
	refused(run.Begin(ctx, Submission{Index: 1}), "not to be sent")
	refused(run.Begin(ctx, Submission{Index: 3}), "no row 3")
	refused(run.Begin(ctx, Submission{Index: -1}), "no row -1")
	refused(run.Finish(ctx, 0, Result{Outcome: Booked}), "is not begun")
	refused(run.Finish(ctx, 0, Result{Outcome: Skipped}), "cannot end as skipped")
	begin(t, run, 0, Keys{})
	refused(run.Begin(ctx, Submission{Index: 0}), "is begun already")
	finish(t, run, 0, Result{Outcome: Booked, BookingID: "a"})
	refused(run.Finish(ctx, 0, Result{Outcome: Rejected}), "is not begun")
	refused(run.Begin(ctx, Submission{Index: 0}), "not to be sent")

	finish(t, run, 2, Result{Outcome: NotSent, Reason: Say("the customer is closed")})
	end(t, run)
	for _, err := range []error{run.Begin(ctx, Submission{Index: 2}), run.Finish(ctx, 2, Result{}), run.End(ctx, End{})} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("after End: %v", err)
		}
	}
	if r := rowsOf(t, l, run.ID())[2]; r.Outcome != NotSent || r.Reason.String() != "the customer is closed" {
		t.Errorf("row that was never begun: %+v", r)
	}
}

func TestStartRunIsAllOrNothing(t *testing.T) {
	path := tempLedger(t)
	l := mustOpen(t, path)
	broken := errors.New("the file changed")
	for name, rows := range map[string]iter.Seq2[Row, error]{
		"error": func(yield func(Row, error) bool) {
			_ = yield(Row{Slot: slotA}, nil) && yield(Row{}, broken)
		},
		"gap":           func(yield func(Row, error) bool) { _ = yield(Row{Index: 1}, nil) },
		"booked":        planned(Row{}, Row{Outcome: Booked}),
		"no reference":  planned(Row{}, Row{Outcome: AlreadyBooked}),
		"no such thing": planned(Row{Outcome: 99}),
	} {
		_, err := l.StartRun(t.Context(), RunInfo{}, rows)
		if err == nil || name == "error" && !errors.Is(err, broken) {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	_, err := l.StartRun(ctx, RunInfo{}, func(yield func(Row, error) bool) {
		for i := 0; yield(Row{Index: i}, nil); i++ {
			if i == 10 {
				cancel()
			}
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if runs, err := l.Runs(t.Context()); err != nil || len(runs) != 0 {
		t.Errorf("runs left behind: %v, %v", runs, err)
	}
	if run := start(t, l); run.ID() != 1 {
		t.Errorf("first run has id %d", run.ID())
	}
}

func TestMissingLedgerReadsAsEmpty(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", "ledger.db")
	l, err := OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if m := match(t, l, l.Keys(target, slotA, Identity{Number: "1"})); m.Found {
		t.Error("an empty ledger knows somebody")
	}
	if runs, err := l.Runs(t.Context()); err != nil || runs != nil {
		t.Errorf("Runs = %v, %v", runs, err)
	}
	for _, err := range l.Rows(t.Context(), 1) {
		if !errors.Is(err, ErrNotFound) {
			t.Error(err)
		}
	}
	for range l.Uncertain(t.Context()) {
		t.Error("an empty ledger is in doubt")
	}
	if _, err := l.StartRun(t.Context(), RunInfo{}, planned()); !errors.Is(err, ErrReadOnly) {
		t.Errorf("StartRun of a reader: %v", err)
	}
	if _, err := os.Stat(filepath.Dir(path)); err == nil {
		t.Error("reading has created a folder")
	}
}

// TestEndWaits ends a run while workers begin and finish: each call either
// counts or is told that it is too late.
func TestEndWaits(t *testing.T) {
	l := mustOpen(t, tempLedger(t))
	const n = 400
	r := start(t, l, make([]Row, n)...)
	var told [n]Outcome
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := w; i < n; i += 8 {
				if err := r.Begin(t.Context(), Submission{Index: i, Keys: benchKeys(i)}); err != nil {
					return
				}
				told[i] = Uncertain
				if err := r.Finish(t.Context(), i, Result{Outcome: Booked, BookingID: "a"}); err != nil {
					return
				}
				told[i] = Booked
				if i == n/4 {
					end(t, r)
				}
			}
		})
	}
	wg.Wait()
	for i, row := range rowsOf(t, l, r.ID()) {
		if row.Outcome != told[i] {
			t.Errorf("row %d is %s, told %s", i, row.Outcome, told[i])
		}
	}
	for i, m := range []Match{match(t, l, benchKeys(n/4)), match(t, l, benchKeys(n-1))} {
		if want := told[[]int{n / 4, n - 1}[i]] != NotSent; m.Found != want {
			t.Errorf("match %d: %+v", i, m)
		}
	}
}

// TestLocateWhileItAppears: a ledger that another run makes at this moment is
// not taken for a link that leads nowhere.
func TestLocateWhileItAppears(t *testing.T) {
	dir := t.TempDir()
	path, fresh := filepath.Join(dir, "ledger.db"), filepath.Join(dir, "fresh")
	done := make(chan struct{})
	defer func() { <-done }()
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
			}
			if err := errors.Join(os.WriteFile(fresh, []byte{1}, 0o600), os.Rename(fresh, path), os.Remove(path)); err != nil {
				t.Error(err)
				return
			}
		}
	}()
	for range 20_000 {
		// Between two looks it may be gone, which is no link either.
		if _, err := locate(path, false); err != nil && strings.Contains(err.Error(), "link to") {
			t.Fatal(err)
		}
	}
}

// TestGeneration changes with a submission's state and with nothing else.
func TestGeneration(t *testing.T) {
	path := tempLedger(t)
	l := mustOpen(t, path)
	last := "?"
	step := func(what string, changes bool, f func()) {
		t.Helper()
		f()
		g, err := l.Generation(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if (g != last) != changes {
			t.Errorf("%s: from %s to %s", what, last, g)
		}
		last = g
	}
	var r *Run
	step("a new ledger", true, func() {})
	if last != "" {
		t.Errorf("nothing was submitted, and the generation is %s", last)
	}
	step("start", false, func() { r = start(t, l, Row{}, Row{Outcome: Skipped}) })
	step("event", false, func() {
		if err := r.Event(t.Context(), Event{}); err != nil {
			t.Fatal(err)
		}
	})
	step("begin", true, func() { begin(t, r, 0, benchKeys(0)) })
	step("finish", true, func() { finish(t, r, 0, Result{Outcome: Booked, BookingID: "a"}) })
	step("end", false, func() { end(t, r) })
	step("open again", false, func() {
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = mustOpen(t, path)
	})
	step("another ledger", true, func() { l = mustOpen(t, tempLedger(t)) })
}

// TestCloseWhileReading closes a ledger in the middle of its rows, which go on
// to the end, and then no more.
func TestCloseWhileReading(t *testing.T) {
	path := tempLedger(t)
	l := mustOpen(t, path)
	end(t, start(t, l, make([]Row, 10)...))
	n := 0
	for _, err := range l.Rows(t.Context(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 3 {
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if n != 10 {
		t.Errorf("%d rows, want 10", n)
	}
	if _, err := l.Runs(t.Context()); !errors.Is(err, ErrClosed) {
		t.Errorf("reading after Close: %v", err)
	}
	if _, err := l.StartRun(t.Context(), RunInfo{}, planned()); !errors.Is(err, ErrClosed) {
		t.Errorf("StartRun after Close: %v", err)
	}
	mustOpen(t, path)
}
