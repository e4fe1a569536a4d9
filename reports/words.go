package reports

import (
	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// texts is the language of what a person reads. What programs read (the header
// of report.csv, the outcomes' words, summary.json) has none.
type texts struct{ words.Language }

// outcomeTexts are what people are told of the outcomes: a symbol that tells
// them apart without colour, a name, what that means, and a number of such rows.
// Swedish tells one from many where English does not.
var outcomeTexts = [len(ledger.Outcomes)]struct{ symbol, name, meaning, one, many string }{
	ledger.Booked:        {"✓", "booked", "the server answered with a booking id", "1 booked", "%v booked"},
	ledger.AlreadyBooked: {"≈", "already booked", "booked by an earlier run; nothing was sent", "1 already booked", "%v already booked"},
	ledger.Rejected:      {"✗", "rejected", "the server refused it", "1 rejected", "%v rejected"},
	ledger.Uncertain:     {"?", "uncertain", "no trustworthy answer came back; never sent again by itself", "1 uncertain", "%v uncertain"},
	ledger.Invalid:       {"!", "invalid", "the row cannot be sent; nothing was sent", "1 invalid", "%v invalid"},
	ledger.Duplicate:     {"≡", "duplicate", "an earlier row is the same booking; nothing was sent", "1 duplicate", "%v duplicates"},
	ledger.Skipped:       {"–", "skipped", "a rule of the mapping leaves the row out; nothing was sent", "1 skipped", "%v skipped"},
	ledger.NotSent:       {"○", "not sent", "not sent yet; the next run sends it", "1 not sent", "%v not sent"},
}

// marked is the name of an outcome with its symbol.
func (w texts) marked(o ledger.Outcome) string {
	return outcomeTexts[o].symbol + " " + w.Say(outcomeTexts[o].name)
}

// counted is a number of rows with their outcome: "✓ 12 booked".
func (w texts) counted(o ledger.Outcome, n int) string {
	text := &outcomeTexts[o]
	if n == 1 {
		return text.symbol + " " + w.Say(text.one)
	}
	return text.symbol + " " + w.Say(text.many, words.Number(n))
}

// failure is an error that can be said in every language.
func failure(format string, args ...any) error { return &textError{words.Textf(format, args...)} }

type textError struct{ words.Text }

// Error says the error in English.
func (e *textError) Error() string { return e.String() }
