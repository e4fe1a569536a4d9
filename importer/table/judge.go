package table

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// judge looks at rows as people do: is this a row of the table at all, and
// are its cells what they were meant to be? It keeps the state of one pass.
type judge struct {
	header []string // trimmed; may be longer than any row
	fits   func([]string) int
	wanted []bool          // per column: the mapping names it
	want   int             // how many are true
	named  int             // what fits says of the header
	names  map[string]bool // the names of the columns
	export bool            // the cells are what a program wrote as text
	other  int             // row of another table's header; rows behind it are not of this table
	aside  []int           // columns that are not of the table
	own    []string        // the cells of a row without theirs
}

func newJudge(header []string, o *Options, export bool) *judge {
	fits := o.Fits
	j := &judge{header: header, fits: fits, export: export}
	for i, h := range header {
		if h != "" && o.Aside != nil && o.Aside(h) {
			j.aside = append(j.aside, i)
		}
	}
	if j.aside != nil {
		j.header = slices.Clone(j.without(header))
		header = j.header
	}
	if fits == nil {
		return j
	}
	j.named = fits(header)
	j.names = make(map[string]bool, len(header))
	j.wanted = make([]bool, len(header))
	one := make([]string, 1)
	for i, h := range header {
		j.names[h] = h != ""
		if one[0] = h; h != "" && fits(one) > 0 {
			j.wanted[i] = true
			j.want++
		}
	}
	return j
}

// verdict is why a row is refused. column is 0-based, -1 for the whole row.
type verdict struct {
	code         Code
	column       int
	reason, hint Text
	value        string
}

// without returns the cells of a row without those of the columns that are
// not of the table. They are valid until the next call.
func (j *judge) without(cells []string) []string {
	if j.aside == nil {
		return cells
	}
	j.own = append(j.own[:0], cells...)
	for _, i := range j.aside {
		if i < len(j.own) {
			j.own[i] = ""
		}
	}
	return j.own
}

// row judges the cells of a row that is not blank.
func (j *judge) row(number int, cells []string) *verdict {
	cells = j.without(cells)
	filled, wanted, first := 0, 0, -1
	for i, cell := range cells {
		if cell == "" || blank(cell) {
			continue
		}
		if first < 0 {
			first = i
		}
		filled++
		if i < len(j.wanted) && j.wanted[i] {
			wanted++
		}
		if c := cell[0]; c == '#' || c == 'E' || len(cell) >= 5 && c >= '0' && c <= '9' || c == '-' || c == '+' || c == ' ' {
			if v := j.spoiled(cell); v != nil {
				v.column, v.value = i, cell
				return v
			}
		}
	}
	if j.fits == nil && filled > 1 && j.repeats(cells) {
		return &verdict{code: CodeRepeatedHeader, column: -1, reason: say("is the header once more"), hint: say("delete the row")}
	}
	if j.want == 0 || first < 0 && j.aside == nil {
		return nil
	}
	if first < 0 { // only of the columns that are not of the table is something filled
		return &verdict{code: CodeFooter, column: -1, reason: say("there is nothing in the columns that are wanted, only elsewhere"), hint: say("delete the row if it is a note or a total")}
	}
	if j.other > 0 {
		return &verdict{code: CodeRepeatedHeader, column: -1,
			reason: say("another table with other columns begins on row %v", j.other),
			hint:   say("put each table into a file or sheet of its own")}
	}
	if wanted > 1 && j.want > 1 && j.beginsLikeHeader(cells, first) {
		if j.repeats(cells) {
			return &verdict{code: CodeRepeatedHeader, column: -1, reason: say("is the header once more"), hint: say("delete the row")}
		}
		if n := j.fits(cells); n > 1 && n*2 >= j.named {
			j.other = number
			return &verdict{code: CodeRepeatedHeader, column: -1, reason: say("is the header of another table, with other columns"),
				hint: say("put each table into a file or sheet of its own")}
		}
	}
	switch {
	case wanted == 0:
		return &verdict{code: CodeFooter, column: first, reason: say("there is nothing in the columns that are wanted, only elsewhere"),
			hint: say("delete the row if it is a note or a total")}
	case isTotalRow(cells, first):
		return &verdict{code: CodeFooter, column: first, reason: say("looks like a total, not like a row of the table"), hint: say("delete the row")}
	case filled == 1 && j.want >= 3:
		return &verdict{code: CodeFooter, column: first, reason: say("is the only filled cell of its row: a note or a total, not a row of the table"),
			hint: say("delete the row, or fill in its cells")}
	}
	return nil
}

// beginsLikeHeader reports whether one of the first two filled cells is the
// name of a column.
func (j *judge) beginsLikeHeader(cells []string, first int) bool {
	if j.names[strings.TrimSpace(cells[first])] {
		return true
	}
	for _, cell := range cells[first+1:] {
		if cell != "" {
			return j.names[strings.TrimSpace(cell)]
		}
	}
	return false
}

// repeats reports whether the cells are the header's.
func (j *judge) repeats(cells []string) bool {
	for i, h := range j.header {
		cell := ""
		if i < len(cells) {
			cell = cells[i]
		}
		if h != cell && h != strings.TrimSpace(cell) {
			return false
		}
	}
	return true
}

// isTotalRow reports whether a row is one of totals: its first filled cell
// begins like one and the others are numbers, if there are any, or it is a
// word that is nobody's name. A person may be called Antal, but then there is a telephone number or a word beside it.
func isTotalRow(cells []string, first int) bool {
	if !isTotal(cells[first]) {
		return false
	}
	if nobody[strings.ToLower(strings.TrimSpace(cells[first]))] {
		return true
	}
	for _, cell := range cells[first+1:] {
		cell = strings.TrimSpace(cell)
		if cell == "" {
			continue
		}
		if len(cell) > 20 || cell[0] < '0' || cell[0] > '9' || len(onlyDigits(cell)) > 6 || strings.Contains(cell, "@") {
			return false
		}
	}
	return true
}

// nobody has the words of totals that are nobody's name.
var nobody = map[string]bool{"total": true, "totalt": true, "totalsumma": true, "delsumma": true, "subtotal": true, "slutsumma": true, "grand total": true}

// totals are the words with which a row of totals begins, in lower case.
var totals = []string{"summa", "summa:", "totalt", "total", "totalsumma", "antal", "delsumma", "subtotal", "sum",
	"slutsumma", "genomsnitt", "medelvärde", "medel", "average", "grand total", "count", "s:a", "summering"}

// isTotal reports whether a cell is the beginning of a row of totals: one of
// the words, alone or with a number or a few words behind a colon.
func isTotal(cell string) bool {
	if !beginsLikeTotal(cell) {
		return false
	}
	cell = strings.ToLower(strings.TrimSpace(cell))
	head := cell
	if i := strings.IndexAny(cell, ":="); i > 1 {
		head = strings.TrimSpace(cell[:i])
	} else if i := strings.IndexAny(cell, "0123456789"); i > 0 {
		head = strings.TrimSpace(cell[:i])
	}
	for _, w := range totals {
		if head == w || cell == w || strings.HasPrefix(head, w+" ") && len(head) < 30 && (head != cell || w == "totalt" || w == "summa" || w == "antal") {
			return true
		}
	}
	return false
}

// beginsLikeTotal reports whether the first three letters are those of one of
// the words, or may be: it sorts out nearly all cells at little cost.
func beginsLikeTotal(cell string) bool {
	for cell != "" && cell[0] <= ' ' {
		cell = cell[1:]
	}
	if len(cell) < 3 {
		return false
	}
	if cell[0] == 0xC3 || cell[1] == 0xC3 || cell[2] == 0xC3 {
		return false // a letter from À to ÿ: no word has one there
	}
	const lower = 0x20
	a, b, c := cell[0]|lower, cell[1]|lower, cell[2]|lower
	if a|b|c >= utf8.RuneSelf {
		return true
	}
	for _, w := range totals {
		if w[0] == a && w[1] == b && w[2] == c {
			return true
		}
	}
	return false
}

// spoiled recognises what a spreadsheet program leaves in a text file where a
// value was: the word for an error, the signs for a column that was too
// narrow, a number of which only the first digits are left. In a workbook
// text is text; but a number in short form that is to be sent is none.
func (j *judge) spoiled(cell string) *verdict {
	if !j.export && j.fits == nil {
		return nil
	}
	cell = strings.TrimSpace(cell)
	if j.export && len(cell) == 7 && cell[:4] == "Err:" { // LibreOffice
		return &verdict{code: CodeErrorCell, reason: say("the formula's result is an error"), hint: say("mend the formula, or empty the cell")}
	}
	if cell[0] == '#' {
		if !j.export {
			return nil
		}
		if strings.Trim(cell, "#") == "" {
			if len(cell) < 3 {
				return nil
			}
			return &verdict{code: CodeLostDigits, reason: say("the column was too narrow to show the value, and only the signs ### were saved"),
				hint: say("widen the column in the spreadsheet and save again")}
		}
		for _, w := range errorWords {
			if strings.EqualFold(cell, w) {
				return &verdict{code: CodeErrorCell, reason: say("the formula's result is an error"), hint: say("mend the formula, or empty the cell")}
			}
		}
		return nil
	}
	if digitsLost(cell) {
		return &verdict{code: CodeLostDigits, reason: say("the number was saved in short form and its last digits are gone"),
			hint: say("format the column as text or as a number without decimals in the spreadsheet, enter the values anew, and save again")}
	}
	return nil
}

// errorWords are the errors of Excel and LibreOffice in English and Swedish.
var errorWords = []string{"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#FIELD!", "#GETTING_DATA",
	"#SAKNAS!", "#REFERENS!", "#VÄRDEFEL!", "#DIVISION/0!", "#NAMN?", "#SKÄRNING!", "#OGILTIGT!", "#BERÄKNA!", "#FÄLT!", "#VÄRDE!", "#NÄMNARE!"}

// digitsLost recognises 1,98501E+11: one digit, decimals, and an exponent that
// is greater than the number of decimals. Without decimals the exponent must
// have its sign and two digits, for 2E10 may be a name.
func digitsLost(s string) bool {
	if s != "" && (s[0] == '-' || s[0] == '+') {
		s = s[1:]
	}
	if len(s) < 4 || s[0] < '0' || s[0] > '9' {
		return false
	}
	i, decimals := 1, 0
	if s[i] == ',' || s[i] == '.' {
		for i++; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
			decimals++
		}
		if decimals == 0 {
			return false
		}
	}
	if i == len(s) || s[i]|0x20 != 'e' {
		return false
	}
	digits, sign := strings.CutPrefix(s[i+1:], "+")
	if len(digits) < 1 || len(digits) > 3 || decimals == 0 && !(sign && len(digits) > 1) {
		return false
	}
	exponent := 0
	for _, c := range []byte(digits) {
		if c < '0' || c > '9' {
			return false
		}
		exponent = exponent*10 + int(c-'0')
	}
	return exponent > decimals && exponent > 2
}
