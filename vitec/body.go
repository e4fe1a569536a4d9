package vitec

import "time"

// AddNewViewingParticipant is the body of
//
//	POST Viewing/{customerId}/{viewingId}/{timeSlotId}/Participant
//
// with every member of the vendor's help page for that call, under the page's
// own names. A member that holds its zero value is left out of the request;
// nothing is ever sent as null, because the server's booleans and numbers are
// not nullable and an empty text may blank what an existing contact has.
// Booleans and numbers are pointers so that an explicit false or 0 can be told
// from "not said".
type AddNewViewingParticipant struct {
	UpdatePerson     UpdatePerson                     `json:"updatePerson,omitzero"`
	Participated     *bool                            `json:"participated,omitzero"`
	ReminderTime     *int                             `json:"reminderTime,omitzero"` // minutes before the viewing
	SMSReminder      *bool                            `json:"smsReminder,omitzero"`
	MailConfirmation *bool                            `json:"mailConfirmation,omitzero"`
	SMSConfirmation  *bool                            `json:"smsConfirmation,omitzero"`
	ReturnBookingId  *bool                            `json:"returnBookingId,omitzero"`
	ContactMessage   string                           `json:"contactMessage,omitzero"`
	LeadSourceId     string                           `json:"leadSourceId,omitzero"`
	Options          ViewingParticipantBookingOptions `json:"options,omitzero"`
}

// UpdatePerson is the contact that is booked. The server looks for an existing
// contact and overwrites it with every member that is sent.
type UpdatePerson struct {
	ContactId                     string      `json:"contactId,omitzero"`
	CustomerId                    string      `json:"customerId,omitzero"`
	CategoryIds                   []string    `json:"categoryIds,omitempty"`
	Address                       Address     `json:"address,omitzero"`
	Email                         Email       `json:"email,omitzero"`
	UserId                        string      `json:"userId,omitzero"`
	OtherPhone                    string      `json:"otherPhone,omitzero"`
	WishAdvertising               *bool       `json:"wishAdvertising,omitzero"`
	Note                          string      `json:"note,omitzero"`
	Coordinate                    Coordinate  `json:"coordinate,omitzero"`
	Task                          Task        `json:"task,omitzero"`
	CustomField                   CustomField `json:"customField,omitzero"`
	FirstName                     string      `json:"firstName,omitzero"`
	LastName                      string      `json:"lastName,omitzero"`
	SocialSecurityNumber          string      `json:"socialSecurityNumber,omitzero"`
	IsForeignSocialSecurityNumber *bool       `json:"isForeignSocialSecurityNumber,omitzero"`
	TelePhone                     string      `json:"telePhone,omitzero"`
	WorkPhone                     string      `json:"workPhone,omitzero"`
	CellPhone                     string      `json:"cellPhone,omitzero"`
	Approval                      *bool       `json:"approval,omitzero"`
	ApprovalDate                  time.Time   `json:"approvalDate,omitzero"`
	GDPRApprovalDate              time.Time   `json:"gdprApprovalDate,omitzero"`
	ObtainThrough                 string      `json:"obtainThrough,omitzero"`
	LeadScore                     *int        `json:"leadScore,omitzero"`
}

// Address is where the contact lives. CountryCode is ISO 3166-1 alpha-2.
type Address struct {
	StreetAddress string `json:"streetAddress,omitzero"`
	ZipCode       string `json:"zipCode,omitzero"`
	City          string `json:"city,omitzero"`
	CountryCode   string `json:"countryCode,omitzero"`
}

// Email holds the contact's addresses.
type Email struct {
	EmailAddress  string `json:"emailAddress,omitzero"`
	EmailAddress2 string `json:"emailAddress2,omitzero"`
}

// Coordinate is a position in decimal degrees. Longitud and Latitud are the
// specification's spelling.
type Coordinate struct {
	Longitud *float64 `json:"longitud,omitzero"`
	Latitud  *float64 `json:"latitud,omitzero"`
}

// Task is a task for the office that comes with the contact.
type Task struct {
	PredefinedTaskId string `json:"predefinedTaskId,omitzero"`
	Note             string `json:"note,omitzero"`
	EstateId         string `json:"estateId,omitzero"`
	AssignedTo       string `json:"assignedTo,omitzero"`
}

// CustomField is one field of the office's own.
type CustomField struct {
	Name  string `json:"name,omitzero"`
	Value string `json:"value,omitzero"`
}

// ViewingParticipantBookingOptions says which of the slot's limits the server
// checks. What holds when a member is left out is not documented.
type ViewingParticipantBookingOptions struct {
	IsDeadlineValidationEnabled  *bool `json:"isDeadlineValidationEnabled,omitzero"`
	EnableBookingLimitValidation *bool `json:"enableBookingLimitValidation,omitzero"`
}

// Target is the place of a booking, as it stands in the path of the call. The
// three ids are opaque: they are escaped, never parsed.
type Target struct {
	CustomerId string `json:"customerId"`
	ViewingId  string `json:"viewingId"`
	TimeSlotId string `json:"timeSlotId"`
}

// ids are the target's ids by their names, in the order of the path.
func (t Target) ids() [3]struct{ path, value string } {
	return [3]struct{ path, value string }{{"customerId", t.CustomerId}, {"viewingId", t.ViewingId}, {"timeSlotId", t.TimeSlotId}}
}
