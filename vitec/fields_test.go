package vitec

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

// bodyLeaves are the members that hold values, by the types of the body alone.
func bodyLeaves(t reflect.Type, path string) (paths []string, kinds []Kind) {
	byType := map[reflect.Type]Kind{
		reflect.TypeFor[string](): KindText, reflect.TypeFor[*bool](): KindBoolean,
		reflect.TypeFor[*int](): KindInteger, reflect.TypeFor[*float64](): KindDecimal,
		reflect.TypeFor[time.Time](): KindDateTime, reflect.TypeFor[[]string](): KindTextList,
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if kind, ok := byType[f.Type]; ok {
			paths, kinds = append(paths, path+name), append(kinds, kind)
			continue
		}
		p, k := bodyLeaves(f.Type, path+name+".")
		paths, kinds = append(paths, p...), append(kinds, k...)
	}
	return paths, kinds
}

func TestFieldsAreTheBodysLeaves(t *testing.T) {
	paths, kinds := bodyLeaves(reflect.TypeFor[AddNewViewingParticipant](), "")
	all := Fields()
	if len(all) != len(paths) {
		t.Fatalf("%d fields for %d members", len(all), len(paths))
	}
	for i, f := range all {
		if f.Path != paths[i] || f.Kind != kinds[i] {
			t.Errorf("field %d is %s (%v), want %s (%v)", i, f.Path, f.Kind, paths[i], kinds[i])
		}
		if (f.MaxLength > 0 || f.Values != nil) && f.Source == SourceNone {
			t.Errorf("%s has a limit that comes from nowhere", f.Path)
		}
		if got, ok := FieldByPath(f.Path); !ok || got.Path != f.Path {
			t.Errorf("FieldByPath does not find %s", f.Path)
		}
	}
	if _, ok := FieldByPath("updatePerson.email"); ok {
		t.Error("an object is a field")
	}
}

func TestFieldsHaveAMeaning(t *testing.T) {
	seen := map[string]string{}
	for _, f := range Fields() {
		if twin, twice := seen[f.Meaning]; f.Meaning == "" || twice && !strings.Contains(f.Meaning, "updates nothing") {
			t.Errorf("%s means %q, as does %q", f.Path, f.Meaning, twin)
		}
		seen[f.Meaning] = f.Path
	}
}

// values holds, by kind, one that shows and one that leaves the member out.
var values = map[Kind]struct {
	some any
	none any
	json string
	xml  string
}{
	KindText:     {"x", "", `"x"`, ">x<"},
	KindBoolean:  {false, nil, `false`, ">false<"},
	KindInteger:  {0, nil, `0`, ">0<"},
	KindDecimal:  {0.0, nil, `0`, ">0<"},
	KindDateTime: {time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), time.Time{}, `"2026-01-02T00:00:00Z"`, ">2026-01-02T00:00:00Z<"},
	KindTextList: {[]string{"x"}, []string{}, `["x"]`, ">x<"},
}

// Every field, set alone, shows at its own path in both formats, and nothing
// else does.
func TestFieldSetsItsOwnMember(t *testing.T) {
	for _, f := range Fields() {
		v := values[f.Kind]
		var b AddNewViewingParticipant
		if _, ok := f.Get(&b); ok {
			t.Errorf("%s: Get finds a value in an empty body", f.Path)
		}
		if err := f.Set(&b, v.some); err != nil {
			t.Fatal(err)
		}
		if got, ok := f.Get(&b); !ok || !reflect.DeepEqual(got, v.some) {
			t.Errorf("%s: Get is %v, %v", f.Path, got, ok)
		}
		if ls := leavesSet(&b); !slices.Equal(ls, []string{f.Path}) {
			t.Errorf("%s: sets %q", f.Path, ls)
		}

		want := v.json
		names := strings.Split(f.Path, ".")
		for _, name := range slices.Backward(names) {
			want = `{"` + name + `":` + want + `}`
		}
		if got := encode(t, JSON, &b); got != want {
			t.Errorf("%s: JSON is %s", f.Path, got)
		}
		asXML := encode(t, XML, &b)
		at := 0
		for _, name := range names {
			i := strings.Index(strings.ToLower(asXML[at:]), strings.ToLower(name))
			if i < 0 {
				t.Errorf("%s: XML has no %s: %s", f.Path, name, asXML)
				break
			}
			at += i + len(name)
		}
		if !strings.Contains(asXML[at:], v.xml) || strings.Count(asXML, v.xml) != 1 {
			t.Errorf("%s: XML is %s", f.Path, asXML)
		}
		if strings.HasSuffix(asXML, `Viewing"></AddNewViewingParticipant>`) {
			t.Errorf("%s: XML is empty", f.Path)
		}

		for _, none := range []any{v.none, nil} {
			if err := f.Set(&b, none); err != nil {
				t.Errorf("%s: %v", f.Path, err)
			}
			if _, ok := f.Get(&b); ok || encode(t, JSON, &b) != "{}" {
				t.Errorf("%s: %#v does not leave it out", f.Path, none)
			}
			f.Set(&b, v.some)
		}
	}
}

func leavesSet(b *AddNewViewingParticipant) (paths []string) {
	for _, f := range Fields() {
		if _, ok := f.Get(b); ok {
			paths = append(paths, f.Path)
		}
	}
	return paths
}

func TestFieldRefusesAnotherKind(t *testing.T) {
	for _, f := range Fields() {
		for kind, v := range values {
			if kind == f.Kind {
				continue
			}
			b := sample()
			err := f.Set(b, v.some)
			if err == nil || !strings.Contains(err.Error(), f.Path) {
				t.Errorf("%s takes a %v: %v", f.Path, kind, err)
			}
			if !reflect.DeepEqual(b, sample()) {
				t.Errorf("%s: a refused value changed the body", f.Path)
			}
		}
	}
}

// A value is the field's own: what is set in one body does not show in another.
func TestSetDoesNotShare(t *testing.T) {
	f, _ := FieldByPath("participated")
	var a, b AddNewViewingParticipant
	f.Set(&a, true)
	f.Set(&b, true)
	*a.Participated = false
	if !*b.Participated {
		t.Error("two bodies share a value")
	}
}

// A body that holds only empty lists is empty for encoding/json as well.
func TestIsZero(t *testing.T) {
	for _, f := range Fields() {
		p, ok := strings.CutPrefix(f.Path, "updatePerson.")
		var b AddNewViewingParticipant
		f.Set(&b, values[f.Kind].some)
		if b.UpdatePerson.IsZero() == ok {
			t.Errorf("%s: IsZero is %v", p, !ok)
		}
	}
	out, err := json.Marshal(AddNewViewingParticipant{UpdatePerson: UpdatePerson{CategoryIds: []string{}}})
	if err != nil || string(out) != "{}" {
		t.Errorf("%s, %v", out, err)
	}
}
