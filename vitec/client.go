package vitec

import (
	"context"
	"crypto/tls"
	"errors"
	"time"
)

// DefaultBaseURL is the vendor's production host.
const DefaultBaseURL = "https://connect.maklare.vitec.net"

// Config is what a [Client] needs to know. Only Credentials is required.
type Config struct {
	// BaseURL is where the API is: https, or http to a loopback address. A
	// path is kept. "" is DefaultBaseURL.
	BaseURL string
	// Format of the request, and of the answer that is asked for.
	Format Format
	// Timeout is for the whole call, from connecting to the last byte of the
	// answer. 0 is 30 seconds. Connecting and the TLS handshake have at most
	// 10 seconds each of it.
	Timeout time.Duration
	// Concurrency is how many calls will run at once: as many connections are
	// kept for the next call. It limits nothing. 0 is 5.
	Concurrency int
	// UserAgent is the User-Agent header. "" is vitec-import/ and the version
	// in the program's build information.
	UserAgent string
	// Credentials returns the login for a customer, and false if there is
	// none. It is called by every call, from many goroutines.
	Credentials func(customerId string) (Credentials, bool)
	// TLS is for certificates that the system does not know; nil is right for
	// the vendor's hosts.
	TLS *tls.Config
}

// A Client calls the API. It is safe for concurrent use.
type Client struct{}

// NewClient returns a client for c, or an error that says what is wrong with c
// and how to mend it. It opens no connection.
func NewClient(c Config) (*Client, error) { return nil, errors.New("not implemented") }

// Close closes the connections that are kept for the next call.
func (c *Client) Close() {}

// Answer is what the server says to a booking.
type Answer struct {
	// Id is the server's text, verbatim: the id of the booking if
	// returnBookingId was true, else likely that of the contact. It is not
	// blank, has no control characters and at most 256 bytes.
	Id     string
	Status int // 200 to 299
}

// AddViewingParticipant books a person on a viewing with exactly one request,
// or none if it returns a *[RequestError] or a *[TransportError] with Written
// false; it never repeats one. The error is a *[RequestError],
// *[TransportError], *[StatusError] or *[AnswerError]. It does not check the
// rules of [Check], except that the ids can stand in the path.
//
// Source: POST Viewing/{customerId}/{viewingId}/{timeSlotId}/Participant in the
// specification.
func (c *Client) AddViewingParticipant(ctx context.Context, t Target, b *AddNewViewingParticipant) (Answer, error) {
	return Answer{}, errors.New("not implemented")
}
