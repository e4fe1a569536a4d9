package sandbox

import (
	"math/bits"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// rule is a fault in force.
type rule struct {
	Fault
	deed *deed
	text string
	seed uint64

	// What the value says.
	shortest, longest time.Duration
	limiter           *rate.Limiter

	seen   atomic.Int64 // requests that met Target, Reused and Match
	struck atomic.Int64
}

// rules are the faults in force, in order.
type rules []*rule

// strike returns the faults that strike a request: all that hold it back, and
// the first of the others.
func (rs rules) strike(req *Request) (delays []blow, fault *blow) {
	for _, r := range rs {
		if fault != nil && !r.deed.delays {
			// An earlier fault has struck; this one still counts the request.
			r.meets(req)
			continue
		}
		b, ok := r.strike(req)
		switch {
		case !ok:
		case r.deed.delays:
			delays = append(delays, b)
		default:
			fault = &b
		}
	}
	return delays, fault
}

// blow is one fault striking one request.
type blow struct {
	*rule
	n    int64         // which of the requests that the rule has seen
	wait time.Duration // of a rate limit: until there is room
}

// strike decides on a request by everything but what becomes of it.
func (r *rule) strike(req *Request) (blow, bool) {
	n, ok := r.meets(req)
	if !ok {
		return blow{}, false
	}
	b := blow{rule: r, n: n}
	k := n - int64(max(r.First, 1)) + 1 // counted from the first to be struck
	switch {
	case k < 1, r.Last > 0 && n > int64(r.Last):
		return b, false
	case r.Every > 1 && k%int64(r.Every) != 0:
		return b, false
	case r.Share > 0 && r.dice(n) >= r.Share:
		return b, false
	}
	if r.limiter != nil {
		if r.limiter.Allow() {
			return b, false
		}
		missing := 1 - r.limiter.Tokens()
		b.wait = time.Duration(missing / float64(r.limiter.Limit()) * float64(time.Second))
	}
	if struck := r.struck.Add(1); r.Times > 0 && struck > int64(r.Times) {
		return b, false
	}
	return b, true
}

// meets counts the request if it meets the restrictions, and says which it is.
func (r *rule) meets(req *Request) (n int64, ok bool) {
	t := r.Target
	switch {
	case t.CustomerId != "" && t.CustomerId != req.Target.CustomerId,
		t.ViewingId != "" && t.ViewingId != req.Target.ViewingId,
		t.TimeSlotId != "" && t.TimeSlotId != req.Target.TimeSlotId,
		r.Reused && !req.Reused,
		r.Match != nil && !r.Match(*req):
		return 0, false
	}
	return r.seen.Add(1), true
}

// dice throws for the n-th request: a number from 0 up to 1, the same each
// time for the same seed.
func (r *rule) dice(n int64) float64 {
	return float64(mix(r.seed+uint64(n))>>11) / (1 << 53)
}

// delay is how long a latency lasts for the n-th request.
func (b blow) delay() time.Duration {
	spread := uint64(b.longest - b.shortest)
	hi, _ := bits.Mul64(mix(^b.seed+uint64(b.n)), spread+1)
	return b.shortest + time.Duration(hi)
}

// mix is SplitMix64's finaliser over a counter: one to one, and well scattered.
func mix(n uint64) uint64 {
	z := n * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
