package table

import (
	"context"
	"errors"
	"slices"
)

// wideBy is how far right of the header's last column a filled cell may stand
// and be read. A cell that is further away refuses its row.
const wideBy = 256

// maxBare is how many cells may have lost their values where <c></c> stands
// for a cell with nothing in it, and <c/> for what was written empty. Where
// there are more, the program has both ways to write them.
const maxBare = 3

// xlsxReader reads the rows of one sheet of a workbook. The sheet's part is
// read as a stream on every pass; only the shared strings and the number
// formats are held.
type xlsxReader struct {
	p       *opc
	opts    Options
	x       *xmlScanner
	book    *workbook
	strings *stringTable
	census  *cellCensus  // until the rows have been counted
	profile *profile     // likewise
	broken  map[int]bool // rows that are refused for what the count has shown
	formats []*numFormat

	sheet  *sheetRef
	headAt int
	header []string
	limit  int // last column that is read
	width  int // cells of a row
	seen   sheetSeen

	missing int   // cells that rows of this pass have not and the header has
	handed  int64 // bytes of the shared strings that cells had in this pass
	cells   []string
	class   []cellClass // of cells
	shown   cellClass   // of the cell that was read last
	scratch []byte
	spans   []textSpan
	written []Written // of the row, with Options.KeepRaw
	isText  bool      // the cell that was read last is a text
	text    string    // as it is written, with Options.KeepRaw
}

// textSpan is a cell whose text is scratch[start:end] until the row is whole.
type textSpan struct{ cell, start, end int }

// sheetSeen is what a pass saw besides the rows.
type sheetSeen struct {
	widest      int // last filled column of refused rows, within the limit
	hiddenRows  int
	firstHidden int
	hidden      []span
	merged      int
	firstMerged string
	lastRow     int   // last row element
	saidRow     int   // last row of the dimension
	bare        []int // rows with a cell that is written <c></c>, up to maxBare+1
	closed      bool  // the program writes elements without anything as <c/>
}

// openXLSX checks the container and its parts, chooses the sheet and finds
// its header.
func openXLSX(src *source, o Options, info *Info) (reader, error) {
	p, err := openOPC(src)
	if err != nil {
		return nil, err
	}
	r := &xlsxReader{p: p, opts: o, x: newXMLScanner(nil), profile: new(profile)}
	info.Format = "xlsx"
	if o.Encoding != "" || o.Delimiter != 0 {
		info.Warnings = append(info.Warnings, Warning{Code: WarnOption, Text: say("the file is a workbook: the encoding and the delimiter that were named are not used")})
	}
	if r.book, err = p.openWorkbook(r.x); err != nil {
		return nil, err
	}
	if r.book.strings != nil {
		if r.strings, err = p.loadStrings(r.book.strings, r.x, o.KeepRaw); err != nil {
			return nil, err
		}
	}
	if r.book.styles != nil {
		if r.formats, r.book.saidStyles, err = p.loadStyles(r.book.styles, r.x); err != nil {
			return nil, err
		}
	}
	if err := r.chooseSheet(info); err != nil {
		return nil, err
	}
	if r.census = new(cellCensus); r.strings != nil {
		r.census.used = make([]uint64, (r.strings.len()+63)/64)
	}
	// The sheet that was chosen is read to its end when its rows are counted.
	if err := p.verify(r.x, r.census, r.sheet.part, r.book.strings, r.book.styles); err != nil {
		return nil, err
	}
	return r, nil
}

// inSheet adds the sheet's name to an error.
func (r *xlsxReader) inSheet(s *sheetRef, err error) error {
	var e *Error
	if errors.As(err, &e) && e.Sheet == "" && e.Code == CodeDamaged {
		e.Sheet = s.name
	}
	return err
}

func (r *xlsxReader) rows(ctx context.Context, yield func(*Row) bool) error {
	sheet, err := r.p.openSheet(r.sheet.part, r.x)
	if err != nil {
		return err
	}
	sheet.census, r.handed, r.missing = r.census, 0, 0
	j := newJudge(r.header, &r.opts, false)
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
		last, v, err := r.resolve(raw, false)
		if err != nil {
			sheet.close()
			return r.inSheet(r.sheet, err)
		}
		if last == 0 && v == nil {
			continue
		}
		if r.missing += max(0, len(r.header)-last); r.missing > maxMissing {
			sheet.close()
			return &Error{File: r.p.src.name, Sheet: r.sheet.name, Row: raw.number, Code: CodeTooLarge, Reason: say("the header has %v columns, but the rows have only a few of them: as a table they are too large", len(r.header)), Hint: say("delete the columns that are not used, or name another header row with --header-row")}
		}
		if raw.hidden {
			if r.seen.hiddenRows++; r.seen.hiddenRows == 1 {
				r.seen.firstHidden = raw.number
			}
		}
		row = Row{Number: raw.number}
		if r.opts.KeepRaw {
			row.Written = r.wholeWritten()
		}
		if v == nil {
			for len(r.cells) < r.width {
				r.cells = append(r.cells, "")
			}
			row.Cells = r.cells[:r.width]
			if v = j.row(raw.number, row.Cells); v == nil && r.broken[raw.number] {
				v = brokenRow
			}
		}
		if v != nil {
			row.Cells, row.Err = nil, r.refuse(raw.number, v)
			r.seen.widest = max(r.seen.widest, last)
		} else if r.profile != nil {
			r.profile.add(raw.number, r.cells[:last], r.class[:last])
			if raw.bare && len(r.seen.bare) <= maxBare {
				r.seen.bare = append(r.seen.bare, raw.number)
			}
		}
		if !yield(&row) {
			sheet.close()
			return nil
		}
	}
	r.seen.hidden, r.seen.merged, r.seen.firstMerged = sheet.hiddenColumns, sheet.merged, sheet.firstMerged
	r.seen.lastRow, r.seen.saidRow = sheet.last, sheet.saidRow
	r.seen.closed = sheet.closed
	return nil
}

// wholeWritten returns the cells of the row as they are written, as many as
// the row has.
func (r *xlsxReader) wholeWritten() []Written {
	for len(r.written) < r.width {
		r.written = append(r.written, Written{})
	}
	return r.written[:r.width]
}

// brokenRow is the verdict for a row that has lost a cell.
var brokenRow = &verdict{code: CodeBrokenRow, column: -1, reason: say("a cell has lost its value, or cells have shifted: the row is filled as no other is"),
	hint: say("look at the row in the spreadsheet")}

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
	if err := r.judgeStyles(); err != nil {
		return err
	}
	if err := r.judgeTexts(info); err != nil {
		return err
	}
	widest := 0
	r.broken, widest = r.profile.tell(info, len(r.header))
	if r.seen.closed && len(r.seen.bare) <= maxBare {
		for _, row := range r.seen.bare {
			r.broken[row] = true
		}
	}
	info.Refused += len(r.broken)
	r.census, r.profile = nil, nil // they count once
	r.width = max(len(r.header), r.seen.widest, widest)
	named := len(r.header)
	for len(r.header) < r.width {
		r.header = append(r.header, "")
	}
	info.Header = r.header
	if r.opts.KeepRaw {
		for len(info.Written) < r.width {
			info.Written = append(info.Written, Written{})
		}
	}
	warn := func(row, column int, code Code, text, hint Text) {
		info.Warnings = append(info.Warnings, Warning{Row: row, Column: column, Code: code, Text: text, Hint: hint})
	}
	if r.width > named {
		warn(0, named+1, WarnNoHeaderName, say("there are filled cells in columns without a header, as far as column %v", ColumnName(r.width)), say("give the column a header if it matters"))
	}
	if n := r.seen.hiddenRows; n > 0 {
		warn(r.seen.firstHidden, 0, WarnHiddenRows, plural(n, "row %[2]v is hidden or filtered out and is read like the others", "%v hidden or filtered rows are read like the others, the first is row %v", r.seen.firstHidden),
			say("delete them if they are not meant"))
	}
	if i := slices.IndexFunc(r.seen.hidden, func(s span) bool { return s.from <= r.width }); i >= 0 {
		from := r.seen.hidden[i].from
		warn(0, from, WarnHiddenColumns, say("hidden columns are read like the others, the first is %v", ColumnName(from)), none)
	}
	if r.seen.saidRow > r.seen.lastRow {
		warn(r.seen.lastRow, 0, WarnDimension, say("the sheet says that it ends at row %v, but its last row is %v", r.seen.saidRow, r.seen.lastRow), say("look whether all rows are there"))
	}
	if n := r.seen.merged; n > 0 {
		warn(0, 0, WarnMerged, plural(n, "the cells %[2]q are merged: they show the value of the first cell, and only that cell is read as having it", "%v groups of cells are merged, such as %q: each shows the value of its first cell, and only that cell is read as having it", r.seen.firstMerged), none)
	}
	var left []Text
	for i := range r.book.sheets {
		if s := &r.book.sheets[i]; s.hidden && s.cells && s != r.sheet && len(left) < maxWarnings {
			left = append(left, say("%q", s.name))
		}
	}
	if len(left) > 0 {
		warn(0, 0, WarnHiddenSheet, say("hidden sheets are not read: %v", list(left)), say("name one with --sheet if it is meant"))
	}
	return nil
}
