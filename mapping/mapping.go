package mapping

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"vitec-import/vitec"
)

// Options is what [Parse] needs besides the file itself. The zero value will do.
type Options struct {
	// Set holds constants that override the mapping, as "field=value":
	// "viewingId=VIS1", "updatePerson.obtainThrough=Visit".
	Set []string

	// Trial makes ids up where they are still to be filled in ("?"), so that the
	// rest of a mapping can be tried. What it makes is for a stand-in server.
	Trial bool

	// Today decides the century of a personal number with ten digits. The
	// zero Time means now; it is read once, so that one mapping gives one
	// answer however long the run takes.
	Today time.Time
}

// Input is what the mapping says about reading the spreadsheet. Zero values
// mean that it is detected.
type Input struct {
	Sheet     string
	HeaderRow int    // 1-based
	Encoding  string // as written; the reader of the spreadsheet knows the names
	Delimiter rune
}

// Mapping is a parsed mapping file. It is immutable and safe for concurrent
// use.
type Mapping struct {
	name     string
	digest   string
	input    Input
	fields   []field // in the order of the request
	skip     []test
	warnings Errors
	today    time.Time
}

// Parse reads a mapping file. name is only used to say where a mistake stands. The
// error is an [Errors] that holds all mistakes that can be told without the
// table, sorted by place; [Mapping.Bind] tells the rest.
func Parse(name string, src []byte, o Options) (*Mapping, error) {
	doc, errs := decodeDocument(name, src)
	c := &compiler{doc: doc, sound: len(errs) == 0, trial: o.Trial, today: o.Today, errs: errs}
	if c.today.IsZero() {
		c.today = time.Now()
	}
	m := &Mapping{name: name, today: c.today, digest: digest(src, o.Set)}
	for _, r := range c.set(doc.rules(), o.Set) {
		if r.broken {
			continue // what is missing or out of place may be what was misspelt
		}
		m.fields = append(m.fields, c.compile(r))
	}
	m.input = c.inputOf(doc.Input)
	for _, s := range doc.Skip {
		t := c.test(s.condition)
		if s.Reason.set {
			t.reason = clean(s.Reason.text)
		}
		m.skip = append(m.skip, t)
	}
	if doc.Version.set && doc.Version.text != "1" {
		c.fail(doc.Version.pos, "version", "", say("this program reads version 1"), "unknown version %q", doc.Version.text)
	}
	if c.sound {
		c.complete(m)
	}
	if len(c.errs) > 0 {
		return nil, c.errs.sorted()
	}
	m.warnings = c.warnings
	m.imply(doc)
	m.warn(doc)
	order := Paths()
	slices.SortStableFunc(m.fields, func(a, b field) int {
		return cmp.Compare(slices.Index(order, a.path), slices.Index(order, b.path))
	})
	return m, nil
}

// digest is of the file and of the constants that override it.
func digest(src []byte, set []string) string {
	h := sha256.New()
	fmt.Fprintf(h, "file %d\n", len(src))
	h.Write(src)
	for _, pair := range set {
		fmt.Fprintf(h, "set %d %s\n", len(pair), pair)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Name returns the name that [Parse] was given.
func (m *Mapping) Name() string { return m.name }

// Input returns what the mapping says about reading the spreadsheet.
func (m *Mapping) Input() Input { return m.input }

// Warnings returns what is allowed but seldom meant, in the file's order.
func (m *Mapping) Warnings() []*Warning { return slices.Clone(m.warnings) }

// Maps reports whether the mapping, or a constant that overrides it, says
// where the field at path gets its value.
func (m *Mapping) Maps(path string) bool {
	return slices.ContainsFunc(m.fields, func(f field) bool { return f.path == path && !f.implied })
}

// SHA256 returns a hex digest of the file and of the constants that override it. It changes when the mapping may mean something
// else.
func (m *Mapping) SHA256() string { return m.digest }

// Fits reports how many of the columns that the mapping asks for are among
// cells, so that a reader can find the header row. Columns of which one is
// enough count once.
func (m *Mapping) Fits(cells []string) int {
	h := newHeader(cells)
	counted := map[int]bool{}
	for names := range m.columns() {
		for _, s := range names {
			if at := h.find(s.text); len(at) > 0 {
				counted[at[0]] = true
				break
			}
		}
	}
	return len(counted)
}

// columns calls yield with the candidates of each column that is asked for.
func (m *Mapping) columns() func(yield func([]scalar) bool) {
	return func(yield func([]scalar) bool) {
		for _, f := range m.fields {
			for _, names := range f.columns {
				if !yield(names) {
					return
				}
			}
		}
		for _, t := range m.skip {
			if !yield(t.column) {
				return
			}
		}
	}
}

// set puts the constants of the command line in the place of the rules that
// they override.
func (c *compiler) set(rules []*rule, pairs []string) []*rule {
	seen := map[string]bool{}
	for _, pair := range pairs {
		path, text, ok := strings.Cut(pair, "=")
		path = strings.TrimSpace(path)
		src := &source{name: "--set " + path}
		whole := pos{src: src}
		if !ok {
			c.fail(whole, "set", "", say("write field=value: viewingId=VIS1"), "a constant is written field=value")
			continue
		}
		path = strings.TrimPrefix(strings.TrimPrefix(path, "target."), "participant.")
		if _, known := fieldOf(path); !known {
			c.fail(whole, "unknown_field", suggest(path, Paths()), none, "unknown field %q", path)
			continue
		}
		if seen[path] {
			c.fail(whole, "duplicate_key", "", none, "%q is set twice", path)
			continue
		}
		seen[path] = true
		s := scalar{text: text, set: true, pos: whole}
		r := &rule{path: path, pos: whole, Value: constant{texts: scalars{s}, pos: whole}}
		if at := slices.IndexFunc(rules, func(old *rule) bool { return old.path == path }); at >= 0 {
			rules[at] = r
		} else {
			rules = append(rules, r)
		}
	}
	return rules
}

// constant returns the field at path if it has the same value in every row.
func (m *Mapping) constant(path string) *field {
	at := slices.IndexFunc(m.fields, func(f field) bool { return f.path == path && f.fixed != nil })
	if at < 0 {
		return nil
	}
	return &m.fields[at]
}

// contactPaths is the fields of which the server requires one.
var contactPaths = []string{
	"updatePerson.email.emailAddress", "updatePerson.telePhone",
	"updatePerson.workPhone", "updatePerson.cellPhone",
}

// complete tells what no row could do without.
func (c *compiler) complete(m *Mapping) {
	at := c.doc.Target.pos
	if at.src == nil {
		at = c.doc.pos
	}
	for _, path := range targetPaths {
		if !m.Maps(path) {
			c.fail(at, "unmapped", "", say("under target write %v: and a column, or {value: …}", path), "%q is not mapped", path)
		}
	}
	office, person := m.constant("customerId"), m.constant("updatePerson.customerId")
	if office != nil && person != nil && office.fixed.value.text != person.fixed.value.text {
		p := Problem{Code: "customer_mismatch"}
		c.fail(person.pos, p.Code, "", p.Hint(), "problem.customer_mismatch")
	}
	if !slices.ContainsFunc(contactPaths, m.Maps) {
		at := c.doc.Participant.pos
		if at.src == nil {
			at = c.doc.pos
		}
		c.fail(at, "unmapped", "", say("the server requires one of email.emailAddress, telePhone, workPhone and cellPhone"), "no way to reach the participant is mapped")
	}
}

// impliedValues is what is sent where the mapping is silent.
//
// Without returnBookingId the answer is no booking id, and a booking without
// one cannot be trusted. What the server checks when an option is left out is
// not documented; a booking too late or too many is the harder one to undo.
var impliedValues = []string{
	"returnBookingId", "options.isDeadlineValidationEnabled", "options.enableBookingLimitValidation",
}

// imply adds the constants of what the mapping does not mention.
func (m *Mapping) imply(doc *document) {
	for _, path := range impliedValues {
		if m.Maps(path) {
			continue
		}
		f, _ := fieldOf(path)
		f.fixed, f.implied, f.words, f.pos = fix(value{typed: true}, f.kind), true, texts{say("not in the mapping")}, doc.pos
		m.fields = append(m.fields, f)
	}
	if !m.Maps("updatePerson.customerId") {
		f, _ := fieldOf("updatePerson.customerId")
		f.role, f.implied, f.words, f.pos = roleSameCustomer, true, texts{say("as customerId")}, doc.pos
		m.fields = append(m.fields, f)
	}
}

// warn collects what is allowed but seldom meant.
func (m *Mapping) warn(doc *document) {
	add := func(p pos, code string, hint vitec.Text, id string, args ...any) {
		e := p.at(code, id, args...)
		e.Hint = hint
		m.warnings = append(m.warnings, e)
	}
	silent := doc.Participant.pos
	if silent.src == nil {
		silent = doc.pos
	}
	if !m.Maps("updatePerson.firstName") && !m.Maps("updatePerson.lastName") {
		add(silent, "no_name", say("map firstName and lastName"), "nobody's name is mapped: people would be booked without one")
	}
	for i := range m.fields {
		f := &m.fields[i]
		on := f.fixed != nil && f.fixed.value.truth()
		switch f.path {
		case "updatePerson.socialSecurityNumber":
			add(f.pos, "personal_number", say("make sure that the column is right"), "the personal number is sent: the server overwrites whoever has it with what the row says")
		case "updatePerson.gdprApprovalDate":
			if !m.Maps("updatePerson.obtainThrough") {
				add(f.pos, "gdpr_without_how", say("map updatePerson.obtainThrough"), "the date on which the person was informed is sent without how it was done")
			}
		case "smsConfirmation", "mailConfirmation", "smsReminder":
			if on {
				add(f.pos, "messages", none, "%q sends a real message to everyone in the file", f.path)
			}
		case "returnBookingId":
			if !on && f.fixed != nil {
				add(f.pos, "no_booking_id", none, "without %q the server answers with no booking id", f.path)
			}
		case "options.isDeadlineValidationEnabled", "options.enableBookingLimitValidation":
			if f.implied {
				what := "the mapping does not say whether the server checks the last booking time; it will"
				if f.path == "options.enableBookingLimitValidation" {
					what = "the mapping does not say whether the server checks the number of places; it will"
				}
				_, name, _ := strings.Cut(f.path, ".")
				add(silent, "silent_option", say("under participant write options: {%v: {value: true}} or false", name), what)
			}
		}
	}
	m.warnings = m.warnings.sorted()
}
