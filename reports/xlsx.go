package reports

import (
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"vitec-import/importer/ledger"
)

// rowColumn is a column of the sheet of rows.
type rowColumn struct {
	title string
	least float64 // width
	most  float64
	of    func(x *reportXLSX, r *record) cell
}

// reportXLSX writes report.xlsx: the rows as they pass by, the summary and the
// causes when all have been seen.
type reportXLSX struct {
	book    *workbook
	run     *ledger.RunInfo
	words   texts
	zone    *time.Location
	style   []int // the id of each style
	columns []rowColumn

	sheet   *excelize.StreamWriter // of the sheet of rows, but for the rows
	rows    *bulkRows
	waiting [][]cell // the first rows, while the widths are found
	open    bool     // the widths are found
	cells   []cell   // of the row at hand, once they are

	names [len(ledger.Outcomes)]string // of the outcomes, in their cells

	causes    *causes
	uncertain []uncertainRow // the first of them
}

// uncertainRow is an uncertain row as the summary shows it.
type uncertainRow struct {
	row                    int
	participant, slot, why string
}

const (
	sheetOfRows  = 2    // its number in the workbook, 1-based
	measured     = 1000 // rows by which the widths of the columns are found
	maxUncertain = 25   // uncertain rows that the summary names
)

func newReportXLSX(s *staging, src *Source, w texts, zone *time.Location, c *causes) (*reportXLSX, error) {
	book, err := newWorkbook(s, "report.xlsx")
	if err != nil {
		return nil, err
	}
	x := &reportXLSX{book: book, run: &src.Run, words: w, zone: zone, causes: c, columns: rowColumns()}
	x.cells = make([]cell, len(x.columns))
	for _, o := range ledger.Outcomes {
		x.names[o] = symbol(o) + "  " + w.outcome(o)
	}
	if err := x.start(); err != nil {
		return x, err
	}
	return x, nil
}

func (x *reportXLSX) start() (err error) {
	b := x.book
	if err := b.SetSheetName("Sheet1", x.words.Say("Summary")); err != nil {
		return err
	}
	for _, k := range [...]string{"Rows", "Problems"} {
		if _, err := b.NewSheet(x.words.Say(k)); err != nil {
			return err
		}
	}
	if x.style, err = styles(b.File); err != nil {
		return err
	}
	sheet := x.words.Say("Rows")
	last, err := excelize.CoordinatesToCellName(len(x.columns), min(x.run.Rows+1, excelize.TotalRows))
	if err != nil {
		return err
	}
	// First of all: some readers believe the dimension, and a new sheet's is A1.
	if err := b.SetSheetDimension(sheet, "A1:"+last); err != nil {
		return err
	}
	if err := x.layOut(sheet); err != nil {
		return err
	}
	if x.sheet, err = b.NewStreamWriter(sheet); err != nil {
		return err
	}
	if x.rows, err = b.newBulkRows(sheetOfRows, len(x.columns), 1); err != nil {
		return err
	}
	return x.sheet.SetPanes(&excelize.Panes{Freeze: true, XSplit: 2, YSplit: 1, TopLeftCell: "C2", ActivePane: "bottomRight"})
}

// layOut makes a sheet print well: landscape, as wide as the paper, with the
// header on each page.
func (x *reportXLSX) layOut(sheet string) error {
	yes, tall, wide, landscape, a4 := true, 0, 1, "landscape", 9
	if err := x.book.SetSheetProps(sheet, &excelize.SheetPropsOptions{FitToPage: &yes}); err != nil {
		return err
	}
	return x.book.SetPageLayout(sheet, &excelize.PageLayoutOptions{Orientation: &landscape, FitToWidth: &wide, FitToHeight: &tall, Size: &a4})
}

func rowColumns() []rowColumn {
	text := func(title string, least, most float64, of func(r *record) string) rowColumn {
		return rowColumn{title, least, most, func(x *reportXLSX, r *record) cell {
			return cell{style: x.style[styleText], text: cellText(of(r))}
		}}
	}
	figure := func(title string, of func(r *record) int) rowColumn {
		return rowColumn{title, 8, 12, func(x *reportXLSX, r *record) cell {
			return cell{style: x.style[styleNumber], number: float64(of(r))}
		}}
	}
	return []rowColumn{
		figure("Row", func(r *record) int { return r.Number }),
		text("Participant", 14, 32, func(r *record) string { return r.participant }),
		{"Outcome", 18, 20, func(x *reportXLSX, r *record) cell {
			return cell{style: x.style[styleOutcome+style(r.Outcome)], text: x.names[r.Outcome]}
		}},
		text("Booking id", 14, 40, func(r *record) string { return r.BookingID }),
		text("What happened", 20, 60, func(r *record) string { return r.message }),
		text("Cell", 8, 10, func(r *record) string { return cellName(r) }),
		text("What to do", 16, 50, func(r *record) string { return r.hint }),
		text("Viewing", 12, 40, func(r *record) string { return r.Slot.ViewingId }),
		text("Time slot", 12, 40, func(r *record) string { return r.Slot.TimeSlotId }),
		text("Customer", 12, 40, func(r *record) string { return r.Slot.CustomerId }),
		figure("Status", func(r *record) int { return r.HTTPStatus }),
		figure("Attempts", func(r *record) int { return r.Attempts }),
		{"Sent at", 20, 20, func(x *reportXLSX, r *record) cell {
			if r.SubmittedAt.IsZero() {
				return cell{}
			}
			return cell{style: x.style[styleTime], number: excelTime(wallClock(r.SubmittedAt, x.zone))}
		}},
		figure("Took (ms)", func(r *record) int { return int(r.Duration.Round(time.Millisecond).Milliseconds()) }),
		figure("First: run", func(r *record) int { return int(r.first.run) }),
		figure("First: row", func(r *record) int { return r.first.row }),
	}
}

// wallClock is t as a spreadsheet, which knows no zones, shall show it.
func wallClock(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// cellName is the place of the first problem of a row, as D14.
func cellName(r *record) string {
	if r.column == "" {
		return ""
	}
	return r.column + strconv.Itoa(r.Number)
}

func (x *reportXLSX) add(r *record) error {
	if r.Outcome == ledger.Uncertain && len(x.uncertain) < maxUncertain {
		x.uncertain = append(x.uncertain, uncertainRow{r.Number, r.participant, slotName(r.Slot), r.message})
	}
	cells := x.cells
	if !x.open {
		cells = make([]cell, len(x.columns))
	}
	for i := range x.columns {
		cells[i] = x.columns[i].of(x, r)
	}
	if x.open {
		return x.write(cells)
	}
	if x.waiting = append(x.waiting, cells); len(x.waiting) == measured {
		return x.begin()
	}
	return nil
}

// begin settles the widths by the rows that wait, and writes these.
func (x *reportXLSX) begin() error {
	x.open = true
	header := make([]any, len(x.columns))
	for i, c := range x.columns {
		title := x.words.Say(c.title)
		header[i] = excelize.Cell{StyleID: x.style[styleHeader], Value: title}
		fit := max(c.least, width(title)+2) // the filter's button
		for _, cells := range x.waiting {
			fit = max(fit, width(cells[i].text))
		}
		if err := x.sheet.SetColWidth(i+1, i+1, min(fit, max(c.most, width(title)+2))); err != nil {
			return err
		}
	}
	if err := x.sheet.SetRow("A1", header); err != nil {
		return err
	}
	for _, cells := range x.waiting {
		if err := x.write(cells); err != nil {
			return err
		}
	}
	x.waiting = nil
	return nil
}

func (x *reportXLSX) write(cells []cell) error {
	if x.rows.row == excelize.TotalRows {
		return nil // a sheet holds no more; report.csv has them all
	}
	return x.rows.add(cells)
}

// finish ends the sheet of rows. The rest follows in complete, when the
// summary is known.
func (x *reportXLSX) finish() error {
	if !x.open {
		if err := x.begin(); err != nil {
			return err
		}
	}
	sheet := x.words.Say("Rows")
	last, err := excelize.CoordinatesToCellName(len(x.columns), max(x.rows.row, 2))
	if err != nil {
		return err
	}
	if err := x.book.AutoFilter(sheet, "A1:"+last, nil); err != nil {
		return err
	}
	if err := x.book.AddIgnoredErrors(sheet, "A1:"+last, excelize.IgnoredErrorsNumberStoredAsText); err != nil {
		return err
	}
	if err := x.sheet.Flush(); err != nil {
		return err
	}
	return x.book.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", RefersTo: quoteSheet(sheet) + "!$1:$1", Scope: sheet})
}

func quoteSheet(name string) string { return "'" + strings.ReplaceAll(name, "'", "''") + "'" }

// complete writes the summary and the causes, and saves the workbook.
func (x *reportXLSX) complete(s *Summary) error {
	if err := x.summary(s); err != nil {
		return err
	}
	if err := x.problems(); err != nil {
		return err
	}
	made := x.run.StartedAt
	if !x.run.FinishedAt.IsZero() {
		made = x.run.FinishedAt
	}
	at := made.UTC().Format(time.RFC3339)
	if err := x.book.SetDocProps(&excelize.DocProperties{Title: x.words.Say("Import of %s", inputName(x.run)), Creator: "vitec-import", Created: at, Modified: at}); err != nil {
		return err
	}
	return x.book.save()
}

func (x *reportXLSX) abort() error { return x.book.abort() }

// slotName is a slot as a person reads it.
func slotName(s ledger.Slot) string {
	if s.TimeSlotId == "" {
		return s.ViewingId
	}
	return s.ViewingId + " / " + s.TimeSlotId
}

// style is a look of a cell.
type style int

// styleOutcome is the first of the looks of the outcomes, by Outcome; those of
// cells beside texts of several lines, which begin at the top, follow.
const (
	styleText style = iota
	styleNumber
	styleTime
	styleHeader
	styleHeaderRight
	styleTitle
	styleHeadline
	styleLeft
	styleNote
	styleSection
	styleStep
	styleCommand
	styleCount
	styleShare
	styleMeaning
	styleTotal
	styleTotalText
	styleKey
	styleValue
	styleWrap
	styleTop
	styleOutcome
	styleOutcomeTop = styleOutcome + style(len(ledger.Outcomes))
)

// styles makes the looks. Text cells have the format "text", so that what is
// typed into them stays text.
func styles(f *excelize.File) ([]int, error) {
	const ink, faint, line, accent = "1F2933", "52606D", "D9DEE4", "0B4F6C"
	text, date := 49, "yyyy-mm-dd hh:mm:ss"
	font := func(size float64, bold bool, color string) *excelize.Font {
		return &excelize.Font{Size: size, Bold: bold, Color: color, Family: "Calibri"}
	}
	below := []excelize.Border{{Type: "bottom", Color: line, Style: 1}}
	above := []excelize.Border{{Type: "top", Color: ink, Style: 1}}
	right := &excelize.Alignment{Vertical: "center", Horizontal: "right", Indent: 1}
	middle := &excelize.Alignment{Vertical: "center"}
	wrap := &excelize.Alignment{Vertical: "top", WrapText: true}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	looks := map[style]*excelize.Style{
		styleText:        {NumFmt: text},
		styleNumber:      {NumFmt: 1, Alignment: right},
		styleTime:        {CustomNumFmt: &date},
		styleHeader:      {Font: font(11, true, "FFFFFF"), Fill: fill(accent), Alignment: middle},
		styleHeaderRight: {Font: font(11, true, "FFFFFF"), Fill: fill(accent), Alignment: right},
		styleTitle:       {Font: font(11, true, faint)},
		styleHeadline:    {Font: font(22, true, ink), Alignment: middle},
		styleLeft:        {Font: font(13, false, ink)},
		styleNote:        {Font: font(11, false, "7A2F00"), Alignment: wrap},
		styleSection:     {Font: font(14, true, accent), Border: below},
		styleStep:        {Font: font(11, false, ink), Alignment: wrap},
		styleCommand:     {Font: &excelize.Font{Size: 10, Family: "Consolas", Color: ink}, Fill: fill("F1F4F7"), NumFmt: text, Alignment: &excelize.Alignment{Vertical: "center", Horizontal: "left", Indent: 1, WrapText: true}},
		styleCount:       {Font: font(11, true, ink), NumFmt: 3, Border: below, Alignment: right},
		styleShare:       {Font: font(11, false, faint), Border: below, Alignment: right},
		styleMeaning:     {Font: font(11, false, faint), Border: below, Alignment: &excelize.Alignment{Vertical: "center", Horizontal: "left", Indent: 1}},
		styleTotal:       {Font: font(11, true, ink), NumFmt: 3, Border: above, Alignment: right},
		styleTotalText:   {Font: font(11, true, ink), Border: above, Alignment: middle},
		styleKey:         {Font: font(11, false, faint), Alignment: &excelize.Alignment{Vertical: "top"}},
		styleValue:       {Font: font(11, false, ink), NumFmt: text, Alignment: wrap},
		styleWrap:        {NumFmt: text, Alignment: wrap, Border: below},
		styleTop:         {Font: font(11, true, ink), NumFmt: 3, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "right", Indent: 1}, Border: below},
	}
	for _, o := range ledger.Outcomes {
		s := shadeOf(o)
		looks[styleOutcome+style(o)] = &excelize.Style{Font: font(11, true, s.ink[1:]), Fill: fill(s.tint[1:]), NumFmt: text, Alignment: middle, Border: below}
		top := *looks[styleOutcome+style(o)]
		top.Alignment = wrap
		looks[styleOutcomeTop+style(o)] = &top
	}
	ids := make([]int, len(looks))
	for k := range style(len(looks)) { // in order, so that the ids are always the same
		id, err := f.NewStyle(looks[k])
		if err != nil {
			return nil, err
		}
		ids[k] = id
	}
	return ids, nil
}
