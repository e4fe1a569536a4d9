package sandbox

import (
	"encoding/json"
	"reflect"
	"strconv"
	"strings"

	"vitec-import/vitec"
)

// readJSON reads a body as Json.NET does behind ASP.NET Web API: names without
// regard to case, unknown members and values of the wrong type silently left
// out, null where it cannot be held a complaint. The error is errMalformed.
func readJSON(text string, into *vitec.AddNewViewingParticipant) (modelState, error) {
	if !json.Valid([]byte(text)) {
		return nil, errMalformed
	}
	r := jsonReader{s: text}
	if r.peek() != '{' {
		return nil, errMalformed // null, or not an object: there is no participant
	}
	r.object(bodySchema, reflect.ValueOf(into).Elem(), "participant")
	return r.complaints, nil
}

// jsonReader walks over a text that is known to be valid JSON.
type jsonReader struct {
	s          string
	i          int
	complaints modelState
}

// peek skips white space and returns the byte that a value or sign starts with.
func (r *jsonReader) peek() byte {
	for strings.IndexByte(" \t\r\n", r.s[r.i]) >= 0 {
		r.i++
	}
	return r.s[r.i]
}

// next is peek, and steps over the byte.
func (r *jsonReader) next() byte {
	c := r.peek()
	r.i++
	return c
}

// object reads an object into v. A member that comes twice is read twice, so
// that the last one holds.
func (r *jsonReader) object(o *object, v reflect.Value, path string) {
	r.next() // {
	if r.peek() == '}' {
		r.i++
		return
	}
	for {
		name := unquote(r.token())
		r.next() // :
		if m, ok := o.find(name); ok {
			r.member(m, v.Field(m.index), path)
		} else {
			r.skip()
		}
		if r.next() == '}' {
			return
		}
	}
}

// member reads a value into v if it is of the member's type, and steps over it
// in any case.
func (r *jsonReader) member(m *member, v reflect.Value, path string) {
	c := r.peek()
	switch {
	case c == 'n':
		if !m.kind.nullable() {
			r.complaints = r.complaints.add(path+"."+m.name, "Fältet "+m.name+" får inte vara null.")
		}
		r.skip()
	case c == '{' && m.kind == kindObject:
		r.object(m.members, v, path+"."+m.name)
	case c == '[' && m.kind == kindTexts:
		r.texts(v)
	case c == '{', c == '[':
		r.skip()
	default:
		setJSON(m.kind, v, r.token())
	}
}

// texts appends the texts of an array.
func (r *jsonReader) texts(v reflect.Value) {
	r.next() // [
	if r.peek() == ']' {
		r.i++
		return
	}
	for {
		if r.peek() == '"' {
			v.Set(reflect.Append(v, reflect.ValueOf(unquote(r.token()))))
		} else {
			r.skip()
		}
		if r.next() == ']' {
			return
		}
	}
}

// token returns the text of the string, number or literal that comes next.
func (r *jsonReader) token() string {
	r.peek()
	start := r.i
	if r.s[start] == '"' {
		for r.i++; r.s[r.i] != '"'; r.i++ {
			if r.s[r.i] == '\\' {
				r.i++
			}
		}
		r.i++
	} else {
		for r.i < len(r.s) && strings.IndexByte(" \t\r\n,]}", r.s[r.i]) < 0 {
			r.i++
		}
	}
	return r.s[start:r.i]
}

// skip steps over a value of any kind.
func (r *jsonReader) skip() {
	for depth := 0; ; {
		switch r.peek() {
		case '{', '[':
			depth++
			r.i++
		case '}', ']':
			depth--
			r.i++
		case ',', ':':
			r.i++
		default:
			r.token()
		}
		if depth == 0 {
			return
		}
	}
}

// setJSON sets v to a token that is a text, a number or a boolean, if that is
// what the kind wants: nothing is converted.
func setJSON(k kind, v reflect.Value, token string) {
	switch k {
	case kindText:
		if token[0] == '"' {
			v.SetString(unquote(token))
		}
	case kindTime:
		if token[0] == '"' {
			if t, ok := parseTime(unquote(token)); ok {
				v.Set(reflect.ValueOf(t))
			}
		}
	case kindBoolean:
		if token[0] == 't' || token[0] == 'f' {
			b := token[0] == 't'
			v.Set(reflect.ValueOf(&b))
		}
	case kindInteger: // an Int32: neither a fraction nor an exponent
		if n, err := strconv.ParseInt(token, 10, 32); err == nil {
			i := int(n)
			v.Set(reflect.ValueOf(&i))
		}
	case kindDecimal:
		if token[0] == '-' || token[0] >= '0' && token[0] <= '9' {
			if d, err := strconv.ParseFloat(token, 64); err == nil {
				v.Set(reflect.ValueOf(&d))
			}
		}
	}
}

// unquote returns what a JSON string says. Without escapes, that is a part of
// the body itself.
func unquote(token string) string {
	if strings.IndexByte(token, '\\') < 0 {
		return token[1 : len(token)-1]
	}
	var s string
	if err := json.Unmarshal([]byte(token), &s); err != nil {
		return "" // cannot be: the text is valid
	}
	return s
}
