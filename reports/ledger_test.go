package reports

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
)

// TestFromTheLedger follows a run through a real ledger: killed in the middle,
// opened again, reported, settled, reported again.
func TestFromTheLedger(t *testing.T) {
	ctx := context.Background()
	path := writeInput(t, "participants.csv", []byte("Namn;E-post\nAnna;a@x\nBo;b@x\nCia;c@x\nDan;d@x\nEva;bad\n"))
	in := openTable(t, path, table.Options{})
	book := filepath.Join(t.TempDir(), "ledger.db")
	l := openLedger(t, book)

	slot := ledger.Slot{CustomerId: "M11385", ViewingId: "VIS1", TimeSlotId: "TS-1"}
	var rows []ledger.Row
	for i := range 5 {
		r := ledger.Row{Index: i, Number: i + 2, Slot: slot}
		if i == 4 {
			r.Outcome = ledger.Invalid
			r.Problems = []ledger.Problem{{Column: 2, Header: "E-post", Code: "email", Reason: ledger.Say("not an e-mail address")}}
		}
		rows = append(rows, r)
	}
	info := runOf(in, rows)
	info.NameColumns = []int{0}
	run, err := l.StartRun(ctx, info, ledgerRows(rows))
	must(t, err)
	begin := func(i int) {
		t.Helper()
		must(t, run.Begin(ctx, ledger.Submission{Index: i, Keys: l.Keys(info.Target, slot, ledger.Identity{Contact: fmt.Sprint(i)}), At: noon.Add(time.Second)}))
	}
	begin(0)
	must(t, run.Finish(ctx, 0, ledger.Result{Outcome: ledger.Booked, BookingID: "VID1", HTTPStatus: 200, Attempts: 1, Duration: time.Second}))
	begin(1)
	must(t, run.Finish(ctx, 1, ledger.Result{Outcome: ledger.Rejected, HTTPStatus: 400, Reason: ledger.Say("full"), Attempts: 1}))
	begin(2) // and then the process is killed

	dir := Folder(path, run.ID(), false)
	report := func() *Report {
		t.Helper()
		info, err := l.RunInfo(ctx, run.ID())
		must(t, err)
		f, err := OpenInput(ctx, info)
		must(t, err)
		defer f.Close()
		rep := mustWrite(t, Source{Run: info, Rows: l.Rows(ctx, run.ID()), Input: f}, Options{Dir: dir, Zone: stockholm})
		var s struct{ Outcomes map[string]int }
		must(t, json.Unmarshal(read(t, rep.Dir, "summary.json"), &s))
		for _, o := range ledger.Outcomes {
			if s.Outcomes[o.String()] != info.Counts[o] {
				t.Errorf("%s: %d in the report, %d in the ledger", o, s.Outcomes[o.String()], info.Counts[o])
			}
		}
		return rep
	}
	if rep := report(); !strings.Contains(strings.Join(rep.Summary.Notes, " "), "still on") {
		t.Errorf("notes of a run that is on: %q", rep.Summary.Notes)
	}
	must(t, l.Close())
	l = openLedger(t, book)
	rep := report()
	if n := strings.Join(rep.Summary.Notes, " "); !strings.Contains(n, "cut off") {
		t.Errorf("notes of a run that was cut off: %q", n)
	}
	if got := string(read(t, dir, "report.csv")); !strings.Contains(got, "4,,Cia,uncertain,") || !strings.Contains(got, "5,,Dan,not_sent,") {
		t.Error(got)
	}
	must(t, l.Settle(ctx, ledger.Settlement{Run: run.ID(), Index: 2, BookingID: "VID3", Reason: "seen", At: noon}))
	report()
	if got := string(read(t, dir, "report.csv")); !strings.Contains(got, "4,,Cia,booked,VID3,,settled by hand as booked on 2026-03-04 (seen)") {
		t.Error(got)
	}
	must(t, l.Close())
}

func openLedger(t *testing.T, path string) *ledger.Ledger {
	t.Helper()
	l, err := ledger.Open(context.Background(), path, ledger.Options{Create: true})
	must(t, err)
	return l
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
