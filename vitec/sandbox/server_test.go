package sandbox_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"vitec-import/vitec"
	"vitec-import/vitec/sandbox"
)

// home is where the tests book.
var home = vitec.Target{CustomerId: "M1", ViewingId: "VIS1", TimeSlotId: "TS1"}

// person is the n-th of the tests' people, with a number for fiction.
func person(n int) vitec.AddNewViewingParticipant {
	yes := true
	return vitec.AddNewViewingParticipant{
		UpdatePerson:    vitec.UpdatePerson{FirstName: "Test", LastName: fmt.Sprint("Nr ", n), CellPhone: fmt.Sprintf("070-17406%02d", n%95+5)},
		ReturnBookingId: &yes,
	}
}

// unstarted makes a sandbox that is used as a handler.
func unstarted(t testing.TB, c sandbox.Config) *sandbox.Server {
	t.Helper()
	srv, err := sandbox.NewUnstarted(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(srv.Close)
	return srv
}

type reply struct {
	status int
	id     string // of a 200
	body   string
}

// book sends a booking to the handler, with the customer of the target in its body.
func book(t testing.TB, srv http.Handler, target vitec.Target, b vitec.AddNewViewingParticipant) reply {
	t.Helper()
	b.UpdatePerson.CustomerId = target.CustomerId
	text, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/Viewing/"+target.CustomerId+"/"+target.ViewingId+"/"+target.TimeSlotId+"/Participant", bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth("user", "secret-password")
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)
	got := reply{status: w.Code, body: w.Body.String()}
	if w.Code == 200 {
		if err := json.Unmarshal(w.Body.Bytes(), &got.id); err != nil {
			t.Fatal(err)
		}
	}
	return got
}

func TestPlacesAndDeadline(t *testing.T) {
	now := time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)
	yes, no := true, false
	open := vitec.Target{CustomerId: "M1", ViewingId: "V", TimeSlotId: "open"}
	full := vitec.Target{CustomerId: "M1", ViewingId: "V", TimeSlotId: "full"}
	late := vitec.Target{CustomerId: "M1", ViewingId: "V", TimeSlotId: "late"}
	srv := unstarted(t, sandbox.Config{
		Now: func() time.Time { return now },
		Viewings: []sandbox.Viewing{{CustomerId: "M1", ViewingId: "V", Slots: []sandbox.Slot{
			{TimeSlotId: "open", Places: 2, Deadline: now},
			{TimeSlotId: "full", Places: 3, Taken: 3},
			{TimeSlotId: "late", Deadline: now.Add(-time.Second)},
		}}},
	})
	for i, try := range []struct {
		target           vitec.Target
		places, deadline *bool
		status           int
		words            string
	}{
		{open, &yes, &yes, 200, ""},
		{open, &no, &no, 200, ""}, // takes the second place although it does not ask
		{open, &yes, &yes, 400, "fullbokat"},
		{open, nil, nil, 200, ""},
		{full, &yes, nil, 400, "fullbokat"},
		{full, &no, nil, 200, ""},
		{late, nil, &yes, 400, "Sista bokningstid"},
		{late, nil, &no, 200, ""},
		{vitec.Target{CustomerId: "M1", ViewingId: "V", TimeSlotId: "none"}, nil, nil, 404, "finns inte"},
	} {
		b := person(i)
		b.Options = vitec.ViewingParticipantBookingOptions{IsDeadlineValidationEnabled: try.deadline, EnableBookingLimitValidation: try.places}
		if got := book(t, srv, try.target, b); got.status != try.status || !strings.Contains(got.body, try.words) {
			t.Errorf("try %d: %d %s", i, got.status, got.body)
		}
	}
	if n := srv.Counts().Commits; n != 5 {
		t.Errorf("%d commits", n)
	}
}

// TestPlacesUnderPressure: however many come at once, the places do not run over.
func TestPlacesUnderPressure(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Viewings: []sandbox.Viewing{{CustomerId: home.CustomerId, ViewingId: home.ViewingId,
		Slots: []sandbox.Slot{{TimeSlotId: home.TimeSlotId, Places: 10}}}}})
	yes := true
	var wg sync.WaitGroup
	for n := range 200 {
		wg.Go(func() {
			b := person(n)
			b.Options.EnableBookingLimitValidation = &yes
			book(t, srv, home, b)
		})
	}
	wg.Wait()
	commits := srv.Commits()
	if len(commits) != 10 {
		t.Errorf("%d commits for 10 places", len(commits))
	}
	for i, c := range commits {
		if c.Seq != i+1 {
			t.Errorf("commit %d has number %d", i+1, c.Seq)
		}
	}
	if n := len(srv.Requests()); n != 200 {
		t.Errorf("%d requests", n)
	}
}

func TestMessages(t *testing.T) {
	yes, ten := true, 10
	begin := time.Date(2026, 11, 1, 18, 0, 0, 0, time.UTC)
	srv := unstarted(t, sandbox.Config{Viewings: []sandbox.Viewing{{CustomerId: home.CustomerId, ViewingId: home.ViewingId,
		Slots: []sandbox.Slot{{TimeSlotId: home.TimeSlotId, Start: begin}}}}})
	b := person(1)
	b.SMSConfirmation, b.MailConfirmation, b.SMSReminder, b.ReminderTime = &yes, &yes, &yes, &ten
	book(t, srv, home, b) // no e-mail address: nothing to send the confirmation to
	m := srv.Commits()[0].Messages
	if len(m) != 2 || m[0].Kind != sandbox.SMSConfirmation || m[0].To != b.UpdatePerson.CellPhone ||
		m[1].Kind != sandbox.SMSReminder || !m[1].Time.Equal(begin.Add(-10*time.Minute)) {
		t.Errorf("messages %+v", m)
	}
	b.UpdatePerson.Email.EmailAddress = "nr1@example.com"
	b.SMSConfirmation, b.SMSReminder = nil, nil
	book(t, srv, home, b)
	if got := srv.Counts().Messages; got[sandbox.SMSConfirmation] != 1 || got[sandbox.MailConfirmation] != 1 || got[sandbox.SMSReminder] != 1 {
		t.Errorf("counted %v", got)
	}
}

// TestRemembers looks at what is kept of a request, and what is not.
func TestRemembers(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Seed: 7})
	got := book(t, srv, home, person(1))
	r, c := srv.Requests()[0], srv.Commits()[0]
	if r.Number != 1 || r.Method != "POST" || r.Path != "/Viewing/M1/VIS1/TS1/Participant" || r.Target != home ||
		r.Username != "user" || r.Status != 200 || r.Commit != 1 || r.Duration <= 0 || time.Since(r.Time) > time.Minute {
		t.Errorf("request %+v", r)
	}
	if c.Seq != 1 || c.Request != 1 || c.Target != home || c.Answer != got.id || c.BookingId != got.id || c.Format != "json" || c.Matched ||
		c.Body.UpdatePerson.LastName != "Nr 1" || time.Since(c.Time) > time.Minute {
		t.Errorf("commit %+v", c)
	}
	for _, v := range []any{r, c, sandbox.Login{Username: "user", Password: "secret-password"}} {
		for _, format := range []string{"%v", "%+v", "%#v"} {
			if strings.Contains(fmt.Sprintf(format, v), "secret-password") {
				t.Errorf("the password is in %T as %s", v, format)
			}
		}
	}

	again := unstarted(t, sandbox.Config{Seed: 7})
	if id := book(t, again, home, person(1)).id; id != got.id {
		t.Errorf("the same seed gave %s and %s", got.id, id)
	}
	other := unstarted(t, sandbox.Config{})
	if id := book(t, other, home, person(1)).id; id == got.id {
		t.Errorf("no seed gave %s", id)
	}
}

func TestBookings(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	away := vitec.Target{CustomerId: "M1", ViewingId: "VIS1", TimeSlotId: "TS2"}
	book(t, srv, home, person(1))
	book(t, srv, home, person(2))
	book(t, srv, away, person(1))
	book(t, srv, home, person(1))
	var got [][]int
	for _, b := range srv.Bookings() {
		got = append(got, b.Commits)
	}
	if !slices.EqualFunc(got, [][]int{{1, 4}, {2}, {3}}, slices.Equal) {
		t.Errorf("bookings %v", got)
	}
}

func TestKeep(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Keep: 10})
	first := book(t, srv, home, person(0))
	for n := 1; n < 95; n++ {
		book(t, srv, home, person(n))
	}
	commits, requests := srv.Commits(), srv.Requests()
	if len(commits) != 10 || commits[0].Seq != 86 || commits[9].Seq != 95 || len(requests) != 10 || requests[9].Number != 95 || requests[9].Status != 200 {
		t.Errorf("kept %d commits and %d requests", len(commits), len(requests))
	}
	if c := srv.Counts(); c.Commits != 95 || c.Requests != 95 {
		t.Errorf("counted %+v", c)
	}
	if c, r := srv.Newest(3); len(c) != 3 || len(r) != 3 || c[0].Seq != 93 || r[2].Number != 95 {
		t.Errorf("the newest are %+v and %+v", c, r)
	}
	// The forgotten are still the same people.
	b := person(0)
	b.ReturnBookingId = nil
	if got := book(t, srv, home, b); !srv.Commits()[9].Matched {
		t.Errorf("%s was %s before", got.id, first.id)
	}
}

func TestRateLimit(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault("429=wait:over=0.01,3")}})
	var statuses []int
	for n := range 5 {
		statuses = append(statuses, book(t, srv, home, person(n)).status)
	}
	if !slices.Equal(statuses, []int{200, 200, 200, 429, 429}) {
		t.Errorf("answered %v", statuses)
	}
}

// TestConfigFile reads a Config as the command does.
func TestConfigFile(t *testing.T) {
	var c sandbox.Config
	err := yaml.Load([]byte(`
logins:
  - {username: office, password: secret, customers: [M1]}
closedCustomers: [M9]
viewings:
  - customerId: M1
    viewingId: VIS1
    slots: [{timeSlotId: TS1, places: 4, taken: 1, deadline: 2026-11-01T12:00:00+01:00}]
contacts:
  - {customerId: M1, contactId: K1, firstName: Anna, cellPhone: 070-1740605}
faults: ["500-after-commit:10%"]
seed: 7
keep: 100
`), &c, yaml.WithKnownFields())
	want := sandbox.Config{
		Logins:          []sandbox.Login{{Username: "office", Password: "secret", Customers: []string{"M1"}}},
		ClosedCustomers: []string{"M9"},
		Viewings: []sandbox.Viewing{{CustomerId: "M1", ViewingId: "VIS1", Slots: []sandbox.Slot{
			{TimeSlotId: "TS1", Places: 4, Taken: 1, Deadline: time.Date(2026, 11, 1, 11, 0, 0, 0, time.UTC)}}}},
		Contacts: []sandbox.Contact{{CustomerId: "M1", ContactId: "K1", FirstName: "Anna", CellPhone: "070-1740605"}},
		Faults:   []sandbox.Fault{sandbox.MustFault("500-after-commit:10%")},
		Seed:     7, Keep: 100,
	}
	if diff := cmp.Diff(want, c, cmp.Comparer(func(a, b sandbox.Fault) bool { return a.String() == b.String() })); err != nil || diff != "" {
		t.Errorf("%v (-want +got)\n%s", err, diff)
	}
}

func TestConfigErrors(t *testing.T) {
	for name, c := range map[string]sandbox.Config{
		"keep":    {Keep: -1},
		"twice":   {Viewings: []sandbox.Viewing{{CustomerId: "M", ViewingId: "V", Slots: []sandbox.Slot{{TimeSlotId: "T"}, {TimeSlotId: "T"}}}}},
		"empty":   {Viewings: []sandbox.Viewing{{CustomerId: "M", Slots: []sandbox.Slot{{TimeSlotId: "T"}}}}},
		"contact": {Contacts: []sandbox.Contact{{ContactId: "K"}}},
	} {
		if _, err := sandbox.NewUnstarted(c); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	srv := unstarted(t, sandbox.Config{})
	if err := srv.Listen("256.0.0.1:0"); err == nil {
		t.Error("listens on no address")
	}
	srv.Close()
	if err := srv.Listen("127.0.0.1:0"); err == nil {
		t.Error("listens when it is closed")
	}
}
