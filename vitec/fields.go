package vitec

import (
	"fmt"
	"slices"
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
func (k Kind) String() string {
	if int(k) < len(kindWords) {
		return kindWords[k]
	}
	return "unknown"
}

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
func (s Source) String() string {
	switch s {
	case SourceKnown:
		return "known"
	case SourceLikely:
		return "likely"
	}
	return "none"
}

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

	// at returns a pointer to the member in b: *string, **bool, **int,
	// **float64, *time.Time or *[]string, as Kind says.
	at func(b *AddNewViewingParticipant) any
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
	ok := true
	switch p := f.at(b).(type) {
	case *string:
		ok = set(p, v)
	case **bool:
		ok = setPointer(p, v)
	case **int:
		ok = setPointer(p, v)
	case **float64:
		ok = setPointer(p, v)
	case *time.Time:
		ok = set(p, v)
	case *[]string:
		ok = set(p, v)
	}
	if !ok {
		return fmt.Errorf("%s wants a value of kind %s", f.Path, f.Kind)
	}
	return nil
}

// SetText is Set for a field of text, and costs no allocation.
func (f *Field) SetText(b *AddNewViewingParticipant, text string) error {
	p, ok := f.at(b).(*string)
	if !ok {
		return fmt.Errorf("%s wants a value of kind %s", f.Path, f.Kind)
	}
	*p = text
	return nil
}

func set[T any](p *T, v any) bool {
	if v == nil {
		var zero T
		*p = zero
		return true
	}
	t, ok := v.(T)
	if ok {
		*p = t
	}
	return ok
}

func setPointer[T any](p **T, v any) bool {
	if v == nil {
		*p = nil
		return true
	}
	t, ok := v.(T)
	if ok {
		*p = &t
	}
	return ok
}

// Get returns the field's value in b with the type that Set takes. ok is false
// when the member would be left out of the request.
func (f Field) Get(b *AddNewViewingParticipant) (v any, ok bool) {
	switch p := f.at(b).(type) {
	case *string:
		if *p != "" {
			return *p, true
		}
	case **bool:
		if *p != nil {
			return **p, true
		}
	case **int:
		if *p != nil {
			return **p, true
		}
	case **float64:
		if *p != nil {
			return **p, true
		}
	case *time.Time:
		if !p.IsZero() {
			return *p, true
		}
	case *[]string:
		if len(*p) != 0 {
			return *p, true
		}
	}
	return nil, false
}

// fields is the one table of the body's fields. The test of this package holds
// it against the body's types and against both encoders.
var fields = []Field{
	{
		Path: "updatePerson.contactId", MaxLength: 40, Source: SourceKnown,
		Meaning: "id of an existing contact; the server updates that contact and looks for no other",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.ContactId },
	},
	{
		Path: "updatePerson.customerId", MaxLength: 40, Source: SourceKnown,
		Meaning: "id of the office; required, and the same as in the path of the call",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.CustomerId },
		rule:    customerRule,
	},
	{
		Path: "updatePerson.categoryIds", Kind: KindTextList,
		Meaning: "ids of the contact categories that the contact belongs to",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.CategoryIds },
	},
	{
		Path: "updatePerson.address.streetAddress", MaxLength: 68, Source: SourceKnown,
		Meaning: "street and number",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Address.StreetAddress },
	},
	{
		Path: "updatePerson.address.zipCode", MaxLength: 15, Source: SourceKnown,
		Meaning: "postal code",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Address.ZipCode },
	},
	{
		Path: "updatePerson.address.city", MaxLength: 25, Source: SourceKnown,
		Meaning: "postal town",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Address.City },
	},
	{
		Path: "updatePerson.address.countryCode", MaxLength: 2, Source: SourceKnown,
		Meaning: "country, as two letters of ISO 3166-1",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Address.CountryCode },
	},
	{
		Path: "updatePerson.email.emailAddress", MaxLength: 100, Source: SourceKnown,
		Meaning: "e-mail address; this or one of telePhone, workPhone and cellPhone is required",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Email.EmailAddress },
		rule:    contactRule,
	},
	{
		Path: "updatePerson.email.emailAddress2", MaxLength: 100, Source: SourceKnown,
		Meaning: "second e-mail address",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Email.EmailAddress2 },
	},
	{
		Path:    "updatePerson.userId",
		Meaning: "id of the broker who is responsible for the contact",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.UserId },
	},
	{
		Path: "updatePerson.otherPhone", MaxLength: 17, Source: SourceKnown,
		Meaning: "another phone number",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.OtherPhone },
	},
	{
		Path: "updatePerson.wishAdvertising", Kind: KindBoolean,
		Meaning: "whether the contact wishes to get advertising",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.WishAdvertising },
	},
	{
		Path:    "updatePerson.note",
		Meaning: "note on the contact",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Note },
	},
	{
		Path: "updatePerson.coordinate.longitud", Kind: KindDecimal,
		Meaning: "longitude in decimal degrees (the spelling is the specification's)",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Coordinate.Longitud },
	},
	{
		Path: "updatePerson.coordinate.latitud", Kind: KindDecimal,
		Meaning: "latitude in decimal degrees (the spelling is the specification's)",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Coordinate.Latitud },
	},
	{
		Path:    "updatePerson.task.predefinedTaskId",
		Meaning: "id of a predefined task that is to be created for the contact",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Task.PredefinedTaskId },
	},
	{
		Path:    "updatePerson.task.note",
		Meaning: "note on the task",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Task.Note },
	},
	{
		Path:    "updatePerson.task.estateId",
		Meaning: "id of the estate that the task is about",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Task.EstateId },
	},
	{
		Path:    "updatePerson.task.assignedTo",
		Meaning: "id of the user who gets the task",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Task.AssignedTo },
	},
	{
		Path:    "updatePerson.customField.name",
		Meaning: "name of a field of the office's own",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.CustomField.Name },
	},
	{
		Path:    "updatePerson.customField.value",
		Meaning: "value of the office's own field",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.CustomField.Value },
	},
	{
		Path: "updatePerson.firstName", MaxLength: 30, Source: SourceKnown,
		Meaning: "first name; a blank one updates nothing",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.FirstName },
	},
	{
		Path: "updatePerson.lastName", MaxLength: 30, Source: SourceKnown,
		Meaning: "last name; a blank one updates nothing",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.LastName },
	},
	{
		Path: "updatePerson.socialSecurityNumber", MaxLength: 20, Source: SourceKnown,
		Meaning: "personal number; an existing contact with this number is overwritten",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.SocialSecurityNumber },
	},
	{
		Path: "updatePerson.isForeignSocialSecurityNumber", Kind: KindBoolean,
		Meaning: "whether the personal number is a foreign one",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.IsForeignSocialSecurityNumber },
	},
	{
		Path: "updatePerson.telePhone", MaxLength: 17, Source: SourceKnown,
		Meaning: "phone number at home",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.TelePhone },
	},
	{
		Path: "updatePerson.workPhone", MaxLength: 17, Source: SourceKnown,
		Meaning: "phone number at work",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.WorkPhone },
	},
	{
		Path: "updatePerson.cellPhone", MaxLength: 17, Source: SourceKnown,
		Meaning: "mobile number",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.CellPhone },
	},
	{
		Path: "updatePerson.approval", Kind: KindBoolean,
		Meaning: "the consent flag from before the GDPR",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.Approval },
	},
	{
		Path: "updatePerson.approvalDate", Kind: KindDateTime,
		Meaning: "when the consent from before the GDPR was given",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.ApprovalDate },
	},
	{
		Path: "updatePerson.gdprApprovalDate", Kind: KindDateTime,
		Meaning: "when the person was informed of the processing of personal data",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.GDPRApprovalDate },
	},
	{
		Path: "updatePerson.obtainThrough", Source: SourceLikely,
		Meaning: "how the person was informed of the processing of personal data",
		Values:  []string{"Interest", "Phone", "Visit", "Agreement", "Other", "Email", "NotAsked"},
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.ObtainThrough },
	},
	{
		Path: "updatePerson.leadScore", Kind: KindInteger,
		Meaning: "score of the lead",
		at:      func(b *AddNewViewingParticipant) any { return &b.UpdatePerson.LeadScore },
	},
	{
		Path: "participated", Kind: KindBoolean,
		Meaning: "whether the person took part in the viewing",
		Swedish: "Deltog",
		at:      func(b *AddNewViewingParticipant) any { return &b.Participated },
	},
	{
		Path: "reminderTime", Kind: KindInteger, Source: SourceKnown,
		Meaning: "how many minutes before the viewing the reminder is sent; not negative",
		Swedish: "Minuter innan visningen som påminnelse ska skickas ut",
		at:      func(b *AddNewViewingParticipant) any { return &b.ReminderTime },
		rule:    reminderRule,
	},
	{
		Path: "smsReminder", Kind: KindBoolean,
		Meaning: "sends the person a reminder by SMS",
		Swedish: "SMS påminnelse",
		at:      func(b *AddNewViewingParticipant) any { return &b.SMSReminder },
	},
	{
		Path: "mailConfirmation", Kind: KindBoolean,
		Meaning: "sends the person a confirmation by e-mail",
		Swedish: "Bekräftelse via epost",
		at:      func(b *AddNewViewingParticipant) any { return &b.MailConfirmation },
	},
	{
		Path: "smsConfirmation", Kind: KindBoolean,
		Meaning: "sends the person a confirmation by SMS",
		Swedish: "Bekräftelse via SMS",
		at:      func(b *AddNewViewingParticipant) any { return &b.SMSConfirmation },
	},
	{
		Path: "returnBookingId", Kind: KindBoolean,
		Meaning: "answers with the id of the booking; without it, likely with that of the contact",
		at:      func(b *AddNewViewingParticipant) any { return &b.ReturnBookingId },
	},
	{
		Path:    "contactMessage",
		Meaning: "message from the contact, kept on the lead that the booking creates",
		Swedish: "Meddelande från kontaktpersonen. Meddelandet kommer att sparas på det lead som skapas i samband med att visningsdeltagaren läggs till.",
		at:      func(b *AddNewViewingParticipant) any { return &b.ContactMessage },
	},
	{
		Path:    "leadSourceId",
		Meaning: "id of the lead source that the new lead belongs to; left out, it is a preset one",
		Swedish: "Leadskälla - Det lead som skapas i samband med anmälan till visning kommer att kopplas till aktuell leadskälla. Om fältet inte anges, kommer leadet att kopplas till en förvald leadskälla.",
		at:      func(b *AddNewViewingParticipant) any { return &b.LeadSourceId },
	},
	{
		Path: "options.isDeadlineValidationEnabled", Kind: KindBoolean,
		Meaning: "refuses the booking after the slot's last booking time; what holds when left out is unknown",
		at:      func(b *AddNewViewingParticipant) any { return &b.Options.IsDeadlineValidationEnabled },
		rule:    deadlineRule,
	},
	{
		Path: "options.enableBookingLimitValidation", Kind: KindBoolean,
		Meaning: "refuses the booking when the slot has no place left; what holds when left out is unknown",
		at:      func(b *AddNewViewingParticipant) any { return &b.Options.EnableBookingLimitValidation },
		rule:    bookingLimitRule,
	},
}
