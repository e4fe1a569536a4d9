package main

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/reports/words"
)

func newCheckCommand(w *world) *cobra.Command {
	var (
		f      planFlags
		asJSON bool
		save   string
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
			if err := f.validate(w, cmd); err != nil {
				return err
			}
			if asJSON {
				return w.checkJSON(cmd.Context(), args[0], &f, save)
			}
			return w.check(cmd.Context(), args[0], &f, save)
		},
	}
	f.bind(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	cmd.Flags().StringVar(&save, "save", "", "write the plan to `FILE`, for run --plan")
	return cmd
}

// check makes the plan and says it, for a person.
func (w *world) check(ctx context.Context, input string, f *planFlags, save string) (err error) {
	src, err := w.openToPlan(ctx, input, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	var found findings
	job := src.job()
	job.Stop, job.Sum = w.stop, save != ""
	job.Problem, job.Planned = found.add, found.planned
	p, err := job.Check(ctx)
	if err != nil {
		return err
	}
	if err := w.findNew(ctx, src, &found, p); err != nil {
		return err
	}
	if save != "" {
		if err := savePlan(ctx, save, job, src, p); err != nil {
			return err
		}
	}
	w.describeInput(w.stdout, src)
	w.describeTarget(w.stdout, &f.target)
	w.describePlan(w.stdout, p, &found)
	if save != "" {
		w.line(w.stdout, "saved", save)
	}
	w.verdict(src, p, save)
	if p.Problems > 0 {
		return exit{code: importer.ExitProblems}
	}
	return nil
}

// verdict says in one line what would come of a run, and what to type next.
func (w *world) verdict(src *source, p *importer.Plan, save string) {
	next := w.command(append([]string{"run", src.input}, src.flags.args()...)...)
	if save != "" {
		next = w.command("run", "--plan", save)
	}
	switch n := p.ToSend(); {
	case p.Problems > 0 && n == 0:
		w.line(w.stdout, "verdict", w.count(p.Problems, "%d row has problems, and no other is left to send", "%d rows have problems, and no other is left to send"))
		next = ""
	case p.Problems > 0:
		w.line(w.stdout, "verdict", w.count(p.Problems, "%d row has problems: a run sends nothing until it is corrected, or left out with --skip-invalid", "%d rows have problems: a run sends nothing until they are corrected, or left out with --skip-invalid"))
		next += " --skip-invalid"
	case n == 0:
		w.line(w.stdout, "verdict", w.say("nothing is left to send"))
		next = ""
	default:
		w.line(w.stdout, "verdict", w.count(n, "%d row is ready to be sent", "%d rows are ready to be sent"))
	}
	if next != "" {
		w.unfolded(w.stdout, "next", next)
	}
}

// jsonProblem is a problem in the form that other programs read.
type jsonProblem struct {
	Row     int    `json:"row"`
	Sheet   string `json:"sheet,omitempty"`
	Column  int    `json:"column,omitempty"`
	Header  string `json:"header,omitempty"`
	Field   string `json:"field,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Value   string `json:"value,omitempty"` // masked
}

func problemJSON(p importer.Problem) jsonProblem {
	return jsonProblem{p.Row, p.Sheet, p.Column, p.Header, p.Field, p.Code, p.Reason.String(), p.Advice.String(), p.Masked}
}

// jsonPlan is what check --json prints: for programs, and so in English.
type jsonPlan struct {
	Rows      int               `json:"rows"`
	Outcomes  map[string]int    `json:"outcomes"` // what is to be sent counts as booked
	ToSend    int               `json:"to_send"`
	Messages  importer.Messages `json:"messages"`
	Differing int               `json:"differing"`
	Problems  []jsonProblem     `json:"problems"`
	Warnings  []jsonProblem     `json:"warnings"`
	Causes    []jsonCause       `json:"causes"`
	Earlier   []jsonEarlier     `json:"earlier"`
	Slots     []jsonSlot        `json:"slots"`
	Input     *jsonInput        `json:"input,omitempty"`
	Target    string            `json:"target,omitempty"`
	Proxy     string            `json:"proxy,omitempty"`
}

// checkJSON prints the plan as one object, whatever comes in the way. What did
// is among its problems, and is said on stderr, too.
func (w *world) checkJSON(ctx context.Context, input string, f *planFlags, save string) error {
	out := jsonPlan{
		Outcomes: outcomeMap(ledger.Counts{}),
		Problems: []jsonProblem{}, Warnings: []jsonProblem{}, Causes: []jsonCause{}, Earlier: []jsonEarlier{}, Slots: []jsonSlot{},
	}
	err := w.planJSON(ctx, input, f, save, &out)
	if err != nil {
		out.Problems = append(out.Problems, problemsOf(err)...)
		w.printError(err)
	}
	enc := json.NewEncoder(w.stdout)
	enc.SetEscapeHTML(false)
	if printed := enc.Encode(out); printed != nil {
		return printed
	}
	switch {
	case err != nil:
		return exit{code: exitCode(err)}
	case len(out.Problems) > 0:
		return exit{code: importer.ExitProblems}
	}
	return nil
}

func (w *world) planJSON(ctx context.Context, input string, f *planFlags, save string, out *jsonPlan) (err error) {
	src, err := w.openToPlan(ctx, input, f)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	info := src.file.Info()
	for _, t := range info.Warnings {
		out.Warnings = append(out.Warnings, jsonProblem{Row: t.Row, Sheet: info.Sheet, Column: t.Column, Code: string(t.Code), Message: words.English.Of(t.Text), Hint: words.English.Of(t.Hint)})
	}
	if n, ok := src.endingNote(); ok {
		code := "no_line_end"
		if src.ending.Cut {
			code = "cut_off"
		}
		out.Warnings = append(out.Warnings, jsonProblem{Row: src.ending.Row, Code: code, Message: n.String()})
	}
	for _, m := range src.mapping.Warnings() {
		out.Warnings = append(out.Warnings, ofMapping(m))
	}
	job := src.job()
	job.Stop, job.Sum = w.stop, save != ""
	job.Problem = func(p importer.Problem) error {
		if p.Warning {
			out.Warnings = append(out.Warnings, problemJSON(p))
		} else {
			out.Problems = append(out.Problems, problemJSON(p))
		}
		return nil
	}
	job.Planned = func(row ledger.Row) error {
		if refersBack(row) {
			out.Earlier = append(out.Earlier, earlierOf(row))
		}
		return nil
	}
	plan, err := job.Check(ctx)
	if err != nil {
		return err
	}
	if plan.Over > 0 {
		out.Warnings = append(out.Warnings, jsonProblem{Code: "viewing_over", Field: "options.isDeadlineValidationEnabled", Message: over(plan.Over).String(), Hint: overHint})
	}
	for _, c := range plan.Causes {
		out.Causes = append(out.Causes, jsonCause{c.Code, c.Column, c.Header, c.Say(c.Reason.String()), c.Advice.String(), c.Warning, c.Rows, c.Row})
	}
	out.Rows, out.Outcomes, out.ToSend, out.Messages, out.Differing = plan.Rows, outcomeMap(expected(plan.Outcomes)), plan.ToSend(), plan.Messages, plan.Differing
	out.Slots = jsonSlots(plan)
	out.Input = &jsonInput{info.Name, info.Format, info.Encoding, info.Delimiter, info.Sheet, info.HeaderRow, info.SHA256}
	out.Target, out.Proxy = job.Target, f.target.proxy()
	if save != "" {
		return savePlan(ctx, save, job, src, plan)
	}
	return nil
}

type jsonInput struct {
	File      string `json:"file"`
	Format    string `json:"format"`
	Encoding  string `json:"encoding,omitempty"`
	Delimiter string `json:"delimiter,omitempty"`
	Sheet     string `json:"sheet,omitempty"`
	HeaderRow int    `json:"header_row"`
	SHA256    string `json:"sha256"`
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

func earlierOf(row ledger.Row) jsonEarlier {
	return jsonEarlier{row.Number, row.Outcome.String(), row.Ref.Run, row.Ref.Row, row.ContentDiffers}
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
		list = append(list, jsonSlot{t.CustomerId, t.ViewingId, t.TimeSlotId, o[ledger.NotSent], outcomeMap(expected(o))})
	}
	return list
}

// expected counts the rows by the outcome that is to be expected: what is to
// be sent counts as booked.
func expected(o ledger.Counts) ledger.Counts {
	o[ledger.Booked], o[ledger.NotSent] = o[ledger.NotSent], 0
	return o
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
		return []jsonProblem{{Sheet: refused.Sheet, Column: refused.Column, Header: refused.Header, Code: string(refused.Code), Message: refused.Error(), Hint: words.English.Of(refused.Hint)}}
	default:
		return []jsonProblem{{Code: "failed", Message: err.Error(), Hint: words.English.Of(hintOf(err))}}
	}
}

func ofMapping(m *mapping.Error) jsonProblem {
	line, _, _ := strings.Cut(m.Error(), "\n") // with what was probably meant
	return jsonProblem{Code: m.Code, Message: line, Hint: words.English.Of(m.Hint)}
}
