package propose

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"vitec-import/mapping"
)

// Survey is what the cells below a header look like, column by column. It
// counts; of the cells themselves it keeps only the different ones of columns
// that have few. It is not safe for concurrent use.
type Survey struct {
	rows    int
	columns []column

	// The columns whose headings mean a viewing and a time slot; -1 for none. The
	// same time at two viewings is two slots.
	viewing, slot int
	both          texts             // viewing and slot together
	viewingOf     map[string]string // slot → viewing
	shared        bool              // one text of the slots stands beside two viewings
}

// column is what is known of one column.
type column struct {
	header  string // as names are compared
	heading string // the same without what counts the columns
	meaning meaning

	filled int            // cells of all rows
	looked int            // cells whose looks were counted: all, or a part of them
	like   [nLooks]int    // cells by what they look like
	dates  map[string]int // by layout
	texts
}

// texts are the different texts of a column, if they are few.
type texts struct {
	values []string // in the order in which they came
	counts map[string]int
	many   bool // there are more of them than are kept
}

const (
	surveyedWhole  = 2000 // rows whose cells are all looked at; then a part of them
	surveyedShare  = 16   // one row of so many
	maxValues      = 60   // different cells that are kept of a column
	maxValueLength = 80   // bytes
)

// look is a kind of text that a cell can look like.
type look int

const (
	email look = iota
	phone
	mobile // a phone, too
	personalNumber
	zip
	spacedZip
	yesNo
	country
	decimal
	digits    // nothing but digits and signs
	street    // a word and a number
	address   // a street, the postal code and the city
	zipCity   // the end of it
	oneWord   // may be a name
	moreWords // may be a whole name
	text      // it has letters
	clock     // begins or ends with a time of day
	viewingID
	contactID
	userID
	officeID
	nLooks
)

// dateLayouts are the ways of writing a date that are recognised, those that say
// more first among those that read the same; ISO's need no layout. They are
// tried only by the mapping's own reader.
var dateLayouts = []string{
	"YYYY-MM-DD", "YYYY-MM-DD HH:mm:ss", "YYYY-MM-DDTHH:mm:ss", "YYYY-MM-DD HH:mm", "YYYY-MM-DDTHH:mm",
	"YYYYMMDD", "YYYY/M/D", "YYYY.M.D", "DD.MM.YYYY", "D.M.YYYY", "DD-MM-YYYY", "D-M-YYYY", "DD/MM/YYYY", "D/M/YYYY", "MM/DD/YYYY", "M/D/YYYY", "D/M YYYY",
	"DD.MM.YYYY HH:mm", "D/M/YYYY HH:mm", "M/D/YYYY HH:mm", "YYYY/M/D HH:mm", "M/D/YYYY h:mm a",
	"D MMMM YYYY", "D MMM YYYY", "D MMMM YYYY HH:mm", "D MMM YYYY HH:mm", "D MMM YYYY h:mm a", "MMM D, YYYY", "MMMM D, YYYY", "MMM D, YYYY h:mm a",
}

// isoLayouts is how many of them are ISO's.
const isoLayouts = 5

var dateReaders = sync.OnceValue(func() map[string]func(string) bool {
	readers := map[string]func(string) bool{}
	for _, l := range dateLayouts {
		if reads := mapping.DateReader(l); reads != nil {
			readers[l] = reads
		}
	}
	return readers
})

// New begins a survey of the columns of a header.
func New(header []string) *Survey {
	s := &Survey{columns: make([]column, len(header)), viewing: -1, slot: -1, both: newTexts(), viewingOf: map[string]string{}}
	names := make([]string, len(header))
	for i, cell := range header {
		names[i] = mapping.HeaderKey(cell)
		s.columns[i] = column{header: names[i], texts: newTexts(), dates: map[string]int{}}
	}
	d := known()
	for i, name := range names {
		names[i] = d.uncounted(name)
	}
	second := d.secondPersons(names)
	for i, name := range names {
		c := &s.columns[i]
		c.heading, c.meaning = name, d.meaning(name)
		if second[i] {
			c.meaning = meaning{other: true}
		}
		switch {
		case c.meaning.field == "viewingId" && s.viewing < 0:
			s.viewing = i
		case c.meaning.field == "timeSlotId" && s.slot < 0:
			s.slot = i
		}
	}
	if s.viewing < 0 { // "Objekt" may be the viewing, and then one time at two of them is two slots
		s.viewing = slices.IndexFunc(s.columns, func(c column) bool {
			return c.meaning.field == "" && slices.Contains(c.hints(), "viewingId")
		})
	}
	return s
}

func newTexts() texts { return texts{counts: map[string]int{}} }

// Rows returns the number of rows that were added.
func (s *Survey) Rows() int { return s.rows }

// Add takes the next row. cells is not kept; it may be shorter than the header.
func (s *Survey) Add(cells []string) {
	whole := s.rows < surveyedWhole || s.rows%surveyedShare == 0
	s.rows++
	for i := range min(len(cells), len(s.columns)) {
		t := mapping.Clean(cells[i])
		if t == "" {
			continue
		}
		c := &s.columns[i]
		c.filled++
		c.remember(t)
		if whole {
			c.looked++
			c.look(t)
		}
	}
	if s.viewing < 0 || s.slot < 0 || s.both.many || max(s.viewing, s.slot) >= len(cells) {
		return
	}
	viewing, slot := mapping.Clean(cells[s.viewing]), mapping.Clean(cells[s.slot])
	if viewing == "" || slot == "" {
		return
	}
	s.both.remember(viewing + " " + slot)
	if before, ok := s.viewingOf[mapping.Fold(slot)]; ok && before != mapping.Fold(viewing) {
		s.shared = true
	} else if len(s.viewingOf) <= maxValues {
		s.viewingOf[strings.Clone(mapping.Fold(slot))] = strings.Clone(mapping.Fold(viewing))
	}
}

// remember keeps a text if there are few different ones.
func (t *texts) remember(one string) {
	if t.many {
		return
	}
	if _, ok := t.counts[one]; ok {
		t.counts[one]++
		return
	}
	if len(t.values) == maxValues || len(one) > maxValueLength {
		*t = texts{many: true}
		return
	}
	one = strings.Clone(one) // not the whole row with it
	t.values = append(t.values, one)
	t.counts[one] = 1
}

// keys returns the texts that differ in more than letter case, as a lookup has
// them, each with the number of its rows.
func (t *texts) keys() (keys []string, rows map[string]int) {
	first := map[string]string{}
	rows = map[string]int{}
	for _, v := range t.values {
		if _, ok := first[mapping.Fold(v)]; !ok {
			first[mapping.Fold(v)] = v
			keys = append(keys, v)
		}
		rows[first[mapping.Fold(v)]] += t.counts[v]
	}
	return keys, rows
}

var (
	clockText   = regexp.MustCompile(`(^|[ T])(kl\.? ?)?([01]?\d|2[0-3])[:.][0-5]\d(:[0-5]\d)?( ?[-–] ?([01]?\d|2[0-3])[:.][0-5]\d)?$`)
	streetText  = regexp.MustCompile(`^\p{L}[\p{L} .'’:-]* \d+`)
	spacedZips  = regexp.MustCompile(`^\d{3} \d{2}$`)
	decimalText = regexp.MustCompile(`^-?\d{1,3}[.,]\d+$`)
	vendorID    = regexp.MustCompile(`^(VIS|ADR|HAN)[0-9A-Fa-f]{32}$`)
	phoneText   = regexp.MustCompile(`^[\d ()–/+-]+$`)
	personText  = regexp.MustCompile(`^[\d –+-]+$`)
	noDigit     = regexp.MustCompile(`\D`)
	nameText    = regexp.MustCompile(`^[\pL\pM '’.,´-]+$`)
	officeText  = regexp.MustCompile(`^[A-Za-z]{1,4}\d{1,8}$`)
)

// The mapping's own converters say what they would take.
var (
	toEmail    = mapping.Converter("updatePerson.email.emailAddress")
	toPhone    = mapping.Converter("updatePerson.cellPhone")
	toPersonal = mapping.Converter("updatePerson.socialSecurityNumber")
	toZip      = mapping.Converter("updatePerson.address.zipCode")
	toCountry  = mapping.Converter("updatePerson.address.countryCode")
	toBoolean  = mapping.Converter("participated")

	streetOf, cityOf = mapping.Split("street"), mapping.Split("city")
)

// look counts what a text looks like.
func (c *column) look(t string) {
	count := func(l look, is bool) {
		if is {
			c.like[l]++
		}
	}
	takes := func(convert func(string) (string, bool)) bool {
		_, ok := convert(t)
		return ok
	}
	first, _ := utf8.DecodeRuneInString(t)
	count(yesNo, takes(toBoolean))
	if len(t) >= 8 && len(t) <= 30 && strings.ContainsAny(t, "0123456789") {
		for layout, reads := range dateReaders() {
			if reads(t) {
				c.dates[layout]++
			}
		}
	}
	if unicode.IsDigit(first) || strings.ContainsRune("+(-", first) {
		isDate := dateReaders()["YYYY-MM-DD"](t)
		n := digitsOf(phoneText, t)
		count(phone, n >= 7 && n <= 15 && !isDate && (first == '0' || first == '+' || first == '(' || n == 9))
		if sent, ok := toPhone(t); ok && n >= 7 {
			count(mobile, len(sent) == 10 && sent[:2] == "07")
		}
		n = digitsOf(personText, t)
		count(personalNumber, (n == 10 || n == 12) && takes(toPersonal))
		count(spacedZip, spacedZips.MatchString(t))
		count(decimal, decimalText.MatchString(t))
	}
	city := cityOf(t)
	count(zipCity, city != "" && streetOf(t) == "")
	count(address, city != "" && streetOf(t) != "")
	count(zip, len(t) <= 10 && (takes(toZip) || !strings.ContainsFunc(t, unicode.IsLetter)))
	count(clock, len(t) <= 40 && clockText.MatchString(t))
	if !strings.ContainsFunc(t, unicode.IsLetter) {
		c.like[digits]++
		return
	}
	if strings.Contains(t, "@") {
		count(email, takes(toEmail))
		return
	}
	c.like[text]++
	if !unicode.IsLetter(first) {
		return
	}
	count(street, streetText.MatchString(t))
	count(country, takes(toCountry))
	if vendorID.MatchString(t) {
		c.like[map[byte]look{'V': viewingID, 'A': contactID, 'H': userID}[t[0]]]++
	}
	count(officeID, officeText.MatchString(t))
	if n := nameWords(t); n == 1 {
		c.like[oneWord]++
	} else if n > 1 {
		c.like[moreWords]++
	}
}

// digitsOf counts the digits of a text that has besides them only signs of a
// pattern; 0 if it has others.
func digitsOf(pattern *regexp.Regexp, t string) int {
	if !pattern.MatchString(t) {
		return 0
	}
	return len(noDigit.ReplaceAllString(t, ""))
}

// nameWords returns of how many words a text consists if it may be a name of
// somebody or some place, else 0.
func nameWords(t string) int {
	if n := len(strings.Fields(t)); n <= 5 && nameText.MatchString(t) {
		return n
	}
	return 0
}

// count returns how many of the cells look like one of these.
func (c *column) count(looks ...look) (n int) {
	for _, l := range looks {
		n += c.like[l]
	}
	return n
}

// share returns what part of the cells look like one of these.
func (c *column) share(looks ...look) float64 {
	return float64(c.count(looks...)) / float64(max(c.looked, 1))
}

// date returns the layout in which nearly all cells are dates ("" for ISO).
// clear is false if day and month could as well change places.
func (c *column) date() (layout string, clear, ok bool) {
	best := ""
	for _, l := range dateLayouts {
		if c.dates[l] > c.dates[best] {
			best = l
		}
	}
	if c.looked == 0 || float64(c.dates[best]) < most*float64(c.looked) {
		return "", false, false
	}
	swapped := strings.NewReplacer("D", "M", "M", "D").Replace(best)
	clear = swapped == best || !slices.Contains(dateLayouts, swapped) || c.dates[swapped] < c.dates[best]
	if slices.Contains(dateLayouts[:isoLayouts], best) {
		return "", true, true
	}
	return best, clear, true
}
