package table

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// census counts what in a file speaks for one encoding or another. It sees
// every byte, because the one letter that tells may stand on the last line.
type census struct {
	rest []byte // the end of the last block, not yet counted
	off  int64  // file offset of rest

	zeroEven, zeroOdd int64
	wellFormed        int64 // UTF-8 sequences of more than one byte
	illFormed         int64 // bytes that are not UTF-8
	firstIll          int64 // offset of the first of them

	// Of the bytes that are not UTF-8, by byte and by what stands beside it.
	beside [256][8]int64
	first  [256]int64 // offset of the first of each
	prev   byte       // the byte before rest
	run    int        // length of the run of such bytes that ends here
	odd    bool       // the run has a letter that is not Nordic
	alien  int64      // runs that no Western word has
}

// What stands beside a byte.
const (
	afterLetter  = 1 << iota // a letter before it
	afterLower               // … in lower case
	beforeLetter             // a letter behind it
)

// look counts a block. Blocks come in order; the last call is finish.
func (c *census) look(block []byte) {
	if i := bytes.IndexByte(block, 0); i >= 0 {
		odd := (c.off + int64(len(c.rest))) & 1
		for j, b := range block[i:] {
			if b == 0 {
				if (int64(i+j)+odd)&1 == 0 {
					c.zeroEven++
				} else {
					c.zeroOdd++
				}
			}
		}
	}
	c.rest = append(c.rest, block...)
	c.count(len(c.rest) - utf8.UTFMax) // every byte counted has its neighbours and its sequence whole
}

func (c *census) finish() { c.count(len(c.rest)) }

// count counts the first n bytes of rest and drops them.
func (c *census) count(n int) {
	b := c.rest
	i := 0
	for i < n {
		if b[i] < utf8.RuneSelf {
			c.run = 0
			// Eight ASCII bytes at a time.
			for i+8 <= n && binary.LittleEndian.Uint64(b[i:])&0x8080808080808080 == 0 {
				i += 8
			}
			for i < n && b[i] < utf8.RuneSelf {
				i++
			}
			continue
		}
		if r, size := utf8.DecodeRune(b[i:]); r != utf8.RuneError || size > 1 {
			c.wellFormed++
			c.run = 0
			i += size
			continue
		}
		if c.illFormed == 0 {
			c.firstIll = c.off + int64(i)
		}
		c.illFormed++
		before, after := c.prev, byte(0)
		if i > 0 {
			before = b[i-1]
		}
		if i+1 < len(b) {
			after = b[i+1]
		}
		c.meet(b[i], before, after, c.off+int64(i))
		i++
	}
	if i > 0 {
		c.prev = b[i-1]
		c.off += int64(i)
		c.rest = append(c.rest[:0], b[i:]...)
	}
}

// meet counts one byte that is not UTF-8, with its neighbours.
func (c *census) meet(b, before, after byte, off int64) {
	context := 0
	if isLetterByte(before) {
		context |= afterLetter
	}
	if before >= 'a' && before <= 'z' || before >= 0xDF && before != 0xF7 {
		context |= afterLower
	}
	if isLetterByte(after) {
		context |= beforeLetter
	}
	if c.first[b] == 0 {
		c.first[b] = off + 1
	}
	c.beside[b][context]++
	c.run++
	if c.run == 1 {
		c.odd = false
	}
	if strings.IndexByte(nearby, b) < 0 {
		c.odd = true
	}
	if c.run >= 3 && c.odd {
		c.alien++
	}
}

func isLetterByte(b byte) bool {
	return b|0x20 >= 'a' && b|0x20 <= 'z' || b >= 0x80
}

// sum adds up the occurrences of the bytes in set whose context has all bits
// of want and none of avoid.
func (c *census) sum(set string, want, avoid int) (n int64) {
	for i := range len(set) {
		for context, k := range c.beside[set[i]] {
			if context&want == want && context&avoid == 0 {
				n += k
			}
		}
	}
	return n
}

// firstOf returns the byte of set that stands first in the file, and its offset.
func (c *census) firstOf(set string) (b byte, off int64) {
	off = -1
	for i := range len(set) {
		if at := c.first[set[i]] - 1; at >= 0 && (off < 0 || at < off) {
			b, off = set[i], at
		}
	}
	return b, off
}

// doubt says why the encoding of a file cannot be told.
type doubt struct {
	at         int64 // offset of the byte in question
	reason     Text
	candidates []string
}

// Bytes in 0x80–0x9F that stand for letters of Swedish and its neighbours in
// Mac OS Roman or in code page 850, and that windows-1252 has something else
// for that cannot stand where a letter stands.
const (
	// no character at all in windows-1252: Å on a Mac and in CP850, ü, É, ç
	undefined1252 = "\x81\x8D\x8F\x90\x9D"
	// signs in windows-1252: Ä Ö on a Mac, ä å ö é Ö in CP850 and others
	signs1252 = "\x80\x82\x83\x84\x85\x86\x87\x88\x89\x8B\x93\x94\x95\x98\x99\x9B" +
		"\xA1\xA2\xA3\xA4\xA5\xA6\xA7\xA8\xA9\xAB\xAC\xAE\xAF\xB0\xB1\xB2\xB3\xB6\xB8\xB9\xBB\xBC\xBD\xBE\xBF\xD7\xF7"
	// capitals in windows-1252, small letters on a Mac: ä å é
	capitals1252 = "\x8A\x8C\x8E\x9F"
	// š ž œ in windows-1252, ö û ú on a Mac
	smalls1252 = "\x9A\x9E\x9C"
	// signs that may stand inside a word in windows-1252, and letters elsewhere
	inner1252 = "\x91\x92\x96\x97"
	nordic    = "\xE5\xE4\xF6\xC5\xC4\xD6"
	// letters and the space that stand together in ÅÄÖ, åäö and the like
	nearby = nordic + "\xE9\xC9\xFC\xDC\xE6\xC6\xF8\xD8\xA0"
	// where ISO-8859-15 has Š š Ž Œ œ Ÿ
	letters885915 = "\xA6\xA8\xB8\xBC\xBD\xBE"
)

// singleByte decides whether a file that is not UTF-8 can be taken for
// windows-1252. It returns nil if nothing else makes sense of its bytes.
func (c *census) singleByte() *doubt {
	if c.wellFormed > 0 && c.illFormed > 0 && c.wellFormed*20 > c.illFormed {
		return &doubt{at: c.firstIll, reason: say("most letters are UTF-8, but not this byte"), candidates: []string{"utf-8", "windows-1252"}}
	}
	if c.alien > 0 {
		return &doubt{at: c.firstIll, reason: say("it is neither UTF-8 nor a Western European encoding")}
	}
	old := []string{"windows-1252", "macintosh", "cp850"}
	if c.sum(nordic, afterLetter, 0)+c.sum(nordic, beforeLetter, afterLetter) == 0 {
		// No å ä ö where windows-1252 has them: are there some where others have them?
		suspects := ""
		for _, suspect := range []struct {
			set         string
			want, avoid int
		}{
			{undefined1252, 0, 0},
			{signs1252, afterLetter | beforeLetter, 0},
			{"\x84\x86\x82\x83\x87\x88\x89\x8B\xA4\xA5\xA7\xAE\xAF\xBE\xBF", afterLetter, 0}, // ä å é … at the end of a word
			{"\x80\x85\x94\x95\x99\xA5\xAE\xAF", beforeLetter, afterLetter},                  // Ä Ö at its beginning
			{capitals1252, afterLower, 0},
			{"\x8E", beforeLetter, afterLetter}, // Ž or Ä
			{smalls1252, 0, 0},
		} {
			if c.sum(suspect.set, suspect.want, suspect.avoid) > 0 {
				suspects += suspect.set
			}
		}
		if suspects != "" {
			b, at := c.firstOf(suspects)
			return &doubt{at: at, reason: readings(b, old), candidates: old}
		}
		// A closing quotation mark without an opening one is the ö of CP850.
		if c.sum("\x94", afterLetter, beforeLetter) > c.sum("\x93\x94\x84", beforeLetter, afterLetter) {
			_, at := c.firstOf("\x94")
			return &doubt{at: at, reason: readings(0x94, old), candidates: old}
		}
		// O’Brien and l’Oréal, or García on a Mac.
		if c.sum(inner1252, afterLetter|beforeLetter|afterLower, 0) > 0 {
			b, at := c.firstOf(inner1252)
			return &doubt{at: at, reason: readings(b, old), candidates: old}
		}
	}
	// ISO-8859-15 has no characters in 0x80–0x9F; one of them settles it.
	for b := 0x80; b < 0xA0; b++ {
		if c.first[b] > 0 {
			return nil
		}
	}
	latin := []string{"windows-1252", "iso-8859-15"}
	switch {
	case c.sum("\xA4", 0, 0) > 0:
		_, at := c.firstOf("\xA4")
		return &doubt{at: at, reason: readings(0xA4, latin), candidates: latin}
	case c.sum(letters885915, afterLetter, 0)+c.sum(letters885915, beforeLetter, 0) > 0:
		b, at := c.firstOf(letters885915)
		return &doubt{at: at, reason: readings(b, latin), candidates: latin}
	case c.sum("\xB4", beforeLetter, afterLetter) > 0: // ´Anna or Žarko; inside a word only ´ makes sense
		_, at := c.firstOf("\xB4")
		return &doubt{at: at, reason: readings(0xB4, latin), candidates: latin}
	}
	return nil
}

// readings tells what a byte is in each of the encodings.
func readings(b byte, names []string) Text {
	var parts []Text
	for _, name := range names {
		for _, c := range charmaps {
			if c.name == name {
				parts = append(parts, reading(b, name, c.cm))
			}
		}
	}
	return say("byte %v is %v", fmt.Sprintf("0x%02X", b), list(parts))
}

func reading(b byte, name string, cm *charmap.Charmap) Text {
	r := cm.DecodeByte(b)
	if r < 0xA0 {
		return say("nothing in %v", name)
	}
	return say("%v in %v", strconv.QuoteRune(r), name)
}

// looksUTF16 reports whether a file without a byte order mark is UTF-16, by
// the zero bytes that plain letters have in it.
func (c *census) looksUTF16(size int64) *encoding {
	half := size / 2
	switch {
	case size < 4 || size%2 != 0:
		return nil
	case c.zeroOdd*10 >= half*4 && c.zeroEven*20 <= c.zeroOdd:
		return encUTF16LE
	case c.zeroEven*10 >= half*4 && c.zeroOdd*20 <= c.zeroEven:
		return encUTF16BE
	}
	return nil
}
