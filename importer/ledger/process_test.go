//go:build unix

package ledger

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"

	"vitec-import/vitec/testenv"
)

// The tests here start this test binary again as another process, which does
// what the variable says to the ledger that it names.
const childVariable = "VITEC_IMPORT_LEDGER_CHILD"

func TestMain(m *testing.M) {
	if what, path, ok := strings.Cut(os.Getenv(childVariable), ":"); ok {
		if err := child(what, path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		testenv.ClosePostgres()
		os.Exit(code)
	}))
}

func child(what, path string) error {
	ctx := context.Background()
	limit, _ := strconv.Atoi(strings.TrimPrefix(what, "limit="))
	if limit > 0 {
		signal.Ignore(syscall.SIGXFSZ)
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: uint64(limit), Max: uint64(limit)}); err != nil {
			return err
		}
	}
	o := Options{Create: true}
	if lease, ok := strings.CutPrefix(what, "lease="); ok {
		o.Lease, _ = time.ParseDuration(lease)
	}
	l, err := Open(ctx, path, o)
	if err != nil {
		return err
	}
	fmt.Println("open")
	if what == "hold" {
		_, err := io.Copy(io.Discard, os.Stdin)
		return errors.Join(err, l.Close())
	}
	// Book people until the end, with eight workers, and tell of each step.
	const people = 3000
	run, err := l.StartRun(ctx, RunInfo{StartedAt: noon}, planOf(people))
	if err != nil {
		return err
	}
	var mu sync.Mutex
	told := bufio.NewWriter(os.Stdout)
	tell := func(what string, i int) {
		mu.Lock()
		defer mu.Unlock()
		fmt.Fprintln(told, what, i)
		told.Flush()
	}
	tell("run", int(run.ID()))
	var wg sync.WaitGroup
	var failed error
	for w := range 8 {
		wg.Go(func() {
			for i := w; i < people; i += 8 {
				err := run.Begin(ctx, Submission{Index: i, Keys: benchKeys(i), At: noon})
				if err == nil {
					tell("begun", i)
					err = run.Finish(ctx, i, Result{Outcome: Booked, BookingID: fmt.Sprint("VID", i)})
				}
				if err != nil {
					mu.Lock()
					failed = err
					mu.Unlock()
					return
				}
				tell("finished", i)
			}
		})
	}
	wg.Wait()
	return errors.Join(failed, l.Close())
}

func startChild(t *testing.T, what, path string) (cmd *exec.Cmd, stdin io.WriteCloser, lines *bufio.Scanner, stderr *strings.Builder) {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(exe)
	cmd.Env = append(os.Environ(), childVariable+"="+what+":"+path)
	stderr = new(strings.Builder)
	cmd.Stderr = stderr
	if stdin, err = cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, stdin, bufio.NewScanner(out), stderr
}

// TestKilled kills a process that books people, some twenty times at random
// moments. What it was told is durable is there, nothing that it never began
// is, and no more is in doubt than it had workers. The lock is free at once.
func TestKilled(t *testing.T) {
	path := tempLedger(t)
	for round := range 20 {
		cmd, _, lines, stderr := startChild(t, "book", path)
		begun, finished := map[int]bool{}, map[int]bool{}
		run := int64(0)
		steps := rand.IntN(200)
		for n := 0; n < steps && lines.Scan(); n++ {
			if n == steps-1 {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
			note(t, lines.Text(), &run, begun, finished)
		}
		if steps == 0 {
			lines.Scan() // it holds the ledger
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		for lines.Scan() { // what it still told
			note(t, lines.Text(), &run, begun, finished)
		}
		if err := cmd.Wait(); err == nil || stderr.Len() > 0 {
			t.Fatalf("round %d: the process was not killed but ended: %v\n%s", round, err, stderr)
		}

		l, err := Open(t.Context(), path, Options{Create: true})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if run > 0 {
			checkKilled(t, l, run, begun, finished)
		}
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}
}

func note(t *testing.T, line string, run *int64, begun, finished map[int]bool) {
	what, number, ok := strings.Cut(line, " ")
	if !ok {
		return
	}
	i, err := strconv.Atoi(number)
	if err != nil {
		return // cut off by the kill
	}
	switch what {
	case "run":
		*run = int64(i)
	case "begun":
		begun[i] = true
	case "finished":
		finished[i] = true
	default:
		t.Fatalf("child says %q", line)
	}
}

func checkKilled(t *testing.T, l *Ledger, run int64, begun, finished map[int]bool) {
	t.Helper()
	uncertain := 0
	for row, err := range l.Rows(t.Context(), run) {
		if err != nil {
			t.Fatal(err)
		}
		switch {
		case row.Outcome == Uncertain:
			uncertain++
			if finished[row.Index] {
				t.Errorf("row %d was finished, and is in doubt", row.Index)
			}
		case begun[row.Index] && row.Outcome != Booked:
			t.Errorf("row %d was begun, and is %s", row.Index, row.Outcome)
		case row.Outcome == Booked && row.BookingID != fmt.Sprint("VID", row.Index):
			t.Errorf("row %d has the booking id %q", row.Index, row.BookingID)
		}
	}
	if uncertain > 8 {
		t.Errorf("%d rows in doubt with 8 workers", uncertain)
	}
	info, err := l.RunInfo(t.Context(), run)
	if err != nil || !info.Interrupted || info.Ended || info.Counts[Uncertain] != uncertain {
		t.Errorf("%d rows in doubt, and RunInfo = %+v, %v", uncertain, info, err)
	}
}

// TestOneRunAtATime lets two processes race for a ledger, twenty times. One
// gets it; the other is told at once; who comes after a kill gets it at once.
func TestOneRunAtATime(t *testing.T) {
	path := tempLedger(t)
	mustOpen(t, path).Close()
	for round := range 20 {
		type result struct {
			cmd    *exec.Cmd
			stdin  io.Closer
			held   bool
			stderr string
		}
		results := make([]result, 2)
		var wg sync.WaitGroup
		for i := range results {
			cmd, stdin, lines, stderr := startChild(t, "hold", path)
			wg.Go(func() {
				results[i] = result{cmd: cmd, stdin: stdin, held: lines.Scan() && lines.Text() == "open"}
				if !results[i].held {
					_ = cmd.Wait() // its stderr is looked at
					results[i].stderr = stderr.String()
				}
			})
		}
		wg.Wait()
		winner := 0
		if results[1].held {
			winner = 1
		}
		if !results[winner].held || results[1-winner].held || !strings.Contains(results[1-winner].stderr, "another run is using this ledger") {
			t.Fatalf("round %d: %+v", round, results)
		}

		began := time.Now()
		if _, err := Open(t.Context(), path, Options{Create: true}); !errors.Is(err, ErrHeld) {
			t.Fatalf("round %d: Open while it is held: %v", round, err)
		}
		if took := time.Since(began); took > time.Second {
			t.Errorf("round %d: it took %v to be told", round, took)
		}
		r, err := OpenReader(t.Context(), path)
		if err != nil {
			t.Fatalf("round %d: OpenReader while it is held: %v", round, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		if round%2 == 0 {
			err = results[winner].cmd.Process.Kill()
		} else {
			err = results[winner].stdin.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		_ = results[winner].cmd.Wait() // killed or not
	}
}

// TestFileSizeLimit runs into the system's limit on a file's size, as into a
// full disk.
func TestFileSizeLimit(t *testing.T) {
	path := tempLedger(t)
	mustOpen(t, path).Close()
	cmd, _, lines, stderr := startChild(t, "limit=2000000", path)
	begun, finished := map[int]bool{}, map[int]bool{}
	run := int64(0)
	for lines.Scan() {
		note(t, lines.Text(), &run, begun, finished)
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(stderr.String(), path+": cannot be written: ") {
		t.Fatalf("%v, %s", err, stderr)
	}
	if run == 0 || len(finished) == 0 {
		t.Fatalf("the limit was met before anybody was booked")
	}
	l := mustOpen(t, path)
	checkKilled(t, l, run, begun, finished)
}
