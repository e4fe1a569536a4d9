package importer

import "vitec-import/importer/ledger"

// textError is a text that is an error.
type textError struct{ ledger.Text }

// Error implements error, in English.
func (e *textError) Error() string { return e.String() }

// with returns a reason with the words of others behind it.
func with(reason ledger.Text, theirs string) ledger.Text {
	if theirs == "" {
		return reason
	}
	return ledger.Say("%s: %s", reason, theirs)
}

// inARow is the stop after n ends of one kind, the last of which is v.
func inARow(v verdict, n int) Stop {
	switch {
	case v.outcome == ledger.Uncertain:
		return Stop{Code: StopUncertain, Reason: ledger.Say("%d rows in a row ended without a trustworthy answer, the last because %s", n, v.reason)}
	case v.outcome == ledger.NotSent:
		return Stop{Code: StopUnreachable, Reason: ledger.Say("%d rows in a row could not be sent, the last because %s", n, v.reason)}
	case v.code == codeWebServer:
		return Stop{Code: StopAddress, Reason: ledger.Say("%d rows in a row were refused, and not by the API: the last because %s", n, v.reason)}
	case v.code == codeForbiddenRow:
		return Stop{Code: StopFirewall, Reason: ledger.Say("%d rows in a row were refused, the last because %s", n, v.reason)}
	}
	return Stop{Code: StopRejected, Reason: ledger.Say("%d rows in a row were rejected alike, the last because %s", n, v.reason)}
}

// hints say what a person can do about a stop, by its code.
var hints = map[string]ledger.Text{
	codeLogin:       ledger.Say("check VITEC_USERNAME and VITEC_PASSWORD, or the credentials file; each customer has its own password"),
	codeForbidden:   ledger.Say("ask Vitec which customers the login is for; each customer has its own login"),
	codeRedirect:    addressHint,
	codeSeeOther:    addressHint,
	codeCertificate: ledger.Say("check --url and the clock of this computer; if a proxy inspects the traffic, its certificate must be installed in the system"),
	codeProxy:       ledger.Say("check HTTPS_PROXY and its login; after several wrong passwords the account may be locked"),
	StopInterrupted: ledger.Say("run the same command again to continue"),
	StopUncertain:   doubtHint,
	StopDoubts:      doubtHint,
	StopRejected:    ledger.Say("the rows are hardly to blame: check --url, the mapping, and the ids of the viewing and its slots; then run the same command again"),
	StopAddress:     ledger.Say("the rows are not to blame: check --url, and what stands between here and the API (proxy, firewall, web server); then run the same command again"),
	StopFirewall:    ledger.Say("run the same command again later, with a lower --rate; if it happens again, ask Vitec"),
	StopUnreachable: ledger.Say("check the network and --url, then run the same command again"),
	StopLongWait:    ledger.Say("run the same command again later"),
	StopServer:      ledger.Say("nothing is sent without a record; see that the database answers, then run the same command again"),
	StopLedger:      ledger.Say("nothing is sent without a record; repair the disk, then run the same command again"),
	StopInput:       ledger.Say("leave the file alone until the import has ended, then run it again"),
}

var (
	addressHint = ledger.Say("check --url: the API's own address is https://connect.maklare.vitec.net")
	doubtHint   = ledger.Say("look in Vitec whether these rows were booked, settle them with \"vitec-import resolve\", then run again")
)
