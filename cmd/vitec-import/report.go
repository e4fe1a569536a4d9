package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/importer/ledger"
	"vitec-import/reports"
	"vitec-import/vitec"
)

func newReportCommand(w *world) *cobra.Command {
	var (
		path  string
		place reportPlace
	)
	cmd := &cobra.Command{
		Use:   "report [RUN]",
		Short: "Write the reports of a run again",
		Long: `report writes the reports of a run again, of the latest one if no number is given: after
the run was killed, after uncertain rows were settled, or after the folder was lost. What
it writes comes from the ledger and from the list; nothing is sent.

Where the list was changed or is gone, names and corrections are those of the earlier
report. A list that was moved is named with --input. With --whole the report says of each
row how it ended in the end: it looks also at later runs of the list and its corrections.

EXIT STATUS
  0  written
  1  the ledger cannot be read, there is no such run, or the folder cannot be written
  2  wrong use`,
		Example: `  vitec-import report
  vitec-import report 7
  vitec-import report 7 --whole
  vitec-import report 7 --input archive/participants.xlsx --out /tmp`,
		Args: between(0, 1, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			p, err := w.ledgerPath(path)
			if err != nil {
				return err
			}
			l, err := ledger.OpenExisting(cmd.Context(), p)
			if err != nil {
				return err
			}
			defer l.Close()
			run, err := findRun(cmd, l, args)
			if err != nil {
				return err
			}
			rep, err := w.writeReport(cmd.Context(), l, run, place)
			if err != nil {
				return err
			}
			w.printSummary(rep)
			return nil
		},
	}
	ledgerFlag(cmd, &path)
	cmd.Flags().StringVar(&place.out, "out", "", "make the report folder in `FOLDER` (default: where it was, or beside the input)")
	cmd.Flags().StringVar(&place.list, "input", "", "the list is `FILE` now; it has the same content")
	cmd.Flags().BoolVar(&place.whole, "whole", false, "say of each row how it ended in the end, in later runs too")
	return cmd
}

// findRun is the run that was named, or the latest.
func findRun(cmd *cobra.Command, l *ledger.Ledger, args []string) (ledger.RunInfo, error) {
	if len(args) == 1 {
		id, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil || id < 1 {
			return ledger.RunInfo{}, misused(cmd, fail("%q is not the number of a run", args[0]))
		}
		run, err := l.RunInfo(cmd.Context(), id)
		if errors.Is(err, ledger.ErrNotFound) {
			return run, exit{code: 1, err: fail("there is no run %d in %s", id, l.Path()), hint: hint("\"vitec-import runs\" lists them")}
		}
		return run, err
	}
	runs, err := l.Runs(cmd.Context())
	if err != nil {
		return ledger.RunInfo{}, err
	}
	if len(runs) == 0 {
		return ledger.RunInfo{}, exit{code: 1, err: fail("there are no runs yet in %s", l.Path())}
	}
	return runs[len(runs)-1], nil
}

// reportPlace says where a report goes, what it is made from and how its
// commands are written.
type reportPlace struct {
	out       string         // the folder in which the report folder is made; empty: where it was, or the input's
	dir       string         // the report folder itself, where the user has named a file in it; empty: see out
	newLedger bool           // the run made the ledger
	input     string         // as the user named it; empty: as the run recorded it
	list      string         // where the run's input is now; empty: where it was
	whole     bool           // with what later runs have made of the rows
	runFlags  []string       // with which run was called; nil: as the earlier report has them
	viewing   []int          // 0-based cells with the list's own words for viewing
	slot      []int          // and slot; nil: as the earlier report has them
	words     map[int]string // of the server, by rows' indices; nil: as the earlier report has them
}

func (p *reportPlace) folder(run *ledger.RunInfo) string {
	name := func(input string) string { return reports.Folder(input, run.ID, trial(run.Target)) }
	switch {
	case p.dir != "":
		return p.dir
	case p.out != "":
		return filepath.Join(p.out, filepath.Base(name(run.Input.Path)))
	case p.list != "":
		if _, ok := reports.FoundAt(run.ReportDir); !ok {
			return name(p.list)
		}
	}
	if run.ReportDir != "" {
		return run.ReportDir
	}
	return name(run.Input.Path)
}

// trial reports whether nobody is booked at a target: it is on this computer.
func trial(target string) bool {
	if target == sandboxTarget {
		return true
	}
	u, err := url.Parse(target)
	if err != nil {
		return false
	}
	host := u.Hostname()
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback() || strings.EqualFold(strings.TrimSuffix(host, "."), "localhost")
}

// writeReport writes the reports of a run from what the ledger knows.
func (w *world) writeReport(ctx context.Context, l *ledger.Ledger, run ledger.RunInfo, place reportPlace) (*reports.Report, error) {
	runs, err := l.Runs(ctx)
	if err != nil {
		return nil, err
	}
	src, err := w.reportSource(ctx, l, run, runs, place)
	if err != nil {
		return nil, err
	}
	defer src.Close()
	old, ok := reports.FoundAt(place.folder(&run))
	src.NewLedger = src.NewLedger || ok && old.NewLedger && old.Of(&run)
	if place.whole || ok && old.Whole() {
		for _, later := range runs {
			if later.ID <= run.ID || later.Target != run.Target {
				continue
			}
			s, err := w.reportSource(ctx, l, later, runs, reportPlace{})
			if err != nil {
				return nil, err
			}
			defer s.Close()
			src.Later = append(src.Later, s.Source)
		}
	}
	paths := reports.Paths{Program: w.program, Input: place.input, RunFlags: place.runFlags}
	if paths.Input == "" {
		paths.Input = place.list
	}
	if plain, err := w.plainLedgerPath(); err != nil || plain != l.Path() {
		// A plain shell would find another ledger, which does not know who is
		// booked; and a relative path is another one in another folder.
		paths.Flags = []string{"--ledger", l.Path()}
	}
	o := reports.Options{Dir: place.folder(&run), Trial: trial(run.Target), Language: w.lang}
	if !o.Trial && run.Target != strings.TrimRight(vitec.DefaultBaseURL, "/") {
		paths.URL = run.Target
	}
	o.Paths = paths
	rep, err := reports.Write(ctx, src.Source, o)
	if err == nil {
		err = shareReport(rep.Dir)
	}
	return rep, err
}

// shareReport lets the group read a report in a folder that is the group's: new
// files in it belong to the group, whoever makes them.
func shareReport(dir string) error {
	parent, err := os.Stat(filepath.Dir(dir))
	if err != nil || parent.Mode()&os.ModeSetgid == 0 {
		return err
	}
	entries, err := os.ReadDir(dir)
	for _, e := range entries {
		if e.Type().IsRegular() {
			err = errors.Join(err, os.Chmod(filepath.Join(dir, e.Name()), 0o640))
		}
	}
	return errors.Join(err, os.Chmod(dir, 0o750))
}

// reportSource is what a report is made from, to be closed.
type reportSource struct{ reports.Source }

func (s *reportSource) Close() {
	if s.Input != nil {
		_ = s.Input.Close() // nothing was written
	}
}

// reportSource opens what is known of a run. Its list is looked for where the
// run found it, where the user says it is, and where other runs found a list
// with the same content.
func (w *world) reportSource(ctx context.Context, l *ledger.Ledger, run ledger.RunInfo, runs []ledger.RunInfo, place reportPlace) (*reportSource, error) {
	s := &reportSource{reports.Source{Run: run, Ledger: l.ID(), LedgerPlace: l.Path(), NewLedger: place.newLedger, Rows: l.Rows(ctx, run.ID), Words: place.words, ViewingColumns: place.viewing, SlotColumns: place.slot}}
	if place.list != "" {
		s.Input, s.NoInput = reports.OpenInput(ctx, inPlace(run, place.list))
		if s.NoInput != nil {
			return nil, exit{code: 1, err: s.NoInput, hint: hint("it has to be the list of run %d, with nothing changed in it", run.ID)}
		}
	} else {
		var others []string
		for _, r := range runs {
			if r.Input.SHA256 == run.Input.SHA256 && r.Input.Path != run.Input.Path && !slices.Contains(others, r.Input.Path) {
				others = append(others, r.Input.Path)
			}
		}
		s.Input, s.NoInput = reports.OpenInput(ctx, run, others...)
	}
	s.Earlier = []string{reports.Folder(run.Input.Path, run.ID, trial(run.Target))}
	if place.list != "" {
		s.Earlier = append(s.Earlier, reports.Folder(place.list, run.ID, trial(run.Target)))
	}
	return s, nil
}

// inPlace is a run whose input is in another place.
func inPlace(run ledger.RunInfo, path string) ledger.RunInfo {
	run.Input.Path = path
	return run
}

// reportCutOff writes the reports of earlier runs of this list that were cut off
// before theirs was written: now that the list is seen again, its names are
// known. What hinders it is told, and hinders nothing else.
func (w *world) reportCutOff(ctx context.Context, r *listRun, talk io.Writer) {
	l, now := r.ledger, r.record()
	runs, err := l.Runs(ctx)
	if err != nil {
		return // whoever plans the run will tell
	}
	for _, run := range runs {
		if !run.Interrupted || run.Input.SHA256 != now.Input.SHA256 {
			continue
		}
		p := reportPlace{input: r.input, list: r.input, dir: run.ReportDir}
		if _, err := os.Stat(filepath.Dir(p.dir)); err != nil { // the list was moved with its folder
			p.dir = reports.Folder(r.input, run.ID, trial(run.Target))
		}
		if found, ok := reports.FoundAt(p.dir); ok && found.Of(&run) {
			continue
		}
		if run.MappingSHA256 == now.MappingSHA256 {
			p.viewing, p.slot = r.placeColumns()
		}
		rep, err := w.writeReport(ctx, l, run, p)
		if err != nil {
			w.line(talk, "warning", w.say("run %d was cut off, and its report cannot be written: %s", run.ID, err))
			continue
		}
		w.line(talk, "note", w.say("run %d was cut off; its report is now in %s", run.ID, rep.Dir))
	}
}

// printSummary tells how a run went, in the report's own words.
func (w *world) printSummary(rep *reports.Report) {
	s, width := rep.Summary, w.width(w.stderr)
	print := func(format string, args ...any) { fmt.Fprint(w.stderr, fold(fmt.Sprintf(format, args...), width)) }
	print("\n")
	if s.Trial {
		print("%s\n", w.say("TRIAL – nobody is really booked"))
	}
	print("%s\n", s.Headline)
	print("%s\n", s.Occasion)
	for _, share := range s.Outcomes {
		switch {
		case share.Count == 0:
		case width > 0 && width < 72: // no room for what the words mean
			print("  %s %6d  %s\n", share.Symbol, share.Count, share.Name)
		default:
			print("  %s %6d  %-16s %s\n", share.Symbol, share.Count, share.Name, share.Meaning)
		}
	}
	for _, n := range append(slices.Clone(s.Notes), rep.Notes...) {
		print("%s: %s\n", w.say("note"), n)
	}
	print("\n%s\n", w.say("reports in %s", rep.Dir))
	for _, f := range rep.Files {
		print("  %s\n", filepath.Base(f))
	}
	if s.Left != "" {
		print("\n%s\n", s.Left)
	}
	for _, step := range s.Steps {
		print("- %s\n", step.Text)
		if step.Command != "" {
			// Not folded: it is to be copied.
			fmt.Fprintf(w.stderr, "    %s\n", step.Command)
		}
	}
	fmt.Fprintln(w.stderr)
}
