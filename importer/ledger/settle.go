package ledger

import (
	"context"
	"time"
)

// Settle records a person's word on uncertain submissions, of all or of none.
// From then on each counts as booked, or as not sent, in Match and in every
// run's Rows and Counts that refer to it. The settlement itself is kept.
//
// Errors: ErrNotFound if there is no such row, ErrNotUncertain if it is not
// uncertain, is settled already, or refers to the submission of an earlier run
// (settle that one).
func (l *Ledger) Settle(ctx context.Context, all ...Settlement) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return l.take(func(t *turn) error {
		if err := t.submissionsChanged(); err != nil {
			return err
		}
		for _, s := range all {
			if err := t.uncertain(s.Run, s.Index); err != nil {
				return err
			}
			_, err := t.exec(`INSERT INTO settlements (run, idx, seq, booking, reason, at)
				SELECT CAST($1 AS BIGINT), CAST($2 AS INTEGER), coalesce(max(seq), 0) + 1, CAST($3 AS TEXT), CAST($4 AS TEXT), CAST($5 AS TEXT) FROM settlements`,
				s.Run, s.Index, s.BookingID, s.Reason, s.At.UTC().Format(timeFormat))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// uncertain says why a submission cannot be settled.
func (t *turn) uncertain(run int64, index int) error {
	if run < 1 || index < 0 || int64(index) > 1<<31-1 {
		return noRow(run, index)
	}
	var planned, outcome, settled string
	var on, submitted bool
	var refRun int64
	var refIndex int
	err := t.row(`SELECT coalesce(p.outcome, ''), coalesce(p.ref_run, 0), coalesce(p.ref_idx, 0),
			s.run IS NOT NULL, coalesce(s.outcome, 'uncertain'), coalesce(t.at, ''), coalesce(r.state = 1 AND lease >= {now}, FALSE)
		FROM (SELECT CAST($1 AS BIGINT) AS run, CAST($2 AS INTEGER) AS idx) q
		LEFT JOIN plan p ON p.run = q.run AND p.idx = q.idx
		LEFT JOIN submissions s ON s.run = q.run AND s.idx = q.idx
		LEFT JOIN settlements t ON t.run = q.run AND t.idx = q.idx
		LEFT JOIN runs r ON r.run = q.run`, run, index).Scan(&planned, &refRun, &refIndex, &submitted, &outcome, &settled, &on)
	switch {
	case err != nil:
		return err
	case planned == "" && !submitted:
		return noRow(run, index)
	case !submitted && planned == "uncertain":
		return fault("row %d of run %d is uncertain because of row %d of run %d, which can be settled: %v", index, run, refIndex, refRun, ErrNotUncertain)
	case !submitted:
		outcome = planned
	case on:
		return fault("run %d has not ended: %v", run, ErrNotUncertain)
	case settled != "":
		return fault("row %d of run %d is settled already: %v", index, run, ErrNotUncertain)
	}
	if outcome != "uncertain" {
		return fault("row %d of run %d is %s: %v", index, run, outcome, ErrNotUncertain)
	}
	return nil
}

// Settlements lists every settlement, the oldest first.
func (l *Ledger) Settlements(ctx context.Context) (all []Settlement, err error) {
	err = l.read(ctx, func(t *turn) error {
		return t.query(func(scan func(...any) error) error {
			var s Settlement
			var at string
			err := scan(&s.Run, &s.Index, &s.BookingID, &s.Reason, &at)
			if err == nil {
				s.At, err = fromStamp(at)
			}
			all = append(all, s)
			return err
		}, "SELECT run, idx, booking, reason, at FROM settlements ORDER BY seq")
	})
	return all, err
}

// Purge deletes the rows, events and headers of runs that started before the
// given time and are over, and returns the number of rows deleted. What is needed
// to recognise a booking stays: keys, content hashes, booking ids, settlements. A
// run with a row that is uncertain and not settled stays as it is. The file does
// not shrink; the room is used again.
func (l *Ledger) Purge(ctx context.Context, before time.Time) (rows int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	err = l.take(func(t *turn) error {
		rows = 0
		runs, err := t.numbers(`SELECT r.run FROM runs r WHERE r.started < $1 AND (r.state IN (2, 3) OR r.state = 1 AND r.lease < {now})
			AND NOT EXISTS (SELECT 1 FROM submissions s WHERE s.run = r.run AND coalesce(s.outcome, 'uncertain') = 'uncertain'
				AND NOT EXISTS (SELECT 1 FROM settlements t WHERE t.run = s.run AND t.idx = s.idx))`,
			before.UTC().Format(timeFormat))
		if err != nil {
			return err
		}
		for _, run := range runs {
			n, err := t.exec("DELETE FROM plan WHERE run = $1", run)
			if err != nil {
				return err
			}
			rows += int(n)
			for _, statement := range []string{
				"DELETE FROM submissions WHERE run = $1 AND outcome IN ('rejected', 'not_sent')", // who match nobody
				"DELETE FROM identities WHERE run = $1 AND idx NOT IN (SELECT s.idx FROM submissions s WHERE s.run = $1)",
				"UPDATE submissions SET code = NULL, reason = NULL WHERE run = $1",
				"DELETE FROM events WHERE run = $1",
				"DELETE FROM runs WHERE run = $1",
			} {
				if _, err := t.exec(statement, run); err != nil {
					return err
				}
			}
		}
		return nil
	})
	return rows, err
}
