package mapping

import (
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // zones must be there on every machine
	"unicode"
	"unicode/utf8"
)

// defaultZone is the zone of cells that do not say theirs.
const defaultZone = "Europe/Stockholm"

// dateLayout is one way of writing a date, compiled.
type dateLayout struct {
	layout string // Go's
	clock  bool   // has a time of day
	offset bool   // says its zone
	words  bool   // has names of months, or am and pm
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

// layoutTokens are the letters of a layout, longest first, what they are in
// Go's, and which part of a moment they are.
var layoutTokens = []struct {
	letters, layout string
	part            rune
}{
	{"YYYY", "2006", 'Y'}, {"yyyy", "2006", 'Y'}, {"ÅÅÅÅ", "2006", 'Y'}, {"åååå", "2006", 'Y'},
	{"YY", "06", 'Y'}, {"yy", "06", 'Y'}, {"ÅÅ", "06", 'Y'}, {"åå", "06", 'Y'},
	{"MMMM", "Jan", 'M'}, {"MMM", "Jan", 'M'}, {"MM", "01", 'M'}, {"M", "1", 'M'},
	{"DD", "02", 'D'}, {"dd", "02", 'D'}, {"D", "2", 'D'}, {"d", "2", 'D'},
	{"HH", "15", 'H'}, {"H", "15", 'H'}, {"hh", "3", 'h'}, {"h", "3", 'h'}, {"mm", "04", 'm'}, {"ss", "05", 's'}, {"SS", "05", 's'},
	{"a", "PM", 'a'}, {"A", "PM", 'a'}, {"T", "T", 'T'}, {"ZZ", "-07:00", 'Z'}, {"Z", "Z07:00", 'Z'},
}

// goLayout writes a layout of Go's in these letters.
var goLayout = strings.NewReplacer("2006", "YYYY", "January", "MMMM", "Jan", "MMM", "01", "MM", "02", "DD", "15", "HH", "04", "mm", "05", "ss", "06", "YY", "Z07:00", "Z", "-07:00", "ZZ", "2", "D", "1", "M", "3", "hh", "PM", "a")

// parseLayout compiles a layout: YYYY-MM-DD HH:mm, D MMMM YYYY. what is "" if it
// is sound, and else says why it is not, with the layout that was probably
// meant.
func parseLayout(text string) (l dateLayout, what, suggestion string) {
	if strings.Contains(text, "2006") || strings.Contains(text, "06") && !strings.ContainsFunc(text, unicode.IsLetter) {
		return l, "layouts of Go are no longer part of the language; use YYYY-MM-DD HH:mm", goLayout.Replace(text)
	}
	var b strings.Builder
	parts := "" // in their order
next:
	for rest := text; rest != ""; {
		for _, t := range layoutTokens {
			if after, ok := strings.CutPrefix(rest, t.letters); ok {
				if strings.ContainsRune(parts, t.part) {
					return l, "a part of the date stands in it twice", suggestLayout(text)
				}
				parts += string(t.part)
				l.words = l.words || t.layout == "Jan" || t.layout == "PM"
				b.WriteString(t.layout)
				rest = after
				continue next
			}
		}
		r, size := utf8.DecodeRuneInString(rest)
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return l, "a layout is made of YYYY, MM or MMMM, DD, HH, mm and ss with signs between them", suggestLayout(text)
		}
		b.WriteRune(r)
		rest = rest[size:]
	}
	has := func(part rune) bool { return strings.ContainsRune(parts, part) }
	switch {
	case !has('Y') || !has('M') || !has('D'):
		return l, "a layout needs the year, the month and the day", suggestLayout(text)
	case strings.HasPrefix(parts, "YD"):
		return l, "a layout that begins with the year goes on with the month", strings.Replace(text, "YYYY-DD-MM", "YYYY-MM-DD", 1)
	case has('h') != has('a') || has('h') && has('H'):
		return l, "hh counts to twelve and needs an a for am or pm; HH counts to 23", strings.ReplaceAll(text, "hh", "HH")
	case (has('H') || has('h')) != has('m') || has('s') && !has('m'):
		return l, "a layout with hours needs minutes: HH:mm", ""
	}
	l.layout, l.clock, l.offset = b.String(), has('m'), has('Z')
	return l, "", ""
}

// suggestLayout returns the usual layout that is nearest to text, or "".
func suggestLayout(text string) string {
	return suggest(text, []string{
		"YYYY-MM-DD", "YYYY-MM-DD HH:mm", "YYYY-MM-DD HH:mm:ss", "DD.MM.YYYY", "DD/MM/YYYY",
		"MM/DD/YYYY", "D.M.YYYY", "D/M YYYY", "YYYYMMDD", "YYMMDD", "DD-MM-YYYY", "DD.MM.YYYY HH:mm", "D MMMM YYYY", "D MMM YYYY",
	})
}

// dateWords are the names of months and of the halves of a day, in Swedish and
// English, as Go's layouts have them.
var dateWords = func() map[string]string {
	words := map[string]string{"am": "AM", "fm": "AM", "pm": "PM", "em": "PM", "sept": "Sep"}
	for i, names := range strings.Split("januari january,februari february,mars march,april,maj may,juni june,juli july,augusti august,september,oktober october,november,december", ",") {
		for name := range strings.FieldsSeq(names) {
			short := time.Month(i + 1).String()[:3]
			words[name], words[name[:3]] = short, short
		}
	}
	return words
}()

var dateWord = regexp.MustCompile(`(\pL+)\.?`)

// read reads a text as a wall clock's, in UTC unless it says its offset.
func (l dateLayout) read(text string) (time.Time, error) {
	if l.words {
		text = dateWord.ReplaceAllStringFunc(text, func(word string) string {
			if known, ok := dateWords[strings.ToLower(strings.TrimSuffix(word, "."))]; ok {
				return known
			}
			return word
		})
	}
	return time.Parse(l.layout, text)
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
			wall, err := l.read(text)
			if err != nil {
				continue
			}
			if wall.Year() < 1900 || wall.Year() > 2100 {
				return value{}, &fault{code: "date_range"}
			}
			if l.offset {
				wall = wall.In(zone)
			}
			y, m, d := wall.Date()
			switch {
			case !clock || !l.clock:
				return value{typed: time.Date(y, m, d, 0, 0, 0, 0, zone)}, nil // Stockholm changes its clocks at two and three
			case l.offset:
				return value{typed: wall}, nil
			}
			moment := time.Date(y, m, d, wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
			same := func(t time.Time) bool { return t.Format(time.DateTime) == wall.Format(time.DateTime) }
			switch {
			case !same(moment):
				return value{}, &fault{code: "time_missing", args: []string{zone.String()}}
			case same(moment.Add(time.Hour)) || same(moment.Add(-time.Hour)):
				return value{}, &fault{code: "time_twice", args: []string{zone.String()}}
			}
			return value{typed: moment}, nil
		}
		return value{}, &fault{code: "date", args: []string{shown}}
	}
}
