// Package propose looks at the headings and the cells of a table and proposes a
// mapping for it.
//
// What a heading says is held against what the cells look like. Only where the
// two leave no doubt is a column mapped; what may be is a comment with its
// reason. No field gets more than one column, no two people's fields are put
// together, and nothing that makes the server write to people or overwrite
// somebody is ever mapped. The package knows nothing of files, terminals or
// pages: whoever shows a proposal can change it column by column, fill in the
// ids that only a person knows, and write it.
package propose

import (
	"cmp"
	"fmt"
	"slices"

	"vitec-import/mapping"
	"vitec-import/vitec"
)

// none says nothing.
var none vitec.Text

// say returns a text to be said later.
func say(format string, args ...any) vitec.Text { return vitec.Text{Format: format, Args: args} }

// Proposal is a mapping that suits the columns of a table, with what is left for
// a person to decide.
type Proposal struct {
	// Mapped are the fields that get a value from columns, in the order of the
	// request.
	Mapped []Suggestion
	// Unsure is what might be mapped, and stands in the file as a comment.
	Unsure []Suggestion
	// Unused are the 0-based columns that nothing is proposed for.
	Unused []int
	// Notes are what a person should know of the table as a whole.
	Notes []vitec.Text

	survey    *Survey
	constants map[string]string    // text by field
	ids       map[[2]string]string // id by field and text of the list
	options   Options
	own       []string // fields that a mapping file fills in ways that no proposal says
}

// Suggestion is a field with the column that may fill it.
type Suggestion struct {
	Field  string     // path
	Column int        // 0-based
	Header string     // its name
	Why    vitec.Text // what speaks for it or against it; it may say nothing

	rule rule
}

// rule is how a field gets its value from columns.
type rule struct {
	column, split, layout string
	join                  []string    // instead of column
	lookup                string      // the name of a table
	table                 [][2]string // the same, in place
}

// Options is what a proposal needs besides the table.
type Options struct {
	Table  string   // the name of the table's file, for the first line
	Schema string   // of the mapping file, for editors: a path or an address; "" for none
	Set    []string // constants, as "field=value"
	Input  Input    // what has to be said to read the table
}

// Input is what the mapping says about reading the table.
type Input = mapping.Input

// Propose suggests which column goes to which field. The error is a
// [mapping.Errors] about the constants.
func (s *Survey) Propose(o Options) (*Proposal, error) {
	constants, err := mapping.Constants(o.Set)
	if err != nil {
		return nil, err
	}
	p := &Proposal{survey: s, constants: constants, ids: map[[2]string]string{}, options: o}
	m := matcher{Proposal: p, taken: map[string]int{}}
	m.match()
	p.arrange()
	if !p.maps("updatePerson.firstName") && !p.maps("updatePerson.lastName") {
		p.Notes = append(p.Notes, say("no column is mapped to a name: people would be booked without one"))
	}
	if !p.Reachable() {
		p.Notes = append(p.Notes, say("no column was found for an e-mail address or a phone number; the server requires one"))
	}
	return p, nil
}

// arrange puts suggestions into the order of the request and finds the columns
// that have none.
func (p *Proposal) arrange() {
	order := mapping.Paths()
	byPath := func(x, y Suggestion) int {
		return cmp.Or(cmp.Compare(slices.Index(order, x.Field), slices.Index(order, y.Field)), cmp.Compare(x.Column, y.Column))
	}
	slices.SortStableFunc(p.Mapped, byPath)
	slices.SortStableFunc(p.Unsure, byPath)
	p.Unused = nil
	for i := range p.survey.columns {
		of := func(s Suggestion) bool { return s.Column == i }
		if !slices.ContainsFunc(p.Mapped, of) && !slices.ContainsFunc(p.Unsure, of) {
			p.Unused = append(p.Unused, i)
		}
	}
}

// Column is what a person sees of a column while choosing.
type Column struct {
	Header string
	Filled int      // cells
	Values []string // the different ones, if they are few; personal
	Mapped []string // the fields that it fills
	Unsure []string // the fields that it may fill
}

// Columns returns all columns, in the table's order.
func (p *Proposal) Columns() []Column {
	all := make([]Column, len(p.survey.columns))
	for i := range all {
		c := p.column(i)
		all[i] = Column{Header: c.header, Filled: c.filled, Values: slices.Clone(c.values)}
	}
	for _, s := range p.Mapped {
		all[s.Column].Mapped = append(all[s.Column].Mapped, s.Field)
	}
	for _, s := range p.Unsure {
		all[s.Column].Unsure = append(all[s.Column].Unsure, s.Field)
	}
	return all
}

// Fits returns how many of the cells that were looked at look like what the field
// holds, and how many were looked at; both are 0 where cells say nothing about it.
func (p *Proposal) Fits(column int, field string) (fit, looked int) {
	c := p.column(column)
	if s, ok := shapes[field]; ok {
		return c.count(s.looks...), c.looked
	}
	return 0, 0
}

// Choose gives a column to a field, or to the fields that its cells hold together
// ([FullName]), and takes it away from what it filled. Another column that filled
// the field does not any more. With the field "" the column fills nothing.
func (p *Proposal) Choose(column int, field string) error {
	fields := partsOf[field]
	if fields == nil && field != "" {
		fields = []part{{path: field}}
	}
	for _, f := range fields {
		if !slices.Contains(mapping.Paths(), f.path) || p.column(column).header == "" {
			return fmt.Errorf("propose: column %d, field %q", column, f.path)
		}
	}
	p.Mapped = slices.DeleteFunc(p.Mapped, func(s Suggestion) bool {
		return s.Column == column || slices.ContainsFunc(fields, func(f part) bool { return f.path == s.Field })
	})
	p.Unsure = slices.DeleteFunc(p.Unsure, func(s Suggestion) bool { return s.Column == column })
	for _, f := range fields {
		r := p.rule(f.path, column)
		if f.split != "" {
			r = rule{column: p.column(column).header, split: f.split}
		}
		delete(p.constants, f.path)
		p.add(&p.Mapped, f.path, column, r, none)
	}
	p.arrange()
	return nil
}

// Blank is an id that only a person knows.
type Blank struct {
	Field string // customerId, viewingId or timeSlotId
	Text  string // the text of the list that it stands for; "" for all rows
	Rows  int    // that have the text
	ID    string // "" as long as it is not known
}

// Blanks returns the ids that are not in the list, in the order in which a person
// is asked for them.
func (p *Proposal) Blanks() []Blank {
	var blanks []Blank
	for _, path := range targetPaths {
		at := slices.IndexFunc(p.Mapped, func(s Suggestion) bool { return s.Field == path })
		switch {
		case p.constants[path] != "" && p.constants[path] != unfilled, slices.Contains(p.own, path):
		case at < 0:
			blanks = append(blanks, Blank{Field: path, Rows: p.survey.rows, ID: p.ids[[2]string{path}]})
		case p.Mapped[at].rule.lookup != "":
			keys, rows := p.keyed(p.Mapped[at]).keys()
			for _, k := range keys {
				blanks = append(blanks, Blank{Field: path, Text: k, Rows: rows[k], ID: p.ids[[2]string{path, k}]})
			}
		}
	}
	return blanks
}

// Fill says the id of a [Blank]; "" makes it unknown again.
func (p *Proposal) Fill(field, text, id string) {
	p.ids[[2]string{field, text}] = id
}

// Constant returns what a field is in all rows, as asked for or filled in; "" if it
// is not known or not the same.
func (p *Proposal) Constant(field string) string {
	if text := p.constants[field]; text != "" {
		return text
	}
	return p.ids[[2]string{field}]
}

// Missing says which ids are not known yet.
func (p *Proposal) Missing() []vitec.Text {
	var missing []vitec.Text
	counts := map[string]int{}
	for _, b := range p.Blanks() {
		switch {
		case b.ID != "":
		case b.Text == "":
			missing = append(missing, say("%s", b.Field))
		default:
			counts[b.Field]++
		}
	}
	for _, s := range p.Mapped {
		if n := counts[s.Field]; n > 0 {
			missing = append(missing, say("%s, for texts of column %q: %d", s.Field, s.Header, n))
		}
	}
	return missing
}

// Reachable reports whether anything is mapped by which the server can know a
// participant. A mapping without it is refused.
func (p *Proposal) Reachable() bool { return slices.ContainsFunc(contactPaths, p.maps) }

// maps reports whether a field gets a value.
func (p *Proposal) maps(path string) bool {
	return p.constants[path] != "" || slices.ContainsFunc(p.Mapped, func(s Suggestion) bool { return s.Field == path })
}

func (p *Proposal) column(i int) *column { return &p.survey.columns[i] }

func (p *Proposal) add(to *[]Suggestion, field string, column int, r rule, why vitec.Text) {
	*to = append(*to, Suggestion{Field: field, Column: column, Header: p.column(column).header, Why: why, rule: r})
}

// doubt notes what might be: fields together one by one, a phone as what it may
// be.
func (p *Proposal) doubt(column int, field string, why vitec.Text) {
	switch parts := partsOf[field]; {
	case parts != nil:
		for _, part := range parts {
			p.add(&p.Unsure, part.path, column, rule{column: p.column(column).header, split: part.split}, why)
		}
	case field == anyPhone:
		p.doubt(column, "updatePerson.telePhone", why)
		p.doubt(column, "updatePerson.cellPhone", why)
	default:
		r := p.rule(field, column)
		if r.lookup != "" { // there is no table for what is only a comment
			r = rule{column: p.column(column).header, table: p.column(column).inline(field)}
		}
		p.add(&p.Unsure, field, column, r, why)
	}
}

// lookupNames are the tables that a proposal may have.
var lookupNames = map[string]string{"viewingId": "viewings", "timeSlotId": "slots", "updatePerson.obtainThrough": "informedBy"}

// rule is how a column fills a field.
func (p *Proposal) rule(field string, column int) rule {
	c := p.column(column)
	r := rule{column: c.header}
	f, _ := vitec.FieldByPath(field)
	switch {
	case field == "timeSlotId" && p.joined(column):
		return rule{join: []string{p.column(p.survey.viewing).header, c.header}, lookup: lookupNames[field]}
	case field == "viewingId" || field == "timeSlotId":
		if c.needsLookup(field) {
			r.lookup = lookupNames[field]
		}
	case field == "updatePerson.obtainThrough" && c.obtained() != nil:
		r.lookup = lookupNames[field]
	case f.Kind == vitec.KindDateTime:
		r.layout, _, _ = c.date()
	case f.Kind == vitec.KindBoolean && c.looked > 0 && c.share(yesNo) < most && len(c.values) > 0 && len(c.values) <= 6:
		r.table = c.inline(field)
	}
	return r
}

// inline is the table of a column with few texts, else nil.
func (c *column) inline(field string) [][2]string {
	const short = 8
	keys, _ := c.keys()
	if len(keys) == 0 || len(keys) > short {
		return nil
	}
	known := c.obtained()
	var table [][2]string
	for _, k := range keys {
		to := unfilled
		switch f, _ := vitec.FieldByPath(field); {
		case field == "updatePerson.obtainThrough" && known != nil:
			to = known[k]
		case f.Kind == vitec.KindBoolean:
			to = yesOrNo(k)
		}
		table = append(table, [2]string{k, to})
	}
	return table
}

// yesOrNo is what a text that no converter takes probably means: "Nej tack". A
// person has to say where nothing is probable.
func yesOrNo(text string) string {
	if list := headingWords(text); len(list) > 0 {
		switch list[0] {
		case "nej", "no", "ej", "inte", "avbojer", "ingen", "aldrig", "never", "not":
			return "false"
		case "ja", "yes", "jo", "garna", "absolut":
			return "true"
		}
	}
	return unfilled
}

// joined reports whether the column's time slots are known only by their viewing
// and their time together.
func (p *Proposal) joined(i int) bool {
	s := p.survey
	return i == s.slot && s.shared && !s.both.many && s.columns[i].needsLookup("timeSlotId") && p.unique(s.viewing)
}

// unique reports whether a column's name tells it from the others.
func (p *Proposal) unique(i int) bool {
	n := 0
	for _, c := range p.survey.columns {
		if mapping.Fold(c.header) == mapping.Fold(p.column(i).header) {
			n++
		}
	}
	return n == 1 && p.column(i).header != ""
}

// keyed returns the texts that a suggestion's table has.
func (p *Proposal) keyed(s Suggestion) *texts {
	if s.rule.join != nil {
		return &p.survey.both
	}
	return &p.column(s.Column).texts
}
