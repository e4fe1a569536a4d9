package delimited

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"vitec-import/importer/table/internal/fault"
)

// detectCharset settles the encoding: the byte order mark, else the option,
// else the bytes themselves. guessed says that it is windows-1252 for want of
// anything else.
func detectCharset(src io.ReaderAt, size int64, option string) (c *Charset, mark int, guessed bool, err error) {
	head := make([]byte, min(64<<10, size))
	if _, err := src.ReadAt(head, 0); err != nil {
		return nil, 0, false, err
	}
	marked, mark, utf32 := byteOrderMark(head)
	if utf32 {
		return nil, 0, false, fail(fault.Encoding, 0, say("the file is UTF-32"), say("save it as UTF-8"))
	}
	if option != "" {
		c = CharsetByName(option)
		switch {
		case c == nil:
			return nil, 0, false, fail(fault.Option, 0, say("there is no encoding %q", option), say("use one of %s", strings.Join(charsets(), ", ")))
		case marked == nil:
			return c, 0, false, nil
		case marked == c, marked.wide && c.wide:
			return marked, mark, false, nil
		}
		return nil, 0, false, fail(fault.Option, 0, say("the file's byte order mark says that it is %s, not %s", marked.Name, c.Name), say("leave out --encoding"))
	}
	if marked != nil {
		return marked, mark, false, nil
	}
	if c := looksUTF16(head, size); c != nil {
		return c, 0, false, nil
	}
	t, err := takeCensus(io.NewSectionReader(src, 0, size))
	if err != nil {
		return nil, 0, false, err
	}
	if t.ill == 0 || t.well >= t.ill {
		return utf8Set, 0, false, nil // cells with bytes that are not UTF-8 have a fault
	}
	if reason, at, candidates := t.doubt(); reason.Format != "" {
		hint := say("save the file as UTF-8, or name its encoding with --encoding")
		if len(candidates) > 0 {
			hint = say("save the file as UTF-8, or name its encoding with --encoding: %s", strings.Join(candidates, ", "))
		}
		return nil, 0, false, fail(fault.Encoding, at.line, say("the encoding is ambiguous: %s", reason), hint)
	}
	return CharsetByName("windows-1252"), 0, true, nil
}

// census counts what speaks for one encoding or another. It sees every byte,
// because the one letter that decides may stand on the last line.
type census struct {
	well, ill int // UTF-8 sequences of several bytes; bytes that are not UTF-8

	nordic bool // å, ä or ö where windows-1252 has them, beside a letter
	low    bool // a byte from 0x80 to 0x9F, which ISO-8859-15 does not use

	first  spot // the first byte that is not UTF-8
	alien  spot // the first of three such bytes on end that no Western word has
	other  spot // one that windows-1252 has a sign for and others a letter, beside a letter
	latin9 spot // one that ISO-8859-15 reads otherwise
}

// spot is a byte and the 1-based line on which it stands; 0: nowhere.
type spot struct {
	line int
	b    byte
}

func (s *spot) mark(line int, b byte) {
	if s.line == 0 {
		*s = spot{line, b}
	}
}

const (
	nordicLetters  = "\xE5\xE4\xF6\xC5\xC4\xD6"
	westernLetters = nordicLetters + "\xE9\xC9\xFC\xDC\xE6\xC6\xF8\xD8\xA0"
	latin9Letters  = "\xA6\xA8\xB8\xBC\xBD\xBE"
)

func takeCensus(r io.Reader) (*census, error) {
	t, br := new(census), bufio.NewReaderSize(r, 64<<10)
	line, run, odd := 1, 0, false
	var before rune // a byte that is not UTF-8 is itself
	for {
		c, size, err := br.ReadRune()
		if err == io.EOF {
			return t, nil
		}
		if err != nil {
			return nil, err
		}
		if c == '\n' && before != '\r' || c == '\r' {
			line++
		}
		if c < utf8.RuneSelf || size > 1 {
			if size > 1 {
				t.well++
			}
			before, run, odd = c, 0, false
			continue
		}
		if err := br.UnreadRune(); err != nil {
			return nil, err
		}
		b, err := br.ReadByte()
		if err != nil {
			return nil, err
		}
		next, _ := br.Peek(1) // at the end there is none
		t.add(b, line, isLetter(before), len(next) > 0 && isLetter(rune(next[0])))
		if run++; strings.IndexByte(westernLetters, b) < 0 {
			odd = true
		}
		if run >= 3 && odd {
			t.alien.mark(line, b)
		}
		before = rune(b)
	}
}

// add counts a byte that is not UTF-8.
func (t *census) add(b byte, line int, after, beforeLetter bool) {
	t.ill++
	t.first.mark(line, b)
	t.low = t.low || b < 0xA0
	beside := after || beforeLetter
	switch {
	case strings.IndexByte(nordicLetters, b) >= 0:
		t.nordic = t.nordic || beside
	case b < 0xA0 && beside, b < 0xC0 && after && beforeLetter, strings.IndexByte("\x81\x8D\x8F\x90\x9D", b) >= 0:
		t.other.mark(line, b)
	}
	if b == 0xA4 || beside && strings.IndexByte(latin9Letters, b) >= 0 || b == 0xB4 && beforeLetter && !after {
		t.latin9.mark(line, b)
	}
}

// isLetter reports whether a byte, as it stands or as a character, belongs to a
// word.
func isLetter(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' || r >= 0x80 }

// doubt says why a file that is not UTF-8 cannot be taken for windows-1252, and
// where; the zero text if it can.
func (t *census) doubt() (reason fault.Text, at spot, candidates []string) {
	switch {
	case t.well*20 > t.ill:
		return say("most letters are UTF-8, but not this byte"), t.first, []string{"utf-8", "windows-1252"}
	case t.alien.line > 0:
		return say("it is neither UTF-8 nor a Western European encoding"), t.first, nil
	case !t.nordic && t.other.line > 0:
		candidates = []string{"windows-1252", "macintosh", "cp850"}
		return readings(t.other.b, candidates), t.other, candidates
	case !t.low && t.latin9.line > 0:
		candidates = []string{"windows-1252", "iso-8859-15"}
		return readings(t.latin9.b, candidates), t.latin9, candidates
	}
	return fault.Text{}, spot{}, nil
}

// readings says what a byte is in each of the encodings.
func readings(b byte, names []string) fault.Text {
	var parts []fault.Text
	for _, name := range names {
		r := CharsetByName(name).enc.(*charmap.Charmap).DecodeByte(b)
		if r < 0xA0 || r == utf8.RuneError {
			parts = append(parts, say("nothing in %s", name))
		} else {
			parts = append(parts, say("%s in %s", strconv.QuoteRune(r), name))
		}
	}
	return say("byte %s is %s", fmt.Sprintf("0x%02X", b), fault.List(parts))
}
