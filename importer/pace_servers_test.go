package importer

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// A limiter is a server's idea of too many requests. It is told of a request
// and says for how long to stay away if it refuses it; 0 = it does not say.
type limiter interface {
	take(now time.Time) (ok bool, wait time.Duration)
}

// fixedWindow takes n requests in every span that begins on a multiple of it.
type fixedWindow struct {
	n      int
	span   time.Duration
	window int64
	taken  int
}

func (f *fixedWindow) take(now time.Time) (bool, time.Duration) {
	if w := now.UnixNano() / int64(f.span); w != f.window {
		f.window, f.taken = w, 0
	}
	if f.taken++; f.taken > f.n {
		return false, time.Unix(0, (f.window+1)*int64(f.span)).Sub(now)
	}
	return true, 0
}

// slidingWindow takes n requests in any span.
type slidingWindow struct {
	n     int
	span  time.Duration
	taken []time.Time
}

func (s *slidingWindow) take(now time.Time) (bool, time.Duration) {
	for len(s.taken) > 0 && now.Sub(s.taken[0]) >= s.span {
		s.taken = s.taken[1:]
	}
	if len(s.taken) >= s.n {
		return false, s.taken[0].Add(s.span).Sub(now)
	}
	s.taken = append(s.taken, now)
	return true, 0
}

// tokenBucket holds burst requests and gets perSecond more every second.
type tokenBucket struct {
	perSecond, burst float64
	tokens           float64
	last             time.Time
}

func (b *tokenBucket) take(now time.Time) (bool, time.Duration) {
	if b.last.IsZero() {
		b.tokens = b.burst
	} else {
		b.tokens = math.Min(b.burst, b.tokens+b.perSecond*now.Sub(b.last).Seconds())
	}
	b.last = now
	if b.tokens < 1 {
		return false, time.Duration((1 - b.tokens) / b.perSecond * float64(time.Second))
	}
	b.tokens--
	return true, 0
}

// whim refuses a share of all requests, however many there are.
type whim struct {
	share float64
	rnd   *rand.Rand
}

func (w *whim) take(time.Time) (bool, time.Duration) {
	return w.rnd.Float64() >= w.share, time.Second
}

// The forms of a Retry-After.
type (
	silent  struct{ limiter } // there is none
	seconds struct{ limiter } // whole seconds
	date    struct{ limiter } // a date, which is whole seconds as well
)

func (s silent) take(now time.Time) (bool, time.Duration) {
	ok, _ := s.limiter.take(now)
	return ok, 0
}

func (s seconds) take(now time.Time) (bool, time.Duration) {
	ok, wait := s.limiter.take(now)
	return ok, (wait + time.Second - 1).Truncate(time.Second)
}

func (d date) take(now time.Time) (bool, time.Duration) {
	ok, wait := d.limiter.take(now)
	at := now.Add(wait).Truncate(time.Second).Add(time.Second)
	return ok, at.Sub(now)
}

// then is another server from a time on.
type then struct {
	before, after limiter
	from          time.Time
	at            time.Duration
}

func (t *then) take(now time.Time) (bool, time.Duration) {
	if t.from.IsZero() {
		t.from = now
	}
	if now.Sub(t.from) < t.at {
		return t.before.take(now)
	}
	return t.after.take(now)
}

func mean(counts []int, from, to int) float64 {
	n := 0
	for _, c := range counts[from:to] {
		n += c
	}
	return float64(n) / float64(to-from)
}

// The pace finds out by itself what a server allows, whatever way it counts,
// and lives with it.
func TestPaceAcrossServers(t *testing.T) {
	second, ten := time.Second, 10*time.Second
	lasting := func(share float64, seed uint64) limiter { return &whim{share, rand.New(rand.NewPCG(1, seed))} }
	for _, tt := range []struct {
		name     string
		asked    float64
		server   limiter
		limit    float64 // what can be had; 0 = no refusals are expected
		from     int     // the second from which on it is had
		atLeast  float64 // share of limit; 0 = 0.95
		refusals float64 // share of all requests; 0 = 0.01
		stalls   bool
	}{
		{name: "none", asked: 20, server: &tokenBucket{perSecond: 1000, burst: 100}, limit: 20, from: 1, atLeast: 0.99, refusals: 1e-9},
		{name: "fixed window", asked: 200, server: silent{&fixedWindow{n: 50, span: second}}, limit: 50, from: 10},
		{name: "fixed window, seconds", asked: 200, server: seconds{&fixedWindow{n: 50, span: second}}, limit: 50, from: 10},
		{name: "fixed window, date", asked: 200, server: date{&fixedWindow{n: 50, span: second}}, limit: 50, from: 10},
		{name: "fixed window, just below", asked: 20, server: seconds{&fixedWindow{n: 18, span: second}}, limit: 18, from: 10},
		{name: "fixed window, far below", asked: 1000, server: silent{&fixedWindow{n: 10, span: second}}, limit: 10, from: 10},
		{name: "sliding window", asked: 200, server: silent{&slidingWindow{n: 50, span: second}}, limit: 50, from: 10},
		{name: "sliding window, seconds", asked: 1000, server: seconds{&slidingWindow{n: 100, span: second}}, limit: 100, from: 10},
		{name: "sliding window, date", asked: 20, server: date{&slidingWindow{n: 10, span: second}}, limit: 10, from: 10},
		{name: "token bucket", asked: 100, server: silent{&tokenBucket{perSecond: 30, burst: 30}}, limit: 30, from: 10},
		// One that refuses after three requests has told little by that.
		{name: "token bucket, small", asked: 100, server: seconds{&tokenBucket{perSecond: 30, burst: 3}}, limit: 30, from: 10, atLeast: 0.9},
		{name: "token bucket, large", asked: 100, server: seconds{&tokenBucket{perSecond: 30, burst: 300}}, limit: 30, from: 20},
		{name: "token bucket, date", asked: 50, server: date{&tokenBucket{perSecond: 30, burst: 10}}, limit: 30, from: 10},
		{name: "no limit of ours", asked: 0, server: silent{&slidingWindow{n: 300, span: second}}, limit: 300, from: 10},
		{name: "no limit of ours, seconds", asked: 0, server: seconds{&tokenBucket{perSecond: 100, burst: 50}}, limit: 100, from: 10},
		// One that does not say when its window is over has to be asked.
		{name: "long fixed window", asked: 20, server: silent{&fixedWindow{n: 100, span: ten}}, limit: 10, from: 60, atLeast: 0.9, refusals: 0.02},
		{name: "long fixed window, seconds", asked: 20, server: seconds{&fixedWindow{n: 100, span: ten}}, limit: 10, from: 60, atLeast: 0.9},
		{name: "long sliding window", asked: 20, server: seconds{&slidingWindow{n: 100, span: ten}}, limit: 10, from: 60, atLeast: 0.9},
		{name: "busy machine", asked: 200, server: silent{&slidingWindow{n: 50, span: second}}, limit: 50, from: 15, atLeast: 0.85, stalls: true},
		{name: "busy machine, seconds", asked: 100, server: seconds{&slidingWindow{n: 20, span: second}}, limit: 20, from: 15, atLeast: 0.85, stalls: true},
		{name: "lowered", asked: 200, server: &then{before: seconds{&slidingWindow{n: 100, span: second}}, after: seconds{&slidingWindow{n: 20, span: second}}, at: 60 * second},
			limit: 20, from: 75, atLeast: 0.93},
		{name: "raised", asked: 200, server: &then{before: seconds{&slidingWindow{n: 20, span: second}}, after: seconds{&slidingWindow{n: 100, span: second}}, at: 30 * second},
			limit: 100, from: 180},
		{name: "a tenth at random", asked: 20, server: silent{lasting(0.1, 1)}, limit: 18, from: 30, atLeast: 0.9, refusals: 0.15},
		{name: "a tenth at random, once more", asked: 20, server: silent{lasting(0.1, 2)}, limit: 18, from: 30, atLeast: 0.9, refusals: 0.15},
		{name: "a tenth at random, and again", asked: 20, server: silent{lasting(0.1, 3)}, limit: 18, from: 30, atLeast: 0.9, refusals: 0.15},
		{name: "a tenth at random, seconds", asked: 20, server: seconds{lasting(0.1, 1)}, limit: 18, from: 30, atLeast: 0.3, refusals: 0.15},
		{name: "a tenth at random, no limit of ours", asked: 0, server: silent{lasting(0.1, 1)}, limit: 100, from: 60, atLeast: 0.9, refusals: 0.15},
		{name: "a third at random", asked: 20, server: silent{lasting(0.3, 1)}, limit: 14, from: 40, atLeast: 0.7, refusals: 0.4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			const end = 240
			w := road{asked: tt.asked, width: 64, latency: 50 * time.Millisecond, server: tt.server, stalls: tt.stalls}
			taken, refused := make([]int, end+5), make([]int, end+5)
			var later []time.Time // after the first refusal; before it the gate holds the limit
			refusals := false
			for _, a := range w.visit(end * time.Second) {
				if refusals = refusals || !a.ok; refusals {
					later = append(later, time.Time{}.Add(a.at))
				}
				if a.ok {
					taken[int(a.at.Seconds())]++
				} else {
					refused[int(a.at.Seconds())]++
				}
			}
			had, no := mean(taken, tt.from, end), mean(refused, tt.from, end)
			t.Logf("%.1f taken and %.2f refused a second, %.0f are allowed; at first %v", had, no, tt.limit, taken[:20])
			if worst := worstSecond(later); tt.asked > 0 && !tt.stalls && float64(worst) > tt.asked+2 {
				t.Errorf("%d in one second, at %g/s", worst, tt.asked)
			}
			least, most := tt.atLeast, tt.refusals
			if least == 0 {
				least = 0.95
			}
			if most == 0 {
				most = 0.01
			}
			if had < least*tt.limit {
				t.Errorf("%.1f a second from the %dth on, want %.2f of %.0f", had, tt.from, least, tt.limit)
			}
			if share := no / (no + had); share > most {
				t.Errorf("%.2f %% are refused, want %.2f %% at most", 100*share, 100*most)
			}
		})
	}
}
