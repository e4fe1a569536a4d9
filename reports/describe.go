package reports

import (
	"strings"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
)

// describer puts into words what became of a row.
type describer struct {
	run   *ledger.RunInfo
	words texts
	zone  *time.Location
	// english describes the row for programs, which know one language; nil
	// if this one does.
	english *describer
}

// said is what became of a row and what to do about it, in words.
type said struct{ message, hint string }

// of returns the words for a problem.
func (d *describer) of(p *ledger.Problem) said {
	return said{oneLine(d.words.Of(p.Reason)), oneLine(d.words.Of(p.Advice))}
}

// heard puts the server's own words in the place of what the ledger keeps of
// them: behind the reason, with a mask wherever they might echo a cell.
func heard(reason ledger.Text, words string) ledger.Text {
	if words == "" || reason.Format != "%s: %s" || len(reason.Args) != 2 {
		return reason
	}
	if _, masked := reason.Args[1].(string); !masked {
		return reason
	}
	return ledger.Say(reason.Format, reason.Args[0], words)
}

// stopped says why the run ended early; "" = it did not.
func (d *describer) stopped() string {
	return oneLine(d.words.Of(d.run.Reason))
}

func (d *describer) describe(r *record) {
	r.problems = nil
	for _, p := range r.Problems {
		if !p.Warning {
			r.problems = append(r.problems, p)
		}
	}
	if r.Ref != (ledger.Ref{}) {
		r.first = origin{run: r.Ref.Run, row: r.Ref.Row}
		if r.first.run == 0 {
			r.first.run = d.run.ID
		}
	}
	if r.Outcome == ledger.Invalid && len(r.problems) > 0 {
		r.column, r.code = table.ColumnName(r.problems[0].Column), r.problems[0].Code
	}
	if unread[r.code] {
		r.participant = ""
	}
	r.said = d.say(r)
	r.english = r.said
	if d.english != nil {
		r.english = d.english.say(r)
	}
}

// say returns what there is to say of a row.
func (d *describer) say(r *record) (s said) {
	w := d.words
	switch r.Outcome {
	case ledger.Invalid:
		s = d.problems(r)
	default:
		s.message = oneLine(d.words.Of(heard(r.Reason, r.words)))
	}
	if r.words != "" && r.Outcome != ledger.Booked && !strings.Contains(s.message, r.words) {
		s.message = strings.TrimPrefix(s.message+": "+r.words, ": ")
	}
	if s.message == "" && r.before != nil && r.before.Outcome == r.Outcome.String() {
		s = said{r.before.Message, r.before.Hint}
	}
	if s.message == "" {
		s.message = d.fallback(r)
	}
	if s.message == "" {
		s = d.note(r)
	}
	if r.later != 0 && (r.Outcome == ledger.Rejected || r.Outcome == ledger.Invalid || r.Outcome == ledger.Uncertain) {
		s.message = w.Say("in run %d, row %d: %s", r.later, r.Ref.Row, s.message)
	}
	switch r.Outcome {
	case ledger.Uncertain:
		s.hint = w.Say("look it up in Vitec, then settle it with resolve")
	case ledger.NotSent:
		if d.run.Ended || d.run.Interrupted {
			s.hint = w.Say("run the file again")
		}
	}
	if by := r.Settled; by != nil {
		settled := "settled by hand as not booked on %s; the next run sends it"
		if by.BookingID != "" {
			settled = "settled by hand as booked on %s"
		}
		s.message = w.Say(settled, by.At.In(d.zone).Format(time.DateOnly))
		if reason := oneLine(by.Reason); reason != "" {
			s.message = s.message + " (" + reason + ")"
		}
	}
	if r.ContentDiffers {
		s.message += "; " + w.Say("the booked data differ")
	}
	return s
}

// problems joins the problems of a row, with the hint of the first.
func (d *describer) problems(r *record) (s said) {
	var texts []string
	for i := range r.problems {
		p := &r.problems[i]
		one := d.of(p)
		if p.Header != "" && !strings.Contains(one.message, p.Header) {
			one.message = oneLine(p.Header) + ": " + one.message
		}
		texts = append(texts, one.message)
		if i == 0 {
			s.hint = one.hint
		}
	}
	s.message = strings.Join(texts, "; ")
	return s
}

// note is what is remarkable about a booked row as a whole, such as another row
// that may be the same person.
func (d *describer) note(r *record) (s said) {
	for i := range r.Problems {
		if p := &r.Problems[i]; p.Warning && p.Column == 0 {
			return d.of(p)
		}
	}
	return s
}

// fallback is what to say of a row of which nobody has said anything.
func (d *describer) fallback(r *record) string {
	w := d.words
	switch r.Outcome {
	case ledger.Booked:
		if r.later != 0 {
			return w.origin(r.first, "booked by run %d, row %d", "booked by run %d")
		}
	case ledger.AlreadyBooked:
		return w.origin(r.first, "booked by run %d, row %d", "booked by run %d")
	case ledger.Duplicate:
		return w.Say("same booking as row %d", r.first.row)
	case ledger.Uncertain:
		if r.Ref != (ledger.Ref{}) {
			return w.origin(r.first, "uncertain since run %d, row %d", "uncertain since run %d")
		}
		return w.Say("no trustworthy answer came back")
	case ledger.Rejected:
		return w.Say("the server refused the row and gave no reason (status %d)", r.HTTPStatus)
	case ledger.Invalid:
		return w.Say("the row cannot be sent")
	case ledger.NotSent:
		stopped := d.stopped()
		switch {
		case stopped != "":
			return w.Say("the run stopped before this row: %s", stopped)
		case d.run.Interrupted:
			return w.Say("the run was cut off before this row")
		case !d.run.Ended:
			return w.Say("the run is still on, or was cut off")
		}
		return w.Say("the run ended before this row")
	}
	return ""
}

// origin words a text about an earlier row whose number may be lost.
func (w texts) origin(o origin, withRow, runAlone string) string {
	if o.row == 0 {
		return w.Say(runAlone, o.run)
	}
	return w.Say(withRow, o.run, o.row)
}
