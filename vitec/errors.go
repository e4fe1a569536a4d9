package vitec

import (
	"fmt"
	"net/http"
	"strings"
	"time"
)

// RequestError says that a request cannot be written, so nothing was sent: an
// id that cannot stand in the path, a text that the format cannot hold, a
// customer without a login ([ErrNoCredentials]).
type RequestError struct {
	Path   string // the field's path, or customerId, viewingId, timeSlotId; "" if it is none of them
	Reason Text   // a clause such as "is missing"; it never holds the value
	Err    error  // ErrNoCredentials or nil
}

func (e *RequestError) Error() string { return e.text().String() }

// Message returns the path and the reason.
func (e *RequestError) Message() (format string, args []any) { return e.text().Message() }

func (e *RequestError) text() Text {
	if e.Path == "" {
		return e.Reason
	}
	return say("%s %s", e.Path, e.Reason)
}

func (e *RequestError) Unwrap() error { return e.Err }

// Phases of a request, in their order.
const (
	PhaseDial  = "dial"  // finding the host and connecting to it, or to the proxy and through it
	PhaseTLS   = "tls"   // the TLS handshake
	PhaseWrite = "write" // a connection is there; the request is being written
	PhaseWait  = "wait"  // the request is written whole; no answer yet
	PhaseRead  = "read"  // the answer has begun
)

// TransportError says that no answer came that could be read as one.
type TransportError struct {
	// Written is false only if no byte of the request was handed to the
	// network: the server cannot have seen it. True means that it may have.
	Written bool
	// Certificate is true if the server's TLS certificate was refused: unknown
	// issuer, expired, for another host. It will not be better next time.
	Certificate bool
	// Phase is how far the request got: one of the Phase constants.
	Phase string
	// Host is the host and port, or the host alone, that the request was for.
	Host string
	// Err is what happened. errors.Is finds context.Canceled and
	// context.DeadlineExceeded (which the client's own timeouts are, too).
	Err error
}

func (e *TransportError) Error() string {
	var what string
	switch {
	case e.Certificate:
		what = "the certificate of " + e.Host + " was refused"
	case e.Phase == PhaseDial:
		what = "cannot connect to " + e.Host
	case e.Phase == PhaseTLS:
		what = "cannot agree on TLS with " + e.Host
	case !e.Written:
		what = "the connection to " + e.Host + " was lost before the request was sent"
	case e.Phase == PhaseWrite:
		what = "the connection to " + e.Host + " was lost while the request was sent"
	default:
		what = "no answer from " + e.Host + " to a request that was sent"
	}
	return what + ": " + oneLine(e.Err.Error(), maxMessageLength)
}

func (e *TransportError) Unwrap() error { return e.Err }

// StatusError is an answer with a status from 300 to 599.
type StatusError struct {
	Status int
	// Messages are the server's own words, most general first: at most 20,
	// each one trimmed line of at most 500 characters without control
	// characters. They are usually Swedish and may echo personal data. There
	// may be none.
	Messages []string
	// RetryAfter is how long the server asks to wait, from 0 to 24 hours
	// (what is longer is cut to that, what is unreadable is as if it was not
	// there). It counts if HasRetryAfter.
	RetryAfter    time.Duration
	HasRetryAfter bool
	// Location is the host to which a redirect points, without path or query;
	// "" if there is none. Redirects are never followed.
	Location string
}

func (e *StatusError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d", e.Status)
	if text := http.StatusText(e.Status); text != "" {
		b.WriteString(" " + text)
	}
	if e.Location != "" {
		fmt.Fprintf(&b, " to %q", e.Location)
	}
	for i, m := range e.Messages {
		if i == 0 {
			b.WriteString(": ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(m)
	}
	return b.String()
}

// AnswerError is an answer that says neither that the person is booked nor that
// the request was refused: a 2xx without an id that can be used, or a status
// outside of 200 to 599. The person may be booked.
type AnswerError struct {
	Status int
	Reason Text // a clause such as "the answer is empty"; it holds no words of the server
}

func (e *AnswerError) Error() string { return fmt.Sprintf("%d, %s", e.Status, e.Reason) }
