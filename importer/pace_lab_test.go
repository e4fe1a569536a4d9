package importer

import (
	"container/heap"
	"math/rand/v2"
	"time"
)

// A road is a server and the way to it. The pace has no clock of its own, so
// that minutes pass in a moment, and the same way each time.
type road struct {
	asked   float64 // requests per second; 0 = no limit
	width   int     // requests at once at most
	latency time.Duration
	jitter  time.Duration // more latency, on the mean
	server  limiter
	phase   time.Duration // of the second that the server's clock shows at the start
	stalls  bool          // this side is a busy machine: nothing leaves for a fifth of a second every now and then
}

// An arrival is what the server has seen of a request, and said to it.
type arrival struct {
	at time.Duration // since the start
	ok bool
}

// A happening is a request that reaches the server, or its answer that comes back.
type happening struct {
	at, left time.Time
	arrives  bool
	ok       bool
	wait     time.Duration
	n        int // in the order in which they were made
}

type happenings []happening

func (h happenings) Len() int { return len(h) }
func (h happenings) Less(i, j int) bool {
	if !h[i].at.Equal(h[j].at) {
		return h[i].at.Before(h[j].at)
	}
	return h[i].n < h[j].n
}
func (h happenings) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *happenings) Push(x any)   { *h = append(*h, x.(happening)) }
func (h *happenings) Pop() any {
	last := (*h)[len(*h)-1]
	*h = (*h)[:len(*h)-1]
	return last
}

// visit sends requests to the server for that long, as the pace allows and in
// the way of a sender: one at a time until the first was taken.
func (w road) visit(d time.Duration) []arrival {
	var (
		p        = newPace(w.asked)
		rnd      = rand.New(rand.NewPCG(7, 7))
		start    = time.Unix(1_700_000_000, int64(w.phase))
		end      = start.Add(d)
		now      = start
		coming   happenings
		arrivals []arrival
		active   int
		sent     int
		made     int
		proven   bool
	)
	way := func() time.Duration {
		return w.latency/2 + time.Duration(rnd.ExpFloat64()*float64(w.jitter)/2)
	}
	add := func(h happening) {
		made++
		h.n = made
		heap.Push(&coming, h)
	}
	// until lets time pass, up to then, or up to the first answer if any will do.
	until := func(then time.Time, any bool) {
		for len(coming) > 0 && !coming[0].at.After(then) {
			h := heap.Pop(&coming).(happening)
			if h.at.After(now) {
				now = h.at
			}
			if h.arrives {
				h.ok, h.wait = w.server.take(h.at)
				arrivals = append(arrivals, arrival{h.at.Sub(start), h.ok})
				h.arrives, h.at = false, h.at.Add(way())
				add(h)
				continue
			}
			active--
			if h.ok {
				proven = true
			} else {
				p.refuse(now, h.left, h.wait)
			}
			if any {
				return
			}
		}
		if now.Before(then) {
			now = then
		}
	}
	for now.Before(end) {
		if active == w.width || active > 0 && !proven {
			until(end, true)
			continue
		}
		free, pausing := p.pausing(now)
		wait := free.Sub(now)
		if !pausing {
			wait = p.next(now)
		}
		until(now.Add(max(wait, 0)), false)
		if _, again := p.pausing(now); pausing || again {
			continue
		}
		if sent++; w.stalls && sent%97 == 0 {
			until(now.Add(200*time.Millisecond), false)
		}
		p.departed(now)
		active++
		add(happening{at: now.Add(way()), left: now, arrives: true})
		if w.asked == 0 {
			until(now.Add(20*time.Microsecond), false) // what a request costs here
		}
	}
	return arrivals
}

// A finding is how a pace has got on with a server.
type finding struct {
	first float64 // seconds until the first refusal; < 0 = there was none
	back  float64 // seconds after it until ten seconds had 95 % of what can be had
	kept  float64 // the share of what can be had, from ten seconds after the first refusal to the end
	count int     // of refusals
	once  int     // of them, those in the half second after the first: they were under way
	of    int     // requests
}

func find(arrivals []arrival, limit, span float64) (f finding) {
	f.first, f.of = -1, len(arrivals)
	var taken []float64
	end := 0.
	for _, a := range arrivals {
		at := a.at.Seconds()
		end = at
		if a.ok {
			taken = append(taken, at)
			continue
		}
		if f.first < 0 {
			f.first = at
		}
		f.count++
		if at < f.first+0.5 {
			f.once++
		}
	}
	had := func(from, to float64) float64 {
		n := 0
		for _, t := range taken {
			if t >= from && t < to {
				n++
			}
		}
		return (float64(n) + 0.5) / (to - from) / limit
	}
	from := max(f.first, 0)
	f.kept = had(from+max(10, span), end)
	f.back = end
	for s := 0.; from+s+span <= end; s += 0.5 {
		if had(from+s, from+s+span) >= 0.95 {
			f.back = s
			break
		}
	}
	return f
}
