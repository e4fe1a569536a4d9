package workbook

import (
	"context"
	"math"
	"strconv"
	"strings"

	"vitec-import/importer/table/internal/celltext"
	"vitec-import/importer/table/internal/fault"
)

// Row is a row of a sheet. It is valid until the next one; texts may be kept.
type Row struct {
	Number int // 1-based
	Hidden bool
	Cells  []Cell // ascending; empty ones may be missing
}

// Cell is a cell as text.
type Cell struct {
	Column  int // 1-based
	Text    string
	Written string       // a text as it stands in the file
	IsText  bool         // it is a text, not a number, a date or the like
	Boolean bool         // it is TRUE or FALSE
	Fault   *fault.Error // why the cell cannot be read; without a place
	Struck  bool         // it is struck through
	Partly  bool         // a part of it is struck through
	Zero    bool         // it is 0 and shows another cell, which may be empty
	Mailto  string       // the address behind a HYPERLINK formula
}

// Rows calls yield for each row of a sheet, in order, until it returns false.
// The error says why the rows ended early; without one the part was read and
// verified to its end, and the extras are complete.
func (b *Book) Rows(ctx context.Context, s *Sheet, yield func(*Row) bool) (Extras, error) {
	reader, part, err := b.openSheet(s)
	if err != nil {
		return Extras{}, err
	}
	defer part.Close() // it was only read
	var row Row
	handed := 0
	for n := 0; ; n++ {
		if err := ctx.Err(); err != nil && n%256 == 0 {
			return Extras{}, err
		}
		raw, err := reader.next()
		if err != nil {
			return Extras{}, partError(s.part, err, reader.x.d.InputOffset())
		}
		if raw == nil {
			if err := drain(part); err != nil {
				return Extras{}, partError(s.part, err, 0)
			}
			return reader.extras, nil
		}
		row = Row{Number: raw.number, Hidden: raw.hidden, Cells: row.Cells[:0]}
		for i := range raw.cells {
			cell := Cell{Column: raw.cells[i].column}
			if err := b.resolve(&raw.cells[i], &cell); err != nil {
				return Extras{}, err
			}
			if handed += len(cell.Text); handed > maxHanded {
				return Extras{}, tooLarge("the cells of the workbook have far more text than the workbook: few texts stand in very many cells")
			}
			row.Cells = append(row.Cells, cell)
		}
		if !yield(&row) {
			return Extras{}, nil
		}
	}
}

// resolve makes text of a cell. The error says why the workbook is damaged.
func (b *Book) resolve(c *rawCell, out *Cell) error {
	out.Struck = c.style < len(b.styles) && b.styles[c.style].struck || c.struck == wholly
	out.Partly = c.struck == partly
	out.Mailto = c.formula.mailto
	value := string(c.value)
	refuse := func(code fault.Code, reason, hint fault.Text) {
		out.Fault = &fault.Error{Code: code, Reason: reason, Hint: hint, Value: value}
	}
	again := say("enter the value again")
	if c.kind != typeString && c.kind != typeInline && c.kind != typeUnknown {
		value = strings.TrimSpace(value)
	}
	switch {
	case c.formula.there && value == "" && (!c.valued || c.kind != typeString):
		refuse(fault.NoCachedValue, say("the cell has a formula whose result was not saved"), say("open the workbook in a spreadsheet program, let it calculate, and save it"))
		return nil
	case value == "":
		return nil // it has a type and no value, or nothing at all
	case c.inline && c.kind != typeInline && c.kind != typeString, !c.inline && c.kind == typeInline:
		refuse(fault.InvalidCell, say("the cell's type and its value do not fit each other"), again)
		return nil
	}
	switch c.kind {
	case typeShared:
		n, ok := smallNumber(value)
		if !ok {
			refuse(fault.InvalidCell, say("the cell should refer to a text and does not"), again)
			return nil
		}
		if n >= b.texts.n {
			return damaged("a cell refers to a text that is not there")
		}
		out.Text, out.IsText = b.texts.get(n), true
		if out.Written, ok = b.texts.written[n]; !ok {
			out.Written = out.Text
		}
		switch b.texts.strikes[n] {
		case wholly:
			out.Struck = true
		case partly:
			out.Partly = true
		}
	case typeString, typeInline:
		out.Text, out.Written, out.IsText = celltext.Clean(Unescape(value)), value, true
	case typeBoolean:
		out.Boolean = true
		switch value {
		case "1", "true":
			out.Text = "TRUE"
		case "0", "false":
			out.Text = "FALSE"
		default:
			refuse(fault.InvalidCell, say("the cell is neither true nor false"), again)
		}
	case typeError:
		if c.rich {
			refuse(fault.RichCell, say("there is a picture or a data type in the cell, which is more than a text"), say("write what it shows into the cell as text, or into a column of its own"))
			break
		}
		refuse(fault.ErrorCell, say("the formula's result is an error"), say("correct the formula, or empty the cell"))
	case typeDate:
		text, ok := isoCell(value, c.style < len(b.styles) && b.styles[c.style].format.sections[0].time)
		if out.Text = text; !ok {
			refuse(fault.InvalidDate, say("the cell should be a date and is not one"), say("enter the date again"))
		}
	case typeNumber:
		b.number(c, value, out, refuse)
		out.Zero = c.formula.shows && out.Text == "0"
	default:
		refuse(fault.InvalidCell, say("the cell has an unknown type"), again)
	}
	if out.IsText {
		if out.Fault = control(out.Text); out.Fault == nil && c.style < len(b.styles) {
			out.Text = b.styles[c.style].format.showText(out.Text)
		}
	}
	return nil
}

// number makes text of a number, as its format asks for.
func (b *Book) number(c *rawCell, value string, out *Cell, refuse func(fault.Code, fault.Text, fault.Text)) {
	formatAgain := say("format the cell again and enter the value")
	var format *numFormat
	switch {
	case c.style < len(b.styles):
		format = b.styles[c.style].format
	case c.style > 0:
		refuse(fault.InvalidCell, say("the cell's format is not in the workbook"), formatAgain)
		return
	}
	f, ok := parseNumber(value)
	switch {
	case !ok:
		refuse(fault.InvalidCell, say("the cell should be a number and is not one"), say("enter the value again"))
		return
	case format != nil && format.unknown:
		refuse(fault.InvalidCell, say("the cell's number format is not in the workbook"), formatAgain)
		return
	}
	if f == 0 {
		f = 0 // no minus
	}
	if format != nil && !format.plain {
		s := format.pick(f)
		switch {
		case s.date || s.time:
			if out.Text, ok = isoTime(f, s, b.date1904); !ok {
				refuse(fault.InvalidDate, say("the cell shows dates, and its number is not a date"), say("format the cell as a number, or enter the date again"))
			}
			return
		case s.words && s.placeholders == 0:
			out.Text = celltext.Clean(strings.TrimSpace(s.literal))
			out.Fault = control(out.Text)
			return
		case s.mask && f >= 0 && f < 1e15 && f == math.Trunc(f):
			text, ok, doubtful := showMask(s.code, strconv.FormatFloat(f, 'f', -1, 64))
			if doubtful {
				refuse(fault.InvalidCell, say("the number has fewer digits than its format, and programs differ in what they show"), say("enter it as text"))
				return
			}
			if ok || s.words {
				out.Text = celltext.Clean(text)
				out.Fault = control(out.Text)
				return
			}
		case s.words:
			refuse(fault.InvalidCell, say("the number format shows words around the number"), say("enter as text what the cell shows"))
			return
		}
	}
	if !holds(f, value) {
		refuse(fault.LostDigits, say("the number has more digits than a spreadsheet can hold"), say("format the column as text and enter the values again"))
		return
	}
	if f == math.Trunc(f) && len(value) > 15 {
		if whole, ok := wholeNumber(value); ok {
			out.Text = whole
			return
		}
	}
	out.Text = strconv.FormatFloat(f, 'f', -1, 64)
}

// wholeNumber returns a whole number as it is stored, without point and
// exponent, if it has more than the 15 digits by which a float64 is known: the
// shortest digits that read back as the same float64 may be others.
func wholeNumber(s string) (string, bool) {
	digits := significant(s)
	if len(digits) <= 15 {
		return "", false
	}
	mantissa, exp, _ := strings.Cut(strings.ToLower(s), "e")
	exponent := 0
	if exp != "" {
		var err error
		if exponent, err = strconv.Atoi(exp); err != nil {
			return "", false
		}
	}
	mantissa = strings.TrimLeft(mantissa, "+-")
	point := strings.IndexByte(mantissa, '.')
	if point < 0 {
		point = len(mantissa)
	}
	first := strings.IndexAny(mantissa, "123456789")
	if first > point {
		first-- // the point is not a digit
	}
	zeros := point - first + exponent - len(digits)
	if zeros < 0 {
		return "", false // it has decimals
	}
	sign := ""
	if s[0] == '-' {
		sign = "-"
	}
	return sign + digits + strings.Repeat("0", zeros), true
}

// maxDigits is how many digits a float64 can have at most.
const maxDigits = 767

// holds reports whether f is all that the decimal number s says. Spreadsheets
// count in float64, which holds any number of up to 15 digits. The digits of a
// longer whole number must be those of f itself, as many as there are. Of a
// number with decimals nothing is asked beyond the 15 digits that are shown:
// programs that count in decimals write twenty and more.
func holds(f float64, s string) bool {
	if len(s) <= 15 || f != math.Trunc(f) {
		return true
	}
	digits := significant(s)
	n := len(digits)
	switch {
	case n <= 15:
		return true
	case n > maxDigits:
		return false
	}
	return digits == significant(strconv.FormatFloat(f, 'e', n-1, 64)) || digits == significant(strconv.FormatFloat(f, 'e', -1, 64))
}

// significant returns the digits of a decimal number without its sign, point
// and exponent and without zeros at either end.
func significant(s string) string {
	mantissa, _, _ := strings.Cut(strings.ToLower(s), "e")
	return strings.Trim(celltext.Digits(mantissa), "0")
}

// parseNumber reads a decimal number with an exponent or without, and nothing
// else that strconv would take.
func parseNumber(s string) (float64, bool) {
	if strings.Trim(s, "0123456789.-+eE") != "" {
		return 0, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}
