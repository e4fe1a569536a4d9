// Package vitec speaks the one call of the Vitec Connect API that books a
// person on a viewing:
//
//	POST Viewing/{customerId}/{viewingId}/{timeSlotId}/Participant
//
// It holds the body of that call with every member of the vendor's help page,
// both of the page's request formats, the rules that a body must keep, a
// client, and errors that say what is known and what is not.
//
// It knows nothing of files, rows, retries, rates or ledgers: one call of
// [Client.AddViewingParticipant] is at most one request on the wire, and what
// its error means for a row is decided elsewhere.
//
// # The invariant
//
// The call has no idempotency key, so a request that is repeated may book, and
// write to, a person twice. Therefore:
//
//   - A request is never repeated: this package writes each one once, itself,
//     to a connection that nobody else has; redirects are not followed.
//   - A nil error means that the server answered 2xx with an id that can be
//     used. Nothing else looks like success.
//   - [TransportError] with Written false means that no byte of the request
//     was handed to the network. Where that cannot be proved Written is true.
//   - An error's text never holds a password, an Authorization header or the
//     user information of a URL.
//
// # Errors of a call
//
//	*RequestError    the request cannot be written (an id, a text, no login); nothing was sent
//	*TransportError  no answer; Written says whether the server may have seen the request
//	*StatusError     the server answered 3xx, 4xx or 5xx
//	*AnswerError     the server answered 2xx, but without an id that can be used
//
// # Sources
//
// Names, types, the order of XML elements and their namespaces are those of
// the vendor's help page for the call ("the specification"), whose two samples
// are golden tests of this package. Limits are those of the vendor's
// public documentation; what is only likely warns and never refuses.
package vitec
