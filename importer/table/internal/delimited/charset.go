package delimited

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Charset is the way in which a file writes text as bytes. All but UTF-16 write
// ASCII as ASCII and use no ASCII byte for anything else, so that records can be
// taken apart before they are decoded.
type Charset struct {
	Name string
	enc  encoding.Encoding // nil: UTF-8
	wide bool              // UTF-16
}

var (
	utf8Set    = &Charset{Name: "utf-8"}
	utf16LESet = &Charset{Name: "utf-16le", enc: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), wide: true}
	utf16BESet = &Charset{Name: "utf-16be", enc: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), wide: true}
)

// codePages are the single-byte encodings that can be asked for.
var codePages = []struct {
	name string
	page *charmap.Charmap
}{
	{"windows-1252", charmap.Windows1252}, {"iso-8859-1", charmap.ISO8859_1}, {"iso-8859-15", charmap.ISO8859_15},
	{"macintosh", charmap.Macintosh}, {"cp850", charmap.CodePage850}, {"cp437", charmap.CodePage437},
	{"cp852", charmap.CodePage852}, {"cp858", charmap.CodePage858}, {"cp865", charmap.CodePage865}, {"cp866", charmap.CodePage866},
	{"windows-1250", charmap.Windows1250}, {"windows-1251", charmap.Windows1251}, {"windows-1253", charmap.Windows1253},
	{"windows-1254", charmap.Windows1254}, {"windows-1257", charmap.Windows1257}, {"iso-8859-2", charmap.ISO8859_2},
	{"iso-8859-4", charmap.ISO8859_4}, {"iso-8859-5", charmap.ISO8859_5}, {"iso-8859-7", charmap.ISO8859_7},
	{"iso-8859-9", charmap.ISO8859_9}, {"iso-8859-10", charmap.ISO8859_10}, {"iso-8859-13", charmap.ISO8859_13},
	{"koi8-r", charmap.KOI8R}, {"koi8-u", charmap.KOI8U},
}

// charsets are the names of all encodings that can be read.
func charsets() []string {
	names := []string{utf8Set.Name, utf16LESet.Name, utf16BESet.Name}
	for _, c := range codePages {
		names = append(names, c.name)
	}
	return names
}

// CharsetByName returns the encoding of this name, or nil. The registries of
// x/text know the aliases; what they have no name for, people write without
// hyphens or with underscores. UTF-16 without a byte order is the little-endian
// one; a byte order mark corrects it.
func CharsetByName(name string) *Charset {
	folded := strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name))
	switch folded {
	case "utf8", "utf8bom", "utf8sig", "ascii", "usascii":
		return utf8Set
	case "utf16", "utf16le", "unicode", "ucs2":
		return utf16LESet
	case "utf16be":
		return utf16BESet
	case "ansi":
		name = "windows-1252"
	case "macroman", "mac":
		name = "macintosh"
	}
	for _, c := range codePages {
		if strings.ReplaceAll(c.name, "-", "") == folded {
			return &Charset{Name: c.name, enc: c.page}
		}
	}
	enc, err := ianaindex.IANA.Encoding(name)
	if err != nil || enc == nil {
		if enc, err = htmlindex.Get(name); err != nil {
			return nil
		}
	}
	for _, c := range codePages {
		if c.page == enc {
			return &Charset{Name: c.name, enc: c.page}
		}
	}
	return nil
}

// byteOrderMark returns the encoding that the first bytes of a file declare, or
// nil, and the length of the mark. UTF-32 is recognised so that it can be
// refused.
func byteOrderMark(head []byte) (c *Charset, length int, utf32 bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xEF\xBB\xBF")):
		return utf8Set, 3, false
	case bytes.HasPrefix(head, []byte("\xFF\xFE\x00\x00")), bytes.HasPrefix(head, []byte("\x00\x00\xFE\xFF")):
		return nil, 4, true
	case bytes.HasPrefix(head, []byte("\xFF\xFE")):
		return utf16LESet, 2, false
	case bytes.HasPrefix(head, []byte("\xFE\xFF")):
		return utf16BESet, 2, false
	}
	return nil, 0, false
}

// looksUTF16 recognises UTF-16 without a byte order mark by the zero bytes that
// plain letters have in it.
func looksUTF16(head []byte, size int64) *Charset {
	var zeros [2]int
	for i, b := range head {
		if b == 0 {
			zeros[i%2]++
		}
	}
	half := len(head) / 2
	switch {
	case size < 4 || size%2 != 0:
		return nil
	case zeros[1]*10 >= half*4 && zeros[0]*20 <= zeros[1]:
		return utf16LESet
	case zeros[0]*10 >= half*4 && zeros[1]*20 <= zeros[0]:
		return utf16BESet
	}
	return nil
}

// Head returns the first bytes of a file as text, well enough to look at.
func Head(head []byte, size int64) string {
	c, n, _ := byteOrderMark(head)
	if c == nil {
		c = looksUTF16(head, size)
	}
	if c == nil || !c.wide {
		return string(head[n:])
	}
	text, _ := c.enc.NewDecoder().Bytes(head[n:]) // half a character at the end does not matter
	return string(text)
}

// reader returns the bytes in which records are taken apart: the file's own, or
// UTF-8 if the file is UTF-16.
func (c *Charset) reader(r io.Reader) io.Reader {
	if c.wide {
		return transform.NewReader(r, c.enc.NewDecoder())
	}
	return r
}

// raw returns the file's own bytes for those that reader gave.
func (c *Charset) raw(b []byte) []byte {
	if !c.wide {
		return bytes.Clone(b)
	}
	own, _ := c.enc.NewEncoder().Bytes(b) // UTF-16 has all characters
	return own
}

// text decodes the bytes of a cell. bad is the index of the first byte that is
// not a character, -1 if there is none.
func (c *Charset) text(raw string) (text string, bad int) {
	switch {
	case c.enc == nil:
		for i, r := range raw {
			if r == utf8.RuneError && !strings.HasPrefix(raw[i:], "\uFFFD") {
				return "", i
			}
		}
		return raw, -1
	case c.wide:
		return raw, strings.Index(raw, "\uFFFD")
	}
	page := c.enc.(*charmap.Charmap)
	out := make([]byte, 0, len(raw)+8)
	for i := range len(raw) {
		r := page.DecodeByte(raw[i])
		if r == utf8.RuneError || r >= 0x80 && r < 0xA0 { // a control character: nobody writes these
			return "", i
		}
		out = utf8.AppendRune(out, r)
	}
	return string(out), -1
}

// encode writes a text in the bytes that reader gives; ok is false if the
// encoding does not have its characters.
func (c *Charset) encode(s string) (b []byte, ok bool) {
	if c.enc == nil || c.wide {
		return []byte(s), true
	}
	b, err := c.enc.NewEncoder().Bytes([]byte(s))
	return b, err == nil
}
