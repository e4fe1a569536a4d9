package importer

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

// slowMemory is a ledger whose begins take their time.
type slowMemory struct {
	memory
	begin func()
}

func (m slowMemory) Begin(ctx context.Context, s ledger.Submission) error {
	err := m.memory.Begin(ctx, s)
	m.begin()
	return err
}

// begunSlowly runs the people with a ledger that calls begin at the end of every
// Begin.
func (f *fixture) begunSlowly(list []person, s *server, begin func(), change ...func(*Job)) *Result {
	job, done := f.open(list, s)
	defer done()
	for _, c := range change {
		c(job)
	}
	ctx, p := context.Background(), newPlan()
	run, err := job.Ledger.StartRun(ctx, ledger.RunInfo{Target: "test"}, job.plan(ctx, p))
	if err != nil {
		f.t.Fatal(err)
	}
	log, _ := patientLogger(nil)
	res, err := newRunner(ctx, job, p, slowMemory{run, begin}, log, time.Now()).send(ctx)
	if err = errors.Join(err, run.End(ctx, ledger.End{FinishedAt: time.Now()})); err != nil {
		f.t.Fatal(err)
	}
	f.rows(job.Ledger, res)
	return res
}

// A row that is begun when the run stops does not leave any more, and is as if
// it had never been begun.
func TestBegunRowIsHeldBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := newFixture(t), &server{}
		stop, begun := make(chan struct{}), 0
		res := f.begunSlowly(people(5), s, func() {
			if begun++; begun == 2 {
				close(stop)
				synctest.Wait() // until the runner has heard it
			}
		}, func(j *Job) { j.Pace, j.Stop = NewPace(1), stop })
		f.want(res, ExitInterrupted, map[ledger.Outcome]int{ledger.Booked: 1, ledger.NotSent: 4})
		if len(s.calls) != 1 || res.Requests != 1 {
			t.Errorf("%d requests, the run counts %d", len(s.calls), res.Requests)
		}
		held := 0
		for _, row := range f.last {
			if row.Outcome == ledger.NotSent && row.Attempts == 0 && !row.Reason.IsZero() {
				held++
			}
		}
		if held != 1 {
			t.Errorf("%d rows say that they were held back", held)
		}
		f.want(f.run(people(5), &server{}), ExitDone, map[ledger.Outcome]int{ledger.AlreadyBooked: 1, ledger.Booked: 4})
	})
}

// A pause holds every row that has not left, one whose begin was written
// meanwhile, too.
func TestPauseHoldsWhatHasNotLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, begun := newFixture(t), 0
		refused := make(chan struct{})
		s := &server{answer: func(call int, _ vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
			if call == 2 {
				close(refused)
				return vitec.Answer{}, &vitec.StatusError{Status: 429, HasRetryAfter: true, RetryAfter: time.Minute}
			}
			return booked(b), nil
		}}
		res := f.begunSlowly(people(8), s, func() {
			if begun++; begun == 3 { // the disk is slow, and the answer to the second comes
				<-refused
				synctest.Wait()
			}
		}, func(j *Job) { j.Pace = NewPace(100) })
		f.want(res, ExitDone, map[ledger.Outcome]int{ledger.Booked: 8})
		if pause := s.times[2].Sub(s.times[1]); pause < time.Minute {
			t.Errorf("the next request left %s after the refusal", pause)
		}
	})
}

// While the disk stands still no row gets ready that would leave in a bunch with
// others afterwards.
func TestSlowDiskBunchesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s, begun := newFixture(t), &server{}, 0
		res := f.begunSlowly(people(100), s, func() {
			if begun++; begun%20 == 19 {
				time.Sleep(700 * time.Millisecond)
			}
		}, func(j *Job) { j.Pace = NewPace(10) })
		f.want(res, ExitDone, map[ledger.Outcome]int{ledger.Booked: 100})
		if worst := worstSecond(s.times); worst > 11 {
			t.Errorf("%d requests in one second, 10 are allowed", worst)
		}
	})
}

// Jobs that share a pace hold one limit together, and pause together.
func TestJobsShareAPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := NewPace(10)
		s := &server{answer: func(call int, _ vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
			if call == 40 {
				return vitec.Answer{}, &vitec.StatusError{Status: 429, HasRetryAfter: true, RetryAfter: time.Minute}
			}
			return booked(b), nil
		}}
		var jobs sync.WaitGroup
		for range 2 {
			f := newFixture(t)
			jobs.Go(func() {
				res := f.run(people(30), s, func(j *Job) { j.Pace = pace })
				f.want(res, ExitDone, map[ledger.Outcome]int{ledger.Booked: 30})
			})
		}
		jobs.Wait()
		if worst := worstSecond(s.times); worst > 11 {
			t.Errorf("%d requests in one second, 10 are allowed", worst)
		}
		if pause := s.times[40].Sub(s.times[39]); pause < time.Minute {
			t.Errorf("the next request left %s after the refusal", pause)
		}
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
		"429 of a day":         {&vitec.StatusError{Status: 429, HasRetryAfter: true, RetryAfter: 24 * time.Hour}, StopLongWait, 1, time.Second},
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
