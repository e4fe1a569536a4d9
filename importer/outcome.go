package importer

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

// action is what a verdict means for the rest of the run.
type action uint8

const (
	// goOn: the row has its outcome, the run goes on.
	goOn action = iota
	// again: the row was provably not processed and may be sent again.
	again
	// slowDown is again, and every worker pauses: the server asked for it.
	slowDown
	// stopCustomer: no other row of the same customerId is sent.
	stopCustomer
	// stopRun: no other row is sent at all.
	stopRun
)

// verdict is what one answer means: the outcome of its row, and what the run
// does next. For again and slowDown the outcome is the one that the row has
// once its tries are used up.
type verdict struct {
	outcome ledger.Outcome
	action  action
	// code names the reason for programs, reason is what is said of it.
	code   string
	reason ledger.Text
	// words are the server's or the system's own, not yet scrubbed of personal
	// data. They are said behind the reason.
	words     []string
	bookingId string
	status    int
	// wait is how long the server asks us to stay away; 0 = it did not say.
	wait time.Duration
}

// The reasons a verdict can have.
const (
	codeBooked       = "booked"
	codeRejected     = "rejected"
	codeNoId         = "no_booking_id"
	codeLogin        = "wrong_login"
	codeForbidden    = "forbidden"
	codeProxy        = "proxy_login"
	codeTooMany      = "too_many_requests"
	codeBusy         = "server_busy"
	codeRedirect     = "redirect"
	codeSeeOther     = "see_other"
	codeServerError  = "server_error"
	codeCertificate  = "certificate"
	codeUnreachable  = "unreachable"
	codeNoAnswer     = "no_answer"
	codeUnsendable   = "unsendable"
	codeUnclassified = "unknown_answer"
)

// judge turns the end of one call into a verdict. It is the only place that
// does, and it leans to one side: whatever is not known to be unprocessed is
// uncertain, because a row that is taken for unprocessed is sent again.
func judge(answer vitec.Answer, err error) verdict {
	if err == nil {
		return verdict{outcome: ledger.Booked, code: codeBooked, bookingId: answer.Id, status: answer.Status}
	}
	var (
		status     *vitec.StatusError
		noId       *vitec.AnswerError
		transport  *vitec.TransportError
		proxy      *vitec.ProxyError
		unsendable *vitec.RequestError
	)
	switch {
	case errors.As(err, &status):
		return judgeStatus(status)
	case errors.As(err, &noId):
		return verdict{outcome: ledger.Uncertain, code: codeNoId, status: noId.Status,
			reason: ledger.Say("the server answered %s without a booking id: %s", statusText(noId.Status), noId.Reason)}
	case errors.As(err, &proxy):
		return verdict{outcome: ledger.NotSent, action: stopRun, code: codeProxy, reason: ledger.TextOf(proxy)}
	case errors.As(err, &transport):
		return judgeTransport(transport)
	case errors.As(err, &unsendable):
		return verdict{outcome: ledger.NotSent, code: codeUnsendable,
			reason: ledger.TextOf(unsendable)}
	default:
		return verdict{outcome: ledger.Uncertain, code: codeUnclassified, reason: ledger.Say("the request ended in an unforeseen way")}
	}
}

func judgeStatus(e *vitec.StatusError) verdict {
	v := verdict{status: e.Status, words: e.Messages, outcome: ledger.Rejected}
	status := statusText(e.Status)
	switch s := e.Status; {
	case s == http.StatusUnauthorized:
		v.outcome, v.action, v.code = ledger.NotSent, stopRun, codeLogin
		v.reason = ledger.Say("the server answered %s: the user name or password is wrong", status)
	case s == http.StatusForbidden:
		v.action, v.code = stopCustomer, codeForbidden
		v.reason = ledger.Say("the server answered %s: the login has no right to this customer, or the office is closed", status)
	case s == http.StatusProxyAuthRequired:
		v.outcome, v.action, v.code = ledger.NotSent, stopRun, codeProxy
		v.reason = ledger.Say("the proxy between here and the server wants a login of its own")
	case s == http.StatusTooManyRequests:
		v.outcome, v.action, v.code = ledger.NotSent, slowDown, codeTooMany
		v.reason = ledger.Say("the server answered %s: too many requests", status)
		v.wait = e.RetryAfter
	case s == http.StatusServiceUnavailable && e.HasRetryAfter:
		v.outcome, v.action, v.code = ledger.NotSent, slowDown, codeBusy
		v.reason = ledger.Say("the server answered %s and asked to come back later", status)
		v.wait = e.RetryAfter
	case s >= 300 && s < 400:
		v.outcome, v.action, v.code = ledger.NotSent, stopRun, codeRedirect
		if s == http.StatusSeeOther {
			// "See other" is how a server says that it has done the work and shows
			// the result elsewhere; the other redirects say that it has not.
			v.outcome, v.code = ledger.Uncertain, codeSeeOther
		}
		v.reason = ledger.Say("the server answered %s: this is not the API's address", status)
		if e.Location != "" {
			v.reason = ledger.Say("the server answered %s and pointed to %s: this is not the API's address", status, e.Location)
		}
	case s >= 400 && s < 500:
		v.code = codeRejected
		v.reason = ledger.Say("the server answered %s", status)
	case s >= 500 && s < 600:
		v.outcome, v.code = ledger.Uncertain, codeServerError
		v.reason = ledger.Say("the server answered %s: it may or may not have booked", status)
	default:
		v.outcome, v.code = ledger.Uncertain, codeUnclassified
		v.reason = ledger.Say("the server answered %s", status)
	}
	return v
}

func judgeTransport(e *vitec.TransportError) verdict {
	v := verdict{}
	late := errors.Is(e.Err, context.DeadlineExceeded)
	switch {
	case e.Certificate:
		v.outcome, v.action, v.code = ledger.NotSent, stopRun, codeCertificate
		v.reason = ledger.Say("the server's certificate cannot be trusted")
		late = false
	case !e.Written:
		v.outcome, v.action, v.code = ledger.NotSent, again, codeUnreachable
		v.reason = ledger.Say("the server could not be reached")
		if late {
			v.reason = ledger.Say("the server could not be reached in time")
		}
	default:
		v.outcome, v.code = ledger.Uncertain, codeNoAnswer
		v.reason = ledger.Say("the request was sent and no answer came back")
		if late {
			v.reason = ledger.Say("the request was sent and no answer came back in time")
		}
	}
	if late {
		return v
	}
	if reason := e.Reason(); !reason.IsZero() {
		v.reason = ledger.Say("%s: %s", v.reason, reason)
	} else {
		v.words = []string{e.Err.Error()}
	}
	return v
}

func statusText(status int) string {
	if t := http.StatusText(status); t != "" {
		return fmt.Sprintf("%d %s", status, strings.ToLower(t))
	}
	return fmt.Sprint(status)
}
