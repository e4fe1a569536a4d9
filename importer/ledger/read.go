package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"slices"
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
		err = noRun(id)
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
		stopped, ok := unpackWording(s.getText())
		if !ok {
			err = errDamaged(c.disk.path, Say("why run %d ended cannot be read", r.ID))
			break
		}
		r.Reason, r.Stopped, r.StoppedCode, r.StoppedArgs = stopped.Reason, stopped.Message, stopped.Code, stopped.Args
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
			return noRun(run)
		}
		rd := rowReader{c: c, bundles: bundlesOf(c)}
		return rd.bundles.each(run, func(p *bundle) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return rd.bundle(p, yield)
		})
	}, noRun(run))
}

// Uncertain yields every row whose own submission is uncertain and not settled,
// by run and position. The submissions of a run that is on, and not finished,
// are among them.
func (l *Ledger) Uncertain(ctx context.Context) iter.Seq2[Row, error] {
	return l.rows(ctx, func(c *conn, yield func(Row) bool) error {
		rd := rowReader{c: c, bundles: bundlesOf(c)}
		ids, err := rd.inDoubt()
		if err != nil {
			return err
		}
		for _, id := range ids {
			if err := ctx.Err(); err != nil {
				return err
			}
			p, err := rd.bundles.bundle(id)
			if err != nil {
				return err
			}
			_, at := bundleOf(id)
			if at >= len(p.rows) || !p.rows[at].planned {
				continue
			}
			row, err := rd.read(p, at)
			if err != nil {
				return err
			}
			if !yield(row) {
				return nil
			}
		}
		return nil
	}, nil)
}

// inDoubt lists the submissions that are uncertain and not settled.
func (rd *rowReader) inDoubt() (ids []int64, err error) {
	s := rd.c.query("SELECT submission FROM in_doubt WHERE row = submission")
	for s.next() {
		ids = append(ids, s.getInt())
	}
	if err := s.done(); err != nil {
		return nil, err
	}
	on, err := openRuns(rd.c)
	if err != nil {
		return nil, err
	}
	for _, run := range on {
		err := rd.bundles.each(run, func(p *bundle) error {
			for i := range p.rows {
				if live, booked := p.rows[i].live(); live && !booked {
					ids = append(ids, p.firstID()+int64(i))
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	slices.Sort(ids)
	return ids, nil
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

// bundles reads rows of any run, with what its journal has: in the order of the
// run, or one by one, which is cheap as long as they lie near to each other.
//
// A connection has one, so that thousands of short reads make no garbage.
type bundles struct {
	c        *conn
	journals map[int64]*journal // of the runs that were read from
	kept     [8]bundle          // read last
	used     [8]int             // when; 0 = never
	now      int
}

// bundlesOf returns the connection's bundles, with nothing in them: it may have
// moved on to another state of the ledger.
func bundlesOf(c *conn) *bundles {
	if c.bundles == nil {
		c.bundles = &bundles{c: c, journals: map[int64]*journal{}}
	}
	c.bundles.used, c.bundles.now = [len(c.bundles.used)]int{}, 0
	clear(c.bundles.journals)
	return c.bundles
}

// each calls f with the bundles of a run in order. A bundle is f's until it returns.
func (ps *bundles) each(run int64, f func(*bundle) error) error {
	j, err := ps.journal(run)
	if err != nil {
		return err
	}
	var p bundle
	for first, last := idsOf(run); ; first = p.id + 1 {
		ok, err := readBundle(ps.c, &p, first, last)
		if err != nil || !ok {
			return err
		}
		j.apply(&p)
		if err := f(&p); err != nil {
			if err == errEnough {
				err = nil
			}
			return err
		}
	}
}

// errEnough ends each before its end.
var errEnough = errors.New("enough")

// row returns a row, or nil if nothing is known of it. It is the caller's until
// the next call, and the bundle too.
func (ps *bundles) row(id int64) (*packedRow, error) {
	p, err := ps.bundle(id)
	_, at := bundleOf(id)
	if err != nil || at >= len(p.rows) {
		return nil, err
	}
	return &p.rows[at], nil
}

// bundle returns the bundle of a row.
func (ps *bundles) bundle(row int64) (*bundle, error) {
	id, _ := bundleOf(row)
	ps.now++
	oldest := 0
	for i := range ps.kept {
		if ps.used[i] > 0 && ps.kept[i].id == id {
			ps.used[i] = ps.now
			return &ps.kept[i], nil
		}
		if ps.used[i] < ps.used[oldest] {
			oldest = i
		}
	}
	run, _ := splitID(id)
	j, err := ps.journal(run)
	if err != nil {
		return nil, err
	}
	p := &ps.kept[oldest]
	ps.used[oldest] = 0
	ok, err := readBundle(ps.c, p, id, id)
	if err != nil {
		return nil, err
	}
	if !ok {
		p.reset(id)
	}
	j.apply(p)
	ps.used[oldest] = ps.now
	return p, nil
}

func (ps *bundles) journal(run int64) (j *journal, err error) {
	j, ok := ps.journals[run]
	if !ok {
		if j, err = readJournal(ps.c, run); err == nil {
			ps.journals[run] = j
		}
	}
	return j, err
}

// A rowReader makes rows out of packed ones, with settlements and references
// applied.
type rowReader struct {
	c       *conn
	bundles *bundles
	slot    Slot // the last one: many rows have the same
}

// bundle yields the planned rows of a bundle.
func (rd *rowReader) bundle(p *bundle, yield func(Row) bool) error {
	for i := range p.rows {
		if !p.rows[i].planned {
			continue
		}
		row, err := rd.read(p, i)
		if err != nil {
			return err
		}
		if !yield(row) {
			return errEnough
		}
	}
	return nil
}

func (rd *rowReader) read(p *bundle, at int) (r Row, err error) {
	id, from := p.firstID()+int64(at), &p.rows[at]
	r.Run, r.Index = splitID(id)
	r.Number, r.Outcome = from.spreadsheetRow, from.outcomeNow()
	r.Slot = rd.slotOf(p, from)
	if from.ref != 0 {
		r.Ref.Run, r.Ref.Index = splitID(from.ref)
		r.Ref.Row = from.refRow
		r.ContentDiffers = from.differs
	}
	if b := p.textOf(from.problems); b != nil {
		if json.Unmarshal(b, &r.Problems) != nil {
			return r, errUnreadable(rd.c, p.id)
		}
	}
	said := p.textOf(from.words)
	if from.begun {
		r.SubmittedAt = fromNanos(from.submission.at)
		r.Content = from.submission.content()
		if !from.ended {
			r.Attempts = 1
			said = []byte(cutOffWords.packed())
		}
	}
	if from.ended {
		s := &from.result
		r.HTTPStatus, r.Attempts = s.status, s.attempts
		r.Duration = time.Duration(s.duration) * time.Microsecond
		r.BookingID = bookingID(s.booking)
		said = p.textOf(s.words)
	}
	why, ok := unpackWording(string(said))
	if !ok {
		return r, errUnreadable(rd.c, p.id)
	}
	r.Reason, r.Message, r.Code, r.Args = why.Reason, why.Message, why.Code, why.Args
	switch {
	case r.Outcome == Uncertain && from.ref != 0, r.Outcome == AlreadyBooked:
		return r, rd.applyReference(&r, from.ref)
	case r.Outcome == Uncertain:
		if r.Settled, err = settlementOf(rd.c, id); err == nil && r.Settled != nil {
			r.Outcome, r.BookingID = settledAs(r.Settled.BookingID != ""), r.Settled.BookingID
		}
	}
	return r, err
}

// applyReference gives a row what is known now of the submission that it refers to.
func (rd *rowReader) applyReference(r *Row, ref int64) error {
	to, err := rd.bundles.row(ref)
	if err != nil {
		return err
	}
	outcome := Uncertain
	if to != nil && to.ended {
		outcome, r.BookingID = to.result.outcome, bookingID(to.result.booking)
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

func (rd *rowReader) slotOf(p *bundle, r *packedRow) Slot {
	for i, to := range [...]*string{&rd.slot.CustomerId, &rd.slot.ViewingId, &rd.slot.TimeSlotId} {
		if text := p.textOf(r.slot[i]); string(text) != *to {
			*to = string(text)
		}
	}
	return rd.slot
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
