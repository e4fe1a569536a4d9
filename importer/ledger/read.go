package ledger

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"time"
)

// header is the part of RunInfo that is known when a run starts, as it is kept.
type header struct {
	Target        string  `json:"target"`
	Input         Input   `json:"input"`
	Mapping       string  `json:"mapping"`
	MappingSHA256 string  `json:"mapping_sha256"`
	NameColumns   []int   `json:"name_columns"`
	Rate          float64 `json:"rate"`
	Concurrency   int     `json:"concurrency"`
	Format        string  `json:"format"`
}

func headerOf(i RunInfo) header {
	return header{i.Target, i.Input, i.Mapping, i.MappingSHA256, i.NameColumns, i.Rate, i.Concurrency, i.Format}
}

// Runs lists the runs, the oldest first.
func (l *Ledger) Runs(ctx context.Context) (runs []RunInfo, err error) {
	err = l.read(ctx, func(c *conn) error {
		runs, err = readRuns(c, 0, 1<<62)
		return err
	})
	return runs, err
}

// RunInfo returns the run with this id, or ErrNotFound.
func (l *Ledger) RunInfo(ctx context.Context, id int64) (RunInfo, error) {
	var runs []RunInfo
	err := l.read(ctx, func(c *conn) (err error) {
		runs, err = readRuns(c, id, id)
		return err
	})
	if err == nil && len(runs) == 0 {
		err = fmt.Errorf("run %d: %w", id, ErrNotFound)
	}
	if err != nil {
		return RunInfo{}, err
	}
	return runs[0], nil
}

func readRuns(c *conn, from, to int64) (runs []RunInfo, err error) {
	s := c.query(`SELECT id, started, header, state, purged, finished, exit_code, requests, stopped, report_dir, counts
		FROM runs WHERE id BETWEEN ? AND ? ORDER BY id`).int(from).int(to)
	var open []int
	for s.next() {
		r := RunInfo{ID: s.getInt(), StartedAt: fromNanos(s.getInt())}
		var h header
		if err = json.Unmarshal(s.getBlob(), &h); err != nil {
			break
		}
		r.Target, r.Input, r.Mapping, r.MappingSHA256 = h.Target, h.Input, h.Mapping, h.MappingSHA256
		r.NameColumns, r.Rate, r.Concurrency, r.Format = h.NameColumns, h.Rate, h.Concurrency, h.Format
		state := s.getInt()
		r.Ended, r.Interrupted = state == runEnded, state == runInterrupted
		r.Purged = s.getInt() == 1
		r.FinishedAt = fromNanos(s.getInt())
		r.ExitCode, r.Requests = int(s.getInt()), int(s.getInt())
		stopped, ok := unpackWords(s.getText())
		if !ok {
			err = errDamaged(c.disk.path, fmt.Sprintf("why run %d ended cannot be read", r.ID))
			break
		}
		r.Stopped, r.StoppedCode, r.StoppedArgs = stopped.message, stopped.code, stopped.args
		r.ReportDir = s.getText()
		if b := s.getBlob(); b == nil {
			open = append(open, len(runs))
		} else if err = json.Unmarshal(b, &r.Counts); err != nil {
			break
		}
		runs = append(runs, r)
	}
	if e := s.done(); e != nil {
		err = e
	}
	if err != nil {
		return nil, err
	}
	for _, i := range open {
		if runs[i].Counts, err = countRows(c, runs[i].ID); err != nil {
			return nil, err
		}
	}
	for i := range runs {
		for _, n := range runs[i].Counts {
			runs[i].Rows += n
		}
	}
	return runs, nil
}

// Rows yields a run's rows in input order, with settlements and references
// applied: a row that was settled, or that refers to a submission that was, is
// as if that had been known. A row that is begun, in a run that is on or was
// cut off, is uncertain. An error ends the sequence; ErrNotFound if there is no
// such run.
func (l *Ledger) Rows(ctx context.Context, run int64) iter.Seq2[Row, error] {
	return l.rows(ctx, func(c *conn, yield func(Row) bool) error {
		s := c.query("SELECT 1 FROM runs WHERE id = ?").int(run)
		found := s.next()
		if err := s.done(); err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("run %d: %w", run, ErrNotFound)
		}
		first, last := idsOf(run)
		return readRows(ctx, c, first, last, yield)
	}, fmt.Errorf("run %d: %w", run, ErrNotFound))
}

// Uncertain yields every row whose own submission is uncertain and not settled,
// by run and position. The submissions of a run that is on, and not finished,
// are among them.
func (l *Ledger) Uncertain(ctx context.Context) iter.Seq2[Row, error] {
	return l.rows(ctx, func(c *conn, yield func(Row) bool) error {
		s := c.query(`SELECT id FROM results WHERE outcome = 4 AND id NOT IN (SELECT submission FROM settlements)
			UNION ALL
			SELECT s.id FROM runs n JOIN submissions s ON s.id BETWEEN n.id << 32 AND (n.id << 32) + 4294967295
				LEFT JOIN results r ON r.id = s.id WHERE n.state = 0 AND r.id IS NULL
			ORDER BY 1`)
		for s.next() {
			id := s.getInt()
			more := true
			err := readRows(ctx, c, id, id, func(r Row) bool {
				more = yield(r)
				return more
			})
			if err != nil || !more {
				s.done()
				return err
			}
		}
		return s.done()
	}, nil)
}

// rows turns a reading function into a sequence. The error none stands for a
// ledger that does not exist.
func (l *Ledger) rows(ctx context.Context, f func(*conn, func(Row) bool) error, none error) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		stopped := false
		if l.disk == nil {
			if none != nil {
				yield(Row{}, none)
			}
			return
		}
		err := l.read(ctx, func(c *conn) error {
			return f(c, func(r Row) bool {
				stopped = !yield(r, nil)
				return !stopped
			})
		})
		if err != nil && !stopped {
			yield(Row{}, err)
		}
	}
}

// readRows yields the rows with ids from first to last: the rows as planned,
// merged with the submissions and the results of the same ids.
func readRows(ctx context.Context, c *conn, first, last int64, yield func(Row) bool) error {
	rows, err := c.cursor("SELECT id, number, outcome, slot, ref, ref_row, differs, message, problems FROM rows WHERE id BETWEEN ? AND ? ORDER BY id", first, last)
	if err != nil {
		return err
	}
	defer rows.finalize()
	subs, err := c.cursor("SELECT id, at, content FROM submissions WHERE id BETWEEN ? AND ? ORDER BY id", first, last)
	if err != nil {
		return err
	}
	defer subs.finalize()
	results, err := c.cursor("SELECT id, outcome, status, attempts, duration, booking, message FROM results WHERE id BETWEEN ? AND ? ORDER BY id", first, last)
	if err != nil {
		return err
	}
	defer results.finalize()
	rd := rowReader{c: c, slots: make(map[int64]Slot)}
	for n := 0; rows.next(); n++ {
		if n%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		id := rows.getInt()
		hasSub, err := subs.seek(id)
		if err != nil {
			return err
		}
		hasResult, err := results.seek(id)
		if err != nil {
			return err
		}
		row, err := rd.read(id, rows.stmt, subs.stmt, results.stmt, hasSub, hasResult)
		if err != nil {
			return err
		}
		if !yield(row) {
			return nil
		}
	}
	return rows.err
}

// A cursor is a statement of its own that steps through ascending ids, its
// first column.
type cursor struct {
	*stmt
	id   int64
	over bool
}

func (c *conn) cursor(sql string, first, last int64) (*cursor, error) {
	s, err := c.prepareOnce(sql)
	if err != nil {
		return nil, err
	}
	s.int(first).int(last)
	return &cursor{stmt: s, id: -1}, nil
}

// seek moves on to the row with this id, if there is one.
func (k *cursor) seek(id int64) (bool, error) {
	for !k.over && k.id < id {
		if k.over = !k.next(); k.over {
			return false, k.err
		}
		k.id = k.getInt()
	}
	return !k.over && k.id == id, k.err
}

type rowReader struct {
	c     *conn
	slots map[int64]Slot
}

func (rd *rowReader) read(id int64, w, sub, res *stmt, hasSub, hasResult bool) (r Row, err error) {
	r.Run, r.Index = splitID(id)
	r.Number, r.Outcome = int(w.getInt()), Outcome(w.getInt())
	slot, ref := w.getInt(), w.getInt()
	if ref != 0 {
		r.Ref.Run, r.Ref.Index = splitID(ref)
	}
	r.Ref.Row = int(w.getInt())
	r.ContentDiffers = w.getInt() == 1
	said := w.getText()
	if b := w.getBlob(); b != nil {
		if err := json.Unmarshal(b, &r.Problems); err != nil {
			return r, err
		}
	}
	if r.Slot, err = rd.slot(slot); err != nil {
		return r, err
	}
	if hasSub {
		r.SubmittedAt = fromNanos(sub.getInt())
		copy(r.Content[:], sub.getBlob())
		if !hasResult {
			r.Outcome, r.Attempts = Uncertain, 1
			said = cutOffWords.packed()
		}
	}
	if hasResult {
		r.Outcome = Outcome(res.getInt())
		r.HTTPStatus, r.Attempts = int(res.getInt()), int(res.getInt())
		r.Duration = time.Duration(res.getInt()) * time.Microsecond
		r.BookingID, said = res.getText(), res.getText()
	}
	words, ok := unpackWords(said)
	if !ok {
		return r, errDamaged(rd.c.disk.path, fmt.Sprintf("what it says of row %d of run %d cannot be read", r.Index, r.Run))
	}
	r.Message, r.Code, r.Args = words.message, words.code, words.args
	switch {
	case r.Outcome == Uncertain && ref != 0, r.Outcome == AlreadyBooked:
		return r, rd.applyReference(&r, ref)
	case r.Outcome == Uncertain:
		if r.Settled, err = settlementOf(rd.c, id); err == nil && r.Settled != nil {
			r.Outcome, r.BookingID = settledAs(r.Settled.BookingID != ""), r.Settled.BookingID
		}
	}
	return r, err
}

// applyReference gives a row what is known now of the submission that it refers to.
func (rd *rowReader) applyReference(r *Row, ref int64) (err error) {
	outcome := Uncertain
	s := rd.c.query("SELECT outcome, booking FROM results WHERE id = ?").int(ref)
	if s.next() {
		outcome = Outcome(s.getInt())
		r.BookingID = s.getText()
	}
	if err := s.done(); err != nil {
		return err
	}
	if outcome == Uncertain {
		if r.Settled, err = settlementOf(rd.c, ref); err != nil {
			return err
		}
	}
	if r.Settled != nil {
		r.BookingID = r.Settled.BookingID
		r.Outcome = referringTo(settledAs(r.BookingID != ""))
	}
	return nil
}

func (rd *rowReader) slot(id int64) (k Slot, err error) {
	if id == 0 {
		return Slot{}, nil
	}
	if k, ok := rd.slots[id]; ok {
		return k, nil
	}
	s := rd.c.query("SELECT customer, viewing, slot FROM slots WHERE id = ?").int(id)
	if s.next() {
		k = Slot{s.getText(), s.getText(), s.getText()}
	}
	if err := s.done(); err != nil {
		return k, err
	}
	if len(rd.slots) == manySlots {
		clear(rd.slots)
	}
	rd.slots[id] = k
	return k, nil
}

// Events returns a run's events in the order in which they were recorded.
func (l *Ledger) Events(ctx context.Context, run int64) (events []Event, err error) {
	err = l.read(ctx, func(c *conn) error {
		s := c.query("SELECT at, kind, detail FROM events WHERE run = ? ORDER BY seq").int(run)
		for s.next() {
			events = append(events, Event{fromNanos(s.getInt()), s.getText(), s.getText()})
		}
		return s.done()
	})
	return events, err
}
