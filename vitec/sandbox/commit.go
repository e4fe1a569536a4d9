package sandbox

import (
	"time"

	"vitec-import/vitec"
)

// Commit is one booking that was made.
type Commit struct {
	// Seq counts the commits from 1 in the order in which they were made.
	Seq int `json:"seq"`
	// Request is the Number of the [Request] that made it.
	Request int          `json:"request"`
	Time    time.Time    `json:"time"`
	Target  vitec.Target `json:"target"`
	// ContactId is the contact that was booked, BookingId the booking. Only
	// one of them is in the answer: Answer.
	ContactId string `json:"contactId"`
	BookingId string `json:"bookingId"`
	Answer    string `json:"answer"`
	// Matched says that the contact existed and was overwritten.
	Matched bool `json:"matched"`
	// Times is how often the contact has been booked on the time slot, this
	// time included. More than 1 is a double booking.
	Times int `json:"times"`
	// Body is the request as the server understood it: what it does not
	// know, or could not read, is not in it.
	Body   vitec.AddNewViewingParticipant `json:"body"`
	Format string                         `json:"format"` // "json" or "xml"
	// Messages are those that the real server would have sent.
	Messages []Message `json:"messages,omitempty"`
}

// Message is one message to a person that the real server would have sent.
type Message struct {
	Kind MessageKind `json:"kind"`
	To   string      `json:"to"` // a number or an address; empty where the sandbox does not know it
	Time time.Time   `json:"time,omitzero"`
}

// MessageKind says which flag of the request asked for a [Message].
type MessageKind string

// The three kinds, named as in the importer's reports.
const (
	SMSConfirmation  MessageKind = "sms_confirmation"
	MailConfirmation MessageKind = "mail_confirmation"
	SMSReminder      MessageKind = "sms_reminder"
)

// Request is one request to the API, whatever became of it. There is nothing
// in it of the password or the body. What comes after Reused is filled in when
// the request has ended; what it commits stands in the commits before that.
type Request struct {
	// Number counts the requests from 1 in the order of their arrival.
	Number int       `json:"number"`
	Time   time.Time `json:"time"` // when its header had been read
	Method string    `json:"method"`
	Path   string    `json:"path"`
	// Target is empty where the path is not that of the call.
	Target   vitec.Target `json:"target"`
	Username string       `json:"username,omitempty"`
	// Reused says that the connection had carried a request before.
	Reused bool `json:"reused,omitempty"`
	// Status is that of the answer, 0 while there is none or if there was
	// never to be one.
	Status int `json:"status"`
	// Commit is the Seq of the booking that the request made, 0 for none.
	Commit int `json:"commit,omitempty"`
	// Fault is the one that replaced or damaged the answer, Delayed those
	// that held it back, both in the syntax of [ParseFault].
	Fault    string        `json:"fault,omitempty"`
	Delayed  []string      `json:"delayed,omitempty"`
	Duration time.Duration `json:"durationNanoseconds,omitempty"` // until the answer was handed to the connection; 0 while it is not
}

// Booking is one person on one time slot, with every commit that put it there.
type Booking struct {
	Target    vitec.Target `json:"target"`
	ContactId string       `json:"contactId"`
	// Commits are Seqs in order. More than one is a double booking.
	Commits []int `json:"commits"`
}
