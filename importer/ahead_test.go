package importer

import (
	"errors"
	"iter"
	"testing"
)

// numbered yields n items, then the error if there is one, and tells by ended
// when it is over.
func numbered(n int, err error, ended *bool) iter.Seq2[*item, error] {
	return func(yield func(*item, error) bool) {
		defer func() { *ended = true }()
		for i := range n {
			if !yield(&item{index: i}, nil) {
				return
			}
		}
		if err != nil {
			yield(nil, err)
		}
	}
}

func TestReadAhead(t *testing.T) {
	broken := errors.New("broken")
	for _, n := range []int{0, 1, aheadRows - 1, aheadRows, aheadRows + 1, 10 * aheadRows, 1000} {
		for _, want := range []error{nil, broken} {
			var ended bool
			next, stop := readAhead(numbered(n, want, &ended), func() {})
			for i := range n {
				if it, err, ok := next(); !ok || err != nil || it.index != i {
					t.Fatalf("%d of %d: %v %v %v", i, n, it, err, ok)
				}
			}
			if it, err, ok := next(); it != nil || !errors.Is(err, want) || ok != (want != nil) {
				t.Fatalf("behind %d: %v %v %v", n, it, err, ok)
			}
			for range 2 {
				if it, err, ok := next(); it != nil || err != nil || ok {
					t.Fatalf("at the end of %d: %v %v %v", n, it, err, ok)
				}
			}
			stop()
			if !ended {
				t.Fatalf("%d: the reading goes on", n)
			}
		}
	}
}

// What is read ahead has bounds, and stop ends it wherever it is.
func TestReadAheadStops(t *testing.T) {
	for _, taken := range []int{0, 1, aheadRows, 3*aheadRows + 1} {
		var ended bool
		read := 0
		next, stop := readAhead(func(yield func(*item, error) bool) {
			for it, err := range numbered(1_000_000, nil, &ended) {
				read++
				if !yield(it, err) {
					return
				}
			}
		}, func() {})
		for range taken {
			next()
		}
		stop()
		if most := taken + (aheadBatches+4)*aheadRows; !ended || read > most {
			t.Errorf("%d taken: %d read of at most %d, ended %v", taken, read, most, ended)
		}
	}
}

// Whoever waits for the reading is told before.
func TestReadAheadIsIdle(t *testing.T) {
	proceed, told := make(chan struct{}), 0
	next, stop := readAhead(func(yield func(*item, error) bool) {
		<-proceed
		yield(&item{}, nil)
	}, func() {
		told++
		close(proceed)
	})
	defer stop()
	if _, _, ok := next(); !ok || told != 1 {
		t.Errorf("%v, told %d times", ok, told)
	}
}
