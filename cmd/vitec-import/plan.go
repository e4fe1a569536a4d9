package main

import (
	"fmt"
	"io"
	"sort"
	"strings"
	"text/tabwriter"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
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
	case !refersBack(row):
	case len(f.earlier) < shownProblems:
		row.Problems = nil
		f.earlier = append(f.earlier, row)
	default:
		f.moreEarlier++
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

// describeInput says what was read and how it was understood.
func describeInput(out io.Writer, s *source) {
	i := s.file.Info()
	fmt.Fprintf(out, "input    %s: %s\n", i.Name, strings.Join(detected(i), ", "))
	for _, w := range i.Warnings {
		describeTableWarning(out, i, w)
	}
	fmt.Fprintf(out, "mapping  %s\n", s.mappingPath)
	for _, w := range s.mapping.Warnings() {
		fmt.Fprintf(out, "warning  %s: %s\n", w.Place(), w.Message)
		if hint := w.Hint.String(); hint != "" {
			fmt.Fprintf(out, "         hint: %s\n", hint)
		}
	}
}

func describeTableWarning(out io.Writer, i table.Info, w table.Warning) {
	place := importer.Problem{File: i.Name, Sheet: i.Sheet, Row: w.Row, Column: w.Column}.Place()
	fmt.Fprintf(out, "warning  %s: %s\n", place, w.Text)
	if w.Hint != "" {
		fmt.Fprintf(out, "         hint: %s\n", w.Hint)
	}
}

func detected(i table.Info) []string {
	d := []string{i.Format}
	if i.Sheet != "" {
		d = append(d, fmt.Sprintf("sheet %q", i.Sheet))
	}
	if i.Encoding != "" {
		d = append(d, i.Encoding)
	}
	if i.Delimiter != "" {
		d = append(d, fmt.Sprintf("delimiter %q", i.Delimiter))
	}
	return append(d, fmt.Sprintf("header in row %d", i.HeaderRow))
}

// describePlan says what would happen, for a person.
func describePlan(out io.Writer, p *importer.Plan, f *findings) {
	fmt.Fprintf(out, "rows     %d: %s\n", p.Rows, planned(p))
	if len(p.Slots) > 0 {
		describeSlots(out, p.Slots)
	}
	if n := p.Messages.Total(); n > 0 {
		fmt.Fprintf(out, "messages %d would be sent to people: %d SMS confirmations, %d e-mail confirmations, %d SMS reminders\n",
			n, p.Messages.SMSConfirmation, p.Messages.MailConfirmation, p.Messages.SMSReminder)
	} else {
		fmt.Fprintf(out, "messages none are asked for\n")
	}
	if p.Over > 0 {
		fmt.Fprintf(out, "warning  the viewing is over for %s, and the deadline check is on: the server may refuse them\n", rows(p.Over))
		fmt.Fprintln(out, "         hint: for a list of a past viewing write options: {isDeadlineValidationEnabled: {value: false}}")
	}
	describeEarlier(out, f)
	if p.Differing > 0 {
		fmt.Fprintf(out, "note     %d rows are booked already with other content; they are not sent again\n", p.Differing)
	}
	// Where several rows have the same problem its hint is told once.
	grouped := describeCauses(out, p.Causes)
	describeFindings(out, "problem", f.problems, f.moreProblems, !grouped)
	describeFindings(out, "warning", f.warnings, f.moreWarnings, !grouped)
}

func rows(n int) string {
	if n == 1 {
		return "1 row"
	}
	return fmt.Sprintf("%d rows", n)
}

// describeEarlier names the rows that need not be sent, and the earlier ones.
func describeEarlier(out io.Writer, f *findings) {
	for i, row := range f.earlier {
		what := map[ledger.Outcome]string{
			ledger.AlreadyBooked: "is booked already", ledger.Uncertain: "may be booked already", ledger.Duplicate: "is in the file twice",
		}[row.Outcome]
		by := fmt.Sprintf("run %d, row %d", row.Ref.Run, row.Ref.Row)
		if row.Ref.Row == 0 {
			by = fmt.Sprintf("run %d", row.Ref.Run)
		}
		if row.Outcome == ledger.Duplicate {
			by = fmt.Sprintf("row %d", row.Ref.Row)
		}
		if row.ContentDiffers {
			by += ", with other content"
		}
		fmt.Fprintf(out, "%-8s row %d %s: %s\n", first("earlier", i), row.Number, what, by)
	}
	if f.moreEarlier > 0 {
		fmt.Fprintf(out, "         … and %d more; \"vitec-import check --json\" lists them all\n", f.moreEarlier)
	}
}

// planned is "23 to send, 2 already_booked": every row in one of them.
func planned(p *importer.Plan) string {
	var parts []string
	if n := p.ToSend(); n > 0 {
		parts = append(parts, fmt.Sprintf("%d to send", n))
	}
	for _, o := range ledger.Outcomes {
		if n := p.Outcomes[o]; n > 0 && o != ledger.NotSent {
			parts = append(parts, fmt.Sprintf("%d %s", n, o))
		}
	}
	if len(parts) == 0 {
		return "nothing to do"
	}
	return strings.Join(parts, ", ")
}

func describeSlots(out io.Writer, slots map[vitec.Target]ledger.Counts) {
	const shown = 20
	targets := sortedTargets(slots)
	// A column for each outcome that there is, what is to be sent first.
	columns := []ledger.Outcome{ledger.NotSent}
	for _, o := range ledger.Outcomes {
		for _, counts := range slots {
			if o != ledger.NotSent && counts[o] > 0 {
				columns = append(columns, o)
				break
			}
		}
	}
	t := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(t, "         customer\tviewing\ttime slot\tto send")
	for _, o := range columns[1:] {
		fmt.Fprintf(t, "\t%s", o)
	}
	fmt.Fprintln(t)
	for i, s := range targets {
		if i == shown {
			fmt.Fprintf(t, "         … and %d more slots\n", len(targets)-shown)
			break
		}
		fmt.Fprintf(t, "         %s\t%s\t%s", s.CustomerId, s.ViewingId, s.TimeSlotId)
		for _, o := range columns {
			fmt.Fprintf(t, "\t%d", slots[s][o])
		}
		fmt.Fprintln(t)
	}
	t.Flush()
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

func describeFindings(out io.Writer, kind string, list []importer.Problem, more int, hints bool) {
	for _, p := range list {
		fmt.Fprintf(out, "%-8s %s: %s", kind, p.Place(), p.Message)
		if p.Masked != "" {
			fmt.Fprintf(out, " (%s)", p.Masked)
		}
		fmt.Fprintln(out)
		if p.Hint != "" && hints {
			fmt.Fprintf(out, "         hint: %s\n", p.Hint)
		}
	}
	if more > 0 {
		fmt.Fprintf(out, "%-8s … and %d more; \"vitec-import check --json\" lists them all\n", kind, more)
	}
}

// describeCauses groups the problems, if several rows have the same one, and
// reports whether it did.
func describeCauses(out io.Writer, causes []importer.Cause) bool {
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
			fmt.Fprintf(out, "         … and %d more causes\n", len(causes)-shown)
			break
		}
		what := ""
		if c.Column > 0 {
			what = "column " + table.ColumnName(c.Column)
			if c.Header != "" {
				what += fmt.Sprintf(" %q", c.Header)
			}
			what += ": "
		}
		if c.Warning {
			what = "warning: " + what
		}
		place := fmt.Sprint(c.First)
		if c.Column > 0 {
			place = table.ColumnName(c.Column) + place
		}
		if c.Masked != "" {
			place += " (" + c.Masked + ")"
		}
		fmt.Fprintf(out, "%-8s %s%s: %s, first %s\n", first("causes", i), what, c.Message, rows(c.Rows), place)
		if c.Hint != "" {
			fmt.Fprintf(out, "         hint: %s\n", c.Hint)
		}
	}
	return true
}
