//go:build linux

package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"vitec-import/importer/ledger"
	"vitec-import/vitec/testenv"
)

// These tests run the test binary again as a writer that is killed or whose
// disk refuses, and look at what is left. The variable says what the writer
// shall do: "loop DIR", or "limit DIR BYTES".
const writerVariable = "REPORTS_TEST_CRASH"

func TestMain(m *testing.M) {
	if todo := strings.Fields(os.Getenv(writerVariable)); len(todo) > 0 {
		if err := crashingWriter(todo); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func crashingWriter(todo []string) error {
	o := Options{Dir: todo[1]}
	if todo[0] == "limit" {
		src := manyRows(3000)
		n, err := strconv.ParseUint(todo[2], 10, 64)
		if err != nil {
			return err
		}
		if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: n, Max: n}); err != nil {
			return err
		}
		_, err = Write(context.Background(), src, o)
		return err
	}
	endWithParent()
	for src := manyRows(500); ; {
		if _, err := Write(context.Background(), src, o); err != nil {
			return err
		}
	}
}

// manyRows is a run without an input, quickly made.
func manyRows(n int) Source {
	rows := make([]ledger.Row, n)
	for i := range rows {
		rows[i] = ledger.Row{Run: 7, Index: i, Number: i + 2, Outcome: ledger.Outcomes[i%len(ledger.Outcomes)], Reason: ledger.Say("what happened"), SubmittedAt: noon}
	}
	return Source{Run: ledger.RunInfo{ID: 7, Rows: n, StartedAt: noon, FinishedAt: noon.Add(time.Minute), Ended: true}, Rows: ledgerRows(rows)}
}

// whole reports whether a report is complete: each file is there and is what
// summary.json says.
func whole(t *testing.T, dir string) {
	t.Helper()
	var m Manifest
	if err := json.Unmarshal(read(t, dir, "summary.json"), &m); err != nil {
		t.Fatal(err)
	}
	if len(m.Files) != 4 {
		t.Errorf("files %v", m.Files)
	}
	for name, want := range m.Files {
		got, err := sumFile(filepath.Join(dir, name))
		if err != nil || got != want {
			t.Errorf("%s: %v, %v, want %v", name, got, err, want)
		}
	}
	if got := len(ls(t, dir)); got != len(m.Files)+1 {
		t.Errorf("files in the folder: %q", ls(t, dir))
	}
}

func TestKilledAtRandomMoments(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "list-run-0007")
	start := time.Now()
	mustWrite(t, manyRows(500), Options{Dir: dir})
	once := time.Since(start) + 20*time.Millisecond // and the start of a process
	for i := range testenv.Sampled(10, 50) {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), writerVariable+"=loop "+dir)
		if _, err := cmd.StdinPipe(); err != nil { // see endWithParent
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(rand.N(3 * once)) // the moment of the kill, not a wait for anything
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the writer ended by itself")
		}
		// Between the two renames the report is absent, and the one before stands
		// whole in the staging folder, from where the next writer takes it.
		if aside, _ := filepath.Glob(filepath.Join(filepath.Dir(dir), ".list-run-0007.tmp-*", "list-run-0007")); !exists(dir) && len(aside) == 1 {
			whole(t, aside[0])
		} else {
			whole(t, dir)
		}
		if t.Failed() {
			t.Fatalf("after kill %d", i)
		}
	}
	mustWrite(t, manyRows(500), Options{Dir: dir})
	whole(t, dir)
	if left := ls(t, filepath.Dir(dir)); len(left) != 1 {
		t.Errorf("left behind: %q", left)
	}
}

func TestDiskRefuses(t *testing.T) {
	first := mustWrite(t, manyRows(3000), Options{Dir: filepath.Join(t.TempDir(), "list-run-0007")})
	before := read(t, first.Dir, "summary.json")
	for _, limit := range []int{0, 1, 1000, 20_000, 80_000, 150_000, 200_000} {
		for _, dir := range []string{first.Dir, filepath.Join(t.TempDir(), "list-run-0007")} {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), fmt.Sprintf("%s=limit %s %d", writerVariable, dir, limit))
			msg, err := cmd.CombinedOutput()
			if err == nil {
				if limit < 100_000 {
					t.Errorf("no error with files of at most %d bytes", limit)
				}
				continue
			}
			if !strings.Contains(string(msg), "file too large") {
				t.Errorf("limit %d: %s", limit, msg)
			}
			if dir == first.Dir {
				whole(t, dir)
				if string(read(t, dir, "summary.json")) != string(before) {
					t.Error("the older report was touched")
				}
			} else if left := ls(t, filepath.Dir(dir)); len(left) > 0 {
				t.Errorf("limit %d: left behind %q", limit, left)
			}
		}
	}
}
