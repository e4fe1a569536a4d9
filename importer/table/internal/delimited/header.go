package delimited

import (
	"bytes"
	"io"
	"strings"

	"vitec-import/importer/table/internal/celltext"
	"vitec-import/importer/table/internal/fault"
)

// dialect makes a trial the way in which the file is read, or says why it
// cannot be.
func (t *trial) dialect(g *guesser, said string) (*Dialect, error) {
	if t.header < 0 {
		switch {
		case g.o.HeaderRow > 0 && len(t.head) > 0:
			return nil, fail(fault.Header, g.o.HeaderRow, say("no row begins on this line, or it is too far down"), say("the first row with anything in it is on line %d; lines are counted as in a text editor", t.head[0].Number))
		case len(t.head) > 0:
			return nil, fail(fault.Header, t.head[0].Number, say("none of the first rows can be read"), say("look for a quotation mark that is never closed, or a wrong --encoding"))
		}
		return nil, fail(fault.Empty, 0, say("there are no rows in the file"), say("export it again"))
	}
	h := t.head[t.header]
	d := t.d
	d.HeaderLine, d.width, d.LineEnd, d.Skipped = h.Number, len(h.Cells), h.end, t.header > 0 && g.o.HeaderRow == 0
	for _, c := range h.Cells {
		d.Header = append(d.Header, strings.TrimSpace(c))
	}
	d.RawHeader = h.raw
	if err := t.readHead(g, h.endsAt); err != nil {
		return nil, err
	}
	more, not := 0, 0
	var full [][]string
	for _, s := range t.sample {
		switch {
		case s.cells == 0 || s.line < h.Number:
		case s.cells > t.width:
			more++
		default:
			not++
		}
	}
	for _, r := range t.head[t.header+1:] {
		if r.OK && len(r.Cells) == d.width {
			full = append(full, r.Cells)
		}
	}
	d.even, d.kinds, d.full = not > more, columnKinds(full, d.width), len(full)
	if err := t.wholeLines(g); err != nil {
		return nil, err
	}
	if !h.OK || h.stray {
		return nil, fail(fault.Header, h.Number, say("the header row cannot be read"), say("look at its quotation marks, or try another --encoding"))
	}
	if celltext.Filled(h.Cells) == 0 {
		return nil, fail(fault.Header, h.Number, say("the header row is empty"), say("name another row with --header-row"))
	}
	if err := t.mixed(said); err != nil {
		return nil, err
	}
	if err := t.notTable(g); err != nil {
		return nil, err
	}
	if tail := otherTail(h.Cells[len(h.Cells)-1], d.DelimiterText(), 1); tail != "" {
		return nil, fail(fault.Delimiter, h.Number, say("the header is separated by %s and ends with %s", DelimiterName(d.DelimiterText()), tail), say("delete what stands at the ends of the lines and save the file again, or export it again"))
	}
	return d, nil
}

// readHead reads the bytes of the file up to the end of the header.
func (t *trial) readHead(g *guesser, end int64) error {
	mark, head := make([]byte, g.mark), make([]byte, end)
	if _, err := g.src.ReadAt(mark, 0); err != nil {
		return err
	}
	if _, err := io.ReadFull(g.charset.reader(g.reader()), head); err != nil {
		return err
	}
	t.d.Head = append(mark, g.charset.raw(head)...)
	return nil
}

// wholeLines refuses a file whose header line stands in quotation marks as a
// whole: its cells cannot be told apart from one cell with delimiters.
func (t *trial) wholeLines(g *guesser) error {
	h := t.head[t.header]
	if t.named > 1 || len(h.raw) == 0 {
		return nil
	}
	whole, _ := t.d.Charset.text(strings.TrimSpace(string(bytes.Join(h.raw, t.d.Delimiter))))
	q := string(rune(t.d.Quote))
	if len(whole) < 3 || !strings.HasPrefix(whole, q) || !strings.HasSuffix(whole, q) || len(h.Cells) > 1 {
		return nil
	}
	for _, delim := range usualDelimiters {
		names := strings.Split(strings.Trim(whole, q), delim)
		if len(names) < 3 {
			continue
		}
		if _, named := g.o.Pick([]HeadRow{{Cells: celltext.Trimmed(names), OK: true}}); named > 0 || t.alike(delim, len(names)) {
			return fail(fault.Delimiter, h.Number, say("the whole line stands in quotation marks"), say("export the list again without them, or remove the quotation marks at both ends of each line and write the doubled ones once"))
		}
	}
	return nil
}

// alike reports whether most rows of one cell have as many delimiters in it as
// count cells.
func (t *trial) alike(delim string, count int) bool {
	rows, same := 0, 0
	for _, h := range t.head[t.header+1:] {
		if rows++; len(h.Cells) == 1 && strings.Count(h.Cells[0], delim) >= count-1 {
			same++
		}
	}
	return rows > 0 && same*2 > rows
}

// mixed refuses a file whose header has another delimiter than its rows, or
// whose first line declares one that neither has.
func (t *trial) mixed(said string) error {
	own := string(t.d.Delimiter)
	h := t.head[t.header]
	if said != "" && len(h.Cells) == 1 {
		for _, other := range usualDelimiters {
			if n := strings.Count(h.Cells[0], other); other != own && n > 0 && t.alike(other, n+1) {
				return fail(fault.Delimiter, 1, say("the first line says that the delimiter is %s, but the rows are separated by %s", DelimiterName(said), DelimiterName(other)), say("name the right one with --delimiter, or delete the first line"))
			}
		}
	}
	differ := func(line int, header, rows string) error {
		return fail(fault.Delimiter, line, say("the header is separated by %s and the rows by %s", DelimiterName(header), DelimiterName(rows)),
			say("give the header the delimiter of the rows and save the file again, or export it again"))
	}
	for _, above := range t.head[:t.header] {
		if len(above.Cells) != 1 || !above.OK {
			continue
		}
		if other := anotherDelimiter(own, above.Cells, t.names); other != "" && celltext.Wordy(strings.Split(above.Cells[0], other)) {
			return differ(above.Number, other, own)
		}
	}
	rows, apart := 0, map[string]int{}
	for _, r := range t.head[t.header+1:] {
		if r.OK {
			rows++
			apart[anotherDelimiter(own, r.Cells, t.names)]++
		}
	}
	for _, other := range usualDelimiters {
		if apart[other]*2 > rows {
			return differ(h.Number, own, other)
		}
	}
	return nil
}

// notTable refuses text whose rows cannot be told apart, or that is drawn. A
// header that somebody names, or in which a wanted column is named, is
// believed.
func (t *trial) notTable(g *guesser) error {
	if t.named > 0 || g.o.HeaderRow > 0 {
		return nil
	}
	h := t.head[t.header]
	if behind := t.head[t.header+1:]; len(behind) > 0 && behind[0].OK && isRuler(behind[0].Cells) {
		return fail(fault.NotTable, behind[0].Number, say("the table is drawn with lines of signs"), say("export the list as .xlsx or CSV"))
	}
	if name := h.Cells[0]; len(t.d.Delimiter) == 0 && !likeName(name) {
		return fail(fault.NotTable, 0, say("the file is text, but not a list: its first line does not look like the name of a column"), say("export the list as .xlsx or CSV; if it is a list with one column, name the row of its header with --header-row"))
	}
	return nil
}

// likeName reports whether a line may be the name of the only column of a list.
func likeName(s string) bool {
	s = strings.TrimSpace(s)
	return len(s) <= 80 && len(strings.Fields(s)) <= 8 && !strings.ContainsAny(s[len(s)-1:], ".,:!{}[]<>") && !strings.ContainsAny(s[:1], "-*/<>{}[]$%&@!~\\+=|`#")
}

// isRuler reports whether a row is a line between a header and its rows, as
// Markdown and terminals draw it.
func isRuler(cells []string) bool {
	n := 0
	for _, cell := range cells {
		if cell = strings.TrimSpace(cell); cell != "" {
			if strings.Trim(cell, " |+:=-") != "" || !strings.Contains(cell, "--") && !strings.Contains(cell, "==") && !strings.Contains(cell, ":-") && !strings.Contains(cell, "-:") {
				return false
			}
			n++
		}
	}
	return n > 0
}
