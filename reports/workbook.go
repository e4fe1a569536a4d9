package reports

import (
	"archive/zip"
	"errors"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// packTo writes a workbook. It is packed straight into the file: left to itself
// excelize packs it in memory, where a million rows are 90 MB and grow by copies
// of that.
func packTo(f *excelize.File, w io.Writer) error {
	z := zip.NewWriter(w)
	f.SetZipWriter(func(io.Writer) excelize.ZipWriter { return z })
	return errors.Join(f.Write(io.Discard), f.Close())
}

// layOut makes a sheet print well: A4, as wide as the paper.
func layOut(f *excelize.File, sheet, orientation string) error {
	yes, tall, wide, a4 := true, 0, 1, 9
	if err := f.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	return f.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &orientation, FitToWidth: &wide, FitToHeight: &tall, Size: &a4})
}

// printHeader repeats a row on each page that is printed.
func printHeader(f *excelize.File, sheet string, row int) error {
	n := strconv.Itoa(row)
	return f.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: quoteSheet(sheet) + "!$" + n + ":$" + n, Scope: sheet})
}

func quoteSheet(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }

func cellAt(column string, row int) string { return column + strconv.Itoa(row) }

// maxSheetRows is how many rows of a list a sheet holds, below its header.
const maxSheetRows = excelize.TotalRows - 1

// maxCellText is how many UTF-16 units a cell holds.
const maxCellText = excelize.TotalCellChars

// cellText is s as a cell of our own can hold it: without the control
// characters that XML cannot, and not too long.
func cellText(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r < ' ' && r != '\t' && r != '\n':
			return ' '
		case r == utf8.RuneError, r == '\uFFFE', r == '\uFFFF':
			return '\uFFFD'
		}
		return r
	}, s)
	if len(s) <= maxCellText {
		return s
	}
	units := 0
	for i, r := range s {
		units++
		if r > 0xFFFF {
			units++
		}
		if units >= maxCellText {
			return s[:i] + "…"
		}
	}
	return s
}

// width is the column width that shows s, in characters.
func width(s string) float64 { return float64(utf8.RuneCountInString(s)) + 2 }
