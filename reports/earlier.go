package reports

import (
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gocarina/gocsv"

	"vitec-import/importer/ledger"
)

// Earlier is a report that stands in a folder, as its summary.json describes
// it. It knows names, the list's own words and the corrections where the list
// is gone or changed.
type Earlier struct {
	Dir string
	Manifest
}

// FoundAt returns the report in a folder; ok is false if there is none.
func FoundAt(dir string) (e Earlier, ok bool) {
	m, err := readManifest(dir)
	return Earlier{dir, m}, err == nil && m.Run != 0
}

// Of reports whether the report is that of a run.
func (e *Earlier) Of(run *ledger.RunInfo) bool { return e.identity() == identityOf(run) }

// Whole reports whether it covers later runs too.
func (e *Earlier) Whole() bool { return len(e.Later) > 0 }

// Seen is what the report says of its run, to be held against a ledger.
func (e *Earlier) Seen() ledger.Seen {
	started, _ := time.Parse(time.RFC3339, e.StartedAt)
	return ledger.Seen{Ledger: e.Ledger, Run: e.Run, StartedAt: started, InputSHA256: e.Input.SHA256, Counts: ledger.Counts(e.RunOutcomes)}
}

// recall looks for the latest report of the run that names people, in dir
// first, and takes from it what the source does not say.
func (s *Source) recall(dir string) {
	s.earlier = nil
	for _, folder := range append([]string{dir, s.Run.ReportDir}, s.Earlier...) {
		for _, dir := range candidates(folder) {
			if folder == "" || !exists(dir) {
				break
			}
			e, ok := FoundAt(dir)
			if !ok || !e.Of(&s.Run) || !e.Names || !exists(filepath.Join(dir, csvAt)) {
				continue
			}
			s.earlier = &e
			if s.ViewingColumns == nil && s.SlotColumns == nil {
				s.ViewingColumns, s.SlotColumns = e.Columns.Viewing, e.Columns.Slot
			}
			return
		}
	}
}

// rows yields the lines of the report, in input order.
func (e *Earlier) rows() iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		f, err := os.Open(filepath.Join(e.Dir, csvAt))
		if err != nil {
			yield(Line{}, err)
			return
		}
		defer f.Close()
		in, err := gocsv.NewUnmarshaller(csv.NewReader(f), Line{})
		if err == nil && !slices.Contains(in.Headers, "participant") {
			err = errNoMatch
		}
		if err != nil {
			yield(Line{}, err)
			return
		}
		for {
			next, err := in.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			l, _ := next.(Line)
			for _, text := range [...]*string{&l.Participant, &l.Viewing, &l.TimeSlot, &l.Message, &l.Hint, &l.ServerMessage} {
				*text = alive(*text)
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
	}
}

// corrections is the path of the report's corrections file as it was written;
// "" if there is none.
func (e *Earlier) corrections() string {
	for _, name := range [...]string{correctionsStem + ".csv", correctionsStem + ".xlsx"} {
		if _, ok := e.Files[name]; ok && exists(filepath.Join(e.Dir, name)) {
			return filepath.Join(e.Dir, name)
		}
	}
	return ""
}

// Beside returns the reports that stand in a folder: those on a list, by its
// name, by where it was, or by its content; and those on others.
func Beside(dir, list string) (on, others []Earlier) {
	entries, _ := os.ReadDir(dir) // what cannot be read says nothing
	path, _ := filepath.Abs(list)
	info, _ := os.Stat(list)
	sum := sync.OnceValue(func() string { s, _ := sumFile(list); return s.SHA256 })
	for _, entry := range entries {
		m := reportFolder.FindStringSubmatch(entry.Name())
		if m == nil {
			continue
		}
		e, ok := FoundAt(filepath.Join(dir, entry.Name()))
		switch {
		case !ok:
		case m[1] == stemOf(list), e.Input.Path == path, info != nil && info.Size() == e.Input.Size && sum() == e.Input.SHA256:
			on = append(on, e)
		default:
			others = append(others, e)
		}
	}
	return on, others
}

// stemOf is by which name the report folders on a list begin.
func stemOf(list string) string {
	return strings.TrimSuffix(filepath.Base(Folder(list, 0, false)), "-run-0000")
}
