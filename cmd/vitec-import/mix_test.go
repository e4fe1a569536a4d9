package main

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"vitec-import/vitec/testenv"
)

var mixed = flag.Int64("seed", -1, "mix this seed only")

// TestMix lets everything happen at once: 200 rows with twins and several
// customers, a server that misbehaves in several ways, three restarts with a
// signal, a kill or an edited list in between, all drawn from a seed. A seed
// that fails is told; -seed replays it.
func TestMix(t *testing.T) {
	if *mixed >= 0 {
		mix(t, uint64(*mixed))
		return
	}
	t.Parallel()
	var runs, requests, doubts atomic.Int64
	t.Run("seeds", func(t *testing.T) {
		seeds := testenv.Sampled(6, 300)
		if testing.Short() {
			seeds /= 3
		}
		for seed := range seeds {
			t.Run(strconv.Itoa(seed), func(t *testing.T) {
				t.Parallel()
				r, q, d := mix(t, uint64(seed))
				runs.Add(int64(r))
				requests.Add(int64(q))
				doubts.Add(int64(d))
				if t.Failed() {
					t.Logf("replay with -run TestMix -seed %d", seed)
				}
			})
		}
	})
	t.Logf("%d runs, %d requests, %d rows in doubt", runs.Load(), requests.Load(), doubts.Load())
}

// What a server does in a mix. All that is struck by the first group is in
// doubt, by the second it is not. None is meant to
// hang: where a short time runs out, a busy machine makes doubts of its own.
var (
	doubtful = []string{"500-after-commit", "500", "502-after-commit", "504", "reset-after-commit", "reset", "reset-in-request", "close-after-commit",
		"cut", "html-after-commit", "answer", "answer-after-commit=null", "raw-after-commit=garbage", "raw=x", "gzip-bomb-after-commit"}
	certain = []string{"429=0", "503=0", "400", "409", "422", "bom", "close-after-answer", "latency=0s..8ms"}
)

func mix(t *testing.T, seed uint64) (runs, requests, doubts int) {
	rnd := rand.New(rand.NewPCG(seed, 2))
	list := guests(200)
	for i := range list {
		list[i].customer = fmt.Sprintf("M%d", rnd.IntN(2))
		list[i].limit = rnd.IntN(4) == 0
		if i > 0 && rnd.IntN(25) == 0 {
			list[i] = list[rnd.IntN(i)] // a twin
		}
	}
	o := newOffice(t, list)
	o.wide = 1 + rnd.IntN(8)
	o.flags = []string{"--timeout", "5s", "--format", []string{"json", "xml"}[rnd.IntN(2)]}
	for range 3 {
		sure, every := certain[rnd.IntN(len(certain))], 9+rnd.IntN(30)
		if sure == "429=0" || sure == "503=0" {
			every += 60 // each halves the pace
		}
		faults := []string{fmt.Sprintf("%s:%d%%", doubtful[rnd.IntN(len(doubtful))], 1+rnd.IntN(3)),
			fmt.Sprintf("%s:/%d", doubtful[rnd.IntN(len(doubtful))], 40+rnd.IntN(60)),
			fmt.Sprintf("%s:/%d", sure, every), "latency=0s..2ms"}
		if rnd.IntN(4) == 0 {
			faults = append(faults, fmt.Sprintf("403:customer=M1:%d+", 1+rnd.IntN(100)))
		}
		var e *attempt
		doubt := 0
		before := len(o.srv.Requests())
		strike := 1 + rnd.IntN(150)
		switch rnd.IntN(3) {
		case 0: // it is let run
			o.fault(faults...)
			e = o.run()
		case 1: // it is asked to end
			stop := make(chan struct{})
			var once sync.Once
			o.atRequest(strike, func() { once.Do(func() { close(stop) }) }, faults...)
			e = o.do(stop, o.args()...)
		case 2: // it is killed
			c := o.start()
			o.atRequest(strike, func() { c.signal(os.Kill) }, faults...)
			e = c.wait()
			doubt = o.wide
		}
		for _, r := range o.srv.Requests()[before:] {
			if r.Fault != "" {
				doubt++ // or less: some faults leave none
			}
		}
		o.audit(e, doubt)
		runs++
		requests += e.requests
		doubts += e.counts["uncertain"]
		if rnd.IntN(3) == 0 {
			rnd.Shuffle(len(o.list), func(i, k int) { o.list[i], o.list[k] = o.list[k], o.list[i] })
			o.enter(o.list)
		}
	}
	e := o.settle()
	return runs + 2, requests + e.requests, doubts
}
