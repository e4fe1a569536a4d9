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
// Not safe for concurrent use.
//
// What the server allows is not known, nor over what time it counts, so every
// refusal (429) is a measurement of it. The rate is halved at once, climbs back
// quickly to just under the ceiling, the level that the refusal has told, and
// goes on from there so slowly that it is refused once in minutes. Well above
// the ceiling the server has changed its mind, and it climbs faster.
//
//   - The ceiling is the rate at which the server refused, or what it really
//     took in the last second, where that is far less.
//   - If it refuses again soon, and took just as much in the ten or sixty
//     seconds before as before the last refusal, then that is what it counts.
//   - If it refuses well below the ceiling it allows less than it did: then the
//     ceiling is what it took between the two refusals.
//   - If it refuses at a fraction of what it took, and takes less and less, then
//     the rate is not the reason. Some servers refuse a share of everything while
//     they are busy. The rate comes back and stays, until that share grows.
type pace struct {
	limiter *rate.Limiter
	// held are places that were taken ahead of time, oldest first: after a
	// stall (a slow disk, a busy machine) those that are due leave at once,
	// so that the stall does not cost rate. The gate keeps that in bounds.
	held    []time.Time
	asked   float64 // requests per second that the user allows; +Inf = no limit
	current float64
	reduced time.Time     // when the rate was last halved
	changed time.Time     // when current was last set, for the climb back
	earlier float64       // the rate a second or two before
	noted   time.Time     // when it was noted; the next one is a second later
	paused  time.Time     // nobody leaves before this
	rest    time.Duration // the last pause that the server did not ask for by itself
	// taken is what left and was not refused: what the server really takes,
	// where the asked-for rate is far above it.
	taken history

	ceiling float64   // 0 = the server never refused
	counted bool      // it was counted, and is no rate of ours
	careful float64   // the share of it by which the rate is raised a second, near it
	since   time.Time // the last refusal that moved it
	passed  int       // what left since and was not refused

	// Refusals that came soon after one another: how many, the ceiling that the
	// first of them told, and what the server took per second before the last.
	repeats   int
	top, took float64
	arbitrary bool    // the rate is taken not to be the reason
	share     float64 // of the last 64 requests or so, that were refused
	tolerated float64 // the share up to which that is believed
}

const (
	// How the rate comes back, in shares of the ceiling. It rises to just under
	// the ceiling within the time of the climb after the pause, or half of that
	// where refusals have told the ceiling; then to the ceiling, by a share of it
	// a second; then a little past it; and from there on by a share of itself. A
	// ceiling that was only guessed is nothing to be careful about.
	under   = 0.97
	climb   = 3 * time.Second
	explore = 0.005  // a second, up to the ceiling that one refusal has told, and past it …
	probe   = 0.0003 // … or up to one that several have told
	past    = 1.02
	forget  = 0.05 // of the rate, a second
	guess   = 0.2  // of the rate, a second

	// A refusal this soon after the last one, or after its pause, came at too high
	// a rate; the ceiling is closed in on from below.
	soon   = 20 * time.Second
	closer = 0.98

	// As much as before, but for the grain of counting, and enough to tell: a
	// share of the ceiling; of what was taken in longer times; and of the rate
	// below which that tells something else.
	asBefore     = 0.9
	asBeforeLong = 0.03
	distinct     = 0.85
	enough       = 10 // requests

	// The rate is not the reason: the server refuses at this share of what it
	// took, and takes so much less than before the last refusal. So many requests
	// without a refusal end that.
	deep   = 0.3
	fallen = 0.7
	calm   = 100

	slowest      = 0.2 // requests per second: a pace never stops by itself
	firstRest    = 500 * time.Millisecond
	longestRest  = 30 * time.Second
	shareHorizon = 64 // requests
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
	if p.ceiling > 0 {
		// What a stall has cost is not made up for: the server would take it for
		// too much.
		return p.limiter.ReserveN(now, 1).DelayFrom(now)
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
func (p *pace) departed(now time.Time) {
	p.taken.add(now, 1)
	p.share -= p.share / shareHorizon
	p.passed++
	if p.passed == calm {
		p.arbitrary = false
	}
}

// refuse is told that a request which left at left was refused, and for how
// long the server asked to be left alone; 0 = it did not say. It returns for
// how long nobody leaves now.
func (p *pace) refuse(now, left time.Time, told time.Duration) time.Duration {
	p.taken.add(now, -1)
	p.share += 1. / shareHorizon
	switch {
	case !left.After(p.reduced):
		// It left before the rate was halved: the same signal once more. But it
		// was counted as taken then.
		if p.counted && now.Sub(p.reduced) < time.Second {
			p.ceiling = math.Max(math.Min(p.ceiling, p.taken.perSecond(now)), slowest)
			p.set(now, math.Min(p.current, p.ceiling/2))
		}
	case p.arbitrary && p.share <= p.tolerated:
		p.passed = 0
	default:
		p.passed--
		told = p.yield(now, told)
	}
	if until := now.Add(told); until.After(p.paused) {
		p.paused = until
	}
	return max(p.paused.Sub(now), 0)
}

// yield makes room after a refusal that counts, and returns how long to pause.
func (p *pace) yield(now time.Time, told time.Duration) time.Duration {
	seen := p.taken.perSecond(now)
	rested := now.Sub(p.paused) < time.Second // the last second was not a full one
	closed := p.ceiling > 0 && p.passed <= 0  // the server has taken nothing since
	if p.rest = min(2*p.rest, longestRest); !closed {
		p.rest = firstRest
	}
	if told == 0 {
		told = p.rest
	}
	if seen >= p.current && now.Sub(p.reduced) < 1500*time.Millisecond {
		return told // it refuses for what it took before the rate was halved
	}
	if !closed {
		p.learn(now, seen, rested)
	}
	p.reduced = now
	if !p.arbitrary {
		// The places that were taken ahead at the old rate are given back.
		p.held, p.limiter = nil, rate.NewLimiter(0, 1)
		p.limiter.AllowN(now, 1)
		p.set(now, math.Max(math.Min(p.current, p.ceiling)/2, slowest))
	}
	return told
}

// learn sets the ceiling anew after a refusal. The server took seen requests in
// the last second, which was not a full one if the pace had rested in it.
func (p *pace) learn(now time.Time, seen float64, rested bool) {
	level, counted := p.current, false
	if p.current > p.ceiling && p.earlier > 0 && !rested {
		level = math.Min(level, p.earlier) // it refuses for what has reached it a while ago
	}
	// A count is coarser than the rate, so it must differ much.
	if far := seen < 0.93*level-1; (far && seen >= enough && !rested) || math.IsInf(level, 1) {
		level, counted = seen, true
	}
	long, known := p.taken.asBefore(now)
	took := float64(p.passed) / math.Max(now.Sub(p.since).Seconds(), 0.1)
	before := p.since
	if p.paused.After(before) {
		before = p.paused
	}
	again := now.Sub(before) < soon
	if !again {
		p.repeats, p.top = 0, 0
	}
	p.repeats++
	switch {
	case p.ceiling == 0 || p.arbitrary:
		p.arbitrary, p.careful = false, explore
		if counted && !p.taken.full(now) {
			p.careful = guess
		}
	case p.current <= deep*p.top && took < fallen*p.took:
		p.arbitrary, p.tolerated = true, 2*math.Max(p.share, 0.05)+0.05
		level, p.careful = p.top, explore
	case again && known && long < distinct*level && p.repeats <= 3:
		level, counted, p.careful = long, true, explore
	case p.careful == guess:
		p.careful = explore
	case level < asBefore*p.ceiling:
		p.careful = explore
		if p.passed >= enough {
			level = math.Min(took, level)
		}
	default:
		p.careful = probe
		if again {
			level *= closer
			p.careful = 2 * probe // it may be too close now
		}
	}
	p.top, p.took = math.Max(p.top, level), took
	p.counted = counted
	p.ceiling, p.since, p.passed = math.Max(level, slowest), now, 0
}

// recover raises the rate after a refusal, as far as the time since allows.
func (p *pace) recover(now time.Time) {
	if p.ceiling == 0 || p.current >= p.asked {
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
	case up < p.ceiling*under:
		step := p.ceiling / 2 * passed / climb.Seconds()
		if p.careful < explore {
			step *= 2
		}
		up = math.Min(up+step, p.ceiling*under)
	case p.careful == guess:
		up += up * guess * passed
	case up < p.ceiling:
		up += p.ceiling * p.careful * passed
	case up < p.ceiling*past:
		up += p.ceiling * explore * passed
	default:
		up += up * forget * passed
	}
	p.set(now, math.Min(up, p.asked))
}

func (p *pace) set(now time.Time, perSecond float64) {
	if now.Sub(p.noted) >= time.Second {
		p.earlier, p.noted = p.current, now
	}
	p.current, p.changed = perSecond, now
	p.limiter.SetLimitAt(now, limitOf(perSecond))
}
