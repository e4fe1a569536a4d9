package table

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vitec-import/importer/table/internal/celltext"
)

// judge looks at rows as people do: is this a row of the table at all, and are
// its cells what they were meant to be? It keeps the state of one pass.
type judge struct {
	header []string // trimmed, without the columns that are not of the table
	fits   func([]string) int
	wanted []bool // per column: the mapping names it
	want   int    // how many are true
	named  int    // what fits says of the header
	aside  []bool // per column: it is not of the table
	export bool   // the cells are what a program wrote as text

	last  int // the last row
	rows  int // rows that were judged
	label int // a row that seems to name a group; 0: none
	group int // the row that begins another group or table; rows below it are held back
}

func newJudge(header []string, o *Options, export bool) *judge {
	j := &judge{header: slices.Clone(header), fits: o.Fits, export: export, aside: make([]bool, len(header)), wanted: make([]bool, len(header))}
	for i, h := range header {
		if h != "" && o.Aside != nil && o.Aside(h) {
			j.aside[i], j.header[i] = true, ""
		}
	}
	if o.Fits == nil {
		return j
	}
	j.named = o.Fits(j.header)
	for i, h := range j.header {
		if h != "" && o.Fits([]string{h}) > 0 {
			j.wanted[i] = true
			j.want++
		}
	}
	return j
}

// row judges a row that is not blank: it adds faults to its cells, or refuses
// it.
func (j *judge) row(r *Row) {
	gap := j.last > 0 && r.Number > j.last+1
	j.last = r.Number
	j.rows++
	faulty := func(i int) bool { // there is something in the cell that is not known
		return slices.ContainsFunc(r.Faults, func(e *Error) bool { return e.Column == i+1 && e.Code != CodeMergedCell })
	}
	cells := r.Cells
	if slices.Contains(j.aside, true) {
		cells = slices.Clone(cells)
	}
	spoilt := false
	filled, wanted, first := 0, 0, -1
	for i, cell := range cells {
		if i < len(j.aside) && j.aside[i] {
			cells[i] = ""
			continue
		}
		if celltext.Blank(cell) && !faulty(i) {
			continue
		}
		if e := j.spoilt(cell); e != nil && !faulty(i) {
			e.Column, e.Value = i+1, cell
			r.Faults, spoilt = append(r.Faults, e), true
		}
		if first < 0 {
			first = i
		}
		filled++
		if i < len(j.wanted) && j.wanted[i] {
			wanted++
		}
	}
	if spoilt {
		slices.SortStableFunc(r.Faults, func(a, b *Error) int { return a.Column - b.Column })
	}
	if filled == 1 && first >= 0 && slices.ContainsFunc(r.Faults, func(e *Error) bool { return e.Column == first+1 }) {
		return // what stands there is not known
	}
	r.Err = j.whole(r, cells, filled, wanted, first, gap)
}

// whole says why a row as a whole is refused, or nil.
func (j *judge) whole(r *Row, cells []string, filled, wanted, first int, gap bool) *Error {
	refuse := func(code Code, column int, reason, hint Text) *Error {
		return &Error{Code: code, Column: column, Reason: reason, Hint: hint}
	}
	split := say("write into a column of its own, in each row, what the row belongs to; or put each group into a file or a sheet of its own")
	if j.fits == nil && filled > 1 && j.repeats(cells) {
		return refuse(CodeRepeatedHeader, 0, say("this is the header once more"), say("delete the row"))
	}
	if j.want == 0 {
		return nil
	}
	note := say("delete it if it is a note, or fill in the row")
	if first < 0 { // only of the columns that are not of the table is something filled
		return refuse(CodeFooter, 0, say("only columns that the mapping does not name are filled in"), note)
	}
	person := slices.ContainsFunc(cells, func(c string) bool { return isAddress(c) && !strings.Contains(c, " ") })
	if wanted > 1 && j.want > 1 && (!person || j.repeats(cells)) {
		if n := j.fits(celltext.Trimmed(cells)); j.repeats(cells) || n > 1 && n*2 >= j.named {
			if j.rows == 1 && j.repeats(cells) {
				return refuse(CodeRepeatedHeader, 0, say("this is the header once more"), say("delete the row"))
			}
			j.group = r.Number
			return refuse(CodeRepeatedHeader, 0, say("this is a header: the rows below it are another group or another table"), split)
		}
	}
	if j.group > 0 {
		return refuse(CodeGrouped, 0, say("the row stands below row %d, where another group or table begins: it may belong to another viewing or time", j.group), split)
	}
	switch {
	case wanted == 0:
		return refuse(CodeFooter, first+1, say("only columns that the mapping does not name are filled in"), note)
	case isTotalRow(cells, first):
		return refuse(CodeFooter, first+1, say("looks like a total, not like a row of the table"), say("delete the row"))
	case filled == 1 && j.want >= 3:
		if text := cells[first]; gap || j.rows == 1 || celltext.Digits(text) != "" || strings.HasSuffix(strings.TrimSpace(text), ":") {
			j.label = r.Number
		}
		return refuse(CodeFooter, first+1, say("only one cell of the row is filled in: it is a note, or the name of the group below it"), say("delete it if it is a note, fill in the row if it is one; if it names a group, write that into a column of its own in each row"))
	case j.label > 0:
		j.group = j.label
		return refuse(CodeGrouped, 0, say("the row stands below row %d, where another group or table begins: it may belong to another viewing or time", j.group), split)
	}
	return nil
}

// repeats reports whether the cells are the header's.
func (j *judge) repeats(cells []string) bool {
	for i, h := range j.header {
		if i >= len(cells) && h != "" || i < len(cells) && strings.TrimSpace(cells[i]) != h {
			return false
		}
	}
	return true
}

// isTotalRow reports whether a row is one of totals: its first filled cell
// begins like one and the others are numbers, if there are any, or it is a
// word that is nobody's name. A person may be called Antal, but then there is a
// telephone number or a word beside it.
func isTotalRow(cells []string, first int) bool {
	if !isTotal(cells[first]) {
		return false
	}
	if slices.Contains(nobody, strings.ToLower(strings.TrimSpace(cells[first]))) {
		return true
	}
	for _, cell := range cells[first+1:] {
		cell = strings.TrimSpace(cell)
		if cell != "" && (len(cell) > 20 || cell[0] < '0' || cell[0] > '9' || len(celltext.Digits(cell)) > 6 || strings.Contains(cell, "@")) {
			return false
		}
	}
	return true
}

// totals are the words with which a row of totals begins, in lower case.
var totals = []string{"summa", "summa:", "totalt", "total", "totalsumma", "antal", "delsumma", "subtotal", "sum",
	"slutsumma", "genomsnitt", "medelvärde", "medel", "average", "grand total", "count", "s:a", "summering"}

// nobody are those of them that are nobody's name.
var nobody = []string{"total", "totalt", "totalsumma", "delsumma", "subtotal", "slutsumma", "grand total"}

// isTotal reports whether a cell is the beginning of a row of totals: one of
// the words, alone or with a number or a few words behind a colon.
func isTotal(cell string) bool {
	cell = strings.ToLower(strings.TrimSpace(cell))
	head := cell
	if i := strings.IndexAny(cell, ":="); i > 1 {
		head = strings.TrimSpace(cell[:i])
	} else if i := strings.IndexAny(cell, "0123456789"); i > 0 {
		head = strings.TrimSpace(cell[:i])
	}
	return slices.ContainsFunc(totals, func(w string) bool {
		return head == w || cell == w || strings.HasPrefix(head, w+" ") && len(head) < 30 && (head != cell || w == "totalt" || w == "summa" || w == "antal")
	})
}

// errorWords are the errors of Excel and LibreOffice in English and Swedish.
var errorWords = []string{"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA",
	"#SAKNAS!", "#REFERENS!", "#VÄRDEFEL!", "#DIVISION/0!", "#NAMN?", "#SKÄRNING!", "#OGILTIGT!", "#BERÄKNA!", "#FÄLT!", "#VÄRDE!", "#NÄMNARE!"}

// spoilt recognises what a spreadsheet program leaves in a text file where a
// value was: the word for an error, the signs for a column that was too
// narrow, a number of which only the first digits are left. In a workbook
// text is text; but a number in short form that is to be sent is not one.
func (j *judge) spoilt(cell string) *Error {
	cell = strings.TrimSpace(cell)
	if cell == "" || !j.export && j.fits == nil {
		return nil
	}
	switch {
	case digitsLost(cell):
		return &Error{Code: CodeLostDigits, Reason: say("the number was saved in short form and its last digits are gone"), Hint: say("format the column as text, or as a number without decimals, in the spreadsheet program, enter the values again, and save")}
	case !j.export:
	case len(cell) > 2 && strings.Trim(cell, "#") == "":
		return &Error{Code: CodeLostDigits, Reason: say("the column was too narrow for its value when the file was saved"), Hint: say("widen the column in the spreadsheet program and save again")}
	case len(cell) == 7 && strings.HasPrefix(cell, "Err:"), cell[0] == '#' && slices.ContainsFunc(errorWords, func(w string) bool { return strings.EqualFold(cell, w) }):
		return &Error{Code: CodeErrorCell, Reason: say("the formula's result is an error"), Hint: say("correct the formula, or empty the cell")}
	}
	return nil
}

// shortForm is a number in short form: one digit, decimals or none, and an exponent.
var shortForm = regexp.MustCompile(`^[+-]?\d(?:[.,](\d+))?[eE](\+?)(\d{1,3})$`)

// digitsLost recognises 1,98501E+11: the exponent is greater than the number of
// decimals. Without decimals the exponent must have its sign and two digits, for
// 2E10 may be a name.
func digitsLost(s string) bool {
	if !strings.ContainsAny(s[:1], "+-0123456789") {
		return false
	}
	m := shortForm.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	exponent, _ := strconv.Atoi(m[3]) // they are digits
	if m[1] == "" {
		return exponent > 2 && m[2] == "+" && len(m[3]) > 1
	}
	return exponent > max(2, len(m[1]))
}
