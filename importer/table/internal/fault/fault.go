// Package fault is what the readers of lists say: why a file, a row or a cell
// cannot be read, with its place and what to do about it. It knows neither
// formats nor languages.
package fault

import (
	"fmt"
	"strconv"
)

// Code says in one word why a file, a row or a cell is refused, for programs.
// Codes are added, never renamed.
type Code string

// The codes of a refused file.
const (
	Unreadable Code = "unreadable"     // the file cannot be opened or read
	Changed    Code = "changed"        // the file is not what it was when it was opened
	Empty      Code = "empty"          // there is nothing in the file or the sheet
	NotTable   Code = "not_a_table"    // the file is something else; the reason says what
	Encoding   Code = "encoding"       // the encoding is unknown or ambiguous
	Delimiter  Code = "delimiter"      // the delimiter is ambiguous
	Header     Code = "header"         // there is no header row
	Sheet      Code = "sheet"          // the sheet is missing or ambiguous
	Damaged    Code = "damaged"        // the workbook contradicts itself
	TooLarge   Code = "too_large"      // a limit that no spreadsheet reaches is passed
	Option     Code = "invalid_option" // an option does not suit the file
)

// The codes of a refused row.
const (
	StrayQuote     Code = "stray_quote"     // a quotation mark where none can stand
	UnclosedQuote  Code = "unclosed_quote"  // a quoted cell that never ends
	SwallowedRow   Code = "swallowed_row"   // a quoted cell that seems to hold another row
	OtherDelimiter Code = "other_delimiter" // a row with another delimiter than the header
	TooManyCells   Code = "too_many_cells"  // a filled cell beyond the table
	TooFewCells    Code = "too_few_cells"   // the row seems to be broken in two
	Footer         Code = "footer"          // a total or another row that is not part of the table
	RepeatedHeader Code = "repeated_header" // the header once more, or another table
	Grouped        Code = "grouped"         // a row below a line that names a group
)

// The codes of a fault in one cell. Such a row is refused only if that cell is
// needed.
const (
	InvalidByte   Code = "invalid_byte"      // a byte that is not a character in the file's encoding
	Control       Code = "control_character" // a control character in a cell
	LostDigits    Code = "lost_digits"       // a number whose digits are gone
	ErrorCell     Code = "error_cell"        // the result of a formula is an error
	NoCachedValue Code = "no_cached_value"   // a formula whose result is not in the file
	InvalidCell   Code = "invalid_cell"      // a cell that breaks the format's rules
	InvalidDate   Code = "invalid_date"      // a number that is not a date, in a cell that shows dates
	RichCell      Code = "rich_cell"         // a picture or a data type, which is more than a text
	MergedCell    Code = "merged_cell"       // a cell that shows the value of the one it is merged with
)

// Error says why a file, a row or a cell is refused. Reason and Hint have
// nothing of the contents of cells in them, so that an Error can be logged and
// kept; Value is the text of the cell, which may be personal.
type Error struct {
	File   string // base name of the file
	Sheet  string // "" in a CSV file
	Row    int    // 1-based: the sheet's row, or the line on which the record starts; 0: the whole file
	Column int    // 1-based; 0: the whole row
	Header string // the column's header, "" if there is none
	Code   Code
	Reason Text   // what is wrong, and why
	Hint   Text   // what to do about it; may say nothing
	Value  string // the cell's text as far as it is known; not part of Error()
	Err    error  // the operating system's error, if there is one
}

// Error returns the place and the reason in one line, without the hint:
//
//	participants.csv:17: column C "Född": …
//	participants.xlsx:Deltagare!C14: …
func (e *Error) Error() string {
	format, args := e.Message()
	return fmt.Sprintf(format, args...)
}

// Message returns the same as a format and its arguments.
func (e *Error) Message() (format string, args []any) {
	place := e.File
	switch {
	case e.Sheet != "" && e.Row > 0 && e.Column > 0:
		place += ":" + e.Sheet + "!" + ColumnName(e.Column) + strconv.Itoa(e.Row)
	case e.Sheet != "" && e.Row > 0:
		place += ":" + e.Sheet + "!" + strconv.Itoa(e.Row)
	case e.Sheet != "":
		place += ":" + e.Sheet
	case e.Row > 0:
		place += ":" + strconv.Itoa(e.Row)
	}
	switch {
	case e.Sheet != "" || e.Column == 0:
		return "%s: %s", []any{place, e.Reason}
	case e.Header != "":
		return "%s: column %s %q: %s", []any{place, ColumnName(e.Column), e.Header, e.Reason}
	}
	return "%s: column %s: %s", []any{place, ColumnName(e.Column), e.Reason}
}

// Unwrap returns the operating system's error, if there is one.
func (e *Error) Unwrap() error { return e.Err }

// ColumnName returns the letters of the 1-based column n: 1 is A, 27 is AA. It
// returns "" for n < 1.
func ColumnName(n int) string {
	name := ""
	for ; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}
