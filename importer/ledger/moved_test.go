package ledger

import "testing"

// TestMoved: a run's list and its reports are looked for where they are now.
func TestMoved(t *testing.T) {
	path := tempLedger(t)
	l := mustOpen(t, path)
	r := start(t, l, Row{})
	end(t, r)
	before, err := l.RunInfo(t.Context(), r.ID())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Moved(t.Context(), r.ID(), "/done/list.csv", "/done/list-run-0001"); err != nil {
		t.Fatal(err)
	}
	if err := l.Moved(t.Context(), r.ID()+1, "/done/list.csv", ""); err == nil {
		t.Error("a run that there is not was moved")
	}
	now, err := l.RunInfo(t.Context(), r.ID())
	if err != nil {
		t.Fatal(err)
	}
	if now.Input.Path != "/done/list.csv" || now.ReportDir != "/done/list-run-0001" {
		t.Errorf("%+v", now)
	}
	now.Input.Path, now.ReportDir = before.Input.Path, before.ReportDir
	if now.Input != before.Input || now.Target != before.Target || now.Counts != before.Counts || now.Mapping != before.Mapping {
		t.Errorf("%+v, before %+v", now, before)
	}
}
