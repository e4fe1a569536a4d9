package propose

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vitec-import/vitec"
)

// unfilled stands where a person has to write an id.
const unfilled = "?"

// whereIDs says where a person finds the ids of the address.
var whereIDs = map[string]vitec.Text{
	"customerId": say("it is the office's id in Vitec, such as M11385"),
	"viewingId":  say("it is the viewing's id in Vitec, VIS and 32 characters (0–9, A–F)"),
	"timeSlotId": say("it is the id of the viewing's time slot in Vitec"),
}

// line is one field of the file: what is active, what is only a comment.
type line struct {
	path   string // inside its block
	rule   string
	above  string // a comment before it
	behind string // a comment on the line
	off    bool   // the line itself is a comment
}

// writer writes a proposal as a mapping file.
type writer struct {
	*Proposal
	strings.Builder
	lang func(any) string
}

// YAML returns the mapping file; say says a text in the language of its comments.
// [mapping.Parse] reads it as soon as what is missing is filled in.
func (p *Proposal) YAML(say func(any) string) []byte {
	w := &writer{Proposal: p, lang: say}
	w.write()
	return []byte(w.String())
}

func (w *writer) write() {
	if w.options.Schema != "" {
		fmt.Fprintf(w, "# yaml-language-server: $schema=%s\n", w.options.Schema)
	}
	w.remark(0, w.lang(say("Which column of the list goes where. Proposed for %s: read it through,\nabove all what is marked \"unsure\". The keys are the API's own names.", w.options.Table)))
	if len(w.Missing()) > 0 {
		w.remark(0, w.lang(say("Write an id wherever there is a \"?\".")))
	}
	for _, n := range w.Notes {
		w.remark(0, w.lang(n))
	}
	w.WriteString("version: 1\n\ntarget:\n")
	w.block(w.target(), 1)
	w.WriteString("\nparticipant:\n")
	w.block(w.body(), 1)
	if !w.Reachable() {
		w.remark(1, w.lang(say("The server requires one of email.emailAddress, telePhone, workPhone and cellPhone.")))
	}
	w.lookups()
	w.input()
	w.rest()
}

// target is the lines of the address.
func (w *writer) target() []line {
	var lines []line
	for _, path := range []string{"customerId", "viewingId", "timeSlotId"} {
		l := w.field(path)
		if l.rule == "" {
			l.rule = flow("value", unfilled)
			if id := w.ids[path][""]; id != "" {
				l.rule = flow("value", id)
			} else {
				l.behind = w.lang(say("to be filled in: %s", whereIDs[path]))
			}
		}
		lines = append(append(lines, l), w.doubts(path)...)
	}
	return lines
}

// body is the lines of the participant, in the order of the request.
func (w *writer) body() []line {
	var lines []line
	for _, f := range vitec.Fields() {
		l := w.field(f.Path)
		if l.rule == "" {
			switch f.Path {
			case "updatePerson.obtainThrough":
				if w.maps("updatePerson.gdprApprovalDate") {
					l.off, l.rule, l.above = true, flow("value", "Visit"), w.lang(say("how people were informed: %s", strings.Join(f.Values, ", ")))
				}
			case "returnBookingId":
				l.rule = flow("value", "true")
			case "options.isDeadlineValidationEnabled":
				l.rule, l.behind = flow("value", "true"), w.lang(say("false for a list that is imported after the viewing"))
			case "options.enableBookingLimitValidation":
				l.rule, l.behind = flow("value", "true"), w.lang(say("false to book more people than there are places"))
			}
		}
		if l.rule != "" {
			lines = append(lines, l)
		}
		lines = append(lines, w.doubts(f.Path)...)
	}
	return lines
}

// field is the line of a field that gets a value; its rule is "" if it gets none.
func (w *writer) field(path string) line {
	l := line{path: path}
	if text, ok := w.constants[path]; ok {
		l.rule = flow("value", text)
		return l
	}
	for _, s := range w.Mapped {
		if s.Field == path {
			l.rule, l.behind = s.rule.yaml(), w.lang(s.Why)
			if s.rule.lookup != "" && path != "updatePerson.obtainThrough" {
				l.behind = w.lang(say("the ids are to be filled in below"))
			}
		}
	}
	return l
}

// doubts is the lines of what is unsure about a field.
func (w *writer) doubts(path string) []line {
	var lines []line
	for _, s := range w.Unsure {
		if s.Field == path {
			lines = append(lines, line{path: path, rule: s.rule.yaml(), off: true, above: w.lang(say("unsure, column %q: %s", s.Header, s.Why))})
		}
	}
	return lines
}

// yaml writes a rule on one line.
func (r rule) yaml() string {
	if r.split == "" && r.layout == "" && r.lookup == "" && r.table == nil {
		return quote(r.column)
	}
	var parts []string
	add := func(key, value string) {
		if value != "" {
			parts = append(parts, key+": "+value)
		}
	}
	if r.join != nil {
		add("join", "["+quote(r.join[0])+", "+quote(r.join[1])+"]")
	} else {
		add("column", quote(r.column))
	}
	for _, p := range [][2]string{{"split", r.split}, {"layout", r.layout}, {"lookup", r.lookup}} {
		if p[1] != "" {
			add(p[0], quote(p[1]))
		}
	}
	if r.table != nil {
		var pairs []string
		for _, p := range r.table {
			pairs = append(pairs, p[0], p[1])
		}
		add("lookup", flow(pairs...))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// block writes lines whose paths may have several parts as nested blocks. A block
// of which all lines are comments is a comment.
func (w *writer) block(lines []line, depth int) {
	for len(lines) > 0 {
		group, _, nested := strings.Cut(lines[0].path, ".")
		if !nested {
			w.line(lines[0], depth)
			lines = lines[1:]
			continue
		}
		n := slices.IndexFunc(lines, func(l line) bool { return !strings.HasPrefix(l.path, group+".") })
		if n < 0 {
			n = len(lines)
		}
		inner := lines[:n]
		lines = lines[n:]
		off := !slices.ContainsFunc(inner, func(l line) bool { return !l.off })
		if !off {
			fmt.Fprintf(w, "%s%s:\n", indent(depth), group)
		}
		for i := range inner {
			inner[i].path = strings.TrimPrefix(inner[i].path, group+".")
			if off {
				for names := strings.Split(inner[i].path, "."); len(names) > 0; names = names[:len(names)-1] {
					inner[i].rule = "{" + names[len(names)-1] + ": " + inner[i].rule + "}"
				}
				inner[i].path = group
			}
		}
		if off {
			depth--
		}
		w.block(inner, depth+1)
		if off {
			depth++
		}
	}
}

func (w *writer) line(l line, depth int) {
	if l.above != "" {
		w.remark(depth, l.above)
	}
	mark := ""
	if l.off {
		mark = "# "
	}
	fmt.Fprintf(w, "%s%s%s: %s", indent(depth), mark, l.path, l.rule)
	if l.behind != "" {
		w.WriteString(" # " + l.behind)
	}
	w.WriteByte('\n')
}

// remark writes a text of one or more lines as a comment.
func (w *writer) remark(depth int, text string) {
	for l := range strings.SplitSeq(text, "\n") {
		fmt.Fprintf(w, "%s# %s\n", indent(depth), l)
	}
}

func indent(depth int) string { return strings.Repeat("  ", depth) }

// lookups writes the tables that the proposal needs.
func (w *writer) lookups() {
	begun := false
	for _, s := range w.Mapped {
		if s.rule.lookup == "" {
			continue
		}
		if !begun {
			w.WriteString("\nlookups:\n")
			begun = true
		}
		fmt.Fprintf(w, "%s%s:\n", indent(1), s.rule.lookup)
		keys, rows := w.keyed(s).keys()
		words := w.column(s.Column).obtained()
		for _, k := range keys {
			to := quote(words[k])
			if s.Field != "updatePerson.obtainThrough" {
				to = strconv.Quote(unfilled)
				if id := w.ids[s.Field][k]; id != "" {
					to = quote(id)
				}
				to += " # " + w.lang(say("rows: %d", rows[k]))
			}
			fmt.Fprintf(w, "%s%s: %s\n", indent(2), quote(k), to)
		}
	}
}

// input writes what has to be said to read the table.
func (w *writer) input() {
	in := w.options.Input
	if in == (Input{}) {
		return
	}
	w.WriteString("\ninput:\n")
	for _, p := range [][2]string{{"sheet", in.Sheet}, {"headerRow", strconv.Itoa(in.HeaderRow)}, {"encoding", in.Encoding}, {"delimiter", in.Delimiter}} {
		switch {
		case p[1] == "", p[1] == "0":
		case p[0] == "headerRow":
			fmt.Fprintf(w, "%sheaderRow: %s\n", indent(1), p[1])
		default:
			fmt.Fprintf(w, "%s%s: %s\n", indent(1), p[0], quote(p[1]))
		}
	}
}

// rest lists the columns that nothing is proposed for.
func (w *writer) rest() {
	begun := false
	for _, i := range w.Unused {
		name := w.column(i).header
		if name == "" && w.column(i).filled == 0 {
			continue
		}
		if name == "" {
			name = w.lang(say("(column %d has no name; a column needs one to be mapped)", i+1))
		}
		if !begun {
			w.WriteByte('\n')
			w.remark(0, w.lang(say("Columns that are not used:")))
			begun = true
		}
		fmt.Fprintf(w, "#   %s\n", name)
	}
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

// flow writes keys and values on one line: {column: Namn, split: first}.
func flow(pairs ...string) string {
	var parts []string
	for i := 0; i+1 < len(pairs); i += 2 {
		value := quote(pairs[i+1])
		if pairs[i+1] == "true" || pairs[i+1] == "false" {
			value = pairs[i+1]
		}
		parts = append(parts, quote(pairs[i])+": "+value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
