package workbook

import (
	"archive/zip"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"vitec-import/importer/table/internal/celltext"
	"vitec-import/importer/table/internal/fault"
)

// texts are the shared strings of a workbook: as they go on, and as they are
// written where that is something else.
type texts struct {
	chunks  [][]string // of textChunk each, so that nothing is copied while they grow
	n       int
	written map[int]string
	strikes map[int]strike
	size    int
}

const textChunk = 1 << 16

func (t *texts) add(s string) {
	if t.n%textChunk == 0 {
		t.chunks = append(t.chunks, make([]string, 0, textChunk))
	}
	last := &t.chunks[len(t.chunks)-1]
	*last = append(*last, s)
	t.n++
}

func (t *texts) get(i int) string { return t.chunks[i/textChunk][i%textChunk] }

// strike is how much of a text is struck through.
type strike uint8

const (
	unstruck strike = iota
	partly
	wholly
)

// loadTexts reads the shared strings part.
func (b *Book) loadTexts(f *zip.File) error {
	t := &texts{written: map[int]string{}, strikes: map[int]strike{}}
	b.texts = t
	var buf []byte
	return b.archive.read(f, func(x *xmlReader) error {
		switch {
		case x.depth == 1 && x.is("sst"):
			return nil
		case x.depth == 2 && x.is("extLst"):
			return x.skip()
		case x.depth != 2 || !x.is("si"):
			return flaw("an element stands where it cannot")
		}
		var struck strike
		var err error
		if buf, struck, err = readText(x, buf[:0]); err != nil {
			return err
		}
		written, n := string(buf), t.n
		text := celltext.Clean(Unescape(written))
		t.size += len(text) + 32
		if text != written {
			t.written[n] = written
			t.size += len(written) + 48
		}
		if struck != unstruck {
			t.strikes[n] = struck
		}
		if t.size > maxTexts {
			return errTooMuch
		}
		t.add(text)
		return nil
	})
}

// readText appends the text of the element that has just begun, an si or an is:
// plain or in runs, without the phonetic guide.
func readText(x *xmlReader, dst []byte) (text []byte, struck strike, err error) {
	depth := x.depth
	plain, runs, struckRuns, filled := 0, 0, 0, 0
	runStruck := false
	err = x.inside(func() (err error) {
		switch {
		case x.is("t"):
			if x.depth == depth+1 {
				plain++
			}
			if plain > 1 || plain > 0 && runs > 0 {
				return flaw("there are two texts in a cell")
			}
			from := len(dst)
			dst, err = x.characters(dst)
			if !celltext.Blank(string(dst[from:])) {
				filled++
				if runStruck {
					struckRuns++
				}
			}
		case x.is("r") && x.depth == depth+1:
			runs++
			runStruck = false
		case x.is("rPr"):
			runStruck, err = readFont(x)
		case x.is("rPh"):
			err = x.skipGuide()
		case x.is("phoneticPr"), x.is("extLst"):
			err = x.skip()
		default:
			err = flaw("there is an unknown element in a text")
		}
		return err
	})
	switch {
	case struckRuns > 0 && struckRuns == filled:
		struck = wholly
	case struckRuns > 0:
		struck = partly
	}
	return dst, struck, err
}

// readFont reads the font that has just begun to its end, and reports whether
// what is written in it is struck through.
func readFont(x *xmlReader) (struck bool, err error) {
	err = x.inside(func() error {
		if x.is("strike") || x.is("dstrike") {
			val, ok := x.attr("val")
			struck = !ok || val != "0" && val != "false" && val != "off"
		}
		return nil
	})
	return struck, err
}

// skipGuide reads to the end of the phonetic guide that has just begun, which
// has a text of its own.
func (x *xmlReader) skipGuide() error {
	if _, ok := x.attr("sb"); !ok {
		return flaw("a phonetic guide has no place in its text")
	}
	texts := 0
	return x.inside(func() error {
		if texts++; texts > 1 || !x.is("t") {
			return flaw("there is an unknown element in a text")
		}
		_, err := x.characters(nil)
		return err
	})
}

// control is the fault of a text that has a control character in it, or nil.
func control(text string) *fault.Error {
	if c, ok := celltext.Control(text); ok {
		return &fault.Error{Code: fault.Control, Reason: say("there is a control character (%s) in the cell", fmt.Sprintf("U+%04X", c)), Hint: say("remove it"), Value: text}
	}
	return nil
}

// Unescape undoes _x000D_ and the like, by which workbooks write characters that
// XML cannot have. _x005F_ is the underscore itself.
func Unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for s != "" {
		r, ok := escaped(s)
		n := 7
		if ok && utf16.IsSurrogate(r) {
			low, _ := escaped(s[7:])
			if r = utf16.DecodeRune(r, low); r != utf8.RuneError {
				n = 14
			} else {
				ok = false // half a character: it stays as it is written
			}
		}
		if ok {
			b.WriteRune(r)
			s = s[n:]
			continue
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}

// Escape returns a text as workbooks write it: with _x005F_ for an underscore
// that would begin an _xHHHH_.
func Escape(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if _, ok := escaped(s[i:]); ok {
			b.WriteString("_x005F")
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// escaped reads an _xHHHH_ at the beginning of s.
func escaped(s string) (r rune, ok bool) {
	if len(s) < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return 0, false
	}
	for _, c := range []byte(s[2:6]) {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c|0x20 >= 'a' && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return r, true
}
