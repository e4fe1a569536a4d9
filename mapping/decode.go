package mapping

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"reflect"
	"slices"
	"strconv"
	"strings"
	letters "unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/encoding/unicode"

	"vitec-import/vitec"
)

// MaxSize is the size in bytes of the largest file that [Parse] reads. Whoever
// loads a file need not read more than one byte beyond it.
const MaxSize = 1 << 20

// decoder reads one file into a document and collects its mistakes. It works
// on the tree of the YAML library, so that every mistake has a place and is
// told in this package's words.
type decoder struct {
	src  *source
	errs Errors
	key  pos // of the value that is being read
}

// decodable is what reads itself from a node other than by its members.
type decodable interface {
	decode(d *decoder, n *yaml.Node, what string)
}

// decodeDocument reads a file. The document is as complete as the mistakes
// allow.
func decodeDocument(name string, src []byte) (*document, Errors) {
	size := len(src)
	src, intact := fromUTF16(src)
	d := &decoder{src: newSource(name, src)}
	doc := &document{pos: pos{src: d.src, line: 1, col: 1}}
	switch {
	case size > MaxSize:
		d.add(doc.pos.at("too_large", "the mapping has more than %v bytes, which is the most that is read", MaxSize), "", say("check that this is a mapping"))
		return doc, d.errs
	case !intact:
		d.add(doc.pos.at("encoding", "the mapping is UTF-16, and a character in it is broken"), "", say("save the mapping as UTF-8 text"))
		return doc, d.errs
	}
	if root := d.parse(src); root != nil {
		doc.pos = d.pos(root)
		d.refuse(root)
		ok := d.object(root, reflect.ValueOf(doc).Elem(), "")
		misspelt := slices.ContainsFunc(d.errs, func(e *Error) bool { return e.Suggestion == "version" })
		if ok && !doc.Version.set && !misspelt {
			d.add(doc.pos.at("missing_key", "the mapping does not say its version"), "", say("begin it with: version: 1"))
		}
	}
	return doc, d.errs
}

// parse returns the root of the only document in src, or nil.
func (d *decoder) parse(src []byte) *yaml.Node {
	whole := pos{src: d.src, line: 1, col: 1}
	if e := d.firstForeign(); e != nil {
		d.add(e, "", say("save the mapping as UTF-8 text"))
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(src), yaml.WithUniqueKeys(false))
	if err != nil {
		d.add(whole.at("syntax", "the mapping cannot be read as YAML"), "", none)
		return nil
	}
	var first, second yaml.Node
	if err := loader.Load(&first); err != nil {
		if errors.Is(err, io.EOF) || emptyYAML(d.src) {
			d.add(whole.at("empty", "the mapping is empty"), "", none)
			return nil
		}
		d.syntax(err)
		return nil
	}
	switch err := loader.Load(&second); {
	case err == nil:
		p := d.pos(&second)
		for p.line > 1 && p.line <= len(d.src.lines) && !marksDocument(d.src.lines[p.line-1]) {
			p.line--
		}
		p.col, p.width = 1, 3
		d.add(p.at("second_document", "a second document begins here; a mapping is one"), "", say("remove this line"))
	case !errors.Is(err, io.EOF):
		d.syntax(err)
	}
	if len(first.Content) == 0 {
		d.add(whole.at("empty", "the mapping is empty"), "", none)
		return nil
	}
	return first.Content[0]
}

// fromUTF16 returns UTF-16 with a byte order mark as UTF-8: what Windows
// PowerShell writes where something is printed into a file, and Notepad where
// "Unicode" is chosen. Other bytes are returned as they are. intact tells
// whether every character could be read.
func fromUTF16(src []byte) (text []byte, intact bool) {
	if !bytes.HasPrefix(src, []byte("\xff\xfe")) && !bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return src, true
	}
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(src)
	return text, err == nil && !bytes.ContainsRune(text, utf8.RuneError)
}

// marksDocument reports whether a line ends one document or begins another.
func marksDocument(line string) bool {
	return strings.HasPrefix(line, "---") || strings.HasPrefix(line, "...")
}

// firstForeign finds what no YAML text may hold, because the library says
// neither line nor column of it.
func (d *decoder) firstForeign() *Error {
	for i, line := range d.src.lines {
		col := 1
		for rest := line; rest != ""; col++ {
			r, size := utf8.DecodeRuneInString(rest)
			at := pos{src: d.src, line: i + 1, col: col}
			if r == utf8.RuneError && size == 1 {
				return at.at("encoding", "the byte %v is not UTF-8", fmt.Sprintf("0x%02X", rest[0]))
			}
			if r < ' ' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0x2028 || r == 0x2029 || r == 0xfffe || r == 0xffff || r == 0xfeff {
				return at.at("encoding", "the invisible character %v does not belong in a mapping", fmt.Sprintf("U+%04X", r))
			}
			rest = rest[size:]
		}
	}
	return nil
}

// emptyYAML reports whether a source holds only comments and markers.
func emptyYAML(s *source) bool {
	for _, line := range s.lines {
		line = strings.TrimSpace(line)
		if line != "" && line[0] != '#' && line != "---" && line != "..." {
			return false
		}
	}
	return true
}

// syntax tells a mistake of the YAML text itself.
func (d *decoder) syntax(err error) {
	p := pos{src: d.src, line: 1, col: 1}
	message := err.Error()
	var one *yaml.LoadError
	if errors.As(err, &one) {
		message = one.Message
		mark := one.Mark
		// An unclosed bracket or quote is best shown where it was opened.
		if one.ContextMark.Line > 0 && (mark.Line <= 0 || strings.Contains(one.ContextMsg, "quoted") || strings.Contains(one.ContextMsg, "flow")) {
			mark = one.ContextMark
		}
		if mark.Line > 0 {
			p.line, p.col = mark.Line, max(mark.Column, 1)
		}
		if one.ContextMsg != "" {
			message = one.ContextMsg + ", " + message
		}
	}
	if at, what, hint := d.culprit(p); what != "" {
		d.add(at.at("syntax", what), "", say(hint))
		return
	}
	for _, w := range syntaxWords {
		if strings.Contains(message, w.library) {
			hint := none
			if w.hint != "" {
				hint = say(w.hint)
			}
			d.add(p.at("syntax", w.ours), "", hint)
			return
		}
	}
	d.add(p.at("syntax", "this is not YAML"), "", none)
}

// culprit finds what confused the YAML library at or before p, where it tells
// only the consequence: a tab that indents, a directive, a quote that is
// closed lines later by another one.
func (d *decoder) culprit(p pos) (at pos, what, hint string) {
	lines := d.src.lines[:min(p.line, len(d.src.lines))]
	for i, line := range lines {
		at = pos{src: d.src, line: i + 1, col: 1, width: 1}
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		switch quote := strings.IndexByte(line, '"'); {
		case strings.HasPrefix(line, "%"):
			return at, "directives (%%) are not part of the mapping language", "put a text that begins with %% in quotes"
		case i+1 == len(lines) && strings.Contains(indent, "\t"):
			at.col = 1 + strings.IndexByte(indent, '\t')
			return at, "a tab indents this line", "indent with spaces"
		case i+1 < len(lines) && quote > 0 && strings.IndexByte(" [{,", line[quote-1]) >= 0 && !strings.Contains(line, "#") &&
			(strings.Count(line, `"`)-strings.Count(line, `\"`))%2 == 1:
			at.col = 1 + utf8.RuneCountInString(line[:strings.LastIndexByte(line, '"')])
			return at, "the quoted text that begins here is not closed properly", `check its quotes; inside double quotes \ must be written \\`
		}
	}
	return at, "", ""
}

// syntaxWords says in our words what the library finds, by a part of its
// message. The first that fits holds.
var syntaxWords = []struct{ library, ours, hint string }{
	{"while parsing a flow sequence", "the list that is opened here is not closed properly", "check its commas and its ]"},
	{"while parsing a flow mapping", "the block that is opened here is not closed properly", "check its commas and its }"},
	{"quoted scalar", "the quoted text that begins here is not closed properly", `check its quotes; inside double quotes \ must be written \\`},
	{"mapping values are not allowed", "a colon is not expected here", "put a text that contains a colon in quotes, and check the indentation"},
	{"cannot start any token", "this character cannot begin a text", "put the text in quotes, and indent with spaces, not with tabs"},
	{"could not find expected ':'", "a colon is missing after this key", "write key: value"},
	{"did not find expected key", "the indentation does not fit the lines above", "lines of one block begin in one column, and are indented with spaces"},
	{"did not find expected '-' indicator", "the indentation does not fit the list above", ""},
	{"block sequence entries are not allowed", "a list entry is not expected here", "check the indentation"},
	{"unknown anchor", "aliases (*) are not part of the mapping language", `put a text that begins with * in quotes; to share a part of a mapping use "lookups"`},
	{"alias", "aliases (*) are not part of the mapping language", `put a text that begins with * in quotes; to share a part of a mapping use "lookups"`},
	{"anchor", "anchors (&) are not part of the mapping language", `put a text that begins with & in quotes; to share a part of a mapping use "lookups"`},
	{"tag", "tags (!) are not part of the mapping language", "put a text that begins with ! in quotes"},
	{"depth", "the mapping is nested too deeply", ""},
}

// refuse tells every anchor, alias, merge key and tag in the tree. They would
// let a small file stand for an endless one, and make the reader look in two
// places; lookups and include share what is worth sharing.
func (d *decoder) refuse(n *yaml.Node) {
	share := say(`to share a part of a mapping use "lookups"`)
	if n.Anchor != "" {
		d.fail(n, "anchor", "", share, "anchors (&%v) are not part of the mapping language", n.Anchor)
	}
	switch {
	case n.Kind == yaml.AliasNode:
		d.fail(n, "alias", "", share, "aliases (*%v) are not part of the mapping language", n.Value)
		return
	case n.Tag == "!!merge":
		d.fail(n, "merge", "", share, "merge keys (<<) are not part of the mapping language")
	case n.Style&yaml.TaggedStyle != 0:
		d.fail(n, "tag", "", say("put the text in quotes instead"), "tags (%v) are not part of the mapping language", n.Tag)
	}
	for _, c := range n.Content {
		d.refuse(c)
	}
}

func (d *decoder) pos(n *yaml.Node) pos {
	p := pos{src: d.src, line: n.Line, col: n.Column, width: 1}
	if p.line <= 0 {
		p.line, p.col = 1, 1
	}
	if n.Kind == yaml.ScalarNode {
		p.width = max(1, utf8.RuneCountInString(n.Value))
		if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 {
			p.width += 2
		}
	}
	return p
}

func (d *decoder) add(e *Error, suggestion string, hint vitec.Text) {
	e.Suggestion, e.Hint = suggestion, hint
	d.errs = append(d.errs, e)
}

func (d *decoder) fail(n *yaml.Node, code, suggestion string, hint vitec.Text, id string, args ...any) {
	d.add(d.pos(n).at(code, id, args...), suggestion, hint)
}

// empty tells that nothing stands where what should have a value. The mark of
// nothing may be anywhere behind the key, so the key is shown.
func (d *decoder) empty(n *yaml.Node, what string) {
	at := d.pos(n)
	if d.key.src != nil && d.key.line <= at.line {
		at = d.key
	}
	d.add(at.at("empty_value", "%q is empty", what), "", none)
}

// isNull reports whether nothing stands at n. The YAML words for null are
// texts here: a column may be called "null".
func isNull(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) == 0
}

// pairs calls f for each key of n, after telling keys that stand twice, and
// reports whether n is a block.
func (d *decoder) pairs(n *yaml.Node, what string, f func(key, value *yaml.Node)) bool {
	switch {
	case n.Kind == yaml.AliasNode:
		return false // told already
	case isNull(n):
		d.empty(n, what)
		return false
	case n.Kind != yaml.MappingNode && what == "":
		d.fail(n, "wrong_kind", "", say("begin it with: version: 1"), "a mapping is a block of keys and values; this is %v", kindOf(n))
		return false
	case n.Kind != yaml.MappingNode:
		d.fail(n, "wrong_kind", "", none, "%q takes a block of keys and values; this is %v", what, kindOf(n))
		return false
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		switch {
		case key.Kind == yaml.AliasNode || key.Tag == "!!merge":
			continue // told already
		case key.Kind != yaml.ScalarNode:
			d.fail(key, "wrong_kind", "", none, "a key is a text; this is %v", kindOf(key))
			continue
		}
		if line, ok := lines[key.Value]; ok {
			d.fail(key, "duplicate_key", "", none, "%q stands here twice; the first is on line %v", key.Value, line)
			continue
		}
		lines[key.Value] = key.Line
		f(key, value)
	}
	return true
}

// object fills the struct v from n by the json names of its members.
func (d *decoder) object(n *yaml.Node, v reflect.Value, what string) bool {
	names := keysOf(v.Type())
	return d.pairs(n, what, func(key, value *yaml.Node) {
		index := slices.IndexFunc(names, func(m member) bool { return m.name == key.Value })
		if index < 0 {
			d.unknownKey(key, what, memberNames(names))
			return
		}
		target := v.FieldByIndex(names[index].index)
		if target.Kind() == reflect.Pointer {
			target.Set(reflect.New(target.Type().Elem()))
		} else {
			target = target.Addr()
		}
		d.key = d.pos(key)
		if self, ok := target.Interface().(decodable); ok {
			self.decode(d, value, key.Value)
			return
		}
		d.object(value, target.Elem(), key.Value)
	})
}

// gone are keys that were part of the language once, and what to use instead.
var gone = map[string]string{
	"include":  "--set, or a column for what differs between offices",
	"identity": "the ledger's own rule, which needs no key",
	"when":     "skip to leave rows out, or computed",
	"choices":  "lookup",
	"zone":     "Swedish times, or write the offset: 2026-03-04T18:30+02:00",
	"trim":     "replace",
	"case":     "computed, with upper, lower or title",
}

func (d *decoder) unknownKey(key *yaml.Node, what string, known []string) {
	if instead, ok := gone[key.Value]; ok {
		d.fail(key, "gone", "", none, "%q is no longer part of the language; use %v", key.Value, say(instead))
		return
	}
	suggestion := suggest(key.Value, known)
	hint := none
	if suggestion == "" {
		hint = say("known here: %v", strings.Join(known, ", "))
	}
	if what == "" {
		d.fail(key, "unknown_key", suggestion, hint, "unknown key %q", key.Value)
		return
	}
	d.fail(key, "unknown_key", suggestion, hint, "unknown key %q in %q", key.Value, what)
}

type member struct {
	name  string
	index []int
}

// keysOf returns the members of a struct that have a json name.
func keysOf(t reflect.Type) []member {
	var members []member
	for _, f := range reflect.VisibleFields(t) {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" {
			members = append(members, member{name, f.Index})
		}
	}
	return members
}

func memberNames(members []member) []string {
	names := make([]string, len(members))
	for i, m := range members {
		names[i] = m.name
	}
	return names
}

// kindOf names a node in a person's words.
func kindOf(n *yaml.Node) vitec.Text {
	switch {
	case n.Kind == yaml.MappingNode:
		return say("a block")
	case n.Kind == yaml.SequenceNode:
		return say("a list")
	case isNull(n):
		return say("nothing")
	}
	return say("a text")
}

func (s *scalar) decode(d *decoder, n *yaml.Node, what string) {
	switch {
	case n.Kind == yaml.AliasNode:
	case isNull(n):
		d.empty(n, what)
	case n.Kind != yaml.ScalarNode:
		d.fail(n, "wrong_kind", "", none, "%q takes a text; this is %v", what, kindOf(n))
	default:
		*s = scalar{text: n.Value, set: true, pos: d.pos(n)}
	}
}

func (s *scalars) decode(d *decoder, n *yaml.Node, what string) {
	switch {
	case n.Kind == yaml.AliasNode:
	case n.Kind == yaml.MappingNode:
		d.fail(n, "wrong_kind", "", none, "%q takes a text or a list of texts; this is a block", what)
	case n.Kind == yaml.SequenceNode && len(n.Content) == 0:
		d.fail(n, "empty_value", "", none, "%q is empty", what)
	case n.Kind == yaml.SequenceNode:
		for _, c := range n.Content {
			var one scalar
			one.decode(d, c, what)
			if one.set && slices.ContainsFunc(*s, func(o scalar) bool { return o.text == one.text }) {
				d.fail(c, "duplicate_value", "", none, "%q stands in this list twice", one.text)
				continue
			}
			if one.set {
				*s = append(*s, one)
			}
		}
	default:
		var one scalar
		one.decode(d, n, what)
		if one.set {
			*s = scalars{one}
		}
	}
}

// texts returns the texts alone.
func (s scalars) texts() []string {
	texts := make([]string, len(s))
	for i, one := range s {
		texts[i] = one.text
	}
	return texts
}

func (c *constant) decode(d *decoder, n *yaml.Node, what string) {
	c.texts.decode(d, n, what)
	c.list = n.Kind == yaml.SequenceNode
	c.pos = d.pos(n)
}

func (s *split) decode(d *decoder, n *yaml.Node, what string) {
	s.pos = d.pos(n)
	if n.Kind == yaml.MappingNode {
		type plain split // without this method
		if d.object(n, reflect.ValueOf((*plain)(s)).Elem(), what) && !s.Separator.set {
			d.fail(n, "missing_key", "", none, `"split" does not say its separator`)
		}
		return
	}
	var one scalar
	one.decode(d, n, what)
	switch {
	case !one.set:
	case slices.Contains(splitNames, one.text):
		s.name = one
	case strings.ContainsFunc(one.text, isWord):
		d.fail(n, "unknown_split", suggest(one.text, splitNames), say(`there are %v; anything else is a separator: split: ";"`, strings.Join(splitNames, ", ")), "unknown split %q", one.text)
	default:
		s.Separator = one
	}
}

func (s split) set() bool { return s.name.set || s.Separator.set }

func (t *table) decode(d *decoder, n *yaml.Node, what string) {
	t.pos = d.pos(n)
	d.pairs(n, what, func(key, value *yaml.Node) {
		e := entry{from: scalar{text: key.Value, set: true, pos: d.pos(key)}}
		d.key = e.from.pos
		if isNull(value) {
			d.fail(key, "empty_value", "", say(`write "" for an empty text`), "%q has no value", key.Value)
			return
		}
		e.to.decode(d, value, key.Value)
		if e.to.set {
			t.entries = append(t.entries, e)
		}
	})
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		d.fail(n, "empty_value", "", none, "%q is empty", what)
	}
}

func (l *lookup) decode(d *decoder, n *yaml.Node, what string) {
	l.pos = d.pos(n)
	if n.Kind == yaml.MappingNode {
		l.table.decode(d, n, what)
		return
	}
	l.name.decode(d, n, what)
}

func (l lookup) set() bool { return l.name.set || l.table.entries != nil }

func (l *lookups) decode(d *decoder, n *yaml.Node, what string) {
	l.tables = map[string]table{}
	d.pairs(n, what, func(key, value *yaml.Node) {
		var t table
		t.decode(d, value, key.Value)
		l.names = append(l.names, scalar{text: key.Value, set: true, pos: d.pos(key)})
		l.tables[key.Value] = t
	})
}

func (c *condition) check(d *decoder, n *yaml.Node, what string) {
	if n.Kind != yaml.MappingNode {
		return
	}
	c.pos = d.pos(n)
	if c.Column == nil {
		d.fail(n, "missing_key", "", none, "%q does not say its column", what)
	}
	said := 0
	for _, one := range []bool{c.Is != nil, c.Not != nil, c.Filled.set} {
		if one {
			said++
		}
	}
	if said != 1 {
		d.fail(n, "condition", "", say("for example: {column: Status, is: Avbokad}"), `%q takes exactly one of "is", "not" and "filled"`, what)
	}
	if c.Filled.set && c.Filled.text != "true" && c.Filled.text != "false" {
		d.add(c.Filled.pos.at("unknown_value", `"filled" is true or false, not %q`, c.Filled.text), suggest(c.Filled.text, []string{"true", "false"}), none)
	}
}

func (s *skips) decode(d *decoder, n *yaml.Node, what string) {
	d.refuseNone(n, what)
	for _, one := range oneOrMany(n) {
		before := len(d.errs)
		var r skipRule
		if d.object(one, reflect.ValueOf(&r).Elem(), what) && len(d.errs) == before {
			r.check(d, one, what)
			*s = append(*s, r)
		}
	}
}

// refuseNone tells a list of nothing.
func (d *decoder) refuseNone(n *yaml.Node, what string) {
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		d.fail(n, "empty_value", "", none, "%q is empty", what)
	}
}

func oneOrMany(n *yaml.Node) []*yaml.Node {
	if n.Kind == yaml.SequenceNode {
		return n.Content
	}
	return []*yaml.Node{n}
}

func (t *targetClause) decode(d *decoder, n *yaml.Node, what string) {
	t.pos = d.key
	type plain targetClause // without this method
	d.object(n, reflect.ValueOf((*plain)(t)).Elem(), what)
	for path, r := range t.rules() {
		r.path = path
	}
}

func (r *rule) decode(d *decoder, n *yaml.Node, what string) {
	r.pos = d.key
	before := len(d.errs)
	defer func() { r.broken = len(d.errs) > before || n.Kind == yaml.AliasNode }()
	switch {
	case n.Kind == yaml.MappingNode:
		type plain rule // without this method
		d.object(n, reflect.ValueOf((*plain)(r)).Elem(), what)
	case isNull(n):
		d.add(d.key.at("empty_value", "%q is empty", what), "", say("name the column, or remove the line"))
	default:
		r.Column.decode(d, n, what)
	}
}

func (p *participant) decode(d *decoder, n *yaml.Node, what string) {
	p.pos = d.key
	p.group(d, n, what, "")
}

// group reads the block of the fields whose path begins with prefix.
func (p *participant) group(d *decoder, n *yaml.Node, what, prefix string) {
	names := childNames(prefix)
	if n.Kind == yaml.ScalarNode && !isNull(n) && what != "participant" || n.Kind == yaml.SequenceNode {
		d.fail(n, "wrong_kind", "", say("for example: %v: {%v: …}", what, names[0]), "%q is a group of fields; this is %v", what, kindOf(n))
		return
	}
	d.pairs(n, what, func(key, value *yaml.Node) {
		path := prefix + key.Value
		if _, ok := vitec.FieldByPath(path); ok {
			r := &rule{path: path}
			d.key = d.pos(key)
			r.decode(d, value, key.Value)
			p.rules = append(p.rules, r)
			return
		}
		if slices.Contains(names, key.Value) {
			d.key = d.pos(key)
			p.group(d, value, key.Value, path+".")
			return
		}
		if what != "participant" && slices.Contains(ruleKeys, key.Value) {
			d.fail(key, "wrong_kind", "", say("for example: %v: {%v: …}", what, names[0]), "%q is a group of fields; %q belongs to one of them", what, key.Value)
			return
		}
		if suggest(key.Value, names) == "" {
			if home := homeOf(key.Value); home != "" {
				d.fail(key, "unknown_key", "", say("%q belongs in %q", key.Value, home), "unknown field %q in %q", key.Value, what)
				return
			}
		}
		suggestion, hint := suggest(key.Value, names), none
		if suggestion == "" {
			hint = say("known here: %v", strings.Join(names, ", "))
		}
		d.fail(key, "unknown_key", suggestion, hint, "unknown field %q in %q", key.Value, what)
	})
}

// ruleKeys is the keys of a field's own block.
var ruleKeys = memberNames(keysOf(reflect.TypeFor[rule]()))

// childNames returns the names that may follow prefix in a field's path, in
// the specification's order.
func childNames(prefix string) []string {
	var names []string
	for _, f := range vitec.Fields() {
		if rest, ok := strings.CutPrefix(f.Path, prefix); ok {
			name, _, _ := strings.Cut(rest, ".")
			if len(names) == 0 || names[len(names)-1] != name {
				names = append(names, name)
			}
		}
	}
	return names
}

// homeOf returns the block in which the only field or group called name
// stands, or "".
func homeOf(name string) string {
	home := ""
	for _, id := range targetPaths {
		if id == name {
			return "target"
		}
	}
	for _, f := range vitec.Fields() {
		if before, ok := strings.CutSuffix(f.Path, "."+name); ok {
			if home != "" {
				return ""
			}
			home = "participant." + before
		}
	}
	return home
}

func isWord(r rune) bool { return letters.IsLetter(r) || letters.IsDigit(r) }

// number reads a whole number of at least low.
func (s scalar) number(low int) (int, bool) {
	n, err := strconv.Atoi(s.text)
	return n, err == nil && n >= low
}
