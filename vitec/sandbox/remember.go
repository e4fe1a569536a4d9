package sandbox

import (
	"slices"
	"time"

	"vitec-import/vitec"
)

// Commit is one booking that was made.
type Commit struct {
	// Seq numbers the commits from 1 in the order in which they were made.
	Seq int `json:"seq"`
	// Request is the Number of the [Request] that made it.
	Request int          `json:"request"`
	Time    time.Time    `json:"time"`
	Target  vitec.Target `json:"target"`
	// ContactId is the contact that was booked, BookingId the booking. Answer
	// is the one of them that was the answer.
	ContactId string `json:"contactId"`
	BookingId string `json:"bookingId"`
	Answer    string `json:"answer"`
	// Matched says that the contact existed and was overwritten.
	Matched bool `json:"matched"`
	// Times is how often the contact has been booked on the time slot so far.
	// More than 1 is a double booking.
	Times int `json:"times"`
	// Body is the request as the server understood it, without what it does
	// not know or could not read.
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

// Request is one request to the API, whatever became of it. It holds no
// password. The fields from Status on are filled in when the request ends;
// its commit stands in [Server.Commits] before that.
type Request struct {
	// Number numbers the requests from 1 in the order of their arrival.
	Number int       `json:"number"`
	Time   time.Time `json:"time"` // when its header had been read
	Method string    `json:"method"`
	Path   string    `json:"path"`
	// Target is empty where the path is not that of a booking.
	Target   vitec.Target `json:"target"`
	Username string       `json:"username,omitempty"`
	// Reused says that the connection had carried a request before.
	Reused bool `json:"reused,omitempty"`
	// Status is that of the answer; 0 while there is none, and if there never
	// was one.
	Status int `json:"status"`
	// Commit is the Seq of the booking that the request made, 0 for none.
	Commit int `json:"commit,omitempty"`
	// Fault is the one that replaced or damaged the answer, Delayed those
	// that held it back, both as [ParseFault] reads them.
	Fault    string        `json:"fault,omitempty"`
	Delayed  []string      `json:"delayed,omitempty"`
	Duration time.Duration `json:"durationNanoseconds,omitempty"` // until the answer was handed to the connection
	// Sent and Answer are the bodies, with [Config].Texts, at most 16 kB each.
	Sent   string `json:"sent,omitempty"`
	Answer string `json:"answer,omitempty"`
}

const (
	keptTexts = 100      // requests whose bodies are kept
	maxText   = 16 << 10 // bytes of a body that are kept
)

// Booking is one person on one time slot, with every commit that put it there.
type Booking struct {
	Target    vitec.Target `json:"target"`
	ContactId string       `json:"contactId"`
	// Commits are Seqs in order. More than one is a double booking.
	Commits []int `json:"commits"`
}

// SlotState is a time slot with how often it has been booked.
type SlotState struct {
	Target vitec.Target `json:"target"`
	Slot   Slot         `json:"slot"`
	Booked int          `json:"booked"` // by requests; Slot.Taken comes on top
}

// Counts are totals since the start or the last Reset, whatever is still
// remembered.
type Counts struct {
	Requests int `json:"requests"`
	// Statuses is how many requests have ended with which status, 0 being
	// those without an answer.
	Statuses map[int]int `json:"statuses"`
	Commits  int         `json:"commits"`
	// DoubleBookings are the commits of somebody who was on the time slot already.
	DoubleBookings int                 `json:"doubleBookings"`
	Messages       map[MessageKind]int `json:"messages"` // those that the real server would have sent
}

// journal remembers things that are numbered from 1: the newest keep, or all.
type journal[T any] struct {
	keep  int
	count int // of all that were ever added
	items []T
}

func (j *journal[T]) add(item T) {
	if j.keep > 0 && len(j.items) == 2*j.keep {
		j.items = slices.Delete(j.items, 0, j.keep)
	}
	j.items = append(j.items, item)
	j.count++
}

// at returns the n-th thing, nil if it is forgotten. It is valid until the
// next add.
func (j *journal[T]) at(n int) *T {
	i := n - 1 - (j.count - len(j.items))
	if i < 0 || i >= len(j.items) {
		return nil
	}
	return &j.items[i]
}

// newest returns the newest n things in order, 0 being all that are kept.
func (j *journal[T]) newest(n int) []T {
	items := j.items
	for _, limit := range []int{j.keep, n} {
		if limit > 0 {
			items = items[max(len(items)-limit, 0):]
		}
	}
	return slices.Clone(items)
}
