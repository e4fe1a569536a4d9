// Package table reads the rows of a spreadsheet, CSV or XLSX, as text with
// their places.
//
// It keeps one rule: a cell is read right, or it has a fault that says what is
// wrong with it, or its row is refused with its place, or the whole file is
// refused with a sentence that says what to do. No row and no cell is lost or
// changed silently. A fault refuses its row only if somebody reads that column.
// What has to be guessed (encoding, delimiter, sheet, header row) stands in
// [Info]; where a guess could be wrong, the file is refused and the error names
// the option that settles it.
//
// Open checks the whole file before it returns: every byte of a CSV file is
// read, every part of a workbook is read to its end, its checksum and its XML
// are verified, and the rows are counted. [File.Rows] then streams the rows, as
// often as it is asked to, out of the very same bytes: each block of the file is
// compared with what Open saw before anything is made of it, and the rows are
// counted again. Memory does not grow with the number of rows; of a workbook only
// the shared strings are held.
//
// Every cell is text. Numbers are plain decimals (shortest form that reads
// back as the stored number, no exponent, no group separators; a percentage
// is its number, 12 % is 0.12), except where the number format adds digits or
// words before the number, such as the leading zero of a phone: then the text is
// what the sheet shows. A whole number with more digits than a float64 holds is a
// fault, for programs differ in what they make of it; one with more than 15 that
// it does hold has the digits that are stored. Dates are ISO: 2006-01-02, with a
// time 2006-01-02T15:04:05, times alone 15:04 or 15:04:05. Booleans are TRUE and
// FALSE. Formulas are their stored results. Text is in Unicode normal form C;
// no-break and other exotic spaces become plain ones, and characters of no width
// are gone; nothing is trimmed.
//
// The two formats are read by internal/delimited and internal/workbook, which
// know no headers. The package knows nothing of participants, mappings or the
// API. It does not write files, does not evaluate formulas, and does not open
// .xls, .xlsb or .ods, which it refuses by name.
package table
