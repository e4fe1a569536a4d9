package delimited

import (
	"bytes"
	"io"

	"vitec-import/importer/table/internal/fault"
)

// line is a physical line.
type line struct {
	number int    // 1-based
	text   []byte // without its end
	end    string // "\n", "\r\n", "\r", or "" at the end of the file
	offset int64  // of its first byte
	strict bool   // it stands behind a quotation mark that was never closed
}

// lines reads the physical lines of a file, with line ends of all kinds. Lines
// may be put back.
type lines struct {
	r      io.Reader
	buf    []byte
	pos    int   // start of what is not read yet
	number int   // of the next line
	offset int64 // of the next line
	err    error // of r; io.EOF at the end
	back   []line
}

func newLines(r io.Reader) *lines {
	return &lines{r: r, buf: make([]byte, 0, 64<<10), number: 1}
}

// next returns the next line, or io.EOF. Its text is valid until the call after
// the next one.
func (l *lines) next() (line, error) {
	if len(l.back) > 0 {
		n := l.back[0]
		l.back = l.back[1:]
		return n, nil
	}
	for seen := 0; ; {
		rest := l.buf[l.pos:]
		i := bytes.IndexAny(rest[seen:], "\r\n") + seen
		switch {
		case i > MaxRecord, i < seen && len(rest) > MaxRecord:
			return line{}, fail(fault.TooLarge, l.number, say("a line is longer than 16 MB"), say("this is not a list of rows: export it again as CSV or XLSX"))
		case i >= seen && (rest[i] == '\n' || i+1 < len(rest) || l.err != nil): // the LF of a CR may not be read yet
			return l.take(i), nil
		case i >= seen:
			seen = i
		default:
			seen = len(rest)
		}
		if l.err == io.EOF && len(rest) > 0 {
			return l.take(len(rest)), nil
		}
		if l.err != nil {
			return line{}, l.err
		}
		l.fill()
	}
}

// skipEmpty steps over the empty lines that are next, of which there can be
// millions.
func (l *lines) skipEmpty() {
	for from := l.pos; len(l.back) == 0 && l.pos < len(l.buf); from = l.pos {
		switch {
		case l.buf[l.pos] == '\n':
			l.pos++
		case l.buf[l.pos] == '\r' && l.pos+1 < len(l.buf):
			if l.pos++; l.buf[l.pos] == '\n' {
				l.pos++
			}
		default:
			return
		}
		l.number++
		l.offset += int64(l.pos - from)
	}
}

// take returns the n bytes that are next as a line, and steps over its end.
func (l *lines) take(n int) line {
	rest := l.buf[l.pos:]
	t := line{number: l.number, offset: l.offset, text: rest[:n:n]}
	switch {
	case n == len(rest):
	case rest[n] == '\n':
		t.end = "\n"
	case n+1 < len(rest) && rest[n+1] == '\n':
		t.end = "\r\n"
	default:
		t.end = "\r"
	}
	l.pos += n + len(t.end)
	l.offset += int64(n + len(t.end))
	l.number++
	return t
}

// fill reads more bytes behind what is there. The lines that were handed out
// keep their bytes: what is not read yet moves to a fresh buffer.
func (l *lines) fill() {
	if l.pos > 0 || len(l.buf) == cap(l.buf) {
		rest := l.buf[l.pos:]
		size := 64 << 10
		for size < 2*len(rest) {
			size *= 2
		}
		l.buf, l.pos = append(make([]byte, 0, size), rest...), 0
	}
	n, err := io.ReadFull(l.r, l.buf[len(l.buf):cap(l.buf)])
	l.buf = l.buf[:len(l.buf)+n]
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	l.err = err
}

// putBack makes lines the next ones.
func (l *lines) putBack(all []line) { l.back = append(append([]line(nil), all...), l.back...) }
