package vitec

import (
	"errors"
	"io"
	"net/http"
	"reflect"
	"testing"
	"time"
)

func TestViewings(t *testing.T) {
	var got *http.Request
	answer, status := "", 200
	client := serve(t, Config{Format: XML}, func(w http.ResponseWriter, r *http.Request) {
		got = r
		w.WriteHeader(status)
		io.WriteString(w, answer)
	})
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, Stockholm)
	}
	for _, test := range []struct {
		name, answer string
		want         []Viewing
	}{
		{"none", "[]", nil}, {"null", "null", nil}, {"nulls", `[{"id":null,"timeSlots":null,"startsAt":null}]`, []Viewing{{}}},
		{"whole", `[{"id":"VIS1","estateId":"OBJ1","startsAt":"2026-08-31T17:00:00","endsAt":"2026-08-31T18:00:00","commentary":"Välkommen","participantPerTimeSlot":4,
			"bookableFromInternet":true,"noLaterThen":"2026-08-31T12:00:00","showOnInternet":true,"isDigital":false,"unknown":{"a":[1]},
			"timeSlots":[{"id":"TS1","startsAt":"2026-08-31T17:00:00","endsAt":null,"participants":[{"hasParticipated":false,"contactId":"ADR1"},null]},{"id":"TS2"}]},{"id":"VIS2"}]`,
			[]Viewing{{
				Id: "VIS1", EstateId: "OBJ1", StartsAt: at(8, 31, 17), EndsAt: at(8, 31, 18), Commentary: "Välkommen", Places: 4, BookableOnline: true, BookableUntil: at(8, 31, 12),
				TimeSlots: []TimeSlot{{Id: "TS1", StartsAt: at(8, 31, 17), Participants: 2}, {Id: "TS2"}},
			}, {Id: "VIS2"}}},
		{"in winter, with an offset", `[{"id":"VIS1","startsAt":"2026-01-31T17:00:00.5","endsAt":"2026-01-31T17:00:00Z"}]`,
			[]Viewing{{Id: "VIS1", StartsAt: at(1, 31, 17).Add(500 * time.Millisecond), EndsAt: at(1, 31, 18)}}},
		{"other types", `[{"id":"VIS1","commentary":7,"participantPerTimeSlot":"4","startsAt":17,"endsAt":"kl 18","timeSlots":[{"id":"TS1","participants":3}]}]`,
			[]Viewing{{Id: "VIS1", TimeSlots: []TimeSlot{{Id: "TS1"}}}}},
		{"a mark of its encoding", "\ufeff[{\"Id\":\"VIS1\"}]", []Viewing{{Id: "VIS1"}}},
	} {
		answer = test.answer
		viewings, err := client.Viewings(t.Context(), "M11385", "OBJ11385_1395932274")
		if err != nil || !reflect.DeepEqual(viewings, test.want) {
			t.Errorf("%s: %v\n got %+v\nwant %+v", test.name, err, viewings, test.want)
		}
	}
	if got.Method != http.MethodGet || got.RequestURI != "/base%20path/Viewing/M11385/OBJ11385_1395932274" || got.Header.Get("Accept") != "application/json" || got.Header.Get("Content-Type") != "" {
		t.Errorf("%s %s %v", got.Method, got.RequestURI, got.Header)
	}
	if user, password, _ := got.BasicAuth(); user != testUser || password != testPassword {
		t.Error("another login")
	}
	for _, answer = range []string{"", "{}", `"VIS1"`, "<html></html>", `[{"id":"VIS1"`, `[{"id":"VIS1"}]x`, "7"} {
		var no *AnswerError
		if v, err := client.Viewings(t.Context(), "M11385", "OBJ1"); !errors.As(err, &no) || v != nil {
			t.Errorf("%q: %v, %v", answer, v, err)
		}
	}
	for _, status = range []int{401, 403, 404, 500, 302} {
		var s *StatusError
		if _, err := client.Viewings(t.Context(), "M11385", "OBJ1"); !errors.As(err, &s) || s.Status != status {
			t.Errorf("%d: %v", status, err)
		}
	}
	var bad *RequestError
	if _, err := client.Viewings(t.Context(), "M11385", "Storgatan 12"); !errors.As(err, &bad) || bad.Path != "estateId" {
		t.Error(err)
	}
}
