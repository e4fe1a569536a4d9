package reports

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/reports/words"
)

// A report that is written again without its list has the names, the list's own
// words and the corrections of the earlier one, and the outcomes of now.
func TestRewrittenWithoutTheList(t *testing.T) {
	src, o := scenario(t)
	src.SlotColumns = []int{4}
	src.Words = map[int]string{1: "Ogiltigt nummer 070-1"}
	first := mustWrite(t, src, o)
	src.Words = nil
	corrections := read(t, first.Dir, "corrections.csv")
	for _, again := range []string{"once", "twice"} {
		rows := outcomes()
		rows[3].Outcome, rows[3].BookingID = ledger.Booked, "VID9"
		src.Rows, src.Input, src.NoInput = ledgerRows(rows), nil, &InputError{Path: "p.csv", Err: ErrInputMissing}
		src.SlotColumns = nil
		rep := mustWrite(t, src, o)
		if rep.Dir != first.Dir {
			t.Fatalf("%s: %s", again, rep.Dir)
		}
		text := string(read(t, rep.Dir, "report.csv"))
		for _, want := range []string{"2,,Åsa Öberg,booked,", "'=HYPERLINK(", "Evil\",booked,VID9", "The field CellPhone", "Ogiltigt nummer 070-1", ",18:30,"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s: no %q in\n%s", again, want, text)
			}
		}
		if got := read(t, rep.Dir, "corrections.csv"); string(got) != string(corrections) {
			t.Errorf("%s: corrections %q", again, got)
		}
		if n := strings.Join(rep.Summary.Notes, " "); !strings.Contains(n, "The list is gone") || !strings.Contains(n, "earlier report") {
			t.Errorf("%s: notes %q", again, n)
		}
		page := string(read(t, rep.Dir, "report.html"))
		if !strings.Contains(page, "=HYPERLINK") || strings.Contains(page, "&#39;=HYPERLINK") {
			t.Errorf("%s: the name has changed", again)
		}
	}
}

// What the server said in its own words is in no ledger: a report that is
// written again has it from the one before, with the list at hand, too.
func TestServersWordsStay(t *testing.T) {
	src, o := scenario(t)
	src.Words = map[int]string{1: "Ogiltigt nummer 070-1"}
	mustWrite(t, src, o)
	src.Words = nil
	for range 2 {
		src.Rows = ledgerRows(outcomes())
		rep := mustWrite(t, src, o)
		if text := string(read(t, rep.Dir, "report.csv")); strings.Count(text, "Ogiltigt nummer 070-1") != 2 {
			t.Errorf("the server's words are not there:\n%s", text)
		}
	}
}

// Where nothing is left that knows names, a report that has them stays, and the
// new one stands beside it.
func TestNamelessReportReplacesNone(t *testing.T) {
	src, o := scenario(t)
	first := mustWrite(t, src, o)
	must(t, os.Remove(filepath.Join(first.Dir, csvAt)))
	before := read(t, first.Dir, "report.html")
	src.Rows, src.Input, src.NoInput = ledgerRows(outcomes()), nil, &InputError{Path: "p.csv", Err: ErrInputChanged}
	rep := mustWrite(t, src, o)
	if rep.Dir != first.Dir+"-2" || len(rep.Notes) != 1 || !strings.Contains(rep.Notes[0], "names people") {
		t.Errorf("%s, %q", rep.Dir, rep.Notes)
	}
	if string(read(t, first.Dir, "report.html")) != string(before) {
		t.Error("the earlier report was touched")
	}
	if again := mustWrite(t, src, o); again.Dir != rep.Dir { // one without names may be replaced
		t.Errorf("%s", again.Dir)
	}
}

// Where the list is gone and a person has sorted, cut or saved report.csv as
// something else, it tells nobody's name; the files beside it still do, and stay.
func TestEditedReportIsNotReplaced(t *testing.T) {
	for name, edit := range map[string]func(string) string{
		"cut": func(s string) string { return strings.Join(strings.SplitAfter(s, "\n")[:4], "") },
		"sorted": func(s string) string {
			l := strings.SplitAfter(s, "\n")
			l[1], l[2] = l[2], l[1]
			return strings.Join(l, "")
		},
		"semicolons":    func(s string) string { return strings.ReplaceAll(s, ",", ";") },
		"a column less": func(s string) string { return strings.Replace(s, ",participant,", ",", 1) },
		"emptied":       func(string) string { return "" },
	} {
		src, o := scenario(t)
		first := mustWrite(t, src, o)
		page := read(t, first.Dir, "report.html")
		path := filepath.Join(first.Dir, "report.csv")
		must(t, os.WriteFile(path, []byte(edit(string(read(t, path)))), 0o600))
		src.Rows, src.Input, src.NoInput = ledgerRows(outcomes()), nil, &InputError{Path: "p.csv", Err: ErrInputMissing}
		rep := mustWrite(t, src, o)
		if rep.Dir != first.Dir+"-2" || len(rep.Notes) != 1 || !strings.Contains(rep.Notes[0], "names people") {
			t.Errorf("%s: %s, %q", name, rep.Dir, rep.Notes)
		}
		if string(read(t, first.Dir, "report.html")) != string(page) {
			t.Errorf("%s: the earlier page was touched", name)
		}
	}
}

// A list that is somewhere else, under another name, is the list.
func TestOpenMovedInput(t *testing.T) {
	src, _ := scenario(t)
	path := src.Run.Input.Path
	moved := filepath.Join(t.TempDir(), "Annat namn.csv")
	must(t, os.Rename(path, moved))
	f, err := OpenInput(context.Background(), src.Run, filepath.Join(t.TempDir(), "none.csv"), moved)
	if err != nil {
		t.Fatal(err)
	}
	must(t, f.Close())
	if _, err := OpenInput(context.Background(), src.Run); err == nil {
		t.Error("found where it no longer is")
	}
}

// A list that is changed while the run is on is told as that.
func TestListChangedDuringTheRun(t *testing.T) {
	src, _ := scenario(t)
	path := src.Run.Input.Path
	must(t, os.WriteFile(path, []byte("Förnamn;Efternamn\nA;B\n"), 0o600))
	for at, want := range map[time.Duration]error{time.Second: ErrInputChanging, time.Hour: ErrInputChanged} {
		must(t, os.Chtimes(path, noon.Add(at), noon.Add(at)))
		_, err := OpenInput(context.Background(), src.Run)
		if ie, ok := err.(*InputError); !ok || ie.Err != want {
			t.Errorf("changed %v after the start: %v", at, err)
		}
	}
}

// A trial says that it is one wherever it is looked at, and its next step is
// the real command.
func TestTrialCannotBeMistaken(t *testing.T) {
	for l, want := range map[words.Language][2]string{
		words.English: {"TRIAL – nobody is really booked", "3 of 10 rows would be booked"},
		words.Swedish: {"PROV – ingen är bokad på riktigt", "3 av 10 rader skulle bokas"},
	} {
		src, o := scenario(t)
		o.Trial, o.Language, o.Dir = true, l, Folder(src.Run.Input.Path, 7, true)
		rep := mustWrite(t, src, o)
		if !strings.HasSuffix(rep.Dir, "participants-trial-0007") || rep.Summary.Headline != want[1] {
			t.Errorf("%s, %q", rep.Dir, rep.Summary.Headline)
		}
		last := rep.Summary.Steps[len(rep.Summary.Steps)-1]
		if !strings.HasPrefix(last.Command, "vitec-import run ") || strings.Contains(last.Command, "--sandbox") {
			t.Errorf("the last step is %q", last.Command)
		}
		if page := string(read(t, rep.Dir, "report.html")); strings.Count(page, want[0]) != 2 || !strings.Contains(page, want[1]) {
			t.Errorf("the page does not say that it is a trial")
		}
		book := openWorkbook(t, filepath.Join(rep.Dir, "report.xlsx"))
		for _, sheet := range book.GetSheetList()[:2] {
			found := false
			for _, row := range sheetRows(t, book, sheet)[:2] {
				found = found || strings.Contains(strings.Join(row, "|"), want[0])
			}
			if !found {
				t.Errorf("the sheet %s does not say that it is a trial", sheet)
			}
		}
		if !strings.Contains(string(read(t, rep.Dir, "summary.json")), `"trial": true`) {
			t.Error("summary.json does not say so")
		}
	}
}

// A viewing that no row can be booked on is the mapping's fault, not the rows'.
func TestAdviceWhereTheFaultIs(t *testing.T) {
	var rows []ledger.Row
	for i := range 8 {
		r := ledger.Row{Run: 7, Index: i, Number: i + 2, Outcome: ledger.Booked, BookingID: "VID1", Slot: ledger.Slot{ViewingId: "VIS1"}}
		if i >= 4 {
			r.Outcome, r.HTTPStatus, r.Slot.ViewingId, r.BookingID = ledger.Rejected, 404, "VIS5D41402ABC4B2A76B9719D911017C592", ""
		}
		rows = append(rows, r)
	}
	run := ledger.RunInfo{ID: 7, Rows: 8, StartedAt: noon, Ended: true, Input: ledger.Input{Path: "p.csv"}, Mapping: "m.yaml"}
	// The ledger masks of the server's words what a row has in a cell, and so it
	// keeps them differently for each row. The report says them as they were.
	words := map[int]string{}
	for i := 4; i < 8; i++ {
		masked := []string{"The ••• does not exist", "The viewing ••• not exist", "The viewing does not exist"}[i%3]
		rows[i].Reason = ledger.Say("%s: %s", ledger.Say("the server answered %s", "404 not found"), masked)
		words[i] = "The viewing does not exist"
	}
	for _, known := range []map[int]string{words, nil} {
		rep := mustWrite(t, Source{Run: run, Rows: ledgerRows(rows), Words: known}, Options{Dir: filepath.Join(t.TempDir(), "p-run-0007")})
		steps := rep.Summary.Steps
		if len(steps) != 1 || steps[0].Count != 4 || !strings.Contains(steps[0].Text, "mapping") || !strings.Contains(steps[0].Text, "VIS5D41…C592") {
			t.Errorf("%+v", steps)
		}
		if known == nil {
			continue
		}
		if got := sheetRows(t, openWorkbook(t, filepath.Join(rep.Dir, "report.xlsx")), "Problems"); len(got) != 2 || got[1][2] != "the server answered 404 not found: The viewing does not exist" {
			t.Errorf("problems %q", got)
		}
	}
}

// What any killed run has left is cleared, and what a live one writes is not.
func TestSweepFindsWhatAnyRunLeft(t *testing.T) {
	src, o := scenario(t)
	parent := filepath.Dir(o.Dir)
	left := filepath.Join(parent, ".other list-trial-0003.tmp-123")
	must(t, os.Mkdir(left, 0o700))
	must(t, os.WriteFile(filepath.Join(parent, ".other list-trial-0003.lock"), nil, 0o600)) // whose writer is dead
	live, err := stage(context.Background(), filepath.Join(parent, "third-run-0004"))
	must(t, err)
	defer live.discard()
	mustWrite(t, src, o)
	if exists(left) || !exists(live.dir) {
		t.Errorf("beside the input: %q", ls(t, parent))
	}
}

// Two that write the report of one run at once both end, and one report stands.
func TestTwoWritersAtOnce(t *testing.T) {
	src, o := scenario(t)
	mustWrite(t, src, o)
	path := src.Run.Input.Path
	var all sync.WaitGroup
	for range 4 {
		f := openTable(t, path, table.Options{})
		all.Go(func() {
			mine := src
			mine.Input = f
			if _, err := Write(context.Background(), mine, o); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := ls(t, filepath.Dir(o.Dir)); strings.Join(got, " ") != "participants-run-0007 participants.csv" {
		t.Errorf("beside the input: %q", got)
	}
}

// The names of lists near the file system's limit get a folder.
func TestLongNames(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{strings.Repeat("a", 251) + ".csv", strings.Repeat("å", 125) + ".csv"} {
		folder := Folder(filepath.Join(dir, name), 12345, true)
		if base := filepath.Base(folder); len(base) > 100 || !strings.HasSuffix(base, "-trial-12345") || !strings.HasPrefix(name, strings.TrimSuffix(base, "-trial-12345")) {
			t.Errorf("%q", base)
		}
		must(t, Probe(folder))
	}
	if left := ls(t, dir); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

// TestWhole: one report covers the list and its corrections.
func TestWhole(t *testing.T) {
	src, o := scenario(t)
	rep := mustWrite(t, src, o)
	f := openTable(t, filepath.Join(rep.Dir, "corrections.csv"), table.Options{})
	rows := rowsOf(t, f, func(table.Row) ledger.Row { return ledger.Row{Outcome: ledger.Booked, BookingID: "VID8"} })
	rows[1].Outcome, rows[1].BookingID, rows[1].Reason = ledger.Rejected, "", ledger.Say("still no")
	later := runOf(f, rows)
	later.ID = 8
	src.Rows, src.Later = ledgerRows(outcomes()), []Source{{Run: later, Rows: ledgerRows(rows), Input: f}}
	rep = mustWrite(t, src, o)
	text := string(read(t, rep.Dir, "report.csv"))
	for _, want := range []string{"3,,Björn Ek; den äldre,booked,VID8,,\"booked by run 8, row 2\"", "rejected,,,\"in run 8, row 3: still no\""} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if rep.Summary.Headline != "4 of 10 rows are booked" {
		t.Errorf("%q", rep.Summary.Headline)
	}
	found, ok := FoundAt(rep.Dir)
	if !ok || !found.Whole() || found.RunOutcomes[ledger.Booked] != 2 || !found.Of(&src.Run) {
		t.Errorf("%+v", found)
	}
}
