package reports

import (
	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// texts is the language of what a person reads. What programs read (the header
// of report.csv, the outcomes' words, summary.json) has none.
type texts struct {
	words.Language
	outcomes *[len(ledger.Outcomes)]string // their names, which every row needs
}

func textsIn(l words.Language) texts {
	w := texts{l, new([len(ledger.Outcomes)]string)}
	for _, o := range ledger.Outcomes {
		w.outcomes[o], _ = nameOf(l, o)
	}
	return w
}

// outcome returns the name of an outcome.
func (w texts) outcome(o ledger.Outcome) string { return w.outcomes[o] }

// marked is the name of an outcome with its symbol, which tells it apart without
// colour.
func (w texts) marked(o ledger.Outcome) string { return symbol(o) + " " + w.outcome(o) }

// outcomeMeaning says in a sentence what an outcome means.
func (w texts) outcomeMeaning(o ledger.Outcome) string {
	_, meaning := nameOf(w.Language, o)
	return meaning
}

func nameOf(l words.Language, o ledger.Outcome) (name, meaning string) {
	switch o {
	case ledger.Booked:
		return l.Say("booked"), l.Say("the server answered with a booking id")
	case ledger.AlreadyBooked:
		return l.Say("already booked"), l.Say("booked by an earlier run; nothing was sent")
	case ledger.Rejected:
		return l.Say("rejected"), l.Say("the server refused it")
	case ledger.Uncertain:
		return l.Say("uncertain"), l.Say("no trustworthy answer came back; never sent again by itself")
	case ledger.Invalid:
		return l.Say("invalid"), l.Say("the row cannot be sent; nothing was sent")
	case ledger.Duplicate:
		return l.Say("duplicate"), l.Say("an earlier row is the same booking; nothing was sent")
	case ledger.Skipped:
		return l.Say("skipped"), l.Say("a rule of the mapping leaves the row out; nothing was sent")
	}
	return l.Say("not sent"), l.Say("not sent yet; the next run sends it")
}

// counted is a number of rows with their outcome: "12 booked". Swedish tells
// one from many where English does not.
func (w texts) counted(o ledger.Outcome, n int) string {
	one, many := "1 not sent", "%v not sent"
	switch o {
	case ledger.Booked:
		one, many = "1 booked", "%v booked"
	case ledger.AlreadyBooked:
		one, many = "1 already booked", "%v already booked"
	case ledger.Rejected:
		one, many = "1 rejected", "%v rejected"
	case ledger.Uncertain:
		one, many = "1 uncertain", "%v uncertain"
	case ledger.Invalid:
		one, many = "1 invalid", "%v invalid"
	case ledger.Duplicate:
		one, many = "1 duplicate", "%v duplicates"
	case ledger.Skipped:
		one, many = "1 skipped", "%v skipped"
	}
	if n == 1 {
		return w.Say(one)
	}
	return w.Say(many, words.Number(n))
}

// failure is an error that can be said in every language.
func failure(format string, args ...any) error { return &textError{words.Textf(format, args...)} }

type textError struct{ words.Text }

// Error says the error in English.
func (e *textError) Error() string { return e.String() }
