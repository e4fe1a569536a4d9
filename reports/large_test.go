package reports

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
)

var firstNames = strings.Fields("Anna Björn Cecilia David Elin Fredrik Gunilla Håkan Ingrid Johan Karin Lars Maria Nils Olga Per Rebecka Sven Tove Ulf Vera Åsa Östen")
var lastNames = strings.Fields("Andersson Berg Carlsson Dahl Ek Forsberg Gustafsson Holm Isaksson Johansson Karlsson Lind Månsson Nyström Öberg Persson Qvist Rosén Sandberg Törnqvist")

// largeRun is a run of n rows as a busy day might bring it.
func largeRun(t testing.TB, n int) (Source, Options) {
	r := rand.New(rand.NewPCG(1, 2))
	hex := func() string { return fmt.Sprintf("%016X%016X", r.Uint64(), r.Uint64()) }
	slots := []ledger.Slot{}
	for v := range 3 {
		viewing := "VIS" + hex()
		for s := range 2 + v {
			slots = append(slots, ledger.Slot{CustomerId: "M11385", ViewingId: viewing, TimeSlotId: fmt.Sprintf("TS-%d%d", v+1, s+1)})
		}
	}
	var b strings.Builder
	b.WriteString("Förnamn;Efternamn;E-post;Mobil;Född;Tid\r\n")
	rows := make([]ledger.Row, n)
	at := noon
	for i := range rows {
		first, last := firstNames[r.IntN(len(firstNames))], lastNames[r.IntN(len(lastNames))]
		fmt.Fprintf(&b, "%s;%s;%s.%d@example.com;070-1740%03d;1990-06-%02d;18:00\r\n", first, last, "p", i, 605+i%95, 1+i%28)
		row := ledger.Row{Run: 7, Index: i, Number: i + 2, Slot: slots[r.IntN(len(slots))]}
		sent := func() {
			at = at.Add(time.Duration(80+r.IntN(40)) * time.Millisecond)
			row.SubmittedAt, row.Attempts, row.Duration = at, 1, time.Duration(60+r.ExpFloat64()*90)*time.Millisecond
		}
		if i > 0 && i%(n/3+1) == 0 {
			at = at.Add(6 * time.Second)
		}
		switch k := r.IntN(1000); {
		case i > n*97/100:
			row.Outcome = ledger.NotSent
		case k < 780:
			sent()
			row.Outcome, row.BookingID, row.HTTPStatus = ledger.Booked, "VID"+hex(), 200
		case k < 850:
			row.Outcome, row.BookingID, row.Ref, row.ContentDiffers = ledger.AlreadyBooked, "VID"+hex(), ledger.Ref{Run: 5, Row: i + 3, Index: i + 1}, k%4 == 0
		case k < 880:
			sent()
			row.Outcome, row.HTTPStatus = ledger.Rejected, []int{400, 400, 400, 404}[k%4]
			row.Reason = ledger.Say([]string{"Tidsluckan är fullbokad", "Sista anmälningstid har passerat", "Tidsluckan är fullbokad", "Visningstillfället finns inte"}[k%4])
		case k < 890:
			sent()
			row.Outcome, row.Reason, row.Duration = ledger.Uncertain, ledger.Say("no answer within 30 s; the request had been sent"), 30*time.Second
			if k%2 == 0 {
				row.HTTPStatus, row.Reason, row.Duration = 502, ledger.Say("status 502: Bad Gateway"), 700*time.Millisecond
			}
		case k < 950:
			row.Outcome = ledger.Invalid
			p := ledger.Problem{Column: 4, Header: "Mobil", Field: "updatePerson.cellPhone", Code: "phone", Reason: ledger.Say("is not a phone number that can be dialled"), Advice: ledger.Say("write it as 070-174 06 05")}
			if k%3 == 0 {
				p = ledger.Problem{Column: 5, Header: "Född", Field: "updatePerson.socialSecurityNumber", Code: "date", Reason: ledger.Say("is not a date (want YYYY-MM-DD)"), Advice: ledger.Say("write it as 1990-06-02")}
			}
			if k%7 == 0 {
				p = ledger.Problem{Column: 3, Header: "E-post", Field: "updatePerson.email.emailAddress", Code: "email", Reason: ledger.Say("is not an e-mail address"), Advice: ledger.Say("look for a missing @")}
			}
			row.Problems = []ledger.Problem{p}
		case k < 985:
			row.Outcome, row.Ref = ledger.Duplicate, ledger.Ref{Row: max(2, i-5)}
		default:
			row.Outcome, row.Reason = ledger.Skipped, ledger.Say("Status = \"Avbokad\"")
		}
		rows[i] = row
	}
	path := writeInput(t, "participants.csv", latin1(t, b.String()))
	f := openTable(t, path, table.Options{})
	run := runOf(f, rows)
	run.FinishedAt, run.Reason, run.ExitCode = at.Add(time.Second), ledger.Say("interrupted"), 130
	run.Requests = 0
	for _, row := range rows {
		run.Requests += row.Attempts
	}
	return Source{Run: run, Rows: ledgerRows(rows), Input: f}, Options{Dir: Folder(path, 7, false), Zone: stockholm}
}
