package importer

import (
	"iter"
	"time"
)

const (
	readAhead = 64 // values
	patience  = time.Second
)

// hear yields what a sequence yields, which it reads in a goroutine of its own,
// and ends with [ErrInterrupted] once stop is closed: a read from a drive that
// has stalled cannot be interrupted. It then waits for the goroutine for no
// longer than a second.
func hear[T any](stop <-chan struct{}, values iter.Seq2[T, error]) iter.Seq2[T, error] {
	type read struct {
		value T
		err   error
	}
	return func(yield func(T, error) bool) {
		reads, enough, ended := make(chan read, readAhead), make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			defer close(reads)
			for value, err := range values {
				select {
				case reads <- read{value, err}:
				case <-enough:
					return
				}
			}
		}()
		defer func() {
			close(enough)
			select {
			case <-ended:
			case <-time.After(patience):
			}
		}()
		for {
			select {
			case <-stop:
				var none T
				yield(none, ErrInterrupted)
				return
			case r, more := <-reads:
				if !more || !yield(r.value, r.err) {
					return
				}
			}
		}
	}
}
