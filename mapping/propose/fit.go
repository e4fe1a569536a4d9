package propose

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"vitec-import/mapping"
	"vitec-import/vitec"
)

// moment is what a text of the list says of a viewing or a time slot: a day, a
// time, and in its other words a place.
type moment struct {
	year, month, day int    // 0: not said
	from, to         string // "17:00"; "": not said
	place            string // folded
}

// days are how a day is written, with the groups of its year, month and day.
var days = []struct {
	pattern          *regexp.Regexp
	year, month, day int
}{
	{regexp.MustCompile(`\b(20\d\d)-(\d\d)-(\d\d)T?`), 1, 2, 3},
	{regexp.MustCompile(`\b(\d{1,2})[./](\d{1,2})[./](20\d\d)\b`), 3, 2, 1},
	{regexp.MustCompile(`(?i)\b(\d{1,2})(?:\.|:e)? +(jan|feb|mar|apr|maj|may|jun|jul|aug|sep|okt|oct|nov|dec)\pL*\.?(?: +(20\d\d))?`), 3, 2, 1},
	{regexp.MustCompile(`\b(\d{1,2})/(\d{1,2})(?: +(20\d\d))?\b`), 3, 2, 1},
}

var (
	clockTime = regexp.MustCompile(`\b(\d{1,2})[:.](\d\d)(?::00)?(?: *[-–] *(\d{1,2})[:.](\d\d)(?::00)?)?\b`)
	fillWords = regexp.MustCompile(`(?i)(^|[^\pL])(kl|den|mån(dag)?|tis(dag)?|ons(dag)?|tors?(dag)?|fre(dag)?|lör(dag)?|sön(dag)?|mon(day)?|tue(sday)?|wed(nesday)?|thu(rsday)?|fri(day)?|sat(urday)?|sun(day)?)\.?($|[^\pL])`)
	months    = map[string]int{"jan": 1, "feb": 2, "mar": 3, "apr": 4, "maj": 5, "may": 5, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "okt": 10, "oct": 10, "nov": 11, "dec": 12}
)

// readMoment takes a text apart.
func readMoment(text string) moment {
	var m moment
	number := func(s string) int { n, _ := strconv.Atoi(s); return max(n, months[strings.ToLower(s)]) }
	clock := func(hour, minute string) string {
		return time.Date(1, 1, 1, number(hour), number(minute), 0, 0, time.UTC).Format("15:04")
	}
	for _, d := range days {
		if f := d.pattern.FindStringSubmatch(text); f != nil && m.day == 0 {
			m.year, m.month, m.day = number(f[d.year]), number(f[d.month]), number(f[d.day])
			text = strings.Replace(text, f[0], " | ", 1)
		}
	}
	if f := clockTime.FindStringSubmatch(text); f != nil {
		m.from = clock(f[1], f[2])
		if f[3] != "" {
			m.to = clock(f[3], f[4])
		}
		text = strings.Replace(text, f[0], " | ", 1)
	}
	for fillWords.MatchString(text) {
		text = fillWords.ReplaceAllString(text, " | ")
	}
	m.place = placeOf(text)
	return m
}

// placeOf is the words of a text, as places are compared.
func placeOf(text string) string {
	return mapping.Fold(strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,;|()–-\n", r) }), " "))
}

// fits reports whether a moment is exactly the one at which something starts and,
// where the text says so, ends.
func (m moment) fits(start, end time.Time) bool {
	switch {
	case start.IsZero() || m.from == "":
		return false
	case m.from != start.Format("15:04") || m.to != "" && m.to != end.Format("15:04"):
		return false
	}
	return m.on(start)
}

// on reports whether a time is on the day that a text names, if it names one.
func (m moment) on(at time.Time) bool {
	return (m.day == 0 || m.day == at.Day() && m.month == int(at.Month())) && (m.year == 0 || m.year == at.Year())
}

// at reports whether a viewing is at the place that a text names, if it names
// one: the viewing's commentary, or a part of it between commas.
func at(place string, v vitec.Viewing) bool {
	if place == "" || placeOf(v.Commentary) == place {
		return true
	}
	for part := range strings.FieldsFuncSeq(v.Commentary, func(r rune) bool { return strings.ContainsRune(",;\n", r) }) {
		if placeOf(part) == place {
			return true
		}
	}
	return false
}

// Fit fills in the ids of the viewings and time slots whose time and, where the
// list names one, place fit exactly, and are the only ones that do. Ids that are
// filled in already stay, and narrow the time slots.
func (p *Proposal) Fit(viewings []vitec.Viewing) {
	for _, b := range p.Blanks() {
		var ids []string
		switch {
		case b.ID != "" || b.Text == "":
		case b.Field == "viewingId":
			m := readMoment(b.Text)
			for _, v := range viewings {
				if m.fits(v.StartsAt, v.EndsAt) && at(m.place, v) {
					ids = append(ids, v.Id)
				}
			}
		case b.Field == "timeSlotId":
			text, viewing, id := p.slot(b.Text)
			m, named := readMoment(text), readMoment(viewing)
			if m.from == "" { // "Storgatan 12 17:00"
				m.from, m.to = named.from, named.to
			}
			for _, v := range viewings {
				other := id != "" && v.Id != id
				unlike := id == "" && (!at(named.place, v) || !named.on(v.StartsAt) || named.from != "" && !named.fits(v.StartsAt, v.EndsAt))
				if other || unlike || !at(m.place, v) {
					continue
				}
				for _, s := range v.TimeSlots {
					if m.fits(s.StartsAt, s.EndsAt) {
						ids = append(ids, s.Id)
					}
				}
			}
		}
		if len(ids) == 1 {
			p.Fill(b.Field, b.Text, ids[0])
		}
	}
}

// slot returns the text of a time slot alone, that of its viewing and the
// viewing's id, as far as they are known.
func (p *Proposal) slot(key string) (text, viewing, id string) {
	for _, b := range p.Blanks() {
		if b.Field != "viewingId" {
			continue
		}
		rest, joined := strings.CutPrefix(key, b.Text+" ")
		switch {
		case b.Text == "":
			id = b.ID
		case joined:
			return rest, b.Text, b.ID
		case p.survey.viewingOf[mapping.Fold(key)] == mapping.Fold(b.Text):
			return key, b.Text, b.ID
		}
	}
	if id == "" {
		id = p.constants["viewingId"]
	}
	return key, "", id
}
