package importer

import (
	"math"
	"time"
)

// Widest is how many requests are under way at once at most where nobody has
// given a number.
const Widest = 64

// width says how many requests may be under way at once: the number that was
// given, or else what the rate needs. Little's law has it that a rate keeps rate
// × latency requests under way. So it begins low and grows, round by round,
// while all of it is in use and the rate needs more, and as long as the server
// answers as fast as before: one that gets slower has enough to do. Not safe for
// concurrent use.
type width struct {
	at    int
	fixed bool

	// The round: as many answers as may be under way.
	answers int
	sum     time.Duration // of their latencies
	full    bool          // all places were taken at some time
	fresh   bool          // at has just changed, and the answers are still of before

	// best is the mean latency of the fastest round since it was last at its
	// first, where the server has the least to do; 0 = there was none.
	best time.Duration
}

const (
	firstWidth = 5
	// A round that takes so much longer than the best, and this much, is slower;
	// by the second factor it is much slower.
	slower, muchSlower = 1.5, 2.5
	jitter             = 10 * time.Millisecond
	// Beside what Little's law says, for latencies that vary.
	spare = 1.25
)

// newWidth allows n requests at once; 0 = as many as are needed, up to Widest.
func newWidth(n int) *width {
	if n > 0 {
		return &width{at: n, fixed: true}
	}
	return &width{at: firstWidth}
}

// most is the largest number that at can ever be.
func (w *width) most() int {
	if w.fixed {
		return w.at
	}
	return Widest
}

// taken is told that all places are.
func (w *width) taken() { w.full = true }

// answered is told of every answer, how long it took, and the rate in force.
func (w *width) answered(latency time.Duration, perSecond float64) {
	if w.fixed {
		return
	}
	w.answers++
	w.sum += latency
	if w.answers < w.at {
		return
	}
	mean := w.sum / time.Duration(w.answers)
	if w.at == firstWidth && !w.fresh || mean < w.best {
		w.best = mean
	}
	above := func(factor float64) bool { return float64(mean) > factor*float64(w.best)+float64(jitter) }
	needed := math.Ceil(spare * perSecond * mean.Seconds())
	at := w.at
	switch {
	case w.fresh:
	case above(muchSlower):
		w.at = max(w.at*3/4, firstWidth)
	case w.full && !above(slower) && float64(w.at) < needed:
		w.at = min(2*w.at, int(math.Min(needed, Widest)))
	}
	w.answers, w.sum, w.full, w.fresh = 0, 0, false, w.at != at
}
