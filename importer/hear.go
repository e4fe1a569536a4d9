package importer

import (
	"iter"
	"time"
)

const (
	heardAtOnce = 64 // values that are handed over together
	patience    = time.Second
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
		batches, enough, ended := make(chan []read, 2), make(chan struct{}), make(chan struct{})
		go func() {
			defer close(ended)
			defer close(batches)
			var batch []read
			hand := func() bool {
				select {
				case batches <- batch:
					batch = make([]read, 0, heardAtOnce)
					return true
				case <-enough:
					return false
				}
			}
			for value, err := range values {
				if batch = append(batch, read{value, err}); len(batch) >= heardAtOnce && !hand() {
					return
				}
			}
			hand()
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
			default:
			}
			select {
			case batch, more := <-batches:
				if !more {
					return
				}
				for _, r := range batch {
					if !yield(r.value, r.err) {
						return
					}
				}
			case <-stop:
			}
		}
	}
}
