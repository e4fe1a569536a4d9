package importer

import (
	"context"
	"math"
	"net/http/httptrace"
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

// pass returns when the request may leave. It fails only if ctx ends first; the
// place is then left unused.
func (g *gate) pass(ctx context.Context) (departure, error) {
	if len(g.left) == 0 {
		return departure{at: time.Now()}, nil
	}
	g.mu.Lock()
	d := departure{gate: g, place: &g.left[g.next], at: time.Now()}
	if oldest := *d.place; !oldest.IsZero() {
		if free := oldest.Add(g.span); free.After(d.at) {
			d.at = free
		}
	}
	*d.place = d.at
	g.next = (g.next + 1) % len(g.left)
	g.mu.Unlock()
	if err := sleep(ctx, time.Until(d.at)); err != nil {
		return d, err
	}
	d.moved(time.Now()) // a busy machine wakes sleepers late
	return d, nil
}

// departure is a request's leave to go.
type departure struct {
	gate  *gate
	place *time.Time
	at    time.Time
}

// traced returns a context that tells the gate when the request has really
// left. A busy machine may let it wait for milliseconds yet, and the next in its
// place must not take it for the earlier time.
func (d *departure) traced(ctx context.Context) context.Context {
	if d.gate == nil {
		return ctx
	}
	wrote := *d // a call may write on after its end
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { wrote.moved(time.Now()) },
	})
}

// moved is told that the request left later, unless its place is taken already.
func (d *departure) moved(to time.Time) {
	d.gate.mu.Lock()
	defer d.gate.mu.Unlock()
	if *d.place == d.at {
		*d.place = to
	}
	d.at = to
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
