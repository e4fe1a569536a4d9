package table

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
)

// csvReader reads the rows of a text file. The bytes that the scanner sees
// are the file's own behind the byte order mark, or UTF-8 if it is UTF-16.
type csvReader struct {
	src  *source
	opts Options
	enc  *encoding
	skip int64 // length of the byte order mark

	guessed bool // the encoding is windows-1252 for want of anything else

	sepLine bool // the first line is sep=…
	d       dialect
	headAt  int // line of the header
	header  []string
	width   int

	scratch []byte
	ends    []int // of the cells in scratch
	padded  int   // rows that were padded in the last pass
	padAt   int   // the first of them
	missing int   // cells that they were padded with

	uniform bool // most lines have no more cells than the header
	longer  int  // rows of the last pass that have, though empty ones
	longAt  int  // the first of them
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
		return c.fail(CodeEncoding, 0, say("the file is UTF-32"), say("save it as UTF-8"))
	}
	if c.opts.Encoding != "" {
		if c.enc = encodingByName(c.opts.Encoding); c.enc == nil {
			known, _ := KnownEncoding(c.opts.Encoding)
			return c.fail(CodeOption, 0, say("there is no encoding %q", c.opts.Encoding), say("known are %v", strings.Join(known, ", ")))
		}
		switch {
		case mark == nil:
			return nil
		case mark == c.enc, mark.wide != narrow && c.enc.wide != narrow:
			c.enc, c.skip = mark, int64(n)
			return nil
		}
		return c.fail(CodeOption, 0, say("the file says by its byte order mark that it is %v, not %v", mark.name, c.enc.name), say("leave out --encoding"))
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
		hint := say("save the file as UTF-8, or say which encoding it is with --encoding")
		if len(d.candidates) > 0 {
			hint = say("save the file as UTF-8, or say which encoding it is with --encoding %v", strings.Join(d.candidates, ", "))
		}
		return c.fail(CodeEncoding, line, say("the encoding cannot be told: %v", d.reason), hint)
	}
	c.enc, c.guessed = encodingByName("windows-1252"), true
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

func (c *csvReader) fail(code Code, row int, reason, hint Text) *Error {
	return &Error{File: c.src.name, Row: row, Code: code, Reason: reason, Hint: hint}
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
	j := newJudge(c.header, &c.opts, true)
	cells := make([]string, 0, c.width+1)
	var short []shortRow
	var row Row
	c.padded, c.missing, c.longer = 0, 0, 0

	// flush hands on all but the last keep of the short rows.
	flush := func(keep int) bool {
		for len(short) > keep {
			row := &short[0].row
			if row.Err == nil {
				if v := j.row(row.Number, row.Cells); v != nil {
					row.Cells, row.Err = nil, c.refuse(row.Number, v)
				} else if c.padded++; c.padded == 1 {
					c.padAt = row.Number
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
		if r.line <= c.headAt || string(r.raw) == "\x1a" && r.lineEnd == "" { // the end of a file in DOS
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
			if c.missing += c.width - len(cells); c.missing > maxMissing {
				return c.fail(CodeTooLarge, r.line, say("the header has %v columns, but the rows have only a few of them: as a table they are too large", c.width), say("delete the columns that are not used, or name another header row with --header-row"))
			}
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
			if len(cells) > c.width {
				if c.longer++; c.longer == 1 {
					c.longAt = r.line
				}
			}
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
				reason: say("the row has %v cells, the header has %v, and together with its neighbour it makes one row: a cell has a line break in it", short[i].cells, c.width),
				hint:   say("put the cell with the line break in quotation marks")})
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
		return c.fail(CodeTooLarge, line, say("a line is longer than 16 MB"), say("this is no list of rows; export it again as CSV or XLSX"))
	case errors.As(err, &e):
		return e
	case err == io.EOF:
		return c.src.changed()
	}
	return c.fail(CodeUnreadable, line, say("cannot be read: %v", said(err)), none)
}

func (c *csvReader) counted(info *Info) error {
	if c.padded > 0 {
		info.Warnings = append(info.Warnings, Warning{Row: c.padAt, Code: WarnPadded,
			Text: plural(c.padded, "row %[2]v has fewer cells than the header; the missing ones are taken to be empty", "%v rows have fewer cells than the header, the first is row %v; the missing ones are taken to be empty", c.padAt)})
	}
	switch {
	case c.longer > 0 && !c.uniform:
		info.Warnings = append(info.Warnings, Warning{Row: c.headAt, Code: WarnLonger,
			Text: plural(c.longer, "row %[2]v ends with an empty cell that the header has no name for", "%v rows end with an empty cell that the header has no name for, the first is row %v", c.longAt), Hint: say("look whether every name stands above its own column: if the header lacks a delimiter, all columns behind it have shifted")})
	case c.longer > 0:
		info.Warnings = append(info.Warnings, Warning{Row: c.longAt, Code: WarnLonger,
			Text: plural(c.longer, "row %[2]v has more cells than the header, those at its end empty", "%v rows have more cells than the header, those at their end empty; the first is row %v", c.longAt), Hint: say("look whether a cell has the delimiter in its text, so that the cells behind it have shifted")})
	}
	return nil
}

// isBlank reports whether no cell shows anything.
func isBlank(cells []string) bool {
	for _, cell := range cells {
		if cell != "" && !blank(cell) {
			return false
		}
	}
	return true
}
