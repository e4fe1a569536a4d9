package importer

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"vitec-import/importer/ledger"
	"vitec-import/vitec"
)

// Twins in one list are found by the rule of the ledger: the earliest row with
// which [ledger.Keys.Same] holds, among those that have no twin themselves.
func TestDuplicatesFollowTheRule(t *testing.T) {
	l, err := ledger.Open(t.Context(), filepath.Join(t.TempDir(), "ledger.db"), ledger.Options{Create: true})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	some := func(texts ...string) *rapid.Generator[string] { return rapid.SampledFrom(texts) }
	rapid.Check(t, func(t *rapid.T) {
		found := newDuplicates()
		var keys []ledger.Keys
		var kept []int
		for i := range rapid.IntRange(1, 12).Draw(t, "rows") {
			var b vitec.AddNewViewingParticipant
			p := &b.UpdatePerson
			p.FirstName = some("Anna", "ANNA", "Bo").Draw(t, "name")
			p.ContactId = some("", "", "c1", "c2").Draw(t, "contact")
			p.SocialSecurityNumber = some("", "", "199006022397", "19900602-2397", "199107172380").Draw(t, "number")
			p.Email.EmailAddress = some("", "a@b.se", "A@b.se", "c@d.se").Draw(t, "mail")
			p.CellPhone = some("", "0701740605", "+46701740605", "0701740606").Draw(t, "phone")
			slot := ledger.Slot{TimeSlotId: some("TS1", "TS1", "TS2").Draw(t, "slot")}
			w := identify(&b, nil)
			keys = append(keys, l.Keys("test", slot, w.identity(0)))
			want := -1
			for _, k := range kept {
				if keys[k].Same(keys[i]) {
					want = k
					break
				}
			}
			if want < 0 {
				kept = append(kept, i)
			}
			if got := found.meet(i, slot, &w); got.twin != want {
				t.Fatalf("row %d is the twin of %d, want %d", i, got.twin, want)
			}
		}
	})
}

// Without names an address tells nobody from another: a family shares it. All
// are sent, and each of them once.
func TestNamelessRowsAreNoDuplicates(t *testing.T) {
	list := []person{{mail: "asta@example.com"}, {mail: "ek@example.com"}, {mail: "ek@example.com"}, {mail: "ek@example.com", slot: "TS2"}}
	f := newFixture(t)
	s := &server{answer: func(call int, _ vitec.Target, _ *vitec.AddNewViewingParticipant) (vitec.Answer, error) {
		return vitec.Answer{Id: fmt.Sprintf("VID%d", call), Status: 200}, nil
	}}
	f.nameless = true
	f.want(f.run(list, s, func(j *Job) { j.MaxRows = 2 }), ExitStopped, map[ledger.Outcome]int{ledger.Booked: 2, ledger.NotSent: 2})
	f.want(f.run(list, s), ExitDone, map[ledger.Outcome]int{ledger.AlreadyBooked: 2, ledger.Booked: 2})
	f.want(f.run(list, s), ExitDone, map[ledger.Outcome]int{ledger.AlreadyBooked: 4})
	if len(s.calls) != 4 {
		t.Errorf("%d requests for 4 people", len(s.calls))
	}
}

// One address under two names in one slot is noted, and decides nothing.
func TestSharedAddressIsNoted(t *testing.T) {
	list := people(4)
	list[2].mail = "P1@example.com"
	list[3].mail, list[3].slot = "p1@example.com", "TS2" // another slot
	f := newFixture(t)
	var noted []Problem
	f.want(f.run(list, &server{}, func(j *Job) {
		j.Problem = func(p Problem) error { noted = append(noted, p); return nil }
	}), ExitDone, map[ledger.Outcome]int{ledger.Booked: 4})
	if len(noted) != 1 || noted[0].Row != 4 || !noted[0].Warning || !strings.Contains(noted[0].Reason.String(), "row 2") {
		t.Errorf("noted: %+v", noted)
	}
	if p := f.last[2].Problems; len(p) != 1 || p[0].Code != codeSharing {
		t.Errorf("the ledger has %+v", p)
	}
}

// So is one that an earlier run has booked under another name, whatever list it
// was in; the same name, another slot and who is in the list anyhow are not.
func TestAddressOfAnEarlierBookingIsNoted(t *testing.T) {
	f := newFixture(t)
	f.run([]person{{name: "Anna", mail: "ek@example.com"}, {name: "Bo", mail: "bo@example.com"}}, &server{})
	var noted []string
	res := f.run([]person{
		{name: "Cia", mail: "cia@example.com"},
		{name: "Doris", mail: "EK@example.com"},
		{name: "Bo", mail: "bo@example.com"},
		{name: "Eva", mail: "ek@example.com", slot: "TS2"},
		{name: "Fia", mail: "ek@example.com"},
	}, &server{}, func(j *Job) {
		j.Problem = func(p Problem) error { noted = append(noted, fmt.Sprint(p.Row, " ", p.Reason)); return nil }
	})
	f.want(res, ExitDone, map[ledger.Outcome]int{ledger.Booked: 4, ledger.AlreadyBooked: 1})
	want := []string{
		"3 the same e-mail address or phone number under another name: run 1, row 2",
		"6 the same e-mail address or phone number under another name: row 3",
	}
	if !slices.Equal(noted, want) {
		t.Errorf("noted %q, want %q", noted, want)
	}
	if p := f.last[1].Problems; len(p) != 1 || p[0].Code != codeSharing {
		t.Errorf("the ledger has %+v", p)
	}
}
