package importer

import (
	"flag"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

var sweep = flag.Int("sweep", 0, "print how the pace gets on in every so many of the worlds of the sweep, and bar nothing")

type kind struct {
	name string
	make func(limit float64) limiter
	span float64
}

func kinds() []kind {
	second := time.Second
	fixed := func(span time.Duration) func(float64) limiter {
		return func(l float64) limiter { return &fixedWindow{n: int(math.Round(l * span.Seconds())), span: span} }
	}
	sliding := func(span time.Duration) func(float64) limiter {
		return func(l float64) limiter { return &slidingWindow{n: int(math.Round(l * span.Seconds())), span: span} }
	}
	bucket := func(burst, times float64) func(float64) limiter {
		return func(l float64) limiter { return &tokenBucket{perSecond: l, burst: burst + times*l} }
	}
	return []kind{
		{"window of a second", fixed(second), 10}, {"sliding second", sliding(second), 10},
		{"bucket of 1", bucket(1, 0), 10}, {"bucket of 2", bucket(2, 0), 10}, {"bucket of 5", bucket(5, 0), 10},
		{"bucket of a second", bucket(0, 1), 10}, {"bucket of ten seconds", bucket(0, 10), 10},
		{"window of ten seconds", fixed(10 * second), 20}, {"sliding ten seconds", sliding(10 * second), 20},
		{"window of a minute", fixed(60 * second), 60}, {"sliding minute", sliding(60 * second), 60},
	}
}

var forms = []struct {
	name string
	of   func(limiter) limiter
}{
	{"none", func(l limiter) limiter { return silent{l} }},
	{"secs", func(l limiter) limiter { return seconds{l} }},
	{"date", func(l limiter) limiter { return date{l} }},
	{"exact", func(l limiter) limiter { return l }},
}

// What the sweep has found of one kind of server, with one form of Retry-After.
type found struct {
	back, kept []float64
	more       int // of the worlds, that had more refusals than is meant
	worst      string
}

// sweepOver visits every so many of the worlds: all kinds and forms of servers,
// limits, rates asked for, latencies and widths.
func sweepOver(every int, limits []float64, latencies []int, see func(name string, f found)) {
	number := 0
	for _, k := range kinds() {
		for _, form := range forms {
			var sum found
			least := math.Inf(1)
			for _, limit := range limits {
				for _, times := range []float64{1.1, 4, 20, 0} {
					for _, ms := range latencies {
						for _, width := range []int{1, 4, 16, 64} {
							latency := time.Duration(ms) * time.Millisecond
							if float64(width) < 1.1*limit*latency.Seconds() {
								continue // the limit is not reached
							}
							if number++; number%every != 0 {
								continue
							}
							jitter := latency / 10
							if k.name == "bucket of 1" || k.name == "bucket of 2" {
								jitter = 0 // they refuse what comes a little early
							}
							r := road{asked: times * limit, width: width, latency: latency, jitter: jitter,
								server: form.of(k.make(limit)), phase: 300 * time.Millisecond}
							f := find(r.visit(time.Duration(max(120, 3*k.span+20))*time.Second), limit, k.span)
							if f.first < 0 {
								continue
							}
							sum.back, sum.kept = append(sum.back, f.back), append(sum.kept, f.kept)
							if float64(f.count-f.once) > 0.01*float64(f.of)+3 {
								sum.more++
							}
							if f.kept < least {
								least = f.kept
								sum.worst = fmt.Sprintf("limit %g, asked %.4g, %d ms, %d at once: %+v", limit, r.asked, ms, width, f)
							}
						}
					}
				}
			}
			if len(sum.back) > 0 {
				slices.Sort(sum.back)
				slices.Sort(sum.kept)
				see(k.name+", Retry-After "+form.name, sum)
			}
		}
	}
}

func at(sorted []float64, share float64) float64 {
	return sorted[min(int(share*float64(len(sorted))), len(sorted)-1)]
}

// Whatever the server, the latency and the width, most of what it allows is had
// before long. A sweep over all worlds takes minutes: -sweep 1.
func TestPaceSweep(t *testing.T) {
	if *sweep > 0 {
		sweepOver(*sweep, []float64{2, 5, 10, 18, 50, 100, 200, 500}, []int{1, 20, 50, 200, 500}, func(name string, f found) {
			fmt.Printf("%-32s %4d worlds; back after %5.1f s, 9 of 10 after %5.1f s; had %.2f, 9 of 10 %.2f; too many refusals in %d; %s\n",
				name, len(f.back), at(f.back, 0.5), at(f.back, 0.9), at(f.kept, 0.5), at(f.kept, 0.1), f.more, f.worst)
		})
		return
	}
	sweepOver(5, []float64{10, 50}, []int{1, 50}, func(name string, f found) {
		half := at(f.kept, 0.5)
		t.Logf("%s: back after %.1f s, had %.2f, the least %.2f", name, at(f.back, 0.5), half, f.kept[0])
		if half < 0.93 {
			t.Errorf("%s: half of the worlds have %.3f or less", name, half)
		}
		if f.kept[0] < 0.65 {
			t.Errorf("%s: %s", name, f.worst)
		}
		// A window of many seconds is asked often whether it is over, if the server
		// does not tell.
		if long := strings.Contains(name, "ten seconds, Retry-After none") || strings.Contains(name, "minute"); !long && 4*f.more > len(f.kept) {
			t.Errorf("%s: too many refusals in %d of %d worlds", name, f.more, len(f.kept))
		}
	})
}
