package ledger

import (
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vitec-import/vitec/testenv"
)

func planOf(n int) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		slot := Slot{"M11385", "VIS0123456789abcdef0123456789abcdef", "TS-1"}
		for i := range n {
			if !yield(Row{Index: i, Number: i + 2, Slot: slot, Keys: benchKeys(i)}, nil) {
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
	l, err := Open(tb.Context(), path, Options{Create: true})
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
	b.Run("sqlite", func(b *testing.B) {
		benchSubmit(b, func(b *testing.B) string { return filepath.Join(b.TempDir(), "ledger.db") })
	})
	b.Run("postgres", func(b *testing.B) {
		benchSubmit(b, func(b *testing.B) string { return testenv.Database(b) })
	})
}

func benchSubmit(b *testing.B, where func(*testing.B) string) {
	for _, workers := range []int{1, 8, 64, 256} {
		b.Run(fmt.Sprintf("workers=%d", workers), func(b *testing.B) {
			l := mustOpen(b, where(b))
			run, err := l.StartRun(b.Context(), RunInfo{StartedAt: time.Now()}, planOf(b.N))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			b.ResetTimer()
			used := cpuTime()
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
			b.ReportMetric(float64(cpuTime()-used)/float64(b.N), "cpu-ns/row")
			b.StopTimer()
			if err := run.End(b.Context(), End{}); err != nil {
				b.Fatal(err)
			}
		})
	}
}

func BenchmarkStartRun(b *testing.B) {
	l := mustOpen(b, filepath.Join(b.TempDir(), "ledger.db"))
	b.ReportAllocs()
	b.ResetTimer()
	if _, err := l.StartRun(b.Context(), RunInfo{StartedAt: time.Now()}, planOf(b.N)); err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkLedger is what a ledger with 1,000,000 booked rows of one run costs.
func BenchmarkLedger(b *testing.B) {
	const n = 1_000_000
	path := filepath.Join(b.TempDir(), "ledger.db")
	l := mustOpen(b, path)
	fillLedger(b, l, n)
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%.0f bytes a row", float64(info.Size())/n)

	b.Run("Open", func(b *testing.B) {
		for b.Loop() {
			l, err := Open(b.Context(), path, Options{})
			if err != nil {
				b.Fatal(err)
			}
			if err := l.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
	l = mustOpen(b, path)
	for name, person := range map[string]func(int) int{
		"Match/known":    func(i int) int { return i % n },
		"Match/shuffled": func(i int) int { return i * 7_368_787 % n },
		"Match/unknown":  func(i int) int { return n + i },
	} {
		b.Run(name, func(b *testing.B) { benchMatch(b, l, person, name != "Match/unknown") })
	}
	b.Run("Rows", func(b *testing.B) {
		b.ReportAllocs()
		used := cpuTime()
		rows := 0
		for b.Loop() {
			for r, err := range l.Rows(b.Context(), 1) {
				if err != nil || r.Outcome != Booked {
					b.Fatal(r, err)
				}
				rows++
			}
		}
		b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		b.ReportMetric(float64(cpuTime()-used)/float64(rows), "cpu-ns/row")
	})
}

// benchMatch looks people up, in batches as large as those of a plan.
func benchMatch(b *testing.B, l *Ledger, person func(int) int, known bool) {
	b.ReportAllocs()
	keys := make([]Keys, 512)
	rows := 0
	used := cpuTime()
	for b.Loop() {
		for i := range keys {
			keys[i] = benchKeys(person(rows + i))
		}
		found, err := l.Match(b.Context(), keys)
		if err != nil {
			b.Fatal(err)
		}
		for i := range found {
			if found[i].Found != known {
				b.Fatal("wrong match")
			}
		}
		rows += len(keys)
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(cpuTime()-used)/float64(rows), "cpu-ns/row")
}

// BenchmarkManyRuns is a ledger that a job has filled every night for years:
// 1,000 runs of 1,000 people. A night begins with looking up its people, half of
// whom are new, and ends with filing them.
func BenchmarkManyRuns(b *testing.B) {
	const runs, people = 1000, 1000
	l := mustOpen(b, filepath.Join(b.TempDir(), "ledger.db"))
	at := 0
	night := func(time func(what string, f func())) {
		plan := planOf(people)
		time("match", func() {
			keys := make([]Keys, people)
			for i := range keys {
				keys[i] = benchKeys(at + i - people/2)
			}
			if _, err := l.Match(b.Context(), keys); err != nil {
				b.Fatal(err)
			}
		})
		run, err := l.StartRun(b.Context(), RunInfo{StartedAt: noon}, plan)
		if err != nil {
			b.Fatal(err)
		}
		book(b, run, at, people)
		time("end", func() {
			if err := run.End(b.Context(), End{}); err != nil {
				b.Fatal(err)
			}
		})
		at += people
	}
	for range runs {
		night(func(_ string, f func()) { f() })
	}
	spent := map[string]time.Duration{}
	for b.Loop() {
		night(func(what string, f func()) {
			began := time.Now()
			f()
			spent[what] += time.Since(began)
		})
	}
	for what, d := range spent {
		b.ReportMetric(float64(d)/float64(b.N*people), what+"-ns/row")
	}
}

// fillLedger books n people in one run, as fast as it goes.
func fillLedger(b *testing.B, l *Ledger, n int) {
	b.Helper()
	run, err := l.StartRun(b.Context(), RunInfo{StartedAt: time.Now()}, planOf(n))
	if err != nil {
		b.Fatal(err)
	}
	book(b, run, 0, n)
	began := time.Now()
	if err := run.End(b.Context(), End{}); err != nil {
		b.Fatal(err)
	}
	b.Logf("End took %v", time.Since(began).Round(time.Millisecond))
}

// book books the n people of a run, from the first one on, by many workers.
func book(b *testing.B, run *Run, first, n int) {
	b.Helper()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, 1024) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				err := run.Begin(b.Context(), Submission{Index: i, Keys: benchKeys(first + i), Content: Digest{1}, At: time.Now()})
				if err == nil {
					err = run.Finish(b.Context(), i, Result{Outcome: Booked, BookingID: fmt.Sprintf("VID%032x", first+i), HTTPStatus: 200, Attempts: 1})
				}
				if err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}

// BenchmarkKeys hashes an identity as most rows have it, and a body.
func BenchmarkKeys(b *testing.B) {
	l := &Ledger{secret: []byte("0123456789abcdef0123456789abcdef")}
	s := Slot{"M11385", "VIS4A1F0C7B2D9E4C35A6F8B0D1E2C3F4A5", "TS-1700"}
	id := Identity{Traits: []string{"mail\x00astrid lindqvist\x00astrid.lindqvist@example.com", "phone\x00astrid lindqvist\x00+46701740605"}}
	body := make([]byte, 500)
	b.ReportAllocs()
	for b.Loop() {
		l.Keys("https://connect.maklare.vitec.net", s, id)
		l.Content(body)
	}
}
