package delimited

import (
	"bytes"
	"context"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"vitec-import/importer/table/internal/celltext"
	"vitec-import/importer/table/internal/fault"
)

// Options are what is known of a file before it is read.
type Options struct {
	Encoding  string // "" = detect
	HeaderRow int    // 1-based line, 0 = detect
	Delimiter string // one or two characters; "" = detect, or one column if Quote is set
	Quote     string // " or '; "" = detect
	// Pick chooses the header among the first filled rows. It returns its
	// index, -1 if there is none, and how many wanted columns it names.
	Pick func(rows []HeadRow) (index, named int)
}

// HeadRow is one of the first filled rows of a file.
type HeadRow struct {
	Number int // line on which it starts
	Cells  []string
	OK     bool // it could be read

	stray  bool // a quotation mark in it belongs to another cell, or to none
	end    string
	raw    [][]byte
	endsAt int64 // offset of its line end, in the bytes that are read
}

// Dialect is how a file is written.
type Dialect struct {
	Charset   *Charset
	Mark      int  // length of the byte order mark
	Guessed   bool // the encoding is windows-1252 for want of anything else
	SepLine   bool // the first line is sep=…
	Delimiter []byte
	Quote     byte

	HeaderLine int
	Skipped    bool // filled rows stand above the header
	Header     []string
	LineEnd    string // behind the header
	Head       []byte // the file's bytes up to the end of the header
	RawHeader  [][]byte

	width int
	even  bool   // most lines have no more cells than the header
	kinds []kind // of the columns
	full  int    // rows by which they are known
}

// usualDelimiters are tried in this order.
var usualDelimiters = []string{";", ",", "\t", "|"}

func (d *Dialect) parser(r io.Reader) *parser {
	return &parser{lines: newLines(d.Charset.reader(r)), delim: d.Delimiter, quote: d.Quote}
}

// DelimiterText is the delimiter as text.
func (d *Dialect) DelimiterText() string {
	text, _ := d.Charset.text(string(d.Delimiter))
	return text
}

// Detect finds out how a file is written.
func Detect(ctx context.Context, src io.ReaderAt, size int64, o Options) (*Dialect, error) {
	g := &guesser{ctx: ctx, src: src, size: size, o: o}
	var err error
	if g.charset, g.mark, g.guessed, err = detectCharset(src, size, o.Encoding); err != nil {
		return nil, err
	}
	said, err := g.sepLine()
	if err != nil {
		return nil, err
	}
	t, err := g.settle(said)
	if err != nil {
		return nil, err
	}
	return t.dialect(g, said)
}

// guesser finds the delimiter, the quotation mark and the header of a file.
type guesser struct {
	ctx     context.Context
	src     io.ReaderAt
	size    int64
	o       Options
	charset *Charset
	mark    int
	guessed bool
	sep     bool // the first line is sep=…
}

func (g *guesser) reader() io.Reader {
	return io.NewSectionReader(g.src, int64(g.mark), g.size-int64(g.mark))
}

// sepLine reads the delimiter that a first line sep=; declares, "" if there is
// none.
func (g *guesser) sepLine() (string, error) {
	head := make([]byte, 32)
	n, err := io.ReadFull(g.charset.reader(g.reader()), head)
	if err != nil && err != io.ErrUnexpectedEOF && err != io.EOF {
		return "", err
	}
	line, _, _ := bytes.Cut(head[:n], []byte("\n"))
	line, _, _ = bytes.Cut(line, []byte("\r"))
	text, bad := g.charset.text(strings.Trim(string(line), `"`))
	if bad >= 0 || len(text) < 5 || !strings.EqualFold(text[:4], "sep=") {
		return "", nil
	}
	r, length := utf8.DecodeRuneInString(text[4:])
	if strings.Trim(text[4+length:], ",;\t ") != "" {
		return "", nil
	}
	g.sep = true
	return string(r), nil
}

// settle finds the delimiter and the quotation mark.
func (g *guesser) settle(said string) (*trial, error) {
	delim, quote := g.o.Delimiter, g.o.Quote
	if n := utf8.RuneCountInString(delim); n > 2 || strings.ContainsAny(delim, "\n\r\"\x00=") || !utf8.ValidString(delim) {
		return nil, fail(fault.Option, 0, say("%s cannot be a delimiter", strconv.Quote(delim)), say("use one character such as ; or ,"))
	}
	known := delim != "" || quote != ""
	if delim == "" && quote == "" && said != "" {
		delim, known = said, true
	}
	find := func(mark byte) (*trial, error) {
		if !known {
			return g.find(mark)
		}
		b, ok := g.charset.encode(delim)
		if !ok {
			return nil, fail(fault.Option, 0, say("%s does not have the character %s", g.charset.Name, strconv.Quote(delim)), fault.Text{})
		}
		return g.try(b, mark)
	}
	if quote != "" {
		return find(quote[0])
	}
	t, err := find('"')
	if err != nil {
		return nil, err
	}
	if t.header >= 0 && (inMarks("'", t.head[t.header].Cells) || t.quoted == 0 && 2*t.others > t.rows+1) {
		return find('\'')
	}
	return t, nil
}

// trial is how the beginning of a file looks with one delimiter.
type trial struct {
	d      *Dialect
	head   []HeadRow
	header int // index in head, -1 if there is none
	named  int // wanted columns that the header names
	width  int // cells of the header
	names  int // filled cells of the header
	rows   int // filled records below the header
	score  float64
	spaced bool // there is a space behind every delimiter
	marks  int  // records with a quotation mark inside an unquoted cell
	quoted int  // records with a cell in quotation marks
	others int  // records with a cell in the other marks
	faults int  // records whose quotation marks are not as they should be
	sample []sample
}

// sample is one of the first filled records.
type sample struct {
	line  int
	cells int // 0: it cannot be read
	width int // up to the last filled cell
	raw   int // cells, even if it is doubtful that the record begins here
}

// try reads the beginning of the file with a delimiter.
func (g *guesser) try(delim []byte, quote byte) (*trial, error) {
	d := &Dialect{Charset: g.charset, Mark: g.mark, Guessed: g.guessed, SepLine: g.sep, Delimiter: delim, Quote: quote}
	t := &trial{d: d, header: -1, spaced: len(delim) > 0}
	p := d.parser(g.reader())
	other := string(rune('"' + '\'' - quote))
	unclosed := false
	for len(t.sample) < sampleSize && p.lines.offset < sampleBytes || len(t.head) == 0 || p.lines.number <= g.o.HeaderRow {
		if err := g.ctx.Err(); err != nil {
			return nil, err
		}
		r, err := p.next()
		if err == io.EOF || err != nil && len(t.head) > 0 && isTooLong(err) { // which is reported when the rows are counted
			break
		}
		if err != nil {
			return nil, err
		}
		if r.line == 1 && g.sep {
			continue
		}
		cells, faults := d.cells(r)
		ok := r.fault == "" && !r.strict && len(faults) == 0 && !(unclosed && r.line == g.o.HeaderRow)
		unclosed = r.fault == fault.UnclosedQuote
		if r.stray >= 0 {
			t.marks++
		}
		if r.fault != "" || r.strict {
			t.faults++
		}
		switch {
		case slices.ContainsFunc(r.fields, func(f field) bool { return f.quoted }):
			t.quoted++
		case slices.ContainsFunc(cells, func(cell string) bool { return inMarks(other, []string{cell}) }):
			t.others++
		}
		if ok && celltext.Filled(cells) == 0 {
			continue
		}
		if len(t.head) < headRecords && r.line >= g.o.HeaderRow-headRecords || r.line == g.o.HeaderRow {
			t.head = append(t.head, HeadRow{Number: r.line, Cells: cells, OK: ok,
				stray: ok && r.stray >= 0 && (lateMark(r, cells, quote) >= 0 || partedMark(r, cells, quote) >= 0),
				end:   r.end, raw: d.rawCells(r), endsAt: r.offset + int64(len(r.raw))})
		}
		s := sample{line: r.line}
		if r.fault == "" {
			s.raw = len(cells)
		}
		if ok {
			s.cells, s.width = len(cells), len(cells)
			for s.width > 0 && celltext.Blank(cells[s.width-1]) {
				s.width--
			}
		}
		t.sample = append(t.sample, s)
		t.spaced = t.spaced && bytes.Count(r.raw, delim) == bytes.Count(r.raw, append(slices.Clip(delim), ' '))
	}
	if g.o.HeaderRow > 0 {
		t.header = slices.IndexFunc(t.head, func(h HeadRow) bool { return h.Number == g.o.HeaderRow })
		if t.header >= 0 {
			_, t.named = g.o.Pick(t.head[t.header : t.header+1])
		}
	} else {
		t.header, t.named = g.o.Pick(t.head)
	}
	if t.header >= 0 {
		t.rate()
	}
	return t, nil
}

func isTooLong(err error) bool {
	e, ok := err.(*fault.Error)
	return ok && e.Code == fault.TooLarge
}

// rate says how well the delimiter explains the records below the header.
func (t *trial) rate() {
	h := t.head[t.header]
	t.width, t.names = len(h.Cells), celltext.Filled(h.Cells)
	if !h.OK {
		t.width = max(t.width, t.usualCells())
		t.names = t.width
	}
	good := 0.0
	for _, s := range t.sample {
		if s.line <= h.Number || s.cells == 0 {
			continue // says nothing of the delimiter
		}
		t.rows++
		switch {
		case s.cells == t.width, s.width == t.width:
			good++
		case s.width < t.width && s.width > 1:
			good += 0.75 // empty cells at the end were left out
		default:
			good += 0.25
		}
	}
	t.score = 1
	if t.rows > 0 {
		t.score = good / float64(t.rows)
	}
}

// usualCells returns how many cells most of the records have.
func (t *trial) usualCells() (most int) {
	count := map[int]int{}
	for _, s := range t.sample {
		if s.raw > 0 {
			count[s.raw]++
		}
		if n := count[s.raw]; n > count[most] || n == count[most] && s.raw > most {
			most = s.raw
		}
	}
	return most
}

// having returns the share of the rows that have the delimiter.
func (t *trial) having() float64 {
	n := 0
	for _, s := range t.sample {
		if s.cells > 1 && s.line > t.head[t.header].Number {
			n++
		}
	}
	return float64(n) / float64(max(t.rows, 1))
}

// sound reports whether every quotation mark stands where this delimiter lets
// one stand.
func (t *trial) sound() bool { return t.marks == 0 && t.faults == 0 }

// betterThan reports whether a trial explains the file better than another: by
// the columns that are wanted, by its quotation marks, by the header that
// stands first if both fit their rows, by the rows that are as wide as the
// header, and by the number of columns.
func (t *trial) betterThan(other *trial) bool {
	switch {
	case other == nil:
		return true
	case t.named != other.named:
		return t.named > other.named
	case t.sound() != other.sound():
		return t.sound()
	case t.fits() && other.fits() && t.header != other.header:
		return other.titles(t) || t.header < other.header && !t.titles(other)
	case t.score != other.score:
		return t.score > other.score
	}
	return t.names > other.names
}

// fits reports whether nearly all rows fit the header.
func (t *trial) fits() bool { return t.score > 0.9 }

// titles reports whether this trial's header is a title above other's table: both
// fit their rows, and with this delimiter the other's header is not one of them.
func (t *trial) titles(other *trial) bool {
	if !t.fits() || !other.fits() || other.rows == 0 || t.header >= other.header || t.names > other.names {
		return false
	}
	i := slices.IndexFunc(t.sample, func(s sample) bool { return s.line == other.head[other.header].Number })
	return i < 0 || t.sample[i].cells != t.width
}

// rivalled reports whether the best trial explains the file hardly better than
// the second, so that a person has to say which is meant.
func (t *trial) rivalled(second *trial) bool {
	if t.named != second.named || t.sound() && !second.sound() {
		return false
	}
	if second.titles(t) {
		return second.names == t.names
	}
	return second.header == t.header && t.names < 2*second.names && t.score-second.score < 0.1
}

// find decides between the usual delimiters and one column.
func (g *guesser) find(quote byte) (*trial, error) {
	single, err := g.try(nil, quote)
	if err != nil || len(single.head) == 0 {
		return single, err
	}
	var best, second, unread *trial
	for _, delim := range usualDelimiters {
		t, err := g.try([]byte(delim), quote)
		if err != nil || len(t.head) == 0 { // nothing but delimiters
			return t, err
		}
		if t.header < 0 && unread == nil && t.usualCells() > 2 {
			unread = t
		}
		switch {
		case t.header < 0, t.names < 2, t.score < 0.2:
			continue
		case t.names == 2 && t.named == 0 && t.rows > 0 && t.having() == 0:
			continue // a sign in the name of the only column
		case t.header > 0 && t.named == 0 && g.o.HeaderRow == 0 && (delim == "," && t.spaced || t.having() < 0.7):
			continue // a sign in some of the cells of the only column
		case t.betterThan(best):
			best, second = t, best
		case t.betterThan(second):
			second = t
		}
	}
	if best != nil && best.named < 2 && single.named >= max(1, best.named) && best.head[best.header].Number != single.head[single.header].Number {
		best = nil // the one wanted column stands alone in its row
	}
	switch {
	case best == nil && unread != nil && !single.sound():
		return unread, nil // a quotation mark that is not closed spoils all rows
	case best == nil:
		return single, oddDelimiter(single)
	case second != nil && best.rivalled(second):
		return nil, fail(fault.Delimiter, 0, say("the delimiter could be %s (%d columns) or %s (%d columns)",
			DelimiterName(string(best.d.Delimiter)), best.names, DelimiterName(string(second.d.Delimiter)), second.names), say("name one with --delimiter"))
	}
	return g.longer(best)
}

// longer looks whether the delimiter is really two characters: there is a space
// behind every one of them, and quotation marks begin behind it.
func (g *guesser) longer(t *trial) (*trial, error) {
	if !t.spaced || t.marks == 0 {
		return t, nil
	}
	longer, err := g.try(append(slices.Clip(t.d.Delimiter), ' '), t.d.Quote)
	if err != nil || longer.header != t.header || longer.names < 2 || longer.named < t.named || longer.score < t.score {
		return t, err
	}
	return longer, nil
}

// inMarksPart is what stands in quotation marks in a line.
var inMarksPart = regexp.MustCompile(`"[^"]*"`)

// oddDelimiter looks for an unusual delimiter in a file that seems to have one
// column: a sign that all lines have, outside of quotation marks, equally often.
func oddDelimiter(t *trial) error {
	if len(t.head) < 2 {
		return nil
	}
	for _, odd := range "^~§¦\x1e\x1f :/*@#%=+&._-" {
		count := func(h HeadRow) int {
			return strings.Count(inMarksPart.ReplaceAllString(strings.TrimSpace(h.Cells[0]), ""), string(odd))
		}
		n := count(t.head[0])
		rare := strings.ContainsRune("^~§¦\x1e\x1f", odd)
		if n > 2 || rare && n > 0 {
			if !slices.ContainsFunc(t.head[1:], func(h HeadRow) bool { return h.OK && count(h) != n }) {
				return fail(fault.Delimiter, 0, say("there is one column with none of the delimiters ; , tab and |, but every line has the same number of %s", strconv.QuoteRune(odd)),
					say("name the delimiter with --delimiter"))
			}
		}
	}
	return nil
}
