package mapping

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/vm"

	"vitec-import/vitec"
)

// Mapper maps the rows of one header. It reuses memory between rows and is
// not safe for concurrent use; binding again is cheap.
type Mapper struct {
	header []string
	today  time.Time
	skip   []boundTest
	fields []bound // in the order in which they are mapped

	cells    []string // of the row at hand
	around   surroundings
	problems []Problem
	machine  vm.VM
	byName   map[string]int // columns of expressions
	row      row
	reads    map[int]bool // cells
}

// bound is a field with its cells.
type bound struct {
	*field
	cells []int
	step  int // position in the order of the request
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
	h := newHeader(cells)
	b := binder{header: h}
	mp := &Mapper{header: slices.Clone(cells), today: m.today, byName: map[string]int{}}
	for _, t := range m.skip {
		mp.skip = append(mp.skip, b.test(t))
	}
	for i := range m.fields {
		f := bound{field: &m.fields[i], step: i}
		for _, names := range f.columns {
			cell := b.column(names)
			f.cells = append(f.cells, cell)
			if f.computed != nil {
				mp.byName[names[0].text] = cell
			}
		}
		mp.fields = append(mp.fields, f)
	}
	if len(b.errs) > 0 {
		return nil, b.mistakes().sorted()
	}
	// Personal number and postal code depend on what the row says elsewhere.
	slices.SortStableFunc(mp.fields, func(a, b bound) int { return a.role.rank() - b.role.rank() })
	mp.row.Column = mp.named
	mp.reads = map[int]bool{}
	for _, c := range mp.Columns() {
		mp.reads[c] = true
	}
	return mp, nil
}

// Clone returns another Mapper for the same header, so that several goroutines
// can map rows side by side.
func (mp *Mapper) Clone() *Mapper {
	c := &Mapper{header: mp.header, today: mp.today, skip: mp.skip, fields: slices.Clone(mp.fields), byName: mp.byName, reads: mp.reads}
	c.row.Column = c.named
	return c
}

// named is what an expression reads: a cell of the row by its column's name.
func (mp *Mapper) named(name string) string {
	if i, ok := mp.byName[name]; ok {
		return oneLine(clean(mp.cell(i)))
	}
	return ""
}

// binder finds columns and collects those that it does not find.
type binder struct {
	header *header
	found  bool // some column is there
	errs   Errors
}

// mistakes returns what was not found. A row that has none of the columns is
// hardly the header: then its cells may be a person's and are not shown.
func (b *binder) mistakes() Errors {
	for _, e := range b.errs {
		if !b.found {
			e.Suggestion = ""
			e.Hint = say("none of the mapping's columns is in the header that was found; if it is another row, say which with input: {headerRow: N}")
		}
	}
	return b.errs
}

// column returns the cell of the first name that the header has.
func (b *binder) column(names []scalar) int {
	if len(names) == 0 {
		return -1 // a mapping with a mistake, which has been told
	}
	for _, s := range names {
		switch at := b.header.find(s.text); len(at) {
		case 0:
		case 1:
			b.found = true
			return at[0]
		default:
			b.found = true
			e := s.pos.at("ambiguous_column", "the file has %v columns called %q", len(at), s.text)
			var places []string
			for _, i := range at {
				places = append(places, strconv.Itoa(i+1))
			}
			e.Hint = say("they are column %v; rename one of them", strings.Join(places, ", "))
			b.errs = append(b.errs, e)
			return -1
		}
	}
	e := names[0].pos.at("missing_column", "the file has no column %q", names[0].text)
	if len(names) > 1 {
		var texts []string
		for _, s := range names {
			texts = append(texts, s.text)
		}
		e.Reason = say("the file has none of the columns %v", quoteList(texts))
	}
	have := b.header.filled()
	for _, s := range names {
		if e.Suggestion = suggest(headerKey(s.text), have); e.Suggestion != "" {
			break
		}
	}
	e.Hint = say("its columns are %v", quoteList(have))
	b.errs = append(b.errs, e)
	return -1
}

func (b *binder) test(t test) boundTest {
	return boundTest{test: t, cell: b.column(t.column)}
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

// Columns returns the 0-based cells that the mapping reads, ascending.
func (mp *Mapper) Columns() []int {
	var cells []int
	add := func(c int) {
		if !slices.Contains(cells, c) {
			cells = append(cells, c)
		}
	}
	for _, t := range mp.skip {
		add(t.cell)
	}
	for _, f := range mp.fields {
		for _, c := range f.cells {
			add(c)
		}
	}
	slices.Sort(cells)
	return cells
}

// Reads reports whether the mapping, or one of its skip rules, reads the 0-based
// cell.
func (mp *Mapper) Reads(cell int) bool { return mp.reads[cell] }

// Map turns the cells of a row into s, which is overwritten. cells is not
// kept; it may be shorter than the header. If one of the problems is not a
// warning s must not be sent. The problems are valid until the next call.
func (mp *Mapper) Map(cells []string, s *Submission) []Problem {
	return mp.apply(cells, s, nil)
}

// Trace maps a row as Map does and tells how each field got its value. It is
// for showing one row to a person.
func (mp *Mapper) Trace(cells []string) Trace {
	var t Trace
	t.Steps = make([]Step, len(mp.fields))
	t.Problems = slices.Clone(mp.apply(cells, &t.Submission, t.Steps))
	if t.Submission.Skipped != "" {
		t.Steps = nil
		return t
	}
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

// apply is the one way from cells to a submission. steps is nil, or has room
// for what is told of each field.
func (mp *Mapper) apply(cells []string, s *Submission, steps []Step) []Problem {
	*s = Submission{}
	mp.cells, mp.problems = cells, mp.problems[:0]
	defer func() { mp.cells = nil }()
	mp.around = surroundings{today: mp.today}
	for i := range mp.skip {
		if t := &mp.skip[i]; mp.holds(t) {
			s.Skipped = t.reason
			return nil
		}
	}
	for i := range mp.fields {
		f := &mp.fields[i]
		v, given, how := mp.value(f, s)
		if given {
			if err := s.set(f.field, v); err != nil {
				// The kinds of fields and converters are held together by a
				// test; a row must not be sent if they are not.
				mp.problem(f, &fault{code: "internal"})
			}
		}
		if steps != nil {
			steps[f.step] = mp.step(f, v, given, how)
		}
	}
	for _, v := range vitec.Check(s.Target, &s.Body) {
		mp.violation(v)
	}
	return mp.problems
}

// set gives a field its value.
func (s *Submission) set(f *field, v value) error {
	switch {
	case f.target == 0:
		s.Target.CustomerId = v.text
	case f.target == 1:
		s.Target.ViewingId = v.text
	case f.target == 2:
		s.Target.TimeSlotId = v.text
	case f.kind == vitec.KindText:
		return f.member.SetText(&s.Body, v.text)
	default:
		return f.member.Set(&s.Body, v.typed)
	}
	return nil
}

func (mp *Mapper) cell(i int) string {
	if i < 0 || i >= len(mp.cells) {
		return ""
	}
	return mp.cells[i]
}

// holds reports whether the row meets a condition.
func (mp *Mapper) holds(t *boundTest) bool {
	text := clean(mp.cell(t.cell))
	if t.words == nil {
		return (text != "") != t.not
	}
	return t.words[fold(oneLine(text))] != t.not
}

// value returns a field's value of the row that becomes s, whether it has one
// or is left out, and the id of how it came about if not by the field's own
// words.
func (mp *Mapper) value(f *bound, s *Submission) (v value, given bool, how string) {
	if f.fixed != nil {
		return mp.take(f, f.fixed, "")
	}
	if f.role == roleSameCustomer {
		return value{text: s.Target.CustomerId}, true, ""
	}
	text, why := mp.text(f)
	if why.bad() {
		mp.problem(f, why)
		return value{}, false, ""
	}
	if text == "" {
		if f.fallback != nil {
			return mp.take(f, f.fallback, "default")
		}
		if f.must {
			mp.problem(f, &fault{code: "empty"})
		}
		return value{}, false, ""
	}
	if f.table != nil {
		return mp.lookUp(f, text)
	}
	if f.kind == vitec.KindText {
		for _, doubt := range doubtsOf(f.path, text) {
			mp.problem(f, doubt)
			if doubt.bad() {
				return value{}, false, ""
			}
		}
	}
	v, why = f.convert(text, &mp.around)
	if why != nil {
		mp.problem(f, why)
		if why.bad() {
			if f.role == roleCountry {
				mp.around.country = "?" // one problem is enough
			}
			return value{}, false, ""
		}
	}
	mp.note(f, v)
	return v, v.given(f.kind), ""
}

// lookUp exchanges a text for what the field's table says, or each of the texts
// of a list.
func (mp *Mapper) lookUp(f *bound, text string) (value, bool, string) {
	texts := []string{text}
	if f.kind == vitec.KindTextList {
		v, _ := f.convert(text, &mp.around)
		texts, _ = v.typed.([]string)
	}
	var list []string
	how := ""
	for _, text := range texts {
		found, ok := f.table[fold(oneLine(text))]
		if !ok {
			if f.otherwise == nil {
				if f.role == roleCountry {
					mp.around.country = "?" // one problem is enough
				}
				mp.problem(f, &fault{code: "lookup", args: f.tableArgs})
				return value{}, false, ""
			}
			found, how = f.otherwise, "otherwise"
		}
		if f.kind != vitec.KindTextList {
			return mp.take(f, found, how)
		}
		more, _ := found.value.typed.([]string)
		list = append(list, more...)
	}
	if len(list) == 0 {
		return value{}, false, how
	}
	return value{typed: list}, true, how
}

// take uses what the mapping says, or what is remembered.
func (mp *Mapper) take(f *bound, x *fixed, how string) (value, bool, string) {
	mp.note(f, x.value)
	return x.value, x.given, how
}

// note keeps what other fields depend on.
func (mp *Mapper) note(f *bound, v value) {
	switch f.role {
	case roleForeign:
		mp.around.foreign = v.truth()
	case roleCountry:
		mp.around.country = v.text
	}
}

// text returns what stands in a field's cells, before it is looked up and
// converted.
func (mp *Mapper) text(f *bound) (string, *fault) {
	text := ""
	switch {
	case f.computed != nil:
		for _, c := range f.cells {
			if len(mp.cell(c)) > maxResult {
				return "", &fault{code: "computed"}
			}
		}
		var why *fault
		if text, why = f.computed.run(&mp.machine, mp.row); why.bad() {
			return "", why
		}
	case len(f.cells) == 1:
		text = clean(mp.cell(f.cells[0]))
	default:
		parts := make([]string, 0, len(f.cells))
		for _, c := range f.cells {
			if part := clean(mp.cell(c)); part != "" {
				parts = append(parts, part)
			}
		}
		text = strings.Join(parts, f.separator)
	}
	if f.split != nil && text != "" {
		var why *fault
		if text, why = f.split(text); why.bad() {
			return "", why
		}
	}
	if f.edit != nil && text != "" {
		text = f.edit(text)
	}
	return text, nil
}

// problem notes what is wrong with a field.
func (mp *Mapper) problem(f *bound, why *fault) {
	p := Problem{Column: -1, Field: f.path, Code: why.code, Args: why.args, Warning: why.doubt}
	mp.place(&p, f)
	mp.problems = append(mp.problems, p)
}

// place gives a problem the field's first cell that is filled.
func (mp *Mapper) place(p *Problem, f *bound) {
	for _, c := range f.cells {
		if p.Column < 0 || p.Value == "" {
			p.Column, p.Value = c, mp.cell(c)
		}
	}
	if p.Column >= 0 {
		p.Header = mp.header[p.Column]
	}
}

// violation turns a rule of the API that the row breaks into a problem of the
// field that caused it, unless that field has one already.
func (mp *Mapper) violation(v vitec.Violation) {
	p := Problem{Column: -1, Field: v.Path, Code: v.Code, Warning: v.Warning}
	cause := v.Path
	for _, old := range mp.problems {
		sameField := old.Field == v.Path && v.Path != ""
		contact := v.Code == vitec.CodeNoContact && slices.Contains(contactPaths, old.Field)
		address := old.Field == "customerId" && v.Path == "updatePerson.customerId"
		if (sameField || contact || address) && !old.Warning {
			return
		}
	}
	if v.Code == vitec.CodeNoContact {
		p.Field, cause = "", ""
		for i := range mp.fields {
			if slices.Contains(contactPaths, mp.fields[i].path) {
				cause = mp.fields[i].path
				break
			}
		}
	}
	for i := range mp.fields {
		if f := &mp.fields[i]; f.path == cause {
			if f.fixed != nil && v.Warning {
				return // the mapping has been warned of it
			}
			mp.place(&p, f)
			p.Args = violationArgs(v, f.member)
		}
	}
	if v.Code == vitec.CodeNoContact {
		p.Value = ""
	}
	mp.problems = append(mp.problems, p)
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
func (mp *Mapper) step(f *bound, v value, set bool, how string) Step {
	step := Step{Field: f.path, Conversion: f.words, Omitted: !set}
	if how != "" {
		step.Conversion = texts{say(how)}
	}
	if set {
		step.Value = v.show(f.kind)
	}
	for _, c := range f.cells {
		step.Columns = append(step.Columns, c)
		step.Headers = append(step.Headers, mp.header[c])
		step.Inputs = append(step.Inputs, mp.cell(c))
	}
	return step
}
