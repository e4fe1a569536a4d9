package delimited

import (
	"bytes"
	"fmt"
	"strings"

	"vitec-import/importer/table/internal/celltext"
	"vitec-import/importer/table/internal/fault"
)

// Row is one row of the table.
type Row struct {
	Line   int // 1-based line on which it starts
	Cells  []string
	Faults []*fault.Error // of cells; Column is 1-based
	Err    *fault.Error   // why the row as a whole is refused
	Raw    [][]byte       // the file's own bytes of the cells, if they are asked for
}

// cells decodes the cells of a record. A cell with a fault is empty.
func (d *Dialect) cells(r *record) (cells []string, faults []*fault.Error) {
	cells = make([]string, len(r.fields))
	all := string(r.raw)
	for i, f := range r.fields {
		var e *fault.Error
		if cells[i], e = d.cell(all[f.start:f.end], f); e != nil {
			e.Column = i + 1
			faults = append(faults, e)
		}
	}
	return cells, faults
}

// cell decodes a cell.
func (d *Dialect) cell(raw string, f field) (string, *fault.Error) {
	text, bad := d.Charset.text(raw)
	if bad >= 0 {
		return "", &fault.Error{Code: fault.InvalidByte, Reason: d.notCharacter(raw, bad), Hint: say("correct the cell and save the file as UTF-8, or name another encoding with --encoding")}
	}
	if f.quoted {
		text = d.unquote(text, f.doubled)
	}
	if c, ok := celltext.Control(text); ok {
		return "", &fault.Error{Code: fault.Control, Reason: say("there is a control character (%s) in the cell", fmt.Sprintf("U+%04X", c)), Hint: say("remove it"), Value: text}
	}
	if d.Guessed && DoubleEncoded(text) {
		return "", &fault.Error{Code: fault.InvalidByte, Reason: say("the cell is UTF-8, and the rest of the file is windows-1252"), Hint: say("save the file in one encoding, best UTF-8, and look at its letters"), Value: text}
	}
	return celltext.Clean(text), nil
}

func (d *Dialect) notCharacter(raw string, bad int) fault.Text {
	if d.Charset.wide {
		return say("half a character of %s, or U+FFFD, which stands for a lost letter, is in the cell", d.Charset.Name)
	}
	return say("%s (number %d of the cell) is not a character in %s", fmt.Sprintf("byte 0x%02X", raw[bad]), bad+1, d.Charset.Name)
}

// unquote undoes doubled quotation marks and the ="…" with which people keep
// leading zeros alive.
func (d *Dialect) unquote(cell string, doubled bool) string {
	if q := string(rune(d.Quote)); doubled {
		cell = strings.ReplaceAll(cell, q+q, q)
	}
	if len(cell) >= 3 && strings.HasPrefix(cell, `="`) && strings.HasSuffix(cell, `"`) && strings.Count(cell, `"`) == 2 {
		return cell[2 : len(cell)-1]
	}
	return cell
}

// DoubleEncoded reports whether a text looks as if UTF-8 had been taken for
// windows-1252 and saved again: å has become Ã¥.
func DoubleEncoded(s string) bool {
	for rest := s; ; {
		_, behind, ok := strings.Cut(rest, "Ã")
		if !ok {
			return strings.Contains(s, "â€")
		}
		for _, second := range []string{"¥", "¤", "¶", "…", "„", "–", "©", "‰", "¼", "œ", "¦", "†", "¸", "˜", "¡", "³"} {
			if strings.HasPrefix(behind, second) {
				return true
			}
		}
		rest = behind
	}
}

// rawCells are the file's own bytes of the cells of a record.
func (d *Dialect) rawCells(r *record) [][]byte {
	all := make([][]byte, len(r.fields))
	for i, f := range r.fields {
		all[i] = d.Charset.raw(r.raw[f.from:f.to])
	}
	return all
}

// shape says why a record is not a row of a table of so many columns, or nil.
func (d *Dialect) shape(p *parser, r *record, cells []string) *fault.Error {
	refuse := func(code fault.Code, column int, reason, hint fault.Text) *fault.Error {
		return &fault.Error{Code: code, Column: column, Reason: reason, Hint: hint}
	}
	quoteCell := say("put the cell that has the delimiter in its text in quotation marks")
	switch r.fault {
	case fault.UnclosedQuote:
		return refuse(r.fault, len(r.fields), say("the quotation mark at the beginning of the cell is never closed"), say("close it, or remove it"))
	case fault.StrayQuote:
		if len(r.fields) == 1 && d.wholeLine(r) {
			break
		}
		return refuse(r.fault, len(r.fields), say("there is text behind the closing quotation mark"), say(`double the quotation marks inside the cell: "" for "`))
	case fault.TooManyCells:
		return refuse(r.fault, maxCells+1, say("the row has more than %d cells", maxCells), quoteCell)
	}
	width, last := d.width, len(cells)
	for last > width && celltext.Blank(cells[last-1]) {
		last--
	}
	other := string(rune('"' + '\'' - d.Quote))
	if inMarks(other, cells) {
		return refuse(fault.StrayQuote, 0, say("the cells are in %s, those of other rows in %s", other, string(rune(d.Quote))), say("write the row like the others"))
	}
	if len(r.fields) == 1 && width > 1 && r.fields[0].quoted && d.wholeLine(r) {
		return refuse(fault.StrayQuote, 0, say("the whole line stands in quotation marks"), say("remove the quotation marks at both ends of the line, and write the doubled ones inside it once"))
	}
	if name := anotherDelimiter(string(d.Delimiter), cells, width); name != "" && len(cells) == 1 {
		return refuse(fault.OtherDelimiter, 0, say("the row is separated by %s, the header by %s", DelimiterName(name), DelimiterName(string(d.Delimiter))), say("write the row like the others"))
	}
	if tail := d.tail(r); tail != "" && len(tail) == width-1 && len(cells) <= width {
		return refuse(fault.OtherDelimiter, len(cells), say("the row ends with %s, which are delimiters of another kind and not part of the cell", tail), say("delete them at the end of the line"))
	}
	late, parted := -1, -1
	if r.stray >= 0 {
		late, parted = lateMark(r, cells, d.Quote), partedMark(r, cells, d.Quote)
	}
	switch {
	case r.strict && (len(cells) != width || width < 2):
		return refuse(fault.UnclosedQuote, 0, say("a quotation mark above is never closed, and this row does not have the width of the header"), say("correct the row above first"))
	case late >= 0:
		return refuse(fault.StrayQuote, late+1, say("there is a space before the quotation mark"), say("remove the space"))
	case parted >= 0:
		return refuse(fault.StrayQuote, parted+1, say("a quotation mark opens in the middle of the cell and closes in a later one: a delimiter is missing before it"), say(`put the cell in quotation marks and double those inside it: "" for "`))
	case r.stray >= 0 && len(cells) != width:
		return refuse(fault.StrayQuote, r.stray+1, say("there is a quotation mark inside the cell, and the row has %d cells where the header has %d", len(cells), width), say(`put the cell in quotation marks and double those inside it: "" for "`))
	case last > width:
		return refuse(fault.TooManyCells, last, say("the row has %d cells, the header has %d: its cells have moved", last, width), quoteCell)
	case len(cells) > width && d.even && (d.moved(cells) || sentence(r, cells) == len(cells)-width):
		return refuse(fault.TooManyCells, len(cells), say("the row has %d cells, the header has %d: its cells have moved", len(cells), width), quoteCell)
	case p.swallows(r) && len(r.fields) == width:
		return refuse(fault.SwallowedRow, 0, say("a cell in quotation marks seems to hold a row of its own"), say("look whether a quotation mark is missing"))
	}
	return nil
}

// wholeLine reports whether a record is one cell in quotation marks, or begins
// as one, that has as many delimiters in it as a row.
func (d *Dialect) wholeLine(r *record) bool {
	return len(d.Delimiter) > 0 && d.width > 1 && r.lines == 1 && r.raw[len(r.raw)-1] == d.Quote && bytes.Count(r.raw, d.Delimiter) >= d.width-1
}

// tail returns the delimiters of another kind with which the last cell of a
// record ends, two of them or more, "" if there are none. As many as a row has
// come of a program that took the line for a single cell.
func (d *Dialect) tail(r *record) string {
	f := r.fields[len(r.fields)-1]
	if f.quoted {
		return ""
	}
	return otherTail(string(r.raw[f.start:f.end]), string(d.Delimiter), 2)
}

// otherTail returns the usual delimiters, alike and at least so many, with which
// a cell ends that are not the file's own.
func otherTail(cell, own string, least int) string {
	cell = strings.TrimRight(cell, " ")
	for _, other := range usualDelimiters {
		if n := len(cell) - len(strings.TrimRight(cell, other)); other != own && n >= least && n < len(cell) && own != "" {
			return cell[len(cell)-n:]
		}
	}
	return ""
}

// sentence counts the cells that begin with a space behind another cell's text:
// if a row is too long by as many, its delimiters are those of a sentence.
func sentence(r *record, cells []string) (n int) {
	for i := 1; i < len(cells); i++ {
		if c := cells[i]; len(c) > 1 && c[0] == ' ' && c[1] != ' ' && !r.fields[i].quoted && !celltext.Blank(cells[i-1]) {
			n++
		}
	}
	return n
}

// lateMark returns the first cell that begins with a quotation mark behind a
// space, or -1.
func lateMark(r *record, cells []string, quote byte) int {
	for i, cell := range cells {
		if !r.fields[i].quoted && strings.HasPrefix(strings.TrimSpace(cell), string(rune(quote))) {
			return i
		}
	}
	return -1
}

// partedMark returns the first cell in which a quotation mark opens behind
// other text while its partner closes a later cell, or -1: 5"Ek, Bo" has lost
// the delimiter before its mark, and the one inside has become one.
func partedMark(r *record, cells []string, quote byte) int {
	q, open := string(rune(quote)), -1
	for i, cell := range cells {
		if r.fields[i].quoted || strings.Count(cell, q)%2 == 0 {
			continue
		}
		cell = strings.TrimSpace(strings.ReplaceAll(cell, q+q, ""))
		if open >= 0 && strings.HasSuffix(cell, q) {
			return open
		}
		if behind := cell[strings.LastIndex(cell, q)+1:]; open < 0 && behind != "" && behind[0] != ' ' {
			open = i
		}
	}
	return -1
}

// inMarks reports whether all filled cells begin and end with a mark.
func inMarks(mark string, cells []string) bool {
	n := 0
	for _, cell := range cells {
		if cell = strings.TrimSpace(cell); cell == "" {
			continue
		}
		if len(cell) < 2 || !strings.HasPrefix(cell, mark) || !strings.HasSuffix(cell, mark) {
			return false
		}
		n++
	}
	return n > 0
}

// anotherDelimiter returns the usual delimiter that takes a line apart into
// count cells, if it is a single cell with the file's own, or "". Commas with
// spaces behind them are those of a sentence.
func anotherDelimiter(own string, cells []string, count int) string {
	if own == "" || count < 2 || len(cells) == 0 || celltext.Filled(cells[1:]) > 0 || count == 2 && len(cells) == 2 {
		return ""
	}
	for _, other := range usualDelimiters {
		if other != own && strings.Count(cells[0], other) == count-1 && !strings.Contains(cells[0], ", ") {
			return other
		}
	}
	return ""
}

// DelimiterName is a delimiter as people call it: the tab has a name.
func DelimiterName(d string) any {
	if d == "\t" {
		return say("tab")
	}
	return d
}
