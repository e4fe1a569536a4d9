package propose

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vitec-import/vitec"
)

// TestFit: only what fits exactly, and alone, is filled in.
func TestFit(t *testing.T) {
	when := func(text string) time.Time {
		at, err := time.Parse("2006-01-02 15:04", text)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	slot := func(id, day, from, to string) vitec.TimeSlot {
		return vitec.TimeSlot{Id: id, StartsAt: when(day + " " + from), EndsAt: when(day + " " + to)}
	}
	viewings := []vitec.Viewing{
		{Id: "V1", Commentary: "Storgatan 12", StartsAt: when("2026-10-12 17:00"), EndsAt: when("2026-10-12 18:00"),
			TimeSlots: []vitec.TimeSlot{slot("T1", "2026-10-12", "17:00", "17:30"), slot("T2", "2026-10-12", "17:30", "18:00")}},
		{Id: "V2", Commentary: "Sjövägen 4, portkod 1234", StartsAt: when("2026-10-13 17:00"), EndsAt: when("2026-10-13 17:30"),
			TimeSlots: []vitec.TimeSlot{slot("T3", "2026-10-13", "17:00", "17:30")}},
		{Id: "V3", StartsAt: when("2026-10-14 12:00"), TimeSlots: []vitec.TimeSlot{slot("T4", "2026-10-14", "12:00", "12:30")}},
	}
	for _, test := range []struct{ viewing, slot, wantViewing, wantSlot string }{
		{"2026-10-12 17:00", "17:00", "V1", "T1"},
		{"12/10 kl. 17.00", "17.30-18.00", "V1", "T2"},
		{"Måndag 12 oktober kl 17:00–18:00", "17:00-17:30", "V1", "T1"},
		{"Storgatan 12, 12 okt 2026 17:00", "17:30", "V1", "T2"},
		{"Sjövägen 4 13/10 17:00", "17:00", "V2", "T3"},
		{"12/10 17:30", "17:00", "", ""},             // no viewing starts then, and the time is not the only one
		{"17:00", "17:30", "", "T2"},                 // two viewings start then; one slot does
		{"Lillgatan 1 12/10 17:00", "17:30", "", ""}, // at no such place
		{"Storgatan 12", "17:00", "", "T1"},          // the place alone fits no viewing, but narrows the slots
		{"2025-10-12 17:00", "12:00", "", ""},        // in another year
		{"12/10 17:00-19:00", "17:00-18:30", "", ""}, // other ends
		{"ja", "kväll", "", ""},
	} {
		p := proposed(t, Options{}, "Namn|Mobil|Visning|Tid", "Anna Ek|0701740605|"+test.viewing+"|"+test.slot)
		p.Fit(viewings)
		got := map[string]string{}
		for _, b := range p.Blanks() {
			got[b.Field] = b.ID
		}
		if got["viewingId"] != test.wantViewing || got["timeSlotId"] != test.wantSlot {
			t.Errorf("%s, %s: %s and %s, want %s and %s", test.viewing, test.slot, got["viewingId"], got["timeSlotId"], test.wantViewing, test.wantSlot)
		}
	}

	// The same time at two viewings: the ids of the viewings tell the slots apart.
	p := proposed(t, Options{}, "Namn|Mobil|Visning|Tid", "Anna Ek|0701740605|Storgatan 12|17:00", "Bo Ek|0701740606|Hos oss|17:00", "Cilla Ek|0701740607|Storgatan 12|17:30")
	p.Fill("viewingId", "Hos oss", "V2")
	p.Fit(viewings)
	var got []string
	for _, b := range p.Blanks() {
		got = append(got, fmt.Sprintf("%s=%s", b.Text, b.ID))
	}
	if s := strings.Join(got, ", "); s != "=, Storgatan 12=, Hos oss=V2, Storgatan 12 17:00=T1, Hos oss 17:00=T3, Storgatan 12 17:30=T2" {
		t.Errorf("got %s", s)
	}
}
