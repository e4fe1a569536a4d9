package table

import (
	"bytes"
	"io"
)

const (
	// maxRecord is the longest record, in bytes, that is read. No spreadsheet
	// writes a longer one; a file that has one is not what its name says.
	maxRecord = 16 << 20
	// maxCells is how many cells of a record are told apart. No spreadsheet has
	// as many columns; it bounds what a line of delimiters costs.
	maxCells = 1 << 19
)

// errRecordTooLong is for a line that passes maxRecord.
var errRecordTooLong = flaw("a line is longer than 16 MB")

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
	skipped int    // bytes of the blank lines before it
	raw     []byte // its bytes without the line end
	lineEnd string // "\n", "\r\n", "\r" or "" at the end of the file
	line    int    // 1-based line on which it starts
	fields  []field
	quoted  bool // some of them are quoted
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

	d      dialect
	kind   [256]byteKind
	single int // bytes from pos on that are scanned line by line
	rec    record
}

// byteKind is what a byte can mean between the cells of a record.
type byteKind uint8

const (
	ordinary byteKind = iota
	spaceByte
	delimByte // the delimiter, whole
	endByte   // of a line
	otherByte // a quotation mark, or the first byte of a longer delimiter
)

func newScanner(r io.Reader, line int, d dialect) *scanner {
	s := &scanner{r: r, line: line, d: d, buf: make([]byte, 64<<10)}
	s.kind[' '], s.kind['\t'] = spaceByte, spaceByte
	s.kind['\n'], s.kind['\r'] = endByte, endByte
	switch len(d.delim) {
	case 0:
	case 1:
		s.kind[d.delim[0]] = delimByte
	default:
		s.kind[d.delim[0]] = otherByte
	}
	if d.quote != 0 {
		s.kind[d.quote] = otherByte
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
	before := s.end
	for idle := 0; s.end < len(s.buf) && s.err == nil; { // as much as there is room: a long record is not looked at too often
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.err = err
		if idle++; n > 0 {
			idle = 0
		} else if idle == 100 {
			s.err = io.ErrNoProgress
		}
	}
	return s.end > before
}

// full reports whether no more can be read because the record is too long.
func (s *scanner) full() bool { return s.err == nil }

// next scans the next record that is not a blank line, as far as that is plain
// to see: cells that show nothing may yet make a record. It returns io.EOF
// behind the last one.
func (s *scanner) next() (*record, error) {
	skipped := 0
	for s.pos < s.end || s.more() {
		n, cut := s.blankLines()
		if skipped += n; !cut {
			break
		}
		if !s.more() {
			if s.err == io.EOF {
				skipped += s.end - s.pos
				s.pos = s.end
			}
			break
		}
	}
	if s.pos == s.end {
		return nil, s.err
	}
	r := &s.rec
	*r = record{line: s.line, skipped: skipped, fields: r.fields[:0], stray: -1}
	r.strict = s.single > 0

	i := 0 // offset from pos; the buffer may move under it
	for {
		var ended bool
		if i, ended = s.plain(i); ended {
			break
		}
		f, at, ok := s.field(i)
		if !ok {
			return s.give(r, f, at)
		}
		r.add(f)
		r.quoted = r.quoted || f.quoted
		i = at
		if s.at(i) && s.delimAt(i) {
			i += len(s.d.delim)
			continue
		}
		break
	}
	if s.err == nil && s.end-s.pos-i < 2 {
		s.more() // a CR may have its LF behind it
	}
	return s.take(r, i)
}

// add adds a cell to a record.
func (r *record) add(f field) {
	if len(r.fields) == maxCells {
		r.fault, r.faultAt = CodeTooManyCells, maxCells
		return
	}
	r.fields = append(r.fields, f)
}

// blankLines steps over the lines at pos that have nothing but delimiters,
// spaces and pairs of quotation marks, and returns how many bytes they have. If
// the line behind them is cut off by the end of what is read, and is blank so
// far, that is reported.
func (s *scanner) blankLines() (n int, cut bool) {
	b := s.buf[s.pos:s.end]
	cut = true
lines:
	for i := 0; i < len(b); i++ {
		switch s.kind[b[i]] {
		case spaceByte, delimByte:
		case endByte:
			if b[i] == '\r' {
				if i+1 == len(b) {
					break lines // its LF may be behind it
				}
				if b[i+1] == '\n' {
					i++
				}
			}
			n = i + 1
			s.line++
		default:
			if !s.emptyCell(b, i, n) {
				cut = false
				break lines
			}
			i++
		}
	}
	s.pos, s.single = s.pos+n, max(0, s.single-n)
	return n, cut
}

// emptyCell reports whether at index i of b, in the line that starts at index
// line, there are two quotation marks that are a cell.
func (s *scanner) emptyCell(b []byte, i, line int) bool {
	if i+2 >= len(b) || b[i] != s.d.quote || b[i+1] != s.d.quote {
		return false
	}
	before, behind := s.kind[b[max(i-1, 0)]], s.kind[b[i+2]]
	return (i == line || before == delimByte) && (behind == delimByte || behind == endByte)
}

// plain scans cells without quotation marks from offset i on, as far as they are
// read whole. It returns the offset of the cell that it leaves to field, or, if
// the record has ended, that of its line end.
func (s *scanner) plain(i int) (at int, ended bool) {
	b, r := s.buf[s.pos:s.end], &s.rec
	start := i
	for ; i < len(b); i++ {
		k := s.kind[b[i]]
		if k < delimByte {
			continue
		}
		if k == otherByte {
			break
		}
		r.add(field{start: start, end: i})
		if k == endByte {
			return i, true
		}
		start = i + 1
	}
	return start, false
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
	switch d := s.d.delim; len(d) {
	case 0:
		return false
	case 1:
		return s.buf[s.pos+i] == d[0]
	default:
		s.at(i + len(d) - 1)
		return bytes.HasPrefix(s.buf[s.pos+i:s.end], d)
	}
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
		for i < len(b) && s.kind[b[i]] < delimByte {
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
// It does not look much further than that.
func lineEnd(b []byte) int {
	for at, size := 0, 64; at < len(b); at, size = at+size, 2*size {
		part := b[at:min(at+size, len(b))]
		n := bytes.IndexByte(part, '\n')
		if n >= 0 {
			part = part[:n]
		}
		if r := bytes.IndexByte(part, '\r'); r >= 0 {
			n = r
		}
		if n >= 0 {
			return at + n
		}
	}
	return -1
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
	if r.quoted {
		for _, f := range r.fields {
			if f.quoted {
				lines += countLines(r.raw[f.start:f.end])
			}
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
