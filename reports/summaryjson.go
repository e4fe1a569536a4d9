package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"vitec-import/importer/ledger"
)

// Manifest is summary.json: a run in one object, and what the report itself
// knows of its folder. Other programs rely on its keys: they are added, never
// renamed. Their order is this one. Its texts are in English whatever the
// language of the report.
type Manifest struct {
	Run           int64         `json:"run"`
	Input         manifestInput `json:"input"`
	Mapping       string        `json:"mapping"`
	MappingSHA256 string        `json:"mapping_sha256"`
	Target        string        `json:"target"`
	StartedAt     string        `json:"started_at"`
	FinishedAt    *string       `json:"finished_at"` // null while the run is on, and if it was cut off
	Outcomes      outcomeCount  `json:"outcomes"`
	Requests      int           `json:"requests"`
	ExitCode      *int          `json:"exit_code"` // null while the run is on, and if it was cut off

	Ended          bool       `json:"ended"`
	Interrupted    bool       `json:"interrupted"`
	Stopped        string     `json:"stopped"` // why the run stopped early; "" = it did not
	ContentDiffers int        `json:"content_differs"`
	Format         string     `json:"format"`
	Rate           float64    `json:"rate"`
	Concurrency    int        `json:"concurrency"`
	Headline       string     `json:"headline"`
	Steps          []stepJSON `json:"steps"`
	Notes          []string   `json:"notes"`
	InputAtHand    bool       `json:"input_at_hand"`

	Trial       bool         `json:"trial"`            // nobody is booked: the target is a sandbox
	Ledger      string       `json:"ledger,omitempty"` // what tells the run's ledger from others
	LedgerPlace string       `json:"ledger_place,omitempty"`
	NewLedger   bool         `json:"new_ledger,omitempty"`  // the run made the ledger, which knew of no earlier booking
	RunOutcomes outcomeCount `json:"run_outcomes"`          // of the run alone
	Later       []int64      `json:"later_runs"`            // whose rows are in outcomes, see report --whole
	Names       bool         `json:"names"`                 // the report names people
	RunFlags    []string     `json:"run_flags"`             // with which run was called, for the commands
	Columns     placeColumns `json:"columns"`               // 0-based, of the list's own words for a slot
	Corrections int          `json:"corrections,omitempty"` // rows in the corrections file

	Files map[string]fileSum `json:"files"` // as they were written, by name
}

type manifestInput struct {
	File      string `json:"file"`
	SHA256    string `json:"sha256"`
	Rows      int    `json:"rows"`
	Path      string `json:"path"`
	Size      int64  `json:"size"`
	Format    string `json:"format"`
	Encoding  string `json:"encoding"`
	Delimiter string `json:"delimiter"`
	Sheet     string `json:"sheet"`
	HeaderRow int    `json:"header_row"`
}

type stepJSON struct {
	Rows    int    `json:"rows"`
	Text    string `json:"text"`
	Command string `json:"command"`
}

// placeColumns are the 0-based cells in which a list says viewing and time slot
// in its own words.
type placeColumns struct {
	Viewing []int `json:"viewing,omitempty"`
	Slot    []int `json:"slot,omitempty"`
}

// outcomeCount is rows by the eight words, in the order in which people are
// told of them.
type outcomeCount ledger.Counts

// MarshalJSON implements [json.Marshaler].
func (c outcomeCount) MarshalJSON() ([]byte, error) {
	var all []string
	for _, o := range ledger.Outcomes {
		all = append(all, fmt.Sprintf("%q:%d", o, c[o]))
	}
	return []byte("{" + strings.Join(all, ",") + "}"), nil
}

// UnmarshalJSON implements [json.Unmarshaler].
func (c *outcomeCount) UnmarshalJSON(data []byte) error {
	var all map[string]int
	err := json.Unmarshal(data, &all)
	for _, o := range ledger.Outcomes {
		c[o] = all[o.String()]
	}
	return err
}

// identity tells the reports of two runs apart that have the same number, in
// two ledgers.
type identity struct {
	run                       int64
	startedAt, target, sha256 string
}

func identityOf(run *ledger.RunInfo) identity {
	return identity{run.ID, stamp(run.StartedAt), run.Target, run.Input.SHA256}
}

func (m *Manifest) identity() identity {
	return identity{m.Run, m.StartedAt, m.Target, m.Input.SHA256}
}

// readManifest reads the summary.json of a folder.
func readManifest(dir string) (Manifest, error) {
	data, err := os.ReadFile(filepath.Join(dir, summaryAt))
	if err != nil {
		return Manifest{}, err
	}
	m := Manifest{}
	return m, json.Unmarshal(data, &m)
}

// writeManifest writes summary.json. It comes last: it knows the other files.
func writeManifest(w io.Writer, src *Source, o *Options, sum *Summary, t *tally, files map[string]fileSum) error {
	run := &sum.Run
	m := Manifest{
		Run: run.ID,
		Input: manifestInput{
			File: inputName(run), SHA256: run.Input.SHA256, Rows: t.Rows, Path: run.Input.Path, Size: run.Input.Size, Format: run.Input.Format,
			Encoding: run.Input.Encoding, Delimiter: run.Input.Delimiter, Sheet: run.Input.Sheet, HeaderRow: run.Input.HeaderRow,
		},
		Mapping: run.Mapping, MappingSHA256: run.MappingSHA256, Target: run.Target, StartedAt: stamp(run.StartedAt),
		Outcomes: outcomeCount(t.Outcomes), Requests: run.Requests, Ended: run.Ended, Interrupted: run.Interrupted, Stopped: sum.Stopped,
		ContentDiffers: t.Differing, Format: run.Format, Rate: run.Rate, Concurrency: run.Concurrency,
		Headline: sum.Headline, Steps: []stepJSON{}, Notes: append([]string{}, sum.Notes...),
		InputAtHand: src.Input != nil, Trial: o.Trial, Ledger: src.Ledger, LedgerPlace: src.LedgerPlace, NewLedger: src.NewLedger, RunOutcomes: outcomeCount(run.Counts), Later: []int64{},
		Names: src.named(), RunFlags: append([]string{}, o.Paths.RunFlags...), Columns: placeColumns{src.ViewingColumns, src.SlotColumns},
		Corrections: t.Outcomes[ledger.Invalid] + t.Outcomes[ledger.Rejected], Files: files,
	}
	for _, l := range src.Later {
		m.Later = append(m.Later, l.Run.ID)
	}
	if run.Ended {
		finished := stamp(run.FinishedAt)
		m.FinishedAt, m.ExitCode = &finished, &run.ExitCode
	}
	for _, step := range sum.Steps {
		m.Steps = append(m.Steps, stepJSON{Rows: step.Count, Text: step.Text, Command: step.Command})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(m)
}
