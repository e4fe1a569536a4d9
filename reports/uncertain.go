package reports

import (
	"encoding/csv"
	"io"
	"strconv"
	"time"

	"vitec-import/importer/ledger"
)

// uncertainColumns are the columns of the file that a person fills in to settle
// uncertain rows.
var uncertainColumns = [...]struct {
	title string
	width float64 // in a workbook
	of    func(u *uncertain, r *record) string
}{
	{"run", 9, func(u *uncertain, r *record) string { return strconv.FormatInt(u.origin(r).run, 10) }},
	{"row", 7, func(u *uncertain, r *record) string { return strconv.Itoa(u.origin(r).row) }},
	{"participant", 26, func(_ *uncertain, r *record) string { return r.participant }},
	{"viewing and slot", 30, func(_ *uncertain, r *record) string { return r.place() }},
	{"sent", 20, func(u *uncertain, r *record) string {
		if r.SubmittedAt.IsZero() {
			return ""
		}
		return moment(r.SubmittedAt, u.zone)
	}},
	{"what happened", 40, func(_ *uncertain, r *record) string { return r.message }},
	{bookingIDTitle, 36, nil},
	{notBookedTitle, 12, nil},
	{"reason", 30, nil},
	{"customer id", 14, func(_ *uncertain, r *record) string { return r.Slot.CustomerId }},
	{"viewing id", 38, func(_ *uncertain, r *record) string { return r.Slot.ViewingId }},
	{"time slot id", 38, func(_ *uncertain, r *record) string { return r.Slot.TimeSlotId }},
}

// uncertainAside is how many of them are in sight in a workbook: the ids are
// folded away, so that the rest can be read on a page.
const uncertainAside = 9

// The columns in which an answer stands.
const (
	bookingIDTitle = "booking id"
	notBookedTitle = "not booked"
)

// uncertain writes the file of the uncertain rows in the format of the input:
// a line that says how it is filled in, the header, and a line a row. There is
// no such file without such rows.
type uncertain struct {
	w      io.Writer
	shelf  *shelf
	run    int64
	zone   *time.Location
	text   texts
	trial  bool
	inBook bool
	comma  rune

	csv   *csv.Writer // it, or a book with a sheet, once there is a row
	book  *book
	sheet *sheet
}

func newUncertain(w io.Writer, shelf *shelf, src *Source, o *Options, text texts) *uncertain {
	u := &uncertain{w: w, shelf: shelf, run: src.Run.ID, zone: o.Zone, text: text, trial: o.Trial, inBook: inputKind(src) == ".xlsx", comma: ';'}
	if d := src.Run.Input.Delimiter; d == "," || d == "\t" {
		u.comma = rune(d[0])
	}
	return u
}

// origin is the row to settle: that of the run which sent the submission.
func (u *uncertain) origin(r *record) origin {
	if r.Ref != (ledger.Ref{}) && r.first.run != 0 && r.first.row != 0 {
		return r.first
	}
	return origin{u.run, r.Number}
}

func (u *uncertain) add(r *record) error {
	if r.Outcome != ledger.Uncertain {
		return nil
	}
	if u.csv == nil && u.book == nil {
		if err := u.begin(); err != nil {
			return err
		}
	}
	cells := make([]string, len(uncertainColumns))
	for i, c := range uncertainColumns {
		if c.of != nil {
			cells[i] = c.of(u, r)
		}
	}
	return u.put(lookText, cells)
}

// begin writes what stands above the rows: how the file is filled in, in a line
// as wide as the others, and the header.
func (u *uncertain) begin() error {
	how, titles := make([]string, len(uncertainColumns)), make([]string, len(uncertainColumns))
	l := layout{landscape: true, left: 3, top: 2, aside: uncertainAside, heading: "$1:$2"}
	for i, c := range uncertainColumns {
		titles[i], l.columns = u.text.Say(c.title), append(l.columns, c.width)
	}
	how[0] = u.text.Say("Look each person up in Vitec, among the participants of the viewing. Booked: write the booking's id under \"%s\". Not booked: write x under \"%s\". Then save this file and run: vitec-import resolve FILE",
		u.text.Say(bookingIDTitle), u.text.Say(notBookedTitle))
	if u.trial {
		how[0] = u.text.Say(trialBanner) + ". " + how[0]
	}
	if u.inBook {
		name := u.text.Say("Uncertain rows")
		u.book = u.shelf.newBook(name)
		u.sheet = u.book.sheet(name, l)
		u.sheet.high(lines(how[0], 120), u.book.cell(lookNote, how[0]))
		u.book.try(u.sheet.out.MergeCell("A1", cellName(uncertainAside, 1)))
	} else {
		if _, err := io.WriteString(u.w, "\ufeff"); err != nil { // spreadsheets know the file for UTF-8 by it
			return err
		}
		u.csv = csv.NewWriter(u.w)
		u.csv.Comma, u.csv.UseCRLF = u.comma, true
		if err := u.put(lookText, how); err != nil {
			return err
		}
	}
	return u.put(lookHeader, titles)
}

// put writes a line of texts.
func (u *uncertain) put(l look, texts []string) error {
	if u.csv != nil {
		inert := make([]string, len(texts))
		for i, text := range texts {
			inert[i] = inertID(text)
		}
		return u.csv.Write(inert)
	}
	cells := make([]any, len(texts))
	for i, text := range texts {
		cells[i] = u.book.cell(l, text)
		if l == lookText && uncertainColumns[i].of == nil && u.sheet.row > 1 {
			cells[i] = u.book.cell(lookFill, text)
		}
	}
	u.sheet.put(cells...)
	return u.book.err
}

func (u *uncertain) finish(*Summary) error {
	switch {
	case u.csv != nil:
		u.csv.Flush()
		return u.csv.Error()
	case u.book != nil:
		u.sheet.end(0)
		return u.book.save(u.w)
	}
	return nil
}
