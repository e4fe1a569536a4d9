package mapping

import (
	"strings"
	"time"
	_ "time/tzdata" // zones must be there on every machine
	"unicode"
)

// defaultZone is the zone of cells that do not say theirs.
const defaultZone = "Europe/Stockholm"

// dateLayout is one way of writing a date, compiled.
type dateLayout struct {
	layout string // Go's
	clock  bool   // has a time of day
	offset bool   // says its zone
}

// isoLayouts are always understood, because that is how dates come out of a
// workbook whatever the cell's format. None can be taken for another.
var isoLayouts = []dateLayout{
	{layout: "2006-01-02"},
	{layout: "2006-01-02T15:04:05", clock: true},
	{layout: "2006-01-02T15:04", clock: true},
	{layout: "2006-01-02 15:04:05", clock: true},
	{layout: "2006-01-02 15:04", clock: true},
	{layout: "2006-01-02T15:04:05Z07:00", clock: true, offset: true},
	{layout: "2006-01-02T15:04Z07:00", clock: true, offset: true},
	{layout: "2006-01-02 15:04:05Z07:00", clock: true, offset: true},
}

// layoutTokens is the letters of a layout in the form people know, longest
// first, what they are in Go's, and which part of a moment they are.
var layoutTokens = []struct {
	letters, layout string
	part            byte
}{
	{"YYYY", "2006", 'Y'}, {"yyyy", "2006", 'Y'}, {"ÅÅÅÅ", "2006", 'Y'}, {"åååå", "2006", 'Y'},
	{"YY", "06", 'Y'}, {"yy", "06", 'Y'}, {"ÅÅ", "06", 'Y'}, {"åå", "06", 'Y'},
	{"MM", "01", 'M'}, {"M", "1", 'M'},
	{"DD", "02", 'D'}, {"dd", "02", 'D'}, {"D", "2", 'D'}, {"d", "2", 'D'},
	{"HH", "15", 'H'}, {"mm", "04", 'm'}, {"ss", "05", 's'}, {"SS", "05", 's'},
	{"T", "T", 'T'}, {"ZZ", "-07:00", 'Z'}, {"Z", "Z07:00", 'Z'},
}

// parseLayout compiles a layout in the form people know (YYYY-MM-DD HH:mm) or
// in Go's (2006-01-02 15:04). what is "" if it is sound, and else says why it
// is not, with the layout that was probably meant.
func parseLayout(text string) (l dateLayout, what, suggestion string) {
	if strings.Contains(text, "2006") || strings.Contains(text, "06") && !strings.ContainsFunc(text, unicode.IsLetter) {
		l.layout = text
	} else {
		var b strings.Builder
		seen := map[byte]bool{}
	next:
		for rest := text; rest != ""; {
			for _, t := range layoutTokens {
				if strings.HasPrefix(rest, t.letters) {
					if seen[t.part] {
						return l, "a part of the date stands in it twice", suggestLayout(text)
					}
					seen[t.part] = true
					b.WriteString(t.layout)
					rest = rest[len(t.letters):]
					continue next
				}
			}
			r := []rune(rest)[0]
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				return l, "a layout is made of YYYY, MM, DD, HH, mm and ss with signs between them", suggestLayout(text)
			}
			b.WriteRune(r)
			rest = rest[len(string(r)):]
		}
		l.layout = b.String()
	}
	// What a layout knows shows when a moment is written and read by it. The
	// moment has no two parts that are equal.
	probe := time.Date(2023, 11, 25, 17, 38, 49, 0, time.UTC)
	back, err := time.ParseInLocation(l.layout, probe.Format(l.layout), time.UTC)
	y, m, d := back.Date()
	switch {
	case err != nil || y != 2023 || m != 11 || d != 25:
		return l, "a layout needs the year, the month and the day", suggestLayout(text)
	case strings.ContainsFunc(strings.NewReplacer("T", "", "Z07:00", "", "-07:00", "").Replace(l.layout), unicode.IsLetter):
		return l, "names of months, days and zones are not part of a layout", ""
	case yearDayMonth(l.layout):
		return l, "a layout that begins with the year goes on with the month", strings.NewReplacer("YYYY-DD-MM", "YYYY-MM-DD", "2006-02-01", "2006-01-02").Replace(text)
	}
	l.clock = back.Hour() == 17
	if l.clock && back.Minute() != 38 {
		return l, "a layout with hours needs minutes: HH:mm", ""
	}
	l.offset = strings.Contains(l.layout, "07:00") || strings.Contains(l.layout, "0700")
	return l, "", ""
}

// yearDayMonth reports whether a layout of Go has that order, which nobody
// writes and which reads ISO's dates wrong.
func yearDayMonth(layout string) bool {
	before, after, ok := strings.Cut(layout, "02")
	return ok && strings.Contains(before, "2006") && strings.Contains(after, "01")
}

// suggestLayout returns the usual layout that is nearest to text, or "".
func suggestLayout(text string) string {
	known := []string{
		"YYYY-MM-DD", "YYYY-MM-DD HH:mm", "YYYY-MM-DD HH:mm:ss", "DD.MM.YYYY", "DD/MM/YYYY",
		"MM/DD/YYYY", "D.M.YYYY", "D/M YYYY", "YYYYMMDD", "YYMMDD", "DD-MM-YYYY", "DD.MM.YYYY HH:mm",
	}
	return suggest(text, known)
}

// dater returns the converter of dates and, with clock, of moments. The
// layouts are tried in order, then ISO's.
//
// A time that the zone's clocks skipped or showed twice is refused. A date
// alone becomes the first moment of that day in the zone.
func dater(layouts []dateLayout, shown string, zone *time.Location, clock bool) convert {
	all := append(layouts[:len(layouts):len(layouts)], isoLayouts...)
	return func(text string, _ *surroundings) (value, *fault) {
		if lostDigits(text) {
			return value{}, &fault{code: "lost_digits"}
		}
		for _, l := range all {
			wall, err := time.Parse(l.layout, text)
			if err != nil {
				continue
			}
			if wall.Year() < 1900 || wall.Year() > 2100 {
				return value{}, &fault{code: "date_range"}
			}
			var moment time.Time
			switch {
			case !clock && l.offset:
				local := wall.In(zone)
				moment = midnight(local.Year(), local.Month(), local.Day(), zone)
			case l.offset:
				moment = wall.In(zone)
			case !clock || !l.clock:
				moment = midnight(wall.Year(), wall.Month(), wall.Day(), zone)
			default:
				var f *fault
				if moment, f = atZone(wall, zone); f.bad() {
					return value{}, f
				}
			}
			return value{typed: moment}, nil
		}
		return value{}, &fault{code: "date", args: []string{shown}}
	}
}

// midnight returns the first moment of a day in a zone: 00:00, or what the
// clocks showed first where they skipped it.
func midnight(year int, month time.Month, day int, zone *time.Location) time.Time {
	utc := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	first, second := moments(utc, zone)
	switch {
	case !first.IsZero() && !second.IsZero() && second.Before(first):
		return second
	case !first.IsZero():
		return first
	case !second.IsZero():
		return second
	}
	// Skipped: the moment of the change is where the offset before it still
	// makes it midnight.
	_, before := utc.Add(-26 * time.Hour).In(zone).Zone()
	return utc.Add(-time.Duration(before) * time.Second).In(zone)
}

// atZone returns the moment at which the clocks of a zone show what wall, in
// UTC, shows.
func atZone(wall time.Time, zone *time.Location) (time.Time, *fault) {
	first, second := moments(wall, zone)
	switch {
	case first.IsZero() && second.IsZero():
		return time.Time{}, &fault{code: "time_missing", args: []string{zone.String()}}
	case first.IsZero():
		return second, nil
	case second.IsZero() || first.Equal(second):
		return first, nil
	}
	return time.Time{}, &fault{code: "time_twice", args: []string{zone.String()}}
}

// moments returns the moments at which the clocks of a zone show what wall
// shows, by the offset of the day before and by that of the day after; zero
// where they do not.
func moments(wall time.Time, zone *time.Location) (first, second time.Time) {
	_, before := wall.Add(-26 * time.Hour).In(zone).Zone()
	_, after := wall.Add(26 * time.Hour).In(zone).Zone()
	for i, offset := range [2]int{before, after} {
		t := wall.Add(-time.Duration(offset) * time.Second).In(zone)
		if _, o := t.Zone(); o != offset {
			continue
		}
		if i == 0 {
			first = t
		} else {
			second = t
		}
		if before == after {
			return first, first
		}
	}
	return first, second
}
