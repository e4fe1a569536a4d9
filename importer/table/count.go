package table

import (
	"context"
	"slices"
	"strings"

	"vitec-import/importer/table/internal/celltext"
	"vitec-import/importer/table/internal/delimited"
)

const (
	// maxRefused is how many rows may be refused if they are more than half of
	// all rows: a file with more of them is not a list, or is read in a wrong way.
	maxRefused = 100_000
	// maxWarnings is how many warnings of one kind are given one by one.
	maxWarnings = 10
)

// count reads all rows once, so that a file with a fault near its end is
// known before its first row is used, and keeps their number.
func (f *File) count(ctx context.Context) error {
	var totals, mojibake, lost, unread marks
	letters := func(number int, cells []string) {
		for i, c := range cells {
			if delimited.DoubleEncoded(c) {
				mojibake.add(number, i+1)
			}
			if strings.Contains(c, "\uFFFD") {
				lost.add(number, i+1)
			}
		}
	}
	i := &f.info
	letters(i.HeaderRow, i.Header)
	fits := 0
	if f.opts.Fits != nil {
		fits = f.opts.Fits(i.Header)
	}
	if f.opts.HeaderRow == 0 && fits == 0 && likeRow(i.Header) {
		i.warn(i.HeaderRow, 0, WarnDataHeader, say("row %d is taken for the header, though it looks like a row of the list", i.HeaderRow), say("if the list has no header, put a line with the names of the columns above it"))
	}
	strayed, strayedAt := 0, 0 // rows of one column with a delimiter in them
	oneColumn := i.Format == "csv" && i.Delimiter == ""
	var first *Error // of a row
	var head [][]string
	columns := make([]bool, len(i.Header)) // those with anything in them
	err := f.pass(ctx, func(r *Row) bool {
		i.Rows++
		if r.Err != nil {
			if i.Refused++; first == nil {
				first = r.Err
			}
			return i.Refused < maxRefused || i.Refused*2 < i.Rows
		}
		if len(head) < headRows {
			head = append(head, slices.Clone(r.Cells))
		}
		for c, cell := range r.Cells[:min(len(columns), len(r.Cells))] {
			columns[c] = columns[c] || !celltext.Blank(cell)
		}
		if k := slices.IndexFunc(r.Cells, func(c string) bool { return !celltext.Blank(c) }); f.opts.Fits == nil && k >= 0 && isTotalRow(r.Cells, k) {
			totals.add(r.Number, 0)
		}
		for _, e := range r.Faults { // in a column that is wanted it refuses the row, which says more
			if f.opts.Fits != nil && (e.Header == "" || f.opts.Fits([]string{e.Header}) == 0) {
				unread.add(r.Number, e.Column)
			}
		}
		letters(r.Number, r.Cells)
		if oneColumn && strings.ContainsAny(r.Cells[0], "\t;|") {
			if strayed++; strayed == 1 {
				strayedAt = r.Number
			}
		}
		return true
	})
	switch {
	case err != nil:
		return err
	case i.Refused >= maxRefused && i.Refused*2 >= i.Rows:
		first.Reason = say("%d of the first %d rows are refused; the first: %s", i.Refused, i.Rows, first.Reason)
		return first
	}
	if err := f.layout(head, columns); err != nil {
		return err
	}
	i.marks(WarnFooter, totals, say("looks like a total"), say("delete the row if it does not belong to the list"), "%d rows look like totals in all")
	i.marks(WarnMojibake, mojibake, say("the text looks as if it had been encoded twice, and is left as it is"), say("export the list again as UTF-8"), "%d cells look as if they had been encoded twice in all")
	i.marks(WarnReplacement, lost, say("letters were lost before the file came here: U+FFFD stands in their place"), say("export the list again"), "%d cells have lost letters in all")
	if unread.n > 0 {
		p := unread.first[0]
		i.warn(p.Row, p.Column, WarnUnread, plural(unread.n, "%d cell cannot be read, in a column that the mapping does not name: the row is read without it",
			"%d cells cannot be read, in columns that the mapping does not name: the rows are read without them", unread.n), none)
	}
	if strayed > 0 {
		i.warn(strayedAt, 0, WarnOneColumn, plural(strayed, "row %[2]d has a delimiter in it, and is read as one cell like the others",
			"%d rows have a delimiter in them, and are read as one cell like the others; the first is row %d", strayed, strayedAt), say("name the delimiter with --delimiter"))
	}
	f.reader.finish(i)
	return f.src.verifyEnd()
}

// layout looks whether the cells stand as those of one table do.
func (f *File) layout(head [][]string, columns []bool) error {
	i := &f.info
	if transposed(i.Header, head, f.opts.Fits) {
		text, hint := say("the headings seem to stand in the first column"), say("turn the table: copy it and paste it transposed, so that each person has a row")
		if f.opts.Fits != nil {
			return &Error{Row: i.HeaderRow, Sheet: i.Sheet, Code: CodeHeader, Reason: text, Hint: hint}
		}
		i.warn(i.HeaderRow, 0, WarnTransposed, text, hint)
	}
	if i.Blocks = blocks(i.Header, columns); i.Blocks != nil {
		b := i.Blocks[1]
		i.warn(i.HeaderRow, b.From, WarnSideBySide, say("%d tables seem to stand side by side, the second in the columns from %s on: a row has cells of each of them", len(i.Blocks), ColumnName(b.From)),
			say("put each table into a sheet or a file of its own, if they are lists of different people"))
	}
	return nil
}
