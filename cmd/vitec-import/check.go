package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/reports"
	"vitec-import/reports/words"
	"vitec-import/vitec"
)

func newCheckCommand(w *world) *cobra.Command {
	var (
		c      checkFlags
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "check FILE",
		Short: "Say what a run would do, without the network",
		Long: `check does all that "run" does up to the first request: it reads the file, maps every
row, checks it by the rules of the API, looks for people who are in the file twice and
for people who are booked already, and says what would be sent. Nothing is sent and
nothing is written.

With --json it prints one object: rows, outcomes, to_send, messages, slots, problems,
warnings, causes (the problems by kind and column) and earlier (rows that need not be
sent because of an earlier one).

With --save it writes the plan, for "run --plan" to do exactly that and nothing else: a
run refuses it if the file, the mapping, the target or the ledger has changed meanwhile.

EXIT STATUS
  0    every row could be sent, or needs not be
  1    the file or the ledger cannot be read
  2    wrong use, or a mistake in the mapping
  3    some rows have problems
  130  interrupted`,
		Example: `  vitec-import check participants.xlsx
  vitec-import check participants.csv --mapping office.yaml --set viewingId=VIS1
  vitec-import check participants.csv --json
  vitec-import check participants.csv --save plan.json`,
		Args: exactly(1, "the input file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if asJSON {
				return w.checkJSON(cmd, args[0], &c)
			}
			return w.check(cmd, args[0], &c)
		},
	}
	c.table.bind(cmd)
	c.mapping.bind(cmd)
	c.target.bind(cmd)
	ledgerFlag(cmd, &c.ledger)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().StringVar(&c.save, "save", "", "write the plan to `FILE`, for run --plan")
	return cmd
}

// checkFlags are those of run that matter before the network.
type checkFlags struct {
	table   tableFlags
	mapping mappingFlags
	target  targetFlags
	ledger  string
	save    string // of check: where the plan is written; "" for nowhere
}

// job opens all that planning needs. The returned function closes it.
func (c *checkFlags) job(w *world, cmd *cobra.Command, input string) (*importer.Job, *source, func(), error) {
	c.mapping.trial = c.target.sandbox
	src, err := w.openSource(input, &c.table, &c.mapping)
	if err != nil {
		return nil, nil, nil, err
	}
	path, err := w.ledgerPath(c.ledger)
	if err != nil {
		src.Close()
		return nil, nil, nil, err
	}
	l, err := ledger.OpenReader(cmd.Context(), path)
	if err != nil {
		src.Close()
		return nil, nil, nil, err
	}
	job := newJob(src, l, &c.target)
	job.Stop = w.stop
	job.Sum = c.save != ""
	return job, src, func() { src.Close(); l.Close() }, nil
}

func newJob(s *source, l *ledger.Ledger, t *targetFlags) *importer.Job {
	return &importer.Job{
		File: s.file, Mapper: s.mapper, Ledger: l, Target: t.name(), Identity: identityFields(s.mapping),
	}
}

func identityFields(m *mapping.Mapping) []vitec.Field {
	var fields []vitec.Field
	for _, path := range m.Identity() {
		if f, ok := vitec.FieldByPath(path); ok {
			fields = append(fields, f)
		}
	}
	return fields
}

func (w *world) check(cmd *cobra.Command, input string, c *checkFlags) error {
	job, src, done, err := c.job(w, cmd, input)
	if err != nil {
		return err
	}
	defer done()
	var f findings
	job.Problem, job.Planned = f.add, f.planned
	p, err := job.Check(cmd.Context())
	if err != nil {
		return err
	}
	w.describeInput(w.stdout, src)
	w.line(w.stdout, "target", job.Target)
	w.describePlan(w.stdout, p, &f)
	if c.save != "" {
		if err := savePlan(cmd.Context(), c.save, c, job, src, p); err != nil {
			return err
		}
		w.line(w.stdout, "saved", w.say("%s; to run exactly this: vitec-import run --plan %s", c.save, reports.Quote(c.save)))
	}
	if p.Problems > 0 {
		return exit{code: importer.ExitProblems}
	}
	return nil
}

// jsonProblem is a problem in the form that other programs read.
type jsonProblem = importer.Problem

// checkJSON prints one object. Problems and warnings are not held in memory:
// the object is written while the file is read, problems in a first reading
// and, if there are any, warnings in a second.
func (w *world) checkJSON(cmd *cobra.Command, input string, c *checkFlags) error {
	out := &jsonObject{w: bufio.NewWriterSize(w.stdout, 64<<10)}
	out.openArray("problems")
	job, src, done, err := c.job(w, cmd, input)
	if err != nil {
		for _, p := range problemsOf(err) {
			out.element(p)
		}
		out.closeArray()
		out.member("rows", 0)
		out.member("outcomes", outcomeMap([len(ledger.Outcomes)]int{}))
		out.member("to_send", 0)
		out.member("messages", importer.Messages{})
		out.member("warnings", []jsonProblem{})
		out.member("causes", []jsonCause{})
		out.member("earlier", []jsonEarlier{})
		out.member("slots", []jsonSlot{})
		out.close()
		w.printError(err)
		return errors.Join(exit{code: exitCode(err)}, out.err)
	}
	defer done()
	job.Problem = func(p importer.Problem) error {
		if !p.Warning {
			out.element(p)
		}
		return out.err
	}
	plan, err := job.Check(cmd.Context())
	if err != nil {
		for _, p := range problemsOf(err) {
			out.element(p)
		}
		plan = &importer.Plan{}
		w.printError(err)
	}
	out.closeArray()
	out.openArray("warnings")
	for _, t := range src.file.Info().Warnings {
		out.element(jsonProblem{Row: t.Row, Sheet: src.file.Info().Sheet, Column: t.Column, Code: string(t.Code), Message: t.Text.String(), Hint: t.Hint.String()})
	}
	for _, m := range src.mapping.Warnings() {
		out.element(ofMapping(m))
	}
	if err == nil && plan.Over > 0 {
		out.element(jsonProblem{Code: "viewing_over", Field: "options.isDeadlineValidationEnabled",
			Message: over(plan.Over).String(), Hint: overHint})
	}
	if err == nil && plan.Warnings > 0 {
		job.Problem = func(p importer.Problem) error {
			if p.Warning {
				out.element(p)
			}
			return out.err
		}
		_, err = job.Check(cmd.Context())
	}
	out.closeArray()
	if err == nil && c.save != "" {
		err = savePlan(cmd.Context(), c.save, c, job, src, plan)
		if err != nil {
			w.printError(err)
		}
	}
	if err == nil {
		err = earlierJSON(cmd.Context(), out, job, plan)
	}
	out.member("causes", jsonCauses(plan))
	out.member("rows", plan.Rows)
	out.member("outcomes", outcomeMap(expected(plan)))
	out.member("to_send", plan.ToSend())
	out.member("messages", plan.Messages)
	out.member("differing", plan.Differing)
	out.member("slots", jsonSlots(plan))
	out.member("input", jsonInput(src))
	out.member("target", job.Target)
	out.close()
	switch {
	case out.err != nil:
		return out.err
	case err != nil:
		return exit{code: exitCode(err)}
	case plan.Problems > 0:
		return exit{code: importer.ExitProblems}
	}
	return nil
}

// jsonEarlier is a row that is not sent because of an earlier one, in the same
// file or in an earlier run.
type jsonEarlier struct {
	Row            int    `json:"row"`
	Outcome        string `json:"outcome"`
	Run            int64  `json:"run,omitempty"` // the run that booked it; none for a row of this file
	EarlierRow     int    `json:"earlier_row,omitempty"`
	ContentDiffers bool   `json:"content_differs"`
}

// earlierJSON writes those rows in another reading, if there are any.
func earlierJSON(ctx context.Context, out *jsonObject, job *importer.Job, p *importer.Plan) error {
	out.openArray("earlier")
	defer out.closeArray()
	if p.Outcomes[ledger.AlreadyBooked]+p.Outcomes[ledger.Uncertain]+p.Outcomes[ledger.Duplicate] == 0 {
		return nil
	}
	job.Problem = nil
	job.Planned = func(row ledger.Row) error {
		if refersBack(row) {
			out.element(jsonEarlier{row.Number, row.Outcome.String(), row.Ref.Run, row.Ref.Row, row.ContentDiffers})
		}
		return out.err
	}
	_, err := job.Check(ctx)
	return err
}

// jsonCause is the problems of one kind in one column.
type jsonCause struct {
	Code     string `json:"code"`
	Column   int    `json:"column,omitempty"`
	Header   string `json:"header,omitempty"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
	Warning  bool   `json:"warning,omitempty"`
	Rows     int    `json:"rows"`
	FirstRow int    `json:"first_row"`
}

func jsonCauses(p *importer.Plan) []jsonCause {
	list := []jsonCause{}
	for _, c := range p.Causes {
		list = append(list, jsonCause{c.Code, c.Column, c.Header, c.Message, c.Hint, c.Warning, c.Rows, c.First})
	}
	return list
}

// expected counts the rows by the outcome that is to be expected: what is to
// be sent counts as booked.
func expected(p *importer.Plan) [len(ledger.Outcomes)]int {
	o := p.Outcomes
	o[ledger.Booked], o[ledger.NotSent] = o[ledger.NotSent], 0
	return o
}

type jsonSlot struct {
	CustomerId string         `json:"customer_id"`
	ViewingId  string         `json:"viewing_id"`
	TimeSlotId string         `json:"time_slot_id"`
	ToSend     int            `json:"to_send"`
	Outcomes   map[string]int `json:"outcomes"`
}

func jsonSlots(p *importer.Plan) []jsonSlot {
	list := []jsonSlot{}
	for _, t := range sortedTargets(p.Slots) {
		o := p.Slots[t]
		n := o[ledger.NotSent]
		o[ledger.Booked], o[ledger.NotSent] = n, 0
		list = append(list, jsonSlot{t.CustomerId, t.ViewingId, t.TimeSlotId, n, outcomeMap(o)})
	}
	return list
}

func jsonInput(s *source) any {
	i := s.file.Info()
	return struct {
		File      string `json:"file"`
		Format    string `json:"format"`
		Encoding  string `json:"encoding,omitempty"`
		Delimiter string `json:"delimiter,omitempty"`
		Sheet     string `json:"sheet,omitempty"`
		HeaderRow int    `json:"header_row"`
		SHA256    string `json:"sha256"`
	}{i.Name, i.Format, i.Encoding, i.Delimiter, i.Sheet, i.HeaderRow, i.SHA256}
}

// problemsOf is an error about the file or the mapping as problems of row 0.
func problemsOf(err error) []jsonProblem {
	var (
		mistakes mapping.Errors
		refused  *table.Error
	)
	switch {
	case errors.As(err, &mistakes):
		list := make([]jsonProblem, len(mistakes))
		for i, m := range mistakes {
			list[i] = ofMapping(m)
		}
		return list
	case errors.As(err, &refused):
		return []jsonProblem{{Sheet: refused.Sheet, Column: refused.Column, Header: refused.Header, Code: string(refused.Code), Message: refused.Error(), Hint: refused.Hint.String()}}
	default:
		return []jsonProblem{{Code: "failed", Message: err.Error(), Hint: hintFor(err)}}
	}
}

// hintFor is the hint of an error for programs, "" if there is none.
func hintFor(err error) string {
	return words.English.Of(hintOf(err))
}

func ofMapping(m *mapping.Error) jsonProblem {
	line, _, _ := strings.Cut(m.Error(), "\n") // with what was probably meant
	return jsonProblem{Code: m.Code, Message: line, Hint: m.Hint.String()}
}

// jsonObject writes one JSON object member by member. The first error sticks.
type jsonObject struct {
	w        *bufio.Writer
	err      error
	members  int
	elements int
}

func (o *jsonObject) raw(s string) {
	if o.err == nil {
		_, o.err = o.w.WriteString(s)
	}
}

func (o *jsonObject) value(v any) {
	b, err := json.Marshal(v)
	if err != nil && o.err == nil {
		o.err = err
	}
	if o.err == nil {
		_, o.err = o.w.Write(b)
	}
}

func (o *jsonObject) key(name string) {
	if o.members == 0 {
		o.raw("{")
	} else {
		o.raw(",\n")
	}
	o.members++
	o.value(name)
	o.raw(":")
}

func (o *jsonObject) member(name string, v any) {
	o.key(name)
	o.value(v)
}

func (o *jsonObject) openArray(name string) {
	o.key(name)
	o.raw("[")
	o.elements = 0
}

func (o *jsonObject) element(v any) {
	if o.elements > 0 {
		o.raw(",\n")
	}
	o.elements++
	o.value(v)
}

func (o *jsonObject) closeArray() { o.raw("]") }

// close ends the object and sees to it that all of it is written.
func (o *jsonObject) close() {
	o.raw("}\n")
	if o.err == nil {
		o.err = o.w.Flush()
	}
}
