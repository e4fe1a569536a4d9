package ledger

// Outcome says how a row ended. Every row of a run has exactly one.
type Outcome uint8

const (
	// NotSent: the run ended first, or the request provably never left. The
	// next run sends it. It is the zero value, so that a row nobody has
	// touched yet is, truthfully, not sent.
	NotSent Outcome = iota
	// Booked: the server answered with a booking id.
	Booked
	// AlreadyBooked: the ledger knows it as booked by an earlier run; nothing was sent.
	AlreadyBooked
	// Rejected: the server refused the row.
	Rejected
	// Uncertain: bytes may have reached the server and no trustworthy answer
	// came back. Never sent again by itself.
	Uncertain
	// Invalid: the row cannot be sent; nothing was sent.
	Invalid
	// Duplicate: an earlier row of the same input is the same booking; nothing was sent.
	Duplicate
	// Skipped: a rule of the mapping leaves the row out; nothing was sent.
	Skipped
)

// Outcomes lists the eight in the order in which people are told of them.
var Outcomes = [...]Outcome{Booked, AlreadyBooked, Rejected, Uncertain, Invalid, Duplicate, Skipped, NotSent}

var outcomeWords = [...]string{
	NotSent: "not_sent", Booked: "booked", AlreadyBooked: "already_booked", Rejected: "rejected",
	Uncertain: "uncertain", Invalid: "invalid", Duplicate: "duplicate", Skipped: "skipped",
}

// String returns the outcome's word, as reports and other programs see it.
func (o Outcome) String() string {
	if int(o) < len(outcomeWords) {
		return outcomeWords[o]
	}
	return "unknown"
}

// outcomeOf is the outcome that a word stands for.
func outcomeOf(word string) (Outcome, error) {
	for o, w := range outcomeWords {
		if w == word {
			return Outcome(o), nil
		}
	}
	return 0, misuse("%q is no outcome", word)
}
