package importer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/cenkalti/backoff/v5"
	"golang.org/x/time/rate"

	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

const (
	// DefaultConcurrency is how many requests are under way at once at most where
	// nobody has given a number.
	DefaultConcurrency = 8

	// A run also stops when so many of its last answers were uncertain.
	lastAnswers      = 30
	uncertainOfThose = 10
	fewAnswers       = 10 // in which a second 403 may be about the rate

	// longestPause is the longest Retry-After that a run waits out, and
	// longestStandstill how long it goes on while every request is put off.
	longestPause      = 10 * time.Minute
	longestStandstill = 30 * time.Minute

	// Between the tries of a row, where the server does not say how long.
	firstBackoff = 500 * time.Millisecond
	lastBackoff  = 30 * time.Second

	// lookAhead is how many rows wait for their turn, so that other slots go on
	// while one is busy.
	lookAhead = 1024
)

// runner sends the rows of a plan. One goroutine reads them and gives each a
// goroutine of its own, in which [runner.row] takes it to its outcome.
type runner struct {
	job  *Job
	plan *Plan
	run  memory
	log  *slog.Logger
	pace *Pace

	// stopping ends when nothing more may leave; what is under way goes on.
	stopping context.Context
	halt     context.CancelFunc

	rows sync.WaitGroup // that are under way
	room chan struct{}  // of rows that are read and have not ended

	mu      sync.Mutex // guards all below
	lanes   lanes
	places  int     // for rows that may be under way besides those that are
	later   []*item // that another run has under way
	res     Result
	cause   error           // of the stop
	barred  map[string]bool // customerIds that were refused
	forbade map[string]int  // 403s in a row after a booking, by customerId
	refused string          // the last of them
	booked  map[string]bool // customerIds for which a row was booked
	proven  map[string]bool // customerIds about whose rows the server has decided
	ids     bookingIDs
	alike   string    // what the last ends in a row have in common
	ends    int       // how many they are
	last    []verdict // the last answers
	moved   time.Time // when the server last decided about a row; the run's start before
	active  int       // requests under way
	waiting int       // rows that wait to be tried again
}

// memory is what a runner needs of a [ledger.Run].
type memory interface {
	ID() int64
	Begin(context.Context, ledger.Submission) error
	Finish(ctx context.Context, index int, res ledger.Result) error
	Event(context.Context, ledger.Event) error
	Note(ctx context.Context, index int, p ledger.Problem) error
}

func newRunner(ctx context.Context, j *Job, p *Plan, run memory, log *slog.Logger, started time.Time) *runner {
	r := &runner{
		job: j, plan: p, run: run, log: log.With("run", run.ID()), pace: j.Pace,
		room: make(chan struct{}, lookAhead), lanes: newLanes(), places: j.concurrency(),
		barred: map[string]bool{}, forbade: map[string]int{}, booked: map[string]bool{}, proven: map[string]bool{}, ids: newBookingIDs(),
		moved: time.Now(), res: Result{Run: run.ID(), Plan: p, Outcomes: p.Outcomes, StartedAt: started},
	}
	r.stopping, r.halt = context.WithCancel(ctx)
	return r
}

// send runs until every row has its outcome, or until the run is stopped and
// nothing is under way any more.
func (r *runner) send(ctx context.Context) (*Result, error) {
	defer r.halt()
	if r.job.Watch != nil {
		r.job.Watch(r.state)
	}
	r.log.Info("the sending begins", "rows", r.plan.Rows, "to_send", r.plan.ToSend())
	var all sync.WaitGroup
	all.Go(r.listen)
	if r.plan.ToSend() > 0 {
		r.feed(ctx)
		r.again(ctx)
	}
	r.rows.Wait()
	r.halt()
	all.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.refused != "" && r.res.Outcomes[ledger.NotSent] > 0 && r.res.Stopped == nil {
		r.res.Stopped = &Stop{Code: StopForbidden, Reason: ledger.Say("the server refused customer %q; its other rows were not sent", r.refused)}
	}
	// The time is measured by a clock that nobody can set, so that the run cannot
	// end before it began.
	r.res.FinishedAt = r.res.StartedAt.Add(time.Since(r.res.StartedAt))
	return &r.res, r.cause
}

// listen ends the sending when the user stops it.
func (r *runner) listen() {
	select {
	case <-r.job.Stop:
		r.mu.Lock()
		defer r.mu.Unlock()
		r.stop(Stop{Code: StopInterrupted, Reason: ledger.Say("interrupted")}, nil)
	case <-r.stopping.Done():
	}
}

// feed reads the rows. Until the server has decided about a row of a customer,
// that customer's rows go one by one, so that a wrong login costs one request.
func (r *runner) feed(ctx context.Context) {
	fed := 0
	for it, err := range hear(r.stopping.Done(), r.job.pending(r.stopping, r.plan)) {
		switch {
		case r.stopping.Err() != nil:
			r.interrupted(ctx)
			return
		case err != nil:
			r.mu.Lock()
			defer r.mu.Unlock()
			r.stop(unreadable(err), err)
			return
		case r.isBarred(it):
			continue
		case r.job.MaxRows > 0 && fed == r.job.MaxRows:
			r.rows.Wait()
			r.mu.Lock()
			defer r.mu.Unlock()
			r.stop(Stop{Code: StopMaxRows, Reason: ledger.Say("--max-rows %d: so many rows were sent", fed)}, nil)
			return
		}
		fed++
		r.room <- struct{}{}
		r.mu.Lock()
		r.lanes.add(it)
		proven := r.proven[it.sub.Target.CustomerId]
		r.start(ctx)
		r.mu.Unlock()
		if !proven {
			<-it.ended
		}
	}
}

// again looks, second by second, at the rows that another run on the same ledger
// had under way, until it has them no more.
func (r *runner) again(ctx context.Context) {
	for end := time.Now().Add(longestPause); ; {
		r.rows.Wait()
		r.mu.Lock()
		later := r.later
		r.later = nil
		r.mu.Unlock()
		if len(later) == 0 || sleep(r.stopping, time.Second) != nil {
			return
		}
		for _, it := range later {
			it.last, it.ended = time.Now().After(end), make(chan struct{})
			r.room <- struct{}{}
			r.mu.Lock()
			r.lanes.add(it)
			r.start(ctx)
			r.mu.Unlock()
		}
	}
}

// start starts rows as long as there are places for them. The caller holds mu.
func (r *runner) start(ctx context.Context) {
	for r.places > 0 {
		it := r.lanes.next()
		if it == nil {
			return
		}
		r.places--
		r.rows.Go(func() {
			r.row(ctx, it)
			r.mu.Lock()
			defer r.mu.Unlock()
			r.places++
			r.lanes.done(it)
			r.start(ctx)
			close(it.ended)
			<-r.room
		})
	}
}

// row takes one row to its outcome. The order is the safety of the whole
// program: wait, begin, send, finish. A row that waits is not in doubt when the
// program dies. Its begin is durable before the first byte of the request can
// leave; its outcome is durable before anybody is told of it. If the program
// dies in between, the ledger has a begun row without an outcome, which is what
// is true.
func (r *runner) row(ctx context.Context, it *item) {
	for try := 1; r.leave(ctx, it, try); try++ { // wait and begin
		left := r.underWay()
		answer, err := r.job.Client.AddViewingParticipant(ctx, it.sub.Target, &it.sub.Body) // send, once
		v := r.judge(it, try, answer, err)
		if err := r.run.Finish(ctx, it.index, result(v, try, time.Since(left))); err != nil { // finish
			r.unrecorded(it, v, err)
			return
		}
		if wait, again := r.conclude(it, v, try, left); !again || r.rest(wait) != nil {
			return
		}
	}
}

// leave waits for the row's turn and begins it; false = it does not leave.
func (r *runner) leave(ctx context.Context, it *item, try int) bool {
	for r.begin(ctx, it) {
		stopped := r.stopping.Err() != nil
		if !stopped && !r.pace.pausing() {
			return true
		}
		// It has not left while the begin was written, and now it may not.
		if err := r.run.Finish(ctx, it.index, result(notLeft, try-1, 0)); err != nil {
			r.unrecorded(it, notLeft, err)
			return false
		}
		if stopped {
			return false
		}
	}
	return false
}

// begin waits and has the row begun. One row at a time has the door, from its
// wait to its durable begin, so that a slow disk does not bunch requests. Without
// a limit there is nothing to bunch, and begins may share a commit.
func (r *runner) begin(ctx context.Context, it *item) bool {
	r.pace.door <- struct{}{}
	err := r.turn(it)
	limited := r.pace.limited()
	if limited {
		defer func() { <-r.pace.door }()
	} else {
		<-r.pace.door
	}
	if err != nil || r.isBarred(it) {
		return false
	}
	submission := ledger.Submission{Index: it.index, Keys: it.keys, Content: it.content, At: time.Now(), Last: it.last}
	if it.ordered {
		submission.Slot = ledger.Slot(it.sub.Target)
	}
	err = r.run.Begin(ctx, submission)
	var taken *ledger.TakenError
	if errors.As(err, &taken) {
		if limited { // else every list that two hosts share would take twice its time
			login := r.job.login(it)
			r.pace.unused = &login
		}
		r.taken(it, taken.Match)
		return false
	}
	if err != nil && (ctx.Err() == nil || !errors.Is(err, ctx.Err())) {
		r.mu.Lock()
		defer r.mu.Unlock()
		r.stop(*r.job.ledgerFailed(err), err)
	}
	return err == nil
}

// turn waits for the pace: this program's, and that which all hosts of a shared
// ledger keep together. A database that does not answer fails the row's begin,
// and is told there.
func (r *runner) turn(it *item) error {
	login, unused := r.job.login(it), r.pace.unused
	r.pace.unused = nil
	if unused != nil && *unused == login && !r.pace.pausing() {
		return r.stopping.Err()
	}
	if err := r.pace.wait(r.stopping); err != nil || !r.job.Ledger.Shared() || !r.pace.limited() {
		return err
	}
	turn, err := r.job.Ledger.Reserve(r.stopping, r.job.Target, login, time.Duration(float64(time.Second)/float64(r.pace.limiter.Limit())))
	if err != nil {
		return r.stopping.Err()
	}
	r.pace.hear(login, turn.Refusals, time.Now())
	return sleep(r.stopping, turn.Wait)
}

// tellHosts has all hosts of a shared ledger pause, and slow down if this one
// has just done so.
func (r *runner) tellHosts(it *item, pause time.Duration, halved bool) {
	if !r.job.Ledger.Shared() {
		return
	}
	login, seen := r.job.login(it), int64(-1)
	if halved {
		seen = r.pace.slowDowns(login)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	refusals, err := r.job.Ledger.Refused(ctx, r.job.Target, login, pause, seen)
	if err != nil {
		r.log.Warn("the other hosts were not told of the pause")
	} else if halved {
		r.pace.slowedDown(login, refusals)
	}
}

// taken ends a row that another run on the same ledger has booked, and puts off
// one that it has under way.
func (r *runner) taken(it *item, m ledger.Match) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.UnderWay {
		if !it.last {
			r.later = append(r.later, it)
		}
		return
	}
	outcome := ledger.AlreadyBooked
	if m.Outcome == ledger.Uncertain {
		outcome = ledger.Uncertain
	}
	r.res.Outcomes[ledger.NotSent]--
	r.res.Outcomes[outcome]++
	r.log.Info("another run has the row", "row", it.number, "outcome", outcome.String(), "run", m.Run)
}

// underWay counts a request that leaves, and returns when.
func (r *runner) underWay() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active++
	return time.Now()
}

// judge is the verdict on an answer, with what may be said of it.
func (r *runner) judge(it *item, try int, answer vitec.Answer, err error) verdict {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := situation{booked: r.booked[it.sub.Target.CustomerId], forbidden: r.lately(fewAnswers, func(v *verdict) bool { return v.code == codeForbiddenRow })}
	if err == nil {
		s.twin = r.ids.seen(it, answer.Id)
	}
	v := judge(answer, err, s)
	if try < v.tries { // it was not processed, and need not be the last word
		v.outcome = ledger.NotSent
	}
	if v.twin.number > 0 {
		r.log.Warn("two rows have the same booking id", "row", it.number, "other_row", v.twin.number)
	}
	v.reason = with(v.reason, scrub(v.words, it.sub.Target, &it.sub.Body))
	if len(v.words) > 0 && len(r.res.Words) < maxKeptWords {
		if r.res.Words == nil {
			r.res.Words = map[int]string{}
		}
		r.res.Words[it.index] = shorten(strings.Join(v.words, "; "), maxWords)
	}
	if c, ok := r.job.Client.(interface{ Close() }); ok && v.distrust {
		c.Close()
	}
	return v
}

func result(v verdict, attempts int, took time.Duration) ledger.Result {
	if v.code == codeUnsendable {
		attempts--
	}
	return ledger.Result{
		Outcome: v.outcome, BookingID: v.bookingID, HTTPStatus: v.status, Attempts: attempts, Duration: took,
		Code: v.code, Reason: v.reason,
	}
}

// conclude draws the consequences of an answer. again says that the row may be
// sent again, after the wait.
func (r *runner) conclude(it *item, v verdict, try int, left time.Time) (wait time.Duration, again bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.active--
	if v.code != codeUnsendable {
		r.res.Requests++
	}
	if try > 1 {
		r.res.Retries++
	}
	if v.decided {
		r.proven[it.sub.Target.CustomerId] = true
	}
	r.last = append(r.last, v)
	if len(r.last) > lastAnswers {
		r.last = r.last[1:]
	}
	wait = v.wait
	if wait <= 0 {
		wait = it.rest()
	}
	if v.pause {
		r.slowDown(it, v, left, wait)
	}
	if try < v.tries && wait <= longestPause && r.res.Stopped == nil {
		r.waiting++
		r.log.Info("row will be tried again", "row", it.number, "reason", v.code, "try", try, "wait", wait.Round(time.Millisecond))
		return wait, true
	}
	r.end(it, v, try)
	return 0, false
}

// end gives a row its outcome.
func (r *runner) end(it *item, v verdict, try int) {
	r.res.Outcomes[ledger.NotSent]--
	r.res.Outcomes[v.outcome]++
	switch v.outcome {
	case ledger.Booked:
		r.booked[it.sub.Target.CustomerId] = true
		r.log.Debug("row was booked", "row", it.number, "try", try)
	default:
		r.log.Warn("row was not booked", "row", it.number, "outcome", v.outcome.String(), "reason", v.code, "status", v.status)
	}
	if v.outcome != ledger.NotSent {
		r.moved = time.Now()
	}
	if v.twin.number > 0 {
		r.note(v.twin.index, sameID(it.number))
	}
	customer := it.sub.Target.CustomerId
	if v.code == codeForbiddenRow {
		r.forbade[customer]++
	} else if v.outcome != ledger.NotSent {
		r.forbade[customer] = 0
	}
	alike := v.kind()
	if alike != r.alike {
		r.alike, r.ends = alike, 0
	}
	r.ends++
	doubts := r.lately(lastAnswers, func(v *verdict) bool { return v.outcome == ledger.Uncertain })
	switch {
	case v.stop == stopRun:
		r.stop(Stop{Code: v.code, Reason: v.reason, Customer: customer}, nil)
	case v.stop == stopCustomer, r.forbade[customer] >= forbiddenAlike && len(r.plan.Customers()) > 1:
		r.bar(customer, v)
	case v.most > 0 && r.ends >= v.most:
		r.stop(inARow(v, r.ends), nil)
	case v.outcome == ledger.Uncertain && doubts >= uncertainOfThose:
		r.stop(Stop{Code: StopDoubts, Reason: ledger.Say("%d of the last %d answers were not trustworthy, the last because %s", doubts, len(r.last), v.reason)}, nil)
	}
}

// lately counts the answers of a kind among the last n.
func (r *runner) lately(n int, kind func(*verdict) bool) (count int) {
	for i := max(len(r.last)-n, 0); i < len(r.last); i++ {
		if kind(&r.last[i]) {
			count++
		}
	}
	return count
}

// slowDown pauses all requests and halves the rate.
func (r *runner) slowDown(it *item, v verdict, left time.Time, wait time.Duration) {
	now := time.Now()
	if wait > longestPause {
		r.stop(Stop{Code: StopLongWait, Reason: ledger.Say("the server asked to be left alone for %v", wait.Round(time.Second))}, nil)
		return
	}
	if still := now.Add(wait).Sub(r.moved); still > longestStandstill {
		r.stop(Stop{Code: StopLongWait, Reason: ledger.Say("the server has put off every request for %v", now.Sub(r.moved).Round(time.Second))}, nil)
		return
	}
	pause, perSecond, halved := r.pace.refuse(left, now, v.wait)
	r.tellHosts(it, pause, halved)
	r.log.Warn("the server asked for a pause", "row", it.number, "status", v.status, "wait", pause.Round(time.Millisecond), "rate", perSecond)
	r.event("pause", fmt.Sprintf("%d ms, then %s/s", pause.Milliseconds(), number(perSecond)))
}

// rest waits until a row may be tried again; it fails if the run stops first.
func (r *runner) rest(wait time.Duration) error {
	err := sleep(r.stopping, wait)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting--
	return err
}

// bar sends nothing more for a customer.
func (r *runner) bar(customer string, v verdict) {
	if r.barred[customer] {
		return
	}
	r.barred[customer], r.refused = true, customer
	for _, c := range r.plan.Customers() {
		if !r.barred[c] {
			r.log.Warn("customer is refused, its other rows are not sent", "customer", customer)
			r.event("customer_stopped", customer)
			return
		}
	}
	r.stop(Stop{Code: StopForbidden, Reason: v.reason}, nil)
}

// unrecorded stops the run: without its memory nothing may be sent. The row is
// begun and has no outcome, so that the ledger will hold it as uncertain.
func (r *runner) unrecorded(it *item, v verdict, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.res.Outcomes[ledger.NotSent]--
	r.res.Outcomes[ledger.Uncertain]++
	r.res.Unrecorded = append(r.res.Unrecorded, strings.TrimSpace(fmt.Sprintf("row %d: %s %s", it.number, v.outcome, v.bookingID)))
	r.stop(*r.job.ledgerFailed(err), err)
}

// interrupted stops the run if its context has ended.
func (r *runner) interrupted(ctx context.Context) {
	if ctx.Err() == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stop(Stop{Code: StopInterrupted, Reason: ledger.Say("interrupted")}, ctx.Err())
}

// stop ends the sending; the first reason is kept. The caller holds mu.
func (r *runner) stop(why Stop, cause error) {
	r.halt()
	if r.cause == nil {
		r.cause = cause
	}
	if r.res.Stopped != nil {
		return
	}
	r.res.Stopped = &why
	r.log.Warn("the run stops", "reason", why.Code)
	if !errors.Is(cause, ledger.ErrDisk) {
		r.event("stop", why.Code)
	}
}

// event leaves a mark in the ledger for the report's charts. A ledger that
// cannot take it fails the next Begin as well, so the error is told there.
func (r *runner) event(kind, detail string) {
	err := r.run.Event(context.Background(), ledger.Event{At: time.Now(), Kind: kind, Detail: detail})
	if err != nil {
		r.log.Warn("the ledger did not take an event", "kind", kind)
	}
}

// note leaves a note at a row that has ended already, as event does.
func (r *runner) note(index int, p ledger.Problem) {
	if err := r.run.Note(context.Background(), index, p); err != nil {
		r.log.Warn("the ledger did not take a note")
	}
}

// State is what a person wants to know of a run that is under way.
type State struct {
	// Total is the number of rows to send, Done how many have their outcome.
	Total, Done int
	Outcomes    [len(ledger.Outcomes)]int
	Requests    int
	// InFlight requests are being waited for, Waiting rows will be tried again.
	InFlight, Waiting int
	// Limit is the rate in force, in requests per second; +Inf = none. It is
	// below the asked-for rate after the server has refused requests.
	Limit float64
	// PausedUntil, if in the future, is when the next request may leave.
	PausedUntil time.Time
	// Stopping says why no more requests leave; nil = the run goes on.
	Stopping  *Stop
	StartedAt time.Time
}

func (r *runner) state() State {
	r.mu.Lock()
	defer r.mu.Unlock()
	return State{
		Total: r.plan.ToSend(), Done: r.plan.ToSend() - r.res.Outcomes[ledger.NotSent],
		Outcomes: r.res.Outcomes, Requests: r.res.Requests, InFlight: r.active, Waiting: r.waiting,
		Limit: float64(r.pace.limiter.Limit()), PausedUntil: r.pace.pausedUntil(), Stopping: r.res.Stopped, StartedAt: r.res.StartedAt,
	}
}

func (r *runner) isBarred(it *item) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.barred[it.sub.Target.CustomerId]
}

// rest is how long a row waits before its next try if the server does not say.
func (it *item) rest() time.Duration {
	if it.backoff == nil {
		it.backoff = backoff.NewExponentialBackOff()
		it.backoff.InitialInterval, it.backoff.MaxInterval, it.backoff.Multiplier = firstBackoff, lastBackoff, 2
	}
	return it.backoff.NextBackOff()
}

func number(perSecond rate.Limit) string {
	if perSecond == rate.Inf {
		return "unlimited"
	}
	return fmt.Sprintf("%.3g", float64(perSecond))
}
