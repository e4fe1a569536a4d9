package importer

import (
	"context"
	"math"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/time/rate"
)

func worstSecond(times []time.Time) int {
	worst, from := 0, 0
	for i, t := range times {
		for t.Sub(times[from]) >= time.Second {
			from++
		}
		worst = max(worst, i-from+1)
	}
	return worst
}

func TestPaceHoldsTheLimit(t *testing.T) {
	for _, perSecond := range []float64{0.5, 5, 20, 200, 1000} {
		synctest.Test(t, func(t *testing.T) {
			p := NewPace(perSecond)
			var left []time.Time
			for start := time.Now(); time.Since(start) < 20*time.Second; {
				if err := p.wait(t.Context()); err != nil {
					t.Fatal(err)
				}
				left = append(left, time.Now())
			}
			if mean := float64(len(left)) / 20; mean < perSecond*0.995 {
				t.Errorf("at %v/s: mean %v/s", perSecond, mean)
			}
			if worst := worstSecond(left); float64(worst) > math.Ceil(perSecond)+1 {
				t.Errorf("at %v/s: %d in one second", perSecond, worst)
			}
		})
	}
}

func TestPaceWaitsOutAPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPace(10)
		start := time.Now()
		p.refuse(start, start, 30*time.Second)
		p.refuse(start, start, 0) // a shorter pause does not end a longer one
		if err := p.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		if waited := time.Since(start); waited != 30*time.Second {
			t.Errorf("it waited %s, want 30s", waited)
		}
	})
}

// A refusal that comes while a row waits holds it, too.
func TestPauseHoldsTheOneThatWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPace(1)
		start := time.Now()
		time.AfterFunc(500*time.Millisecond, func() { p.refuse(start.Add(time.Millisecond), time.Now(), 10*time.Second) })
		for range 2 {
			if err := p.wait(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if waited := time.Since(start); waited < 10500*time.Millisecond {
			t.Errorf("the second left after %s", waited)
		}
	})
}

func TestPaceEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := NewPace(1)
		p.refuse(time.Now(), time.Now(), time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		if err := p.wait(ctx); err == nil {
			t.Error("it went on")
		}
	})
}

// Requests that left before the rate was halved tell nothing about the new
// rate, however many of them are refused.
func TestPaceHalvesOnceAWave(t *testing.T) {
	p := NewPace(100)
	start := time.Now()
	for range 8 {
		p.refuse(start, start.Add(time.Second), 0)
	}
	if at := p.limiter.Limit(); at != 50 {
		t.Errorf("%v/s after eight refusals of one wave, want 50", at)
	}
	p.refuse(start.Add(2*time.Second), start.Add(3*time.Second), 0)
	if at := p.limiter.Limit(); at != 25 {
		t.Errorf("%v/s after the next, want 25", at)
	}
}

// The rate is back at nine tenths of what was refused within seconds, takes half
// a minute to what was refused, and grows from there to what the user allows.
func TestPaceComesBack(t *testing.T) {
	p := NewPace(10)
	now := time.Now()
	p.refuse(now, now, 0)
	at := func(seconds float64) rate.Limit {
		until := now.Add(time.Duration((shortRest.Seconds() + seconds) * float64(time.Second)))
		for step := now; step.Before(until); step = step.Add(100 * time.Millisecond) {
			p.recover(step)
		}
		return p.limiter.Limit()
	}
	for _, tt := range []struct {
		seconds  float64
		from, to rate.Limit
	}{{0, 5, 5.01}, {1, 6.7, 7.1}, {3, 9, 9.1}, {30, 9.8, 10}, {60, 10, 10}} {
		if got := at(tt.seconds); got < tt.from || got > tt.to {
			t.Errorf("after %v s: %v/s, want %v to %v", tt.seconds, got, tt.from, tt.to)
		}
	}
}

// limiter is a server's idea of too many requests: how long to stay away; < 0 =
// the request is taken.
type limiter func(now time.Time) time.Duration

const taken = time.Duration(-1)

// fixedWindow takes n requests in every span that begins on a multiple of it.
func fixedWindow(n int, span time.Duration) limiter {
	window, count := int64(0), 0
	return func(now time.Time) time.Duration {
		if w := now.UnixNano() / int64(span); w != window {
			window, count = w, 0
		}
		if count++; count <= n {
			return taken
		}
		return time.Unix(0, (window+1)*int64(span)).Sub(now)
	}
}

// slidingWindow takes n requests in any span.
func slidingWindow(n int, span time.Duration) limiter {
	var last []time.Time
	return func(now time.Time) time.Duration {
		for len(last) > 0 && now.Sub(last[0]) >= span {
			last = last[1:]
		}
		if len(last) >= n {
			return last[0].Add(span).Sub(now)
		}
		last = append(last, now)
		return taken
	}
}

// tokenBucket holds burst requests and gets perSecond more every second.
func tokenBucket(perSecond rate.Limit, burst int) limiter {
	bucket := rate.NewLimiter(perSecond, burst)
	return func(now time.Time) time.Duration {
		r := bucket.ReserveN(now, 1)
		wait := r.DelayFrom(now)
		if wait == 0 {
			return taken
		}
		r.CancelAt(now)
		return wait
	}
}

// silent does not say how long; inSeconds says it in whole seconds.
func silent(l limiter) limiter {
	return func(now time.Time) time.Duration { return min(l(now), 0) }
}

func inSeconds(l limiter) limiter {
	return func(now time.Time) time.Duration {
		if wait := l(now); wait != taken {
			return (wait + time.Second - 1).Truncate(time.Second)
		}
		return taken
	}
}

// The pace finds what a server allows, however it counts: from half a minute
// after the first refusal on it has most of it, and is hardly refused.
func TestPaceAcrossServers(t *testing.T) {
	const second = time.Second
	for _, tt := range []struct {
		name   string
		asked  float64
		server limiter
		limit  float64
	}{
		{"fixed window", 20, silent(fixedWindow(10, second)), 10},
		{"fixed window, seconds", 200, inSeconds(fixedWindow(50, second)), 50},
		{"fixed window, just below", 20, inSeconds(fixedWindow(18, second)), 18},
		{"fixed window, far below", 200, silent(fixedWindow(10, second)), 10},
		{"sliding window", 200, silent(slidingWindow(50, second)), 50},
		{"sliding window, seconds", 10, inSeconds(slidingWindow(5, second)), 5},
		{"token bucket", 100, silent(tokenBucket(30, 30)), 30},
		{"token bucket, small", 20, inSeconds(tokenBucket(10, 3)), 10},
		{"no limit of ours", 0, silent(slidingWindow(100, second)), 100},
		{"long sliding window, seconds", 20, inSeconds(slidingWindow(100, 10*second)), 10},
		{"no limit of the server's", 20, tokenBucket(1000, 100), 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				kept, refused := visit(t, tt.asked, tt.server, 5*time.Minute, 30*second)
				kept /= tt.limit
				t.Logf("%.2f of the limit, %.2f %% refused", kept, 100*refused)
				if kept < 0.85 || refused > 0.02 {
					t.Error("want at least 0.85, at most 2 %")
				}
			})
		})
	}
}

// visit sends requests to a server for so long, eight at once and 50 ms away,
// and returns how many a second it took and what share it refused, from so long
// after its first refusal on.
func visit(t *testing.T, asked float64, server limiter, d, from time.Duration) (perSecond, refused float64) {
	var (
		p     = NewPace(asked)
		mu    sync.Mutex
		all   sync.WaitGroup
		width = make(chan struct{}, DefaultConcurrency)
		start = time.Now()
		first time.Time
		times []time.Time
		no    []bool
	)
	for time.Since(start) < d {
		width <- struct{}{}
		if err := p.wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		left := time.Now()
		all.Go(func() {
			defer func() { <-width }()
			time.Sleep(25 * time.Millisecond)
			mu.Lock()
			now := time.Now()
			wait := server(now)
			if times, no = append(times, now), append(no, wait != taken); wait != taken && first.IsZero() {
				first = now
			}
			mu.Unlock()
			time.Sleep(25 * time.Millisecond)
			if wait != taken {
				p.refuse(left, time.Now(), wait)
			}
		})
	}
	all.Wait()
	if first.IsZero() {
		first = start
	}
	n, bad := 0, 0
	for i, at := range times {
		if at.Sub(first) < from {
			continue
		}
		if n++; no[i] {
			bad++
		}
	}
	return float64(n-bad) / (d - first.Sub(start) - from).Seconds(), float64(bad) / float64(n)
}
