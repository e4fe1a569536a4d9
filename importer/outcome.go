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

// verdict is what one answer means: the outcome of its row, and what the run
// does next. Where the row may be tried again, the outcome is the one that it
// has once its tries are used up.
type verdict struct {
	outcome ledger.Outcome
	// code names the reason for programs, reason is what is said of it.
	code   string
	reason ledger.Text
	// words are the server's own, not scrubbed of personal data.
	words     []string
	bookingID string
	status    int // 0 = no answer

	// tries is how many requests the row may have in all, this one included:
	// more than one only if the request was provably not processed.
	tries int
	// pause: the server is asked too often. All requests pause for as long as it
	// says (wait; 0 = it does not say), and the rate is halved.
	pause bool
	wait  time.Duration
	// most: so many ends of this kind in a row stop the run; 0 = never.
	most int
	stop reach
	// decided: the server has read the login and judged the row.
	decided bool
	// distrust: the connections are closed, since the answer cannot be right.
	distrust bool
	twin     place // the row whose booking id it is
}

// reach is how much of the run one answer ends.
type reach uint8

const (
	stopNothing  reach = iota
	stopCustomer       // no other row of the same customerId is sent
	stopRun            // no other row is sent at all
)

const (
	maxTries = 5 // requests of one row, the first included

	// Ends of one kind in a row that stop the run: more of the same would follow.
	rowsAlike      = 20 // rejected alike: it is no single row's fault
	addressAlike   = 5  // refused by something in front of the API
	forbiddenAlike = 5
	uncertainAlike = 3
	unsentAlike    = 5
)

// The reasons a verdict can have.
const (
	codeBooked       = "booked"
	codeRejected     = "rejected"
	codeWebServer    = "web_server"
	codeNoId         = "no_booking_id"
	codeSameId       = "same_booking_id"
	codeLogin        = "wrong_login"
	codeForbidden    = "forbidden"
	codeForbiddenRow = "forbidden_row"
	codeProxy        = "proxy"
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

// situation is what the run knows when an answer comes.
type situation struct {
	booked    bool  // the run has booked a row of the same customer before
	forbidden int   // how many of the last few answers were 403 after a booking
	twin      place // the row that has the same id already
}

// judge turns the end of one call into a verdict. It is the only place that
// does, and it leans to one side: whatever is not known to be unprocessed is
// uncertain, because a row that is taken for unprocessed is sent again. Caches,
// load balancers and gateways say 503, 408 and the like after the API behind
// them has booked, whatever headers they add.
func judge(answer vitec.Answer, err error, s situation) verdict {
	var (
		status     *vitec.StatusError
		noID       *vitec.AnswerError
		transport  *vitec.TransportError
		proxy      *vitec.ProxyError
		unsendable *vitec.RequestError
	)
	switch {
	case err == nil:
		return judgeID(answer, s)
	case errors.As(err, &status):
		return judgeStatus(status, s)
	case errors.As(err, &noID):
		return uncertain(codeNoId, noID.Status, "the server answered %s without a booking id: %s", statusText(noID.Status), noID.Reason)
	case errors.As(err, &proxy): // no answer of the API
		return verdict{outcome: ledger.NotSent, code: codeProxy, stop: stopRun, reason: ledger.TextOf(proxy)}
	case errors.As(err, &transport):
		return judgeTransport(transport)
	case errors.As(err, &unsendable):
		return verdict{outcome: ledger.NotSent, code: codeUnsendable, most: unsentAlike, reason: ledger.TextOf(unsendable)}
	default:
		return uncertain(codeUnclassified, 0, "the request ended in an unforeseen way")
	}
}

// kind is what verdicts have in common that are counted in a row.
func (v *verdict) kind() string {
	if v.outcome == ledger.Rejected {
		return fmt.Sprint(v.code, v.status)
	}
	return v.outcome.String()
}

// uncertain is the verdict on a row that may have been booked.
func uncertain(code string, status int, format string, args ...any) verdict {
	return verdict{outcome: ledger.Uncertain, code: code, status: status, most: uncertainAlike, reason: ledger.Text{Format: format, Args: args}}
}

func judgeID(answer vitec.Answer, s situation) verdict {
	if s.twin == (place{}) {
		return verdict{outcome: ledger.Booked, code: codeBooked, bookingID: answer.Id, status: answer.Status, decided: true}
	}
	v := uncertain(codeSameId, answer.Status, "the server gave the booking id of row %d again: look in Vitec whether both are booked", s.twin.number)
	v.distrust, v.twin = true, s.twin
	return v
}

func judgeStatus(e *vitec.StatusError, s situation) verdict {
	status := statusText(e.Status)
	v := verdict{outcome: ledger.Rejected, status: e.Status, words: e.Messages}
	switch n := e.Status; {
	case n == http.StatusUnauthorized:
		v.outcome, v.code, v.stop = ledger.NotSent, codeLogin, stopRun
		v.reason = ledger.Say("the server answered %s: the user name or password is wrong", status)
	case n == http.StatusProxyAuthRequired:
		v.outcome, v.code, v.stop = ledger.NotSent, codeProxy, stopRun
		v.reason = ledger.Say("the proxy between here and the server wants a login of its own")
	case n == http.StatusForbidden && !s.booked:
		v.code, v.stop = codeForbidden, stopCustomer
		v.reason = ledger.Say("the server answered %s: the login has no right to this customer, or the office is closed", status)
	case n == http.StatusForbidden:
		v.code, v.most, v.decided = codeForbiddenRow, forbiddenAlike, true
		v.reason = ledger.Say("the server answered %s, although it has booked others of this customer: a firewall objects to this row, or to so many requests", status)
		switch {
		case e.HasRetryAfter: // too many requests, by another name
			v.outcome, v.tries, v.pause, v.wait = ledger.NotSent, maxTries, true, e.RetryAfter
		case s.forbidden > 0: // perhaps
			v.tries, v.pause = 2, true
		}
	case n == http.StatusTooManyRequests:
		v.outcome, v.code, v.most = ledger.NotSent, codeTooMany, unsentAlike
		v.tries, v.pause, v.wait = maxTries, true, e.RetryAfter
		v.reason = ledger.Say("the server answered %s: too many requests", status)
	case n >= 300 && n < 400:
		v.outcome, v.code, v.stop = ledger.NotSent, codeRedirect, stopRun
		if n == http.StatusSeeOther {
			// "See other" is how a server says that it has done the work and shows
			// the result elsewhere; the other redirects say that it has not.
			v.outcome, v.code = ledger.Uncertain, codeSeeOther
		}
		v.reason = ledger.Say("the server answered %s: this is not the API's address", status)
		if e.Location != "" {
			v.reason = ledger.Say("the server answered %s and pointed to %s: this is not the API's address", status, e.Location)
		}
	case isLateStatus(n):
		v = uncertain(codeServerError, n, "the server answered %s: it may or may not have booked", status)
		v.words = e.Messages
		v.pause, v.wait = n == http.StatusServiceUnavailable || e.HasRetryAfter, e.RetryAfter
	case n >= 400 && n < 500:
		v.code, v.most, v.decided = codeRejected, rowsAlike, true
		v.reason = ledger.Say("the server answered %s", status)
		if isWebServers(e) {
			v.code, v.most = codeWebServer, addressAlike
		}
	default:
		v = uncertain(codeUnclassified, n, "the server answered %s", status)
		v.words = e.Messages
	}
	return v
}

// isLateStatus reports whether a status may come after the API has booked: from
// the server itself, or from whatever stands before it and has lost patience.
func isLateStatus(status int) bool {
	switch status {
	case http.StatusRequestTimeout, 460, 499: // a load balancer's
		return true
	}
	return status >= 500 && status < 600
}

// isWebServers reports whether a refusal is not the API's, but that of a web
// server, proxy or firewall before it, for which no row can be the cause.
func isWebServers(e *vitec.StatusError) bool {
	switch e.Status {
	case http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusLengthRequired, http.StatusRequestURITooLong,
		http.StatusExpectationFailed, http.StatusMisdirectedRequest, http.StatusUpgradeRequired, http.StatusPreconditionRequired,
		http.StatusRequestHeaderFieldsTooLarge:
		return true
	case http.StatusBadRequest, http.StatusNotFound:
		return e.Page
	}
	return false
}

func judgeTransport(e *vitec.TransportError) verdict {
	var v verdict
	late := errors.Is(e.Err, context.DeadlineExceeded)
	switch {
	case e.Certificate && !e.Written: // a TLS alert by which the server refuses us, too
		v = verdict{outcome: ledger.NotSent, code: codeCertificate, stop: stopRun, reason: ledger.Say("no secure connection to the server")}
		late = false
	case !e.Written && late:
		v = unreachable("the server could not be reached in time")
	case !e.Written:
		v = unreachable("the server could not be reached")
	case late:
		v = uncertain(codeNoAnswer, 0, "the request was sent and no answer came back in time")
	default:
		v = uncertain(codeNoAnswer, 0, "the request was sent and no answer came back")
	}
	switch reason := e.Reason(); {
	case late:
	case !reason.IsZero():
		v.reason = ledger.Say("%s: %s", v.reason, reason)
	default:
		v.words = []string{e.Err.Error()}
	}
	return v
}

// unreachable is the verdict on a row of which no byte has left.
func unreachable(format string) verdict {
	return verdict{outcome: ledger.NotSent, code: codeUnreachable, tries: maxTries, most: unsentAlike, reason: ledger.Text{Format: format}}
}

// notLeft is the verdict on a row that was begun and then held back, because
// the run was stopped meanwhile.
var notLeft = verdict{outcome: ledger.NotSent, code: StopInterrupted, reason: ledger.Say("the run was stopped before the request left")}

func statusText(status int) string {
	if t := http.StatusText(status); t != "" {
		return fmt.Sprintf("%d %s", status, strings.ToLower(t))
	}
	return fmt.Sprint(status)
}
