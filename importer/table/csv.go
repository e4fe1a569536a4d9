package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// csvReader reads the rows of a text file. The bytes that the scanner sees
// are the file's own behind the byte order mark, or UTF-8 if it is UTF-16.
type csvReader struct {
	src  *source
	opts Options
	enc  *encoding
	skip int64 // length of the byte order mark

	sepLine bool // the first line is sep=…
	d       dialect
	headAt  int // line of the header
	header  []string
	width   int

	scratch []byte
	padded  int // rows that were padded in the last pass
}

// openCSV finds out how the file is written and reads it once.
func openCSV(src *source, opts Options, census *census, info *Info) (*csvReader, error) {
	c := &csvReader{src: src, opts: opts}
	if err := c.findEncoding(census); err != nil {
		return nil, err
	}
	info.Format = "csv"
	info.Encoding, info.BOM = c.enc.name, c.skip > 0
	if c.skip > 0 && c.enc == encUTF8 {
		info.Encoding = "utf-8-bom"
	}
	if err := c.findDialect(info); err != nil {
		return nil, err
	}
	return c, nil
}

// findEncoding settles the encoding: the byte order mark, else the option,
// else the bytes themselves.
func (c *csvReader) findEncoding(census *census) error {
	head := make([]byte, min(4, c.src.size))
	if _, err := c.src.ReadAt(head, 0); err != nil {
		return err
	}
	mark, n, utf32 := byteOrderMark(head)
	if utf32 {
		return c.fail(CodeEncoding, 0, "the file is UTF-32", "save it as UTF-8")
	}
	if c.opts.Encoding != "" {
		if c.enc = encodingByName(c.opts.Encoding); c.enc == nil {
			return c.fail(CodeOption, 0, fmt.Sprintf("there is no encoding %q", c.opts.Encoding), "known are "+encodingNames())
		}
		switch {
		case mark == nil:
			return nil
		case mark == c.enc, mark.wide != narrow && c.enc.wide != narrow:
			c.enc, c.skip = mark, int64(n)
			return nil
		}
		return c.fail(CodeOption, 0, fmt.Sprintf("the file says by its byte order mark that it is %s, not %s", mark.name, c.enc.name), "leave out --encoding")
	}
	if mark != nil {
		c.enc, c.skip = mark, int64(n)
		return nil
	}
	if e := census.looksUTF16(c.src.size); e != nil {
		c.enc = e
		return nil
	}
	if census.illFormed == 0 || census.wellFormed >= census.illFormed {
		c.enc = encUTF8 // rows with bytes that are not UTF-8 are refused
		return nil
	}
	if d := census.singleByte(); d != nil {
		line, err := c.lineAt(d.at)
		if err != nil {
			return err
		}
		hint := "save the file as UTF-8, or say which encoding it is with --encoding"
		if len(d.candidates) > 0 {
			hint += " " + strings.Join(d.candidates, ", ")
		}
		return c.fail(CodeEncoding, line, "the encoding cannot be told: "+d.reason, hint)
	}
	c.enc = encodingByName("windows-1252")
	return nil
}

// lineAt returns the 1-based line on which the byte at off stands.
func (c *csvReader) lineAt(off int64) (int, error) {
	r := io.NewSectionReader(c.src, 0, off)
	buf := make([]byte, 64<<10)
	line, cr := 1, false
	for {
		n, err := r.Read(buf)
		for _, b := range buf[:n] {
			if b == '\n' && !cr || b == '\r' {
				line++
			}
			cr = b == '\r'
		}
		if err == io.EOF {
			return line, nil
		}
		if err != nil {
			return 0, err
		}
	}
}

// text returns the file's bytes as the scanner wants them.
func (c *csvReader) text() io.Reader {
	r := c.src.reader(c.skip)
	if c.enc.wide != narrow {
		return newUTF16Reader(r, c.enc.wide == utf16be)
	}
	return r
}

func (c *csvReader) fail(code Code, row int, reason, hint string) *Error {
	return &Error{File: c.src.name, Row: row, Code: code, Reason: reason, Hint: hint}
}

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
		return c.fail(CodeOption, 0, fmt.Sprintf("%q cannot be a delimiter", delim), "use one character such as ; or ,")
	}
	quote := byte('"')
	t, err := c.settle(delim, quote)
	if err != nil {
		return err
	}
	if t.header >= 0 && allIn('\'', t.head[t.header].cells) {
		quote = '\''
		if t, err = c.settle(delim, quote); err != nil {
			return err
		}
	}
	c.d.quote = quote
	if t.header < 0 {
		switch {
		case c.opts.HeaderRow > 0 && len(t.head) > 0:
			return c.fail(CodeHeader, c.opts.HeaderRow, "no row begins on this line, or it is too far down", fmt.Sprintf("the first row with anything in it is on line %d; rows are counted as in a text editor", t.head[0].number))
		case len(t.head) > 0:
			return c.fail(CodeHeader, t.head[0].number, "none of the first rows can be read", "see the row's own fault: an unclosed quotation mark, or a wrong --encoding")
		}
		return c.fail(CodeEmpty, 0, "there are no rows in the file", "export it again")
	}
	h := t.head[t.header]
	c.headAt, c.header, c.width = h.number, trimmed(h.cells), len(h.cells)
	delimiter, _ := c.enc.appendText(nil, c.d.delim) // a character of the encoding, or two
	info.Header, info.HeaderRow, info.Delimiter = c.header, h.number, string(delimiter)
	if !h.ok {
		return c.fail(CodeHeader, h.number, "the header row cannot be read", "see its quotation marks, or a wrong --encoding")
	}
	if filled(h.cells) == 0 {
		return c.fail(CodeHeader, h.number, "the header row is empty", "name another row with --header-row")
	}
	if t.header > 0 && c.opts.HeaderRow == 0 {
		info.Warnings = append(info.Warnings, Warning{Row: h.number, Code: WarnSkippedRows,
			Text: fmt.Sprintf("the header is taken to be line %d; what stands above it is not read", h.number),
			Hint: "name another one with --header-row"})
	}
	return c.findLineEnd(info)
}

// settle tries the given delimiter, or all of them.
func (c *csvReader) settle(delim rune, quote byte) (*trial, error) {
	if delim != 0 {
		d, ok := c.encode(delim)
		if !ok {
			return nil, c.fail(CodeOption, 0, fmt.Sprintf("there is no %q in %s", delim, c.enc.name), "")
		}
		c.d = dialect{delim: d, quote: quote}
		return c.try(c.d)
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

// decode turns a record into cells, appended to dst[:0]. The verdict says why
// it cannot.
func (c *csvReader) decode(r *record, dst []string) ([]string, *verdict) {
	dst = dst[:0]
	if r.fault != "" {
		return dst, c.faultVerdict(r)
	}
	raw := r.raw
	whole := "" // one string for the whole record, whose parts are the cells
	switch looks := lookAt(raw); {
	case looks == tame || looks == lettered && c.enc.single == nil && utf8.Valid(raw):
		whole = string(raw)
	case looks == wild || c.enc.single == nil:
		return c.decodeWild(r, dst)
	default:
		b := c.scratch[:0]
		for i := range r.fields {
			f := &r.fields[i]
			from, bad := len(b), 0
			if b, bad = c.enc.appendText(b, raw[f.start:f.end]); bad >= 0 {
				return c.decodeWild(r, dst)
			}
			f.start, f.end = from, len(b)
		}
		c.scratch, whole = b, string(b)
	}
	for _, f := range r.fields {
		cell := whole[f.start:f.end]
		if f.quoted {
			cell = c.unquote(cell, f.doubled)
		}
		dst = append(dst, clean(cell))
	}
	return dst, nil
}

// decodeWild is decode for a record that has bytes that are no characters,
// or control characters, in some of its cells.
func (c *csvReader) decodeWild(r *record, dst []string) ([]string, *verdict) {
	for i, f := range r.fields {
		raw := r.raw[f.start:f.end]
		text, bad := c.enc.appendText(c.scratch[:0], raw)
		c.scratch = text
		if bad >= 0 {
			return dst, &verdict{code: CodeInvalidByte, column: i,
				reason: fmt.Sprintf("%s (number %d of the cell) is no character in %s", c.enc.describe(raw, bad), bad+1, c.enc.name),
				hint:   "mend the cell and save the file as UTF-8, or say another encoding with --encoding"}
		}
		cell := string(text)
		if f.quoted {
			cell = c.unquote(cell, f.doubled)
		}
		if r, ok := control(cell); ok {
			v := controlVerdict(r, cell)
			v.column = i
			return dst, v
		}
		dst = append(dst, clean(cell))
	}
	return dst, nil
}

// looks is what kinds of bytes a record has.
type looks uint8

const (
	tame     looks = iota // ASCII without control characters but tabs and line breaks
	lettered              // others that may be letters
	wild                  // others, control characters among them
)

func lookAt(b []byte) looks {
	l := tame
	for i, c := range b {
		if c >= ' ' && c < 0x7F || c == '\t' || c == '\n' || c == '\r' {
			continue
		}
		if c < utf8.RuneSelf || c == 0xC2 && i+1 < len(b) && b[i+1] < 0xA0 {
			return wild
		}
		l = lettered
	}
	return l
}

// unquote undoes doubled marks and the ="…" with which people keep leading
// zeros alive.
func (c *csvReader) unquote(cell string, doubled bool) string {
	q := string(rune(c.d.quote))
	if doubled {
		cell = strings.ReplaceAll(cell, q+q, q)
	}
	if len(cell) >= 3 && cell[0] == '=' && cell[1] == '"' && cell[len(cell)-1] == '"' && strings.Count(cell, `"`) == 2 {
		return cell[2 : len(cell)-1]
	}
	return cell
}

// faultVerdict says in words what the scanner found.
func (c *csvReader) faultVerdict(r *record) *verdict {
	if r.fault == CodeUnclosedQuote {
		return &verdict{code: r.fault, column: r.faultAt, reason: "the cell begins with a quotation mark that is not closed as it should be",
			hint: `close it, or double the quotation marks inside the cell: "" for "`}
	}
	return &verdict{code: r.fault, column: r.faultAt, reason: "there is text behind the closing quotation mark",
		hint: `double the quotation marks inside the cell: "" for "`}
}

// shape judges the width of a record.
func (c *csvReader) shape(r *record, cells []string) *verdict {
	last := len(cells)
	for last > c.width && blank(cells[last-1]) {
		last--
	}
	if cell := strings.TrimSpace(cells[0]); cell != "" && cell[0] == c.otherQuote() && allIn(c.otherQuote(), cells) {
		return &verdict{code: CodeStrayQuote, column: -1, reason: fmt.Sprintf("the cells are in the marks %c, where the file has %c", c.otherQuote(), c.d.quote),
			hint: "write the row like the others"}
	}
	switch {
	case r.strict && (len(cells) != c.width || c.width < 2):
		return &verdict{code: CodeUnclosedQuote, column: -1, reason: "an unclosed quotation mark above makes it doubtful whether this line is a row",
			hint: "mend the quotation mark above"}
	case r.stray >= 0 && strings.HasPrefix(strings.TrimSpace(cells[r.stray]), string(c.d.quote)):
		return &verdict{code: CodeStrayQuote, column: r.stray, reason: "there is a space before the quotation mark with which the cell begins",
			hint: "remove the space"}
	case r.stray >= 0 && len(cells) != c.width:
		return &verdict{code: CodeStrayQuote, column: r.stray, reason: fmt.Sprintf("there is a quotation mark inside the cell, and the row has %d cells where the header has %d", len(cells), c.width),
			hint: `put the cell in quotation marks and double those inside: "" for "`}
	case last > c.width:
		return &verdict{code: CodeTooManyCells, column: last - 1, reason: fmt.Sprintf("the row has %d cells, the header has %d: its cells have shifted", last, c.width),
			hint: "put the cell that has the delimiter in its text in quotation marks"}
	case r.rowlike > 0 && r.rowlike == c.width:
		return &verdict{code: CodeSwallowedRow, column: -1, reason: "a line inside its quotation marks looks like a row of its own",
			hint: "see whether a quotation mark is missing"}
	}
	return nil
}

// shortRow is a row with fewer cells than the header that waits for the rows
// behind it: a cell with an unquoted line break makes two or more short rows
// whose cells add up to one row.
type shortRow struct {
	row   Row
	cells int
}

// maxPieces is into how many pieces a row can be broken and be noticed.
const maxPieces = 4

func (c *csvReader) rows(ctx context.Context, yield func(*Row) bool) error {
	s := newScanner(c.text(), 1, c.d)
	j := newJudge(c.header, c.opts.Fits)
	cells := make([]string, 0, c.width+1)
	var short []shortRow
	var row Row
	c.padded = 0

	// flush hands on all but the last keep of the short rows.
	flush := func(keep int) bool {
		for len(short) > keep {
			row := &short[0].row
			if row.Err == nil {
				c.padded++
				if v := j.row(row.Number, row.Cells); v != nil {
					row.Cells, row.Err = nil, c.refuse(row.Number, v)
				}
			}
			if !yield(row) {
				return false
			}
			short = short[1:]
		}
		return true
	}
	for n := 0; ; n++ {
		if n&0xFF == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		r, err := s.next()
		if err == io.EOF {
			flush(0)
			return nil
		}
		if err != nil {
			if !flush(0) {
				return nil
			}
			return c.scanError(err, s.line)
		}
		if r.line <= c.headAt {
			continue
		}
		var v *verdict
		cells, v = c.decode(r, cells)
		if v == nil && isBlank(cells) {
			continue
		}
		if v == nil {
			v = c.shape(r, cells)
		}
		row = Row{Number: r.line}
		if c.opts.KeepRaw {
			row.Raw = r.raw
			if c.enc.wide != narrow {
				c.scratch = appendUTF16(c.scratch[:0], r.raw, c.enc.wide == utf16be)
				row.Raw = c.scratch
			}
		}
		if v == nil && len(cells) < c.width {
			row.Raw = slices.Clone(row.Raw)
			row.Cells = append(slices.Clone(cells), make([]string, c.width-len(cells))...)
			short = append(short, shortRow{row, len(cells)})
			c.judgePieces(short)
			if !flush(maxPieces) {
				return nil
			}
			continue
		}
		if len(short) > 0 && !flush(0) {
			return nil
		}
		if v == nil {
			cells = cells[:c.width]
			v = j.row(r.line, cells)
			row.Cells = cells
		}
		if v != nil {
			row.Cells = nil
			row.Err = c.refuse(r.line, v)
		}
		if !yield(&row) {
			return nil
		}
	}
}

// judgePieces refuses the last of the short rows if together they have the
// cells of one row: k pieces share k-1 broken cells.
func (c *csvReader) judgePieces(short []shortRow) {
	sum := 0
	for k := 1; k <= min(maxPieces, len(short)); k++ {
		sum += short[len(short)-k].cells
		if k < 2 || sum-(k-1) != c.width {
			continue
		}
		for i := len(short) - k; i < len(short); i++ {
			row := &short[i].row
			row.Err = c.refuse(row.Number, &verdict{code: CodeTooFewCells, column: -1,
				reason: fmt.Sprintf("the row has %d cells, the header has %d, and together with its neighbour it makes one row: a cell has a line break in it", short[i].cells, c.width),
				hint:   "put the cell with the line break in quotation marks"})
			row.Cells = nil
		}
		return
	}
}

// refuse makes a verdict an error with its place.
func (c *csvReader) refuse(line int, v *verdict) *Error {
	e := c.fail(v.code, line, v.reason, v.hint)
	e.Value = v.value
	if v.column >= 0 {
		e.Column = v.column + 1
		if v.column < len(c.header) {
			e.Header = c.header[v.column]
		}
	}
	return e
}

func (c *csvReader) scanError(err error, line int) error {
	var e *Error
	switch {
	case errors.Is(err, errRecordTooLong):
		return c.fail(CodeTooLarge, line, err.Error(), "this is no list of rows; export it again as CSV or XLSX")
	case errors.As(err, &e):
		return e
	case err == io.EOF:
		return c.src.changed()
	}
	return c.fail(CodeUnreadable, line, "cannot be read: "+cause(err), "")
}

func (c *csvReader) counted(info *Info) error {
	if c.padded > 0 {
		info.Warnings = append(info.Warnings, Warning{Code: WarnPadded, Text: fmt.Sprintf("%d rows have fewer cells than the header; the missing ones are taken to be empty", c.padded)})
	}
	return nil
}

func (c *csvReader) close() {}

// isBlank reports whether no cell shows anything.
func isBlank(cells []string) bool {
	for _, cell := range cells {
		if cell != "" && !blank(cell) {
			return false
		}
	}
	return true
}
