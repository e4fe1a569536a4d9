package propose

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"vitec-import/mapping"
)

// Edit is a mapping file that is being changed: what nobody changes stays as it
// was written, comments too.
type Edit struct {
	doc  yaml.Node
	root *yaml.Node
}

// Rule is how a mapping file fills one field.
type Rule struct {
	Field  string // path
	Text   string // as it is written, on one line
	Column string // the one column that it reads, or the first of those of which it reads one; "" if it reads none, or several
	Split  string // "first" or "last", of a name
	Value  string // the constant
	Lookup bool   // it looks texts up in a table
	node   *yaml.Node
	names  []string // of the columns of which it reads the first that is there
}

// NewEdit reads a file that [mapping.Parse] takes, at least for a trial.
func NewEdit(src []byte) (*Edit, error) {
	e := &Edit{}
	if err := yaml.Load(src, &e.doc); err != nil {
		return nil, err
	}
	if len(e.doc.Content) != 1 || e.doc.Content[0].Kind != yaml.MappingNode {
		return nil, errors.New("propose: no mapping")
	}
	e.root = e.doc.Content[0]
	return e, nil
}

// Bytes is the file as it is now.
func (e *Edit) Bytes() ([]byte, error) {
	var out bytes.Buffer
	d, err := yaml.NewDumper(&out, yaml.WithV4Defaults(), yaml.WithLineWidth(-1))
	if err != nil {
		return nil, err
	}
	if err := errors.Join(d.Dump(&e.doc), d.Close()); err != nil {
		return nil, err
	}
	// The library forgets the empty lines between the parts.
	return partBegins.ReplaceAll(out.Bytes(), []byte("$1\n\n$2")), nil
}

var partBegins = regexp.MustCompile(`(?m)([^\n:#][^\n]*)\n((?:#[^\n]*\n)*(?:target|participant|lookups|input|skip):)`)

// member returns the value of a key of a mapping node, nil if it has none.
func member(n *yaml.Node, key string) *yaml.Node {
	if n == nil || n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// Rules are all fields that the file fills, in its order.
func (e *Edit) Rules() []Rule {
	var rules []Rule
	paths := mapping.Paths()
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		if slices.Contains(paths, path) {
			rules = append(rules, ruleOf(path, n))
			return
		}
		if n != nil && n.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(n.Content); i += 2 {
				walk(n.Content[i+1], strings.TrimPrefix(path+"."+n.Content[i].Value, "."))
			}
		}
	}
	walk(member(e.root, "target"), "")
	walk(member(e.root, "participant"), "")
	return rules
}

func ruleOf(path string, n *yaml.Node) Rule {
	r := Rule{Field: path, Text: oneLine(n), node: n}
	column := n
	if n.Kind == yaml.MappingNode {
		column = member(n, "column")
	}
	switch {
	case column == nil:
	case column.Kind == yaml.ScalarNode:
		r.names = []string{column.Value}
	default:
		for _, c := range column.Content {
			r.names = append(r.names, c.Value)
		}
	}
	if len(r.names) > 0 {
		r.Column = r.names[0]
	}
	if split := member(n, "split"); split != nil {
		r.Split = oneLine(split)
	}
	if value := member(n, "value"); value != nil {
		r.Value = oneLine(value)
		if value.Kind == yaml.ScalarNode {
			r.Value = value.Value
		}
	}
	r.Lookup = member(n, "lookup") != nil
	return r
}

// oneLine is a node as it would be written on one line, without its comments.
func oneLine(n *yaml.Node) string {
	switch n.Kind {
	case yaml.ScalarNode:
		return quote(n.Value)
	case yaml.SequenceNode:
		var items []string
		for _, c := range n.Content {
			items = append(items, oneLine(c))
		}
		return "[" + strings.Join(items, ", ") + "]"
	case yaml.MappingNode:
		var items []string
		for i := 0; i+1 < len(n.Content); i += 2 {
			items = append(items, oneLine(n.Content[i])+": "+oneLine(n.Content[i+1]))
		}
		return "{" + strings.Join(items, ", ") + "}"
	}
	return ""
}

// Rule returns the rule of a field; its Text is empty if there is none.
func (e *Edit) Rule(field string) Rule {
	rules := e.Rules()
	if at := slices.IndexFunc(rules, func(r Rule) bool { return r.Field == field }); at >= 0 {
		return rules[at]
	}
	return Rule{Field: field}
}

// Skips are the rules that leave rows out, as they are written.
func (e *Edit) Skips() []string {
	switch n := member(e.root, "skip"); {
	case n == nil:
		return nil
	case n.Kind == yaml.SequenceNode:
		var all []string
		for _, c := range n.Content {
			all = append(all, oneLine(c))
		}
		return all
	default:
		return []string{oneLine(n)}
	}
}

// set gives a field another rule, in YAML; "" takes its rule away.
func (e *Edit) set(field, rule string) error {
	part := "participant"
	if slices.Contains([]string{"customerId", "viewingId", "timeSlotId"}, field) {
		part = "target"
	}
	names := append([]string{part}, strings.Split(field, ".")...)
	var value *yaml.Node
	if rule != "" {
		var doc yaml.Node
		if err := yaml.Load([]byte(rule), &doc); err != nil {
			return err
		}
		value = doc.Content[0]
	}
	put(e.root, names, value)
	return nil
}

// put sets the member below a node that has these names, or takes it away, and
// with it what is empty then.
func put(n *yaml.Node, names []string, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != names[0] {
			continue
		}
		switch {
		case len(names) > 1:
			put(n.Content[i+1], names[1:], value)
			if len(n.Content[i+1].Content) > 0 {
				return
			}
		case value != nil:
			value.LineComment = ""
			n.Content[i+1] = value
			return
		}
		n.Content = slices.Delete(n.Content, i, i+2)
		return
	}
	if value == nil {
		return
	}
	for k := len(names) - 1; k > 0; k-- {
		value = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Content: []*yaml.Node{written(names[k]), value}}
	}
	if len(n.Content) == 0 {
		n.Style = 0
	}
	n.Content = append(n.Content, written(names[0]), value)
}

// written is a text as a node.
func written(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if quote(s) != s {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// table is where the rule of a field looks texts up; nil if it does not.
func (e *Edit) table(r Rule) *yaml.Node {
	if r.node == nil {
		return nil
	}
	n := member(r.node, "lookup")
	if n != nil && n.Kind == yaml.ScalarNode {
		return member(member(e.root, "lookups"), n.Value)
	}
	return n
}

// ID is the id that the file has for a text of the list, or with the text "" for
// all rows; "" if it has none.
func (e *Edit) ID(field, of string) string {
	id, r := "", e.Rule(field)
	if of == "" {
		id = r.Value
	} else if n := e.table(r); n != nil {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if mapping.Fold(n.Content[i].Value) == mapping.Fold(of) {
				id = n.Content[i+1].Value
			}
		}
	}
	if id == unfilled {
		return ""
	}
	return id
}

// SetID writes an id where [Edit.ID] reads it; "" makes it unknown.
func (e *Edit) SetID(field, of, id string) error {
	if id == "" {
		id = unfilled
	}
	if of == "" {
		return e.set(field, flow("value", id))
	}
	n := e.table(e.Rule(field))
	if n == nil {
		return fmt.Errorf("propose: %q looks nothing up", field)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if mapping.Fold(n.Content[i].Value) == mapping.Fold(of) {
			comment := n.Content[i+1].LineComment
			n.Content[i+1] = written(id)
			n.Content[i+1].LineComment = comment
			return nil
		}
	}
	n.Content = append(n.Content, written(of), written(id))
	return nil
}

// Take has the file fill a field by a column as the proposal does, with a table
// for the ids if it needs one; what the column and the field were for goes.
func (e *Edit) Take(p *Proposal, field string) error {
	for _, s := range p.Mapped {
		if s.Field != field {
			continue
		}
		if s.rule.lookup != "" {
			table := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
			if old := member(member(e.root, "lookups"), s.rule.lookup); old != nil {
				table = old
			}
			keys, _ := p.keyed(s).keys()
			known := p.column(s.Column).obtained()
			for _, k := range keys {
				if e.has(table, k) {
					continue
				}
				to := written(unfilled)
				if known[k] != "" && field == "updatePerson.obtainThrough" {
					to = written(known[k])
				}
				table.Content = append(table.Content, written(k), to)
			}
			put(e.root, []string{"lookups", s.rule.lookup}, table)
		}
		return e.set(field, s.rule.yaml())
	}
	return e.set(field, "")
}

func (e *Edit) has(table *yaml.Node, key string) bool {
	for i := 0; i+1 < len(table.Content); i += 2 {
		if mapping.Fold(table.Content[i].Value) == mapping.Fold(key) {
			return true
		}
	}
	return false
}

// Drop takes the rule of a field away. An id that every row needs is unknown
// then.
func (e *Edit) Drop(field string) error {
	if slices.Contains([]string{"customerId", "viewingId", "timeSlotId"}, field) {
		return e.SetID(field, "", "")
	}
	return e.set(field, "")
}

// SetInput writes down what has to be said to read the list.
func (e *Edit) SetInput(in Input) {
	for _, one := range []struct{ key, value string }{
		{"sheet", in.Sheet}, {"headerRow", fmt.Sprint(in.HeaderRow)}, {"encoding", in.Encoding}, {"delimiter", in.Delimiter},
	} {
		var value *yaml.Node
		switch {
		case one.value == "" || one.value == "0":
		case one.key == "headerRow":
			value = &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: one.value}
		default:
			value = written(one.value)
		}
		put(e.root, []string{"input", one.key}, value)
	}
}

// SetIDs writes down the ids that a proposal has. Where the list needs another rule
// than the file has, because one text now stands for two time slots, the
// proposal's is taken.
func (e *Edit) SetIDs(p *Proposal) error {
	for _, s := range p.Mapped {
		r := e.Rule(s.Field)
		if lookupNames[s.Field] != "" && (s.rule.lookup != "") != r.Lookup || s.rule.join != nil && member(r.node, "join") == nil {
			if err := e.Take(p, s.Field); err != nil {
				return err
			}
		}
	}
	for _, b := range p.Blanks() {
		if b.ID == e.ID(b.Field, b.Text) && b.ID != "" {
			continue
		}
		if err := e.SetID(b.Field, b.Text, b.ID); err != nil {
			return err
		}
	}
	return nil
}

// Adopt has a proposal for another list say what the file says, as far as a
// proposal can: columns that the file takes are taken, all others are not, and
// the ids are filled in. It returns the rules that a proposal cannot say, whose
// fields it then leaves alone.
func (p *Proposal) Adopt(e *Edit) (own []Rule, err error) {
	rules := e.Rules()
	chosen := map[int]string{}
	p.Mapped, p.Unsure, p.Notes, p.constants = nil, nil, nil, map[string]string{}
	for _, r := range rules {
		at := p.named(r.names)
		join := r.Field == "timeSlotId" && r.node != nil && member(r.node, "join") != nil && p.survey.slot >= 0
		switch {
		case r.Value != "" && r.Value != unfilled:
			p.constants[r.Field] = r.Value
		case r.Value == unfilled:
		case join && reflect.DeepEqual(joined(r.node), p.rule(r.Field, p.survey.slot).join):
			chosen[p.survey.slot] = r.Field
		case at < 0 || chosen[at] != "" && chosen[at] != FullName:
			own = append(own, r)
		case r.Split == "first" && r.Field == "updatePerson.firstName", r.Split == "last" && r.Field == "updatePerson.lastName":
			chosen[at] = FullName
		case r.Split != "" || chosen[at] != "":
			own = append(own, r)
		default:
			chosen[at] = r.Field
		}
	}
	for column := range p.survey.columns {
		if field := chosen[column]; field != "" {
			if err := p.Choose(column, field); err != nil {
				return own, err
			}
		}
	}
	p.arrange()
	for _, r := range own {
		p.own = append(p.own, r.Field)
	}
	for _, b := range p.Blanks() {
		p.Fill(b.Field, b.Text, e.ID(b.Field, b.Text))
	}
	return own, nil
}

func joined(rule *yaml.Node) (names []string) {
	for _, c := range member(rule, "join").Content {
		names = append(names, c.Value)
	}
	return names
}

// named is the 0-based column that has the first of the names that one has; -1
// for none.
func (p *Proposal) named(names []string) int {
	for _, name := range names {
		at := slices.IndexFunc(p.survey.columns, func(c column) bool { return mapping.Fold(c.header) == mapping.Fold(mapping.HeaderKey(name)) })
		if at >= 0 {
			return at
		}
	}
	return -1
}
