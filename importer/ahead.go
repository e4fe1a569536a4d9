package importer

import "iter"

// Rows are read in a goroutine of its own, so that one is at hand whenever a
// place is free: mapping it then would keep all that wait behind it. They are
// handed on some at a time, which costs next to nothing for each.
const (
	aheadRows    = 32
	aheadBatches = 4
)

// readItem is what the reading brings: a submission, or the error that ends it.
type readItem struct {
	it  *item
	err error
}

// readAhead reads a sequence ahead. next returns what comes next, and false
// when there is nothing more; before it waits for the reading it calls idle. stop
// ends the reading, and returns when it has ended; next must not be called after
// it.
func readAhead(rows iter.Seq2[*item, error], idle func()) (next func() (*item, error, bool), stop func()) {
	batches, stopped := make(chan []readItem, aheadBatches), make(chan struct{})
	go func() {
		defer close(batches)
		var batch []readItem
		pass := func() bool {
			select {
			case batches <- batch:
				batch = nil
				return true
			case <-stopped:
				return false
			}
		}
		for it, err := range rows {
			if batch == nil {
				batch = make([]readItem, 0, aheadRows)
			}
			batch = append(batch, readItem{it, err})
			if len(batch) == aheadRows && !pass() {
				return
			}
		}
		if len(batch) > 0 {
			pass()
		}
	}()
	var at []readItem
	next = func() (*item, error, bool) {
		if len(at) == 0 {
			select {
			case at = <-batches:
			default:
				idle()
				at = <-batches
			}
		}
		if len(at) == 0 {
			return nil, nil, false
		}
		r := at[0]
		at = at[1:]
		return r.it, r.err, true
	}
	return next, func() {
		close(stopped)
		for range batches { // until the reader has ended
		}
	}
}
