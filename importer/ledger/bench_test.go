package ledger

import (
	"fmt"
	"iter"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

func planOf(n int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		slot := Slot{"M11385", "VIS0123456789abcdef0123456789abcdef", "TS-1"}
		for i := range n {
			if !yield(Row{Index: i, Number: i + 2, Slot: slot}, nil) {
				return
			}
		}
	}
}

// benchKeys returns the keys of person i: name and mail, name and phone, and a number.
func benchKeys(i int) Keys {
	digest := func(kind byte) (d Digest) {
		x := uint64(i)*4 + uint64(kind) + 1
		for j := range d {
			x ^= x << 13
			x ^= x >> 7
			x ^= x << 17
			d[j] = byte(x >> 24)
		}
		return d
	}
	return Keys{Number: digest(0), Traits: []Digest{digest(1), digest(2)}}
}

func mustOpen(tb testing.TB, path string) *Ledger {
	tb.Helper()
	l, err := Open(tb.Context(), path)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := l.Close(); err != nil {
			tb.Error(err)
		}
	})
	return l
}

// BenchmarkSubmit is a row's whole way through the ledger: Begin and Finish,
// each durable, by so many workers.
func BenchmarkSubmit(b *testing.B) {
	for _, workers := range []int{1, 8, 64, 256} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			l := mustOpen(b, filepath.Join(b.TempDir(), "ledger.db"))
			run, err := l.StartRun(b.Context(), RunInfo{StartedAt: time.Now()}, planOf(b.N))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			var next atomic.Int64
			var wg sync.WaitGroup
			for range workers {
				wg.Go(func() {
					for {
						i := int(next.Add(1)) - 1
						if i >= b.N {
							return
						}
						if err := run.Begin(b.Context(), Submission{Index: i, Keys: benchKeys(i), Content: Digest{1}, At: time.Now()}); err != nil {
							b.Error(err)
							return
						}
						res := Result{Outcome: Booked, BookingID: "VID0123456789abcdef0123456789abcdef", HTTPStatus: 200, Attempts: 1, Duration: time.Millisecond}
						if err := run.Finish(b.Context(), i, res); err != nil {
							b.Error(err)
							return
						}
					}
				})
			}
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
			b.StopTimer()
			if err := run.End(b.Context(), End{}); err != nil {
				b.Fatal(err)
			}
		})
	}
}
