package reports

import (
	"archive/zip"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"vitec-import/importer/ledger"
)

// shelf is where workbooks are made. The library puts parts that are large into
// temporary files in tmp, and keeps them open until close.
type shelf struct {
	tmp   string
	books []*book
}

func (s *shelf) close() {
	for _, b := range s.books {
		_ = b.file.Close() // the folder is thrown away
	}
}

// book is a workbook. Its sheets are written from the top down, and its cells
// are texts and numbers: nothing in it can become a formula. Its first error
// stays.
type book struct {
	file *excelize.File
	look []int // the library's number of each look
	err  error
}

// newBook begins a workbook with sheets of these names.
func (s *shelf) newBook(sheets ...string) *book {
	b := &book{file: excelize.NewFile(excelize.Options{TmpDir: s.tmp})}
	s.books = append(s.books, b)
	b.try(b.file.SetSheetName("Sheet1", sheets[0]))
	for _, name := range sheets[1:] {
		_, err := b.file.NewSheet(name)
		b.try(err)
	}
	for _, l := range looks() {
		id, err := b.file.NewStyle(&l)
		b.try(err)
		b.look = append(b.look, id)
	}
	return b
}

func (b *book) try(err error) {
	if b.err == nil {
		b.err = err
	}
}

// save packs the workbook straight into w: left to itself excelize packs it in
// memory.
func (b *book) save(w io.Writer) error {
	z := zip.NewWriter(w)
	b.file.SetZipWriter(func(io.Writer) excelize.ZipWriter { return z })
	if b.err == nil {
		b.err = b.file.Write(io.Discard)
	}
	return b.err
}

// cell is a cell of a look, with a text or a number.
func (b *book) cell(l look, value any) excelize.Cell {
	if value == "" {
		value = nil
	}
	return excelize.Cell{StyleID: b.look[l], Value: value}
}

// sheet is a sheet while it is written.
type sheet struct {
	*book
	layout
	name string
	out  *excelize.StreamWriter
	row  int // the last one written
}

// layout is how a sheet looks as a whole. Columns is how wide they are, in
// characters; those from aside on are folded away, so that what matters fits on
// a page: whoever looks for an id opens them.
type layout struct {
	columns   []float64
	aside     int // 0 = none
	landscape bool
	left, top int    // columns and rows that stay in sight
	heading   string // the rows that are printed on each page, "$1:$2"; "" = none
	rows      int    // as many at most; 0 = not known
}

func (b *book) sheet(name string, l layout) *sheet {
	s := &sheet{book: b, layout: l, name: name}
	yes, orientation, one, any, a4 := true, "portrait", 1, 0, 9
	if l.landscape {
		orientation = "landscape"
	}
	if l.rows > 0 { // some readers believe the dimension, and a new sheet's is A1
		s.try(b.file.SetSheetDimension(name, "A1:"+cellName(len(l.columns), l.rows)))
	}
	s.try(b.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &yes}))
	s.try(b.file.SetPageLayout(name, &excelize.PageLayoutOptions{Orientation: &orientation, FitToWidth: &one, FitToHeight: &any, Size: &a4}))
	var err error
	s.out, err = b.file.NewStreamWriter(name)
	if s.try(err); err != nil {
		return s
	}
	for i, width := range l.columns {
		s.try(s.out.SetColWidth(i+1, i+1, width))
		if l.aside > 0 && i >= l.aside {
			s.try(s.out.SetColOutlineLevel(i+1, 1))
			s.try(s.out.SetColVisible(i+1, i+1, false))
		}
	}
	if l.top > 0 {
		s.try(s.out.SetPanes(&excelize.Panes{Freeze: true, XSplit: l.left, YSplit: l.top, TopLeftCell: cellName(l.left+1, l.top+1), ActivePane: "bottomRight"}))
	}
	if l.heading != "" {
		s.try(b.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: quoteSheet(name) + "!" + l.heading, Scope: name}))
	}
	return s
}

// put writes the next row, as high as its longest text. Not every program finds
// that out by itself.
func (s *sheet) put(cells ...any) {
	height := 0.0
	for i, c := range cells {
		c, _ := c.(excelize.Cell)
		text, _ := c.Value.(string)
		if most := int(s.columns[i]); len(text) > most && (c.StyleID == s.look[lookWrapped] || c.StyleID == s.look[lookNote]) {
			height = max(height, lines(text, most))
		}
	}
	s.high(height, cells...)
}

// lines is how high a text is that wraps at so many characters.
func lines(text string, chars int) float64 {
	return 15.5 * float64(1+utf8.RuneCountInString(text)/chars)
}

// high writes the next row with a height in points; 0 = as high as needed.
func (s *sheet) high(height float64, cells ...any) {
	s.row++
	if s.err == nil {
		s.err = s.out.SetRow(cellName(1, s.row), cells, excelize.RowOpts{Height: min(height, excelize.MaxRowHeight)})
	}
}

// across writes a text over the columns from the second to the last. No program
// knows how high such a cell must be.
func (s *sheet) across(l look, text string, height float64) {
	cells := make([]any, len(s.columns))
	for i := 1; i < len(cells); i++ {
		cells[i] = s.cell(l, "")
	}
	cells[1] = s.cell(l, text)
	if s.high(height, cells...); s.err == nil {
		s.err = s.out.MergeCell(cellName(2, s.row), cellName(len(cells), s.row))
	}
}

// end ends the sheet; with a header it can be filtered by the columns below it.
func (s *sheet) end(header int) {
	last := cellName(len(s.columns), max(s.row, header+1))
	if s.err == nil && header > 0 {
		s.err = s.file.AutoFilter(s.name, cellName(1, header)+":"+last, nil)
	}
	if s.err == nil { // a phone is a text on purpose; nobody shall be told to make it a number
		s.err = s.file.AddIgnoredErrors(s.name, "A1:"+last, excelize.IgnoredErrorsNumberStoredAsText)
	}
	if s.err == nil {
		s.err = s.out.Flush()
	}
}

// cellName is the name of a cell, by its 1-based column and row.
func cellName(column, row int) string {
	name, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return "" // which the library refuses wherever it is given
	}
	return name
}

func quoteSheet(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }

// look is how a cell looks.
type look int

// lookOutcome is the first of the looks of the outcomes, by Outcome.
const (
	lookText look = iota
	lookWrapped
	lookNumber
	lookTime
	lookHeader
	lookTrial
	lookTitle
	lookHeadline
	lookLeft
	lookSection
	lookFaint
	lookNote
	lookCommand
	lookCount
	lookFault
	lookFill
	lookOutcome
)

// shades are the colours of the outcomes on paper: those of Okabe and Ito, which
// people with any colour vision can tell apart, a tint, and ink with a contrast
// of 7:1 on it. The page's style sheet has the same.
var shades = [len(ledger.Outcomes)]struct{ solid, tint, ink string }{
	ledger.NotSent:       {"4D4D4D", "E3E3E3", "262626"},
	ledger.Booked:        {"009E73", "D6F0E6", "004D38"},
	ledger.AlreadyBooked: {"56B4E9", "DDF0FB", "0A3F5E"},
	ledger.Rejected:      {"D55E00", "FBE1D1", "7A2F00"},
	ledger.Uncertain:     {"CC79A7", "F8E0EE", "6B1F4C"},
	ledger.Invalid:       {"E69F00", "FCEFCB", "5C3F00"},
	ledger.Duplicate:     {"0072B2", "DEE7F5", "0B3A66"},
	ledger.Skipped:       {"999999", "EDEDED", "404040"},
}

// looks are the styles, in the order of their names. Texts have the format
// "text", so that what is typed into them stays as it is typed.
func looks() []excelize.Style {
	const ink, faint, accent, asText = "1F2933", "52606D", "0B4F6C", 49
	date := "yyyy-mm-dd hh:mm:ss"
	font := func(size float64, bold bool, color string) *excelize.Font {
		return &excelize.Font{Size: size, Bold: bold, Color: color, Family: "Calibri"}
	}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	top, middle := &excelize.Alignment{Vertical: "top"}, &excelize.Alignment{Vertical: "center"}
	wrap, right := &excelize.Alignment{Vertical: "top", WrapText: true}, &excelize.Alignment{Vertical: "top", Horizontal: "right", Indent: 1}
	below := []excelize.Border{{Type: "bottom", Color: "D9DEE4", Style: 1}}
	list := []excelize.Style{
		lookText:     {NumFmt: asText, Alignment: top},
		lookWrapped:  {NumFmt: asText, Alignment: wrap},
		lookNumber:   {NumFmt: 1, Alignment: right},
		lookTime:     {CustomNumFmt: &date, Alignment: top},
		lookHeader:   {NumFmt: asText, Font: font(11, true, "FFFFFF"), Fill: fill(accent), Alignment: middle},
		lookTrial:    {Font: font(14, true, "FFFFFF"), Fill: fill("9C2A00"), Alignment: middle},
		lookTitle:    {Font: font(11, true, faint)},
		lookHeadline: {Font: font(22, true, ink), Alignment: middle},
		lookLeft:     {Font: font(13, false, ink)},
		lookSection:  {Font: font(14, true, accent), Border: below},
		lookFaint:    {NumFmt: asText, Font: font(11, false, faint), Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "left", Indent: 1}},
		lookNote:     {NumFmt: asText, Font: font(11, false, "7A2F00"), Alignment: wrap},
		lookCommand:  {NumFmt: asText, Font: &excelize.Font{Size: 10, Family: "Consolas", Color: ink}, Fill: fill("F1F4F7"), Alignment: &excelize.Alignment{Vertical: "center", Indent: 1, Horizontal: "left", WrapText: true}},
		lookCount:    {NumFmt: 3, Font: font(11, true, ink), Alignment: right},
		lookFault:    {NumFmt: asText, Fill: fill("FFE2B8"), Alignment: top},
		lookFill:     {NumFmt: asText, Fill: fill("FFF9E5"), Alignment: top, Border: []excelize.Border{{Type: "bottom", Color: "E0C080", Style: 1}}},
	}
	for _, s := range shades {
		list = append(list, excelize.Style{NumFmt: asText, Font: font(11, true, s.ink), Fill: fill(s.tint), Alignment: top, Border: below})
	}
	return list
}
