package main

import (
	"io"
	"os"
	"path/filepath"
	"runtime"
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
			if said := stderr.String(); strings.HasSuffix(said, "Tryck Enter för att stänga fönstret. ") != tt.stays || strings.Contains(said, "Låt det här fönstret vara öppet") != (tt.name != "folder" && tt.name != "shortcut") {
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

// The browser is given a page for the user alone, by a name of its own. Where there is
// no browser, the address is printed, and what to do.
func TestDeskOpensTheBrowser(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the browser here is a script for a shell")
	}
	t.Setenv("HOME", t.TempDir())
	home, err := os.UserHomeDir()
	if err != nil {
		t.Fatal(err)
	}
	browser := filepath.Join(t.TempDir(), "browser")
	if err := os.WriteFile(browser, []byte("#!/bin/sh\necho \"$1\" >"+browser+".new && mv "+browser+".new "+browser+".called\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	w := deskWorld(t, words.English)
	plain := w.getenv
	w.getenv = func(name string) string {
		if name == "BROWSER" {
			return browser
		}
		return plain(name)
	}
	v := visitWith(t, w, "open")
	v.sees(v.out.String(), "The desk is open in the browser")
	var called []byte
	for deadline := time.Now().Add(20 * time.Second); called == nil && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		called, _ = os.ReadFile(browser + ".called") // there soon
	}
	door := strings.TrimPrefix(strings.TrimSpace(string(called)), "file://")
	page, err := os.ReadFile(door)
	if err != nil || filepath.Dir(door) != home {
		t.Fatalf("the browser was called with %s: %v", called, err)
	}
	v.sees(string(page), v.first)
	if info, err := os.Stat(door); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the page is %v: %v", info, err)
	}
	v.close()
	if left, err := filepath.Glob(filepath.Join(home, "*")); err != nil || len(left) > 0 {
		t.Errorf("left at home: %q, %v", left, err)
	}
	if runtime.GOOS == "linux" {
		w.getenv = plain // and no screen
		v = visitWith(t, w, "open")
		v.sees(v.out.String(), "Visit this address in a browser on this computer", "ssh -L", "!The desk is open")
	}
}
