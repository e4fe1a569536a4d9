package table

import "bytes"

// isNameByte reports whether b can stand in a name. All of the letters beyond
// ASCII are let through; OOXML uses none of them.
func isNameByte(b byte) bool {
	return b|0x20 >= 'a' && b|0x20 <= 'z' || b >= '0' && b <= '9' || b == '_' || b == '-' || b == '.' || b == ':'
}

// nameLength returns the length of the name at the beginning of b, 0 if there
// is none. Names are ASCII, as all of OOXML's are.
func nameLength(b []byte) int {
	if len(b) == 0 || !(b[0]|0x20 >= 'a' && b[0]|0x20 <= 'z' || b[0] == '_') {
		return 0
	}
	n := 1
	for n < len(b) && isNameByte(b[n]) {
		n++
	}
	return n
}

// splitName parts a qualified name; ok is false if it has no proper form.
func splitName(name []byte) (prefix, local []byte, ok bool) {
	i := bytes.IndexByte(name, ':')
	if i < 0 {
		return nil, name, true
	}
	prefix, local = name[:i], name[i+1:]
	return prefix, local, i > 0 && len(local) > 0 && nameLength(local) == len(local) && bytes.IndexByte(local, ':') < 0
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

// startTag reads the tag at pos. It asks for more if the tag is not whole.
func (x *xmlScanner) startTag() (xmlEvent, error) {
	b := x.buf[x.pos:x.end]
	n := nameLength(b[1:])
	if n == 0 {
		if len(b) < 2 {
			return 0, errMore
		}
		return 0, x.bad("there is a < that begins no tag")
	}
	name := b[1 : n+1]
	i := n + 1
	x.attrs = x.attrs[:0]
	declares, prefixed := false, false
	for {
		space := i
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i+1 >= len(b) {
			if i < len(b) && b[i] == '>' {
				break
			}
			return 0, errMore
		}
		if b[i] == '>' || b[i] == '/' && b[i+1] == '>' {
			break
		}
		n := nameLength(b[i:])
		if n == 0 || space == i {
			return 0, x.bad("there is something in a tag that is no attribute")
		}
		a := xmlAttr{local: b[i : i+n]}
		i += n
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i >= len(b) {
			return 0, errMore
		}
		if b[i] != '=' {
			return 0, x.bad("there is an attribute without a value")
		}
		i++
		for i < len(b) && isSpace(b[i]) {
			i++
		}
		if i >= len(b) {
			return 0, errMore
		}
		q := b[i]
		if q != '"' && q != '\'' {
			return 0, x.bad("there is an attribute whose value is not in quotes")
		}
		i++
		n = bytes.IndexByte(b[i:], q)
		if n < 0 {
			return 0, errMore
		}
		a.value = b[i : i+n]
		if err := x.checkValue(a.value); err != nil {
			return 0, err
		}
		i += n + 1
		if bytes.IndexByte(a.local, ':') >= 0 {
			var ok bool
			if a.prefix, a.local, ok = splitName(a.local); !ok {
				return 0, x.bad("there is an attribute with a bad name")
			}
			prefixed = true
			declares = declares || string(a.prefix) == "xmlns"
		} else if len(a.local) == 5 && string(a.local) == "xmlns" {
			declares = true
		}
		if len(x.attrs) == maxXMLAttrs {
			return 0, x.bad("a tag has too many attributes")
		}
		if x.attrs = append(x.attrs, a); x.twice(len(x.attrs) - 1) {
			return 0, x.bad("there is an attribute twice")
		}
	}
	x.closing = b[i] == '/'
	if len(x.open) == 0 && x.rooted {
		return 0, x.bad("it has two root elements")
	}
	if len(x.open) == maxXMLDepth {
		return 0, x.bad("its elements are nested too deeply")
	}
	x.rooted = true
	o := xmlOpen{start: len(x.names), dflt: x.dflt, scopes: len(x.scopes)}
	if declares {
		if err := x.declare(); err != nil {
			return 0, err
		}
	}
	if prefixed {
		if err := x.resolveAttrs(); err != nil {
			return 0, err
		}
	}
	prefix, local, ok := splitName(name)
	if !ok {
		return 0, x.bad("there is an element with a bad name")
	}
	o.space = x.dflt
	if prefix != nil {
		var err error
		if o.space, err = x.resolve(prefix); err != nil {
			return 0, err
		}
	}
	x.names = append(x.names, name...)
	o.local = len(x.names) - len(local)
	x.open = append(x.open, o)
	x.depth = len(x.open)
	x.space, x.local = o.space, local
	x.pos += i + 1
	if x.closing {
		x.pos++
	}
	return xmlStart, nil
}

// twice reports whether the attribute i is the same as one before it. Many
// attributes are looked up in a table, so that a tag cannot cost more than
// its length.
func (x *xmlScanner) twice(i int) bool {
	const few = 8
	if i < few {
		for k := range i {
			if bytes.Equal(x.attrs[k].local, x.attrs[i].local) && bytes.Equal(x.attrs[k].prefix, x.attrs[i].prefix) {
				return true
			}
		}
		return false
	}
	if i == few {
		x.seen = [2 * maxXMLAttrs]uint16{}
		for k := range few {
			x.lookUp(k)
		}
	}
	return x.lookUp(i) != i
}

// lookUp puts the attribute i into the table of attributes, and returns the
// one that is there already, or i.
func (x *xmlScanner) lookUp(i int) int {
	h := uint32(2166136261)
	for _, c := range x.attrs[i].prefix {
		h = (h ^ uint32(c)) * 16777619
	}
	h ^= ':'
	for _, c := range x.attrs[i].local {
		h = (h ^ uint32(c)) * 16777619
	}
	for {
		h %= uint32(len(x.seen))
		k := int(x.seen[h]) - 1
		if k < 0 {
			x.seen[h] = uint16(i + 1)
			return i
		}
		if bytes.Equal(x.attrs[k].local, x.attrs[i].local) && bytes.Equal(x.attrs[k].prefix, x.attrs[i].prefix) {
			return k
		}
		h++
	}
}

// checkValue checks the characters and references of an attribute's value.
func (x *xmlScanner) checkValue(b []byte) error {
	entity, high := false, false
	for _, c := range b {
		switch charClasses[c] {
		case charMarkup:
			return x.bad("there is a < in an attribute")
		case charBad:
			return x.bad("there is a control character in it")
		case charEntity:
			entity = true
		case charHigh:
			high = true
		}
	}
	if high && !goodXML(b) {
		return x.bad("there is a byte in it that is not UTF-8, or no character")
	}
	if entity {
		t, err := x.decode(x.tbuf[:0], b)
		if err != nil {
			return err
		}
		x.tbuf = t
	}
	return nil
}

// declare takes in the namespaces that the tag's attributes declare.
func (x *xmlScanner) declare() error {
	for i := range x.attrs {
		a := &x.attrs[i]
		dflt := a.prefix == nil && string(a.local) == "xmlns"
		if !dflt && string(a.prefix) != "xmlns" {
			continue
		}
		a.space = nsXMLNS
		value, err := x.decode(nil, a.value)
		if err != nil {
			return err
		}
		space, known := xmlSpaces[string(value)]
		if !known {
			space = nsOther
		}
		if dflt {
			x.dflt = space
			continue
		}
		if len(value) == 0 || string(a.local) == "xmlns" || string(a.local) == "xml" && string(value) != "http://www.w3.org/XML/1998/namespace" {
			return x.bad("there is a bad namespace declaration")
		}
		if len(x.scopes) == maxXMLScope {
			return x.bad("it declares too many namespaces")
		}
		x.scopes = append(x.scopes, xmlScope{string(a.local), space})
	}
	return nil
}

func (x *xmlScanner) resolveAttrs() error {
	for i := range x.attrs {
		a := &x.attrs[i]
		if a.prefix == nil || a.space == nsXMLNS {
			continue
		}
		var err error
		if a.space, err = x.resolve(a.prefix); err != nil {
			return err
		}
	}
	return nil
}

// resolve returns the namespace of a prefix.
func (x *xmlScanner) resolve(prefix []byte) (xmlSpace, error) {
	for i := len(x.scopes) - 1; i >= 0; i-- {
		if x.scopes[i].prefix == string(prefix) {
			return x.scopes[i].space, nil
		}
	}
	if string(prefix) == "xml" {
		return nsXML, nil
	}
	return 0, x.bad("the prefix %q is not declared", prefix)
}

func (x *xmlScanner) endTag() (xmlEvent, error) {
	b := x.buf[x.pos:x.end]
	if len(x.open) == 0 {
		return 0, x.bad("there is an end tag too many")
	}
	name := x.names[x.open[len(x.open)-1].start:]
	i := 2 + len(name)
	if len(b) <= i {
		return 0, errMore
	}
	if !bytes.Equal(b[2:i], name) || isNameByte(b[i]) {
		return 0, x.bad("there is an end tag that does not belong to <%v>", name)
	}
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	if i == len(b) {
		return 0, errMore
	}
	if b[i] != '>' {
		return 0, x.bad("there is something in an end tag")
	}
	x.pos += i + 1
	return x.pop()
}

// pop ends the innermost element.
func (x *xmlScanner) pop() (xmlEvent, error) {
	o := x.open[len(x.open)-1]
	x.depth = len(x.open)
	x.open = x.open[:len(x.open)-1]
	x.space, x.local = o.space, x.names[o.local:]
	x.names = x.names[:o.start]
	x.dflt, x.scopes = o.dflt, x.scopes[:o.scopes]
	return xmlEnd, nil
}
