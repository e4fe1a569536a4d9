package ledger

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Settle records a person's word on one uncertain submission, once. From then
// on it counts as booked, or as not sent, in Match and in every run's Rows and
// Counts that refer to it. The settlement itself is kept.
//
// Errors: ErrNotFound if there is no such row, ErrNotUncertain if it is not
// uncertain, is settled already, or refers to the submission of an earlier run
// (settle that one).
func (l *Ledger) Settle(ctx context.Context, t Settlement) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if !validRow(t.Run, t.Index) {
		return noRow(t.Run, t.Index)
	}
	id := rowID(t.Run, t.Index)
	return l.change(submissionsToo, func(c *conn) error {
		outcome, err := outcomeOf(c, id)
		if err != nil {
			return err
		}
		if outcome != Uncertain {
			return fault("row %d of run %d is %s: %v", t.Index, t.Run, outcome, ErrNotUncertain)
		}
		if was, err := settlementOf(c, id); err != nil {
			return err
		} else if was != nil {
			return fault("row %d of run %d is settled already: %v", t.Index, t.Run, ErrNotUncertain)
		}
		err = c.query("INSERT INTO settlements (submission, booking, reason, at) VALUES (?, ?, ?, ?)").
			int(id).text(t.BookingID).text(t.Reason).int(nanos(t.At)).run()
		if err != nil {
			return err
		}
		if err := recount(c, id, t.BookingID != ""); err != nil {
			return err
		}
		return c.query("DELETE FROM in_doubt WHERE submission = ?").int(id).run()
	})
}

// outcomeOf returns the outcome of a submission of a run that is over.
func outcomeOf(c *conn, id int64) (o Outcome, err error) {
	run, index := splitID(id)
	r, err := bundlesOf(c).row(id)
	switch {
	case err != nil:
		return 0, err
	case r == nil || !r.planned && !r.begun && !r.ended:
		return 0, noRow(run, index)
	case r.begun || r.ended:
		on, err := isOn(c, run)
		if err == nil && on {
			err = fault("run %d has not ended: %v", run, ErrNotUncertain)
		}
		return r.outcomeNow(), err
	case r.outcome == Uncertain:
		at, row := splitID(r.ref)
		return 0, fault("row %d of run %d is uncertain because of row %d of run %d, which can be settled: %v", index, run, row, at, ErrNotUncertain)
	}
	return r.outcome, nil
}

func isOn(c *conn, run int64) (bool, error) {
	on, err := openRuns(c)
	return slices.Contains(on, run), err
}

// recount brings the counts of the runs up to date that have a row in doubt
// because of the submission: its own run, and later ones that refer to it.
func recount(c *conn, submission int64, booked bool) error {
	own, _ := splitID(submission)
	rows := map[int64]int{}
	s := c.query("SELECT row >> 32, count(*) FROM in_doubt WHERE submission = ? AND row <> submission GROUP BY 1").int(submission)
	for s.next() {
		run := s.getInt()
		rows[run] = int(s.getInt())
	}
	if err := s.done(); err != nil {
		return err
	}
	move := func(run int64, n int, to Outcome) error {
		counts, ok, err := storedCounts(c, run)
		if err != nil || !ok {
			return err
		}
		counts[Uncertain] -= n
		counts[to] += n
		b, err := json.Marshal(counts)
		if err != nil {
			return err
		}
		return c.query("UPDATE runs SET counts = ? WHERE id = ?").blob(b).int(run).run()
	}
	settled := settledAs(booked)
	if err := move(own, 1, settled); err != nil {
		return err
	}
	for run, n := range rows {
		if err := move(run, n, referringTo(settled)); err != nil {
			return err
		}
	}
	return nil
}

func settledAs(booked bool) Outcome {
	if booked {
		return Booked
	}
	return NotSent
}

// referringTo is the outcome of a row that refers to a submission with this one.
func referringTo(o Outcome) Outcome {
	if o == Booked {
		return AlreadyBooked
	}
	return o
}

// storedCounts returns the counts of a run that is over; ok is false for one
// that is on, or whose header was purged.
func storedCounts(c *conn, run int64) (counts Counts, ok bool, err error) {
	s := c.query("SELECT counts FROM runs WHERE id = ? AND counts IS NOT NULL").int(run)
	if s.next() {
		ok = true
		err = json.Unmarshal(s.getBlob(), &counts)
	}
	if e := s.done(); e != nil {
		err = e
	}
	return counts, ok, err
}

// settlementOf returns how a submission was settled, or nil.
func settlementOf(c *conn, id int64) (t *Settlement, err error) {
	s := c.query("SELECT booking, reason, at FROM settlements WHERE submission = ?").int(id)
	if s.next() {
		t = &Settlement{BookingID: s.getText(), Reason: s.getText(), At: fromNanos(s.getInt())}
		t.Run, t.Index = splitID(id)
	}
	return t, s.done()
}

// Settlements lists every settlement, the oldest first.
func (l *Ledger) Settlements(ctx context.Context) (all []Settlement, err error) {
	err = l.read(ctx, func(c *conn) error {
		s := c.query("SELECT submission, booking, reason, at FROM settlements ORDER BY seq")
		for s.next() {
			run, index := splitID(s.getInt())
			all = append(all, Settlement{run, index, s.getText(), s.getText(), fromNanos(s.getInt())})
		}
		return s.done()
	})
	return all, err
}

// Purge deletes the row details, events and headers of runs that started before
// the given time and are over, and returns the number of rows deleted. What is
// needed to recognise a booking stays: keys, content hashes, booking ids,
// settlements. So does a row that is uncertain and not settled, with its run's
// header. The file does not shrink; the room is used again.
func (l *Ledger) Purge(ctx context.Context, before time.Time) (rows int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	err = l.change(nothingSubmitted, func(c *conn) error {
		var runs []int64
		s := c.query("SELECT id FROM runs WHERE started < ? AND state <> 0").int(nanos(before))
		for s.next() {
			runs = append(runs, s.getInt())
		}
		if err := s.done(); err != nil {
			return err
		}
		for _, run := range runs {
			n, err := purgeRun(c, run)
			if err != nil {
				return err
			}
			rows += n
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return rows, nil
}

func purgeRun(c *conn, run int64) (rows int, err error) {
	left := false
	first, last := idsOf(run)
	for p := (bundle{}); ; first = p.id + 1 {
		ok, err := readBundle(c, &p, first, last)
		if err != nil {
			return 0, err
		}
		if !ok {
			break
		}
		for i := range p.rows {
			was := p.rows[i].planned
			kept, err := purgeRow(c, &p.rows[i], p.firstID()+int64(i))
			if err != nil {
				return 0, err
			}
			if was && !kept {
				rows++
			}
			left = left || was && kept
		}
		if err := writeBundle(c, &p); err != nil {
			return 0, err
		}
	}
	if err := c.query("DELETE FROM in_doubt WHERE row BETWEEN ? AND ? AND row <> submission").int(first).int(last).run(); err != nil {
		return 0, err
	}
	if err := c.query("DELETE FROM events WHERE run = ?").int(run).run(); err != nil {
		return 0, err
	}
	if !left {
		return rows, c.query("DELETE FROM runs WHERE id = ?").int(run).run()
	}
	return rows, c.query("UPDATE runs SET purged = 1 WHERE id = ?").int(run).run()
}

// purgeRow deletes of a row what is not needed any more, and reports whether
// the plan of it was kept, because it is in doubt.
func purgeRow(c *conn, r *packedRow, id int64) (kept bool, err error) {
	live, booked := r.live()
	if live && !booked {
		t, err := settlementOf(c, id)
		if err != nil || t == nil {
			return true, err
		}
	}
	if !live { // it matches nobody
		*r = packedRow{}
		return false, nil
	}
	*r = packedRow{begun: true, submission: r.submission, ended: true, result: r.result}
	r.result.words = 0
	return false, nil
}
