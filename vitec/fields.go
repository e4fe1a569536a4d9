package vitec

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Kind is the type of a field's value.
type Kind uint8

const (
	KindText     Kind = iota // string
	KindBoolean              // bool
	KindInteger              // int
	KindDecimal              // float64
	KindDateTime             // time.Time
	KindTextList             // []string
)

var kindWords = [...]string{
	KindText: "text", KindBoolean: "boolean", KindInteger: "integer",
	KindDecimal: "decimal", KindDateTime: "datetime", KindTextList: "list of texts",
}

// String returns the kind's word: text, boolean, integer, decimal, datetime or
// list of texts.
func (k Kind) String() string { return kindWords[k] }

// Source says where that comes from which a field has beyond the specification:
// a limit, a list of values, a rule of [Check]. Names and kinds are always the
// specification's.
type Source uint8

const (
	// SourceNone: there is nothing.
	SourceNone Source = iota
	// SourceKnown: seen in the vendor's public documentation, or in public
	// clients that run against the API. [Check] refuses what breaks it.
	SourceKnown
	// SourceLikely: inferred, or known of an earlier version of the API.
	// [Check] only warns.
	SourceLikely
)

// String returns "none", "known" or "likely".
func (s Source) String() string { return [...]string{"none", "known", "likely"}[s] }

// Field is a member of the body that holds a value (not one that holds other
// members), named by its path in the specification. The zero Field is of no
// use; take one from [Fields] or [FieldByPath].
type Field struct {
	Path      string   // updatePerson.email.emailAddress
	Meaning   string   // what it means, in a few English words that begin small
	Kind      Kind     // the specification's type
	MaxLength int      // in UTF-16 code units, as .NET counts; 0: no limit is known
	Values    []string // the values that are known; others only warn. Not to be changed
	Swedish   string   // the specification's own words; "" where it has none
	Source    Source   // of MaxLength, Values and what Check wants of it

	index []int // of the member in the body's type
	// rule checks more than Check does for every field; nil for most.
	rule func(t Target, b *AddNewViewingParticipant) Violation
}

// Fields returns every field of the body, in the specification's order. The
// slice is the caller's own.
func Fields() []Field { return slices.Clone(fields) }

// FieldByPath returns the field with exactly this path.
func FieldByPath(path string) (Field, bool) {
	for _, f := range fields {
		if f.Path == path {
			return f, true
		}
	}
	return Field{}, false
}

// Set gives the field its value in b: a string, bool, int, float64, time.Time
// or []string, as Kind says; any other type is an error and leaves b as it
// was. Nil, and a text, time or list that is empty, leaves the member out of
// the request. A list is kept, not copied.
func (f Field) Set(b *AddNewViewingParticipant, v any) error {
	member, value := f.member(b), reflect.ValueOf(v)
	switch {
	case v == nil:
		member.SetZero()
	case member.Type() == value.Type():
		member.Set(value)
	case member.Type() == reflect.PointerTo(value.Type()):
		member.Set(reflect.New(value.Type()))
		member.Elem().Set(value)
	default:
		return fmt.Errorf("%s wants a value of kind %s", f.Path, f.Kind)
	}
	return nil
}

// Get returns the field's value in b with the type that Set takes. ok is false
// when the member would be left out of the request.
func (f Field) Get(b *AddNewViewingParticipant) (v any, ok bool) {
	member := f.member(b)
	if isEmpty(member) {
		return nil, false
	}
	return reflect.Indirect(member).Interface(), true
}

func (f *Field) member(b *AddNewViewingParticipant) reflect.Value {
	return reflect.ValueOf(b).Elem().FieldByIndex(f.index)
}

var kinds = map[reflect.Type]Kind{
	reflect.TypeFor[string](): KindText, reflect.TypeFor[*bool](): KindBoolean,
	reflect.TypeFor[*int](): KindInteger, reflect.TypeFor[*float64](): KindDecimal,
	reflect.TypeFor[time.Time](): KindDateTime, reflect.TypeFor[[]string](): KindTextList,
}

// withMembers finds the member and the kind of each field by its path.
func withMembers(fields []Field) []Field {
	for i := range fields {
		f, t := &fields[i], reflect.TypeFor[AddNewViewingParticipant]()
		for name := range strings.SplitSeq(f.Path, ".") {
			member, ok := t.FieldByNameFunc(func(n string) bool {
				m, _ := t.FieldByName(n)
				tag, _, _ := strings.Cut(m.Tag.Get("json"), ",")
				return tag == name
			})
			if !ok {
				panic("the body has no member " + f.Path)
			}
			f.index, t = append(f.index, member.Index...), member.Type
		}
		f.Kind = kinds[t]
	}
	return fields
}

// fields is the one table of the body's fields, in the order of the body's
// types. A new member of the body is written there, here, and in the Swedish of
// its meaning.
var fields = withMembers([]Field{
	{Path: "updatePerson.contactId", MaxLength: 40, Source: SourceKnown,
		Meaning: "id of an existing contact; the server updates that contact and looks for no other"},
	{Path: "updatePerson.customerId", MaxLength: 40, Source: SourceKnown, rule: customerRule,
		Meaning: "id of the office; required, and the same as in the path of the call"},
	{Path: "updatePerson.categoryIds", Meaning: "ids of the contact categories that the contact belongs to"},
	{Path: "updatePerson.address.streetAddress", MaxLength: 68, Source: SourceKnown, Meaning: "street and number"},
	{Path: "updatePerson.address.zipCode", MaxLength: 15, Source: SourceKnown, Meaning: "postal code"},
	{Path: "updatePerson.address.city", MaxLength: 25, Source: SourceKnown, Meaning: "postal town"},
	{Path: "updatePerson.address.countryCode", MaxLength: 2, Source: SourceKnown, Meaning: "country, as two letters of ISO 3166-1"},
	{Path: "updatePerson.email.emailAddress", MaxLength: 100, Source: SourceKnown, rule: contactRule,
		Meaning: "e-mail address; this or one of telePhone, workPhone and cellPhone is required"},
	{Path: "updatePerson.email.emailAddress2", MaxLength: 100, Source: SourceKnown, Meaning: "second e-mail address"},
	{Path: "updatePerson.userId", Meaning: "id of the broker who is responsible for the contact"},
	{Path: "updatePerson.otherPhone", MaxLength: 17, Source: SourceKnown, Meaning: "another phone number"},
	{Path: "updatePerson.wishAdvertising", Meaning: "whether the contact wishes to get advertising"},
	{Path: "updatePerson.note", Meaning: "note on the contact"},
	{Path: "updatePerson.coordinate.longitud", Meaning: "longitude in decimal degrees (the spelling is the specification's)"},
	{Path: "updatePerson.coordinate.latitud", Meaning: "latitude in decimal degrees (the spelling is the specification's)"},
	{Path: "updatePerson.task.predefinedTaskId", Meaning: "id of a predefined task that is to be created for the contact"},
	{Path: "updatePerson.task.note", Meaning: "note on the task"},
	{Path: "updatePerson.task.estateId", Meaning: "id of the estate that the task is about"},
	{Path: "updatePerson.task.assignedTo", Meaning: "id of the user who gets the task"},
	{Path: "updatePerson.customField.name", Meaning: "name of a field of the office's own"},
	{Path: "updatePerson.customField.value", Meaning: "value of the office's own field"},
	{Path: "updatePerson.firstName", MaxLength: 30, Source: SourceKnown, Meaning: "first name; a blank one updates nothing"},
	{Path: "updatePerson.lastName", MaxLength: 30, Source: SourceKnown, Meaning: "last name; a blank one updates nothing"},
	{Path: "updatePerson.socialSecurityNumber", MaxLength: 20, Source: SourceKnown,
		Meaning: "personal number; an existing contact with this number is overwritten"},
	{Path: "updatePerson.isForeignSocialSecurityNumber", Meaning: "whether the personal number is a foreign one"},
	{Path: "updatePerson.telePhone", MaxLength: 17, Source: SourceKnown, Meaning: "phone number at home"},
	{Path: "updatePerson.workPhone", MaxLength: 17, Source: SourceKnown, Meaning: "phone number at work"},
	{Path: "updatePerson.cellPhone", MaxLength: 17, Source: SourceKnown, Meaning: "mobile number"},
	{Path: "updatePerson.approval", Meaning: "the consent flag from before the GDPR"},
	{Path: "updatePerson.approvalDate", Meaning: "when the consent from before the GDPR was given"},
	{Path: "updatePerson.gdprApprovalDate", Meaning: "when the person was informed of the processing of personal data"},
	{Path: "updatePerson.obtainThrough", Source: SourceLikely, Values: []string{"Interest", "Phone", "Visit", "Agreement", "Other", "Email", "NotAsked"},
		Meaning: "how the person was informed of the processing of personal data"},
	{Path: "updatePerson.leadScore", Meaning: "score of the lead"},
	{Path: "participated", Meaning: "whether the person took part in the viewing", Swedish: "Deltog"},
	{Path: "reminderTime", Source: SourceKnown, rule: reminderRule,
		Meaning: "how many minutes before the viewing the reminder is sent; not negative",
		Swedish: "Minuter innan visningen som påminnelse ska skickas ut"},
	{Path: "smsReminder", Meaning: "sends the person a reminder by SMS", Swedish: "SMS påminnelse"},
	{Path: "mailConfirmation", Meaning: "sends the person a confirmation by e-mail", Swedish: "Bekräftelse via epost"},
	{Path: "smsConfirmation", Meaning: "sends the person a confirmation by SMS", Swedish: "Bekräftelse via SMS"},
	{Path: "returnBookingId", Meaning: "answers with the id of the booking; without it, likely with that of the contact"},
	{Path: "contactMessage",
		Meaning: "message from the contact, kept on the lead that the booking creates",
		Swedish: "Meddelande från kontaktpersonen. Meddelandet kommer att sparas på det lead som skapas i samband med att visningsdeltagaren läggs till."},
	{Path: "leadSourceId",
		Meaning: "id of the lead source that the new lead belongs to; left out, it is a preset one",
		Swedish: "Leadskälla - Det lead som skapas i samband med anmälan till visning kommer att kopplas till aktuell leadskälla. Om fältet inte anges, kommer leadet att kopplas till en förvald leadskälla."},
	{Path: "options.isDeadlineValidationEnabled", rule: deadlineRule,
		Meaning: "refuses the booking after the slot's last booking time; what holds when left out is unknown"},
	{Path: "options.enableBookingLimitValidation", rule: bookingLimitRule,
		Meaning: "refuses the booking when the slot has no place left; what holds when left out is unknown"},
})
