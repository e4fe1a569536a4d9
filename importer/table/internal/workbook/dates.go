package workbook

import (
	"fmt"
	"math"
	"time"
)

// lastSerial is the day number of 9999-12-31 in the 1900 system, the last day
// that Excel knows.
const lastSerial = 2958465

// isoTime writes the day number v, as the section shows it, in ISO form. ok is
// false for a number that is no date: Excel shows #### for it.
//
// In the 1900 system day 60 is 29 February 1900, which never was and is no
// date here; day 0 is the day of times that have no date, and a time that is
// rounded up to midnight has none either.
func isoTime(v float64, s *section, date1904 bool) (text string, ok bool) {
	last := float64(lastSerial)
	if date1904 {
		last -= 1462
	}
	if !(v >= 0 && v < last+1) {
		return "", false
	}
	unit := int64(1000) // milliseconds to round to
	if s.fraction {
		unit = 1
	}
	ms := int64(math.Round(v*86400_000/float64(unit))) * unit
	day, ms := ms/86400_000, ms%86400_000
	if v < 1 && !s.elapsed {
		day = 0
	}
	switch {
	case day == 60 && !date1904 && !(s.elapsed && !s.date):
		return "", false
	case s.elapsed && !s.date:
		return clockText(day*24, ms, false), true
	case day == 0 && s.date && !s.time && ms == 0 && !date1904:
		return "", false
	case day == 0 && !(s.date && date1904):
		return clockText(0, ms, false), true
	case s.time || ms != 0:
		return isoDay(day, date1904) + "T" + clockText(0, ms, true), true
	}
	return isoDay(day, date1904), true
}

// clockText writes a time of day, or more hours, with seconds if there are
// any or if all is asked for.
func clockText(hours, ms int64, all bool) string {
	hours += ms / 3600_000
	text := fmt.Sprintf("%02d:%02d", hours, ms/60_000%60)
	if all || ms%60_000 != 0 {
		text += fmt.Sprintf(":%02d", ms/1000%60)
	}
	if ms%1000 != 0 {
		text += fmt.Sprintf(".%03d", ms%1000)
	}
	return text
}

// isoDay writes a day number as a date.
func isoDay(day int64, date1904 bool) string {
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	switch {
	case date1904:
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	case day < 60:
		epoch = epoch.AddDate(0, 0, 1)
	}
	return epoch.AddDate(0, 0, int(day)).Format(time.DateOnly)
}

// isoCell writes the date of a cell of type d, which strict workbooks have:
// 2006-01-02, 2006-01-02T15:04:05 or a time, with or without fractions and a
// Z. Midnight is left out unless the cell shows times.
func isoCell(s string, showsTime bool) (text string, ok bool) {
	for _, layout := range []string{"2006-01-02T15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02", "15:04:05", "15:04"} {
		t, err := time.Parse(layout, s)
		if err != nil {
			continue
		}
		t = t.Round(time.Second)
		midnight := t.Hour() == 0 && t.Minute() == 0 && t.Second() == 0
		switch {
		case layout[0] == '1' && t.Second() == 0:
			return t.Format("15:04"), true
		case layout[0] == '1':
			return t.Format("15:04:05"), true
		case midnight && !showsTime:
			return t.Format(time.DateOnly), true
		}
		return t.Format("2006-01-02T15:04:05"), true
	}
	return "", false
}
