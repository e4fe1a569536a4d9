package main

import (
	"cmp"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"vitec-import/reports"
)

const programName = "vitec-import"

// command is a command of the program, to be copied.
func (w *world) command(args ...string) string {
	text := cmp.Or(w.program, programName)
	for _, a := range args {
		text += " " + reports.Quote(a)
	}
	return text
}

// callable writes the commands that stand in a text as they can be typed here.
func (w *world) callable(text string) string {
	if w.program == "" || w.program == programName {
		return text
	}
	return commandInText.ReplaceAllStringFunc(text, func(found string) string {
		return w.program + strings.TrimPrefix(found, programName)
	})
}

var commandInText = regexp.MustCompile(`\b` + programName + ` (check|completion|config|explain|fields|help|init|ledger|login|logout|open|purge|report|resolve|run|runs|sandbox|schema|show|viewings)\b`)

// calledAs is how the program, which was called by this name, can be called
// again: by its name alone if the shell finds it so.
func calledAs(name string) string {
	if _, err := exec.LookPath(programName); err == nil {
		return programName
	}
	if runtime.GOOS == "windows" {
		return calledOnWindows(os.Executable, os.Getwd)
	}
	if filepath.Base(name) == name || strings.HasPrefix(name, os.TempDir()) { // as under "go run"
		return programName
	}
	return reports.Quote(name)
}

// calledOnWindows is how PowerShell can run a program that is not on the path.
// The Command Prompt can, too, unless the path has a space.
func calledOnWindows(executable, folder func() (string, error)) string {
	path, err := executable()
	here, err2 := folder()
	if err != nil || err2 != nil || strings.EqualFold(filepath.Dir(path), here) {
		return `.\` + programName
	}
	if quoted := reports.Quote(path); quoted != path {
		return "& " + quoted
	}
	return path
}
