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
		Use:  "init",
		Args: exactly(1, "args.file"),
		RunE: func(cmd *cobra.Command, args []string) error { return w.init(cmd.Context(), args[0], &f) },
	}
	f.table.bind(cmd)
	cmd.Flags().StringVar(&f.out, "out", "", "")
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "")
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
			return exit{code: 1, err: fail("file.exists", path), hint: hint("init.exists.hint")}
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
		_, err := w.stdout.Write(p.YAML(w.lang))
		return err
	}
	if err := createFile(path, p.YAML(w.lang)); err != nil {
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
	w.line(out, "input", i.Name+": "+strings.Join(w.detected(i), ", ")+", "+w.count("rows", i.Rows))
	for _, t := range i.Warnings {
		w.describeTableWarning(out, i, t)
	}
	var mapped, unsure [][]string
	for k, s := range p.Mapped {
		mapped = append(mapped, []string{w.labelled(first("mapped", k), s.Header), "→ " + s.Field + inBrackets(s.Why.In(w.lang))})
	}
	for k, s := range p.Unsure {
		unsure = append(unsure, []string{w.labelled(first("unsure", k), s.Header), "→ " + s.Field + "?" + inBrackets(s.Why.In(w.lang))})
	}
	printColumns(out, mapped, 0, w.width(out))
	printColumns(out, unsure, 0, w.width(out))
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
		w.line(out, first("missing", k), m.In(w.lang))
	}
	if !p.Reachable() {
		w.line(out, "warning", w.say("init.unreachable"))
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
	wrote := w.say("init.wrote", path)
	if _, err := os.Stat(schema); errors.Is(err, fs.ErrNotExist) {
		if err := createFile(schema, mapping.Schema(w.lang)); err != nil {
			return err
		}
		wrote = w.say("init.wrote.both", path, schema)
	}
	fmt.Fprintf(w.stdout, "\n%s\n", wrote)
	command := "vitec-import check " + reports.Quote(input)
	if named {
		command += " --mapping " + reports.Quote(path)
	}
	switch {
	case !p.Reachable():
		fmt.Fprintln(w.stdout, w.say("init.next.reach", command))
	case len(p.Missing) > 0:
		fmt.Fprintln(w.stdout, w.say("init.next.ids", command))
		fmt.Fprintln(w.stdout, w.say("init.next.try", command))
	default:
		fmt.Fprintln(w.stdout, w.say("init.next.read", command))
	}
	return nil
}
