package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
)

// Run is a run that is on. All methods are safe for concurrent use.
type Run struct {
	l  *Ledger
	id int64

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
	err := l.change(false, func(c *conn) error {
		header, err := json.Marshal(headerOf(info))
		if err != nil {
			return err
		}
		s := c.query(`INSERT INTO runs (started, header, state, indexed, purged, finished, exit_code, requests, stopped, report_dir)
			VALUES (?, ?, 0, 0, 0, 0, 0, 0, '', ?) RETURNING id`)
		if s.int(nanos(info.StartedAt)).blob(header).text(info.ReportDir).next() {
			r.id = s.getInt()
			s.next()
		}
		if err := s.done(); err != nil {
			return err
		}
		p := planner{c: c, run: r.id, slots: make(map[Slot]int64)}
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
		return nil
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// A planner writes planned rows.
type planner struct {
	c     *conn
	run   int64
	next  int
	slots map[Slot]int64
}

// manySlots bounds what a planner remembers; beyond, the database is asked again.
const manySlots = 1 << 14

func (p *planner) add(row Row) error {
	if row.Index != p.next {
		return fmt.Errorf("ledger: row %d of the plan has index %d", p.next, row.Index)
	}
	p.next++
	var ref int64
	if row.Ref != (Ref{}) {
		if row.Ref.Run == 0 {
			row.Ref.Run = p.run
		}
		if !validRow(row.Ref.Run, row.Ref.Index) {
			return fmt.Errorf("ledger: row %d refers to row %d of run %d, which cannot be", row.Index, row.Ref.Index, row.Ref.Run)
		}
		ref = rowID(row.Ref.Run, row.Ref.Index)
	}
	switch row.Outcome {
	case NotSent, Invalid, Skipped:
	case AlreadyBooked, Uncertain, Duplicate:
		if ref == 0 {
			return fmt.Errorf("ledger: row %d is planned as %s without saying of what", row.Index, row.Outcome)
		}
	default:
		return fmt.Errorf("ledger: row %d is planned as %s", row.Index, row.Outcome)
	}
	slot, err := p.slot(row.Slot)
	if err != nil {
		return err
	}
	s := p.c.query("INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)").
		int(rowID(p.run, row.Index)).int(int64(row.Number)).int(int64(row.Outcome)).optional(slot).optional(ref)
	if ref == 0 {
		s.null().null()
	} else {
		s.int(int64(row.Ref.Row)).bool(row.ContentDiffers)
	}
	if w := (words{row.Message, row.Code, row.Args}).packed(); w == "" {
		s.null()
	} else {
		s.text(w)
	}
	if len(row.Problems) == 0 {
		return s.null().run()
	}
	b, err := json.Marshal(row.Problems)
	if err != nil {
		return errors.Join(err, s.done())
	}
	return s.blob(b).run()
}

// slot returns the slot's id, which it has once for all runs. The zero slot has none.
func (p *planner) slot(k Slot) (id int64, err error) {
	if k == (Slot{}) {
		return 0, nil
	}
	if id, ok := p.slots[k]; ok {
		return id, nil
	}
	s := p.c.query(`INSERT INTO slots (customer, viewing, slot) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET slot = slot RETURNING id`)
	if s.text(k.CustomerId).text(k.ViewingId).text(k.TimeSlotId).next() {
		id = s.getInt()
		s.next()
	}
	if err := s.done(); err != nil {
		return 0, err
	}
	if len(p.slots) == manySlots {
		clear(p.slots)
	}
	p.slots[k] = id
	return id, nil
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
		return err
	}
	o := &op{id: rowID(r.id, s.Index), begin: true, again: was == rowReleased, sub: s}
	if err = r.l.queue.put(ctx, o); err == nil {
		err = o.wait(ctx)
	}
	if err != nil {
		r.arrive(s.Index, was)
		return err
	}
	r.arrive(s.Index, rowBegun)
	return nil
}

// Finish records how a begun submission ended. When it returns nil that is
// durable. It cannot be cancelled: what is known is recorded.
//
// NotSent releases the row: it is as if it had never been begun, and Begin may
// follow again. A row that was never begun can be finished as NotSent only, to
// say why.
func (r *Run) Finish(_ context.Context, index int, res Result) error {
	return r.Finishing(index, res)()
}

// Finishing is Finish in two steps. When it returns, the outcome has its turn
// before every Begin that comes later, so that none of those can be durable
// without it; mostly they share a commit. The function that it returns waits
// until the outcome is durable, and must be called once.
func (r *Run) Finishing(index int, res Result) (durable func() error) {
	failed := func(err error) func() error { return func() error { return err } }
	switch res.Outcome {
	case Booked, Rejected, Uncertain, NotSent:
	default:
		return failed(fmt.Errorf("ledger: a submission cannot end as %s", res.Outcome))
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
	ctx := context.Background()
	o := &op{id: rowID(r.id, index), res: res}
	if err := r.l.queue.put(ctx, o); err != nil {
		r.arrive(index, was)
		return failed(err)
	}
	return func() error {
		if err := o.wait(ctx); err != nil {
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

// leave takes a row out of its state, if that is allowed, until arrive.
func (r *Run) leave(index int, allowed func(rowState) error) (rowState, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.ended {
		return 0, ErrClosed
	}
	if index < 0 || index >= len(r.rows) {
		return 0, fmt.Errorf("ledger: run %d has no row %d: %w", r.id, index, ErrNotFound)
	}
	was := r.rows[index]
	if err := allowed(was); err != nil {
		return 0, fmt.Errorf("ledger: row %d of run %d %w", index, r.id, err)
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
	return r.l.change(false, func(c *conn) error {
		return c.query("INSERT INTO events (run, at, kind, detail) VALUES (?, ?, ?, ?)").
			int(r.id).int(nanos(e.At)).text(e.Kind).text(e.Detail).run()
	})
}

// SetReportDir records where the run's reports are. It may be called after End.
func (r *Run) SetReportDir(ctx context.Context, dir string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.l.change(false, func(c *conn) error {
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
	r.moving.Wait()
	inDoubt := slices.Contains(r.rows, rowBegun)
	err := r.l.change(inDoubt, func(c *conn) error {
		return closeRun(c, r.id, runEnded, runEndedWords, func(s *stmt) *stmt {
			stopped := words{e.Stopped, e.StoppedCode, e.StoppedArgs}
			return s.int(nanos(e.FinishedAt)).int(int64(e.ExitCode)).int(int64(e.Requests)).text(stopped.packed())
		})
	})
	if err != nil {
		return err
	}
	return r.l.index(r.id)
}

// closeRun gives every submission that is still begun its outcome, and the run
// its final state. The end binds finished, exit_code, requests and stopped.
func closeRun(c *conn, run int64, state int, why words, end func(*stmt) *stmt) error {
	first, last := idsOf(run)
	err := c.query(`INSERT INTO results SELECT s.id, ?, 0, 1, 0, '', ? FROM submissions s LEFT JOIN results r ON r.id = s.id
		WHERE s.id BETWEEN ? AND ? AND r.id IS NULL`).int(int64(Uncertain)).text(why.packed()).int(first).int(last).run()
	if err != nil {
		return err
	}
	counts, err := countRows(c, run)
	if err != nil {
		return err
	}
	b, err := json.Marshal(counts)
	if err != nil {
		return err
	}
	return end(c.query("UPDATE runs SET state = ?, counts = ?, finished = ?, exit_code = ?, requests = ?, stopped = ? WHERE id = ?").
		int(int64(state)).blob(b)).int(run).run()
}

// countRows counts a run's rows by outcome. Its own submissions are not settled
// while it is on, but those that its rows refer to may be.
func countRows(c *conn, run int64) (counts Counts, err error) {
	first, last := idsOf(run)
	s := c.query("SELECT outcome, count(*) FROM rows WHERE id BETWEEN ? AND ? GROUP BY outcome").int(first).int(last)
	for s.next() {
		if o := s.getInt(); o >= 0 && int(o) < len(counts) {
			counts[o] = int(s.getInt())
		}
	}
	if err := s.done(); err != nil {
		return counts, err
	}
	// A row with a result, or begun without one, was planned as NotSent.
	s = c.query(`SELECT coalesce(r.outcome, ?), count(*) FROM submissions s LEFT JOIN results r ON r.id = s.id
		WHERE s.id BETWEEN ? AND ? GROUP BY 1`).int(int64(Uncertain)).int(first).int(last)
	for s.next() {
		if o := s.getInt(); o >= 0 && int(o) < len(counts) {
			n := int(s.getInt())
			counts[o] += n
			counts[NotSent] -= n
		}
	}
	if err := s.done(); err != nil {
		return counts, err
	}
	s = c.query(`SELECT t.booking <> '', count(*) FROM rows w JOIN settlements t ON t.submission = w.ref
		WHERE w.outcome = 4 AND w.id BETWEEN ? AND ? GROUP BY 1`).int(first).int(last)
	for s.next() {
		to := referringTo(settledAs(s.getInt() == 1))
		n := int(s.getInt())
		counts[to] += n
		counts[Uncertain] -= n
	}
	return counts, s.done()
}

// recover ends what cut-off runs have left: begun submissions become uncertain,
// and the run is marked as interrupted.
func (l *Ledger) recover() error {
	var cutOff, behind []int64
	s := l.w.query("SELECT id, state FROM runs WHERE indexed = 0 ORDER BY id")
	for s.next() {
		id := s.getInt()
		behind = append(behind, id)
		if s.getInt() == runOn {
			cutOff = append(cutOff, id)
		}
	}
	if err := s.done(); err != nil {
		return err
	}
	for _, id := range cutOff {
		err := l.change(true, func(c *conn) error {
			return closeRun(c, id, runInterrupted, cutOffWords, func(s *stmt) *stmt {
				return s.int(0).int(0).int(0).text("")
			})
		})
		if err != nil {
			return err
		}
	}
	for _, id := range behind {
		if err := l.index(id); err != nil {
			return err
		}
	}
	return nil
}
