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

// TransportError says that no answer came that could be read as one.
type TransportError struct {
	// Written is false only if no byte of the request was handed to the
	// network, or if the server refused to talk to us before it could look at
	// one: it cannot have processed it. True means that it may have.
	Written bool
	// Certificate is true if a TLS certificate was refused, the server's by us
	// (unknown issuer, expired, for another host) or ours, or a missing one, by
	// the server. It will not be better next time.
	Certificate bool
	// Host is the host and port, or the host alone, that the request was for.
	Host string
	// Proxy is the host and port of the proxy that could not be reached, ""
	// if it was not that.
	Proxy string
	// Err is what happened. errors.Is finds context.Canceled and
	// context.DeadlineExceeded (which the client's own timeout is, too).
	Err error

	alert string // the server's TLS alert, in its own words
}

// Error says what happened in the system's own words.
func (e *TransportError) Error() string {
	return e.text(oneLine(e.Err.Error(), maxMessageLength)).String()
}

// Message says what happened in plain words, where there are any.
func (e *TransportError) Message() (format string, args []any) {
	if reason := e.Reason(); !reason.IsZero() {
		return e.text(reason).Message()
	}
	return e.text(oneLine(e.Err.Error(), maxMessageLength)).Message()
}

func (e *TransportError) text(reason any) Text {
	switch {
	case e.Certificate:
		return say("no secure connection to %s: %s", e.Host, reason)
	case e.Proxy != "":
		return say("cannot connect to %s through the proxy %s: %s", e.Host, e.Proxy, reason)
	case !e.Written:
		return say("the request was not sent to %s: %s", e.Host, reason)
	}
	return say("the request was sent, and there is no answer from %s: %s", e.Host, reason)
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
	// Page is true if the answer is an HTML page: the words of a web server or a
	// firewall, not of the API.
	Page bool
	// Location is the host to which a redirect points, without path or query;
	// "" if there is none. Redirects are never followed.
	Location string
}

func (e *StatusError) Error() string { return e.text().String() }

// Message returns the status, where a redirect points, and the server's words.
func (e *StatusError) Message() (format string, args []any) { return e.text().Message() }

func (e *StatusError) text() Text {
	status := strings.TrimSpace(fmt.Sprint(e.Status, " ", http.StatusText(e.Status)))
	words := strings.Join(e.Messages, "; ")
	switch {
	case e.Location != "":
		return say("the server answered %s and pointed to %s", status, e.Location)
	case words == "":
		return say("the server answered %s", status)
	}
	return say("the server answered %s: %s", status, words)
}

// ProxyError says that the proxy refused to connect us to the server: nothing
// was sent.
type ProxyError struct {
	Proxy   string // its host and port
	Status  int    // 407: it wants a login, or another one; 0: it does not speak HTTP
	Refusal string // what a SOCKS proxy says, in the words of package net/http
}

func (e *ProxyError) Error() string { return e.text().String() }

// Message returns what the proxy said.
func (e *ProxyError) Message() (format string, args []any) { return e.text().Message() }

func (e *ProxyError) text() Text {
	if e.Status == http.StatusProxyAuthRequired {
		return say("the proxy %s wants a login, or does not accept the one in HTTPS_PROXY (407)", e.Proxy)
	}
	if e.Status == 0 {
		return say("the proxy %s refused the connection: %s", e.Proxy, e.Refusal)
	}
	return say("the proxy %s refused the connection (%d)", e.Proxy, e.Status)
}

// AnswerError is an answer that says neither that the person is booked nor that
// the request was refused: a 2xx without an id that can be used, or a status
// outside of 200 to 599. The person may be booked.
type AnswerError struct {
	Status int
	Reason Text // a clause such as "the answer is empty"; it holds no words of the server
}

func (e *AnswerError) Error() string { return e.text().String() }

// Message returns the status and the reason.
func (e *AnswerError) Message() (format string, args []any) { return e.text().Message() }

func (e *AnswerError) text() Text { return say("the server answered %d, but %s", e.Status, e.Reason) }
