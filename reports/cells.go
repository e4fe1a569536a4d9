package reports

import (
	"encoding/csv"
	"io"

	"github.com/xuri/excelize/v2"
)

// csvCells writes texts into a CSV file that people open: with a byte order
// mark, so that spreadsheets know it for UTF-8.
type csvCells struct {
	w     io.Writer
	comma rune
	out   *csv.Writer
}

func (c *csvCells) row(cells []string) error {
	if c.out == nil {
		if _, err := io.WriteString(c.w, "\ufeff"); err != nil {
			return err
		}
		c.out = csv.NewWriter(c.w)
		c.out.Comma, c.out.UseCRLF = c.comma, true
	}
	inert := make([]string, len(cells))
	for i, text := range cells {
		inert[i] = inertID(text)
	}
	return c.out.Write(inert)
}

func (c *csvCells) finish() error {
	c.out.Flush()
	return c.out.Error()
}

// sheetCells writes texts into a workbook of one sheet, to be filled in by
// people: every cell is a text, so that what is typed stays as it is typed.
type sheetCells struct {
	w     io.Writer
	name  string
	cells [][]string
}

func (s *sheetCells) row(cells []string) error {
	s.cells = append(s.cells, append([]string(nil), cells...))
	return nil
}

func (s *sheetCells) finish() error {
	f := excelize.NewFile()
	defer f.Close()
	if err := f.SetSheetName("Sheet1", s.name); err != nil {
		return err
	}
	looks, err := formStyles(f)
	if err != nil {
		return err
	}
	for i, cells := range s.cells {
		for k, text := range cells {
			at, err := excelize.CoordinatesToCellName(k+1, i+1)
			if err != nil {
				return err
			}
			look := looks.text
			switch {
			case i == 0:
				look = looks.how
			case i == 1:
				look = looks.header
			case k >= 6 && k <= 8:
				look = looks.fill
			}
			if err := f.SetCellStyle(s.name, at, at, look); err != nil {
				return err
			}
			if err := f.SetCellStr(s.name, at, cellText(text)); err != nil {
				return err
			}
		}
	}
	for column, width := range map[string]float64{"A": 9, "B": 7, "C": 26, "D": 30, "E": 20, "F": 40, "G": 36, "H": 12, "I": 30, "J": 14, "K": 38, "L": 38} {
		if err := f.SetColWidth(s.name, column, column, width); err != nil {
			return err
		}
	}
	if err := f.SetPanes(s.name, &excelize.Panes{Freeze: true, XSplit: 3, YSplit: 2, TopLeftCell: "D3", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	if err := layOut(f, s.name, "landscape"); err != nil {
		return err
	}
	return packTo(f, s.w)
}

// formLooks are the styles of a sheet that people fill in.
type formLooks struct{ text, header, how, fault, fill, reason int }

func formStyles(f *excelize.File) (l formLooks, err error) {
	text := 49 // the format "text": what is typed stays as it is typed
	wrap := &excelize.Alignment{Vertical: "top", WrapText: true}
	fill := func(color string) excelize.Fill {
		return excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
	}
	for _, s := range []struct {
		to    *int
		style excelize.Style
	}{
		{&l.text, excelize.Style{NumFmt: text, Alignment: &excelize.Alignment{Vertical: "top"}}},
		{&l.header, excelize.Style{NumFmt: text, Font: &excelize.Font{Bold: true, Color: "FFFFFF"}, Fill: fill("0B4F6C")}},
		{&l.how, excelize.Style{NumFmt: text, Font: &excelize.Font{Color: "5F3205"}, Fill: fill("FDF3E2")}},
		{&l.fault, excelize.Style{NumFmt: text, Alignment: &excelize.Alignment{Vertical: "top"}, Fill: fill("FFE2B8")}},
		{&l.fill, excelize.Style{NumFmt: text, Alignment: &excelize.Alignment{Vertical: "top"}, Fill: fill("FFF9E5"), Border: []excelize.Border{{Type: "bottom", Color: "E0C080", Style: 1}}}},
		{&l.reason, excelize.Style{NumFmt: text, Alignment: wrap, Font: &excelize.Font{Color: "7A2F00"}}},
	} {
		if *s.to, err = f.NewStyle(&s.style); err != nil {
			return l, err
		}
	}
	return l, nil
}
