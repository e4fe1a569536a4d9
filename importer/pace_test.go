package importer

import (
	"context"
	"math"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"
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
		p := newPace(perSecond)
		start := time.Unix(1_700_000_000, 0)
		var left []time.Time
		for now := start; now.Before(start.Add(20 * time.Second)); {
			now = now.Add(max(p.next(now), 0))
			p.departed(now)
			left = append(left, now)
		}
		if mean := float64(len(left)) / 20; mean < perSecond*0.995 {
			t.Errorf("at %v/s: mean %v/s", perSecond, mean)
		}
		if worst := worstSecond(left); float64(worst) > math.Ceil(perSecond)+1 {
			t.Errorf("at %v/s: %d in one second", perSecond, worst)
		}
	}
}

func TestPaceWaitsOutAPause(t *testing.T) {
	p := newPace(10)
	start := time.Unix(1_700_000_000, 0)
	p.departed(start)
	if wait := p.refuse(start, start, 30*time.Second); wait != 30*time.Second {
		t.Errorf("the pause is %s, want 30s", wait)
	}
	if wait := p.next(start.Add(time.Second)); wait != 29*time.Second {
		t.Errorf("the next one leaves after another %s, want 29s", wait)
	}
}

// Requests that left before the rate was halved say nothing about the new
// rate, however many of them are refused.
func TestPaceHalvesOnceForRequestsUnderWay(t *testing.T) {
	p := newPace(100)
	start := time.Unix(1_700_000_000, 0)
	for range 8 {
		p.departed(start)
	}
	for range 8 {
		p.refuse(start.Add(time.Second), start, 0)
	}
	if p.current != 50 {
		t.Errorf("rate is %v/s after eight refusals of one moment, want 50", p.current)
	}
}

// Places that were taken ahead at a high rate are no debt at a lower one.
func TestPaceGivesPlacesBack(t *testing.T) {
	p := newPace(1000)
	start := time.Unix(1_700_000_000, 0)
	for now := start; now.Before(start.Add(time.Second)); now = now.Add(max(p.next(now), time.Millisecond)) {
		p.departed(now)
	}
	now := start.Add(time.Second)
	pause := p.refuse(now, now, 0)
	for p.current > 10 { // as after many refusals
		now = now.Add(pause)
		p.departed(now)
		pause = p.refuse(now, now, 0)
	}
	if wait := p.next(now.Add(pause)); wait > time.Second {
		t.Errorf("the next one waits %s at %v/s", wait, p.current)
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
			d, err := g.pass(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			left = append(left, d.at)
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

// What counts is when a request is written, however long a busy machine has let
// it wait since it was let go.
func TestGateCountsWhatWasWritten(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const perSecond = 50
		g := newGate(perSecond)
		var left []time.Time
		for i := range 4 * perSecond {
			d, err := g.pass(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			ctx := d.traced(context.Background())
			if i < perSecond && i%10 == 9 {
				time.Sleep(100 * time.Millisecond)
			}
			left = append(left, time.Now())
			httptrace.ContextClientTrace(ctx).WroteRequest(httptrace.WroteRequestInfo{})
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
