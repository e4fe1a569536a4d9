package table

import (
	"vitec-import/importer/table/internal/fault"
	"vitec-import/importer/table/internal/workbook"
)

type (
	// Code says in one word why a file, a row or a cell is refused, for programs.
	Code = fault.Code
	// Error says why a file, a row or a cell is refused, with its place.
	Error = fault.Error
	// Text is something to be said to a person, in English or another language.
	Text = fault.Text
)

// The codes of a refused file, a refused row and a fault in a cell.
const (
	CodeUnreadable = fault.Unreadable
	CodeChanged    = fault.Changed
	CodeEmpty      = fault.Empty
	CodeNotTable   = fault.NotTable
	CodeEncoding   = fault.Encoding
	CodeDelimiter  = fault.Delimiter
	CodeHeader     = fault.Header
	CodeSheet      = fault.Sheet
	CodeDamaged    = fault.Damaged
	CodeTooLarge   = fault.TooLarge
	CodeOption     = fault.Option

	CodeStrayQuote     = fault.StrayQuote
	CodeUnclosedQuote  = fault.UnclosedQuote
	CodeSwallowedRow   = fault.SwallowedRow
	CodeOtherDelimiter = fault.OtherDelimiter
	CodeTooManyCells   = fault.TooManyCells
	CodeTooFewCells    = fault.TooFewCells
	CodeFooter         = fault.Footer
	CodeRepeatedHeader = fault.RepeatedHeader
	CodeGrouped        = fault.Grouped

	CodeInvalidByte   = fault.InvalidByte
	CodeControl       = fault.Control
	CodeLostDigits    = fault.LostDigits
	CodeErrorCell     = fault.ErrorCell
	CodeNoCachedValue = fault.NoCachedValue
	CodeInvalidCell   = fault.InvalidCell
	CodeInvalidDate   = fault.InvalidDate
	CodeRichCell      = fault.RichCell
	CodeMergedCell    = fault.MergedCell
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
	WarnLonger        Code = "long_rows"      // rows with more cells than the header, the last ones empty
	WarnDimension     Code = "dimension"      // the sheet says that it has more rows
	WarnNoHeaderName  Code = "unnamed_column" // filled cells in columns without a header
	WarnStruck        Code = "struck_through" // a row or cell that is struck through is read as well
	WarnControls      Code = "controls"       // check boxes and other controls lie on the sheet
	WarnLink          Code = "link"           // an address was read from the link behind a text
	WarnZero          Code = "zero_reference" // a formula shows 0 and may refer to an empty cell
	WarnSideBySide    Code = "side_by_side"   // two tables stand beside each other
	WarnUnread        Code = "unread_cells"   // cells with a fault, in columns that nobody wants
	WarnTransposed    Code = "transposed"     // the headings seem to stand in the first column
)

// Warning says something that is allowed but that the file's owner should
// know. Text and Hint have nothing of the contents of cells in them.
type Warning struct {
	Row    int // 1-based; 0: of the whole file
	Column int // 1-based; 0: of the whole row
	Code   Code
	Text   Text
	Hint   Text // may say nothing
}

var (
	none   Text // says nothing
	say    = fault.Say
	plural = fault.Plural
)

// ColumnName returns the letters of the 1-based column n: 1 is A, 27 is AA. It
// returns "" for n < 1.
func ColumnName(n int) string { return fault.ColumnName(n) }

// Escape returns a text as workbooks write it: with _x005F_ for an underscore
// that would begin an _xHHHH_.
func Escape(s string) string { return workbook.Escape(s) }
