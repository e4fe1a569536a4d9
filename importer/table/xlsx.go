package table

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// wideBy is how far right of the header's last column a filled cell may stand
// and be read. A cell that is further away refuses its row.
const wideBy = 50

// xlsxReader reads the rows of one sheet of a workbook. The sheet's part is
// read as a stream on every pass; only the shared strings and the number
// formats are held.
type xlsxReader struct {
	p       *opc
	opts    Options
	x       *xmlScanner
	book    *workbook
	strings *stringTable
	formats []*numFormat
	mask    masker

	sheet  *sheetRef
	headAt int
	header []string
	limit  int // last column that is read
	width  int // cells of a row
	seen   sheetSeen

	cells   []string
	scratch []byte
	spans   []textSpan
}

// textSpan is a cell whose text is scratch[start:end] until the row is whole.
type textSpan struct{ cell, start, end int }

// sheetSeen is what a pass saw besides the rows.
type sheetSeen struct {
	widest      int // last filled column within the limit
	hiddenRows  int
	firstHidden int
	hidden      []span
	merged      int
	firstMerged string
	maxString   int // greatest index of a shared string + 1
	lastRow     int // last row element
	saidRow     int // last row of the dimension
}

// openXLSX checks the container and its parts, chooses the sheet and finds
// its header.
func openXLSX(src *source, o Options, info *Info) (reader, error) {
	p, err := openOPC(src)
	if err != nil {
		return nil, err
	}
	r := &xlsxReader{p: p, opts: o, x: newXMLScanner(nil)}
	info.Format = "xlsx"
	if o.Encoding != "" || o.Delimiter != 0 {
		return nil, p.fail(CodeOption, "the file is a workbook, which has neither encoding nor delimiter", "leave out --encoding and --delimiter")
	}
	if r.book, err = p.openWorkbook(r.x); err != nil {
		return nil, err
	}
	if r.book.strings != nil {
		if r.strings, err = p.loadStrings(r.book.strings, r.x); err != nil {
			return nil, err
		}
	}
	if r.book.styles != nil {
		if r.formats, err = p.loadStyles(r.book.styles, r.x); err != nil {
			return nil, err
		}
	}
	if err := r.chooseSheet(info); err != nil {
		return nil, err
	}
	// The sheet that was chosen is read to its end when its rows are counted.
	if err := p.verify(r.x, r.sheet.part, r.book.strings, r.book.styles); err != nil {
		return nil, err
	}
	return r, nil
}

// chooseSheet finds the sheet to read and its header.
func (r *xlsxReader) chooseSheet(info *Info) error {
	var candidates []*sheetRef
	if r.opts.Sheet != "" {
		s, err := r.sheetByName(r.opts.Sheet)
		if err != nil {
			return err
		}
		candidates = append(candidates, s)
	} else {
		for i := range r.book.sheets {
			if s := &r.book.sheets[i]; s.cells && !s.hidden {
				candidates = append(candidates, s)
			}
		}
	}
	type found struct {
		sheet         *sheetRef
		head          []headRow
		header, named int
	}
	var best []found // the sheets with most of the wanted columns
	for _, s := range candidates {
		head, err := r.readHead(s)
		if err != nil {
			return err
		}
		f := found{sheet: s, head: head}
		if r.opts.HeaderRow > 0 {
			f.header = -1
			for i, h := range head {
				if h.number == r.opts.HeaderRow {
					f.header = i
					if r.opts.Fits != nil {
						f.named = r.opts.Fits(trimmed(h.cells))
					}
				}
			}
		} else {
			f.header, f.named = findHeader(head, r.opts.Fits)
		}
		switch {
		case len(head) == 0:
		case len(best) == 0 || f.named > best[0].named:
			best = append(best[:0], f)
		case f.named == best[0].named:
			best = append(best, f)
		}
	}
	switch {
	case len(best) == 0 && r.opts.Sheet != "":
		return &Error{File: r.p.src.name, Sheet: candidates[0].name, Code: CodeEmpty, Reason: "the sheet is empty", Hint: r.otherSheets()}
	case len(best) == 0:
		return r.p.fail(CodeEmpty, "there is nothing in the visible sheets of the workbook", r.otherSheets())
	case len(best) > 1:
		names := make([]string, len(best))
		for i, f := range best {
			names[i] = strconv.Quote(f.sheet.name)
		}
		return r.p.fail(CodeSheet, fmt.Sprintf("the list could be in any of %d sheets: %s", len(best), strings.Join(names, ", ")), "name one with --sheet")
	}
	f := best[0]
	r.sheet = f.sheet
	info.Sheet = f.sheet.name
	if f.header < 0 {
		e := &Error{File: r.p.src.name, Sheet: f.sheet.name, Row: r.opts.HeaderRow, Code: CodeHeader}
		if r.opts.HeaderRow > 0 {
			e.Reason = "there is nothing in the row that should be the header"
			e.Hint = fmt.Sprintf("the first row with anything in it is row %d", f.head[0].number)
		} else {
			e.Row, e.Reason, e.Hint = f.head[0].number, "none of the first rows can be read", "see the row's own fault: a formula without a result, or an error in a cell"
		}
		return e
	}
	h := f.head[f.header]
	if !h.ok {
		return &Error{File: r.p.src.name, Sheet: f.sheet.name, Row: h.number, Code: CodeHeader, Reason: "the header row cannot be read", Hint: "see whether there are errors or formulas without a result in it"}
	}
	r.header = trimmed(h.cells)
	for len(r.header) > 0 && r.header[len(r.header)-1] == "" {
		r.header = r.header[:len(r.header)-1]
	}
	if len(r.header) == 0 {
		return &Error{File: r.p.src.name, Sheet: f.sheet.name, Row: h.number, Code: CodeHeader, Reason: "the header row is empty", Hint: "name another row with --header-row"}
	}
	r.headAt = h.number
	r.limit = min(len(r.header)+wideBy, maxSheetColumn)
	r.width = r.limit
	info.Header, info.HeaderRow = r.header, r.headAt
	if f.header > 0 && r.opts.HeaderRow == 0 {
		info.Warnings = append(info.Warnings, Warning{Row: h.number, Code: WarnSkippedRows,
			Text: fmt.Sprintf("the header is taken to be row %d; what stands above it is not read", h.number),
			Hint: "name another one with --header-row"})
	}
	if f.sheet.hidden {
		info.Warnings = append(info.Warnings, Warning{Code: WarnHiddenSheet, Text: "the sheet is hidden", Hint: "it is read because it was asked for"})
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
			return nil, &Error{File: r.p.src.name, Sheet: s.name, Code: CodeSheet, Reason: "the sheet is a chart or macro sheet and has no rows", Hint: r.otherSheets()}
		}
		return s, nil
	}
	return nil, r.p.fail(CodeSheet, fmt.Sprintf("there is no sheet %q", name), r.otherSheets())
}

// otherSheets lists the sheets for a hint.
func (r *xlsxReader) otherSheets() string {
	var names []string
	for _, s := range r.book.sheets {
		name := strconv.Quote(s.name)
		if s.hidden {
			name += " (hidden)"
		}
		names = append(names, name)
		if len(names) == 20 {
			names = append(names, "…")
			break
		}
	}
	return "its sheets are " + strings.Join(names, ", ") + "; name one with --sheet"
}

// readHead reads the first filled rows of a sheet, and the row that is asked
// for as its header.
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
		if len(head) >= headRows && row.number > r.opts.HeaderRow {
			sheet.close()
			return head, nil
		}
		last, v, err := r.resolve(row)
		if err != nil {
			sheet.close()
			return nil, r.inSheet(s, err)
		}
		if last == 0 && v == nil || len(head) >= headRows && row.number != r.opts.HeaderRow {
			continue
		}
		head = append(head, headRow{row.number, append([]string(nil), r.cells[:last]...), v == nil})
	}
}

// inSheet adds the sheet's name to an error.
func (r *xlsxReader) inSheet(s *sheetRef, err error) error {
	var e *Error
	if errors.As(err, &e) && e.Sheet == "" && e.Code == CodeDamaged {
		e.Sheet = s.name
	}
	return err
}

// resolve makes text of a row's cells, in r.cells, up to the limit. last is
// the last filled column. The verdict says why the row is refused; the error
// why the file is.
func (r *xlsxReader) resolve(row *sheetRow) (last int, v *verdict, err error) {
	r.cells, r.scratch, r.spans = r.cells[:0], r.scratch[:0], r.spans[:0]
	for i := range row.cells {
		c := &row.cells[i]
		if !c.valued && !c.formula {
			continue
		}
		text, start, fault, err := r.cellText(row, c)
		if err != nil {
			return 0, nil, err
		}
		if fault == nil && start < 0 && (text == "" || blank(text)) {
			if text == "" || c.column > r.limit {
				continue
			}
		}
		if fault == nil && c.column > r.limit {
			fault = &verdict{code: CodeTooManyCells, reason: fmt.Sprintf("the cell is filled, but the table ends at column %s", ColumnName(len(r.header))),
				hint: "move or delete the cell"}
		}
		if fault != nil {
			if v == nil {
				fault.column = c.column - 1
				v = fault
			}
			continue
		}
		for len(r.cells) < c.column {
			r.cells = append(r.cells, "")
		}
		if start >= 0 {
			r.spans = append(r.spans, textSpan{c.column - 1, start, len(r.scratch)})
		} else {
			r.cells[c.column-1] = text
		}
		if start >= 0 || !blank(text) {
			last = c.column
		}
	}
	if len(r.spans) > 0 { // one string for all numbers of the row
		whole := string(r.scratch)
		for _, s := range r.spans {
			r.cells[s.cell] = whole[s.start:s.end]
		}
	}
	return last, v, nil
}

// cellText returns the text of a cell; or it appends it to scratch, then
// start is where it begins there, else -1.
func (r *xlsxReader) cellText(row *sheetRow, c *sheetCell) (text string, start int, v *verdict, err error) {
	data := row.data[c.start:c.end]
	refuse := func(code Code, reason, hint string) (string, int, *verdict, error) {
		return "", -1, &verdict{code: code, reason: reason, hint: hint, value: string(data)}, nil
	}
	if c.formula && (!c.valued || len(data) == 0 && c.kind != typeString) {
		return refuse(CodeNoCachedValue, "the cell has a formula whose result was not saved", "open the workbook in a spreadsheet program, let it calculate, and save it")
	}
	if c.text && c.kind != typeInline && c.kind != typeString || !c.text && c.kind == typeInline && len(data) > 0 {
		return refuse(CodeInvalidCell, "the cell's type and its value do not go together", "enter the value anew")
	}
	switch c.kind {
	case typeShared:
		n, ok := smallNumber(trimSpace(data))
		if len(data) == 0 {
			return "", -1, nil, nil
		}
		if !ok {
			return refuse(CodeInvalidCell, "the cell refers to a text by something that is no number", "enter the value anew")
		}
		if r.strings == nil {
			return "", -1, nil, r.p.damaged("the part with its texts is missing")
		}
		r.seen.maxString = max(r.seen.maxString, n+1)
		if n >= r.strings.len() {
			return "", -1, nil, r.p.damaged(fmt.Sprintf("cell %s%d refers to text %d of %d", ColumnName(c.column), row.number, n+1, r.strings.len()))
		}
		if fault := r.strings.faults[n]; fault != nil {
			copied := *fault
			return "", -1, &copied, nil
		}
		return r.strings.get(n), -1, nil, nil
	case typeString, typeInline:
		text := string(data)
		if lookAt(data) == tame && strings.IndexByte(text, '_') < 0 {
			return text, -1, nil, nil
		}
		text = clean(unescape(text))
		if ch, ok := control(text); ok {
			return "", -1, controlVerdict(ch, text), nil
		}
		return text, -1, nil, nil
	case typeBoolean:
		switch string(trimSpace(data)) {
		case "1", "true":
			return "TRUE", -1, nil, nil
		case "0", "false":
			return "FALSE", -1, nil, nil
		case "":
			return "", -1, nil, nil
		}
		return refuse(CodeInvalidCell, "the cell is neither true nor false", "enter the value anew")
	case typeError:
		return refuse(CodeErrorCell, "the formula's result is an error", "mend the formula, or empty the cell")
	case typeDate:
		if len(data) == 0 {
			return "", -1, nil, nil
		}
		text, ok := isoCell(string(trimSpace(data)))
		if !ok {
			return refuse(CodeInvalidDate, "the cell should be a date and is none", "enter the date anew")
		}
		return text, -1, nil, nil
	case typeNumber:
		return r.number(c, trimSpace(data))
	}
	return refuse(CodeInvalidCell, "the cell is of an unknown type", "enter the value anew")
}

// number makes text of a number, as its format asks for.
func (r *xlsxReader) number(c *sheetCell, data []byte) (text string, start int, v *verdict, err error) {
	refuse := func(code Code, reason, hint string) (string, int, *verdict, error) {
		return "", -1, &verdict{code: code, reason: reason, hint: hint, value: string(data)}, nil
	}
	if len(data) == 0 {
		return "", -1, nil, nil
	}
	var format *numFormat
	switch {
	case c.style < len(r.formats):
		format = r.formats[c.style]
	case c.style > 0:
		return refuse(CodeInvalidCell, "the cell has a format that the workbook does not have, so that its number cannot be told from a date", "format the cell anew")
	}
	if format != nil && format.unknown {
		return refuse(CodeInvalidCell, "the cell has a number format that the workbook does not define, so that its number cannot be told from a date", "format the cell anew")
	}
	simple := isSimple(data)
	if simple && (format == nil || format.plain) {
		start = len(r.scratch)
		r.scratch = append(r.scratch, data...)
		return "", start, nil, nil
	}
	f, ok := parseNumber(data)
	if !ok {
		return refuse(CodeInvalidCell, "the cell should be a number and is none", "enter the value anew")
	}
	if f == 0 {
		f = 0 // no minus
	}
	if format != nil && !format.plain {
		s := format.pick(f)
		if s.date || s.time {
			text, ok := isoTime(f, s, r.book.date1904)
			if !ok {
				return refuse(CodeInvalidDate, "the number is no date, but its format is one: the spreadsheet shows ####", "format the cell as a number or as text, or enter a date")
			}
			return text, -1, nil, nil
		}
		if s.mask && f >= 0 && f < 1e15 && f == math.Trunc(f) {
			if text, ok := r.mask.show(strconv.FormatFloat(f, 'f', -1, 64), f, format.code); ok {
				return text, -1, nil, nil
			}
		}
	}
	start = len(r.scratch)
	r.scratch = strconv.AppendFloat(r.scratch, f, 'f', -1, 64)
	return "", start, nil, nil
}

// isSimple reports whether a number is whole, has at most 15 digits and is
// written as it should be read.
func isSimple(b []byte) bool {
	if len(b) > 15 || b[0] == '0' && len(b) > 1 {
		return false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// parseNumber reads a decimal number with an exponent or without, and nothing
// else that strconv would take.
func parseNumber(b []byte) (float64, bool) {
	for _, c := range b {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(string(b), 64)
	return f, err == nil
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}

func (r *xlsxReader) rows(ctx context.Context, yield func(*Row) bool) error {
	sheet, err := r.p.openSheet(r.sheet.part, r.x)
	if err != nil {
		return err
	}
	j := newJudge(r.header, r.opts.Fits)
	r.seen = sheetSeen{widest: len(r.header)}
	var row Row
	for n := 0; ; n++ {
		if n&0xFF == 0 {
			if err := ctx.Err(); err != nil {
				sheet.close()
				return err
			}
		}
		raw, err := sheet.next()
		if err != nil {
			return r.inSheet(r.sheet, err)
		}
		if raw == nil {
			break
		}
		if raw.number <= r.headAt {
			continue
		}
		last, v, err := r.resolve(raw)
		if err != nil {
			sheet.close()
			return r.inSheet(r.sheet, err)
		}
		if last == 0 && v == nil {
			continue
		}
		if raw.hidden {
			if r.seen.hiddenRows++; r.seen.hiddenRows == 1 {
				r.seen.firstHidden = raw.number
			}
		}
		r.seen.widest = max(r.seen.widest, last)
		row = Row{Number: raw.number}
		if v == nil {
			for len(r.cells) < r.width {
				r.cells = append(r.cells, "")
			}
			row.Cells = r.cells[:r.width]
			v = j.row(raw.number, row.Cells)
		}
		if v != nil {
			row.Cells, row.Err = nil, r.refuse(raw.number, v)
		}
		if !yield(&row) {
			sheet.close()
			return nil
		}
	}
	r.seen.hidden, r.seen.merged, r.seen.firstMerged = sheet.hiddenColumns, sheet.merged, sheet.firstMerged
	r.seen.lastRow, r.seen.saidRow = sheet.last, sheet.saidRow
	return nil
}

// refuse makes a verdict an error with its place.
func (r *xlsxReader) refuse(row int, v *verdict) *Error {
	e := &Error{File: r.p.src.name, Sheet: r.sheet.name, Row: row, Code: v.code, Reason: v.reason, Hint: v.hint, Value: v.value}
	if v.column >= 0 {
		e.Column = v.column + 1
		if v.column < len(r.header) {
			e.Header = r.header[v.column]
		}
	}
	return e
}

func (r *xlsxReader) counted(info *Info) error {
	if err := r.verifyStrings(); err != nil {
		return err
	}
	r.width = max(len(r.header), r.seen.widest)
	named := len(r.header)
	for len(r.header) < r.width {
		r.header = append(r.header, "")
	}
	info.Header = r.header
	warn := func(row, column int, code Code, text, hint string) {
		info.Warnings = append(info.Warnings, Warning{Row: row, Column: column, Code: code, Text: text, Hint: hint})
	}
	if r.width > named {
		warn(0, named+1, WarnNoHeaderName, fmt.Sprintf("there are filled cells in columns without a header, as far as column %s", ColumnName(r.width)), "give the column a header if it matters")
	}
	if n := r.seen.hiddenRows; n > 0 {
		warn(r.seen.firstHidden, 0, WarnHiddenRows, fmt.Sprintf("%d hidden or filtered rows are read like the others, the first is row %d", n, r.seen.firstHidden),
			"delete them if they are not meant")
	}
	for _, s := range r.seen.hidden {
		if s.from <= r.width {
			warn(0, s.from, WarnHiddenColumns, fmt.Sprintf("hidden columns are read like the others: %s to %s", ColumnName(s.from), ColumnName(min(s.to, r.width))), "")
		}
	}
	if r.seen.saidRow > r.seen.lastRow {
		warn(r.seen.lastRow, 0, WarnDimension, fmt.Sprintf("the sheet says that it ends at row %d, but its last row is %d", r.seen.saidRow, r.seen.lastRow), "look whether all rows are there")
	}
	if n := r.seen.merged; n > 0 {
		warn(0, 0, WarnMerged, fmt.Sprintf("%d groups of cells are merged, such as %q: each has its value in its first cell, the others are empty", n, r.seen.firstMerged), "")
	}
	for i, s := range r.book.sheets {
		if s.hidden && s.cells && &r.book.sheets[i] != r.sheet {
			warn(0, 0, WarnHiddenSheet, fmt.Sprintf("the hidden sheet %q is not read", s.name), "name it with --sheet if it is meant")
		}
	}
	return nil
}

func (r *xlsxReader) close() { r.mask.close() }
