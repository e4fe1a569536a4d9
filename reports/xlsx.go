package reports

import (
	"fmt"
	"io"
	"time"

	"github.com/xuri/excelize/v2"

	"vitec-import/importer/ledger"
)

// rowColumns are the columns of the sheet of rows; those from rowsAside on are
// folded away.
var rowColumns = [...]struct {
	title string
	width float64
	look  look
	of    func(x *reportXLSX, r *record) any // a text, or a number, which is not shown if it is 0
}{
	{"Row", 9, lookNumber, func(_ *reportXLSX, r *record) any { return r.Number }},
	{"Participant", 24, lookWrapped, func(_ *reportXLSX, r *record) any { return r.participant }},
	{"Outcome", 17, lookOutcome, func(x *reportXLSX, r *record) any { return x.words.marked(r.Outcome) }},
	{"Viewing and slot", 24, lookWrapped, func(_ *reportXLSX, r *record) any { return r.place() }},
	{"What happened", 40, lookWrapped, func(_ *reportXLSX, r *record) any { return r.message }},
	{"What to do", 40, lookWrapped, func(_ *reportXLSX, r *record) any { return r.hint }},
	{"Booking id", 38, lookText, func(_ *reportXLSX, r *record) any { return r.BookingID }},
	{"Cell", 8, lookText, func(_ *reportXLSX, r *record) any { return r.cell() }},
	{"Viewing id", 38, lookText, func(_ *reportXLSX, r *record) any { return r.Slot.ViewingId }},
	{"Time slot id", 38, lookText, func(_ *reportXLSX, r *record) any { return r.Slot.TimeSlotId }},
	{"Customer id", 14, lookText, func(_ *reportXLSX, r *record) any { return r.Slot.CustomerId }},
	{"Status", 9, lookNumber, func(_ *reportXLSX, r *record) any { return r.HTTPStatus }},
	{"Attempts", 9, lookNumber, func(_ *reportXLSX, r *record) any { return r.Attempts }},
	{"Sent at", 20, lookTime, func(x *reportXLSX, r *record) any { return excelTime(r.SubmittedAt, x.zone) }},
	{"Took (ms)", 9, lookNumber, func(_ *reportXLSX, r *record) any { return int(r.Duration.Round(time.Millisecond).Milliseconds()) }},
	{"First: run", 9, lookNumber, func(_ *reportXLSX, r *record) any { return int(r.first.run) }},
	{"First: row", 9, lookNumber, func(_ *reportXLSX, r *record) any { return r.first.row }},
}

const rowsAside = 5

// reportXLSX writes report.xlsx: the rows as they pass by, the summary and the
// causes when all have been seen.
type reportXLSX struct {
	*book
	w      io.Writer
	run    *ledger.RunInfo
	words  texts
	zone   *time.Location
	rows   *sheet
	header int // the row of the header of the rows
	causes *causes
}

func newReportXLSX(w io.Writer, shelf *shelf, src *Source, text texts, o *Options, c *causes) *reportXLSX {
	b := shelf.newBook(text.Say("Summary"), text.Say("Rows"), text.Say("Problems"))
	x := &reportXLSX{book: b, w: w, run: &src.Run, words: text, zone: o.Zone, causes: c, header: headerRow(o.Trial)}
	l := layout{left: 2, top: x.header, aside: rowsAside, heading: fmt.Sprintf("$1:$%d", x.header), rows: min(x.header+src.Run.Rows, excelize.TotalRows)}
	var titles, banner []any
	for _, c := range rowColumns {
		l.columns = append(l.columns, c.width)
		titles, banner = append(titles, b.cell(lookHeader, text.Say(c.title))), append(banner, b.cell(lookTrial, ""))
	}
	x.rows = b.sheet(text.Say("Rows"), l)
	if o.Trial {
		banner[0] = b.cell(lookTrial, text.Say(trialBanner))
		x.rows.put(banner...)
	}
	x.rows.put(titles...)
	return x
}

// headerRow is the row of the header of the sheet of rows, below the banner of a
// trial.
func headerRow(trial bool) int {
	if trial {
		return 2
	}
	return 1
}

// maxSheetRows is how many rows of a list a sheet holds.
func maxSheetRows(trial bool) int { return excelize.TotalRows - headerRow(trial) }

func (x *reportXLSX) add(r *record) error {
	if x.rows.row == excelize.TotalRows {
		return nil // the summary says so
	}
	cells := make([]any, len(rowColumns))
	for i, c := range rowColumns {
		l, value := c.look, c.of(x, r)
		if l == lookOutcome {
			l += look(r.Outcome)
		}
		if value != 0 && value != "" && value != 0.0 {
			cells[i] = x.cell(l, value)
		}
	}
	x.rows.put(cells...)
	return x.err
}

// excelTime is a time as spreadsheets, which know no zones, count: days since the
// end of 1899. It is a hair more, since some of them cut a second that is a hair
// too short.
func excelTime(t time.Time, zone *time.Location) float64 {
	if t.IsZero() {
		return 0
	}
	const day, epoch = 24 * 60 * 60, 25569 // seconds, and days until 1970
	_, offset := t.In(zone).Zone()
	return epoch + float64(t.Unix()+int64(offset))/day + 1e-8
}

// finish ends the sheet of rows, writes the other two, and packs the workbook.
func (x *reportXLSX) finish(s *Summary) error {
	x.rows.end(x.header)
	x.summary(s)
	x.problems()
	made := x.run.StartedAt
	if !x.run.FinishedAt.IsZero() {
		made = x.run.FinishedAt
	}
	at := made.UTC().Format(time.RFC3339)
	x.try(x.file.SetDocProps(&excelize.DocProperties{Title: s.Title, Creator: "vitec-import", Created: at, Modified: at}))
	return x.save(x.w)
}

// summary writes the first sheet.
func (x *reportXLSX) summary(s *Summary) {
	w, hidden := x.words, false
	x.try(x.file.SetSheetView(w.Say("Summary"), 0, &excelize.ViewOptions{ShowGridLines: &hidden}))
	p := x.sheet(w.Say("Summary"), layout{columns: []float64{2, 26, 10, 10, 44, 44}})
	section := func(title string) {
		p.put()
		p.across(lookSection, title, 22)
	}
	p.put()
	if s.Trial {
		p.across(lookTrial, w.Say(trialBanner), 28)
	}
	p.across(lookTitle, s.Title, 0)
	p.across(lookHeadline, s.Headline, 34)
	p.across(lookTitle, s.Occasion, 0)
	p.across(lookLeft, s.Left, 20)
	for _, n := range s.Notes {
		p.across(lookNote, n, lines(n, 125))
	}
	p.put()
	x.outcomes(p, s)
	if len(s.Steps) > 0 {
		section(w.Say("What to do next"))
	}
	for i, step := range s.Steps {
		text := fmt.Sprintf("%d.  %s", i+1, step.Text)
		p.across(lookWrapped, text, lines(text, 130)+3)
		if step.Command != "" {
			p.across(lookCommand, step.Command, lines(step.Command, 105)+4.5)
		}
	}
	section(w.Say("What the words mean"))
	for _, o := range s.Outcomes {
		p.put(nil, p.cell(lookOutcome+look(o.Outcome), w.marked(o.Outcome)), p.cell(lookFaint, o.Meaning))
	}
	section(w.Say("About this run"))
	for _, f := range s.Facts {
		p.put(nil, p.cell(lookFaint, f.Name), p.cell(lookText, f.Value))
	}
	p.end(0)
}

// outcomes writes the table of the outcomes, with a bar for each.
func (x *reportXLSX) outcomes(p *sheet, s *Summary) {
	w := x.words
	p.put(nil, p.cell(lookHeader, w.Say("Outcome")), p.cell(lookHeader, w.Say("Rows")), p.cell(lookHeader, w.Say("Share")), p.cell(lookHeader, ""))
	for _, o := range s.Outcomes {
		p.put(nil, p.cell(lookOutcome+look(o.Outcome), w.marked(o.Outcome)), p.cell(lookCount, o.Count), p.cell(lookFaint, o.Percent), p.cell(lookCount, o.Count))
		p.try(x.file.SetConditionalFormat(p.name, cellName(5, p.row), []excelize.ConditionalFormatOptions{{
			Type: "data_bar", Criteria: "=", MinType: "num", MinValue: "0", MaxType: "num", MaxValue: fmt.Sprint(max(1, s.Total)),
			BarColor: "#" + shades[o.Outcome].solid, BarOnly: true, BarSolid: true,
		}}))
	}
	p.put(nil, p.cell(lookTitle, w.Say("all rows")), p.cell(lookCount, s.Total))
}

// problems writes the sheet of the causes.
func (x *reportXLSX) problems() {
	w := x.words
	p := x.sheet(w.Say("Problems"), layout{columns: []float64{9, 20, 60, 24, 50, 50}, landscape: true, top: 1, heading: "$1:$1"})
	var header []any
	for _, title := range [...]string{"Rows", "Outcome", "Cause", "Column", "What to do", "In rows"} {
		header = append(header, p.cell(lookHeader, w.Say(title)))
	}
	p.put(header...)
	list := x.causes.sorted()
	for _, g := range list[:min(len(list), excelize.TotalRows-1)] {
		outcome := p.cell(lookOutcome+look(g.Outcome), w.marked(g.Outcome))
		if g.Warning {
			outcome = p.cell(lookWrapped, w.Say("warning"))
		}
		p.put(p.cell(lookCount, g.Rows), outcome, p.cell(lookWrapped, g.Message), p.cell(lookWrapped, g.Place()), p.cell(lookWrapped, g.Hint), p.cell(lookWrapped, g.where(w)))
	}
	if len(list) == 0 {
		p.put(nil, nil, p.cell(lookWrapped, w.Say("There are no problems.")))
	}
	p.end(1)
}
