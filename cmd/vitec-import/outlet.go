package main

import (
	"bytes"
	"io"
	"sync"
	"sync/atomic"
	"time"
)

// An outlet writes in the background, so that a reader that stands still (a
// paused terminal, a log that nobody fetches) holds up neither the sending nor
// the end of a run. What waits is limited: beyond that the oldest is lost.
// Whether anything could be written at all is nobody's concern: the ledger and
// the reports have it.
type outlet struct {
	out     io.Writer
	queue   chan []byte
	mu      sync.Mutex   // held while the queue is added to
	pending atomic.Int64 // writes that wait, with the one that is under way
	lost    atomic.Int64 // writes that were dropped
}

const (
	outletRoom = 4096             // writes that may wait
	outletWait = 30 * time.Second // how long a reader may stand still at the end
	outletStop = 2 * time.Second  // and when the program was asked to end
)

func newOutlet(out io.Writer) *outlet {
	o := &outlet{out: out, queue: make(chan []byte, outletRoom)}
	go func() { // for as long as the program lives: a write cannot be called back
		for p := range o.queue {
			_, _ = o.out.Write(p)
			o.pending.Add(-1)
		}
	}()
	return o
}

// Write implements [io.Writer]. It never waits and never fails.
func (o *outlet) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.pending.Add(1)
	for text := bytes.Clone(p); ; {
		select {
		case o.queue <- text:
			return len(p), nil
		default:
		}
		select {
		case <-o.queue:
			o.pending.Add(-1)
			o.lost.Add(1)
		default: // it was written meanwhile
		}
	}
}

// flush waits until all is written, but not for a reader that stands still.
func (o *outlet) flush(stop <-chan struct{}, patience time.Duration) {
	moved := time.Now()
	for left := o.pending.Load(); left > 0 && time.Since(moved) < patience; {
		select {
		case <-stop:
			stop, patience = nil, outletStop
		case <-time.After(5 * time.Millisecond):
		}
		if now := o.pending.Load(); now != left {
			left, moved = now, time.Now()
		}
	}
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
		if n := int(stderr.lost.Load()); n > 0 {
			w.tell("note", counted(n, "%d piece of this output was lost, because nobody read it", "%d pieces of this output were lost, because nobody read them"), nil)
		}
		stderr.flush(w.stop, outletWait)
		stdout.flush(w.stop, outletWait)
	}
}
