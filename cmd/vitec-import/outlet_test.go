package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestOutletForgetsTheOldest: what nobody reads is limited, the end of it is
// kept, and the end of the program does not wait for ever.
func TestOutletForgetsTheOldest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reader, writer := io.Pipe()
		o := newOutlet(writer)
		line := strings.Repeat("x", 1023) + "\n"
		for range 3 * outletRoom {
			if n, err := o.Write([]byte(line)); n != len(line) || err != nil {
				t.Fatal(n, err)
			}
		}
		io.WriteString(o, "the last\n")
		start := time.Now()
		o.flush(nil, outletWait)
		if took := time.Since(start); took < outletWait || took > 2*outletWait {
			t.Errorf("waited %v for a reader that stands still", took)
		}
		start, stop := time.Now(), make(chan struct{})
		close(stop)
		o.flush(stop, outletWait)
		if took := time.Since(start); took > outletStop+10*time.Millisecond {
			t.Errorf("waited %v when it was to stop", took)
		}
		var got bytes.Buffer
		go func() { io.Copy(&got, reader) }()
		o.flush(nil, outletWait)
		synctest.Wait()
		if n := o.lost.Load(); n < outletRoom || got.Len() < outletRoom*len(line)/2 || got.Len() > 2*outletRoom*len(line) || !strings.HasSuffix(got.String(), "the last\n") {
			t.Errorf("%d writes were dropped, %d bytes came", n, got.Len())
		}
		writer.Close()
		close(o.queue)
	})
}
