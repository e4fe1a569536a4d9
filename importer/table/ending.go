package table

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"vitec-import/importer/table/internal/celltext"
	"vitec-import/importer/table/internal/delimited"
)

// Ending says how a file ends. A file that is still being copied, or whose
// copying broke off, can end anywhere.
type Ending struct {
	Row  int  // the last row, if nothing ends its line; 0 = something does, as always in a workbook
	Cut  bool // and the row itself looks cut off
	Code Code // why: too few cells, an open quotation mark, or the cell
}

const (
	// enoughAlike is how many cells that are alike make it unlikely that one that is
	// not is whole.
	enoughAlike = 2
	// compared is how many rows at least the last one is held against, if there are
	// so many.
	compared = 10_000
)

// Ending finds out how the file ends. The last row is held against the others: it
// is cut off if it has fewer cells than any of them, or if its last cell is
// empty where no other is, is the beginning of what several others say, or is a
// number that is shorter than all others, which are of one length.
func (f *File) Ending(ctx context.Context) (Ending, error) {
	c, ok := f.reader.(*csvReader)
	if !ok || c.lineEnds() {
		return Ending{}, nil
	}
	f.src.begin(ctx)
	var last delimited.Row
	var before [][]string // the cells of the rows before it
	fewest := len(f.info.Header)
	_, err := c.d.Rows(ctx, c.src.reader(int64(c.d.Mark)), true, func(r *delimited.Row) bool {
		if last.Line > 0 && last.Err == nil {
			fewest = min(fewest, len(last.Raw))
			if before = append(before, last.Cells); len(before) == 2*compared {
				before = slices.Clone(before[compared:])
			}
		}
		last = *r
		return true
	})
	if err != nil || last.Line == 0 {
		return Ending{}, err
	}
	e := Ending{Row: last.Line}
	cell := len(last.Raw) - 1
	switch {
	case last.Err != nil:
		e.Code, e.Cut = last.Err.Code, last.Err.Code == CodeUnclosedQuote || last.Err.Code == CodeTooFewCells
	case cell+1 < fewest:
		e.Code, e.Cut = CodeTooFewCells, true
	case slices.ContainsFunc(last.Faults, func(e *Error) bool { return e.Column == cell+1 && (e.Code == CodeInvalidByte || e.Code == CodeControl) }):
		e.Code, e.Cut = CodeInvalidByte, true
	case isQuoted(last.Raw[cell]) || cell >= len(last.Cells):
	case cutOff(column(before, cell), strings.TrimSpace(last.Cells[cell])):
		e.Code, e.Cut = CodeInvalidCell, true
	}
	return e, nil
}

// column returns the cells of a 0-based column, without the spaces around them.
func column(rows [][]string, at int) (cells []string) {
	for _, row := range rows {
		if at < len(row) {
			cells = append(cells, strings.TrimSpace(row[at]))
		}
	}
	return cells
}

// isQuoted reports whether a cell stands in quotation marks, and so is whole.
func isQuoted(raw []byte) bool {
	return len(raw) > 1 && (raw[0] == '"' || raw[0] == '\'') && raw[len(raw)-1] == raw[0]
}

// lineEnds reports whether the file's last byte is of a line end, or
// ends the file in DOS.
func (c *csvReader) lineEnds() bool {
	tail := make([]byte, min(2, c.src.size))
	if _, err := c.src.f.ReadAt(tail, c.src.size-int64(len(tail))); err != nil {
		return true // whoever reads the rows will tell
	}
	if !strings.HasPrefix(c.d.Charset.Name, "utf-16") {
		tail = tail[len(tail)-1:]
	}
	return slices.ContainsFunc(tail, func(b byte) bool { return b == '\n' || b == '\r' || b == 0x1a })
}

// cutOff reports whether a cell looks like the beginning of one, by the others of
// its column.
func cutOff(others []string, cell string) bool {
	if len(others) < enoughAlike || slices.Contains(others, cell) {
		return false
	}
	if cell == "" {
		return true
	}
	_, domain, address := strings.Cut(cell, "@")
	longer := map[string]int{} // how often what begins so is said
	numbers, length := true, 0 // of one length
	for _, other := range slices.DeleteFunc(others, celltext.Blank) {
		_, whole, also := strings.Cut(other, "@")
		switch {
		case address && also && domain == whole:
			return false
		case strings.HasPrefix(other, cell):
			longer[other]++
		case address && also && strings.HasPrefix(whole, domain):
			longer[whole] += enoughAlike
		}
		n := utf8.RuneCountInString(other)
		numbers = numbers && (length == 0 || length == n) && strings.ContainsAny(other, "0123456789")
		length = n
	}
	for _, n := range longer {
		if n >= enoughAlike {
			return true
		}
	}
	return numbers && utf8.RuneCountInString(cell) < length
}
