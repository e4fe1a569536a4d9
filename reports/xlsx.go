package reports

import (
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"vitec-import/importer/ledger"
)

// rowColumn is a column of the sheet of rows.
type rowColumn struct {
	title string
	width float64
	// aside columns are folded away: whoever looks for an id opens them, and
	// what is printed fits on a page.
	aside bool
	of    func(x *reportXLSX, r *record) excelize.Cell
}

// reportXLSX writes report.xlsx: the rows as they pass by, the summary and the
// causes when all have been seen.
type reportXLSX struct {
	w       io.Writer
	book    *excelize.File
	src     *Source
	trial   bool
	words   texts
	zone    *time.Location
	style   []int // the id of each style
	columns []rowColumn
	rows    *excelize.StreamWriter
	row     int   // the last one written
	cells   []any // of the row at hand

	names [len(ledger.Outcomes)]string // of the outcomes, in their cells

	causes    *causes
	uncertain []uncertainRow // the first of them
}

// uncertainRow is an uncertain row as the summary shows it.
type uncertainRow struct {
	row                    int
	participant, slot, why string
}

// maxUncertain is how many uncertain rows the summary names.
const maxUncertain = 25

func newReportXLSX(w io.Writer, tmp string, src *Source, text texts, o *Options, c *causes) (*reportXLSX, error) {
	x := &reportXLSX{
		w: w, book: excelize.NewFile(excelize.Options{TmpDir: tmp}), src: src, trial: o.Trial, words: text, zone: o.Zone, causes: c, columns: rowColumns(),
	}
	for _, o := range ledger.Outcomes {
		x.names[o] = symbol(o) + "  " + text.outcome(o)
	}
	return x, x.start()
}

func (x *reportXLSX) start() (err error) {
	b, sheet := x.book, x.words.Say("Rows")
	if err := b.SetSheetName("Sheet1", x.words.Say("Summary")); err != nil {
		return err
	}
	for _, name := range [...]string{sheet, x.words.Say("Problems")} {
		if _, err := b.NewSheet(name); err != nil {
			return err
		}
	}
	if x.style, err = styles(b); err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(len(x.columns), min(x.src.Run.Rows+x.headerRow(), excelize.TotalRows))
	if err != nil {
		return err
	}
	// First of all: some readers believe the dimension, and a new sheet's is A1.
	if err := b.SetSheetDimension(sheet, "A1:"+last); err != nil {
		return err
	}
	if err := layOut(b, sheet, "portrait"); err != nil {
		return err
	}
	if x.rows, err = b.NewStreamWriter(sheet); err != nil {
		return err
	}
	var header []any
	for i, c := range x.columns {
		if err := x.rows.SetColWidth(i+1, i+1, c.width); err != nil {
			return err
		}
		if c.aside {
			if err := x.rows.SetColOutlineLevel(i+1, 1); err != nil {
				return err
			}
			if err := x.rows.SetColVisible(i+1, i+1, false); err != nil {
				return err
			}
		}
		header = append(header, excelize.Cell{StyleID: x.style[styleHeader], Value: x.words.Say(c.title)})
	}
	below := x.headerRow() + 1
	if err := x.rows.SetPanes(&excelize.Panes{Freeze: true, XSplit: 2, YSplit: below - 1, TopLeftCell: cellAt("C", below), ActivePane: "bottomRight"}); err != nil {
		return err
	}
	if x.trial {
		banner := make([]any, len(x.columns))
		for i := range banner {
			banner[i] = excelize.Cell{StyleID: x.style[styleTrial]}
		}
		banner[0] = excelize.Cell{StyleID: x.style[styleTrial], Value: x.words.Say(trialBanner)}
		if err := x.write(banner); err != nil {
			return err
		}
	}
	return x.write(header)
}

// headerRow is the row of the sheet's header, below the banner of a trial.
func (x *reportXLSX) headerRow() int {
	if x.trial {
		return 2
	}
	return 1
}

func rowColumns() []rowColumn {
	text := func(title string, width float64, aside bool, s style, of func(r *record) string) rowColumn {
		return rowColumn{title, width, aside, func(x *reportXLSX, r *record) excelize.Cell {
			if t := cellText(of(r)); t != "" {
				return excelize.Cell{StyleID: x.style[s], Value: t}
			}
			return excelize.Cell{}
		}}
	}
	number := func(title string, aside bool, of func(r *record) int) rowColumn {
		return rowColumn{title, 9, aside, func(x *reportXLSX, r *record) excelize.Cell {
			if n := of(r); n != 0 {
				return excelize.Cell{StyleID: x.style[styleNumber], Value: n}
			}
			return excelize.Cell{}
		}}
	}
	return []rowColumn{
		number("Row", false, func(r *record) int { return r.Number }),
		text("Participant", 24, false, styleText, func(r *record) string { return r.participant }),
		{"Outcome", 17, false, func(x *reportXLSX, r *record) excelize.Cell {
			return excelize.Cell{StyleID: x.style[styleOutcome+style(r.Outcome)], Value: x.names[r.Outcome]}
		}},
		text("Viewing and slot", 24, false, styleWrapped, (*record).place),
		text("What happened", 40, false, styleWrapped, func(r *record) string { return r.message }),
		text("What to do", 40, true, styleWrapped, func(r *record) string { return r.hint }),
		text("Booking id", 38, true, styleText, func(r *record) string { return r.BookingID }),
		text("Cell", 8, true, styleText, cellName),
		text("Viewing id", 38, true, styleText, func(r *record) string { return r.Slot.ViewingId }),
		text("Time slot id", 38, true, styleText, func(r *record) string { return r.Slot.TimeSlotId }),
		text("Customer id", 14, true, styleText, func(r *record) string { return r.Slot.CustomerId }),
		number("Status", true, func(r *record) int { return r.HTTPStatus }),
		number("Attempts", true, func(r *record) int { return r.Attempts }),
		{"Sent at", 20, true, func(x *reportXLSX, r *record) excelize.Cell {
			if r.SubmittedAt.IsZero() {
				return excelize.Cell{}
			}
			return excelize.Cell{StyleID: x.style[styleTime], Value: excelTime(wallClock(r.SubmittedAt, x.zone))}
		}},
		number("Took (ms)", true, func(r *record) int { return int(r.Duration.Round(time.Millisecond).Milliseconds()) }),
		number("First: run", true, func(r *record) int { return int(r.first.run) }),
		number("First: row", true, func(r *record) int { return r.first.row }),
	}
}

// wallClock is t as a spreadsheet, which knows no zones, shall show it.
func wallClock(t time.Time, zone *time.Location) time.Time {
	t = t.In(zone)
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// excelTime is a time as spreadsheets count: days since the end of 1899. It is a
// hair more, since some of them cut a second that is a hair too short.
func excelTime(t time.Time) float64 {
	const day, epoch = 24 * 60 * 60, 25569 // seconds, and days until 1970
	return epoch + float64(t.Unix())/day + 1e-8
}

// cellName is the place of the first problem of a row, as D14.
func cellName(r *record) string {
	if r.column == "" {
		return ""
	}
	return cellAt(r.column, r.Number)
}

func (x *reportXLSX) add(r *record) error {
	if r.Outcome == ledger.Uncertain && len(x.uncertain) < maxUncertain {
		x.uncertain = append(x.uncertain, uncertainRow{r.Number, r.participant, r.place(), r.message})
	}
	if x.row == excelize.TotalRows {
		return nil // a sheet holds no more; the summary says so
	}
	x.cells = x.cells[:0]
	for i := range x.columns {
		x.cells = append(x.cells, x.columns[i].of(x, r))
	}
	return x.write(x.cells)
}

func (x *reportXLSX) write(cells []any) error {
	x.row++
	return x.rows.SetRow(cellAt("A", x.row), cells)
}

// finish ends the sheet of rows, writes the summary and the causes, and packs
// the workbook.
func (x *reportXLSX) finish(s *Summary) error {
	sheet := x.words.Say("Rows")
	last, err := excelize.CoordinatesToCellName(len(x.columns), max(x.row, x.headerRow()+1))
	if err != nil {
		return err
	}
	if err := x.book.AutoFilter(sheet, cellAt("A", x.headerRow())+":"+last, nil); err != nil {
		return err
	}
	if err := x.book.AddIgnoredErrors(sheet, "A1:"+last, excelize.IgnoredErrorsNumberStoredAsText); err != nil {
		return err
	}
	if err := x.rows.Flush(); err != nil {
		return err
	}
	if err := printHeader(x.book, sheet, x.headerRow()); err != nil {
		return err
	}
	if err := x.summary(s); err != nil {
		return err
	}
	if err := x.problems(); err != nil {
		return err
	}
	run := &x.src.Run
	made := run.StartedAt
	if !run.FinishedAt.IsZero() {
		made = run.FinishedAt
	}
	at := made.UTC().Format(time.RFC3339)
	if err := x.book.SetDocProps(&excelize.DocProperties{Title: s.Title, Creator: "vitec-import", Created: at, Modified: at}); err != nil {
		return err
	}
	return packTo(x.book, x.w)
}

// Close removes what the library keeps in temporary files.
func (x *reportXLSX) Close() error { return x.book.Close() }
