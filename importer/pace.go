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
// What the server allows is not known, nor how it counts, so every refusal (429)
// is a measurement of it. The rate is halved at once, climbs back within a second
// to just under the ceiling, the level that the refusals have told, and goes on
// from there to a little past it: within seconds as long as the ceiling is no
// more than a guess, within minutes once a refusal close to it has confirmed it.
// Where none comes the server allows more, and the rate grows until one does.
//
// How the ceiling is measured is said at [pace.learn]. Two servers are not
// measured so: one that stays shut for longer than a second counts over a longer
// time, and allows what it took in that; and one that refuses a share of all
// requests while it is busy, however few they are, is asked as before, until that
// share grows.
type pace struct {
	limiter *rate.Limiter
	// held are places that were taken ahead of time, oldest first: after a
	// stall (a slow disk, a busy machine) those that are due leave at once,
	// so that the stall does not cost rate. The gate keeps that in bounds.
	held    []time.Time
	asked   float64 // requests per second that the user allows; +Inf = no limit
	current float64
	changed time.Time     // when current was last set, for the climb back
	paused  time.Time     // nobody leaves before this
	rest    time.Duration // the last pause that the server did not ask for by itself
	taken   history       // what left and was not refused

	ceiling float64 // 0 = the server never refused
	visit   float64 // seconds from just under the ceiling to a little past it
	wary    float64 // the shortest of them; more with every refusal
	growth  float64 // the share of the rate by which it grows a second past that

	// The last refusal that told something.
	refused time.Time           // when that request left
	reduced time.Time           // when the rate was halved for it
	was     float64             // the rate
	counts  [len(spans)]float64 // what the server had taken in each of the spans before
	first   bool                // it was the first of all
	delay   time.Duration       // from when it left until its answer came
	shut    time.Duration       // for how long the server took nothing
	long    int                 // the span that the server counts over, where it is more than a second

	// Refusals whose reason is not the rate.
	passed    int     // what left since the last one, and was not refused
	row       int     // of refusals with few requests between them
	top, took float64 // the most that the server took meanwhile, in a second, and per second between two
	arbitrary bool    // the rate is taken not to be the reason
	share     float64 // of the last 64 requests or so, that were refused
	tolerated float64 // the share up to which that is believed
}

// spans are the times over which servers count.
var spans = [...]time.Duration{time.Second, 10 * time.Second, time.Minute}

const (
	// The part of the way back that is gone slowly, in shares of the ceiling, from
	// where on in it a refusal is expected, and the time of the climb to it.
	under    = 0.975
	past     = 1.025
	expected = 0.985
	climb    = time.Second

	// How long that part takes, in seconds: after a first guess; after one that was
	// little more than none; and once the ceiling is confirmed, where it is also so
	// many requests, and so many times what a refusal costs.
	guessed, unknown = 2., 1.
	confirmed        = 60.
	confirmedBy      = 600
	dear, dearLate   = 90, 200
	warier           = 2 // for every refusal

	// Past it the rate grows by a share of itself a second, less after every
	// refusal, and more the longer none comes; but not faster than with so many
	// requests, or than answers come back.
	careful, bold = 0.3, 1.4
	tamed, tame   = 0.2, 0.05
	perRequest    = 0.2
	perAnswer     = 0.5

	enough = 10  // requests, to tell something
	far    = 1.5 // past the ceiling

	// Shares by which counts and rates are compared, and the requests by which a
	// count of a second may be wrong.
	asBefore    = 0.03 // as many, but for the grain of counting
	coarse      = 1.6
	alikeLong   = 0.8 // as many, in a time that may have begun anew
	otherRate   = 0.3
	wellBelow   = 0.9
	littleBelow = 0.95
	lostAfter   = 0.12 // of a ceiling that held for a second

	// The rate is not the reason: so many refusals in a row with half as many
	// requests between them as end that, down to that share of what was taken.
	inARowAtWhim = 4
	calm         = 100
	deep         = 0.3
	fallen       = 0.7

	slowest      = 0.2                    // requests per second: a pace never stops by itself
	shortestRest = 100 * time.Millisecond // the time of so many requests, but not less …
	restFor      = 5
	firstRest    = 500 * time.Millisecond // … and not more, at first
	longestRest  = 10 * time.Second
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
	p.taken.add(left, -1)
	p.share += 1. / shareHorizon
	switch {
	case !left.After(p.reduced):
		// It left before the rate was halved: the same signal once more. But it
		// was counted as taken then.
		if p.first {
			p.count(p.refused)
			p.ceiling = p.guess()
			if p.long > 0 {
				p.ceiling, p.visit = max(min(p.ceiling, p.over(p.long)), slowest), spans[p.long].Seconds()
			}
			p.set(now, max(min(p.was, p.ceiling)/2, slowest))
		}
	case p.arbitrary && p.share <= p.tolerated:
		p.passed = 0
	default:
		p.passed--
		told = p.yield(now, left, told)
	}
	if until := now.Add(told); until.After(p.paused) {
		p.paused = until
	}
	return max(p.paused.Sub(now), 0)
}

// yield makes room after a refusal that counts, and returns how long to pause.
func (p *pace) yield(now, left time.Time, told time.Duration) time.Duration {
	if p.ceiling > 0 && p.taken.count(p.paused, left) <= 0 { // it has taken nothing since the pause
		p.rest, p.first = min(2*p.rest, longestRest), false
	} else {
		p.learn(left)
		p.refused, p.delay, p.passed = left, now.Sub(left), 0
		p.rest = time.Duration(restFor / p.ceiling * float64(time.Second))
		p.rest = min(max(p.rest, shortestRest), firstRest)
	}
	known := now.Add(told).Sub(p.refused) // for so long it takes nothing
	if told == 0 {
		told, known = p.rest, left.Sub(p.refused)
	}
	p.shut = now.Add(told).Sub(p.refused)
	for i := 1; i < len(spans); i++ {
		if known > spans[i-1]+time.Second+p.delay {
			p.long = i
			p.visit = max(p.visit, spans[i].Seconds())
			p.ceiling = max(min(p.ceiling, p.over(i)), slowest)
		}
	}
	p.reduced = now
	if !p.arbitrary {
		// The places that were taken ahead at the old rate are given back.
		p.held, p.limiter = nil, rate.NewLimiter(0, 1)
		p.limiter.AllowN(now, 1)
		p.set(now, max(min(p.current, p.ceiling)/2, slowest))
	}
	return told
}

// count counts what the server had taken when it refused the request that left
// at left.
func (p *pace) count(left time.Time) {
	for i, span := range spans {
		p.counts[i] = float64(p.taken.count(left.Add(-span-grain), left))
	}
}

// over is how many it took in one of the spans, per second of it.
func (p *pace) over(span int) float64 { return p.counts[span] / spans[span].Seconds() }

// learn sets the ceiling anew after a refusal. It can be one of two kinds of
// servers. One counts what comes in a second: then the count of the last second
// is what it allows. The other has a bucket that leaks, and refuses when that is
// full: then two refusals tell how fast it leaks, as it was equally full at
// both. Neither can be told from the other by one refusal, nor is either exact, as
// windows may begin anew at any time, and other clients use the same limit. So the
// ceiling is set to what both allow for, and the next refusal, or none, tells more.
func (p *pace) learn(left time.Time) {
	before, was := p.counts, p.was
	p.count(left)
	at, second := p.current, p.over(0)
	p.was, p.first = at, p.ceiling == 0
	took := float64(p.passed) / max(left.Sub(p.refused).Seconds(), 0.1)
	if p.passed >= calm/2 {
		p.row, p.top, p.took = 0, 0, 0
	}
	p.row++
	if p.first {
		p.ceiling, p.wary = p.guess(), guessed*warier
		return
	}
	p.growth = max(p.growth*tamed, tame)
	whole := left.Sub(p.paused) >= time.Second // a second without a pause
	if whole {
		p.wary = min(p.wary*warier, p.slow())
	}
	leak := p.taken.leak(p.refused, left)

	// It refuses for what has reached it a while ago; and a count tells more than
	// the rate only where it is far from it.
	level := at - p.rise()
	if whole && second < level-asBefore*level-coarse {
		level = second
	}
	long := p.long > 0 && p.counts[p.long] >= alikeLong*before[p.long]
	p.visit = p.wary
	switch {
	case p.arbitrary: // its share of refusals has grown: the rate counts again
		p.arbitrary = false
	case p.row >= inARowAtWhim && at <= deep*p.top && took < fallen*p.took: // less and less, whatever the rate
		p.arbitrary, p.tolerated = true, min(2*max(p.share, 0.05)+0.05, 0.5)
		level = p.top
	case long: // as many as before in the time that it counts over
		level, p.visit = p.over(p.long), p.slow()
	case math.Abs(was-at) > otherRate*at && math.Abs(second-before[0]) <= asBefore*second+1 && second < wellBelow*level:
		level = second // as many in a second as before, at quite another rate
	case at > far*p.ceiling: // it allows much more: at least what it took, at most the rate
		level = (max(second, below(leak, at)) + at) / 2
	case at > past*p.ceiling: // it allows a little more
		level = max(min(second, at), below(leak, at))
	case at >= expected*p.ceiling: // confirmed
		p.visit = p.slow()
	case whole && level < littleBelow*at: // it allows what it took in the last second
	default: // it allows less than the ceiling, and at least as much as it took
		low := below(leak, level)
		if low == 0 {
			low = took
		}
		low = (min(low, level) + level) / 2
		if whole { // and the less is not much, the longer it took that
			low = max(low, level*(1-lostAfter/left.Sub(p.paused).Seconds()))
		}
		level = low
	}
	if !long {
		p.long = 0
	}
	p.top, p.took = max(p.top, min(level, second)), max(p.took, took)
	p.ceiling = max(level, slowest)
}

// below is v if it is not above limit, which it makes no sense above, and 0
// otherwise.
func below(v, limit float64) float64 {
	if v > limit {
		return 0
	}
	return v
}

// guess is the ceiling after the first refusal. What it took in the last second
// is what it allows, or else it has taken too little to tell more than that it is
// somewhere between that and the rate.
func (p *pace) guess() float64 {
	second, at := p.over(0), min(p.was, 1000)
	p.visit, p.growth = guessed, careful
	if second < enough && second < at {
		p.visit, p.growth = unknown, bold
		if second = math.Sqrt(second * at); second == 0 {
			second = at
		}
	}
	level := max(min(second, at), slowest)
	p.top = min(level, p.over(0))
	return level
}

// slow is how many seconds a visit to a ceiling takes that is confirmed: the
// refusal at its end costs a pause, and all that is under way then.
func (p *pace) slow() float64 {
	return max(confirmed, confirmedBy/p.ceiling, dear*min(p.shut.Seconds(), 2), dearLate*p.delay.Seconds())
}

// rise is by how much the rate rose in the last second, close to the ceiling.
func (p *pace) rise() float64 {
	if p.current < p.ceiling*under || p.current > p.ceiling*past {
		return 0
	}
	return min(p.ceiling*(past-under)/p.visit, p.current-p.ceiling*under)
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
	if passed < 0.01 {
		return
	}
	up := p.current
	switch {
	case up < p.ceiling*under:
		up = min(up+p.ceiling/2*passed/climb.Seconds(), p.ceiling*under)
	case up < p.ceiling*past:
		up += p.ceiling * (past - under) / p.visit * passed
	case float64(p.taken.count(now.Add(-time.Second), now)) < up/2-1:
		// Something else limits what leaves, so nothing is learned.
	default:
		up += up * passed * min(p.growth, perRequest*up+0.1, perAnswer/max(p.delay.Seconds(), 0.01))
		p.growth = min(p.growth*(1+passed/2), bold)
		if up > far*p.ceiling {
			p.wary, p.long = guessed*warier, 0
		}
	}
	p.set(now, min(up, p.asked))
}

func (p *pace) set(now time.Time, perSecond float64) {
	p.current, p.changed = perSecond, now
	p.limiter.SetLimitAt(now, limitOf(perSecond))
}
