package propose

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"vitec-import/mapping"
	"vitec-import/vitec"
)

// always are constants that a mapping had better say, and when to change them.
var always = []struct {
	path string
	why  vitec.Text
}{
	{"returnBookingId", none},
	{"options.isDeadlineValidationEnabled", say("false for a list that is imported after the viewing")},
	{"options.enableBookingLimitValidation", say("false to book more people than there are places")},
}

// YAML returns the mapping file; lang says a text in the language of its comments.
// [mapping.Parse] reads it as soon as what is missing is filled in. What is unsure
// is a comment at the place where it would stand.
func (p *Proposal) YAML(lang func(any) string) []byte {
	e := &Edit{root: block(0, "version", plain("1"), "target", block(0), "participant", block(0))}
	e.doc = &yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{e.root}}
	for _, path := range mapping.Paths() {
		if value, ok := p.constants[path]; ok {
			e.set(path, constant(value))
			continue
		}
		for _, s := range p.Mapped {
			if s.Field == path {
				e.Take(p, path)
				e.behind(path, lang(s.Why))
				p.countRows(e, s, lang)
			}
		}
		if slices.Contains(targetPaths, path) && !p.maps(path) {
			e.set(path, constant(unfilled))
			e.behind(path, lang(say("to be filled in: %s", mapping.WhereID(path))))
		}
		for _, a := range always {
			if a.path == path && !p.maps(path) {
				e.set(path, constant("true"))
				e.behind(path, lang(a.why))
			}
		}
	}
	if err := e.SetIDs(p); err != nil {
		panic(err) // every text that stands for an id has its place in a table of Take's
	}
	for _, s := range p.Unsure {
		e.doubt(s.Field, lang(say("unsure, column %q: %s", s.Header, s.Why)), s.rule.node())
	}
	if p.maps("updatePerson.gdprApprovalDate") && !p.maps("updatePerson.obtainThrough") {
		how, _ := vitec.FieldByPath("updatePerson.obtainThrough")
		e.doubt(how.Path, lang(say("how people were informed: %s", strings.Join(how.Values, ", "))), constant("Visit"))
	}
	if !p.Reachable() {
		remark(atEnd(member(e.root, "participant")), lang(say("The server requires one of email.emailAddress, telePhone, workPhone and cellPhone.")))
	}
	e.SetInput(p.options.Input)
	p.about(e, lang)
	src, err := e.Bytes()
	if err != nil {
		panic(err) // it is made of texts
	}
	return src
}

// about says what the file is, and which columns it does not use.
func (p *Proposal) about(e *Edit, lang func(any) string) {
	head := &e.root.Content[0].HeadComment
	if p.options.Schema != "" {
		remark(head, "yaml-language-server: $schema="+p.options.Schema)
	}
	remark(head, lang(say("Which column of the list goes where. Proposed for %s: read it through,\nabove all what is marked \"unsure\". The keys are the API's own names.", p.options.Table)))
	remark(head, lang(say("Write an id wherever there is a \"?\".")))
	for _, n := range p.Notes {
		remark(head, lang(n))
	}
	for _, i := range p.Unused {
		c := p.column(i)
		name := c.header
		if name == "" {
			name = lang(say("(column %d has no name; a column needs one to be mapped)", i+1))
		}
		if c.header != "" || c.filled > 0 {
			if e.doc.FootComment == "" {
				remark(&e.doc.FootComment, lang(say("Columns that are not used:")))
			}
			remark(&e.doc.FootComment, "  "+name)
		}
	}
}

// countRows says behind each text that stands for an id how many rows have it.
func (p *Proposal) countRows(e *Edit, s Suggestion, lang func(any) string) {
	if s.Field == "updatePerson.obtainThrough" || s.rule.lookup == "" {
		return
	}
	table := e.table(s.Field)
	_, rows := p.keyed(s).keys()
	for text, n := range rows {
		table.Content[find(table, text, true)].LineComment = "# " + lang(say("rows: %d", n))
	}
}

// behind says something on the line of a field.
func (e *Edit) behind(path, text string) {
	if text != "" {
		e.rule(path).node.LineComment = "# " + text
	}
}

// doubt writes a rule as a comment, with its reason above it, so that the field is
// filled as soon as the mark of the comment is taken away.
func (e *Edit) doubt(path, why string, rule *yaml.Node) {
	in, names, above := member(e.root, "participant"), strings.Split(path, "."), ""
	if slices.Contains(targetPaths, path) {
		in = member(e.root, "target")
	}
	for len(names) > 1 && member(in, names[0]) != nil {
		in, names, above = member(in, names[0]), names[1:], above+names[0]+"."
	}
	for k := len(names) - 1; k > 0; k-- {
		rule = block(0, names[k], rule)
	}
	text := why + "\n" + names[0] + ": " + oneLine(rule)
	order := func(prefix string) int {
		return slices.IndexFunc(mapping.Paths(), func(p string) bool { return p == prefix || strings.HasPrefix(p, prefix+".") })
	}
	for i := 0; i < len(in.Content); i += 2 {
		if order(above+in.Content[i].Value) > order(above+names[0]) {
			remark(&in.Content[i].HeadComment, text)
			return
		}
	}
	remark(atEnd(in), text)
}

// atEnd is the comment at the end of a block. Behind a block in it the library would
// take it for a part of that one, so there it is the one before.
func atEnd(in *yaml.Node) *string {
	key, value := in.Content[len(in.Content)-2], in.Content[len(in.Content)-1]
	if value.Kind == yaml.MappingNode && value.Style&yaml.FlowStyle == 0 {
		return &key.HeadComment
	}
	return &key.FootComment
}

// remark adds the lines of a text to a comment.
func remark(to *string, text string) {
	*to = strings.TrimPrefix(*to+"\n# "+strings.ReplaceAll(text, "\n", "\n# "), "\n")
}
