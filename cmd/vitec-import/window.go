package main

import (
	"fmt"

	"github.com/inconshreveable/mousetrap"
	"github.com/spf13/cobra"

	"vitec-import/importer"
)

// ownWindow reports whether the program was started from Explorer: by a double
// click, a shortcut, or a list that was dropped on it. Then it has a window of
// its own, which closes with it. Cobra would refuse to run at all.
func ownWindow() bool {
	cobra.MousetrapHelpText = ""
	return mousetrap.StartedByExplorer()
}

// runInWindow is run for a program with a window of its own. Without a command it
// opens the desk. What else it says can be read before the window closes.
func runInWindow(args []string, w world, run func(args []string, w world) int) int {
	w.clicked = true
	w.lang = languageIn(args, w.getenv, w.systemLanguages)
	opens := len(args) == 0 || len(args) == 1 && isList(args[0])
	if opens {
		fmt.Fprintln(w.stderr, fold(w.say("Leave this window open while you work: the program ends with it."), w.width(w.stderr))+"\n")
	}
	code := run(args, w)
	if opens && code == importer.ExitDone {
		return code
	}
	// Whatever is answered, or if the program is to end, the window closes.
	_, _ = w.ask("\n" + w.say("Press Enter to close this window. "))
	return code
}
