package mapping

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"vitec-import/vitec"
)

// targetPaths is the ids of the address, in its order.
var targetPaths = []string{"customerId", "viewingId", "timeSlotId"}

// rules returns the rules that the clause has, by path.
func (t *targetClause) rules() map[string]*rule {
	rules := map[string]*rule{"customerId": t.CustomerId, "viewingId": t.ViewingId, "timeSlotId": t.TimeSlotId}
	maps.DeleteFunc(rules, func(_ string, r *rule) bool { return r == nil })
	return rules
}

// field is one rule, checked and ready to be bound to a header.
type field struct {
	path   string
	kind   vitec.Kind
	target int         // index in targetPaths, -1 for a member of the body
	member vitec.Field // of the body
	role   role
	pos    pos
	words  texts // what is done to the cell

	columns   [][]scalar // each by candidates; several with join
	separator string     // of join
	computed  *computed
	fixed     *fixed // the same for every row
	implied   bool   // fixed, and not said by the mapping

	split     splitter
	edit      func(string) string // replace; nil for none
	table     map[string]*fixed   // by folded key; nil for no lookup
	tableArgs []string            // for the message that an entry is missing
	otherwise *fixed
	convert   convert
	choices   []string // what a constant may be, for suggestions
	fallback  *fixed   // for an empty cell
	must      bool     // an empty cell is a problem
}

// role is what a field means to others of its row.
type role uint8

const (
	roleNone         role = iota
	roleForeign           // says that the personal number is not Swedish
	roleCountry           // says whose postal code it is
	roleSameCustomer      // is the customerId of the address
)

// rank is the order in which fields are mapped.
func (r role) rank() int {
	if r == roleForeign || r == roleCountry {
		return 0
	}
	return 1
}

// fixed is a value that the mapping says.
type fixed struct {
	value value
	given bool // it is set; else the field is left out
}

// splitter takes a part of a cell.
type splitter func(text string) (string, *fault)

// test is a condition, ready to be bound.
type test struct {
	column []scalar
	words  map[string]bool // folded; nil to ask whether the cell is filled
	not    bool
	reason string // in signs where the mapping has no words for it: every language reads them
}

// compiler turns a document into fields and collects its mistakes.
type compiler struct {
	doc      *document
	sound    bool // no mistake was found while it was read
	trial    bool // ids may be made up
	made     int  // how many are
	today    time.Time
	errs     Errors
	warnings Errors
}

func (c *compiler) fail(p pos, code, suggestion string, hint vitec.Text, id string, args ...any) {
	e := p.at(code, id, args...)
	e.Suggestion, e.Hint = suggestion, hint
	c.errs = append(c.errs, e)
}

// fieldOf returns the field that a path names.
func fieldOf(path string) (field, bool) {
	if i := slices.Index(targetPaths, path); i >= 0 {
		return field{path: path, kind: vitec.KindText, target: i}, true
	}
	member, ok := vitec.FieldByPath(path)
	f := field{path: path, kind: member.Kind, target: -1, member: member}
	switch path {
	case "updatePerson.isForeignSocialSecurityNumber":
		f.role = roleForeign
	case "updatePerson.address.countryCode":
		f.role = roleCountry
	}
	return f, ok
}

// Paths returns the path of every field, those of the address first.
func Paths() []string {
	paths := slices.Clone(targetPaths)
	for _, f := range vitec.Fields() {
		paths = append(paths, f.Path)
	}
	return paths
}

// compile checks one rule. The field is of use only if no mistake was found.
func (c *compiler) compile(r *rule) field {
	f, _ := fieldOf(r.path)
	f.pos = r.pos
	c.source(r, &f)
	name := c.converter(r, &f)
	c.edits(r, &f)
	c.split(r, &f, name)
	c.lookup(r, &f)
	c.empty(r, &f)
	f.words = describe(r, name)
	return f
}

// source reads where the text comes from.
func (c *compiler) source(r *rule, f *field) {
	said := 0
	for _, s := range []struct {
		set bool
		pos pos
		key string
	}{
		{r.Column != nil, first(r.Column).pos, "column"},
		{r.Value.texts != nil, r.Value.pos, "value"},
		{r.Join != nil, first(r.Join).pos, "join"},
		{r.Computed.set, r.Computed.pos, "computed"},
	} {
		if s.set {
			if said++; said > 1 {
				c.fail(s.pos, "sources", "", say(`a field has one of "column", "value", "join" and "computed"`), "%q is one source too many", s.key)
			}
		}
	}
	switch {
	case said == 0:
		c.fail(r.pos, "no_source", "", say(`a field needs one of "column", "value", "join" and "computed"`), "the field does not say where its value comes from")
	case r.Join != nil:
		f.separator = " "
		if r.Separator.set {
			f.separator = r.Separator.text
		} else if f.kind == vitec.KindTextList {
			f.separator = "\n" // at which every list is split, beside commas and the like
		}
		for _, s := range r.Join {
			f.columns = append(f.columns, c.columns(scalars{s}))
		}
	case r.Column != nil:
		f.columns = [][]scalar{c.columns(r.Column)}
	case r.Computed.set:
		compiled, errs := compile(r.Computed)
		c.errs = append(c.errs, errs...)
		if f.computed = compiled; compiled != nil {
			for _, s := range compiled.columns {
				f.columns = append(f.columns, c.columns(scalars{s}))
			}
		}
	}
	if r.Value.texts != nil {
		for _, s := range []struct {
			set bool
			pos pos
			key string
		}{
			{r.Separator.set, r.Separator.pos, "separator"}, {r.Split.set(), r.Split.pos, "split"},
			{r.Replace.entries != nil, r.Replace.pos, "replace"}, {r.Lookup.set(), r.Lookup.pos, "lookup"},
			{r.Default.set, r.Default.pos, "default"}, {r.Empty.set, r.Empty.pos, "empty"},
		} {
			if s.set {
				c.fail(s.pos, "misplaced_key", "", say("write the constant as it is to be sent"), "%q has no meaning beside a constant", s.key)
			}
		}
	}
}

// columns checks the names of columns.
func (c *compiler) columns(names scalars) []scalar {
	for _, s := range names {
		if headerKey(s.text) == "" {
			c.fail(s.pos, "empty_value", "", none, "the name of a column is empty")
		}
	}
	return names
}

// converter chooses the converter and gives it its settings. It returns its name.
func (c *compiler) converter(r *rule, f *field) string {
	suitable := convertersOf(f.member)
	name := suitable[0]
	switch {
	case !r.As.set:
	case slices.Contains(suitable, r.As.text):
		name = r.As.text
	case slices.Contains(goneConverters, r.As.text):
		c.fail(r.As.pos, "gone", "", none, "as: %v is no longer part of the language; use %v", r.As.text, say("the field's own way to read a cell, as: text or as: date"))
	default:
		suggestion, hint := suggest(r.As.text, []string{"text", "date"}), none
		if suggestion == "" {
			hint = say("for this field: %v", strings.Join(suitable, ", "))
		}
		if slices.Contains([]string{"text", "date"}, r.As.text) {
			c.fail(r.As.pos, "unsuitable_converter", "", say("for this field: %v", strings.Join(suitable, ", ")), "the converter %q does not suit the field %q", r.As.text, f.path)
		} else {
			c.fail(r.As.pos, "unknown_converter", suggestion, hint, "unknown converter %q", r.As.text)
		}
	}
	if dated := name == "date" || name == "datetime"; r.Layout != nil && !dated {
		c.fail(first(r.Layout).pos, "misplaced_key", "", none, "%q is only read by the converter %v", "layout", say("date"))
	}
	if r.Separator.set && r.Value.texts == nil && r.Join == nil && name != "list" {
		c.fail(r.Separator.pos, "misplaced_key", "", none, "%q is only read by the converter %v", "separator", say("list, or by join"))
	}
	f.convert = c.settings(r, f, name)
	if r.Value.texts != nil {
		f.fixed = c.constant(r.Value, f)
	}
	return name
}

func (c *compiler) settings(r *rule, f *field, name string) convert {
	switch name {
	case "phone":
		return toPhone
	case "personnummer":
		return toPersonnummer
	case "boolean":
		f.choices = []string{"true", "false", "ja", "nej"}
		return toBoolean
	case "integer":
		return toInteger
	case "decimal":
		return toDecimal
	case "email":
		return toEmail
	case "country":
		return toCountry
	case "zip":
		return toZip
	case "date", "datetime":
		return c.dates(r, f.kind, name == "datetime")
	case "list":
		separator := r.Separator.text
		if r.Split.Separator.set {
			separator = r.Split.Separator.text
		}
		return lister(separator)
	case "choice":
		f.choices = f.member.Values
		return chooser(f.member.Values)
	}
	return texter(slices.Contains(freeText, f.path))
}

// dates reads the layouts.
func (c *compiler) dates(r *rule, kind vitec.Kind, clock bool) convert {
	var layouts []dateLayout
	for i, s := range r.Layout {
		l, what, suggestion := parseLayout(s.text)
		if what != "" {
			c.fail(s.pos, "layout", suggestion, say("for example: YYYY-MM-DD HH:mm"), "%q is not a layout: %v", s.text, say(what))
			continue
		}
		for _, earlier := range r.Layout[:i] {
			if swapDayAndMonth(earlier.text) == swapDayAndMonth(swapDayAndMonth(s.text)) {
				c.fail(s.pos, "layout", "", say("keep the one in which the list is written"), "%q and %q differ only in the order of day and month: a date could be read in two ways", earlier.text, s.text)
			}
		}
		layouts = append(layouts, l)
	}
	shown := strings.Join(r.Layout.texts(), ", ")
	if shown == "" {
		if shown = "YYYY-MM-DD"; clock {
			shown = "YYYY-MM-DD HH:mm"
		}
	}
	dates := dater(layouts, shown, vitec.Stockholm, clock)
	if kind == vitec.KindDateTime {
		return dates
	}
	return func(text string, s *surroundings) (value, *fault) {
		v, why := dates(text, s)
		if moment, ok := v.typed.(time.Time); ok {
			v.text = moment.Format(time.DateOnly)
		}
		return v, why
	}
}

// swapDayAndMonth returns a layout with day and month in each other's place, and
// each in its short form.
func swapDayAndMonth(layout string) string {
	if strings.Contains(layout, "MMM") {
		return layout // a name cannot be taken for a day
	}
	layout = strings.NewReplacer("DD", "M", "MM", "D", "D", "M", "M", "D").Replace(strings.ToUpper(strings.ReplaceAll(layout, "mm", "'")))
	return layout
}

// constant converts what "value" says.
func (c *compiler) constant(v constant, f *field) *fixed {
	if v.list && f.kind != vitec.KindTextList {
		c.fail(v.pos, "wrong_kind", "", none, "the field %q takes one value, not a list", f.path)
		return &fixed{}
	}
	if v.list {
		var list []string
		for _, s := range v.texts {
			text := oneLine(clean(s.text))
			if text == "" {
				c.fail(s.pos, "empty_value", "", none, "the constant is empty")
			}
			list = append(list, text)
		}
		return fix(value{typed: list}, f.kind)
	}
	s := v.texts[0]
	if clean(s.text) == "" {
		c.fail(s.pos, "empty_value", "", say("remove the field to send nothing"), "the constant is empty")
	}
	return c.fixed(s, f)
}

func fix(v value, k vitec.Kind) *fixed {
	return &fixed{value: v, given: v.given(k)}
}

// fixed converts a text of the mapping as if a cell held it.
func (c *compiler) fixed(s scalar, f *field) *fixed {
	text := clean(s.text)
	if text == "" {
		return &fixed{}
	}
	if text == unfilled && f.target >= 0 {
		return c.unfilled(s, f)
	}
	v, why := f.convert(text, &surroundings{today: c.today, country: "?"})
	if why.bad() {
		p := Problem{Code: why.code, Args: why.args}
		c.fail(s.pos, "bad_constant", suggest(text, f.choices), p.Hint(), "%q does not suit the field %q: %v", s.text, f.path, p.Reason())
		return &fixed{}
	}
	x := fix(v, f.kind)
	for _, v := range rulesBroken(f, x) {
		p := Problem{Code: v.Code, Args: violationArgs(v, f.member)}
		if v.Warning {
			e := s.pos.at(v.Code, "%q in the field %q: %v", s.text, f.path, p.Reason())
			e.Suggestion, e.Hint = suggest(text, f.choices), p.Hint()
			c.warnings = append(c.warnings, e)
			continue
		}
		c.fail(s.pos, "bad_constant", "", p.Hint(), "%q does not suit the field %q: %v", s.text, f.path, p.Reason())
	}
	return x
}

// rulesBroken returns the rules of the API that a value breaks by itself.
func rulesBroken(f *field, x *fixed) []vitec.Violation {
	var s Submission
	if x.given && s.set(f, x.value) != nil {
		return []vitec.Violation{{Path: f.path, Code: "internal"}}
	}
	return slices.DeleteFunc(vitec.Check(s.Target, &s.Body), func(v vitec.Violation) bool {
		return v.Path != f.path || v.Code == vitec.CodeNoContact || v.Code == vitec.CodeCustomerMismatch
	})
}

// edits reads replace.
func (c *compiler) edits(r *rule, f *field) {
	var pairs []string
	for _, e := range r.Replace.entries {
		if e.from.text == "" {
			c.fail(e.from.pos, "empty_value", "", none, "an empty text cannot be replaced")
			continue
		}
		pairs = append(pairs, e.from.text, e.to.text)
	}
	if pairs != nil {
		f.edit = func(text string) string {
			for i := 0; i < len(pairs); i += 2 {
				text = strings.TrimSpace(strings.ReplaceAll(text, pairs[i], pairs[i+1]))
			}
			return text
		}
	}
}

// unknownWord tells a word that is none of the few that a key takes.
func (c *compiler) unknownWord(s scalar, key string, known ...string) {
	suggestion, hint := suggest(s.text, known), none
	if suggestion == "" {
		hint = say("one of %v", strings.Join(known, ", "))
	}
	c.fail(s.pos, "unknown_value", suggestion, hint, "unknown %v %q", key, s.text)
}

// split reads which part of the cell is taken.
func (c *compiler) split(r *rule, f *field, converter string) {
	s := r.Split
	switch {
	case !s.set():
	case r.Column == nil && r.Value.texts == nil:
		c.fail(s.pos, "misplaced_key", "", none, `"split" takes a "column" apart`)
	case s.name.set:
		f.split = splits[s.name.text]
	case s.Separator.text == "":
		c.fail(s.Separator.pos, "empty_value", "", none, "the separator is empty")
	case !s.Part.set && converter == "list":
		// The converter takes it apart.
	case !s.Part.set:
		c.fail(s.pos, "missing_key", "", say(`for example: split: {separator: "/", part: 1}`), `"split" does not say which part`)
	default:
		n, ok := s.Part.number(-99)
		if !ok || n == 0 || n > 99 {
			c.fail(s.Part.pos, "unknown_value", "", say("1 is the first part, -1 the last"), "%q is not the number of a part", s.Part.text)
			return
		}
		separator := s.Separator.text
		f.split = func(text string) (string, *fault) { return partOf(text, separator, n), nil }
	}
}

// lookup reads the table and converts its results.
func (c *compiler) lookup(r *rule, f *field) {
	if r.Otherwise.set {
		if !r.Lookup.set() {
			c.fail(r.Otherwise.pos, "misplaced_key", "", say(`for an empty cell there is "default"`), `"otherwise" has no meaning without "lookup"`)
		}
		f.otherwise = c.fixed(r.Otherwise, f)
	}
	if !r.Lookup.set() {
		return
	}
	t := r.Lookup.table
	name := ""
	if r.Lookup.name.set {
		name = r.Lookup.name.text
		var ok bool
		if t, ok = c.doc.Lookups.tables[name]; !ok {
			var known []string
			for _, s := range c.doc.Lookups.names {
				known = append(known, s.text)
			}
			if known == nil && !c.sound {
				return // the tables may be what was misspelt
			}
			suggestion, hint := suggest(name, known), none
			if suggestion == "" {
				if hint = say("there are %v", strings.Join(known, ", ")); known == nil {
					hint = say(`define it under "lookups"`)
				}
			}
			c.fail(r.Lookup.name.pos, "unknown_lookup", suggestion, hint, "unknown lookup %q", name)
			return
		}
	}
	f.table = make(map[string]*fixed, len(t.entries))
	var keys []string
	written := map[string]string{}
	for _, e := range t.entries {
		key := fold(oneLine(clean(e.from.text)))
		if key == "" {
			c.fail(e.from.pos, "empty_value", "", say(`for an empty cell there is "default"`), "the table has an empty key")
			continue
		}
		if before, ok := written[key]; ok {
			c.fail(e.from.pos, "duplicate_key", "", none, "%q and %q differ only in letter case", before, e.from.text)
			continue
		}
		written[key] = e.from.text
		keys = append(keys, e.from.text)
		f.table[key] = c.fixed(e.to, f)
	}
	f.tableArgs = []string{quoteList(keys)}
}

// empty reads what an empty cell means.
func (c *compiler) empty(r *rule, f *field) {
	if r.Default.set {
		f.fallback = c.fixed(r.Default, f)
		if !f.fallback.given && clean(r.Default.text) == "" {
			c.fail(r.Default.pos, "empty_value", "", say("without it an empty cell sends nothing"), "the default is empty")
		}
	}
	switch {
	case !r.Empty.set:
	case r.Empty.text == "omit":
		c.fail(r.Empty.pos, "gone", "", none, "empty: %v is no longer part of the language; use %v", "omit", say("the rule without it: an empty cell is left out"))
	case r.Empty.text != "error":
		c.unknownWord(r.Empty, "empty", "error")
	case r.Default.set:
		c.fail(r.Empty.pos, "misplaced_key", "", say("keep one of the two"), `"empty: error" has no meaning beside "default"`)
	default:
		f.must = true
	}
}

// test compiles a condition.
func (c *compiler) test(w condition) test {
	t := test{column: c.columns(w.Column)}
	switch {
	case w.Filled.set:
		t.not = w.Filled.text == "false"
		t.reason = fmt.Sprintf(`%q ≠ ""`, first(w.Column).text)
		if t.not {
			t.reason = fmt.Sprintf(`%q = ""`, first(w.Column).text)
		}
		return t
	case w.Not != nil:
		t.not = true
		t.reason = fmt.Sprintf("%q ≠ %s", first(w.Column).text, quoteList(w.Not.texts()))
	default:
		t.reason = fmt.Sprintf("%q = %s", first(w.Column).text, quoteList(w.Is.texts()))
	}
	t.words = map[string]bool{}
	for _, s := range append(w.Is, w.Not...) {
		if clean(s.text) == "" {
			c.fail(s.pos, "empty_value", "", say(`an empty cell is asked for by "filled: false"`), "the text to compare with is empty")
		}
		t.words[fold(oneLine(clean(s.text)))] = true
	}
	return t
}

// describe says in words what is done to a cell.
func describe(r *rule, converter string) texts {
	if r.Value.texts != nil {
		return texts{say("constant")}
	}
	var p texts
	add := func(set bool, id string, args ...any) {
		if set {
			p = append(p, say(id, args...))
		}
	}
	add(r.Join != nil, "join")
	add(r.Computed.set, "computed %v", r.Computed.text)
	add(r.Split.name.set, "split %v", r.Split.name.text)
	add(r.Split.Part.set, "part %v between %q", r.Split.Part.text, r.Split.Separator.text)
	add(r.Replace.entries != nil, "replace")
	add(r.Lookup.name.set, "lookup %q", r.Lookup.name.text)
	add(r.Lookup.table.entries != nil, "lookup")
	add(!r.Lookup.set(), "%v", converter)
	add(r.Layout != nil, "layout %v", strings.Join(r.Layout.texts(), ", "))
	return p
}

// first returns the first text, or none.
func first(s scalars) scalar {
	if len(s) == 0 {
		return scalar{}
	}
	return s[0]
}

// inputOf reads the document's "input".
func (c *compiler) inputOf(in inputClause) Input {
	out := Input{Sheet: in.Sheet.text, Encoding: in.Encoding.text}
	if in.HeaderRow.set {
		n, ok := in.HeaderRow.number(1)
		if !ok || n > 1<<20 {
			c.fail(in.HeaderRow.pos, "unknown_value", "", say("1 is the first row"), "%q is not the number of a row", in.HeaderRow.text)
		}
		out.HeaderRow = n
	}
	if in.Delimiter.set {
		names := map[string]rune{"comma": ',', "semicolon": ';', "tab": '\t', "pipe": '|'}
		r, size := utf8.DecodeRuneInString(in.Delimiter.text)
		if named, ok := names[in.Delimiter.text]; ok {
			out.Delimiter = named
		} else if size == len(in.Delimiter.text) && size > 0 && !isWord(r) && r != '"' && r != '\n' && r != '\r' {
			out.Delimiter = r
		} else {
			c.unknownWord(in.Delimiter, "delimiter", "comma", "semicolon", "tab", "pipe")
		}
	}
	return out
}
