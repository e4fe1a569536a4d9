package importer

import (
	"math"
	"time"
)

// history is what left in the last minute and was not refused, counted by the
// hundredth of a second. Time is counted from the first moment that it is told
// of, so that setting the system's clock does not move it.
type history struct {
	zero   time.Time
	newest int64        // the hundredth since zero that was written last
	counts [1 << 13]int // of the hundredth n at n modulo the length, which is a little more than a minute
}

const (
	grain   = 10 * time.Millisecond
	horizon = time.Minute
)

// slot is the hundredth of a second that t is in.
func (h *history) slot(t time.Time) int64 { return int64(t.Sub(h.zero) / grain) }

func (h *history) at(slot int64) *int { return &h.counts[slot&int64(len(h.counts)-1)] }

// add counts n more at a time that is not long ago.
func (h *history) add(t time.Time, n int) {
	if h.zero.IsZero() {
		h.zero = t
	}
	slot := h.slot(t)
	if slot-h.newest > int64(len(h.counts)) {
		h.newest = slot - int64(len(h.counts))
	}
	for h.newest < slot {
		h.newest++
		*h.at(h.newest) = 0
	}
	if slot >= h.oldest() {
		*h.at(slot) += n
	}
}

// oldest is the hundredth of a second that is the oldest known.
func (h *history) oldest() int64 { return max(h.newest-int64(horizon/grain), 0) }

// count is how many there were from one time to another, the last included.
func (h *history) count(from, to time.Time) (n int) {
	for s := max(h.slot(from)+1, h.oldest()); s <= min(h.slot(to), h.newest); s++ {
		n += *h.at(s)
	}
	return n
}

// leak returns the rate at which a bucket leaks that everything was poured
// into, and that was equally full at two times: that of a server which refused
// at both because its bucket was full, however large it is.
func (h *history) leak(one, two time.Time) float64 {
	if h.slot(one) < h.oldest() {
		return math.Inf(1)
	}
	first, last := h.slot(one), min(h.slot(two), h.newest)
	full := func(perSecond float64) (then, now float64) {
		for s := h.oldest(); s <= last; s++ {
			now = max(now-perSecond*grain.Seconds(), 0) + float64(*h.at(s))
			if s == first {
				then = now
			}
		}
		return then, now
	}
	low, high := 0., float64(h.count(one, two))/grain.Seconds()
	for range 30 {
		middle := (low + high) / 2
		if then, now := full(middle); now > then {
			low = middle
		} else {
			high = middle
		}
	}
	return low
}
