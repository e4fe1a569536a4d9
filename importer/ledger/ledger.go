// Package ledger is the durable memory of every submission ever begun, across
// files and runs. (Draft of the signatures.)
package ledger

import (
	"context"
	"errors"
	"iter"
	"time"
)

var errTodo = errors.New("todo")

// Ledger is an open ledger. All methods are safe for concurrent use.
type Ledger struct{ h hasher }

// Open opens the ledger at path for a run and holds it against other runs
// until Close. It creates the file (0600) and its folder (0700) if there is none.
// Errors: an *Error with ErrHeld, ErrDamaged, ErrForeign, ErrNewer or ErrDisk.
func Open(ctx context.Context, path string) (*Ledger, error) { return nil, errTodo }

// OpenReader opens the ledger at path for reading. It works while a run is on.
// A missing file reads as an empty ledger with a fresh secret; nothing is created.
func OpenReader(ctx context.Context, path string) (*Ledger, error) { return nil, errTodo }

// Path returns the ledger's file.
func (l *Ledger) Path() string { return "" }

// Created reports whether Open found no ledger and made a new one.
func (l *Ledger) Created() bool { return false }

// Close waits until all that was begun is written, and releases the ledger.
func (l *Ledger) Close() error { return errTodo }

// Keys hashes an identity for a target (the API's address) and a slot.
func (l *Ledger) Keys(target string, s Slot, id Identity) Keys { return Keys{} }

// Content hashes a body, so that a later one can be told to differ.
func (l *Ledger) Content(body []byte) Digest { return Digest{} }

// Match looks up who is booked already, or may be. The answer has one Match
// for each of keys, in order.
func (l *Ledger) Match(ctx context.Context, keys []Keys) ([]Match, error) { return nil, errTodo }

// StartRun records a run with all its planned rows, all or none.
func (l *Ledger) StartRun(ctx context.Context, info RunInfo, rows iter.Seq2[Row, error]) (*Run, error) {
	return nil, errTodo
}

// Runs lists the runs, the oldest first.
func (l *Ledger) Runs(ctx context.Context) ([]RunInfo, error) { return nil, errTodo }

// RunInfo returns the run with this id, or ErrNotFound.
func (l *Ledger) RunInfo(ctx context.Context, id int64) (RunInfo, error) { return RunInfo{}, errTodo }

// Rows yields a run's rows in input order, settlements and references applied.
// An error ends the sequence.
func (l *Ledger) Rows(ctx context.Context, run int64) iter.Seq2[Row, error] { return nil }

// Uncertain yields every submission that is uncertain and not settled, by run
// and position.
func (l *Ledger) Uncertain(ctx context.Context) iter.Seq2[Row, error] { return nil }

// Events returns a run's events in the order in which they were recorded.
func (l *Ledger) Events(ctx context.Context, run int64) ([]Event, error) { return nil, errTodo }

// Settle settles one uncertain submission, once. Errors: ErrNotFound,
// ErrNotUncertain. Reading the answer back takes no more than Rows.
func (l *Ledger) Settle(ctx context.Context, s Settlement) error { return errTodo }

// Settlements lists every settlement, the oldest first.
func (l *Ledger) Settlements(ctx context.Context) ([]Settlement, error) { return nil, errTodo }

// Purge deletes the row details and headers of runs that started before the
// given time, and returns the number of rows deleted. What is needed to
// recognise a booking stays, and so does a row that is uncertain.
func (l *Ledger) Purge(ctx context.Context, before time.Time) (rows int, err error) {
	return 0, errTodo
}

// Generation names the present state of the submissions.
func (l *Ledger) Generation(ctx context.Context) (Generation, error) { return "", errTodo }

// Run is a run that is on. All methods are safe for concurrent use.
type Run struct{ id int64 }

// ID returns the run's id.
func (r *Run) ID() int64 { return r.id }

// Begin records that a submission is about to be sent. When it returns nil
// that is durable, and the request may leave. When it returns an error the
// submission is not begun and must not be sent.
func (r *Run) Begin(ctx context.Context, s Submission) error { return errTodo }

// Finish records how a begun submission ended. When it returns nil that is
// durable. NotSent releases the row: it is as if it had never been begun, and
// Begin may follow again. A row that was never begun can only be finished as
// NotSent, to say why.
func (r *Run) Finish(ctx context.Context, index int, res Result) error { return errTodo }

// Event records something that happened to the run.
func (r *Run) Event(ctx context.Context, e Event) error { return errTodo }

// SetReportDir records where the run's reports are.
func (r *Run) SetReportDir(ctx context.Context, dir string) error { return errTodo }

// End records how the run ended. Begun rows without an outcome become uncertain.
func (r *Run) End(ctx context.Context, e End) error { return errTodo }
