package reports

import (
	"errors"
	"io"
	"regexp"
	"slices"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
)

// xlsxCorrections writes corrections.xlsx, in a sheet of the input's name and
// with the header on the input's row, so that the file is read as the input
// was. Numbers, dates and truth values are texts too, as they were read: what
// the person sees is what will be read, a personal number is shown in full, and
// nothing that is typed loses a zero or becomes a date.
//
// In front stand the row's number in the list and what is wrong with it, and
// stay in sight; the cells in question are marked. A second sheet says what to
// do.
type xlsxCorrections struct {
	w     io.Writer
	tmp   string
	info  table.Info
	run   int64
	trial bool
	words texts

	book  *excelize.File
	sheet *excelize.StreamWriter
	looks formLooks
	own   []int // the 0-based columns that are not an earlier round's reason columns
	row   int
	cells []any
}

func newXLSXCorrections(w io.Writer, tmp string, info table.Info, run int64, trial bool, words texts) *xlsxCorrections {
	return &xlsxCorrections{w: w, tmp: tmp, info: info, run: run, trial: trial, words: words}
}

func (c *xlsxCorrections) add(r *record) error {
	if !corrected(r) {
		return nil
	}
	if c.book == nil {
		if err := c.open(); err != nil {
			return err
		}
	}
	why := reasons(r, c.run)
	front := []any{
		excelize.Cell{StyleID: c.looks.text, Value: why[3]}, excelize.Cell{StyleID: c.looks.reason, Value: cellText(why[0])},
		excelize.Cell{StyleID: c.looks.reason, Value: cellText(why[1])},
	}
	c.cells = append(c.cells[:0], front...)
	own, ok := c.texts(r)
	for _, i := range c.own {
		look := c.looks.text
		if slices.ContainsFunc(r.problems, func(p ledger.Problem) bool { return p.Column == i+1 }) {
			look = c.looks.fault
		}
		cell := excelize.Cell{StyleID: look}
		if ok && own[i] != "" {
			cell.Value = own[i]
		}
		c.cells = append(c.cells, cell)
	}
	c.cells = append(c.cells, excelize.Cell{StyleID: c.looks.text, Value: why[2]})
	return c.write()
}

// texts are the row's own cells, as they are written again. Of a row of which
// not every cell is known to be what it was, all stay empty, and such a row is
// refused again until the person has typed it in: one that is no row of the
// table, a row with a cell too far to
// the right, one that has lost a cell, one with a cell that cannot be read, one
// with a text that is longer than a cell may be, and one with a text that looks
// like the spelling of another.
func (c *xlsxCorrections) texts(r *record) (texts []string, ok bool) {
	code := table.Code(r.code)
	if unread[r.code] || code == table.CodeGrouped || code == table.CodeTooManyCells || r.refused == table.CodeTooManyCells {
		return nil, false
	}
	if texts = r.cells; texts == nil || r.faulty { // of a cell with a fault nothing is known
		texts = nil
		for _, w := range r.written {
			if w.Unread {
				return nil, false
			}
			texts = append(texts, w.Text)
		}
	}
	if len(texts) < len(c.info.Header) {
		return nil, false
	}
	for _, i := range c.own {
		t := texts[i]
		if escaped.MatchString(t) || len(t) > excelize.TotalCellChars && len(utf16.Encode([]rune(t))) > excelize.TotalCellChars {
			return nil, false
		}
	}
	return texts, true
}

// escaped is how a workbook spells a character that XML does not have. A text
// that has it as it is cannot be told from the character.
var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

func (c *xlsxCorrections) open() (err error) {
	c.book = excelize.NewFile(excelize.Options{TmpDir: c.tmp})
	if err := c.book.SetSheetName("Sheet1", c.info.Sheet); err != nil {
		return err
	}
	if c.looks, err = formStyles(c.book); err != nil {
		return err
	}
	if err := layOut(c.book, c.info.Sheet, "landscape"); err != nil {
		return err
	}
	if c.sheet, err = c.book.NewStreamWriter(c.info.Sheet); err != nil {
		return err
	}
	head := []any{
		excelize.Cell{StyleID: c.looks.header, Value: columnRow}, excelize.Cell{StyleID: c.looks.header, Value: columnReason},
		excelize.Cell{StyleID: c.looks.header, Value: columnHint},
	}
	widths := []float64{11, 44, 40}
	for i, h := range c.info.Header {
		if reasonColumn(h) == "" {
			c.own = append(c.own, i)
			head = append(head, excelize.Cell{StyleID: c.looks.header, Value: h})
			widths = append(widths, max(16, min(width(h), 40)))
		}
	}
	head = append(head, excelize.Cell{StyleID: c.looks.header, Value: columnRun})
	for i, w := range append(widths, 11) {
		if err := c.sheet.SetColWidth(i+1, i+1, w); err != nil {
			return err
		}
	}
	below := c.info.HeaderRow + 1
	corner, err := excelize.CoordinatesToCellName(4, below)
	if err != nil {
		return err
	}
	if err := c.sheet.SetPanes(&excelize.Panes{Freeze: true, XSplit: 3, YSplit: below - 1, TopLeftCell: corner, ActivePane: "bottomRight"}); err != nil {
		return err
	}
	c.row, c.cells = below-2, head
	return c.write()
}

func (c *xlsxCorrections) write() error {
	c.row++
	at, err := excelize.CoordinatesToCellName(1, c.row)
	if err != nil {
		return err
	}
	return c.sheet.SetRow(at, c.cells)
}

func (c *xlsxCorrections) finish(s *Summary) error {
	if c.book == nil {
		return nil
	}
	last, err := excelize.CoordinatesToCellName(len(c.own)+4, c.row)
	if err != nil {
		return err
	}
	// A phone is a text on purpose; nobody shall be told to make it a number.
	if err := c.book.AddIgnoredErrors(c.info.Sheet, "A1:"+last, excelize.IgnoredErrorsNumberStoredAsText); err != nil {
		return err
	}
	if err := c.sheet.Flush(); err != nil {
		return err
	}
	if err := c.instructions(s); err != nil {
		return err
	}
	return packTo(c.book, c.w)
}

// instructions writes the second sheet, which says what to do. That of a trial
// has a name that nobody overlooks.
func (c *xlsxCorrections) instructions(s *Summary) error {
	name := c.words.Say("What to do")
	lines := []string{
		c.words.Say("These rows of %s are not booked. In each, the first columns say what is wrong; the cells in question are coloured.", inputName(&s.Run)),
		c.words.Say("Correct the cells in the sheet \"%s\", delete rows that shall not be booked, save the file and run it:", c.info.Sheet),
		s.correct,
		c.words.Say("The other rows of the list need not be run again."),
	}
	if c.trial {
		name = c.words.Say("TRIAL")
		lines = []string{
			c.words.Say(trialBanner), c.words.Say("These rows of %s would not be booked. In each, the first columns say what is wrong; the cells in question are coloured.", inputName(&s.Run)),
			c.words.Say("Correct them in the list, and run that."),
		}
	}
	if name == c.info.Sheet {
		name += " (2)"
	}
	if _, err := c.book.NewSheet(name); err != nil {
		return err
	}
	for i, text := range lines {
		look := c.looks.reason
		if c.trial && i == 0 {
			look = c.looks.header
		}
		if err := errors.Join(c.book.SetCellStyle(name, cellAt("A", i+1), cellAt("A", i+1), look), c.book.SetCellStr(name, cellAt("A", i+1), cellText(text))); err != nil {
			return err
		}
	}
	return errors.Join(c.book.SetColWidth(name, "A", "A", 100), layOut(c.book, name, "portrait"))
}

// Close removes what the library keeps in temporary files.
func (c *xlsxCorrections) Close() error {
	if c.book == nil {
		return nil
	}
	return c.book.Close()
}
