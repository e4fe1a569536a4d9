package ledger

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	sqlite3 "modernc.org/sqlite/lib"
)

// A workload drives a ledger through a run with every kind of write, one call
// after the other, and notes what was acknowledged when.
type workload struct {
	people int
	acked  []ack
	failed error // the first call that failed
}

// ack is a call that returned nil, after so many operations of the disk.
type ack struct {
	ops   int
	index int
	begun bool   // Begin
	res   Result // otherwise Finish
}

// run runs the workload; ops tells how many operations the disk has seen.
func (w *workload) run(l *Ledger, ops func() int) {
	ctx := context.Background()
	do := func(index int, begun bool, res Result, err error) bool {
		if err != nil {
			w.failed = err
			return false
		}
		w.acked = append(w.acked, ack{ops(), index, begun, res})
		return true
	}
	run, err := l.StartRun(ctx, RunInfo{StartedAt: noon}, planOf(w.people))
	if err != nil {
		w.failed = err
		return
	}
	do(-1, false, Result{}, nil) // the run is there
	for i := range w.people {
		err := run.Begin(ctx, Submission{Index: i, Keys: benchKeys(i), At: noon})
		if !do(i, true, Result{}, err) {
			return
		}
		if i%5 == 4 {
			continue // never finished
		}
		res := Result{Outcome: []Outcome{Booked, Rejected, Uncertain, NotSent}[i%5], HTTPStatus: 200 + i, Attempts: 1}
		if res.Outcome == Booked {
			res.BookingID = fmt.Sprint("VID", i)
		}
		if !do(i, false, res, run.Finish(ctx, i, res)) {
			return
		}
	}
}

// check compares what a ledger holds with what was acknowledged after so many
// operations of the disk. What was under way then, at most one call, may be
// there or not.
func (w *workload) check(l *Ledger, ops int) error {
	type state struct {
		begun, finished bool
		res             Result
	}
	want := make([]state, w.people)
	started := false
	var next *ack // the call under way
	for i, a := range w.acked {
		if a.ops > ops {
			next = &w.acked[i]
			break
		}
		switch {
		case a.index < 0:
			started = true
		case a.begun:
			want[a.index].begun = true
		default:
			want[a.index].finished, want[a.index].res = true, a.res
		}
	}
	ctx := context.Background()
	runs, err := l.Runs(ctx)
	if err != nil {
		return err
	}
	if len(runs) == 0 && !started {
		return nil
	}
	if len(runs) != 1 || !runs[0].Interrupted || runs[0].Rows != w.people {
		return fmt.Errorf("started %v, but runs are %+v", started, runs)
	}
	var counts Counts
	n := 0
	for row, err := range l.Rows(ctx, 1) {
		if err != nil {
			return err
		}
		n++
		counts[row.Outcome]++
		s := want[row.Index]
		agrees := func(s state) bool {
			switch {
			case s.finished:
				return row.Outcome == s.res.Outcome && row.BookingID == s.res.BookingID && row.HTTPStatus == s.res.HTTPStatus
			case s.begun:
				return row.Outcome == Uncertain && row.Message == cutOffWords.Message && row.Code == CodeCutOff
			}
			return row.Outcome == NotSent
		}
		ok := agrees(s)
		if !ok && next != nil && next.index == row.Index {
			ok = agrees(state{begun: true, finished: !next.begun, res: next.res})
		}
		if !ok {
			return fmt.Errorf("row %d: want %+v (under way: %+v), have %+v", row.Index, s, next, row)
		}
		m, err := l.Match(ctx, []Keys{benchKeys(row.Index)})
		if err != nil {
			return err
		}
		if known := row.Outcome == Booked || row.Outcome == Uncertain; m[0].Found != known || known && m[0].Outcome != row.Outcome {
			return fmt.Errorf("row %d is %s, but matches as %+v", row.Index, row.Outcome, m[0])
		}
	}
	if n != w.people || counts != runs[0].Counts {
		return fmt.Errorf("%d rows, counted %v, told %v", n, counts, runs[0].Counts)
	}
	return nil
}

// A recorder keeps what SQLite does to the two files, so that the state of the
// disk at any moment can be made again: with what was synced, and any part of
// what was not.
type recorder struct {
	base []byte // the database before
	ops  []diskOp
}

func (r *recorder) hook(op diskOp) int32 {
	op.data = bytes.Clone(op.data)
	r.ops = append(r.ops, op)
	return 0
}

// image writes the files as they may be after the first n operations. Keep says
// whether an operation that was not synced has reached the disk.
func (r *recorder) image(path string, n int, keep func() bool) error {
	files := [2][]byte{bytes.Clone(r.base), nil} // database, write-ahead log
	apply := func(op diskOp) {
		f := &files[0]
		if op.wal {
			f = &files[1]
		}
		switch op.what {
		case "write":
			if end := int(op.off) + len(op.data); end > len(*f) {
				*f = append(*f, make([]byte, end-len(*f))...)
			}
			copy((*f)[op.off:], op.data)
		case "truncate":
			*f = (*f)[:min(int(op.off), len(*f))]
		}
	}
	synced := func(wal bool) (last int) {
		last = -1
		for i, op := range r.ops[:n] {
			if op.wal == wal && op.what == "sync" {
				last = i
			}
		}
		return last
	}
	last := map[bool]int{false: synced(false), true: synced(true)}
	for i, op := range r.ops[:n] {
		if op.what != "sync" && (i < last[op.wal] || keep()) {
			apply(op)
		}
	}
	if err := os.WriteFile(path, files[0], 0o600); err != nil {
		return err
	}
	return os.WriteFile(path+"-wal", files[1], 0o600)
}

// TestPowerFailure cuts the power after every operation on the disk. What was
// synced is there; what was not is lost, whole or in part, or kept (as after a
// kill). The ledger opens, and holds what it has acknowledged.
func TestPowerFailure(t *testing.T) {
	skipUnderRace(t)
	path := tempLedger(t)
	if l, err := Open(t.Context(), path); err != nil || l.Close() != nil {
		t.Fatal(err)
	}
	var r recorder
	var err error
	if r.base, err = os.ReadFile(path); err != nil {
		t.Fatal(err)
	}
	l, err := open(t.Context(), path, options{hook: r.hook, walLimit: 20 * pageSize, foldLimit: 500})
	if err != nil {
		t.Fatal(err)
	}
	w := workload{people: 30}
	w.run(l, func() int { return len(r.ops) })
	if w.failed != nil {
		t.Fatal(w.failed)
	}
	total := len(r.ops)
	marks := make([]byte, 0)
	if marks, err = os.ReadFile(path + lockSuffix); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	checkpoints := 0
	for _, op := range r.ops {
		if !op.wal && op.what == "sync" {
			checkpoints++
		}
	}
	if checkpoints < 3 {
		t.Fatalf("the workload has %d checkpoints; it should have several", checkpoints)
	}

	rnd := rand.New(rand.NewPCG(1, 2))
	for name, keep := range map[string]func() bool{
		"kept": func() bool { return true },
		"lost": func() bool { return false },
		"torn": func() bool { return rnd.IntN(2) == 0 },
	} {
		t.Run(name, func(t *testing.T) {
			dir := quickDir(t)
			for n := range total + 1 {
				image := filepath.Join(dir, fmt.Sprint(n), "ledger.db")
				if err := os.Mkdir(filepath.Dir(image), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := r.image(image, n, keep); err != nil {
					t.Fatal(err)
				}
				if n == total { // the mark may have reached the disk, too
					if err := os.WriteFile(image+lockSuffix, marks, 0o600); err != nil {
						t.Fatal(err)
					}
				}
				l, err := Open(t.Context(), image)
				if err != nil {
					t.Fatalf("after %d of %d operations: %v", n, total, err)
				}
				if err := w.check(l, n); err != nil {
					t.Errorf("after %d of %d operations: %v", n, total, err)
				}
				if err := l.Close(); err != nil {
					t.Error(err)
				}
			}
		})
	}
}

// TestEveryOperationFails lets the n-th operation on the disk fail, for every
// n. The call that needed it fails with ErrDisk; so does every later one, and
// none of them touches the disk. With the fault gone the ledger holds exactly
// what was acknowledged.
func TestEveryOperationFails(t *testing.T) {
	skipUnderRace(t)
	for name, rc := range map[string]int32{"full": sqlite3.SQLITE_FULL, "EIO": sqlite3.SQLITE_IOERR_FSYNC} {
		t.Run(name, func(t *testing.T) {
			for n := 0; ; n++ {
				path := filepath.Join(quickDir(t), "ledger.db")
				armed, ops := false, 0
				hook := func(diskOp) int32 {
					ops++
					if armed && ops == n+1 {
						return rc
					}
					return 0
				}
				l, err := open(t.Context(), path, options{hook: hook, walLimit: 20 * pageSize, foldLimit: 500})
				if err != nil {
					t.Fatal(err)
				}
				armed, ops = true, 0
				w := workload{people: 10}
				w.run(l, func() int { return 0 })
				if w.failed == nil {
					l.Close()
					if n < 50 {
						t.Fatalf("the workload has only %d operations", n)
					}
					return
				}
				if !errors.Is(w.failed, ErrDisk) {
					t.Fatalf("operation %d: %v is not ErrDisk", n, w.failed)
				}
				if ops != n+1 {
					t.Errorf("operation %d failed, and %d more were tried", n, ops-n-1)
				}
				if _, err := l.StartRun(t.Context(), RunInfo{}, planOf(1)); !errors.Is(err, ErrDisk) {
					t.Errorf("operation %d: StartRun after it: %v", n, err)
				}
				if _, err := l.Runs(t.Context()); err != nil {
					t.Errorf("operation %d: reading after it: %v", n, err)
				}
				l.Close() // may say that the last checkpoint could not be done
				if ops != n+1 {
					t.Errorf("operation %d failed, and Close tried %d more", n, ops-n-1)
				}
				l = mustOpen(t, path)
				if err := w.check(l, 0); err != nil {
					t.Errorf("operation %d: %v", n, err)
				}
			}
		})
	}
}
