package importer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/vitec"
)

const testMapping = `version: 1
target:
  customerId: Kund
  viewingId: {value: VIS1}
  timeSlotId: Tid
participant:
  updatePerson:
    firstName: Förnamn
    lastName: Efternamn
    email: {emailAddress: E-post}
  options:
    enableBookingLimitValidation: Platser
    isDeadlineValidationEnabled: {value: false}
`

// person is one row of a test's input.
type person struct {
	name, mail     string
	customer, slot string
	limit          bool // the server shall count places
}

func people(n int) []person {
	list := make([]person, n)
	for i := range list {
		list[i] = person{name: fmt.Sprintf("P%d", i+1), mail: fmt.Sprintf("p%d@example.com", i+1)}
	}
	return list
}

func csvOf(list []person) string {
	var s strings.Builder
	s.WriteString("Kund;Tid;Förnamn;Efternamn;E-post;Platser\n")
	for _, p := range list {
		customer, slot, limit := p.customer, p.slot, "nej"
		if customer == "" {
			customer = "M1"
		}
		if slot == "" {
			slot = "TS1"
		}
		if p.limit {
			limit = "ja"
		}
		fmt.Fprintf(&s, "%s;%s;%s;Test;%s;%s\n", customer, slot, p.name, p.mail, limit)
	}
	return s.String()
}

// server is a client of the importer that answers by a function and remembers
// whom it was asked to book. The function may block.
type server struct {
	mu     sync.Mutex
	calls  []string // first names, in the order in which they came
	times  []time.Time
	now    int // requests under way
	most   int // the most that ever were
	answer func(call int, t vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error)
}

func (s *server) AddViewingParticipant(_ context.Context, t vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
	s.mu.Lock()
	s.calls = append(s.calls, b.UpdatePerson.FirstName)
	s.times = append(s.times, time.Now())
	call := len(s.calls)
	s.now++
	s.most = max(s.most, s.now)
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.now--
		s.mu.Unlock()
	}()
	if s.answer == nil {
		return booked(b), nil
	}
	return s.answer(call, t, b)
}

func booked(b *vitec.AddNewViewingParticipant) vitec.Answer {
	return vitec.Answer{Id: "VID-" + b.UpdatePerson.FirstName, Status: 200}
}

func refusedWith(status int) error { return &vitec.StatusError{Status: status} }

// fixture is a ledger that outlives its runs, as it does for a user.
type fixture struct {
	t    *testing.T
	dir  string
	last []ledger.Row
	// nameless: the mapping has no names.
	nameless bool
}

func newFixture(t *testing.T) *fixture { return &fixture{t: t, dir: t.TempDir()} }

// open returns a job over the people, ready to run, and what closes it.
func (f *fixture) open(list []person, s *server) (*Job, func()) {
	f.t.Helper()
	input := filepath.Join(f.dir, "participants.csv")
	if err := os.WriteFile(input, []byte(csvOf(list)), 0o600); err != nil {
		f.t.Fatal(err)
	}
	source := testMapping
	if f.nameless {
		source = strings.Replace(source, "    firstName: Förnamn\n    lastName: Efternamn\n", "", 1)
	}
	m, err := mapping.Parse("mapping.yaml", []byte(source), mapping.Options{})
	if err != nil {
		f.t.Fatal(err)
	}
	file, err := table.Open(context.Background(), input, table.Options{Fits: m.Fits})
	if err != nil {
		f.t.Fatal(err)
	}
	mapper, err := m.Bind(file.Info().Header)
	if err != nil {
		f.t.Fatal(err)
	}
	l, err := ledger.Open(context.Background(), filepath.Join(f.dir, "ledger.db"), ledger.Options{Create: true})
	if err != nil {
		f.t.Fatal(err)
	}
	job := &Job{
		File: file, Mapper: mapper, Ledger: l, Target: "test", Client: s, Concurrency: 4,
		Record: ledger.RunInfo{Input: ledger.Input{Name: "participants.csv", Path: input}},
	}
	return job, func() {
		if err := errors.Join(file.Close(), l.Close()); err != nil {
			f.t.Error(err)
		}
	}
}

// run runs the people and checks what must hold after every run.
func (f *fixture) run(list []person, s *server, change ...func(*Job)) *Result {
	f.t.Helper()
	job, done := f.open(list, s)
	defer done()
	for _, c := range change {
		c(job)
	}
	res, err := job.Run(context.Background(), func(*Plan) error { return nil })
	if res == nil {
		f.t.Fatalf("run: %v", err)
	}
	f.rows(job.Ledger, res)
	return res
}

// rows reads the run's rows from the ledger and holds them against the result.
func (f *fixture) rows(l *ledger.Ledger, res *Result) {
	f.t.Helper()
	f.last = nil
	var counts [len(ledger.Outcomes)]int
	for row, err := range l.Rows(context.Background(), res.Run) {
		if err != nil {
			f.t.Fatal(err)
		}
		f.last = append(f.last, row)
		counts[row.Outcome]++
	}
	if len(f.last) != res.Plan.Rows {
		f.t.Errorf("the ledger has %d rows, %d were read", len(f.last), res.Plan.Rows)
	}
	if counts != res.Outcomes {
		f.t.Errorf("the ledger counts %v, the run %v", counts, res.Outcomes)
	}
}

func (f *fixture) want(res *Result, code int, want map[ledger.Outcome]int) {
	f.t.Helper()
	for _, o := range ledger.Outcomes {
		if res.Outcomes[o] != want[o] {
			f.t.Errorf("%s: %d, want %d", o, res.Outcomes[o], want[o])
		}
	}
	if got := res.ExitCode(); got != code {
		f.t.Errorf("exit code %d, want %d (stopped: %+v)", got, code, res.Stopped)
	}
}

func TestRunBooksEverybodyOnce(t *testing.T) {
	f, s := newFixture(t), &server{}
	list := people(50)
	f.want(f.run(list, s), ExitDone, map[ledger.Outcome]int{ledger.Booked: 50})
	if len(s.calls) != 50 {
		t.Errorf("%d requests", len(s.calls))
	}
	for i, row := range f.last {
		if want := fmt.Sprintf("VID-P%d", i+1); row.BookingID != want || row.Number != i+2 || row.Attempts != 1 {
			t.Errorf("row %d: %+v", i, row)
		}
	}

	again := &server{}
	f.want(f.run(list, again), ExitDone, map[ledger.Outcome]int{ledger.AlreadyBooked: 50})
	list[0], list[49] = list[49], list[0]
	f.want(f.run(append(list, person{name: "New", mail: "new@example.com"}), again), ExitDone,
		map[ledger.Outcome]int{ledger.AlreadyBooked: 50, ledger.Booked: 1})
	if len(again.calls) != 1 {
		t.Errorf("%d requests for one new person", len(again.calls))
	}
}

func TestRunTellsTwinsInOneFile(t *testing.T) {
	f := newFixture(t)
	s := &server{answer: func(call int, _ vitec.Target, _ *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		return vitec.Answer{Id: fmt.Sprintf("VID%d", call), Status: 200}, nil
	}}
	list := people(3)
	list = append(list, person{name: "p1", mail: "P1@Example.com"}, person{name: "P1", mail: "p1@example.com", slot: "TS2"})
	f.want(f.run(list, s), ExitDone, map[ledger.Outcome]int{ledger.Booked: 4, ledger.Duplicate: 1})
	if twin := f.last[3]; twin.Outcome != ledger.Duplicate || twin.Ref.Row != 2 || !twin.ContentDiffers {
		t.Errorf("the twin: %+v", twin)
	}
}

func TestWrongLoginCostsOneRequest(t *testing.T) {
	f := newFixture(t)
	s := &server{answer: func(int, vitec.Target, *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		return vitec.Answer{}, refusedWith(401)
	}}
	res := f.run(people(30), s)
	f.want(res, ExitStopped, map[ledger.Outcome]int{ledger.NotSent: 30})
	if len(s.calls) != 1 {
		t.Errorf("%d requests, want 1", len(s.calls))
	}
	f.want(f.run(people(30), &server{}), ExitDone, map[ledger.Outcome]int{ledger.Booked: 30})
}

// The first request is answered late; nobody may leave before it is.
func TestFirstSubmissionGoesAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		s := &server{}
		s.answer = func(call int, _ vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
			time.Sleep(time.Second)
			s.mu.Lock()
			defer s.mu.Unlock()
			if call == 1 && s.now != 1 {
				t.Errorf("%d requests were under way beside the first", s.now-1)
			}
			return booked(b), nil
		}
		f.want(f.run(people(20), s), ExitDone, map[ledger.Outcome]int{ledger.Booked: 20})
		if s.most != 4 {
			t.Errorf("at most %d requests were under way, want 4", s.most)
		}
	})
}

func TestForbiddenCustomerStopsAlone(t *testing.T) {
	f := newFixture(t)
	list := people(40)
	for i := range list {
		list[i].customer = []string{"M1", "M2"}[i%2]
	}
	s := &server{answer: func(_ int, target vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		if target.CustomerId == "M2" {
			return vitec.Answer{}, refusedWith(403)
		}
		return booked(b), nil
	}}
	res := f.run(list, s, func(j *Job) { j.Concurrency = 1 })
	f.want(res, ExitStopped, map[ledger.Outcome]int{ledger.Booked: 20, ledger.Rejected: 1, ledger.NotSent: 19})

	alone := &server{answer: func(int, vitec.Target, *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		return vitec.Answer{}, refusedWith(403)
	}}
	f2 := newFixture(t)
	f2.want(f2.run(people(10), alone), ExitStopped, map[ledger.Outcome]int{ledger.Rejected: 1, ledger.NotSent: 9})
}

func TestRunsOfBadEndsStop(t *testing.T) {
	lost := &vitec.TransportError{Written: true, Err: errors.New("connection reset")}
	for _, tt := range []struct {
		name string
		err  error
		stop string
		want map[ledger.Outcome]int
	}{
		{"rejected", refusedWith(400), StopRejected, map[ledger.Outcome]int{ledger.Rejected: 20, ledger.NotSent: 30}},
		{"server errors", refusedWith(500), StopUncertain, map[ledger.Outcome]int{ledger.Uncertain: 3, ledger.NotSent: 47}},
		{"lost answers", lost, StopUncertain, map[ledger.Outcome]int{ledger.Uncertain: 3, ledger.NotSent: 47}},
		{"redirected", refusedWith(307), codeRedirect, map[ledger.Outcome]int{ledger.NotSent: 50}},
		{"certificate", &vitec.TransportError{Certificate: true, Err: errors.New("x509")}, codeCertificate, map[ledger.Outcome]int{ledger.NotSent: 50}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t)
			s := &server{answer: func(int, vitec.Target, *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
				return vitec.Answer{}, tt.err
			}}
			res := f.run(people(50), s, func(j *Job) { j.Concurrency = 1 })
			f.want(res, ExitStopped, tt.want)
			if res.Stopped == nil || res.Stopped.Code != tt.stop {
				t.Errorf("stopped: %+v, want %s", res.Stopped, tt.stop)
			}
		})
	}
}

// One rejected row among booked ones is an ordinary end.
func TestRejectedRowsAreSentAgainByTheNextRun(t *testing.T) {
	f := newFixture(t)
	s := &server{answer: func(_ int, _ vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		if b.UpdatePerson.FirstName == "P7" {
			return vitec.Answer{}, &vitec.StatusError{Status: 400, Messages: []string{"P7 är fel", "p7@example.com finns"}}
		}
		return booked(b), nil
	}}
	f.want(f.run(people(10), s), ExitProblems, map[ledger.Outcome]int{ledger.Booked: 9, ledger.Rejected: 1})
	if m := f.last[6].Reason.String(); !strings.Contains(m, "400") || strings.Contains(m, "p7@") {
		t.Errorf("message %q", m)
	}
	f.want(f.run(people(10), &server{}), ExitDone, map[ledger.Outcome]int{ledger.Booked: 1, ledger.AlreadyBooked: 9})
}

func TestUncertainRowsAreNeverSentAgain(t *testing.T) {
	f := newFixture(t)
	s := &server{answer: func(_ int, _ vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		if b.UpdatePerson.FirstName == "P3" {
			return vitec.Answer{}, refusedWith(502)
		}
		return booked(b), nil
	}}
	f.want(f.run(people(5), s), ExitUncertain, map[ledger.Outcome]int{ledger.Booked: 4, ledger.Uncertain: 1})
	again := &server{}
	f.want(f.run(people(5), again), ExitUncertain, map[ledger.Outcome]int{ledger.AlreadyBooked: 4, ledger.Uncertain: 1})
	if len(again.calls) != 0 {
		t.Errorf("%d requests", len(again.calls))
	}
}

func TestTooManyRequestsPausesAndTriesAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		s := &server{answer: func(call int, _ vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
			if call == 5 {
				return vitec.Answer{}, &vitec.StatusError{Status: 429, HasRetryAfter: true, RetryAfter: 10 * time.Second}
			}
			return booked(b), nil
		}}
		res := f.run(people(20), s, func(j *Job) { j.Pace = NewPace(10) })
		f.want(res, ExitDone, map[ledger.Outcome]int{ledger.Booked: 20})
		if res.Requests != 21 {
			t.Errorf("%d requests, want 21", res.Requests)
		}
		if pause := s.times[5].Sub(s.times[4]); pause < 10*time.Second {
			t.Errorf("the next request left after %s", pause)
		}
		if gap := s.times[7].Sub(s.times[6]); gap < 150*time.Millisecond {
			t.Errorf("%s between two requests after the refusal, want about 200 ms", gap)
		}
	})
}

func TestTriesAreLimited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, err := range []error{refusedWith(429), &vitec.TransportError{Err: errors.New("refused")}} {
			f := newFixture(t)
			s := &server{answer: func(_ int, _ vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
				if b.UpdatePerson.FirstName == "P2" {
					return vitec.Answer{}, err
				}
				return booked(b), nil
			}}
			res := f.run(people(4), s)
			f.want(res, ExitStopped, map[ledger.Outcome]int{ledger.Booked: 3, ledger.NotSent: 1})
			if row := f.last[1]; row.Attempts != maxTries || row.Reason.IsZero() {
				t.Errorf("the row: %+v", row)
			}
		}
	})
}

func TestUnreachableServerStopsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		s := &server{answer: func(int, vitec.Target, *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
			return vitec.Answer{}, &vitec.TransportError{Err: errors.New("connection refused")}
		}}
		start := time.Now()
		res := f.run(people(100), s)
		f.want(res, ExitStopped, map[ledger.Outcome]int{ledger.NotSent: 100})
		if res.Stopped == nil || res.Stopped.Code != StopUnreachable {
			t.Errorf("stopped: %+v", res.Stopped)
		}
		if took := time.Since(start); took > 5*time.Minute {
			t.Errorf("it took %s to give up", took)
		}
	})
}

func TestALongWaitStopsTheRun(t *testing.T) {
	f := newFixture(t)
	s := &server{answer: func(int, vitec.Target, *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		return vitec.Answer{}, &vitec.StatusError{Status: 429, HasRetryAfter: true, RetryAfter: 24 * time.Hour}
	}}
	res := f.run(people(10), s)
	f.want(res, ExitStopped, map[ledger.Outcome]int{ledger.NotSent: 10})
	if len(s.calls) != 1 || res.Stopped.Code != StopLongWait {
		t.Errorf("%d requests, stopped: %+v", len(s.calls), res.Stopped)
	}
}

// Places go to the first: rows of a slot leave one after the other while the
// server counts them, and other slots do not wait for that.
func TestOrderWithinASlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		list := people(60)
		for i := range list {
			list[i].slot, list[i].limit = fmt.Sprintf("TS%d", i/20), true
		}
		var mu sync.Mutex
		busy, order := map[string]bool{}, map[string][]string{}
		s := &server{answer: func(call int, target vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
			mu.Lock()
			if busy[target.TimeSlotId] {
				t.Errorf("two requests for %s at once", target.TimeSlotId)
			}
			busy[target.TimeSlotId] = true
			order[target.TimeSlotId] = append(order[target.TimeSlotId], b.UpdatePerson.FirstName)
			mu.Unlock()
			time.Sleep(time.Duration(1+call*7%13) * time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			busy[target.TimeSlotId] = false
			if call == 9 {
				return vitec.Answer{}, refusedWith(429) // its successor must wait for it
			}
			return booked(b), nil
		}}
		f.want(f.run(list, s), ExitDone, map[ledger.Outcome]int{ledger.Booked: 60})
		if s.most < 2 {
			t.Error("the slots did not go on side by side")
		}
		for slot, names := range order {
			last := 0
			for _, name := range names {
				var n int
				fmt.Sscanf(name, "P%d", &n)
				if n < last {
					t.Errorf("%s: %v", slot, names)
					break
				}
				last = n
			}
		}
	})
}

func TestStopLetsRequestsUnderWayFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t)
		stop := make(chan struct{})
		s := &server{answer: func(call int, _ vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
			time.Sleep(time.Second)
			if call == 6 {
				close(stop)
				time.Sleep(5 * time.Second)
			}
			return booked(b), nil
		}}
		res := f.run(people(30), s, func(j *Job) { j.Stop = stop })
		if res.ExitCode() != ExitInterrupted {
			t.Errorf("exit code %d", res.ExitCode())
		}
		if n := len(s.calls); res.Outcomes[ledger.Booked] != n || res.Outcomes[ledger.Uncertain] != 0 || n > 10 {
			t.Errorf("%d requests, outcomes %v", n, res.Outcomes)
		}
		f.want(f.run(people(30), &server{}), ExitDone,
			map[ledger.Outcome]int{ledger.AlreadyBooked: len(s.calls), ledger.Booked: 30 - len(s.calls)})
	})
}

// However a run ends, it leaves no more rows in doubt than may be under way.
func TestBegunRowsAreNoMoreThanTheConcurrency(t *testing.T) {
	f := newFixture(t)
	reader := sync.OnceValues(func() (*ledger.Ledger, error) {
		return ledger.OpenReader(context.Background(), filepath.Join(f.dir, "ledger.db"))
	})
	s := &server{answer: func(_ int, _ vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		l, err := reader()
		if err != nil {
			t.Error(err)
			return vitec.Answer{}, err
		}
		begun := 0
		for row, err := range l.Rows(context.Background(), 1) {
			if err != nil {
				t.Error(err)
			}
			if row.Outcome == ledger.Uncertain {
				begun++
			}
		}
		if begun < 1 || begun > 4 {
			t.Errorf("%d rows are begun and have no outcome, want 1 to 4", begun)
		}
		return booked(b), nil
	}}
	res := f.run(people(100), s)
	f.want(res, ExitDone, map[ledger.Outcome]int{ledger.Booked: 100})
	if s.most > 4 {
		t.Errorf("%d requests were under way at once, want 4 at most", s.most)
	}
	if l, err := reader(); err == nil {
		l.Close()
	}
}

func TestMaxRows(t *testing.T) {
	f, s := newFixture(t), &server{}
	res := f.run(people(30), s, func(j *Job) { j.MaxRows = 7 })
	f.want(res, ExitStopped, map[ledger.Outcome]int{ledger.Booked: 7, ledger.NotSent: 23})
	if res.Stopped == nil || res.Stopped.Code != StopMaxRows {
		t.Errorf("stopped: %+v", res.Stopped)
	}
	f.want(f.run(people(5), s, func(j *Job) { j.MaxRows = 7 }), ExitDone, map[ledger.Outcome]int{ledger.AlreadyBooked: 5})
}

func TestDeclinedPlanLeavesNothing(t *testing.T) {
	f, s := newFixture(t), &server{}
	job, done := f.open(people(3), s)
	defer done()
	no := errors.New("no")
	res, err := job.Run(context.Background(), func(p *Plan) error {
		if p.Rows != 3 || p.ToSend() != 3 {
			t.Errorf("plan: %+v", p)
		}
		return no
	})
	if res != nil || !errors.Is(err, no) {
		t.Errorf("got %v, %v", res, err)
	}
	runs, err := job.Ledger.Runs(context.Background())
	if err != nil || len(runs) != 0 || len(s.calls) != 0 {
		t.Errorf("%d runs, %d requests, %v", len(runs), len(s.calls), err)
	}
}

// What is sent is what was confirmed: a file that changes in between ends the run.
func TestChangedInputIsNotSent(t *testing.T) {
	f, s := newFixture(t), &server{}
	list := people(10_000)
	job, done := f.open(list, s)
	defer done()
	s.answer = func(_ int, _ vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		if strings.HasPrefix(b.UpdatePerson.Email.EmailAddress, "somebody") {
			t.Error("a row was sent that nobody has confirmed")
		}
		return booked(b), nil
	}
	res, err := job.Run(context.Background(), func(*Plan) error {
		for i := range list {
			list[i].mail = "somebody.else@example.com"
		}
		return os.WriteFile(filepath.Join(f.dir, "participants.csv"), []byte(csvOf(list)), 0o600)
	})
	if err == nil || res == nil || res.Stopped == nil || res.Stopped.Code != StopInput {
		t.Fatalf("result %+v, error %v", res, err)
	}
	if res.Outcomes[ledger.NotSent] == 0 || res.ExitCode() != ExitStopped {
		t.Errorf("outcomes %v, exit code %d", res.Outcomes, res.ExitCode())
	}
}

func TestRateIsHeldAtTheServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, s := newFixture(t), &server{}
		f.run(people(600), s, func(j *Job) { j.Pace = NewPace(50) })
		took := s.times[len(s.times)-1].Sub(s.times[0]).Seconds()
		if mean := float64(len(s.times)-1) / took; mean < 49.7 {
			t.Errorf("mean %.2f/s", mean)
		}
		if worst := worstSecond(s.times); worst > 52 {
			t.Errorf("%d requests in one second", worst)
		}
	})
}

// An id that comes again is not trusted.
func TestSameBookingIdTwiceIsSaid(t *testing.T) {
	f := newFixture(t)
	s := &server{answer: func(call int, _ vitec.Target, _ *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		return vitec.Answer{Id: fmt.Sprintf("VID%d", min(call, 2)), Status: 200}, nil
	}}
	f.want(f.run(people(3), s), ExitUncertain, map[ledger.Outcome]int{ledger.Booked: 2, ledger.Uncertain: 1})
	if m := f.last[1].Reason.String() + f.last[2].Reason.String(); !strings.Contains(m, "the booking id of row") {
		t.Errorf("it says %q", m)
	}
}
