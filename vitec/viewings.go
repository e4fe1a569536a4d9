package vitec

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"
	_ "time/tzdata" // the API's times are Swedish wherever the program runs
)

// A Viewing is a viewing of an estate. Any member but Id may be missing.
type Viewing struct {
	Id               string
	EstateId         string
	StartsAt, EndsAt time.Time // in Swedish time; zero: not said
	BookableOnline   bool
	BookableUntil    time.Time // on the internet, in Swedish time; zero: not said
	Commentary       string
	Places           int // per time slot; 0: not said
	TimeSlots        []TimeSlot
}

// A TimeSlot is the part of a viewing that people book.
type TimeSlot struct {
	Id               string
	StartsAt, EndsAt time.Time // in Swedish time; zero: not said
	Participants     int       // booked already
}

// Viewings returns the viewings of an estate, past ones included, in the
// server's order. It needs a right of its own in the vendor's system. Errors are
// those of [Client.AddViewingParticipant].
//
// Source: GET Viewing/{customerId}/{estateId} ("Hämta visningar för en bostad").
func (c *Client) Viewings(ctx context.Context, customerId, estateId string) ([]Viewing, error) {
	for _, id := range []struct{ path, value string }{{"customerId", customerId}, {"estateId", estateId}} {
		if _, reason := checkId(id.value); !reason.IsZero() {
			return nil, &RequestError{Path: id.path, Reason: reason}
		}
	}
	r, err := c.request(http.MethodGet, nil, customerId, estateId)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Accept", JSON.MediaType())
	var viewings []Viewing
	err = c.do(ctx, r, customerId, func(resp *http.Response) error {
		body, err := readBody(resp)
		if err != nil {
			return err
		}
		text, _ := decodeText(body)
		if viewings, err = parseViewings(text); err != nil {
			return &AnswerError{Status: resp.StatusCode, Reason: say("the answer is not a list of viewings")}
		}
		return nil
	})
	return viewings, err
}

func parseViewings(text string) ([]Viewing, error) {
	var list []struct {
		Id, EstateId, Commentary string
		StartsAt, EndsAt         wallClock
		NoLaterThen              wallClock // the spelling is the vendor's
		BookableFromInternet     bool
		ParticipantPerTimeSlot   int
		TimeSlots                []struct {
			Id               string
			StartsAt, EndsAt wallClock
			Participants     []struct{}
		}
	}
	var odd *json.UnmarshalTypeError // a member of another type is left out
	if err := json.Unmarshal([]byte(text), &list); err != nil && (!errors.As(err, &odd) || list == nil) {
		return nil, err
	}
	var viewings []Viewing
	for _, v := range list {
		viewing := Viewing{
			Id: v.Id, EstateId: v.EstateId, Commentary: v.Commentary,
			StartsAt: v.StartsAt.Time, EndsAt: v.EndsAt.Time, Places: v.ParticipantPerTimeSlot,
			BookableOnline: v.BookableFromInternet, BookableUntil: v.NoLaterThen.Time,
		}
		for _, s := range v.TimeSlots {
			viewing.TimeSlots = append(viewing.TimeSlots, TimeSlot{
				Id: s.Id, StartsAt: s.StartsAt.Time, EndsAt: s.EndsAt.Time, Participants: len(s.Participants),
			})
		}
		viewings = append(viewings, viewing)
	}
	return viewings, nil
}

// wallClock is a time as the server writes it: Swedish, without an offset. What
// cannot be read is zero.
type wallClock struct{ time.Time }

// UnmarshalJSON implements [json.Unmarshaler].
func (w *wallClock) UnmarshalJSON(b []byte) error {
	var text string
	if json.Unmarshal(b, &text) != nil {
		return nil
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999999", "2006-01-02T15:04", time.RFC3339Nano} {
		if t, err := time.ParseInLocation(layout, text, Stockholm); err == nil {
			w.Time = t.In(Stockholm)
			return nil
		}
	}
	return nil
}

// Stockholm is the zone of the API's times, which carry no offset.
var Stockholm = func() *time.Location {
	l, err := time.LoadLocation("Europe/Stockholm")
	if err != nil {
		panic(err) // it is embedded
	}
	return l
}()
