package table

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// encoding is a way to write text as bytes. Except for UTF-16 all of them
// write ASCII as ASCII and use no ASCII byte for anything else, so that
// records can be taken apart before they are decoded.
type encoding struct {
	name   string
	wide   wideness
	single *[256]rune // nil for Unicode encodings; utf8.RuneError where there is no character
}

type wideness uint8

const (
	narrow wideness = iota
	utf16le
	utf16be
)

var (
	encUTF8    = &encoding{name: "utf-8"}
	encUTF16LE = &encoding{name: "utf-16le", wide: utf16le}
	encUTF16BE = &encoding{name: "utf-16be", wide: utf16be}
)

// charmaps are the single-byte encodings that can be asked for by name. The
// first four after windows-1252 are what Swedish files are met in.
var charmaps = []struct {
	name    string
	aliases string // spaces between; compared by foldName
	cm      *charmap.Charmap
}{
	{"windows-1252", "cp1252 ansi", charmap.Windows1252},
	{"iso-8859-1", "latin1 l1", charmap.ISO8859_1},
	{"iso-8859-15", "latin9 l9", charmap.ISO8859_15},
	{"macintosh", "macroman mac xmacroman", charmap.Macintosh},
	{"cp850", "ibm850 dos850 850", charmap.CodePage850},
	{"cp437", "ibm437 437", charmap.CodePage437},
	{"cp852", "ibm852 852", charmap.CodePage852},
	{"cp858", "ibm858 858", charmap.CodePage858},
	{"cp865", "ibm865 865", charmap.CodePage865},
	{"cp866", "ibm866 866", charmap.CodePage866},
	{"windows-1250", "cp1250", charmap.Windows1250},
	{"windows-1251", "cp1251", charmap.Windows1251},
	{"windows-1253", "cp1253", charmap.Windows1253},
	{"windows-1254", "cp1254", charmap.Windows1254},
	{"windows-1257", "cp1257", charmap.Windows1257},
	{"iso-8859-2", "latin2 l2", charmap.ISO8859_2},
	{"iso-8859-4", "latin4 l4", charmap.ISO8859_4},
	{"iso-8859-5", "", charmap.ISO8859_5},
	{"iso-8859-7", "", charmap.ISO8859_7},
	{"iso-8859-9", "latin5 l5", charmap.ISO8859_9},
	{"iso-8859-10", "latin6 l6", charmap.ISO8859_10},
	{"iso-8859-13", "latin7 l7", charmap.ISO8859_13},
	{"koi8-r", "", charmap.KOI8R},
	{"koi8-u", "", charmap.KOI8U},
}

// foldName makes UTF_8, utf8 and Utf-8 one.
func foldName(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "", " ", "").Replace(name))
}

// encodingByName returns the encoding that people call name, or nil. For
// utf-16 without an end it returns the little one; a byte order mark corrects it.
func encodingByName(name string) *encoding {
	folded := foldName(name)
	switch folded {
	case "utf8", "utf8bom", "utf8sig", "ascii", "usascii":
		return encUTF8
	case "utf16", "utf16le", "unicode", "ucs2":
		return encUTF16LE
	case "utf16be":
		return encUTF16BE
	}
	for _, c := range charmaps {
		if folded == foldName(c.name) {
			return singleByte(c.name, c.cm)
		}
		for a := range strings.FieldsSeq(c.aliases) {
			if folded == a {
				return singleByte(c.name, c.cm)
			}
		}
	}
	return nil
}

// KnownEncoding reports whether an encoding can be read that is called name,
// and what the known ones are called first of all.
func KnownEncoding(name string) (known []string, ok bool) {
	known = []string{"utf-8", "utf-16le", "utf-16be"}
	for _, c := range charmaps {
		known = append(known, c.name)
	}
	return known, encodingByName(name) != nil
}

func singleByte(name string, cm *charmap.Charmap) *encoding {
	t := new([256]rune)
	for i := range t {
		t[i] = cm.DecodeByte(byte(i))
		if t[i] >= 0x80 && t[i] < 0xA0 { // a control character: nobody writes these
			t[i] = utf8.RuneError
		}
	}
	return &encoding{name: name, single: t}
}

// appendText appends the text of a cell, given as the scanner's bytes, to dst.
// If there is a byte that is no character, bad is its index in b; else -1.
func (e *encoding) appendText(dst, b []byte) (text []byte, bad int) {
	if e.single == nil {
		for i := 0; i < len(b); {
			if b[i] < utf8.RuneSelf {
				i++
				continue
			}
			r, n := utf8.DecodeRune(b[i:])
			if r == utf8.RuneError && n <= 1 {
				return dst, i
			}
			i += n
		}
		return append(dst, b...), -1
	}
	plain := 0 // from here to i there is ASCII alone
	for i, c := range b {
		if c < utf8.RuneSelf {
			continue
		}
		dst = append(dst, b[plain:i]...)
		r := e.single[c]
		if r == utf8.RuneError {
			return dst, i
		}
		dst = utf8.AppendRune(dst, r)
		plain = i + 1
	}
	return append(dst, b[plain:]...), -1
}

// noCharacter tells the byte or unit of a cell that is no character.
func (e *encoding) noCharacter(b []byte, bad int) Text {
	if e.wide != narrow {
		return say("a half of a surrogate pair (number %v of the cell) is no character in %v", bad+1, e.name)
	}
	return say("%v (number %v of the cell) is no character in %v", fmt.Sprintf("byte 0x%02X", b[bad]), bad+1, e.name)
}

// byteOrderMark returns the encoding that the first bytes of a file declare,
// and the length of the mark. UTF-32 is told so that it can be refused.
func byteOrderMark(b []byte) (e *encoding, n int, utf32 bool) {
	switch {
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}):
		return encUTF8, 3, false
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE, 0, 0}), bytes.HasPrefix(b, []byte{0, 0, 0xFE, 0xFF}):
		return nil, 4, true
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return encUTF16LE, 2, false
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return encUTF16BE, 2, false
	}
	return nil, 0, false
}
