package vitec

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Encode returns b in format f. Members that are empty are left out, and so are
// members that hold nothing but empty members; nothing is ever null.
//
// What the format cannot hold is a *[RequestError] that names the field:
// invalid UTF-8, a number that is not finite, a year outside 1 to 9999, and in
// XML a character that XML 1.0 does not have.
func Encode(f Format, b *AddNewViewingParticipant) ([]byte, error) {
	if err := unsendable(f, b); err != nil {
		return nil, err
	}
	sent := *b
	for _, field := range fields {
		if field.Kind != KindDateTime {
			continue
		}
		if v, ok := field.Get(b); ok {
			if err := field.Set(&sent, sentTime(v.(time.Time))); err != nil {
				return nil, err
			}
		}
	}
	if f == XML {
		var w xmlWriter
		w.body(&sent)
		return w.Bytes(), nil
	}
	var w bytes.Buffer
	e := json.NewEncoder(&w)
	e.SetEscapeHTML(false)
	if err := e.Encode(&sent); err != nil {
		return nil, &RequestError{Reason: say("the body cannot be written as %s", f.String()), Err: err}
	}
	return bytes.TrimSuffix(w.Bytes(), []byte("\n")), nil
}

// IsZero reports whether there is nothing to send: no member is set, or only
// lists that are empty.
func (p UpdatePerson) IsZero() bool {
	if len(p.CategoryIds) == 0 {
		p.CategoryIds = nil
	}
	return reflect.ValueOf(p).IsZero()
}

// The namespaces of the specification's XML sample. DataContractSerializer
// ignores, without a word, an element in another namespace or out of order.
const (
	nsInstance = "http://www.w3.org/2001/XMLSchema-instance"
	nsModels   = "http://schemas.datacontract.org/2004/07/Vitec.Housing.Connect.Api.Models"
	nsViewing  = nsModels + ".Viewing"
)

// namespaces are those of the members whose own members are not in the body's.
var namespaces = map[reflect.Type]string{
	reflect.TypeFor[Address]():     nsModels,
	reflect.TypeFor[Email]():       nsModels,
	reflect.TypeFor[Coordinate]():  nsModels,
	reflect.TypeFor[CustomField](): nsModels + ".CustomField",
	reflect.TypeFor[Task]():        nsModels + ".Task",
	reflect.TypeFor[[]string]():    "http://schemas.microsoft.com/2003/10/Serialization/Arrays",
}

// xmlWriter writes a body as the specification's XML: elements are named like
// the members, in alphabetical order, as DataContractSerializer has them.
type xmlWriter struct{ bytes.Buffer }

func (w *xmlWriter) body(b *AddNewViewingParticipant) {
	w.WriteString(`<AddNewViewingParticipant xmlns:i="` + nsInstance + `" xmlns="` + nsViewing + `">`)
	w.members(reflect.ValueOf(*b), "")
	w.WriteString(`</AddNewViewingParticipant>`)
}

// members writes the members of a struct that are not empty.
func (w *xmlWriter) members(v reflect.Value, prefix string) {
	fields := reflect.VisibleFields(v.Type())
	slices.SortFunc(fields, func(a, b reflect.StructField) int { return strings.Compare(a.Name, b.Name) })
	for _, f := range fields {
		if member := v.FieldByIndex(f.Index); !isEmpty(member) {
			w.member(prefix+f.Name, member)
		}
	}
}

func isEmpty(v reflect.Value) bool {
	if v.IsZero() || v.Kind() == reflect.Slice && v.Len() == 0 {
		return true
	}
	if v.Kind() != reflect.Struct {
		return false
	}
	z, ok := v.Interface().(interface{ IsZero() bool })
	return ok && z.IsZero()
}

func (w *xmlWriter) member(name string, v reflect.Value) {
	namespace, ok := namespaces[v.Type()]
	prefix, attribute := "", ""
	if ok {
		// The prefix is the one that the specification's serializer gives.
		prefix, attribute = "d3p1:", ` xmlns:d3p1="`+namespace+`"`
	}
	w.WriteString("<" + name + attribute + ">")
	switch value := reflect.Indirect(v); value.Kind() {
	case reflect.Slice:
		for i := range value.Len() {
			w.member(prefix+"string", value.Index(i))
		}
	case reflect.String:
		// A carriage return is written as a reference, because a reader turns a
		// bare one into a line feed.
		w.WriteString(xmlText.Replace(value.String()))
	case reflect.Struct:
		if t, ok := value.Interface().(time.Time); ok {
			w.WriteString(t.Format(time.RFC3339Nano))
		} else {
			w.members(value, prefix)
		}
	default: // numbers and booleans, as JSON writes them
		text, _ := json.Marshal(value.Interface())
		w.Write(text)
	}
	w.WriteString("</" + name + ">")
}

var xmlText = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "\r", "&#xD;")
