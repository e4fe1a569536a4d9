package table

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"vitec-import/importer/table/internal/celltext"
	"vitec-import/importer/table/internal/fault"
	"vitec-import/importer/table/internal/workbook"
)

const (
	// wideBy is how far right of the header's last column a filled cell may
	// stand and belong to the table.
	wideBy = 256
	// maxMissing is how many cells the rows of a sheet may have less than the
	// header, all together: a wide header above many short rows makes a small
	// file into a very large table.
	maxMissing = 1 << 28
	// headGap is how many rows without anything the search for the header goes on
	// behind filled ones. Formatted rows can go on for a million.
	headGap = 10_000
)

// xlsxReader reads the rows of one sheet of a workbook.
type xlsxReader struct {
	opts    Options
	book    *workbook.Book
	sheet   *workbook.Sheet
	headAt  int
	names   int // columns of the header
	width   int // cells of a row
	seen    sheetSeen
	counted bool // the first whole pass is over, and the width known
}

// sheetSeen is what the first whole pass saw besides the rows.
type sheetSeen struct {
	widest      int   // last filled column
	hidden      marks // rows
	extras      workbook.Extras
	struck      marks // rows that are struck through
	struckCells marks
	zeros       marks
}

// marks are places of one kind: how many, and the first ones.
type marks struct {
	n     int
	first []workbook.Place
}

func (m *marks) add(row, column int) {
	if m.n++; len(m.first) < maxWarnings {
		m.first = append(m.first, workbook.Place{Row: row, Column: column})
	}
}

// openXLSX checks the parts of the workbook, chooses the sheet and finds its
// header.
func openXLSX(ctx context.Context, src *source, o Options, info *Info) (*xlsxReader, error) {
	info.Format = "xlsx"
	if o.Encoding != "" || o.Delimiter != "" {
		info.warn(0, 0, WarnOption, say("the file is a workbook: the encoding and the delimiter that were named are not used"), none)
	}
	book, err := workbook.Open(src, src.size)
	if err != nil {
		return nil, err
	}
	r := &xlsxReader{opts: o, book: book}
	if err := r.chooseSheet(ctx, info); err != nil {
		return nil, err
	}
	return r, book.Verify(r.sheet)
}

func (r *xlsxReader) rows(ctx context.Context, yield func(*Row) bool) error {
	missing := 0
	seen := &r.seen
	if r.counted {
		seen = new(sheetSeen)
	}
	merged := covering{ranges: r.seen.extras.Merged}
	var refused error
	extras, err := r.book.Rows(ctx, r.sheet, func(raw *workbook.Row) bool {
		if raw.Number <= r.headAt {
			return true
		}
		row, filled := r.row(raw, seen)
		if !filled {
			return true
		}
		if missing += max(0, r.names-len(raw.Cells)); missing > maxMissing {
			refused = &Error{Sheet: r.sheet.Name, Row: raw.Number, Code: CodeTooLarge, Reason: say("the header has %d columns, but the rows have only a few of them: as a table they are too large", r.names),
				Hint: say("delete the columns that are not used, or name another header row with --header-row")}
			return false
		}
		if row.Err == nil {
			merged.mark(row, len(row.Cells))
		}
		return yield(row)
	})
	if refused != nil {
		return refused
	}
	seen.extras = extras
	return err
}

// row makes a row of the table of one of the sheet.
func (r *xlsxReader) row(raw *workbook.Row, seen *sheetSeen) (row *Row, filled bool) {
	width := r.width
	if n := len(raw.Cells); !r.counted {
		width = r.names
		if n > 0 {
			width = max(width, min(raw.Cells[n-1].Column, r.width))
		}
	}
	row = &Row{Number: raw.Number, Cells: make([]string, width)}
	if r.opts.KeepRaw {
		row.Written = make([]Written, width)
	}
	var struck []int // columns
	whole := true    // all of the row is struck through
	for i := range raw.Cells {
		c := &raw.Cells[i]
		if c.Fault == nil && celltext.Blank(c.Text) && (c.Written == "" && c.Text == "" || c.Column > r.width) {
			continue
		}
		if c.Column > r.width { // beyond the table: only those who read the column mind
			row.Err = &Error{Column: c.Column, Code: CodeTooManyCells, Reason: say("a cell far to the right of column %s, the last one of the table, is filled in", ColumnName(r.names)), Hint: say("move it into the table, or delete it")}
			filled = true
			continue
		}
		text := c.Text
		if c.Zero && c.Column <= r.names { // a person may have meant something else
			seen.zeros.add(raw.Number, c.Column)
		}
		if r.opts.Links {
			text = cmp.Or(r.address(raw.Number, c), text)
		}
		if c.Fault != nil {
			e := *c.Fault
			e.Column = c.Column
			row.Faults, text = append(row.Faults, &e), ""
		}
		row.Cells[c.Column-1] = text
		if r.opts.KeepRaw {
			row.Written[c.Column-1] = written(c)
		}
		if c.Fault == nil && celltext.Blank(text) {
			continue
		}
		filled = true
		seen.widest = max(seen.widest, c.Column)
		whole = whole && c.Struck
		if (c.Struck || c.Partly) && c.Column <= r.names {
			struck = append(struck, c.Column)
		}
	}
	switch {
	case whole && len(struck) > 0:
		seen.struck.add(raw.Number, 0)
	default:
		for _, column := range struck {
			seen.struckCells.add(raw.Number, column)
		}
	}
	if filled && raw.Hidden {
		seen.hidden.add(raw.Number, 0)
	}
	return row, filled
}

// address is the address of the mailto: link behind a text that is none, "" if
// there is none.
func (r *xlsxReader) address(row int, c *workbook.Cell) string {
	if strings.Contains(c.Text, "@") || c.Fault != nil {
		return ""
	}
	if c.Mailto != "" {
		return c.Mailto
	}
	return r.seen.extras.Links[workbook.Place{Row: row, Column: c.Column}]
}

// written is a cell as it is written.
func written(c *workbook.Cell) Written {
	switch {
	case c.IsText:
		return Written{Text: c.Written}
	case c.Fault != nil:
		return Written{Unread: true}
	}
	return Written{Text: Escape(c.Text)}
}

// covering finds the cells that merged ranges cover, row by row.
type covering struct {
	ranges []workbook.Range
	active []workbook.Range
	sorted bool
	next   int
}

// mark gives a fault to the empty cells of a row that show the value of the
// first cell of a merged range.
func (c *covering) mark(row *Row, width int) {
	if !c.sorted {
		c.ranges = slices.SortedFunc(slices.Values(c.ranges), func(a, b workbook.Range) int { return a.FromRow - b.FromRow })
		c.sorted = true
	}
	for c.next < len(c.ranges) && c.ranges[c.next].FromRow <= row.Number {
		c.active = append(c.active, c.ranges[c.next])
		c.next++
	}
	c.active = slices.DeleteFunc(c.active, func(m workbook.Range) bool { return m.ToRow < row.Number })
	for _, m := range c.active {
		for column := m.FromColumn; column <= min(m.ToColumn, width); column++ {
			if row.Number == m.FromRow && column == m.FromColumn || row.Cells[column-1] != "" {
				continue
			}
			first := ColumnName(m.FromColumn) + strconv.Itoa(m.FromRow)
			row.Faults = append(row.Faults, &Error{Column: column, Code: CodeMergedCell, Reason: say("the cell is merged with %s, which alone has the value that both show", first),
				Hint: say("unmerge the cells and write into each what belongs there")})
		}
	}
	slices.SortStableFunc(row.Faults, func(a, b *Error) int { return a.Column - b.Column })
}

func (r *xlsxReader) finish(info *Info) {
	s := &r.seen
	r.width = max(r.names, min(s.widest, r.names+wideBy))
	for len(info.Header) < r.width {
		info.Header = append(info.Header, "")
	}
	for r.opts.KeepRaw && len(info.Written) < r.width {
		info.Written = append(info.Written, Written{})
	}
	r.counted = true
	if r.width > r.names {
		info.warn(0, r.names+1, WarnNoHeaderName, say("there are filled cells in columns without a header, as far as column %s", ColumnName(r.width)), say("give the column a header if it matters"))
	}
	if n := s.hidden.n; n > 0 {
		first := s.hidden.first[0].Row
		info.warn(first, 0, WarnHiddenRows, plural(n, "row %[2]d is hidden or filtered out and is read like the others",
			"%d hidden or filtered rows are read like the others, the first is row %d", n, first), say("delete them if they are not meant"))
	}
	if i := slices.IndexFunc(s.extras.HiddenColumns, func(h workbook.Range) bool { return h.FromColumn <= r.width }); i >= 0 {
		from := s.extras.HiddenColumns[i].FromColumn
		info.warn(0, from, WarnHiddenColumns, say("hidden columns are read like the others, the first is %s", ColumnName(from)), none)
	}
	if s.extras.SaidRow > s.extras.LastRow {
		info.warn(s.extras.LastRow, 0, WarnDimension, say("the sheet says that it ends at row %d, but its last row is %d", s.extras.SaidRow, s.extras.LastRow), say("look whether all rows are there"))
	}
	r.finishMarks(info)
	var left []Text
	for _, sheet := range r.book.Sheets() {
		if sheet.Hidden && sheet.Cells && sheet != r.sheet && len(left) < maxWarnings {
			left = append(left, say("%q", sheet.Name))
		}
	}
	if len(left) > 0 {
		info.warn(0, 0, WarnHiddenSheet, say("hidden sheets are not read: %s", fault.List(left)), say("name one with --sheet if it is meant"))
	}
}

// finishMarks warns of what the sheet shows and its cells do not say.
func (r *xlsxReader) finishMarks(info *Info) {
	s := &r.seen
	if all := slices.DeleteFunc(slices.Clone(s.extras.Merged), func(m workbook.Range) bool { return m.ToRow <= r.headAt }); len(all) > 0 {
		info.warn(all[0].FromRow, all[0].FromColumn, WarnMerged, plural(len(all),
			"the cells at %[2]s are merged: only the first of them has the value that all of them show",
			"%d groups of cells are merged, the first at %s: only the first cell of each has the value that all of them show", len(all), ColumnName(all[0].FromColumn)+strconv.Itoa(all[0].FromRow)), none)
	}
	info.marks(WarnStruck, s.struck, say("the row is struck through, and is read like the others"), say("delete the row if the person has cancelled"), "%d rows are struck through in all")
	info.marks(WarnStruck, s.struckCells, say("the cell, or a part of it, is struck through, and is read as if it were not"), say("delete what is struck through"), "%d cells are struck through in all")
	info.marks(WarnZero, s.zeros, say("the formula shows another cell, and its result is 0: that cell may be empty"), say("empty the cell if nothing should be in it"), "%d formulas show a 0 in all")
	if s.extras.Controls {
		info.warn(0, 0, WarnControls, say("check boxes or other controls lie on the sheet: what is ticked there is not read"), say("write yes or no into the cells, if it matters"))
	}
	var links []workbook.Place
	for place := range s.extras.Links {
		if r.opts.Links && place.Row > r.headAt {
			links = append(links, place)
		}
	}
	if len(links) > 0 {
		first := slices.MinFunc(links, func(a, b workbook.Place) int {
			if a.Row != b.Row {
				return a.Row - b.Row
			}
			return a.Column - b.Column
		})
		info.warn(first.Row, first.Column, WarnLink, say("there are e-mail links in the sheet: where the text of a cell is not an address, the address of the link is read"), none)
	}
}

// marks warns of places of one kind, of the first ones singly.
func (i *Info) marks(code Code, m marks, text, hint Text, all string) {
	for _, p := range m.first {
		i.warn(p.Row, p.Column, code, text, hint)
	}
	if m.n > len(m.first) {
		i.warn(0, 0, code, say(all, m.n), none)
	}
}
