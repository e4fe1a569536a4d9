package importer

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"runtime"
	"slices"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/vitec"
)

// prepared is a row after all that can be found out about it without looking
// at any other.
type prepared struct {
	number  int
	refused *table.Error // nothing else is set

	skipped  string // the reason of the rule that leaves it out
	problems []mapping.Problem
	target   vitec.Target
	asks     asked

	// The rest is set only if the row can be sent.
	unsendable error // it cannot be written as a request
	keys       ledger.Keys
	content    ledger.Digest
	sum        [sha256.Size]byte // of what would be sent, if the plan is to be known again
}

const (
	batchRows = 256
	// batchesAhead is how many batches may wait for each worker.
	batchesAhead = 2
)

// batch is rows that are prepared together. It is used again once it has been
// taken.
type batch struct {
	rows  []prepared
	cells []string // of all its rows, one after the other
	width []int    // how many of them each row has
	done  chan struct{}
}

// prepare reads the input once and yields its rows prepared, in input order.
// One goroutine reads, as many as there are processors map, and the caller
// gets the batches in the order in which they were read. All of them have
// ended when the sequence has.
func (j *Job) prepare(ctx context.Context) iter.Seq2[*prepared, error] {
	return func(yield func(*prepared, error) bool) {
		workers := runtime.GOMAXPROCS(0)
		ctx, cancel := context.WithCancel(ctx)
		var (
			free  = make(chan *batch, workers*(batchesAhead+1))
			work  = make(chan *batch, cap(free))
			order = make(chan *batch, cap(free))
			ended = make(chan error, 1)
			busy  = make(chan struct{})
		)
		for range cap(free) {
			free <- &batch{done: make(chan struct{}, 1)}
		}
		for range workers {
			go func() {
				p := j.newPreparer()
				for b := range work {
					p.batch(b)
					b.done <- struct{}{}
				}
				busy <- struct{}{}
			}()
		}
		go func() {
			err := j.read(ctx, free, work, order)
			close(work)
			close(order)
			ended <- err
		}()
		defer func() {
			cancel()
			for range order { // until the reader has ended
			}
			for range workers {
				<-busy
			}
		}()
		for b := range order {
			<-b.done
			for i := range b.rows {
				if !yield(&b.rows[i], nil) {
					return
				}
			}
			free <- b
		}
		if err := <-ended; err != nil {
			yield(nil, err)
		}
	}
}

// read fills batches until the input or ctx ends.
func (j *Job) read(ctx context.Context, free <-chan *batch, work, order chan<- *batch) error {
	var b *batch
	send := func() {
		// There is room for every batch in both channels.
		order <- b
		work <- b
		b = nil
	}
	for row, err := range j.File.Rows(ctx) {
		if err != nil {
			if b != nil {
				send() // what came before it stands
			}
			return err
		}
		if b == nil {
			select {
			case b = <-free:
				b.rows, b.cells, b.width = b.rows[:0], b.cells[:0], b.width[:0]
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		b.rows = append(b.rows, prepared{number: row.Number, refused: row.Err})
		b.cells = append(b.cells, row.Cells...)
		b.width = append(b.width, len(row.Cells))
		if len(b.rows) == batchRows {
			send()
		}
	}
	if b != nil {
		send()
	}
	return nil
}

// preparer is what one goroutine needs to prepare rows.
type preparer struct {
	job    *Job
	mapper *mapping.Mapper
	sub    mapping.Submission
	prints fingerprinter
}

func (j *Job) newPreparer() *preparer {
	return &preparer{job: j, mapper: j.Mapper.Clone(), prints: fingerprinter{job: j}}
}

func (p *preparer) batch(b *batch) {
	cells := b.cells
	for i := range b.rows {
		row := &b.rows[i]
		if row.refused == nil {
			p.row(row, cells[:b.width[i]])
		}
		cells = cells[b.width[i]:]
	}
}

func (p *preparer) row(row *prepared, cells []string) {
	problems := p.mapper.Map(cells, &p.sub)
	if p.sub.Skipped != "" {
		row.skipped = p.sub.Skipped
		return
	}
	row.problems = slices.Clone(problems)
	row.target, row.asks = p.sub.Target, asks(&p.sub.Body)
	if on := p.sub.Body.Options.IsDeadlineValidationEnabled; on != nil && *on {
		took := p.sub.Body.Participated
		row.asks.over = took != nil && *took || p.mapper.Past(cells)
	}
	if blocked(problems) {
		return
	}
	row.keys, row.content, row.unsendable = p.prints.of(&p.sub)
	if p.job.Sum && row.unsendable == nil {
		row.sum = p.sum(row)
	}
}

// sum hashes what would be sent of a row, and where to.
func (p *preparer) sum(row *prepared) [sha256.Size]byte {
	head := binary.AppendUvarint(nil, uint64(row.number))
	for _, id := range []string{row.target.CustomerId, row.target.ViewingId, row.target.TimeSlotId} {
		head = binary.AppendUvarint(head, uint64(len(id)))
		head = append(head, id...)
	}
	return sha256.Sum256(append(head, p.prints.body...))
}
