package importer

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"testing"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

// TestJudge is the table of what an answer means, line by line.
func TestJudge(t *testing.T) {
	status := func(n int) error { return &vitec.StatusError{Status: n} }
	later := func(n int, wait time.Duration) error {
		return &vitec.StatusError{Status: n, HasRetryAfter: true, RetryAfter: wait}
	}
	lost := func(written bool, err error) error { return &vitec.TransportError{Written: written, Err: err} }
	reset := errors.New("reset")
	ok := vitec.Answer{Id: "VID1", Status: 200}
	before := situation{booked: true}

	doubt := func(code string) verdict {
		return verdict{outcome: ledger.Uncertain, code: code, most: uncertainAlike}
	}
	waiting := func(code string, wait time.Duration) verdict {
		v := doubt(code)
		v.pause, v.wait = true, wait
		return v
	}
	rejected := verdict{outcome: ledger.Rejected, code: codeRejected, most: rowsAlike, decided: true}
	address := verdict{outcome: ledger.Rejected, code: codeWebServer, most: addressAlike, decided: true}
	tooMany := verdict{outcome: ledger.NotSent, code: codeTooMany, tries: maxTries, pause: true, most: unsentAlike}
	tooManyFor := func(wait time.Duration) verdict { v := tooMany; v.wait = wait; return v }
	redirect := verdict{outcome: ledger.NotSent, code: codeRedirect, stop: stopRun}
	certificate := verdict{outcome: ledger.NotSent, code: codeCertificate, stop: stopRun}
	notReached := verdict{outcome: ledger.NotSent, code: codeUnreachable, tries: maxTries, most: unsentAlike}
	forbiddenRow := verdict{outcome: ledger.Rejected, code: codeForbiddenRow, most: forbiddenAlike, decided: true}

	type line struct {
		name   string
		answer vitec.Answer
		err    error
		s      situation
		want   verdict
	}
	tests := []line{
		{"an id", ok, nil, situation{}, verdict{outcome: ledger.Booked, code: codeBooked, decided: true}},
		{"2xx without an id", vitec.Answer{}, &vitec.AnswerError{Status: 200, Reason: vitec.Text{Format: "the answer is empty"}}, situation{}, doubt(codeNoId)},
		{"the id of another row", ok, nil, situation{twin: place{5, 7}}, verdict{outcome: ledger.Uncertain, code: codeSameId, most: uncertainAlike, distrust: true, twin: place{5, 7}}},

		{"401", ok, status(401), situation{}, verdict{outcome: ledger.NotSent, code: codeLogin, stop: stopRun}},
		{"407", ok, status(407), situation{}, verdict{outcome: ledger.NotSent, code: codeProxy, stop: stopRun}},
		{"403 before any booking", ok, status(403), situation{}, verdict{outcome: ledger.Rejected, code: codeForbidden, stop: stopCustomer}},
		{"403 before any booking, with a time", ok, later(403, time.Second), situation{}, verdict{outcome: ledger.Rejected, code: codeForbidden, stop: stopCustomer}},
		{"403 after bookings", ok, status(403), before, forbiddenRow},
		{"403 after bookings, again", ok, status(403), situation{booked: true, forbidden: 1}, func() verdict { v := forbiddenRow; v.tries, v.pause = 2, true; return v }()},
		{"403 after bookings, with a time", ok, later(403, time.Minute), before,
			verdict{outcome: ledger.NotSent, code: codeForbiddenRow, tries: maxTries, pause: true, wait: time.Minute, most: forbiddenAlike, decided: true}},
		{"429", ok, status(429), situation{}, tooMany},
		{"429 with a time", ok, later(429, 7*time.Second), before, tooManyFor(7 * time.Second)},
		{"303 says that the work is done", ok, status(303), situation{}, verdict{outcome: ledger.Uncertain, code: codeSeeOther, stop: stopRun}},

		{"503", ok, status(503), situation{}, waiting(codeServerError, 0)},
		{"503 with a time, as caches say it", ok, later(503, 5*time.Second), situation{}, waiting(codeServerError, 5*time.Second)},
		{"503 with no time at all", ok, later(503, 0), situation{}, waiting(codeServerError, 0)},
		{"500 with a time", ok, later(500, time.Second), situation{}, waiting(codeServerError, time.Second)},
		{"408 with a time", ok, later(408, time.Second), situation{}, waiting(codeServerError, time.Second)},
		{"a status beyond all classes", ok, status(777), situation{}, doubt(codeUnclassified)},

		{"certificate", ok, &vitec.TransportError{Certificate: true, Err: errors.New("x509")}, situation{}, certificate},
		{"certificate of an unknown issuer", ok, &vitec.TransportError{Certificate: true, Err: fmt.Errorf("tls: %w", x509.UnknownAuthorityError{})}, situation{}, certificate},
		{"no such host", ok, lost(false, &net.DNSError{Name: "x", IsNotFound: true}), situation{}, notReached},
		{"nothing written", ok, lost(false, reset), situation{}, notReached},
		{"time ran out before", ok, lost(false, context.DeadlineExceeded), situation{}, notReached},
		{"reset behind the request", ok, lost(true, syscall.ECONNRESET), situation{}, doubt(codeNoAnswer)},
		{"closed behind the request", ok, lost(true, io.ErrUnexpectedEOF), situation{}, doubt(codeNoAnswer)},
		{"something written", ok, lost(true, reset), situation{}, doubt(codeNoAnswer)},
		{"time ran out after", ok, lost(true, context.DeadlineExceeded), situation{}, doubt(codeNoAnswer)},
		{"not a request at all", ok, &vitec.RequestError{Reason: vitec.Text{Format: "is missing"}}, situation{}, verdict{outcome: ledger.NotSent, code: codeUnsendable, most: unsentAlike}},
		{"an error nobody knows", ok, errors.New("?"), situation{}, doubt(codeUnclassified)},
	}
	for _, n := range []int{400, 404, 409, 410, 413, 415, 422, 402, 423, 451} {
		tests = append(tests, line{fmt.Sprint(n), ok, status(n), before, rejected})
	}
	for _, n := range []int{405, 414, 421, 426, 431} {
		tests = append(tests, line{fmt.Sprint(n), ok, status(n), before, address})
	}
	for _, n := range []int{300, 301, 302, 304, 307, 308} {
		tests = append(tests, line{fmt.Sprint(n), ok, status(n), before, redirect})
	}
	for _, n := range []int{408, 460, 499, 500, 501, 502, 504, 520, 599} {
		tests = append(tests, line{fmt.Sprint(n), ok, status(n), before, doubt(codeServerError)})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.err != nil {
				tt.answer = vitec.Answer{}
			}
			v := judge(tt.answer, tt.err, tt.s)
			if v.outcome != ledger.Booked && v.reason.IsZero() {
				t.Error("nothing is said about it")
			}
			v.reason, v.words, v.bookingID, v.status = ledger.Text{}, nil, "", 0
			if got, want := fmt.Sprintf("%+v", v), fmt.Sprintf("%+v", tt.want); got != want {
				t.Errorf("\n got %s\nwant %s", got, want)
			}
		})
	}
}
