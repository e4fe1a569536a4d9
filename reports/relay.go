package reports

import (
	"errors"
	"sync"
)

// relayRows is how many rows are handed on at a time: enough that handing on
// costs nothing beside them.
const relayRows = 512

// A relay writes the files that have every row side by side, and beside the
// reading: each file has a goroutine of its own for every batch of rows. There
// are two batches; while the files take one, the other fills. Each file gets
// the rows in their order.
//
// The rows are copies without cells and raw bytes, which the reader uses again.
type relay struct {
	sinks          []sink
	filling, taken []record
	busy           sync.WaitGroup
	errs           []error // the first of each sink
}

func newRelay(sinks []sink) *relay { return &relay{sinks: sinks, errs: make([]error, len(sinks))} }

func (p *relay) add(r *record) error {
	p.filling = append(p.filling, *r)
	last := &p.filling[len(p.filling)-1]
	last.cells, last.raw, last.written = nil, nil, nil
	if len(p.filling) < relayRows {
		return nil
	}
	return p.pass()
}

// pass hands the batch that has filled to the files, once they have taken the
// one before.
func (p *relay) pass() error {
	if err := p.wait(); err != nil {
		return err
	}
	p.filling, p.taken = p.taken[:0], p.filling
	for i, k := range p.sinks {
		p.busy.Go(func() {
			for n := range p.taken {
				if p.errs[i] = k.add(&p.taken[n]); p.errs[i] != nil {
					return
				}
			}
		})
	}
	return nil
}

// wait returns when no file is at work, with what went wrong.
func (p *relay) wait() error {
	p.busy.Wait()
	return errors.Join(p.errs...)
}

// end hands on what is left, and waits.
func (p *relay) end() error {
	if err := p.pass(); err != nil {
		return err
	}
	return p.wait()
}
