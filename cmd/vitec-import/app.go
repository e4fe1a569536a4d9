package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/reports"
	"vitec-import/reports/words"
	"vitec-import/vitec"
)

// run is the whole program: it returns the exit code.
func run(ctx context.Context, args []string, w world) int {
	w.lang = languageIn(args, w.getenv, w.systemLanguages)
	root := newRoot(&w)
	root.SetArgs(args)
	root.SetIn(w.stdin)
	root.SetOut(w.stdout)
	root.SetErr(w.stderr)
	err := root.ExecuteContext(ctx)
	defer func() {
		if w.end != nil {
			w.end()
		}
	}()
	if err == nil {
		return importer.ExitDone
	}
	var quiet exit
	if errors.As(err, &quiet) && quiet.err == nil {
		return quiet.code
	}
	w.printError(err)
	return exitCode(err)
}

func newRoot(w *world) *cobra.Command {
	root := &cobra.Command{
		Use:   "vitec-import",
		Short: "Import participant lists into Vitec Connect",
		Long: `vitec-import reads participants of viewings from a CSV or XLSX file, maps its columns
through a YAML file to the API of Vitec Connect, books them one by one, and writes a
report of every booking id or error.

Every row ends in exactly one outcome that you can trust. No participant is booked
twice, nobody gets a message that you did not ask for, and what cannot be known is
said to be uncertain, never guessed.`,
		Example: `  vitec-import init participants.xlsx            propose a mapping for a list
  vitec-import check participants.xlsx           what would happen, without the network
  vitec-import run participants.xlsx --sandbox   try it against a server of its own
  vitec-import run participants.xlsx             the real thing`,
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noSuchCommand,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 && !w.clicked {
				return cmd.Help()
			}
			return w.openInstead(cmd, args)
		},
	}
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) error { return w.applySettings(cmd) }
	root.CompletionOptions.DisableDefaultCmd = true // newCompletionCommand is ours
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(w.flagError)
	w.languageFlag(root)
	root.AddCommand(
		newRunCommand(w), newCheckCommand(w), newInitCommand(w), newExplainCommand(w), newFieldsCommand(w), newSchemaCommand(w), newShowCommand(w), newReportCommand(w), newRunsCommand(w),
		newResolveCommand(w), newPurgeCommand(w), newLedgerCommand(w), newSandboxCommand(w), newViewingsCommand(w), newConfigCommand(w), newLoginCommand(w), newLogoutCommand(w), newOpenCommand(w), newCompletionCommand(w),
		newManCommand(),
	)
	root.AddCommand(helpTopics()...)
	root.SetHelpCommand(newHelpCommand(w))
	root.Version = version()
	root.SetVersionTemplate("vitec-import {{.Version}}\n")
	w.fillHelp(root)
	return root
}

// exit is an error that carries its exit code. With a nil err everything that
// is to be said has been said.
type exit struct {
	code int
	err  error
	hint any // a message or an error; nil = there is none
}

func (e exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }

// Message implements [words.Message].
func (e exit) Message() (format string, args []any) {
	if e.err == nil {
		return "", nil
	}
	return "%s", []any{e.err}
}

// usage is an error in how the program was called.
type usage struct {
	err     error
	command string
}

func misused(cmd *cobra.Command, err error) error {
	return usage{err: err, command: cmd.CommandPath()}
}

func (e usage) Error() string            { return e.err.Error() }
func (e usage) Unwrap() error            { return e.err }
func (e usage) Message() (string, []any) { return "%s", []any{e.err} }

// between is how many arguments a command takes; what names the first.
func between(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return misused(cmd, fail("%s: %s is missing", cmd.Name(), hint(what)))
		case len(args) > most:
			return misused(cmd, fail("%s: %q is one argument too many", cmd.Name(), args[most]))
		}
		return nil
	}
}

func exactly(n int, what string) cobra.PositionalArgs { return between(n, n, what) }

func none(cmd *cobra.Command, args []string) error { return between(0, 0, "")(cmd, args) }

// noSuchCommand is the error of a first argument that is no command.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 || len(args) == 1 && isList(args[0]) { // a list alone is opened
		return nil
	}
	if isList(args[0]) {
		return exit{
			code: importer.ExitUsage, err: fail("%s is a file, and no command says what to do with it", args[0]),
			hint: hint("see what would happen with \"vitec-import check %s\", and book with \"vitec-import run %[1]s\"", reports.Quote(args[0])),
		}
	}
	if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
		return misused(cmd, fail("unknown command %q; did you mean %q?", args[0], meant[0]))
	}
	return misused(cmd, fail("unknown command %q", args[0]))
}

// isList reports whether an argument is a file, or is called as a list is.
func isList(arg string) bool {
	info, err := os.Stat(arg)
	return hasListName(arg) || err == nil && info.Mode().IsRegular()
}

// hasListName reports whether a file is called as a list is.
func hasListName(path string) bool {
	switch strings.ToLower(filepath.Ext(path)) {
	case ".csv", ".xlsx", ".xlsm", ".txt", ".tsv":
		return true
	}
	return false
}

// exitCode is the one place where an error becomes an exit code.
func exitCode(err error) int {
	var (
		coded    exit
		misused  usage
		mistakes mapping.Errors
	)
	switch {
	case errors.As(err, &coded):
		return coded.code
	case errors.Is(err, ledger.ErrHeld):
		return importer.ExitHeld
	case errors.As(err, &misused), errors.As(err, &mistakes):
		return importer.ExitUsage
	case errors.Is(err, importer.ErrInterrupted):
		return importer.ExitInterrupted
	default:
		return importer.ExitFailed
	}
}

// printError tells what went wrong and what to do next, on lines of their own.
func (w *world) printError(err error) {
	if w.log != nil {
		w.logError(err)
		return
	}
	w.tellHinted("vitec-import: "+w.lang.Of(err), hintOf(err))
}

func (w *world) tellHinted(text string, hint any) {
	if h := w.callable(w.lang.Of(hint)); h != "" {
		text += "\n" + w.say("hint") + ": " + h
	}
	fmt.Fprintln(w.stderr, fold(text, w.width(w.stderr)))
}

// tell says one thing beside the ordinary, to a person or to the log, which is
// in English.
func (w *world) tell(what string, text, hint any) {
	if w.log != nil {
		w.log.Warn(what+": "+words.English.Of(text), hintAttr(hint)...)
		return
	}
	w.tellHinted(w.say(what)+": "+w.lang.Of(text), hint)
}

func hintAttr(hint any) []any {
	if h := words.English.Of(hint); h != "" {
		return []any{"hint", h}
	}
	return nil
}

// hintOf is what can be done about an error; nil = nobody knows.
func hintOf(err error) any {
	var (
		coded      exit
		misused    usage
		settings   *vitec.ConfigError
		hinter     interface{ Hint() string }
		damaged    *ledger.Error
		unreadable *table.Error
	)
	switch {
	case errors.As(err, &coded) && coded.hint != nil:
		return coded.hint
	case errors.As(err, &misused):
		return hint("see \"%s --help\"", misused.command)
	case errors.As(err, &settings):
		return settings.Hint
	case errors.As(err, &hinter):
		return hinter.Hint()
	case errors.As(err, &damaged):
		return damaged.Hint
	case errors.As(err, &unreadable):
		return unreadable.Hint
	}
	return nil
}
