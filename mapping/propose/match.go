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
	FullAddress = "fullAddress" // street, postal code and city
	ZipAndCity  = "zipAndCity"
	AnyPhone    = "anyPhone" // a phone without a word on which: the cells decide
)

type part struct{ path, split string }

// partsOf are the fields that are taken out of one cell, and how.
var partsOf = map[string][]part{
	FullName:    {{"updatePerson.firstName", "first"}, {"updatePerson.lastName", "last"}},
	FullAddress: {{"updatePerson.address.streetAddress", "street"}, {"updatePerson.address.zipCode", "zip"}, {"updatePerson.address.city", "city"}},
	ZipAndCity:  {{"updatePerson.address.zipCode", "zip"}, {"updatePerson.address.city", "city"}},
}

// contactPaths are the fields of which the server requires one.
var contactPaths = []string{"updatePerson.email.emailAddress", "updatePerson.telePhone", "updatePerson.workPhone", "updatePerson.cellPhone"}

// neverMapped are fields that are left to a person, whatever a heading says, and
// why.
var neverMapped = map[string]vitec.Text{
	"updatePerson.socialSecurityNumber":    say("the server overwrites whoever has the number; remove the # only if you need to send it"),
	"smsReminder":                          say("it would send messages to people"),
	"mailConfirmation":                     say("it would send messages to people"),
	"smsConfirmation":                      say("it would send messages to people"),
	"reminderTime":                         say("it matters only if reminders are sent"),
	"updatePerson.approval":                say("it is the consent from before the GDPR; map it only if you know that you need it"),
	"updatePerson.approvalDate":            say("it is the consent from before the GDPR; map it only if you know that you need it"),
	"returnBookingId":                      say("without it there is no booking id"),
	"options.isDeadlineValidationEnabled":  say("it is better said once, for all rows"),
	"options.enableBookingLimitValidation": say("it is better said once, for all rows"),
	"updatePerson.task.predefinedTaskId":   say("it creates a task for the office"),
	"updatePerson.task.note":               say("it creates a task for the office"),
	"updatePerson.task.estateId":           say("it creates a task for the office"),
	"updatePerson.task.assignedTo":         say("it creates a task for the office"),
}

// ofOne are the fields that hardly two people have in common.
var ofOne = append([]string{
	"updatePerson.email.emailAddress2", "updatePerson.otherPhone", AnyPhone, "updatePerson.contactId", FullName,
	"updatePerson.address.streetAddress", FullAddress, // else it is where the viewings are
}, contactPaths...)

// claim is a field that a column may fill.
type claim struct {
	column   int
	field    string
	strength int // of heading and cells together
	why      vitec.Text
}

// matcher gives each field at most one column.
type matcher struct {
	*Proposal
	taken  map[string]int // field → column, -1 for a constant
	claims []claim
}

func (m *matcher) match() {
	for path := range m.constants {
		m.taken[path] = -1
	}
	for i := range m.survey.columns {
		m.claim(i)
	}
	m.sideBySide()
	m.roles()
	m.phones()
	m.onlyName()
	m.fullNames()
	m.equals()
	// The strongest first; of equals the one with more cells, then the left.
	slices.SortStableFunc(m.claims, func(x, y claim) int {
		return cmp.Or(cmp.Compare(y.strength, x.strength), cmp.Compare(m.column(y.column).filled, m.column(x.column).filled))
	})
	for _, c := range m.claims {
		m.take(c)
	}
	m.reach()
	m.viewings()
}

// claim looks at one column by itself.
func (m *matcher) claim(i int) {
	c := m.column(i)
	switch {
	case c.header == "":
	case !m.unique(i):
		if c.meaning.field != "" {
			m.doubt(i, c.meaning.field, say("several columns have this name: rename one of them"))
		}
	case c.meaning.other:
		m.hinted(i)
	case c.meaning.field != "":
		m.named(i)
	default:
		m.unnamed(i)
	}
}

// named weighs a heading that has a meaning against the cells.
func (m *matcher) named(i int) {
	c := m.column(i)
	field := c.meaning.field
	if why, ok := neverMapped[field]; ok {
		m.doubt(i, field, why)
		return
	}
	if strings.HasPrefix(field, "updatePerson.address.") || field == FullAddress || field == ZipAndCity {
		switch {
		case c.share(address) >= half:
			field = FullAddress
		case c.share(zipCity) >= half:
			field = ZipAndCity
		}
	}
	found := c.evidence(field)
	switch {
	case slices.Contains(ofOne, field) && m.survey.someoneElses(c):
		m.doubt(i, field, say("the same few values stand in all rows: they seem to be somebody else's"))
	case found.verdict == against && c.share(email) >= most && (field == "updatePerson.address.streetAddress" || field == AnyPhone):
		m.byCells(i, "updatePerson.email.emailAddress", say("by its cells: they are e-mail addresses"))
	case found.verdict == against && field == "updatePerson.email.emailAddress" && c.share(phone) >= most && c.share(personalNumber) < half:
		field = "updatePerson.telePhone"
		if c.share(mobile) >= most {
			field = "updatePerson.cellPhone"
		}
		m.doubt(i, field, say("its cells are phone numbers, its heading says something else"))
	case found.verdict == against:
		m.doubt(i, field, found.why)
	case field == "timeSlotId" && m.survey.shared && m.survey.both.many && i == m.survey.slot:
		m.doubt(i, field, say("the same time stands beside several viewings: each of the two together is a time slot"))
	case !c.meaning.sure && found.verdict != agrees:
		m.doubt(i, field, say("the heading may mean something else"))
	default:
		strength := 0
		for n, is := range []bool{c.meaning.exact, found.verdict == agrees, c.meaning.sure} {
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
		if c.looked > 0 && c.share(like.look) >= most && (like.field != FullName || c.hints() == nil && !c.divides()) {
			m.byCells(i, like.field, say("by its cells: %d of %d look like %s", c.like[like.look], c.looked, like.what))
			return
		}
	}
	m.hinted(i)
}

// byCells notes what nothing but the cells speaks for.
func (m *matcher) byCells(i int, field string, why vitec.Text) {
	if slices.Contains(ofOne, field) && m.survey.someoneElses(m.column(i)) {
		return
	}
	m.doubt(i, field, why)
	m.Unsure[len(m.Unsure)-1].byCells = true
}

// hinted says what a heading may mean that has no meaning of its own.
func (m *matcher) hinted(i int) {
	for _, field := range m.column(i).hints() {
		if !slices.Contains(ofOne, field) || m.column(i).evidence(field).verdict != against {
			m.doubt(i, field, say("the heading may mean this, or something else"))
		}
	}
}

// hints are the fields that the heading may mean.
func (c *column) hints() []string { return known().hints[compact(c.heading)] }

// retract turns the claims that keep refuses into doubts.
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

// sideBySide keeps two lists beside each other apart: what stands behind an empty
// column and repeats the names or addresses before it is another list.
func (m *matcher) sideBySide() {
	list, lists := 0, make([]int, len(m.survey.columns))
	begins := 0
	for i := range m.survey.columns {
		c := m.column(i)
		if c.header == "" && c.filled == 0 {
			continue
		}
		if i > 0 && i > begins && m.column(i-1).header == "" && m.column(i-1).filled == 0 && m.repeats(begins, i) {
			list++
			begins = i
		}
		lists[i] = list
	}
	if list == 0 {
		return
	}
	m.Notes = append(m.Notes, say("%d lists stand side by side; only the first is proposed: put each into a file of its own", list+1))
	m.retract(func(c claim) vitec.Text {
		if lists[c.column] > 0 {
			return say("it belongs to another list, beside the first")
		}
		return none
	})
	for i, s := range m.Unsure {
		if lists[s.Column] > 0 {
			m.Unsure[i].byCells = false
		}
	}
}

// repeats reports whether names or e-mail addresses stand on both sides of the
// empty column before column to.
func (m *matcher) repeats(from, to int) bool {
	kinds := func(i, end int) map[string]bool {
		has := map[string]bool{}
		for ; i < end && (m.column(i).header != "" || m.column(i).filled > 0); i++ {
			c := m.column(i)
			switch field := c.meaning.field; {
			case isName(field):
				has["name"] = true
			case field == "updatePerson.email.emailAddress" || c.share(email) >= half:
				has["email"] = true
			case slices.Contains(ofOne, field):
				has[field] = true
			}
		}
		return has
	}
	before, behind := kinds(from, to), kinds(to, len(m.survey.columns))
	for kind := range before {
		if behind[kind] {
			return true
		}
	}
	return false
}

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
		if c.field != AnyPhone {
			continue
		}
		col := m.column(c.column)
		mobiles := col.share(mobile) >= most
		switch {
		case mobiles && !m.claimed("updatePerson.cellPhone") && (col.like[mobile] >= manyMobiles || m.claimed("updatePerson.telePhone")):
			c.field, c.why = "updatePerson.cellPhone", say("its cells are mobile numbers")
		case !m.claimed("updatePerson.telePhone"):
			c.field = "updatePerson.telePhone"
			if mobiles {
				c.why = say("its cells are mobile numbers: perhaps it is cellPhone")
			}
		default:
			c.field, c.strength = "updatePerson.otherPhone", 0
		}
	}
}

// onlyName takes the only column of whole names for them, though its heading
// ("Spekulant") might mean something else.
func (m *matcher) onlyName() {
	if m.claimed(FullName) || m.claimed("updatePerson.firstName") || m.claimed("updatePerson.lastName") {
		return
	}
	var found []int
	for i := range m.survey.columns {
		if c := m.column(i); slices.Contains(c.hints(), FullName) && c.share(moreWords) >= most && !m.retracted(i) {
			found = append(found, i)
		}
	}
	if len(found) == 1 {
		m.Unsure = slices.DeleteFunc(m.Unsure, func(s Suggestion) bool { return s.Column == found[0] })
		m.claims = append(m.claims, claim{found[0], FullName, 0, none})
	}
}

// retracted reports whether a column is doubted for more than what its heading
// may mean.
func (m *matcher) retracted(i int) bool {
	return slices.ContainsFunc(m.Unsure, func(s Suggestion) bool {
		return s.Column == i && s.Why.Format != "the heading may mean this, or something else"
	})
}

func (m *matcher) claimed(field string) bool {
	_, taken := m.taken[field]
	return taken || slices.ContainsFunc(m.claims, func(c claim) bool { return c.field == field })
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

// equals refuses to choose between columns that fit a field equally well.
func (m *matcher) equals() {
	best, others := map[string]int{}, map[string][]claim{}
	for _, c := range m.claims {
		best[c.field] = max(best[c.field], c.strength)
		others[c.field] = append(others[c.field], c)
	}
	m.retract(func(c claim) vitec.Text {
		if c.field == "updatePerson.otherPhone" || c.strength < best[c.field] {
			return none
		}
		for _, o := range others[c.field] {
			if o.column != c.column && o.strength == c.strength {
				return say("column %q fits the field equally well: choose one", m.column(o.column).header)
			}
		}
		return none
	})
}

// take gives a column its field, or the fields that its cells hold together,
// unless somebody has them.
func (m *matcher) take(c claim) {
	if by, ok := m.taken[c.field]; ok {
		why := say("the field has a constant already")
		if by >= 0 {
			why = say("column %q fills the field already", m.column(by).header)
		}
		m.doubt(c.column, c.field, why)
		return
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
	why := none
	if c.field != FullName {
		why = say("its cells hold more than one part of the address")
	}
	for _, p := range parts {
		if !m.claimed(p.path) {
			m.taken[p.path] = c.column
			m.add(&m.Mapped, p.path, c.column, rule{column: m.column(c.column).header, split: p.split}, why)
		}
	}
	if !slices.ContainsFunc(m.Mapped, func(s Suggestion) bool { return s.Column == c.column }) {
		m.doubt(c.column, c.field, say("other columns fill its fields already"))
	}
}

// reach makes sure that people can be reached, where only the cells say how and
// leave no choice.
func (m *matcher) reach() {
	if m.Reachable() {
		return
	}
	for _, path := range contactPaths {
		fits := func(s Suggestion) bool { return s.Field == path && s.byCells }
		at := slices.IndexFunc(m.Unsure, fits)
		others := slices.ContainsFunc(m.Unsure, func(s Suggestion) bool { return s.Field == path && at >= 0 && s.Column != m.Unsure[at].Column })
		if at >= 0 && !others {
			m.Mapped = append(m.Mapped, m.Unsure[at])
			m.Unsure = slices.Delete(m.Unsure, at, at+1)
			return
		}
	}
}

// viewings proposes, unsure, a column of few texts as the viewing, whatever its
// heading says.
func (m *matcher) viewings() {
	if m.maps("viewingId") || m.constants["viewingId"] != "" || slices.ContainsFunc(m.Unsure, func(s Suggestion) bool { return s.Field == "viewingId" }) {
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

// evidence is what the cells of a column say to a field, with the reason.
type evidence struct {
	verdict verdict
	why     vitec.Text
}

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

// shape is what the cells of a field look like that has a shape of its own, and
// the share of them that has to.
type shape struct {
	looks []look
	need  float64
	what  vitec.Text
}

var (
	phoneShape = shape{[]look{phone}, half, say("phone numbers")}
	yesNoShape = shape{[]look{yesNo}, most, say("a yes or a no")}
	emailShape = shape{[]look{email}, half, say("e-mail addresses")}
	degrees    = shape{[]look{decimal}, most, say("coordinates")}
)

var shapes = map[string]shape{
	"updatePerson.email.emailAddress": emailShape, "updatePerson.email.emailAddress2": emailShape,
	AnyPhone: phoneShape, "updatePerson.cellPhone": phoneShape, "updatePerson.telePhone": phoneShape, "updatePerson.workPhone": phoneShape, "updatePerson.otherPhone": phoneShape,
	"participated": yesNoShape, "updatePerson.wishAdvertising": yesNoShape, "updatePerson.isForeignSocialSecurityNumber": yesNoShape,
	"updatePerson.coordinate.longitud": degrees, "updatePerson.coordinate.latitud": degrees,
	"updatePerson.address.zipCode":     {[]look{digits}, few, say("postal codes")},
	FullAddress:                        {[]look{address}, half, say("whole addresses")},
	ZipAndCity:                         {[]look{zipCity}, half, say("a postal code and a city")},
	"updatePerson.address.countryCode": {[]look{country}, most, say("countries")},
	"updatePerson.contactId":           {[]look{contactID}, most, say("ids of contacts")},
	"updatePerson.userId":              {[]look{userID}, most, say("ids of users")},
	"customerId":                       {[]look{officeID}, most, say("ids of offices")},
	"updatePerson.leadScore":           {[]look{digits}, most, say("numbers")},
}

// evidence says whether the column's cells look like what the field holds.
func (c *column) evidence(field string) evidence {
	if c.looked == 0 {
		return evidence{silent, say("its cells are all empty")}
	}
	if s, ok := shapes[field]; ok {
		n := c.like[s.looks[0]]
		if field == "updatePerson.address.zipCode" {
			n = max(n, c.like[zip])
		}
		share := float64(n) / float64(c.looked)
		why := say("%d of %d cells look like %s", n, c.looked, s.what)
		switch {
		case share >= s.need:
			return evidence{agrees, why}
		case share < min(s.need, few) || s.need == most:
			return evidence{against, why}
		}
		return evidence{silent, why}
	}
	unlike := func(what vitec.Text) evidence { return evidence{against, say("its cells look like %s", what)} }
	when := func(agree bool) evidence {
		if agree {
			return evidence{agrees, none}
		}
		return evidence{silent, none}
	}
	switch field {
	case "updatePerson.gdprApprovalDate":
		switch _, clear, ok := c.date(); {
		case !ok:
			return evidence{against, say("its cells are not dates written in one way")}
		case !clear:
			return evidence{against, say("its dates can be read in two ways: say which with layout")}
		}
		return when(true)
	case "updatePerson.obtainThrough":
		if c.obtained() == nil {
			return evidence{against, say("its words are not the API's")}
		}
		return when(true)
	}
	switch {
	case c.share(email) >= few:
		return unlike(say("e-mail addresses"))
	case c.looked > 2 && c.share(yesNo) >= most:
		return unlike(say("a yes or a no"))
	}
	names := c.share(oneWord, moreWords)
	switch field {
	case "updatePerson.firstName", "updatePerson.lastName", FullName:
		if names < few {
			return evidence{against, say("its cells are not names")}
		}
		return when(names >= half)
	case "updatePerson.address.city":
		if names < half {
			return evidence{against, say("its cells are not names of places")}
		}
		return when(true)
	case "updatePerson.address.streetAddress":
		if c.share(digits) >= half {
			return unlike(say("numbers"))
		}
		return when(c.share(street) >= half)
	case "updatePerson.note", "contactMessage":
		if c.share(digits) >= most {
			return unlike(say("numbers"))
		}
		return when(c.share(text) >= half)
	case "viewingId", "timeSlotId":
		if c.many && c.share(viewingID) < most && !c.direct() {
			return evidence{against, say("it holds more than %d different values", maxValues)}
		}
		return when(field == "timeSlotId" && c.share(clock) >= half || c.share(viewingID) >= half || c.direct())
	}
	return evidence{silent, none}
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
		word := known().informed[compact(v)]
		if word == "" {
			return nil
		}
		table[v] = word
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
