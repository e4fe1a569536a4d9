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
	"text/tabwriter"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/table"
	"vitec-import/importer/words"
	"vitec-import/mapping"
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
  0  the mapping was written
  1  the file cannot be read, or the mapping is there already
  2  wrong use`,
		Example: `  vitec-import init participants.xlsx
  vitec-import init participants.csv --set customerId=M11385
  vitec-import init participants.csv --out -`,
		Args: exactly(1, "the input file"),
		RunE: func(cmd *cobra.Command, args []string) error { return w.init(cmd.Context(), args[0], &f) },
	}
	f.table.bind(cmd)
	cmd.Flags().StringVar(&f.out, "out", "", "the mapping file to write, - for stdout (default: mapping.yaml beside the input)")
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "a constant, as field=value; may be given several times")
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
			return exit{code: 1, err: fmt.Errorf("%s: is there already, and is not overwritten", path), hint: "name another file with --out, or look at the proposal with --out -"}
		}
	}
	o, err := f.table.options(nil)
	if err != nil {
		return err
	}
	file, err := table.Open(input, o)
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
		describeProposal(w.stderr, file.Info(), p, w.lang)
		_, err := w.stdout.Write(p.YAML(w.lang))
		return err
	}
	if err := createFile(path, p.YAML(w.lang)); err != nil {
		return err
	}
	describeProposal(w.stdout, file.Info(), p, w.lang)
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
func describeProposal(out io.Writer, i table.Info, p *mapping.Proposal, l words.Language) {
	fmt.Fprintf(out, "input    %s: %s, %s\n", i.Name, strings.Join(detected(i), ", "), rows(i.Rows))
	for _, t := range i.Warnings {
		describeTableWarning(out, i, t)
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for k, s := range p.Mapped {
		fmt.Fprintf(t, "%-8s %s\t→ %s%s\n", first("mapped", k), s.Header, s.Field, inBrackets(s.Why.In(l)))
	}
	t.Flush()
	t = tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for k, s := range p.Unsure {
		fmt.Fprintf(t, "%-8s %s\t→ %s?%s\n", first("unsure", k), s.Header, s.Field, inBrackets(s.Why.In(l)))
	}
	t.Flush()
	var unused []string
	for _, c := range p.Unused {
		if c < len(i.Header) && i.Header[c] != "" {
			unused = append(unused, i.Header[c])
		}
	}
	if len(unused) > 0 {
		fmt.Fprintf(out, "unused   %s\n", strings.Join(unused, ", "))
	}
	for k, m := range p.Missing {
		fmt.Fprintf(out, "%-8s %s\n", first("missing", k), m.In(l))
	}
	if !p.Reachable() {
		fmt.Fprintf(out, "warning  no column was found for an e-mail address or a phone number; the server requires one\n")
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
	and := ""
	if _, err := os.Stat(schema); errors.Is(err, fs.ErrNotExist) {
		if err := createFile(schema, mapping.Schema(w.lang)); err != nil {
			return err
		}
		and = ", and " + schema + " for editors"
	}
	fmt.Fprintf(w.stdout, "\nwrote %s%s\n", path, and)
	command := "vitec-import check " + shellQuote(input)
	if named {
		command += " --mapping " + shellQuote(path)
	}
	switch {
	case !p.Reachable():
		fmt.Fprintf(w.stdout, "Next: map a column by which people can be reached, then  %s\n", command)
		return nil
	case len(p.Missing) > 0:
		fmt.Fprintf(w.stdout, "Next: write the ids where it says \"?\", then  %s\n", command)
		fmt.Fprintf(w.stdout, "To try it without them first:  %s --sandbox\n", command)
		return nil
	}
	fmt.Fprintf(w.stdout, "Next: read it through, then  %s\n", command)
	return nil
}
