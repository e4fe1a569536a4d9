package workbook

import (
	"math"
	"math/big"
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

// resolve makes text of a cell. The error says why the workbook is damaged.
func (b *Book) resolve(c *rawCell) (out Cell, err error) {
	out = Cell{Column: c.column, Partly: c.struck == partly, Mailto: c.formula.mailto}
	out.Struck = c.style < len(b.styles) && b.styles[c.style].struck || c.struck == wholly
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
		return out, nil
	case value == "":
		return out, nil // it has a type and no value, or nothing at all
	case c.inline && c.kind != typeInline && c.kind != typeString, !c.inline && c.kind == typeInline:
		refuse(fault.InvalidCell, say("the cell's type and its value do not fit each other"), again)
		return out, nil
	}
	switch c.kind {
	case typeShared:
		n, ok := smallNumber(value)
		if !ok {
			refuse(fault.InvalidCell, say("the cell should refer to a text and does not"), again)
			return out, nil
		}
		if n >= b.texts.n {
			return out, damaged("a cell refers to a text that is not there")
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
		b.number(c, value, &out, refuse)
		out.Zero = c.formula.shows && out.Text == "0"
	default:
		refuse(fault.InvalidCell, say("the cell has an unknown type"), again)
	}
	if out.IsText {
		if out.Fault = control(out.Text); out.Fault == nil && c.style < len(b.styles) {
			out.Text = b.styles[c.style].format.showText(out.Text)
		}
	}
	return out, nil
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
	whole, ok := stored(f, value)
	if !ok {
		refuse(fault.LostDigits, say("the number has more digits than a spreadsheet can hold"), say("format the column as text and enter the values again"))
		return
	}
	out.Text = whole
}

// maxDigits is more than a float64 can have.
const maxDigits = 800

// stored writes a number as it is stored. Spreadsheets count in float64, which
// holds any number of up to 15 digits: the shortest digits that read back as the
// same one are those. A longer number that reads as a whole one has all its
// digits, and ok is false if they are neither those of f itself nor its shortest
// ones. Of a number with decimals nothing is asked beyond the 15 digits that are
// shown: programs that count in decimals write twenty and more.
func stored(f float64, value string) (text string, ok bool) {
	shortest := strconv.FormatFloat(f, 'f', -1, 64)
	switch {
	case len(value) <= 15 || f != math.Trunc(f):
		return shortest, true
	case f == 0 || len(value) > maxDigits:
		return shortest, strings.Trim(value, "+-0.") == ""
	}
	said, ok := new(big.Rat).SetString(value) // the exponent is within that of a float64
	if !ok || !said.IsInt() {
		return shortest, false
	}
	if len(strings.Trim(said.Num().String(), "-0")) <= 15 {
		return shortest, true
	}
	exact, _ := big.NewFloat(f).Int(nil)
	text = said.Num().String()
	return text, said.Num().Cmp(exact) == 0 || text == shortest
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
