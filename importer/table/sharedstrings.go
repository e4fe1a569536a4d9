package table

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	stringChunk   = 256 << 10
	maxCellText   = 2 << 20   // bytes of one cell
	maxStringData = 256 << 20 // bytes of all shared strings with their index
	maxHanded     = 2 << 30   // bytes of all shared strings as often as cells have them
	refsChunk     = 1 << 16
)

// stringTable holds the shared strings of a workbook: the texts one behind
// the other in chunks, and eight bytes an entry, in chunks as well, so that
// nothing is copied while it grows.
type stringTable struct {
	chunks  []string
	refs    [][]uint64 // chunk<<40 | offset<<22 | length
	n       int
	size    int
	faults  map[int]rune // control characters in texts, which refuse their row; 0: the text is gone
	pending []byte
	said    int // how many the part says it has, -1 if it does not
	// saidRefs is how many cells refer to them, as the part says, or -1.
	saidRefs int

	// Those that are written otherwise than they go on, if this is asked for:
	// their indexes, ascending, and the texts as they are written.
	otherwise []int32
	written   *stringTable
}

func (t *stringTable) add(b []byte) error {
	if t.size += len(b) + 8; t.size > maxStringData {
		return errTooMuchText
	}
	if len(t.pending)+len(b) > stringChunk {
		t.seal()
	}
	if t.n%refsChunk == 0 {
		t.refs = append(t.refs, make([]uint64, 0, refsChunk))
	}
	last := &t.refs[len(t.refs)-1]
	*last = append(*last, uint64(len(t.chunks))<<40|uint64(len(t.pending))<<22|uint64(len(b)))
	t.n++
	t.pending = append(t.pending, b...)
	return nil
}

func (t *stringTable) seal() {
	if len(t.pending) > 0 {
		t.chunks = append(t.chunks, string(t.pending))
		t.pending = t.pending[:0]
	}
}

func (t *stringTable) len() int { return t.n }

// length returns the length of a text in bytes.
func (t *stringTable) length(i int) int { return int(t.refs[i/refsChunk][i%refsChunk] & (1<<22 - 1)) }

func (t *stringTable) get(i int) string {
	ref := t.refs[i/refsChunk][i%refsChunk]
	length := int(ref & (1<<22 - 1))
	if length == 0 {
		return ""
	}
	offset := int(ref >> 22 & (1<<18 - 1))
	return t.chunks[ref>>40][offset : offset+length]
}

// addOtherwise adds a text that is written otherwise than it goes on.
func (t *stringTable) addOtherwise(text string, written []byte) error {
	if err := t.add([]byte(text)); err != nil || t.written == nil || text == string(written) {
		return err
	}
	t.otherwise = append(t.otherwise, int32(t.n-1))
	t.size += len(written) + 12
	return t.written.add(written)
}

// asWritten returns a text as it is written, or as it goes on if that is not
// asked for.
func (t *stringTable) asWritten(i int) string {
	if at, ok := slices.BinarySearch(t.otherwise, int32(i)); ok {
		return t.written.get(at)
	}
	return t.get(i)
}

// errTooMuchText is for parts that would fill the memory.
var errTooMuchText = errors.New("too much text")

// loadStrings reads the shared strings part. With keep the texts are also kept
// as they are written.
func (p *opc) loadStrings(f *zip.File, x *xmlScanner, keep bool) (*stringTable, error) {
	t := &stringTable{said: -1, saidRefs: -1, faults: map[int]rune{}}
	if keep {
		t.written = new(stringTable)
	}
	var buf []byte
	err := p.scan(f, x, func(x *xmlScanner, e xmlEvent) error {
		switch {
		case e == xmlText && len(bytes.TrimSpace(x.text)) > 0:
			return flaw("there is text between its strings")
		case e != xmlStart || x.depth > 2 || x.depth == 2 && x.is(nsMain, "extLst"):
			if e == xmlStart && x.depth == 2 {
				return x.skipElement()
			}
			return nil
		case x.depth == 1 && x.is(nsMain, "sst"):
			t.said, t.saidRefs = x.count("uniqueCount"), x.count("count")
			return nil
		case x.depth == 1 || !x.is(nsMain, "si"):
			return flaw("there is an unknown element %q", x.local)
		}
		var err error
		var hollow bool
		if buf, hollow, err = readText(x, buf[:0]); err != nil {
			return err
		}
		if hollow {
			t.faults[t.len()] = 0
			t.size += 64
		}
		if lookAt(buf) == tame && bytes.IndexByte(buf, '_') < 0 {
			return t.add(buf)
		}
		text := clean(unescape(string(buf)))
		if r, ok := control(text); ok {
			t.faults[t.len()] = r
			t.size += 64
		}
		return t.addOtherwise(text, buf)
	})
	if err != nil {
		return nil, err
	}
	t.seal()
	t.pending = nil
	if t.written != nil {
		t.written.seal()
		t.written.pending = nil
	}
	return t, nil
}

// controlVerdict refuses a row for a character in one of its cells.
func controlVerdict(r rune, text string) *verdict {
	return &verdict{code: CodeControl, reason: say("there is a control character (%v) in the cell", fmt.Sprintf("U+%04X", r)), hint: say("remove it"), value: text}
}

// readText appends the text of the element that has just started, an si or
// an is, to dst: plain or in runs, without the phonetic guide. A text that
// has neither, and is not written as <si/>, is hollow: its inside was lost.
func readText(x *xmlScanner, dst []byte) (text []byte, hollow bool, err error) {
	texts, runs := 0, 0 // texts outside of runs, and runs
	whole := x.closing
	for depth := x.depth; ; {
		e, err := x.next()
		if err != nil {
			return dst, false, err
		}
		switch e {
		case xmlEOF:
			return dst, false, errXMLCut
		case xmlEnd:
			if x.depth == depth {
				return dst, !whole && texts+runs == 0, nil
			}
		case xmlText:
			if len(bytes.TrimSpace(x.text)) > 0 {
				return dst, false, flaw("there is text outside of its place")
			}
		case xmlStart:
			switch {
			case x.is(nsMain, "t"):
				if x.depth == depth+1 {
					texts++
				}
				if texts > 1 || texts > 0 && runs > 0 {
					return dst, false, flaw("there are two texts in one cell")
				}
				if err := x.onlySpace(); err != nil {
					return dst, false, err
				}
				if dst, err = readCharacters(x, dst); err != nil {
					return dst, false, err
				}
			case x.is(nsMain, "r") && x.depth == depth+1:
				runs++
			case x.is(nsMain, "rPh"):
				if err := skipPhonetic(x); err != nil {
					return dst, false, err
				}
			case x.is(nsMain, "phoneticPr"), x.is(nsMain, "rPr"), x.is(nsMain, "extLst"):
				if err := x.skipElement(); err != nil {
					return dst, false, err
				}
			default:
				return dst, false, flaw("there is an unknown element %q in a text", x.local)
			}
		}
	}
}

// skipPhonetic reads up to the end of the phonetic guide that has just
// started, which has its place in the text and one text of its own.
func skipPhonetic(x *xmlScanner) error {
	_, from := x.attr(nsNone, "sb")
	_, to := x.attr(nsNone, "eb")
	if !from || !to {
		return flaw("there is a phonetic guide to nothing")
	}
	for depth, texts := x.depth, 0; ; {
		e, err := x.next()
		if err != nil {
			return err
		}
		switch {
		case e == xmlEOF:
			return errXMLCut
		case e == xmlEnd && x.depth == depth:
			return nil
		case e == xmlStart:
			if texts++; texts > 1 || !x.is(nsMain, "t") {
				return flaw("there is an element %q in a phonetic guide", x.local)
			}
			if _, err := readCharacters(x, nil); err != nil {
				return err
			}
		}
	}
}

// onlySpace returns an error if the element that starts has another attribute
// than xml:space.
func (x *xmlScanner) onlySpace() error {
	for i := range x.attrs {
		a := &x.attrs[i]
		if a.space == nsXMLNS || a.space == nsOther || a.space == nsXML && string(a.local) == "space" {
			continue
		}
		return flaw("there is an unknown attribute %q in <%v>", a.local, x.local)
	}
	return nil
}

// readCharacters appends the characters of the element that has just started,
// which must have no elements in it.
func readCharacters(x *xmlScanner, dst []byte) ([]byte, error) {
	from := len(dst)
	for {
		e, err := x.next()
		if err != nil {
			return dst, err
		}
		switch e {
		case xmlText:
			if dst = append(dst, x.text...); len(dst)-from > maxCellText {
				return dst, errTooMuchText
			}
		case xmlEnd:
			return dst, nil
		case xmlStart:
			return dst, flaw("there is an element %q in a text", x.local)
		case xmlEOF:
			return dst, errXMLCut
		}
	}
}

// unescape undoes _x000D_ and the like, by which workbooks write characters
// that XML cannot have. _x005F_ is the underscore itself.
func unescape(s string) string {
	for i := 0; i+7 <= len(s); i++ {
		if _, ok := escaped(s[i:]); ok {
			return unescapeFrom(s, i)
		}
	}
	return s
}

func unescapeFrom(s string, i int) string {
	b := append(make([]byte, 0, len(s)), s[:i]...)
	for i < len(s) {
		r, ok := escaped(s[i:])
		if !ok {
			b = append(b, s[i])
			i++
			continue
		}
		i += 7
		if utf16.IsSurrogate(r) {
			low, ok := escaped(s[i:])
			if pair := utf16.DecodeRune(r, low); ok && pair != utf8.RuneError {
				b = utf8.AppendRune(b, pair)
				i += 7
				continue
			}
			i -= 7 // half a character: leave it as it is written
			b = append(b, s[i:i+7]...)
			i += 7
			continue
		}
		b = utf8.AppendRune(b, r)
	}
	return string(b)
}

// Escape returns a text as workbooks write it: with _x005F_ for an underscore
// that would begin an _xHHHH_.
func Escape(s string) string {
	var b strings.Builder
	from := 0
	for i := 0; i+7 <= len(s); i++ {
		if _, ok := escaped(s[i:]); ok {
			b.WriteString(s[from:i])
			b.WriteString("_x005F_")
			from = i + 1
		}
	}
	if from == 0 {
		return s
	}
	b.WriteString(s[from:])
	return b.String()
}

// escaped reads an _xHHHH_ at the beginning of s.
func escaped(s string) (rune, bool) {
	if len(s) < 7 || s[0] != '_' || s[1] != 'x' || s[6] != '_' {
		return 0, false
	}
	var r rune
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
