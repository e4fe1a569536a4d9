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
	"vitec-import/reports"
)

// initFlags are those of init.
type initFlags struct {
	table tableFlags
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

It never overwrites a file, and it never proposes anything that makes the server write
to people. Beside the mapping it writes mapping.schema.json, from which editors complete.

EXIT STATUS
  0    the mapping was written
  1    the file cannot be read, or the mapping is there already
  2    wrong use
  130  interrupted`,
		Example: `  vitec-import init participants.xlsx
  vitec-import init participants.csv --set customerId=M11385
  vitec-import init participants.csv --out -`,
		Args: exactly(1, "the input file"),
		RunE: func(cmd *cobra.Command, args []string) error { return w.init(cmd.Context(), args[0], &f) },
	}
	f.table.bind(cmd)
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
	file, err := w.openFile(input, o)
	if err != nil {
		return err
	}
	defer file.Close()
	survey, err := w.survey(ctx, file)
	if err != nil {
		return err
	}
	options := mapping.ProposalOptions{
		Table: file.Info().Name, Set: f.set,
		Input: mapping.Input{Sheet: o.Sheet, HeaderRow: o.HeaderRow, Encoding: o.Encoding, Delimiter: o.Delimiter},
	}
	if schema != "" {
		options.Schema = filepath.Base(schema)
	}
	p, err := survey.Propose(options)
	if err != nil {
		return err
	}
	if path == "-" {
		w.describeProposal(w.stderr, file.Info(), p)
		_, err := w.stdout.Write(p.YAML(w.say))
		return err
	}
	if err := createFile(path, p.YAML(w.say)); err != nil {
		return err
	}
	w.describeProposal(w.stdout, file.Info(), p)
	return w.written(input, path, schema, f.out != "", p)
}

// survey reads the whole file: a list that is sorted shows only a part of
// itself at its beginning.
func (w *world) survey(ctx context.Context, file *table.File) (*mapping.Survey, error) {
	s := mapping.NewSurvey(file.Info().Header)
	for row, err := range file.Rows(ctx) {
		switch {
		case err != nil:
			return nil, err
		case w.stopping():
			return nil, importer.ErrInterrupted
		case row.Err == nil:
			s.Add(row.Cells)
		}
	}
	return s, nil
}

// describeProposal says what became of each column.
func (w *world) describeProposal(out io.Writer, i table.Info, p *mapping.Proposal) {
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
	for k, m := range p.Missing {
		w.line(out, first("missing", k), w.lang.Of(m))
	}
	if !p.Reachable() {
		w.line(out, "warning", w.say("no column was found for an e-mail address or a phone number; the server requires one"))
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
func (w *world) written(input, path, schema string, named bool, p *mapping.Proposal) error {
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
	case len(p.Missing) > 0:
		fmt.Fprintln(w.stdout, w.say("Next: write the ids where it says \"?\", then  %s", command))
		fmt.Fprintln(w.stdout, w.say("To try it without them first:  %s --sandbox", command))
	default:
		fmt.Fprintln(w.stdout, w.say("Next: read it through, then  %s", command))
	}
	return nil
}
