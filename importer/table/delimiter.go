package table

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	sampleRecords = 2000    // records by which a delimiter is judged
	sampleBytes   = 4 << 20 // and at most so many bytes
)

// trial is how a file looks with one delimiter.
type trial struct {
	d      dialect
	head   []headRow
	header int // index in head, -1 if there are no rows
	named  int // wanted columns that the header names
	width  int // cells of the header
	names  int // filled cells of the header
	rows   int // filled records behind the header
	score  float64
	spaced bool // there is a space behind every delimiter
	marks  int  // records with a quotation mark inside an unquoted cell
	quoted int  // records with a cell in quotation marks
	others int  // records with a cell in the other marks
	faults int  // records whose quotation marks are not as they should be
	above  int  // filled records above the header
	lines  []sampleLine
}

// sampleLine is a filled record of a trial.
type sampleLine struct {
	number int // its line in the file
	cells  int // the cells that it is taken apart into; 0 if it cannot be read
	width  int // those up to the last filled one
	pieces int // cells, also if it is doubtful that the record begins here
}

// try reads the beginning of the file in a dialect.
func (c *csvReader) try(d dialect) (*trial, error) {
	c.d = d // by which cells are freed from their quotation marks
	t := &trial{d: d, header: -1, spaced: true}
	s := newScanner(c.text(), 1, d)
	size, unclosed := 0, false
	for len(t.lines) < sampleRecords && size < sampleBytes || len(t.head) == 0 || s.line <= c.opts.HeaderRow {
		r, err := s.next()
		if err == io.EOF || err == errRecordTooLong && len(t.head) > 0 { // which is told when the rows are counted
			break
		}
		if err != nil {
			return nil, c.scanError(err, s.line)
		}
		size += r.skipped + len(r.raw) + len(r.lineEnd)
		if len(r.raw) == 0 || r.line == 1 && c.sepLine {
			continue
		}
		cells, v := c.decode(r, nil)
		ok := r.fault == "" && !r.strict && v == nil && !(unclosed && r.line == c.opts.HeaderRow)
		unclosed = r.fault == CodeUnclosedQuote
		if r.stray >= 0 {
			t.marks++
		}
		if r.fault != "" || r.strict {
			t.faults++
		}
		switch {
		case slices.ContainsFunc(r.fields, func(f field) bool { return f.quoted }):
			t.quoted++
		case slices.ContainsFunc(cells, func(cell string) bool { return allIn(c.otherQuote(), []string{cell}) }):
			t.others++
		}
		if ok && filled(cells) == 0 {
			continue
		}
		if len(t.head) < headRows && r.line >= c.opts.HeaderRow-headRows || r.line == c.opts.HeaderRow {
			astray := ok && r.stray >= 0 && (c.lateMark(r, cells) >= 0 || c.partedMark(r, cells) >= 0)
			t.head = append(t.head, headRow{number: r.line, cells: slices.Clone(cells), ok: ok, astray: astray})
		}
		line := sampleLine{number: r.line}
		if r.fault == "" {
			line.pieces = len(cells)
		}
		if ok {
			line.cells, line.width = len(cells), len(cells)
			for line.width > 0 && blank(cells[line.width-1]) {
				line.width--
			}
		}
		t.lines = append(t.lines, line)
		if t.spaced && len(d.delim) > 0 {
			t.spaced = bytes.Count(r.raw, d.delim) == bytes.Count(r.raw, append(d.delim[:len(d.delim):len(d.delim)], ' '))
		}
	}
	if c.opts.HeaderRow > 0 {
		t.header = slices.IndexFunc(t.head, func(h headRow) bool { return h.number == c.opts.HeaderRow })
		if t.header >= 0 && c.opts.Fits != nil {
			t.named = c.opts.Fits(trimmed(t.head[t.header].cells))
		}
	} else {
		t.header, t.named = findHeader(t.head, c.opts.Fits)
	}
	if t.header < 0 {
		return t, nil
	}
	h := t.head[t.header]
	t.width, t.names = len(h.cells), filled(h.cells)
	if !h.ok {
		t.width = max(t.width, t.usualCells())
		t.names = t.width
	}
	good := 0.0
	for _, l := range t.lines {
		if l.number < h.number {
			t.above++
		}
		if l.number <= h.number || l.cells == 0 {
			continue // says nothing of the delimiter
		}
		t.rows++
		switch {
		case l.width > t.width:
			good += 0.25
		case l.cells == t.width, l.width == t.width:
			good++
		case l.width > 1:
			good += 0.75 // empty cells at the end were left out
		default:
			good += 0.25
		}
	}
	t.score = 1
	if t.rows > 0 {
		t.score = good / float64(t.rows)
	}
	return t, nil
}

// usualCells returns how many cells most of the records have.
func (t *trial) usualCells() int {
	count, most := map[int]int{}, 0
	for _, l := range t.lines {
		if l.pieces > 0 {
			count[l.pieces]++
		}
		if n := count[l.pieces]; n > count[most] || n == count[most] && l.pieces > most {
			most = l.pieces
		}
	}
	return most
}

// uniform reports whether most records, the header among them, have no more
// cells than the header.
func (t *trial) uniform() bool {
	more, not := 0, 0
	for _, l := range t.lines {
		switch {
		case l.cells == 0 || l.number < t.head[t.header].number:
		case l.cells > t.width:
			more++
		default:
			not++
		}
	}
	return not > more
}

// nowhereElse reports whether no row has the delimiter that the header has.
func (t *trial) nowhereElse() bool {
	return t.rows > 0 && !slices.ContainsFunc(t.lines, func(l sampleLine) bool {
		return l.cells > 1 && l.number != t.head[t.header].number
	})
}

// having returns the share of the rows that have the delimiter.
func (t *trial) having() float64 {
	n := 0
	for _, l := range t.lines {
		if l.cells > 1 && l.number > t.head[t.header].number {
			n++
		}
	}
	return float64(n) / float64(max(t.rows, 1))
}

// cellsAt returns into how many cells the record on a line is taken apart.
func (t *trial) cellsAt(number int) int {
	i := slices.IndexFunc(t.lines, func(l sampleLine) bool { return l.number == number })
	if i < 0 {
		return 0
	}
	return t.lines[i].cells
}

// sound reports whether every quotation mark is where this delimiter lets one be.
func (t *trial) sound() bool { return t.marks == 0 && t.faults == 0 }

// consistent reports whether nearly all rows are as wide as the header.
func (t *trial) consistent() bool { return t.score > 0.9 }

// titled reports whether other skips this trial's header as a title, and
// rightly as far as the two can tell: this one does not fit other's header,
// and neither has a better claim by its quotation marks.
func (t *trial) titled(other *trial) bool {
	return t.consistent() && other.consistent() && other.rows > 0 && t.header < other.header && other.above > 0 &&
		t.named == other.named && t.sound() == other.sound() && t.names <= other.names &&
		t.cellsAt(other.head[other.header].number) != t.width
}

// betterThan reports whether a trial explains the file better than another.
func (t *trial) betterThan(other *trial) bool {
	switch {
	case other == nil:
		return true
	case t.named != other.named:
		return t.named > other.named
	case t.sound() != other.sound():
		return t.sound()
	case t.titled(other):
		return false
	case other.titled(t):
		return true
	case t.consistent() && other.consistent() && t.header != other.header:
		return t.header < other.header
	case t.score != other.score:
		return t.score > other.score
	}
	return t.names > other.names
}

// findDelimiter decides between the usual delimiters. It returns the winner's
// trial, or an error that names the candidates.
func (c *csvReader) findDelimiter(quote byte) (*trial, error) {
	var best, second, single, unread *trial
	for _, delim := range append(usualDelimiters[:len(usualDelimiters):len(usualDelimiters)], "") {
		t, err := c.try(dialect{delim: []byte(delim), quote: quote})
		if err != nil {
			return nil, err
		}
		if delim == "" {
			single = t
			break
		}
		if len(t.head) == 0 {
			return t, nil // nothing but delimiters
		}
		if t.header < 0 && unread == nil && t.usualCells() > 2 {
			unread = t
		}
		if t.header < 0 || t.names < 2 || t.score < 0.2 {
			continue
		}
		if t.names == 2 && t.named == 0 && t.nowhereElse() {
			continue // a sign in the name of the one column
		}
		if t.header > 0 && t.named == 0 && c.opts.HeaderRow == 0 {
			if delim == "," && t.spaced {
				continue // commas of sentences, below a header of one cell
			}
			if t.having() < 0.7 {
				continue // it stands in some rows only, and the header is said to be one of them
			}
		}
		if t.betterThan(best) {
			best, second = t, best
		} else if t.betterThan(second) {
			second = t
		}
	}
	if best != nil && best.named < 2 && single.named >= max(1, best.named) && best.head[best.header].number != single.head[single.header].number {
		best = nil // the one column that is wanted stands alone in its row
	}
	if best == nil {
		if unread != nil && !single.sound() {
			return unread, nil // a mark that is not closed spoils all rows
		}
		if odd := c.oddDelimiter(single); odd != 0 {
			return nil, c.fail(CodeDelimiter, 0, say("there is one column with none of the delimiters ; , tab and |, but every line has the same number of %v", strconv.QuoteRune(odd)),
				say("say which delimiter it is with --delimiter"))
		}
		return single, nil
	}
	if second != nil && best.rivalled(second) {
		return nil, c.fail(CodeDelimiter, 0, say("the delimiter could be %v (%v columns) or %v (%v columns)",
			delimiter(best.d.delim), best.names, delimiter(second.d.delim), second.names),
			say("say which one with --delimiter"))
	}
	return c.longerDelimiter(best)
}

// rivalled reports whether the best trial explains the file hardly better than
// the second, so that a person has to say which is meant.
func (t *trial) rivalled(second *trial) bool {
	switch {
	case t.named != second.named || t.sound() && !second.sound():
		return false
	case second.titled(t):
		return second.names == t.names
	}
	return second.header == t.header && t.names < 2*second.names && t.score-second.score < 0.1
}

// longerDelimiter looks whether the delimiter is really two characters: twice
// the same, or with a space behind it where the quotation marks begin.
func (c *csvReader) longerDelimiter(t *trial) (*trial, error) {
	if t.header < 0 {
		return t, nil
	}
	d := t.d
	switch {
	case everySecondBlank(t.head[t.header].cells):
		d.delim = append(bytes.Clone(d.delim), d.delim...)
	case t.spaced && t.marks > 0:
		d.delim = append(bytes.Clone(d.delim), ' ')
	default:
		return t, nil
	}
	longer, err := c.try(d)
	if err != nil || longer.header != t.header || longer.names < 2 || longer.named < t.named || longer.score < t.score {
		return t, err
	}
	return longer, nil
}

// everySecondBlank reports whether a header is a, nothing, b, nothing, c.
func everySecondBlank(cells []string) bool {
	if len(cells) < 3 || len(cells)%2 == 0 {
		return false
	}
	for i, cell := range cells {
		if blank(cell) != (i%2 == 1) {
			return false
		}
	}
	return true
}

// usualDelimiters are tried in this order.
var usualDelimiters = []string{";", ",", "\t", "|"}

// anotherDelimiter returns the usual delimiter that takes a line apart into
// count cells, if it is a single cell with the file's own, or "". Commas with
// spaces behind them are those of a sentence, and one in the first of two
// cells is part of its text.
func anotherDelimiter(own dialect, cells []string, count int) string {
	if len(own.delim) == 0 || count < 2 || len(cells) == 0 || filled(cells[1:]) > 0 || count == 2 && len(cells) == 2 {
		return ""
	}
	for _, other := range usualDelimiters {
		if other != string(own.delim) && strings.Count(cells[0], other) == count-1 && !strings.Contains(cells[0], ", ") {
			return other
		}
	}
	return ""
}

// mixedDelimiters refuses a file whose header has another delimiter than its
// rows: by one of them the header is one cell, by the other the rows are.
func (c *csvReader) mixedDelimiters(t *trial) error {
	differ := func(line int, header, rows string) error {
		return c.fail(CodeDelimiter, line, say("the header is separated by %v and the rows by %v", delimiter(header), delimiter(rows)),
			say("give the header the delimiter of the rows and save the file again, or export it anew"))
	}
	own := string(t.d.delim)
	for _, h := range t.head[:t.header] {
		if len(h.cells) != 1 || !h.ok {
			continue
		}
		for _, other := range usualDelimiters {
			names := trimmed(strings.Split(h.cells[0], other))
			if len(names) < 2 || other == own {
				continue
			}
			if c.opts.Fits != nil {
				if n := c.opts.Fits(names); n > 0 && n >= t.named {
					return differ(h.number, other, own)
				}
			} else if wordy(names) && anotherDelimiter(t.d, h.cells, t.names) == other {
				return differ(h.number, other, own)
			}
		}
	}
	rows, apart := 0, map[string]int{}
	for _, h := range t.head[t.header+1:] {
		if h.ok {
			rows++
			apart[anotherDelimiter(t.d, h.cells, t.names)]++
		}
	}
	for _, other := range usualDelimiters {
		if apart[other]*2 > rows {
			return differ(t.head[t.header].number, own, other)
		}
	}
	return nil
}

// oddDelimiter looks for an unusual delimiter in a file that seems to have
// one column: a sign that all lines have, outside their quotation marks, as
// often as the first.
func (c *csvReader) oddDelimiter(t *trial) rune {
	if len(t.head) < 2 {
		return 0
	}
	first, seen := outsideMarks(t.head[0].cells), map[rune]bool{}
	for _, odd := range first {
		if seen[odd] || unicode.IsLetter(odd) || unicode.IsDigit(odd) || odd == '"' || odd == utf8.RuneError {
			continue
		}
		seen[odd] = true
		n := strings.Count(first, string(odd))
		few := n == 2 && !strings.ContainsRune(" /*:.,-_'+()&@#%=", odd) || n == 1 && (odd < ' ' || odd == '§' || odd == '¦')
		if (n >= 3 || few) && !slices.ContainsFunc(t.head[1:], func(h headRow) bool {
			return h.ok && strings.Count(outsideMarks(h.cells), string(odd)) != n
		}) {
			return odd
		}
	}
	return 0
}

// outsideMarks returns what of a line of one cell is not in quotation marks.
func outsideMarks(cells []string) string {
	if len(cells) == 0 {
		return ""
	}
	parts := strings.Split(strings.TrimSpace(cells[0]), `"`)
	if len(parts)%2 == 0 {
		return strings.Join(parts, "") // a mark that is not closed
	}
	var b strings.Builder
	for i := 0; i < len(parts); i += 2 {
		b.WriteString(parts[i])
	}
	return b.String()
}

// delimiter is one as people call it: the only one that has a name is the tab.
func delimiter[S ~string | ~[]byte](d S) any {
	if string(d) == "\t" {
		return tab
	}
	return string(d)
}

var tab = say("tab")
