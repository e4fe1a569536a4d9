package vitec

import (
	"math"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The codes of a [Violation].
const (
	CodeRequired         = "required"          // a value is missing
	CodeTooLong          = "too_long"          // longer than Limit; Got is its length
	CodeNoContact        = "no_contact"        // neither e-mail, telePhone, workPhone nor cellPhone
	CodeBadId            = "bad_id"            // an id that cannot stand in the path of the call
	CodeCustomerMismatch = "customer_mismatch" // another customerId than in the path
	CodeNegative         = "negative"          // below 0; Got is the number
	CodeOutOfRange       = "out_of_range"      // no finite number, no year from 1 to 9999; or, a warning, no 32-bit integer: Got
	CodeUnknownValue     = "unknown_value"     // warning: none of the values that are known
	CodeNotSaid          = "not_said"          // warning: left out, and what then holds is unknown
	CodeBadText          = "bad_text"          // invalid UTF-8
	CodeControl          = "control"           // warning: a character that XML cannot carry
)

// Violation is a rule that a submission breaks. It holds no value of the
// submission but lengths and numbers.
type Violation struct {
	Path    string // of the field; or customerId, viewingId, timeSlotId of the call's path
	Code    string // one of the Code constants
	Limit   int    // for too_long, in UTF-16 code units
	Got     int    // for too_long, in UTF-16 code units; for negative and out_of_range the number
	Warning bool   // the rule is only likely: the server may well take it
}

// Check returns the rules that t and b break: first those of the path, then
// those of the body in the specification's order. It is nil if there are none.
// What has a violation that is not a warning will be refused by the server or
// cannot be sent; what has none can be written in JSON, and in XML if there is
// no warning of a control character.
//
// The rules are those of the vendor's public documentation: the customerId in
// the body is the one in the path; there is an e-mail address or a phone number
// (the violation stands at updatePerson.email.emailAddress; otherPhone does not
// count); lengths; no negative reminderTime. Likely and only warned of: a value
// that is not among those known, an integer of more than 32 bits, and options
// that are left out although nobody knows what holds then. The last is the same
// for every row that a mapping makes.
func Check(t Target, b *AddNewViewingParticipant) []Violation {
	var vs []Violation
	for _, id := range [...]struct{ path, value string }{
		{"customerId", t.CustomerId}, {"viewingId", t.ViewingId}, {"timeSlotId", t.TimeSlotId},
	} {
		if code, _ := checkId(id.value); code != "" {
			vs = append(vs, Violation{Path: id.path, Code: code})
		}
	}
	for i := range fields {
		f := &fields[i]
		switch p := f.at(b).(type) {
		case *string:
			if *p != "" {
				vs = f.checkText(vs, *p)
			}
		case *[]string:
			for _, s := range *p {
				vs = f.checkText(vs, s)
			}
		case **int:
			if *p != nil && (**p < math.MinInt32 || **p > math.MaxInt32) {
				vs = append(vs, Violation{Path: f.Path, Code: CodeOutOfRange, Got: **p, Warning: true})
			}
		case **float64:
			if *p != nil && !isFinite(**p) {
				vs = append(vs, Violation{Path: f.Path, Code: CodeOutOfRange})
			}
		case *time.Time:
			if !p.IsZero() && !sendableTime(*p) {
				vs = append(vs, Violation{Path: f.Path, Code: CodeOutOfRange})
			}
		}
		if rule := f.rule; rule != nil {
			if v := rule(t, b); v.Code != "" {
				v.Path = f.Path
				vs = append(vs, v)
			}
		}
	}
	return vs
}

// checkText appends what is wrong with a text that is not empty.
func (f *Field) checkText(vs []Violation, s string) []Violation {
	switch reason := badText(XML, s); {
	case reason.IsZero():
	case !utf8.ValidString(s):
		return append(vs, Violation{Path: f.Path, Code: CodeBadText})
	default:
		vs = append(vs, Violation{Path: f.Path, Code: CodeControl, Warning: true})
	}
	// A text has at most as many UTF-16 code units as bytes of UTF-8.
	if f.MaxLength > 0 && len(s) > f.MaxLength {
		if n := utf16Length(s); n > f.MaxLength {
			vs = append(vs, Violation{Path: f.Path, Code: CodeTooLong, Limit: f.MaxLength, Got: n, Warning: f.Source != SourceKnown})
		}
	}
	if f.Values != nil && !slices.Contains(f.Values, s) {
		vs = append(vs, Violation{Path: f.Path, Code: CodeUnknownValue, Warning: true})
	}
	return vs
}

// utf16Length returns the length of s as .NET counts it.
func utf16Length(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r > 0xFFFF {
			n++
		}
	}
	return n
}

// The rules of single fields that say more than a length. A Violation without a
// code is none.

func customerRule(t Target, b *AddNewViewingParticipant) Violation {
	switch id := b.UpdatePerson.CustomerId; {
	case id == "":
		return Violation{Code: CodeRequired}
	case t.CustomerId != "" && id != t.CustomerId:
		return Violation{Code: CodeCustomerMismatch}
	}
	return Violation{}
}

func contactRule(_ Target, b *AddNewViewingParticipant) Violation {
	p := &b.UpdatePerson
	if isBlank(p.Email.EmailAddress) && isBlank(p.TelePhone) && isBlank(p.WorkPhone) && isBlank(p.CellPhone) {
		return Violation{Code: CodeNoContact}
	}
	return Violation{}
}

func reminderRule(_ Target, b *AddNewViewingParticipant) Violation {
	if b.ReminderTime != nil && *b.ReminderTime < 0 {
		return Violation{Code: CodeNegative, Got: *b.ReminderTime}
	}
	return Violation{}
}

func deadlineRule(_ Target, b *AddNewViewingParticipant) Violation {
	return notSaid(b.Options.IsDeadlineValidationEnabled)
}

func bookingLimitRule(_ Target, b *AddNewViewingParticipant) Violation {
	return notSaid(b.Options.EnableBookingLimitValidation)
}

func notSaid(v *bool) Violation {
	if v == nil {
		return Violation{Code: CodeNotSaid, Warning: true}
	}
	return Violation{}
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// checkId returns the code and the words for an id that cannot stand in the
// path of the call; "" for one that can. Ids are opaque: what it refuses cannot
// be part of any id of the vendor's (IIS refuses most of it in a path, escaped
// or not), or would change the path.
func checkId(id string) (code, reason string) {
	switch {
	case id != "" && isAlphanumeric(id):
	case isBlank(id):
		return CodeRequired, "is missing"
	case id == "." || id == "..":
		return CodeBadId, "is a relative path, not an id"
	case !utf8.ValidString(id):
		return CodeBadId, "is not valid UTF-8"
	case strings.ContainsAny(id, `/\?#%&*:<>`):
		return CodeBadId, `contains one of / \ ? # %% & * : < >, which no id can`
	case strings.ContainsFunc(id, unicode.IsControl):
		return CodeBadId, "contains a control character"
	}
	return "", ""
}

// isAlphanumeric reports whether s is ASCII letters and digits, as most ids are:
// nothing else is then to be looked for.
func isAlphanumeric(s string) bool {
	for i := range len(s) {
		if c := s[i] | 0x20; (c < 'a' || c > 'z') && (s[i] < '0' || s[i] > '9') {
			return false
		}
	}
	return true
}
