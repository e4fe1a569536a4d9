package reports

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vitec-import/importer/ledger"
)

func TestFolder(t *testing.T) {
	for _, tt := range []struct {
		input string
		run   int64
		want  string
	}{
		{"participants.csv", 7, "participants-run-0007"},
		{"a/b/Deltagare mars.xlsx", 12345, "a/b/Deltagare mars-run-12345"},
		{"list.2026.csv", 1, "list.2026-run-0001"},
		{".csv", 1, ".csv-run-0001"},
		{"a/participants-run-0007/corrections.csv", 8, "a/participants-run-0008"},
		{"a/participants-run-0007-2/corrections-edited.xlsx", 8, "a/participants-run-0008"},
		{"a/corrections.csv", 8, "a/corrections-run-0008"},
		{"a/participants-run-0007/other.csv", 8, "a/participants-run-0007/other-run-0008"},
	} {
		if got := filepath.ToSlash(Folder(filepath.FromSlash(tt.input), tt.run, false)); got != tt.want {
			t.Errorf("Folder(%q, %d) = %q, want %q", tt.input, tt.run, got, tt.want)
		}
	}
}

func TestRewriteReplacesTheReport(t *testing.T) {
	src, o := scenario(t)
	mustWrite(t, src, o)
	rows := outcomes()
	rows[3].Outcome, rows[3].BookingID = ledger.Booked, "VID9"
	src.Rows = ledgerRows(rows)
	rep := mustWrite(t, src, o)
	if rep.Dir != o.Dir || len(rep.Notes) != 0 {
		t.Errorf("%s, %q", rep.Dir, rep.Notes)
	}
	if _, err := os.Stat(filepath.Join(o.Dir, "uncertain.csv")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("uncertain.csv is still there: %v", err)
	}
	if got := ls(t, filepath.Dir(o.Dir)); !slices.Equal(got, []string{"participants-run-0007", "participants.csv"}) {
		t.Errorf("beside the input: %q", got)
	}
}

func TestRewriteKeepsWhatAPersonHasDone(t *testing.T) {
	src, o := scenario(t)
	mustWrite(t, src, o)
	put := func(name, text string) {
		t.Helper()
		if err := os.WriteFile(filepath.Join(o.Dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("corrections.csv", "mended")
	put("uncertain.csv", "filled in")
	put("notes.txt", "mine")
	if err := os.Mkdir(filepath.Join(o.Dir, "letters"), 0o700); err != nil {
		t.Fatal(err)
	}
	put("letters/one.txt", "dear")

	rows := outcomes()
	rows[3].Outcome, rows[3].BookingID = ledger.Booked, "VID9" // uncertain.csv changes, corrections.csv does not
	src.Rows = ledgerRows(rows)
	rep := mustWrite(t, src, o)
	for name, want := range map[string]string{
		"corrections.csv": "mended", "uncertain-edited.csv": "filled in", "notes.txt": "mine", "letters/one.txt": "dear",
	} {
		if got := string(read(t, o.Dir, name)); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if len(rep.Notes) != 1 || !strings.Contains(rep.Notes[0], "uncertain-edited.csv") {
		t.Errorf("notes %q", rep.Notes)
	}

	rows[1].Reason = ledger.Say("another message") // now the fresh corrections differ
	src.Rows = ledgerRows(rows)
	mustWrite(t, src, o)
	if got := string(read(t, o.Dir, "corrections-edited.csv")); got != "mended" {
		t.Errorf("corrections-edited.csv: %q", got)
	}
	if got := string(read(t, o.Dir, "corrections.csv")); !strings.Contains(got, "another message") {
		t.Errorf("corrections.csv: %q", got)
	}
	if got := string(read(t, o.Dir, "uncertain-edited.csv")); got != "filled in" {
		t.Errorf("uncertain-edited.csv: %q", got)
	}
}

// A folder that stands where a file of the report stood is kept like a file that
// a person has changed, and the fresh file is written.
func TestRewriteKeepsAFolderOfAFilesName(t *testing.T) {
	src, o := scenario(t)
	mustWrite(t, src, o)
	page := filepath.Join(o.Dir, "report.html")
	if err := errors.Join(os.Remove(page), os.Mkdir(page, 0o700), os.WriteFile(filepath.Join(page, "mine.txt"), []byte("mine"), 0o600)); err != nil {
		t.Fatal(err)
	}
	rep := mustWrite(t, src, o)
	if got := string(read(t, o.Dir, "report.html")); !strings.Contains(got, rep.Summary.Headline) {
		t.Errorf("report.html: %q", got)
	}
	if got := string(read(t, o.Dir, "report-edited.html/mine.txt")); got != "mine" {
		t.Errorf("the folder's file: %q", got)
	}
	if len(rep.Notes) != 1 || !strings.Contains(rep.Notes[0], "report-edited.html") {
		t.Errorf("notes %q", rep.Notes)
	}
}

func TestAnotherRunsFolderIsLeftAlone(t *testing.T) {
	src, o := scenario(t)
	mustWrite(t, src, o)
	before := read(t, o.Dir, "summary.json")
	other := src
	other.Run.StartedAt = noon.Add(time.Hour) // run 7 of another ledger
	for range 2 {                             // the second time it finds its own
		rep := mustWrite(t, other, o)
		if rep.Dir != o.Dir+"-2" || len(rep.Notes) != 1 {
			t.Fatalf("%s, %q", rep.Dir, rep.Notes)
		}
		if c := rep.Summary.Steps[0].Command; !strings.Contains(c, "participants-run-0007-2") {
			t.Errorf("command %q", c)
		}
	}
	if string(read(t, o.Dir, "summary.json")) != string(before) {
		t.Error("the other run's report was touched")
	}
}

func TestAFileInTheWay(t *testing.T) {
	src, o := scenario(t)
	if err := os.WriteFile(o.Dir, []byte("a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	if rep := mustWrite(t, src, o); rep.Dir != o.Dir+"-2" {
		t.Errorf("%s", rep.Dir)
	}
}

func TestUnwritableFolder(t *testing.T) {
	if os.Getuid() <= 0 { // nobody forbids root anything, and on Windows a folder has no such mode
		src, o := scenario(t)
		o.Dir = filepath.Join(src.Run.Input.Path, "below a file")
		if _, err := Write(context.Background(), src, o); err == nil {
			t.Error("no error")
		}
		return
	}
	src, o := scenario(t)
	parent := filepath.Join(t.TempDir(), "ro")
	if err := os.Mkdir(parent, 0o500); err != nil {
		t.Fatal(err)
	}
	o.Dir = filepath.Join(parent, "out")
	if _, err := Write(context.Background(), src, o); err == nil {
		t.Error("no error")
	}
}

// A report folder that a person has write-protected stays as it is, and nothing
// of it is left under another name.
func TestWriteProtectedReport(t *testing.T) {
	if os.Getuid() <= 0 {
		t.Skip("nobody forbids root anything, and on Windows a folder has no such mode")
	}
	src, o := scenario(t)
	mustWrite(t, src, o)
	must(t, os.WriteFile(filepath.Join(o.Dir, "report.csv"), []byte("mine"), 0o600))
	must(t, os.Chmod(o.Dir, 0o500))
	t.Cleanup(func() { _ = os.Chmod(o.Dir, 0o700) })
	for range 2 {
		rep := mustWrite(t, src, o)
		if rep.Dir != o.Dir+"-2" || len(rep.Notes) != 1 || !strings.Contains(rep.Notes[0], "write-protected") {
			t.Errorf("%s, %q", rep.Dir, rep.Notes)
		}
	}
	if got := ls(t, filepath.Dir(o.Dir)); !slices.Equal(got, []string{"participants-run-0007", "participants-run-0007-2", "participants.csv"}) {
		t.Errorf("beside the input: %q", got)
	}
	if got := string(read(t, o.Dir, "report.csv")); got != "mine" {
		t.Errorf("report.csv: %q", got)
	}
}

func TestCancelledWriteLeavesNothing(t *testing.T) {
	src, o := scenario(t)
	ctx, cancel := context.WithCancel(context.Background())
	rows := src.Rows
	src.Rows = func(yield func(ledger.Row, error) bool) {
		for r, err := range rows {
			if r.Index == 5 {
				cancel()
			}
			if !yield(r, err) {
				return
			}
		}
	}
	if _, err := Write(ctx, src, o); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
	if got := ls(t, filepath.Dir(o.Dir)); !slices.Equal(got, []string{"participants.csv"}) {
		t.Errorf("left behind: %q", got)
	}
}

// TestKilledWriter kills a process in the middle of a report, and looks at
// what it leaves and what the next writer makes of it.
func TestKilledWriter(t *testing.T) {
	if dir := os.Getenv("REPORTS_TEST_WRITER"); dir != "" {
		hangingWriter(dir)
		return
	}
	src, o := scenario(t)
	parent := filepath.Dir(o.Dir)
	cmd := exec.Command(os.Args[0], "-test.run=^TestKilledWriter$")
	cmd.Env = append(os.Environ(), "REPORTS_TEST_WRITER="+o.Dir)
	if _, err := cmd.StdinPipe(); err != nil { // see endWithParent
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for in := bufio.NewScanner(out); in.Scan() && in.Text() != "writing"; {
	}
	// Another report beside it leaves the live one alone, and the same one waits.
	other := o
	other.Dir = filepath.Join(parent, "other-run-0008")
	mustWrite(t, src, other)
	if left := ls(t, parent); len(left) != 4 || left[0] != ".participants-run-0007.lock" || !strings.HasPrefix(left[1], ".participants-run-0007.tmp-") {
		t.Errorf("beside a live writer: %q", left)
	}
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if _, err := Write(ctx, src, o); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("two at once: %v", err)
	}
	must(t, os.RemoveAll(other.Dir))
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil {
		t.Error("the writer was not killed")
	}
	// The next one clears away what the dead one left.
	mustWrite(t, src, o)
	if got := ls(t, parent); !slices.Equal(got, []string{"participants-run-0007", "participants.csv"}) {
		t.Errorf("beside the input: %q", got)
	}
}

// endWithParent ends this process when the test that has started it is gone,
// however that ended: the pipe to its standard input ends with it.
func endWithParent() {
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}()
}

// hangingWriter begins a report and never ends it.
func hangingWriter(dir string) {
	endWithParent()
	rows := func(yield func(ledger.Row, error) bool) {
		for i := 0; ; i++ {
			if !yield(ledger.Row{Run: 7, Index: i, Number: i + 2}, nil) {
				return
			}
			if i == 1000 {
				fmt.Println("writing")
				time.Sleep(time.Hour) // not for ever: a program in which nothing can happen ends
			}
		}
	}
	_, err := Write(context.Background(), Source{Run: ledger.RunInfo{ID: 7}, Rows: rows}, Options{Dir: dir})
	fmt.Println(err)
}

// TestMovedAsideReportComesBack is a writer that died between moving the old
// report aside and moving the new one in.
func TestMovedAsideReportComesBack(t *testing.T) {
	src, o := scenario(t)
	mustWrite(t, src, o)
	if err := os.WriteFile(filepath.Join(o.Dir, "notes.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	parent, name := filepath.Split(o.Dir)
	staging := filepath.Join(parent, "."+name+".tmp-123")
	must(t, errors.Join(os.Mkdir(staging, 0o700), os.Rename(o.Dir, filepath.Join(staging, name))))
	src.Input, src.NoInput = nil, &InputError{Path: "p.csv", Err: ErrInputMissing} // only the report knows names
	mustWrite(t, src, o)
	if got := string(read(t, o.Dir, "notes.txt")); got != "mine" {
		t.Errorf("notes.txt: %q", got)
	}
	if got := string(read(t, o.Dir, csvAt)); !strings.Contains(got, "Åsa Öberg") {
		t.Errorf("the names are gone: %s", got)
	}
	if got := ls(t, parent); !slices.Equal(got, []string{"participants-run-0007", "participants.csv"}) {
		t.Errorf("beside the input: %q", got)
	}
}

// TestReportOfARunThatIsOn is what `report` writes for a run in its course.
func TestReportOfARunThatIsOn(t *testing.T) {
	src, o := scenario(t)
	src.Run.Ended, src.Run.Reason, src.Run.FinishedAt = false, ledger.Text{}, time.Time{}
	rep := mustWrite(t, src, o)
	if n := strings.Join(rep.Summary.Notes, " "); !strings.Contains(n, "still on") {
		t.Errorf("notes %q", n)
	}
	for _, s := range rep.Summary.Steps {
		if strings.Contains(s.Text, "not sent. Run") {
			t.Errorf("a step for rows that are on their way: %q", s.Text)
		}
	}
}
