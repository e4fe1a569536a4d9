package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"sync"
)

// Run is a run that is on. All methods are safe for concurrent use.
type Run struct {
	l  *Ledger
	id int64

	// The committer's.
	records  int // in its journal so far
	unfolded int // bytes of them that are not in its bundles yet

	mu     sync.Mutex
	ended  bool
	rows   []rowState
	moving sync.WaitGroup // rows in rowMoving
}

// rowState is where a row is on its way, so that the order of calls is held
// without asking the database.
type rowState uint8

const (
	rowClosed   rowState = iota // planned with an outcome, or finished with one
	rowReady                    // to be sent
	rowReleased                 // begun once, and provably not processed
	rowBegun
	rowMoving // a Begin or Finish is on its way
)

// StartRun records a run with all its planned rows, all or none. Only ID, Rows,
// Counts and how the run ends are not taken from info. An error of rows is
// returned as it is.
func (l *Ledger) StartRun(ctx context.Context, info RunInfo, rows iter.Seq2[Row, error]) (*Run, error) {
	r := &Run{l: l}
	err := l.change(nothingSubmitted, func(c *conn) error {
		header, err := json.Marshal(headerOf(info))
		if err != nil {
			return err
		}
		s := c.query(`INSERT INTO runs (started, header, state, purged, finished, exit_code, requests, stopped, report_dir)
			VALUES (?, ?, 0, 0, 0, 0, 0, '', ?) RETURNING id`)
		if s.int(nanos(info.StartedAt)).blob(header).text(info.ReportDir).next() {
			r.id = s.getInt()
			s.next()
		}
		if err := s.done(); err != nil {
			return err
		}
		p := planner{c: c, run: r.id}
		for row, err := range rows {
			if err == nil {
				err = ctx.Err()
			}
			if err == nil {
				err = p.add(row)
			}
			if err != nil {
				return err
			}
			state := rowClosed
			if row.Outcome == NotSent {
				state = rowReady
			}
			r.rows = append(r.rows, state)
		}
		return p.flush()
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// A planner writes planned rows, a bundle at a time.
type planner struct {
	c      *conn
	run    int64
	next   int
	bundle bundle
	slot   Slot // of the last row
}

func (p *planner) add(row Row) error {
	if row.Index != p.next {
		return misuse("row %d of the plan has index %d", p.next, row.Index)
	}
	if p.next%bundleRows == 0 {
		if err := p.flush(); err != nil {
			return err
		}
		p.bundle.reset(rowID(p.run, p.next/bundleRows))
	}
	to := p.bundle.row(p.next % bundleRows)
	p.next++
	if row.Ref != (Ref{}) {
		if row.Ref.Run == 0 {
			row.Ref.Run = p.run
		}
		if !validRow(row.Ref.Run, row.Ref.Index) {
			return misuse("row %d refers to row %d of run %d, which cannot be", row.Index, row.Ref.Index, row.Ref.Run)
		}
		to.ref, to.refRow = rowID(row.Ref.Run, row.Ref.Index), row.Ref.Row
		to.differs = row.ContentDiffers
	}
	switch row.Outcome {
	case NotSent, Invalid, Skipped:
	case AlreadyBooked, Uncertain, Duplicate:
		if to.ref == 0 {
			return misuse("row %d is planned as %s without saying of what", row.Index, row.Outcome)
		}
	default:
		return misuse("row %d is planned as %s", row.Index, row.Outcome)
	}
	to.planned, to.outcome, to.spreadsheetRow = true, row.Outcome, row.Number
	if at := p.next - 1; at%bundleRows > 0 && row.Slot == p.slot {
		to.slot = p.bundle.rows[at%bundleRows-1].slot
	} else {
		p.slot = row.Slot
		for i, text := range [...]string{row.Slot.CustomerId, row.Slot.ViewingId, row.Slot.TimeSlotId} {
			to.slot[i] = p.bundle.text([]byte(text))
		}
	}
	if w := (wording{row.Reason, row.Message, row.Code, row.Args}).packed(); w != "" {
		to.words = p.bundle.text([]byte(w))
	}
	if len(row.Problems) > 0 {
		b, err := json.Marshal(row.Problems)
		if err != nil {
			return err
		}
		to.problems = p.bundle.text(b)
	}
	if row.Outcome == Uncertain {
		return p.c.query("INSERT INTO in_doubt VALUES (?, ?)").int(to.ref).int(rowID(p.run, row.Index)).run()
	}
	return nil
}

// flush writes the bundle that was begun.
func (p *planner) flush() error {
	if p.next == 0 {
		return nil
	}
	return writeBundle(p.c, &p.bundle)
}

// ID returns the run's id.
func (r *Run) ID() int64 { return r.id }

// Begin records that a submission is about to be sent. When it returns nil that
// is durable, and the request may leave.
//
// When it returns an error the submission is not begun and must not be sent: if
// ctx is done in time, nothing is written; once the commit is under way, Begin
// waits for it and returns nil, whatever ctx says. Only an ErrDisk can leave a
// begun submission behind, because then nobody knows what the disk holds; it is
// uncertain when the ledger is next opened.
func (r *Run) Begin(ctx context.Context, s Submission) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.Beginning(s)(ctx)
}

// Beginning is Begin in two steps. When it returns, the begin has its turn
// behind every outcome that Finishing took before, so that it cannot be durable
// without those; mostly they share a commit. The function that it returns does
// the rest of Begin, and must be called once.
func (r *Run) Beginning(s Submission) (durable func(context.Context) error) {
	failed := func(err error) func(context.Context) error {
		return func(context.Context) error { return err }
	}
	was, err := r.leave(s.Index, func(at rowState) error {
		switch at {
		case rowReady, rowReleased:
			return nil
		case rowClosed:
			return errors.New("is not to be sent")
		}
		return errors.New("is begun already")
	})
	if err != nil {
		return failed(err)
	}
	t, err := r.l.queue.put(&op{run: r, index: s.Index, begin: true, sub: s}, true)
	if err != nil {
		r.arrive(s.Index, was)
		return failed(err)
	}
	return func(ctx context.Context) error {
		if err := t.waitOr(ctx); err != nil {
			r.arrive(s.Index, was)
			return err
		}
		r.arrive(s.Index, rowBegun)
		return nil
	}
}

// Finish records how a begun submission ended. When it returns nil that is
// durable. It cannot be cancelled: what is known is recorded.
//
// NotSent releases the row: it is as if it had never been begun, and Begin may
// follow again. A row that was never begun can be finished as NotSent only, to
// say why.
func (r *Run) Finish(_ context.Context, index int, res Result) error {
	durable := r.Finishing(index, res)
	r.Push()
	return durable()
}

// Finishing is Finish in two steps. When it returns, the outcome has its turn
// before every begin that comes later. It is not committed on its own account,
// because mostly such a begin follows at once and takes it along; where none
// does, Push must be called. The function that it returns waits until the
// outcome is durable, and must be called once.
func (r *Run) Finishing(index int, res Result) (durable func() error) {
	failed := func(err error) func() error { return func() error { return err } }
	switch res.Outcome {
	case Booked, Rejected, Uncertain, NotSent:
	default:
		return failed(misuse("a submission cannot end as %s", res.Outcome))
	}
	was, err := r.leave(index, func(at rowState) error {
		switch {
		case at == rowBegun, (at == rowReady || at == rowReleased) && res.Outcome == NotSent:
			return nil
		}
		return errors.New("is not begun")
	})
	if err != nil {
		return failed(err)
	}
	t, err := r.l.queue.put(&op{run: r, index: index, res: res}, false)
	if err != nil {
		r.arrive(index, was)
		return failed(err)
	}
	return func() error {
		if err := t.wait(); err != nil {
			r.arrive(index, was)
			return err
		}
		if res.Outcome == NotSent {
			r.arrive(index, rowReleased)
		} else {
			r.arrive(index, rowClosed)
		}
		return nil
	}
}

// Push has the outcomes committed that Finishing has taken.
func (r *Run) Push() {
	q := &r.l.queue
	q.mu.Lock()
	defer q.mu.Unlock()
	q.hurry()
}

// leave takes a row out of its state, if that is allowed, until arrive.
func (r *Run) leave(index int, allowed func(rowState) error) (rowState, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return 0, ErrClosed
	}
	if index < 0 || index >= len(r.rows) {
		return 0, misuse("run %d has no row %d: %w", r.id, index, ErrNotFound)
	}
	was := r.rows[index]
	if err := allowed(was); err != nil {
		return 0, misuse("row %d of run %d %w", index, r.id, err)
	}
	r.rows[index] = rowMoving
	r.moving.Add(1)
	return was, nil
}

func (r *Run) arrive(index int, state rowState) {
	r.mu.Lock()
	r.rows[index] = state
	r.mu.Unlock()
	r.moving.Done()
}

// Event records something that happened to the run. It is durable when Event
// returns nil.
func (r *Run) Event(ctx context.Context, e Event) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.l.change(nothingSubmitted, func(c *conn) error {
		return c.query("INSERT INTO events (run, at, kind, detail) VALUES (?, ?, ?, ?)").
			int(r.id).int(nanos(e.At)).text(e.Kind).text(e.Detail).run()
	})
}

// SetReportDir records where the run's reports are. It may be called after End.
func (r *Run) SetReportDir(ctx context.Context, dir string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.l.change(nothingSubmitted, func(c *conn) error {
		return c.query("UPDATE runs SET report_dir = ? WHERE id = ?").text(dir).int(r.id).run()
	})
}

// End records how the run ended. Submissions that are still begun become
// uncertain; nothing can be begun or finished after. Like Finish it cannot be
// cancelled.
func (r *Run) End(ctx context.Context, e End) error {
	r.mu.Lock()
	ended := r.ended
	r.ended = true
	r.mu.Unlock()
	if ended {
		return ErrClosed
	}
	// A Begin that came in later than the end would be known to nobody.
	r.Push()
	r.moving.Wait()
	what := nothingSubmitted
	if slices.Contains(r.rows, rowBegun) {
		what = submissionsToo
	}
	return r.l.change(what, func(c *conn) error {
		return closeRun(c, r.id, runEnded, runEndedWords, func(s *stmt) *stmt {
			stopped := wording{e.Reason, e.Stopped, e.StoppedCode, e.StoppedArgs}
			return s.int(nanos(e.FinishedAt)).int(int64(e.ExitCode)).int(int64(e.Requests)).text(stopped.packed())
		})
	})
}

// closeRun folds a run's journal, gives every submission that is still begun its
// outcome, files the submissions, and gives the run its final state. The end
// binds finished, exit_code, requests and stopped.
//
// Submissions are filed when a run is over and not with every Begin, because
// hashes lie all over an index: each would cost a commit a bundle of its own.
func closeRun(c *conn, run int64, state int, why wording, end func(*stmt) *stmt) error {
	j, err := readJournal(c, run)
	if err != nil {
		return err
	}
	files := indexer{c: c, most: indexChunk}
	var counts Counts
	var k Keys
	var p bundle
	first, last := idsOf(run)
	for {
		ok, err := readBundle(c, &p, first, last)
		if err != nil {
			return err
		}
		if !ok {
			break
		}
		first = p.id + 1
		changed := j.apply(&p)
		for i := range p.rows {
			r, id := &p.rows[i], p.firstID()+int64(i)
			if r.begun && !r.ended {
				p.close(r, why)
				changed = true
			}
			if err := countRow(c, r, &counts); err != nil {
				return err
			}
			live, booked := r.live()
			if !live {
				continue
			}
			r.submission.keys(&k)
			if err := files.add(id, &k, booked); err != nil {
				return err
			}
			if booked {
				continue
			}
			if err := c.query("INSERT INTO in_doubt VALUES (?, ?)").int(id).int(id).run(); err != nil {
				return err
			}
		}
		if changed {
			if err := writeBundle(c, &p); err != nil {
				return err
			}
		}
	}
	if err := files.flush(); err != nil {
		return err
	}
	if err := mergeSegments(c); err != nil {
		return err
	}
	if err := dropJournal(c, run); err != nil {
		return err
	}
	b, err := json.Marshal(counts)
	if err != nil {
		return err
	}
	return end(c.query("UPDATE runs SET state = ?, counts = ?, finished = ?, exit_code = ?, requests = ?, stopped = ? WHERE id = ?").
		int(int64(state)).blob(b)).int(run).run()
}

// countRow counts a planned row by its outcome. A run's own submissions are not
// settled while it is on, but those that its rows refer to may be.
func countRow(c *conn, r *packedRow, counts *Counts) error {
	if !r.planned {
		return nil
	}
	o := r.outcomeNow()
	if o == Uncertain && !r.begun && r.ref != 0 {
		t, err := settlementOf(c, r.ref)
		if err != nil {
			return err
		}
		if t != nil {
			o = referringTo(settledAs(t.BookingID != ""))
		}
	}
	counts[o]++
	return nil
}

// countRows counts the rows of a run that is on.
func countRows(c *conn, run int64) (counts Counts, err error) {
	err = bundlesOf(c).each(run, func(p *bundle) error {
		for i := range p.rows {
			if err := countRow(c, &p.rows[i], &counts); err != nil {
				return err
			}
		}
		return nil
	})
	return counts, err
}

// recover ends what cut-off runs have left: begun submissions become uncertain,
// and the run is marked as interrupted.
func (l *Ledger) recover() error {
	cutOff, err := openRuns(l.w)
	if err != nil {
		return err
	}
	for _, id := range cutOff {
		err := l.change(submissionsToo, func(c *conn) error {
			return closeRun(c, id, runInterrupted, cutOffWords, func(s *stmt) *stmt {
				return s.int(0).int(0).int(0).text("")
			})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// openRuns lists the runs that are on, or were cut off and not yet recovered.
func openRuns(c *conn) (runs []int64, err error) {
	s := c.query("SELECT id FROM runs WHERE state = 0 ORDER BY id")
	for s.next() {
		runs = append(runs, s.getInt())
	}
	return runs, s.done()
}
