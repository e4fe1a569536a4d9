package mapping

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

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
	Delimiter string // one or two characters
}

// Mapping is a parsed mapping file. It is immutable and safe for concurrent
// use.
type Mapping struct {
	name     string
	digest   string
	input    Input
	fields   []field // in the order of the request
	skip     []test
	names    map[string]bool // folded, of all columns that are asked for
	warnings Errors
	today    time.Time
}

// Parse reads a mapping file. name is only used to say where a mistake stands. The
// error is an [Errors] that holds all mistakes that can be told without the
// table, sorted by place; [Mapping.Bind] tells the rest.
//
// The file is read, then its rules are compiled, then the whole is completed. What
// was not read without a mistake is not compiled, and a mapping with a mistake is
// not completed: nothing is told that only follows from something else.
func Parse(name string, src []byte, o Options) (*Mapping, error) {
	doc, errs := read(name, src)
	c := &compiler{doc: doc, sound: len(errs) == 0, trial: o.Trial, today: o.Today, mistakes: mistakes{errs}}
	if c.today.IsZero() {
		c.today = time.Now()
	}
	m := &Mapping{name: name, today: c.today, digest: digest(src, o.Set), input: c.input(doc.Input)}
	for _, r := range c.override(slices.Concat(doc.Target.rules, doc.Participant.rules), o.Set) {
		if !r.broken { // what is missing or out of place may be what was misspelt
			m.fields = append(m.fields, c.field(r))
		}
	}
	for _, w := range doc.Skip {
		m.skip = append(m.skip, c.test(w))
	}
	if doc.Version.set && doc.Version.text != "1" {
		c.fail(doc.Version.pos, "version", "unknown version %q", doc.Version.text).hint("this program reads version 1")
	}
	if c.sound {
		c.complete(m)
	}
	if len(c.errs) > 0 {
		return nil, c.errs.sorted()
	}
	m.names = map[string]bool{}
	for names := range m.columns {
		for _, s := range names {
			m.names[fold(headerKey(s.text))] = true
		}
	}
	m.imply(doc)
	m.warnings = append(c.warnings, m.seldomMeant(doc)...).sorted()
	order := Paths()
	slices.SortStableFunc(m.fields, func(a, b field) int {
		return cmp.Compare(slices.Index(order, a.path), slices.Index(order, b.path))
	})
	return m, nil
}

// input reads how the spreadsheet is to be read.
func (c *compiler) input(in inputClause) Input {
	out := Input{Sheet: in.Sheet.text, Encoding: in.Encoding.text}
	if in.HeaderRow.set {
		var ok bool
		if out.HeaderRow, ok = in.HeaderRow.number(1); !ok || out.HeaderRow > 1<<20 {
			c.fail(in.HeaderRow.pos, "unknown_value", "%q is not the number of a row", in.HeaderRow.text).hint("1 is the first row")
		}
	}
	if in.Delimiter.set {
		var ok bool
		if out.Delimiter, ok = Delimiter(in.Delimiter.text); !ok {
			c.unknownWord(in.Delimiter, "delimiter", "comma", "semicolon", "tab", "pipe")
		}
	}
	return out
}

// Delimiter returns the delimiter of a CSV file that a person calls by its name, or
// by one or two signs; false if a text is no such thing.
func Delimiter(text string) (string, bool) {
	switch strings.ToLower(text) {
	case "comma":
		return ",", true
	case "semicolon":
		return ";", true
	case "tab", `\t`:
		return "\t", true
	case "pipe":
		return "|", true
	}
	isNone := func(r rune) bool {
		return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '"' || r == '\n' || r == '\r' || r == utf8.RuneError
	}
	n := utf8.RuneCountInString(text)
	return text, (n == 1 || n == 2) && !strings.ContainsFunc(text, isNone)
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
	if !slices.ContainsFunc(cells, func(cell string) bool { return m.names[fold(headerKey(cell))] }) {
		return 0 // as of nearly all rows, which a reader asks about as well
	}
	h := newHeader(cells)
	counted := map[int]bool{}
	for names := range m.columns {
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
func (m *Mapping) columns(yield func([]scalar) bool) {
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

// override puts the constants of the command line in the place of the rules for
// the same fields.
func (c *compiler) override(rules []*rule, pairs []string) []*rule {
	seen := map[string]bool{}
	for _, pair := range pairs {
		path, text, ok := strings.Cut(pair, "=")
		path = strings.TrimSpace(path)
		whole := pos{src: &source{name: "--set " + path}}
		path = strings.TrimPrefix(strings.TrimPrefix(path, "target."), "participant.")
		_, known := fieldOf(path)
		switch {
		case !ok:
			c.fail(whole, "set", "a constant is written field=value").hint("write field=value: viewingId=VIS1")
			continue
		case !known:
			c.fail(whole, "unknown_field", "unknown field %q", path).near(path, Paths())
			continue
		case seen[path]:
			c.fail(whole, "duplicate_key", "%q is set twice", path)
			continue
		}
		seen[path] = true
		rules = slices.DeleteFunc(rules, func(r *rule) bool { return r.path == path })
		rules = append(rules, &rule{path: path, pos: whole, Value: constant{texts: scalars{{text: text, set: true, pos: whole}}, pos: whole}})
	}
	return rules
}

// contactPaths is the fields of which the server requires one.
var contactPaths = []string{
	"updatePerson.email.emailAddress", "updatePerson.telePhone",
	"updatePerson.workPhone", "updatePerson.cellPhone",
}

// complete tells what no row could do without.
func (c *compiler) complete(m *Mapping) {
	for _, path := range targetPaths {
		if !m.Maps(path) {
			c.fail(c.doc.at(c.doc.Target), "unmapped", "%q is not mapped", path).hint("under target write %v: and a column, or {value: …}", path)
		}
	}
	office, person := m.field("customerId"), m.field("updatePerson.customerId")
	if office != nil && person != nil && office.fixed != nil && person.fixed != nil && office.fixed != person.fixed {
		p := Problem{Code: "customer_mismatch"}
		c.fail(person.pos, p.Code, "%v", p.Reason()).Hint = p.Hint()
	}
	if !slices.ContainsFunc(contactPaths, m.Maps) {
		c.fail(c.doc.at(c.doc.Participant), "unmapped", "no way to reach the participant is mapped").
			hint("the server requires one of email.emailAddress, telePhone, workPhone and cellPhone")
	}
}

// at is where a group stands, or the document where it has none.
func (d *document) at(g group) pos {
	if g.pos.src == nil {
		return d.pos
	}
	return g.pos
}

// field returns the field at path, nil if the mapping does not have it.
func (m *Mapping) field(path string) *field {
	i := slices.IndexFunc(m.fields, func(f field) bool { return f.path == path })
	if i < 0 {
		return nil
	}
	return &m.fields[i]
}

// impliedValues is what is sent where the mapping is silent.
//
// Without returnBookingId the answer is no booking id, and a booking without
// one cannot be trusted. What the server checks when an option is left out is
// not documented; a booking too late or too many is the harder one to undo.
var impliedValues = []string{
	"returnBookingId", "options.isDeadlineValidationEnabled", "options.enableBookingLimitValidation",
}

// imply adds what is sent of the fields that the mapping does not mention.
func (m *Mapping) imply(doc *document) {
	for _, path := range append(impliedValues, "updatePerson.customerId") {
		if m.Maps(path) {
			continue
		}
		f, _ := fieldOf(path)
		f.implied, f.pos = true, doc.pos
		if f.kind == vitec.KindBoolean {
			f.fixed, f.words = true, texts{say("not in the mapping")}
		} else {
			f.sameAsCustomer, f.words = true, texts{say("as customerId")}
		}
		m.fields = append(m.fields, f)
	}
}

// seldomMeant returns what is allowed but seldom meant.
func (m *Mapping) seldomMeant(doc *document) Errors {
	var found mistakes
	silent := doc.at(doc.Participant)
	if !m.Maps("updatePerson.firstName") && !m.Maps("updatePerson.lastName") {
		found.fail(silent, "no_name", "nobody's name is mapped: people would be booked without one").hint("map firstName and lastName")
	}
	for _, f := range m.fields {
		switch f.path {
		case "updatePerson.socialSecurityNumber":
			found.fail(f.pos, "personal_number", "the personal number is sent: the server overwrites whoever has it with what the row says").hint("make sure that the column is right")
		case "updatePerson.gdprApprovalDate":
			if !m.Maps("updatePerson.obtainThrough") {
				found.fail(f.pos, "gdpr_without_how", "the date on which the person was informed is sent without how it was done").hint("map updatePerson.obtainThrough")
			}
		case "smsConfirmation", "mailConfirmation", "smsReminder":
			if f.fixed == true {
				found.fail(f.pos, "messages", "%q sends a real message to everyone in the file", f.path)
			}
		case "returnBookingId":
			if f.fixed == false {
				found.fail(f.pos, "no_booking_id", "without %q the server answers with no booking id", f.path)
			}
		case "options.isDeadlineValidationEnabled", "options.enableBookingLimitValidation":
			if f.implied {
				what := "the mapping does not say whether the server checks the last booking time; it will"
				if f.path == "options.enableBookingLimitValidation" {
					what = "the mapping does not say whether the server checks the number of places; it will"
				}
				found.fail(silent, "silent_option", what).hint("under participant write options: {%v: {value: true}} or false", strings.TrimPrefix(f.path, "options."))
			}
		}
	}
	return found.errs
}
