package main

import (
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vitec-import/importer"
	"vitec-import/reports/words"
)

// A window of the program's own stays until somebody has read it, unless all that
// was in it was the desk's.
func TestRunInWindow(t *testing.T) {
	t.Parallel()
	list, err := filepath.Abs("../../samples/participants.csv")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		args  []string
		code  int
		stays bool
	}{
		{"double click", nil, importer.ExitDone, false},
		{"double click in vain", nil, importer.ExitFailed, true},
		{"list", []string{list}, importer.ExitDone, false},
		{"folder", []string{filepath.Dir(list)}, importer.ExitUsage, true},
		{"shortcut", []string{"run", list, "--yes"}, importer.ExitDone, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			in, enter := io.Pipe()
			var stderr output
			clicked := false
			ran, closed := make(chan struct{}), make(chan int, 1)
			w := world{getenv: func(string) string { return "" }, systemLanguages: func() []string { return []string{"sv-SE"} }, stdin: in, stderr: &stderr}
			go func() {
				closed <- runInWindow(tt.args, w, func(args []string, w world) int {
					clicked = w.clicked && slices.Equal(args, tt.args)
					close(ran)
					return tt.code
				})
			}()
			<-ran
			if tt.stays {
				select {
				case <-closed:
					t.Fatal("the window closed by itself")
				case <-time.After(50 * time.Millisecond):
				}
				if _, err := io.WriteString(enter, "\r\n"); err != nil {
					t.Fatal(err)
				}
			}
			if code := <-closed; code != tt.code || !clicked {
				t.Errorf("exit %d, want %d; clicked %v", code, tt.code, clicked)
			}
			if said := stderr.String(); strings.HasSuffix(said, "Tryck Enter för att stänga fönstret. ") != tt.stays {
				t.Errorf("said %q", said)
			}
		})
	}
}

// A list alone, and a double click, open the desk.
func TestOpenInstead(t *testing.T) {
	t.Parallel()
	list := writeList(t, "deltagare.csv", deskList)
	for _, args := range [][]string{{list}, nil} {
		w := deskWorld(t, words.English)
		getenv := w.getenv
		w.getenv = func(name string) string {
			if name == "VITEC_IMPORT_NO_BROWSER" {
				return "true"
			}
			return getenv(name)
		}
		w.clicked = true
		v := visitWith(t, w, args...)
		page := v.enter()
		if len(args) > 0 {
			v.sees(page, "deltagare.csv", "Is this the list?")
		} else {
			v.sees(page, "Book a list of participants")
		}
	}
}
