package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"vitec-import/cmd/vitec-import/desk"
	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping/propose"
	"vitec-import/reports"
	"vitec-import/reports/words"
	"vitec-import/vitec"
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

// openInstead is open, for a call without a command.
func (w *world) openInstead(root *cobra.Command, args []string) error {
	cmd, _, err := root.Find([]string{"open"})
	if err != nil {
		return err
	}
	cmd.SetContext(root.Context())
	if err := w.applySettings(cmd); err != nil {
		return err
	}
	return cmd.RunE(cmd, args)
}

// open shows the desk until it is closed.
func (w *world) open(ctx context.Context, args []string, f *openFlags) error {
	state, err := w.deskDir()
	if err != nil {
		return err
	}
	calls := deskCalls{w: w, f: f}
	d := desk.New(desk.Calls{
		Table: calls.table, Plan: calls.plan, Raw: calls.raw, Say: calls.say, Detected: calls.detected, Generation: calls.generation,
		Login: calls.login, CanKeep: calls.canKeep, Keep: calls.keep, Viewings: calls.viewings,
		Run: calls.run, New: calls.isNew, Runs: calls.runs, Report: calls.report, Trial: trial, Counts: calls.counts, Uncertain: calls.uncertain, Settle: calls.settle,
		Target: f.target.name(), State: state, Unattended: !w.terminalIn,
	}, w.lang)
	calls.markCutOff(ctx)
	var at *desk.Opened
	if len(args) > 0 {
		if _, err := os.Stat(args[0]); errors.Is(err, fs.ErrNotExist) {
			return exit{code: importer.ExitFailed, err: fail("%s: no such file", args[0])}
		}
		if at, err = d.Open(ctx, args[0]); err != nil {
			return err
		}
	}
	l, address, err := d.Listen(at)
	if err != nil {
		return fail("the desk cannot listen on this computer: %s", cause(err))
	}
	shown := false
	if !f.noBrowser {
		if door, err := w.door(desk.LeadOn(address)); err == nil { // else there is the address
			defer os.Remove(door)
			shown = w.browse(door)
		}
	}
	if shown {
		fmt.Fprintln(w.stdout, w.say("The desk is open in the browser (Ctrl-C closes it). If no browser shows it, visit"))
	} else {
		_, port, _ := net.SplitHostPort(l.Addr().String()) // it is one
		fmt.Fprintln(w.stdout, w.say("Visit this address in a browser on this computer (Ctrl-C closes the desk). On another one, first run \"ssh -L %s:127.0.0.1:%[1]s USER@THIS-COMPUTER\" there.", port))
	}
	fmt.Fprintln(w.stdout, address)
	return d.Serve(l, w.stop, func() {
		fmt.Fprintln(w.stdout, w.say("A run is on: the requests under way are waited for, then the desk closes."))
	})
}

// deskDir is where the desk keeps its lists.
func (w *world) deskDir() (string, error) {
	dir, err := w.stateDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, programName, "desk"), nil
}

// door writes a page that leads on to the desk, for the user alone: in the list of
// processes, where everybody can read, it stands instead of the address and its
// secret. It is not in the state directory, which is hidden: a browser that is a snap
// or a flatpak can read neither that nor the system's folder for temporary files.
func (w *world) door(page string) (string, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	f, err := os.CreateTemp(home, programName+"-*.html") // 0600
	if err != nil {
		return "", err
	}
	_, err = f.WriteString(page)
	return f.Name(), errors.Join(err, f.Close())
}

// browse shows a file in the user's browser. It reports whether there is one.
func (w *world) browse(path string) bool {
	address := (&url.URL{Scheme: "file", Path: filepath.ToSlash(path)}).String()
	var cmd *exec.Cmd
	switch {
	case w.getenv("BROWSER") != "":
		cmd = exec.Command(w.getenv("BROWSER"), address)
	case runtime.GOOS == "windows":
		cmd = exec.Command("rundll32", "url.dll,FileProtocolHandler", path)
	case runtime.GOOS == "darwin":
		cmd = exec.Command("open", address)
	case screen(w.getenv):
		cmd = exec.Command("xdg-open", address)
	default: // one that takes the terminal is none
		return false
	}
	if cmd.Start() != nil {
		return false
	}
	go func() { _ = cmd.Wait() }() // the address is printed, too
	return true
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

func (c deskCalls) detected(l words.Language, i table.Info) []string { return c.silent(l).detected(i) }

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

func (c deskCalls) planFlags(in desk.Input) *planFlags {
	return &planFlags{table: readFlags(in.Read), mapping: mappingFlags{path: in.Mapping}, target: c.f.target, ledger: c.f.ledger}
}

func (c deskCalls) plan(ctx context.Context, in desk.Input, trial bool) (*desk.Source, error) {
	f := c.planFlags(in)
	f.target.sandbox = trial
	src, err := c.w.openToPlan(ctx, in.Path, f)
	if err != nil {
		return nil, err
	}
	job := src.job()
	job.Stop, job.Sum = c.w.stop, true
	out := &desk.Source{Job: job, Mapping: src.mapping, Close: src.Close}
	if src.ending.Cut {
		out.Cut = src.ending.Row
	}
	return out, nil
}

func (c deskCalls) raw(_ context.Context, in desk.Input) (*table.File, error) {
	src, err := readMapping(in.Path, c.planFlags(in))
	if err != nil {
		return nil, err
	}
	src.options.KeepRaw = true
	return c.w.openFile(in.Path, src.options)
}

// markCutOff has the ledger find the runs that were cut off, so that the first page
// can tell of them. Where a run is on, or there is no ledger, nothing is.
func (c deskCalls) markCutOff(ctx context.Context) {
	path, err := c.w.ledgerPath(c.f.ledger)
	if err != nil {
		return
	}
	if l, err := ledger.Open(ctx, path, ledger.Options{}); err == nil {
		_ = l.Close() // whoever uses it next tells what is wrong with it
	}
}

// reader opens the ledger to be read.
func (c deskCalls) reader(ctx context.Context) (*ledger.Ledger, error) {
	path, err := c.w.ledgerPath(c.f.ledger)
	if err != nil {
		return nil, err
	}
	return ledger.OpenReader(ctx, path)
}

func (c deskCalls) generation(ctx context.Context) string {
	l, err := c.reader(ctx)
	if err != nil {
		return ""
	}
	defer l.Close()
	generation, _ := l.Generation(ctx) // without one nothing is remembered of a plan
	return generation
}

func (c deskCalls) login(customers []string) bool {
	l, err := c.silent(words.English).logins("", c.f.target.name())
	return err == nil && l.prepare(customers) == nil
}

func (c deskCalls) canKeep() bool {
	_, err := c.w.keptLogin(c.f.target.name(), "")
	return err == nil
}

func (c deskCalls) keep(login vitec.Credentials) error {
	return c.w.keepLogin(c.f.target.name(), "", login)
}

func (c deskCalls) viewings(ctx context.Context, l words.Language, customer, estate string, login *vitec.Credentials) ([]vitec.Viewing, string, error) {
	w := c.silent(l)
	w.typed = login
	f := estateFlags{url: c.f.target.url, estates: []string{estate}}
	viewings, err := f.viewings(ctx, w, customer)
	var text strings.Builder
	w.printViewings(&text, viewings)
	return viewings, text.String(), err
}

// run is the command run, watched and agreed to on the page.
func (c deskCalls) run(ctx context.Context, o desk.Run) (*desk.Ended, error) {
	w := c.silent(o.Lang)
	w.stop, w.typed = o.Stop, o.Login
	f, cmd, err := c.runFlags(w, o)
	if err != nil {
		return nil, err
	}
	b, err := w.newBatch(cmd, f)
	if err != nil {
		return nil, err
	}
	defer b.Close()
	b.find([]string{o.Path})
	r := b.lists[0]
	if r.err != nil {
		return nil, r.err
	}
	if err := b.open(ctx); err != nil {
		return nil, err
	}
	defer r.Close()
	if err := r.open(); err != nil {
		return nil, err
	}
	w.reportCutOff(ctx, r, io.Discard)
	job := r.job()
	job.Sum = true
	job.Watch = func(state func() importer.State) {
		view := newProgressView(w, io.Discard, f)
		var mu sync.Mutex
		o.Watch(func() (importer.State, string) {
			mu.Lock()
			defer mu.Unlock()
			s := state()
			return s, view.describe(s, time.Now(), math.MaxInt)
		})
	}
	res, err := job.Run(ctx, func(p *importer.Plan) error {
		if err := o.Agreed(p); err != nil {
			return err
		}
		if err := b.hindrance(p); err != nil {
			return err
		}
		if err := b.begin(p); err != nil {
			return err
		}
		return w.approve(b, p)
	})
	if res == nil {
		return nil, err
	}
	r.ended(res)
	rep, failed := r.conclude(ctx)
	return &desk.Ended{Result: res, Report: rep}, errors.Join(err, failed)
}

// runFlags are those of run, with the settings that are in force for it.
func (c deskCalls) runFlags(w *world, o desk.Run) (*runFlags, *cobra.Command, error) {
	var f runFlags
	root, cmd := newRoot(w), &cobra.Command{Use: "run"}
	f.bind(cmd)
	own, _, err := root.Find([]string{"run"})
	if err != nil {
		return nil, nil, err
	}
	root.RemoveCommand(own)
	root.AddCommand(cmd)
	for name, value := range map[string]string{"sheet": o.Read.Sheet, "encoding": o.Read.Encoding, "delimiter": o.Read.Delimiter, "mapping": o.Mapping, "ledger": c.f.ledger, "url": c.f.target.url} {
		if value != "" && !(name == "url" && o.Trial) {
			err = errors.Join(err, cmd.Flags().Set(name, value))
		}
	}
	if o.Read.HeaderRow > 0 {
		err = errors.Join(err, cmd.Flags().Set("header-row", strconv.Itoa(o.Read.HeaderRow)))
	}
	if o.Skip {
		err = errors.Join(err, cmd.Flags().Set("skip-invalid", "true"))
	}
	if err := errors.Join(err, w.applySettings(cmd)); err != nil {
		return nil, nil, err
	}
	// What the person has seen and agreed to on the page stands, whatever the settings
	// say: a list that ends in the middle of a row is one of these.
	f.allowCut = true
	f.target.sandbox, f.yes, f.maxMessages, f.newLedger, f.plan, f.out = o.Trial, true, o.Messages, o.New, "", ""
	f.done, f.failed, f.reports = "", "", reportsAll
	return &f, cmd, f.validate(w, cmd)
}

// isNew reports whether people would be booked with a ledger that has no run but
// trials, or none at all.
func (c deskCalls) isNew(ctx context.Context) bool {
	if trial(c.f.target.name()) {
		return false
	}
	runs, err := c.runs(ctx)
	return err == nil && !slices.ContainsFunc(runs, func(r ledger.RunInfo) bool { return !trial(r.Target) })
}

func (c deskCalls) runs(ctx context.Context) ([]ledger.RunInfo, error) {
	l, err := c.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	return l.Runs(ctx)
}

func (c deskCalls) report(ctx context.Context, lang words.Language, run int64) (*reports.Report, error) {
	l, err := c.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	info, err := l.RunInfo(ctx, run)
	if err != nil {
		return nil, err
	}
	return c.silent(lang).writeReport(ctx, l, info, reportPlace{})
}

func (c deskCalls) counts(l words.Language, counts ledger.Counts) string {
	return strings.ReplaceAll(c.silent(l).counts(counts), "_", " ")
}

func (c deskCalls) uncertain(ctx context.Context, lang words.Language) ([]desk.Uncertain, error) {
	l, err := c.reader(ctx)
	if err != nil {
		return nil, err
	}
	defer l.Close()
	rows, err := c.silent(lang).uncertainRows(ctx, l)
	var all []desk.Uncertain
	for _, r := range rows {
		all = append(all, desk.Uncertain{Run: r.Run, Row: r.Number, Name: r.person, Place: r.place, Seen: r.seen, At: r.SubmittedAt, Trial: r.trial})
	}
	return all, err
}

func (c deskCalls) settle(ctx context.Context, lang words.Language, list []reports.Settled) error {
	path, err := c.w.ledgerPath(c.f.ledger)
	if err != nil {
		return err
	}
	return c.silent(lang).settle(ctx, path, &resolveFlags{}, list)
}
