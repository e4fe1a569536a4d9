package reports

import (
	"fmt"
	"strings"

	"vitec-import/importer/ledger"
)

// Language names the language of what people read in a report. What programs
// read (report.csv's header, the outcomes' words, summary.json) has none.
type Language string

// The languages that there are words for. The zero Language is English.
const English Language = "en"

// words is every text that the package shows to a person, in one language. A
// text may hold verbs of package fmt; the number that decides between one and
// many is always the first argument.
type words map[key]phrase

// phrase is a text for exactly one and for any other number.
type phrase struct{ one, other string }

// key names a text.
type key string

// dictionary returns the words of a language.
func dictionary(l Language) (words, error) {
	switch l {
	case "", English:
		return english(), nil
	}
	return nil, fmt.Errorf("reports: there are no words in the language %q", l)
}

// text returns the text of k.
func (w words) text(k key, args ...any) string {
	if len(args) == 0 {
		return w[k].other
	}
	return fmt.Sprintf(w[k].other, args...)
}

// count returns the text of k for n things; n is the first argument of the text.
func (w words) count(k key, n int, args ...any) string {
	form := w[k].other
	if n == 1 {
		form = w[k].one
	}
	if !strings.Contains(form, "%") {
		return form
	}
	return fmt.Sprintf(form, append([]any{number(n)}, args...)...)
}

// outcome returns the name of an outcome.
func (w words) outcome(o ledger.Outcome) string { return w[key("outcome."+o.String())].other }

// outcomeMeaning says in a sentence what an outcome means.
func (w words) outcomeMeaning(o ledger.Outcome) string { return w[key("meaning."+o.String())].other }

// number writes n with narrow spaces between the thousands, as both English
// and Swedish readers take it.
func number(n int) string {
	s := fmt.Sprint(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

func always(s string) phrase { return phrase{one: s, other: s} }

func english() words {
	return words{
		"outcome.booked":         always("booked"),
		"outcome.already_booked": always("already booked"),
		"outcome.rejected":       always("rejected"),
		"outcome.uncertain":      always("uncertain"),
		"outcome.invalid":        always("invalid"),
		"outcome.duplicate":      always("duplicate"),
		"outcome.skipped":        always("skipped"),
		"outcome.not_sent":       always("not sent"),

		"meaning.booked":         always("the server answered with a booking id"),
		"meaning.already_booked": always("booked by an earlier run; nothing was sent"),
		"meaning.rejected":       always("the server refused it"),
		"meaning.uncertain":      always("no trustworthy answer came back; never sent again by itself"),
		"meaning.invalid":        always("the row cannot be sent; nothing was sent"),
		"meaning.duplicate":      always("an earlier row is the same booking; nothing was sent"),
		"meaning.skipped":        always("a rule of the mapping leaves the row out; nothing was sent"),
		"meaning.not_sent":       always("not sent yet; the next run sends it"),

		// What is said of a row where nobody else has said it.
		"row.already_booked":     always("booked by run %d, row %d"),
		"row.already_booked.run": always("booked by run %d"),
		"row.duplicate":          always("same booking as row %d"),
		"row.uncertain":          always("uncertain since run %d, row %d"),
		"row.uncertain.run":      always("uncertain since run %d"),
		"row.differs":            always("what this row says differs"),
		"row.settled.booked":     always("settled by hand as booked on %s"),
		"row.settled.not_booked": always("settled by hand as not booked on %s; the next run sends it"),
		"row.settled.reason":     always("%s (%s)"),
		"row.not_sent.stopped":   always("the run stopped before this row: %s"),
		"row.not_sent.cut":       always("the run was cut off before this row"),
		"row.not_sent.running":   always("the run is still on"),
		"row.not_sent":           always("the run ended before this row"),
		"row.uncertain.hint":     always("look in Vitec whether it is booked, then settle it with resolve"),
		"row.uncertain.none":     always("no trustworthy answer came back"),
		"row.not_sent.hint":      always("run the file again"),
		"row.rejected.none":      always("the server refused the row without a word (status %d)"),
		"row.invalid.none":       always("the row cannot be sent"),
		"row.refused.cells":      always("this row could not be read from the workbook; mend it in the original, row %d"),
		"problem.column":         always("%s: %s"),
		"problem.separator":      always("; "),
		"cause.status":           always("status %d: %s"),

		// The headline and what is left to do.
		"headline.all":     {one: "The only row is booked", other: "All %s rows are booked"},
		"headline.some":    {one: "%s of %s rows is booked", other: "%s of %s rows are booked"},
		"headline.none":    always("The input has no rows"),
		"left.nothing":     always("Nothing is left to do."),
		"left.something":   {one: "%s row needs you.", other: "%s rows need you."},
		"left.running":     always("The run is still on; this report shows how far it had come."),
		"step.uncertain":   {one: "%s row is uncertain: it may be booked. Look it up in Vitec, fill in uncertain.csv, and settle it:", other: "%s rows are uncertain: they may be booked. Look them up in Vitec, fill in uncertain.csv, and settle them:"},
		"step.mend":        {one: "%s row has a problem or was rejected. Mend it in %s and run that file:", other: "%s rows have problems or were rejected. Mend them in %s and run that file:"},
		"step.mend.input":  {one: "%s row has a problem or was rejected. Mend it in the input and run that again; what is booked is not sent again:", other: "%s rows have problems or were rejected. Mend them in the input and run that again; what is booked is not sent again:"},
		"step.again":       {one: "%s row was not sent. Run the file again; what is booked is not sent again:", other: "%s rows were not sent. Run the file again; what is booked is not sent again:"},
		"step.differs":     {one: "%s row was booked by an earlier run with other content. Nothing was sent; change it in Vitec if it matters.", other: "%s rows were booked by an earlier run with other content. Nothing was sent; change them in Vitec if it matters."},
		"note.stopped":     always("The run stopped early: %s."),
		"note.cut":         always("The run was cut off. What was under way is uncertain; nothing is lost."),
		"note.input":       always("%s. This report therefore names nobody and has no corrections file."),
		"note.name":        always("%s is in the way or open in another program; this report is in %s."),
		"note.kept":        always("%s was changed by hand and is kept as %s."),
		"input.missing":    always("The input file is gone: %s"),
		"input.changed":    always("The input file was changed after the run: %s"),
		"input.unreadable": always("The input file cannot be read as the run read it: %s"),
		"input.none":       always("The input file was not at hand"),

		// The workbook and the page.
		"title":               always("Import of %s"),
		"sheet.summary":       always("Summary"),
		"sheet.rows":          always("Rows"),
		"sheet.problems":      always("Problems"),
		"section.next":        always("What to do next"),
		"section.uncertain":   always("Uncertain rows"),
		"section.words":       always("What the words mean"),
		"section.run":         always("About this run"),
		"chart.outcomes":      always("Rows by outcome"),
		"chart.rate":          always("Requests per second"),
		"chart.rate.sent":     always("sent"),
		"chart.rate.limit":    always("limit"),
		"chart.rate.pause":    always("pause"),
		"chart.rate.note":     {one: "%s request, at most %s a second.", other: "%s requests, at most %s a second."},
		"chart.rate.pauses":   {one: "%s pause asked for by the server (%s).", other: "%s pauses asked for by the server (%s in all)."},
		"chart.answers":       always("Answer times"),
		"chart.answers.half":  always("half are faster"),
		"chart.answers.slow":  always("95 % are faster"),
		"chart.answers.note":  always("Half of the answers came within about %s, 95 %% within about %s."),
		"section.causes":      always("Problems by cause"),
		"section.slots":       always("By viewing and time slot"),
		"section.rows":        always("All rows"),
		"column.slot.short":   always("Slot"),
		"column.result":       always("Booking id, or what happened"),
		"page.skip":           always("Go to the rows"),
		"page.eyebrow":        always("Import report · run"),
		"page.search":         always("Search"),
		"page.count":          always("{0} of {1} rows"),
		"page.place":          always("{0}–{1} of {2}"),
		"page.all":            {one: "%s row", other: "%s rows"},
		"page.rest":           always("This page shows the first %s of %s rows; report.xlsx and report.csv have them all."),
		"page.slots.more":     {one: "and %s more slot, see report.xlsx", other: "and %s more slots, see report.xlsx"},
		"page.causes.more":    {one: "and %s more cause, see report.xlsx", other: "and %s more causes, see report.xlsx"},
		"page.prev":           always("Previous"),
		"page.next":           always("Next"),
		"page.footer":         always("Written by vitec-import. This file holds personal data: keep it as you keep the list it came from."),
		"total":               always("all rows"),
		"warning":             always("warning"),
		"problems.none":       always("There are no problems."),
		"uncertain.more":      {one: "and %s more, see the rows", other: "and %s more, see the rows"},
		"cause.and.more":      {one: " and %s more", other: " and %s more"},
		"cause.place":         always("%s %s"),
		"cause.rest":          always("other reasons, too many to tell apart; see the rows"),
		"column.row":          always("Row"),
		"column.rows":         always("Rows"),
		"column.share":        always("Share"),
		"column.meaning":      always("Meaning"),
		"column.participant":  always("Participant"),
		"column.outcome":      always("Outcome"),
		"column.booking_id":   always("Booking id"),
		"column.message":      always("What happened"),
		"column.cell":         always("Cell"),
		"column.hint":         always("What to do"),
		"column.cause":        always("Cause"),
		"column.column":       always("Column"),
		"column.where":        always("In rows"),
		"column.slot":         always("Viewing and slot"),
		"column.viewing_id":   always("Viewing"),
		"column.time_slot_id": always("Time slot"),
		"column.customer_id":  always("Customer"),
		"column.http_status":  always("Status"),
		"column.attempts":     always("Attempts"),
		"column.submitted_at": always("Sent at"),
		"column.duration_ms":  always("Took (ms)"),
		"column.run_of_first": always("First: run"),
		"column.row_of_first": always("First: row"),
		"fact.run":            always("Run"),
		"fact.input":          always("Input"),
		"fact.form":           always("Read as"),
		"fact.form.sheet":     always("sheet %s"),
		"fact.form.delimiter": always("separated by %q"),
		"fact.form.header":    always("header on row %d"),
		"fact.sha256":         always("SHA-256 of the input"),
		"fact.mapping":        always("Mapping"),
		"fact.target":         always("Sent to"),
		"fact.started":        always("Started"),
		"fact.finished":       always("Finished"),
		"fact.elapsed":        always("Took"),
		"fact.requests":       always("Requests"),
		"fact.exit":           always("Exit code"),
		"fact.rate":           always("Limits"),
		"fact.rate.value":     always("%s requests a second, %d at once"),
		"fact.rate.none":      always("no limit of requests a second, %d at once"),
	}
}
