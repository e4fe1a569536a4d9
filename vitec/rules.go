package vitec

import (
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
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
	for _, f := range fields {
		add := func(v Violation) {
			v.Path = f.Path
			vs = append(vs, v)
		}
		switch member := f.member(b); {
		case isEmpty(member):
		case f.Kind == KindText:
			f.checkText(member.String(), add)
		case f.Kind == KindTextList:
			for i := range member.Len() {
				f.checkText(member.Index(i).String(), add)
			}
		case f.Kind == KindInteger:
			if n := member.Elem().Int(); n < math.MinInt32 || n > math.MaxInt32 {
				add(Violation{Code: CodeOutOfRange, Got: int(n), Warning: true})
			}
		case f.Kind == KindDecimal, f.Kind == KindDateTime:
			if !f.unsendable(XML, b).IsZero() {
				add(Violation{Code: CodeOutOfRange})
			}
		}
		if f.rule != nil {
			if v := f.rule(t, b); v.Code != "" {
				add(v)
			}
		}
	}
	return vs
}

// checkText adds what is wrong with a text that is not empty.
func (f *Field) checkText(s string, add func(Violation)) {
	switch {
	case !badText(JSON, s).IsZero():
		add(Violation{Code: CodeBadText})
		return
	case !badText(XML, s).IsZero():
		add(Violation{Code: CodeControl, Warning: true})
	}
	if f.MaxLength > 0 && len(s) > f.MaxLength { // a text has no more code units than bytes
		if n := len(utf16.Encode([]rune(s))); n > f.MaxLength {
			add(Violation{Code: CodeTooLong, Limit: f.MaxLength, Got: n, Warning: f.Source != SourceKnown})
		}
	}
	if f.Values != nil && !slices.Contains(f.Values, s) {
		add(Violation{Code: CodeUnknownValue, Warning: true})
	}
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
	if isBlank(id) {
		return CodeRequired, say("is missing")
	}
	if reason = firstFault(id, pathFaults, idFaults); !reason.IsZero() {
		code = CodeBadId
	}
	return code, reason
}

// CheckBookingId says why a text cannot be the id of a booking; the zero Text
// means that it can. Beside what holds for every id it has a digit, and more than
// zeros: all ids of the vendor's that are known do, and words do not.
func CheckBookingId(id string) Text { return firstFault(id, idFaults, bookingFaults) }

// An idFault is what no id looks like, and how that is said.
type idFault struct {
	pattern *regexp.Regexp
	said    string
}

// Faults of all ids: each is one token of plain characters, and no word that
// people and programs write where there is no id. Then those of an id in a path,
// and of one in an answer.
var (
	idFaults = []idFault{
		{regexp.MustCompile(`^$`), "is missing"},
		{regexp.MustCompile(`[\s\p{Z}\x{85}]`), "contains a space: an id has none"},
		{regexp.MustCompile(`[,;]`), "contains a comma or a semicolon: more than one id?"},
		{regexp.MustCompile("[\"'`‘’‚“”„´«»]"), "contains a quotation mark"},
		{regexp.MustCompile(`\p{Cc}`), "contains a control character"},
		{regexp.MustCompile(`[^\x00-\x7F]`), "contains a character that is not a letter from A to Z, a digit or a plain sign"},
		{regexp.MustCompile(`^(?i:null|nil|none|undefined|nan|n/a|na|true|false|ok|ja|nej|yes|no|sant|falskt|-)$`), "is a word, not an id"},
	}
	pathFaults = []idFault{
		{regexp.MustCompile(`^\.\.?$`), "is a relative path, not an id"},
		{regexp.MustCompile(`[/\\?#%&*:<>]`), `contains one of / \ ? # %% & * : < >, which no id can`},
	}
	bookingFaults = []idFault{
		{regexp.MustCompile(`^.{257}`), "is too long to be an id"}, // those that are known have 35 characters
		{regexp.MustCompile(`[<>]`), "is markup, not an id"},
		{regexp.MustCompile(`@|://`), "is an address, not an id"},
		{regexp.MustCompile(`^[^0-9]*$|^[A-Za-z]*[^1-9A-Za-z]*$`), "has no digit other than 0, and every id has one"},
		{regexp.MustCompile(`^[-+.]|\.$`), "is a number or a sentence, not an id"},
	}
)

// isPlain reports whether an id is of letters, digits and dashes with a digit
// other than 0: then no fault is in it, and no list need be gone through.
func isPlain(id string) bool {
	const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
	return len(id) <= 256 && !strings.HasPrefix(id, "-") && strings.ContainsAny(id, "123456789") && strings.Trim(id, letters) == ""
}

func firstFault(id string, lists ...[]idFault) Text {
	if isPlain(id) {
		return Text{}
	}
	for _, f := range slices.Concat(lists...) {
		if f.pattern.MatchString(id) {
			return say(f.said)
		}
	}
	return Text{}
}

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
