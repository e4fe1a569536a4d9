package main

import (
	"encoding/json"
	"fmt"
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
		Use:  "show",
		Args: exactly(1, "args.file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			o, err := flags.options(nil)
			if err != nil {
				return err
			}
			f, err := table.Open(args[0], o)
			if err != nil {
				return err
			}
			defer f.Close()
			if asJSON {
				return w.showJSON(cmd, f)
			}
			return w.show(cmd, f)
		},
	}
	flags.bind(cmd)
	cmd.Flags().BoolVar(&asJSON, "json", false, "")
	return cmd
}

func (w *world) show(cmd *cobra.Command, f *table.File) error {
	i := f.Info()
	fmt.Fprintf(w.stdout, "%s: %s\n", i.Name, strings.Join(w.detected(i), ", "))
	for _, t := range i.Warnings {
		w.describeTableWarning(w.stdout, i, t)
	}
	fmt.Fprintf(w.stdout, "%6d  %s\n", i.HeaderRow, strings.Join(i.Header, " | "))
	for row, err := range f.Rows(cmd.Context()) {
		if err != nil {
			return err
		}
		if w.stopping() {
			return importer.ErrInterrupted
		}
		if row.Err != nil {
			_, err = fmt.Fprintf(w.stdout, "%6d  %s\n", row.Number, w.say("show.refused", row.Err.Reason))
		} else {
			_, err = fmt.Fprintf(w.stdout, "%6d  %s\n", row.Number, strings.Join(row.Cells, " | "))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (w *world) showJSON(cmd *cobra.Command, f *table.File) error {
	enc := json.NewEncoder(w.stdout)
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
		if row.Err != nil {
			err = enc.Encode(struct {
				Row   int    `json:"row"`
				Error string `json:"error"`
			}{row.Number, row.Err.Error()})
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

// stopping tells whether the program was asked to end.
func (w *world) stopping() bool {
	select {
	case <-w.stop:
		return true
	default:
		return false
	}
}
