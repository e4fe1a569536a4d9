package reports

import (
	"encoding/csv"
	"errors"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"vitec-import/importer/ledger"
)

// earlier is an earlier report of a run, which knows names, the list's own
// words and the corrections where the list is gone or changed.
type earlier struct {
	dir string
	manifest
}

// findEarlier looks for the latest report of the run that names people.
func findEarlier(src *Source, dir string) *earlier {
	self := identityOf(&src.Run)
	var found *earlier
	for _, folder := range slices.Compact(append([]string{dir, src.Run.ReportDir}, src.Earlier...)) {
		if folder == "" {
			continue
		}
		for _, dir := range candidates(folder) {
			if !exists(dir) {
				break
			}
			m, err := readManifest(dir)
			if err == nil && m.identity() == self && m.Names && exists(filepath.Join(dir, csvAt)) {
				if found == nil {
					found = &earlier{dir, m}
				}
			}
		}
	}
	return found
}

// rows yields the lines of the earlier report.csv, in input order.
func (e *earlier) rows() iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		f, err := os.Open(filepath.Join(e.dir, csvAt))
		if err != nil {
			yield(Line{}, err)
			return
		}
		defer f.Close()
		in := csv.NewReader(f)
		in.ReuseRecord = true
		header, err := in.Read()
		if err != nil {
			yield(Line{}, err)
			return
		}
		column := map[string]int{}
		for i, name := range header {
			column[name] = i
		}
		if _, ok := column["participant"]; !ok || column["row"] != 0 {
			yield(Line{}, errNoMatch)
			return
		}
		for {
			cells, err := in.Read()
			if errors.Is(err, io.EOF) {
				return
			}
			l := Line{}
			if err == nil {
				cell := func(name string) string {
					if i, ok := column[name]; ok && i < len(cells) {
						return cells[i]
					}
					return ""
				}
				l.Row, err = strconv.Atoi(cell("row"))
				l.Participant, l.Viewing, l.TimeSlot = alive(cell("participant")), alive(cell("viewing")), alive(cell("time_slot"))
				l.Outcome, l.Message, l.Hint = cell("outcome"), alive(cell("message")), alive(cell("hint"))
				l.ServerMessage = alive(cell("server_message"))
				l.RunOfFirst, l.RowOfFirst = cell("run_of_first"), cell("row_of_first")
			}
			if !yield(l, err) || err != nil {
				return
			}
		}
	}
}

// corrections is the path of the earlier report's corrections file as it was
// written; "" if there is none.
func (e *earlier) corrections() string {
	for _, name := range [...]string{correctionsStem + ".csv", correctionsStem + ".xlsx"} {
		if _, ok := e.Files[name]; ok && exists(filepath.Join(e.dir, name)) {
			return filepath.Join(e.dir, name)
		}
	}
	return ""
}

// Earlier is a report folder, as its summary.json describes it.
type Earlier struct {
	Dir                   string
	Run                   int64
	Ledger                string // "" in reports of before there were ids
	LedgerPlace           string // where it was
	NewLedger             bool   // the run made it
	Target                string
	Trial                 bool
	Whole                 bool      // it covers later runs too
	StartedAt, FinishedAt time.Time // FinishedAt is zero if the run was on or was cut off
	InputPath             string
	InputSHA256           string
	InputSize             int64
	Rows                  int
	Counts                ledger.Counts // of the run alone
}

// FoundAt returns the report in a folder; ok is false if there is none.
func FoundAt(dir string) (f Earlier, ok bool) {
	m, err := readManifest(dir)
	if err != nil || m.Run == 0 {
		return Earlier{}, false
	}
	f = Earlier{
		Dir: dir, Run: m.Run, Ledger: m.Ledger, LedgerPlace: m.LedgerPlace, NewLedger: m.NewLedger, Target: m.Target, Trial: m.Trial, Whole: len(m.Later) > 0,
		InputPath: m.Input.Path, InputSHA256: m.Input.SHA256, InputSize: m.Input.Size, Rows: m.Input.Rows, Counts: m.RunOutcomes.counts(),
	}
	if m.RunOutcomes == (outcomeCount{}) { // of before there were reports of more than one run
		f.Counts = m.Outcomes.counts()
	}
	f.StartedAt, _ = time.Parse(time.RFC3339, m.StartedAt)
	if m.FinishedAt != nil {
		f.FinishedAt, _ = time.Parse(time.RFC3339, *m.FinishedAt)
	}
	return f, true
}

// Beside returns the reports that stand in a folder: those on a list, by its
// name, by where it was, or by its content; and those on others.
func Beside(dir, list string) (on, others []Earlier) {
	entries, _ := os.ReadDir(dir) // what cannot be read says nothing
	path, _ := filepath.Abs(list)
	info, _ := os.Stat(list)
	sum := sync.OnceValue(func() string { s, _ := sumFile(list); return s.SHA256 })
	for _, e := range entries {
		m := reportFolder.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		f, ok := FoundAt(filepath.Join(dir, e.Name()))
		switch {
		case !ok:
		case m[1] == stemOf(list), f.InputPath == path, info != nil && info.Size() == f.InputSize && sum() == f.InputSHA256:
			on = append(on, f)
		default:
			others = append(others, f)
		}
	}
	return on, others
}

// stemOf is by which name the report folders on a list begin.
func stemOf(list string) string {
	return strings.TrimSuffix(filepath.Base(Folder(list, 0, false)), "-run-0000")
}

// Seen is what the folder says of its run, to be held against a ledger.
func (f *Earlier) Seen() ledger.Seen {
	return ledger.Seen{Ledger: f.Ledger, Run: f.Run, StartedAt: f.StartedAt, InputSHA256: f.InputSHA256, Counts: f.Counts}
}

// Of reports whether the folder's report is that of a run.
func (f *Earlier) Of(run *ledger.RunInfo) bool {
	m, err := readManifest(f.Dir)
	return err == nil && m.identity() == identityOf(run)
}

func (c outcomeCount) counts() (n ledger.Counts) {
	n[ledger.Booked], n[ledger.AlreadyBooked], n[ledger.Rejected], n[ledger.Uncertain] = c.Booked, c.AlreadyBooked, c.Rejected, c.Uncertain
	n[ledger.Invalid], n[ledger.Duplicate], n[ledger.Skipped], n[ledger.NotSent] = c.Invalid, c.Duplicate, c.Skipped, c.NotSent
	return n
}
