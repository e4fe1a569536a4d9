package sandbox

import (
	"encoding/xml"
	"io"
	"reflect"
	"strconv"
	"strings"

	"vitec-import/vitec"
)

// readXML reads a body as .NET's DataContractSerializer does. It goes through
// the members in alphabetical order and looks for each element among those
// that are still to come: an element that is out of order, unknown, or in
// another namespace is silently left out. A value of the wrong type, or nil
// where it cannot be held, spoils the whole body. The error is errMalformed.
func readXML(text string, into *vitec.AddNewViewingParticipant) error {
	d := xml.NewDecoder(strings.NewReader(text))
	d.CharsetReader = func(charset string, in io.Reader) (io.Reader, error) {
		if strings.HasPrefix(strings.ToLower(charset), "utf-16") {
			return in, nil // the text has been decoded already
		}
		return nil, errMalformed
	}
	r := xmlReader{d: d, spaces: map[string]bool{"": true, "xml": true}}
	root, err := r.child()
	if err != nil {
		return err
	}
	if root == nil || root.Name != (xml.Name{Space: spaceViewing, Local: rootName}) || isNil(root) {
		return errMalformed
	}
	if err := r.object(bodySchema, reflect.ValueOf(into).Elem()); err != nil {
		return err
	}
	if rest, err := r.child(); err != nil || rest != nil {
		return errMalformed
	}
	return nil
}

type xmlReader struct {
	d      *xml.Decoder
	spaces map[string]bool // the namespaces that were declared
}

// child returns the next element where only elements may be, nil at the end of
// the enclosing one or of the document.
func (r *xmlReader) child() (*xml.StartElement, error) {
	for {
		t, err := r.token()
		if err == io.EOF {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := t.(type) {
		case xml.StartElement:
			return &t, nil
		case xml.EndElement:
			return nil, nil
		case xml.CharData:
			if strings.TrimSpace(string(t)) != "" {
				return nil, errMalformed
			}
		}
	}
}

// token refuses what the decoder lets pass and .NET does not: document types,
// and prefixes that were not declared.
func (r *xmlReader) token() (xml.Token, error) {
	t, err := r.d.Token()
	if err == io.EOF {
		return nil, err
	}
	if err != nil {
		return nil, errMalformed
	}
	switch t := t.(type) {
	case xml.Directive:
		return nil, errMalformed
	case xml.StartElement:
		for _, a := range t.Attr {
			if a.Name.Space == "xmlns" || a.Name.Space == "" && a.Name.Local == "xmlns" {
				r.spaces[a.Value] = true
			}
		}
		if !r.spaces[t.Name.Space] {
			return nil, errMalformed
		}
	}
	return t, nil
}

// object reads the children of an element up to its end.
func (r *xmlReader) object(o *object, v reflect.Value) error {
	next := 0 // the first member that may still come
	for {
		e, err := r.child()
		if err != nil || e == nil {
			return err
		}
		i := next
		for i < len(o.members) && (o.members[i].name != e.Name.Local || o.members[i].space != e.Name.Space) {
			i++
		}
		if i == len(o.members) {
			if err := r.skip(); err != nil {
				return err
			}
			continue
		}
		next = i + 1
		if err := r.member(&o.members[i], v.Field(o.members[i].index), e); err != nil {
			return err
		}
	}
}

func (r *xmlReader) member(m *member, v reflect.Value, e *xml.StartElement) error {
	if isNil(e) {
		if !m.kind.nullable() {
			return errMalformed
		}
		return r.skip()
	}
	switch m.kind {
	case kindObject:
		return r.object(m.members, v)
	case kindTexts:
		return r.texts(v)
	}
	text, err := r.text()
	if err != nil {
		return err
	}
	return setXML(m.kind, v, text)
}

// texts appends the texts of an array. Elements that are no strings are left out.
func (r *xmlReader) texts(v reflect.Value) error {
	for {
		e, err := r.child()
		if err != nil || e == nil {
			return err
		}
		if e.Name != (xml.Name{Space: spaceArrays, Local: "string"}) || isNil(e) {
			if err := r.skip(); err != nil {
				return err
			}
			continue
		}
		text, err := r.text()
		if err != nil {
			return err
		}
		v.Set(reflect.Append(v, reflect.ValueOf(text)))
	}
}

// text returns the content of an element that has no children.
func (r *xmlReader) text() (string, error) {
	var b strings.Builder
	for {
		t, err := r.token()
		if err != nil {
			return "", errMalformed
		}
		switch t := t.(type) {
		case xml.CharData:
			b.Write(t)
		case xml.StartElement:
			return "", errMalformed
		case xml.EndElement:
			return b.String(), nil
		}
	}
}

// skip reads up to the end of the element that has just begun.
func (r *xmlReader) skip() error {
	for depth := 1; depth > 0; {
		t, err := r.token()
		if err != nil {
			return errMalformed
		}
		switch t.(type) {
		case xml.StartElement:
			depth++
		case xml.EndElement:
			depth--
		}
	}
	return nil
}

func isNil(e *xml.StartElement) bool {
	for _, a := range e.Attr {
		if a.Name.Space == spaceInstance && a.Name.Local == "nil" {
			return a.Value == "true" || a.Value == "1"
		}
	}
	return false
}

// setXML sets v to an element's text, by the lexical rules of XML Schema.
func setXML(k kind, v reflect.Value, text string) error {
	if k == kindText {
		v.SetString(text)
		return nil
	}
	text = strings.Trim(text, " \t\r\n")
	switch k {
	case kindTime:
		if t, ok := parseTime(text); ok {
			v.Set(reflect.ValueOf(t))
			return nil
		}
	case kindBoolean:
		if text == "true" || text == "1" || text == "false" || text == "0" {
			b := text == "true" || text == "1"
			v.Set(reflect.ValueOf(&b))
			return nil
		}
	case kindInteger:
		if n, err := strconv.ParseInt(text, 10, 32); err == nil {
			i := int(n)
			v.Set(reflect.ValueOf(&i))
			return nil
		}
	case kindDecimal:
		if strings.Trim(text, "+-.0123456789eE") != "" {
			break // what Go reads and XML does not: hexadecimal, "Infinity", "1_000"
		}
		if d, err := strconv.ParseFloat(text, 64); err == nil {
			v.Set(reflect.ValueOf(&d))
			return nil
		}
	}
	return errMalformed
}
