package mapping

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"vitec-import/vitec"
)

// Proposal is a mapping that suits the columns of a table, with what is left
// for a person to decide.
type Proposal struct {
	// Mapped is the fields that get a value from columns, in the order of the
	// request.
	Mapped []Suggestion
	// Unsure is what might be mapped, and stands in the file as a comment.
	Unsure []Suggestion
	// Unused is the 0-based columns that nothing is proposed for.
	Unused []int
	// Missing is what a person has to fill in: "customerId", or the values of
	// a column that need an id. The file has a "?" in their places.
	Missing []vitec.Text

	survey  *Survey
	set     []*rule // constants that were asked for
	options ProposalOptions
}

// Suggestion is a field with the column that may fill it.
type Suggestion struct {
	Field  string     // path
	Column int        // 0-based
	Header string     // its name
	Why    vitec.Text // what speaks for it or against it, nothing if it needs no words

	rule    string // as it is written in the file
	byCells bool   // nothing but the cells speaks for it
}

// ProposalOptions is what a proposal needs besides the table.
type ProposalOptions struct {
	Table  string   // the name of the table's file, for the first line
	Schema string   // of the mapping file, for editors: a path or an address; "" for none
	Set    []string // constants, as "field=value"
	Input  Input    // what had to be said to read the table
}

// Propose suggests which column goes to which field. What a heading says is
// held against what the cells look like; only where the two leave no doubt,
// the column is mapped. No field gets more than one column, and nothing that
// makes the server write to people is ever mapped.
//
// The error is an [Errors] about the constants.
func (s *Survey) Propose(o ProposalOptions) (*Proposal, error) {
	c := &compiler{doc: &document{}, sound: true}
	p := &Proposal{survey: s, options: o, set: c.set(nil, o.Set)}
	for _, r := range p.set {
		c.compile(r)
	}
	if len(c.errs) > 0 {
		return nil, c.errs
	}
	a := assigner{survey: s, proposal: p, taken: map[string]int{}, used: map[int]bool{}, told: map[int]bool{}}
	a.assign()
	order := Paths()
	byPath := func(x, y Suggestion) int {
		return cmp.Or(cmp.Compare(slices.Index(order, x.Field), slices.Index(order, y.Field)), cmp.Compare(x.Column, y.Column))
	}
	slices.SortFunc(p.Mapped, byPath)
	slices.SortFunc(p.Unsure, byPath)
	for i := range s.columns {
		if !a.used[i] && !a.told[i] {
			p.Unused = append(p.Unused, i)
		}
	}
	p.missing()
	return p, nil
}

// claim is a field that a column may fill.
type claim struct {
	column   int
	field    string
	strength int // of name and cells together
	why      vitec.Text
}

// assigner gives each field at most one column.
type assigner struct {
	survey   *Survey
	proposal *Proposal
	taken    map[string]int // field → column
	used     map[int]bool   // columns that are mapped
	told     map[int]bool   // columns that are told as unsure
	claims   []claim
}

func (a *assigner) column(i int) *column { return &a.survey.columns[i] }

func (a *assigner) assign() {
	for _, r := range a.proposal.set {
		a.taken[r.path] = -1
	}
	a.claim()
	a.phones()
	a.onlyName()
	a.fullNames()
	// The strongest first; of equals the one with more cells, then the left.
	slices.SortStableFunc(a.claims, func(x, y claim) int {
		return cmp.Or(-cmp.Compare(x.strength, y.strength), -cmp.Compare(a.column(x.column).filled, a.column(y.column).filled))
	})
	for _, c := range a.claims {
		a.take(c)
	}
	a.reach()
}

// claim looks at every column by itself.
func (a *assigner) claim() {
	var names []string
	for i := range a.survey.columns {
		names = append(names, a.column(i).header)
	}
	h := newHeader(names)
	for i := range a.survey.columns {
		c := a.column(i)
		if c.header == "" {
			continue
		}
		m := c.meaning
		if len(h.find(c.header)) > 1 {
			if m.field != "" {
				a.unsure(i, m.field, say("several columns have this name: rename one of them"))
			}
			continue
		}
		switch {
		case m.other:
			a.hinted(i)
		case m.field != "":
			a.named(i, m)
		default:
			a.unnamed(i)
		}
	}
}

// neverMapped is fields that are left to a person, whatever a heading says,
// and why.
var neverMapped = map[string]vitec.Text{
	"smsReminder":                          say("it would send messages to people"),
	"mailConfirmation":                     say("it would send messages to people"),
	"smsConfirmation":                      say("it would send messages to people"),
	"reminderTime":                         say("it matters only if reminders are sent"),
	"updatePerson.approval":                say("it is the consent from before the GDPR; map it only if you know that you need it"),
	"updatePerson.approvalDate":            say("it is the consent from before the GDPR; map it only if you know that you need it"),
	"returnBookingId":                      say("without it there is no booking id"),
	"options.isDeadlineValidationEnabled":  say("it is better said once, for all rows"),
	"options.enableBookingLimitValidation": say("it is better said once, for all rows"),
	"updatePerson.task.predefinedTaskId":   say("it makes a task for the office"),
	"updatePerson.task.note":               say("it makes a task for the office"),
	"updatePerson.task.estateId":           say("it makes a task for the office"),
	"updatePerson.task.assignedTo":         say("it makes a task for the office"),
}

// named weighs a heading that has a meaning against the cells.
func (a *assigner) named(i int, m meaning) {
	if why, ok := neverMapped[m.field]; ok {
		a.unsure(i, m.field, why)
		return
	}
	if whole := a.column(i).wholeOf(m.field); whole != "" {
		m.field = whole
	}
	if ofOne[m.field] && a.survey.someoneElses(a.column(i)) {
		a.unsure(i, m.field, say("the same few values stand in all rows: they seem to be somebody else's"))
		return
	}
	found := a.column(i).evidence(m.field)
	switch {
	case found.verdict == against:
		if !a.otherwise(i, m.field) {
			a.unsure(i, m.field, found.why)
		}
		return
	case m.field == "timeSlotId" && a.survey.shared && a.survey.both.many && i == a.survey.slot:
		a.unsure(i, m.field, say("the same time stands beside several viewings: each of the two together is a time slot"))
		return
	case m.misspelt && (found.verdict != agrees || !a.column(i).tells(m.field)):
		a.unsure(i, m.field, say("the heading looks misspelt"))
		return
	case m.misspelt:
		a.claims = append(a.claims, claim{i, m.field, 1, say("its heading is read as a misspelling")})
		return
	case !m.sure && found.verdict != agrees:
		a.unsure(i, m.field, say("the heading may mean something else"))
		return
	}
	strength := 0
	if m.sure {
		strength += 4
	}
	if found.verdict == agrees {
		strength += 2
	}
	if m.exact {
		strength++
	}
	a.claims = append(a.claims, claim{i, m.field, strength, none})
}

// tells reports whether the column's cells can hardly be anything but what
// field holds, given that they look like it.
func (c *column) tells(field string) bool {
	switch field {
	case "updatePerson.email.emailAddress", "updatePerson.socialSecurityNumber", "updatePerson.firstName", "updatePerson.lastName",
		anyPhone, "updatePerson.cellPhone", "updatePerson.telePhone", "updatePerson.workPhone", "updatePerson.otherPhone":
		return true
	case fullName:
		return c.share(c.names) >= half
	case "updatePerson.address.zipCode":
		return c.share(c.zips) >= half
	}
	return false
}

// wholeOf returns what the column holds instead of the one part of an address
// that its heading says, or "".
func (c *column) wholeOf(field string) string {
	switch field {
	case "updatePerson.address.streetAddress", "updatePerson.address.zipCode", "updatePerson.address.city", fullAddress, zipAndCity:
		switch {
		case c.share(c.addresses) >= half:
			return fullAddress
		case c.share(c.zipCities) >= half:
			return zipAndCity
		}
	}
	return ""
}

// otherwise finds what a column of contacts holds that its heading does not
// say: e-mail addresses under "Adress", or under "Kontakt". Where the heading
// says the contrary, as "E-post" does above phone numbers, a person has to look.
func (a *assigner) otherwise(i int, field string) bool {
	c := a.column(i)
	switch {
	case c.share(c.emails) >= most && (field == "updatePerson.address.streetAddress" || field == anyPhone):
		a.byCells(i, "updatePerson.email.emailAddress", say("by its cells: they are e-mail addresses"))
	case c.share(c.phoneLike) >= most && c.share(c.personal) < half && field == "updatePerson.email.emailAddress":
		phone := "updatePerson.telePhone"
		if c.share(c.mobiles) >= most {
			phone = "updatePerson.cellPhone"
		}
		a.unsure(i, phone, say("its cells are phone numbers, its heading says something else"))
	default:
		return false
	}
	return true
}

// unnamed tells what a column looks like whose heading says nothing.
func (a *assigner) unnamed(i int) {
	c := a.column(i)
	for _, like := range []struct {
		n     int
		field string
		what  string
	}{
		{c.emails, "updatePerson.email.emailAddress", "e-mail addresses"},
		{c.viewingIds, "viewingId", "ids of viewings"},
		{c.contactIds, "updatePerson.contactId", "ids of contacts"},
		{c.personal, "updatePerson.socialSecurityNumber", "personal numbers"},
		{c.mobiles, "updatePerson.cellPhone", "mobile numbers"},
		{c.spacedZips, "updatePerson.address.zipCode", "postal codes"},
	} {
		if c.looked > 0 && c.share(like.n) >= most {
			a.byCells(i, like.field, say("by its cells: %v of %v look like %v", like.n, c.looked, say(like.what)))
			return
		}
	}
	a.hinted(i)
}

// byCells notes what nothing but the cells speaks for.
func (a *assigner) byCells(i int, field string, why vitec.Text) {
	if ofOne[field] && a.survey.someoneElses(a.column(i)) {
		return
	}
	a.unsure(i, field, why)
	a.proposal.Unsure[len(a.proposal.Unsure)-1].byCells = true
}

// hinted tells what a heading may mean that has no meaning of its own.
func (a *assigner) hinted(i int) {
	for _, field := range hints(a.column(i).plain) {
		a.unsure(i, field, say("the heading may mean this, or something else"))
	}
}

// hintsOf is headings that may mean a field and do not say so, as they are
// compared.
var hintsOf = []struct {
	names  string
	fields []string
}{
	{"datum date visningsdatum visningdatum", []string{"viewingId", "timeSlotId"}},
	{"objekt bostad visningsadress property listing", []string{"viewingId"}},
	{"dag start starttid starttime", []string{"timeSlotId"}},
	{"kund spekulant besokare person kopare gast medlem vem customer client visitor guest attendee participant intressent anmalare sokande hyresgast avsandare applicant sender", []string{fullName}},
	{"optin subscribe subscribed subscription marketing", []string{"updatePerson.wishAdvertising"}},
	{"kontakt contact", []string{fullName, anyPhone}},
	{"kontaktuppgifter", []string{anyPhone, "updatePerson.email.emailAddress"}},
	{"nummer number nr", []string{anyPhone}},
	{"leadskalla leadsource", []string{"leadSourceId"}},
	{"kalla source kanal", []string{"updatePerson.obtainThrough", "leadSourceId"}},
	{"maklare ansvarigmaklare handlaggare", []string{"updatePerson.userId"}},
	{"kategori kategorier category taggar tags", []string{"updatePerson.categoryIds"}},
	{"kommer status", []string{"participated"}},
	{"kundnr kundnummer kundid", []string{"customerId", "updatePerson.contactId"}},
	{"paminnelse", []string{"smsReminder"}},
	{"bekraftelse", []string{"mailConfirmation"}},
}

// hints returns the fields that a heading may mean.
func hints(heading string) []string {
	name := compact(heading)
	for _, h := range hintsOf {
		if name != "" && slices.Contains(strings.Fields(h.names), name) {
			return h.fields
		}
	}
	return nil
}

// manyMobiles is how many mobile numbers it takes to believe the cells
// rather than "Telefon".
const manyMobiles = 8

// phones decides which phones those are that do not say it.
func (a *assigner) phones() {
	for i := range a.claims {
		c := &a.claims[i]
		if c.field != anyPhone {
			continue
		}
		col := a.column(c.column)
		mobiles := col.share(col.mobiles) >= most
		switch {
		case mobiles && col.mobiles >= manyMobiles && !a.claimed("updatePerson.cellPhone"):
			c.field, c.why = "updatePerson.cellPhone", say("its cells are mobile numbers")
		case mobiles && a.claimed("updatePerson.telePhone") && !a.claimed("updatePerson.cellPhone"):
			c.field, c.why = "updatePerson.cellPhone", say("its cells are mobile numbers")
		case !a.claimed("updatePerson.telePhone"):
			c.field = "updatePerson.telePhone"
			if mobiles {
				c.why = say("its cells are mobile numbers: perhaps it is cellPhone")
			}
		default:
			c.field = "updatePerson.otherPhone"
			c.strength = 0
		}
	}
}

// onlyName takes the only column of whole names for them, though its heading
// ("Spekulant") might mean something else.
func (a *assigner) onlyName() {
	if a.claimed(fullName) || a.claimed("updatePerson.firstName") || a.claimed("updatePerson.lastName") {
		return
	}
	found := -1
	for i := range a.survey.columns {
		c := a.column(i)
		if a.told[i] && slices.Contains(hints(c.plain), fullName) && c.share(c.names) >= most {
			if found >= 0 {
				return
			}
			found = i
		}
	}
	if found < 0 {
		return
	}
	delete(a.told, found)
	a.proposal.Unsure = slices.DeleteFunc(a.proposal.Unsure, func(s Suggestion) bool { return s.Column == found })
	a.claims = append(a.claims, claim{found, fullName, 0, none})
}

func (a *assigner) claimed(field string) bool {
	_, taken := a.taken[field]
	return taken || slices.ContainsFunc(a.claims, func(c claim) bool { return c.field == field })
}

// fullNames decides what becomes of columns with whole names.
func (a *assigner) fullNames() {
	hasFirst, hasLast := a.claimed("updatePerson.firstName"), a.claimed("updatePerson.lastName")
	kept := a.claims[:0]
	for _, c := range a.claims {
		switch {
		case c.field != fullName:
		case hasFirst && hasLast:
			a.unsure(c.column, fullName, say("the file has the first and the last name already"))
			continue
		case hasFirst:
			a.unsure(c.column, fullName, say("the file has the first name already"))
			continue
		case hasLast:
			if col := a.column(c.column); col.looked > 0 && col.share(col.names) >= half {
				a.unsure(c.column, fullName, say("the file has the last name already"))
				continue
			}
			c.field = "updatePerson.firstName"
		}
		kept = append(kept, c)
	}
	a.claims = kept
}

// take gives a column its field, unless somebody has it.
func (a *assigner) take(c claim) {
	if parts := partsOf[c.field]; parts != nil {
		a.takeParts(c, parts)
		return
	}
	if by, ok := a.taken[c.field]; ok {
		a.unsure(c.column, c.field, a.filledBy(by))
		return
	}
	a.taken[c.field] = c.column
	if c.field == "timeSlotId" && a.survey.joined() && c.column == a.survey.slot {
		c.why = say("the same time stands beside several viewings: a time slot is known by both together")
	}
	a.mapped(c.field, c.column, a.write(c.field, c.column), c.why)
}

// takeParts gives the fields that a cell holds together a part each, unless
// they have columns of their own.
func (a *assigner) takeParts(c claim, parts []struct{ path, split string }) {
	if by, ok := a.taken[c.field]; ok {
		a.unsure(c.column, c.field, a.filledBy(by))
		return
	}
	a.taken[c.field] = c.column
	why := none
	if c.field != fullName {
		why = say("its cells hold more than one part of the address")
	}
	for _, part := range parts {
		if _, ok := a.taken[part.path]; !ok && !a.claimed(part.path) {
			a.taken[part.path] = c.column
			a.mapped(part.path, c.column, block("column", a.column(c.column).header, "split", part.split), why)
		}
	}
	if !a.used[c.column] {
		a.unsure(c.column, c.field, say("other columns fill its fields already"))
	}
}

func (a *assigner) filledBy(by int) vitec.Text {
	if by < 0 {
		return say("the field has a constant already")
	}
	return say("column %q fills the field already", a.column(by).header)
}

// reach makes sure that people can be reached, where only the cells say how.
func (a *assigner) reach() {
	for _, path := range contactPaths {
		if _, ok := a.taken[path]; ok {
			return
		}
	}
	for i, s := range a.proposal.Unsure {
		if s.byCells && slices.Contains(contactPaths, s.Field) {
			a.proposal.Unsure = slices.Delete(a.proposal.Unsure, i, i+1)
			a.taken[s.Field] = s.Column
			a.mapped(s.Field, s.Column, s.rule, s.Why)
			return
		}
	}
}

func (a *assigner) mapped(field string, column int, rule string, why vitec.Text) {
	a.used[column] = true
	a.proposal.Mapped = append(a.proposal.Mapped, Suggestion{
		Field: field, Column: column, Header: a.column(column).header, Why: why, rule: rule,
	})
}

// unsure notes what might be: whole names as their halves, phones as what
// they may be.
func (a *assigner) unsure(column int, field string, why vitec.Text) {
	a.told[column] = true
	add := func(field, rule string) {
		a.proposal.Unsure = append(a.proposal.Unsure, Suggestion{
			Field: field, Column: column, Header: a.column(column).header, Why: why, rule: rule,
		})
	}
	for _, part := range partsOf[field] {
		add(part.path, block("column", a.column(column).header, "split", part.split))
	}
	switch field {
	case fullName, fullAddress, zipAndCity:
	case anyPhone:
		add("updatePerson.telePhone", quote(a.column(column).header))
		add("updatePerson.cellPhone", quote(a.column(column).header))
	default:
		rule := a.write(field, column)
		if strings.Contains(rule, "lookup: "+lookupNames[field]) && lookupNames[field] != "" {
			rule = a.column(column).inline(field) // there is no table for what is only a comment
		}
		add(field, rule)
	}
}

// inline is a rule with its table inside, if that is short.
func (c *column) inline(field string) string {
	const short = 8
	if len(c.values) == 0 || len(c.values) > short {
		return quote(c.header)
	}
	known := c.obtained()
	var pairs []string
	for _, v := range c.keys() {
		to := unfilled
		if field == "updatePerson.obtainThrough" && known != nil {
			to = known[v]
		}
		pairs = append(pairs, v, to)
	}
	return fmt.Sprintf("{column: %s, lookup: %s}", quote(c.header), block(pairs...))
}

// write is the rule that maps a column to a field.
func (a *assigner) write(field string, column int) string {
	c := a.column(column)
	f, _ := fieldOf(field)
	switch {
	case field == "timeSlotId" && a.survey.joined() && column == a.survey.slot:
		return fmt.Sprintf("{join: [%s, %s], lookup: %s}", quote(a.column(a.survey.viewing).header), quote(c.header), lookupNames[field])
	case f.target >= 0 && c.needsLookup(field):
		return block("column", c.header, "lookup", lookupNames[field])
	case field == "updatePerson.obtainThrough" && c.obtained() != nil:
		return block("column", c.header, "lookup", lookupNames[field])
	case f.kind == vitec.KindDateTime:
		layout, clock, _, ok := c.date()
		switch {
		case ok && layout != "":
			return block("column", c.header, "layout", layout)
		case ok && !clock:
			return block("column", c.header, "as", "date")
		}
	case f.kind == vitec.KindBoolean && c.looked > 0 && c.share(c.booleans) < most && len(c.values) > 0 && len(c.values) <= 6:
		pairs := []string{}
		for _, v := range c.keys() {
			pairs = append(pairs, v, yesOrNo(v))
		}
		return fmt.Sprintf("{column: %s, lookup: %s}", quote(c.header), block(pairs...))
	}
	return quote(c.header)
}

// keys returns the column's texts that differ in more than letter case, as a
// table has them.
func (c *column) keys() []string {
	told := map[string]bool{}
	var keys []string
	for _, v := range c.values {
		if !told[fold(v)] {
			told[fold(v)] = true
			keys = append(keys, v)
		}
	}
	return keys
}

// yesOrNo is what a text that no converter takes probably means: "Nej tack". A
// person has to say where nothing is probable.
func yesOrNo(text string) string {
	words := headingWords(text)
	switch {
	case len(words) == 0:
	case slices.Contains([]string{"nej", "no", "ej", "inte", "avbojer", "ingen", "aldrig", "never", "not"}, words[0]):
		return "false"
	case slices.Contains([]string{"ja", "yes", "jo", "garna", "absolut"}, words[0]):
		return "true"
	}
	return unfilled
}

// needsLookup reports whether the column's cells cannot be ids themselves.
func (c *column) needsLookup(field string) bool {
	if c.looked == 0 || c.many || field == "customerId" {
		return false
	}
	return c.share(c.viewingIds) < most && !c.idLike()
}

// joined reports whether a time slot is known only by its viewing and its time
// together.
func (s *Survey) joined() bool {
	same := func(c column) bool { return c.header == s.columns[s.viewing].header }
	return s.shared && !s.both.many && s.columns[s.slot].needsLookup("timeSlotId") &&
		!slices.ContainsFunc(s.columns[s.viewing+1:], same)
}

// idLike reports whether all values of the column look like ids that a system
// has made: one word of letters and digits that can stand in an address.
func (c *column) idLike() bool {
	for _, v := range c.values {
		letters, digits := strings.ContainsFunc(v, unicode.IsLetter), strings.ContainsAny(v, "0123456789")
		if strings.ContainsAny(v, ` .,/\?#%&*:<>`) || !digits || !letters {
			return false
		}
	}
	return true
}

// lookupNames is the named tables that a proposal may have.
var lookupNames = map[string]string{
	"viewingId": "viewings", "timeSlotId": "slots", "updatePerson.obtainThrough": "informedBy",
}
