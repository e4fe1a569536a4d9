package importer

import (
	"math"
	"time"
)

// history counts by the tenth of a second for a second, and by the second for a
// minute. Time is counted from the first moment that it is told of, so that
// setting the system's clock does not move it.
type history struct {
	zero    time.Time
	tenth   int64 // the tenth of a second since zero that tenths[tenth%10] stands for
	tenths  [10]int
	seconds [61]int
	before  [len(longer)]float64 // what was taken in each of the longer times at the last refusal
}

// longer are the times, in seconds, over which servers count if it is more than
// one.
var longer = [...]int64{10, 60}

func (h *history) add(now time.Time, n int) {
	h.advance(now)
	h.tenths[h.tenth%10] += n
	h.seconds[h.tenth/10%int64(len(h.seconds))] += n
}

// perSecond is the rate of the last second. The tenths cover a little less than
// that, as the newest of them is not over yet.
func (h *history) perSecond(now time.Time) float64 {
	h.advance(now)
	n := 0
	for _, c := range h.tenths {
		n += c
	}
	covered := 0.9 + float64(now.Sub(h.zero).Milliseconds()%100)/1000
	return math.Max(float64(n)/covered, 0)
}

// full tells whether a second has passed since the first request.
func (h *history) full(now time.Time) bool { return now.Sub(h.zero) >= time.Second }

// asBefore is asked at every refusal, and finds the shortest of the longer times
// in which as much was taken as before the last refusal. It returns the rate of
// that.
func (h *history) asBefore(now time.Time) (perSecond float64, ok bool) {
	h.advance(now)
	// The newest second is not over yet; the oldest makes up for it.
	rest := 1 - float64(now.Sub(h.zero).Milliseconds()%1000)/1000
	for i, w := range longer {
		n := float64(h.last(w)) + rest*float64(h.last(w+1)-h.last(w))
		if !ok && now.Sub(h.zero) >= time.Duration(w)*time.Second && n >= 2*enough && math.Abs(n-h.before[i]) <= asBeforeLong*n+1 {
			perSecond, ok = n/float64(w), true
		}
		h.before[i] = n
	}
	return perSecond, ok
}

// last is what was taken in the newest so many seconds.
func (h *history) last(seconds int64) (n int) {
	for s := range seconds {
		n += h.seconds[(h.tenth/10+int64(len(h.seconds))-s)%int64(len(h.seconds))]
	}
	return n
}

func (h *history) advance(now time.Time) {
	if h.zero.IsZero() {
		h.zero = now
	}
	tenth := now.Sub(h.zero).Milliseconds() / 100
	if tenth-h.tenth > 600 {
		h.tenth, h.tenths, h.seconds = tenth, [10]int{}, [61]int{}
	}
	for h.tenth < tenth {
		if h.tenth++; h.tenth%10 == 0 {
			h.seconds[h.tenth/10%int64(len(h.seconds))] = 0
		}
		h.tenths[h.tenth%10] = 0
	}
}
