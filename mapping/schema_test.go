package mapping

import (
	"bytes"
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"vitec-import/reports/words"
	"vitec-import/vitec"
)

func compileSchema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema(words.English.Say)))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("mapping.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	s, err := c.Compile("mapping.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// asEditor reads a mapping as an editor does, which knows YAML's own types.
func asEditor(src string) (any, error) {
	var v any
	err := yaml.Load([]byte(src), &v, yaml.WithUniqueKeys())
	return v, err
}

// TestSchemaLanguages: the schemas differ in what they say and in nothing else.
func TestSchemaLanguages(t *testing.T) {
	var bare func(v any) any
	said := 0
	bare = func(v any) any {
		switch v := v.(type) {
		case map[string]any:
			for key, member := range v {
				text, ok := member.(string)
				if ok && (key == "description" || key == "title") {
					if text == "" || strings.Contains(text, "key.") {
						t.Errorf("%s: %q", key, text)
					}
					said++
					delete(v, key)
					continue
				}
				v[key] = bare(member)
			}
		case []any:
			for i := range v {
				v[i] = bare(v[i])
			}
		}
		return v
	}
	var english, swedish any
	for l, to := range map[words.Language]*any{words.English: &english, words.Swedish: &swedish} {
		if err := json.Unmarshal(Schema(l.Say), to); err != nil {
			t.Fatal(err)
		}
	}
	if bytes.Equal(Schema(words.English.Say), Schema(words.Swedish.Say)) {
		t.Error("the languages do not differ")
	}
	if !reflect.DeepEqual(bare(english), bare(swedish)) {
		t.Error("the schemas differ in more than words")
	}
	if said < 150 {
		t.Errorf("only %d descriptions are found", said)
	}
}

// documentedRules is the lines of the reference that map a field.
func documentedRules() (rules []string) {
	for _, code := range examples() {
		for line := range strings.Lines(code) {
			if exampleLine.MatchString(strings.TrimSpace(line)) {
				rules = append(rules, strings.TrimSpace(line))
			}
		}
	}
	return rules
}

func TestSchemaAccepts(t *testing.T) {
	s := compileSchema(t)
	sample, err := os.ReadFile("../samples/mapping.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sources := map[string]string{"good": good, "sample": string(sample)}
	for _, line := range documentedRules() {
		parts := exampleLine.FindStringSubmatch(line)
		for _, f := range vitec.Fields() {
			if (f.Path == parts[1] || strings.HasSuffix(f.Path, "."+parts[1])) && !strings.Contains(f.Path, "task.") {
				sources[line] = mappingOf(f.Path, parts[2])
			}
		}
	}
	if len(sources) < 45 {
		t.Errorf("%d mappings: the documentation's examples are no longer found", len(sources))
	}
	for name, src := range sources {
		if _, err := Parse("mapping.yaml", []byte(src), Options{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		v, err := asEditor(src)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := s.Validate(v); err != nil {
			t.Errorf("%s: %v\n%s", name, err, src)
		}
	}
}

// seenInEditors is the kinds of mistakes that a schema sees. All others are told
// by check.
var seenInEditors = map[string]bool{"unknown_key": true, "gone": true, "sources": true, "no_source": true}

// TestSchemaRefuses: keys that do not stand where they may are seen in the
// editor, too.
func TestSchemaRefuses(t *testing.T) {
	s := compileSchema(t)
	seen := 0
	for _, m := range mutants {
		t.Run(m.name, func(t *testing.T) {
			v, err := asEditor(strings.Replace(good, m.old, strings.ReplaceAll(m.new, "§", ""), 1))
			if err == nil {
				err = s.Validate(v)
			}
			if err != nil {
				seen++
			} else if seenInEditors[m.code] {
				t.Errorf("the schema accepts %s", m.new)
			}
		})
	}
	if seen < 50 {
		t.Errorf("%d of %d mistakes are seen by the schema", seen, len(mutants))
	}
}
