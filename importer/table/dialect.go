package table

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// findDialect settles delimiter, quotes and header.
func (c *csvReader) findDialect(info *Info) error {
	said, err := c.readSepLine()
	if err != nil {
		return err
	}
	delim := c.opts.Delimiter
	if delim == 0 {
		delim = said
	} else if strings.ContainsRune("\n\r\"\x00=", delim) || !utf8.ValidRune(delim) {
		return c.fail(CodeOption, 0, say("%v cannot be a delimiter", strconv.QuoteRune(delim)), say("use one character such as ; or ,"))
	}
	quote := byte('"')
	t, err := c.settle(delim, quote)
	if err != nil {
		return err
	}
	if t.header >= 0 && (allIn('\'', t.head[t.header].cells) || t.quoted == 0 && 2*t.others > t.rows+1) {
		quote = '\''
		if t, err = c.settle(delim, quote); err != nil {
			return err
		}
	}
	c.d.quote, info.Quote = quote, string(quote)
	if t.header < 0 {
		switch {
		case c.opts.HeaderRow > 0 && len(t.head) > 0:
			return c.fail(CodeHeader, c.opts.HeaderRow, say("no row begins on this line, or it is too far down"), say("the first row with anything in it is on line %v; rows are counted as in a text editor", t.head[0].number))
		case len(t.head) > 0:
			return c.fail(CodeHeader, t.head[0].number, say("none of the first rows can be read"), say("see the row's own fault: an unclosed quotation mark, or a wrong --encoding"))
		}
		return c.fail(CodeEmpty, 0, say("there are no rows in the file"), say("export it again"))
	}
	h := t.head[t.header]
	c.headAt, c.header, c.width = h.number, trimmed(h.cells), len(h.cells)
	c.uniform = t.uniform()
	delimiter, _ := c.enc.appendText(nil, c.d.delim) // a character of the encoding, or two
	info.Header, info.HeaderRow, info.Delimiter = c.header, h.number, string(delimiter)
	if !h.ok || h.astray {
		return c.fail(CodeHeader, h.number, say("the header row cannot be read"), say("see its quotation marks, or a wrong --encoding"))
	}
	if filled(h.cells) == 0 {
		return c.fail(CodeHeader, h.number, say("the header row is empty"), say("name another row with --header-row"))
	}
	if err := c.mixedDelimiters(t); err != nil {
		return err
	}
	if err := c.notTable(t); err != nil {
		return err
	}
	if t.rows == 0 && len(t.head) == 1 && rowsInOne(h.cells, string(delimiter)) {
		return c.fail(CodeNotTable, h.number, say("the file is one line, and its rows are separated by something that is no line break"), say("export the list again, with a line break behind every row"))
	}
	if t.header > 0 && c.opts.HeaderRow == 0 {
		info.Warnings = append(info.Warnings, skippedRows("the header is taken to be line %v; what stands above it is not read", h.number))
	}
	return c.findLineEnd(info)
}

// notTable refuses text that is no table. Who names the header's row, or has
// a mapping that names a column in it, is believed.
func (c *csvReader) notTable(t *trial) error {
	if t.named > 0 || c.opts.HeaderRow > 0 {
		return nil
	}
	h := t.head[t.header]
	behind := t.head[t.header+1:]
	if len(behind) > 0 && behind[0].ok && isRuler(behind[0].cells) {
		return c.fail(CodeNotTable, behind[0].number, say("the table is drawn with lines of signs"), say("export the list as .xlsx or CSV"))
	}
	if len(t.d.delim) > 0 {
		return nil
	}
	var lines []string
	for _, b := range behind {
		if b.ok {
			lines = append(lines, strings.TrimSpace(b.cells[0]))
		}
	}
	if what := notOneColumn(h.cells[0], lines); what != "" {
		return c.fail(CodeNotTable, 0, say("the file is %v, not a list", say(what)), say("export the list as .xlsx or CSV; if it is a list with one column, name the row of its header with --header-row"))
	}
	return nil
}

// rowsInOne reports whether the cells of the only line are those of several
// rows, with another sign than a line break between them: one at which the
// line falls apart into pieces of as many cells each. The separators of lines
// that Unicode has are line breaks inside of cells by now.
func rowsInOne(cells []string, own string) bool {
	line := strings.Join(cells, own)
	if own == "" {
		return strings.Count(strings.TrimSpace(line), "\n") > 1
	}
	for _, sign := range append([]string{"\n"}, usualDelimiters...) {
		pieces := strings.Split(strings.TrimSuffix(line, sign), sign)
		if sign == own || len(pieces) < 2 || sign != "\n" && len(pieces) < 3 {
			continue
		}
		n := strings.Count(pieces[0], own)
		if n > 0 && !slices.ContainsFunc(pieces, func(piece string) bool { return strings.Count(piece, own) != n }) {
			return true
		}
	}
	return false
}

// isRuler reports whether a row is a line between a header and its rows, as
// Markdown and terminals draw it.
func isRuler(cells []string) bool {
	n := 0
	for _, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" {
			continue
		}
		if !rulerLine.MatchString(cell) {
			return false
		}
		n++
	}
	return n > 0
}

// settle tries the given delimiter, or all of them.
func (c *csvReader) settle(delim rune, quote byte) (*trial, error) {
	if delim != 0 {
		d, ok := c.encode(delim)
		if !ok {
			return nil, c.fail(CodeOption, 0, say("there is no %v in %v", strconv.QuoteRune(delim), c.enc.name), none)
		}
		return c.try(dialect{delim: d, quote: quote})
	}
	t, err := c.findDelimiter(quote)
	if err != nil {
		return nil, err
	}
	c.d = t.d
	return t, nil
}

// encode returns a character in the scanner's bytes.
func (c *csvReader) encode(r rune) ([]byte, bool) {
	if c.enc.single == nil || r < utf8.RuneSelf {
		return utf8.AppendRune(nil, r), true
	}
	i := slices.Index(c.enc.single[:], r)
	return []byte{byte(i)}, i >= 0
}

// readSepLine reads the delimiter that Excel lets a first line sep=; declare.
func (c *csvReader) readSepLine() (rune, error) {
	head := make([]byte, 32)
	n, err := io.ReadFull(c.text(), head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return 0, err
	}
	line := head[:n]
	if i := lineEnd(line); i >= 0 {
		line = line[:i]
	}
	line = bytes.Trim(line, `"`)
	if len(line) < 5 || !bytes.EqualFold(line[:4], []byte("sep=")) {
		return 0, nil
	}
	cells, bad := c.enc.appendText(nil, line[4:])
	r, size := utf8.DecodeRune(cells)
	if bad >= 0 || r == utf8.RuneError || len(bytes.TrimRight(cells[size:], ",;\t ")) > 0 {
		return 0, nil
	}
	c.sepLine = true
	return r, nil
}

// findLineEnd tells how the header's record ends.
func (c *csvReader) findLineEnd(info *Info) error {
	s := newScanner(c.text(), 1, c.d)
	for {
		r, err := s.next()
		if err != nil {
			return c.scanError(err, s.line)
		}
		if r.line == c.headAt {
			info.LineEnd = r.lineEnd
			return nil
		}
	}
}

// allIn reports whether all filled cells begin and end with a mark.
func allIn(mark byte, cells []string) bool {
	n := 0
	for _, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" {
			continue
		}
		if len(cell) < 2 || cell[0] != mark || cell[len(cell)-1] != mark {
			return false
		}
		n++
	}
	return n > 0
}

// otherQuote is the quotation mark that the file does not use.
func (c *csvReader) otherQuote() byte {
	if c.d.quote == '"' {
		return '\''
	}
	return '"'
}
