package ledger

import (
	"context"
	"encoding/json"
	"iter"
	"time"
)

// Runs lists the runs, the oldest first.
func (l *Ledger) Runs(ctx context.Context) (runs []RunInfo, err error) {
	err = l.read(ctx, func(t *turn) error {
		runs, err = t.runs(0, 1<<62)
		return err
	})
	return runs, err
}

// RunInfo returns the run with this number, or ErrNotFound.
func (l *Ledger) RunInfo(ctx context.Context, id int64) (RunInfo, error) {
	var runs []RunInfo
	err := l.read(ctx, func(t *turn) (err error) {
		runs, err = t.runs(id, id)
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

// runs reads runs with the counts of their rows.
func (t *turn) runs(from, to int64) ([]RunInfo, error) {
	runs, err := t.headers(from, to)
	if err != nil {
		return nil, err
	}
	counts, err := t.counts("run BETWEEN $1 AND $2", from, to)
	for i := range runs {
		runs[i].Counts = counts[runs[i].ID]
		for _, n := range runs[i].Counts {
			runs[i].Rows += n
		}
	}
	return runs, err
}

// headers reads runs without their counts, which take the longer the more rows
// there are.
func (t *turn) headers(from, to int64) (runs []RunInfo, err error) {
	err = t.query(func(scan func(...any) error) error {
		var (
			r                               RunInfo
			state                           int
			started, finished, reason, head string
		)
		err := scan(&r.ID, &state, &r.Host, &started, &finished, &r.ExitCode, &r.Requests, &r.StoppedCode, &reason, &r.ReportDir, &head)
		if err != nil {
			return err
		}
		if err := json.Unmarshal([]byte(head), &r); err != nil {
			return err
		}
		r.Ended, r.Interrupted = state == runEnded, state == runCutOff
		if r.StartedAt, err = fromStamp(started); err != nil {
			return err
		}
		if r.FinishedAt, err = fromStamp(finished); err != nil {
			return err
		}
		if r.Reason, err = keptText(reason); err != nil {
			return err
		}
		runs = append(runs, r)
		return nil
	}, `SELECT run, state, host, started, coalesce(finished, ''), exit_code, requests, coalesce(code, ''), coalesce(reason, ''), report_dir, header
		FROM runs WHERE run BETWEEN $1 AND $2 AND state > 0 ORDER BY run`, from, to)
	return runs, err
}

// counts are the rows of each run by outcome, of those that meet a condition.
func (t *turn) counts(condition string, args ...any) (map[int64]Counts, error) {
	all := map[int64]Counts{}
	err := t.query(func(scan func(...any) error) error {
		var (
			run  int64
			word string
			n    int
		)
		if err := scan(&run, &word, &n); err != nil {
			return err
		}
		o, err := outcomeOf(word)
		counts := all[run]
		counts[o] += n
		all[run] = counts
		return err
	}, "SELECT run, outcome, count(*) FROM results WHERE "+condition+" GROUP BY run, outcome", args...)
	return all, err
}

// Rows yields a run's rows in input order, with settlements and references
// applied: a row that was settled, or that refers to a submission that was, is
// as if that had been known. A row that is begun, in a run that is on or was
// cut off, is uncertain. An error ends the sequence; ErrNotFound if there is no
// such run.
func (l *Ledger) Rows(ctx context.Context, run int64) iter.Seq2[Row, error] {
	return l.rows(ctx, "SELECT "+rowColumns+" FROM results WHERE run = $1 ORDER BY idx", run)
}

// Uncertain yields every row whose own submission is uncertain and not settled,
// by run and position. The submissions of a run that is on, and not finished,
// are among them.
func (l *Ledger) Uncertain(ctx context.Context) iter.Seq2[Row, error] {
	return l.rows(ctx, "SELECT "+rowColumns+" FROM results WHERE outcome = 'uncertain' AND submitted ORDER BY run, idx")
}

// rows yields what a query of results finds. The first argument is the run that
// there must be.
func (l *Ledger) rows(ctx context.Context, statement string, run ...any) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		stopped := false
		found := l.db != nil || len(run) == 0
		err := l.read(ctx, func(t *turn) error {
			if len(run) > 0 {
				n, err := t.numbers("SELECT run FROM runs WHERE run = $1 AND state > 0", run...)
				if found = len(n) > 0; err != nil || !found {
					return err
				}
			}
			err := t.query(func(scan func(...any) error) error {
				r, err := readRow(scan)
				if err == nil && !yield(r, nil) {
					stopped, err = true, context.Canceled
				}
				return err
			}, statement, run...)
			if stopped {
				return nil
			}
			return err
		})
		if err == nil && !found {
			err = noRun(run[0].(int64))
		}
		if err != nil && !stopped {
			yield(Row{}, err)
		}
	}
}

const rowColumns = `run, idx, number, customer, viewing, slot, outcome, booking, ref_run, ref_idx, ref_row, differs,
	begun, status, attempts, duration_us, content, code, reason, problems, under_way,
	settled_run, settled_idx, settled_booking, settled_reason, settled_at`

func readRow(scan func(...any) error) (r Row, err error) {
	var (
		word, begun, reason, problems, settledAt string
		duration                                 int64
		content                                  []byte
		differs, underWay                        bool
		s                                        Settlement
	)
	err = scan(&r.Run, &r.Index, &r.Number, &r.Slot.CustomerId, &r.Slot.ViewingId, &r.Slot.TimeSlotId, &word, &r.BookingID,
		&r.Ref.Run, &r.Ref.Index, &r.Ref.Row, &differs,
		&begun, &r.HTTPStatus, &r.Attempts, &duration, &content, &r.Code, &reason, &problems, &underWay,
		&s.Run, &s.Index, &s.BookingID, &s.Reason, &settledAt)
	if err != nil {
		return r, err
	}
	if r.Outcome, err = outcomeOf(word); err != nil {
		return r, err
	}
	if r.SubmittedAt, err = fromStamp(begun); err != nil {
		return r, err
	}
	if r.Reason, err = keptText(reason); err != nil {
		return r, err
	}
	if problems != "" {
		if err := json.Unmarshal([]byte(problems), &r.Problems); err != nil {
			return r, err
		}
	}
	r.ContentDiffers, r.Duration = differs, time.Duration(duration)*time.Microsecond
	copy(r.Content[:], content)
	if underWay {
		r.Attempts, r.Code, r.Reason = 1, CodeCutOff, cutOffText
	}
	if s.Run != 0 {
		if s.At, err = fromStamp(settledAt); err != nil {
			return r, err
		}
		r.Settled = &s
	}
	return r, nil
}

// Events returns a run's events in the order in which they were recorded.
func (l *Ledger) Events(ctx context.Context, run int64) (events []Event, err error) {
	err = l.read(ctx, func(t *turn) error {
		return t.query(func(scan func(...any) error) error {
			var e Event
			var at string
			err := scan(&at, &e.Kind, &e.Detail)
			if err == nil {
				e.At, err = time.Parse(timeFormat, at)
			}
			events = append(events, e)
			return err
		}, "SELECT at, kind, detail FROM events WHERE run = $1 ORDER BY seq", run)
	})
	return events, err
}
