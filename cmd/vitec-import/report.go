package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/reports"
	"vitec-import/vitec"
)

func newReportCommand(w *world) *cobra.Command {
	var (
		path, out string
		formats   []string
	)
	cmd := &cobra.Command{
		Use:   "report [RUN]",
		Short: "Write the reports of a run again",
		Long: `report writes the reports of a run again, of the latest one if no number is given: after
the run was killed, after uncertain rows were settled, or after the folder was lost. What
it writes comes from the ledger and from the input file alone; nothing is sent.

EXIT STATUS
  0  written
  1  the ledger cannot be read, there is no such run, or the folder cannot be written
  2  wrong use`,
		Example: `  vitec-import report
  vitec-import report 7
  vitec-import report 7 --out /tmp`,
		Args: between(0, 1, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			kinds, err := parseKinds(formats)
			if err != nil {
				return misused(cmd, err)
			}
			p, err := w.ledgerPath(path)
			if err != nil {
				return err
			}
			l, err := ledger.OpenReader(cmd.Context(), p)
			if err != nil {
				return err
			}
			defer l.Close()
			run, err := findRun(cmd, l, args)
			if err != nil {
				return err
			}
			rep, err := w.writeReport(cmd.Context(), l, run, reportPlace{out: out, ledgerFlag: path}, kinds)
			if err != nil {
				return err
			}
			w.printSummary(rep)
			return nil
		},
	}
	ledgerFlag(cmd, &path)
	cmd.Flags().StringVar(&out, "out", "", "make the report folder in `FOLDER` (default: where it was, or beside the input)")
	cmd.Flags().StringSliceVar(&formats, "format", nil, "which files to write: `FORMATS` out of csv, xlsx, html (default: all)")
	return cmd
}

func parseKinds(names []string) ([]reports.Kind, error) {
	var kinds []reports.Kind
	for _, name := range names {
		k, err := reports.ParseKind(name)
		if err != nil {
			return nil, fail("%s %q: want one of %s", "--format", name, "csv, xlsx, html")
		}
		kinds = append(kinds, k)
	}
	return kinds, nil
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

// reportPlace says where a report goes and how its commands are written.
type reportPlace struct {
	out        string // the folder in which the report folder is made; empty: where it was, or the input's
	input      string // as the user named it; empty: as the run recorded it
	ledgerFlag string // --ledger, as given
}

func (p reportPlace) dir(run ledger.RunInfo) string {
	switch {
	case p.out != "":
		return filepath.Join(p.out, filepath.Base(reports.Folder(run.Input.Path, run.ID)))
	case run.ReportDir != "":
		return run.ReportDir
	default:
		return reports.Folder(run.Input.Path, run.ID)
	}
}

// writeReport writes the reports of a run from what the ledger knows.
func (w *world) writeReport(ctx context.Context, l *ledger.Ledger, run ledger.RunInfo, place reportPlace, kinds []reports.Kind) (*reports.Report, error) {
	events, err := l.Events(ctx, run.ID)
	if err != nil {
		return nil, err
	}
	paths := reports.Paths{Input: place.input}
	if place.ledgerFlag != "" {
		// From another folder, a relative path would name another ledger, which
		// does not know who is booked.
		paths.Flags = []string{"--ledger", l.Path()}
	}
	switch run.Target {
	case sandboxTarget:
		paths.RunFlags = []string{"--sandbox"}
	case strings.TrimRight(vitec.DefaultBaseURL, "/"):
	default:
		paths.RunFlags = []string{"--url", run.Target}
	}
	src := reports.Source{Run: run, Rows: l.Rows(ctx, run.ID), Events: events}
	src.Input, src.NoInput = reports.OpenInput(run)
	if src.Input != nil {
		defer src.Input.Close()
	}
	return reports.Write(ctx, src, reports.Options{Dir: place.dir(run), Files: kinds, Paths: paths, Language: w.lang, Wording: wordingIn(w.lang)})
}

// reporting is what the end of a run needs beside its result.
type reporting struct {
	input      string
	ledgerFlag string
	talk       bool
	metrics    string
}

// report writes the report of a run that has just ended, says how it went,
// and returns the exit code as an error.
func (w *world) report(ctx context.Context, l *ledger.Ledger, res *importer.Result, r reporting) error {
	code := res.ExitCode()
	if res.Stopped != nil {
		w.tell("stopped", *res.Stopped, res.Stopped.Hint())
	}
	rep, failed := w.reportRun(ctx, l, res, r)
	if r.metrics != "" {
		if err := runMetrics(ctx, l, res, r.metrics); err != nil {
			failed = errors.Join(failed, err)
		}
	}
	where := w.say("no report")
	if rep != nil {
		where = rep.Dir
		if r.talk {
			w.printSummary(rep)
		}
	}
	last := "run %d: %s of %s; %s"
	if res.Plan.ToSend() == 0 && code == importer.ExitDone {
		last = "run %d: nothing new, %s of %s; %s"
	}
	fmt.Fprintln(w.stdout, w.say(last, res.Run, w.counts(res.Outcomes), w.count(res.Plan.Rows, "%d row", "%d rows"), where))
	switch {
	case failed != nil && code == importer.ExitDone:
		// The run itself has ended as it has: its exit code stands unless it
		// would say that all is well.
		return exit{code: importer.ExitFailed, err: failed, hint: hintOf(failed)}
	case failed != nil:
		return exit{code: code, err: failed, hint: hintOf(failed)}
	case code != importer.ExitDone:
		return exit{code: code}
	}
	return nil
}

// reportRun writes the report of a run that has just ended.
func (w *world) reportRun(ctx context.Context, l *ledger.Ledger, res *importer.Result, r reporting) (*reports.Report, error) {
	run, err := l.RunInfo(ctx, res.Run)
	if err == nil {
		var rep *reports.Report
		if rep, err = w.writeReport(ctx, l, run, reportPlace{input: r.input, ledgerFlag: r.ledgerFlag}, nil); err == nil {
			return rep, nil
		}
	}
	return nil, exit{err: fail("the report could not be written: %s", err), hint: hint("nothing is lost: \"vitec-import report %d --out FOLDER\" writes it elsewhere", res.Run)}
}

// printSummary tells how a run went, in the report's own words.
func (w *world) printSummary(rep *reports.Report) {
	s, width := rep.Summary, w.width(w.stderr)
	print := func(format string, args ...any) { fmt.Fprint(w.stderr, fold(fmt.Sprintf(format, args...), width)) }
	print("\n%s\n", s.Headline)
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
