package importer

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// A Pace says when the next request may leave: at the user's rate, or below it
// while the server refuses. A refusal pauses all requests and halves the rate,
// once however many refusals one wave brings. The rate is back at nine tenths of
// what was refused within seconds and rises slowly from there, as TCP's does.
//
// Jobs that send to one server share one, in turn or at the same time, and so
// what it has learned. It is safe for concurrent use.
type Pace struct {
	// door is held from a row's wait to its durable begin: by one row at a time,
	// so that a lower rate holds from the next request on. A limiter with many
	// waiters would let those go at the old rate.
	door    chan struct{}
	unused  *string // the login of a turn that no request left with; whoever has the door may use it
	limiter *rate.Limiter
	asked   rate.Limit // by the user; Inf = no limit

	mu      sync.Mutex
	refused rate.Limit // the rate at the last refusal; 0 = there was none
	halved  time.Time  // when the rate was last halved
	changed time.Time  // when the rate was last set
	until   time.Time  // nothing leaves before this
	left    []time.Time
	// heard is how often all hosts of a shared ledger have slowed down, as far as
	// this one knows, by login.
	heard map[string]int64
}

const (
	shortRest = 500 * time.Millisecond // a pause whose length the server does not say
	slowest   = 0.2                    // requests a second: a pace never stops by itself

	// slowestRise is by how many requests a second the rate rises each second at
	// least: many refusals in a row must not hold a run at a crawl for minutes.
	slowestRise = 0.02
)

// NewPace allows so many requests a second; 0 = no limit.
func NewPace(perSecond float64) *Pace {
	asked := rate.Limit(perSecond)
	if perSecond <= 0 {
		asked = rate.Inf
	}
	return &Pace{door: make(chan struct{}, 1), limiter: rate.NewLimiter(asked, 1), asked: asked, heard: map[string]int64{}}
}

// wait returns when the next request may leave, or with ctx's error. The caller
// has the door.
func (p *Pace) wait(ctx context.Context) error {
	for {
		if err := sleep(ctx, time.Until(p.pausedUntil())); err != nil {
			return err
		}
		p.recover(time.Now())
		if err := p.limiter.Wait(ctx); err != nil {
			return err
		}
		if now := time.Now(); !p.pausedUntil().After(now) {
			p.departed(now)
			return nil
		} // else there was a refusal meanwhile
	}
}

// departed is told that a request leaves now. It keeps those of the last second
// while there is no limit to halve.
func (p *Pace) departed(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.limiter.Limit() != rate.Inf {
		p.left = nil
		return
	}
	for len(p.left) > 0 && now.Sub(p.left[0]) > time.Second {
		p.left = p.left[1:]
	}
	p.left = append(p.left, now)
}

// refuse is told that the server refused a request that left at left. rest is
// for how long the server wants to be left alone; 0 = it does not say. It
// returns the pause and the rate that hold now, and whether that was halved.
func (p *Pace) refuse(left, now time.Time, rest time.Duration) (pause time.Duration, perSecond rate.Limit, halved bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if halved = left.After(p.halved); halved { // what left before it tells nothing about the halved rate
		p.halve(now)
	}
	if rest <= 0 {
		rest = shortRest
	}
	if until := now.Add(rest); until.After(p.until) {
		p.until = until
	}
	return p.until.Sub(now), p.limiter.Limit(), halved
}

// halve halves the rate. The caller holds mu.
func (p *Pace) halve(now time.Time) {
	p.refused = p.limiter.Limit()
	if p.refused == rate.Inf {
		p.refused = rate.Limit(max(len(p.left), 1))
	}
	p.set(now, max(p.refused/2, min(slowest, p.asked)))
	p.halved = now
}

// hear takes what the ledger says of all hosts: if another one was refused, this
// one slows down, too.
func (p *Pace) hear(login string, refusals int64, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if before, known := p.heard[login]; known && refusals > before {
		p.halve(now)
	}
	p.heard[login] = refusals
}

// slowedDown is told how often all hosts have slowed down, this one included.
func (p *Pace) slowedDown(login string, refusals int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.heard[login] = refusals
}

// slowDowns is how often all hosts have slowed down, as far as this one knows.
func (p *Pace) slowDowns(login string) int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.heard[login]
}

// recover raises the rate after a refusal, as far as the time since allows. A
// pause does not count.
func (p *Pace) recover(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	from := p.changed
	if p.until.After(from) {
		from = p.until
	}
	at, passed := p.limiter.Limit(), rate.Limit(now.Sub(from).Seconds())
	switch {
	case p.refused == 0 || at >= p.asked || passed <= 0:
		return
	case at < p.refused*0.9: // half of the way in a second
		at = min(at+p.refused/5*passed, p.refused*0.9)
	case at < p.refused*1.1: // past what was refused within a minute, or sooner at a crawl
		at += max(p.refused/300, slowestRise) * passed
	default: // the server allows more than it did
		at += at / 20 * passed
	}
	p.set(now, min(at, p.asked))
}

func (p *Pace) set(now time.Time, perSecond rate.Limit) {
	p.limiter.SetLimitAt(now, perSecond)
	p.changed = now
}

// pausedUntil is when the present pause ends, or the last one ended.
func (p *Pace) pausedUntil() time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.until
}

// perSecond is the rate that the user asked for; 0 = no limit.
func (p *Pace) perSecond() float64 {
	if p.asked == rate.Inf {
		return 0
	}
	return float64(p.asked)
}

// pausing reports whether nothing may leave now.
func (p *Pace) pausing() bool { return p.pausedUntil().After(time.Now()) }

// limited reports whether there is a rate to hold.
func (p *Pace) limited() bool { return p.limiter.Limit() != rate.Inf }

// sleep waits for d, or until ctx ends.
func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
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
