package table

import (
	"fmt"
	"strconv"
)

// Code says in one word why a file or a row is refused, for programs. Codes
// are added, never renamed.
type Code string

// The codes of a refused file.
const (
	CodeUnreadable Code = "unreadable"     // the file cannot be opened or read
	CodeChanged    Code = "changed"        // the file is not what it was at Open
	CodeEmpty      Code = "empty"          // there is nothing in the file or in the sheet
	CodeNotTable   Code = "not_a_table"    // the file is something else; the reason says what
	CodeEncoding   Code = "encoding"       // the encoding is unknown or cannot be told
	CodeDelimiter  Code = "delimiter"      // the delimiter cannot be told
	CodeHeader     Code = "header"         // there is no header row
	CodeSheet      Code = "sheet"          // the sheet is missing or cannot be told
	CodeDamaged    Code = "damaged"        // the workbook contradicts itself
	CodeTooLarge   Code = "too_large"      // a limit that no spreadsheet reaches is passed
	CodeOption     Code = "invalid_option" // an option does not suit the file
)

// The codes of a refused row.
const (
	CodeStrayQuote     Code = "stray_quote"       // a quotation mark where none can stand
	CodeUnclosedQuote  Code = "unclosed_quote"    // a quoted cell that never ends
	CodeSwallowedRow   Code = "swallowed_row"     // a quoted cell that seems to hold another row
	CodeOtherDelimiter Code = "other_delimiter"   // a row whose cells are separated otherwise than the header's
	CodeTooManyCells   Code = "too_many_cells"    // a filled cell beyond the table
	CodeTooFewCells    Code = "too_few_cells"     // the row seems to be broken in two
	CodeInvalidByte    Code = "invalid_byte"      // a byte that is no character in the file's encoding
	CodeControl        Code = "control_character" // a control character in a cell
	CodeLostDigits     Code = "lost_digits"       // a number whose digits are gone
	CodeErrorCell      Code = "error_cell"        // the result of a formula is an error
	CodeNoCachedValue  Code = "no_cached_value"   // a formula whose result is not in the file
	CodeInvalidCell    Code = "invalid_cell"      // a cell that breaks the format's rules
	CodeInvalidDate    Code = "invalid_date"      // a number that is no date, in a cell that shows dates
	CodeCellTooLong    Code = "cell_too_long"     // more text than a cell can hold
	CodeBrokenRow      Code = "broken_row"        // a row that seems to have lost a cell
	CodeFooter         Code = "footer"            // a total or another row that is not of the table
	CodeRepeatedHeader Code = "repeated_header"   // the header once more, in the middle of the rows
)

// The codes of a [Warning].
const (
	WarnExtension     Code = "extension"      // the file's name says another format
	WarnOption        Code = "ignored_option" // an option does not suit the file and is not used
	WarnSkippedRows   Code = "skipped_rows"   // filled rows above the header
	WarnHiddenRows    Code = "hidden_rows"    // hidden rows are read as well
	WarnHiddenColumns Code = "hidden_columns" // hidden columns are read as well
	WarnHiddenSheet   Code = "hidden_sheet"   // a hidden sheet is read because it was asked for, or left alone
	WarnMerged        Code = "merged_cells"   // merged cells have their value in the first cell only
	WarnMojibake      Code = "mojibake"       // text that was decoded wrongly before it came here
	WarnReplacement   Code = "lost_letters"   // U+FFFD: letters that were lost before the file came here
	WarnFooter        Code = "footer"         // a row that looks like a total
	WarnDataHeader    Code = "data_header"    // the header looks like a row
	WarnOneColumn     Code = "one_column"     // rows of one column have a delimiter in them
	WarnPadded        Code = "short_rows"     // rows with fewer cells than the header
	WarnLonger        Code = "long_rows"      // rows with more cells than the header, those at the end empty
	WarnBlankRows     Code = "blank_rows"     // empty rows between the rows
	WarnMixed         Code = "mixed_column"   // a cell of another kind than all others of its column
	WarnTexts         Code = "texts"          // texts that no cell shows, or cells that show more texts than there should be
	WarnDimension     Code = "dimension"      // the sheet says that it has more rows than there are
	WarnNoHeaderName  Code = "unnamed_column" // filled cells without a header
)

// Error says why a file or one of its rows is refused, and where. Reason and
// Hint hold nothing out of the file's cells except header names, so that they
// can be logged and kept; Value holds the text of the cell, which may be
// personal.
type Error struct {
	File   string // base name of the file
	Sheet  string // "" in a CSV file
	Row    int    // 1-based: the sheet's row, or the line on which the record starts; 0: of the whole file
	Column int    // 1-based; 0: of the whole row
	Header string // the column's header, "" if there is none
	Code   Code
	Reason Text   // what is wrong, and why
	Hint   Text   // what to do about it; it may say nothing
	Value  string // the cell's text as far as it is known; not part of Error()
	Err    error  // what the operating system said, if it did
}

// Error returns the place and the reason, in one line, without the hint:
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

// Unwrap returns what the operating system said, if it did.
func (e *Error) Unwrap() error { return e.Err }

// Warning tells something that is allowed but that the file's owner should
// know. Text and Hint hold nothing out of cells.
type Warning struct {
	Row    int // 1-based; 0: of the whole file
	Column int // 1-based; 0: of the whole row
	Code   Code
	Text   Text
	Hint   Text // it may say nothing
}

// ColumnName returns the letters by which spreadsheets call the 1-based
// column n: 1 is A, 27 is AA. It returns "" for n < 1.
func ColumnName(n int) string {
	var b [8]byte
	i := len(b)
	for n > 0 && i > 0 {
		n--
		i--
		b[i] = byte('A' + n%26)
		n /= 26
	}
	return string(b[i:])
}
