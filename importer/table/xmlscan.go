package table

import (
	"bytes"
	"errors"
	"io"
)

// xmlScanner reads the XML of a workbook's parts: a stream of events in
// constant memory, several times as fast as encoding/xml, and stricter. It
// accepts only what is well-formed to the last byte with all namespaces
// declared, takes only UTF-8 and UTF-16, and refuses every DOCTYPE, so that
// no entity but the five of XML exists. What it accepts, encoding/xml accepts
// with the same events; a fuzz test holds it to that.
type xmlScanner struct {
	// Of the last event.
	space xmlSpace  // namespace of the element that starts or ends
	local []byte    // its name without prefix
	attrs []xmlAttr // attributes of the element that starts; values are not decoded
	text  []byte    // characters, decoded; a run of text may come in pieces
	depth int       // open elements, the one that starts or ends included

	r        io.Reader
	buf      []byte
	pos, end int
	err      error // from r
	base     int64 // offset of buf[0] in the part

	began   bool // something but the byte order mark was read
	rooted  bool // the root element has begun
	closing bool // the element that started has ended as well: <a/>
	wide    bool // the part is UTF-16
	names   []byte
	open    []xmlOpen // open elements
	scopes  []xmlScope
	dflt    xmlSpace
	tbuf    []byte
	seen    [2 * maxXMLAttrs]uint16 // attributes by name, where there are many
}

type xmlEvent uint8

const (
	xmlEOF xmlEvent = iota
	xmlStart
	xmlEnd
	xmlText
)

// xmlSpace is a namespace that means something here.
type xmlSpace uint8

const (
	nsNone  xmlSpace = iota
	nsOther          // any not named below
	nsMain           // SpreadsheetML, transitional or strict
	nsRel            // relationships as attributes, transitional or strict
	nsRels           // the relationships part
	nsTypes          // the content types part
	nsXML            // xml:
	nsXMLNS          // xmlns:
)

var xmlSpaces = map[string]xmlSpace{
	"": nsNone,
	"http://schemas.openxmlformats.org/spreadsheetml/2006/main":           nsMain,
	"http://purl.oclc.org/ooxml/spreadsheetml/main":                       nsMain,
	"http://schemas.openxmlformats.org/officeDocument/2006/relationships": nsRel,
	"http://purl.oclc.org/ooxml/officeDocument/relationships":             nsRel,
	"http://schemas.openxmlformats.org/package/2006/relationships":        nsRels,
	"http://schemas.openxmlformats.org/package/2006/content-types":        nsTypes,
}

type xmlAttr struct {
	prefix, local, value []byte
	space                xmlSpace
}

// xmlOpen is an open element.
type xmlOpen struct {
	start  int // of its qualified name in names
	local  int // of its local name in names
	space  xmlSpace
	dflt   xmlSpace // the default namespace outside of it
	scopes int      // len(scopes) outside of it
}

// xmlScope is a prefix that is declared.
type xmlScope struct {
	prefix string
	space  xmlSpace
}

const (
	xmlWindow   = 64 << 10
	maxXMLTag   = 1 << 20 // longest tag
	maxXMLDepth = 256
	maxXMLAttrs = 256
	maxXMLScope = 1024
)

var errXMLCut = errors.New("it ends in the middle")

// errMore asks for more bytes and another try.
var errMore = errors.New("more")

func newXMLScanner(r io.Reader) *xmlScanner {
	x := &xmlScanner{buf: make([]byte, xmlWindow)}
	x.reset(r)
	return x
}

// reset begins to read another part, with the buffers of the last one.
func (x *xmlScanner) reset(r io.Reader) {
	*x = xmlScanner{r: r, buf: x.buf, attrs: x.attrs[:0], names: x.names[:0], open: x.open[:0], scopes: x.scopes[:0], tbuf: x.tbuf[:0]}
}

// bad is the error for XML that is not well-formed, in the text with this id.
func (x *xmlScanner) bad(id string, args ...any) error {
	return flaw("%v (byte %v)", say(id, args...), x.base+int64(x.pos))
}

// fill reads until the window is full. Unread bytes move to its beginning.
func (x *xmlScanner) fill() error {
	if x.err != nil {
		if x.err == io.EOF {
			return errXMLCut
		}
		return x.err
	}
	if x.pos > 0 {
		copy(x.buf, x.buf[x.pos:x.end])
		x.base += int64(x.pos)
		x.end -= x.pos
		x.pos = 0
	} else if x.end == len(x.buf) {
		if len(x.buf) >= maxXMLTag {
			return x.bad("a tag is too long")
		}
		grown := make([]byte, 2*len(x.buf))
		copy(grown, x.buf[:x.end])
		x.buf = grown
	}
	n, err := io.ReadFull(x.r, x.buf[x.end:])
	x.end += n
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	x.err = err
	if n == 0 {
		return x.fill() // tells why
	}
	return nil
}

// have makes sure that n bytes are in the window, if there are so many.
func (x *xmlScanner) have(n int) (bool, error) {
	for x.end-x.pos < n {
		if err := x.fill(); err == errXMLCut {
			return false, nil
		} else if err != nil {
			return false, err
		}
	}
	return true, nil
}

// next reads up to the next event. What it left in the fields is valid until
// the next call.
func (x *xmlScanner) next() (xmlEvent, error) {
	if x.closing {
		x.closing = false
		return x.pop()
	}
	if x.depth != len(x.open) {
		x.depth = len(x.open)
	}
	if !x.began {
		if err := x.begin(); err != nil {
			return 0, err
		}
	}
	for {
		if x.pos == x.end {
			if err := x.fill(); err != nil {
				if err == errXMLCut && x.rooted && len(x.open) == 0 {
					return xmlEOF, nil
				}
				return 0, err
			}
		}
		if x.buf[x.pos] != '<' {
			if ok, err := x.chars(); err != nil {
				return 0, err
			} else if ok {
				return xmlText, nil
			}
			continue
		}
		if _, err := x.have(2); err != nil {
			return 0, err
		}
		if x.end-x.pos < 2 {
			return 0, errXMLCut
		}
		switch x.buf[x.pos+1] {
		case '?':
			if err := x.instruction(); err != nil {
				return 0, err
			}
		case '!':
			if ok, err := x.declaration(); err != nil {
				return 0, err
			} else if ok {
				return xmlText, nil
			}
		case '/':
			return x.retry(x.endTag)
		default:
			return x.retry(x.startTag)
		}
	}
}

// retry runs parse again with more bytes for as long as it asks for them.
func (x *xmlScanner) retry(parse func() (xmlEvent, error)) (xmlEvent, error) {
	for {
		e, err := parse()
		if err != errMore {
			return e, err
		}
		if err := x.fill(); err != nil {
			return 0, err
		}
	}
}

// begin looks at the byte order mark and at the XML declaration.
func (x *xmlScanner) begin() error {
	x.began = true
	if _, err := x.have(4); err != nil {
		return err
	}
	head := x.buf[x.pos:x.end]
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		x.pos += 3
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{0xFE, 0xFF}):
		rest := io.MultiReader(bytes.NewReader(bytes.Clone(head[2:])), x.r)
		if x.err != nil {
			rest = bytes.NewReader(bytes.Clone(head[2:]))
		}
		x.r, x.err, x.wide = newUTF16Reader(rest, head[0] == 0xFE), nil, true
		x.pos, x.end = 0, 0
	}
	if _, err := x.have(6); err != nil {
		return err
	}
	head = x.buf[x.pos:x.end]
	if !bytes.HasPrefix(head, []byte("<?xml")) || len(head) < 6 || isNameByte(head[5]) {
		return nil
	}
	_, err := x.retry(func() (xmlEvent, error) {
		head := x.buf[x.pos:x.end]
		n := bytes.Index(head, []byte("?>"))
		if n < 0 {
			return 0, errMore
		}
		if err := x.xmlDeclaration(head[5:n]); err != nil {
			return 0, err
		}
		x.pos += n + 2
		return 0, nil
	})
	return err
}

// xmlDeclaration checks version, encoding and standalone.
func (x *xmlScanner) xmlDeclaration(b []byte) error {
	for i, name := range []string{"version", "encoding", "standalone"} {
		rest := bytes.TrimLeft(b, " \t\r\n")
		if !bytes.HasPrefix(rest, []byte(name)) {
			if i == 0 {
				return x.bad("its XML declaration is not one")
			}
			continue
		}
		if len(rest) == len(b) {
			return x.bad("its XML declaration is not one")
		}
		rest = bytes.TrimLeft(rest[len(name):], " \t\r\n")
		if len(rest) == 0 || rest[0] != '=' {
			return x.bad("its XML declaration is not one")
		}
		rest = bytes.TrimLeft(rest[1:], " \t\r\n")
		if len(rest) < 2 || rest[0] != '"' && rest[0] != '\'' {
			return x.bad("its XML declaration is not one")
		}
		n := bytes.IndexByte(rest[1:], rest[0])
		if n < 0 {
			return x.bad("its XML declaration is not one")
		}
		value := rest[1 : n+1]
		b = rest[n+2:]
		ok := true
		switch i {
		case 0:
			ok = string(value) == "1.0"
		case 1:
			switch string(bytes.ToLower(value)) {
			case "utf-8", "us-ascii":
				ok = !x.wide
			case "utf-16":
				ok = x.wide
			default:
				ok = false
			}
		case 2:
			ok = string(value) == "yes" || string(value) == "no"
		}
		if !ok {
			return x.bad("its XML declaration has the unknown %v %q", name, value)
		}
	}
	if len(bytes.TrimLeft(b, " \t\r\n")) > 0 {
		return x.bad("its XML declaration is not one")
	}
	return nil
}

// is reports whether the element of the last event has this name.
func (x *xmlScanner) is(space xmlSpace, local string) bool {
	return x.space == space && string(x.local) == local
}

// attr returns the decoded value of an attribute of the element that starts.
func (x *xmlScanner) attr(space xmlSpace, local string) (string, bool) {
	for i := range x.attrs {
		if a := &x.attrs[i]; a.space == space && (space != nsNone || a.prefix == nil) && string(a.local) == local {
			return x.value(a), true
		}
	}
	return "", false
}

// value decodes the value of an attribute; it has been checked.
func (x *xmlScanner) value(a *xmlAttr) string {
	if bytes.IndexByte(a.value, '&') < 0 {
		return string(a.value)
	}
	b, err := x.decode(nil, a.value)
	if err != nil {
		return string(a.value)
	}
	return string(b)
}

// skipElement reads up to the end of the element that has just started, in
// which there is nothing that is read elsewhere: a row, a cell or a text that
// stands in it was lost from its place.
func (x *xmlScanner) skipElement() error {
	for depth := x.depth; ; {
		e, err := x.next()
		if err != nil {
			return err
		}
		switch {
		case e == xmlEnd && x.depth == depth:
			return nil
		case e == xmlEOF:
			return errXMLCut
		case e == xmlStart && x.space == nsMain && known(contentElements, x.local):
			return flaw("there is an element %q where none can be", x.local)
		}
	}
}

// contentElements are those that hold what a sheet shows.
var contentElements = []string{"row", "c", "v", "is", "si", "t", "r"}
