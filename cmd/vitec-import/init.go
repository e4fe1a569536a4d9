package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/mapping/propose"
	"vitec-import/reports"
	"vitec-import/vitec"
)

// initFlags are those of init.
type initFlags struct {
	table tableFlags
	api   estateFlags
	out   string
	set   []string
}

func newInitCommand(w *world) *cobra.Command {
	var f initFlags
	cmd := &cobra.Command{
		Use:   "init FILE",
		Short: "Propose a mapping for a file",
		Long: `init reads the headings and the cells of a file and writes a mapping for it: which
column goes to which field. What is sure is mapped. What is not stands in the mapping as
a comment with the reason, and columns that nothing fits are listed. Ids that a list
cannot know, such as the office's, are marked with "?" and have to be filled in.

At a terminal it asks for these ids: the office's, then that of each viewing and time
slot by its text in the list. Enter leaves one open. With --estate it reads the estate's
viewings from the API and fills in those whose time, and place where the list names one,
fit exactly; the others are listed.

It never overwrites a file, and it never proposes anything that makes the server write
to people or overwrite somebody. Beside the mapping it writes mapping.schema.json, from which editors complete.

EXIT STATUS
  0    the mapping was written
  1    the file cannot be read, or the mapping is there already
  2    wrong use
  130  interrupted`,
		Example: `  vitec-import init participants.xlsx
  vitec-import init participants.csv --set customerId=M11385
  vitec-import init participants.csv --set customerId=M11385 --estate OBJ11385_1395932274
  vitec-import init participants.csv --out -`,
		Args: exactly(1, "the input file"),
		RunE: func(cmd *cobra.Command, args []string) error { return w.init(cmd.Context(), args[0], &f) },
	}
	f.table.bind(cmd)
	f.api.bind(cmd)
	cmd.Flags().StringVar(&f.out, "out", "", "the mapping `FILE` to write, - for stdout (default: mapping.yaml beside the input)")
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "set a field to a constant: `FIELD=VALUE`; may be given several times")
	return cmd
}

func (w *world) init(ctx context.Context, input string, f *initFlags) error {
	path, schema := f.out, ""
	if path == "" {
		path = filepath.Join(filepath.Dir(input), "mapping.yaml")
	}
	if path != "-" {
		schema = strings.TrimSuffix(path, filepath.Ext(path)) + ".schema.json"
		if _, err := os.Stat(path); err == nil { // before a long file is read
			return exit{code: 1, err: fail("%s: already exists, and is not overwritten", path), hint: hint("name another file with --out, or look at the proposal with --out -")}
		}
	}
	o, err := f.table.options(nil)
	if err != nil {
		return err
	}
	o.Links = true
	file, err := w.openFile(input, o)
	if err != nil {
		return err
	}
	defer file.Close()
	survey, err := w.survey(ctx, file)
	if err != nil {
		return err
	}
	info := file.Info()
	options := propose.Options{
		Table: info.Name, Set: f.set,
		Input: propose.Input{Sheet: o.Sheet, HeaderRow: o.HeaderRow, Encoding: o.Encoding, Delimiter: o.Delimiter},
	}
	if info.HeaderRow > 1 {
		options.Input.HeaderRow = info.HeaderRow // found once; no run has to say so again
	}
	if schema != "" {
		options.Schema = filepath.Base(schema)
	}
	p, err := survey.Propose(options)
	if err != nil {
		return err
	}
	out := w.stdout
	if path == "-" {
		out = w.stderr
	}
	w.describeProposal(out, info, p)
	if err := w.fillIDs(ctx, p, &f.api, out); err != nil {
		return err
	}
	if path == "-" {
		_, err := w.stdout.Write(p.YAML(w.lang.Of))
		return err
	}
	if err := createFile(path, p.YAML(w.lang.Of)); err != nil {
		return err
	}
	return w.written(input, path, schema, f.out != "", p)
}

// fillIDs fills in what is in no list: the ids of the office, of the viewings and
// of their time slots. What the API tells for sure is not asked.
func (w *world) fillIDs(ctx context.Context, p *propose.Proposal, api *estateFlags, out io.Writer) error {
	var viewings []vitec.Viewing
	for i, field := range []string{"customerId", "viewingId", "timeSlotId"} {
		if i == 1 && len(api.estates) > 0 {
			var err error
			if viewings, err = w.fetch(ctx, p, api); err != nil {
				return err
			}
			w.printViewings(out, viewings)
		}
		p.Fit(viewings)
		if w.terminalIn {
			if err := w.askIDs(p, field); err != nil {
				return err
			}
		}
	}
	return nil
}

// fetch reads the viewings of the estates, for the one office of the list.
func (w *world) fetch(ctx context.Context, p *propose.Proposal, api *estateFlags) ([]vitec.Viewing, error) {
	customer := p.Constant("customerId")
	if customer == "" {
		return nil, exit{code: importer.ExitUsage, err: fail("--estate needs the id of the office"), hint: hint("add --set customerId=ID")}
	}
	return api.viewings(ctx, w, customer)
}

// askIDs asks for the ids of one field that are not known yet. Enter leaves one
// open.
func (w *world) askIDs(p *propose.Proposal, field string) error {
	asked := ""
	for _, b := range p.Blanks() {
		if b.ID != "" || b.Field != field {
			continue
		}
		if asked != b.Field {
			asked = b.Field
			fmt.Fprintf(w.stderr, "\n%s\n", w.say(idQuestions[b.Field]))
		}
		question := "  " + b.Field + ": "
		if b.Text != "" {
			question = "  " + w.count(b.Rows, "%[2]s, %[1]d row: ", "%[2]s, %[1]d rows: ", b.Text)
		}
		for {
			id, err := w.ask(question)
			if err != nil {
				return err
			}
			if id == "" || id == "?" {
				break
			}
			if _, err = mapping.Constants([]string{b.Field + "=" + id}); err == nil && !strings.ContainsAny(id, ` ,;"`) {
				p.Fill(b.Field, b.Text, id)
				break
			}
			fmt.Fprintln(w.stderr, "  "+w.say("%q is not an id", id))
		}
	}
	return nil
}

var idQuestions = map[string]string{
	"customerId": "The office's id in Vitec, such as M11385 (Enter leaves it open):",
	"viewingId":  "The id of each viewing in Vitec, VIS and 32 characters (Enter leaves it open):",
	"timeSlotId": "The id of each time slot in Vitec (Enter leaves it open):",
}

// survey reads the whole file: a list that is sorted shows only a part of
// itself at its beginning.
func (w *world) survey(ctx context.Context, file *table.File) (*propose.Survey, error) {
	s := propose.New(file.Info().Header)
	for row, err := range file.Rows(ctx) {
		switch {
		case err != nil:
			return nil, err
		case w.stopping():
			return nil, importer.ErrInterrupted
		case row.Err == nil: // a cell with a fault has nothing that could be misread
			s.Add(row.Cells)
		}
	}
	return s, nil
}

// describeProposal says what became of each column.
func (w *world) describeProposal(out io.Writer, i table.Info, p *propose.Proposal) {
	w.line(out, "input", i.Name+": "+strings.Join(w.detected(i), ", ")+", "+w.count(i.Rows, "%d row", "%d rows"))
	for _, t := range i.Warnings {
		w.describeTableWarning(out, i, t)
	}
	var mapped, unsure [][]string
	for k, s := range p.Mapped {
		mapped = append(mapped, []string{w.labelled(first("mapped", k), s.Header), "→ " + s.Field + inBrackets(w.lang.Of(s.Why))})
	}
	for k, s := range p.Unsure {
		unsure = append(unsure, []string{w.labelled(first("unsure", k), s.Header), "→ " + s.Field + "?" + inBrackets(w.lang.Of(s.Why))})
	}
	printColumns(out, mapped, 0)
	printColumns(out, unsure, 0)
	var unused []string
	for _, c := range p.Unused {
		if c < len(i.Header) && i.Header[c] != "" {
			unused = append(unused, i.Header[c])
		}
	}
	if len(unused) > 0 {
		w.line(out, "unused", strings.Join(unused, ", "))
	}
	for k, m := range p.Missing() {
		w.line(out, first("missing", k), w.lang.Of(m))
	}
	for _, n := range p.Notes {
		w.line(out, "warning", w.lang.Of(n))
	}
}

func first(label string, k int) string {
	if k == 0 {
		return label
	}
	return ""
}

func inBrackets(s string) string {
	if s == "" {
		return ""
	}
	return "  (" + s + ")"
}

// written writes the schema, if there is none yet, and says what to do next.
func (w *world) written(input, path, schema string, named bool, p *propose.Proposal) error {
	wrote := w.say("wrote %s", path)
	if _, err := os.Stat(schema); errors.Is(err, fs.ErrNotExist) {
		if err := createFile(schema, mapping.Schema(w.say)); err != nil {
			return err
		}
		wrote = w.say("wrote %s, and %s for editors", path, schema)
	}
	fmt.Fprintf(w.stdout, "\n%s\n", wrote)
	command := "vitec-import check " + reports.Quote(input)
	if named {
		command += " --mapping " + reports.Quote(path)
	}
	switch {
	case !p.Reachable():
		fmt.Fprintln(w.stdout, w.say("Next: map a column by which people can be reached, then  %s", command))
	case len(p.Missing()) > 0:
		fmt.Fprintln(w.stdout, w.say("Next: write the ids where it says \"?\", then  %s", command))
		fmt.Fprintln(w.stdout, w.say("To try it without them first:  %s --sandbox", command))
	default:
		fmt.Fprintln(w.stdout, w.say("Next: read it through, then  %s", command))
	}
	return nil
}
