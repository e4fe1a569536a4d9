package importer

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// pace says when the next request may leave. It owns the limiter: one
// dispatcher asks it, so that a changed rate holds from the next request on
// (a limiter with many waiters would let those who wait already go at the old
// rate). It is a function of the times it is given and has no clock of its own.
//
// After a refusal (429) the rate is halved, climbs back quickly to just under
// the level that was refused, and goes on from there so slowly that it is
// refused once a minute at most; once it is well above that level the server
// has changed its mind, and it climbs faster. Not safe for concurrent use.
type pace struct {
	limiter *rate.Limiter
	// held are places that were taken ahead of time, oldest first: after a
	// stall (a slow disk, a busy machine) those that are due leave at once,
	// so that the stall does not cost rate. The gate keeps that in bounds.
	held    []time.Time
	asked   float64 // requests per second that the user allows; +Inf = no limit
	current float64
	// refused is the level at which the server last said no; 0 = it never did.
	refused float64
	reduced time.Time // when the rate was last halved
	changed time.Time // when current was last set, for the climb back
	paused  time.Time // nobody leaves before this
	// taken counts what left in the last second and was not refused: the level
	// that the server really takes, where the asked-for rate is far above it.
	taken window
}

// How the rate comes back, in shares of the refused level.
const (
	nearRefused = 0.97            // is reached quickly …
	recovery    = 3 * time.Second // … within this time after the pause;
	pastRefused = 1.03            // is reached slowly, by …
	probe       = 0.0005          // … this share a second;
	accelerate  = 0.05            // and from there on it is this share a second

	// A refusal this soon after the last one means that its level was too high.
	soon = 15 * time.Second

	slowest = 0.2 // requests per second: a pace never stops by itself
)

// newPace allows perSecond requests per second; 0 = no limit.
func newPace(perSecond float64) *pace {
	p := &pace{asked: perSecond, current: perSecond}
	if perSecond <= 0 {
		p.asked, p.current = math.Inf(1), math.Inf(1)
	}
	p.limiter = rate.NewLimiter(limitOf(p.current), 1)
	return p
}

func limitOf(perSecond float64) rate.Limit {
	if math.IsInf(perSecond, 1) {
		return rate.Inf
	}
	return rate.Limit(perSecond)
}

// ahead is how long before their time places are taken.
const ahead = 200 * time.Millisecond

// next takes the next place and returns how long after now it comes.
func (p *pace) next(now time.Time) time.Duration {
	p.recover(now)
	if wait := p.paused.Sub(now); wait > 0 {
		return wait // no place is taken: ask again after the pause
	}
	if math.IsInf(p.current, 1) {
		return 0
	}
	for len(p.held) == 0 || p.held[len(p.held)-1].Before(now.Add(ahead)) {
		p.held = append(p.held, now.Add(p.limiter.ReserveN(now, 1).DelayFrom(now)))
	}
	at := p.held[0]
	p.held = p.held[1:]
	return at.Sub(now)
}

// pausing tells whether nobody may leave at the moment, and until when.
func (p *pace) pausing(now time.Time) (until time.Time, yes bool) {
	return p.paused, p.paused.After(now)
}

// departed is told of every request that leaves.
func (p *pace) departed(now time.Time) { p.taken.add(now, 1) }

// refuse is told that a request which left at sent was refused, and that the
// server wants to be left alone for wait. The rate stays as it is, beside the
// pause, if the refusal says nothing about it: because the request left before
// the rate was halved, or because the server took more than the present rate
// in the last second and refuses for that.
func (p *pace) refuse(now, sent time.Time, wait time.Duration) {
	p.taken.add(now, -1)
	seen := p.taken.perSecond(now)
	rested := now.Sub(p.paused) < time.Second // the last second was not a full one
	if until := now.Add(wait); until.After(p.paused) {
		p.paused = until
	}
	if !sent.After(p.reduced) || seen >= p.current {
		return
	}
	level := p.current
	if far := seen < 0.85*level; (far && seen > 0 && !rested) || math.IsInf(level, 1) {
		level = seen // a count is coarser than the rate, so it must differ much
	}
	if now.Sub(p.reduced) < soon {
		level *= 0.98 // the last guess was too high: close in from below
	}
	p.refused, p.reduced = math.Max(level, slowest), now
	p.held = nil // they were taken at the old rate
	p.set(now, math.Max(level/2, slowest))
}

// recover raises the rate after a refusal, as far as the time since allows.
func (p *pace) recover(now time.Time) {
	if p.refused == 0 || p.current >= p.asked {
		return
	}
	from := p.changed
	if p.paused.After(from) {
		from = p.paused // a pause is no time in which trust comes back
	}
	passed := now.Sub(from).Seconds()
	if passed < 0.1 {
		return
	}
	up := p.current
	switch {
	case up < p.refused*nearRefused:
		up = math.Min(up+p.refused/2*passed/recovery.Seconds(), p.refused*nearRefused)
	case up < p.refused*pastRefused:
		up += p.refused * probe * passed
	default:
		up += p.refused * accelerate * passed
	}
	p.set(now, math.Min(up, p.asked))
}

func (p *pace) set(now time.Time, perSecond float64) {
	p.current, p.changed = perSecond, now
	p.limiter.SetLimitAt(now, limitOf(perSecond))
}

// window counts in the second that ends now, in slots of a tenth. Time is
// counted from the first moment that it is told of, so that setting the
// system's clock does not move it.
type window struct {
	slots [10]int
	zero  time.Time
	last  int64 // the tenth of a second since zero that slots[last%10] stands for
}

func (w *window) add(now time.Time, n int) {
	w.advance(now)
	w.slots[w.last%10] += n
}

// perSecond is the rate of the last second. The slots cover a little less
// than that, as the newest of them is not over yet.
func (w *window) perSecond(now time.Time) float64 {
	w.advance(now)
	n := 0
	for _, c := range w.slots {
		n += c
	}
	covered := 0.9 + float64(now.Sub(w.zero).Milliseconds()%100)/1000
	return math.Max(float64(n)/covered, 0)
}

func (w *window) advance(now time.Time) {
	if w.zero.IsZero() {
		w.zero = now
	}
	tenth := now.Sub(w.zero).Milliseconds() / 100
	if tenth-w.last > 10 {
		w.slots, w.last = [10]int{}, tenth
	}
	for w.last < tenth {
		w.last++
		w.slots[w.last%10] = 0
	}
}
