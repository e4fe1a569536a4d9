package main

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestReportsNeverKnowLess takes a list of 60 all the way: two mistakes, two
// lost answers and a double; corrected in the list, moved to another folder,
// settled in two goes, and followed by next week's list under the same name.
// After each step every report names everybody whom it named before.
func TestReportsNeverKnowLess(t *testing.T) {
	t.Parallel()
	list := guests(59)
	list[4].mail, list[19].phone = "not an address", "12"
	list = append(list, list[1])
	o := newOffice(t, list, "500-after-commit:10", "502:30")
	o.wide = 1
	first := filepath.Join(o.dir, "deltagare-trial-0001")
	named := map[string]map[int]string{}
	look := func(step string, dirs ...string) {
		t.Helper()
		for _, dir := range dirs {
			names := namesIn(t, dir)
			for row, name := range named[filepath.Base(dir)] {
				if names[row] != name {
					t.Errorf("%s: %s: row %d was %q and is %q", step, filepath.Base(dir), row, name, names[row])
				}
			}
			named[filepath.Base(dir)] = names
		}
	}
	do := func(code int, args ...string) *attempt {
		t.Helper()
		e := o.do(nil, args...)
		if e.code != code {
			t.Fatalf("%v: exit code %d: %s%s", args, e.code, e.stdout, e.stderr)
		}
		return e
	}

	ended(t, o.run("--skip-invalid"), 4, "55 booked, 2 uncertain, 2 invalid, 1 duplicate")
	look("run", first)
	if len(named[filepath.Base(first)]) != 60 {
		t.Fatalf("%d names", len(named[filepath.Base(first)]))
	}
	corrections, err := os.ReadFile(filepath.Join(first, "corrections.csv"))
	if err != nil {
		t.Fatal(err)
	}
	original, err := os.ReadFile(o.input)
	if err != nil {
		t.Fatal(err)
	}

	// Corrected in the list, and run again.
	list[4].mail, list[19].phone = "gast.4@zetterqvist.example", "070-1740609"
	o.fault()
	o.enter(list)
	ended(t, o.run(), 4, "2 booked, 55 already_booked, 2 uncertain, 1 duplicate")
	e := do(0, "report", "1")
	if !strings.Contains(e.stderr, "was changed after the run") || !strings.Contains(e.stderr, "corrections.csv") {
		t.Errorf("the report of a list that was changed: %s", e.stderr)
	}
	look("corrected", first, filepath.Join(o.dir, "deltagare-trial-0002"))
	if now, err := os.ReadFile(filepath.Join(first, "corrections.csv")); err != nil || string(now) != string(corrections) {
		t.Errorf("the corrections: %v, %s", err, now)
	}
	if e := do(0, "resolve"); strings.Count(e.stdout, "Quisling") != 2 {
		t.Errorf("resolve: %s", e.stdout)
	}

	// Moved to another folder, with its first report; the list as it was is there too.
	archive := filepath.Join(o.dir, "archive")
	moved := filepath.Join(archive, filepath.Base(first))
	if err := os.MkdirAll(archive, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(first, moved); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(o.input); err != nil {
		t.Fatal(err)
	}

	// Settled in two goes, with the file in the folder that was moved.
	answers := []string{"VID4711", "x"}
	for i, answer := range answers {
		fillIn(t, filepath.Join(moved, "uncertain.csv"), answer)
		do(0, "resolve", filepath.Join(moved, "uncertain.csv"))
		look("settled "+strconv.Itoa(i+1), moved)
	}
	if _, err := os.Stat(first); err == nil {
		t.Error("a report without names stands where the first one was")
	}

	// The list of that time is found in another place.
	if err := os.WriteFile(filepath.Join(archive, "gammal.csv"), original, 0o600); err != nil {
		t.Fatal(err)
	}
	do(0, "report", "1", "--input", filepath.Join(archive, "gammal.csv"), "--out", filepath.Join(o.dir, "again"))
	look("--input", filepath.Join(o.dir, "again", filepath.Base(first)))
	do(1, "report", "1", "--input", filepath.Join(o.dir, "mapping.yaml"))

	// Next week's list has the same name and other people.
	next := guests(3)
	for i := range next {
		next[i].first, next[i].mail = "Next"+strconv.Itoa(i), "next"+strconv.Itoa(i)+"@zetterqvist.example"
	}
	o.enter(next)
	ended(t, o.run(), 0, "3 booked")
	do(0, "report", "2")
	look("next week", moved, filepath.Join(o.dir, "deltagare-trial-0002"))
	o.noDoubles()
}

// TestWholeReport: after the corrections were run, one report says of each row
// of the list how it ended.
func TestWholeReport(t *testing.T) {
	t.Parallel()
	list := guests(6)
	list[2].mail = "not an address"
	o := newOffice(t, list)
	ended(t, o.run("--skip-invalid"), 3, "5 booked, 1 invalid")
	first := filepath.Join(o.dir, "deltagare-trial-0001")
	path := filepath.Join(first, "corrections.csv")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(strings.Replace(string(text), ";not an address;", ";gast.2@zetterqvist.example;", 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	if e := o.do(nil, append([]string{"run", path, "--mapping", filepath.Join(o.dir, "mapping.yaml")}, o.args()[2:]...)...); e.code != 0 {
		t.Fatalf("%d: %s", e.code, e.stderr)
	}
	for _, args := range [][]string{{"report", "1", "--whole"}, {"report", "1"}} { // once whole, always whole
		e := o.do(nil, args...)
		if e.code != 0 || !strings.Contains(e.stderr, "All 6 rows would be booked") {
			t.Errorf("%v: %d: %s", args, e.code, e.stderr)
		}
	}
	rows := readReport(t, first)
	if len(rows) != 6 {
		t.Errorf("%d rows", len(rows))
	}
}

// ended holds the last line of a run against its exit code and its counts.
func ended(t *testing.T, e *attempt, code int, counts string) {
	t.Helper()
	if e.code != code || !strings.Contains(e.stdout, counts+" of ") {
		t.Fatalf("exit code %d, want %d with %s: %s%s", e.code, code, counts, e.stdout, e.stderr)
	}
}

// namesIn are the participants of a report, by their rows.
func namesIn(t *testing.T, dir string) map[int]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dir, "report.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	names := map[int]string{}
	for _, l := range lines[1:] {
		row, err := strconv.Atoi(l[0])
		if err != nil {
			t.Fatal(err)
		}
		if l[2] != "" {
			names[row] = l[2]
		}
	}
	return names
}

// fillIn answers for the first row of a file of uncertain rows.
func fillIn(t *testing.T, path, answer string) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\r\n")
	cells := strings.Split(lines[2], ";")
	if answer == "x" {
		cells[7] = answer
	} else {
		cells[6] = answer
	}
	lines[2] = strings.Join(cells, ";")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\r\n")), 0o600); err != nil {
		t.Fatal(err)
	}
}
