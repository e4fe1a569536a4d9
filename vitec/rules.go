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
	CodeBadId            = "bad_id"            // an id that cannot be one
	CodeOddId            = "odd_id"            // warning: an id that is not like others of its kind; IdNote says why
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
	for _, id := range t.ids() {
		if code, _ := checkId(id.value); code != "" {
			vs = append(vs, Violation{Path: id.path, Code: code})
		} else if !IdNote(id.path, id.value).IsZero() {
			vs = append(vs, Violation{Path: id.path, Code: CodeOddId, Warning: true})
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

// checkId says why a customerId, viewingId or timeSlotId cannot be one; the
// zero Text means that it can. Ids are opaque: what is refused cannot be part of
// any id of the vendor's, would change the path, or is what people write into a
// column of another meaning.
func checkId(id string) (code string, reason Text) {
	switch {
	case isBlank(id):
		return CodeRequired, say("is missing")
	case id == "." || id == "..":
		return CodeBadId, say("is a relative path, not an id")
	case !utf8.ValidString(id):
		return CodeBadId, say("is not valid UTF-8")
	case strings.ContainsAny(id, `/\?#%&*:<>`):
		return CodeBadId, say(`contains one of / \ ? # %% & * : < >, which no id can`)
	case strings.ContainsFunc(id, unicode.IsControl):
		return CodeBadId, say("contains a control character")
	}
	if reason = notToken(id); !reason.IsZero() {
		return CodeBadId, reason
	}
	return "", Text{}
}

// CheckBookingId says why a text cannot be the id of a booking; the zero Text
// means that it can. Beside what holds for every id it has a digit: all ids of
// the vendor's that are known do, and words do not.
func CheckBookingId(id string) Text {
	if reason := notToken(id); !reason.IsZero() {
		return reason
	}
	switch {
	case len(id) > maxId:
		return say("is too long to be an id")
	case strings.ContainsAny(id, "<>"):
		return say("is markup, not an id")
	case strings.Contains(id, "@") || strings.Contains(id, "://"):
		return say("is an address, not an id")
	case !strings.ContainsAny(id, "123456789"):
		return say("has no digit other than 0, and every id has one")
	case strings.ContainsAny(id[:1], "-+.,") || strings.HasSuffix(id, "."):
		return say("is a number or a sentence, not an id")
	}
	return Text{}
}

// echoes reports whether an id in an answer is a text of the request: a server
// that answers with a phone number has booked or not, and says neither. With
// updatePerson.contactId it may well answer.
func echoes(b *AddNewViewingParticipant, id string) bool {
	plain := func(s string) string { // phone numbers are written in many ways
		return strings.TrimLeft(strings.Map(func(r rune) rune {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return unicode.ToLower(r)
			}
			return -1
		}, s), "0")
	}
	got := plain(id)
	for _, f := range fields {
		if f.Path == "updatePerson.contactId" {
			continue
		}
		v, _ := f.Get(b)
		texts, _ := v.([]string)
		if text, ok := v.(string); ok {
			texts = []string{text}
		}
		for _, text := range texts {
			if sent := plain(text); len(sent) > 3 && (sent == got || len(got) > 6 && strings.HasSuffix(sent, got)) {
				return true
			}
		}
	}
	return false
}

// notToken says why a text is not one token, as every id is.
func notToken(id string) Text {
	switch {
	case id == "":
		return say("is missing")
	case strings.ContainsFunc(id, unicode.IsSpace):
		return say("contains a space: an id has none")
	case strings.ContainsAny(id, ",;"):
		return say("contains a comma or a semicolon: more than one id?")
	case strings.ContainsAny(id, "\"'`\u2018\u2019\u201a\u201c\u201d\u201e\u00b4\u00ab\u00bb"):
		return say("contains a quotation mark")
	case strings.ContainsFunc(id, unicode.IsControl):
		return say("contains a control character")
	case strings.ContainsFunc(id, func(r rune) bool { return r > unicode.MaxASCII }):
		return say("contains a character that is not a letter from A to Z, a digit or a plain sign")
	case slices.ContainsFunc(noIds, func(word string) bool { return strings.EqualFold(word, id) }):
		return say("is a word, not an id")
	}
	return Text{}
}

// noIds are words that people and programs write where there is no id.
var noIds = []string{"null", "nil", "none", "undefined", "nan", "n/a", "na", "true", "false", "ok", "ja", "nej", "yes", "no", "sant", "falskt", "-"}

// idKinds are how the vendor's ids begin whose shape is known: 32 hex digits
// follow.
var idKinds = []struct{ prefix, path string }{
	{"VIS", "viewingId"}, {"VID", "bookingId"}, {"ADR", "contactId"}, {"HAN", "userId"},
}

// IdNote says what is odd about an id that checkId lets through: that it
// begins like a known kind and has not its shape, or is of another kind than
// path says (customerId, viewingId, timeSlotId, contactId, userId, bookingId). The
// zero Text means nothing. It is never a reason to refuse.
func IdNote(path, id string) Text {
	for _, k := range idKinds {
		if len(id) < 16 || !strings.EqualFold(id[:len(k.prefix)], k.prefix) {
			continue
		}
		rest := id[len(k.prefix):]
		switch hex := strings.Trim(rest, "0123456789abcdefABCDEF") == ""; {
		case len(rest) != 32:
			return say("begins with %s, and %d characters follow instead of the 32 hexadecimal digits of such an id", k.prefix, len(rest))
		case !hex:
			return say("begins with %s, and something else follows than the 32 hexadecimal digits (0-9, A-F) of such an id", k.prefix)
		case path == "contactId" && k.path == "bookingId":
		case path != k.path:
			return say("looks like an id of another kind: %s", k.path)
		}
	}
	return Text{}
}
