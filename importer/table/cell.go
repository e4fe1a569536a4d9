package table

import (
	"bytes"
	"math"
	"strconv"
	"strings"
)

// resolve makes text of a row's cells, in r.cells, up to the limit. last is
// the last filled column. The verdict says why the row is refused; the error
// why the file is. As a header the row has all its cells all the same.
func (r *xlsxReader) resolve(row *sheetRow, asHeader bool) (last int, v *verdict, err error) {
	r.cells, r.class, r.scratch, r.spans = r.cells[:0], r.class[:0], r.scratch[:0], r.spans[:0]
	r.written = r.written[:0]
	for i := range row.cells {
		c := &row.cells[i]
		if !c.valued && !c.formula && (c.kind == typeNumber || c.kind == typeInline || c.kind == typeString || c.empty && c.kind != typeUnknown) {
			continue
		}
		r.shown, r.isText = classText, false
		text, start, fault, err := r.cellText(row, c)
		if err != nil {
			return 0, nil, err
		}
		if r.opts.KeepRaw && c.column <= r.limit {
			r.keep(c.column, text, fault)
		}
		if fault == nil && start < 0 && (text == "" || blank(text)) {
			if text == "" || c.column > r.limit {
				continue
			}
		}
		if fault == nil && c.column > r.limit {
			fault = &verdict{code: CodeTooManyCells, reason: say("the cell is filled, but the table ends at column %v", ColumnName(len(r.header))),
				hint: say("move or delete the cell")}
		}
		if asHeader && r.shown == classBoolean && fault == nil {
			fault = &verdict{code: CodeInvalidCell, reason: say("true or false is no name of a column"), hint: say("enter the name of the column"), value: text}
		}
		if fault != nil {
			if v == nil {
				fault.column = c.column - 1
				v = fault
			}
			if !asHeader {
				continue
			}
			text, start = fault.value, -1
		}
		for len(r.cells) < c.column {
			r.cells, r.class = append(r.cells, ""), append(r.class, classText)
		}
		r.class[c.column-1] = r.shown
		if start >= 0 {
			r.spans = append(r.spans, textSpan{c.column - 1, start, len(r.scratch)})
		} else {
			r.cells[c.column-1] = text
		}
		if start >= 0 || !blank(text) {
			last = c.column
		}
	}
	if len(r.spans) > 0 { // one string for all numbers of the row
		whole := string(r.scratch)
		for _, s := range r.spans {
			if r.cells[s.cell] = whole[s.start:s.end]; r.opts.KeepRaw {
				r.written[s.cell].Text = r.cells[s.cell]
			}
		}
	}
	return last, v, nil
}

// keep notes how a cell is written. That of a number whose text is in scratch
// follows when the row is whole.
func (r *xlsxReader) keep(column int, text string, fault *verdict) {
	for len(r.written) < column {
		r.written = append(r.written, Written{})
	}
	w := &r.written[column-1]
	switch {
	case r.isText:
		w.Text = r.text
	case fault != nil:
		w.Unread = true
	default:
		w.Text = Escape(text)
	}
}

// cellText returns the text of a cell; or it appends it to scratch, then
// start is where it begins there, else -1.
func (r *xlsxReader) cellText(row *sheetRow, c *sheetCell) (text string, start int, v *verdict, err error) {
	data := row.data[c.start:c.end]
	refuse := func(code Code, reason, hint Text) (string, int, *verdict, error) {
		return "", -1, &verdict{code: code, reason: reason, hint: hint, value: string(data)}, nil
	}
	if c.formula && (!c.valued || len(data) == 0 && c.kind != typeString) {
		return refuse(CodeNoCachedValue, say("the cell has a formula whose result was not saved"), say("open the workbook in a spreadsheet program, let it calculate, and save it"))
	}
	if c.kind != typeString && c.kind != typeInline && c.typed && (c.hollow || !c.valued) || c.text && c.hollow {
		return refuse(CodeInvalidCell, say("the cell says what kind of value it has, and has none"), say("enter the value anew, or clear the cell"))
	}
	if c.text && c.kind != typeInline && c.kind != typeString || !c.text && c.kind == typeInline && len(data) > 0 {
		return refuse(CodeInvalidCell, say("the cell's type and its value do not go together"), say("enter the value anew"))
	}
	switch c.kind {
	case typeShared:
		n, ok := smallNumber(trimSpace(data))
		if !ok {
			return refuse(CodeInvalidCell, say("the cell refers to a text by something that is no number"), say("enter the value anew"))
		}
		if r.strings == nil {
			return "", -1, nil, r.p.damaged("the part with its texts is missing")
		}
		if n >= r.strings.len() {
			return "", -1, nil, r.p.damaged("cell %v%v refers to text %v of %v", ColumnName(c.column), row.number, n+1, r.strings.len())
		}
		if r.handed += int64(r.strings.length(n)); r.handed > maxHanded {
			return "", -1, nil, r.p.fail(CodeTooLarge, say("the cells of the workbook have far more text than the workbook: few texts are in very many cells"), say("copy the rows into a new workbook and save that"))
		}
		if ch, ok := r.strings.faults[n]; ok && ch == 0 {
			return refuse(CodeInvalidCell, say("the cell refers to a text that is not there"), say("enter the value anew, or clear the cell"))
		} else if r.isText, r.text = true, r.strings.asWritten(n); ok {
			return "", -1, controlVerdict(ch, r.strings.get(n)), nil
		}
		return r.strings.get(n), -1, nil, nil
	case typeString, typeInline:
		text := string(data)
		r.isText, r.text = true, text
		if lookAt(data) == tame && strings.IndexByte(text, '_') < 0 {
			return text, -1, nil, nil
		}
		text = clean(unescape(text))
		if ch, ok := control(text); ok {
			return "", -1, controlVerdict(ch, text), nil
		}
		return text, -1, nil, nil
	case typeBoolean:
		r.shown = classBoolean
		switch string(trimSpace(data)) {
		case "1", "true":
			return "TRUE", -1, nil, nil
		case "0", "false":
			return "FALSE", -1, nil, nil
		}
		return refuse(CodeInvalidCell, say("the cell is neither true nor false"), say("enter the value anew"))
	case typeError:
		return refuse(CodeErrorCell, say("the formula's result is an error"), say("mend the formula, or empty the cell"))
	case typeDate:
		r.shown = classDate
		showsTime := c.style < len(r.formats) && r.formats[c.style].sections[0].time
		text, ok := isoCell(string(trimSpace(data)), showsTime)
		if !ok {
			return refuse(CodeInvalidDate, say("the cell should be a date and is none"), say("enter the date anew"))
		}
		return text, -1, nil, nil
	case typeNumber:
		return r.number(c, trimSpace(data))
	}
	return refuse(CodeInvalidCell, say("the cell is of an unknown type"), say("enter the value anew"))
}

// number makes text of a number, as its format asks for.
func (r *xlsxReader) number(c *sheetCell, data []byte) (text string, start int, v *verdict, err error) {
	refuse := func(code Code, reason, hint Text) (string, int, *verdict, error) {
		return "", -1, &verdict{code: code, reason: reason, hint: hint, value: string(data)}, nil
	}
	if len(data) == 0 {
		return "", -1, nil, nil
	}
	var format *numFormat
	switch {
	case c.style < len(r.formats):
		format = r.formats[c.style]
	case c.style > 0:
		return refuse(CodeInvalidCell, say("the cell has a format that the workbook does not have, so that its number cannot be told from a date"), say("format the cell anew"))
	}
	if format != nil && format.unknown {
		return refuse(CodeInvalidCell, say("the cell has a number format that the workbook does not define, so that its number cannot be told from a date"), say("format the cell anew"))
	}
	r.shown = classNumber
	simple := isSimple(data)
	if simple && (format == nil || format.plain) {
		start = len(r.scratch)
		r.scratch = append(r.scratch, data...)
		return "", start, nil, nil
	}
	f, ok := parseNumber(data)
	if !ok {
		return refuse(CodeInvalidCell, say("the cell should be a number and is none"), say("enter the value anew"))
	}
	if f == 0 {
		f = 0 // no minus
	}
	if format != nil && !format.plain {
		s := format.pick(f)
		if s.odd && (s.date || s.time || s.mask) {
			return refuse(CodeInvalidCell, say("the cell has a number format that no spreadsheet knows, so that it is not known what it shows"), say("format the cell anew"))
		}
		if s.mask {
			r.shown = classPadded
		}
		if s.date || s.time {
			if r.shown = classDate; !s.date {
				r.shown = classTime
			}
			text, ok := isoTime(f, s, r.book.date1904)
			if !ok {
				return refuse(CodeInvalidDate, say("the number is no date, but its format is one: the spreadsheet shows ####"), say("format the cell as a number or as text, or enter a date"))
			}
			return text, -1, nil, nil
		}
		if s.mask && f >= 0 && f < 1e15 && f == math.Trunc(f) {
			text, ok, doubtful := showMask(s.code, strconv.FormatFloat(f, 'f', -1, 64))
			if doubtful {
				return refuse(CodeInvalidCell, say("the number has fewer digits than its format has places, and spreadsheet programs differ in what they show then"), say("enter the value as text"))
			}
			if ok { // the format's own characters are a text like any other
				text = clean(text)
				if ch, bad := control(text); bad {
					return "", -1, controlVerdict(ch, text), nil
				}
				return text, -1, nil, nil
			}
		}
	}
	if !holds(f, data) {
		return refuse(CodeLostDigits, say("the number has more digits than a number in a spreadsheet can hold, so that the last ones are lost in one program or another"),
			say("format the column as text and enter the value anew"))
	}
	if r.shown == classNumber && f != math.Trunc(f) {
		r.shown = classDecimal
	}
	start = len(r.scratch)
	if f == math.Trunc(f) && len(data) > 15 {
		if r.scratch, ok = appendWhole(r.scratch, data); ok {
			return "", start, nil, nil
		}
	}
	r.scratch = strconv.AppendFloat(r.scratch, f, 'f', -1, 64)
	return "", start, nil, nil
}

// appendWhole appends a whole number as it is stored, without point and
// exponent, if it has more than the 15 digits by which a float64 is known: the
// shortest digits that read back as the same float64 may be others.
func appendWhole(dst, b []byte) ([]byte, bool) {
	digits := significant(b)
	if len(digits) <= 15 {
		return dst, false
	}
	mantissa, exponent := b, 0
	if i := bytes.IndexAny(b, "eE"); i >= 0 {
		n, err := strconv.Atoi(string(b[i+1:]))
		if err != nil {
			return dst, false
		}
		mantissa, exponent = b[:i], n
	}
	mantissa = bytes.TrimLeft(mantissa, "+-")
	point := bytes.IndexByte(mantissa, '.')
	if point < 0 {
		point = len(mantissa)
	}
	first := bytes.IndexAny(mantissa, "123456789")
	if first > point {
		first-- // the point is no digit
	}
	zeros := point - first + exponent - len(digits)
	if zeros < 0 {
		return dst, false // it has decimals
	}
	if b[0] == '-' {
		dst = append(dst, '-')
	}
	dst = append(dst, digits...)
	for range zeros {
		dst = append(dst, '0')
	}
	return dst, true
}

// maxDigits is how many digits a float64 can have at most.
const maxDigits = 767

// holds reports whether f is all that the decimal number b says. Spreadsheets
// count in float64, which holds any number of up to 15 digits. The digits of a
// longer whole number must be those of f itself, as many as there are. Of a
// number with decimals nothing is asked beyond the 15 digits that are shown:
// programs that count in decimals write twenty and more.
func holds(f float64, b []byte) bool {
	if len(b) <= 15 || f != math.Trunc(f) {
		return true
	}
	digits := significant(b)
	n := len(digits)
	switch {
	case n <= 15:
		return true
	case n > maxDigits:
		return false
	}
	return string(digits) == string(significant(strconv.AppendFloat(nil, f, 'e', n-1, 64))) ||
		string(digits) == string(significant(strconv.AppendFloat(nil, f, 'e', -1, 64)))
}

// significant returns the digits of a decimal number without its sign, point
// and exponent and without zeros at either end.
func significant(b []byte) []byte {
	if i := bytes.IndexAny(b, "eE"); i >= 0 {
		b = b[:i]
	}
	digits := make([]byte, 0, len(b))
	for _, c := range b {
		if c >= '0' && c <= '9' {
			digits = append(digits, c)
		}
	}
	return bytes.Trim(digits, "0")
}

// isSimple reports whether a number is whole, has at most 15 digits and is
// written as it should be read.
func isSimple(b []byte) bool {
	if len(b) > 15 || b[0] == '0' && len(b) > 1 {
		return false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

// parseNumber reads a decimal number with an exponent or without, and nothing
// else that strconv would take.
func parseNumber(b []byte) (float64, bool) {
	for _, c := range b {
		if (c < '0' || c > '9') && c != '.' && c != '-' && c != '+' && c != 'e' && c != 'E' {
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(string(b), 64)
	return f, err == nil
}

func trimSpace(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	for len(b) > 0 && isSpace(b[len(b)-1]) {
		b = b[:len(b)-1]
	}
	return b
}
