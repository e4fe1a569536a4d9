// Package sandbox is a stand-in for the Vitec Connect API, for tests, tours
// and for trying a mapping out: an HTTP server that answers
//
//	POST Viewing/{customerId}/{viewingId}/{timeSlotId}/Participant
//
// as the vendor's help page for that call, and what is publicly known of the
// server behind it (ASP.NET Web API), say that it does. It finds or makes the
// contact, books it, and remembers every booking in the order in which it was
// made. On request it misbehaves, in every way in which a server and a network
// are known to misbehave; see [Fault].
//
// It is not the real API: nothing here has been seen by the vendor, what is
// not documented is decided here the way that hides a client's mistakes least,
// and no message leaves it. Nor is it a place for real people's data: it keeps
// all that it is sent, in memory, and shows it to whoever asks, on its page and
// under /_sandbox/.
//
// The invariant that everything else leans on: a booking exists if and only if
// it stands in [Server.Commits], and it stands there before the first byte of
// its answer leaves. A fault "before commit" therefore never leaves a commit
// behind, and a fault "after commit" strikes only requests that have left one.
//
// # Using it
//
//	srv := sandbox.New(sandbox.Config{}) // anything goes: any login, any customer, any viewing
//	defer srv.Close()
//	// ... POST to srv.URL ...
//	for _, b := range srv.Bookings() {
//		if len(b.Commits) > 1 {
//			t.Errorf("%s is booked twice", b.ContactId)
//		}
//	}
//
// A program in another process does the same through /_sandbox/, see
// [Server.ServeHTTP]. TLS, a base path or a listener of one's own are had by
// handing the Server to net/http as the handler that it is.
//
// # The page
//
// Whoever opens the server's address in a browser sees what happens while it
// happens: viewings and time slots with their places, who was booked in which
// order, messages that would have gone out, requests with their answers (never
// a password), the faults in force, and a form that sends one request by hand.
// It is in English and Swedish, and can be read without scripts. It asks nobody
// else for anything, and lets no other site's page look in.
//
// The page costs what it shows, not what has happened, and nothing while nobody
// looks: a request leaves a reference to its text behind, the newest hundred of
// which are kept.
//
// # The suite
//
// What a client may rely on is a suite of requests and answers in this
// package's tests. It runs against the sandbox, and against any other server
// that claims to speak the same call (a newer sandbox, a recording proxy, the
// vendor's QA host) when it is told where that is:
//
//	VITEC_IMPORT_SUITE_URL=http://127.0.0.1:8080 \
//	VITEC_IMPORT_SUITE_USERNAME=user VITEC_IMPORT_SUITE_PASSWORD=secret \
//	VITEC_IMPORT_SUITE_CUSTOMER=M1 VITEC_IMPORT_SUITE_VIEWING=VIS1 VITEC_IMPORT_SUITE_SLOT=TS1 \
//	go test -count=1 -v -run TestSuite ./vitec/sandbox
//
// VITEC_IMPORT_SUITE_FOREIGN_CUSTOMER may name a customer that the login has no
// right to; then wrong logins and unknown viewings are tried too.
//
// It books invented people on that slot and removes nothing afterwards, so
// never point it at an office that is in use. Parts that have to look inside
// the server are skipped where the server has no /_sandbox/.
package sandbox
