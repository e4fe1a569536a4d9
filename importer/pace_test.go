package importer

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"
)

// drive lets requests leave as fast as the pace allows, for a time, against a
// server that takes limit requests in any second; 0 = all. It returns when each
// request left and how many were refused.
func drive(p *pace, start time.Time, d time.Duration, limit int) (left []time.Time, refused int) {
	now := start
	var accepted []time.Time
	for now.Before(start.Add(d)) {
		if wait := p.next(now); wait > 0 {
			_, pausing := p.pausing(now)
			now = now.Add(wait)
			if pausing {
				continue
			}
		}
		p.departed(now)
		left = append(left, now)
		if n := len(accepted); limit > 0 && n >= limit && now.Sub(accepted[n-limit]) < time.Second {
			refused++
			p.refuse(now, now, 100*time.Millisecond)
			continue
		}
		accepted = append(accepted, now)
	}
	return left, refused
}

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
		p := newPace(perSecond)
		left, _ := drive(p, time.Unix(1_700_000_000, 0), 20*time.Second, 0)
		if mean := float64(len(left)) / 20; mean < perSecond*0.995 {
			t.Errorf("at %v/s: mean %v/s", perSecond, mean)
		}
		if worst := worstSecond(left); float64(worst) > math.Ceil(perSecond)+1 {
			t.Errorf("at %v/s: %d in one second", perSecond, worst)
		}
	}
}

func TestPaceFindsAHiddenLimit(t *testing.T) {
	for _, tt := range []struct {
		asked  float64
		hidden int
	}{{200, 50}, {1000, 100}, {20, 10}, {0.0, 300}} {
		p := newPace(tt.asked)
		start := time.Unix(1_700_000_000, 0)
		if tt.asked == 0 {
			// Without a limit the test's server answers at once and time stands
			// still, so the asked-for rate is merely far above.
			p = newPace(5000)
		}
		_, first := drive(p, start, 10*time.Second, tt.hidden)
		left, refused := drive(p, start.Add(10*time.Second), 60*time.Second, tt.hidden)
		got := float64(len(left)-refused) / 60
		if got < 0.95*float64(tt.hidden) {
			t.Errorf("asked %v, hidden %d: %v/s after ten seconds", tt.asked, tt.hidden, got)
		}
		if share := float64(refused) / float64(len(left)); share > 0.01 {
			t.Errorf("asked %v, hidden %d: %.2f %% refused (%d at first)", tt.asked, tt.hidden, 100*share, first)
		}
	}
}

func TestPaceWaitsOutAPause(t *testing.T) {
	p := newPace(10)
	start := time.Unix(1_700_000_000, 0)
	p.refuse(start, start, 30*time.Second)
	left, _ := drive(p, start, 60*time.Second, 0)
	if first := left[0].Sub(start); first < 30*time.Second {
		t.Errorf("a request left %s after the server asked for 30 s", first)
	}
}

// Requests that left before the rate was halved say nothing about the new
// rate, however many of them are refused.
func TestPaceHalvesOnceForRequestsUnderWay(t *testing.T) {
	p := newPace(100)
	start := time.Unix(1_700_000_000, 0)
	for range 8 {
		p.refuse(start.Add(time.Second), start, 0)
	}
	if p.current != 50 {
		t.Errorf("rate is %v/s after eight refusals of one moment, want 50", p.current)
	}
}

// After a slow disk all that waited for it reach the gate at once; no second
// may have more departures for that.
func TestGateHoldsTheWindowAfterAStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perSecond = 50
		g := newGate(perSecond)
		var left []time.Time
		pass := func() {
			at, err := g.pass(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			left = append(left, at)
		}
		for range 100 {
			time.Sleep(time.Second / perSecond)
			pass()
		}
		time.Sleep(500 * time.Millisecond) // the stall …
		for range 200 {                    // … and the crowd behind it
			pass()
		}
		if worst := worstSecond(left); worst > perSecond {
			t.Errorf("%d in one second, want at most %d", worst, perSecond)
		}
	})
}

func TestGateEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := newGate(1)
		ctx, cancel := context.WithCancel(context.Background())
		if _, err := g.pass(ctx); err != nil {
			t.Fatal(err)
		}
		cancel()
		if _, err := g.pass(ctx); err == nil {
			t.Error("passed after the context ended")
		}
	})
}
