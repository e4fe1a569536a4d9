package mapping

import (
	"slices"
	"strings"
	"time"

	"vitec-import/vitec"
)

// targetPaths is the ids of the address, in its order.
var targetPaths = []string{"customerId", "viewingId", "timeSlotId"}

const (
	foreignPath = "updatePerson.isForeignSocialSecurityNumber" // whether the personal number is Swedish
	countryPath = "updatePerson.address.countryCode"           // whose postal code it is
)

// Paths returns the path of every field, those of the address first.
func Paths() []string {
	paths := slices.Clone(targetPaths)
	for _, f := range vitec.Fields() {
		paths = append(paths, f.Path)
	}
	return paths
}

// field is one rule, checked and composed: cells become a text by source, the
// text another by edits, and that a value by convert.
type field struct {
	path   string
	kind   vitec.Kind
	member vitec.Field // of the body; none for an id of the address
	pos    pos
	words  texts // what is done to the cell

	columns  [][]scalar                            // each by candidates
	source   func(parts []string) (string, *fault) // parts are the columns' cells, cleaned
	edits    []func(text string) (string, *fault)  // split, then replace
	convert  convert                               // with what is doubted and looked up before
	fallback any                                   // for an empty cell
	must     bool                                  // an empty cell is a problem

	fixed          any  // the same for every row; then there are no columns
	implied        bool // not said by the mapping
	sameAsCustomer bool // it is the customerId of the address
}

// fieldOf returns the field that a path names.
func fieldOf(path string) (field, bool) {
	if slices.Contains(targetPaths, path) {
		return field{path: path, kind: vitec.KindText}, true
	}
	member, ok := vitec.FieldByPath(path)
	return field{path: path, kind: member.Kind, member: member}, ok
}

// compiler turns rules into fields and collects the mistakes in them.
type compiler struct {
	mistakes
	doc      *document
	sound    bool // no mistake was found while it was read
	trial    bool // ids may be made up
	made     int  // how many are
	today    time.Time
	warnings Errors
}

// field checks one rule and composes what it says. The field is of use only if no
// mistake was found.
func (c *compiler) field(r *rule) field {
	f, _ := fieldOf(r.path)
	f.pos = r.pos
	name := c.converter(r, &f)
	c.sources(r, &f)
	c.edits(r, &f, name)
	c.empty(r, &f)
	c.lookup(r, &f)
	if f.kind == vitec.KindText && !r.Lookup.set() {
		f.convert = doubting(whereIs(f.path), f.convert)
	}
	f.words = describe(r, name)
	return f
}

// sourceKeys are the keys of which a rule has one, constantKeys those that have a
// meaning beside a constant.
var (
	sourceKeys   = []string{"column", "value", "join", "computed"}
	constantKeys = []string{"column", "value", "join", "computed", "otherwise", "as", "layout"}
)

// sources reads where the text comes from.
func (c *compiler) sources(r *rule, f *field) {
	said := 0
	for _, key := range r.said {
		if slices.Contains(sourceKeys, key.text) {
			if said++; said > 1 {
				c.fail(key.pos, "sources", "%q is one source too many", key.text).hint(`a field has one of "column", "value", "join" and "computed"`)
			}
		}
		if r.Value.texts != nil && !slices.Contains(constantKeys, key.text) {
			c.fail(key.pos, "misplaced_key", "%q has no meaning beside a constant", key.text).hint("write the constant as it is to be sent")
		}
	}
	switch {
	case r.Value.texts != nil:
		f.fixed = c.constant(r.Value, f)
	case r.Join != nil:
		separator := " "
		if r.Separator.set {
			separator = r.Separator.text
		} else if f.kind == vitec.KindTextList {
			separator = "\n" // at which every list is split, beside commas and the like
		}
		for _, s := range r.Join {
			f.columns = append(f.columns, c.columns(scalars{s}))
		}
		f.source = func(parts []string) (string, *fault) {
			filled := slices.DeleteFunc(slices.Clone(parts), func(p string) bool { return p == "" })
			return strings.Join(filled, separator), nil
		}
	case r.Column != nil:
		f.columns = [][]scalar{c.columns(r.Column)}
		f.source = func(parts []string) (string, *fault) { return parts[0], nil }
	case r.Computed.set:
		if e := c.compute(r.Computed); e != nil {
			for _, s := range e.columns {
				f.columns = append(f.columns, c.columns(scalars{s}))
			}
			f.source = e.text
		}
	default:
		c.fail(r.pos, "no_source", "the field does not say where its value comes from").hint(`a field needs one of "column", "value", "join" and "computed"`)
	}
}

// columns checks the names of columns.
func (c *compiler) columns(names scalars) []scalar {
	for _, s := range names {
		if headerKey(s.text) == "" {
			c.fail(s.pos, "empty_value", "the name of a column is empty")
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
	case c.gone(r.As.pos, "as", r.As.text):
	case r.As.text == "text" || r.As.text == "date":
		c.fail(r.As.pos, "unsuitable_converter", "the converter %q does not suit the field %q", r.As.text, f.path).hint("for this field: %v", strings.Join(suitable, ", "))
	default:
		c.fail(r.As.pos, "unknown_converter", "unknown converter %q", r.As.text).near(r.As.text, []string{"text", "date"}).
			otherwise("for this field: %v", strings.Join(suitable, ", "))
	}
	if r.Layout != nil && name != "date" && name != "datetime" {
		c.fail(r.Layout[0].pos, "misplaced_key", "%q is only read by the converter %v", "layout", say("date"))
	}
	if r.Separator.set && r.Value.texts == nil && r.Join == nil && name != "list" {
		c.fail(r.Separator.pos, "misplaced_key", "%q is only read by the converter %v", "separator", say("list, or by join"))
	}
	switch name {
	case "date", "datetime":
		layouts, shown := c.layouts(r.Layout, name == "datetime")
		f.convert = dater(layouts, shown, name == "datetime")
		if f.kind == vitec.KindText {
			f.convert = toDay(f.convert)
		}
	case "list":
		f.convert = lister(r.Separator.text)
		if r.Split.Separator.set {
			f.convert = lister(r.Split.Separator.text)
		}
	case "choice":
		f.convert = chooser(f.member.Values)
	case "text":
		f.convert = texter(slices.Contains(freeText, f.path))
	default:
		f.convert = converters[name]
	}
	return name
}

// layouts reads layouts, and returns how they are named in messages.
func (c *compiler) layouts(texts scalars, clock bool) (layouts []dateLayout, shown string) {
	for _, s := range texts {
		l, what, suggestion := parseLayout(s.text)
		if what != "" {
			c.fail(s.pos, "layout", "%q is not a layout: %v", s.text, say(what)).hint("for example: YYYY-MM-DD HH:mm").Suggestion = suggestion
			continue
		}
		for _, earlier := range layouts {
			if earlier.shape == l.shape && earlier.parts != l.parts {
				c.fail(s.pos, "layout", "%q and %q differ only in the order of their parts: a date could be read in two ways", earlier.text, l.text).
					hint("keep the one in which the list is written")
			}
		}
		layouts = append(layouts, l)
	}
	switch {
	case texts != nil:
		shown = strings.Join(texts.texts(), ", ")
	case clock:
		shown = "YYYY-MM-DD HH:mm"
	default:
		shown = "YYYY-MM-DD"
	}
	return layouts, shown
}

// constant converts what "value" says.
func (c *compiler) constant(v constant, f *field) any {
	if !v.list {
		if clean(v.texts[0].text) == "" {
			c.fail(v.texts[0].pos, "empty_value", "the constant is empty").hint("remove the field to send nothing")
		}
		return c.fixed(v.texts[0], f)
	}
	if f.kind != vitec.KindTextList {
		c.fail(v.pos, "wrong_kind", "the field %q takes one value, not a list", f.path)
		return nil
	}
	var list []string
	for _, s := range v.texts {
		text := oneLine(clean(s.text))
		if text == "" {
			c.fail(s.pos, "empty_value", "the constant is empty")
		}
		list = append(list, text)
	}
	return list
}

// fixed converts a text of the mapping as if a cell held it.
func (c *compiler) fixed(s scalar, f *field) any {
	text := clean(s.text)
	if text == "" {
		return nil
	}
	if text == unfilled && slices.Contains(targetPaths, f.path) {
		return c.unfilled(s, f)
	}
	known := f.member.Values
	if f.kind == vitec.KindBoolean {
		known = booleanWords
	}
	unsuitable := func(p Problem) *Error {
		return c.fail(s.pos, "bad_constant", "%q does not suit the field %q: %v", s.text, f.path, p.Reason())
	}
	v, why := f.convert(text, &surroundings{today: c.today, country: "?"})
	if why != nil {
		p := Problem{Code: why.code, Args: why.args}
		unsuitable(p).near(text, known).Hint = p.Hint()
		return nil
	}
	for _, broken := range rulesBroken(f, v) {
		p := Problem{Code: broken.Code, Args: violationArgs(broken, f.member)}
		if !broken.Warning {
			unsuitable(p).Hint = p.Hint()
			continue
		}
		e := s.pos.at(p.Code, "%q in the field %q: %v", s.text, f.path, p.Reason()).near(text, known)
		e.Hint = p.Hint()
		c.warnings = append(c.warnings, e)
	}
	return v
}

// rulesBroken returns the rules of the API that a value breaks by itself.
func rulesBroken(f *field, v any) []vitec.Violation {
	var s Submission
	if s.set(f, v) != nil {
		return []vitec.Violation{{Path: f.path, Code: "internal"}}
	}
	return slices.DeleteFunc(vitec.Check(s.Target, &s.Body), func(v vitec.Violation) bool {
		return v.Path != f.path || v.Code == vitec.CodeNoContact || v.Code == vitec.CodeCustomerMismatch
	})
}

// edits reads split and replace.
func (c *compiler) edits(r *rule, f *field, converter string) {
	switch s := r.Split; {
	case s == split{} || r.Value.texts != nil:
	case r.Column == nil:
		c.fail(s.pos, "misplaced_key", `"split" takes a "column" apart`)
	case s.name.set:
		f.edits = append(f.edits, splits[s.name.text])
	case s.Separator.text == "":
		c.fail(s.Separator.pos, "empty_value", "the separator is empty")
	case !s.Part.set && converter == "list":
		// The converter takes it apart.
	case !s.Part.set:
		c.fail(s.pos, "missing_key", `"split" does not say which part`).hint(`for example: split: {separator: "/", part: 1}`)
	default:
		n, ok := s.Part.number(-99)
		if !ok || n == 0 || n > 99 {
			c.fail(s.Part.pos, "unknown_value", "%q is not the number of a part", s.Part.text).hint("1 is the first part, -1 the last")
		}
		f.edits = append(f.edits, func(text string) (string, *fault) { return partOf(text, s.Separator.text, n), nil })
	}
	for _, e := range r.Replace {
		if e.from.text == "" {
			c.fail(e.from.pos, "empty_value", "an empty text cannot be replaced")
			continue
		}
		f.edits = append(f.edits, func(text string) (string, *fault) {
			return strings.TrimSpace(strings.ReplaceAll(text, e.from.text, e.to.text)), nil
		})
	}
}

// lookup reads the table, converts its results, and has the field's texts looked
// up in it instead of converted.
func (c *compiler) lookup(r *rule, f *field) {
	var otherwise any
	if r.Otherwise.set {
		if !r.Lookup.set() {
			c.fail(r.Otherwise.pos, "misplaced_key", `"otherwise" has no meaning without "lookup"`).hint(`for an empty cell there is "default"`)
		}
		otherwise = c.fixed(r.Otherwise, f)
	}
	t, ok := c.table(r.Lookup)
	if !ok {
		return
	}
	values, written := map[string]any{}, map[string]string{}
	var keys []string
	for _, e := range t {
		key := fold(oneLine(clean(e.from.text)))
		before, twice := written[key]
		switch {
		case key == "":
			c.fail(e.from.pos, "empty_value", "the table has an empty key").hint(`for an empty cell there is "default"`)
		case twice:
			c.fail(e.from.pos, "duplicate_key", "%q and %q are one text to a lookup", before, e.from.text).hint("letter case and spaces at the ends do not count")
		default:
			written[key] = e.from.text
			keys = append(keys, e.from.text)
			values[key] = c.fixed(e.to, f)
		}
	}
	shown := quoteList(keys)
	var find convert = func(text string, s *surroundings) (any, *fault) {
		if v, ok := values[fold(oneLine(text))]; ok {
			return v, nil
		}
		if !r.Otherwise.set {
			return nil, &fault{code: "lookup", args: []string{shown}}
		}
		s.how = say("otherwise")
		return otherwise, nil
	}
	if f.kind == vitec.KindTextList {
		find = eachOf(f.convert, find)
	}
	f.convert = find
}

// eachOf looks each text of a list up.
func eachOf(list, find convert) convert {
	return func(text string, s *surroundings) (any, *fault) {
		v, _ := list(text, s)
		texts, _ := v.([]string)
		var all []string
		for _, text := range texts {
			v, why := find(text, s)
			if why != nil {
				return nil, why
			}
			more, _ := v.([]string)
			all = append(all, more...)
		}
		if all == nil {
			return nil, nil
		}
		return all, nil
	}
}

// table returns the table of a lookup, if it has one.
func (c *compiler) table(l lookup) (t table, ok bool) {
	if !l.name.set {
		return l.table, l.table != nil
	}
	if t, ok = c.doc.Lookups.tables[l.name.text]; ok {
		return t, true
	}
	known := c.doc.Lookups.names
	if known == nil && !c.sound {
		return nil, false // the tables may be what was misspelt
	}
	e := c.fail(l.name.pos, "unknown_lookup", "unknown lookup %q", l.name.text).near(l.name.text, known)
	if known == nil {
		e.hint(`define it under "lookups"`)
	}
	e.otherwise("there are %v", strings.Join(known, ", "))
	return nil, false
}

// empty reads what an empty cell means.
func (c *compiler) empty(r *rule, f *field) {
	if r.Default.set {
		f.fallback = c.fixed(r.Default, f)
		if clean(r.Default.text) == "" {
			c.fail(r.Default.pos, "empty_value", "the default is empty").hint("without it an empty cell sends nothing")
		}
	}
	switch {
	case !r.Empty.set:
	case c.gone(r.Empty.pos, "empty", r.Empty.text):
	case r.Empty.text != "error":
		c.unknownWord(r.Empty, "empty", "error")
	case r.Default.set:
		c.fail(r.Empty.pos, "misplaced_key", `"empty: error" has no meaning beside "default"`).hint("keep one of the two")
	default:
		f.must = true
	}
}

// unknownWord tells a word that is none of the few that a key takes.
func (c *compiler) unknownWord(s scalar, key string, known ...string) {
	c.fail(s.pos, "unknown_value", "unknown %v %q", key, s.text).near(s.text, known).otherwise("one of %v", strings.Join(known, ", "))
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
	add(r.Replace != nil, "replace")
	add(r.Lookup.name.set, "lookup %q", r.Lookup.name.text)
	add(r.Lookup.table != nil, "lookup")
	add(!r.Lookup.set(), "%v", converter)
	add(r.Layout != nil, "layout %v", strings.Join(r.Layout.texts(), ", "))
	return p
}
