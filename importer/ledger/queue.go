package ledger

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// A queue is where Begin and Finish wait for the next commit. One goroutine
// takes all that has queued up while the last commit was being synced, and
// commits it as one: a group commit that adapts to the load by itself.
type queue struct {
	mu      sync.Mutex
	filled  sync.Cond
	waiting []*op
	closed  bool
	stopped chan struct{}
}

// An op is one Begin or Finish that waits to be durable.
type op struct {
	id     int64
	begin  bool
	again  bool // a Begin after a release: what the row had before goes
	sub    Submission
	res    Result
	status atomic.Int32
	done   chan error
}

// An op is waiting until either the committer takes it or its caller gives up;
// never both, so a caller that has given up is sure that nothing happens.
const (
	opWaiting = iota
	opTaken
	opGivenUp
)

func (q *queue) start(l *Ledger) {
	q.filled.L = &q.mu
	q.stopped = make(chan struct{})
	go func() {
		defer close(q.stopped)
		var batch []*op
		for {
			q.mu.Lock()
			for len(q.waiting) == 0 && !q.closed {
				q.filled.Wait()
			}
			q.gather()
			batch, q.waiting = q.waiting, batch[:0]
			q.mu.Unlock()
			if len(batch) == 0 {
				return
			}
			l.commit(batch)
			clear(batch)
		}
	}()
}

// gather lets those arrive who are about to: as long as stepping aside for the
// goroutines that can run brings more ops, it steps aside again. On a busy
// machine a commit then takes with it all that is ready and not only what came
// first; on an idle one, where nobody else can run, it costs a microsecond. It
// never waits for time to pass.
//
// The caller holds q.mu.
func (q *queue) gather() {
	for n := 0; n < len(q.waiting); {
		n = len(q.waiting)
		q.mu.Unlock()
		runtime.Gosched()
		q.mu.Lock()
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

// put hands an op to the committer. Ops become durable in the order in which
// they are put, or together.
func (q *queue) put(ctx context.Context, o *op) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	o.done = make(chan error, 1)
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed || q.stopped == nil {
		return ErrClosed
	}
	q.waiting = append(q.waiting, o)
	if len(q.waiting) == 1 {
		q.filled.Signal()
	}
	return nil
}

// wait waits until an op is durable. When ctx is done before the commit has
// begun, the op is withdrawn; after that, wait waits for the commit, which is a
// matter of milliseconds.
func (o *op) wait(ctx context.Context) error {
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		if o.status.CompareAndSwap(opWaiting, opGivenUp) {
			return ctx.Err()
		}
		return <-o.done
	}
}

// commit makes a batch durable and tells its callers.
func (l *Ledger) commit(batch []*op) {
	taken := batch[:0]
	for _, o := range batch {
		if o.status.CompareAndSwap(opWaiting, opTaken) {
			taken = append(taken, o)
		}
	}
	if len(taken) == 0 {
		return
	}
	err := l.change(true, func(c *conn) error {
		for _, o := range taken {
			if err := o.apply(c); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		// Whatever it is, these submissions are not recorded as they should be.
		l.broken.CompareAndSwap(nil, &err)
	}
	for _, o := range taken {
		o.done <- err
	}
}

func (o *op) apply(c *conn) error {
	if o.begin {
		if o.again {
			if err := c.query("DELETE FROM results WHERE id = ?").int(o.id).run(); err != nil {
				return err
			}
		}
		var buf [1 + 8*16]byte
		s := c.query("INSERT OR REPLACE INTO submissions VALUES (?, ?, ?, ?)").int(o.id).int(nanos(o.sub.At))
		if o.sub.Content.IsZero() {
			s.null()
		} else {
			s.blob(o.sub.Content[:])
		}
		return s.blob(appendKeys(buf[:0], o.sub.Keys)).run()
	}
	r := &o.res
	return c.query("INSERT OR REPLACE INTO results VALUES (?, ?, ?, ?, ?, ?, ?)").
		int(o.id).int(int64(r.Outcome)).int(int64(r.HTTPStatus)).int(int64(r.Attempts)).int(r.Duration.Microseconds()).
		text(r.BookingID).text(words{r.Message, r.Code, r.Args}.packed()).run()
}
