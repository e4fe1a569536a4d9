package table

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"vitec-import/importer/table/internal/delimited"
)

// Ending says how a file ends. A file that is still being copied, or whose
// copying broke off, can end anywhere.
type Ending struct {
	Row  int  // the last row, if nothing ends its line; 0 = something does, as always in a workbook
	Cut  bool // and the row itself looks cut off
	Code Code // why: too few cells, an open quotation mark, or the cell
}

// enoughAlike is how many cells that are alike make it unlikely that one that is
// not is whole.
const enoughAlike = 2

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
	fewest, rows := len(f.info.Header), 0
	_, err := c.d.Rows(ctx, c.src.reader(int64(c.d.Mark)), true, func(r *delimited.Row) bool {
		if rows > 0 && last.Err == nil {
			fewest = min(fewest, len(last.Raw))
		}
		rows++
		last = *r
		last.Raw = slices.Clone(r.Raw)
		for i := range last.Raw {
			last.Raw[i] = slices.Clone(last.Raw[i])
		}
		return true
	})
	if err != nil || rows == 0 {
		return Ending{}, err
	}
	e := Ending{Row: last.Line}
	cell := len(last.Raw) - 1
	switch {
	case last.Err != nil:
		e.Code, e.Cut = last.Err.Code, last.Err.Code == CodeUnclosedQuote || last.Err.Code == CodeTooFewCells
		return e, nil
	case cell+1 < fewest:
		e.Code, e.Cut = CodeTooFewCells, true
		return e, nil
	case slices.ContainsFunc(last.Faults, func(e *Error) bool { return e.Column == cell+1 && (e.Code == CodeInvalidByte || e.Code == CodeControl) }):
		e.Code, e.Cut = CodeInvalidByte, true
		return e, nil
	case isQuoted(last.Raw[cell]) || cell >= len(last.Cells):
		return e, nil
	}
	cut := cutCell{text: strings.TrimSpace(last.Cells[cell]), longer: map[string]int{}}
	f.src.begin(ctx)
	n := 0
	_, err = c.d.Rows(ctx, c.src.reader(int64(c.d.Mark)), false, func(r *delimited.Row) bool {
		if n++; n < rows && r.Err == nil && cell < len(r.Cells) {
			cut.compare(strings.TrimSpace(r.Cells[cell]))
		}
		return n < rows
	})
	if cut.off() {
		e.Code, e.Cut = CodeInvalidCell, true
	}
	return e, err
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

// cutCell is the last cell of a file, held against the others of its column.
type cutCell struct {
	text    string
	others  int
	empty   bool           // another one is
	same    bool           // another one says the same, or has the same domain
	longer  map[string]int // how often what begins so is said
	words   bool           // another one has no digit
	lengths []int          // of the others, two at most
}

func (c *cutCell) compare(other string) {
	c.others++
	_, domain, address := strings.Cut(c.text, "@")
	_, whole, also := strings.Cut(other, "@")
	switch {
	case other == "":
		c.empty = true
		return
	case other == c.text, address && also && domain == whole:
		c.same = true
	case c.text != "" && strings.HasPrefix(other, c.text):
		c.longer[other]++
	case address && also && strings.HasPrefix(whole, domain):
		c.longer[whole] += enoughAlike
	}
	c.words = c.words || !strings.ContainsAny(other, "0123456789")
	if n := utf8.RuneCountInString(other); len(c.lengths) < 2 && !slices.Contains(c.lengths, n) {
		c.lengths = append(c.lengths, n)
	}
}

// off reports whether the cell looks cut off.
func (c *cutCell) off() bool {
	switch {
	case c.same || c.others < enoughAlike:
		return false
	case c.text == "":
		return !c.empty
	}
	for _, n := range c.longer {
		if n >= enoughAlike {
			return true
		}
	}
	return !c.words && len(c.lengths) == 1 && utf8.RuneCountInString(c.text) < c.lengths[0]
}
