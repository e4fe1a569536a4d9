package sandbox_test

import (
	"encoding/json"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"vitec-import/vitec"
	"vitec-import/vitec/sandbox"
)

// read asks for the viewings of an estate.
func read(t *testing.T, srv *sandbox.Server, path, password string) (status int, list []map[string]any) {
	t.Helper()
	r := httptest.NewRequest("GET", path, nil)
	r.SetBasicAuth("user", password)
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)
	if w.Code == 200 {
		if err := json.Unmarshal(w.Body.Bytes(), &list); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
	}
	return w.Code, list
}

// TestViewings reads what the Config says exists.
func TestViewings(t *testing.T) {
	at := time.Date(2026, 8, 31, 15, 0, 0, 0, time.UTC)
	srv := unstarted(t, sandbox.Config{
		Logins: []sandbox.Login{{Username: "user", Password: "p", Customers: []string{"M1"}}},
		Viewings: []sandbox.Viewing{
			{CustomerId: "M1", ViewingId: "V2", EstateId: "OBJ1", Slots: []sandbox.Slot{{TimeSlotId: "T3", Start: at.Add(24 * time.Hour)}}},
			{CustomerId: "M1", ViewingId: "V1", EstateId: "OBJ1", Slots: []sandbox.Slot{
				{TimeSlotId: "T1", Places: 4, Deadline: at, Start: at, End: at.Add(time.Hour)}, {TimeSlotId: "T2"}}},
			{CustomerId: "M1", ViewingId: "V3", Slots: []sandbox.Slot{{TimeSlotId: "T4"}}},
		},
	})
	for _, c := range []struct {
		path, password, ids string
		status              int
	}{
		{"/Viewing/M1/OBJ1", "p", "V3 V1 V2", 200},
		{"/viewing/M1/OBJ2", "p", "V3", 200},
		{"/Viewing/M1/OBJ1", "wrong", "", 401},
		{"/Viewing/M2/OBJ1", "p", "", 403},
	} {
		status, list := read(t, srv, c.path, c.password)
		var ids []string
		for _, v := range list {
			ids = append(ids, v["id"].(string))
		}
		if status != c.status || strings.Join(ids, " ") != c.ids {
			t.Errorf("%s: %d %v", c.path, status, ids)
		}
	}

	if got := bookFirst(t, srv); got != 200 {
		t.Fatalf("booking: %d", got)
	}
	_, list := read(t, srv, "/Viewing/M1/OBJ1", "p")
	v := list[1]
	slots := v["timeSlots"].([]any)
	first := slots[0].(map[string]any)
	if v["startsAt"] != "2026-08-31T17:00:00" || v["noLaterThen"] != "2026-08-31T17:00:00" || v["participantPerTimeSlot"] != 4.0 || v["estateId"] != "OBJ1" ||
		first["id"] != "T1" || first["endsAt"] != "2026-08-31T18:00:00" || len(slots) != 2 || len(first["participants"].([]any)) != 1 {
		t.Errorf("%v", v)
	}
	if c := srv.Counts(); c.Commits != 1 || c.Requests != 6 {
		t.Errorf("%+v", c)
	}
}

func bookFirst(t *testing.T, srv *sandbox.Server) int {
	t.Helper()
	r := httptest.NewRequest("POST", "/Viewing/M1/V1/T1/Participant", strings.NewReader(`{"updatePerson":{"customerId":"M1","cellPhone":"070-1740605"}}`))
	r.Header.Set("Content-Type", "application/json")
	r.SetBasicAuth("user", "p")
	w := httptest.NewRecorder()
	srv.ServeHTTP(w, r)
	return w.Code
}

// TestInventedViewings: in an open sandbox every estate has two viewings, the
// same each time, and their slots can be booked.
func TestInventedViewings(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Now: func() time.Time { return time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC) }})
	status, list := read(t, srv, "/Viewing/M1/OBJ1", "")
	if status != 200 || len(list) != 2 {
		t.Fatalf("%d %v", status, list)
	}
	if list[0]["startsAt"] != "2026-10-17T17:00:00" || list[1]["startsAt"] != "2026-10-26T17:00:00" || list[1]["endsAt"] != "2026-10-26T18:30:00" {
		t.Errorf("times %v", list)
	}
	id := list[1]["id"].(string)
	if !regexp.MustCompile(`^VIS[0-9A-F]{32}$`).MatchString(id) || id == list[0]["id"] {
		t.Errorf("ids %v and %v", list[0]["id"], id)
	}
	if got := book(t, srv, vitec.Target{CustomerId: "M1", ViewingId: id, TimeSlotId: "TS-1730"}, person(1)); got.status != 200 {
		t.Errorf("booking: %d", got.status)
	}
	_, again := read(t, srv, "/Viewing/M1/OBJ1", "")
	if again[1]["id"] != id || len(again[1]["timeSlots"].([]any)[1].(map[string]any)["participants"].([]any)) != 1 {
		t.Errorf("%v", again[1])
	}
	if _, other := read(t, srv, "/Viewing/M1/OBJ2", ""); other[1]["id"] == id {
		t.Error("two estates have the same viewing")
	}
}

// TestFaultsOfReads: faults hit reads, too, except those after a commit.
func TestFaultsOfReads(t *testing.T) {
	srv := unstarted(t, sandbox.Config{Faults: []sandbox.Fault{sandbox.MustFault("500-after-commit:1"), sandbox.MustFault("403:2")}})
	for _, want := range []int{200, 403, 200} {
		if status, _ := read(t, srv, "/Viewing/M1/OBJ1", ""); status != want {
			t.Errorf("answered %d, want %d", status, want)
		}
	}
}
