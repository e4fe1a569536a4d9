package delimited

import (
	"context"
	"errors"
	"io"
	"strings"

	"vitec-import/importer/table/internal/celltext"
	"vitec-import/importer/table/internal/fault"
)

// Pass says what a pass over the rows saw besides them. Lines are 1-based.
type Pass struct {
	Padded, PaddedAt int // rows with fewer cells than the header, the first of them
	Longer, LongerAt int // rows with more cells, the last ones empty
}

// Rows calls yield for each row below the header, in order, until it returns
// false. r has the bytes of the file behind its byte order mark. The error says
// why the rows ended early.
func (d *Dialect) Rows(ctx context.Context, r io.Reader, raw bool, yield func(*Row) bool) (Pass, error) {
	p := d.parser(r)
	pass, missing := Pass{}, 0
	var short []*Row // rows with fewer cells than the header that wait for the next one
	inRun := false   // more of them than a broken row has pieces came before
	flush := func() bool {
		if !inRun {
			d.judgeShort(short)
		}
		for _, row := range short {
			if row.Err == nil {
				if pass.Padded++; pass.Padded == 1 {
					pass.PaddedAt = row.Line
				}
				row.Cells = append(row.Cells, make([]string, d.width-len(row.Cells))...)
			}
			if !yield(row) {
				return false
			}
		}
		short = short[:0]
		return true
	}
	for n := 0; ; n++ {
		if err := ctx.Err(); err != nil && n%256 == 0 {
			return pass, err
		}
		rec, err := p.next()
		if err == io.EOF {
			flush()
			return pass, nil
		}
		if err != nil {
			var e *fault.Error
			if errors.As(err, &e) && !flush() {
				return pass, nil
			}
			return pass, err
		}
		if rec.line <= d.HeaderLine || string(rec.raw) == "\x1a" && rec.end == "" { // the end of a file in DOS
			continue
		}
		cells, faults := d.cells(rec)
		if rec.fault != fault.UnclosedQuote && rec.fault != fault.StrayQuote && len(faults) == 0 && celltext.Filled(cells) == 0 {
			continue
		}
		row := &Row{Line: rec.line, Cells: cells, Faults: faults, Err: d.shape(p, rec, cells)}
		if raw {
			row.Raw = d.rawCells(rec)
		}
		switch {
		case row.Err != nil:
			row.Cells, row.Faults = nil, nil
		case len(cells) < d.width:
			if missing += d.width - len(cells); missing > maxPadding {
				return pass, fail(fault.TooLarge, rec.line, say("the header has %d columns, but the rows have only a few of them: as a table they are too large", d.width),
					say("delete the columns that are not used, or name another header row with --header-row"))
			}
			if short = append(short, row); !inRun && len(short) <= maxPieces {
				continue
			}
			inRun = true // the list leaves out its trailing empty cells
			if !flush() {
				return pass, nil
			}
			continue
		case len(cells) > d.width:
			if pass.Longer++; pass.Longer == 1 {
				pass.LongerAt = rec.line
			}
			row.Cells = cells[:d.width]
		}
		if !flush() {
			return pass, nil
		}
		inRun = false
		if !yield(row) {
			return pass, nil
		}
	}
}

// judgeShort refuses a short row that stands alone between full ones if its cells
// have moved, and several if they seem
// to be the pieces of one row that a line break in an unquoted cell has broken:
// together they have its cells, k pieces sharing k-1 of them, and they do not
// look like rows of their own. Rows whose trailing empty cells are left out, as
// spreadsheets write them, do: they are equally long, or their cells are of the
// kind that their columns have.
func (d *Dialect) judgeShort(rows []*Row) {
	refuse := func(row *Row, reason, hint fault.Text) {
		row.Err = &fault.Error{Code: fault.TooFewCells, Reason: reason, Hint: hint}
		row.Cells, row.Faults = nil, nil
	}
	if len(rows) == 1 && d.moved(rows[0].Cells) {
		refuse(rows[0], say("the row has %d cells, the header has %d: its cells have moved", len(rows[0].Cells), d.width), say("look whether a delimiter is missing; put one for each empty cell"))
	}
	if len(rows) < 2 {
		return
	}
	sum, alike, like, unlike := 0, true, 0, false
	for _, row := range rows {
		sum += len(row.Cells)
		alike = alike && len(row.Cells) == len(rows[0].Cells)
		fits := false
		for i, cell := range row.Cells {
			fits = fits || i < len(d.kinds) && d.kinds[i] == kindOf(cell) && d.kinds[i] != words
			unlike = unlike || d.unlike(i, cell)
		}
		if fits {
			like++
		}
	}
	if sum-(len(rows)-1) != d.width || !unlike && (alike || like == len(rows)) {
		return
	}
	for _, row := range rows {
		refuse(row, say("the row has %d of %d cells and seems to be part of a row that a line break has broken", len(row.Cells), d.width),
			say("put the cell with the line break in quotation marks, or, if the row is whole, put a delimiter for each empty cell at its end"))
	}
}

// unlike reports whether a cell is of another kind than the others of its 0-based
// column.
func (d *Dialect) unlike(column int, cell string) bool {
	if column >= len(d.kinds) || d.kinds[column] == mixed {
		return false
	}
	k := kindOf(cell)
	return k != nothing && k != d.kinds[column]
}

// enoughFull is how many full rows tell of what kind their columns are.
const enoughFull = 5

// moved reports whether the cells of a row that has not as many as the header
// seem to stand in other columns than they should: two of them are unlike those
// of many full rows.
func (d *Dialect) moved(cells []string) bool {
	n := 0
	for i, cell := range cells {
		if d.unlike(i, cell) {
			n++
		}
	}
	return n > 1 && d.full >= enoughFull
}

// kind is what a cell looks like, well enough to tell columns apart.
type kind uint8

const (
	nothing kind = iota
	words
	digits
	address
	mixed // of a column: its cells are of several kinds
)

func kindOf(cell string) kind {
	switch {
	case celltext.Blank(cell):
		return nothing
	case strings.Contains(cell, "@"):
		return address
	case celltext.MostlyDigits(cell):
		return digits
	}
	return words
}

// columnKinds are the kinds of the columns, by rows as wide as the header.
func columnKinds(rows [][]string, width int) []kind {
	kinds := make([]kind, width)
	for _, cells := range rows {
		for i := range width {
			switch k := kindOf(cells[i]); {
			case kinds[i] == nothing:
				kinds[i] = k
			case k != nothing && k != kinds[i]:
				kinds[i] = mixed
			}
		}
	}
	for i := range kinds {
		if kinds[i] == nothing {
			kinds[i] = mixed
		}
	}
	return kinds
}

// Even reports whether most lines have no more cells than the header.
func (d *Dialect) Even() bool { return d.even }
