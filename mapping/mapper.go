package mapping

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"vitec-import/vitec"
)

// Mapper maps the rows of one header. It is immutable and safe for concurrent use.
type Mapper struct {
	header []string
	today  time.Time
	skip   []boundTest
	fields []bound // in the order of the request
	reads  []bool  // by cell: the mapping or a skip rule reads it
}

// bound is a field with its cells.
type bound struct {
	*field
	cells []int
}

type boundTest struct {
	test
	cell int
}

// Submission is one row on its way to a time slot. Lists in its body may be
// shared with other rows and are not to be changed.
type Submission struct {
	Target vitec.Target
	Body   vitec.AddNewViewingParticipant

	// Skipped is the reason of the skip rule that leaves the row out, or ""
	// if none does. A skipped row has no target, no body and no problems.
	Skipped string
}

// Trace is how one row became a submission.
type Trace struct {
	Submission Submission
	Steps      []Step    // in the order of the request: address, then body
	Problems   []Problem // as Map returns them
}

// Step is how one field got its value. Inputs and Value are personal.
type Step struct {
	Field      string   // path: "viewingId", "updatePerson.cellPhone"
	Columns    []int    // 0-based cells that were read
	Headers    []string // their header cells
	Inputs     []string // their content, as read
	Conversion texts    // what was done: `split last, text`
	Value      string   // what is sent; "" if nothing
	Omitted    bool     // the member is left out of the request
	Problem    *Problem // why there is no value, or a warning; nil if none
}

// Bind finds the mapping's columns in a header. The error is an [Errors] with
// all columns that are missing or stand there twice.
func (m *Mapping) Bind(cells []string) (*Mapper, error) {
	b := binder{header: newHeader(cells), reads: make([]bool, len(cells))}
	mp := &Mapper{header: slices.Clone(cells), today: m.today, reads: b.reads}
	for _, t := range m.skip {
		mp.skip = append(mp.skip, boundTest{t, b.column(t.column)})
	}
	for i := range m.fields {
		f := bound{field: &m.fields[i]}
		for _, names := range f.columns {
			f.cells = append(f.cells, b.column(names))
		}
		mp.fields = append(mp.fields, f)
	}
	for _, e := range b.errs {
		if !b.any { // a row that has none of the columns is hardly the header: its cells may be a person's
			e.Suggestion = ""
			e.hint("none of the mapping's columns is in the header that was found; if it is another row, say which with input: {headerRow: N}")
		}
	}
	if len(b.errs) > 0 {
		return nil, b.errs.sorted()
	}
	return mp, nil
}

// binder finds columns and collects those that it does not find.
type binder struct {
	mistakes
	header header
	reads  []bool // cells that were found
	any    bool   // some column is there, if only twice
}

// column returns the cell of the first name that the header has.
func (b *binder) column(names []scalar) int {
	var texts []string
	for _, s := range names {
		texts = append(texts, s.text)
		at := b.header.find(s.text)
		if len(at) == 0 {
			continue
		}
		b.any = true
		if len(at) == 1 {
			b.reads[at[0]] = true
			return at[0]
		}
		var places []string
		for _, i := range at {
			places = append(places, strconv.Itoa(i+1))
		}
		b.fail(s.pos, "ambiguous_column", "the file has %v columns called %q", len(at), s.text).hint("they are column %v; rename one of them", strings.Join(places, ", "))
		return -1
	}
	e := b.fail(names[0].pos, "missing_column", "the file has no column %q", names[0].text)
	if len(names) > 1 {
		e.Reason = say("the file has none of the columns %v", quoteList(texts))
	}
	have := b.header.filled()
	for _, name := range texts {
		if e.Suggestion == "" {
			e.near(headerKey(name), have)
		}
	}
	e.hint("its columns are %v", quoteList(have))
	return -1
}

// NameColumns returns the 0-based cells that make a person's name, in the
// order first name, last name. It is nil if no name is mapped.
func (mp *Mapper) NameColumns() []int {
	return mp.FieldColumns("updatePerson.firstName", "updatePerson.lastName")
}

// FieldColumns returns the 0-based cells that fields are made of, in the order
// of the paths. It is nil if none is read from a cell.
func (mp *Mapper) FieldColumns(paths ...string) []int {
	var cells []int
	for _, path := range paths {
		for _, f := range mp.fields {
			for _, c := range f.cells {
				if f.path == path && !slices.Contains(cells, c) {
					cells = append(cells, c)
				}
			}
		}
	}
	return cells
}

// Reads reports whether the mapping, or one of its skip rules, reads the 0-based
// cell.
func (mp *Mapper) Reads(cell int) bool { return cell >= 0 && cell < len(mp.reads) && mp.reads[cell] }

// Map turns the cells of a row into s, which is overwritten. cells is not
// kept; it may be shorter than the header. If one of the problems is not a
// warning s must not be sent.
func (mp *Mapper) Map(cells []string, s *Submission) []Problem {
	r := row{Mapper: mp, cells: cells, s: s}
	r.run()
	return r.problems
}

// Trace maps a row as Map does and tells how each field got its value. It is
// for showing one row to a person.
func (mp *Mapper) Trace(cells []string) Trace {
	var t Trace
	r := row{Mapper: mp, cells: cells, s: &t.Submission, steps: make([]Step, len(mp.fields))}
	r.run()
	if t.Submission.Skipped != "" {
		return t
	}
	t.Steps, t.Problems = r.steps, r.problems
	for i := range t.Steps {
		step := &t.Steps[i]
		for j := range t.Problems {
			if t.Problems[j].Field == step.Field && (step.Problem == nil || step.Problem.Warning) {
				step.Problem = &t.Problems[j]
			}
		}
	}
	return t
}

// row is one row while it is mapped.
type row struct {
	*Mapper
	cells    []string
	s        *Submission
	around   surroundings
	parts    []string // the cleaned cells of the field at hand
	problems []Problem
	steps    []Step // nil unless somebody wants to know
}

// run is the one way from cells to a submission.
func (r *row) run() {
	*r.s = Submission{}
	r.around.today = r.today
	for i := range r.skip {
		if t := &r.skip[i]; t.holds(r.cell(t.cell)) {
			r.s.Skipped = t.reason
			return
		}
	}
	// Personal number and postal code depend on what the row says elsewhere.
	for _, first := range []bool{true, false} {
		for i := range r.fields {
			if f := &r.fields[i]; first == (f.path == foreignPath || f.path == countryPath) {
				r.field(i, f)
			}
		}
	}
	for _, v := range vitec.Check(r.s.Target, &r.s.Body) {
		r.violation(v)
	}
}

// field gives the field its value, and notes what others depend on.
func (r *row) field(i int, f *bound) {
	r.around.how, r.around.doubts = none, r.around.doubts[:0]
	v, why := r.value(f)
	for _, code := range r.around.doubts {
		r.problem(f, Problem{Code: code, Warning: true})
	}
	if why == nil && r.s.set(f.field, v) != nil {
		// The kinds of fields and converters are held together by a test; a row
		// must not be sent if they are not.
		why = &fault{code: "internal"}
	}
	if why != nil {
		r.problem(f, Problem{Code: why.code, Args: why.args})
	}
	switch f.path {
	case foreignPath:
		r.around.foreign = v == true
	case countryPath:
		if r.around.country = show(v); why != nil {
			r.around.country = "?" // one problem is enough
		}
	}
	if r.steps != nil {
		r.steps[i] = r.step(f, v)
	}
}

// value returns a field's value, nil if it is left out.
func (r *row) value(f *bound) (any, *fault) {
	switch {
	case f.sameAsCustomer:
		return r.s.Target.CustomerId, nil
	case f.source == nil:
		return f.fixed, nil
	}
	r.parts = r.parts[:0]
	for _, c := range f.cells {
		r.parts = append(r.parts, clean(r.cell(c)))
	}
	text, why := f.source(r.parts)
	for _, edit := range f.edits {
		if text != "" && why == nil {
			text, why = edit(text)
		}
	}
	switch {
	case why != nil:
		return nil, why
	case text != "":
		return f.convert(text, &r.around)
	case f.must:
		return nil, &fault{code: "empty"}
	case f.fallback != nil:
		r.around.how = say("default")
	}
	return f.fallback, nil
}

// set gives a field its value.
func (s *Submission) set(f *field, v any) error {
	text, _ := v.(string)
	switch f.path {
	case targetPaths[0]:
		s.Target.CustomerId = text
	case targetPaths[1]:
		s.Target.ViewingId = text
	case targetPaths[2]:
		s.Target.TimeSlotId = text
	default:
		return f.member.Set(&s.Body, v)
	}
	return nil
}

func (r *row) cell(i int) string {
	if i >= len(r.cells) {
		return ""
	}
	return r.cells[i]
}

// problem notes what is wrong with a field, at its first cell that is filled.
func (r *row) problem(f *bound, p Problem) {
	p.Field = f.path
	r.place(&p, f)
	r.problems = append(r.problems, p)
}

func (r *row) place(p *Problem, f *bound) {
	p.Column = -1
	for _, c := range f.cells {
		if p.Column < 0 || p.Value == "" {
			p.Column, p.Value = c, r.cell(c)
		}
	}
	if p.Column >= 0 {
		p.Header = r.header[p.Column]
	}
}

// violation turns a rule of the API that the row breaks into a problem of the
// field that caused it, unless that field has one already.
func (r *row) violation(v vitec.Violation) {
	contact := v.Code == vitec.CodeNoContact
	for _, old := range r.problems {
		sameField := old.Field == v.Path && v.Path != ""
		address := old.Field == "customerId" && v.Path == "updatePerson.customerId"
		if (sameField || contact && slices.Contains(contactPaths, old.Field) || address) && !old.Warning {
			return
		}
	}
	p := Problem{Column: -1, Field: v.Path, Code: v.Code, Warning: v.Warning}
	cause := slices.IndexFunc(r.fields, func(f bound) bool {
		return f.path == v.Path || contact && slices.Contains(contactPaths, f.path)
	})
	if cause >= 0 {
		f := &r.fields[cause]
		if f.fixed != nil && v.Warning {
			return // the mapping has been warned of it
		}
		r.place(&p, f)
		p.Args = violationArgs(v, f.member)
	}
	if contact {
		p.Field, p.Value = "", ""
	}
	r.problems = append(r.problems, p)
}

// violationArgs returns what the message about a broken rule needs.
func violationArgs(v vitec.Violation, f vitec.Field) []string {
	switch {
	case v.Code == vitec.CodeUnknownValue:
		return []string{quoteList(f.Values)}
	case v.Limit > 0:
		return []string{strconv.Itoa(v.Limit), strconv.Itoa(v.Got)}
	}
	return nil
}

// step tells how a field got its value.
func (r *row) step(f *bound, v any) Step {
	step := Step{Field: f.path, Conversion: f.words, Value: show(v), Omitted: v == nil}
	if !r.around.how.IsZero() {
		step.Conversion = texts{r.around.how}
	}
	for _, c := range f.cells {
		step.Columns = append(step.Columns, c)
		step.Headers = append(step.Headers, r.header[c])
		step.Inputs = append(step.Inputs, r.cell(c))
	}
	return step
}
