// Package table reads the rows of a spreadsheet, CSV or XLSX, as text with
// their places.
//
// It keeps one rule: a cell is read right, or its row is refused with its
// place, or the whole file is refused with a sentence that says what to do.
// No row and no cell is lost or changed silently. What has to be guessed
// (encoding, delimiter, sheet, header row) is told in [Info]; where a guess
// could be wrong, the file is refused and the error names the option that
// settles it.
//
// Open checks the whole file before it returns: every byte of a CSV file is
// read once, every part of a workbook is read to its end, its checksum and
// its XML are verified, and the rows are counted. [File.Rows] then streams the
// rows, as often as it is asked to, out of the very same bytes: each block of
// the file is compared with what Open saw before anything is made of it, and
// the rows are counted again. Memory does not grow with the number of rows;
// of a workbook only the shared strings are held, in a compact form.
//
// What a workbook says more than once is compared. Its rows and cells are read
// by a scanner of our own that takes nothing for granted: an element that it
// does not know, or that stands where it cannot, is damage, so that nothing is
// passed over that could be a row or a cell. A second reader, such as
// excelize, would add nothing to that: it accepts what this one refuses, and a
// fuzz test holds the scanner to what encoding/xml finds in the same bytes.
// What it does count a second time, by other means than it reads, are the
// references to shared strings and styles, of all sheets, against their number
// and what is said of it. Rows and cells must ascend, and a row is refused whose
// cells have shifted: the only cell of its kind in a column beside the only
// empty one of the next, or beyond the table. What no comparison
// can tell is a cell or a row that was cut out whole, from the first byte of
// its element to the last, and packed anew with a right checksum: what is left
// is another, sound workbook.
//
// Every cell is text. Numbers are plain decimals (shortest form that reads
// back as the stored number, no exponent, no group separators; a percentage
// is its number, 12 % is 0.12), except where the number format adds digits
// that the stored number has not, such as the leading zero of a phone:
// then the text is what Excel shows. A whole number with more digits than a
// float64 holds is refused, for programs differ in what they make of it; one
// with more than 15 that it does hold has the digits that are stored.
// Dates are ISO: 2006-01-02, with a time 2006-01-02T15:04:05, times alone
// 15:04 or 15:04:05. Booleans are TRUE and FALSE. Formulas are their cached
// results. Text is in Unicode normal form C; no-break and other exotic spaces
// become plain ones, and characters of no width are gone; nothing is trimmed.
//
// The package knows nothing of participants, mappings or the API. It does not
// write files, does not evaluate formulas, and does not open .xls, .xlsb or
// .ods, which it refuses by name.
package table
