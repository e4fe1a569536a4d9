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
const gateSlack = 3 * time.Millisecond

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
	place := &g.left[g.next]
	*place = at
	g.next = (g.next + 1) % len(g.left)
	g.mu.Unlock()
	if err := sleep(ctx, time.Until(at)); err != nil {
		return at, err
	}
	// A busy machine wakes sleepers late, and the next in this place must not
	// take it for the earlier time, unless it has done so already.
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if *place == at {
		*place = now
	}
	return now, nil
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
