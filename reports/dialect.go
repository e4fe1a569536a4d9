package reports

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/ianaindex"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"

	"vitec-import/importer/table"
)

// dialect is how a CSV file is written, in its own bytes. It is what takes a
// record apart and adds cells to it without touching the others.
type dialect struct {
	unit    int // bytes of a code unit: 2 in UTF-16, else 1
	encoder *encoding.Encoder
	comma   string // the delimiter, of one or two characters
	delim   []byte // the delimiter in the file's bytes
	quote   []byte // the quotation mark in the file's bytes
	equals  []byte // the sign before a quoted text that shall stay one
	cr, lf  []byte
	lineEnd []byte
}

func newDialect(info table.Info) dialect {
	d := dialect{unit: 1, comma: "\t"} // no delimiter: one column, of which no cell has a tab
	if info.Delimiter != "" {
		d.comma = info.Delimiter
	}
	quote := info.Quote
	if quote == "" {
		quote = `"`
	}
	switch name := strings.TrimSuffix(info.Encoding, "-bom"); name {
	case "", "utf-8":
	case "utf-16le":
		d.unit, d.encoder = 2, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder()
	case "utf-16be":
		d.unit, d.encoder = 2, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder()
	case "cp858":
		d.encoder = charmap.CodePage858.NewEncoder()
	default:
		if e, err := ianaindex.IANA.Encoding(name); err == nil && e != nil {
			d.encoder = e.NewEncoder()
		} else {
			d.encoder = charmap.Windows1252.NewEncoder() // see encode: nothing but ASCII is sure then
		}
	}
	end := info.LineEnd
	if end == "" {
		end = "\r\n"
	}
	d.delim, d.quote, d.equals = d.encode(d.comma), d.encode(quote), d.encode("=")
	d.cr, d.lf, d.lineEnd = d.encode("\r"), d.encode("\n"), d.encode(end)
	return d
}

// whole is a record of its raw cells.
func (d *dialect) whole(cells [][]byte) []byte {
	if cells == nil {
		return nil
	}
	return bytes.Join(cells, d.delim)
}

// encode writes s in the file's encoding. A character that the encoding does
// not have is written as what looks like it, or as a question mark.
func (d *dialect) encode(s string) []byte {
	if d.encoder == nil {
		return []byte(s)
	}
	if b, err := d.encoder.Bytes([]byte(s)); err == nil {
		return b
	}
	var out []byte
	for _, r := range norm.NFC.String(s) {
		for _, try := range [...]string{string(r), plain(r), "?"} {
			if b, err := d.encoder.Bytes([]byte(try)); err == nil {
				out = append(out, b...)
				break
			}
		}
	}
	return out
}

// plain is the ASCII that looks like a character.
func plain(r rune) string {
	switch r {
	case '‘', '’', '‚', '′', '´':
		return "'"
	case '“', '”', '„', '″', '«', '»':
		return "'"
	case '‐', '‑', '‒', '–', '—', '−':
		return "-"
	case '…':
		return "..."
	case '•', '·':
		return "*"
	case '≥':
		return ">="
	case '≤':
		return "<="
	case '→':
		return "->"
	case '\u00a0', '\u202f', '\u2009':
		return " "
	case 'æ':
		return "ae"
	case 'Æ':
		return "AE"
	case 'ø':
		return "o"
	case 'Ø':
		return "O"
	case 'ß':
		return "ss"
	case 'ł':
		return "l"
	case 'Ł':
		return "L"
	case '€':
		return "EUR"
	}
	first, _ := utf8.DecodeRuneInString(norm.NFKD.String(string(r)))
	if first < utf8.RuneSelf {
		return string(first)
	}
	return "?"
}

// at reports whether mark stands at offset i of raw.
func (d *dialect) at(raw []byte, i int, mark []byte) bool {
	return i < len(raw) && bytes.HasPrefix(raw[i:], mark)
}

// record scans the record at the beginning of raw. It returns its cells with
// their quotation marks, and its length without the line end. whole is false
// if raw ends before the record does; sound is false if a quotation mark is
// not closed, or closed where no cell ends.
func (d *dialect) record(raw []byte) (cells [][]byte, n int, whole, sound bool) {
	start, i := 0, 0
	for {
		if d.at(raw, i, d.quote) {
			i += d.unit
			for closed := false; !closed; {
				switch {
				case i >= len(raw):
					return append(cells, raw[start:]), len(raw), false, false
				case !d.at(raw, i, d.quote):
					i += d.unit
				case d.at(raw, i+d.unit, d.quote):
					i += 2 * d.unit
				default:
					i += d.unit
					closed = true
				}
			}
			if i < len(raw) && !d.at(raw, i, d.delim) && !d.at(raw, i, d.cr) && !d.at(raw, i, d.lf) {
				return append(cells, raw[start:]), len(raw), true, false
			}
		}
		if end, ok := d.bareFormula(raw, i); ok && i == start {
			i = end
		}
		for i < len(raw) && !d.at(raw, i, d.delim) && !d.at(raw, i, d.cr) && !d.at(raw, i, d.lf) {
			i += d.unit
		}
		i = min(i, len(raw))
		cells = append(cells, raw[start:i])
		if i == len(raw) || !d.at(raw, i, d.delim) {
			return cells, i, i < len(raw), true
		}
		i += len(d.delim)
		start = i
	}
}

// bareFormula returns the end of a cell written ="…" at offset i, in which a
// delimiter does not count.
func (d *dialect) bareFormula(raw []byte, i int) (end int, ok bool) {
	if i+d.unit > len(raw) || !d.at(raw, i, d.equals) || !d.at(raw, i+d.unit, d.quote) {
		return 0, false
	}
	for i += 2 * d.unit; i+d.unit <= len(raw); i += d.unit {
		switch {
		case d.at(raw, i, d.cr), d.at(raw, i, d.lf):
			return 0, false
		case d.at(raw, i, d.quote):
			i += d.unit
			return i, i >= len(raw) || d.at(raw, i, d.delim) || d.at(raw, i, d.cr) || d.at(raw, i, d.lf)
		}
	}
	return 0, false
}

// line returns the offset at which a 1-based line starts, as text editors
// count; ok is false if raw ends before it.
func (d *dialect) line(raw []byte, n int) (at int, ok bool) {
	for line := 1; line < n; {
		switch {
		case at >= len(raw):
			return 0, false
		case d.at(raw, at, d.lf):
			line++
		case d.at(raw, at, d.cr):
			if !d.at(raw, min(at+d.unit, len(raw)), d.lf) {
				line++
			}
		}
		at += d.unit
	}
	return at, true
}

// maxHead is how far down a file its header may end.
const maxHead = 32 << 20

// errHead tells that the header is not where it was found before.
var errHead error = failure("its header is not where the run found it")

// head reads what stands above the header, byte for byte, and the cells of
// the header itself.
func (d *dialect) head(info table.Info) (above []byte, header [][]byte, err error) {
	f, err := os.Open(info.Path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close() // nothing was written
	var raw []byte
	for size := 64 << 10; ; size *= 4 {
		old := len(raw)
		raw = append(raw, make([]byte, size-old)...)
		n, err := io.ReadFull(f, raw[old:])
		raw = raw[:old+n]
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return nil, nil, err
		}
		mark := byteOrderMark(raw)
		at, ok := d.line(raw[mark:], info.HeaderRow)
		at += mark
		if ok {
			cells, _, whole, sound := d.record(raw[at:])
			if (whole || end) && sound && len(cells) == len(info.Header) {
				return raw[:at], cells, nil
			}
			if whole {
				return nil, nil, errHead
			}
		}
		if end || size > maxHead {
			return nil, nil, errHead
		}
	}
}

// byteOrderMark is the length of the mark at the beginning of a file.
func byteOrderMark(raw []byte) int {
	switch {
	case bytes.HasPrefix(raw, []byte{0xEF, 0xBB, 0xBF}):
		return 3
	case bytes.HasPrefix(raw, []byte{0xFF, 0xFE}), bytes.HasPrefix(raw, []byte{0xFE, 0xFF}):
		return 2
	}
	return 0
}

// blankBytes reports whether a raw cell shows nothing, in any encoding.
func blankBytes(cell []byte) bool {
	return len(bytes.Trim(cell, " \t\x00")) == 0
}

// text makes a text of our own fit for a cell that needs no quotation marks:
// the cells beside it must not change, whatever it says. It has none of the
// characters that a reader could take for the delimiter of the file, and what
// stands for them is ASCII: a spreadsheet may misread the rest.
func (d *dialect) text(s string) []byte {
	marks := strings.NewReplacer(`"`, "'")
	if bytes.Equal(d.quote, d.encode("'")) {
		marks = strings.NewReplacer(`"`, ".", "'", ".") // a reader of such a file may take both for quotation marks
	}
	s = strings.NewReplacer("; ", " / ", ";", "/", ", ", " - ", ",", ".", "|", "/", d.comma, " ").Replace(oneLine(s))
	return d.encode(marks.Replace(Inert(marks.Replace(s))))
}
