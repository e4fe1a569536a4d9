package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// Run is a run that is planned or on. All methods are safe for concurrent use.
type Run struct {
	l      *Ledger
	id     int64
	target string

	state   atomic.Int32 // runPlanned or runOn
	release func()       // ends the keeping of the lease

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

// ID returns the run's number.
func (r *Run) ID() int64 { return r.id }

// Begin records that a submission is about to be sent. When it returns nil that
// is durable, and the request may leave.
//
// When it returns an error the submission is not begun and must not be sent: if
// ctx is done in time, nothing is written; once the commit is under way, Begin
// waits for it and returns nil, whatever ctx says. Only a write that failed can
// leave a begun submission behind, because then nobody knows what the disk
// holds; it is uncertain when the ledger is next opened.
//
// A [*TakenError] says that another run has begun or booked the same person.
func (r *Run) Begin(ctx context.Context, s Submission) error {
	if err := ctx.Err(); err != nil {
		return err
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
		return err
	}
	told := make(chan error, 1)
	o := &op{run: r, sub: &s, index: s.Index, told: func(err error) { told <- err }}
	if err = r.l.committer.join(o); err == nil {
		err = o.await(ctx, told)
	}
	var taken *TakenError
	switch {
	case err == nil:
		was = rowBegun
	case errors.As(err, &taken) && !taken.Match.UnderWay:
		was = rowClosed
	}
	r.arrive(s.Index, was)
	return err
}

// Finish records how a begun submission ended. When it returns nil that is
// durable. It cannot be cancelled: what is known is recorded.
//
// NotSent releases the row: it is as if it had never been begun, and Begin may
// follow again. A row that was never begun can be finished as NotSent only, to
// say why.
func (r *Run) Finish(_ context.Context, index int, res Result) error {
	told := make(chan error, 1)
	r.FinishThen(index, res, func(err error) { told <- err })
	return <-told
}

// FinishThen is Finish that does not wait: told is called once, when the outcome
// is durable or could not be recorded. It must not wait for anything itself.
// What is begun after FinishThen has returned is never durable without the
// outcome; a row that it releases can be begun again when told is called.
func (r *Run) FinishThen(index int, res Result, told func(error)) {
	switch res.Outcome {
	case Booked, Rejected, Uncertain, NotSent:
	default:
		told(misuse("a submission cannot end as %s", res.Outcome))
		return
	}
	was, err := r.leave(index, func(at rowState) error {
		switch {
		case at == rowBegun, (at == rowReady || at == rowReleased) && res.Outcome == NotSent:
			return nil
		}
		return errors.New("is not begun")
	})
	if err != nil {
		told(err)
		return
	}
	arrived := func(err error) {
		switch {
		case err != nil:
			r.arrive(index, was)
		case res.Outcome == NotSent:
			r.arrive(index, rowReleased)
		default:
			r.arrive(index, rowClosed)
		}
		told(err)
	}
	if err := r.l.committer.join(&op{run: r, index: index, res: res, told: arrived}); err != nil {
		arrived(err)
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
	return r.l.take(func(t *turn) error {
		at := e.At.UTC().Format(timeFormat)
		_, err := t.exec(`INSERT INTO events (run, seq, at, kind, detail)
			SELECT CAST($1 AS BIGINT), coalesce(max(seq), 0) + 1, CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS TEXT) FROM events WHERE run = $1`,
			r.id, at, e.Kind, e.Detail)
		return err
	})
}

// Note adds to a row's problems what was found out about it later.
func (r *Run) Note(ctx context.Context, index int, p Problem) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.l.take(func(t *turn) error {
		var kept string
		if err := t.QueryRow("SELECT coalesce(problems, '') FROM plan WHERE run = $1 AND idx = $2", r.id, index).Scan(&kept); err != nil {
			return err
		}
		var problems []Problem
		if kept != "" {
			if err := json.Unmarshal([]byte(kept), &problems); err != nil {
				return err
			}
		}
		b, err := json.Marshal(append(problems, p))
		if err != nil {
			return err
		}
		_, err = t.exec("UPDATE plan SET problems = $1 WHERE run = $2 AND idx = $3", string(b), r.id, index)
		return err
	})
}

// SetReportDir records where the run's reports are. It may be called after End.
func (r *Run) SetReportDir(ctx context.Context, dir string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return r.l.take(func(t *turn) error {
		_, err := t.exec("UPDATE runs SET report_dir = $1 WHERE run = $2", dir, r.id)
		return err
	})
}

// Moved records that the list of a run is now somewhere else, and its reports
// with it.
func (l *Ledger) Moved(ctx context.Context, run int64, input, reportDir string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return l.take(func(t *turn) error {
		var kept string
		if err := t.QueryRow("SELECT header FROM runs WHERE run = $1", run).Scan(&kept); err != nil {
			return err
		}
		var h header
		if err := json.Unmarshal([]byte(kept), &h); err != nil {
			return errDamaged(l.Path(), err)
		}
		h.Input.Path = input
		text, err := json.Marshal(h)
		if err != nil {
			return err
		}
		_, err = t.exec("UPDATE runs SET header = $1, report_dir = $2 WHERE run = $3", string(text), reportDir, run)
		return err
	})
}

// End records how the run ended. Submissions that are still begun become
// uncertain; nothing can be begun or finished after. Like Finish it cannot be
// cancelled.
func (r *Run) End(_ context.Context, e End) error {
	r.mu.Lock()
	ended := r.ended
	r.ended = true
	r.mu.Unlock()
	if ended {
		return ErrClosed
	}
	// A Begin that came in later than the end would be known to nobody.
	r.moving.Wait()
	r.release()
	return r.l.takeLate(func(t *turn) error {
		n, err := t.exec("UPDATE submissions SET outcome = 'uncertain', attempts = 1, code = $1, reason = $2 WHERE run = $3 AND outcome IS NULL",
			CodeRunEnded, runEndedText.kept(), r.id)
		if err != nil {
			return err
		}
		if n > 0 {
			if err := t.submissionsChanged(); err != nil {
				return err
			}
		}
		if _, err := t.exec("DELETE FROM slots WHERE run = $1", r.id); err != nil {
			return err
		}
		_, err = t.exec("UPDATE runs SET state = 2, finished = $1, exit_code = $2, requests = $3, code = $4, reason = $5 WHERE run = $6 AND state IN (1, 3)",
			stamp(e.FinishedAt), e.ExitCode, e.Requests, orNull(e.StoppedCode), e.Reason.kept(), r.id)
		return err
	})
}

// lease keeps the run's lease, where there is one, also while nothing is begun
// for a long time.
func (r *Run) lease() {
	ctx, cancel := context.WithCancel(context.Background())
	r.release = cancel
	if !r.l.Shared() {
		return
	}
	r.l.leases.Go(func() {
		defer cancel()
		tick := time.NewTicker(r.l.leaseTime() / 4)
		defer tick.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-r.l.closing:
				return
			case <-tick.C:
				state := r.state.Load()
				// The next begin tells if this failed.
				_, _ = r.l.db.ExecContext(ctx, r.l.dialect().sql(renewStatement), state, r.id, r.l.owner, state)
			}
		}
	})
}
