package sandbox_test

import (
	"testing"

	"vitec-import/vitec"
	"vitec-import/vitec/sandbox"
)

// TestMatching sends two people in turn and looks at whether the second is
// taken for the first.
func TestMatching(t *testing.T) {
	type p = vitec.UpdatePerson
	mail := func(a string) vitec.Email { return vitec.Email{EmailAddress: a} }
	const first, second = "ADR0123456789abcdef0123456789abcdef", "ADRfedcba9876543210fedcba9876543210"
	for name, c := range map[string]struct {
		first, second p
		same          bool
	}{
		"the same contactId":                {p{ContactId: first, CellPhone: "1"}, p{ContactId: first, FirstName: "B", LastName: "B", CellPhone: "2"}, true},
		"another contactId":                 {p{ContactId: first, FirstName: "A", LastName: "E", CellPhone: "1"}, p{ContactId: second, FirstName: "A", LastName: "E", CellPhone: "1"}, false},
		"a contactId that is no id":         {p{ContactId: "StringValue"}, p{ContactId: "StringValue"}, true},
		"a contactId that comes later":      {p{FirstName: "A", LastName: "E", CellPhone: "1"}, p{ContactId: first, FirstName: "A", LastName: "E", CellPhone: "1"}, true},
		"the same number":                   {p{SocialSecurityNumber: "19900602-2397", CellPhone: "1"}, p{SocialSecurityNumber: "9006022397", FirstName: "B", LastName: "B", CellPhone: "2"}, true},
		"another number":                    {p{SocialSecurityNumber: "199006022397", FirstName: "A", LastName: "E", CellPhone: "1"}, p{SocialSecurityNumber: "199107172380", FirstName: "A", LastName: "E", CellPhone: "1"}, false},
		"a number that comes later":         {p{FirstName: "A", LastName: "E", CellPhone: "1"}, p{SocialSecurityNumber: "199107172380", FirstName: "A", LastName: "E", CellPhone: "1"}, true},
		"the same name and mobile":          {p{FirstName: "Åsa", LastName: "Ek", CellPhone: "070-174 06 05"}, p{FirstName: " åsa ", LastName: "EK", CellPhone: "+46701740605"}, true},
		"the mobile as a phone":             {p{FirstName: "A", LastName: "E", CellPhone: "0701740605"}, p{FirstName: "A", LastName: "E", TelePhone: "0046(0)701740605"}, true},
		"the same name and address":         {p{FirstName: "A\u0308", LastName: "E", Email: mail("a@example.com")}, p{FirstName: "ä", LastName: "E", Email: vitec.Email{EmailAddress: "b@example.com", EmailAddress2: "A@Example.com "}}, true},
		"the same name, all else different": {p{FirstName: "A", LastName: "E", CellPhone: "1"}, p{FirstName: "A", LastName: "E", CellPhone: "2", Email: mail("a@example.com")}, false},
		"the same address, another name":    {p{FirstName: "A", LastName: "E", Email: mail("a@example.com")}, p{FirstName: "B", LastName: "E", Email: mail("a@example.com")}, false},
		"no last name":                      {p{FirstName: "A", CellPhone: "1"}, p{FirstName: "A", CellPhone: "1"}, false},
		"another country's phone":           {p{FirstName: "A", LastName: "E", CellPhone: "+45 701740605"}, p{FirstName: "A", LastName: "E", CellPhone: "070 1740605"}, false},
	} {
		srv := unstarted(t, sandbox.Config{})
		for i, person := range []p{c.first, c.second} {
			if got := book(t, srv, home, vitec.AddNewViewingParticipant{UpdatePerson: person}); got.status != 200 {
				t.Fatalf("%s: person %d: %s", name, i+1, got.body)
			}
		}
		commits := srv.Commits()
		if same := commits[0].ContactId == commits[1].ContactId; same != c.same {
			t.Errorf("%s: taken for the same: %v", name, same)
		}
		if c.second.ContactId == "" && commits[1].Matched != c.same {
			t.Errorf("%s: matched %v", name, commits[1].Matched)
		}
	}
}

// TestCustomersAreApart: nobody is known to another office.
func TestCustomersAreApart(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	book(t, srv, home, person(1))
	book(t, srv, vitec.Target{CustomerId: "M2", ViewingId: "V", TimeSlotId: "T"}, person(1))
	if c := srv.Commits(); c[0].ContactId == c[1].ContactId || c[1].Matched {
		t.Errorf("%+v", c)
	}
}

// TestOverwriting follows what a match does to the card by whom it finds then.
func TestOverwriting(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	send := func(p vitec.UpdatePerson) string {
		t.Helper()
		if got := book(t, srv, home, vitec.AddNewViewingParticipant{UpdatePerson: p}); got.status == 200 {
			return got.id
		} else {
			t.Fatal(got.body)
			return ""
		}
	}
	anna := send(vitec.UpdatePerson{FirstName: "Anna", LastName: "Ek", CellPhone: "0701740605", Email: vitec.Email{EmailAddress: "a@example.com"}})
	// A new mobile and a blank last name: the one is taken, the other is not.
	if id := send(vitec.UpdatePerson{ContactId: anna, FirstName: "Anna", LastName: " ", CellPhone: "0701740699"}); id != anna {
		t.Fatalf("%s and %s", id, anna)
	}
	if id := send(vitec.UpdatePerson{FirstName: "Anna", LastName: "Ek", CellPhone: "0701740699"}); id != anna {
		t.Error("not found by what overwrote the mobile")
	}
	if id := send(vitec.UpdatePerson{FirstName: "Anna", LastName: "Ek", TelePhone: "08-4650041", Email: vitec.Email{EmailAddress: "A@example.com"}}); id != anna {
		t.Error("not found by the address, which nothing overwrote")
	}
	if id := send(vitec.UpdatePerson{FirstName: "Anna", LastName: "Ek", CellPhone: "0701740605"}); id == anna {
		t.Error("found by the mobile that is gone")
	}
}

// TestConfiguredContacts: where the office's contacts are given, an unknown
// contactId is nobody's.
func TestConfiguredContacts(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Contacts: []sandbox.Contact{
		{CustomerId: "M1", ContactId: "K1", FirstName: "Anna", LastName: "Ek", TelePhone: "08-4650041"},
		{CustomerId: "M1", ContactId: "K2", FirstName: "Nils", LastName: "Ek"},
	}})
	for id, status := range map[string]int{"K1": 200, "K2": 400, "K3": 400} {
		if got := book(t, srv, home, vitec.AddNewViewingParticipant{UpdatePerson: vitec.UpdatePerson{ContactId: id}}); got.status != status {
			t.Errorf("%s without a number or an address: %d %s", id, got.status, got.body)
		}
	}
	if c := srv.Commits()[0]; c.ContactId != "K1" || !c.Matched {
		t.Errorf("%+v", c)
	}
}
