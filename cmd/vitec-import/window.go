package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/inconshreveable/mousetrap"
	"github.com/spf13/cobra"
)

// ownWindow reports whether the program was started from Explorer: by a double
// click, a shortcut, or a list that was dropped on it. Then it has a window of
// its own, which closes with it. Cobra would refuse to run at all.
func ownWindow() bool {
	cobra.MousetrapHelpText = ""
	return mousetrap.StartedByExplorer()
}

// runInWindow is run for a program with a window of its own: what it says can
// be read before the window closes.
func runInWindow(args []string, w world, run func(args []string, w world) int) int {
	given := len(args)
	args = dropped(args)
	code := run(args, w)
	w.lang = languageIn(args, w.getenv, w.systemLanguages)
	if given == 0 || len(args) > given {
		fmt.Fprintln(w.stderr, "\n"+fold(w.say("This program is used from PowerShell or the Command Prompt. A list that is dropped on its icon is checked; nothing is sent."), w.width(w.stderr)))
	}
	// Whatever is answered, or if the program is to end, the window closes.
	_, _ = w.ask("\n" + w.say("Press Enter to close this window. "))
	return code
}

// dropped is the call that is meant by a list that was dropped on the program,
// which Explorer names by its whole path: it is checked, and nothing is sent.
func dropped(args []string) []string {
	if len(args) != 1 || !filepath.IsAbs(args[0]) {
		return args
	}
	if info, err := os.Stat(args[0]); err != nil || !info.Mode().IsRegular() {
		return args
	}
	return []string{"check", args[0]}
}
