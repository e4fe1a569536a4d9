package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// PowerShell does not run a program of the folder that it is in by its name
// alone. What is printed to be copied begins with what it does run: the plan's
// next step, hints, examples in the help, and the steps of a report.
func TestPrintedCommandsCanBeRun(t *testing.T) {
	const called = `.\vitec-import`
	dir := t.TempDir()
	list := filepath.Join(dir, "list.csv")
	for name, text := range map[string]string{
		"list.csv": "Namn;E-post\nAnna;anna@example.com\n",
		"mapping.yaml": `version: 1
target: {customerId: {value: M1}, viewingId: {value: VIS1}, timeSlotId: {value: TS1}}
participant:
  updatePerson: {firstName: Namn, email: {emailAddress: E-post}}
  options: {isDeadlineValidationEnabled: {value: false}, enableBookingLimitValidation: {value: false}}
`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{"check", list}, called + " run "},
		{[]string{"check", filepath.Join(t.TempDir(), "list.csv")}, ""},
		{[]string{"run", "--help"}, "\n  " + called + " run --plan"},
		{[]string{"help"}, "\n  " + called + " init "},
		{[]string{"run", list, "--sandbox"}, "\n    " + called + " run "},
		{[]string{"resolve", "--help"}, "\n  " + called + " resolve"},
	} {
		var out bytes.Buffer
		w := world{
			getenv: func(name string) string {
				return map[string]string{"XDG_STATE_HOME": dir, "LOCALAPPDATA": dir, "HOME": dir}[name]
			},
			stdin: strings.NewReader(""), stdout: &out, stderr: &out, program: called,
		}
		run(context.Background(), tt.args, w)
		if !strings.Contains(out.String(), tt.want) {
			t.Errorf("%q: want %q in\n%s", tt.args, tt.want, &out)
		}
		for line := range strings.Lines(out.String()) {
			if i := strings.Index(line, "vitec-import run"); i >= 0 && !strings.HasSuffix(line[:i], `.\`) {
				t.Errorf("%q: PowerShell cannot run what stands in %q", tt.args, line)
			}
		}
	}
}

// Every command is known where a text names it; a topic of help is none.
func TestCallable(t *testing.T) {
	w := world{program: `.\vitec-import`}
	for _, cmd := range newRoot(&world{}).Commands() {
		text := `see "vitec-import ` + cmd.Name() + `"`
		if cmd.Runnable() && !cmd.Hidden && w.callable(text) != `see ".\vitec-import `+cmd.Name()+`"` {
			t.Errorf("%s: %s", cmd.Name(), w.callable(text))
		}
	}
	const name = "vitec-import reads participants"
	if got := w.callable(name); got != name {
		t.Errorf("%q, want %q", got, name)
	}
}

func TestCalledOnWindows(t *testing.T) {
	at := func(path string) func() (string, error) { return func() (string, error) { return path, nil } }
	elsewhere, spaced := filepath.Join("tools", "vitec-import.exe"), filepath.Join("my tools", "vitec-import.exe")
	for _, tt := range []struct{ executable, folder, want string }{
		{elsewhere, "tools", `.\vitec-import`},
		{elsewhere, "TOOLS", `.\vitec-import`},
		{elsewhere, "lists", elsewhere},
	} {
		if got := calledOnWindows(at(tt.executable), at(tt.folder)); got != tt.want {
			t.Errorf("%s in %s: %s, want %s", tt.executable, tt.folder, got, tt.want)
		}
	}
	if got := calledOnWindows(at(spaced), at("lists")); !strings.HasPrefix(got, "& ") {
		t.Errorf("a path with a space: %s, which PowerShell prints instead of running it", got)
	}
	if got := calledOnWindows(func() (string, error) { return "", os.ErrNotExist }, at("lists")); got != `.\vitec-import` {
		t.Errorf("a program that does not know where it is: %s", got)
	}
}
