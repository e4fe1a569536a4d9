package table

import (
	"bytes"
	"io"
	"strconv"
	"unicode/utf8"
)

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
