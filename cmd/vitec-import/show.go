package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/table"
)

func newShowCommand(w *world) *cobra.Command {
	var (
		flags  tableFlags
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "show FILE",
		Short: "Print the rows of a file as they are read",
		Long: `show prints what was detected of a file (encoding, delimiter, sheet, header row) and
its rows as the importer reads them: every cell as text, dates as YYYY-MM-DD, numbers
without exponent. It needs no mapping.

With --json it prints one JSON object per line: first what was detected, then one per row.

EXIT STATUS
  0    the file was read; rows that had to be refused are shown with the reason
  1    the file cannot be read
  2    wrong use
  130  interrupted`,
		Example: `  vitec-import show participants.csv
  vitec-import show participants.xlsx --sheet Deltagare --header-row 4
  vitec-import show participants.csv --json`,
		Args: exactly(1, "the input file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := flags.options(nil)
			if err != nil {
				return err
			}
			f, err := w.openFile(args[0], o)
			if err != nil {
				return err
			}
			defer f.Close()
			out := bufio.NewWriterSize(w.stdout, 64<<10) // rows are many and short
			if asJSON {
				err = w.showJSON(cmd, out, f)
			} else {
				err = w.show(cmd, out, f)
			}
			if flushed := out.Flush(); err == nil {
				err = flushed
			}
			return err
		},
	}
	flags.bind(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object per line")
	return cmd
}

func (w *world) show(cmd *cobra.Command, out io.Writer, f *table.File) error {
	i := f.Info()
	fmt.Fprintf(out, "%s: %s\n", i.Name, strings.Join(w.detected(i), ", "))
	for _, t := range i.Warnings {
		w.describeTableWarning(out, i, t)
	}
	fmt.Fprintf(out, "%6d  %s\n", i.HeaderRow, strings.Join(i.Header, " | "))
	for row, err := range f.Rows(cmd.Context()) {
		if err != nil {
			return err
		}
		if w.stopping() {
			return importer.ErrInterrupted
		}
		if e := unread(&row); e != nil {
			_, err = fmt.Fprintf(out, "%6d  %s\n", row.Number, w.say("refused: %s", e.Reason))
		} else {
			_, err = fmt.Fprintf(out, "%6d  %s\n", row.Number, strings.Join(row.Cells, " | "))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *world) showJSON(cmd *cobra.Command, out io.Writer, f *table.File) error {
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	i := f.Info()
	type warning struct {
		Row     int    `json:"row"`
		Column  int    `json:"column"`
		Code    string `json:"code"`
		Message string `json:"message"`
		Hint    string `json:"hint"`
	}
	warnings := make([]warning, len(i.Warnings))
	for n, t := range i.Warnings {
		warnings[n] = warning{t.Row, t.Column, string(t.Code), t.Text.String(), t.Hint.String()}
	}
	err := enc.Encode(struct {
		File      string    `json:"file"`
		Format    string    `json:"format"`
		Encoding  string    `json:"encoding"`
		Delimiter string    `json:"delimiter"`
		Sheet     string    `json:"sheet"`
		HeaderRow int       `json:"header_row"`
		Header    []string  `json:"header"`
		Warnings  []warning `json:"warnings"`
	}{i.Name, i.Format, i.Encoding, i.Delimiter, i.Sheet, i.HeaderRow, i.Header, warnings})
	if err != nil {
		return err
	}
	for row, err := range f.Rows(cmd.Context()) {
		if err != nil {
			return err
		}
		if w.stopping() {
			return importer.ErrInterrupted
		}
		if e := unread(&row); e != nil {
			err = enc.Encode(struct {
				Row   int    `json:"row"`
				Error string `json:"error"`
			}{row.Number, e.Error()})
		} else {
			err = enc.Encode(struct {
				Row   int      `json:"row"`
				Cells []string `json:"cells"`
			}{row.Number, row.Cells})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// unread says why a row cannot be shown as it is: it is refused, or one of its
// cells cannot be read. A cell that is merged with another is empty.
func unread(row *table.Row) *table.Error {
	if row.Err != nil {
		return row.Err
	}
	for _, e := range row.Faults {
		if e.Code != table.CodeMergedCell {
			return e
		}
	}
	return nil
}

// stopping tells whether the program was asked to end.
func (w *world) stopping() bool {
	select {
	case <-w.stop:
		return true
	default:
		return false
	}
}
