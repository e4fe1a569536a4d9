package reports

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"time"

	"vitec-import/reports/words"
)

// Options say where a report goes and what is in it.
type Options struct {
	// Dir is the folder of the report, see [Folder]. It is made, with the
	// folders above it.
	Dir string
	// Files are the files to write; none means all. Those that an earlier
	// report of the run has are always among them, so that all of a folder says
	// the same. summary.json is always written, uncertain.csv and the
	// corrections where there is something in them.
	Files []Kind
	// Language is that of what people read. report.csv and summary.json are
	// for programs, and in English.
	Language words.Language
	// Wording returns, in Language, what is wrong with a row and what to do
	// about it, by a problem's code and its arguments; false if it does not
	// know the code. Where it does not, or is nil, the words are those that the
	// ledger keeps, in English.
	Wording func(code string, args []string) (message, hint string, ok bool)
	// Zone is the time zone of what people read; nil = the system's.
	Zone *time.Location
	// Paths are what the commands in the report are made of. Corrections and
	// Uncertain are filled in.
	Paths Paths
}

// ErrPurged tells that the ledger does not have the rows of a run any more.
var ErrPurged = errors.New("the rows of the run were purged")

// Kind is one of the files that a report can have.
type Kind string

// The files of a report.
const (
	KindCSV  Kind = "csv"
	KindXLSX Kind = "xlsx"
	KindHTML Kind = "html"
)

// ParseKind returns the file that a person calls name.
func ParseKind(name string) (Kind, error) {
	switch k := Kind(name); k {
	case KindCSV, KindXLSX, KindHTML:
		return k, nil
	}
	return "", failure("there is no report format %q", name)
}

// name is the file of a kind.
func (k Kind) name() string { return "report." + string(k) }

func (o *Options) wants(k Kind) bool { return len(o.Files) == 0 || slices.Contains(o.Files, k) }

// purgedError is ErrPurged with the run.
type purgedError struct{ words.Text }

func (e purgedError) Error() string { return e.String() }

func (purgedError) Is(target error) bool { return target == ErrPurged }

// english reports whether people read what programs read.
func (o *Options) english() bool {
	return o.Wording == nil && (o.Language == "" || o.Language == words.English)
}

// with returns the options that also want what an earlier report in dir has.
func (o Options) with(dir string) Options {
	old, ok := readManifest(dir)
	if !ok || len(o.Files) == 0 {
		return o
	}
	o.Files = slices.Clone(o.Files)
	for _, k := range [...]Kind{KindCSV, KindXLSX, KindHTML} {
		if _, has := old.Files[k.name()]; has {
			o.Files = append(o.Files, k)
		}
	}
	return o
}

// Report is a report that has been written.
type Report struct {
	Dir     string   // where it is, which is Options.Dir unless Notes say otherwise
	Files   []string // paths of its files
	Summary *Summary // what the terminal says; the files say the same
	// Notes tell what happened to an earlier report: what a person had changed
	// and where it is now, or that it was in the way.
	Notes []string
}

// sink is a file of a report that takes the rows one by one.
type sink interface {
	add(*record) error
	finish() error // writes what is left and puts the file on the disk
	abort() error  // closes what is open
}

// completer is a file that has more to say when all rows are counted.
type completer interface {
	complete(*Summary) error
}

// Write writes the report of a run. It appears under Options.Dir whole, in
// place of an earlier one of the same run, or not at all. If the input is
// found to be another file while it is read, the report is written without it.
//
// It returns an error if the disk refuses, if the ledger's rows cannot be read
// or were purged (ErrPurged), and if they do not add up; then there is no
// report, and an earlier one stays as it is.
func Write(ctx context.Context, src Source, o Options) (rep *Report, err error) {
	w := textsIn(o.Language)
	if src.Run.Purged {
		return nil, purgedError{words.Textf("run %d: its rows were purged from the ledger; no report can be written any more", src.Run.ID)}
	}
	if o.Zone == nil {
		o.Zone = time.Local
	}
	if o.Dir, err = filepath.Abs(o.Dir); err != nil {
		return nil, err
	}
	s, err := stage(o.Dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.discard()) }()
	var (
		sum   *Summary
		saved []kept
		dir   string
		self  = identityOf(&src.Run)
	)
	for n := 0; ; {
		if dir, n, err = s.choose(self, n); err != nil {
			return nil, err
		}
		this := o.with(dir)
		this.Dir = dir // the commands in the report name its files
		sum, err = fill(ctx, s, &src, &this, w)
		var unfit *InputError
		if errors.As(err, &unfit) && src.Input != nil {
			if err := s.empty(); err != nil {
				return nil, err
			}
			src.Input, src.NoInput = nil, unfit
			sum, err = fill(ctx, s, &src, &this, w)
		}
		if err != nil {
			return nil, err
		}
		if saved, err = s.commit(dir); err == nil {
			break
		}
		if !errors.Is(err, errInUse) {
			return nil, err
		}
		if err := s.empty(); err != nil {
			return nil, err
		}
	}
	rep = &Report{Dir: dir, Summary: sum}
	for _, name := range s.names() {
		rep.Files = append(rep.Files, filepath.Join(dir, name))
	}
	if dir != s.final {
		rep.Notes = append(rep.Notes, w.Say("%s is in the way or open in another program; this report is in %s.", s.final, dir))
	}
	for _, k := range saved {
		rep.Notes = append(rep.Notes, w.Say("%s was changed by hand and is kept as %s.", k.name, k.as))
	}
	return rep, nil
}

// fill writes the files of a report into the staging folder, in one pass over
// the rows.
func fill(ctx context.Context, s *staging, src *Source, o *Options, w texts) (sum *Summary, err error) {
	t := Tally{}
	groups := newCauses(w, o.Wording)
	every, err := openEvery(s, src, o, w, groups)
	some := openSome(s, src)
	sinks := slices.Concat(every, some)
	relay := newRelay(every)
	defer func() {
		if err != nil {
			_ = relay.wait() // its error is err, or comes after it
			for _, k := range sinks {
				err = errors.Join(err, ignoreClosed(k.abort()))
			}
		}
	}()
	if err != nil {
		return nil, err
	}
	plain := describer{run: &src.Run, words: textsIn(words.English), zone: o.Zone}
	d, people := plain, *src
	if !o.english() {
		people.Run.Stopped = w.why(src.Run.Reason, src.Run.Stopped)
		d = describer{run: &people.Run, words: w, wording: o.Wording, zone: o.Zone, english: &plain}
	}
	for r, err := range records(ctx, src, d) {
		if err != nil {
			return nil, err
		}
		t.Add(&r.Row)
		groups.add(r)
		for _, k := range some {
			if err := k.add(r); err != nil {
				return nil, err
			}
		}
		if err := relay.add(r); err != nil {
			return nil, err
		}
	}
	if err := relay.end(); err != nil {
		return nil, err
	}
	if err := t.Check(&src.Run); err != nil {
		return nil, err
	}
	for _, k := range sinks {
		if err := k.finish(); err != nil {
			return nil, err
		}
	}
	p := o.Paths
	p.Corrections, p.Uncertain = "", ""
	for _, name := range s.names() {
		switch name {
		case "uncertain.csv":
			p.Uncertain = filepath.Join(o.Dir, name)
		case correctionsStem + ".csv", correctionsStem + ".xlsx":
			p.Corrections = filepath.Join(o.Dir, name)
		}
	}
	sum = summarize(&people, t, p, o.Language)
	programs := sum
	if !o.english() {
		programs = summarize(src, t, p, words.English)
	}
	for _, k := range sinks {
		if c, ok := k.(completer); ok {
			if err := c.complete(sum); err != nil {
				return nil, err
			}
		}
	}
	return sum, writeSummary(s, programs, &t, src.Input != nil)
}

// summarize is Summarize for a report, which also tells whether the input is
// at hand.
func summarize(src *Source, t Tally, p Paths, l words.Language) *Summary {
	sum := Summarize(src.Run, t, p, l)
	if src.Input == nil {
		w := textsIn(l)
		sum.Notes = append(sum.Notes, w.Say("%s. This report therefore names nobody and has no corrections file.", w.noInput(src.NoInput, &src.Run)))
	}
	return sum
}

// openEvery opens the files that have every row. They are not asked for a
// row's cells.
func openEvery(s *staging, src *Source, o *Options, w texts, groups *causes) (sinks []sink, err error) {
	if o.wants(KindCSV) {
		c, err := newReportCSV(s, src.Run.Input.Sheet)
		if err != nil {
			return sinks, err
		}
		sinks = append(sinks, c)
	}
	if o.wants(KindXLSX) {
		x, err := newReportXLSX(s, src, w, o.Zone, groups)
		if x != nil {
			sinks = append(sinks, x)
		}
		if err != nil {
			return sinks, err
		}
	}
	if o.wants(KindHTML) {
		h, err := newReportHTML(s, src, w, o, groups)
		if err != nil {
			return sinks, err
		}
		sinks = append(sinks, h)
	}
	return sinks, nil
}

// openSome prepares the files that have some of the rows, if there are such.
func openSome(s *staging, src *Source) []sink {
	comma := ';'
	if d := src.Run.Input.Delimiter; len(d) == 1 && (d == "," || d == "\t") {
		comma = rune(d[0])
	}
	uncertain := &uncertainCSV{stage: s, run: src.Run.ID, comma: comma}
	if src.Input == nil {
		return []sink{uncertain}
	}
	info := src.Input.Info()
	if info.Format == "csv" {
		return []sink{uncertain, &csvCorrections{stage: s, info: info, run: src.Run.ID}}
	}
	return []sink{uncertain, &xlsxCorrections{stage: s, info: info, run: src.Run.ID}}
}

// ignoreClosed forgets the error of closing what is closed already.
func ignoreClosed(err error) error {
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}
