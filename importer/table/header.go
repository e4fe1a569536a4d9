package table

import (
	"slices"
	"strings"
)

// headRows is how many filled rows are searched for the header.
const headRows = 50

// headGap is how many rows without anything the search goes on behind filled
// ones in a sheet. Formatted rows can go on for a million.
const headGap = 10_000

// headRow is one of the first filled rows of a file or sheet.
type headRow struct {
	number int
	cells  []string
	ok     bool     // it could be read
	fault  *verdict // what is wrong with one of its cells, in a workbook
	astray bool     // a quotation mark in it belongs to another cell, or to none

	written []Written // in a workbook, with Options.KeepRaw
}

// findHeader returns the index of the header among the first rows, and how
// many of the wanted columns it names. It returns -1 if there are no rows.
func findHeader(rows []headRow, fits func([]string) int) (index, named int) {
	index = -1
	if fits != nil {
		for i, r := range rows {
			if !r.ok {
				continue
			}
			if n := fits(trimmed(r.cells)); n > named {
				index, named = i, n
			}
		}
		if index >= 0 {
			return index, named
		}
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
			widest = max(widest, filled(r.cells))
		}
	}
	if widest == 0 {
		return -1
	}
	for i, r := range rows {
		if !r.ok {
			return i
		}
		n := filled(r.cells)
		if n*2 <= widest {
			continue
		}
		if i > 0 && (n < 2 || !wordy(r.cells)) {
			break
		}
		return i
	}
	return 0
}

// skippedRows warns, by the text with this id, that the header was found below
// other rows.
func skippedRows(id string, number int) Warning {
	return Warning{Row: number, Code: WarnSkippedRows, Text: say(id, number),
		Hint: say("name another one with --header-row")}
}

// filled counts the cells that show something.
func filled(cells []string) (n int) {
	for _, c := range cells {
		if !blank(c) {
			n++
		}
	}
	return n
}

// wordy reports whether the filled cells are all words, as headers are, and
// not numbers, dates or addresses.
func wordy(cells []string) bool {
	for _, c := range cells {
		c = strings.TrimSpace(c)
		if c == "" {
			continue
		}
		digits := 0
		for i := range len(c) {
			if c[i] >= '0' && c[i] <= '9' {
				digits++
			}
		}
		if digits*2 >= len(c) || strings.Contains(c, "@") {
			return false
		}
	}
	return true
}

// likeRow reports whether a header looks like a row: one of its cells is a
// value, or none has a word.
func likeRow(cells []string) bool {
	return slices.ContainsFunc(cells, isValue) || !slices.ContainsFunc(cells, func(cell string) bool {
		return cell != "" && wordy([]string{cell})
	})
}

// isValue reports whether a cell is an address, a date, a time or a number of
// some length, as rows have them and headers have not.
func isValue(cell string) bool {
	digits := 0
	for i := range len(cell) {
		if cell[i] >= '0' && cell[i] <= '9' {
			digits++
		}
	}
	at := strings.IndexByte(cell, '@')
	return len(cell) >= 5 && digits*2 >= len(cell) || at > 0 && strings.Contains(cell[at:], ".")
}

func trimmed(cells []string) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = strings.TrimSpace(c)
	}
	return out
}
