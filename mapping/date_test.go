package mapping

import (
	"testing"
	"time"
)

// TestNoDateShifts maps every day of a leap year, and of one with odd clock
// changes, in every zone: what is sent is that day in that zone, and 18:30
// stays 18:30.
func TestNoDateShifts(t *testing.T) {
	const name = "Europe/Stockholm"
	{
		layouts := layoutsOf(t, "DD.MM.YYYY", "DD.MM.YYYY HH:mm")
		date := dater(layouts, "", false)
		moment := dater(layouts, "", true)
		for _, year := range []int{2011, 2018, 2024, 2026} {
			for day := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() == year; day = day.AddDate(0, 0, 1) {
				want := day.Format("2006-01-02")
				for _, text := range []string{day.Format("02.01.2006"), want, want + "T00:00:00"} {
					v, why := date(text, nil)
					if got := momentOf(v).Format("2006-01-02"); why != nil || got != want {
						t.Fatalf("%s %s: got %s (%v)", name, text, got, why)
					}
					if before := momentOf(v).Add(-time.Second); before.Format("2006-01-02") == want {
						t.Fatalf("%s %s: %s is not the first moment of the day", name, text, momentOf(v))
					}
				}
				v, why := moment(day.Format("02.01.2006")+" 18:30", nil)
				if got := momentOf(v).Format("2006-01-02 15:04"); why != nil || got != want+" 18:30" {
					t.Fatalf("%s %s 18:30: got %s (%v)", name, want, got, why)
				}
			}
		}
	}
}

// TestClockChanges goes through the minutes around each change of a year: a
// time is refused if and only if the clocks did not show it exactly once.
func TestClockChanges(t *testing.T) {
	const name = "Europe/Stockholm"
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	{
		moment := dater(nil, "", true)
		shown := map[string]int{}
		begin := time.Date(2023, 12, 31, 0, 0, 0, 0, time.UTC)
		for at := begin; at.Year() < 2025 || at.YearDay() < 3; at = at.Add(15 * time.Minute) {
			shown[at.In(zone).Format("2006-01-02 15:04")]++
		}
		for wall := begin.AddDate(0, 0, 2); wall.Year() == 2024; wall = wall.Add(15 * time.Minute) {
			text := wall.Format("2006-01-02 15:04")
			want := map[int]string{0: "time_missing", 1: "", 2: "time_twice"}[shown[text]]
			got := ""
			v, why := moment(text, nil)
			if why != nil {
				got = why.code
			} else if momentOf(v).Format("2006-01-02 15:04") != text {
				got = "shifted"
			}
			if got != want {
				t.Fatalf("%s %s: got %q, want %q", name, text, got, want)
			}
		}
	}
}

func TestDate(t *testing.T) {
	convertAll(t, dater(nil, "YYYY-MM-DD", true), surroundings{}, []conversion{
		{"2026-03-04", "2026-03-04T00:00:00+01:00"},
		{"2026-07-04", "2026-07-04T00:00:00+02:00"},
		{"2026-07-04 18:30", "2026-07-04T18:30:00+02:00"},
		{"2026-07-04T18:30:15", "2026-07-04T18:30:15+02:00"},
		{"2026-07-04T18:30:15Z", "2026-07-04T20:30:15+02:00"},
		{"2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+02:00"},
		{"2026-10-25T02:30:00+01:00", "2026-10-25T02:30:00+01:00"},
		{"2026-10-25 02:30", "!time_twice"},
		{"2026-03-29 02:30", "!time_missing"},
		{"2026-02-29", "!date"},
		{"31.02.1990", "!date"},
		{"04.03.2026", "!date"}, // the layout is declared or ISO's, never guessed
		{"2026-3-4", "!date"},
		{"26-03-04", "!date"},
		{"20260304", "!date"},
		{"46085", "!date"},
		{"4,6085E+04", "!lost_digits"},
		{"igår", "!date"},
		{"0026-03-04", "!date_range"},
		{"2126-03-04", "!date_range"},
		{"2026-03-04 24:00", "!date"},
	})
	convertAll(t, dater(layoutsOf(t, "D/M YYYY", "YYMMDD"), "", false), surroundings{}, []conversion{
		{"4/3 2026", "2026-03-04T00:00:00+01:00"},
		{"04/03 2026", "2026-03-04T00:00:00+01:00"},
		{"260304", "2026-03-04T00:00:00+01:00"},
		{"2026-03-04T23:59:00", "2026-03-04T00:00:00+01:00"},
		{"13/13 2026", "!date"},
	})
}

func TestLayouts(t *testing.T) {
	sound := []string{
		"YYYY-MM-DD", "YYYY-MM-DD HH:mm", "YYYY-MM-DD HH:mm:ss", "YYYY-MM-DDTHH:mm", "DD.MM.YYYY", "D/M YYYY", "YYMMDD",
		"YYYYMMDD", "MM/DD/YYYY", "yyyy-MM-dd", "ÅÅÅÅ-MM-DD", "D MMMM YYYY", "DD MMM YYYY HH:mm", "MMM D, YYYY h:mm a", "D/M YYYY H:mm",
		"YYYY-MM-DDTHH:mm:ssZ",
	}
	for _, text := range sound {
		if _, what, _ := parseLayout(text); what != "" {
			t.Errorf("%q is refused: %s", text, what)
		}
	}
	for text, suggestion := range map[string]string{
		"YYY-MM-DD": "YYYY-MM-DD", "yyyy-mm-dd": "YYYY-MM-DD", "YYYY-MM": "", "HH:mm": "", "YYYY-MM-DD hh:mm": "YYYY-MM-DD HH:mm",
		"YYYY-DD-MM": "YYYY-MM-DD", "2006-01-02": "YYYY-MM-DD", "02.01.2006 15:04": "DD.MM.YYYY HH:mm", "1/2/06": "", "iso": "", "": "", "Jan 2, 2006": "", "2 January 2006": "D MMMM YYYY", "YYYY-MM-DD HH:mm a": "",
		"YYYY-MM-DDD": "YYYY-MM-DD", "%Y-%m-%d": "", "YYYY-MM-DD HH": "",
	} {
		_, what, got := parseLayout(text)
		if what == "" {
			t.Errorf("%q is taken for a layout", text)
		}
		if suggestion != "" && got != suggestion {
			t.Errorf("%q: suggests %q, want %q", text, got, suggestion)
		}
	}
}

// TestMonthNames: names of months and halves of the day, in both languages.
func TestMonthNames(t *testing.T) {
	convertAll(t, dater(layoutsOf(t, "D MMMM YYYY", "MMM D, YYYY h:mm a", "D MMM YYYY HH:mm"), "", true), surroundings{}, []conversion{
		{"1 oktober 2026", "2026-10-01T00:00:00+02:00"},
		{"12 maj 2026", "2026-05-12T00:00:00+02:00"},
		{"3 feb. 2026", "2026-02-03T00:00:00+01:00"},
		{"03 MARS 2026", "2026-03-03T00:00:00+01:00"},
		{"3 March 2026", "2026-03-03T00:00:00+01:00"},
		{"31 Dec 2026", "2026-12-31T00:00:00+01:00"},
		{"5 sept 2026", "2026-09-05T00:00:00+02:00"},
		{"Oct 1, 2026 9:12 AM", "2026-10-01T09:12:00+02:00"},
		{"okt 1, 2026 9:12 em", "2026-10-01T21:12:00+02:00"},
		{"oktober 1, 2026 12:05 fm", "2026-10-01T00:05:00+02:00"},
		{"oktober 1, 2026 12:05 f.m.", "2026-10-01T00:05:00+02:00"},
		{"oktober 1, 2026 3:05pm", "2026-10-01T15:05:00+02:00"},
		{"1 juli 2026 18:30", "2026-07-01T18:30:00+02:00"},
		{"31 februari 2026", "!date"},
		{"1 brumaire 2026", "!date"},
		{"1 10 2026", "!date"},
		{"Oct 1, 2026 13:12 PM", "!date"},
	})
}

func layoutsOf(t *testing.T, texts ...string) []dateLayout {
	t.Helper()
	var layouts []dateLayout
	for _, text := range texts {
		l, what, _ := parseLayout(text)
		if what != "" {
			t.Fatalf("%q: %s", text, what)
		}
		layouts = append(layouts, l)
	}
	return layouts
}

func momentOf(v any) time.Time {
	moment, _ := v.(time.Time)
	return moment
}
