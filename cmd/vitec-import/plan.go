package main

import (
	"context"
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/reports"
	"vitec-import/reports/words"
	"vitec-import/vitec"
)

// shownProblems is how many problems a person is shown one by one.
const shownProblems = 20

// findings collects what the plan has to say about single rows, as far as a
// person is shown it.
type findings struct {
	problems, warnings []importer.Problem
	moreProblems       int
	moreWarnings       int
	earlier            []ledger.Row // rows that need not be sent, because of an earlier one
	moreEarlier        int
	fresh              []newcomer // rows that are to be sent, if they are few beside those booked already
}

func (f *findings) add(p importer.Problem) error {
	list, more := &f.problems, &f.moreProblems
	if p.Warning {
		list, more = &f.warnings, &f.moreWarnings
	}
	if len(*list) < shownProblems {
		*list = append(*list, p)
	} else {
		*more++
	}
	return nil
}

func (f *findings) planned(row ledger.Row) error {
	switch {
	case row.Outcome == ledger.NotSent && len(f.fresh) <= shownProblems:
		f.fresh = append(f.fresh, newcomer{row: row.Number})
	case !refersBack(row):
	case len(f.earlier) < shownProblems:
		row.Problems = nil
		f.earlier = append(f.earlier, row)
	default:
		f.moreEarlier++
	}
	return nil
}

// newcomer is a row that is to be sent, with its name masked.
type newcomer struct {
	row  int
	name string
}

// findNew names the rows that are to be sent, if they are few beside those that
// are booked already: a list that comes every night has a handful of them.
func (w *world) findNew(ctx context.Context, src *source, f *findings, p *importer.Plan) error {
	if n := p.ToSend(); n > shownProblems || n > p.Outcomes[ledger.AlreadyBooked] {
		f.fresh = nil
	}
	i := 0
	for row, err := range src.file.Rows(ctx) {
		switch {
		case i == len(f.fresh):
			return nil
		case err != nil:
			return err
		case w.stopping():
			return importer.ErrInterrupted
		case row.Number == f.fresh[i].row:
			f.fresh[i].name = mapping.Problem{Value: reports.Participant(row.Cells, src.mapper.NameColumns())}.Masked()
			i++
		}
	}
	return nil
}

// refersBack reports whether a row is not sent because of an earlier one.
func refersBack(row ledger.Row) bool {
	switch row.Outcome {
	case ledger.AlreadyBooked, ledger.Uncertain, ledger.Duplicate:
		return true
	}
	return false
}

// line prints a text behind its label, and folds both to the terminal's width.
func (w *world) line(out io.Writer, label, text string) {
	fmt.Fprintln(out, foldLine(w.labelled(label, text), labelRoom, w.width(out)))
}

// unfolded prints a command behind its label, in one line: it is to be copied.
func (w *world) unfolded(out io.Writer, label, command string) {
	fmt.Fprintln(out, w.labelled(label, command))
}

// labelRoom is in which column a text stands behind its label. The longest
// labels leave one space to it.
const labelRoom = 9

// labelled is a text behind its label, "" for the label of the line before.
func (w *world) labelled(label, text string) string {
	if label != "" {
		label = w.say(label)
	}
	return fmt.Sprintf("%-*s %s", labelRoom-1, label, text)
}

// hintLine prints what can be done about the line before.
func (w *world) hintLine(out io.Writer, text string) {
	if text != "" {
		w.line(out, "", w.say("hint")+": "+text)
	}
}

// describeTarget says where the requests go, or would go.
func (w *world) describeTarget(out io.Writer, f *targetFlags) {
	w.line(out, "target", f.name())
	if proxy := f.proxy(); proxy != "" {
		w.line(out, "", w.say("through the proxy %s", proxy))
	}
}

// describeInput says what was read and how it was understood.
func (w *world) describeInput(out io.Writer, s *source) {
	i := s.file.Info()
	w.line(out, "input", i.Name+": "+strings.Join(w.detected(i), ", "))
	for _, t := range i.Warnings {
		w.describeTableWarning(out, i, t)
	}
	if n, ok := s.endingNote(); ok {
		w.line(out, "note", w.place(importer.Problem{File: i.Name, Row: s.ending.Row})+": "+w.lang.Of(n))
	}
	w.line(out, "mapping", s.mappingPath)
	for _, m := range s.mapping.Warnings() {
		w.line(out, "warning", m.Place()+": "+w.lang.Of(m.Reason))
		w.hintLine(out, w.lang.Of(m.Hint))
	}
}

// endingNote says that a file ends without a line end, if it does.
func (s *source) endingNote() (note words.Text, ok bool) {
	switch {
	case s.ending.Row == 0:
		return note, false
	case s.ending.Cut:
		return hint("the file ends in the middle of this row: it may be half copied, and \"run --yes\" refuses it"), true
	}
	return hint("the file ends without a line end; if it was copied, make sure that it is whole"), true
}

func (w *world) describeTableWarning(out io.Writer, i table.Info, t table.Warning) {
	p := importer.Problem{File: i.Name, Sheet: i.Sheet, Row: t.Row, Problem: ledger.Problem{Column: t.Column}}
	w.line(out, "warning", w.place(p)+": "+w.lang.Of(t.Text))
	w.hintLine(out, w.lang.Of(t.Hint))
}

func (w *world) detected(i table.Info) []string {
	d := []string{i.Format}
	if i.Sheet != "" {
		d = append(d, w.say("sheet %q", i.Sheet))
	}
	if i.Encoding != "" {
		d = append(d, i.Encoding)
	}
	if i.Delimiter != "" {
		d = append(d, w.say("delimiter %q", i.Delimiter))
	}
	return append(d, w.say("header in row %d", i.HeaderRow))
}

// describePlan says what would happen, for a person.
func (w *world) describePlan(out io.Writer, p *importer.Plan, f *findings) {
	w.line(out, "rows", w.say("%d: %s", p.Rows, w.planned(p)))
	if len(p.Slots) > 0 {
		w.describeSlots(out, p)
	}
	if n := p.Messages.Total(); n > 0 {
		w.line(out, "messages", w.count(n, "%d would be sent to a person (SMS confirmations: %d, e-mail confirmations: %d, SMS reminders: %d)", "%d would be sent to people (SMS confirmations: %d, e-mail confirmations: %d, SMS reminders: %d)", p.Messages.SMSConfirmation, p.Messages.MailConfirmation, p.Messages.SMSReminder))
	} else {
		w.line(out, "messages", w.say("none requested"))
	}
	if p.Over > 0 {
		w.line(out, "warning", w.lang.Of(over(p.Over)))
		w.hintLine(out, w.say(overHint))
	}
	w.describeEarlier(out, f)
	for i, n := range f.fresh {
		text := w.say("row %d", n.row)
		if n.name != "" {
			text += " (" + n.name + ")"
		}
		w.line(out, first("new", i), text)
	}
	if p.Differing > 0 {
		w.line(out, "note", w.count(p.Differing, "%d row is already booked with different content; it is not sent again", "%d rows are already booked with different content; they are not sent again"))
	}
	// Where several rows have the same problem its hint is told once.
	grouped := w.describeCauses(out, p.Causes)
	w.describeFindings(out, "problem", f.problems, f.moreProblems, !grouped)
	w.describeFindings(out, "warning", f.warnings, f.moreWarnings, !grouped)
}

// over says how many rows are of a viewing that has ended.
func over(rows int) words.Text {
	return hint("the viewing has ended for %s, and the deadline check is on: the server may reject them", rowCount(rows))
}

const overHint = "for a list of a past viewing, write options: {isDeadlineValidationEnabled: {value: false}}"

// describeEarlier names the rows that need not be sent, and the earlier ones.
func (w *world) describeEarlier(out io.Writer, f *findings) {
	for i, row := range f.earlier {
		format := "row %d is already booked: %s"
		switch row.Outcome {
		case ledger.Uncertain:
			format = "row %d may already be booked: %s"
		case ledger.Duplicate:
			format = "row %d is in the file twice: %s"
		}
		w.line(out, first("earlier", i), w.say(format, row.Number, w.earlier(row.Ref, row.ContentDiffers)))
	}
	if f.moreEarlier > 0 {
		w.line(out, "", w.say("… and %d more; \"vitec-import check --json\" lists them all", f.moreEarlier))
	}
}

// earlier names an earlier row, of another run or of the same file.
func (w *world) earlier(ref ledger.Ref, differs bool) string {
	by := w.say("run %d, row %d", ref.Run, ref.Row)
	switch {
	case ref.Row == 0:
		by = w.say("run %d", ref.Run)
	case ref.Run == 0:
		by = w.say("row %d", ref.Row)
	}
	if differs {
		by = w.say("%s, with different content", by)
	}
	return by
}

// planned is "23 to send, 2 already_booked": every row in one of them.
func (w *world) planned(p *importer.Plan) string {
	var parts []string
	if n := p.ToSend(); n > 0 {
		parts = append(parts, w.say("%d to send", n))
	}
	for _, o := range ledger.Outcomes {
		if n := p.Outcomes[o]; n > 0 && o != ledger.NotSent {
			parts = append(parts, w.counted(o, n))
		}
	}
	if len(parts) == 0 {
		return w.say("nothing to do")
	}
	return strings.Join(parts, ", ")
}

// counted is how many rows have an outcome: "23 booked".
func (w *world) counted(o ledger.Outcome, n int) string {
	said := map[ledger.Outcome][2]words.Text{
		ledger.Booked:        {{Format: "1 booked"}, {Format: "%d booked"}},
		ledger.AlreadyBooked: {{Format: "1 already_booked"}, {Format: "%d already_booked"}},
		ledger.Rejected:      {{Format: "1 rejected"}, {Format: "%d rejected"}},
		ledger.Uncertain:     {{Format: "1 uncertain"}, {Format: "%d uncertain"}},
		ledger.Invalid:       {{Format: "1 invalid"}, {Format: "%d invalid"}},
		ledger.Duplicate:     {{Format: "1 duplicate"}, {Format: "%d duplicate"}},
		ledger.Skipped:       {{Format: "1 skipped"}, {Format: "%d skipped"}},
		ledger.NotSent:       {{Format: "1 not_sent"}, {Format: "%d not_sent"}},
	}[o]
	if n == 1 {
		return w.lang.Of(said[0])
	}
	return w.say(said[1].Format, n)
}

// describeSlots counts the rows by their place: what the list calls it, and the
// ids behind it.
func (w *world) describeSlots(out io.Writer, p *importer.Plan) {
	const shown = 20
	targets := sortedTargets(p.Slots)
	// A column for each outcome that there is, what is to be sent first.
	columns := []ledger.Outcome{ledger.NotSent}
	for _, o := range ledger.Outcomes {
		for _, counts := range p.Slots {
			if o != ledger.NotSent && counts[o] > 0 {
				columns = append(columns, o)
				break
			}
		}
	}
	head := []string{w.say("viewing and slot")}
	for _, o := range columns {
		name := o.String()
		if o == ledger.NotSent {
			name = "to send"
		}
		head = append(head, w.say(name))
	}
	id := func(id string) string { return id }
	if room := w.width(out); room > 0 && room < 120 {
		id = reports.ShortID
	}
	rows := [][]string{append(head, w.say("customer"), w.say("viewing"), w.say("time slot"))}
	for _, s := range targets[:min(len(targets), shown)] {
		row := []string{p.Called[s]}
		for _, o := range columns {
			row = append(row, strconv.Itoa(p.Slots[s][o]))
		}
		rows = append(rows, append(row, s.CustomerId, id(s.ViewingId), id(s.TimeSlotId)))
	}
	printColumns(out, rows, 9)
	if n := len(targets) - shown; n > 0 {
		w.line(out, "", w.count(n, "… and %d more slot", "… and %d more slots"))
	}
}

// placeOf is what a list calls a viewing and a slot in a row's cells: its own
// words, or the ids where it has none.
func placeOf(t vitec.Target, cells []string, viewing, slot []int) string {
	ids := ledger.Slot{CustomerId: t.CustomerId, ViewingId: t.ViewingId, TimeSlotId: t.TimeSlotId}
	return reports.Place(reports.Participant(cells, viewing), reports.Participant(cells, slot), ids)
}

func sortedTargets(slots map[vitec.Target]ledger.Counts) []vitec.Target {
	targets := make([]vitec.Target, 0, len(slots))
	for s := range slots {
		targets = append(targets, s)
	}
	sort.Slice(targets, func(i, k int) bool {
		a, b := targets[i], targets[k]
		if a.CustomerId != b.CustomerId {
			return a.CustomerId < b.CustomerId
		}
		if a.ViewingId != b.ViewingId {
			return a.ViewingId < b.ViewingId
		}
		return a.TimeSlotId < b.TimeSlotId
	})
	return targets
}

func (w *world) describeFindings(out io.Writer, kind string, list []importer.Problem, more int, hints bool) {
	for _, p := range list {
		text := w.place(p) + ": " + w.lang.Of(p.Reason)
		if p.Masked != "" {
			text += " (" + p.Masked + ")"
		}
		w.line(out, kind, text)
		if hints {
			w.hintLine(out, w.lang.Of(p.Advice))
		}
	}
	if more > 0 {
		w.line(out, kind, w.say("… and %d more; \"vitec-import check --json\" lists them all", more))
	}
}

// describeCauses groups the problems, if several rows have the same one, and
// reports whether it did.
func (w *world) describeCauses(out io.Writer, causes []importer.Cause) bool {
	repeated := false
	for _, c := range causes {
		repeated = repeated || c.Rows > 1
	}
	if !repeated {
		return false
	}
	const shown = 20
	for i, c := range causes {
		if i == shown {
			w.line(out, "", w.count(len(causes)-shown, "… and %d more cause", "… and %d more causes"))
			break
		}
		what, place := "", strconv.Itoa(c.Row)
		if c.Column > 0 {
			what, place = w.column(c.Column, c.Header)+": ", table.ColumnName(c.Column)+place
		}
		if c.Warning {
			what = w.say("warning: %s", what)
		}
		if c.Masked != "" {
			place += " (" + c.Masked + ")"
		}
		w.line(out, first("causes", i), w.say("%s%s: %s, first %s", what, c.Say(w.lang.Of(c.Reason)), w.count(c.Rows, "%d row", "%d rows"), place))
		w.hintLine(out, w.lang.Of(c.Advice))
	}
	return true
}

// place is where a problem is, as the spreadsheet shows it:
// "participants.csv:17: column C "Född"" or "participants.xlsx:Deltagare!C14".
func (w *world) place(p importer.Problem) string {
	s := p.File
	switch {
	case p.Row > 0 && p.Sheet != "" && p.Column > 0:
		s += fmt.Sprintf(":%s!%s%d", p.Sheet, table.ColumnName(p.Column), p.Row)
	case p.Row > 0 && p.Sheet != "":
		s += fmt.Sprintf(":%s!%d", p.Sheet, p.Row)
	case p.Row > 0:
		s += fmt.Sprintf(":%d", p.Row)
	}
	switch {
	case p.Column > 0 && p.Sheet == "":
		s += ": " + w.column(p.Column, p.Header)
	case p.Header != "":
		s += fmt.Sprintf(" %q", p.Header)
	}
	return s
}

// column names a column, 1-based, as the spreadsheet does.
func (w *world) column(n int, header string) string {
	if header == "" {
		return w.say("column %s", table.ColumnName(n))
	}
	return w.say("column %s %q", table.ColumnName(n), header)
}
