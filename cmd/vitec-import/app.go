package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
)

// run is the whole program: it returns the exit code.
func run(ctx context.Context, args []string, w world) int {
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
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usage{err: err, command: cmd.CommandPath()}
	})
	w.languageFlag(root)
	root.AddCommand(
		newRunCommand(w), newCheckCommand(w), newInitCommand(w), newExplainCommand(w), newFieldsCommand(w), newSchemaCommand(w), newShowCommand(w), newReportCommand(w), newRunsCommand(w),
		newResolveCommand(w), newPurgeCommand(w), newSandboxCommand(w),
	)
	root.SetHelpCommand(&cobra.Command{Use: "no-help", Hidden: true})
	root.Version = version()
	root.SetVersionTemplate("vitec-import {{.Version}}\n")
	return root
}

// exit is an error that carries its exit code. With a nil err everything that
// is to be said has been said.
type exit struct {
	code int
	err  error
	hint string
}

func (e exit) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e exit) Unwrap() error { return e.err }
func (e exit) Hint() string  { return e.hint }

// usage is an error in how the program was called.
type usage struct {
	err     error
	command string
}

func (e usage) Error() string { return e.err.Error() }
func (e usage) Unwrap() error { return e.err }
func (e usage) Hint() string  { return "see \"" + e.command + " --help\"" }

// exactly is cobra.ExactArgs with words for people.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < n:
			return usage{err: fmt.Errorf("%s: %s is missing", cmd.Name(), what), command: cmd.CommandPath()}
		case len(args) > n:
			return usage{err: fmt.Errorf("%s: %q is one argument too many", cmd.Name(), args[n]), command: cmd.CommandPath()}
		}
		return nil
	}
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
	case errors.As(err, &misused), errors.As(err, &mistakes), strings.HasPrefix(err.Error(), "unknown command"):
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
	fmt.Fprintf(w.stderr, "vitec-import: %s\n", err)
	if h := hintOf(err); h != "" {
		fmt.Fprintf(w.stderr, "hint: %s\n", h)
	}
}

// tell says one thing beside the ordinary, to a person or to the log.
func (w *world) tell(what, text, hint string) {
	if w.log != nil {
		w.log.Warn(what+": "+text, hintAttr(hint)...)
		return
	}
	fmt.Fprintf(w.stderr, "%s: %s\n", what, text)
	if hint != "" {
		fmt.Fprintf(w.stderr, "hint: %s\n", hint)
	}
}

func hintAttr(hint string) []any {
	if hint == "" {
		return nil
	}
	return []any{"hint", hint}
}

func hintOf(err error) string {
	var hinter interface{ Hint() string }
	if errors.As(err, &hinter) {
		return hinter.Hint()
	}
	var damaged *ledger.Error
	if errors.As(err, &damaged) {
		return damaged.Hint
	}
	var unreadable *table.Error
	if errors.As(err, &unreadable) {
		return unreadable.Hint
	}
	return ""
}
