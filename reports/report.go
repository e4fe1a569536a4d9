package reports

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// Options say where a report goes and what is in it.
type Options struct {
	// Dir is the folder of the report, see [Folder]. It is made, with the
	// folders above it.
	Dir string
	// Trial says that nobody is booked: the target is a sandbox. The report
	// says so wherever it is looked at.
	Trial bool
	// Language is that of what people read. report.csv and summary.json are
	// for programs, and in English.
	Language words.Language
	// Zone is the time zone of what people read; nil = the system's.
	Zone *time.Location
	// Paths are what the commands in the report are made of. Corrections and
	// Uncertain are filled in.
	Paths Paths
}

// The files of a report that is always there; see also summaryAt.
const (
	csvAt  = "report.csv"
	xlsxAt = "report.xlsx"
	htmlAt = "report.html"
)

// Report is a report that has been written.
type Report struct {
	Dir     string   // where it is, which is Options.Dir unless Notes say otherwise
	Files   []string // paths of its files
	Summary *Summary // what the terminal says; the files say the same
	// Notes tell what happened to an earlier report: what a person had changed
	// and where it is now, or that it was in the way.
	Notes []string
}

// A writer writes one file of a report. Rows come in input order; finish writes
// what is left when all have come. Who made it flushes and closes the file.
type writer interface {
	add(*record) error
	finish(*Summary) error
}

// Write writes the report of a run. It appears under Options.Dir whole, in
// place of an earlier one of the same run, or not at all. If the input is gone
// or found to be another file while it is read, names, the list's own words and
// the corrections are those of an earlier report. An earlier report that knows
// more than the new one could is left alone, and the new one stands beside it.
//
// It returns an error if the disk refuses, if the ledger's rows cannot be read,
// and if they do not add up; then there is no report, and an
// earlier one stays as it is.
func Write(ctx context.Context, src Source, o Options) (*Report, error) {
	if o.Zone == nil {
		o.Zone = time.Local
	}
	var err error
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	s, err := stage(ctx, o.Dir)
	if err != nil {
		return nil, err
	}
	defer s.discard() // what cannot be removed now is left to the next writer
	src.recall(o.Dir) // when a dead writer's earlier report has its name again
	if src.earlier != nil && o.Paths.RunFlags == nil {
		o.Paths.RunFlags = src.earlier.RunFlags
	}
	if o.Paths.Input == "" && src.Input != nil {
		o.Paths.Input = src.Input.Info().Path // where it is now
	}
	for {
		rep, err := write(ctx, s, &src, &o)
		var unfit *InputError
		if !errors.As(err, &unfit) || !src.named() {
			return rep, err
		}
		if src.Input == nil {
			src.earlier = nil // neither does the earlier report have the run's rows
		}
		src.Input, src.NoInput = nil, unfit
		if err := s.empty(); err != nil {
			return nil, err
		}
	}
}

// write writes a report of what is known under the first name that it may have:
// not in the place of another run's, nor of one that knows more.
func write(ctx context.Context, s *staging, src *Source, o *Options) (*Report, error) {
	w, self := texts{o.Language}, identityOf(&src.Run)
	knows := false // the report under the first name knows more
	for _, dir := range candidates(o.Dir) {
		old, ok := FoundAt(dir)
		more := ok && old.Of(&src.Run) && old.Names && !src.named()
		knows = knows || more && dir == o.Dir
		if more || exists(dir) && (!ok || !old.Of(&src.Run)) {
			continue
		}
		this := *o
		this.Dir = dir // the commands in the report name its files
		sum, err := fill(ctx, s, src, &this, w)
		if err != nil {
			return nil, err
		}
		saved, err := s.publish(dir, self)
		if err == nil {
			return told(s, dir, sum, saved, knows, w), nil
		}
		if !errors.Is(err, errInUse) {
			return nil, err
		}
		if err := s.empty(); err != nil {
			return nil, err
		}
	}
	return nil, failure("%s: it and a hundred names like it are taken", o.Dir)
}

// told describes a report that has been written.
func told(s *staging, dir string, sum *Summary, saved []kept, knows bool, w texts) *Report {
	rep := &Report{Dir: dir, Summary: sum}
	for _, name := range s.names() {
		rep.Files = append(rep.Files, filepath.Join(dir, name))
	}
	switch {
	case dir == s.final:
	case knows:
		rep.Notes = append(rep.Notes, w.Say("%s names people, which this report cannot: it is left as it is, and this report is in %s.", s.final, dir))
	default:
		rep.Notes = append(rep.Notes, w.Say("%s is in the way, write-protected or open in another program; this report is in %s.", s.final, dir))
	}
	for _, k := range saved {
		rep.Notes = append(rep.Notes, w.Say("%s was changed by hand and is kept as %s.", k.name, k.as))
	}
	return rep
}

// fill writes the files of a report into the staging folder, in one pass over
// the rows.
func fill(ctx context.Context, s *staging, src *Source, o *Options, w texts) (*Summary, error) {
	d := &describer{run: &src.Run, words: w, zone: o.Zone}
	plain := &describer{run: &src.Run, words: texts{words.English}, zone: o.Zone}
	if o.Language == words.Swedish {
		d.english = plain
	}
	t := newTally()
	groups := newCauses(d)
	books := &shelf{tmp: s.dir}
	defer books.close()
	writers := []writer{
		newReportCSV(s.file(csvAt), src.Run.Input.Sheet),
		newReportHTML(s.file(htmlAt), src, w, o, groups),
		newReportXLSX(s.file(xlsxAt), books, src, w, o, groups),
		newUncertain(s.file(uncertainName(src)), books, src, o, w),
	}
	if src.Input != nil {
		if info := src.Input.Info(); info.Format == "csv" {
			writers = append(writers, newCSVCorrections(s.file(correctionsStem+".csv"), info, src.Run.ID))
		} else {
			writers = append(writers, newXLSXCorrections(s.file(correctionsStem+".xlsx"), books, info, src.Run.ID, o.Trial, w))
		}
	}
	for r, err := range records(ctx, src, d) {
		if err != nil {
			return nil, err
		}
		t.add(r)
		groups.add(r)
		for _, k := range writers {
			if err := k.add(r); err != nil {
				return nil, err
			}
		}
	}
	if err := t.Check(&src.Run); err != nil {
		return nil, err
	}
	p := o.Paths
	p.Corrections, p.Uncertain = "", ""
	if t.Outcomes[ledger.Uncertain] > 0 {
		p.Uncertain = filepath.Join(o.Dir, uncertainName(src))
	}
	if name := correctionsName(src); name != "" && t.refused() > 0 {
		p.Corrections = filepath.Join(o.Dir, name)
	}
	sum := summarize(src, o, t, p, d)
	for _, k := range writers {
		if err := k.finish(sum); err != nil {
			return nil, err
		}
	}
	if src.Input == nil && p.Corrections != "" {
		if err := copyInto(s, src.earlier.corrections(), filepath.Base(p.Corrections)); err != nil {
			return nil, err
		}
	}
	if err := s.sync(); err != nil {
		return nil, err
	}
	programs := sum
	if d.english != nil {
		programs = summarize(src, o, t, p, plain)
	}
	if err := writeManifest(s.file(summaryAt), src, o, programs, t, s.files); err != nil {
		return nil, err
	}
	return sum, s.sync()
}

// inputKind is the format of the files that are written as the input is.
func inputKind(src *Source) string {
	if src.Run.Input.Format == "xlsx" {
		return ".xlsx"
	}
	return ".csv"
}

func uncertainName(src *Source) string { return "uncertain" + inputKind(src) }

// correctionsName is the name of the corrections file; "" if there can be none.
func correctionsName(src *Source) string {
	switch {
	case src.Input != nil:
		return correctionsStem + inputKind(src)
	case src.earlier != nil && src.earlier.corrections() != "":
		return filepath.Base(src.earlier.corrections())
	}
	return ""
}

// copyInto takes a file of an earlier report over.
func copyInto(s *staging, from, name string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	_, err = io.Copy(s.file(name), in)
	return errors.Join(err, in.Close())
}

// Person is what a report calls a row: its participant, and where he goes.
type Person struct{ Name, Place string }

// Participants names rows of a run by their numbers, from the input or an
// earlier report. There are none if nothing is left that knows them.
func Participants(ctx context.Context, src Source, wanted map[int]bool) map[int]Person {
	src.recall("")
	names := map[int]Person{}
	for a, err := range src.abouts(ctx) {
		if err != nil {
			break
		}
		if wanted[a.number] {
			names[a.number] = Person{a.participant, strings.Trim(a.viewing+" · "+a.slot, " ·")}
		}
	}
	return names
}
