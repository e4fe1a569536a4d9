package importer

import (
	"context"
	"math"
	"sync"
	"time"
)

// gate is the last thing before a request leaves: it holds the limit in every
// window of one second, whatever happened between the limiter and here. The
// limiter spaces the requests, but each of them is then written to the ledger,
// and after a slow disk all that waited for it would leave at once. The gate
// lets a request go only when the one that left perSecond requests earlier is
// a second old. Safe for concurrent use.
type gate struct {
	mu   sync.Mutex
	left []time.Time // ring of the last departures; len is the number allowed in a span
	next int
	span time.Duration
}

// gateSlack is added to the second, so that two requests a second apart here
// are not less than that apart where they arrive.
const gateSlack = 4 * time.Millisecond

// newGate allows perSecond departures in any second; 0, and whatever is too
// fast for a network to keep order, = no limit.
func newGate(perSecond float64) *gate {
	const tooFast = 20_000
	if perSecond <= 0 || perSecond > tooFast {
		return &gate{}
	}
	n := math.Ceil(perSecond)
	return &gate{
		left: make([]time.Time, int(n)),
		span: time.Duration(n/perSecond*float64(time.Second)) + gateSlack,
	}
}

// pass returns when the request may leave, and the moment that was. It fails
// only if ctx ends first; the place is then left unused.
func (g *gate) pass(ctx context.Context) (time.Time, error) {
	if len(g.left) == 0 {
		return time.Now(), nil
	}
	g.mu.Lock()
	at := time.Now()
	if oldest := g.left[g.next]; !oldest.IsZero() {
		if free := oldest.Add(g.span); free.After(at) {
			at = free
		}
	}
	g.left[g.next] = at
	g.next = (g.next + 1) % len(g.left)
	g.mu.Unlock()
	return at, sleep(ctx, time.Until(at))
}

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
