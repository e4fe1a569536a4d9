package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"unicode/utf8"
)

// mutants is the sample mapping with one slip each: old becomes new, in which §
// stands before the place that must be named. meant is what must be proposed,
// if anything.
var mutants = []struct{ old, new, meant string }{
	// keys
	{"version: 1", "§verion: 1", "version"},
	{"\ntarget:", "\n§tarjet:", "target"},
	{"\nparticipant:", "\n§participants:", "participant"},
	{"\nlookups:", "\n§lokups:", "lookups"},
	{"customerId:", "§costumerId:", "customerId"},
	{"viewingId:", "§viewingid:", "viewingId"},
	{"timeSlotId:", "§timeslotId:", "timeSlotId"},
	{"updatePerson:", "§updateperson:", "updatePerson"},
	{"firstName:", "§firstname:", "firstName"},
	{"lastName:", "§lastNam:", "lastName"},
	{"email:", "§emial:", "email"},
	{"emailAddress:", "§emailaddress:", "emailAddress"},
	{"cellPhone:", "§cellphone:", "cellPhone"},
	{"cellPhone:", "§mobilePhone:", ""},
	{"address:", "§adress:", "address"},
	{"streetAddress:", "§streetAdress:", "streetAddress"},
	{"zipCode:", "§zipcode:", "zipCode"},
	{"city:", "§citty:", "city"},
	{"gdprApprovalDate:", "§gdprApprovaldate:", "gdprApprovalDate"},
	{"obtainThrough:", "§obtainTrough:", "obtainThrough"},
	{"wishAdvertising:", "§wishAdvertizing:", "wishAdvertising"},
	{"contactMessage:", "§contactMesage:", "contactMessage"},
	{"participated:", "§participatd:", "participated"},
	{"returnBookingId:", "§returnBookingID:", "returnBookingId"},
	{"options:", "§option:", "options"},
	{"isDeadlineValidationEnabled:", "§isDeadlineValidationEnable:", "isDeadlineValidationEnabled"},
	{"enableBookingLimitValidation:", "§enableBookinglimitValidation:", "enableBookingLimitValidation"},
	{"{column: Visning, lookup: viewings}", "{§colum: Visning, lookup: viewings}", "column"},
	{"lookup: slots", "§lokup: slots", "lookup"},
	{"as: date", "§ass: date", "as"},
	{"{value: false}", "{§valeu: false}", "value"},
	// converters, tables, values
	{"as: date", "as: §dat", "date"},
	{"as: date", "as: §boolean", ""},
	{"lookup: viewings", "lookup: §viewing", "viewings"},
	{"lookup: informedBy", "lookup: §informedby", "informedBy"},
	{"{value: M11385}", "{value: §M11385/2}", ""},
	{"{value: M11385}", "{value: §\"\"}", ""},
	{"{value: M11385}", "{value: §\"?\"}", ""},
	{"{value: false}", "{value: §flase}", "false"},
	{"returnBookingId: {value: true}", "returnBookingId: {value: §ture}", "true"},
	{"TS-1730", "§TS*1730", ""},
	{"version: 1", "version: §7", ""},
	{"Besök: Visit", "Besök: Visit\n    §besök: Other", ""},
	{"\"17:30\": TS-1730", "\"17:30\": TS-1730\n    §\"17:30\": TS-1731", ""},
	// columns
	{"firstName: Förnamn", "firstName: §Fönamn", "Förnamn"},
	{"lastName: Efternamn", "lastName: §Eftermamn", "Efternamn"},
	{"[E-post, Epost]", "[§E-pots, Epots]", "E-post"},
	{"cellPhone: Mobil", "cellPhone: §Mobli", "Mobil"},
	{"streetAddress: Adress", "streetAddress: §Address", "Adress"},
	{"zipCode: Postnummer", "zipCode: §Postnumer", "Postnummer"},
	{"column: Tid,", "column: §Tdi,", "Tid"},
	{"wishAdvertising: Nyhetsbrev", "wishAdvertising: §Nyhetbrev", "Nyhetsbrev"},
	{"contactMessage: Meddelande", "contactMessage: §Medelande", "Meddelande"},
	// what is said twice, or not at all
	{"    lastName: Efternamn", "    lastName: Efternamn\n    §lastName: Förnamn", ""},
	{"\nlookups:", "\n§target: {}\nlookups:", ""},
	{"cellPhone: Mobil", "cellPhone: {column: Mobil, value: §x}", ""},
	{"cellPhone: Mobil", "§cellPhone: {as: phone}", ""},
	{"cellPhone: Mobil", "§cellPhone:", ""},
	{"timeSlotId: {column: Tid, lookup: slots}", "", ""},
	{"email: {emailAddress: [E-post, Epost]}", "email: §E-post", ""},
	{"wishAdvertising: Nyhetsbrev", "wishAdvertising: {column: Nyhetsbrev, layout: §YYYY}", ""},
	{"wishAdvertising: Nyhetsbrev", "wishAdvertising: {column: Nyhetsbrev, otherwise: §true}", ""},
	// YAML itself
	{"[E-post, Epost]}", "§[E-post, Epost}", ""},
	{"lastName: Efternamn", "lastName: §*name", ""},
	{"lastName: Efternamn", "lastName: §&name Efternamn", ""},
	{"  updatePerson:", "§\tupdatePerson:", ""},
	{"\nlookups:", "\n§---\nlookups:", ""},
	{"city: Ort", "city: Ort§: Stad", ""},
	{"city: Ort", "city: O§\xe5rt", ""},
}

// TestMutantsAreRefused runs the real command with each slip: it names the
// place, proposes what was meant, and sends nothing.
func TestMutantsAreRefused(t *testing.T) {
	good, err := os.ReadFile("../../samples/mapping.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if len(mutants) < 60 {
		t.Errorf("only %d mutants", len(mutants))
	}
	var requests atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	defer srv.Close()
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../samples")); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"VITEC_USERNAME": "u", "VITEC_PASSWORD": "p", "VITEC_IMPORT_LEDGER": filepath.Join(dir, "ledger.db"), "HOME": dir}
	for _, m := range mutants {
		name := strings.TrimSpace(strings.Join(strings.Fields(m.new), " "))
		t.Run(strings.ReplaceAll(name, "/", "|"), func(t *testing.T) {
			if !bytes.Contains(good, []byte(m.old)) {
				t.Fatalf("the sample has no %q", m.old)
			}
			src := strings.Replace(string(good), m.old, m.new, 1)
			place := ""
			if before, _, ok := strings.Cut(src, "§"); ok {
				line := before[strings.LastIndexByte(before, '\n')+1:]
				place = fmt.Sprintf("mapping.yaml:%d:%d: ", 1+strings.Count(before, "\n"), 1+utf8.RuneCountInString(line))
			}
			path := filepath.Join(dir, "mapping.yaml")
			if err := os.WriteFile(path, []byte(strings.Replace(src, "§", "", 1)), 0o600); err != nil {
				t.Fatal(err)
			}
			var out, errs bytes.Buffer
			code := run(context.Background(), []string{"run", filepath.Join(dir, "participants.csv"), "--url", srv.URL, "--yes"}, world{
				getenv: func(name string) string { return env[name] },
				stdin:  strings.NewReader(""), stdout: &out, stderr: &errs,
			})
			text := errs.String()
			if code != 2 || requests.Load() > 0 {
				t.Fatalf("exit code %d, %d requests\n%s", code, requests.Load(), text)
			}
			if !strings.Contains(text, place) {
				t.Errorf("want the place %q\n%s", place, text)
			}
			if m.meant != "" && !strings.Contains(text, fmt.Sprintf("did you mean %q?", m.meant)) {
				t.Errorf("want %q proposed\n%s", m.meant, text)
			}
			for _, leak := range []string{"yaml: ", "struct", "reflect", "goroutine"} {
				if strings.Contains(text, leak) {
					t.Errorf("the message speaks of %q\n%s", leak, text)
				}
			}
		})
	}
}
