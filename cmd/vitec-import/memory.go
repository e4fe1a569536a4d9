package main

import (
	"os"
	"runtime"
	"runtime/debug"
	runtimemetrics "runtime/metrics"
	"sync"
)

// How much garbage may stand beside what is in use, in bytes. With less the
// collector runs all the time; with more nothing is faster, and memory that is
// touched for the first time costs as well. Plans and reports make little garbage
// and have much in use.
const (
	roomToSend = 20 << 20
	roomElse   = 12 << 20
)

// steadyMemory makes the collector run whenever so much garbage stands, however
// much is in use. Its own rule, as much garbage as there is in use, is wrong at
// both ends here: a run needs a few MB, and would be collected hundreds of times
// a second; and a plan of a million rows holds tables without pointers that cost
// the collector nothing, and would get as much garbage beside them. The returned
// function brings that rule back.
func steadyMemory(room uint64) (end func()) {
	if os.Getenv("GOGC") != "" {
		return func() {}
	}
	before := debug.SetGCPercent(100)
	var (
		mu    sync.Mutex
		ended bool
		inUse = []runtimemetrics.Sample{{Name: "/gc/heap/live:bytes"}}
	)
	// After each collection its finalizer sets the share for the next one, and
	// itself anew.
	type bell struct{ _ *byte } // a pointer keeps it out of the blocks in which small values share a life
	var ring func(*bell)
	ring = func(b *bell) {
		mu.Lock()
		defer mu.Unlock()
		if ended {
			return
		}
		runtimemetrics.Read(inUse)
		percent := room * 100 / max(inUse[0].Value.Uint64(), 1<<20)
		debug.SetGCPercent(int(max(percent, 5)))
		runtime.SetFinalizer(b, ring)
	}
	ring(new(bell))
	return func() {
		mu.Lock()
		defer mu.Unlock()
		ended = true
		debug.SetGCPercent(before)
	}
}
