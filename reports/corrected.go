package reports

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"os"
	"strings"

	"github.com/xuri/excelize/v2"

	"vitec-import/importer/table"
)

// Cell is a cell of a list.
type Cell struct {
	Row    int // the spreadsheet's, 1-based
	Column int // 0-based
}

// Corrected returns the content of a copy of a list in which some cells have other
// texts. All else is as it was: in a CSV file byte for byte, in a workbook with its
// other sheets and its looks. The list must be open with table.Options.KeepRaw.
func Corrected(ctx context.Context, f *table.File, cells map[Cell]string) ([]byte, error) {
	if info := f.Info(); info.Format == "xlsx" {
		return correctedXLSX(info, cells)
	}
	return correctedCSV(ctx, f, cells)
}

func correctedCSV(ctx context.Context, f *table.File, cells map[Cell]string) ([]byte, error) {
	info := f.Info()
	src, err := os.ReadFile(info.Path)
	if err != nil {
		return nil, err
	}
	spell, changed := spellingOf(info), &InputError{Path: info.Path, Err: ErrInputChanged}
	rows := map[int]bool{}
	for at := range cells {
		rows[at.Row] = true
	}
	var out bytes.Buffer
	// Each record stands behind the one before: what is between them is no row.
	rest := bytes.TrimPrefix(src, info.Head)
	out.Write(src[:len(src)-len(rest)])
	for row, err := range f.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		record := bytes.Join(row.Raw, spell.delimiter)
		at := bytes.Index(rest, record)
		if at < 0 || row.Raw == nil && rows[row.Number] {
			return nil, changed
		}
		out.Write(rest[:at])
		rest = rest[at+len(record):]
		raw := row.Raw
		for i := range raw {
			if text, ok := cells[Cell{row.Number, i}]; ok {
				if raw[i], err = spell.cell(text, info); err != nil {
					return nil, err
				}
			}
		}
		out.Write(bytes.Join(raw, spell.delimiter))
	}
	out.Write(rest)
	return out.Bytes(), nil
}

// cell is a text as a cell is written, with quotation marks where it needs them.
func (s *spelling) cell(text string, info table.Info) ([]byte, error) {
	if s.encoder != nil {
		if _, err := s.encoder.String(text); err != nil {
			return nil, failure("%q cannot be written in the list's encoding, %s; save the list as UTF-8, or as a workbook", text, info.Encoding)
		}
	}
	quote := cmp.Or(info.Quote, `"`)
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == '\r' || r == '\n' }), " ")
	if strings.ContainsAny(text, info.Delimiter+`"'`) {
		text = quote + strings.ReplaceAll(text, quote, quote+quote) + quote
	}
	return s.encode(text), nil
}

func correctedXLSX(info table.Info, cells map[Cell]string) (src []byte, err error) {
	book, err := excelize.OpenFile(info.Path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	for at, text := range cells {
		name, err := excelize.CoordinatesToCellName(at.Column+1, at.Row)
		if err != nil {
			return nil, err
		}
		if err := book.SetCellStr(info.Sheet, name, text); err != nil {
			return nil, err
		}
	}
	out, err := book.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
