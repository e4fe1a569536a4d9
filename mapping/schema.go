package mapping

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"vitec-import/vitec"
)

// Schema returns the JSON Schema (draft 2020-12) of the mapping file, for
// editors: what may stand where, and in a language what it means. It is made from the types
// into which the file is read and from the table of the API's fields, so that
// it describes what [Parse] reads.
//
// A schema cannot know everything: the columns of a header, the names of
// lookups and files, layouts, zones and expressions are checked by Parse and
// Bind alone.
func Schema(speak func(format string, args ...any) string) []byte {
	root := object[document](schema{
		"version":  schema{"enum": []any{1, "1"}},
		"input":    inputSchema(),
		"target":   targetSchema(),
		"lookups":  schema{"type": "object", "minProperties": 1, "additionalProperties": ref("table")},
		"identity": identitySchema(),
		"skip":     oneOrMore(conditionSchema[skipRule]()),

		"participant": groupSchema(""),
	})
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = say("mapping of vitec-import")
	root["required"] = []string{"version"}
	root["$defs"] = schema{
		// YAML reads 17 and false as other than texts; the language does not.
		"text":  schema{"type": []string{"string", "number", "boolean"}},
		"name":  schema{"anyOf": []any{schema{"type": "string", "pattern": `\S`}, schema{"type": []string{"number", "boolean"}}}},
		"texts": oneOrMore(ref("text")),
		"names": oneOrMore(ref("name")),
		"table": schema{"type": "object", "minProperties": 1, "additionalProperties": ref("text")},
		"when":  oneOrMore(conditionSchema[condition]()),
	}
	for _, path := range allPaths() {
		f, _ := fieldOf(path)
		root["$defs"].(schema)[ruleName(f)] = ruleSchema(f)
	}
	// Without what it includes a file must say all that a request needs.
	root["if"] = schema{"not": schema{"required": []string{"include"}}}
	root["then"] = schema{
		"required": []string{"target", "participant"},
		"properties": schema{
			"target":      schema{"required": targetPaths},
			"participant": reachableSchema(),
		},
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(spoken(root, speak)); err != nil {
		panic(err) // it is made of this package's texts and numbers
	}
	return b.Bytes()
}

// schema is a JSON Schema, or a part of one. Its texts are not said yet.
type schema map[string]any

// spoken returns a part of a schema with its texts in a language.
func spoken(part any, say func(string, ...any) string) any {
	switch part := part.(type) {
	case vitec.Text:
		return say(part.Format, part.Args...)
	case fieldText:
		return part.in(say)
	case schema:
		said := schema{}
		for key, member := range part {
			said[key] = spoken(member, say)
		}
		return said
	case []any:
		said := make([]any, len(part))
		for i, member := range part {
			said[i] = spoken(member, say)
		}
		return said
	}
	return part
}

func ref(name string) schema { return schema{"$ref": "#/$defs/" + name} }

// oneOrMore is s, or a list of s.
func oneOrMore(s schema) schema {
	return schema{"anyOf": []any{s, schema{"type": "array", "items": s, "minItems": 1, "uniqueItems": true}}}
}

// object is the block that a type of the language is read from: its members
// with the words of their tags. special has the members that more is known of
// than their type.
func object[T any](special schema) schema {
	t := reflect.TypeFor[T]()
	members := schema{}
	for _, m := range keysOf(t) {
		f := t.FieldByIndex(m.index)
		member, ok := special[m.name].(schema)
		if !ok {
			switch f.Type {
			case reflect.TypeFor[scalar]():
				member = ref("text")
			case reflect.TypeFor[scalars]():
				member = ref("texts")
			case reflect.TypeFor[table]():
				member = ref("table")
			default:
				panic("no schema for the member " + m.name) // a test reads the schema
			}
		}
		described := schema{"description": say(keyMeanings[f.Tag.Get("doc")])}
		for k, v := range member {
			described[k] = v
		}
		members[m.name] = described
	}
	return schema{"type": "object", "properties": members, "additionalProperties": false}
}

func inputSchema() schema {
	return object[inputClause](schema{
		"headerRow": schema{"type": "integer", "minimum": 1},
		"delimiter": schema{"anyOf": []any{schema{"enum": []string{"comma", "semicolon", "tab", "pipe"}}, schema{"type": "string", "pattern": `^[^0-9A-Za-z"\n\r]$`}}},
	})
}

func targetSchema() schema {
	special := schema{}
	for _, path := range targetPaths {
		f, _ := fieldOf(path)
		special[path] = ref(ruleName(f))
	}
	return object[targetClause](special)
}

func identitySchema() schema {
	var paths []string
	for _, f := range vitec.Fields() {
		paths = append(paths, f.Path)
	}
	return oneOrMore(schema{"enum": paths})
}

// conditionSchema is the block of a condition, which says one thing of a
// column.
func conditionSchema[T any]() schema {
	s := object[T](schema{"column": ref("names"), "is": ref("names"), "not": ref("names"), "filled": schema{"enum": []any{true, false, "true", "false"}}})
	s["required"] = []string{"column"}
	s["oneOf"] = []any{schema{"required": []string{"is"}}, schema{"required": []string{"not"}}, schema{"required": []string{"filled"}}}
	return s
}

// groupSchema is the block of the fields whose path begins with prefix.
func groupSchema(prefix string) schema {
	members := schema{}
	for _, name := range childNames(prefix) {
		f, ok := fieldOf(prefix + name)
		if !ok {
			members[name] = groupSchema(prefix + name + ".")
			continue
		}
		members[name] = schema{"description": fieldText{f.member}, "$ref": "#/$defs/" + ruleName(f)}
	}
	return schema{"type": "object", "minProperties": 1, "properties": members, "additionalProperties": false}
}

// fieldText is a field as an editor describes it.
type fieldText struct{ vitec.Field }

// in returns the description, as say says it.
func (f fieldText) in(say func(string, ...any) string) string {
	texts := []string{say(f.Meaning)}
	if f.Swedish != "" {
		texts = append(texts, f.Swedish)
	}
	if f.MaxLength > 0 {
		texts = append(texts, say("at most %v characters", f.MaxLength))
	}
	if f.Values != nil {
		texts = append(texts, say("known: %v", strings.Join(f.Values, ", ")))
	}
	return strings.Join(texts, ". ")
}

// constantPatterns is how constants of the kinds are written that take not
// every text.
var constantPatterns = map[vitec.Kind]schema{
	vitec.KindBoolean: {"anyOf": []any{
		schema{"type": "boolean"}, schema{"enum": []any{0, 1}},
		schema{"type": "string", "pattern": "^ *([JjYyNnXx✓✔01]|[Jj][Aa]|[Nn][Ee][Jj]|[Nn][Oo]|[Yy][Ee][Ss]|[Ss][Aa][Nn][Tt]|[Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|[Ff][Aa][Ll][Ss][Kk][Tt]) *$"},
	}},
	vitec.KindInteger:  {"anyOf": []any{schema{"type": "integer"}, schema{"type": "string", "pattern": `^[-+−]?[0-9][0-9 ]*$`}}},
	vitec.KindDecimal:  {"anyOf": []any{schema{"type": "number"}, schema{"type": "string", "pattern": `^[-+−]?[0-9 ]*([.,][0-9]+)?$`}}},
	vitec.KindDateTime: {"type": []string{"string", "number"}, "pattern": `[0-9]`},
	vitec.KindTextList: ref("names"),
}

// constantSchema is what may be written as a field's value.
func constantSchema(f field) schema {
	if s, ok := constantPatterns[f.kind]; ok {
		return s
	}
	if n := sentLength(f); n > 0 {
		return schema{"allOf": []any{ref("name"), schema{"maxLength": n}}}
	}
	return ref("name")
}

// sentLength is how long a constant of the field may be where it is sent as it
// stands, or 0.
func sentLength(f field) int {
	if f.target < 0 && convertersOf(f.member)[0] == "text" {
		return f.member.MaxLength
	}
	return 0
}

// ruleName is what the rules of fields that are alike are called: they are
// written down once.
func ruleName(f field) string {
	switch {
	case f.target >= 0:
		return "ruleOf-id"
	case f.path == "reminderTime":
		return "ruleOf-minutes"
	case slices.Contains(freeText, f.path):
		return "ruleOf-note"
	}
	name := "ruleOf-" + convertersOf(f.member)[0]
	if n := sentLength(f); n > 0 {
		name += fmt.Sprintf("-%d", n)
	}
	return name
}

// ruleSchema is how a field gets its value: a column's name, several, or a
// block.
func ruleSchema(f field) schema {
	suitable := convertersOf(f.member)
	value := constantSchema(f)
	special := schema{
		"column": ref("names"), "join": oneOrMore(ref("name")), "computed": schema{"type": "string", "pattern": `\S`},
		"value": value, "default": value,
		"split":  splitSchema(),
		"lookup": schema{"anyOf": []any{schema{"type": "string", "minLength": 1}, ref("table")}},
		"as":     schema{"enum": suitable},
		"case":   schema{"enum": []string{"upper", "lower", "title"}},
		"empty":  schema{"enum": []string{"omit", "error"}},
		"trim":   schema{"type": []string{"string", "number"}},
		"layout": oneOrMore(layoutSchema()), "zone": schema{"type": "string", "pattern": `^[A-Z][A-Za-z0-9_+/-]*$`, "not": schema{"const": "Local"}},
		"when": ref("when"),
		"choices": schema{"anyOf": []any{
			schema{"type": "array", "items": ref("name"), "minItems": 1, "uniqueItems": true}, ref("table"),
		}},
	}
	if f.path == "reminderTime" {
		special["value"] = schema{"type": []string{"integer", "string"}, "minimum": 0, "pattern": `^[0-9 ]+$`}
	}
	if f.target >= 0 {
		// An id, or the "?" that is still to be filled in.
		id := schema{"type": []string{"string", "number"}, "pattern": `^\?$|^[^/\\?#%&*:<>]*[^/\\?#%&*:<> ][^/\\?#%&*:<>]*$`}
		special["value"], special["default"] = id, id
		special["lookup"] = schema{"anyOf": []any{
			schema{"type": "string", "minLength": 1}, schema{"type": "object", "minProperties": 1, "additionalProperties": id},
		}}
	}
	block := object[rule](special)
	members := block["properties"].(schema)
	needs := func(key string, converters ...string) {
		if !slices.ContainsFunc(converters, func(c string) bool { return slices.Contains(suitable, c) }) {
			delete(members, key)
			return
		}
		if slices.Contains(converters, suitable[0]) {
			return // it is what the field has anyway
		}
		block["allOf"] = append(anys(block["allOf"]), schema{
			"if": schema{"required": []string{key}}, "then": schema{"required": []string{"as"}, "properties": schema{"as": schema{"enum": converters}}},
		})
	}
	needs("layout", "date", "datetime")
	needs("zone", "date", "datetime")
	if slices.Contains(suitable, "choice") {
		block["allOf"] = append(anys(block["allOf"]), schema{
			"if": schema{"required": []string{"choices", "as"}}, "then": schema{"properties": schema{"as": schema{"const": "choice"}}},
		})
	} else {
		delete(members, "choices")
	}
	if f.kind != vitec.KindTextList {
		block["allOf"] = append(anys(block["allOf"]), schema{"if": schema{"required": []string{"separator"}}, "then": schema{"required": []string{"join"}}})
	}
	var sources []any
	for _, key := range []string{"column", "value", "join", "computed"} {
		sources = append(sources, schema{"required": []string{key}})
	}
	block["oneOf"] = sources
	block["dependentRequired"] = schema{"otherwise": []string{"lookup"}, "split": []string{"column"}}
	// Beside a constant there is nothing to be done to a cell.
	var none []any
	for _, key := range []string{"separator", "split", "replace", "trim", "case", "lookup", "default", "empty"} {
		none = append(none, schema{"required": []string{key}})
	}
	block["dependentSchemas"] = schema{
		"value":   schema{"not": schema{"anyOf": none}},
		"default": schema{"not": schema{"properties": schema{"empty": schema{"const": "error"}}, "required": []string{"empty"}}},
	}
	return schema{"anyOf": []any{ref("names"), block}}
}

func anys(v any) []any {
	list, _ := v.([]any)
	return list
}

// layoutSchema is the parts that a layout cannot do without, in the form that
// people know or in that of Go: the year, the month, the day.
func layoutSchema() schema {
	var parts []any
	for _, part := range []string{`[Yy]{2}|[Åå]{2}|06`, `M|0?1`, `[Dd]|0?2`} {
		parts = append(parts, schema{"pattern": part})
	}
	return schema{"type": "string", "allOf": parts}
}

// splitSchema is a known part, a separator without letters, or a block.
func splitSchema() schema {
	block := object[split](schema{
		"separator": schema{"type": "string", "minLength": 1},
		"part":      schema{"type": []string{"integer", "string"}, "pattern": `^-?[1-9][0-9]?$`, "minimum": -99, "maximum": 99, "not": schema{"const": 0}},
	})
	block["required"] = []string{"separator"}
	return schema{"anyOf": []any{
		schema{"enum": splitNames}, schema{"type": "string", "pattern": `^[^0-9A-Za-zÀ-ÿ]+$`}, block,
	}}
}

// reachableSchema says that one of the ways to reach somebody is there.
func reachableSchema() schema {
	var ways []any
	for _, path := range contactPaths {
		names := strings.Split(path, ".")
		way := schema{"required": []string{names[len(names)-1]}}
		for i := len(names) - 2; i >= 0; i-- {
			way = schema{"required": []string{names[i]}, "properties": schema{names[i]: way}}
		}
		ways = append(ways, way)
	}
	return schema{"anyOf": ways}
}

// keyMeanings are what editors say of a key, by the tags of the language's types.
var keyMeanings = map[string]string{
	"file.version":      "version of this language: 1",
	"file.include":      "mapping files whose content this one builds on",
	"file.input":        "how to read the spreadsheet, where detection is not enough",
	"file.target":       "where to book: the three ids of the address",
	"file.participant":  "the request body, under the specification's own names",
	"file.lookups":      "named tables from what a cell holds to what is sent",
	"file.identity":     "the fields that make two rows the same booking",
	"file.skip":         "rows to leave out",
	"input.sheet":       "name of the sheet",
	"input.headerRow":   "number of the row that names the columns, 1 being the first",
	"input.encoding":    "character encoding of a CSV file",
	"input.delimiter":   "the character between two cells, or comma, semicolon, tab, pipe",
	"target.customerId": "the office's customerId",
	"target.viewingId":  "the viewing",
	"target.timeSlotId": "the viewing's time slot",
	"rule.column":       "the column, or several of which the first that the header has is read",
	"rule.value":        "the same value for every row",
	"rule.join":         "columns whose filled cells are put together",
	"rule.computed":     "an expression whose result is a text",
	"rule.separator":    "what stands between the parts of join, or of a list",
	"rule.split":        "the part of the cell to take",
	"rule.replace":      "texts to replace, in this order",
	"rule.trim":         "characters to cut off at both ends, besides spaces",
	"rule.case":         "upper, lower or title",
	"rule.lookup":       "a table's name, or a table",
	"rule.otherwise":    "what is sent when the lookup knows nothing; an empty text sends nothing",
	"rule.as":           "the converter",
	"rule.layout":       "how the date is written: YYYY-MM-DD HH:mm",
	"rule.zone":         "time zone of the cells",
	"rule.choices":      "the values that are allowed",
	"rule.default":      "what is sent when the cell is empty",
	"rule.empty":        "omit or error",
	"rule.when":         "map the field only if these hold",
	"condition.column":  "the column, or several of which the first that the header has is read",
	"condition.is":      "the cell holds one of these",
	"condition.not":     "the cell holds none of these",
	"condition.filled":  "true: the cell is not empty; false: it is",
	"skip.reason":       "what the report says about the row",
	"split.separator":   "what stands between the parts",
	"split.part":        "the number of the part, 1 being the first and -1 the last",
}
