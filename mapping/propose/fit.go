package propose

import (
	"regexp"
	"slices"
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

var (
	isoDay    = regexp.MustCompile(`\b(20\d\d)-(\d\d)-(\d\d)T?`)
	dottedDay = regexp.MustCompile(`\b(\d{1,2})[./](\d{1,2})[./](20\d\d)\b`)
	slashDay  = regexp.MustCompile(`\b(\d{1,2})/(\d{1,2})(?: +(20\d\d))?\b`)
	namedDay  = regexp.MustCompile(`(?i)\b(\d{1,2})(?:\.|:e)? +(jan|feb|mar|apr|maj|may|jun|jul|aug|sep|okt|oct|nov|dec)\pL*\.?(?: +(20\d\d))?`)
	clockTime = regexp.MustCompile(`\b(\d{1,2})[:.](\d\d)(?::00)?(?: *[-–] *(\d{1,2})[:.](\d\d)(?::00)?)?\b`)
	fillWords = regexp.MustCompile(`(?i)(^|[^\pL])(kl|den|mån(dag)?|tis(dag)?|ons(dag)?|tors?(dag)?|fre(dag)?|lör(dag)?|sön(dag)?|mon(day)?|tue(sday)?|wed(nesday)?|thu(rsday)?|fri(day)?|sat(urday)?|sun(day)?)\.?($|[^\pL])`)
)

var monthNames = []string{"jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"}

// readMoment takes a text apart.
func readMoment(text string) moment {
	var m moment
	// cut returns what a pattern finds, and leaves a sign in its place.
	cut := func(pattern *regexp.Regexp) []string {
		found := pattern.FindStringSubmatch(text)
		if found != nil {
			text = strings.Replace(text, found[0], " | ", 1)
		}
		return found
	}
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	if f := cut(isoDay); f != nil {
		m.year, m.month, m.day = number(f[1]), number(f[2]), number(f[3])
	} else if f := cut(dottedDay); f != nil {
		m.day, m.month, m.year = number(f[1]), number(f[2]), number(f[3])
	} else if f := cut(namedDay); f != nil {
		name := strings.NewReplacer("may", "maj", "oct", "okt").Replace(strings.ToLower(f[2]))
		m.day, m.month, m.year = number(f[1]), slices.Index(monthNames, name)+1, number(f[3])
	} else if f := cut(slashDay); f != nil {
		m.day, m.month, m.year = number(f[1]), number(f[2]), number(f[3])
	}
	if f := cut(clockTime); f != nil {
		m.from = clockOf(number(f[1]), number(f[2]))
		if f[3] != "" {
			m.to = clockOf(number(f[3]), number(f[4]))
		}
	}
	for fillWords.MatchString(text) {
		text = fillWords.ReplaceAllString(text, " | ")
	}
	m.place = placeOf(text)
	return m
}

func clockOf(hour, minute int) string {
	return time.Date(1, 1, 1, hour, minute, 0, 0, time.UTC).Format("15:04")
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
	only := func(ids []string) string {
		if len(ids) == 1 {
			return ids[0]
		}
		return ""
	}
	for _, b := range p.Blanks() {
		if b.ID != "" || b.Text == "" {
			continue
		}
		var ids []string
		if b.Field == "viewingId" {
			m := readMoment(b.Text)
			for _, v := range viewings {
				if m.fits(v.StartsAt, v.EndsAt) && at(m.place, v) {
					ids = append(ids, v.Id)
				}
			}
		} else if b.Field == "timeSlotId" {
			text, viewing, id := p.slot(b.Text)
			m := readMoment(text)
			named := readMoment(viewing)
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
		if id := only(ids); id != "" {
			p.Fill(b.Field, b.Text, id)
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
