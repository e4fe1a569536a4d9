package table

import (
	"strings"
	"unicode/utf8"
)

// decode turns a record into cells, appended to dst[:0]. The verdict says why
// it cannot.
func (c *csvReader) decode(r *record, dst []string) ([]string, *verdict) {
	dst = dst[:0]
	if r.fault != "" {
		return dst, c.faultVerdict(r)
	}
	looks := lookAt(r.raw)
	if looks == wild || looks == lettered && c.enc.single == nil && !utf8.Valid(r.raw) {
		return c.decodeWild(r, dst)
	}
	if looks == lettered && c.enc.single != nil {
		return c.decodeSingle(r, dst)
	}
	// One string for the whole record, whose parts are the cells.
	whole := string(r.raw)
	for _, f := range r.fields {
		cell := whole[f.start:f.end]
		if f.quoted {
			cell = c.unquote(cell, f.doubled)
		}
		if looks == lettered {
			cell = clean(cell)
		}
		dst = append(dst, cell)
	}
	return dst, nil
}

// decodeSingle is decode for a record with letters of a single-byte encoding.
func (c *csvReader) decodeSingle(r *record, dst []string) ([]string, *verdict) {
	c.scratch, c.ends = c.scratch[:0], c.ends[:0]
	for _, f := range r.fields {
		text, bad := c.enc.appendText(c.scratch, r.raw[f.start:f.end])
		if bad >= 0 {
			return c.decodeWild(r, dst)
		}
		c.scratch, c.ends = text, append(c.ends, len(text))
	}
	whole, start := string(c.scratch), 0
	for i, f := range r.fields {
		cell := whole[start:c.ends[i]]
		if start = c.ends[i]; f.quoted {
			cell = c.unquote(cell, f.doubled)
		}
		if c.guessed && doubleEncoded(cell) {
			return dst, &verdict{code: CodeInvalidByte, column: i, reason: say("the letters of the cell are UTF-8, and those of other cells are windows-1252"), value: cell,
				hint: say("save the whole file in one encoding, or say with --encoding which it has")}
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
				reason: c.enc.noCharacter(raw, bad),
				hint:   say("mend the cell and save the file as UTF-8, or say another encoding with --encoding")}
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
	wild                  // others, control characters or noncharacters among them
)

func lookAt(b []byte) looks {
	l := tame
	for i, c := range b {
		if c >= ' ' && c < 0x7F || c == '\t' || c == '\n' || c == '\r' {
			continue
		}
		if c < utf8.RuneSelf || c == 0xC2 && i+1 < len(b) && b[i+1] < 0xA0 || c == 0xEF && i+2 < len(b) && (b[i+1] == 0xB7 || b[i+1] == 0xBF && b[i+2] >= 0xBE) {
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
	v := &verdict{code: r.fault, column: r.faultAt}
	switch r.fault {
	case CodeUnclosedQuote:
		v.reason, v.hint = say("the cell begins with a quotation mark that is not closed as it should be"), say(`close it, or double the quotation marks inside the cell: "" for "`)
	case CodeTooManyCells:
		v.reason, v.hint = say("the row has more than %v cells", r.faultAt), say("put the cell that has the delimiter in its text in quotation marks")
	default:
		v.reason, v.hint = say("there is text behind the closing quotation mark"), say(`double the quotation marks inside the cell: "" for "`)
	}
	return v
}

// shape judges the width of a record.
func (c *csvReader) shape(r *record, cells []string) *verdict {
	last := len(cells)
	for last > c.width && blank(cells[last-1]) {
		last--
	}
	if strings.IndexByte(cells[0], c.otherQuote()) >= 0 && strings.TrimSpace(cells[0])[0] == c.otherQuote() && allIn(c.otherQuote(), cells) {
		return &verdict{code: CodeStrayQuote, column: -1, reason: say("the cells are in the marks %v, where the file has %v", string(c.otherQuote()), string(c.d.quote)),
			hint: say("write the row like the others")}
	}
	if len(cells) == 1 {
		if other := anotherDelimiter(c.d, cells, c.width); other != "" {
			return &verdict{code: CodeOtherDelimiter, column: -1, reason: say("the row is separated by %v, the header by %v", delimiter(other), delimiter(c.d.delim)),
				hint: say("write the row like the others")}
		}
	}
	switch {
	case r.strict && (len(cells) != c.width || c.width < 2):
		return &verdict{code: CodeUnclosedQuote, column: -1, reason: say("an unclosed quotation mark above makes it doubtful whether this line is a row"),
			hint: say("mend the quotation mark above")}
	case r.stray >= 0 && c.lateMark(r, cells) >= 0:
		return &verdict{code: CodeStrayQuote, column: c.lateMark(r, cells), reason: say("there is a space before the quotation mark with which the cell begins"),
			hint: say("remove the space")}
	case r.stray >= 0 && c.partedMark(r, cells) >= 0:
		return &verdict{code: CodeStrayQuote, column: c.partedMark(r, cells), reason: say("a quotation mark opens inside the cell and closes at the end of another one, so that cells have been torn apart or joined"),
			hint: say(`put the cell in quotation marks and double those inside: "" for "`)}
	case r.stray >= 0 && len(cells) != c.width:
		return &verdict{code: CodeStrayQuote, column: r.stray, reason: say("there is a quotation mark inside the cell, and the row has %v cells where the header has %v", len(cells), c.width),
			hint: say(`put the cell in quotation marks and double those inside: "" for "`)}
	case last > c.width:
		return &verdict{code: CodeTooManyCells, column: last - 1, reason: say("the row has %v cells, the header has %v: its cells have shifted", last, c.width),
			hint: say("put the cell that has the delimiter in its text in quotation marks")}
	case c.pushed(r, cells):
		return &verdict{code: CodeTooManyCells, column: len(cells) - 1, reason: say("the row has %v cells, the header has %v: its cells have shifted", len(cells), c.width),
			hint: say("put the cell that has the delimiter in its text in quotation marks")}
	case r.rowlike > 0 && r.rowlike == c.width:
		return &verdict{code: CodeSwallowedRow, column: -1, reason: say("a line inside its quotation marks looks like a row of its own"),
			hint: say("see whether a quotation mark is missing")}
	}
	return nil
}

// pushed reports whether a row that is longer than the header and the other
// lines, though only by empty cells, has as many cells that begin with a space
// behind another cell's text: then its delimiters are those of a sentence, and
// what stands behind them has shifted.
func (c *csvReader) pushed(r *record, cells []string) bool {
	if len(cells) <= c.width || !c.uniform {
		return false
	}
	n := 0
	for i := 1; i < len(cells); i++ {
		if cell := cells[i]; len(cell) > 1 && cell[0] == ' ' && cell[1] != ' ' && !r.fields[i].quoted && !blank(cells[i-1]) {
			n++
		}
	}
	return n == len(cells)-c.width
}

// lateMark returns the first cell that begins with a quotation mark behind a
// space, or -1.
func (c *csvReader) lateMark(r *record, cells []string) int {
	for i, cell := range cells {
		if !r.fields[i].quoted && strings.HasPrefix(strings.TrimSpace(cell), string(c.d.quote)) {
			return i
		}
	}
	return -1
}

// partedMark returns the first cell in which a quotation mark opens behind
// other text while its partner closes a later cell, or -1: 5"Ek, Bo" has lost
// the delimiter before its mark, and the one inside has become one.
func (c *csvReader) partedMark(r *record, cells []string) int {
	q, open := string(rune(c.d.quote)), -1
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
