package importer

import (
	"math"
	"testing"
	"testing/synctest"
	"time"
)

// serve has a server answered for d, with as many requests at once as the width
// allows, perSecond at most. The server answers after latency, and takes longer
// when it has more than room requests at once. It returns the width at the end
// and the answers of each second.
func serve(w *width, perSecond float64, latency time.Duration, room int, d time.Duration) (most int, answers []int) {
	start := time.Now()
	answers = make([]int, int(d.Seconds())+int(latency.Seconds())+2)
	done := make(chan time.Duration, Widest)
	active := 0
	take := func(took time.Duration) {
		active--
		answers[int(time.Since(start).Seconds())]++
		w.answered(took, perSecond)
	}
	for n := 0; time.Since(start) < d; n++ {
		if !math.IsInf(perSecond, 1) {
			time.Sleep(time.Until(start.Add(time.Duration(float64(n) / perSecond * float64(time.Second)))))
		}
		for len(done) > 0 {
			take(<-done)
		}
		for active >= w.at {
			w.taken()
			take(<-done)
		}
		active++
		most = max(most, active)
		took := latency * time.Duration(max(active, room)) / time.Duration(room)
		go func() { time.Sleep(took); done <- took }()
	}
	for active > 0 {
		take(<-done)
	}
	return most, answers
}

func TestWidthFollowsRateAndLatency(t *testing.T) {
	second, never := time.Second, math.Inf(1)
	for _, tt := range []struct {
		name        string
		given       int
		perSecond   float64
		latency     time.Duration
		room        int // requests at once that the server takes without getting slower
		least, most int // requests at once
		had         float64
	}{
		{name: "fast server", perSecond: 10, latency: 50 * time.Millisecond, room: 100, least: 1, most: 5, had: 10},
		{name: "slow server", perSecond: 10, latency: 2 * second, room: 100, least: 20, most: 27, had: 9.9},
		{name: "very slow server", perSecond: 10, latency: 20 * second, room: 1000, least: Widest, most: Widest, had: 2.9},
		{name: "no limit", perSecond: never, latency: 50 * time.Millisecond, room: 1000, least: Widest, most: Widest, had: 1270},
		{name: "no limit, small server", perSecond: never, latency: 50 * time.Millisecond, room: 10, least: 10, most: 27, had: 190},
		{name: "a given number", given: 3, perSecond: 10, latency: 2 * second, room: 100, least: 3, most: 3, had: 1.5},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				most, answers := serve(newWidth(tt.given), tt.perSecond, tt.latency, tt.room, 300*second)
				if most < tt.least || most > tt.most {
					t.Errorf("%d at once, want %d to %d", most, tt.least, tt.most)
				}
				if had := mean(answers, 200, 300); had < tt.had {
					t.Errorf("%.1f a second, want %.1f", had, tt.had)
				}
			})
		})
	}
}
