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
	rowClosed rowState = iota // planned with an outcome, or finished with one
	rowReady                  // to be sent
	rowBegun
	rowMoving // a Begin or Finish is on its way
)

// ID returns the run's number.
func (r *Run) ID() int64 { return r.id }

// Begin records that a submission is about to be sent. When it returns nil that
// is durable, and the request may leave. It cannot be cancelled while it is on
// its way to the disk.
//
// When it returns an error the submission is not begun and must not be sent. Only
// a write that failed can leave a begun submission behind, because then nobody
// knows what the disk holds; it is uncertain when the ledger is next opened.
//
// A [*TakenError] says that another run has begun or booked the same person.
func (r *Run) Begin(ctx context.Context, s Submission) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	was, err := r.leave(s.Index)
	if err != nil {
		return err
	}
	switch was {
	case rowReady:
		err = r.l.committer.write(&op{run: r, sub: &s, index: s.Index})
	case rowClosed:
		err = misuse("row %d of run %d is not to be sent", s.Index, r.id)
	default:
		err = misuse("row %d of run %d is begun already", s.Index, r.id)
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
	then := rowClosed
	switch res.Outcome {
	case Booked, Rejected, Uncertain:
	case NotSent:
		then = rowReady
	default:
		return misuse("a submission cannot end as %s", res.Outcome)
	}
	was, err := r.leave(index)
	if err != nil {
		return err
	}
	if was == rowBegun || was == rowReady && then == rowReady {
		err = r.l.committer.write(&op{run: r, index: index, res: res})
	} else {
		err = misuse("row %d of run %d is not begun", index, r.id)
	}
	if err != nil {
		then = was
	}
	r.arrive(index, then)
	return err
}

// leave takes a row out of its state until arrive.
func (r *Run) leave(index int) (was rowState, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.ended:
		return 0, ErrClosed
	case index < 0 || index >= len(r.rows):
		return 0, misuse("run %d has no row %d: %w", r.id, index, ErrNotFound)
	case r.rows[index] == rowMoving:
		return 0, misuse("row %d of run %d is on its way already", index, r.id)
	}
	was, r.rows[index] = r.rows[index], rowMoving
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
		if err := t.row("SELECT coalesce(problems, '') FROM plan WHERE run = $1 AND idx = $2", r.id, index).Scan(&kept); err != nil {
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
		if err := t.row("SELECT header FROM runs WHERE run = $1", run).Scan(&kept); err != nil {
			return err
		}
		var info RunInfo
		if err := json.Unmarshal([]byte(kept), &info); err != nil {
			return errDamaged(l.Path(), err)
		}
		info.Input.Path = input
		text, err := json.Marshal(info)
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
		tick := time.NewTicker(r.l.leaseTime / 4)
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
				_, _ = r.l.db.ExecContext(ctx, r.l.Replace(renewStatement), state, r.id, r.l.owner, state)
			}
		}
	})
}
