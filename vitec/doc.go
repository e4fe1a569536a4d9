// Package vitec speaks the one call of the Vitec Connect API that books a
// person on a viewing:
//
//	POST Viewing/{customerId}/{viewingId}/{timeSlotId}/Participant
//
// It holds the body of that call with every member of the vendor's help page,
// both of the page's request formats, the rules that a body must keep, a
// client, and errors that say what is known and what is not. The client also
// reads which viewings and time slots an estate has ([Client.Viewings]).
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
//   - A request is never repeated. Package net/http repeats one whose body it
//     can get again (GetBody is nil) or that has an Idempotency-Key (it has
//     none); its transport is called directly, so no redirect is followed. A
//     kept connection that took not one byte is replaced within the call.
//   - A nil error means that the server answered 2xx with an id that can be
//     used. Nothing else looks like success.
//   - [TransportError] with Written false means that no byte of the request
//     was handed to the network, which a connection that counts bytes proves,
//     or that the server refused TLS before it could read one. Where that
//     cannot be proved Written is true.
//   - A connection is used again only if its last answer could be right, and
//     nothing was said on it since, and it was idle for less than half a second.
//   - An error's text never holds a password, an Authorization header or the
//     user information of a URL.
//
// # Errors of a call
//
//	*RequestError    the request cannot be written (an id, a text, no login); nothing was sent
//	*ProxyError      the proxy refused to connect us; nothing was sent
//	*TransportError  no answer; Written says whether the server may have seen the request
//	*StatusError     the server, or something before it, answered 3xx, 4xx or 5xx
//	*AnswerError     the server answered 2xx, but without an id that can be used
//
// # Faults
//
// What servers and networks were seen to do, and what the client makes of it:
//
//	503 or 408 after the booking (caches, load balancers)   *StatusError; whoever judges it takes it for uncertain
//	200 with a text that is no id, or one of the request's  *AnswerError, and the connection is closed
//	a web server's or a firewall's own page                 *StatusError with Page
//	407 or anything else from the proxy                     *ProxyError after one CONNECT
//	an HTTPS_PROXY that cannot be read                      *ConfigError from NewClient, which quotes nothing of it
//	close_notify, an end or more than one answer            the connection is not used again, and nothing is in doubt
//	a server that closes connections after a second         never noticed: they are not kept that long
//	a TLS alert as the first thing on a new connection      *TransportError, not written
//	gzip or deflate although neither was asked for          unpacked, up to 1 MiB
//	an encoding that is none (UTF-8, none)                  read as it stands
//
// # Sources
//
// Names, types, the order of XML elements and their namespaces are those of
// the vendor's help page for the call ("the specification"), whose two samples
// are golden tests of this package. Limits are those of the vendor's
// public documentation; what is only likely warns and never refuses.
package vitec
