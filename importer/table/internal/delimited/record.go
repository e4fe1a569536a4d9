package delimited

import (
	"bytes"
	"io"
	"strings"

	"vitec-import/importer/table/internal/fault"
)

// field is a cell of a record, as offsets into its bytes.
type field struct {
	from, to   int // with the quotation marks
	start, end int // without them
	quoted     bool
	doubled    bool // has doubled quotation marks
}

// record is one row of a file before its cells are decoded.
type record struct {
	line   int    // 1-based line on which it starts
	raw    []byte // without the line end
	end    string // the line end
	fields []field
	stray  int  // 0-based cell with a quotation mark inside, without quotation marks around it; -1: none
	strict bool // it must have exactly the width of the header
	lines  int
	offset int64 // of its first byte, in the bytes that are read

	fault fault.Code // why the cells cannot be told apart, or ""
}

// begin makes a line a record.
func (r *record) begin(l line) {
	*r = record{line: l.number, offset: l.offset, raw: l.text, end: l.end, fields: r.fields[:0], stray: -1, strict: l.strict, lines: 1}
}

// parser takes records apart. Delimiter and quote are in the bytes that it
// reads; without a delimiter there is one column.
type parser struct {
	lines *lines
	delim []byte
	quote byte
	rec   record
}

// next returns the next record that is not a blank line, which is valid until the
// next call. It returns io.EOF behind the last one.
func (p *parser) next() (*record, error) {
	p.lines.skipEmpty()
	first, err := p.lines.next()
	for err == nil && p.nothingIn(first.text) {
		p.lines.skipEmpty()
		first, err = p.lines.next()
	}
	if err != nil {
		return nil, err
	}
	r := &p.rec
	r.begin(first)
	var parts []line // the lines of the record behind the first
	var ends []int   // where they begin in it
	at, open := p.parse(r, 0)
	for open && !first.strict && len(r.raw) < MaxRecord {
		more, err := p.lines.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, err
		}
		if len(parts) == 0 {
			r.raw = bytes.Clone(r.raw)
		}
		r.raw = append(r.raw, r.end...)
		parts, ends = append(parts, more), append(ends, len(r.raw))
		r.raw, r.end = append(r.raw, more.text...), more.end
		r.lines++
		at, open = p.parse(r, at)
	}
	if open {
		r.fault = fault.UnclosedQuote
	}
	if r.fault != "" && len(parts) > 0 {
		// The record is its first line. The others are read again, each for
		// itself as far as the line on which the fault shows.
		r.begin(first)
		p.parse(r, 0)
		r.fault = fault.UnclosedQuote
		for i := range parts {
			parts[i].strict = open || i+1 < len(ends) && ends[i+1] <= at
		}
		p.lines.putBack(parts)
	}
	return r, nil
}

// nothingIn reports whether there are only delimiters and blanks in a line.
func (p *parser) nothingIn(text []byte) bool {
	for i := 0; i < len(text); {
		switch {
		case text[i] == ' ' || text[i] == '\t':
			i++
		case len(p.delim) > 0 && bytes.HasPrefix(text[i:], p.delim):
			i += len(p.delim)
		default:
			return false
		}
	}
	return true
}

// parse reads cells from offset at on, where one begins or a quoted one goes
// on. It returns the offset at which it ended, and whether that is inside of
// quotation marks. A fault that it finds is noted in the record, whose last
// cell is then the rest of the line.
func (p *parser) parse(r *record, at int) (end int, open bool) {
	b := r.raw
	goesOn := at > 0
	for {
		if !goesOn {
			if len(r.fields) == maxCells {
				r.fault = fault.TooManyCells
				r.fields[maxCells-1].to = len(b)
				return at, false
			}
			r.fields = append(r.fields, field{from: at, to: len(b), start: at, end: len(b)})
		}
		f := &r.fields[len(r.fields)-1]
		switch {
		case goesOn || at < len(b) && b[at] == p.quote && p.quote != 0:
			if !goesOn {
				f.quoted, f.start = true, at+1
				at++
			}
			goesOn = false
			f.to, f.end = len(b), len(b)
			closed := p.closing(b, at, f)
			if closed < 0 {
				return len(b), true
			}
			f.end, at = closed, closed+1
			if at < len(b) && !bytes.HasPrefix(b[at:], p.delim) || len(p.delim) == 0 && at < len(b) {
				r.fault = fault.StrayQuote
				return at, false
			}
		default:
			if n := p.bareFormula(b[at:]); n > 0 {
				f.start, f.end = at+2, at+n-1
				at += n
				break
			}
			n := len(b) - at
			if len(p.delim) > 0 {
				if i := bytes.Index(b[at:], p.delim); i >= 0 {
					n = i
				}
			}
			if r.stray < 0 && bytes.IndexByte(b[at:at+n], p.quote) >= 0 {
				r.stray = len(r.fields) - 1
			}
			at += n
			f.end = at
		}
		f.to = at
		if at >= len(b) {
			return at, false
		}
		at += len(p.delim)
	}
}

// closing returns the offset of the quotation mark that closes a cell, -1 if
// there is none. Doubled ones are part of the text.
func (p *parser) closing(b []byte, at int, f *field) int {
	for {
		i := bytes.IndexByte(b[at:], p.quote)
		if i < 0 {
			return -1
		}
		at += i
		if at+1 == len(b) || b[at+1] != p.quote {
			return at
		}
		f.doubled = true
		at += 2
	}
}

// bareFormula returns the length of a cell that is written ="…", with which
// people keep leading zeros alive, or 0.
func (p *parser) bareFormula(b []byte) int {
	if len(b) < 3 || b[0] != '=' || b[1] != p.quote {
		return 0
	}
	n := bytes.IndexByte(b[2:], p.quote) + 3
	if n < 3 || n < len(b) && !(len(p.delim) > 0 && bytes.HasPrefix(b[n:], p.delim)) {
		return 0
	}
	return n
}

// swallows reports whether a quoted cell seems to hold a row of its own: one of
// its lines has as many cells as the record, counted without regard to
// quotation marks, and closes no mark in its first cell. Two marks that were
// forgotten in two rows make one row of both.
func (p *parser) swallows(r *record) bool {
	if r.lines < 2 || len(p.delim) == 0 || len(r.fields) < 3 {
		return false
	}
	text := strings.ReplaceAll(strings.ReplaceAll(string(r.raw), "\r\n", "\n"), "\r", "\n")
	for i, l := range strings.Split(text, "\n") {
		head, _, _ := strings.Cut(l, string(p.delim))
		if i > 0 && strings.Count(l, string(p.delim))+1 == len(r.fields) && strings.IndexByte(head, p.quote) < 0 {
			return true
		}
	}
	return false
}
