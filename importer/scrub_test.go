package importer

import (
	"strings"
	"testing"

	"vitec-import/vitec"
)

func TestScrubTakesPersonalDataOut(t *testing.T) {
	target := vitec.Target{CustomerId: "M1", ViewingId: "VIS00112233445566778899", TimeSlotId: "TS-1"}
	body := &vitec.AddNewViewingParticipant{UpdatePerson: vitec.UpdatePerson{
		CustomerId: "M1", FirstName: "Ängla", LastName: "Öst-Åkesson", CellPhone: "0701740605",
		SocialSecurityNumber: "199006022397", Email: vitec.Email{EmailAddress: "angla@example.com"},
		CategoryIds: []string{"Köpare"},
	}}
	for _, tt := range []struct{ words, want string }{
		{"Telefonnumret 0701740605 är inte giltigt", "Telefonnumret ••• är inte giltigt"},
		{"ÄNGLA öst-åkesson finns redan", "••• finns redan"},
		{"numret 070-174 06 05 är upptaget", "numret ••• är upptaget"},
		{"900602-2397 finns hos en annan kontakt", "••• finns hos en annan kontakt"},
		{"skriv till nagon.annan@example.com", "skriv till •••"},
		{"kategori köpare saknas", "kategori ••• saknas"},
		{"viewing VIS00112233445566778899 slot TS-1 of M1: full", "viewing VIS00112233445566778899 slot TS-1 of M1: full"},
		{"Platserna är slut (kod 17)", "Platserna är slut (kod •••)"}, // 17 is in the phone number
		{"updatePerson.email.emailAddress: max 88 tecken", "updatePerson.email.emailAddress: max 88 tecken"},
		// Other ways to write what was sent.
		{"%C3%84ngla och Angla", "••• och •••"},
		{"&Auml;ngla, \\u00c4ngla; Ã„ngla", "•••, •••; •••"},
		{"öst%20åkesson, OST+AKESSON, Oest-Aakesson", "•••, •••, •••"},
		{"?ngla, Ängl… och Äng", "•••, •••… och •••"},
		{"w4RuZ2xh finns", "••• finns"},
		{"angla%40example.com", "•••"},
		{"Köpar-kategorin", "•••"},
	} {
		if got := scrub([]string{tt.words}, target, body); got != tt.want {
			t.Errorf("scrub(%q)\n got %q\nwant %q", tt.words, got, tt.want)
		}
	}
	if got := scrub(nil, target, body); got != "" {
		t.Errorf("scrub(nil) = %q", got)
	}
	joined := scrub([]string{"a", "b 0701740605"}, target, body)
	if !strings.HasPrefix(joined, "a; b ") || strings.Contains(joined, "0701740605") {
		t.Errorf("joined: %q", joined)
	}
}
