package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"vitec-import/cmd/vitec-import/desk"
	"vitec-import/importer/table"
	"vitec-import/mapping/propose"
	"vitec-import/reports/words"
)

// openFlags are those of open, which its runs have, too.
type openFlags struct {
	target    targetFlags
	ledger    string
	noBrowser bool
}

func newOpenCommand(w *world) *cobra.Command {
	var f openFlags
	cmd := &cobra.Command{
		Use:   "open [FILE]",
		Short: "Go the whole way in the browser: from a list to bookings",
		Long: `open shows the desk: pages in the browser of this computer, on which a list is chosen, its
columns are given to fields, and people are booked, after everything has been shown and
agreed to. It does what the commands do, and writes the same mapping beside the list.

The pages are for the browser that is opened, and for nobody else. They end with their last
tab, by the button on them, or with Ctrl-C; a run that is on is brought to an end first.

A double click on the program, and a list that is dropped on its icon, do the same.

EXIT STATUS
  0  closed
  1  the pages cannot be shown
  2  wrong use`,
		Example: `  vitec-import open
  vitec-import open participants.xlsx`,
		Args: between(0, 1, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.target.validate(w, cmd); err != nil {
				return err
			}
			return w.open(cmd.Context(), args, &f)
		},
	}
	cmd.Flags().StringVar(&f.target.url, "url", defaultTarget, "the `ADDRESS` of the API")
	ledgerFlag(cmd, &f.ledger)
	cmd.Flags().BoolVar(&f.noBrowser, "no-browser", false, "print the address, and open no browser")
	return cmd
}

// open shows the desk until it is closed.
func (w *world) open(ctx context.Context, args []string, f *openFlags) error {
	state, err := w.deskDir()
	if err != nil {
		return err
	}
	calls := deskCalls{w: w, f: f}
	d := desk.New(desk.Calls{
		Table: calls.table, Plan: calls.plan, Say: calls.say, Target: f.target.name(), State: state,
	}, w.lang)
	var at *desk.Opened
	if len(args) > 0 {
		if at, err = d.Open(ctx, args[0]); err != nil {
			return err
		}
	}
	l, address, err := d.Listen(at)
	if err != nil {
		return fail("the desk cannot listen on this computer: %s", cause(err))
	}
	fmt.Fprintln(w.stdout, w.say("The desk is open in the browser (Ctrl-C closes it). If no browser shows it, visit"))
	fmt.Fprintln(w.stdout, address)
	if door, err := d.DoorFile(address); err == nil && !f.noBrowser {
		defer os.Remove(door)
		w.browse(door)
	}
	return d.Serve(l, w.stop)
}

// deskDir is where the desk keeps its lists.
func (w *world) deskDir() (string, error) {
	dir, err := w.stateDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, programName, "desk"), nil
}

// browse shows a file in the user's browser, if there is one.
func (w *world) browse(path string) {
	address := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
	var cmd *exec.Cmd
	switch {
	case w.getenv("BROWSER") != "":
		cmd = exec.Command(w.getenv("BROWSER"), address)
	case runtime.GOOS == "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", path)
	case runtime.GOOS == "darwin":
		cmd = exec.Command("open", address)
	default:
		cmd = exec.Command("xdg-open", address)
	}
	if cmd.Start() == nil {
		go func() { _ = cmd.Wait() }() // the address is printed, too
	}
}

// deskCalls does for the desk what the commands do.
type deskCalls struct {
	w *world
	f *openFlags
}

// silent is the program without a terminal, in a language.
func (c deskCalls) silent(l words.Language) *world {
	w := *c.w
	w.lang, w.stdin, w.stdout, w.stderr, w.lines, w.log, w.inOrder, w.end = l, nil, io.Discard, io.Discard, nil, nil, nil, nil
	w.terminalIn, w.terminalErr = false, false
	return &w
}

func (c deskCalls) say(l words.Language, err error) (message, hint string) {
	w := c.silent(l)
	return w.lang.Of(err), w.callable(w.lang.Of(hintOf(err)))
}

func (c deskCalls) table(_ context.Context, path string, in propose.Input) (*table.File, error) {
	f := readFlags(in)
	o, err := f.options(nil)
	if err != nil {
		return nil, err
	}
	o.Links = true
	return c.w.openFile(path, o)
}

func readFlags(in propose.Input) tableFlags {
	return tableFlags{sheet: in.Sheet, headerRow: in.HeaderRow, encoding: in.Encoding, delimiter: in.Delimiter}
}

func (c deskCalls) plan(ctx context.Context, in desk.Input, trial bool) (*desk.Source, error) {
	f := &planFlags{table: readFlags(in.Read), mapping: mappingFlags{path: in.Mapping}, target: c.f.target, ledger: c.f.ledger}
	f.target.sandbox = trial
	src, err := c.w.openToPlan(ctx, in.Path, f)
	if err != nil {
		return nil, err
	}
	job := src.job()
	job.Stop, job.Sum = c.w.stop, true
	return &desk.Source{Job: job, Mapping: src.mapping, Close: src.Close}, nil
}
