package sandbox

import (
	"reflect"
	"slices"
	"strings"
	"time"

	"vitec-import/vitec"
)

// kind is what a member holds.
type kind uint8

const (
	kindObject kind = iota
	kindText
	kindTexts
	kindBoolean
	kindInteger
	kindDecimal
	kindTime
)

// nullable says whether null may be sent for the member. The server's
// booleans and numbers are plain value types.
func (k kind) nullable() bool {
	return k != kindBoolean && k != kindInteger && k != kindDecimal
}

// member is one member of the body or of an object inside it.
type member struct {
	name    string // as .NET and the XML have it: the Go field's name
	space   string // namespace of its XML element
	index   int    // of the Go field
	kind    kind
	members *object // of a kindObject
}

// object is the schema of a JSON object, or of an XML element with children.
type object struct {
	members []member       // in the order in which DataContractSerializer reads them
	byName  map[string]int // JSON name, as written and in lower case, to place in members
}

// XML namespaces of the specification's sample.
const (
	spaceViewing  = "http://schemas.datacontract.org/2004/07/Vitec.Housing.Connect.Api.Models.Viewing"
	spaceModels   = "http://schemas.datacontract.org/2004/07/Vitec.Housing.Connect.Api.Models"
	spaceField    = "http://schemas.datacontract.org/2004/07/Vitec.Housing.Connect.Api.Models.CustomField"
	spaceTask     = "http://schemas.datacontract.org/2004/07/Vitec.Housing.Connect.Api.Models.Task"
	spaceArrays   = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
	spaceStrings  = "http://schemas.microsoft.com/2003/10/Serialization/"
	spaceInstance = "http://www.w3.org/2001/XMLSchema-instance"
)

// rootName is the body's XML element.
const rootName = "AddNewViewingParticipant"

// bodySchema is the schema of the request body, read off its Go type: the fields
// have the XML elements' names, the tags the JSON members'.
var bodySchema = newObject(reflect.TypeFor[vitec.AddNewViewingParticipant]())

func newObject(t reflect.Type) *object {
	o := &object{byName: make(map[string]int)}
	names := make(map[string]string)
	for i := range t.NumField() {
		f := t.Field(i)
		m := member{name: f.Name, space: spaceOf(t), index: i, kind: kindOf(f.Type)}
		if m.kind == kindObject {
			m.members = newObject(f.Type)
		}
		o.members = append(o.members, m)
		names[f.Name], _, _ = strings.Cut(f.Tag.Get("json"), ",")
	}
	slices.SortFunc(o.members, func(a, b member) int { return strings.Compare(a.name, b.name) })
	for i, m := range o.members {
		o.byName[names[m.name]] = i
		o.byName[strings.ToLower(names[m.name])] = i
	}
	return o
}

func kindOf(t reflect.Type) kind {
	switch t {
	case reflect.TypeFor[string]():
		return kindText
	case reflect.TypeFor[[]string]():
		return kindTexts
	case reflect.TypeFor[*bool]():
		return kindBoolean
	case reflect.TypeFor[*int]():
		return kindInteger
	case reflect.TypeFor[*float64]():
		return kindDecimal
	case reflect.TypeFor[time.Time]():
		return kindTime
	}
	return kindObject
}

// spaceOf is the namespace in which the elements of a type's members are.
func spaceOf(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[vitec.Address](), reflect.TypeFor[vitec.Email](), reflect.TypeFor[vitec.Coordinate]():
		return spaceModels
	case reflect.TypeFor[vitec.CustomField]():
		return spaceField
	case reflect.TypeFor[vitec.Task]():
		return spaceTask
	}
	return spaceViewing
}

// find looks a JSON member up, without regard to case as Json.NET does.
func (o *object) find(name string) (*member, bool) {
	i, ok := o.byName[name]
	if !ok {
		i, ok = o.byName[strings.ToLower(name)]
	}
	if !ok {
		return nil, false
	}
	return &o.members[i], true
}

// overwrite copies every member of src that is not blank over dst's.
func (o *object) overwrite(dst, src reflect.Value) {
	for i := range o.members {
		m := &o.members[i]
		d, s := dst.Field(m.index), src.Field(m.index)
		switch {
		case m.kind == kindObject:
			m.members.overwrite(d, s)
		case m.kind == kindText && strings.TrimSpace(s.String()) == "":
		case !s.IsZero():
			d.Set(s)
		}
	}
}
