package importer

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/vitec"
	"vitec-import/vitec/testenv"
)

var simulated = flag.Int64("seed", -1, "simulate this seed only, and say more")

// TestSimulation runs the real importer, with the real ledger, in a world of
// which everything else is made up: the clock, the server, the disk, the
// signals. Each seed is one such world: a list of people, faults at any point
// of it, a crash of the machine among them, and restarts until the fault is
// gone. Then everybody who is not in doubt is booked, and nobody twice.
//
// What happens to a request or a write is drawn from the seed and from what it
// is, not from when it comes, so that a seed tells the same story again. A seed
// that fails is told; -seed replays it.
func TestSimulation(t *testing.T) {
	if *simulated >= 0 {
		simulate(t, uint64(*simulated))
		return
	}
	seeds := testenv.Sampled(150, 10_000)
	if testing.Short() {
		seeds /= 3
	}
	var next, crashes, failures, requests, doubts atomic.Int64
	t.Run("seeds", func(t *testing.T) {
		for range runtime.GOMAXPROCS(0) {
			t.Run("", func(t *testing.T) {
				t.Parallel()
				for !t.Failed() {
					seed := uint64(next.Add(1))
					if seed > uint64(seeds) {
						return
					}
					s := simulate(t, seed)
					crashes.Add(int64(s.crashes))
					failures.Add(int64(s.failures))
					requests.Add(int64(s.calls))
					doubts.Add(int64(s.doubts))
					if t.Failed() {
						t.Logf("replay with -run TestSimulation -seed %d", seed)
					}
				}
			})
		}
	})
	t.Logf("%d seeds: %d crashes, %d failing disks, %d requests, %d rows in doubt", seeds, crashes.Load(), failures.Load(), requests.Load(), doubts.Load())
	if !t.Failed() && (crashes.Load() == 0 || failures.Load() == 0 || doubts.Load() == 0) {
		t.Error("the worlds are too kind")
	}
}

// world is what a seed makes.
type world struct {
	t    testing.TB
	seed uint64
	dir  string
	list []person
	rate float64
	wide int

	mu      sync.Mutex
	run     int               // counts the runs
	calm    bool              // no faults any more
	commits map[string]string // who is booked where, and under what id
	active  int               // requests under way
	struck  int               // rows of this run that the server has left in doubt
	times   []time.Time       // of the requests of this run
	tries   map[string]int
	disk    *simDisk

	crashes, failures, calls, doubts int
}

// draw is a number from 0 up to n that depends on the seed and the key alone.
func (w *world) draw(n int, key ...any) int {
	h := fnv.New64a()
	fmt.Fprint(h, w.seed, w.run, key)
	// The hash's low bits are poor in short texts.
	x := h.Sum64()
	x ^= x >> 31
	x *= 0x9e3779b97f4a7c15
	return int(x >> 33 % uint64(n))
}

func simulate(t *testing.T, seed uint64) (w *world) {
	dir, err := os.MkdirTemp(fastest(), "vitec-import-simulation-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	synctest.Test(t, func(t *testing.T) {
		w = &world{t: t, seed: seed, dir: dir, commits: map[string]string{}}
		w.live()
	})
	return w
}

// fastest is a folder in memory where there is one: no disk is tested here.
func fastest() string {
	if info, err := os.Stat("/dev/shm"); runtime.GOOS == "linux" && err == nil && info.IsDir() {
		return "/dev/shm"
	}
	return ""
}

func (w *world) live() {
	rnd := rand.New(rand.NewPCG(w.seed, 0))
	w.rate = []float64{0, 0, 5, 40}[rnd.IntN(4)]
	w.wide = 1 + rnd.IntN(6)
	for i := range 4 + rnd.IntN(16) {
		p := person{name: fmt.Sprintf("P%d", i), mail: fmt.Sprintf("p%d@example.com", i),
			customer: fmt.Sprintf("M%d", rnd.IntN(2)), slot: fmt.Sprintf("TS%d", rnd.IntN(3)), limit: rnd.IntN(3) == 0}
		if i > 0 && rnd.IntN(10) == 0 { // a twin, written differently
			p = w.list[rnd.IntN(i)]
			p.mail = strings.ToUpper(p.mail)
		}
		w.list = append(w.list, p)
	}
	w.newDisk(nil)
	for range 1 + rnd.IntN(3) {
		w.once()
		if w.t.Failed() {
			return
		}
		if rnd.IntN(3) == 0 {
			rnd.Shuffle(len(w.list), func(i, k int) { w.list[i], w.list[k] = w.list[k], w.list[i] })
		}
	}
	w.calm = true
	first := w.once()
	for _, row := range first {
		switch p := w.list[row.Index]; {
		case row.Outcome == ledger.NotSent, row.Outcome == ledger.Rejected:
			w.t.Errorf("LOST: row %d is %s though nothing is wrong any more", row.Number, row.Outcome)
		case row.Outcome != ledger.Uncertain && row.Outcome != ledger.Duplicate && w.commits[p.key()] == "":
			w.t.Errorf("LOST: row %d is %s and not booked", row.Number, row.Outcome)
		}
	}
	before := w.calls
	w.once()
	if w.calls != before {
		w.t.Errorf("%d requests by a run that had nothing to do", w.calls-before)
	}
}

func (p person) key() string { return p.customer + "/" + p.slot + "/" + strings.ToLower(p.mail) }

// once is one run, whatever becomes of it, and the audit after it.
func (w *world) once() (rows []ledger.Row) {
	w.run++
	w.struck, w.times, w.tries = 0, nil, map[string]int{}
	stop := make(chan struct{})
	job, done := w.job(stop)
	if job == nil {
		return nil // the disk failed before there was a run
	}
	if !w.calm && w.draw(3, "stop") == 0 {
		timer := time.AfterFunc(time.Duration(w.draw(8000, "stop at"))*time.Millisecond, func() { close(stop) })
		defer timer.Stop()
	}
	res, err := job.Run(context.Background(), func(*Plan) error { return nil })
	synctest.Wait()
	done()
	crashed, failed := w.disk.crashed, !w.disk.failedAt.IsZero()
	w.say("run %d: %v, error %v, crashed %v", w.run, res, err, crashed)
	switch {
	case crashed:
		w.crashes++
		w.newDisk(w.disk.image)
	case failed:
		w.failures++
		w.disk.failedAt = time.Time{}
	}
	doubt := w.struck
	if crashed || failed {
		doubt += w.wide
	}
	rows = w.audit(doubt)
	if res != nil && !crashed && !failed {
		w.told(res, rows)
	}
	return rows
}

// told holds what a run that ended said of itself against its rows.
func (w *world) told(res *Result, rows []ledger.Row) {
	var counts [len(ledger.Outcomes)]int
	for _, row := range rows {
		counts[row.Outcome]++
	}
	if counts != res.Outcomes {
		w.t.Errorf("the run counts %v, the ledger %v", res.Outcomes, counts)
	}
	want := ExitDone
	switch {
	case counts[ledger.NotSent] > 0 && res.Stopped != nil && res.Stopped.Code == StopInterrupted:
		want = ExitInterrupted
	case counts[ledger.NotSent] > 0:
		want = ExitStopped
		if res.Stopped == nil && res.Requests == 0 {
			w.t.Error("rows are left and nobody says why")
		}
	case counts[ledger.Uncertain] > 0:
		want = ExitUncertain
	case counts[ledger.Rejected] > 0:
		want = ExitProblems
	}
	if code := res.ExitCode(); code != want {
		w.t.Errorf("EXIT: %d, want %d", code, want)
	}
	if worst := worstSecond(w.times); w.rate > 0 && float64(worst) > w.rate+2 {
		w.t.Errorf("RATE: %d requests in one second, %v are allowed", worst, w.rate)
	}
}

// audit opens the ledger as the next run would, and holds its newest run
// against the server.
func (w *world) audit(doubt int) (rows []ledger.Row) {
	ctx := context.Background()
	l, err := ledger.Open(ctx, w.disk.path, ledger.Options{})
	if err != nil {
		w.t.Errorf("the ledger: %v", err)
		return nil
	}
	defer func() {
		if err := l.Close(); err != nil {
			w.t.Error(err)
		}
	}()
	runs, err := l.Runs(ctx)
	if err != nil || len(runs) == 0 {
		if err != nil || w.calls > 0 {
			w.t.Errorf("%d requests and no run: %v", w.calls, err)
		}
		return nil
	}
	newest := runs[len(runs)-1]
	if newest.Input.Path != fmt.Sprint(w.run) {
		if len(w.times) > 0 {
			w.t.Errorf("run %d made %d requests, and the ledger does not know it", w.run, len(w.times))
		}
		return nil
	}
	fresh := 0
	for row, err := range l.Rows(ctx, newest.ID) {
		if err != nil {
			w.t.Error(err)
			return rows
		}
		rows = append(rows, row)
		id := w.commits[w.list[row.Index].key()]
		switch row.Outcome {
		case ledger.Booked, ledger.AlreadyBooked:
			if id == "" || id != row.BookingID {
				w.t.Errorf("FALSE: row %d is %s with %q; at the server: %q", row.Number, row.Outcome, row.BookingID, id)
			}
		case ledger.NotSent, ledger.Rejected:
			if id != "" {
				w.t.Errorf("LOST: row %d is %s (%s), but booked", row.Number, row.Outcome, row.Reason)
			}
		case ledger.Uncertain:
			if row.Ref == (ledger.Ref{}) {
				fresh++
			}
		}
	}
	w.doubts += fresh
	if len(rows) != len(w.list) {
		w.t.Errorf("%d rows in the ledger, %d in the input", len(rows), len(w.list))
	}
	if fresh > doubt {
		w.t.Errorf("DOUBT: %d rows are uncertain, at most %d can be", fresh, doubt)
	}
	return rows
}

// job opens everything for a run; nil if the disk fails meanwhile.
func (w *world) job(stop chan struct{}) (*Job, func()) {
	input := filepath.Join(w.dir, "participants.csv")
	if err := os.WriteFile(input, []byte(csvOf(w.list)), 0o600); err != nil {
		w.t.Fatal(err)
	}
	m, err := mapping.Parse("mapping.yaml", []byte(testMapping), mapping.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	file, err := table.Open(context.Background(), input, table.Options{Fits: m.Fits})
	if err != nil {
		w.t.Fatal(err)
	}
	mapper, err := m.Bind(file.Info().Header)
	if err != nil {
		w.t.Fatal(err)
	}
	w.disk.arm()
	l, err := ledger.Open(context.Background(), w.disk.path, ledger.Options{Create: true, Commit: w.disk.commit})
	if err != nil {
		if !errors.Is(err, ledger.ErrDisk) {
			w.t.Errorf("the ledger: %v", err)
		}
		if w.disk.crashed {
			w.crashes++
			w.newDisk(w.disk.image)
		}
		w.disk.failedAt = time.Time{}
		if err := file.Close(); err != nil {
			w.t.Error(err)
		}
		w.audit(0)
		return nil, nil
	}
	job := &Job{File: file, Mapper: mapper, Ledger: l, Target: "test", Client: w, Pace: NewPace(w.rate), Concurrency: w.wide, Stop: stop,
		Record: ledger.RunInfo{Input: ledger.Input{Path: fmt.Sprint(w.run)}}}
	return job, func() {
		if err := l.Close(); err != nil && w.disk.failedAt.IsZero() && !w.disk.crashed {
			w.t.Error(err)
		}
		if err := file.Close(); err != nil {
			w.t.Error(err)
		}
	}
}

// AddViewingParticipant is the server.
func (w *world) AddViewingParticipant(_ context.Context, t vitec.Target, b *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
	p := person{customer: t.CustomerId, slot: t.TimeSlotId, mail: b.UpdatePerson.Email.EmailAddress}
	w.mu.Lock()
	w.tries[p.key()]++
	try := w.tries[p.key()]
	dead := w.disk.stateNow()
	if !dead.failedAt.IsZero() && time.Now().After(dead.failedAt) {
		w.t.Errorf("a request began %s after the disk had failed", time.Since(dead.failedAt))
	}
	if !dead.crashed {
		w.calls++
		w.times = append(w.times, time.Now())
	}
	w.active++
	calm := w.calm
	draw := func(n int, what string) int { return w.draw(n, what, p.key(), try) }
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.active--
		w.mu.Unlock()
	}()
	lost := &vitec.TransportError{Written: true, Err: errors.New("connection reset")}
	if dead.crashed {
		return vitec.Answer{}, lost // there is no such process any more
	}
	time.Sleep(time.Duration(draw(900, "way there")) * time.Millisecond)
	book := func() (vitec.Answer, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		if w.commits[p.key()] != "" {
			w.t.Errorf("DOUBLE: %s", p.key())
		}
		id := fmt.Sprintf("VID-%d-%s", w.run, p.key())
		w.commits[p.key()] = id
		return vitec.Answer{Id: id, Status: 200}, nil
	}
	doubt := func(err error) (vitec.Answer, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.struck++
		return vitec.Answer{}, err
	}
	if w.disk.stateNow().crashed && draw(2, "on its way") == 0 {
		return vitec.Answer{}, lost // it did not arrive
	}
	if calm {
		return book()
	}
	var err error
	switch draw(24, "deed") {
	case 0:
		return vitec.Answer{}, &vitec.StatusError{Status: 429, HasRetryAfter: draw(2, "says") == 0, RetryAfter: time.Duration(draw(20, "wait")) * time.Second}
	case 1:
		err = &vitec.StatusError{Status: 503, HasRetryAfter: true, RetryAfter: time.Duration(draw(700, "wait")) * time.Second}
	case 2:
		return vitec.Answer{}, &vitec.TransportError{Err: errors.New("connection refused")}
	case 3:
		return vitec.Answer{}, &vitec.StatusError{Status: 400, Messages: []string{"Ogiltigt " + b.UpdatePerson.FirstName}}
	case 4:
		if draw(3, "rare") == 0 {
			return vitec.Answer{}, &vitec.StatusError{Status: []int{401, 403, 302}[draw(3, "which")]}
		}
		return book()
	case 5:
		err = &vitec.StatusError{Status: 500}
	case 6:
		err = lost
	case 7:
		err = &vitec.AnswerError{Status: 200, Reason: vitec.Text{Format: "the answer is empty"}}
	default:
		answer, err := book()
		time.Sleep(time.Duration(draw(900, "way back")) * time.Millisecond)
		return answer, err
	}
	if draw(2, "before or after") == 0 {
		_, _ = book()
	}
	time.Sleep(time.Duration(draw(900, "way back")) * time.Millisecond)
	return doubt(err)
}

func (w *world) say(format string, args ...any) {
	if *simulated >= 0 {
		w.t.Logf(format, args...)
	}
}

// simDisk is the disk under the ledger: it can fail, and the process can be
// killed.
type simDisk struct {
	w    *world
	path string

	mu       sync.Mutex
	commits  int
	crashAt  int // 0 = never
	failAt   int
	crashed  bool
	failedAt time.Time
	image    [][]byte // the files as the kill has left them: the database, its log, the mark
}

var simFiles = []string{"", "-wal", "-mark"}

// newDisk makes the disk anew, as a kill has left it.
func (w *world) newDisk(image [][]byte) {
	dir, err := os.MkdirTemp(w.dir, "disk-")
	if err != nil {
		w.t.Fatal(err)
	}
	d := &simDisk{w: w, path: filepath.Join(dir, "ledger.db")}
	for i, suffix := range simFiles {
		if image == nil || image[i] == nil {
			continue
		}
		if err := os.WriteFile(d.path+suffix, image[i], 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	if image == nil {
		l, err := ledger.Open(context.Background(), d.path, ledger.Options{Create: true})
		if err == nil {
			err = l.Close()
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	w.disk = d
}

// arm draws what will happen to the disk.
func (d *simDisk) arm() {
	w := d.w
	d.commits, d.crashAt, d.failAt = 0, 0, 0
	if w.calm {
		return
	}
	switch w.draw(5, "disk") {
	case 0, 1:
		d.crashAt = 1 + w.draw(40, "crash")
	case 2:
		d.failAt = 1 + w.draw(40, "fail")
	}
}

// stateNow is a copy of what others may ask.
func (d *simDisk) stateNow() (s struct {
	crashed  bool
	failedAt time.Time
}) {
	d.mu.Lock()
	defer d.mu.Unlock()
	s.crashed, s.failedAt = d.crashed, d.failedAt
	return s
}

// commit is what happens to a commit of the ledger.
func (d *simDisk) commit(commit func() error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.commits++
	switch {
	case d.crashed:
		return ledger.ErrDisk
	case d.commits == d.failAt:
		d.failedAt = time.Now()
		if d.w.draw(2, "though done") == 0 {
			_ = commit()
		}
		return ledger.ErrDisk
	case d.commits == d.crashAt:
		if d.w.draw(2, "after all") == 0 {
			_ = commit()
		}
		d.crash()
		return ledger.ErrDisk
	}
	return commit()
}

// crash takes the picture of what a killed process leaves.
func (d *simDisk) crash() {
	d.crashed = true
	for _, suffix := range simFiles {
		b, err := os.ReadFile(d.path + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			d.w.t.Error(err)
		}
		d.image = append(d.image, b)
	}
}
