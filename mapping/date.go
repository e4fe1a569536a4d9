package mapping

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"vitec-import/vitec"
)

// dateLayout is one way of writing a date, compiled.
type dateLayout struct {
	text   string // as the mapping has it
	layout string // Go's
	parts  string // a letter for each, in their order
	shape  string // what a text in it looks like: two layouts with one shape can read the same text
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

type layoutToken struct {
	letters, layout string
	part            rune
}

// shape is what the token reads: so many digits, or something of its own.
func (t layoutToken) shape() string {
	switch {
	case len(t.letters) > 2 && t.part == 'Y':
		return "9999"
	case strings.ContainsRune("YMDHhms", t.part) && t.layout != "Jan":
		return "99"
	}
	return string(t.part)
}

// layoutTokens are the letters of a layout, longest first, what they are in
// Go's, and which part of a moment they are.
var layoutTokens = []layoutToken{
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
	var layout, shape strings.Builder
	parts := ""
next:
	for rest := text; rest != ""; {
		for _, t := range layoutTokens {
			if after, ok := strings.CutPrefix(rest, t.letters); ok {
				if strings.ContainsRune(parts, t.part) {
					return l, "a part of the date stands in it twice", suggestLayout(text)
				}
				parts += string(t.part)
				l.words = l.words || t.layout == "Jan" || t.layout == "PM"
				layout.WriteString(t.layout)
				shape.WriteString(t.shape())
				rest = after
				continue next
			}
		}
		r, size := utf8.DecodeRuneInString(rest)
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return l, "a layout is made of YYYY, MM or MMMM, DD, HH, mm and ss with signs between them", suggestLayout(text)
		}
		layout.WriteRune(r)
		shape.WriteRune(r)
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
	l.text, l.layout, l.parts, l.shape = text, strings.ReplaceAll(layout.String(), " PM", "PM"), parts, shape.String()
	l.clock, l.offset = has('m'), has('Z')
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

var (
	dateWord = regexp.MustCompile(`(\pL+)\.?`)
	halfDay  = regexp.MustCompile(`(?i)(\d)\s*([aefp])\.?\s?m\b\.?`) // "5:30 e.m.", "5:30pm"
)

// read reads a text as a wall clock's, in UTC unless it says its offset.
func (l dateLayout) read(text string) (time.Time, error) {
	if l.words {
		text = halfDay.ReplaceAllString(text, "$1${2}m")
		text = dateWord.ReplaceAllStringFunc(text, func(word string) string {
			if known, ok := dateWords[strings.ToLower(strings.TrimSuffix(word, "."))]; ok {
				return known
			}
			return word
		})
	}
	return time.Parse(l.layout, text)
}

// dater returns the converter of dates and, with clock, of moments. The layouts
// are tried in order, then ISO's; shown is how they are named in messages.
//
// A time that the clocks of Sweden skipped or showed twice is refused. A date
// alone is the first moment of that day there.
func dater(layouts []dateLayout, shown string, clock bool) convert {
	all := append(layouts[:len(layouts):len(layouts)], isoLayouts...)
	return func(text string, _ *surroundings) (any, *fault) {
		if lostDigits(text) {
			return nil, &fault{code: "lost_digits"}
		}
		for _, l := range all {
			wall, err := l.read(text)
			if err != nil {
				continue
			}
			if wall.Year() < 1900 || wall.Year() > 2100 {
				return nil, &fault{code: "date_range"}
			}
			return l.moment(wall, clock)
		}
		return nil, &fault{code: "date", args: []string{shown}}
	}
}

// moment is when a clock in Sweden shows what was read.
func (l dateLayout) moment(wall time.Time, clock bool) (any, *fault) {
	zone := vitec.Stockholm
	if l.offset {
		wall = wall.In(zone)
	}
	y, m, d := wall.Date()
	switch {
	case !clock || !l.clock:
		return time.Date(y, m, d, 0, 0, 0, 0, zone), nil // the clocks change at two and three
	case l.offset:
		return wall, nil
	}
	moment := time.Date(y, m, d, wall.Hour(), wall.Minute(), wall.Second(), 0, zone)
	same := func(t time.Time) bool { return t.Format(time.DateTime) == wall.Format(time.DateTime) }
	switch {
	case !same(moment):
		return nil, &fault{code: "time_missing", args: []string{zone.String()}}
	case same(moment.Add(time.Hour)) || same(moment.Add(-time.Hour)):
		return nil, &fault{code: "time_twice", args: []string{zone.String()}}
	}
	return moment, nil
}

// toDay has a date sent as a text, in a field of text.
func toDay(dates convert) convert {
	return func(text string, s *surroundings) (any, *fault) {
		v, why := dates(text, s)
		if moment, ok := v.(time.Time); ok {
			return moment.Format(time.DateOnly), why
		}
		return v, why
	}
}
