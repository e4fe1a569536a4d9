package main

import (
	"bytes"
	"context"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vitec-import/importer"
)

// A window of the program's own stays until somebody has read it, and a list
// that is dropped on the program is checked.
func TestRunInWindow(t *testing.T) {
	t.Parallel()
	list, err := filepath.Abs("../../samples/participants.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name       string
		args, want []string
		told       bool
	}{
		{"double click", nil, nil, true},
		{"list", []string{list}, []string{"check", list}, true},
		{"folder", []string{filepath.Dir(list)}, []string{filepath.Dir(list)}, false},
		{"relative", []string{"window.go"}, []string{"window.go"}, false},
		{"shortcut", []string{"run", list, "--yes"}, []string{"run", list, "--yes"}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in, enter := io.Pipe()
			var stderr output
			var got []string
			ran, closed := make(chan struct{}), make(chan int, 1)
			w := world{getenv: func(string) string { return "" }, systemLanguages: func() []string { return []string{"sv-SE"} }, stdin: in, stderr: &stderr}
			go func() {
				closed <- runInWindow(tt.args, w, func(args []string, _ world) int {
					got = args
					close(ran)
					return importer.ExitProblems
				})
			}()
			<-ran
			select {
			case <-closed:
				t.Fatal("the window closed by itself")
			case <-time.After(50 * time.Millisecond):
			}
			if _, err := io.WriteString(enter, "\r\n"); err != nil {
				t.Fatal(err)
			}
			if code := <-closed; code != importer.ExitProblems || !slices.Equal(got, tt.want) {
				t.Errorf("ran %q, exit %d, want %q, exit %d", got, code, tt.want, importer.ExitProblems)
			}
			said := stderr.String()
			if !strings.HasSuffix(said, "Tryck Enter för att stänga fönstret. ") || strings.Contains(said, "Programmet används från PowerShell") != tt.told {
				t.Errorf("said %q", said)
			}
		})
	}
}

// What a dropped list has to be told is told.
func TestDropped(t *testing.T) {
	t.Parallel()
	list, err := filepath.Abs("../../samples/mistakes.csv")
	if err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	env := map[string]string{"VITEC_IMPORT_LEDGER": filepath.Join(t.TempDir(), "ledger.db")}
	w := world{getenv: func(name string) string { return env[name] }, stdin: strings.NewReader("\n"), stdout: &stdout, stderr: &stderr}
	code := runInWindow([]string{list}, w, func(args []string, w world) int { return run(context.Background(), args, w) })
	if code != importer.ExitProblems || !strings.Contains(stdout.String(), "mistakes.csv:3: ") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, stdout.String(), stderr.String())
	}
}
