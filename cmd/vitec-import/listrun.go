package main

import (
	"context"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/reports"
)

// listRun is the run over one list, from its mapping to its report. It asks
// nobody and prints nothing.
type listRun struct {
	*source
	batch   *batch
	reports string // the folder in which the report folder is made
}

// prepare does what takes no time: it reads the mapping and tries the folder of
// the report.
func (b *batch) prepare(input string) (*listRun, error) {
	src, err := readMapping(input, &b.flags.planFlags)
	if err != nil {
		return nil, err
	}
	if b.saved != nil {
		if err := b.saved.checkFiles(src); err != nil {
			return nil, err
		}
	}
	out, err := reportParent(input, b.flags.out, b.trial())
	if err != nil {
		return nil, err
	}
	return &listRun{source: src, batch: b, reports: out}, nil
}

// open reads the list. The batch must be open.
func (r *listRun) open() error {
	r.source.ledger = r.batch.ledger
	return r.batch.w.openTable(r.source)
}

// Close closes the list.
func (r *listRun) Close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}

// job is what the importer is to do. Whoever runs it may watch and listen.
func (r *listRun) job() *importer.Job {
	b, job := r.batch, r.source.job()
	job.Client, job.Stop, job.Log = b.server.client, b.w.stop, b.w.log
	job.Pace, job.Concurrency, job.MaxRows = b.pace, b.flags.concurrency, b.flags.maxRows
	job.Sum = b.saved != nil
	job.Record = r.record()
	job.ReportDir = func(run int64) string {
		return filepath.Join(r.reports, filepath.Base(reports.Folder(r.input, run, b.trial())))
	}
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

// report writes the report of the run that has just ended.
func (r *listRun) report(ctx context.Context, res *importer.Result) (*reports.Report, error) {
	run, err := r.ledger.RunInfo(ctx, res.Run)
	if err == nil {
		place := r.place()
		place.words = res.Words
		var rep *reports.Report
		if rep, err = r.batch.w.writeReport(ctx, r.ledger, run, place, nil); err == nil {
			return rep, nil
		}
	}
	return nil, exit{err: fail("the report could not be written: %s", err), hint: hint("nothing is lost: \"vitec-import report %d --out FOLDER\" writes it elsewhere", res.Run)}
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
