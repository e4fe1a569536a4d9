package mapping

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"vitec-import/vitec"
)

// missing collects what has to be filled in.
func (p *Proposal) missing() {
	for _, path := range targetPaths {
		i := slices.IndexFunc(p.Mapped, func(s Suggestion) bool { return s.Field == path })
		switch {
		case p.constant(path) != nil:
		case i < 0:
			p.Missing = append(p.Missing, say("%v", path))
		case p.keyed(i, path) != nil:
			p.Missing = append(p.Missing, say("%v, for %v texts of column %q", path, len(p.keyed(i, path).values), p.Mapped[i].Header))
		}
	}
}

// keyed returns the texts that need an id in a lookup, or nil if the i-th
// mapped field needs none.
func (p *Proposal) keyed(i int, path string) *column {
	c := &p.survey.columns[p.Mapped[i].Column]
	switch {
	case !c.needsLookup(path):
		return nil
	case path == "timeSlotId" && p.survey.joined() && p.Mapped[i].Column == p.survey.slot:
		return &p.survey.both
	}
	return c
}

// constant returns the text that was asked for a field.
func (p *Proposal) constant(path string) *scalar {
	for _, r := range p.set {
		if r.path == path {
			return &r.Value.texts[0]
		}
	}
	return nil
}

// Reachable reports whether anything is mapped by which the server can know
// a participant. A mapping without it is refused.
func (p *Proposal) Reachable() bool {
	return slices.ContainsFunc(contactPaths, func(path string) bool {
		return p.constant(path) != nil || slices.ContainsFunc(p.Mapped, func(s Suggestion) bool { return s.Field == path })
	})
}

// line is one field of the file: what is active, what is only a comment.
type line struct {
	path   string // inside its block
	rule   string
	above  string // a comment before it
	behind string // a comment on the line
	off    bool   // the line itself is a comment
}

// YAML returns the mapping file. [Parse] reads it as soon as what is missing
// is filled in.
func (p *Proposal) YAML(say func(format string, args ...any) string) []byte {
	var b strings.Builder
	if p.options.Schema != "" {
		fmt.Fprintf(&b, "# yaml-language-server: $schema=%s\n", p.options.Schema)
	}
	remark(&b, 0, say(`Which column of the list goes where. Proposed for %v: read it through,
above all what is marked "unsure". The keys are the API's own names.`, p.options.Table))
	if len(p.Missing) > 0 {
		remark(&b, 0, say(`Write an id wherever there is a "?".`))
	}
	b.WriteString("version: 1\n\ntarget:\n")
	for _, l := range p.target(say) {
		l.write(&b, 1)
	}
	b.WriteString("\nparticipant:\n")
	writeBlock(&b, p.body(say), 1)
	if !p.Reachable() {
		remark(&b, 1, say(`The server requires one of email.emailAddress, telePhone, workPhone and cellPhone,
and no column was found for it.`))
	}
	p.lookups(&b, say)
	p.input(&b)
	p.rest(&b, say)
	return []byte(b.String())
}

// target is the lines of the address.
func (p *Proposal) target(say func(string, ...any) string) []line {
	var lines []line
	for _, path := range targetPaths {
		l := line{path: path}
		if s := p.constant(path); s != nil {
			l.rule = block("value", s.text)
		} else if i := slices.IndexFunc(p.Mapped, func(s Suggestion) bool { return s.Field == path }); i >= 0 {
			l.rule = p.Mapped[i].rule
			if p.keyed(i, path) != nil {
				l.behind = say("the ids are to be filled in below")
			}
		} else {
			l.rule = block("value", unfilled)
			l.behind = say("to be filled in: %v", say(whereIds[path]))
		}
		lines = append(lines, l)
		lines = append(lines, p.doubts(say, path, path)...)
	}
	return lines
}

// doubts is the lines of what is unsure about a field.
func (p *Proposal) doubts(say func(string, ...any) string, path, name string) []line {
	var lines []line
	for _, s := range p.Unsure {
		if s.Field == path {
			lines = append(lines, line{path: name, rule: s.rule, off: true, above: say("unsure, column %q: %v", s.Header, s.Why)})
		}
	}
	return lines
}

// body is the lines of the participant, by whole paths, in the order of the
// request.
func (p *Proposal) body(say func(string, ...any) string) []line {
	var lines []line
	for _, f := range vitec.Fields() {
		doubts := p.doubts(say, f.Path, f.Path)
		if s := p.constant(f.Path); s != nil {
			lines = append(append(lines, line{path: f.Path, rule: block("value", s.text)}), doubts...)
			continue
		}
		l := line{path: f.Path}
		if i := slices.IndexFunc(p.Mapped, func(s Suggestion) bool { return s.Field == f.Path }); i >= 0 {
			l.rule, l.behind = p.Mapped[i].rule, of(say, p.Mapped[i].Why)
		}
		switch {
		case f.Path == "updatePerson.socialSecurityNumber" && l.rule != "":
			l.above = say(`Sent only because it is mapped here. The server overwrites whoever has the number:
remove the line if you do not need it.`)
		case f.Path == "updatePerson.obtainThrough" && l.rule == "" && p.maps("updatePerson.gdprApprovalDate"):
			l.off, l.rule, l.above = true, block("value", "Visit"), say("how people were informed: %v", strings.Join(f.Values, ", "))
		case f.Path == "returnBookingId":
			l.rule = block("value", "true")
		case f.Path == "options.isDeadlineValidationEnabled":
			l.rule, l.behind = block("value", "true"), say("false for a list that is imported after the viewing")
		case f.Path == "options.enableBookingLimitValidation":
			l.rule, l.behind = block("value", "true"), say("false to book more people than there are places")
		}
		if l.rule != "" {
			lines = append(lines, l)
		}
		lines = append(lines, doubts...)
	}
	return lines
}

func (p *Proposal) maps(path string) bool {
	return slices.ContainsFunc(p.Mapped, func(s Suggestion) bool { return s.Field == path })
}

// writeBlock writes lines whose paths may have several parts as nested
// blocks. A block of which all lines are comments is a comment.
func writeBlock(b *strings.Builder, lines []line, depth int) {
	for len(lines) > 0 {
		group, _, nested := strings.Cut(lines[0].path, ".")
		if !nested {
			lines[0].write(b, depth)
			lines = lines[1:]
			continue
		}
		var inner []line
		off := true
		for len(lines) > 0 && strings.HasPrefix(lines[0].path, group+".") {
			l := lines[0]
			l.path = strings.TrimPrefix(l.path, group+".")
			off = off && l.off
			inner = append(inner, l)
			lines = lines[1:]
		}
		if off {
			for _, l := range inner {
				l.path, l.rule = group, inBlocks(l.path, l.rule)
				l.write(b, depth)
			}
			continue
		}
		fmt.Fprintf(b, "%s%s:\n", indent(depth), group)
		writeBlock(b, inner, depth+1)
	}
}

// inBlocks writes a rule below the parts of its path on one line.
func inBlocks(path, rule string) string {
	name, rest, nested := strings.Cut(path, ".")
	if nested {
		rule = inBlocks(rest, rule)
	}
	return "{" + name + ": " + rule + "}"
}

// remark writes a text of one or more lines as a comment.
func remark(b *strings.Builder, depth int, text string) {
	for line := range strings.SplitSeq(text, "\n") {
		fmt.Fprintf(b, "%s# %s\n", indent(depth), line)
	}
}

func (l line) write(b *strings.Builder, depth int) {
	if l.above != "" {
		remark(b, depth, l.above)
	}
	mark := ""
	if l.off {
		mark = "# "
	}
	text := fmt.Sprintf("%s%s%s: %s", indent(depth), mark, l.path, l.rule)
	if l.behind != "" {
		text += " # " + l.behind
	}
	b.WriteString(text + "\n")
}

func indent(depth int) string { return strings.Repeat("  ", depth) }

// lookups writes the tables that the proposal needs.
func (p *Proposal) lookups(b *strings.Builder, say func(string, ...any) string) {
	begun := false
	for _, path := range []string{"viewingId", "timeSlotId", "updatePerson.obtainThrough"} {
		i := slices.IndexFunc(p.Mapped, func(s Suggestion) bool { return s.Field == path })
		if i < 0 || !strings.Contains(p.Mapped[i].rule, "lookup: ") {
			continue
		}
		if !begun {
			b.WriteString("\nlookups:\n")
			begun = true
		}
		c := &p.survey.columns[p.Mapped[i].Column]
		if keys := p.keyed(i, path); keys != nil && path != "updatePerson.obtainThrough" {
			c = keys
		}
		fmt.Fprintf(b, "%s%s:\n", indent(1), lookupNames[path])
		known := c.obtained()
		for _, v := range c.keys() {
			if path == "updatePerson.obtainThrough" {
				fmt.Fprintf(b, "%s%s: %s\n", indent(2), quote(v), known[v])
			} else {
				fmt.Fprintf(b, "%s%s: %q # %s\n", indent(2), quote(v), unfilled, say("rows: %v", c.counts[v]))
			}
		}
	}
}

// input writes what had to be said to read the table.
func (p *Proposal) input(b *strings.Builder) {
	in := p.options.Input
	if in == (Input{}) {
		return
	}
	b.WriteString("\ninput:\n")
	add := func(key, text string) {
		if text != "" {
			fmt.Fprintf(b, "%s%s: %s\n", indent(1), key, text)
		}
	}
	if in.Sheet != "" {
		add("sheet", quote(in.Sheet))
	}
	if in.HeaderRow > 0 {
		add("headerRow", strconv.Itoa(in.HeaderRow))
	}
	if in.Encoding != "" {
		add("encoding", quote(in.Encoding))
	}
	if in.Delimiter != 0 {
		add("delimiter", strconv.Quote(string(in.Delimiter)))
	}
}

// rest lists the columns that nothing is proposed for.
func (p *Proposal) rest(b *strings.Builder, say func(string, ...any) string) {
	if len(p.Unused) == 0 {
		return
	}
	b.WriteByte('\n')
	remark(b, 0, say("Columns that are not used:"))
	for _, i := range p.Unused {
		name := p.survey.columns[i].header
		if name == "" {
			if p.survey.columns[i].filled == 0 {
				continue
			}
			name = say("(column %v has no name; a column needs one to be mapped)", i+1)
		}
		fmt.Fprintf(b, "#   %s\n", name)
	}
}

// plainText is texts that need no quotes wherever they stand in the file.
var plainText = lazily(`^\p{L}[\p{L}\p{N} _./+-]*$`)

// yamlWords is texts that YAML takes for something else. This package does
// not; editors do.
var yamlWords = []string{"true", "false", "yes", "no", "on", "off", "y", "n", "null"}

// quote writes a text as YAML.
func quote(text string) string {
	if plainText.matches(text) && !strings.HasSuffix(text, " ") && !slices.Contains(yamlWords, strings.ToLower(text)) {
		return text
	}
	return strconv.Quote(text)
}

// block writes keys and values on one line: {column: Namn, split: first}.
func block(pairs ...string) string {
	var b strings.Builder
	b.WriteByte('{')
	for i := 0; i+1 < len(pairs); i += 2 {
		if i > 0 {
			b.WriteString(", ")
		}
		key := pairs[i]
		value := quote(pairs[i+1])
		if v := pairs[i+1]; v == "true" || v == "false" {
			value = v
		}
		fmt.Fprintf(&b, "%s: %s", quote(key), value)
	}
	b.WriteByte('}')
	return b.String()
}

// of says a text.
func of(say func(string, ...any) string, t vitec.Text) string {
	if t.IsZero() {
		return ""
	}
	return say(t.Format, t.Args...)
}
