package propose

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"vitec-import/mapping"
)

// Edit is a mapping file that is being changed: what nobody changes stays as it
// was written, comments too.
type Edit struct{ doc, root *yaml.Node }

// Rule is how a mapping file fills one field.
type Rule struct {
	Field string // path
	Text  string // as it is written, on one line
	node  *yaml.Node
}

// unfilled stands where a person has to write an id.
const unfilled = "?"

var targetPaths = mapping.Paths()[:3]

// NewEdit reads a file that [mapping.Parse] takes, at least for a trial.
func NewEdit(src []byte) (*Edit, error) {
	e := &Edit{doc: &yaml.Node{}}
	if err := yaml.Load(src, e.doc); err != nil {
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
	if err := errors.Join(d.Dump(e.doc), d.Close()); err != nil {
		return nil, err
	}
	// The library forgets the empty lines between the parts.
	src := partBegins.ReplaceAll(out.Bytes(), []byte("$1\n\n$2"))
	if !isUnfilled.Match(src) {
		src = askForIDs.ReplaceAll(src, nil)
	}
	return src, nil
}

var (
	partBegins = regexp.MustCompile(`(?m)([^\n:#][^\n]*)\n((?:#[^\n]*\n)*(?:target|participant|lookups|input|skip):)`)
	isUnfilled = regexp.MustCompile(`(?m)^[^#\n]*["']\?["']`)
	askForIDs  = regexp.MustCompile(`(?m)^# [^\n]* "\?"\.\n`) // what YAML says at the top, in any language
)

// find is where the value of a key stands in a block, which differs from it at most
// in letter case if fold says so; -1 if there is none.
func find(n *yaml.Node, key string, fold bool) int {
	if n != nil && n.Kind == yaml.MappingNode {
		for i := 0; i+1 < len(n.Content); i += 2 {
			if name := n.Content[i].Value; name == key || fold && mapping.Fold(name) == mapping.Fold(key) {
				return i + 1
			}
		}
	}
	return -1
}

// member is the value of a key of a block, nil if it has none.
func member(n *yaml.Node, key string) *yaml.Node {
	if i := find(n, key, false); i >= 0 {
		return n.Content[i]
	}
	return nil
}

// put sets the member below a block that has these names, or takes it away, and
// with it what is empty then.
func put(n *yaml.Node, names []string, value *yaml.Node) {
	i := find(n, names[0], false)
	switch {
	case i < 0 && value == nil:
	case i < 0:
		for k := len(names) - 1; k > 0; k-- {
			value = block(0, names[k], value)
		}
		n.Content = append(n.Content, scalar(names[0]), value)
	case len(names) > 1:
		inner := n.Content[i]
		if len(inner.Content) == 0 {
			inner.Style = 0
		}
		if put(inner, names[1:], value); len(inner.Content) == 0 {
			n.Content = slices.Delete(n.Content, i-1, i+1)
		}
	case value == nil:
		n.Content = slices.Delete(n.Content, i-1, i+1)
	default:
		n.Content[i] = value
	}
}

// block is a block of texts and nodes by their keys.
func block(style yaml.Style, pairs ...any) *yaml.Node {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Style: style}
	for _, one := range pairs {
		node, ok := one.(*yaml.Node)
		if !ok {
			node = scalar(one.(string))
		}
		n.Content = append(n.Content, node)
	}
	return n
}

// scalar is a text as a node, in quotes where YAML or an editor would take it for
// something else.
func scalar(s string) *yaml.Node {
	n := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s}
	if quote(s) != s {
		n.Style = yaml.DoubleQuotedStyle
	}
	return n
}

// constant is what fills a field in all rows.
func constant(value string) *yaml.Node { return block(yaml.FlowStyle, "value", plain(value)) }

// plain is a value as a node: a number of a row, a yes or a no without quotes.
func plain(value string) *yaml.Node {
	switch _, err := strconv.Atoi(value); {
	case err == nil && len(value) < 8 && value[0] != '0':
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: value}
	case value == "true" || value == "false":
		return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: value}
	}
	return scalar(value)
}

// plainText is texts that need no quotes wherever they stand in the file.
var plainText = regexp.MustCompile(`^\p{L}([\p{L}\p{N} _./+-]*[\p{L}\p{N}_./+-])?$`)

// yamlWords are texts that YAML takes for something else. The mapping does not;
// editors do.
var yamlWords = []string{"yes", "no", "on", "off", "y", "n", "null", "true", "false"}

// quote writes a text as YAML.
func quote(text string) string {
	if plainText.MatchString(text) && !slices.Contains(yamlWords, strings.ToLower(text)) {
		return text
	}
	return strconv.Quote(text)
}

// oneLine is a node as it would be written on one line, without its comments.
func oneLine(n *yaml.Node) string {
	if n.Kind == yaml.ScalarNode {
		if n.Tag != "!!str" {
			return n.Value
		}
		return quote(n.Value)
	}
	var items []string
	for i := 0; i < len(n.Content); i++ {
		item := oneLine(n.Content[i])
		if n.Kind == yaml.MappingNode {
			i++
			item += ": " + oneLine(n.Content[i])
		}
		items = append(items, item)
	}
	if n.Kind == yaml.SequenceNode {
		return "[" + strings.Join(items, ", ") + "]"
	}
	return "{" + strings.Join(items, ", ") + "}"
}

// node writes a rule.
func (r rule) node() *yaml.Node {
	if r.split == "" && r.layout == "" && r.lookup == "" && r.table == nil {
		return scalar(r.column)
	}
	n := block(yaml.FlowStyle)
	if r.join == nil {
		put(n, []string{"column"}, scalar(r.column))
	} else {
		put(n, []string{"join"}, &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle, Content: []*yaml.Node{scalar(r.join[0]), scalar(r.join[1])}})
	}
	for _, p := range [][2]string{{"split", r.split}, {"layout", r.layout}, {"lookup", r.lookup}} {
		if p[1] != "" {
			put(n, p[:1], scalar(p[1]))
		}
	}
	if r.table != nil {
		table := block(yaml.FlowStyle)
		for _, p := range r.table {
			table.Content = append(table.Content, scalar(p[0]), plain(p[1]))
		}
		put(n, []string{"lookup"}, table)
	}
	return n
}

// rules are all fields that the file fills, in its order.
func (e *Edit) rules() []Rule {
	var rules []Rule
	var walk func(n *yaml.Node, path string)
	walk = func(n *yaml.Node, path string) {
		if slices.Contains(mapping.Paths(), path) {
			rules = append(rules, Rule{path, oneLine(n), n})
		} else if n != nil && n.Kind == yaml.MappingNode {
			for i := 0; i+1 < len(n.Content); i += 2 {
				walk(n.Content[i+1], strings.TrimPrefix(path+"."+n.Content[i].Value, "."))
			}
		}
	}
	walk(member(e.root, "target"), "")
	walk(member(e.root, "participant"), "")
	return rules
}

// rule returns the rule of a field; it has no node if there is none.
func (e *Edit) rule(field string) Rule {
	rules := e.rules()
	if at := slices.IndexFunc(rules, func(r Rule) bool { return r.Field == field }); at >= 0 {
		return rules[at]
	}
	return Rule{Field: field}
}

// columns are the names of the columns of which a rule reads the first that is
// there; with the key join, those that it puts together.
func (r Rule) columns(key string) (names []string) {
	n := member(r.node, key)
	switch {
	case r.node != nil && r.node.Kind != yaml.MappingNode && key == "column":
		n = r.node
	case n == nil:
		return nil
	}
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}
	}
	for _, c := range n.Content {
		names = append(names, c.Value)
	}
	return names
}

// says is the text that a key of a rule has, "" if it has none.
func (r Rule) says(key string) string {
	switch n := member(r.node, key); {
	case n == nil:
		return ""
	case n.Kind == yaml.ScalarNode:
		return n.Value
	default:
		return oneLine(n)
	}
}

// Skips are the rules that leave rows out, as they are written.
func (e *Edit) Skips() []string {
	n := member(e.root, "skip")
	switch {
	case n == nil:
		return nil
	case n.Kind == yaml.MappingNode:
		return []string{oneLine(n)}
	}
	var all []string
	for _, c := range n.Content {
		all = append(all, oneLine(c))
	}
	return all
}

// set gives a field another rule; nil takes its rule away.
func (e *Edit) set(field string, rule *yaml.Node) {
	part := "participant"
	if slices.Contains(targetPaths, field) {
		part = "target"
	}
	put(e.root, append([]string{part}, strings.Split(field, ".")...), rule)
}

// table is where the rule of a field looks texts up; nil if it does not.
func (e *Edit) table(field string) *yaml.Node {
	n := member(e.rule(field).node, "lookup")
	if n != nil && n.Kind == yaml.ScalarNode {
		return member(member(e.root, "lookups"), n.Value)
	}
	return n
}

// id is the id that the file has for a text of the list, or with the text "" for
// all rows; "" if it has none.
func (e *Edit) id(field, of string) string {
	id := e.rule(field).says("value")
	if of != "" {
		id = ""
		if n := e.table(field); find(n, of, true) >= 0 {
			id = n.Content[find(n, of, true)].Value
		}
	}
	return strings.TrimPrefix(id, unfilled)
}

// setID writes an id where [Edit.id] reads it; "" makes it unknown.
func (e *Edit) setID(field, of, id string) error {
	if id == "" {
		id = unfilled
	}
	if of == "" {
		e.set(field, constant(id))
		return nil
	}
	n := e.table(field)
	if n == nil {
		return fmt.Errorf("propose: %q looks nothing up", field)
	}
	if i := find(n, of, true); i >= 0 {
		was := n.Content[i]
		n.Content[i] = scalar(id)
		n.Content[i].LineComment = was.LineComment
		return nil
	}
	n.Content = append(n.Content, scalar(of), scalar(id))
	return nil
}

// Take has the file fill a field by a column as the proposal does, with a table
// for the ids if it needs one; what the column and the field were for goes.
func (e *Edit) Take(p *Proposal, field string) {
	at := slices.IndexFunc(p.Mapped, func(s Suggestion) bool { return s.Field == field })
	if at < 0 {
		e.set(field, nil)
		return
	}
	s := p.Mapped[at]
	if s.rule.lookup != "" {
		table := member(member(e.root, "lookups"), s.rule.lookup)
		if table == nil {
			table = block(0)
		}
		keys, _ := p.keyed(s).keys()
		known := p.column(s.Column).obtained()
		for _, k := range keys {
			to := unfilled
			if field == "updatePerson.obtainThrough" {
				to = known[k]
			}
			if find(table, k, true) < 0 {
				table.Content = append(table.Content, scalar(k), scalar(to))
			}
		}
		put(e.root, []string{"lookups", s.rule.lookup}, table)
	}
	e.set(field, s.rule.node())
}

// Drop takes the rule of a field away. An id that every row needs is unknown
// then.
func (e *Edit) Drop(field string) {
	if slices.Contains(targetPaths, field) {
		e.set(field, constant(unfilled))
		return
	}
	e.set(field, nil)
}

// SetInput writes down what has to be said to read the list.
func (e *Edit) SetInput(in Input) {
	row := ""
	if in.HeaderRow > 0 {
		row = strconv.Itoa(in.HeaderRow)
	}
	for _, one := range [][2]string{{"sheet", in.Sheet}, {"headerRow", row}, {"encoding", in.Encoding}, {"delimiter", in.Delimiter}} {
		var value *yaml.Node
		if one[1] != "" {
			value = scalar(one[1])
		}
		if one[0] == "headerRow" && value != nil {
			value = plain(row)
		}
		put(e.root, []string{"input", one[0]}, value)
	}
}

// SetIDs writes down the ids that a proposal has. Where the list needs another rule
// than the file has, because one text now stands for two time slots, the
// proposal's is taken.
func (e *Edit) SetIDs(p *Proposal) error {
	for _, s := range p.Mapped {
		r := e.rule(s.Field)
		if lookupNames[s.Field] != "" && (s.rule.lookup != "") != (r.says("lookup") != "") || s.rule.join != nil && r.columns("join") == nil {
			e.Take(p, s.Field)
		}
	}
	for _, b := range p.Blanks() {
		if known := e.id(b.Field, b.Text); b.ID != known || known == "" && b.Text != "" {
			if err := e.setID(b.Field, b.Text, b.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// Adopt has a proposal for another list say what the file says, as far as a
// proposal can: columns that the file takes are taken, all others are not, and
// the ids are filled in. It returns the rules that a proposal cannot say, whose
// fields it then leaves alone.
func (p *Proposal) Adopt(e *Edit) (own []Rule, err error) {
	chosen := map[int]string{}
	p.Mapped, p.Unsure, p.Notes, p.constants = nil, nil, nil, map[string]string{}
	for _, r := range e.rules() {
		value, split := r.says("value"), r.says("split")
		at := p.named(r.columns("column"))
		join := r.columns("join")
		switch {
		case value == unfilled:
		case value != "":
			p.constants[r.Field] = value
		case join != nil && r.Field == "timeSlotId" && p.survey.slot >= 0 && slices.Equal(join, p.rule(r.Field, p.survey.slot).join):
			chosen[p.survey.slot] = r.Field
		case at < 0 || chosen[at] != "" && chosen[at] != FullName:
			own = append(own, r)
		case split == "first" && r.Field == "updatePerson.firstName", split == "last" && r.Field == "updatePerson.lastName":
			chosen[at] = FullName
		case split != "" || chosen[at] != "":
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
		p.Fill(b.Field, b.Text, e.id(b.Field, b.Text))
	}
	return own, nil
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
