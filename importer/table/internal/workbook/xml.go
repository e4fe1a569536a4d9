package workbook

import (
	"bufio"
	"encoding/xml"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The namespaces that parts are written in, transitional and strict.
const (
	mainSpace         = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	strictSpace       = "http://purl.oclc.org/ooxml/spreadsheetml/main"
	linkSpace         = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	strictLinkSpace   = "http://purl.oclc.org/ooxml/officeDocument/relationships"
	relationshipSpace = "http://schemas.openxmlformats.org/package/2006/relationships"
)

// flaw is what is wrong with the contents of a part.
type flaw string

func (f flaw) Error() string { return string(f) }

var errTooMuch = errors.New("too much text")

const errStrayText = flaw("there is text where it cannot be")

// xmlReader reads the elements and texts of a part. It takes raw tokens, which
// cost encoding/xml a fifth less, and matches tags and namespaces itself; and it
// checks what encoding/xml does not: that there is one root element and nothing
// around it, no attribute twice, no DOCTYPE, and no token that fills the memory.
type xmlReader struct {
	d      *xml.Decoder
	budget *budget
	depth  int
	roots  int
	open   []xml.Name  // the elements that have begun, as they are written
	spaces []namespace // that are declared, the last one counts

	start xml.StartElement // the element that began last
	text  []byte           // the text that was read last, valid until the next event
}

// namespace is one that the element at this depth declares for a prefix.
type namespace struct {
	depth       int
	prefix, uri string
}

// event is what next found.
type event uint8

const (
	endOfPart event = iota
	startTag
	endTag
	someText
)

// budget is a reader that stops when a token is too long.
type budget struct {
	r    io.Reader
	buf  []byte
	pos  int
	left int
}

// ReadByte implements [io.ByteReader], by which encoding/xml reads.
func (b *budget) ReadByte() (byte, error) {
	for b.pos == len(b.buf) {
		n, err := b.r.Read(b.buf[:cap(b.buf)])
		if b.buf, b.pos = b.buf[:n], 0; n == 0 && err != nil {
			return 0, err
		}
	}
	if b.left--; b.left < 0 {
		return 0, errTooMuch
	}
	c := b.buf[b.pos]
	b.pos++
	return c, nil
}

func (b *budget) Read(p []byte) (n int, err error) {
	for ; n < len(p) && err == nil; n++ {
		if p[n], err = b.ReadByte(); err != nil {
			return n, err
		}
	}
	return n, err
}

func newXMLReader(r io.Reader) *xmlReader {
	x := &xmlReader{budget: &budget{buf: make([]byte, 0, 32<<10)}}
	br := bufio.NewReaderSize(r, 32<<10)
	x.budget.r = br
	switch mark, _ := br.Peek(3); { // a part shorter than that has no mark
	case len(mark) == 3 && string(mark) == "\uFEFF":
		br.Discard(3) // they are there
	case len(mark) >= 2 && (string(mark[:2]) == "\xFF\xFE" || string(mark[:2]) == "\xFE\xFF"):
		x.budget.r = transform.NewReader(br, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	}
	x.d = xml.NewDecoder(x.budget)
	x.d.CharsetReader = func(name string, r io.Reader) (io.Reader, error) {
		switch strings.ToLower(name) {
		case "utf-8", "utf8", "utf-16", "utf-16le", "utf-16be", "us-ascii", "ascii":
			return r, nil
		}
		return nil, flaw("it is written in an unknown encoding")
	}
	return x
}

// next returns the next event. Inside of an element that is not the end of the
// part.
func (x *xmlReader) next() (event, error) {
	for {
		x.budget.left = maxToken
		token, err := x.d.RawToken()
		switch {
		case err == io.EOF && x.roots == 1 && x.depth == 0:
			return endOfPart, nil
		case err == io.EOF:
			return endOfPart, io.ErrUnexpectedEOF
		case err != nil:
			return endOfPart, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if x.depth++; x.depth == 1 {
				x.roots++
			}
			if x.depth > maxDepth || x.roots > 1 {
				return endOfPart, flaw("an element stands where it cannot")
			}
			if err := x.translate(&t); err != nil {
				return endOfPart, err
			}
			for i, a := range t.Attr {
				for _, b := range t.Attr[:i] {
					if a.Name == b.Name {
						return endOfPart, flaw("an attribute is there twice")
					}
				}
			}
			x.start = t
			return startTag, nil
		case xml.EndElement:
			if x.depth == 0 || x.open[x.depth-1] != t.Name {
				return endOfPart, flaw("an end tag does not belong to the element that began last")
			}
			x.depth--
			x.open = x.open[:x.depth]
			for n := len(x.spaces); n > 0 && x.spaces[n-1].depth > x.depth; n-- {
				x.spaces = x.spaces[:n-1]
			}
			return endTag, nil
		case xml.CharData:
			if x.depth == 0 && !blank(t) {
				return endOfPart, errStrayText
			}
			x.text = t
			return someText, nil
		case xml.Directive:
			return endOfPart, flaw("it has a DOCTYPE, which no spreadsheet program writes")
		}
	}
}

// translate gives an element that begins and its attributes their namespaces
// instead of their prefixes.
func (x *xmlReader) translate(t *xml.StartElement) error {
	x.open = append(x.open, t.Name)
	for _, a := range t.Attr {
		switch {
		case a.Name.Space == "xmlns":
			x.spaces = append(x.spaces, namespace{x.depth, a.Name.Local, a.Value})
		case a.Name.Space == "" && a.Name.Local == "xmlns":
			x.spaces = append(x.spaces, namespace{x.depth, "", a.Value})
		}
	}
	var ok bool
	if t.Name.Space, ok = x.space(t.Name.Space); !ok {
		return flaw("a prefix is not declared")
	}
	for i := range t.Attr {
		if name := &t.Attr[i].Name; name.Space != "" && name.Space != "xmlns" {
			if name.Space, ok = x.space(name.Space); !ok {
				return flaw("a prefix is not declared")
			}
		}
	}
	return nil
}

// space returns the namespace of a prefix. Without one there is no namespace
// unless one is declared.
func (x *xmlReader) space(prefix string) (uri string, ok bool) {
	for i := len(x.spaces) - 1; i >= 0; i-- {
		if x.spaces[i].prefix == prefix {
			return x.spaces[i].uri, true
		}
	}
	return prefix, prefix == "" || prefix == "xml"
}

func blank(b []byte) bool {
	for _, c := range b {
		if c != ' ' && c != '\n' && c != '\r' && c != '\t' {
			return false
		}
	}
	return true
}

// is reports whether the element that began last is a spreadsheet's own.
func (x *xmlReader) is(local string) bool {
	return x.start.Name.Local == local && isMain(x.start.Name.Space)
}

func isMain(space string) bool { return space == mainSpace || space == strictSpace }

// attr returns an attribute without a namespace of the element that began last.
func (x *xmlReader) attr(local string) (value string, ok bool) {
	for _, a := range x.start.Attr {
		if a.Name.Local == local && a.Name.Space == "" {
			return a.Value, true
		}
	}
	return "", false
}

// link returns the relationship that the element refers to, "" if there is none.
func (x *xmlReader) link() string {
	for _, a := range x.start.Attr {
		if a.Name.Local == "id" && (a.Name.Space == linkSpace || a.Name.Space == strictLinkSpace) {
			return a.Value
		}
	}
	return ""
}

// yes reads a boolean attribute.
func (x *xmlReader) yes(local string) (bool, error) {
	value, _ := x.attr(local)
	switch value {
	case "1", "true", "on":
		return true, nil
	case "", "0", "false", "off":
		return false, nil
	}
	return false, flaw("an attribute is neither true nor false")
}

// number reads an attribute that is a whole number, not negative.
func (x *xmlReader) number(local string, otherwise int) (int, error) {
	value, ok := x.attr(local)
	if !ok {
		return otherwise, nil
	}
	n, ok := smallNumber(strings.TrimSpace(value))
	if !ok {
		return 0, flaw("an attribute is not a number")
	}
	return n, nil
}

// inside reads to the end of the element that began last, and calls visit for
// each element that begins in it, unless visit has read it to its end. There is
// no text around them.
func (x *xmlReader) inside(visit func() error) error {
	for depth := x.depth; ; {
		e, err := x.next()
		switch {
		case err != nil:
			return err
		case e == startTag:
			if err := visit(); err != nil {
				return err
			}
		case e == someText && !blank(x.text):
			return errStrayText
		case e == endTag && x.depth < depth:
			return nil
		}
	}
}

// skip reads to the end of the element that began last, whatever text is in it.
// There must be no row and no cell in it.
func (x *xmlReader) skip() error {
	for depth := x.depth; ; {
		switch e, err := x.next(); {
		case err != nil:
			return err
		case e == endTag && x.depth < depth:
			return nil
		case e == startTag && isMain(x.start.Name.Space):
			switch x.start.Name.Local {
			case "row", "c", "v", "is", "si", "t":
				return flaw("a row or a cell stands where it cannot")
			}
		}
	}
}

// characters appends the text of the element that began last, which must have no
// elements in it.
func (x *xmlReader) characters(dst []byte) ([]byte, error) {
	from := len(dst)
	for {
		switch e, err := x.next(); {
		case err != nil:
			return dst, err
		case e == startTag:
			return dst, flaw("there is an element inside of a text")
		case e == endTag:
			return dst, nil
		}
		if dst = append(dst, x.text...); len(dst)-from > maxText {
			return dst, errTooMuch
		}
	}
}

// smallNumber reads a number of up to nine digits.
func smallNumber(s string) (n int, ok bool) {
	if len(s) == 0 || len(s) > 9 {
		return 0, false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = n*10 + int(s[i]-'0')
	}
	return n, true
}
