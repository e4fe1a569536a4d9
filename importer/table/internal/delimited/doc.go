// Package delimited takes text files apart into rows of cells: CSV in its many
// spellings. It finds the encoding, the delimiter and the quotation mark, and
// refuses with the option that settles it what is ambiguous.
//
// A record is a physical line, or several if a quoted cell goes on. A quotation
// mark that is never closed, or closed where no cell ends, costs the line on
// which the cell began; the lines behind it are read again, each for itself, and
// must then have exactly the width of the header.
//
// The package knows headers only as the row that somebody else picks, and
// nothing of mappings.
package delimited

import "vitec-import/importer/table/internal/fault"

// The limits of a text file. No spreadsheet writes more; a file that passes them
// is not what its name says.
const (
	MaxRecord   = 16 << 20 // bytes of a record
	maxCells    = 1 << 19  // cells of a record, which bounds what a line of delimiters costs
	maxPadding  = 1 << 28  // cells that all rows together have less than the header
	maxPieces   = 4        // pieces of a row that was broken by line breaks
	headRecords = 50       // filled records among which the header is searched
	sampleSize  = 2000     // records by which a delimiter is judged
	sampleBytes = 4 << 20  // and at most so many bytes
)

var say = fault.Say

func fail(code fault.Code, row int, reason, hint fault.Text) *fault.Error {
	return &fault.Error{Code: code, Row: row, Reason: reason, Hint: hint}
}
