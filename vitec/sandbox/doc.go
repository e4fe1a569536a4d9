// Package sandbox is a stand-in for the Vitec Connect API, for tests, for the
// README's tour and for trying out a mapping. It is an HTTP server that answers
//
//	POST Viewing/{customerId}/{viewingId}/{timeSlotId}/Participant
//	GET  Viewing/{customerId}/{estateId}
//
// as the vendor's help pages say and as the server behind them (ASP.NET Web
// API) is publicly known to behave. It finds or creates the contact, books it
// and remembers every booking in order. On request it fails in the ways in
// which servers and networks fail; see [ParseFault].
//
// It is not the real API. The vendor has seen none of it, and where the API is
// undocumented the sandbox chooses what hides the fewest mistakes of a client.
// It sends no messages.
//
// The invariant that tests rely on: a booking exists if and only if it stands
// in [Server.Commits], and it stands there before the first byte of its answer
// leaves. So a fault before the commit never leaves a commit behind, and a
// fault after the commit hits only requests that have left one.
//
//	srv := sandbox.New(sandbox.Config{}) // open: any login, customer and viewing
//	defer srv.Close()
//	// ... POST to srv.URL ...
//	for _, b := range srv.Bookings() {
//		if len(b.Commits) > 1 {
//			t.Errorf("%s is booked twice", b.ContactId)
//		}
//	}
//
// A server shows what it remembers to its own process only. [Server.Control]
// opens it to other programs, and package page to people; neither is a place
// for real people's data.
//
// # The suite
//
// What a client may rely on is a suite of requests and answers in this
// package's tests. It runs against the sandbox, and against any other server
// that claims to speak the same API, such as the vendor's QA host:
//
//	VITEC_IMPORT_SUITE_URL=http://127.0.0.1:8080 \
//	VITEC_IMPORT_SUITE_USERNAME=user VITEC_IMPORT_SUITE_PASSWORD=secret \
//	VITEC_IMPORT_SUITE_CUSTOMER=M1 VITEC_IMPORT_SUITE_VIEWING=VIS1 VITEC_IMPORT_SUITE_SLOT=TS1 \
//	go test -count=1 -v -run TestSuite ./vitec/sandbox
//
// With VITEC_IMPORT_SUITE_FOREIGN_CUSTOMER, a customer that the login may not
// access, wrong logins and unknown viewings are tried as well. The suite books
// invented people on that slot and removes nothing, so never point it at an
// office that is in use. Where the server has no /_sandbox/, the parts that
// look inside are skipped.
package sandbox
