package sandbox

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/encoding/unicode"

	"vitec-import/vitec"
)

// errMalformed is all that is said of a body that is not well-formed.
var errMalformed = errors.New("body is not well-formed")

var fields = vitec.Fields()

// member is one member of the body, or of an object inside it.
type member struct {
	json, name, space string      // its name in JSON, in .NET and XML, and its XML namespace
	path              string      // .NET's, from "participant" on
	field             vitec.Field // of a member that holds a value
	members           []member    // of an object, in alphabetical order as DataContractSerializer reads them
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

var body = func() member {
	root := member{name: "AddNewViewingParticipant", space: spaceViewing, path: "participant"}
	for _, f := range fields {
		at := &root
		for _, name := range strings.Split(f.Path, ".") {
			i := slices.IndexFunc(at.members, func(m member) bool { return m.json == name })
			if i < 0 {
				dotNet := strings.NewReplacer("Sms", "SMS", "Gdpr", "GDPR").Replace(strings.ToUpper(name[:1]) + name[1:])
				space := spaces[at.name]
				if space == "" {
					space = spaceViewing
				}
				i, _ = slices.BinarySearchFunc(at.members, dotNet, func(m member, name string) int { return strings.Compare(m.name, name) })
				at.members = slices.Insert(at.members, i, member{json: name, name: dotNet, space: space, path: at.path + "." + dotNet})
			}
			at = &at.members[i]
		}
		at.field = f
	}
	return root
}()

// isValueType says whether the server cannot hold null for the member.
func (m *member) isValueType() bool {
	return m.field.Kind == vitec.KindBoolean || m.field.Kind == vitec.KindInteger || m.field.Kind == vitec.KindDecimal
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
	for i := range m.members {
		inner := &m.members[i]
		v, ok := object[inner.json]
		for name, other := range object {
			if !ok && strings.EqualFold(name, inner.json) {
				v, ok = other, true
			}
		}
		if !ok {
			continue
		}
		if inner.members != nil {
			if object, ok := v.(map[string]any); ok {
				inner.readJSON(object, into, state)
			}
		} else if v == nil && inner.isValueType() {
			state[inner.path] = []string{"Fältet " + inner.name + " får inte vara null."}
		} else if v := fromJSON(inner.field.Kind, v); v != nil {
			inner.set(into, v)
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
	if err := d.Decode(&root); err != nil || strings.Contains(text, "<!DOCTYPE") {
		return errMalformed
	}
	for { // only spaces and comments may follow
		t, err := d.Token()
		if err == io.EOF {
			break
		}
		_, isElement := t.(xml.StartElement)
		if space, _ := t.(xml.CharData); err != nil || isElement || !blank(string(space)) {
			return errMalformed
		}
	}
	if !root.declared(map[string]bool{"": true, "xml": true}) || root.XMLName != (xml.Name{Space: body.space, Local: body.name}) || root.isNil() {
		return errMalformed
	}
	return body.readXML(&root, into)
}

// declared says whether the prefixes of an element and its children were
// declared. Go's decoder takes one that was not for a namespace.
func (e *element) declared(spaces map[string]bool) bool {
	for _, a := range e.Attrs {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			spaces[a.Value] = true
		}
	}
	return spaces[e.XMLName.Space] && !slices.ContainsFunc(e.Children, func(c element) bool { return !c.declared(spaces) })
}

func (e *element) isNil() bool {
	return slices.ContainsFunc(e.Attrs, func(a xml.Attr) bool {
		return a.Name == xml.Name{Space: spaceInstance, Local: "nil"} && (a.Value == "true" || a.Value == "1")
	})
}

func (m *member) readXML(e *element, into *vitec.AddNewViewingParticipant) error {
	isList := m.members == nil && m.field.Kind == vitec.KindTextList
	switch {
	case e.isNil() && m.members == nil && m.isValueType():
		return errMalformed
	case e.isNil():
		return nil
	case m.members == nil && !isList:
		v := fromXML(m.field.Kind, e.Text)
		if len(e.Children) > 0 || v == nil {
			return errMalformed
		}
		m.set(into, v)
		return nil
	case !blank(e.Text):
		return errMalformed
	case isList:
		var list []string
		for _, c := range e.Children {
			if c.XMLName == (xml.Name{Space: spaceArrays, Local: "string"}) && !c.isNil() {
				if len(c.Children) > 0 {
					return errMalformed
				}
				list = append(list, c.Text)
			}
		}
		m.set(into, list)
		return nil
	}
	rest := m.members // those that may still come
	for i := range e.Children {
		c := &e.Children[i]
		at := slices.IndexFunc(rest, func(m member) bool { return m.name == c.XMLName.Local && m.space == c.XMLName.Space })
		if at < 0 {
			continue
		}
		if err := rest[at].readXML(c, into); err != nil {
			return err
		}
		rest = rest[at+1:]
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
