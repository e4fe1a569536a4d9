package reports

import (
	"os"
	"path/filepath"
	"testing"

	"vitec-import/importer/ledger"
)

// TestRemove: a report goes, but for what a person has put there.
func TestRemove(t *testing.T) {
	write := func(t *testing.T) (dir string, run ledger.RunInfo) {
		t.Helper()
		src, o := scenario(t)
		run = src.Run
		run.ReportDir = mustWrite(t, src, o).Dir
		return run.ReportDir, run
	}
	t.Run("as it was written", func(t *testing.T) {
		dir, run := write(t)
		if removed, left, err := Remove(&run); !removed || left || err != nil || exists(dir) {
			t.Errorf("removed %v, left %v, %v", removed, left, err)
		}
		if removed, left, err := Remove(&run); removed || left || err != nil {
			t.Errorf("again: removed %v, left %v, %v", removed, left, err)
		}
	})
	t.Run("with a person's files", func(t *testing.T) {
		dir, run := write(t)
		for name, text := range map[string]string{"report.csv": "mine", "notes.txt": "mine"} {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if removed, left, err := Remove(&run); !removed || !left || err != nil {
			t.Errorf("removed %v, left %v, %v", removed, left, err)
		}
		for _, name := range []string{"report.csv", "notes.txt"} {
			if !exists(filepath.Join(dir, name)) {
				t.Errorf("%s is gone", name)
			}
		}
		if exists(filepath.Join(dir, "report.html")) {
			t.Error("report.html is there")
		}
	})
	t.Run("of another run", func(t *testing.T) {
		dir, run := write(t)
		run.ID++
		if removed, _, err := Remove(&run); removed || err != nil || !exists(filepath.Join(dir, "report.html")) {
			t.Errorf("removed %v, %v", removed, err)
		}
	})
}
