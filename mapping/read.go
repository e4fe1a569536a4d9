package mapping

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"go.yaml.in/yaml/v4"

	"vitec-import/vitec"
)

// reader reads one file into a document and collects its mistakes. It works on
// the tree of the YAML library rather than by its decoder, which knows no places
// inside a document, speaks of Go's types and suggests nothing.
type reader struct {
	mistakes
	src *source
}

// node is a value of the file with the key that it stands under.
type node struct {
	*yaml.Node
	name string // of the key; "" for the document
	key  pos
}

// readable is a type of the language.
type readable interface {
	read(r *reader, n node)
}

// read reads a file. The document is as complete as the mistakes allow: the
// rules in which none was found can be checked further.
func read(name string, src []byte) (*document, Errors) {
	r := &reader{}
	doc := &document{Target: group{paths: targetPaths}, Participant: group{paths: Paths()[len(targetPaths):]}}
	root := r.tree(name, src)
	doc.pos = pos{src: r.src, line: 1, col: 1}
	if root == nil {
		return doc, r.errs
	}
	doc.pos = r.pos(root)
	if r.block(node{Node: root}, doc) && !doc.Version.set && !slices.ContainsFunc(r.errs, func(e *Error) bool { return e.Suggestion == "version" }) {
		r.fail(doc.pos, "missing_key", "the mapping does not say its version").hint("begin it with: version: 1")
	}
	return doc, r.errs
}

// block fills the struct at v from n by the tags of its members, and reports
// whether n is a block.
func (r *reader) block(n node, v any) bool {
	s := reflect.ValueOf(v).Elem()
	keys := keysOf(s.Type())
	return r.pairs(n, func(n2 node) {
		i := slices.IndexFunc(keys, func(k key) bool { return k.name == n2.name })
		switch {
		case i >= 0:
			s.FieldByIndex(keys[i].index).Addr().Interface().(readable).read(r, n2)
		case !r.gone(n2.key, n2.name, ""):
			r.fail(n2.key, "unknown_key", "unknown key %q", n2.name).near(n2.name, keyNames(keys)).otherwise("known here: %v", strings.Join(keyNames(keys), ", "))
		}
	})
}

// key is a key of a block.
type key struct {
	name, means string
	index       []int // of the member
	of          reflect.Type
}

// keysOf returns the keys of the block that a struct is read from.
func keysOf(t reflect.Type) []key {
	var keys []key
	for _, f := range reflect.VisibleFields(t) {
		if name := f.Tag.Get("key"); name != "" {
			keys = append(keys, key{name, f.Tag.Get("means"), f.Index, f.Type})
		}
	}
	return keys
}

func keyNames(keys []key) []string {
	var names []string
	for _, k := range keys {
		names = append(names, k.name)
	}
	return names
}

// pairs calls f for each key of n, after telling keys that stand twice, and
// reports whether n is a block.
func (r *reader) pairs(n node, f func(node)) bool {
	switch {
	case n.Kind == yaml.MappingNode:
	case isNull(n.Node):
		r.empty(n)
		return false
	case n.name == "":
		r.fail(r.pos(n.Node), "wrong_kind", "a mapping is a block of keys and values; this is %v", kindOf(n.Node)).hint("begin it with: version: 1")
		return false
	default:
		r.fail(r.pos(n.Node), "wrong_kind", "%q takes a block of keys and values; this is %v", n.name, kindOf(n.Node))
		return false
	}
	lines := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		line, twice := lines[key.Value]
		switch {
		case key.Kind != yaml.ScalarNode:
			r.fail(r.pos(key), "wrong_kind", "a key is a text; this is %v", kindOf(key))
		case twice:
			r.fail(r.pos(key), "duplicate_key", "%q stands here twice; the first is on line %v", key.Value, line)
		default:
			lines[key.Value] = key.Line
			f(node{n.Content[i+1], key.Value, r.pos(key)})
		}
	}
	return true
}

// empty tells that nothing stands where what should have a value. The mark of
// nothing may be anywhere behind the key, so the key is shown.
func (r *reader) empty(n node) *Error {
	at := r.pos(n.Node)
	if n.key.src != nil && n.key.line <= at.line {
		at = n.key
	}
	return r.fail(at, "empty_value", "%q is empty", n.name)
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

func (s *scalar) read(r *reader, n node) {
	switch {
	case isNull(n.Node):
		r.empty(n)
	case n.Kind != yaml.ScalarNode:
		r.fail(r.pos(n.Node), "wrong_kind", "%q takes a text; this is %v", n.name, kindOf(n.Node))
	default:
		*s = scalar{text: n.Value, set: true, pos: r.pos(n.Node)}
	}
}

func (s *scalars) read(r *reader, n node) {
	if n.Kind == yaml.MappingNode {
		r.fail(r.pos(n.Node), "wrong_kind", "%q takes a text or a list of texts; this is a block", n.name)
		return
	}
	for _, one := range r.oneOrMany(n) {
		var text scalar
		text.read(r, one)
		switch {
		case !text.set:
		case slices.ContainsFunc(*s, func(o scalar) bool { return o.text == text.text }):
			r.fail(text.pos, "duplicate_value", "%q stands in this list twice", text.text)
		default:
			*s = append(*s, text)
		}
	}
}

// oneOrMany returns the entries of a list, or what is no list.
func (r *reader) oneOrMany(n node) []node {
	if n.Kind != yaml.SequenceNode {
		return []node{n}
	}
	if len(n.Content) == 0 {
		r.fail(r.pos(n.Node), "empty_value", "%q is empty", n.name)
	}
	var all []node
	for _, c := range n.Content {
		all = append(all, node{c, n.name, n.key})
	}
	return all
}

// texts returns the texts alone.
func (s scalars) texts() []string {
	texts := make([]string, len(s))
	for i, one := range s {
		texts[i] = one.text
	}
	return texts
}

func (c *constant) read(r *reader, n node) {
	c.texts.read(r, n)
	c.list, c.pos = n.Kind == yaml.SequenceNode, r.pos(n.Node)
}

func (s *split) read(r *reader, n node) {
	s.pos = r.pos(n.Node)
	if n.Kind == yaml.MappingNode {
		if r.block(n, s); !s.Separator.set {
			r.fail(s.pos, "missing_key", `"split" does not say its separator`)
		}
		return
	}
	var one scalar
	one.read(r, n)
	switch {
	case slices.Contains(splitNames, one.text):
		s.name = one
	case strings.ContainsFunc(one.text, func(c rune) bool { return unicode.IsLetter(c) || unicode.IsDigit(c) }):
		r.fail(one.pos, "unknown_split", "unknown split %q", one.text).near(one.text, splitNames).
			hint("there are %v; to split at a text write split: {separator: %q, part: 1}", strings.Join(splitNames, ", "), one.text)
	default:
		s.Separator = one
	}
}

func (t *table) read(r *reader, n node) {
	r.pairs(n, func(n node) {
		e := entry{from: scalar{text: n.name, set: true, pos: n.key}}
		if isNull(n.Node) {
			r.fail(n.key, "empty_value", "%q has no value", n.name).hint(`write "" for an empty text`)
			return
		}
		if e.to.read(r, n); e.to.set {
			*t = append(*t, e)
		}
	})
	if n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		r.fail(r.pos(n.Node), "empty_value", "%q is empty", n.name)
	}
}

func (l *lookup) read(r *reader, n node) {
	if n.Kind == yaml.MappingNode {
		l.table.read(r, n)
		return
	}
	l.name.read(r, n)
}

func (l lookup) set() bool { return l.name.set || l.table != nil }

func (l *lookups) read(r *reader, n node) {
	l.tables = map[string]table{}
	r.pairs(n, func(n node) {
		var t table
		t.read(r, n)
		l.names = append(l.names, n.name)
		l.tables[n.name] = t
	})
}

func (in *inputClause) read(r *reader, n node) { r.block(n, in) }

func (s *skips) read(r *reader, n node) {
	for _, one := range r.oneOrMany(n) {
		before := len(r.errs)
		var c condition
		if r.block(one, &c) && len(r.errs) == before {
			c.check(r, one)
		}
		if len(r.errs) == before {
			*s = append(*s, c)
		}
	}
}

// check holds a condition against what it must have.
func (c *condition) check(r *reader, n node) {
	if c.Column == nil {
		r.fail(r.pos(n.Node), "missing_key", "%q does not say its column", n.name)
	}
	said := 0
	for _, one := range []bool{c.Is != nil, c.Not != nil, c.Filled.set} {
		if one {
			said++
		}
	}
	if said != 1 {
		r.fail(r.pos(n.Node), "condition", `%q takes exactly one of "is", "not" and "filled"`, n.name).hint("for example: {column: Status, is: Avbokad}")
	}
	if c.Filled.set && c.Filled.text != "true" && c.Filled.text != "false" {
		r.fail(c.Filled.pos, "unknown_value", `"filled" is true or false, not %q`, c.Filled.text).near(c.Filled.text, []string{"true", "false"})
	}
}

func (u *rule) read(r *reader, n node) {
	u.pos = n.key
	before := len(r.errs)
	switch {
	case n.Kind == yaml.MappingNode:
		r.block(n, u)
		for i := 0; i+1 < len(n.Content); i += 2 {
			u.said = append(u.said, scalar{text: n.Content[i].Value, pos: r.pos(n.Content[i+1])})
		}
	case isNull(n.Node):
		r.fail(n.key, "empty_value", "%q is empty", n.name).hint("name the column, or remove the line")
	default:
		u.Column.read(r, n)
	}
	u.broken = len(r.errs) > before
}

func (g *group) read(r *reader, n node) {
	g.pos = n.key
	g.readBelow(r, n, "")
}

// readBelow reads the block of the fields whose path begins with prefix.
func (g *group) readBelow(r *reader, n node, prefix string) {
	children := childNames(g.paths, prefix)
	example := say("for example: %v: {%v: …}", n.name, children[0])
	if n.Kind == yaml.ScalarNode && !isNull(n.Node) && prefix != "" || n.Kind == yaml.SequenceNode {
		r.fail(r.pos(n.Node), "wrong_kind", "%q is a group of fields; this is %v", n.name, kindOf(n.Node)).Hint = example
		return
	}
	r.pairs(n, func(n2 node) {
		path := prefix + n2.name
		switch {
		case slices.Contains(g.paths, path):
			u := &rule{path: path}
			u.read(r, n2)
			g.rules = append(g.rules, u)
		case slices.Contains(children, n2.name):
			g.readBelow(r, n2, path+".")
		case prefix != "" && slices.Contains(ruleKeys, n2.name):
			r.fail(n2.key, "wrong_kind", "%q is a group of fields; %q belongs to one of them", n.name, n2.name).Hint = example
		default:
			e := r.fail(n2.key, "unknown_key", "unknown field %q in %q", n2.name, n.name).near(n2.name, children)
			if home := homeOf(n2.name); home != "" {
				e.otherwise("%q belongs in %q", n2.name, home)
			}
			e.otherwise("known here: %v", strings.Join(children, ", "))
		}
	})
}

// ruleKeys is the keys of a field's own block.
var ruleKeys = keyNames(keysOf(reflect.TypeFor[rule]()))

// childNames returns the names that may follow prefix in a field's path, in
// the specification's order.
func childNames(paths []string, prefix string) []string {
	var names []string
	for _, path := range paths {
		if rest, ok := strings.CutPrefix(path, prefix); ok {
			name, _, _ := strings.Cut(rest, ".")
			if len(names) == 0 || names[len(names)-1] != name {
				names = append(names, name)
			}
		}
	}
	return names
}

// homeOf returns the block in which the only field called name stands, or "".
func homeOf(name string) string {
	if slices.Contains(targetPaths, name) {
		return "target"
	}
	home := ""
	for _, path := range Paths() {
		if before, ok := strings.CutSuffix(path, "."+name); ok {
			if home != "" {
				return ""
			}
			home = "participant." + before
		}
	}
	return home
}

// number reads a whole number of at least low.
func (s scalar) number(low int) (int, bool) {
	n, err := strconv.Atoi(s.text)
	return n, err == nil && n >= low
}
