package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"time"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
)

// savedPlan is what check --save writes down and run --plan holds itself to:
// what was read and how, and a sum of every row that was planned. There is
// nothing personal in it.
type savedPlan struct {
	Version int       `json:"version"` // 1
	SavedAt time.Time `json:"saved_at"`

	Input struct {
		File      string `json:"file"`
		SHA256    string `json:"sha256"`
		Sheet     string `json:"sheet,omitempty"` // as the flags said it, as all below
		HeaderRow int    `json:"header_row,omitempty"`
		Encoding  string `json:"encoding,omitempty"`
		Delimiter string `json:"delimiter,omitempty"`
	} `json:"input"`
	Mapping struct {
		File   string   `json:"file"`
		SHA256 string   `json:"sha256"` // with the constants of --set
		Set    []string `json:"set,omitempty"`
	} `json:"mapping"`
	Target  string `json:"target"`
	Sandbox bool   `json:"sandbox,omitempty"`
	Ledger  struct {
		File       string `json:"file"`
		Generation string `json:"generation"` // "" where nothing was ever submitted
	} `json:"ledger"`

	Rows     int               `json:"rows"`
	Outcomes map[string]int    `json:"outcomes"`
	ToSend   int               `json:"to_send"`
	Messages importer.Messages `json:"messages"`
	Slots    []jsonSlot        `json:"slots"`
	Sum      string            `json:"sum"` // of all rows, what is sent of them, and what becomes of them
}

const planVersion = 1

// savePlan writes the plan that was just made.
func savePlan(ctx context.Context, path string, job *importer.Job, s *source, p *importer.Plan) error {
	info, f := s.file.Info(), s.flags
	saved := savedPlan{
		Version: planVersion, SavedAt: time.Now().UTC().Truncate(time.Second), Target: job.Target, Sandbox: f.target.sandbox,
		Rows: p.Rows, Outcomes: outcomeMap(expected(p.Outcomes)), ToSend: p.ToSend(), Messages: p.Messages, Slots: jsonSlots(p), Sum: p.Sum,
	}
	saved.Input.SHA256 = info.SHA256
	saved.Input.Sheet, saved.Input.HeaderRow = f.table.sheet, f.table.headerRow
	saved.Input.Encoding, saved.Input.Delimiter = f.table.encoding, f.table.delimiter
	saved.Mapping.SHA256, saved.Mapping.Set = s.mapping.SHA256(), f.mapping.set
	var err error
	if saved.Input.File, err = filepath.Abs(info.Path); err != nil {
		return err
	}
	if saved.Mapping.File, err = filepath.Abs(s.mappingPath); err != nil {
		return err
	}
	saved.Ledger.File = job.Ledger.Path()
	if saved.Ledger.Generation, err = job.Ledger.Generation(ctx); err != nil {
		return err
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(saved); err != nil {
		return err
	}
	if err := writeWhole(path, b.String(), 0o600); err != nil {
		return exit{code: importer.ExitFailed, err: fail("%s: the plan cannot be written: %s", path, cause(err))}
	}
	return nil
}

func readPlan(path string) (*savedPlan, error) {
	bad := func(format string, args ...any) error {
		return exit{code: importer.ExitUsage, err: fail(format, append([]any{path}, args...)...), hint: hint("a plan is what \"vitec-import check FILE --save plan.json\" writes")}
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, bad("%s: the plan cannot be read: %s", cause(err))
	}
	var p savedPlan
	dec := json.NewDecoder(bytes.NewReader(src))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&p); err != nil || dec.More() {
		return nil, bad("%s: not a plan")
	}
	switch {
	case p.Version != planVersion:
		return nil, bad("%s: the plan has version %d; this program reads version %d", p.Version, planVersion)
	case p.Input.File == "" || p.Input.SHA256 == "" || p.Mapping.SHA256 == "" || p.Target == "" || p.Sum == "":
		return nil, bad("%s: the plan is incomplete")
	}
	if !p.Sandbox {
		if err := validURL(p.Target); err != nil { // what a plan says may be anybody's
			return nil, err
		}
	}
	return &p, nil
}

// moved is the error of something that is not what was planned with.
func moved(format string, args ...any) error {
	return exit{code: importer.ExitUsage, err: fail(format, args...), hint: hint("check it and plan again: vitec-import check FILE --save plan.json")}
}

// fill takes over what was said when the plan was made, where nothing else is
// said now. Whether that comes to the same is found out later.
func (p *savedPlan) fill(given func(flag string) bool, f *planFlags) {
	if !given("sheet") {
		f.table.sheet = p.Input.Sheet
	}
	if !given("header-row") {
		f.table.headerRow = p.Input.HeaderRow
	}
	if !given("encoding") {
		f.table.encoding = p.Input.Encoding
	}
	if !given("delimiter") {
		f.table.delimiter = p.Input.Delimiter
	}
	if !given("mapping") {
		f.mapping.path = p.Mapping.File
	}
	if !given("set") {
		f.mapping.set = p.Mapping.Set
	}
	if !given("url") && !given("sandbox") {
		f.target.sandbox = p.Sandbox
		if !p.Sandbox {
			f.target.url = p.Target
		}
	}
	if !given("ledger") {
		f.ledger = p.Ledger.File
	}
}

// checkFiles refuses an input, a target or a mapping that has moved. It is
// asked before anything is made of the input.
func (p *savedPlan) checkFiles(s *source) error {
	if name := s.flags.target.name(); name != p.Target {
		return moved("the plan is for the target %s, not for %s; nothing was sent", p.Target, name)
	}
	sum, err := fileSum(s.input)
	if err != nil {
		return exit{code: importer.ExitFailed, err: fail("%s: cannot be read: %s", s.input, cause(err))}
	}
	if sum != p.Input.SHA256 {
		return moved("%s has changed since the plan was made; nothing was sent", s.input)
	}
	if s.mapping.SHA256() != p.Mapping.SHA256 {
		return moved("%s has changed since the plan was made; nothing was sent", s.mappingPath)
	}
	return nil
}

// checkLedger refuses a ledger in which something has happened since.
func (p *savedPlan) checkLedger(ctx context.Context, l *ledger.Ledger) error {
	g, err := l.Generation(ctx)
	if err != nil {
		return err
	}
	if g != p.Ledger.Generation {
		return moved("the ledger %s has changed since the plan was made: somebody was booked, or it is another ledger; nothing was sent", l.Path())
	}
	return nil
}

// checkRows refuses a plan that comes out differently. Where input, mapping,
// target and ledger are the same, only another version of the program can make
// it so, or another day; or somebody has changed what the plan says, and
// whoever agreed to it agreed to something else.
func (p *savedPlan) checkRows(now *importer.Plan) error {
	switch {
	case now.Sum != p.Sum:
		return moved("the rows come out differently than planned; nothing was sent")
	case now.Rows != p.Rows || now.ToSend() != p.ToSend || now.Messages != p.Messages ||
		!maps.Equal(outcomeMap(expected(now.Outcomes)), p.Outcomes) || !reflect.DeepEqual(jsonSlots(now), p.Slots):
		return moved("the plan does not say what would be done: it has been edited; nothing was sent")
	}
	return nil
}

func fileSum(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	h := sha256.New()
	_, err = io.Copy(h, f)
	return hex.EncodeToString(h.Sum(nil)), errors.Join(err, f.Close())
}
