//go:build unix

package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"vitec-import/vitec/sandbox"
	"vitec-import/vitec/testenv"
)

// slow makes a run take long enough to be struck in the middle of it.
const slow = "latency=1ms..6ms"

// TestKill kills the program at random moments with kill -9 and starts it
// again, until it has come to its end by itself. Whatever it was doing, nobody
// is booked twice, no row is lost, and no more rows are in doubt than requests
// were under way.
func TestKill(t *testing.T) {
	t.Parallel()
	var kills, struck atomic.Int64
	for seed := range testenv.Sampled(6, 40) {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(uint64(seed), 1))
			o := newOffice(t, guests(60), slow)
			o.wide = 1 + rnd.IntN(8)
			for range 5 {
				c := o.start()
				switch rnd.IntN(3) {
				case 0: // any time, from the start of the process on
					time.Sleep(time.Duration(rnd.Int64N(int64(250 * time.Millisecond))))
				case 1: // as a request arrives
					hit := make(chan struct{})
					o.atRequest(1+rnd.IntN(20), func() { c.signal(os.Kill); close(hit) }, slow)
					wait(c, hit)
				case 2: // as it is booked, before the answer leaves
					hit := make(chan struct{})
					o.afterCommit(1+rnd.IntN(20), func() { c.signal(os.Kill); close(hit) }, slow)
					wait(c, hit)
				}
				c.signal(os.Kill)
				e := o.audit(c.wait(), o.wide)
				kills.Add(1)
				if e.code < 0 && e.run.ID > 0 {
					struck.Add(1)
				}
			}
			o.settle()
		})
	}
	t.Cleanup(func() { t.Logf("%d kills, %d of them in the middle of a run", kills.Load(), struck.Load()) })
}

// afterCommit calls f when the n-th booking from now has been made.
func (o *office) afterCommit(n int, f func(), faults ...string) {
	o.t.Helper()
	before := o.srv.Counts().Commits
	done := make(chan struct{})
	hook := sandbox.MustFault("latency-after-commit=1ms")
	list := []sandbox.Fault{hook}
	for _, text := range faults {
		list = append(list, sandbox.MustFault(text))
	}
	o.srv.SetFaults(list...)
	o.t.Cleanup(func() { close(done) })
	go func() {
		for o.srv.Counts().Commits < before+n {
			select {
			case <-done:
				return
			case <-time.After(200 * time.Microsecond):
			}
		}
		f()
	}()
}

// TestKillWhileReporting kills the program while it writes its report. The run
// is over by then: nothing is in doubt, and the report comes from the ledger.
func TestKillWhileReporting(t *testing.T) {
	t.Parallel()
	struck := 0
	for i := range testenv.Sampled(5, 30) {
		o := newOffice(t, guests(40))
		c := o.start()
		for c.running() {
			if left, _ := filepath.Glob(filepath.Join(o.dir, ".deltagare-trial-0001.tmp-*")); len(left) > 0 {
				time.Sleep(time.Duration(i) * time.Millisecond)
				c.signal(os.Kill)
				break
			}
		}
		e := o.audit(c.wait(), 0)
		if e.code < 0 {
			struck++
		}
		o.settle()
		if left, _ := filepath.Glob(filepath.Join(o.dir, ".deltagare-trial-*")); len(left) > 1 {
			t.Errorf("folders of dead writers are left: %v", left)
		}
	}
	if struck == 0 {
		t.Error("no kill came in time")
	}
}

// straced starts a run under strace, which strikes at a system call of the real
// program.
func (o *office) straced(inject ...string) *child {
	o.t.Helper()
	line := []string{"strace", "-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync,pwrite64"}
	for _, i := range inject {
		line = append(line, "-e", "inject="+i)
	}
	return o.startAs(func(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} },
		append(append(line, "vitec-import"), o.args()...)...)
}

// needStrace skips where strace is missing or may not trace.
func needStrace(t *testing.T) {
	t.Helper()
	if err := exec.Command("strace", "-f", "-o", "/dev/null", "true").Run(); err != nil {
		testenv.Missing(t, "strace", fmt.Sprint("strace is not there, or may not trace: ", err))
	}
}

// TestKillAtEveryWrite kills the program before its n-th write and before its
// n-th fsync, for every n, then twice more while it resumes.
func TestKillAtEveryWrite(t *testing.T) {
	needStrace(t)
	t.Parallel()
	for _, call := range []string{"pwrite64", "fdatasync,fsync"} {
		t.Run(call, func(t *testing.T) {
			for n := 1; ; n += testenv.Sampled(17, 1) {
				o := newOffice(t, guests(40))
				strike := fmt.Sprintf("%s:signal=KILL:when=%d", call, n)
				c := o.straced(strike)
				e := o.audit(c.wait(), o.wide)
				if e.code == 0 {
					if n < 6 { // strace counts each thread for itself
						t.Errorf("the run has only %d calls of %s", n-1, call)
					}
					t.Logf("the run has at most %d calls of %s", n, call)
					return
				}
				for k := range 2 { // chains: it is struck again while it resumes
					strike = fmt.Sprintf("%s:signal=KILL:when=%d", call, 1+(n*7+k*5)%25)
					o.audit(o.straced(strike).wait(), o.wide)
				}
				o.settle()
				if t.Failed() {
					t.Fatalf("n = %d", n)
				}
			}
		})
	}
}

// TestDiskFails lets every write or every sync fail from the n-th on. The
// program ends by itself, sends nothing after the error, and what it had
// reported as booked still is.
func TestDiskFails(t *testing.T) {
	needStrace(t)
	t.Parallel()
	for _, fault := range []string{"pwrite64:error=ENOSPC", "fdatasync,fsync:error=EIO", "pwrite64:error=EIO"} {
		t.Run(fault, func(t *testing.T) {
			for n := 1; ; n += testenv.Sampled(23, 1) {
				o := newOffice(t, guests(40))
				e := o.straced(fmt.Sprintf("%s:when=%d+", fault, n)).wait()
				if e.code == 0 {
					if n < 6 { // strace counts each thread for itself
						t.Errorf("the run has only %d such calls", n-1)
					}
					return
				}
				if e.code < 0 || strings.Contains(e.stderr, "goroutine ") {
					t.Errorf("n = %d: the program broke down: %s", n, e.stderr)
				}
				if e.code != 1 && e.code != 4 && e.code != 5 {
					t.Errorf("n = %d: exit code %d: %s", n, e.code, e.stderr)
				}
				o.noDoubles()
				e.code = -1 // what the ledger could keep may be less than what the program knew
				o.audit(e, o.wide)
				o.settle()
				if t.Failed() {
					t.Fatalf("n = %d", n)
				}
			}
		})
	}
}

// TestNoRequestAfterADiskError holds the time of the first failed write against
// the times of the requests.
func TestNoRequestAfterADiskError(t *testing.T) {
	needStrace(t)
	t.Parallel()
	o := newOffice(t, guests(100), slow)
	log := filepath.Join(o.dir, "strace")
	var e *attempt
	for n := 12; ; n-- { // it counts the calls of each thread by itself
		line := []string{"strace", "-f", "-y", "-ttt", "-o", log, "-e", "trace=fdatasync,fsync", "-e", fmt.Sprintf("inject=fdatasync,fsync:error=EIO:when=%d+", n)}
		e = o.startAs(func(*exec.Cmd) {}, append(append(line, "vitec-import"), o.args()...)...).wait()
		if e.code == 5 {
			break
		}
		if n == 1 {
			t.Fatalf("no sync failed in mid-run; exit code %d: %s", e.code, e.stderr)
		}
		o.audit(e, o.wide)
		o.enter(append(o.list, guests(len(o.list) + 50)[len(o.list):]...))
	}
	b, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	var failed time.Time
	syncs := 0
	for text := range strings.Lines(string(b)) {
		if !strings.Contains(text, "(INJECTED)") || !strings.Contains(text, "ledger.db") {
			continue
		}
		syncs++
		if failed.IsZero() {
			stamp, err := strconv.ParseFloat(strings.Fields(text)[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			failed = time.UnixMicro(int64(stamp * 1e6))
		}
	}
	if failed.IsZero() {
		t.Fatal("no sync failed")
	}
	if syncs != 1 {
		t.Errorf("a sync failed and %d more were tried", syncs-1)
	}
	after := 0
	for _, r := range o.srv.Requests() {
		late := r.Time.Sub(failed)
		if late > 0 {
			after++ // its way to the server, and back to us under strace, takes a while
		}
		if late > 200*time.Millisecond {
			t.Errorf("request %d began %s after the error", r.Number, late)
		}
	}
	if after > o.wide {
		t.Errorf("%d requests came after the error", after)
	}
	e.code = -1
	o.audit(e, o.wide)
	o.settle()
}

// TestFileSizeLimit runs under a limit on the size of files, which the system
// enforces with a signal.
func TestFileSizeLimit(t *testing.T) {
	t.Parallel()
	for _, blocks := range []int{0, 8, 100, 400} { // of 512 or 1024 bytes
		o := newOffice(t, guests(100))
		c := o.startAs(func(*exec.Cmd) {}, append([]string{"sh", "-c", fmt.Sprintf(`ulimit -f %d; exec vitec-import "$@"`, blocks), "sh"}, o.args()...)...)
		e := c.wait()
		if e.code < 0 || strings.Contains(e.stderr, "goroutine ") {
			t.Errorf("%d blocks: the program broke down: %s", blocks, e.stderr)
		}
		e.code = -1
		o.audit(e, o.wide)
		o.settle()
	}
}

// TestFewFileDescriptors runs with too few of them.
func TestFewFileDescriptors(t *testing.T) {
	t.Parallel()
	for n := 10; n <= 24; n += testenv.Sampled(4, 1) {
		o := newOffice(t, guests(12))
		c := o.startAs(func(*exec.Cmd) {}, append([]string{"sh", "-c", fmt.Sprintf(`ulimit -n %d; exec vitec-import "$@"`, n), "sh"}, o.args("--concurrency", "12")...)...)
		e := c.wait()
		if e.code < 0 || strings.Contains(e.stderr, "goroutine ") {
			t.Errorf("%d descriptors: the program broke down: %s", n, e.stderr)
		}
		o.audit(e, 12) // where the ledger cannot look at its mark, what was under way is in doubt
		o.settle()
	}
}

// TestReadOnly tries a ledger and a report folder that cannot be written.
func TestReadOnly(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root writes everywhere")
	}
	o := newOffice(t, guests(5))
	if err := errors.Join(os.Mkdir(filepath.Join(o.dir, "state"), 0o500)); err != nil {
		t.Fatal(err)
	}
	if e := o.run(); e.code != 1 || e.requests != 0 {
		t.Errorf("exit code %d, %d requests: %s", e.code, e.requests, e.stderr)
	}
}

// TestCutOffRunIsReported: the report of a run that was killed is written by the
// next run that sees its list, with everybody's name, wherever the list is by
// then, and by no other run.
func TestCutOffRunIsReported(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(20), slow)
	hit := make(chan struct{})
	c := o.start()
	o.atRequest(10, func() { c.signal(os.Kill); close(hit) }, slow)
	wait(c, hit)
	if e := c.wait(); e.code >= 0 {
		t.Skip("the run ended before it was killed")
	}
	first := filepath.Join(o.dir, "deltagare-trial-0001")
	o.fault()
	o.write("andra.csv", guestCSV(guests(3)))
	o.do(nil, append([]string{"run", filepath.Join(o.dir, "andra.csv"), "--mapping", filepath.Join(o.dir, "mapping.yaml")}, o.args()[2:]...)...)
	if _, err := os.Stat(first); err == nil {
		t.Error("a run of another list has written a report on this one")
	}

	moved := filepath.Join(o.dir, "later.csv")
	if err := os.Rename(o.input, moved); err != nil {
		t.Fatal(err)
	}
	again := append([]string{"run", moved, "--mapping", filepath.Join(o.dir, "mapping.yaml")}, o.args()[2:]...)
	e := o.do(nil, again...)
	if !strings.Contains(e.stderr, "run 1 was cut off; its report is now in "+first) {
		t.Errorf("not a word of the run that was cut off: %s", e.stderr)
	}
	if names := namesIn(t, first); len(names) != 20 {
		t.Errorf("%d of 20 names", len(names))
	}
	outcomes := map[string]int{}
	for _, r := range readReport(t, first) {
		outcomes[r.outcome]++
	}
	if outcomes["booked"] == 0 || outcomes["not_sent"] == 0 || outcomes["booked"]+outcomes["uncertain"]+outcomes["not_sent"] != 20 {
		t.Errorf("outcomes %v", outcomes)
	}
	if e := o.do(nil, again...); strings.Contains(e.stderr, "run 1 was cut off") {
		t.Errorf("told twice: %s", e.stderr)
	}

	// The list's whole folder was moved: the report is written beside the list.
	if err := os.RemoveAll(first); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(o.dir, o.dir+"-moved"); err != nil {
		t.Fatal(err)
	}
	o.env["VITEC_IMPORT_LEDGER"] = filepath.Join(o.dir+"-moved", "state", "ledger.db")
	for i, arg := range again {
		again[i] = strings.Replace(arg, o.dir, o.dir+"-moved", 1)
	}
	o.do(nil, again...)
	if names := namesIn(t, filepath.Join(o.dir+"-moved", "later-trial-0001")); len(names) != 20 {
		t.Errorf("moved: %d of 20 names", len(names))
	}
	if _, err := os.Stat(o.dir); err == nil {
		t.Error("the folder that was moved is made anew")
	}
	o.noDoubles()
}
