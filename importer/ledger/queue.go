package ledger

import (
	"context"
	"runtime"
	"slices"
	"sync"
)

// A queue is where Begin and Finish wait for the next commit. One goroutine
// takes all that has queued up while the last commit was being synced, and
// commits it as one: a group commit that adapts to the load by itself.
type queue struct {
	mu      sync.Mutex
	filled  sync.Cond
	next    *batch // what the next commit takes
	due     bool   // it shall be committed now, and not wait for more
	spare   []op   // of a batch that is committed
	closed  bool
	stopped chan struct{}
}

// A batch is what shares a commit. Its callers wait for it and not for their
// own op, so that one commit wakes them all at once.
type batch struct {
	ops   []op
	taken bool // by the committer: what is in it now becomes durable, or fails
	done  chan struct{}
	err   error // once done is closed
}

// An op is one Begin or Finish that waits to be durable.
type op struct {
	run   *Run // nil: the caller has given up
	index int
	begin bool
	sub   Submission
	res   Result
}

// A ticket is an op's place in its batch.
type ticket struct {
	queue *queue
	batch *batch
	at    int
}

func (q *queue) start(l *Ledger) {
	q.filled.L = &q.mu
	q.next = newBatch(nil)
	q.stopped = make(chan struct{})
	go func() {
		defer close(q.stopped)
		for {
			q.mu.Lock()
			for !q.due && !q.closed {
				q.filled.Wait()
			}
			q.gather()
			b := q.next
			b.taken, q.due = true, false
			q.next, q.spare = newBatch(q.spare), nil
			q.mu.Unlock()
			if len(b.ops) == 0 {
				return
			}
			b.err = l.commit(b.ops)
			spare := b.ops
			close(b.done)
			clear(spare)
			q.mu.Lock()
			q.spare = spare[:0]
			q.mu.Unlock()
		}
	}()
}

func newBatch(ops []op) *batch { return &batch{ops: ops, done: make(chan struct{})} }

// gather lets those arrive who are about to: as long as stepping aside for the
// goroutines that can run, and for other programs, brings more ops, it steps
// aside again. On a busy machine a commit then takes with it all that is ready
// and not only what came first, also what a server on the same machine has not
// had the time to answer; on an idle one, where nobody else can run, it costs a
// few microseconds. It never waits for time to pass.
//
// The caller holds q.mu.
func (q *queue) gather() {
	for n := 0; n < len(q.next.ops); {
		n = len(q.next.ops)
		for _, aside := range [...]func(){runtime.Gosched, yieldProcessor, runtime.Gosched} {
			q.mu.Unlock()
			aside()
			q.mu.Lock()
		}
	}
}

// stop commits what waits and ends the goroutine.
func (q *queue) stop() {
	q.mu.Lock()
	q.closed = true
	q.filled.Signal()
	q.mu.Unlock()
	<-q.stopped
}

// put hands an op to the committer, which commits it with the next one that is
// due. Ops become durable in the order in which they are put, or together.
func (q *queue) put(o *op, due bool) (ticket, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || q.stopped == nil {
		return ticket{}, ErrClosed
	}
	b := q.next
	b.ops = append(b.ops, *o)
	if due {
		q.hurry()
	}
	return ticket{q, b, len(b.ops) - 1}, nil
}

// hurry makes what has been put due. The caller holds q.mu.
func (q *queue) hurry() {
	if len(q.next.ops) > 0 && !q.due {
		q.due = true
		q.filled.Signal()
	}
}

// wait waits until the op is durable.
func (t ticket) wait() error {
	<-t.batch.done
	return t.batch.err
}

// waitOr is wait for a caller that may give up. When ctx is done before the
// commit has begun, the op is withdrawn, and its caller is sure that nothing
// happens; after that, waitOr waits for the commit, which is a matter of
// milliseconds.
func (t ticket) waitOr(ctx context.Context) error {
	select {
	case <-t.batch.done:
		return t.batch.err
	case <-ctx.Done():
	}
	t.queue.mu.Lock()
	withdrawn := !t.batch.taken
	if withdrawn {
		t.batch.ops[t.at] = op{}
	}
	t.queue.mu.Unlock()
	if withdrawn {
		return ctx.Err()
	}
	return t.wait()
}

// commit makes ops durable, in their order: one record in the journal of each
// run that they are of, which is one run but for odd callers.
func (l *Ledger) commit(ops []op) error {
	var runs []*Run
	for i := range ops {
		if r := ops[i].run; r != nil && !slices.Contains(runs, r) {
			runs = append(runs, r)
		}
	}
	if len(runs) == 0 {
		return nil
	}
	err := l.fold(runs)
	if err == nil {
		err = l.change(journalRecord, func(c *conn) error {
			for _, r := range runs {
				b := c.scratch[:0]
				for i := range ops {
					if ops[i].run == r {
						b = appendOp(b, &ops[i])
					}
				}
				c.scratch = b
				r.records++
				r.unfolded += len(b)
				err := c.query("INSERT INTO journal VALUES (?, ?, ?)").int(rowID(r.id, r.records)).int(l.at.commits + 1).blob(b).run()
				if err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err != nil {
		// Whatever it is, these submissions are not recorded as they should be.
		l.broken.CompareAndSwap(nil, &err)
	}
	return err
}

// fold folds the journals that have grown, so that a run's reader and its end
// have little of them to deal with.
func (l *Ledger) fold(runs []*Run) error {
	for _, r := range runs {
		if r.unfolded < l.foldLimit {
			continue
		}
		if err := l.change(nothingSubmitted, func(c *conn) error { return fold(c, r.id) }); err != nil {
			return err
		}
		r.unfolded = 0
	}
	return nil
}
