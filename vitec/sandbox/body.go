package sandbox

import (
	"cmp"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/unicode"

	"vitec-import/vitec"
)

// errMalformed is all that is said of a body that is not well-formed.
var errMalformed = errors.New("body is not well-formed")

// A member is one member of the body: a field, which holds a value, or an
// object with members of its own.
type member struct {
	name  string       // in .NET and in XML; but for letter case, JSON's, too
	path  string       // .NET's, from "participant" on
	space string       // the XML namespace of its name
	field *vitec.Field // nil: it is an object
}

// XML namespaces of the specification's sample.
const (
	spaceModels   = "http://schemas.datacontract.org/2004/07/Vitec.Housing.Connect.Api.Models"
	spaceViewing  = spaceModels + ".Viewing"
	spaceArrays   = "http://schemas.microsoft.com/2003/10/Serialization/Arrays"
	spaceInstance = "http://www.w3.org/2001/XMLSchema-instance"
)

// spaces are the namespaces of the members of these objects; others' are in
// spaceViewing.
var spaces = map[string]string{
	"Address": spaceModels, "Email": spaceModels, "Coordinate": spaceModels,
	"CustomField": spaceModels + ".CustomField", "Task": spaceModels + ".Task",
}

var body = member{name: "AddNewViewingParticipant", path: "participant", space: spaceViewing}

// members are those of the body and of its objects, by their paths in small
// letters.
var members = func() map[string]member {
	all := map[string]member{}
	for _, f := range vitec.Fields() {
		at := body
		for name := range strings.SplitSeq(f.Path, ".") {
			name = strings.NewReplacer("Sms", "SMS", "Gdpr", "GDPR").Replace(strings.ToUpper(name[:1]) + name[1:])
			at = member{name: name, path: at.path + "." + name, space: cmp.Or(spaces[at.name], spaceViewing)}
			all[strings.ToLower(at.path)] = at
		}
		at.field = &f
		all[strings.ToLower(at.path)] = at
	}
	return all
}()

// inner is the member of an object that has this name, in any case.
func (m *member) inner(name string) (member, bool) {
	found, ok := members[strings.ToLower(m.path+"."+name)]
	return found, ok && strings.EqualFold(found.name, name)
}

// isValueType says whether the server cannot hold null for the member.
func (m *member) isValueType() bool {
	return m.field != nil && (m.field.Kind == vitec.KindBoolean || m.field.Kind == vitec.KindInteger || m.field.Kind == vitec.KindDecimal)
}

// set gives the member a value of its own kind.
func (m *member) set(b *vitec.AddNewViewingParticipant, v any) {
	if err := m.field.Set(b, v); err != nil {
		panic(err) // the value was made for the field's kind
	}
}

// readJSON reads a body as Json.NET does behind ASP.NET Web API: names are
// matched without regard to case, unknown members and values of the wrong type
// are silently dropped, and null is an error where it cannot be held.
func readJSON(text string, into *vitec.AddNewViewingParticipant) (modelState, error) {
	if !json.Valid([]byte(text)) {
		return nil, errMalformed
	}
	var object map[string]any
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	if err := d.Decode(&object); err != nil || object == nil {
		return nil, errMalformed // null, or not an object: there is no participant
	}
	state := modelState{}
	body.readJSON(object, into, state)
	if len(state) == 0 {
		return nil, nil
	}
	return state, nil
}

func (m *member) readJSON(object map[string]any, into *vitec.AddNewViewingParticipant, state modelState) {
	for _, name := range slices.Sorted(maps.Keys(object)) {
		inner, ok := m.inner(name)
		v := object[name]
		switch {
		case !ok:
		case inner.field == nil:
			if object, ok := v.(map[string]any); ok {
				inner.readJSON(object, into, state)
			}
		case v == nil && inner.isValueType():
			state[inner.path] = []string{"Fältet " + inner.name + " får inte vara null."}
		default:
			if v := fromJSON(inner.field.Kind, v); v != nil {
				inner.set(into, v)
			}
		}
	}
}

// fromJSON returns the value for a field of a kind, nil if the JSON value is
// of another type: nothing is converted.
func fromJSON(k vitec.Kind, v any) any {
	switch v := v.(type) {
	case string:
		if k == vitec.KindText {
			return v
		}
		if k == vitec.KindDateTime {
			return value(parseTime(v))
		}
	case bool:
		if k == vitec.KindBoolean {
			return v
		}
	case json.Number:
		if k == vitec.KindInteger { // an Int32: neither a fraction nor an exponent
			n, err := strconv.ParseInt(string(v), 10, 32)
			return value(int(n), err)
		}
		if k == vitec.KindDecimal {
			return value(v.Float64())
		}
	case []any:
		if k == vitec.KindTextList {
			var list []string
			for _, item := range v {
				if text, ok := item.(string); ok {
					list = append(list, text)
				}
			}
			return list
		}
	}
	return nil
}

// value is v, nil if there was an error.
func value[T any](v T, err error) any {
	if err != nil {
		return nil
	}
	return v
}

// element is an XML element as the text has it.
type element struct {
	XMLName  xml.Name
	Attrs    []xml.Attr `xml:",any,attr"`
	Text     string     `xml:",chardata"`
	Children []element  `xml:",any"`
}

// readXML reads a body as .NET's DataContractSerializer does. It goes through
// the members in alphabetical order: an element that is out of order, unknown
// or in another namespace is silently dropped. A value of the wrong type, or
// nil where it cannot be held, spoils the whole body.
func readXML(text string, into *vitec.AddNewViewingParticipant) error {
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if strings.HasPrefix(strings.ToLower(charset), "utf-16") {
			return in, nil // the text has been decoded already
		}
		return nil, errMalformed
	}
	var root element
	if err := d.Decode(&root); err != nil || strings.Contains(text, "<!DOCTYPE") || !blank(text[d.InputOffset():]) {
		return errMalformed
	}
	if root.XMLName != (xml.Name{Space: body.space, Local: body.name}) || root.isNil() {
		return errMalformed
	}
	return body.readXML(&root, into)
}

func (e *element) isNil() bool {
	return slices.ContainsFunc(e.Attrs, func(a xml.Attr) bool {
		return a.Name == xml.Name{Space: spaceInstance, Local: "nil"} && (a.Value == "true" || a.Value == "1")
	})
}

func (m *member) readXML(e *element, into *vitec.AddNewViewingParticipant) error {
	switch {
	case e.isNil() && m.isValueType():
		return errMalformed
	case e.isNil():
		return nil
	case m.field != nil && m.field.Kind != vitec.KindTextList:
		v := fromXML(m.field.Kind, e.Text)
		if len(e.Children) > 0 || v == nil {
			return errMalformed
		}
		m.set(into, v)
		return nil
	case !blank(e.Text):
		return errMalformed
	}
	var list []string
	last := "" // of the members that were read
	for _, c := range e.Children {
		inner, ok := m.inner(c.XMLName.Local)
		switch {
		case m.field != nil && c.XMLName == xml.Name{Space: spaceArrays, Local: "string"} && !c.isNil():
			if len(c.Children) > 0 {
				return errMalformed
			}
			list = append(list, c.Text)
		case ok && c.XMLName == xml.Name{Space: inner.space, Local: inner.name} && inner.name > last:
			if err := inner.readXML(&c, into); err != nil {
				return err
			}
			last = inner.name
		}
	}
	if m.field != nil {
		m.set(into, list)
	}
	return nil
}

// fromXML returns the value for a field of a kind by the rules of XML Schema,
// nil if the text is none.
func fromXML(k vitec.Kind, text string) any {
	if k == vitec.KindText {
		return text
	}
	text = strings.Trim(text, " \t\r\n")
	switch k {
	case vitec.KindDateTime:
		return value(parseTime(text))
	case vitec.KindBoolean:
		if text == "true" || text == "1" || text == "false" || text == "0" {
			return text == "true" || text == "1"
		}
	case vitec.KindInteger:
		n, err := strconv.ParseInt(text, 10, 32)
		return value(int(n), err)
	case vitec.KindDecimal:
		if strings.Trim(text, "+-.0123456789eE") == "" { // Go also reads hexadecimal, "Infinity" and 1_000
			return value(strconv.ParseFloat(text, 64))
		}
	}
	return nil
}

// parseTime reads a date as the server's parsers do: ISO 8601, with the time of
// day, its fraction and the offset optional.
func parseTime(s string) (t time.Time, err error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02T15:04", "2006-01-02"} {
		if t, err = time.ParseInLocation(layout, s, vitec.Stockholm); err == nil {
			break
		}
	}
	return t, err
}

// decodeText turns the bytes of a body into UTF-8, as .NET does: a byte order
// mark is skipped, and what does not decode becomes U+FFFD. charset is the
// Content-Type's; only UTF-16 is told apart from UTF-8.
func decodeText(b []byte, charset string) string {
	decoder := unicode.UTF8BOM.NewDecoder()
	switch strings.ToLower(charset) {
	case "utf-16", "utf-16le", "unicode":
		decoder = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()
	case "utf-16be", "unicodefffe":
		decoder = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()
	}
	text, err := decoder.Bytes(b)
	if err != nil {
		return "" // cannot be: what does not decode is replaced
	}
	return strings.ToValidUTF8(string(text), "\ufffd")
}
