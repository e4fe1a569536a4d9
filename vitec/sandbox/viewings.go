package sandbox

import (
	"crypto/sha256"
	"fmt"
	"net/http"
	"slices"
	"time"
	_ "time/tzdata" // a time without an offset means Swedish time, on every computer

	"vitec-import/vitec"
)

// viewing is one viewing as GET Viewing/{customerId}/{estateId} lists it.
type viewing struct {
	Id                     string        `json:"id"`
	StartsAt               *string       `json:"startsAt"` // Swedish time without an offset, as all times here
	EndsAt                 *string       `json:"endsAt"`
	ShowOnInternet         bool          `json:"showOnInternet"`
	ShowOnIntranet         bool          `json:"showOnIntranet"`
	IsDigital              bool          `json:"isDigital"`
	Commentary             *string       `json:"commentary"`
	ParticipantPerTimeSlot int           `json:"participantPerTimeSlot"`
	BookableFromInternet   bool          `json:"bookableFromInternet"`
	NoLaterThen            *string       `json:"noLaterThen"`
	TimeSlots              []viewingSlot `json:"timeSlots"`
	EstateId               string        `json:"estateId"`
	IsProjectViewing       bool          `json:"isProjectViewing"`

	start time.Time
}

type viewingSlot struct {
	Id           string        `json:"id"`
	StartsAt     *string       `json:"startsAt"`
	EndsAt       *string       `json:"endsAt"`
	Participants []participant `json:"participants"`
}

// list answers with the viewings of an estate. Participants are those who were
// booked by request.
func (o *office) list(customer, estate string) *answer {
	o.mu.Lock()
	defer o.mu.Unlock()
	viewings := o.config.Viewings
	if len(viewings) == 0 {
		viewings = inventedViewings(o.config.now(), customer, estate)
	}
	list := []viewing{}
	for _, v := range viewings {
		if v.CustomerId != customer || v.EstateId != "" && v.EstateId != estate || len(v.Slots) == 0 {
			continue
		}
		first, last := v.Slots[0], v.Slots[len(v.Slots)-1]
		item := viewing{
			Id: v.ViewingId, start: first.Start, StartsAt: swedish(first.Start), EndsAt: swedish(last.End), NoLaterThen: swedish(first.Deadline),
			ShowOnInternet: true, ShowOnIntranet: true, BookableFromInternet: true, ParticipantPerTimeSlot: first.Places, EstateId: estate,
		}
		for _, s := range v.Slots {
			slot := viewingSlot{Id: s.TimeSlotId, StartsAt: swedish(s.Start), EndsAt: swedish(s.End), Participants: []participant{}}
			if p := o.slots[vitec.Target{CustomerId: customer, ViewingId: v.ViewingId, TimeSlotId: s.TimeSlotId}]; p != nil {
				slot.Participants = append(slot.Participants, p.participants...)
			}
			item.TimeSlots = append(item.TimeSlots, slot)
		}
		list = append(list, item)
	}
	if len(list) == 0 {
		return refused(http.StatusNotFound, "Bostaden finns inte.")
	}
	slices.SortStableFunc(list, func(a, b viewing) int { return a.start.Compare(b.start) })
	return &answer{status: http.StatusOK, list: list}
}

// inventedViewings are what any estate of an open sandbox has: a viewing a week
// ago and one the day after tomorrow, with half an hour for each time slot.
// The ids depend on the customer and the estate alone.
func inventedViewings(now time.Time, customer, estate string) []Viewing {
	day := now.In(vitec.Stockholm)
	invent := func(days, slots int) Viewing {
		id := sha256.Sum256(fmt.Append(nil, customer, "\x00", estate, "\x00", slots))
		v := Viewing{CustomerId: customer, ViewingId: fmt.Sprintf("VIS%X", id[:16])}
		for n := range slots {
			start := time.Date(day.Year(), day.Month(), day.Day()+days, 17, 30*n, 0, 0, vitec.Stockholm)
			v.Slots = append(v.Slots, Slot{TimeSlotId: start.Format("TS-1504"), Start: start, End: start.Add(30 * time.Minute)})
		}
		return v
	}
	return []Viewing{invent(-7, 1), invent(2, 3)}
}

// swedish writes a time as the server does; nil for none.
func swedish(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	s := t.In(vitec.Stockholm).Format("2006-01-02T15:04:05")
	return &s
}
