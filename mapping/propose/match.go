package propose

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"vitec-import/vitec"
)

// Several fields together, which one cell fills.
const (
	FullName    = "fullName"    // first and last name
	fullAddress = "fullAddress" // street, postal code and city
	zipAndCity  = "zipAndCity"
	anyPhone    = "anyPhone" // a phone without a word on which: the cells decide
)

type part struct{ path, split string }

// partsOf are the fields that are taken out of one cell, and how.
var partsOf = map[string][]part{
	FullName:    {{"updatePerson.firstName", "first"}, {"updatePerson.lastName", "last"}},
	fullAddress: {{"updatePerson.address.streetAddress", "street"}, {"updatePerson.address.zipCode", "zip"}, {"updatePerson.address.city", "city"}},
	zipAndCity:  {{"updatePerson.address.zipCode", "zip"}, {"updatePerson.address.city", "city"}},
}

// contactPaths are the fields of which the server requires one.
var contactPaths = []string{"updatePerson.email.emailAddress", "updatePerson.telePhone", "updatePerson.workPhone", "updatePerson.cellPhone"}

// neverMapped are fields that are left to a person, whatever a heading says, by
// how their paths begin, and why.
var neverMapped = []struct {
	path string
	why  vitec.Text
}{
	{"updatePerson.socialSecurityNumber", say("the server overwrites whoever has the number; remove the # only if you need to send it")},
	{"smsReminder", say("it would send messages to people")},
	{"mailConfirmation", say("it would send messages to people")},
	{"smsConfirmation", say("it would send messages to people")},
	{"reminderTime", say("it matters only if reminders are sent")},
	{"updatePerson.approval", say("it is the consent from before the GDPR; map it only if you know that you need it")},
	{"returnBookingId", say("without it there is no booking id")},
	{"options.", say("it is better said once, for all rows")},
	{"updatePerson.task.", say("it creates a task for the office")},
}

// ofOne are the fields that hardly two people have in common.
var ofOne = append([]string{
	"updatePerson.email.emailAddress2", "updatePerson.otherPhone", anyPhone, "updatePerson.contactId", FullName,
	"updatePerson.address.streetAddress", fullAddress, // else it is where the viewings are
}, contactPaths...)

// claim is a field that a column may fill.
type claim struct {
	column   int
	field    string
	strength int // of heading and cells together
	why      vitec.Text
}

// matcher gives each field at most one column: each column claims what its heading
// says, weighed against its cells; what columns say of each other takes claims
// away; the strongest claim to a field wins, and of two equal ones neither.
type matcher struct {
	*Proposal
	taken  map[string]int // field → column, -1 for a constant
	claims []claim
	weak   []claim // nothing but the cells speaks for them
}

func (m *matcher) match() {
	for path := range m.constants {
		m.taken[path] = -1
	}
	second := m.secondList()
	for i := range m.survey.columns {
		c := m.column(i)
		mine, unique := i < second, m.unique(i)
		switch {
		case c.header == "":
		case mine && unique && c.meaning.other:
			m.hinted(i)
		case mine && unique && c.meaning.field == "":
			m.unnamed(i)
		case mine && unique:
			m.named(i)
		case c.meaning.field == "":
		case mine:
			m.doubt(i, c.meaning.field, say("several columns have this name: rename one of them"))
		default:
			m.doubt(i, c.meaning.field, say("it belongs to another list, beside the first"))
		}
	}
	reached := m.claimed(append(contactPaths, anyPhone)...)
	for _, c := range m.weak {
		if !reached && slices.Contains(contactPaths, c.field) {
			m.claims = append(m.claims, c)
		} else {
			m.doubt(c.column, c.field, c.why)
		}
	}
	m.roles()
	m.phones()
	m.fullNames()
	// The strongest first; of equals the one with more cells, then the left.
	slices.SortStableFunc(m.claims, func(x, y claim) int {
		return cmp.Or(cmp.Compare(y.strength, x.strength), cmp.Compare(m.column(y.column).filled, m.column(x.column).filled))
	})
	for _, c := range m.claims {
		m.take(c)
	}
	m.viewings()
}

// named weighs a heading that has a meaning against the cells.
func (m *matcher) named(i int) {
	c := m.column(i)
	field := c.meaning.field
	for _, never := range neverMapped {
		if strings.HasPrefix(field, never.path) {
			m.doubt(i, field, never.why)
			return
		}
	}
	if strings.HasPrefix(field, "updatePerson.address.") || field == fullAddress || field == zipAndCity {
		switch {
		case c.share(address) >= half:
			field = fullAddress
		case c.share(zipCity) >= half:
			field = zipAndCity
		case field == "updatePerson.address.streetAddress" && c.share(oneWord, moreWords) >= most:
			field = "updatePerson.address.city" // "Postadress": Umeå
		}
	}
	verdict, why := c.evidence(field)
	switch {
	case slices.Contains(ofOne, field) && m.survey.someoneElses(c):
		m.doubt(i, field, say("the same few values stand in all rows: they seem to be somebody else's"))
	case verdict == against && c.share(email) >= most && (field == "updatePerson.address.streetAddress" || field == anyPhone):
		m.byCells(i, "updatePerson.email.emailAddress", say("by its cells: they are e-mail addresses"))
	case verdict == against && field == "updatePerson.email.emailAddress" && c.share(phone) >= most && c.share(personalNumber) < half:
		field = "updatePerson.telePhone"
		if c.share(mobile) >= most {
			field = "updatePerson.cellPhone"
		}
		m.doubt(i, field, say("its cells are phone numbers, its heading says something else"))
	case verdict == against:
		m.doubt(i, field, why)
	case field == "timeSlotId" && m.survey.shared && m.survey.both.many && i == m.survey.slot:
		m.doubt(i, field, say("the same time stands beside several viewings: each of the two together is a time slot"))
	case !c.meaning.sure && verdict != agrees:
		m.doubt(i, field, say("the heading may mean something else"))
	default:
		strength := 0
		for n, is := range []bool{c.meaning.exact && field == c.meaning.field, verdict == agrees, c.meaning.sure} {
			if is {
				strength += 1 << n
			}
		}
		m.claims = append(m.claims, claim{i, field, strength, none})
	}
}

// unnamed says what a column looks like whose heading says nothing.
func (m *matcher) unnamed(i int) {
	c := m.column(i)
	for _, like := range []struct {
		look  look
		field string
		what  vitec.Text
	}{
		{email, "updatePerson.email.emailAddress", say("e-mail addresses")},
		{viewingID, "viewingId", say("ids of viewings")},
		{contactID, "updatePerson.contactId", say("ids of contacts")},
		{personalNumber, "updatePerson.socialSecurityNumber", say("personal numbers")},
		{mobile, "updatePerson.cellPhone", say("mobile numbers")},
		{spacedZip, "updatePerson.address.zipCode", say("postal codes")},
		{moreWords, FullName, say("names")},
	} {
		if c.share(like.look) >= most && (like.field != FullName || c.hints() == nil && !c.divides()) {
			m.byCells(i, like.field, say("by its cells: %d of %d look like %s", c.like[like.look], c.looked, like.what))
			return
		}
	}
	m.hinted(i)
}

// byCells notes what nothing but the cells speaks for.
func (m *matcher) byCells(i int, field string, why vitec.Text) {
	if !slices.Contains(ofOne, field) || !m.survey.someoneElses(m.column(i)) {
		m.weak = append(m.weak, claim{i, field, 0, why})
	}
}

// hinted says what a heading may mean that has no meaning of its own. Whole names
// below "Spekulant" are enough.
func (m *matcher) hinted(i int) {
	c := m.column(i)
	for _, field := range c.hints() {
		switch verdict, _ := c.evidence(field); {
		case field == FullName && c.share(moreWords) >= most:
			m.claims = append(m.claims, claim{i, field, 0, none})
		case !slices.Contains(ofOne, field) || verdict != against:
			m.doubt(i, field, say("the heading may mean this, or something else"))
		}
	}
}

// hints are the fields that the heading may mean.
func (c *column) hints() []string { return known().hints[compact(c.heading)] }

// retract turns the claims that why speaks against into doubts.
func (m *matcher) retract(why func(claim) vitec.Text) {
	claims := m.claims
	m.claims = nil
	for _, c := range claims {
		if w := why(c); w.IsZero() {
			m.claims = append(m.claims, c)
		} else {
			m.doubt(c.column, c.field, w)
		}
	}
}

// secondList returns the column at which another list begins beside the first: what
// stands behind an empty column and repeats the names or addresses before it. It
// is the number of columns if there is none.
func (m *matcher) secondList() int {
	columns := m.survey.columns
	ofList := func(from int) map[string]bool {
		has := map[string]bool{}
		for i := from; i < len(columns) && !columns[i].blank(); i++ {
			switch c := &columns[i]; {
			case isName(c.meaning.field):
				has[FullName] = true
			case c.meaning.field == "updatePerson.email.emailAddress" || c.share(email) >= half:
				has["updatePerson.email.emailAddress"] = true
			case slices.Contains(ofOne, c.meaning.field):
				has[c.meaning.field] = true
			}
		}
		return has
	}
	begin := slices.IndexFunc(columns, func(c column) bool { return !c.blank() })
	for i := begin + 1; i < len(columns); i++ {
		if columns[i].blank() || !columns[i-1].blank() {
			continue
		}
		for field := range ofList(i) {
			if ofList(begin)[field] {
				m.Notes = append(m.Notes, say("several lists stand side by side; only the first is proposed: put each into a file of its own"))
				return i
			}
		}
	}
	return len(columns)
}

func (c *column) blank() bool { return c.header == "" && c.filled == 0 }

// roles refuses to guess whose the fields are where a list has two people's: the
// buyer's e-mail address and the guest's.
func (m *matcher) roles() {
	of := map[string]map[string]bool{} // field → roles
	role := func(c claim) string { return m.column(c.column).meaning.role }
	for _, c := range m.claims {
		field := c.field
		if isName(field) {
			field = FullName
		}
		if of[field] == nil {
			of[field] = map[string]bool{}
		}
		if field != FullName || c.field == FullName || role(c) != "" {
			of[field][role(c)] = true
		}
	}
	unclear := map[string]bool{}
	for _, roles := range of {
		for role := range roles {
			unclear[role] = unclear[role] || role != "" && len(roles) > 1
		}
	}
	// "Deltagare", "Deltagare mobil" and "Mobil": the last may be anybody's.
	named := len(of[FullName]) > 0 && !of[FullName][""]
	m.retract(func(c claim) vitec.Text {
		if unclear[role(c)] || role(c) == "" && named && len(of[c.field]) > 1 {
			return say("the list has such columns of several people: choose the participant's")
		}
		return none
	})
}

// manyMobiles is how many mobile numbers it takes to believe the cells rather
// than "Telefon".
const manyMobiles = 8

// phones decides which phones those are that do not say it.
func (m *matcher) phones() {
	for i := range m.claims {
		c := &m.claims[i]
		if c.field != anyPhone {
			continue
		}
		col := m.column(c.column)
		mobiles := col.share(mobile) >= most
		switch {
		case mobiles && !m.claimed("updatePerson.cellPhone") && (col.like[mobile] >= manyMobiles || m.claimed("updatePerson.telePhone")):
			c.field, c.why = "updatePerson.cellPhone", say("its cells are mobile numbers")
		case m.claimed("updatePerson.telePhone"):
			c.field, c.strength = "updatePerson.otherPhone", 0
		default:
			c.field = "updatePerson.telePhone"
			if mobiles {
				c.why = say("its cells are mobile numbers: perhaps it is cellPhone")
			}
		}
	}
}

// claimed reports whether something claims one of the fields.
func (m *matcher) claimed(fields ...string) bool {
	return slices.ContainsFunc(fields, func(field string) bool {
		_, taken := m.taken[field]
		return taken || slices.ContainsFunc(m.claims, func(c claim) bool { return c.field == field })
	})
}

// fullNames decides what becomes of columns with whole names.
func (m *matcher) fullNames() {
	hasFirst, hasLast := m.claimed("updatePerson.firstName"), m.claimed("updatePerson.lastName")
	for i := range m.claims {
		c := &m.claims[i]
		if c.field == FullName && hasLast && !hasFirst && m.column(c.column).share(moreWords) < half {
			c.field = "updatePerson.firstName"
		}
	}
	m.retract(func(c claim) vitec.Text {
		switch {
		case c.field != FullName:
		case hasFirst && hasLast:
			return say("the file has the first and the last name already")
		case hasFirst:
			return say("the file has the first name already")
		case hasLast:
			return say("the file has the last name already")
		}
		return none
	})
}

// take gives a column its field, or the fields that its cells hold together,
// unless another has them or fits them as well.
func (m *matcher) take(c claim) {
	if by, ok := m.taken[c.field]; ok {
		why := say("the field has a constant already")
		if by >= 0 {
			why = say("column %q fills the field already", m.column(by).header)
		}
		m.doubt(c.column, c.field, why)
		return
	}
	for _, o := range m.claims {
		if o.field == c.field && o.column != c.column && o.strength >= c.strength && c.field != "updatePerson.otherPhone" {
			m.doubt(c.column, c.field, say("column %q fits the field equally well: choose one", m.column(o.column).header))
			return
		}
	}
	m.taken[c.field] = c.column
	parts := partsOf[c.field]
	if parts == nil {
		if c.field == "timeSlotId" && m.joined(c.column) {
			c.why = say("the same time stands beside several viewings: a time slot is known by both together")
		}
		m.add(&m.Mapped, c.field, c.column, m.rule(c.field, c.column), c.why)
		return
	}
	if c.field != FullName {
		c.why = say("its cells hold more than one part of the address")
	}
	before := len(m.Mapped)
	for _, p := range parts {
		if !m.claimed(p.path) {
			m.taken[p.path] = c.column
			m.add(&m.Mapped, p.path, c.column, rule{column: m.column(c.column).header, split: p.split}, c.why)
		}
	}
	if len(m.Mapped) == before {
		m.doubt(c.column, c.field, say("other columns fill its fields already"))
	}
}

// viewings proposes, unsure, a column of few texts as the viewing, whatever its
// heading says.
func (m *matcher) viewings() {
	if m.maps("viewingId") || slices.ContainsFunc(m.Unsure, func(s Suggestion) bool { return s.Field == "viewingId" }) {
		return
	}
	best := -1
	for i := range m.survey.columns {
		c := m.column(i)
		if c.header == "" || i == m.survey.slot || !c.divides() || slices.ContainsFunc(m.Mapped, func(s Suggestion) bool { return s.Column == i }) {
			continue
		}
		if best < 0 || c.share(street) > m.column(best).share(street) {
			best = i
		}
	}
	if best >= 0 && (m.survey.slot >= 0 || m.column(best).share(street) >= half) {
		m.doubt(best, "viewingId", say("its few texts may be the viewings"))
	}
}

// divides reports whether the column's texts are few and may be what the rows
// are grouped by: no numbers, answers or addresses of people.
func (c *column) divides() bool {
	keys, _ := c.keys()
	return !c.many && len(keys) >= 2 && 2*len(keys) <= c.filled && c.share(text) >= most &&
		max(c.share(email), c.share(phone), c.share(yesNo), c.share(country)) < few
}

// verdict is what the cells of a column say to a field.
type verdict uint8

const (
	silent  verdict = iota // nothing: there are none, or they could be anything
	agrees                 // they look like it
	against                // they do not
)

// Shares of the cells that were looked at.
const (
	most = 0.8
	half = 0.5
	few  = 0.3
)

// shape is what the cells of a field look like, the share of them that speaks for
// the field, and the share below which they speak against it.
type shape struct {
	looks          []look
	agree, against float64
	what           vitec.Text
}

var (
	phones  = shape{[]look{phone}, half, few, say("phone numbers")}
	answers = shape{[]look{yesNo}, most, most, say("a yes or a no")}
	emails  = shape{[]look{email}, half, few, say("e-mail addresses")}
	degrees = shape{[]look{decimal}, most, most, say("coordinates")}
	names   = shape{[]look{oneWord, moreWords}, half, few, say("names")}
	prose   = shape{[]look{text}, half, 1 - most, say("texts")}
)

var shapes = map[string]shape{
	"updatePerson.firstName": names, "updatePerson.lastName": names, FullName: names,
	"updatePerson.email.emailAddress": emails, "updatePerson.email.emailAddress2": emails,
	anyPhone: phones, "updatePerson.cellPhone": phones, "updatePerson.telePhone": phones, "updatePerson.workPhone": phones, "updatePerson.otherPhone": phones,
	"participated": answers, "updatePerson.wishAdvertising": answers, "updatePerson.isForeignSocialSecurityNumber": answers,
	"updatePerson.coordinate.longitud": degrees, "updatePerson.coordinate.latitud": degrees,
	"updatePerson.note": prose, "contactMessage": prose,
	"updatePerson.address.streetAddress": {[]look{text}, half, half, say("streets")},
	"updatePerson.address.zipCode":       {[]look{zip}, few, few, say("postal codes")},
	"updatePerson.address.city":          {[]look{oneWord, moreWords}, half, half, say("names of places")},
	fullAddress:                          {[]look{address}, half, few, say("whole addresses")},
	zipAndCity:                           {[]look{zipCity}, half, few, say("a postal code and a city")},
	"updatePerson.address.countryCode":   {[]look{country}, most, most, say("countries")},
	"updatePerson.contactId":             {[]look{contactID}, most, most, say("ids of contacts")},
	"updatePerson.userId":                {[]look{userID}, most, most, say("ids of users")},
	"customerId":                         {[]look{officeID}, most, most, say("ids of offices")},
	"updatePerson.leadScore":             {[]look{digits}, most, most, say("numbers")},
}

// evidence says whether the column's cells look like what the field holds, and why
// not.
func (c *column) evidence(field string) (verdict, vitec.Text) {
	if c.looked == 0 {
		return silent, none
	}
	s, ok := shapes[field]
	share := c.share(s.looks...)
	switch {
	case field == "updatePerson.gdprApprovalDate":
		switch _, clear, ok := c.date(); {
		case !ok:
			return against, say("its cells are not dates written in one way")
		case !clear:
			return against, say("its dates can be read in two ways: say which with layout")
		}
		return agrees, none
	case field == "updatePerson.obtainThrough":
		if c.obtained() == nil {
			return against, say("its words are not the API's")
		}
		return agrees, none
	case c.looked > 2 && c.share(yesNo) >= most && !slices.Contains(s.looks, yesNo), c.share(email) >= few && !ok:
		return against, say("its cells look like something else")
	case field == "viewingId" || field == "timeSlotId":
		switch {
		case c.many && c.share(viewingID) < most && !c.direct():
			return against, say("it holds more than %d different values", maxValues)
		case field == "timeSlotId" && c.share(clock) >= half || c.share(viewingID) >= half || c.direct():
			return agrees, none
		}
	case ok && share >= s.agree:
		return agrees, none
	case ok && share < s.against:
		return against, say("%d of %d cells look like %s", c.count(s.looks...), c.looked, s.what)
	}
	return silent, none
}

// direct reports whether the heading says in the API's words that its cells are
// ids, and they can be.
func (c *column) direct() bool {
	return known().sets["direct"][compact(c.heading)] &&
		!slices.ContainsFunc(c.values, func(v string) bool { return strings.ContainsAny(v, ` ,:;/"`) })
}

// someoneElses reports whether the column holds the same few values in all rows
// while another tells the people apart: then they are not the participants' own
// but the brokers', say.
func (s *Survey) someoneElses(c *column) bool {
	const rows, times = 8, 4
	if c.many || c.filled < rows || len(c.values)*times > c.filled {
		return false
	}
	return slices.ContainsFunc(s.columns, func(o column) bool {
		personal := max(o.share(email), o.share(phone), o.share(moreWords)) >= most
		return personal && o.filled >= rows && (o.many || len(o.values)*2 > o.filled)
	})
}

// obtained returns the API's word for each of the column's by which a person was
// informed, or nil if one of them is unknown or there are none.
func (c *column) obtained() map[string]string {
	table := map[string]string{}
	for _, v := range c.values {
		if table[v] = known().informed[compact(v)]; table[v] == "" {
			return nil
		}
	}
	if len(table) == 0 {
		return nil
	}
	return table
}

// needsLookup reports whether the column's cells cannot be ids themselves.
func (c *column) needsLookup(field string) bool {
	if c.looked == 0 || c.many || field == "customerId" || c.direct() || c.share(viewingID) >= most {
		return false
	}
	// Ids that a system has made are one word of letters and digits.
	return slices.ContainsFunc(c.values, func(v string) bool {
		return strings.ContainsAny(v, ` .,/\?#%&*:<>`) || !strings.ContainsFunc(v, unicode.IsLetter) || !strings.ContainsAny(v, "0123456789")
	})
}
