// Package workbook reads the cells of XLSX workbooks as text.
//
// It reads on archive/zip and encoding/xml, and not with excelize, which writes
// the reports: excelize's reader drops the errors of its XML decoder, so that
// rows are missing with a nil error; takes a damaged index of a text for text 0,
// somebody else's; reads a formula without a stored result as an empty cell, and
// cells with s="" not at all; shows dates in the cell's own looks, without the
// year where the sheet leaves it out, or as bare numbers; gives numbers of more
// than 15 digits as 1.23E+15; and holds a large sheet in memory or in temporary
// files that a kill leaves behind. Its Rows tell neither type nor style, by which
// all this could be checked. A test holds our text cells against excelize's on
// sound workbooks.
//
// Every part is found through its relationships and read to its end, so that its
// checksum is verified and its XML well-formed. Rows and cells must ascend, and a
// row or cell where none can be is damage. Attributes and elements that change no
// cell may be unknown, and counts may be wrong.
package workbook

import "vitec-import/importer/table/internal/fault"

// The limits of a workbook. A sheet of a million rows and twenty columns keeps
// within them; a file that is made to fill the memory does not.
const (
	MaxRow    = 1_048_576
	MaxColumn = 16_384
	MaxParts  = 10_000

	maxBytes      = 3 << 29   // of all parts, unpacked
	maxRatio      = 100       // unpacked to packed; sheets have 8 to 15
	ratioFrom     = 32 << 20  // small parts may be packed as tightly as they like
	maxToken      = 4 << 20   // bytes of a tag, a comment or a text
	maxDepth      = 64        // elements in elements
	maxText       = 2 << 20   // bytes of one cell
	maxTexts      = 256 << 20 // bytes of all shared strings, with what each costs
	maxHanded     = 2 << 30   // bytes of shared strings as often as cells have them
	maxStyles     = 70_000    // cell formats; Excel stops at 65,490
	maxFormatText = 4 << 20   // bytes of all number formats
	maxMarks      = 200_000   // merged ranges and links that are kept of a sheet
)

var say = fault.Say

func fail(code fault.Code, reason, hint fault.Text) *fault.Error {
	return &fault.Error{Code: code, Reason: reason, Hint: hint}
}

// damaged is the error for a workbook that cannot be trusted.
func damaged(format string, args ...any) *fault.Error {
	return fail(fault.Damaged, say("the workbook is damaged: %s", say(format, args...)),
		say("open it in a spreadsheet program, look whether everything is there, and save it again; or download it again"))
}

func tooLarge(format string, args ...any) *fault.Error {
	return fail(fault.TooLarge, say(format, args...), say("copy the rows into a new workbook and save that"))
}
