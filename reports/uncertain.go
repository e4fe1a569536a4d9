package reports

import (
	"io"
	"strconv"
	"time"

	"vitec-import/importer/ledger"
)

// uncertainColumns are the columns of the file that a person fills in to settle
// uncertain rows.
var uncertainColumns = [...]struct {
	title string
	old   string // its name in files of before there were two languages
	of    func(u *uncertain, r *record) string
}{
	{"run", "run", func(u *uncertain, r *record) string { return strconv.FormatInt(u.origin(r).run, 10) }},
	{"row", "row", func(u *uncertain, r *record) string { return strconv.Itoa(u.origin(r).row) }},
	{"participant", "participant", func(_ *uncertain, r *record) string { return r.participant }},
	{"viewing and slot", "", func(_ *uncertain, r *record) string { return r.place() }},
	{"sent", "", func(u *uncertain, r *record) string {
		if r.SubmittedAt.IsZero() {
			return ""
		}
		return r.SubmittedAt.In(u.zone).Format(time.DateTime)
	}},
	{"what happened", "", func(_ *uncertain, r *record) string { return r.message }},
	{bookingIDTitle, "booked_id", blank},
	{notBookedTitle, "not_booked", blank},
	{"reason", "reason", blank},
	{"customer id", "", func(_ *uncertain, r *record) string { return r.Slot.CustomerId }},
	{"viewing id", "", func(_ *uncertain, r *record) string { return r.Slot.ViewingId }},
	{"time slot id", "", func(_ *uncertain, r *record) string { return r.Slot.TimeSlotId }},
}

// The columns in which an answer stands.
const (
	bookingIDTitle = "booking id"
	notBookedTitle = "not booked"
)

func blank(*uncertain, *record) string { return "" }

// uncertain writes the file of the uncertain rows in the format of the input:
// a line that says how it is filled in, the header, and a line a row. There is
// no such file without such rows.
type uncertain struct {
	run   int64
	zone  *time.Location
	text  texts
	trial bool
	out   cellWriter
	more  bool // it has begun
}

// cellWriter writes rows of texts into a CSV file or a workbook.
type cellWriter interface {
	row(cells []string) error
	finish() error
}

func newUncertain(w io.Writer, src *Source, o *Options, text texts) *uncertain {
	u := &uncertain{run: src.Run.ID, zone: o.Zone, text: text, trial: o.Trial}
	if inputKind(src) == ".xlsx" {
		u.out = &sheetCells{w: w, name: text.Say("Uncertain rows")}
		return u
	}
	comma := ';'
	if d := src.Run.Input.Delimiter; len(d) == 1 && (d == "," || d == "\t") {
		comma = rune(d[0])
	}
	u.out = &csvCells{w: w, comma: comma}
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
	if !u.more {
		u.more = true
		head := make([]string, len(uncertainColumns))
		for i, c := range uncertainColumns {
			head[i] = u.text.Say(c.title)
		}
		how := u.text.Say("Look each person up in Vitec, among the participants of the viewing. Booked: write the booking's id under \"%s\". Not booked: write x under \"%s\". Then save this file and run: vitec-import resolve FILE",
			u.text.Say(bookingIDTitle), u.text.Say(notBookedTitle))
		if u.trial {
			how = u.text.Say(trialBanner) + ". " + how
		}
		first := make([]string, len(uncertainColumns)) // as wide as the others
		first[0] = how
		if err := u.out.row(first); err != nil {
			return err
		}
		if err := u.out.row(head); err != nil {
			return err
		}
	}
	cells := make([]string, len(uncertainColumns))
	for i, c := range uncertainColumns {
		cells[i] = c.of(u, r)
	}
	return u.out.row(cells)
}

func (u *uncertain) finish(*Summary) error {
	if !u.more {
		return nil
	}
	return u.out.finish()
}
