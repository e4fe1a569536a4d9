package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/reports/words"
	"vitec-import/vitec"
)

// explainFlags are those of explain.
type explainFlags struct {
	planFlags
	row    int
	format string
	asJSON bool
}

func newExplainCommand(w *world) *cobra.Command {
	var f explainFlags
	cmd := &cobra.Command{
		Use:   "explain FILE --row N",
		Short: "Show what becomes of one row, and the request that would be sent",
		Long: `explain shows one row, by its number in the spreadsheet: which cells each field takes,
what is done to them, and what comes of it; then what would become of the row, and the
exact request, without the password. Nothing is sent. The row's cells are shown as they
are: what it prints is personal data.

EXIT STATUS
  0  the row could be sent, or needs not be
  1  the file or the ledger cannot be read, or there is no such row
  2  wrong use, or a mistake in the mapping
  3  the row has problems`,
		Example: `  vitec-import explain participants.csv --row 17
  vitec-import explain participants.csv --row 17 --format xml`,
		Args: exactly(1, "the input file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.validate(w, cmd); err != nil {
				return err
			}
			if f.row < 1 {
				return misused(cmd, fail("--row is missing: give the row's number in the spreadsheet"))
			}
			format, err := vitec.ParseFormat(f.format)
			if err != nil {
				return misused(cmd, fail("%s %q: want one of %s", "--format", f.format, "json, xml"))
			}
			return w.explain(cmd.Context(), args[0], &f, format)
		},
	}
	f.bind(cmd)
	cmd.Flags().IntVar(&f.row, "row", 0, "the row's `NUMBER` in the spreadsheet")
	cmd.Flags().StringVar(&f.format, "format", "json", "the `FORMAT` of the requests: json or xml")
	cmd.Flags().BoolVar(&f.asJSON, "json", false, "print one JSON object")
	return cmd
}

// explanation is one row from its cells to its request.
type explanation struct {
	Row      int              `json:"row"`
	Outcome  string           `json:"outcome"` // "booked" for a row that would be sent
	Skipped  string           `json:"skipped,omitempty"`
	Earlier  *jsonEarlier     `json:"earlier,omitempty"`
	Fields   []explainedField `json:"fields"`
	Problems []jsonProblem    `json:"problems"`
	problems []importer.Problem
	Request  *explainedRequest `json:"request,omitempty"`
}

type explainedField struct {
	Field      string   `json:"field"`
	Columns    []int    `json:"columns,omitempty"` // 1-based
	Headers    []string `json:"headers,omitempty"`
	Cells      []string `json:"cells,omitempty"`
	Conversion string   `json:"conversion"`
	Value      string   `json:"value,omitempty"`
	Omitted    bool     `json:"omitted,omitempty"`
	Problem    string   `json:"problem,omitempty"`
}

type explainedRequest struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Path    string            `json:"path"`
	Headers map[string]string `json:"headers"`
	Body    string            `json:"body"`
}

func (w *world) explain(ctx context.Context, input string, f *explainFlags, format vitec.Format) (err error) {
	src, err := w.openToPlan(ctx, input, &f.planFlags)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	job := src.job()
	job.Stop = w.stop
	var problems []importer.Problem
	job.Problem = func(p importer.Problem) error {
		if p.Row == f.row {
			problems = append(problems, p)
		}
		return nil
	}
	row, cells, err := job.Explain(ctx, f.row)
	if errors.Is(err, importer.ErrNoRow) {
		return noRow(src, f.row)
	}
	if err != nil {
		return err
	}
	e := &explanation{Row: f.row, Outcome: row.Outcome.String(), Problems: []jsonProblem{}, problems: problems}
	for _, p := range problems {
		e.Problems = append(e.Problems, problemJSON(p))
	}
	if row.Outcome == ledger.NotSent {
		e.Outcome = ledger.Booked.String()
	}
	if row.Outcome == ledger.Skipped {
		e.Skipped = row.Reason.String()
	}
	if refersBack(row) {
		earlier := earlierOf(row)
		e.Earlier = &earlier
	}
	lang := w.lang
	if f.asJSON { // for programs
		lang = words.English
	}
	if cells != nil && row.Outcome != ledger.Skipped {
		trace := src.mapper.Trace(cells)
		e.Fields = explainFields(trace, lang)
		if row.Outcome != ledger.Invalid {
			if e.Request, err = explainRequest(&f.target, format, &trace.Submission, lang); err != nil {
				return err
			}
		}
	}
	if f.asJSON {
		if err := printJSON(w.stdout, e); err != nil {
			return err
		}
	} else if err := w.printExplanation(e, src); err != nil {
		return err
	}
	if row.Outcome == ledger.Invalid {
		return exit{code: importer.ExitProblems}
	}
	return nil
}

func printJSON(out io.Writer, v any) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}

func noRow(s *source, n int) error {
	i := s.file.Info()
	err := exit{code: importer.ExitFailed, err: fail("%s: there is no row %d", i.Name, n)}
	switch {
	case n == i.HeaderRow:
		err.err = fail("%s: row %d is the header", i.Name, n)
	case n < i.HeaderRow:
		err.hint = hint("the header is row %d; the rows are below it", i.HeaderRow)
	default:
		err.hint = hint("the file has %s below its header in row %d; empty rows do not count, and a row of several lines has the number of its first", rowCount(i.Rows), i.HeaderRow)
	}
	return err
}

func explainFields(t mapping.Trace, l words.Language) []explainedField {
	var list []explainedField
	for _, s := range t.Steps {
		e := explainedField{Field: s.Field, Headers: s.Headers, Cells: s.Inputs, Conversion: l.Of(s.Conversion), Value: s.Value, Omitted: s.Omitted}
		for _, c := range s.Columns {
			e.Columns = append(e.Columns, c+1)
		}
		if s.Problem != nil {
			e.Problem = l.Of(s.Problem.Reason())
		}
		list = append(list, e)
	}
	return list
}

// sandboxURL stands for the address of a run's own sandbox, whose port is not
// known before.
const sandboxURL = "http://127.0.0.1"

// explainRequest writes down what the client would send. It has no login to
// show.
func explainRequest(t *targetFlags, format vitec.Format, s *mapping.Submission, l words.Language) (*explainedRequest, error) {
	base := t.url
	if t.sandbox {
		base = sandboxURL
	}
	c, err := newClient(vitec.Config{BaseURL: base, Format: format})
	if err != nil {
		return nil, err
	}
	r, err := c.Request(s.Target, &s.Body)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	e := &explainedRequest{Method: r.Method, URL: r.URL.String(), Path: r.URL.EscapedPath(), Headers: map[string]string{}, Body: string(body)}
	for name, values := range r.Header {
		e.Headers[name] = strings.Join(values, ", ")
	}
	e.Headers["Authorization"] = l.Say("Basic (the login for customer %s)", s.Target.CustomerId)
	e.Headers["Content-Length"] = strconv.Itoa(len(body))
	return e, nil
}

func (w *world) printExplanation(e *explanation, s *source) error {
	out := w.stdout
	fmt.Fprintln(out, w.say("row %d of %s", e.Row, s.file.Info().Name))
	if len(e.Fields) > 0 {
		w.printFields(e.Fields)
	}
	for _, p := range e.problems {
		kind := "problem"
		if p.Warning {
			kind = "warning"
		}
		w.line(out, kind, w.place(p)+": "+w.lang.Of(p.Reason))
		w.hintLine(out, w.lang.Of(p.Advice))
	}
	w.line(out, "outcome", w.outcomeOf(e))
	if e.Request == nil {
		return nil
	}
	return e.Request.print(out)
}

func (w *world) printFields(fields []explainedField) {
	rows := [][]string{{w.say("field"), w.say("from"), w.say("conversion"), w.say("value")}}
	for _, f := range fields {
		var from []string
		for i, c := range f.Columns {
			from = append(from, fmt.Sprintf("%s %q: %q", table.ColumnName(c), f.Headers[i], f.Cells[i]))
		}
		value := strconv.Quote(f.Value)
		switch {
		case f.Problem != "" && f.Omitted:
			value = w.say("problem: %s", f.Problem)
		case f.Omitted:
			value = w.say("left out")
		}
		rows = append(rows, []string{f.Field, strings.Join(from, " + "), f.Conversion, value})
	}
	printColumns(w.stdout, rows, 0)
}

// outcomeOf says in words what would become of the row.
func (w *world) outcomeOf(e *explanation) string {
	switch e.Outcome {
	case ledger.Booked.String():
		return w.say("it would be sent")
	case ledger.Invalid.String():
		return w.say("invalid: nothing is sent")
	case ledger.Skipped.String():
		return w.say("skipped: %s; nothing is sent", e.Skipped)
	}
	by := w.earlier(ledger.Ref{Run: e.Earlier.Run, Row: e.Earlier.EarlierRow}, e.Earlier.ContentDiffers)
	return w.say("%s, by %s; nothing is sent. The request below would be sent otherwise", w.say(e.Outcome), by)
}

// print writes the request as it goes over the wire, but for the order of its
// headers.
func (r *explainedRequest) print(out io.Writer) error {
	fmt.Fprintf(out, "\n%s %s\n", r.Method, r.URL)
	for _, name := range slices.Sorted(maps.Keys(r.Headers)) {
		fmt.Fprintf(out, "%s: %s\n", http.CanonicalHeaderKey(name), r.Headers[name])
	}
	_, err := fmt.Fprintf(out, "\n%s\n", r.Body)
	return err
}
