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

// hints say what a person can do about a stop, by its code.
var hints = map[string]ledger.Text{
	codeLogin:       ledger.Say("check VITEC_USERNAME and VITEC_PASSWORD, or the credentials file; each customer has its own password"),
	codeForbidden:   ledger.Say("ask Vitec which customers the login is for; each customer has its own login"),
	codeRedirect:    addressHint,
	codeSeeOther:    addressHint,
	codeCertificate: ledger.Say("check --url and the clock of this computer; if a proxy inspects the traffic, its certificate must be installed in the system"),
	codeProxy:       ledger.Say("set HTTPS_PROXY with the proxy's login"),
	StopInterrupted: ledger.Say("run the same command again to continue"),
	StopUncertain:   ledger.Say("look in Vitec whether these rows were booked, settle them with \"vitec-import resolve\", then run again"),
	StopRejected:    ledger.Say("check the mapping and the ids of the viewing and its slots"),
	StopUnreachable: ledger.Say("check the network and --url, then run the same command again"),
	StopLongWait:    ledger.Say("run the same command again later"),
	StopLedger:      ledger.Say("nothing is sent without a record; repair the disk, then run the same command again"),
	StopInput:       ledger.Say("leave the file alone until the import has ended, then run it again"),
}

var addressHint = ledger.Say("check --url: the API's own address is https://connect.maklare.vitec.net")
