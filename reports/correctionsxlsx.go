package reports

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"unicode/utf16"
	"unicode/utf8"

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
	*book // nil until there is a row
	w     io.Writer
	shelf *shelf
	info  table.Info
	run   int64
	words texts
	sheet *sheet
	howTo string // the name of the second sheet
	own   []int  // the 0-based columns that are not an earlier round's reason columns
}

func newXLSXCorrections(w io.Writer, shelf *shelf, info table.Info, run int64, trial bool, words texts) *xlsxCorrections {
	c := &xlsxCorrections{w: w, shelf: shelf, info: info, run: run, words: words, howTo: words.Say("What to do")}
	if trial {
		c.howTo = words.Say("TRIAL") // which nobody overlooks
	}
	if c.howTo == info.Sheet {
		c.howTo += " (2)"
	}
	return c
}

func (c *xlsxCorrections) add(r *record) error {
	if !corrected(r) {
		return nil
	}
	if c.book == nil {
		c.book = c.shelf.newBook(c.info.Sheet, c.howTo)
		c.begin()
	}
	why := reasons(r, c.run)
	cells := []any{c.cell(lookText, why[3]), c.cell(lookNote, why[0]), c.cell(lookNote, why[1])}
	own, ok := c.texts(r)
	for _, i := range c.own {
		cell := c.cell(lookText, "")
		if slices.ContainsFunc(r.problems, func(p ledger.Problem) bool { return p.Column == i+1 }) {
			cell = c.cell(lookFault, "")
		}
		if ok && own[i] != "" {
			cell.Value = own[i]
		}
		cells = append(cells, cell)
	}
	c.sheet.put(append(cells, c.cell(lookText, why[2]))...)
	return c.err
}

// texts are the row's own cells, as they are written again. Of a row of which
// not every cell is known to be what it was, all stay empty, and such a row is
// refused again until the person has typed it in: one that is no row of the
// table, a row with a cell too far to the right, one that has lost a cell, one
// with a cell that cannot be read, one with a text that is longer than a cell
// may be, and one with a text that looks like the spelling of another.
func (c *xlsxCorrections) texts(r *record) (texts []string, ok bool) {
	code := table.Code(r.code)
	if unread[r.code] || code == table.CodeGrouped || code == table.CodeTooManyCells || r.refused() == table.CodeTooManyCells {
		return nil, false
	}
	if texts = r.in.Cells; texts == nil || len(r.in.Faults) > 0 { // of a cell with a fault nothing is known
		texts = nil
		for _, w := range r.in.Written {
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
		if escaped.MatchString(texts[i]) || len(utf16.Encode([]rune(texts[i]))) > excelize.TotalCellChars {
			return nil, false
		}
	}
	return texts, true
}

// escaped is how a workbook spells a character that XML does not have. A text
// that has it as it is cannot be told from the character.
var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// begin writes the header on its row.
func (c *xlsxCorrections) begin() {
	titles, l := []string{columnRow, columnReason, columnHint}, layout{columns: []float64{11, 44, 40}, landscape: true, left: 3, top: c.info.HeaderRow, heading: fmt.Sprintf("$%d:$%[1]d", c.info.HeaderRow)}
	for i, h := range c.info.Header {
		if reasonColumn(h) == "" {
			c.own, titles = append(c.own, i), append(titles, h)
			l.columns = append(l.columns, float64(max(16, min(utf8.RuneCountInString(h)+2, 40))))
		}
	}
	l.columns = append(l.columns, 11)
	c.sheet = c.book.sheet(c.info.Sheet, l)
	c.sheet.row = c.info.HeaderRow - 1
	var header []any
	for _, title := range append(titles, columnRun) {
		header = append(header, excelize.Cell{StyleID: c.look[lookHeader], Value: title})
	}
	c.sheet.put(header...)
}

// finish writes the second sheet, which says what to do.
func (c *xlsxCorrections) finish(s *Summary) error {
	if c.book == nil {
		return nil
	}
	c.sheet.end(0)
	p := c.book.sheet(c.howTo, layout{columns: []float64{100}})
	say := func(l look, format string, args ...any) { p.put(p.cell(l, c.words.Say(format, args...))) }
	if s.Trial {
		say(lookTrial, trialBanner)
		say(lookNote, "These rows of %s would not be booked. In each, the first columns say what is wrong; the cells in question are coloured.", inputName(&s.Run))
		say(lookNote, "Correct them in the list, and run that.")
	} else {
		say(lookNote, "These rows of %s are not booked. In each, the first columns say what is wrong; the cells in question are coloured.", inputName(&s.Run))
		say(lookNote, "Correct the cells in the sheet \"%s\", delete rows that shall not be booked, save the file and run it:", c.info.Sheet)
		p.put(p.cell(lookCommand, s.correct))
		say(lookNote, "The other rows of the list need not be run again.")
	}
	p.end(0)
	return c.save(c.w)
}
