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

func TestJudge(t *testing.T) {
	refusedWith := func(status int) error { return &vitec.StatusError{Status: status} }
	busy := func(status int, wait time.Duration) error {
		return &vitec.StatusError{Status: status, HasRetryAfter: true, RetryAfter: wait}
	}
	lost := func(written bool) error { return &vitec.TransportError{Written: written, Err: errors.New("reset")} }

	tests := []struct {
		name    string
		answer  vitec.Answer
		err     error
		outcome ledger.Outcome
		action  action
		code    string
		wait    time.Duration
	}{
		{name: "an id", answer: vitec.Answer{Id: "VID1", Status: 200}, outcome: ledger.Booked, code: codeBooked},
		{name: "2xx without an id", err: &vitec.AnswerError{Status: 200, Reason: vitec.Text{Format: "the answer is empty"}}, outcome: ledger.Uncertain, code: codeNoId},

		{name: "300", err: refusedWith(300), outcome: ledger.NotSent, action: stopRun, code: codeRedirect},
		{name: "301", err: refusedWith(301), outcome: ledger.NotSent, action: stopRun, code: codeRedirect},
		{name: "302", err: refusedWith(302), outcome: ledger.NotSent, action: stopRun, code: codeRedirect},
		{name: "303 says that the work is done", err: refusedWith(303), outcome: ledger.Uncertain, action: stopRun, code: codeSeeOther},
		{name: "307", err: refusedWith(307), outcome: ledger.NotSent, action: stopRun, code: codeRedirect},
		{name: "308", err: refusedWith(308), outcome: ledger.NotSent, action: stopRun, code: codeRedirect},

		{name: "400", err: refusedWith(400), outcome: ledger.Rejected, code: codeRejected},
		{name: "401", err: refusedWith(401), outcome: ledger.NotSent, action: stopRun, code: codeLogin},
		{name: "403", err: refusedWith(403), outcome: ledger.Rejected, action: stopCustomer, code: codeForbidden},
		{name: "404", err: refusedWith(404), outcome: ledger.Rejected, code: codeRejected},
		{name: "407", err: refusedWith(407), outcome: ledger.NotSent, action: stopRun, code: codeProxy},
		{name: "408", err: refusedWith(408), outcome: ledger.Rejected, code: codeRejected},
		{name: "409", err: refusedWith(409), outcome: ledger.Rejected, code: codeRejected},
		{name: "410", err: refusedWith(410), outcome: ledger.Rejected, code: codeRejected},
		{name: "415", err: refusedWith(415), outcome: ledger.Rejected, code: codeRejected},
		{name: "422", err: refusedWith(422), outcome: ledger.Rejected, code: codeRejected},
		{name: "499", err: refusedWith(499), outcome: ledger.Rejected, code: codeRejected},
		{name: "429", err: refusedWith(429), outcome: ledger.NotSent, action: slowDown, code: codeTooMany},
		{name: "429 with a time", err: busy(429, 7*time.Second), outcome: ledger.NotSent, action: slowDown, code: codeTooMany, wait: 7 * time.Second},

		{name: "500", err: refusedWith(500), outcome: ledger.Uncertain, code: codeServerError},
		{name: "500 with a time", err: busy(500, time.Second), outcome: ledger.Uncertain, code: codeServerError},
		{name: "501", err: refusedWith(501), outcome: ledger.Uncertain, code: codeServerError},
		{name: "502", err: refusedWith(502), outcome: ledger.Uncertain, code: codeServerError},
		{name: "503", err: refusedWith(503), outcome: ledger.Uncertain, code: codeServerError},
		{name: "503 with a time", err: busy(503, time.Second), outcome: ledger.NotSent, action: slowDown, code: codeBusy, wait: time.Second},
		{name: "504", err: refusedWith(504), outcome: ledger.Uncertain, code: codeServerError},
		{name: "599", err: refusedWith(599), outcome: ledger.Uncertain, code: codeServerError},
		{name: "a status beyond all classes", err: refusedWith(777), outcome: ledger.Uncertain, code: codeUnclassified},

		{name: "certificate", err: &vitec.TransportError{Certificate: true, Err: errors.New("x509")}, outcome: ledger.NotSent, action: stopRun, code: codeCertificate},
		{name: "certificate of an unknown issuer", err: &vitec.TransportError{Certificate: true, Err: fmt.Errorf("tls: %w", x509.UnknownAuthorityError{})}, outcome: ledger.NotSent, action: stopRun, code: codeCertificate},
		{name: "no such host", err: &vitec.TransportError{Err: &net.DNSError{Name: "x", IsNotFound: true}}, outcome: ledger.NotSent, action: again, code: codeUnreachable},
		{name: "reset behind the request", err: &vitec.TransportError{Written: true, Err: syscall.ECONNRESET}, outcome: ledger.Uncertain, code: codeNoAnswer},
		{name: "closed behind the request", err: &vitec.TransportError{Written: true, Err: io.ErrUnexpectedEOF}, outcome: ledger.Uncertain, code: codeNoAnswer},
		{name: "nothing written", err: lost(false), outcome: ledger.NotSent, action: again, code: codeUnreachable},
		{name: "something written", err: lost(true), outcome: ledger.Uncertain, code: codeNoAnswer},
		{name: "time ran out before", err: &vitec.TransportError{Err: context.DeadlineExceeded}, outcome: ledger.NotSent, action: again, code: codeUnreachable},
		{name: "time ran out after", err: &vitec.TransportError{Written: true, Err: context.DeadlineExceeded}, outcome: ledger.Uncertain, code: codeNoAnswer},
		{name: "not a request at all", err: &vitec.RequestError{Reason: vitec.Text{Format: "contains a control character"}}, outcome: ledger.NotSent, code: codeUnsendable},
		{name: "an error nobody knows", err: errors.New("?"), outcome: ledger.Uncertain, code: codeUnclassified},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := judge(tt.answer, tt.err)
			if v.outcome != tt.outcome || v.action != tt.action || v.code != tt.code || v.wait != tt.wait {
				t.Errorf("got %s, action %d, %q, wait %s; want %s, action %d, %q, wait %s",
					v.outcome, v.action, v.code, v.wait, tt.outcome, tt.action, tt.code, tt.wait)
			}
			if v.outcome != ledger.Booked && v.reason.String() == "" {
				t.Error("nothing is said about it")
			}
		})
	}
}
