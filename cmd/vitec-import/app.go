package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/importer/words"
	"vitec-import/mapping"
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
		Use:           "vitec-import",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          noSuchCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SuggestionsMinimumDistance = 2
	root.SetFlagErrorFunc(w.flagError)
	w.languageFlag(root)
	root.AddCommand(
		newRunCommand(w), newCheckCommand(w), newInitCommand(w), newExplainCommand(w), newFieldsCommand(w), newSchemaCommand(w), newShowCommand(w), newReportCommand(w), newRunsCommand(w),
		newResolveCommand(w), newPurgeCommand(w), newSandboxCommand(w),
	)
	root.SetHelpCommand(&cobra.Command{Use: "no-help", Hidden: true})
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
	hint words.Worded // nil = there is none
}

func (e exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }

// In returns the error in a language.
func (e exit) In(l words.Language) string {
	if e.err == nil {
		return ""
	}
	return words.Of(e.err, l)
}

// fail is an error in the program's own words.
func fail(id string, args ...any) error { return catalogue.Error(id, args...) }

// failCount is fail about n things, rowCount how many rows there are.
func failCount(id string, n int, args ...any) error { return catalogue.CountError(id, n, args...) }

func rowCount(n int) words.Worded { return catalogue.Counted("rows", n) }

// hint is what can be done about an error.
func hint(id string, args ...any) words.Worded { return catalogue.Message(id, args...) }

// usage is an error in how the program was called.
type usage struct {
	err     error
	command string
}

func misused(cmd *cobra.Command, err error) error {
	return usage{err: err, command: cmd.CommandPath()}
}

func (e usage) Error() string              { return e.err.Error() }
func (e usage) Unwrap() error              { return e.err }
func (e usage) In(l words.Language) string { return words.Of(e.err, l) }

// between is how many arguments a command takes; what names the first.
func between(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < least:
			return misused(cmd, fail("args.missing", cmd.Name(), catalogue.Message(what)))
		case len(args) > most:
			return misused(cmd, fail("args.many", cmd.Name(), args[most]))
		}
		return nil
	}
}

func exactly(n int, what string) cobra.PositionalArgs { return between(n, n, what) }

func none(cmd *cobra.Command, args []string) error { return between(0, 0, "")(cmd, args) }

// noSuchCommand is told of arguments that are no command's.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if meant := cmd.SuggestionsFor(args[0]); len(meant) > 0 {
		return misused(cmd, fail("args.command.meant", args[0], meant[0]))
	}
	return misused(cmd, fail("args.command", args[0]))
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
		w.log.Error(err.Error(), hintAttr(hintOf(err))...)
		return
	}
	w.tellHinted("vitec-import: "+words.Of(err, w.lang), hintOf(err))
}

func (w *world) tellHinted(text string, hint words.Worded) {
	if hint != nil && hint.In(w.lang) != "" {
		text += "\n" + w.say("label.hint") + ": " + hint.In(w.lang)
	}
	fmt.Fprintln(w.stderr, fold(text, w.width(w.stderr)))
}

// tell says one thing beside the ordinary, to a person or to the log, which is
// in English.
func (w *world) tell(what string, text, hint words.Worded) {
	if w.log != nil {
		w.log.Warn(catalogue.In(words.English).Text(what)+": "+text.In(words.English), hintAttr(hint)...)
		return
	}
	w.tellHinted(w.say(what)+": "+text.In(w.lang), hint)
}

func hintAttr(hint words.Worded) []any {
	if hint == nil || hint.In(words.English) == "" {
		return nil
	}
	return []any{"hint", hint.In(words.English)}
}

// hintOf is what can be done about an error; nil = nobody knows.
func hintOf(err error) words.Worded {
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
		return hint("usage.hint", misused.command)
	case errors.As(err, &settings):
		return settings.Hint
	case errors.As(err, &hinter):
		return verbatim(hinter.Hint())
	case errors.As(err, &damaged):
		return message{damaged.Hint}
	case errors.As(err, &unreadable):
		return unreadable.Hint
	}
	return nil
}

// message says what a package says that knows no languages.
type message struct {
	words interface{ Message() (string, []any) }
}

func (m message) In(l words.Language) string { return l.Of(m.words) }

// verbatim is a text that is the same in every language.
type verbatim string

func (v verbatim) In(words.Language) string { return string(v) }
