package mapping

import (
	"bytes"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// Schema returns the JSON Schema (draft 2020-12) of the mapping file, for
// editors: which keys may stand where, and what they mean, as say says it. It is
// made from the types into which the file is read and from the table of the
// API's fields.
//
// It refuses less than [Parse] and [Mapping.Bind], which know the columns, the
// lookups and what suits a field.
func Schema(say func(format string, args ...any) string) []byte {
	w := schemaWriter(say)
	condition := w.block(reflect.TypeFor[condition](), schema{"filled": schema{"enum": []any{true, false, "true", "false"}}})
	condition["required"] = []string{"column"}
	root := w.block(reflect.TypeFor[document](), schema{
		"version":     schema{"enum": []any{1, "1"}},
		"input":       w.block(reflect.TypeFor[inputClause](), schema{"headerRow": schema{"type": "integer", "minimum": 1}}),
		"target":      w.group(targetPaths, ""),
		"lookups":     schema{"type": "object", "minProperties": 1, "additionalProperties": ref("table")},
		"skip":        oneOrMore(ref("condition")),
		"participant": w.group(Paths()[len(targetPaths):], ""),
	})
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["title"] = say("mapping of vitec-import")
	root["required"] = []string{"version", "target", "participant"}
	root["$defs"] = schema{
		// YAML reads 17 and false as other than texts; the language does not.
		"text":      schema{"type": []string{"string", "number", "boolean"}},
		"texts":     oneOrMore(ref("text")),
		"table":     schema{"type": "object", "minProperties": 1, "additionalProperties": ref("text")},
		"rule":      w.rule(),
		"condition": condition,
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		panic(err) // it is made of this package's texts and numbers
	}
	return b.Bytes()
}

// schema is a JSON Schema, or a part of one.
type schema map[string]any

func ref(name string) schema { return schema{"$ref": "#/$defs/" + name} }

// oneOrMore is s, or a list of s.
func oneOrMore(s schema) schema {
	return schema{"anyOf": []any{s, schema{"type": "array", "items": s, "minItems": 1, "uniqueItems": true}}}
}

// schemaWriter says the texts of a schema in a language.
type schemaWriter func(format string, args ...any) string

// block is the block that a type of the language is read from. special has the
// members of which more is known than their type.
func (say schemaWriter) block(t reflect.Type, special schema) schema {
	members := schema{}
	for _, k := range keysOf(t) {
		member := ref("texts")
		switch s, ok := special[k.name].(schema); {
		case ok:
			member = maps.Clone(s)
		case k.of == reflect.TypeFor[scalar]():
			member = ref("text")
		case k.of == reflect.TypeFor[table]():
			member = ref("table")
		}
		member["description"] = say(k.means)
		members[k.name] = member
	}
	return schema{"type": "object", "properties": members, "additionalProperties": false}
}

// group is the block of the fields whose path begins with prefix.
func (say schemaWriter) group(paths []string, prefix string) schema {
	members := schema{}
	for _, name := range childNames(paths, prefix) {
		if slices.Contains(paths, prefix+name) {
			f, _ := fieldOf(prefix + name)
			members[name] = schema{"description": say.meaning(f.info()), "$ref": "#/$defs/rule"}
		} else {
			members[name] = say.group(paths, prefix+name+".")
		}
	}
	return schema{"type": "object", "minProperties": 1, "properties": members, "additionalProperties": false}
}

// meaning is a field as an editor describes it.
func (say schemaWriter) meaning(f FieldInfo) string {
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

// rule is how a field gets its value: a column's name, several, or a block with
// one source.
func (say schemaWriter) rule() schema {
	block := say.block(reflect.TypeFor[rule](), schema{
		"split":  schema{"anyOf": []any{ref("text"), say.block(reflect.TypeFor[split](), nil)}},
		"lookup": schema{"anyOf": []any{schema{"type": "string", "minLength": 1}, ref("table")}},
		"as":     schema{"enum": []string{"text", "date"}},
		"empty":  schema{"enum": []string{"error"}},
	})
	var sources []any
	for _, key := range sourceKeys {
		sources = append(sources, schema{"required": []string{key}})
	}
	block["oneOf"] = sources
	return schema{"anyOf": []any{ref("texts"), block}}
}
