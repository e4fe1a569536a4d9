package importer

import (
	"sync"
	"time"

	"vitec-import/importer/ledger"
)

// Progress is the state of a run while it sends. Safe for concurrent use.
type Progress struct {
	mu sync.Mutex
	s  State
}

// State is what a person wants to know of a run that is under way.
type State struct {
	// Total is the number of rows to send, Done how many have their outcome.
	Total, Done int
	Outcomes    [len(ledger.Outcomes)]int
	Requests    int
	// InFlight requests are being waited for, Waiting rows will be tried again.
	InFlight, Waiting int
	// Limit is the rate in force, in requests per second; +Inf = none. It is
	// below the asked-for rate after the server has refused requests.
	Limit float64
	// PausedUntil, if in the future, is when the next request may leave.
	PausedUntil time.Time
	// Stopping says why no more requests leave; nil = the run goes on.
	Stopping  *Stop
	StartedAt time.Time
}

// State returns the state as it is now.
func (p *Progress) State() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.s
}

func (p *Progress) update(f func(*State)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	f(&p.s)
}
