package importer

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cenkalti/backoff/v5"

	"vitec-import/importer/ledger"
)

const (
	maxTries = 5 // sends of one row, the first included

	// Runs of bad ends that stop a run: going on would make more of the same.
	uncertainInARow   = 3
	rejectedFromStart = 20
	unsentInARow      = 5

	// longestPause is the longest Retry-After that a run waits out, and
	// longestStandstill how long it goes on while every request is put off.
	longestPause      = 10 * time.Minute
	longestStandstill = 30 * time.Minute

	// Without a Retry-After, and for a server that cannot be reached.
	firstBackoff = 500 * time.Millisecond
	lastBackoff  = 30 * time.Second

	// lookAhead is how many rows the dispatcher looks at behind the one that is
	// next, so that other slots go on while one waits for its turn.
	lookAhead = 1024
)

// sender sends the rows of a plan. One goroutine, the dispatcher, reads the
// input, waits for the pace and decides; workers begin, send and finish one
// row each. All fields below the channels belong to the dispatcher.
//
// A row is under way until its answer is known. Once it is booked the next one
// may begin, while the outcome of the first is on its way to the disk: the
// ledger keeps their order, so that one commit takes both and there are never
// more begun rows without an outcome than may be under way.
type sender struct {
	job      *Job
	plan     *Plan
	run      memory
	gate     *gate
	log      *slog.Logger
	progress *Progress
	ids      *bookingIds

	work chan *item
	done chan sent
	// halted: nothing more may leave. Set by whoever knows first, a worker whose
	// ledger fails or the dispatcher, so that rows which are begun and have not
	// left yet do not.
	halted atomic.Bool

	pace    *pace
	width   *width
	next    func() (*item, error, bool) // the rows still to be read
	drained bool
	waiting queue           // read, not yet under way
	retries []*item         // to be tried again once due; they count as under way, and keep their slots
	barred  map[string]bool // customerIds that were refused
	active  int             // rows that workers have
	settled int             // of them, those that are booked and wait for the disk
	proven  bool            // the server has decided about a submission
	taken   int             // rows that were begun at least once
	moved   time.Time       // when the server last decided about a row; the run's start before

	res         Result
	uncertain   int // in a row
	rejected    int // in a row, from the start
	unsent      int // in a row
	anyAccepted bool
	refused     string // the customer that was refused last
	stopCause   error
}

// memory is what a sender needs of a [ledger.Run].
type memory interface {
	ID() int64
	Beginning(ledger.Submission) (durable func(context.Context) error)
	Finishing(index int, res ledger.Result) (durable func() error)
	Push()
	Event(context.Context, ledger.Event) error
}

// sent is what a worker brings back: of a row that was booked first that it
// was, while the ledger is still writing it down, and then the whole.
type sent struct {
	settling bool // the row is booked; but for the row nothing else is set
	it       *item
	verdict  verdict
	begun    bool          // the ledger has its begin
	took     time.Duration // until its end was known
	settled  bool          // it was told to be settling before
	ledger   error         // the ledger failed
	requests int
}

func newSender(j *Job, p *Plan, run memory, started time.Time) *sender {
	width := newWidth(j.Concurrency)
	n := width.most()
	log := j.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	s := &sender{
		job: j, plan: p, run: run,
		gate: newGate(j.Rate), pace: newPace(j.Rate), width: width,
		log:      log.With("run", run.ID()),
		progress: &Progress{},
		// Up to n rows are under way, and as many may be waiting for the disk.
		work: make(chan *item, 2*n), done: make(chan sent, 4*n),
		waiting: newQueue(), barred: map[string]bool{},
		ids: newBookingIds(p.ToSend()),
	}
	s.moved = time.Now()
	s.res = Result{Run: run.ID(), Plan: p, Outcomes: p.Outcomes, StartedAt: started}
	s.progress.s = State{Total: p.ToSend(), Outcomes: p.Outcomes, Limit: s.pace.current, StartedAt: started}
	return s
}

// send runs until every row has its outcome, or until the run is stopped and
// nothing is under way any more.
func (s *sender) send(ctx context.Context) error {
	if s.job.Watch != nil {
		s.job.Watch(s.progress)
	}
	next, stop := readAhead(s.job.pending(ctx, s.plan), s.run.Push)
	defer stop()
	s.next = next

	var workers sync.WaitGroup
	for range cap(s.work) {
		workers.Go(func() {
			for it := range s.work {
				s.done <- s.submit(ctx, it)
			}
		})
	}
	s.log.Info("the sending begins", "rows", s.plan.Rows, "to_send", s.plan.ToSend())
	if s.plan.ToSend() > 0 {
		s.dispatch(ctx)
	}
	close(s.work)
	workers.Wait()
	if s.refused != "" && s.res.Outcomes[ledger.NotSent] > 0 && s.res.Stopped == nil {
		s.res.Stopped = &Stop{Code: StopForbidden, Reason: ledger.Say("the server refused customer %q; its other rows were not sent", s.refused)}
	}
	s.show()
	return s.stopCause
}

// dispatch is the loop of the run.
func (s *sender) dispatch(ctx context.Context) {
	for {
		s.collect()
		if s.stopped(ctx) {
			if s.active == 0 {
				return
			}
			s.await(ctx, nil)
			continue
		}
		if !s.roomFor(0) {
			s.await(ctx, nil)
			continue
		}
		it, wait := s.pick()
		switch {
		case it != nil:
			if s.turn(ctx) {
				s.hand(it)
			} else {
				s.release(it)
			}
		case s.stopped(ctx): // reading the input found that it must stop
		case s.active == 0 && wait < 0:
			return
		default:
			s.await(ctx, timer(wait))
		}
	}
}

// roomFor tells whether one more row may be under way, beside those that are
// and so many others: one at a time until the server has decided about a
// submission, so that a wrong login costs one request and not one per worker.
func (s *sender) roomFor(others int) bool {
	room := s.width.at
	if !s.proven {
		room = 1
	}
	if s.active-s.settled+others >= room || s.active >= cap(s.work) {
		s.width.taken()
		return false
	}
	return true
}

// pick takes the row that is to leave next: one that is due to be tried again,
// else the first in input order whose slot is free. If there is none, wait
// says how long until one is due; negative = none will be.
func (s *sender) pick() (it *item, wait time.Duration) {
	now := time.Now()
	wait = -1
	for i, r := range s.retries {
		if d := r.due.Sub(now); d > 0 {
			if wait < 0 || d < wait {
				wait = d
			}
			continue
		}
		s.retries = append(s.retries[:i], s.retries[i+1:]...)
		if s.barred[r.sub.Target.CustomerId] {
			s.release(r)
			return s.pick()
		}
		return r, 0
	}
	if !s.roomFor(len(s.retries)) {
		return nil, wait
	}
	if s.job.MaxRows > 0 && s.taken >= s.job.MaxRows {
		if s.active == 0 && wait < 0 && s.anyLeft() {
			s.stop(Stop{Code: StopMaxRows, Reason: ledger.Say("--max-rows %d: so many rows were sent", s.taken)}, nil)
		}
		return nil, wait
	}
	for {
		if it := s.waiting.take(); it != nil {
			return it, 0
		}
		if !s.read() {
			return nil, wait
		}
	}
}

// read reads one more row ahead and tells whether there was one.
func (s *sender) read() bool {
	if s.drained || s.waiting.n >= lookAhead {
		return false
	}
	it, err, ok := s.next()
	if !ok {
		s.drained = true
		return false
	}
	if err != nil {
		s.drained = true
		s.stop(unreadable(err), err)
		return false
	}
	if !s.barred[it.sub.Target.CustomerId] {
		s.waiting.add(it)
	}
	return true
}

// unreadable is the stop of a run whose input cannot be read on.
func unreadable(err error) Stop {
	var changed *InputChangedError
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Stop{Code: StopInterrupted, Reason: ledger.Say("interrupted")}
	case errors.As(err, &changed):
		return Stop{Code: StopInput, Reason: ledger.TextOf(changed)}
	}
	return Stop{Code: StopInput, Reason: ledger.Say("the file could not be read to its end"), Err: err}
}

// anyLeft tells whether there is a row that could be sent, now or later.
func (s *sender) anyLeft() bool {
	for s.waiting.n == 0 {
		if !s.read() {
			return false
		}
	}
	return true
}

// turn waits for the pace. It returns false if the row may not leave after
// all, because the run was stopped while it waited.
func (s *sender) turn(ctx context.Context) bool {
	for {
		now := time.Now()
		until, pausing := s.pace.pausing(now)
		var wait time.Duration
		if pausing {
			wait = until.Sub(now)
		} else if wait = s.pace.next(now); wait <= 0 {
			return true
		}
		for deadline := now.Add(wait); ; {
			left := time.Until(deadline)
			if left <= 0 {
				break
			}
			s.await(ctx, timer(left))
			if s.stopped(ctx) {
				return false
			}
		}
		if _, again := s.pace.pausing(time.Now()); !pausing && !again {
			return true
		}
	}
}

// hand gives a row to a worker.
func (s *sender) hand(it *item) {
	if s.barred[it.sub.Target.CustomerId] {
		s.release(it)
		return
	}
	if it.attempts == 0 {
		s.taken++
	} else {
		s.res.Retries++
	}
	it.attempts++
	s.active++
	now := time.Now()
	it.handed = now
	s.pace.departed(now)
	it.begun = s.run.Beginning(ledger.Submission{Index: it.index, Keys: it.keys, Content: it.content, At: now})
	s.work <- it
	s.show()
}

// release frees the slot of a row that is not under way any more, once: by the
// second time another row may have it.
func (s *sender) release(it *item) {
	if it.ordered {
		s.waiting.release(it.sub.Target)
		it.ordered = false
	}
}

// submit takes one row to its outcome.
//
// The order is the safety of the whole program. The row has waited for its
// turn before hand had it begun: one that waits is not in doubt if the program
// dies. First its begin is made durable, before the first byte can leave; then
// the request is sent, once; then the outcome is made durable, before anybody is
// told of it. If the program dies in between, the ledger has a begun row without
// an outcome, which is what is true.
func (s *sender) submit(ctx context.Context, it *item) sent {
	if err := it.begun(ctx); err != nil {
		if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
			return sent{it: it, verdict: notLeft} // nothing was written
		}
		s.halted.Store(true)
		return sent{it: it, ledger: err}
	}
	leave, err := s.gate.pass(ctx)
	d := sent{it: it, begun: true, verdict: notLeft}
	res := ledger.Result{Attempts: it.attempts - 1}
	if err == nil && s.mayLeave(ctx) {
		answer, err := s.job.Client.AddViewingParticipant(leave.traced(ctx), it.sub.Target, &it.sub.Body)
		d.verdict = judge(answer, err)
		if d.verdict.code != codeUnsendable {
			d.requests = 1
			d.took = time.Since(leave.at)
			res.Attempts, res.Duration = it.attempts, d.took
		}
		d.verdict.reason = s.reason(it, d.verdict)
	}
	v := d.verdict
	res.Outcome, res.BookingID, res.HTTPStatus = v.outcome, v.bookingId, v.status
	res.Reason, res.Message, res.Code = v.reason, v.reason.String(), v.code
	durable := s.run.Finishing(it.index, res)
	if d.settled = v.outcome == ledger.Booked; d.settled {
		// The dispatcher has the next row begun, or pushes.
		s.done <- sent{it: it, settling: true}
	} else {
		s.run.Push()
	}
	if d.ledger = durable(); d.ledger != nil {
		s.halted.Store(true)
	}
	return d
}

// notLeft is the verdict on a row that was begun and then held back, because
// the run was stopped meanwhile.
var notLeft = verdict{outcome: ledger.NotSent, action: goOn, code: StopInterrupted, reason: ledger.Say("the run was stopped before the request left")}

// mayLeave tells whether a row that is begun may still be sent.
func (s *sender) mayLeave(ctx context.Context) bool {
	if s.halted.Load() {
		return false
	}
	select {
	case <-s.job.Stop:
		return false
	case <-ctx.Done():
		return false
	default:
		return true
	}
}

// reason is what the ledger and the reports say of a row's end.
func (s *sender) reason(it *item, v verdict) ledger.Text {
	if v.outcome == ledger.Booked {
		if row, twice := s.ids.seen(it, v.bookingId); twice {
			s.log.Warn("two rows have the same booking id", "row", it.number, "other_row", row)
			return ledger.Say("the server gave the same booking id to row %d: look in Vitec whether both are booked", row)
		}
	}
	return with(v.reason, shorten(scrub(v.words, it.sub.Target, &it.sub.Body), 500))
}

// collect takes what the workers have brought back, without waiting.
func (s *sender) collect() {
	for {
		select {
		case d := <-s.done:
			s.take(d)
		default:
			s.show()
			return
		}
	}
}

// await waits for a worker, for the stop signal, or for the timer. No row is
// begun meanwhile that could take outcomes along to the disk.
func (s *sender) await(ctx context.Context, t *time.Timer) {
	s.run.Push()
	var tick <-chan time.Time
	if t != nil {
		defer t.Stop()
		tick = t.C
	}
	stop, cancelled := s.job.Stop, ctx.Done()
	if s.res.Stopped != nil {
		stop, cancelled = nil, nil
	}
	select {
	case d := <-s.done:
		s.take(d)
	case <-stop:
		s.interrupted(nil)
	case <-cancelled:
		s.interrupted(ctx.Err())
	case <-tick:
	}
}

// stopped tells whether nothing more may leave.
func (s *sender) stopped(ctx context.Context) bool {
	if s.res.Stopped == nil {
		select {
		case <-s.job.Stop:
			s.interrupted(nil)
		case <-ctx.Done():
			s.interrupted(ctx.Err())
		default:
		}
	}
	return s.res.Stopped != nil
}

func (s *sender) interrupted(cause error) {
	s.stop(Stop{Code: StopInterrupted, Reason: ledger.Say("interrupted")}, cause)
}

// take books a row's end and draws the consequences.
func (s *sender) take(d sent) {
	it, v := d.it, d.verdict
	if d.settling {
		s.settled++
		s.release(it) // its answer is known: the next of its slot comes after it
		return
	}
	s.active--
	if d.settled {
		s.settled--
	}
	s.res.Requests += d.requests
	if d.requests > 0 {
		s.width.answered(d.took, s.pace.current)
	}
	if d.ledger != nil {
		s.ledgerFailed(d)
		s.release(it)
		return
	}
	now := time.Now()
	switch v.action {
	case again, slowDown:
		wait := v.wait
		if wait <= 0 {
			wait = s.backoff(it)
		}
		if v.action == slowDown {
			s.slowDown(d, now, wait)
		}
		if it.attempts < maxTries && s.res.Stopped == nil && wait <= longestPause {
			it.due = now.Add(wait)
			s.retries = append(s.retries, it)
			s.log.Info("row will be tried again", "row", it.number, "reason", v.code, "try", it.attempts, "wait", wait.Round(time.Millisecond))
			return
		}
	}
	s.end(d)
}

// end gives a row its outcome.
func (s *sender) end(d sent) {
	it, v := d.it, d.verdict
	s.release(it)
	s.res.Outcomes[ledger.NotSent]--
	s.res.Outcomes[v.outcome]++
	s.proven = true
	if v.outcome != ledger.NotSent {
		s.moved = time.Now()
	}
	if v.outcome == ledger.Booked {
		s.log.Debug("row was booked", "row", it.number, "try", it.attempts)
	} else {
		s.log.Warn("row was not booked", "row", it.number, "outcome", v.outcome.String(), "reason", v.code, "status", v.status)
	}
	s.count(v)
	switch {
	case s.res.Stopped != nil:
	case v.action == stopRun:
		s.stop(Stop{Code: v.code, Reason: v.reason}, nil)
	case v.action == stopCustomer:
		s.bar(it.sub.Target.CustomerId, v)
	case s.uncertain >= uncertainInARow:
		s.stop(Stop{Code: StopUncertain, Reason: ledger.Say("%d rows in a row ended without a trustworthy answer, the last because %s", s.uncertain, v.reason)}, nil)
	case !s.anyAccepted && s.rejected >= rejectedFromStart:
		s.stop(Stop{Code: StopRejected, Reason: ledger.Say("the first %d rows were all rejected, the last because %s", s.rejected, v.reason)}, nil)
	case s.unsent >= unsentInARow:
		s.stop(Stop{Code: StopUnreachable, Reason: ledger.Say("%d rows in a row could not be sent, the last because %s", s.unsent, v.reason)}, nil)
	}
}

// count keeps the runs of bad ends.
func (s *sender) count(v verdict) {
	s.uncertain = follow(s.uncertain, v.outcome == ledger.Uncertain)
	s.rejected = follow(s.rejected, v.outcome == ledger.Rejected)
	s.unsent = follow(s.unsent, v.outcome == ledger.NotSent)
	s.anyAccepted = s.anyAccepted || v.outcome == ledger.Booked
}

func follow(n int, more bool) int {
	if more {
		return n + 1
	}
	return 0
}

// slowDown pauses every worker and halves the rate.
func (s *sender) slowDown(d sent, now time.Time, wait time.Duration) {
	if wait > longestPause {
		s.stop(Stop{Code: StopLongWait, Reason: ledger.Say("the server asked to be left alone for %v", wait.Round(time.Second))}, nil)
		return
	}
	if still := now.Add(wait).Sub(s.moved); still > longestStandstill {
		s.stop(Stop{Code: StopLongWait, Reason: ledger.Say("the server has put off every request for %v", now.Sub(s.moved).Round(time.Second))}, nil)
		return
	}
	before := s.pace.current
	wait = s.pace.refuse(now, d.it.handed, d.verdict.wait)
	after := s.pace.current
	s.log.Warn("the server asked for a pause", "row", d.it.number, "status", d.verdict.status,
		"wait", wait.Round(time.Millisecond), "rate_before", before, "rate", after)
	if wait > 0 || after != before {
		s.event("pause", fmt.Sprintf("%d ms, then %s/s", wait.Milliseconds(), number(after)))
	}
}

// bar sends nothing more for a customer.
func (s *sender) bar(customer string, v verdict) {
	if s.barred[customer] {
		return
	}
	s.barred[customer], s.refused = true, customer
	s.waiting.drop(customer)
	for _, c := range s.plan.Customers() {
		if !s.barred[c] {
			s.log.Warn("customer is refused, its other rows are not sent", "customer", customer)
			s.event("customer_stopped", customer)
			return
		}
	}
	s.stop(Stop{Code: StopForbidden, Reason: v.reason}, nil)
}

// ledgerFailed stops the run: without its memory nothing may be sent.
func (s *sender) ledgerFailed(d sent) {
	if d.begun { // and without an outcome: the ledger will hold it as uncertain
		s.res.Outcomes[ledger.NotSent]--
		s.res.Outcomes[ledger.Uncertain]++
		s.res.Unrecorded = append(s.res.Unrecorded, strings.TrimSpace(fmt.Sprintf("row %d: %s %s", d.it.number, d.verdict.outcome, d.verdict.bookingId)))
	}
	s.stop(Stop{Code: StopLedger, Reason: ledgerFailed, Err: d.ledger}, d.ledger)
}

// stop ends the sending; the first reason is kept.
func (s *sender) stop(why Stop, cause error) {
	s.halted.Store(true)
	if s.stopCause == nil {
		s.stopCause = cause
	}
	if s.res.Stopped != nil {
		return
	}
	s.res.Stopped = &why
	s.log.Warn("the run stops", "reason", why.Code)
	if !errors.Is(cause, ledger.ErrDisk) {
		s.event("stop", why.Code)
	}
}

// event leaves a mark in the ledger for the report's charts. A ledger that
// cannot take it fails the next Begin as well, so the error is told there.
func (s *sender) event(kind, detail string) {
	err := s.run.Event(context.Background(), ledger.Event{At: time.Now(), Kind: kind, Detail: detail})
	if err != nil {
		s.log.Warn("the ledger did not take an event", "kind", kind)
	}
}

// backoff is how long a row waits that was not told how long.
func (s *sender) backoff(it *item) time.Duration {
	if it.backoff == nil {
		b := backoff.NewExponentialBackOff()
		b.InitialInterval, b.MaxInterval, b.Multiplier = firstBackoff, lastBackoff, 2
		it.backoff = b
	}
	return it.backoff.NextBackOff()
}

// show brings the progress up to date.
func (s *sender) show() {
	s.progress.update(func(p *State) {
		p.Outcomes = s.res.Outcomes
		p.Done = p.Total - s.res.Outcomes[ledger.NotSent]
		p.Requests = s.res.Requests
		p.InFlight, p.Waiting = s.active-s.settled, len(s.retries)
		p.Limit, p.PausedUntil = s.pace.current, s.pace.paused
		p.Stopping = s.res.Stopped
	})
}

// result is how the run ended. The time it took is measured by a clock that
// nobody can set, so that it cannot end before it began.
func (s *sender) result() *Result {
	res := s.res
	res.FinishedAt = res.StartedAt.Add(time.Since(res.StartedAt))
	return &res
}

// bookingIds remembers which ids the server has given out in this run. One
// hash a row, which nobody outside of it sees.
type bookingIds struct {
	seeds [2]maphash.Seed
	mu    sync.Mutex
	index ledger.Index
}

func newBookingIds(rows int) *bookingIds {
	b := &bookingIds{seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	b.index.Reserve(rows)
	return b
}

// seen tells which earlier row got the same id. Where the answer is not the
// booking's id but the contact's, because none other was asked for, it may come
// again for another time slot.
func (b *bookingIds) seen(it *item, id string) (row int, twice bool) {
	if ask := it.sub.Body.ReturnBookingId; ask == nil || !*ask {
		t := it.sub.Target
		id = strings.Join([]string{t.CustomerId, t.ViewingId, t.TimeSlotId, id}, "\x00")
	}
	var d ledger.Digest
	for i, seed := range b.seeds {
		binary.NativeEndian.PutUint64(d[8*i:], maphash.String(seed, id))
	}
	key := ledger.Keys{Contact: d}
	b.mu.Lock()
	defer b.mu.Unlock()
	if row, twice = b.index.Find(key); twice {
		return row, true
	}
	b.index.Add(it.number, key)
	return 0, false
}

var ledgerFailed = ledger.Say("the ledger cannot be written")

func timer(d time.Duration) *time.Timer {
	if d < 0 {
		return nil
	}
	return time.NewTimer(d)
}

func shorten(s string, limit int) string {
	r := []rune(s)
	if len(r) <= limit {
		return s
	}
	return string(r[:limit-1]) + "…"
}

func number(f float64) string {
	if math.IsInf(f, 1) {
		return "unlimited"
	}
	return fmt.Sprintf("%.3g", f)
}
