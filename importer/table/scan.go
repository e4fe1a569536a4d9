package table

import (
	"bytes"
	"io"
)

// maxRecord is the longest record, in bytes, that is read. No spreadsheet
// writes a longer one; a file that has one is not what its name says.
const maxRecord = 16 << 20

// errRecordTooLong is for a line that passes maxRecord.
var errRecordTooLong = flaw("csv.long_line")

// A dialect says how the cells of a record are told apart. The zero delimiter
// means that there is one column.
type dialect struct {
	delim []byte // the delimiter in the scanner's bytes; nil: one column
	quote byte
}

// field is a cell of a record, as offsets into record.raw, without its quotes.
type field struct {
	start, end int
	quoted     bool
	doubled    bool // has doubled quotes to be made single
	formula    bool // was written ="…"
}

// record is one row of a CSV file before it is decoded. It is valid until the
// next one is scanned.
type record struct {
	skipped int    // bytes of the empty lines before it
	raw     []byte // its bytes without the line end
	lineEnd string // "\n", "\r\n", "\r" or "" at the end of the file
	line    int    // 1-based line on which it starts
	fields  []field
	fault   Code // why its fields cannot be told apart, or ""
	faultAt int  // 0-based cell of the fault
	stray   int  // 0-based cell with a quotation mark inside an unquoted cell, or -1
	strict  bool // it stands where an unclosed quote has been: it must have exactly the header's width
	rowlike int  // a line inside a quoted cell has this many cells, if it is a row by itself; else 0
}

// scanner takes a stream of bytes apart into records as RFC 4180 has them,
// with line ends of all kinds. A quotation mark that is never closed, or
// closed where no cell ends, costs the line on which the cell began: the
// lines behind it are scanned again, each by itself.
type scanner struct {
	r    io.Reader
	buf  []byte
	pos  int   // start of what is not yet scanned
	end  int   // end of what is read
	line int   // 1-based line at pos
	err  error // from r; io.EOF at the end

	d       dialect
	special [256]bool
	single  int // bytes from pos on that are scanned line by line
	rec     record
}

func newScanner(r io.Reader, line int, d dialect) *scanner {
	s := &scanner{r: r, line: line, d: d, buf: make([]byte, 64<<10)}
	s.special['\n'], s.special['\r'] = true, true
	if d.quote != 0 {
		s.special[d.quote] = true
	}
	if len(d.delim) > 0 {
		s.special[d.delim[0]] = true
	}
	return s
}

// more reads more bytes behind what is there. It reports false at the end of
// the input, and if the record that starts at pos gets too long.
func (s *scanner) more() bool {
	if s.err != nil {
		return false
	}
	if s.pos > 0 && s.end == len(s.buf) {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= maxRecord {
			return false
		}
		grown := make([]byte, min(2*len(s.buf), maxRecord))
		copy(grown, s.buf[:s.end])
		s.buf = grown
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.err = err
		if n > 0 {
			return true
		}
		if err != nil {
			return false
		}
	}
	s.err = io.ErrNoProgress
	return false
}

// full reports whether no more can be read because the record is too long.
func (s *scanner) full() bool { return s.err == nil }

// next scans the next record that is not an empty line. It returns io.EOF
// behind the last one.
func (s *scanner) next() (*record, error) {
	skipped := 0
	for s.pos < s.end || s.more() {
		n := s.emptyLines()
		if n == 0 {
			break
		}
		skipped += n
	}
	if s.pos == s.end {
		return nil, s.err
	}
	r := &s.rec
	*r = record{line: s.line, skipped: skipped, fields: r.fields[:0], stray: -1}
	r.strict = s.single > 0

	i := 0 // offset from pos; the buffer may move under it
	for {  // each field
		f, at, ok := s.field(i)
		if !ok {
			return s.give(r, f, at)
		}
		r.fields = append(r.fields, f)
		i = at
		if s.at(i) && s.delimAt(i) {
			i += len(s.d.delim)
			continue
		}
		break
	}
	if r.fault == "" && s.err == nil && s.end-s.pos-i < 2 {
		s.more() // a CR may have its LF behind it
	}
	return s.take(r, i)
}

// emptyLines steps over the empty lines at pos, as far as they are read, and
// returns how many bytes they have. A CR that is not followed by anything yet
// is left alone.
func (s *scanner) emptyLines() int {
	i := s.pos
	for i < s.end {
		switch {
		case s.buf[i] == '\n':
			i++
		case s.buf[i] == '\r' && i+1 < s.end && s.buf[i+1] == '\n':
			i += 2
		case s.buf[i] == '\r' && i+1 < s.end:
			i++
		default:
			n := i - s.pos
			s.pos, s.single = i, max(0, s.single-n)
			return n
		}
		s.line++
	}
	n := i - s.pos
	s.pos, s.single = i, max(0, s.single-n)
	return n
}

// at makes sure that the byte at offset i from pos is there.
func (s *scanner) at(i int) bool {
	for s.pos+i >= s.end {
		if !s.more() {
			return false
		}
	}
	return true
}

func (s *scanner) delimAt(i int) bool {
	d := s.d.delim
	if len(d) == 0 {
		return false
	}
	if len(d) > 1 {
		s.at(i + len(d) - 1)
	}
	return bytes.HasPrefix(s.buf[s.pos+i:s.end], d)
}

// field scans the field that starts at offset i from pos and returns it with
// the offset behind it: of a delimiter, a line end or the end of the input.
// If there is a fault, ok is false and at is the offset at which it shows.
func (s *scanner) field(i int) (f field, at int, ok bool) {
	f.start = i
	if s.d.quote != 0 && s.at(i) {
		if c := s.buf[s.pos+i]; c == s.d.quote {
			f.quoted, f.start = true, i+1
			return s.quoted(f, i+1)
		} else if c == '=' && s.at(i+1) && s.buf[s.pos+i+1] == s.d.quote {
			if end, ok := s.bareFormula(i + 2); ok {
				f.formula, f.start, f.end = true, i+2, end
				return f, end + 1, true
			}
		}
	}
	for {
		b := s.buf[s.pos:s.end]
		for i < len(b) && !s.special[b[i]] {
			i++
		}
		if i == len(b) {
			if s.more() {
				continue
			}
			if s.full() {
				return f, i, false
			}
			f.end = i
			return f, i, true
		}
		switch c := b[i]; {
		case c == '\n' || c == '\r' || s.delimAt(i):
			f.end = i
			return f, i, true
		case c == s.d.quote && s.rec.stray < 0:
			s.rec.stray = len(s.rec.fields)
		}
		i++
	}
}

// quoted scans the rest of a quoted field behind its opening mark.
func (s *scanner) quoted(f field, i int) (field, int, bool) {
	for {
		b := s.buf[s.pos:s.end]
		k := bytes.IndexByte(b[i:], s.d.quote)
		if s.single > 0 { // no cell may go on behind its line
			if n := lineEnd(b[i:]); n >= 0 && (k < 0 || n < k) {
				f.end = i + n
				return f, i + n, false
			}
		}
		if k < 0 {
			i = len(b)
			if s.more() {
				continue
			}
			f.end = i
			return f, i, false
		}
		i += k + 1
		if !s.at(i) {
			f.end = i - 1
			return f, i, !s.full()
		}
		switch c := s.buf[s.pos+i]; {
		case c == s.d.quote:
			f.doubled = true
			i++
		case c == '\n' || c == '\r' || s.delimAt(i):
			f.end = i - 1
			return f, i, true
		default:
			f.end = i - 1
			return f, i, false
		}
	}
}

// bareFormula looks for the end of ="…" that is not in quotes itself, and
// returns the offset of the closing mark. There must be a delimiter or the
// end of the line behind it, and no other mark inside.
func (s *scanner) bareFormula(i int) (end int, ok bool) {
	for ; s.at(i); i++ {
		switch c := s.buf[s.pos+i]; {
		case c == '\n' || c == '\r':
			return 0, false
		case c == s.d.quote:
			if !s.at(i + 1) {
				return i, !s.full()
			}
			c := s.buf[s.pos+i+1]
			return i, c == '\n' || c == '\r' || s.delimAt(i+1)
		}
	}
	return 0, false
}

// lineEnd returns the index of the first line feed or carriage return, or -1.
func lineEnd(b []byte) int {
	n := bytes.IndexByte(b, '\n')
	if n < 0 {
		return bytes.IndexByte(b, '\r')
	}
	if r := bytes.IndexByte(b[:n], '\r'); r >= 0 {
		return r
	}
	return n
}

// countLines counts the line ends in b.
func countLines(b []byte) int {
	n := bytes.Count(b, []byte{'\n'})
	if bytes.IndexByte(b, '\r') < 0 {
		return n
	}
	for i, c := range b {
		if c == '\r' && (i+1 == len(b) || b[i+1] != '\n') {
			n++
		}
	}
	return n
}

// take ends the record at offset i from pos and steps over its line end.
func (s *scanner) take(r *record, i int) (*record, error) {
	b := s.buf[s.pos:s.end]
	if i == len(b) && s.err != io.EOF {
		return nil, s.err // the record was cut off by a fault, not by the end of the file
	}
	r.raw = b[:i]
	n := 0
	switch {
	case i == len(b):
	case b[i] == '\n':
		n, r.lineEnd = 1, "\n"
	case i+1 < len(b) && b[i+1] == '\n':
		n, r.lineEnd = 2, "\r\n"
	default:
		n, r.lineEnd = 1, "\r"
	}
	lines := 0
	for _, f := range r.fields {
		if f.quoted {
			lines += countLines(r.raw[f.start:f.end])
		}
	}
	if lines > 0 {
		s.judgeLines(r)
	}
	if n > 0 {
		lines++
	}
	s.line += lines
	s.pos += i + n
	s.single = max(0, s.single-i-n)
	return r, nil
}

// give ends a record whose field f has a fault that shows at offset at. It
// costs the line on which the record starts; what is behind that, up to the
// line of the fault, is scanned line by line.
func (s *scanner) give(r *record, f field, at int) (*record, error) {
	r.faultAt = len(r.fields)
	r.fields = append(r.fields, f)
	r.fault = CodeStrayQuote
	b := s.buf[s.pos:s.end]
	if at == len(b) && s.err != nil && s.err != io.EOF {
		return nil, s.err
	}
	if at >= len(b) || s.single > 0 && lineEnd(b[at:]) == 0 {
		r.fault = CodeUnclosedQuote
	}
	n := lineEnd(b)
	if n < 0 {
		for n < 0 && s.more() {
			n = lineEnd(s.buf[s.pos:s.end])
		}
		if b = s.buf[s.pos:s.end]; n < 0 {
			if n = len(b); s.full() {
				return nil, errRecordTooLong
			}
		}
	} else if s.err == nil && s.end-s.pos-n < 2 {
		s.more()
		b = s.buf[s.pos:s.end]
	}
	if !f.quoted {
		return nil, errRecordTooLong
	}
	r.fields = r.fields[:0]
	single := 0
	if at > n {
		r.fault = CodeUnclosedQuote
		// The line on which the fault shows is itself scanned as usual.
		last := bytes.LastIndexAny(b[:at], "\r\n")
		if at >= len(b) {
			last = len(b) - 1
		}
		single = last + 1
	}
	s.single = max(s.single, single)
	return s.take(r, n)
}

// judgeLines looks for another row inside the quoted cells of a record: a
// line of it that has as many cells as the record, counted without regard to
// quotes, while its closing mark is not in its first cell. Two marks that
// were forgotten in two rows make one row of both.
func (s *scanner) judgeLines(r *record) {
	if len(s.d.delim) == 0 || len(r.fields) < 3 {
		return
	}
	rest := r.raw
	for first := true; ; first = false {
		n := lineEnd(rest)
		line := rest
		if n >= 0 {
			line = rest[:n]
		}
		if !first && bytes.Count(line, s.d.delim)+1 == len(r.fields) {
			head, _, _ := bytes.Cut(line, s.d.delim)
			if bytes.IndexByte(head, s.d.quote) < 0 {
				r.rowlike = len(r.fields)
				return
			}
		}
		if n < 0 {
			return
		}
		rest = rest[n+1:]
	}
}
