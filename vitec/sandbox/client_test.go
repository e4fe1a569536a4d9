package sandbox_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"vitec-import/vitec"
	"vitec-import/vitec/sandbox"
)

// runClient is the suite's part for this project's own client.
func runClient(t *testing.T, s suite, l look, inside bool) {
	target := vitec.Target{CustomerId: s.customer, ViewingId: s.viewing, TimeSlotId: s.slot}
	for _, format := range []vitec.Format{vitec.JSON, vitec.XML} {
		c := newClient(t, s.url, format, vitec.Credentials{Username: s.username, Password: s.password})
		t.Run(format.String()+": every member arrives", func(t *testing.T) {
			b := fullBody(t, s.customer)
			a, err := c.AddViewingParticipant(t.Context(), target, b)
			if err != nil {
				t.Fatal(err)
			}
			wantId(t, a.Id, "VID")
			if !inside {
				return
			}
			commits := l.commits(t)
			got := commits[len(commits)-1]
			if diff := cmp.Diff(*b, got.Body); diff != "" || got.Answer != a.Id {
				t.Errorf("answered %s and %s, (-sent +arrived)\n%s", got.Answer, a.Id, diff)
			}
		})
		t.Run(format.String()+": a refusal is told", func(t *testing.T) {
			b := fullBody(t, s.customer)
			b.UpdatePerson.CellPhone = strings.Repeat("0", 18)
			_, err := c.AddViewingParticipant(t.Context(), target, b)
			var refusal *vitec.StatusError
			if !errors.As(err, &refusal) || refusal.Status != 400 || !strings.Contains(strings.Join(refusal.Messages, " "), "CellPhone") {
				t.Errorf("answered %+v", err)
			}
		})
		t.Run(format.String()+": a wrong login is told", func(t *testing.T) {
			if !s.closed {
				t.Skip("the server takes any login")
			}
			c := newClient(t, s.url, format, vitec.Credentials{Username: s.username, Password: "wrong"})
			_, err := c.AddViewingParticipant(t.Context(), target, fullBody(t, s.customer))
			var refusal *vitec.StatusError
			if !errors.As(err, &refusal) || refusal.Status != 401 {
				t.Errorf("answered %+v", err)
			}
		})
	}
}

func newClient(t *testing.T, url string, format vitec.Format, login vitec.Credentials) *vitec.Client {
	t.Helper()
	c, err := vitec.NewClient(vitec.Config{BaseURL: url, Format: format,
		Credentials: func(string) (vitec.Credentials, bool) { return login, true }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// fullBody has a value of its own in every member, but asks for no message.
func fullBody(t *testing.T, customer string) *vitec.AddNewViewingParticipant {
	t.Helper()
	b := new(vitec.AddNewViewingParticipant)
	for i, f := range vitec.Fields() {
		var v any
		switch f.Kind {
		case vitec.KindText:
			v = string(rune('a'+i%26)) + "<&å>" // as short as the shortest limit but one
		case vitec.KindBoolean:
			v = f.Path == "returnBookingId"
		case vitec.KindInteger:
			v = i
		case vitec.KindDecimal:
			v = float64(i) + .25
		case vitec.KindDateTime:
			v = time.Date(2024, 11, 21, 9, 52, i, 80779500, time.FixedZone("", 3600))
		case vitec.KindTextList:
			v = []string{"a", "<b>"}
		}
		switch f.Path {
		case "updatePerson.customerId":
			v = customer
		case "updatePerson.contactId":
			v = "" // of a contact that is not there
		case "updatePerson.lastName":
			v = newPerson(t)
		case "updatePerson.address.countryCode":
			v = "SE"
		case "updatePerson.obtainThrough":
			v = "Visit"
		}
		if err := f.Set(b, v); err != nil {
			t.Fatalf("%s: %v", f.Path, err)
		}
	}
	return b
}

// TestSameLimits: the sandbox refuses what is longer than the fields may be.
func TestSameLimits(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	for _, f := range vitec.Fields() {
		if f.MaxLength == 0 || f.Path == "updatePerson.customerId" {
			continue
		}
		for length, status := range map[int]int{f.MaxLength: 200, f.MaxLength + 1: 400} {
			b := person(1)
			if err := f.Set(&b, strings.Repeat("å", length)); err != nil {
				t.Fatal(err)
			}
			if got := book(t, srv, home, b); got.status != status {
				t.Errorf("%s with %d characters is answered %d %s", f.Path, length, got.status, got.body)
			}
		}
	}
}
