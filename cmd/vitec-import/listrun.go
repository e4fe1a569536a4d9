package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/reports"
)

// listRun is the run over one list, from its mapping to its report. It asks
// nobody and prints nothing.
type listRun struct {
	listed
	listResult
	*source // nil: its mapping was not read
	batch   *batch
	archive archive
	log     *slog.Logger // about the list; nil = none
	told    bool         // what is wrong with it is told elsewhere
	reports string       // the folder in which the report folder is made until the list is moved
}

// listResult is what became of a list.
type listResult struct {
	state   state
	code    int              // the exit code that it would have alone
	err     error            // why it has no run, or what went wrong after it; nil = nothing
	run     *importer.Result // nil: it has none
	rows    ledger.Counts    // of the run
	report  string           // the report folder; "" = there is none
	settled bool             // it has not been changed for the time of --settle
	moved   string           // where the list is now; "" = where it was
}

// state is a word for what became of a list. Programs rely on it.
type state string

const (
	stateDone     state = "done"      // every row is booked, or need not be
	stateFinished state = "finished"  // some rows have to be looked after
	stateStopped  state = "stopped"   // stopped early; the next run goes on
	stateRefused  state = "refused"   // the list cannot be read or planned, or has problems: nothing was sent
	stateCutOff   state = "cut_off"   // it ends in mid-row, as if it were still being copied: nothing was sent
	stateEmpty    state = "empty"     // there is nothing in the file
	stateNoRows   state = "no_rows"   // there is a header alone
	stateNoFile   state = "no_file"   // there is no such file
	stateChanging state = "changing"  // it was changed a moment ago, see --settle
	stateUnbegun  state = "not_begun" // nothing is wrong with the list: the next run takes it
)

// unbegun is the result of a list that is not to blame for it.
func (r *listRun) unbegun(err error) {
	r.state, r.code, r.err = stateUnbegun, exitCode(err), err
	var u *unfit
	switch {
	case errors.As(err, &u):
		r.state, r.settled = u.state, r.batch.flags.settle > 0
		if r.batch.flags.allowEmpty && u.state != stateCutOff {
			r.code = importer.ExitDone
		}
	case errors.As(err, new(*ledger.Error)):
		r.batch.over = &importer.Stop{Code: importer.StopLedger, Reason: ledger.TextOf(err)}
	}
}

// unread is the result of a list that cannot be read or sent as it is. One that
// cannot be opened, or is being written, is not to blame.
func (r *listRun) unread(err error) {
	r.unbegun(err)
	var refused *table.Error
	switch {
	case r.state != stateUnbegun, errors.Is(err, importer.ErrInterrupted), errors.As(err, new(*ledger.Error)):
	case errors.As(err, &refused) && refused.Code == table.CodeChanged, errors.As(err, new(*importer.InputChangedError)):
		r.state = stateChanging
	case errors.As(err, &refused) && refused.Code == table.CodeUnreadable:
	default:
		r.state = stateRefused
	}
}

// ended is the result of a run. What only has to go on is no case for a person.
func (r *listRun) ended(res *importer.Result) {
	r.run, r.rows, r.code = res, res.Outcomes, res.ExitCode()
	goesOn := res.Stopped == nil || res.Stopped.Lasting() || res.Stopped.Code == importer.StopLogin || res.Stopped.Code == importer.StopInput
	switch {
	case r.code == importer.ExitDone:
		r.state = stateDone
	case goesOn && (res.Stopped != nil || r.rows[ledger.NotSent] > 0):
		r.state = stateStopped
	default:
		r.state = stateFinished
	}
	r.batch.learn(res)
}

// prepare does what takes no time: it reads the mapping and tries the folder of
// the report.
func (r *listRun) prepare() error {
	b := r.batch
	if r.refused != nil {
		return r.refused
	}
	src, err := readMapping(r.path, &b.flags.planFlags)
	if err != nil {
		return err
	}
	if b.saved != nil {
		if err := b.saved.checkFiles(src); err != nil {
			return err
		}
	}
	if r.reports, err = reportParent(r.path, b.flags.out, b.trial()); err != nil {
		return err
	}
	if b.flags.out == "" {
		if err := r.archive.make(); err != nil {
			return err
		}
	}
	r.source = src
	return nil
}

// open reads the list. The batch must be open.
func (r *listRun) open() error {
	r.source.ledger = r.batch.ledger
	if err := r.batch.w.openTable(r.source); err != nil {
		return err
	}
	f := r.batch.flags
	if r.ending.Cut && (f.yes || f.settle > 0) && !f.allowCut {
		return &unfit{stateCutOff, exit{
			code: importer.ExitProblems, err: fail("%s: the file ends in the middle of row %d: it may be half copied; nothing was sent", r.file.Info().Name, r.ending.Row),
			hint: hint("copy or export it again; if it is whole, say --allow-cut"),
		}}
	}
	return nil
}

// gone reports whether a list that was found in a folder is there no more.
func (r *listRun) gone() bool {
	_, err := os.Stat(r.path)
	return r.folder != "" && errors.Is(err, fs.ErrNotExist)
}

// changing reports whether the list was changed a moment ago.
func (r *listRun) changing(now time.Time) bool {
	info, err := os.Stat(r.path)
	return err == nil && r.batch.flags.settle > 0 && now.Sub(info.ModTime()) < r.batch.flags.settle
}

// Close closes the list.
func (r *listRun) Close() error {
	if r.source == nil || r.file == nil {
		return nil
	}
	return r.file.Close()
}

// job is what the importer is to do. Whoever runs it may watch and listen.
func (r *listRun) job() *importer.Job {
	b, job := r.batch, r.source.job()
	job.Client, job.Stop, job.Log = b.server.client, b.w.stop, r.log
	job.Pace, job.Concurrency, job.MaxRows = b.pace, b.flags.concurrency, b.rowsLeft()
	job.Login = func(customer string) string {
		c, _ := b.server.logins.For(customer)
		return c.Username
	}
	job.Sum = b.saved != nil
	job.Record = r.record()
	job.ReportDir = func(run int64) string { return r.reportDir(r.reports, r.path, run) }
	return job
}

// record is what the ledger shall know of the run from its start.
func (r *listRun) record() ledger.RunInfo {
	i := r.file.Info()
	return ledger.RunInfo{
		Input: ledger.Input{
			Path: absolute(i.Path), Name: i.Name, SHA256: i.SHA256, Size: i.Size,
			Format: i.Format, Encoding: i.Encoding, Delimiter: i.Delimiter, Sheet: i.Sheet, HeaderRow: i.HeaderRow,
		},
		Mapping: absolute(r.mappingPath), MappingSHA256: r.mapping.SHA256(), Format: r.batch.flags.format,
	}
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// place is how the report is made and its commands are written.
func (r *listRun) place() reportPlace {
	p := reportPlace{input: r.input, newLedger: r.ledger.Created(), runFlags: r.batch.reportFlags}
	p.viewing, p.slot = r.placeColumns()
	return p
}

// conclude writes the report of the run that has just ended, if there was one,
// and moves the list; the report goes along, unless it has a folder of its own.
// It returns nil for a report that is not asked for. What fails here changes
// nothing of what the run has done.
func (r *listRun) conclude(ctx context.Context) (*reports.Report, error) {
	if err := r.Close(); err != nil { // a file that is open cannot be moved on every system
		return nil, err
	}
	dir := r.archive.folder(&r.listResult)
	if dir == "" {
		return r.writeReport(ctx, "")
	}
	rep, err := r.moveTo(ctx, absolute(dir))
	if err == nil {
		return rep, nil
	}
	stays := exit{code: importer.ExitFailed, err: fail("%s: the list was not moved to %s: %s", r.path, dir, cause(err))}
	if r.run != nil {
		err = r.batch.ledger.Moved(ctx, r.run.Run, absolute(r.path), r.reportDir(r.reports, r.path, r.run.Run))
	}
	rep, again := r.writeReport(ctx, "")
	return rep, errors.Join(stays, err, again)
}

// moveTo moves the list into a folder. The report is written first, and says
// where the list will be: whatever the program dies of, there is a report, and
// the list is in its old place or in the new one.
func (r *listRun) moveTo(ctx context.Context, dir string) (rep *reports.Report, err error) {
	sum, err := fileSum(r.path)
	if err == nil && r.file != nil && sum != r.file.Info().SHA256 {
		err = fail("it has changed since it was read")
	}
	if err != nil {
		return nil, err
	}
	to, err := reserve(dir, filepath.Base(r.path))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err == nil {
			r.moved = to
			return
		}
		if err = errors.Join(err, free(to)); rep != nil {
			err = errors.Join(err, os.RemoveAll(rep.Dir)) // it names a place where the list is not
			rep, r.report = nil, ""
		}
	}()
	if r.run != nil {
		where := r.reports
		if r.batch.flags.out == "" {
			where = dir
		}
		if err = r.batch.ledger.Moved(ctx, r.run.Run, to, r.reportDir(where, to, r.run.Run)); err != nil {
			return nil, err
		}
		if rep, err = r.writeReport(ctx, to); err != nil {
			return rep, err
		}
	}
	return rep, moveFile(r.path, to, sum)
}

// reportDir is the report folder of a run in a folder, for a list of this name.
func (r *listRun) reportDir(in, list string, run int64) string {
	return filepath.Join(in, filepath.Base(reports.Folder(list, run, r.batch.trial())))
}

// writeReport writes the run's report, if it has something new to say or is
// wanted in any case. to is where the list will be; "" = where it is.
func (r *listRun) writeReport(ctx context.Context, to string) (*reports.Report, error) {
	b := r.batch
	if r.run == nil || b.flags.reports == reportsChanged && r.code == importer.ExitDone && r.run.Plan.ToSend() == 0 {
		return nil, nil
	}
	run, err := b.ledger.RunInfo(ctx, r.run.Run)
	var rep *reports.Report
	if err == nil {
		place := r.place()
		place.words, place.dir = r.run.Words, run.ReportDir
		if to != "" {
			place.input, place.list = to, r.path
		}
		rep, err = b.w.writeReport(ctx, b.ledger, run, place)
	}
	if err != nil {
		return nil, exit{code: importer.ExitFailed, err: fail("the report could not be written: %s", err), hint: hint("nothing is lost: \"vitec-import report %d --out FOLDER\" writes it elsewhere", r.run.Run)}
	}
	r.report = rep.Dir
	return rep, nil
}

// reportParent is the folder in which the report folder will be made. It is
// tried before anything is sent, with a name like the report's: a run whose
// report cannot be written had better not begin.
func reportParent(input, out string, trial bool) (string, error) {
	folder := reports.Folder(input, 9999, trial)
	dir := out
	if dir == "" {
		dir = filepath.Dir(folder)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if out != "" {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", exit{code: 1, err: fail("%s: the folder for the reports cannot be made: %s", dir, cause(err)), hint: hint("name another folder with --out")}
		}
	}
	if err := reports.Probe(filepath.Join(dir, filepath.Base(folder))); err != nil {
		return "", exit{code: 1, err: fail("%s: the reports cannot be written there: %s", dir, cause(err)), hint: hint("name another folder with --out")}
	}
	return dir, nil
}

// reportFlags are the flags of this call that the commands in its report need.
func reportFlags(cmd *cobra.Command) []string {
	flags := []string{}
	for _, name := range []string{"sheet", "header-row", "encoding", "delimiter", "set", "format", "credentials", "rate", "concurrency", "timeout", "out", "skip-invalid"} {
		f := cmd.Flags().Lookup(name)
		if f == nil || !f.Changed {
			continue
		}
		if f.Value.Type() == "bool" {
			if f.Value.String() == "true" {
				flags = append(flags, "--"+name)
			}
			continue
		}
		values := []string{f.Value.String()}
		if list, ok := f.Value.(pflag.SliceValue); ok {
			values = list.GetSlice()
		}
		for _, v := range values {
			if name == "out" || name == "credentials" {
				v = absolute(v)
			}
			flags = append(flags, "--"+name, v)
		}
	}
	return flags
}
