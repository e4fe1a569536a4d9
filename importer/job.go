package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"time"

	"github.com/cenkalti/backoff/v5"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/vitec"
)

// Client is what the importer needs of the API: one call, one request.
type Client interface {
	AddViewingParticipant(ctx context.Context, t vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error)
}

// Job is one input with everything that is needed to plan it, and to run it.
// The fields are set once, before the first method is called.
type Job struct {
	File   *table.File
	Mapper *mapping.Mapper
	// Ledger must be open for writing for Run; a reader is enough for Check.
	Ledger *ledger.Ledger
	// Target tells servers apart in the ledger: the base URL, or the one word
	// for all embedded sandboxes.
	Target string
	// Identity, if not empty, are the fields that alone say who a row books.
	Identity []vitec.Field
	// Problem, if not nil, is told of every problem and warning in input
	// order, while the plan is made. An error from it ends the plan.
	Problem func(Problem) error
	// Planned, if not nil, is told of every row in input order, with the outcome
	// that it would have: NotSent for one that is to be sent. An error from it
	// ends the plan.
	Planned func(ledger.Row) error
	// Called, if not nil, says what the list itself calls a row's place, by the
	// row's cells.
	Called func(place vitec.Target, cells []string) string
	// Sum asks for the plan's Sum.
	Sum bool

	// The rest is for Run alone.

	Client Client
	// Pace says when the next request may leave, retries included; jobs may share
	// one. nil = at any time.
	Pace *Pace
	// Concurrency is how many requests may be under way at once; 0 =
	// DefaultConcurrency.
	Concurrency int
	// MaxRows ends the run after so many rows have been sent; 0 = no limit.
	MaxRows int
	// Login, if not nil, names the login that a customer's rows are sent with. All
	// hosts of a shared ledger keep one pace for each.
	Login func(customerId string) string
	// Record is what the ledger shall know of the run beside its rows. The
	// importer fills in the times, the counts and how it ended.
	Record ledger.RunInfo
	// ReportDir, if not nil, says where the report of a run goes, for the ledger
	// to remember.
	ReportDir func(run int64) string
	// Log is told of pauses, retries and stops, with the run and the row and
	// without personal data. nil = no log.
	Log *slog.Logger
	// Stop, when it is closed, ends the run gracefully: nothing more is sent,
	// and the requests under way are waited for.
	Stop <-chan struct{}
	// Watch, if not nil, is called once when the sending begins. What it is given
	// returns the state of the run and may be called from any goroutine.
	Watch func(state func() State)
}

// Result is how a run ended. The ledger holds the same, and the row details;
// this is what is left to tell where the ledger itself has failed.
type Result struct {
	Run      int64
	Plan     *Plan
	Outcomes [len(ledger.Outcomes)]int
	// Requests is how many were made, Retries how many of them were a row's
	// second or later one.
	Requests, Retries int
	// Stopped says why the run ended before its last row; nil = it did not.
	Stopped *Stop
	// Unrecorded are outcomes that were known but could not be written down;
	// the ledger holds these rows as uncertain.
	Unrecorded []string
	// Words are what the server said of rows, by their 0-based position in the
	// input: at most maxKeptWords of them. They may echo personal data, which is
	// why the ledger does not have them.
	Words      map[int]string
	StartedAt  time.Time
	FinishedAt time.Time
}

// Stop is why a run ended before its last row: a word for programs, and the
// reason to be said.
type Stop struct {
	Code   string
	Reason ledger.Text
	// Err is what the ledger or the input said, if that is behind it.
	Err error
	// Customer is whose row the last answer was about, if the reason is an
	// answer.
	Customer string
}

// Lasting reports whether the reason holds for whatever else would be sent to
// the same server now. What is wrong with a list, a customer or a login does
// not.
func (s *Stop) Lasting() bool {
	switch s.Code {
	case StopInterrupted, StopMaxRows, StopLedger, StopUnreachable, StopLongWait, StopUncertain, StopDoubts, StopAddress,
		codeProxy, codeRedirect, codeSeeOther, codeCertificate:
		return true
	}
	return false
}

// Message says why the run ended, with what the ledger or the input said behind
// the reason.
func (s Stop) Message() (format string, args []any) {
	if s.Err == nil {
		return s.Reason.Message()
	}
	return "%s: %s", []any{s.Reason, s.Err}
}

// Hint says what a person can do about it; it may be zero.
func (s Stop) Hint() ledger.Text { return hints[s.Code] }

// The reasons for which a run stops, beside those of a verdict.
const (
	StopInterrupted = "interrupted"
	StopMaxRows     = "max_rows"
	StopUncertain   = "uncertain_in_a_row"
	StopDoubts      = "third_uncertain"
	StopRejected    = "rejected_in_a_row"
	StopAddress     = "refused_before_the_api"
	StopFirewall    = "forbidden_in_a_row"
	StopUnreachable = "unreachable"
	StopLongWait    = "long_wait"
	StopLedger      = "ledger"
	StopServer      = "ledger_server" // of a ledger that is shared: it does not answer
	StopInput       = "input_changed"

	StopForbidden   = codeForbidden
	StopLogin       = codeLogin
	StopCertificate = codeCertificate
	StopProxy       = codeProxy
)

// Exit codes of a run, as the shell sees them.
const (
	ExitDone        = 0   // every row is booked, or was already
	ExitFailed      = 1   // could not run
	ExitUsage       = 2   // wrong use, or a mistake in the mapping
	ExitProblems    = 3   // finished; some rows are invalid or rejected
	ExitUncertain   = 4   // some rows are uncertain
	ExitStopped     = 5   // stopped early; rows are left
	ExitHeld        = 6   // another run holds the ledger
	ExitInterrupted = 130 // interrupted; rows are left
)

// ExitCode is the run's exit code. Rows that are left win over uncertain
// ones, and these over refused ones: it tells what has to be done first.
func (r *Result) ExitCode() int {
	switch o := r.Outcomes; {
	case o[ledger.NotSent] > 0 && r.Stopped != nil && r.Stopped.Code == StopInterrupted:
		return ExitInterrupted
	case r.Stopped != nil && r.Stopped.Code == StopServer:
		return ExitFailed
	case o[ledger.NotSent] > 0, r.Stopped != nil && r.Stopped.Code == StopInput:
		return ExitStopped
	case o[ledger.Uncertain] > 0:
		return ExitUncertain
	case r.Stopped != nil && r.Stopped.Code == StopLedger:
		return ExitFailed
	case o[ledger.Invalid] > 0 || o[ledger.Rejected] > 0:
		return ExitProblems
	default:
		return ExitDone
	}
}

// ErrInterrupted is returned by Check and Run when Stop is closed before
// anything was sent.
var ErrInterrupted error = &textError{ledger.Say("interrupted before anything was sent")}

// maxKeptWords is for how many rows the server's words are kept.
const maxKeptWords = 10_000

// errEnough ends the plan when nobody wants more of it.
var errEnough = errors.New("enough")

func (j *Job) login(it *item) string {
	if j.Login == nil {
		return ""
	}
	return j.Login(it.sub.Target.CustomerId)
}

// ledgerFailed is the stop of a run whose ledger can record nothing any more.
func (j *Job) ledgerFailed(err error) *Stop {
	s := &Stop{Code: StopLedger, Reason: ledger.Say("the ledger cannot be written"), Err: err}
	if j.Ledger.Shared() {
		s.Code = StopServer
	}
	return s
}

func (j *Job) concurrency() int {
	if j.Concurrency > 0 {
		return j.Concurrency
	}
	return DefaultConcurrency
}

// Run plans the input, asks decide whether to go on, sends what there is to
// send and records every step. Plan and rows become the ledger's only if
// decide returns nil; if it returns an error, nothing of the run is kept and
// Run returns that error.
//
// A Result comes back whenever something may have been sent, also together
// with an error; then the error is about the ledger or the input, and the
// Result says how far the run came.
func (j *Job) Run(ctx context.Context, decide func(*Plan) error) (*Result, error) {
	p := newPlan()
	if j.Pace == nil {
		j.Pace = NewPace(0)
	}
	record := j.Record
	record.Target = j.Target
	record.StartedAt = time.Now()
	record.NameColumns = j.Mapper.NameColumns()
	record.Rate, record.Concurrency = j.Pace.perSecond(), j.concurrency()
	run, err := j.Ledger.Plan(ctx, record, j.plan(ctx, p))
	if err != nil {
		return nil, err
	}
	// Nothing is open while a person thinks about it.
	if err := decide(p); err != nil {
		if discarded := run.Discard(); discarded != nil {
			return nil, errors.Join(err, discarded)
		}
		return nil, err
	}
	if err := run.Start(ctx); err != nil {
		return nil, err
	}
	if j.ReportDir != nil {
		if err := run.SetReportDir(ctx, j.ReportDir(run.ID())); err != nil {
			return nil, err
		}
	}
	log, flush := patientLogger(j.Log)
	defer flush()
	res, err := newRunner(ctx, j, p, run, log, record.StartedAt).send(ctx)
	p.entries = nil // the sending alone needs them
	end := ledger.End{FinishedAt: res.FinishedAt, ExitCode: res.ExitCode(), Requests: res.Requests}
	if res.Stopped != nil {
		end.Reason, end.StoppedCode = ledger.TextOf(*res.Stopped), res.Stopped.Code
	}
	if endErr := run.End(ctx, end); endErr != nil && err == nil {
		err = endErr
		if res.Stopped == nil {
			res.Stopped = j.ledgerFailed(endErr)
		}
	}
	log.Info("the run has ended", "run", res.Run, "outcomes", outcomes(res.Outcomes), "requests", res.Requests, "exit_code", res.ExitCode())
	return res, err
}

// outcomes are counts of rows as a log shows them: those that there are.
func outcomes(counts [len(ledger.Outcomes)]int) slog.Value {
	var attrs []slog.Attr
	for _, o := range ledger.Outcomes {
		if counts[o] > 0 {
			attrs = append(attrs, slog.Int(o.String(), counts[o]))
		}
	}
	return slog.GroupValue(attrs...)
}

// item is a submission on its way.
type item struct {
	index  int // 0-based position in the input
	number int // the spreadsheet's row
	sub    mapping.Submission
	keys   ledger.Keys
	// content is the digest of the body, for later runs to compare with.
	content ledger.Digest
	// ordered: the server counts places, so that rows of one slot leave one
	// after the other, in input order.
	ordered bool
	backoff *backoff.ExponentialBackOff
	ended   chan struct{} // closed when the row is not under way any more
	last    bool          // another run has it under way, and it is not asked about again
}

// pending reads the input again and yields the submissions that the plan wants
// sent. A row that is not the one that was planned ends it: the plan was
// confirmed for other data.
func (j *Job) pending(ctx context.Context, p *Plan) iter.Seq2[*item, error] {
	return func(yield func(*item, error) bool) {
		index := 0
		for row, err := range j.File.Rows(ctx) {
			if err != nil {
				yield(nil, err)
				return
			}
			if index >= len(p.entries) || p.entries[index].number != uint32(row.Number) {
				yield(nil, j.changed(row.Number))
				return
			}
			e := p.entries[index]
			index++
			if e.outcome != ledger.NotSent {
				continue
			}
			it := &item{index: index - 1, number: row.Number, ended: make(chan struct{})}
			same := row.Err == nil && !blocked(j.Mapper.Map(row.Cells, &it.sub)) && it.sub.Skipped == ""
			if same {
				body, err := vitec.Encode(vitec.JSON, &it.sub.Body)
				it.content = j.Ledger.Content(body)
				same = err == nil && beginning(it.content) == e.content
			}
			if !same {
				yield(nil, j.changed(row.Number))
				return
			}
			w := identify(&it.sub.Body, j.Identity)
			it.keys = j.Ledger.Keys(j.Target, ledger.Slot(it.sub.Target), w.identity(p.nameless[it.index]))
			limit := it.sub.Body.Options.EnableBookingLimitValidation
			it.ordered = limit == nil || *limit
			if !yield(it, nil) {
				return
			}
		}
		if index != len(p.entries) {
			yield(nil, j.changed(0))
		}
	}
}

func blocked(problems []mapping.Problem) bool {
	for _, p := range problems {
		if !p.Warning {
			return true
		}
	}
	return false
}

// unreadable is the stop of a run whose input cannot be read on.
func unreadable(err error) Stop {
	var changed *InputChangedError
	if errors.As(err, &changed) {
		return Stop{Code: StopInput, Reason: ledger.TextOf(changed)}
	}
	return Stop{Code: StopInput, Reason: ledger.Say("the file could not be read to its end"), Err: err}
}

// changed is the error of an input that is no longer what was planned.
func (j *Job) changed(row int) error {
	place := j.File.Info().Name
	if row > 0 {
		place = fmt.Sprintf("%s:%d", place, row)
	}
	return &InputChangedError{Place: place}
}

// InputChangedError tells that the input was changed between being planned
// and being sent. No row of the change is sent.
type InputChangedError struct{ Place string }

func (e *InputChangedError) Error() string { return ledger.TextOf(e).String() }

// Message says it.
func (e *InputChangedError) Message() (format string, args []any) {
	return "%s: the file was changed while it was being imported", []any{e.Place}
}
