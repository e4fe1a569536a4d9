package mapping

import (
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Survey is what the cells below a header look like, column by column. It
// counts; of the cells themselves it keeps only the different ones of columns
// that have few. It is not safe for concurrent use.
type Survey struct {
	rows    int
	columns []column

	// Columns whose headings mean a viewing and a time slot; -1 for none. The
	// same time at two viewings is two slots.
	viewing, slot int
	both          column            // both texts together
	viewingOf     map[string]string // slot → viewing
	shared        bool              // one text of the slots stands beside two viewings
}

// column is what is known of one column.
type column struct {
	header  string // as names are compared
	plain   string // the same without what counts the columns
	meaning meaning

	filled int // cells of all rows
	looked int // cells whose looks were counted: all, or a part of them

	emails, phoneLike, mobiles            int // mobiles are phones, too
	personal, personalLike                int
	zips, spacedZips, zipCities           int
	booleans, countries, decimals, digits int // digits: nothing but digits and signs
	streets, addresses                    int // addresses: with the postal code and the city
	oneName, names, texts                 int
	clocks                                int // begins or ends with a time of day
	viewingIds, contactIds, userIds       int
	officeIds                             int
	dates                                 [len(surveyLayouts)]int

	values []string // the different ones, in the order in which they came
	counts map[string]int
	many   bool // there are more of them than are kept
}

const (
	surveyedWhole  = 2000 // rows whose cells are all looked at; then a part of them
	surveyedShare  = 16   // one row of so many
	maxValues      = 60   // different cells that are kept of a column
	maxValueLength = 80   // bytes
)

// surveyLayouts is the ways of writing a date that are recognised, those that
// say more first among those that read the same.
var surveyLayouts = [...]struct{ layout, shown string }{
	{"2006-01-02", ""}, // ISO needs no layout
	{"2006-01-02T15:04:05", ""},
	{"2006-01-02 15:04:05", ""},
	{"2006-01-02T15:04", ""},
	{"2006-01-02 15:04", ""},
	{"20060102", "YYYYMMDD"},
	{"2006/1/2", "YYYY/M/D"},
	{"2006.1.2", "YYYY.M.D"},
	{"02.01.2006", "DD.MM.YYYY"},
	{"2.1.2006", "D.M.YYYY"},
	{"02-01-2006", "DD-MM-YYYY"},
	{"2-1-2006", "D-M-YYYY"},
	{"02/01/2006", "DD/MM/YYYY"},
	{"2/1/2006", "D/M/YYYY"},
	{"01/02/2006", "MM/DD/YYYY"},
	{"1/2/2006", "M/D/YYYY"},
	{"2/1 2006", "D/M YYYY"},
	{"02.01.2006 15:04", "DD.MM.YYYY HH:mm"},
	{"2/1/2006 15:04", "D/M/YYYY HH:mm"},
	{"1/2/2006 15:04", "M/D/YYYY HH:mm"},
	{"2006/1/2 15:04", "YYYY/M/D HH:mm"},
}

// NewSurvey begins a survey of the columns of a header.
func NewSurvey(header []string) *Survey {
	s := &Survey{columns: make([]column, len(header)), viewing: -1, slot: -1, viewingOf: map[string]string{}}
	s.both.counts = map[string]int{}
	names := make([]string, len(header))
	for i, cell := range header {
		names[i] = headerKey(cell)
		s.columns[i] = column{header: names[i], counts: map[string]int{}}
	}
	d := newDictionary()
	names = unnumbered(names)
	second := d.secondPersons(names)
	for i, name := range names {
		m := d.meaning(name)
		if second[i] {
			m = meaning{other: true}
		}
		s.columns[i].plain, s.columns[i].meaning = name, m
		switch {
		case m.field == "viewingId" && s.viewing < 0:
			s.viewing = i
		case m.field == "timeSlotId" && s.slot < 0:
			s.slot = i
		}
	}
	return s
}

// Rows returns the number of rows that were added.
func (s *Survey) Rows() int { return s.rows }

// Add takes the next row. cells is not kept; it may be shorter than the
// header.
func (s *Survey) Add(cells []string) {
	whole := s.rows < surveyedWhole || s.rows%surveyedShare == 0
	s.rows++
	for i, cell := range cells {
		if i == len(s.columns) {
			return
		}
		text := oneLine(clean(cell))
		if text == "" {
			continue
		}
		c := &s.columns[i]
		c.filled++
		c.remember(text)
		if whole {
			c.looked++
			c.look(text)
		}
	}
	s.pair(cells)
}

// pair remembers which time slots stand beside which viewing.
func (s *Survey) pair(cells []string) {
	if s.viewing < 0 || s.slot < 0 || s.both.many || max(s.viewing, s.slot) >= len(cells) {
		return
	}
	viewing, slot := oneLine(clean(cells[s.viewing])), oneLine(clean(cells[s.slot]))
	if viewing == "" || slot == "" {
		return
	}
	s.both.remember(viewing + " " + slot)
	if before, ok := s.viewingOf[fold(slot)]; ok && before != fold(viewing) {
		s.shared = true
	} else if len(s.viewingOf) <= maxValues {
		s.viewingOf[strings.Clone(fold(slot))] = strings.Clone(fold(viewing))
	}
}

// remember keeps text if the column has few different ones.
func (c *column) remember(text string) {
	if c.many {
		return
	}
	if n, ok := c.counts[text]; ok {
		c.counts[text] = n + 1
		return
	}
	if len(c.values) == maxValues || len(text) > maxValueLength {
		c.many, c.values, c.counts = true, nil, nil
		return
	}
	text = strings.Clone(text) // not the whole row with it
	c.values = append(c.values, text)
	c.counts[text] = 1
}

var (
	clockText   = lazily(`(^|[ T])(kl\.? ?)?([01]?\d|2[0-3])[:.][0-5]\d(:[0-5]\d)?( ?[-–] ?([01]?\d|2[0-3])[:.][0-5]\d)?$`)
	streetText  = lazily(`^\p{L}[\p{L} .'’:-]* \d+`)
	spacedZip   = lazily(`^\d{3} \d{2}$`)
	decimalText = lazily(`^-?\d{1,3}[.,]\d+$`)
	vendorId    = lazily(`^(VIS|ADR|HAN)[0-9A-Fa-f]{32}$`)
	officeId    = lazily(`^M\d{3,8}$`)
)

// look counts what a text looks like. The converters themselves say what they
// would take.
func (c *column) look(text string) {
	count := func(n *int, is bool) bool {
		if is {
			*n++
		}
		return is
	}
	first, _ := utf8.DecodeRuneInString(text)
	around := surroundings{today: time.Now()}
	takes := func(f convert) bool {
		_, why := f(text, &around)
		return !why.bad()
	}
	_, truth := toBoolean(text, nil)
	count(&c.booleans, truth == nil)
	if unicode.IsDigit(first) || first == '+' || first == '(' || first == '-' {
		if phoneShaped(text) {
			c.phoneLike++
			if v, why := toPhone(text, &around); !why.bad() {
				count(&c.mobiles, len(v.text) == 10 && v.text[:2] == "07")
			}
		}
		if personalShaped(text) {
			c.personalLike++
			count(&c.personal, takes(toPersonnummer))
		}
		count(&c.zips, len(text) <= 8 && takes(toZip))
		count(&c.spacedZips, spacedZip.matches(text))
		count(&c.decimals, decimalText.matches(text))
		if len(text) >= 8 && len(text) <= 19 {
			for i, l := range surveyLayouts {
				if t, err := time.Parse(l.layout, text); err == nil && t.Year() >= 1900 && t.Year() <= 2100 {
					c.dates[i]++
				}
			}
		}
	}
	street, _, city := splitAddress(text)
	count(&c.zipCities, city != "" && street == "")
	count(&c.addresses, city != "" && street != "")
	count(&c.clocks, len(text) <= 40 && clockText.matches(text))
	switch {
	case !strings.ContainsFunc(text, unicode.IsLetter):
		c.digits++
	case strings.Contains(text, "@"):
		count(&c.emails, takes(toEmail))
	case unicode.IsLetter(first):
		count(&c.streets, streetText.matches(text))
		count(&c.countries, takes(toCountry))
		if vendorId.matches(text) {
			count(&c.viewingIds, text[0] == 'V')
			count(&c.contactIds, text[0] == 'A')
			count(&c.userIds, text[0] == 'H')
		}
		count(&c.officeIds, officeId.matches(text))
		if n := nameWords(text); n == 1 {
			c.oneName++
		} else if n > 1 {
			c.names++
		}
		fallthrough
	default:
		count(&c.texts, true)
	}
}

// phoneShaped reports whether text has as many digits as a phone number, and
// nothing that a phone number has not. Dates have their digits too evenly.
func phoneShaped(text string) bool {
	digits := 0
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case r == '+' && i == 0, strings.ContainsRune(" -()–/", r):
		default:
			return false
		}
	}
	if _, err := time.Parse("2006-01-02", text); err == nil {
		return false
	}
	return digits >= 7 && digits <= 15 && (text[0] == '0' || text[0] == '+' || text[0] == '(' || digits == 9)
}

// personalShaped reports whether text has the digits of a personal number.
func personalShaped(text string) bool {
	digits := 0
	for i, r := range text {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case (r == '-' || r == '+' || r == ' ' || r == '–') && i >= 6:
		default:
			return false
		}
	}
	return digits == 10 || digits == 12
}

// nameWords returns of how many words text consists if it may be a name of
// somebody or some place, else 0.
func nameWords(text string) int {
	for _, r := range text {
		if !unicode.IsLetter(r) && !unicode.IsMark(r) && !strings.ContainsRune(" -'’.,´", r) {
			return 0
		}
	}
	if n := len(strings.Fields(text)); n <= 5 {
		return n
	}
	return 0
}

// share returns what part of the cells looked at n is.
func (c *column) share(n int) float64 {
	if c.looked == 0 {
		return 0
	}
	return float64(n) / float64(c.looked)
}

// date returns the layout in which nearly all cells are dates ("" for ISO).
// clear is false if they can be read in two ways.
func (c *column) date() (layout string, clock, clear, ok bool) {
	best := -1
	for i, n := range c.dates {
		if best < 0 || n > c.dates[best] {
			best = i
		}
	}
	if c.share(c.dates[best]) < 0.8 {
		return "", false, false, false
	}
	l := surveyLayouts[best]
	clear = true
	if strings.Contains(l.shown, "/") && !strings.HasPrefix(l.shown, "YYYY") && !strings.Contains(l.shown, " YYYY") {
		// Day and month change places: as many cells must not be dates then.
		swapped := strings.NewReplacer("D", "M", "M", "D").Replace(l.shown)
		at := slices.IndexFunc(surveyLayouts[:], func(o struct{ layout, shown string }) bool { return o.shown == swapped })
		clear = at < 0 || c.dates[at] < c.dates[best]
	}
	return l.shown, strings.Contains(l.layout, "15"), clear, true
}
