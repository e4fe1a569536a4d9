package table

import (
	"slices"
	"strings"
)

// chooseSheet finds the sheet to read and its header.
func (r *xlsxReader) chooseSheet(info *Info) error {
	candidates, err := r.candidates()
	if err != nil {
		return err
	}
	var best []foundHeader // the sheets with most of the wanted columns
	for _, s := range candidates {
		f, err := r.findHeader(s)
		if err != nil {
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
		return &Error{File: r.p.src.name, Sheet: candidates[0].name, Code: CodeEmpty, Reason: say("the sheet is empty"), Hint: r.otherSheets()}
	case len(best) == 0:
		return r.p.fail(CodeEmpty, say("there is nothing in the visible sheets of the workbook"), r.otherSheets())
	case len(best) > 1:
		names := make([]Text, len(best))
		for i, f := range best {
			names[i] = say("%q", f.sheet.name)
		}
		return r.p.fail(CodeSheet, say("the list could be in any of %v sheets: %v", len(best), list(names)), say("name one with --sheet"))
	}
	return r.take(best[0], info)
}

// candidates are the sheets that may be read: the one that is asked for, or
// all that can be seen.
func (r *xlsxReader) candidates() (sheets []*sheetRef, err error) {
	if r.opts.Sheet != "" {
		s, err := r.sheetByName(r.opts.Sheet)
		return []*sheetRef{s}, err
	}
	for i := range r.book.sheets {
		if s := &r.book.sheets[i]; s.cells && !s.hidden {
			sheets = append(sheets, s)
		}
	}
	return sheets, nil
}

// foundHeader is a sheet with its first rows.
type foundHeader struct {
	sheet  *sheetRef
	head   []headRow
	header int // index in head, -1 if there is none
	named  int // wanted columns that the header names
}

// findHeader finds the header of a sheet.
func (r *xlsxReader) findHeader(s *sheetRef) (f foundHeader, err error) {
	f.sheet = s
	if f.head, err = r.readHead(s); err != nil {
		return f, err
	}
	if r.opts.HeaderRow == 0 {
		f.header, f.named = findHeader(f.head, r.opts.Fits)
		return f, nil
	}
	f.header = slices.IndexFunc(f.head, func(h headRow) bool { return h.number == r.opts.HeaderRow })
	if f.header >= 0 && r.opts.Fits != nil {
		f.named = r.opts.Fits(trimmed(f.head[f.header].cells))
	}
	return f, nil
}

// take makes a sheet the one that is read.
func (r *xlsxReader) take(f foundHeader, info *Info) error {
	r.sheet = f.sheet
	info.Sheet = f.sheet.name
	if f.header < 0 {
		return &Error{File: r.p.src.name, Sheet: f.sheet.name, Row: r.opts.HeaderRow, Code: CodeHeader, Reason: say("there is nothing in the row that should be the header"),
			Hint: say("the first row with anything in it is row %v", f.head[0].number)}
	}
	h := f.head[f.header]
	if v := h.fault; v != nil && v.code != CodeErrorCell && v.code != CodeNoCachedValue {
		e := r.refuse(h.number, v)
		e.Reason = say("the header row cannot be read: %v", e.Reason)
		e.Code = CodeHeader
		return e
	}
	r.header = trimmed(h.cells)
	for len(r.header) > 0 && r.header[len(r.header)-1] == "" {
		r.header = r.header[:len(r.header)-1]
	}
	if len(r.header) == 0 {
		return &Error{File: r.p.src.name, Sheet: f.sheet.name, Row: h.number, Code: CodeHeader, Reason: say("the header row is empty"), Hint: say("name another row with --header-row")}
	}
	r.headAt = h.number
	r.limit = min(len(r.header)+wideBy, maxSheetColumn)
	r.width = r.limit // until it is known how wide the rows are
	info.Header, info.HeaderRow = r.header, r.headAt
	if r.opts.KeepRaw {
		info.Written = h.written[:len(r.header)]
		for i := range info.Written {
			if w := &info.Written[i]; w.Unread {
				*w = Written{Text: Escape(r.header[i])}
			}
		}
	}
	if f.header > 0 && r.opts.HeaderRow == 0 {
		info.Warnings = append(info.Warnings, skippedRows("the header is taken to be row %v; what stands above it is not read", h.number))
	}
	if f.sheet.hidden {
		info.Warnings = append(info.Warnings, Warning{Code: WarnHiddenSheet, Text: say("the sheet is hidden"), Hint: say("it is read because it was asked for")})
	}
	return nil
}

// sheetByName returns the sheet that people call name.
func (r *xlsxReader) sheetByName(name string) (*sheetRef, error) {
	for i := range r.book.sheets {
		s := &r.book.sheets[i]
		if !strings.EqualFold(strings.TrimSpace(clean(s.name)), strings.TrimSpace(clean(name))) {
			continue
		}
		if !s.cells {
			return nil, &Error{File: r.p.src.name, Sheet: s.name, Code: CodeSheet, Reason: say("the sheet is a chart or macro sheet and has no rows"), Hint: r.otherSheets()}
		}
		return s, nil
	}
	return nil, r.p.fail(CodeSheet, say("there is no sheet %q", name), r.otherSheets())
}

// otherSheets lists the sheets for a hint.
func (r *xlsxReader) otherSheets() Text {
	var names []Text
	for _, s := range r.book.sheets {
		format := "%q"
		if s.hidden {
			format = "%q (hidden)"
		}
		names = append(names, say(format, s.name))
		if len(names) == 20 {
			names = append(names, say("…"))
			break
		}
	}
	return say("its sheets are %v; name one with --sheet", list(names))
}

// readHead reads the first filled rows of a sheet, and the row that is asked
// for as its header. Cells that would refuse their row are taken as they
// stand: titles may be formulas, and an error is no name of a column that
// anyone asks for.
func (r *xlsxReader) readHead(s *sheetRef) ([]headRow, error) {
	sheet, err := r.p.openSheet(s.part, r.x)
	if err != nil {
		return nil, err
	}
	var head []headRow
	r.limit = maxSheetColumn
	for {
		row, err := sheet.next()
		if err != nil {
			return nil, r.inSheet(s, err)
		}
		if row == nil {
			return head, nil
		}
		enough := len(head) >= headRows || len(head) > 0 && row.number > head[len(head)-1].number+headGap
		if enough && row.number > r.opts.HeaderRow {
			sheet.close()
			return head, nil
		}
		last, v, err := r.resolve(row, true)
		if err != nil {
			sheet.close()
			return nil, r.inSheet(s, err)
		}
		if last == 0 || len(head) >= headRows && row.number != r.opts.HeaderRow {
			continue
		}
		head = append(head, headRow{number: row.number, cells: slices.Clone(r.cells[:last]), ok: true, fault: v, written: slices.Clone(r.written)})
	}
}
