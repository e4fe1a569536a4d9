package main

import (
	"io"
	"sync"
	"time"
)

// An outlet writes in the background, so that a reader that stands still (a
// paused terminal, a log that nobody fetches) holds up neither the sending nor
// the end of a run. What waits is limited: beyond that the oldest is lost.
// Whether anything could be written at all is nobody's concern: the ledger and
// the reports have it.
type outlet struct {
	out     io.Writer
	wake    chan struct{} // there is something to write; of capacity 1
	mu      sync.Mutex
	queue   []outletItem
	size    int // bytes that wait
	written int // bytes that were taken, to see whether the reader moves
	lost    int // writes that were dropped
}

// outletItem is a piece of text, or a mark in the queue.
type outletItem struct {
	text    []byte
	reached chan struct{} // closed when all before it is written
}

const (
	outletRoom = 1 << 20          // bytes that may wait
	outletWait = 30 * time.Second // how long a reader may stand still at the end
	outletStop = 2 * time.Second  // and when the program was asked to end
)

func newOutlet(out io.Writer) *outlet {
	o := &outlet{out: out, wake: make(chan struct{}, 1)}
	go o.run() // for as long as the program lives: a write cannot be called back
	return o
}

// Write implements [io.Writer]. It never waits and never fails.
func (o *outlet) Write(p []byte) (int, error) {
	o.add(outletItem{text: append([]byte(nil), p...)})
	return len(p), nil
}

func (o *outlet) add(item outletItem) {
	o.mu.Lock()
	o.queue = append(o.queue, item)
	o.size += len(item.text)
	for i := 0; o.size > outletRoom && i < len(o.queue)-1; i++ {
		if drop := &o.queue[i]; drop.text != nil {
			o.size -= len(drop.text)
			o.lost++
			drop.text = nil
		}
	}
	o.mu.Unlock()
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outlet) run() {
	for range o.wake {
		for {
			o.mu.Lock()
			if len(o.queue) == 0 {
				o.mu.Unlock()
				break
			}
			item := o.queue[0]
			o.queue = o.queue[1:]
			o.size -= len(item.text)
			o.mu.Unlock()
			if item.text != nil {
				_, _ = o.out.Write(item.text)
			}
			if item.reached != nil {
				close(item.reached)
			}
			o.mu.Lock()
			o.written += len(item.text)
			o.mu.Unlock()
		}
	}
}

// flush waits until all is written, but not for a reader that stands still.
func (o *outlet) flush(stop <-chan struct{}, patience time.Duration) {
	mark := outletItem{reached: make(chan struct{})}
	o.add(mark)
	for before := o.taken(); ; {
		select {
		case <-mark.reached:
			return
		case <-stop:
			stop, patience = nil, outletStop
		case <-time.After(patience):
			now := o.taken()
			if now == before {
				return
			}
			before = now
		}
	}
}

func (o *outlet) taken() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.written
}

// dropped is how many writes were lost.
func (o *outlet) dropped() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.lost
}

// outlive has the program go on when nobody reads what it prints.
func (w *world) outlive() {
	if w.outliveOutput == nil {
		return
	}
	w.outliveOutput()
	stdout, stderr := newOutlet(w.stdout), newOutlet(w.stderr)
	w.stdout, w.stderr = stdout, stderr
	w.inOrder = func() { stderr.flush(w.stop, time.Second) }
	w.end = func() {
		if n := stderr.dropped(); n > 0 {
			w.tell("note", counted(n, "%d piece of this output was lost, because nobody read it", "%d pieces of this output were lost, because nobody read them"), nil)
		}
		stderr.flush(w.stop, outletWait)
		stdout.flush(w.stop, outletWait)
	}
}
