package reports

import (
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// BenchmarkWrite writes all files of a report on 100,000 rows. peak-MB is the
// most that the heap held.
func BenchmarkWrite(b *testing.B) {
	src, o := largeRun(b, 100_000)
	var peak atomic.Uint64
	stop := make(chan struct{})
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				if m.HeapInuse > peak.Load() {
					peak.Store(m.HeapInuse)
				}
			}
		}
	}()
	for b.Loop() {
		mustWrite(b, src, o)
		if err := os.RemoveAll(o.Dir); err != nil {
			b.Fatal(err)
		}
	}
	close(stop)
	<-done
	b.ReportMetric(float64(peak.Load())/1e6, "peak-MB")
}

func BenchmarkInert(b *testing.B) {
	text := strings.Repeat("Åsa Öberg; 070-1740605 ", 3)
	for b.Loop() {
		Inert(text)
	}
}
