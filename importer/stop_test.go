package importer

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

// A row that is begun and waits at the gate does not leave any more once the
// run stops, and is as if it had never been begun.
func TestBegunRowIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := newFixture(t), &server{}
		stop := make(chan struct{})
		// The second row is begun after one second, and its place at the gate
		// comes gateSlack later.
		time.AfterFunc(time.Second+gateSlack/2, func() { close(stop) })
		res := f.run(people(5), s, func(j *Job) { j.Rate, j.Stop = 1, stop })
		f.want(res, ExitInterrupted, map[ledger.Outcome]int{ledger.Booked: 1, ledger.NotSent: 4})
		if len(s.calls) != 1 || res.Requests != 1 {
			t.Errorf("%d requests, the run counts %d", len(s.calls), res.Requests)
		}
		if row := f.last[1]; row.Attempts != 0 || row.Message == "" {
			t.Errorf("the row that was held back: %+v", row)
		}
		f.want(f.run(people(5), &server{}), ExitDone, map[ledger.Outcome]int{ledger.AlreadyBooked: 1, ledger.Booked: 4})
	})
}

// Nothing depends on the order of wall-clock times: in the bubble it is the
// year 2000, and the ledger is of today.
func TestLedgerFromTheFuture(t *testing.T) {
	f := newFixture(t)
	half := &server{answer: func(_ int, _ vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		switch b.UpdatePerson.FirstName {
		case "P3":
			return vitec.Answer{}, refusedWith(500)
		case "P4":
			return vitec.Answer{}, refusedWith(400)
		}
		return booked(b), nil
	}}
	f.want(f.run(people(6), half), ExitUncertain, map[ledger.Outcome]int{ledger.Booked: 4, ledger.Uncertain: 1, ledger.Rejected: 1})
	synctest.Test(t, func(t *testing.T) {
		f, s := &fixture{t: t, dir: f.dir}, &server{}
		f.want(f.run(people(7), s), ExitUncertain, map[ledger.Outcome]int{ledger.AlreadyBooked: 4, ledger.Uncertain: 1, ledger.Booked: 2})
		if len(s.calls) != 2 {
			t.Errorf("%d requests", len(s.calls))
		}
	})
}

// Storms go on for longer than a row is tried. The run gives up in time, and
// nothing is in doubt.
func TestStormsEnd(t *testing.T) {
	for name, tt := range map[string]struct {
		err   error
		stop  string
		calls int // at most
		time  time.Duration
	}{
		"429 without a time":   {refusedWith(429), StopUnreachable, 30, 15 * time.Minute},
		"429 of ten seconds":   {&vitec.StatusError{Status: 429, HasRetryAfter: true, RetryAfter: 10 * time.Second}, StopUnreachable, 30, 15 * time.Minute},
		"429 of nine minutes":  {&vitec.StatusError{Status: 429, HasRetryAfter: true, RetryAfter: 9 * time.Minute}, StopLongWait, 10, longestStandstill},
		"503 of a day":         {&vitec.StatusError{Status: 503, HasRetryAfter: true, RetryAfter: 24 * time.Hour}, StopLongWait, 1, time.Second},
		"nothing gets through": {&vitec.TransportError{Err: errors.New("refused")}, StopUnreachable, 45, 2 * time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFixture(t)
				s := &server{answer: func(int, vitec.Target, *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
					return vitec.Answer{}, tt.err
				}}
				start := time.Now()
				res := f.run(people(5000), s)
				f.want(res, ExitStopped, map[ledger.Outcome]int{ledger.NotSent: 5000})
				if res.Stopped == nil || res.Stopped.Code != tt.stop {
					t.Errorf("stopped: %+v", res.Stopped)
				}
				if took := time.Since(start); took > tt.time || len(s.calls) > tt.calls {
					t.Errorf("%d requests in %s", len(s.calls), took)
				}
			})
		})
	}
}
