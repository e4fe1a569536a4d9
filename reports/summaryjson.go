package reports

import (
	"bytes"
	"encoding/json"

	"vitec-import/importer/ledger"
)

// summaryJSON is summary.json. Other programs rely on its keys: they are
// added, never renamed. Their order is this one. Its texts are in English
// whatever the language of the report.
type summaryJSON struct {
	Run           int64        `json:"run"`
	Input         summaryInput `json:"input"`
	Mapping       string       `json:"mapping"`
	MappingSHA256 string       `json:"mapping_sha256"`
	Target        string       `json:"target"`
	StartedAt     string       `json:"started_at"`
	FinishedAt    *string      `json:"finished_at"` // null while the run is on, and if it was cut off
	Outcomes      outcomeCount `json:"outcomes"`
	Requests      int          `json:"requests"`
	ExitCode      *int         `json:"exit_code"` // null while the run is on, and if it was cut off

	Ended          bool               `json:"ended"`
	Interrupted    bool               `json:"interrupted"`
	Stopped        string             `json:"stopped"` // why the run stopped early; "" = it did not
	ContentDiffers int                `json:"content_differs"`
	Format         string             `json:"format"`
	Rate           float64            `json:"rate"`
	Concurrency    int                `json:"concurrency"`
	Headline       string             `json:"headline"`
	Steps          []stepJSON         `json:"steps"`
	Notes          []string           `json:"notes"`
	InputAtHand    bool               `json:"input_at_hand"`
	Files          map[string]fileSum `json:"files"` // as they were written, by name
}

type summaryInput struct {
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

// outcomeCount is written with all eight words, in the order in which people
// are told of them.
type outcomeCount [len(ledger.Outcomes)]int

func (c outcomeCount) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	for i, o := range ledger.Outcomes {
		b.WriteByte("{,"[min(i, 1)])
		word, err := json.Marshal(o.String())
		if err != nil {
			return nil, err
		}
		n, err := json.Marshal(c[o])
		if err != nil {
			return nil, err
		}
		b.Write(word)
		b.WriteByte(':')
		b.Write(n)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// writeSummary writes summary.json. It comes last: it knows the other files.
func writeSummary(s *staging, sum *Summary, t *Tally, inputAtHand bool) error {
	run := &sum.Run
	j := summaryJSON{
		Run: run.ID,
		Input: summaryInput{
			File: inputName(run), SHA256: run.Input.SHA256, Rows: t.Rows, Path: run.Input.Path, Size: run.Input.Size, Format: run.Input.Format,
			Encoding: run.Input.Encoding, Delimiter: run.Input.Delimiter, Sheet: run.Input.Sheet, HeaderRow: run.Input.HeaderRow,
		},
		Mapping: run.Mapping, MappingSHA256: run.MappingSHA256, Target: run.Target, StartedAt: stamp(run.StartedAt),
		Outcomes: t.Outcomes, Requests: run.Requests, Ended: run.Ended, Interrupted: run.Interrupted, Stopped: run.Stopped,
		ContentDiffers: t.Differing, Format: run.Format, Rate: run.Rate, Concurrency: run.Concurrency,
		Headline: sum.Headline, Steps: []stepJSON{}, Notes: append([]string{}, sum.Notes...),
		InputAtHand: inputAtHand, Files: s.files,
	}
	if run.Ended {
		finished := stamp(run.FinishedAt)
		j.FinishedAt, j.ExitCode = &finished, &run.ExitCode
	}
	for _, step := range sum.Steps {
		j.Steps = append(j.Steps, stepJSON{Rows: step.Count, Text: step.Text, Command: step.Command})
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(j); err != nil {
		return err
	}
	return s.writeFile(summaryAt, b.Bytes())
}

// identityOf is what tells the report of this run from another ledger's.
func identityOf(run *ledger.RunInfo) identity {
	id := identity{Run: run.ID, StartedAt: stamp(run.StartedAt), Target: run.Target}
	id.Input.SHA256 = run.Input.SHA256
	return id
}
