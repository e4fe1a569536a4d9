package mapping

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"

	"vitec-import/vitec"
)

// Schema returns the JSON Schema (draft 2020-12) of the mapping file, for
// editors: which keys may stand where, and what they mean, as say says it. It is
// made from the types into which the file is read and from the table of the
// API's fields.
//
// It refuses less than [Parse] and [Mapping.Bind], which know the columns, the
// lookups and what suits a field.
func Schema(say func(format string, args ...any) string) []byte {
	root := object[document](schema{
		"version":     schema{"enum": []any{1, "1"}},
		"input":       object[inputClause](schema{"headerRow": schema{"type": "integer", "minimum": 1}}),
		"target":      object[targetClause](schema{"customerId": ref("rule"), "viewingId": ref("rule"), "timeSlotId": ref("rule")}),
		"lookups":     schema{"type": "object", "minProperties": 1, "additionalProperties": ref("table")},
		"skip":        oneOrMore(ref("condition")),
		"participant": groupSchema(""),
	})
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = vitec.Text{Format: "mapping of vitec-import"}
	root["required"] = []string{"version", "target", "participant"}
	condition := object[skipRule](schema{"filled": schema{"enum": []any{true, false, "true", "false"}}})
	condition["required"] = []string{"column"}
	root["$defs"] = schema{
		// YAML reads 17 and false as other than texts; the language does not.
		"text":      schema{"type": []string{"string", "number", "boolean"}},
		"texts":     oneOrMore(ref("text")),
		"table":     schema{"type": "object", "minProperties": 1, "additionalProperties": ref("text")},
		"rule":      ruleSchema(),
		"condition": condition,
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(spoken(root, say)); err != nil {
		panic(err) // it is made of this package's texts and numbers
	}
	return b.Bytes()
}

// schema is a JSON Schema, or a part of one. Its texts are not said yet.
type schema map[string]any

// spoken returns a part of a schema with its texts as say says them.
func spoken(part any, say func(string, ...any) string) any {
	switch part := part.(type) {
	case vitec.Text:
		return say(part.Format, part.Args...)
	case vitec.Field:
		return fieldText(part, say)
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

// fieldText is a field as an editor describes it.
func fieldText(f vitec.Field, say func(string, ...any) string) string {
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

func ref(name string) schema { return schema{"$ref": "#/$defs/" + name} }

// oneOrMore is s, or a list of s.
func oneOrMore(s schema) schema {
	return schema{"anyOf": []any{s, schema{"type": "array", "items": s, "minItems": 1, "uniqueItems": true}}}
}

// object is the block that a type of the language is read from: its members
// with the words of their tags. special has the members of which more is known
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
			case reflect.TypeFor[table]():
				member = ref("table")
			default:
				member = ref("texts")
			}
		}
		described := schema{"description": vitec.Text{Format: keyMeanings[f.Tag.Get("doc")]}}
		for k, v := range member {
			described[k] = v
		}
		members[m.name] = described
	}
	return schema{"type": "object", "properties": members, "additionalProperties": false}
}

// groupSchema is the block of the fields whose path begins with prefix.
func groupSchema(prefix string) schema {
	members := schema{}
	for _, name := range childNames(prefix) {
		if f, ok := vitec.FieldByPath(prefix + name); ok {
			members[name] = schema{"description": f, "$ref": "#/$defs/rule"}
		} else {
			members[name] = groupSchema(prefix + name + ".")
		}
	}
	return schema{"type": "object", "minProperties": 1, "properties": members, "additionalProperties": false}
}

// ruleSchema is how a field gets its value: a column's name, several, or a
// block with one source.
func ruleSchema() schema {
	block := object[rule](schema{
		"split":  schema{"anyOf": []any{ref("text"), object[split](nil)}},
		"lookup": schema{"anyOf": []any{schema{"type": "string", "minLength": 1}, ref("table")}},
		"as":     schema{"enum": []string{"text", "date"}},
		"empty":  schema{"enum": []string{"error"}},
	})
	var sources []any
	for _, key := range []string{"column", "value", "join", "computed"} {
		sources = append(sources, schema{"required": []string{key}})
	}
	block["oneOf"] = sources
	return schema{"anyOf": []any{ref("texts"), block}}
}

// keyMeanings are what editors say of a key, by the tags of the language's types.
var keyMeanings = map[string]string{
	"file.version":      "version of this language: 1",
	"file.input":        "how to read the spreadsheet, where detection is not enough",
	"file.target":       "where to book: the three ids of the address",
	"file.participant":  "the request body, under the specification's own names",
	"file.lookups":      "named tables from what a cell holds to what is sent",
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
	"rule.lookup":       "a table's name, or a table",
	"rule.otherwise":    "what is sent when the lookup knows nothing; an empty text sends nothing",
	"rule.as":           "the converter",
	"rule.layout":       "how the date is written: YYYY-MM-DD HH:mm",
	"rule.default":      "what is sent when the cell is empty",
	"rule.empty":        "omit or error",
	"condition.column":  "the column, or several of which the first that the header has is read",
	"condition.is":      "the cell holds one of these",
	"condition.not":     "the cell holds none of these",
	"condition.filled":  "true: the cell is not empty; false: it is",
	"skip.reason":       "what the report says about the row",
	"split.separator":   "what stands between the parts",
	"split.part":        "the number of the part, 1 being the first and -1 the last",
}
