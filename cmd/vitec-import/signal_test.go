//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"vitec-import/importer"
)

// TestSignals strikes a run in the middle of its requests with what ends
// programs. One signal drains: what is under way gets its answer, so that
// nothing is in doubt.
func TestSignals(t *testing.T) {
	t.Parallel()
	// Under nohup this program would ignore a hang-up, and with it those that it
	// starts; what it handles they have as it comes.
	handled := make(chan os.Signal, 1)
	signal.Notify(handled, syscall.SIGHUP)
	t.Cleanup(func() { signal.Stop(handled) })
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, guests(80))
			c := o.start()
			o.atRequest(20, func() { c.signal(s) }, "latency=20ms")
			e := o.audit(c.wait(), 0)
			if e.code != 130 || e.counts["booked"] == 0 || e.counts["not_sent"] == 0 {
				t.Errorf("exit code %d, %v: %s", e.code, e.counts, e.stderr)
			}
			if !e.run.Ended || !strings.HasPrefix(e.stdout, "trial 1: ") {
				t.Errorf("ended %v, stdout %q", e.run.Ended, e.stdout)
			}
			o.settle()
		})
	}
}

// TestSecondSignal does not wait for a server that does not answer.
func TestSecondSignal(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(40))
	c := o.start()
	o.atRequest(10, func() { c.signal(syscall.SIGTERM) }, "stall:10+")
	for !strings.Contains(c.out[1].String(), "stopping") {
		if !c.running() {
			break
		}
		time.Sleep(time.Millisecond)
	}
	c.signal(syscall.SIGTERM)
	e := c.wait()
	if e.code != 130 {
		t.Errorf("exit code %d: %s", e.code, e.stderr)
	}
	if e = o.audit(e, o.wide); e.counts["uncertain"] == 0 {
		t.Errorf("%v: the requests that were under way must be in doubt", e.counts)
	}
	o.settle()
}

// TestSignalWhilePlanning ends a run before anything was sent.
func TestSignalWhilePlanning(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(20_000))
	c := o.start("--rate", "1")
	for !strings.Contains(c.out[1].String(), "ledger ") && c.running() {
		time.Sleep(time.Millisecond)
	}
	c.signal(syscall.SIGINT)
	e := o.audit(c.wait(), 0)
	if e.code != 130 {
		t.Errorf("exit code %d: %s", e.code, e.stderr)
	}
}

// TestSignalWhileOpening: a long file is read once before anything else happens,
// and nobody who has seen enough waits for that.
func TestSignalWhileOpening(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "long.csv")
	if err := os.WriteFile(file, []byte("Förnamn;Efternamn\n"+strings.Repeat("Åsa;Berg\n", 200_000)), 0o600); err != nil {
		t.Fatal(err)
	}
	stop := make(chan struct{})
	close(stop)
	for _, args := range [][]string{{"show", file}, {"show", file, "--json"}, {"init", file, "--out", "-"}} {
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), args, world{
			getenv: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, stop: stop,
		})
		if code != 130 || stdout.Len() > 0 {
			t.Errorf("%v: exit code %d, stdout %q: %s", args[:1], code, stdout.Bytes()[:min(stdout.Len(), 80)], stderr.String())
		}
	}
}

// TestIgnoredSignal: under nohup a hang-up is nothing.
func TestIgnoredSignal(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(40))
	c := o.startAs(func(*exec.Cmd) {}, append([]string{"sh", "-c", `trap "" HUP; exec vitec-import "$@"`, "sh"}, o.args()...)...)
	o.atRequest(10, func() { c.signal(syscall.SIGHUP) }, "latency=10ms")
	o.audit(c.wait(), 0).want(t, 0, map[string]int{"booked": 40})
}

// TestNobodyListens: a pager that is closed, a full device and closed
// descriptors cost the words, not the run.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	for _, redirect := range []string{"| true", "2>&1 | true", ">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-", "> /dev/full", "2> /dev/full", "> /dev/full 2>&1"} {
		for _, log := range []string{"", "json"} {
			t.Run(redirect+log, func(t *testing.T) {
				t.Parallel()
				o := newOffice(t, guests(30), "latency=5ms")
				code := filepath.Join(o.dir, "code")
				args := o.args("--log-format", log)
				line := `{ vitec-import "$@"; echo $? > "$CODE"; } ` + redirect
				o.env["CODE"] = code
				o.startAs(func(*exec.Cmd) {}, append([]string{"sh", "-c", line, "sh"}, args...)...).wait()
				b, err := os.ReadFile(code)
				if err != nil || strings.TrimSpace(string(b)) != "0" {
					t.Errorf("exit code %s, %v", b, err)
				}
				o.audit(&attempt{requests: 30}, 0).want(t, 0, map[string]int{"booked": 30})
				if _, err := os.Stat(filepath.Join(o.dir, "deltagare-trial-0001", "summary.json")); err != nil {
					t.Error(err)
				}
			})
		}
	}
}

// TestStopAndContinue freezes the program for longer than a request may take.
func TestStopAndContinue(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(40))
	c := o.start("--timeout", "300ms")
	frozen := make(chan struct{})
	o.atRequest(10, func() { c.signal(syscall.SIGSTOP); close(frozen) }, "latency=5ms")
	wait(c, frozen)
	time.Sleep(600 * time.Millisecond) // longer than --timeout, which is what is tried
	c.signal(syscall.SIGCONT)
	o.audit(c.wait(), o.wide)
	o.settle()
}

// TestNoTerminal: where nobody can be asked nothing is sent without --yes, and
// the error names it.
func TestNoTerminal(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(5))
	var args []string
	for _, a := range o.args() {
		if a != "--yes" {
			args = append(args, a)
		}
	}
	e := o.startAs(func(c *exec.Cmd) { c.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }, append([]string{"vitec-import"}, args...)...).wait()
	if e.code != 1 || e.requests != 0 || !strings.Contains(e.stderr, "--yes") {
		t.Errorf("exit code %d, %d requests: %s", e.code, e.requests, e.stderr)
	}
	o.audit(e, 0)
}

// running reports whether the process is still there.
func (c *child) running() bool {
	select {
	case <-c.waiting:
		return false
	default:
		return true
	}
}

// TestReaderStandsStill: somebody holds the log and the terminal open and reads
// nothing. Everybody is booked, the ledger is free, and SIGTERM ends the program.
func TestReaderStandsStill(t *testing.T) {
	t.Parallel()
	for _, log := range []string{"", "json"} {
		t.Run(log, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, guests(400), "latency=1ms")
			unread, write, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer unread.Close()
			// A pipe that is full from the start.
			fd := int(write.Fd()) // asked for once: it sets the pipe to block
			if err := syscall.SetNonblock(fd, true); err != nil {
				t.Fatal(err)
			}
			for err == nil {
				_, err = syscall.Write(fd, make([]byte, 4096))
			}
			if err := syscall.SetNonblock(fd, false); err != nil {
				t.Fatal(err)
			}
			args := append([]string{"vitec-import"}, o.args("--log-format", log, "--log-level", "debug")...)
			c := o.startAs(func(c *exec.Cmd) { c.Stdout, c.Stderr = write, write }, args...)
			write.Close()
			report := filepath.Join(o.dir, "deltagare-trial-0001", "summary.json")
			for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
				if _, err := os.Stat(report); err == nil {
					break
				}
				if time.Now().After(deadline) || !c.running() {
					t.Fatal("there is no report")
				}
			}
			for { // the ledger is free as soon as the run is at its end
				if e := o.do(nil, "resolve", "--run", "1", "--row", "2", "--not-booked"); e.code != importer.ExitHeld {
					break
				}
			}
			start := time.Now()
			c.signal(syscall.SIGTERM)
			e := c.wait()
			if took := time.Since(start); e.code != 0 || took > 10*time.Second {
				t.Errorf("exit code %d after %v", e.code, took)
			}
			o.audit(&attempt{requests: 400}, 0).want(t, 0, map[string]int{"booked": 400})
		})
	}
}
