package reports

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"vitec-import/reports/words"
)

// smallSheet writes a sheet cell by cell, from the top down.
type smallSheet struct {
	x     *reportXLSX
	sheet string
	row   int
	err   error
}

// set writes a text or a number into a column of the present row.
func (p *smallSheet) set(column string, s style, value any) {
	if p.err != nil {
		return
	}
	cell := column + strconv.Itoa(p.row)
	if p.err = p.x.book.SetCellStyle(p.sheet, cell, cell, p.x.style[s]); p.err != nil {
		return
	}
	switch v := value.(type) {
	case int:
		p.err = p.x.book.SetCellInt(p.sheet, cell, int64(v))
	case string:
		if v != "" {
			p.err = p.x.book.SetCellStr(p.sheet, cell, cellText(v))
		}
	}
}

// wide writes a text over the columns from B to F.
func (p *smallSheet) wide(s style, text string, height float64) {
	p.set("B", s, text)
	if p.err == nil {
		p.err = p.x.book.MergeCell(p.sheet, "B"+strconv.Itoa(p.row), "F"+strconv.Itoa(p.row))
	}
	if p.err == nil {
		p.err = p.x.book.SetCellStyle(p.sheet, "B"+strconv.Itoa(p.row), "F"+strconv.Itoa(p.row), p.x.style[s])
	}
	p.height(height)
}

func (p *smallSheet) height(h float64) {
	if p.err == nil && h > 0 {
		p.err = p.x.book.SetRowHeight(p.sheet, p.row, h)
	}
}

// lines is the height of a text that wraps at so many characters, as far as a
// row can be high.
func lines(text string, chars int) float64 {
	return min(15.5*float64(1+utf8.RuneCountInString(text)/chars), excelize.MaxRowHeight-20)
}

// summary writes the first sheet.
func (x *reportXLSX) summary(s *Summary) error {
	w := x.words
	p := &smallSheet{x: x, sheet: w.Say("Summary")}
	hidden := false
	if err := x.book.SetSheetView(p.sheet, 0, &excelize.ViewOptions{ShowGridLines: &hidden}); err != nil {
		return err
	}
	if err := layOut(x.book, p.sheet, "portrait"); err != nil {
		return err
	}
	for column, width := range map[string]float64{"A": 2, "B": 26, "C": 12, "D": 12, "E": 34, "F": 44} {
		if err := x.book.SetColWidth(p.sheet, column, column, width); err != nil {
			return err
		}
	}
	p.row = 2
	if x.trial {
		p.wide(styleTrial, w.Say(trialBanner), 28)
		p.row++
	}
	p.wide(styleTitle, s.Title, 0)
	p.row++
	p.wide(styleHeadline, s.Headline, 34)
	p.row++
	p.wide(styleTitle, s.Occasion, 0)
	p.row++
	p.wide(styleLeft, s.Left, 20)
	for _, n := range s.Notes {
		p.row++
		p.wide(styleNote, n, lines(n, 120))
	}
	p.row += 2
	x.outcomes(p, s)
	if len(s.Steps) > 0 {
		p.row += 2
		p.wide(styleSection, w.Say("What to do next"), 22)
		for i, step := range s.Steps {
			p.row++
			text := fmt.Sprintf("%d.  %s", i+1, step.Text)
			p.wide(styleStep, text, lines(text, 125)+3)
			if step.Command != "" {
				p.row++
				p.wide(styleCommand, step.Command, lines(step.Command, 105)+4.5)
			}
		}
	}
	x.uncertainRows(p, s)
	p.row += 2
	p.wide(styleSection, w.Say("What the words mean"), 22)
	for _, o := range s.Outcomes {
		p.row++
		p.set("B", styleOutcome+style(o.Outcome), o.Symbol+"  "+o.Name)
		p.set("C", styleMeaning, o.Meaning)
		for _, c := range [...]string{"D", "E", "F"} {
			p.set(c, styleMeaning, "")
		}
		p.height(19)
	}
	p.row += 2
	p.wide(styleSection, w.Say("About this run"), 22)
	for _, f := range s.Facts {
		p.row++
		p.set("B", styleKey, f.Name)
		p.set("C", styleValue, f.Value)
		if p.err == nil {
			p.err = x.book.MergeCell(p.sheet, "C"+strconv.Itoa(p.row), "F"+strconv.Itoa(p.row))
		}
		p.height(lines(f.Value, 105))
	}
	return p.close("F")
}

// outcomes writes the table of the outcomes, and the chart beside it.
func (x *reportXLSX) outcomes(p *smallSheet, s *Summary) {
	w := x.words
	p.set("B", styleHeader, w.Say("Outcome"))
	p.set("C", styleHeaderRight, w.Say("Rows"))
	p.set("D", styleHeaderRight, w.Say("Share"))
	p.height(20)
	first := p.row + 1
	for _, o := range s.Outcomes {
		p.row++
		p.set("B", styleOutcome+style(o.Outcome), o.Symbol+"  "+o.Name)
		p.set("C", styleCount, o.Count)
		p.set("D", styleShare, o.Percent)
		p.height(21)
	}
	p.row++
	p.set("B", styleTotalText, w.Say("all rows"))
	p.set("C", styleTotal, s.Total)
	p.set("D", styleTotalText, "")
	p.height(21)
	if p.err == nil {
		p.err = x.chart(p.sheet, first, s)
	}
}

// chart puts a bar for each outcome that has rows beside their table. Each is a
// series of its own, so that it can have the outcome's colour and name.
func (x *reportXLSX) chart(sheet string, first int, s *Summary) error {
	no, overlap := false, -15
	solid := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	cell := func(column string, row int) string { return fmt.Sprintf("%s!$%s$%d", quoteSheet(sheet), column, row) }
	var series []excelize.ChartSeries
	zero, room := 0.0, 1.0 // room for the names behind the bars
	for i, o := range s.Outcomes {
		if o.Count == 0 {
			continue
		}
		room = max(room, 1.35*float64(o.Count))
		series = append(series, excelize.ChartSeries{
			Name: cell("B", first+i), Values: cell("C", first+i), Categories: cell("C", first-1), Fill: solid(shadeOf(o.Outcome).solid[1:]),
		})
	}
	if len(series) == 0 {
		return nil
	}
	gap := uint(min(5+115*(len(s.Outcomes)-len(series)), 500)) // in percent of a bar: few are as thick as many
	return x.book.AddChart(sheet, "E"+strconv.Itoa(first-1), &excelize.Chart{
		Type: excelize.Bar, Series: series, VaryColors: &no, GapWidth: &gap, Overlap: &overlap,
		Title:     excelize.ChartTitle{Paragraph: []excelize.RichTextRun{{Text: x.words.Say("Rows by outcome"), Font: &excelize.Font{Size: 12, Bold: true, Color: "1F2933"}}}},
		Legend:    excelize.ChartLegend{Position: "none"},
		PlotArea:  excelize.ChartPlotArea{ShowVal: true, ShowSerName: true},
		XAxis:     excelize.ChartAxis{ReverseOrder: true, None: true},
		YAxis:     excelize.ChartAxis{None: true, Minimum: &zero, Maximum: &room},
		Dimension: excelize.ChartDimension{Width: 540, Height: 270},
		Format:    excelize.GraphicOptions{OffsetX: 24, AltText: x.words.Say("Rows by outcome") + ": " + altText(s)},
		Border:    excelize.LineOptions{Type: excelize.LineSolid, Width: 0.75, Fill: solid("D9DEE4")},
	})
}

// altText says what a chart of the outcomes shows.
func altText(s *Summary) string {
	text := ""
	for _, o := range s.Outcomes {
		if o.Count > 0 {
			if text != "" {
				text += ", "
			}
			text += fmt.Sprintf("%s %s", words.Number(o.Count), o.Name)
		}
	}
	return text
}

// uncertainRows lists the rows that matter most.
func (x *reportXLSX) uncertainRows(p *smallSheet, s *Summary) {
	if len(x.uncertain) == 0 {
		return
	}
	w := x.words
	p.row += 2
	p.wide(styleSection, w.Say("Uncertain rows"), 22)
	p.row++
	p.set("B", styleHeader, w.Say("Participant"))
	p.set("C", styleHeaderRight, w.Say("Row"))
	p.set("D", styleHeader, w.Say("Viewing and slot"))
	p.set("E", styleHeader, "")
	p.set("F", styleHeader, w.Say("What happened"))
	p.height(20)
	for _, u := range x.uncertain {
		p.row++
		p.set("B", styleWrap, u.participant)
		p.set("C", styleTop, u.row)
		p.set("D", styleWrap, u.slot)
		p.set("E", styleWrap, "")
		p.set("F", styleWrap, u.why)
		if p.err == nil {
			p.err = x.book.MergeCell(p.sheet, "D"+strconv.Itoa(p.row), "E"+strconv.Itoa(p.row))
		}
		p.height(max(lines(u.why, 42), lines(u.slot, 44), lines(u.participant, 24)))
	}
	for _, o := range s.Outcomes {
		if more := o.Count - len(x.uncertain); o.Outcome.String() == "uncertain" && more > 0 {
			p.row++
			p.wide(styleKey, w.Say("and %d more, see the rows", more), 0)
		}
	}
}

// problems writes the sheet of the causes.
func (x *reportXLSX) problems() error {
	w := x.words
	p := &smallSheet{x: x, sheet: w.Say("Problems"), row: 1}
	titles := [...]struct {
		title string
		width float64
	}{{"Rows", 9}, {"Outcome", 20}, {"Cause", 60}, {"Column", 24}, {"What to do", 50}, {"In rows", 50}}
	for i, t := range titles {
		column := string(rune('A' + i))
		p.set(column, styleHeader, w.Say(t.title))
		if p.err == nil {
			p.err = x.book.SetColWidth(p.sheet, column, column, t.width)
		}
	}
	p.height(20)
	list := x.causes.sorted()
	for _, g := range list {
		p.row++
		name := symbol(g.Outcome) + "  " + w.outcome(g.Outcome)
		look := styleOutcomeTop + style(g.Outcome)
		if g.Warning {
			name, look = w.Say("warning"), styleWrap
		}
		column := g.Column
		if column != "" && g.Header != "" {
			column += "  " + g.Header
		} else if column == "" {
			column = g.Header
		}
		where := g.where(w)
		p.set("A", styleTop, g.Rows)
		p.set("B", look, name)
		p.set("C", styleWrap, g.Message)
		p.set("D", styleWrap, column)
		p.set("E", styleWrap, g.Hint)
		p.set("F", styleWrap, where)
		p.height(max(lines(g.Message, 58), lines(g.Hint, 48), lines(where, 48), lines(column, 22)))
	}
	if len(list) == 0 {
		p.row++
		p.set("C", styleWrap, w.Say("There are no problems."))
	}
	if p.err == nil {
		p.err = x.book.AutoFilter(p.sheet, "A1:F"+strconv.Itoa(p.row), nil)
	}
	if p.err == nil {
		p.err = x.book.SetPanes(p.sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
	}
	if p.err == nil {
		p.err = layOut(x.book, p.sheet, "landscape") // behind the filter, which sets the properties anew
	}
	return p.close("F")
}

// close says how far the sheet reaches.
func (p *smallSheet) close(column string) error {
	if p.err != nil {
		return p.err
	}
	return p.x.book.SetSheetDimension(p.sheet, "A1:"+column+strconv.Itoa(p.row))
}
