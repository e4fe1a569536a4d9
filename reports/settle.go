package reports

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"vitec-import/importer/table"
	"vitec-import/reports/words"
)

// Settled is what a person filled in for one uncertain row.
type Settled struct {
	Line      int    // of the file, 1-based
	Run       int64  // that sent the row
	Row       int    // the spreadsheet's row in that run, 1-based
	BookingID string // empty if the row is not booked
	NotBooked bool
	Reason    string
}

// SettlementError is a mistake in a filled-in file of uncertain rows.
type SettlementError struct {
	Line         int        // 1-based; 0 = of the whole file
	Column       int        // 1-based; 0 = of the whole line
	Reason, Hint words.Text // the hint may be empty
}

// Error returns the place and the reason in English, without the hint.
func (e *SettlementError) Error() string { return words.English.Of(e) }

// Message returns the place and the reason, to be said in a language.
func (e *SettlementError) Message() (format string, args []any) {
	switch {
	case e.Line == 0:
		return e.Reason.Message()
	case e.Column == 0:
		return "line %d: %s", []any{e.Line, e.Reason}
	}
	return "cell %s: %s", []any{cellName(e.Column, e.Line), e.Reason}
}

// ReadSettlements reads a file of uncertain rows that a person has filled in: a
// workbook, or a CSV file as whatever program has saved it, in either
// language, its columns in any order. Rows in which nothing is filled in are
// left out. wrong reports whether a text cannot be the id of a booking, as "yes"
// cannot. The error is table.Open's, or joins all mistakes of the file, each
// a *[SettlementError]; with a mistake nothing is returned.
func ReadSettlements(ctx context.Context, path string, wrong func(id string) bool) ([]Settled, error) {
	f, err := table.Open(ctx, path, table.Options{Fits: knownColumns})
	if err != nil {
		return nil, err
	}
	defer f.Close() // nothing was written
	p := settlements{wrong: wrong, columns: map[string]int{}, seen: map[origin]int{}}
	p.header(f.Info())
	if len(p.mistakes) > 0 {
		return nil, errors.Join(p.mistakes...)
	}
	for row, err := range f.Rows(ctx) {
		if err != nil {
			return nil, err
		}
		if e := row.Fault(nil); e != nil {
			p.mistake(row.Number, e.Column, "", "%v", e.Reason)
		} else {
			p.row(row.Number, row.Cells)
		}
	}
	if len(p.mistakes) > 0 {
		return nil, errors.Join(p.mistakes...)
	}
	return p.list, nil
}

// knownColumns counts the cells that name a column of the file.
func knownColumns(cells []string) (n int) {
	for _, cell := range cells {
		if columnNamed(cell) != "" {
			n++
		}
	}
	return n
}

// columnNamed is the title of the column that a heading means, in any language;
// "" = it means none.
func columnNamed(heading string) string {
	name := strings.ToLower(tidy(heading))
	for _, c := range uncertainColumns {
		if name == c.title || name == words.Swedish.Say(c.title) {
			return c.title
		}
	}
	return ""
}

// settlements reads the rows of a filled-in file.
type settlements struct {
	wrong    func(id string) bool
	columns  map[string]int // 0-based
	list     []Settled
	seen     map[origin]int // line of each row settled
	mistakes []error
}

func (p *settlements) mistake(line, column int, hint, reason string, args ...any) {
	p.mistakes = append(p.mistakes, &SettlementError{Line: line, Column: column, Reason: words.Textf(reason, args...), Hint: words.Textf(hint)})
}

// header finds the columns that matter by their names.
func (p *settlements) header(info table.Info) {
	for i, h := range info.Header {
		name := columnNamed(h)
		if _, twice := p.columns[name]; twice {
			p.mistake(info.HeaderRow, i+1, "", "the column %q is there twice", name)
		}
		if name != "" {
			p.columns[name] = i
		}
	}
	var missing []string
	for _, name := range [...]string{"run", "row", bookingIDTitle, notBookedTitle} {
		if _, ok := p.columns[name]; !ok {
			missing = append(missing, strconv.Quote(name))
		}
	}
	if len(missing) > 0 {
		p.mistake(info.HeaderRow, 0, "use the file of uncertain rows of a report, with its header", "the header lacks %s", strings.Join(missing, ", "))
	}
}

func (p *settlements) row(line int, cells []string) {
	at := func(name string) int { return p.columns[name] + 1 }
	cell := func(name string) string {
		if i, ok := p.columns[name]; ok && i < len(cells) {
			return tidy(cells[i])
		}
		return ""
	}
	id, not, reason := cell(bookingIDTitle), strings.ToLower(cell(notBookedTitle)), cell("reason")
	if id == "" && not == "" && reason == "" {
		return
	}
	s := Settled{Line: line, BookingID: strings.TrimPrefix(id, "'"), NotBooked: not != "", Reason: reason}
	before := len(p.mistakes)
	if not != "" && !slices.Contains([]string{"x", "yes", "y", "ja", "j", "true", "sant", "1"}, not) {
		p.mistake(line, at(notBookedTitle), "write x if the row is not booked, and leave the cell empty otherwise", "it says %q", not)
	}
	switch {
	case id != "" && not != "":
		p.mistake(line, at(bookingIDTitle), "fill in one of the two", "both the booking's id and \"not booked\" are filled in")
	case id == "" && not == "":
		p.mistake(line, 0, "fill in the booking's id, or x under \"not booked\"", "there is a reason, but neither a booking's id nor \"not booked\"")
	case id != "" && p.wrong(id):
		p.mistake(line, at(bookingIDTitle), "copy the booking's id out of Vitec; if the row is not booked, write x under \"not booked\"", "%q cannot be the id of a booking", id)
	}
	var err error
	if s.Run, err = strconv.ParseInt(cell("run"), 10, 64); err != nil || s.Run < 1 {
		p.mistake(line, at("run"), "leave the first columns as they are", "%q is no run", cell("run"))
	}
	if s.Row, err = strconv.Atoi(cell("row")); err != nil || s.Row < 1 {
		p.mistake(line, at("row"), "leave the first columns as they are", "%q is no row", cell("row"))
	}
	if len(p.mistakes) > before {
		return
	}
	place := origin{run: s.Run, row: s.Row}
	if first, twice := p.seen[place]; twice {
		p.mistake(line, 0, "", "run %d, row %d is settled on line %d already", s.Run, s.Row, first)
		return
	}
	p.seen[place] = line
	p.list = append(p.list, s)
}

// tidy trims a cell of what spreadsheets and copying leave around it.
func tidy(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' })
}
