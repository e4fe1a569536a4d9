package table

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
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

// bad is the error for XML that is not well-formed.
func (x *xmlScanner) bad(format string, args ...any) error {
	return fmt.Errorf(format+" (byte %d)", append(args, x.base+int64(x.pos))...)
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
			return x.bad("its XML declaration has the unknown %s %q", name, value)
		}
	}
	if len(bytes.TrimLeft(b, " \t\r\n")) > 0 {
		return x.bad("its XML declaration is not one")
	}
	return nil
}

// charClass says what a byte is among characters.
type charClass uint8

const (
	charPlain charClass = iota
	charMarkup
	charEntity
	charReturn
	charBracket
	charHigh
	charBad
)

var charClasses = func() (t [256]charClass) {
	for i := range t {
		switch {
		case i == '<':
			t[i] = charMarkup
		case i == '&':
			t[i] = charEntity
		case i == '\r':
			t[i] = charReturn
		case i == ']':
			t[i] = charBracket
		case i >= utf8.RuneSelf:
			t[i] = charHigh
		case i < ' ' && i != '\t' && i != '\n':
			t[i] = charBad
		}
	}
	return t
}()

// chars reads characters up to the next markup or the end of the window. It
// reports false if there is nothing to tell: space outside of the root.
func (x *xmlScanner) chars() (bool, error) {
	for {
		b := x.buf[x.pos:x.end]
		i, seen := 0, [charBad + 1]bool{}
		for i < len(b) {
			c := charClasses[b[i]]
			if c == charPlain {
				i++
				continue
			}
			if c == charMarkup {
				break
			}
			seen[c] = true
			i++
		}
		if seen[charBad] {
			return false, x.bad("there is a control character in it")
		}
		if i == len(b) && x.err != io.EOF { // not at the markup yet
			if len(b) < xmlWindow {
				if err := x.fill(); err != nil && err != errXMLCut {
					return false, err
				}
				continue
			}
			i = safeCut(b)
		}
		b = b[:i]
		if len(x.open) == 0 {
			if len(bytes.Trim(b, " \t\r\n")) > 0 {
				return false, x.bad("there is text outside of its root element")
			}
			x.pos += i
			return false, nil
		}
		if seen[charHigh] && !goodXML(b) {
			return false, x.bad("there is a byte in it that is not UTF-8, or no character")
		}
		if seen[charBracket] && bytes.Contains(b, []byte("]]>")) {
			return false, x.bad("there is a ]]> in it")
		}
		x.text = b
		if seen[charEntity] || seen[charReturn] {
			t, err := x.decode(x.tbuf[:0], b)
			if err != nil {
				return false, err
			}
			x.tbuf, x.text = t, t
		}
		x.pos += i
		return true, nil
	}
}

// safeCut returns how much of a window full of characters can be handed on
// without cutting a character, a reference, a line end or a ]]> in two.
func safeCut(b []byte) int {
	n := len(b)
	for k := 1; k < utf8.UTFMax && k < len(b); k++ {
		if c := b[n-k]; utf8.RuneStart(c) {
			if !utf8.FullRune(b[n-k:]) {
				n -= k
			}
			break
		}
	}
	if amp := bytes.LastIndexByte(b[max(0, n-16):n], '&'); amp >= 0 {
		if at := max(0, n-16) + amp; bytes.IndexByte(b[at:n], ';') < 0 {
			n = at
		}
	}
	for n > 1 && (b[n-1] == ']' || b[n-1] == '\r') && len(b)-n < 8 {
		n--
	}
	return max(n, 1)
}

// goodXML reports whether b is UTF-8 of characters that XML allows. ASCII has
// been looked at.
func goodXML(b []byte) bool {
	if !utf8.Valid(b) {
		return false
	}
	for i := 0; ; { // U+FFFE and U+FFFF
		k := bytes.IndexByte(b[i:], 0xEF)
		if k < 0 {
			return true
		}
		i += k
		if i+2 < len(b) && b[i+1] == 0xBF && b[i+2] >= 0xBE {
			return false
		}
		i++
	}
}

// decode appends b to dst with its references replaced and its line ends made
// single line feeds, as XML wants it.
func (x *xmlScanner) decode(dst, b []byte) ([]byte, error) {
	for i := 0; i < len(b); {
		switch c := b[i]; c {
		case '\r':
			dst = append(dst, '\n')
			i++
			if i < len(b) && b[i] == '\n' {
				i++
			}
		case '&':
			n := bytes.IndexByte(b[i:min(len(b), i+16)], ';')
			if n < 0 {
				return nil, x.bad("there is an & that begins no entity")
			}
			r, ok := reference(b[i+1 : i+n])
			if !ok {
				return nil, x.bad("there is an unknown entity %q", b[i:i+n+1])
			}
			dst = utf8.AppendRune(dst, r)
			i += n + 1
		default:
			k := i + 1
			for k < len(b) && b[k] != '&' && b[k] != '\r' {
				k++
			}
			dst = append(dst, b[i:k]...)
			i = k
		}
	}
	return dst, nil
}

// reference returns the character that &name; stands for.
func reference(name []byte) (rune, bool) {
	switch string(name) {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := string(name[1:]), 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > utf8.MaxRune || n >= 0xD800 && n < 0xE000 || n&^1 == 0xFFFE || n < ' ' && n != '\t' && n != '\n' && n != '\r' {
		return 0, false
	}
	return rune(n), true
}

// instruction steps over <?…?>.
func (x *xmlScanner) instruction() error {
	x.pos += 2
	if _, err := x.have(5); err != nil {
		return err
	}
	b := x.buf[x.pos:x.end]
	n := nameLength(b)
	if n == 0 || n == 3 && bytes.EqualFold(b[:3], []byte("xml")) {
		return x.bad("there is a processing instruction without a proper name")
	}
	return x.skip("?>")
}

// declaration steps over a comment, or reads a CDATA section as text.
func (x *xmlScanner) declaration() (bool, error) {
	if _, err := x.have(9); err != nil {
		return false, err
	}
	b := x.buf[x.pos:x.end]
	switch {
	case bytes.HasPrefix(b, []byte("<!--")):
		x.pos += 4
		if err := x.skip("--"); err != nil {
			return false, err
		}
		if ok, err := x.have(1); err != nil {
			return false, err
		} else if !ok {
			return false, errXMLCut
		}
		if x.buf[x.pos] != '>' {
			return false, x.bad("there is a -- in a comment")
		}
		x.pos++
		return false, nil
	case bytes.HasPrefix(b, []byte("<![CDATA[")):
		if len(x.open) == 0 {
			return false, x.bad("there is text outside of its root element")
		}
		_, err := x.retry(x.cdata)
		return err == nil, err
	case bytes.HasPrefix(b, []byte("<!DOCTYPE")):
		return false, x.bad("it has a DOCTYPE, which no spreadsheet program writes")
	}
	return false, x.bad("there is a <! that begins nothing")
}

func (x *xmlScanner) cdata() (xmlEvent, error) {
	b := x.buf[x.pos:x.end]
	n := bytes.Index(b, []byte("]]>"))
	if n < 0 {
		return 0, errMore
	}
	x.text = b[9:n]
	if err := x.allowed(x.text); err != nil {
		return 0, err
	}
	if bytes.IndexByte(x.text, '\r') >= 0 {
		t := bytes.ReplaceAll(x.text, []byte("\r\n"), []byte("\n"))
		x.text = bytes.ReplaceAll(t, []byte("\r"), []byte("\n"))
	}
	x.pos += n + 3
	return xmlText, nil
}

// allowed checks characters that are not decoded.
func (x *xmlScanner) allowed(b []byte) error {
	high := false
	for _, c := range b {
		switch charClasses[c] {
		case charBad:
			return x.bad("there is a control character in it")
		case charHigh:
			high = true
		}
	}
	if high && !goodXML(b) {
		return x.bad("there is a byte in it that is not UTF-8, or no character")
	}
	return nil
}

// skip steps behind the next mark, however far it is.
func (x *xmlScanner) skip(mark string) error {
	for {
		b := x.buf[x.pos:x.end]
		n := bytes.Index(b, []byte(mark))
		if n >= 0 {
			if err := x.allowed(b[:n]); err != nil {
				return err
			}
			x.pos += n + len(mark)
			return nil
		}
		if len(b) >= xmlWindow/2 {
			n = safeCut(b[:len(b)-len(mark)])
			if err := x.allowed(b[:n]); err != nil {
				return err
			}
			x.pos += n
		}
		if err := x.fill(); err != nil {
			return err
		}
	}
}

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
		return 0, x.bad("there is an end tag that does not belong to <%s>", name)
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

// skipElement reads up to the end of the element that has just started.
func (x *xmlScanner) skipElement() error {
	for depth := x.depth; ; {
		e, err := x.next()
		if err != nil {
			return err
		}
		if e == xmlEnd && x.depth == depth {
			return nil
		}
		if e == xmlEOF {
			return errXMLCut
		}
	}
}
