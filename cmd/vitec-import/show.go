package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

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
		if row.Err != nil {
			_, err = fmt.Fprintf(out, "%6d  %s\n", row.Number, w.say("refused: %s", row.Err.Reason))
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
	var line []byte
	for row, err := range f.Rows(cmd.Context()) {
		if err != nil {
			return err
		}
		if w.stopping() {
			return importer.ErrInterrupted
		}
		line = appendRow(line[:0], row)
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// appendRow appends a row as a line of JSON, as encoding/json writes it with
// HTML left alone: there may be millions of them.
func appendRow(b []byte, row table.Row) []byte {
	b = strconv.AppendInt(append(b, `{"row":`...), int64(row.Number), 10)
	if row.Err != nil {
		b = appendJSON(append(b, `,"error":`...), row.Err.Error())
		return append(b, "}\n"...)
	}
	b = append(b, `,"cells":[`...)
	for i, cell := range row.Cells {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendJSON(b, cell)
	}
	return append(b, "]}\n"...)
}

// appendJSON appends a text in quotation marks.
func appendJSON(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	plain := 0 // from here to i nothing has to be escaped
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			switch {
			case r == utf8.RuneError && n == 1:
				b = append(append(b, s[plain:i]...), `\ufffd`...)
				plain = i + n
			case r == '\u2028', r == '\u2029': // which end a line in JavaScript
				b = append(append(b, s[plain:i]...), `\u202`...)
				b = append(b, hex[r&0xF])
				plain = i + n
			}
			i += n
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		b = append(append(b, s[plain:i]...), '\\')
		switch c {
		case '"', '\\':
			b = append(b, c)
		case '\n':
			b = append(b, 'n')
		case '\r':
			b = append(b, 'r')
		case '\t':
			b = append(b, 't')
		case '\b':
			b = append(b, 'b')
		case '\f':
			b = append(b, 'f')
		default:
			b = append(b, 'u', '0', '0', hex[c>>4], hex[c&0xF])
		}
		i++
		plain = i
	}
	return append(append(b, s[plain:]...), '"')
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
