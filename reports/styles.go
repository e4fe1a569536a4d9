package reports

import (
	"github.com/xuri/excelize/v2"

	"vitec-import/importer/ledger"
)

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
	styleTrial
	styleWrapped
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
		styleText:        {NumFmt: text, Alignment: &excelize.Alignment{Vertical: "top"}},
		styleNumber:      {NumFmt: 1, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "right"}},
		styleTime:        {CustomNumFmt: &date, Alignment: &excelize.Alignment{Vertical: "top"}},
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
		styleTrial:       {Font: font(14, true, "FFFFFF"), Fill: fill("9C2A00"), Alignment: middle},
		styleWrapped:     {NumFmt: text, Alignment: wrap},
		styleTop:         {Font: font(11, true, ink), NumFmt: 3, Alignment: &excelize.Alignment{Vertical: "top", Horizontal: "right", Indent: 1}, Border: below},
	}
	for _, o := range ledger.Outcomes {
		s := shadeOf(o)
		looks[styleOutcome+style(o)] = &excelize.Style{Font: font(11, true, s.ink[1:]), Fill: fill(s.tint[1:]), NumFmt: text, Alignment: &excelize.Alignment{Vertical: "top"}, Border: below}
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
