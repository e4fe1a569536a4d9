package table

import (
	"slices"
	"strings"

	"vitec-import/importer/table/internal/celltext"
)

// headRows is how many filled rows are searched for the header.
const headRows = 50

// headRow is one of the first filled rows of a file or sheet.
type headRow struct {
	number  int
	cells   []string
	ok      bool      // it could be read
	fault   *Error    // what is wrong with one of its cells, in a workbook
	written []Written // in a workbook
}

// findHeader returns the index of the header among the first rows, and how
// many of the wanted columns it names. It returns -1 if there are no rows.
func findHeader(rows []headRow, fits func([]string) int) (index, named int) {
	index = -1
	for i, r := range rows {
		if r.ok && fits != nil {
			if n := fits(celltext.Trimmed(r.cells)); n > named {
				index, named = i, n
			}
		}
	}
	if index >= 0 {
		return index, named
	}
	return headerByLooks(rows), 0
}

// headerByLooks takes the first row that is about as wide as the table. What
// is skipped above it must look like titles and it like a header, or the
// first row is taken. A row that cannot be read is never skipped: it may be
// the header.
func headerByLooks(rows []headRow) int {
	widest := 0
	for _, r := range rows {
		if r.ok {
			widest = max(widest, celltext.Filled(r.cells))
		}
	}
	if widest == 0 {
		return -1
	}
	for i, r := range rows {
		if !r.ok {
			return i
		}
		n := celltext.Filled(r.cells)
		if n*2 <= widest {
			continue
		}
		if i > 0 && (n < 2 || !celltext.Wordy(r.cells)) {
			break
		}
		return belowSmallTable(rows, i)
	}
	return 0
}

// belowSmallTable returns the header of a wider table below the one whose header
// seems to be at index first: a row of words that begins a new part of the sheet,
// behind a gap or a line of its own, with no wider row below it.
func belowSmallTable(rows []headRow, first int) int {
	for i := first + 2; i < len(rows)-1; i++ {
		above, r := rows[i-1], rows[i]
		parted := celltext.Filled(above.cells) == 1 || r.number > above.number+1
		if !r.ok || !parted || celltext.Filled(r.cells) <= celltext.Filled(rows[first].cells) || !celltext.Wordy(r.cells) || likeRow(r.cells) {
			continue
		}
		if !slices.ContainsFunc(rows[i+1:], func(below headRow) bool { return celltext.Filled(below.cells) > len(r.cells) }) {
			return i
		}
	}
	return first
}

// transposed reports whether the headings seem to stand in the first column: it
// names more of the wanted columns than the header does, or, if none are
// wanted, there is an address in each of the other cells of a row.
func transposed(header []string, rows [][]string, fits func([]string) int) bool {
	column := []string{}
	addresses := false
	for _, cells := range append([][]string{header}, rows...) {
		if len(cells) < 2 || celltext.Blank(cells[0]) {
			return false
		}
		column = append(column, strings.TrimSpace(cells[0]))
		others := slices.DeleteFunc(slices.Clone(cells[1:]), celltext.Blank)
		addresses = addresses || len(others) > 1 && !slices.ContainsFunc(others, func(c string) bool { return !strings.Contains(c, "@") }) && !strings.Contains(cells[0], "@")
	}
	if len(column) < 3 {
		return false
	}
	if fits != nil {
		n := fits(column)
		return n > 1 && n > fits(header)
	}
	return addresses && celltext.Wordy(column)
}

// blocks finds tables side by side: named columns between columns that have
// neither a name nor anything in them.
func blocks(header []string, filled []bool) (all []Block) {
	for i, h := range header {
		switch {
		case h == "" && (i >= len(filled) || !filled[i]):
		case len(all) > 0 && all[len(all)-1].To == i:
			all[len(all)-1].To = i + 1
		default:
			all = append(all, Block{i + 1, i + 1})
		}
	}
	// A single column beside the table is a note.
	all = slices.DeleteFunc(all, func(b Block) bool { return b.From == b.To })
	if len(all) < 2 {
		return nil
	}
	return all
}

// likeRow reports whether a header looks like a row: one of its cells is a
// value, or none has a word.
func likeRow(cells []string) bool {
	return slices.ContainsFunc(cells, isValue) || !slices.ContainsFunc(cells, func(cell string) bool {
		return cell != "" && celltext.Wordy([]string{cell})
	})
}

// isValue reports whether a cell is an address, a date, a time or a number of
// some length, as rows have them and headers have not.
func isValue(cell string) bool {
	return len(cell) >= 5 && celltext.MostlyDigits(cell) || isAddress(cell)
}

func isAddress(cell string) bool {
	at := strings.IndexByte(cell, '@')
	return at > 0 && strings.Contains(cell[at:], ".")
}
