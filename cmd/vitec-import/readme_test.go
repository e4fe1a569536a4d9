package main

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
)

// consoleBlock is a block of the README with a command and what it prints.
var consoleBlock = regexp.MustCompile("(?s)```console\n(\\$ .*?)```")

// notRun are commands of the README that would download, install, or run this
// test again.
var notRun = []string{"go test ./...", "CGO_ENABLED=0 go build -trimpath -ldflags=-s ./cmd/vitec-import"}

// TestREADME runs the README's commands, in order, in a copy of the samples,
// and holds what they print against what the README says that they print.
// With -update it writes the README anew.
func TestREADME(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the README shows a POSIX shell")
	}
	const path = "../../README.md"
	readme, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	work := t.TempDir()
	if err := os.CopyFS(filepath.Join(work, "samples"), os.DirFS("../../samples")); err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	got := consoleBlock.ReplaceAllStringFunc(string(readme), func(block string) string {
		n++
		command, _, _ := strings.Cut(strings.TrimPrefix(block, "```console\n$ "), "\n")
		for _, c := range notRun {
			if command == c {
				return block
			}
		}
		return "```console\n$ " + command + "\n" + console(t, program, work, command) + "```"
	})
	if n < 5 {
		t.Errorf("only %d commands were found", n)
	}
	if got == string(readme) {
		return
	}
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	old, now := strings.Split(string(readme), "\n"), strings.Split(got, "\n")
	for i := range min(len(old), len(now)) {
		if old[i] != now[i] {
			t.Fatalf("README.md:%d says\n\t%s\nbut it is\n\t%s\n(go test ./cmd/vitec-import -run README -update mends it)", i+1, old[i], now[i])
		}
	}
	t.Fatalf("README.md has %d lines, want %d", len(old), len(now))
}

// shellLine is a line of the README's other blocks that calls the program.
var shellLine = regexp.MustCompile(`(?m)^(?:sudo -u vitec-import )?vitec-import (.*?) *(?:#.*)?$`)

// TestREADMECalls: commands that the README shows without what they print have
// the flags that it gives them; and the one for cron is the service's.
func TestREADMECalls(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	unit, err := os.ReadFile("packaging/vitec-import.service")
	if err != nil {
		t.Fatal(err)
	}
	calls := shellLine.FindAllStringSubmatch(string(readme), -1)
	for _, call := range calls {
		cmd, rest, err := newRoot(&world{}).Find(strings.Fields(call[1]))
		if err == nil {
			err = cmd.ParseFlags(rest)
		}
		if err != nil {
			t.Errorf("%s: %v", call[0], err)
		}
	}
	if len(calls) < 5 {
		t.Errorf("only %d calls were found", len(calls))
	}
	command := regexp.MustCompile(`(?m)^ExecStart=/usr/bin/(.*)$`).FindSubmatch(unit)
	if !strings.Contains(string(readme), "\n"+string(command[1])+"\n") {
		t.Errorf("the README does not have the service's command: %s", command[1])
	}
}

// TestREADMELinks: what the README leads to is there.
func TestREADMELinks(t *testing.T) {
	readme, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	headings := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^#+ (.*)$`).FindAllStringSubmatch(string(readme), -1) {
		headings["#"+strings.ReplaceAll(strings.ToLower(m[1]), " ", "-")] = true
	}
	for _, m := range regexp.MustCompile(`\]\(([^)]*)\)`).FindAllStringSubmatch(string(readme), -1) {
		switch to := m[1]; {
		case strings.HasPrefix(to, "https://"):
		case strings.HasPrefix(to, "#"):
			if !headings[to] {
				t.Errorf("there is no heading for %s", to)
			}
		default:
			if _, err := os.Stat(filepath.Join("../..", to)); err != nil {
				t.Error(err)
			}
		}
	}
}

// console runs a command as the README's reader would, and returns what a
// terminal would show, with the places of this machine taken out.
func console(t *testing.T, program, work, command string) string {
	t.Helper()
	args := strings.Fields(command)
	switch {
	case strings.HasPrefix(command, "go run ./cmd/vitec-import "):
		args = args[3:]
	case args[0] == "vitec-import":
		args = args[1:]
	default:
		t.Fatalf("the README has a command that this test cannot run: %s", command)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Args[0] = "vitec-import" // testscript's name for the program in this binary
	link := filepath.Join(work, "vitec-import")
	if err := os.Symlink(program, link); err == nil || os.IsExist(err) {
		cmd.Path = link
	} else {
		t.Skipf("the program cannot be called by its name here: %v", err)
	}
	cmd.Dir = work
	cmd.Env = append(os.Environ(), "HOME="+work, "XDG_STATE_HOME=", "LOCALAPPDATA="+work, "VITEC_IMPORT_LEDGER=", "LANG=C.UTF-8", "NO_COLOR=1", "LC_ALL=", "LC_MESSAGES=", "TZ=Europe/Stockholm")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	if err := cmd.Run(); err != nil {
		if _, ok := err.(*exec.ExitError); !ok {
			t.Fatal(err)
		}
	}
	real, err := filepath.EvalSymlinks(work)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(real+"/.local", "~/.local", work+"/.local", "~/.local", real+"/", "", work+"/", "").Replace(out.String())
	text = today.ReplaceAllString(text, "1 December 2026 ·")
	text = todayInSwedish.ReplaceAllString(text, "1 december 2026 ·")
	return strings.TrimRight(text, "\n") + "\n"
}

// The day on which a run was, as its report says it.
var (
	today          = regexp.MustCompile(`(?m)^\d+ [A-Z][a-z]+ 20\d\d ·`)
	todayInSwedish = regexp.MustCompile(`(?m)^\d+ [a-z]+ 20\d\d ·`)
)
