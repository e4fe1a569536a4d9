package table

import (
	"context"
	"slices"
	"strings"

	"vitec-import/importer/table/internal/celltext"
	"vitec-import/importer/table/internal/fault"
	"vitec-import/importer/table/internal/workbook"
)

// foundHeader is a sheet with its first rows.
type foundHeader struct {
	sheet  *workbook.Sheet
	head   []headRow
	header int // index in head, -1 if there is none
	named  int // wanted columns that the header names
}

// chooseSheet finds the sheet to read and its header.
func (r *xlsxReader) chooseSheet(ctx context.Context, info *Info) error {
	var candidates []*workbook.Sheet
	for _, s := range r.book.Sheets() {
		if r.opts.Sheet == "" && s.Cells && !s.Hidden {
			candidates = append(candidates, s)
		}
	}
	if r.opts.Sheet != "" {
		s, err := r.sheetByName(r.opts.Sheet)
		if err != nil {
			return err
		}
		candidates = append(candidates, s)
	}
	var best []foundHeader // the sheets with most of the wanted columns
	for _, s := range candidates {
		f, err := r.findHeader(ctx, s)
		if err != nil {
			info.Sheet = s.Name
			return err
		}
		switch {
		case len(f.head) == 0, f.header < 0 && len(candidates) > 1:
		case len(best) == 0 || f.named > best[0].named:
			best = append(best[:0], f)
		case f.named == best[0].named:
			best = append(best, f)
		}
	}
	switch {
	case len(best) == 0 && r.opts.Sheet != "":
		return &Error{Sheet: candidates[0].Name, Code: CodeEmpty, Reason: say("the sheet is empty"), Hint: r.otherSheets()}
	case len(best) == 0:
		return &Error{Code: CodeEmpty, Reason: say("there is nothing in the visible sheets of the workbook"), Hint: r.otherSheets()}
	case len(best) > 1:
		names := make([]Text, len(best))
		for i, f := range best {
			names[i] = say("%q", f.sheet.Name)
		}
		return &Error{Code: CodeSheet, Reason: say("the list could be in any of %d sheets: %s", len(best), fault.List(names)), Hint: say("name one with --sheet")}
	}
	return r.take(best[0], info)
}

// sheetByName returns the sheet that people call name.
func (r *xlsxReader) sheetByName(name string) (*workbook.Sheet, error) {
	for _, s := range r.book.Sheets() {
		if !strings.EqualFold(strings.TrimSpace(celltext.Clean(s.Name)), strings.TrimSpace(celltext.Clean(name))) {
			continue
		}
		if !s.Cells {
			return nil, &Error{Sheet: s.Name, Code: CodeSheet, Reason: say("the sheet is a chart or macro sheet and has no rows"), Hint: r.otherSheets()}
		}
		return s, nil
	}
	return nil, &Error{Code: CodeSheet, Reason: say("there is no sheet %q", name), Hint: r.otherSheets()}
}

// otherSheets lists the sheets for a hint.
func (r *xlsxReader) otherSheets() Text {
	var names []Text
	for _, s := range r.book.Sheets() {
		if s.Hidden {
			names = append(names, say("%q (hidden)", s.Name))
		} else {
			names = append(names, say("%q", s.Name))
		}
		if len(names) == 20 {
			names = append(names, say("…"))
			break
		}
	}
	return say("its sheets are %s; name one with --sheet", fault.List(names))
}

// findHeader finds the header of a sheet.
func (r *xlsxReader) findHeader(ctx context.Context, s *workbook.Sheet) (f foundHeader, err error) {
	f.sheet = s
	if f.head, err = r.readHead(ctx, s); err != nil {
		return f, err
	}
	if r.opts.HeaderRow == 0 {
		f.header, f.named = findHeader(f.head, r.opts.Fits)
		return f, nil
	}
	f.header = slices.IndexFunc(f.head, func(h headRow) bool { return h.number == r.opts.HeaderRow })
	if f.header >= 0 && r.opts.Fits != nil {
		f.named = r.opts.Fits(celltext.Trimmed(f.head[f.header].cells))
	}
	return f, nil
}

// readHead reads the first filled rows of a sheet, and the row that is asked
// for as its header. Cells with a fault are taken as they stand: titles may be
// formulas, and an error is not a name that anyone asks for.
func (r *xlsxReader) readHead(ctx context.Context, s *workbook.Sheet) (head []headRow, err error) {
	_, err = r.book.Rows(ctx, s, func(row *workbook.Row) bool {
		enough := len(head) >= headRows || len(head) > 0 && row.Number > head[len(head)-1].number+headGap
		if enough && row.Number > r.opts.HeaderRow {
			return false
		}
		h := headRow{number: row.Number, ok: true}
		last := 0
		for i := range row.Cells {
			c := &row.Cells[i]
			e, text := c.Fault, c.Text
			if c.Boolean && e == nil {
				e = &Error{Code: CodeInvalidCell, Reason: say("a cell of it is TRUE or FALSE"), Hint: say("write the name of the column into it"), Value: text}
			}
			if e != nil {
				if text = e.Value; h.fault == nil {
					at := *e
					at.Column = c.Column
					h.fault = &at
				}
			}
			if text == "" {
				continue
			}
			for len(h.cells) < c.Column {
				h.cells, h.written = append(h.cells, ""), append(h.written, Written{})
			}
			h.cells[c.Column-1], h.written[c.Column-1] = text, written(c)
			if !celltext.Blank(text) {
				last = c.Column
			}
		}
		if last > 0 && (len(head) < headRows || row.Number == r.opts.HeaderRow) {
			h.cells = h.cells[:last]
			head = append(head, h)
		}
		return true
	})
	return head, err
}

// take makes a sheet the one that is read.
func (r *xlsxReader) take(f foundHeader, info *Info) error {
	r.sheet = f.sheet
	info.Sheet = f.sheet.Name
	if f.header < 0 {
		return &Error{Sheet: f.sheet.Name, Row: r.opts.HeaderRow, Code: CodeHeader, Reason: say("there is nothing in the row that should be the header"),
			Hint: say("the first row with anything in it is row %d", f.head[0].number)}
	}
	h := f.head[f.header]
	if e := h.fault; e != nil && e.Code != CodeErrorCell && e.Code != CodeNoCachedValue && e.Code != CodeRichCell {
		e.Sheet, e.Row, e.Code, e.Reason = f.sheet.Name, h.number, CodeHeader, say("the header row cannot be read: %s", e.Reason)
		return e
	}
	info.Header = celltext.Trimmed(h.cells)
	for len(info.Header) > 0 && info.Header[len(info.Header)-1] == "" {
		info.Header = info.Header[:len(info.Header)-1]
	}
	if len(info.Header) == 0 {
		return &Error{Sheet: f.sheet.Name, Row: h.number, Code: CodeHeader, Reason: say("the header row is empty"), Hint: say("name another row with --header-row")}
	}
	r.headAt, r.names, info.HeaderRow = h.number, len(info.Header), h.number
	r.width = min(r.names+wideBy, workbook.MaxColumn) // until it is known how wide the rows are
	if r.opts.KeepRaw {
		info.Written = h.written[:r.names]
		for i := range info.Written {
			if info.Written[i].Unread {
				info.Written[i] = Written{Text: Escape(info.Header[i])}
			}
		}
	}
	if f.header > 0 && r.opts.HeaderRow == 0 {
		info.warn(h.number, 0, WarnSkippedRows, say("the header is taken to be row %d; what stands above it is not read", h.number), say("name another one with --header-row"))
	}
	if f.sheet.Hidden {
		info.warn(0, 0, WarnHiddenSheet, say("the sheet is hidden"), say("it is read because it was asked for"))
	}
	return nil
}
