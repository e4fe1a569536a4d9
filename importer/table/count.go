package table

import (
	"context"
	"strings"
	"unicode/utf8"
)

// maxRefused is how many rows may be refused if they are more than half of all
// rows: a file with more of them is no list, or is read in a wrong way.
const maxRefused = 100_000

// maxMissing is how many cells the rows of a file may have less than the
// header, all together: a wide header above many short rows makes a small file
// into a very large table.
const maxMissing = 1 << 28

// count reads all rows once, so that a file with a fault near its end is
// known before its first row is used, and keeps their number.
func (f *File) count() error {
	totals := warner{info: &f.info, code: WarnFooter}
	mojibake := warner{info: &f.info, code: WarnMojibake}
	lost := warner{info: &f.info, code: WarnReplacement}
	letters := func(number int, cells []string) {
		for i, c := range cells {
			if !isASCII(c) {
				if doubleEncoded(c) {
					mojibake.add(number, i+1, say("the text looks as if it had been encoded twice, and is left as it is"), say("export the list again as UTF-8"))
				}
				if strings.ContainsRune(c, utf8.RuneError) {
					lost.add(number, i+1, say("letters were lost before the file came here: there is U+FFFD in their place"), say("export the list again"))
				}
			}
		}
	}
	letters(f.info.HeaderRow, f.info.Header)
	if f.opts.HeaderRow == 0 && (f.opts.Fits == nil || f.opts.Fits(f.info.Header) == 0) && likeRow(f.info.Header) {
		f.info.Warnings = append(f.info.Warnings, Warning{Row: f.info.HeaderRow, Code: WarnDataHeader,
			Text: say("row %v is taken for the header, though it looks like a row of the list", f.info.HeaderRow), Hint: say("if the list has no header, put a line with the names of the columns above it")})
	}
	strayed, strayedAt := 0, 0 // rows of one column with a delimiter in them
	oneColumn := f.info.Format == "csv" && f.info.Delimiter == ""
	var first *Error // of a row
	err := f.reader.rows(context.Background(), func(r *Row) bool {
		f.info.Rows++
		if r.Err != nil {
			if f.info.Refused++; first == nil {
				first = r.Err
			}
			return f.info.Refused < maxRefused || f.info.Refused*2 < f.info.Rows
		}
		if f.opts.Fits == nil && looksLikeTotal(r.Cells) {
			totals.add(r.Number, 0, say("looks like a total"), say("delete the row if it is none of the list"))
		}
		letters(r.Number, r.Cells)
		if oneColumn && strings.ContainsAny(r.Cells[0], "\t;|") {
			if strayed++; strayed == 1 {
				strayedAt = r.Number
			}
		}
		return true
	})
	if err != nil {
		return err
	}
	if f.info.Refused >= maxRefused && f.info.Refused*2 >= f.info.Rows {
		first.Reason = say("%v of the first %v rows cannot be read, the first of them because: %v", f.info.Refused, f.info.Rows, first.Reason)
		return first
	}
	totals.done("%v rows look like totals in all")
	mojibake.done("%v cells look as if they had been encoded twice in all")
	lost.done("%v cells have lost letters in all")
	if strayed > 0 {
		f.info.Warnings = append(f.info.Warnings, Warning{Row: strayedAt, Code: WarnOneColumn,
			Text: plural(strayed, "row %[2]v has a delimiter in it, and is read as one cell like the others", "%v rows have a delimiter in them, and are read as one cell like the others; the first is row %v", strayedAt), Hint: say("say which delimiter it is with --delimiter")})
	}
	if err := f.reader.counted(&f.info); err != nil {
		return err
	}
	return f.src.verifyEnd()
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// looksLikeTotal is what a judge without a mapping can say of a row.
func looksLikeTotal(cells []string) bool {
	for i, c := range cells {
		if c != "" && !blank(c) {
			return isTotalRow(cells, i)
		}
	}
	return false
}

// maxWarnings is how many warnings of one kind are told one by one.
const maxWarnings = 10

// warner adds warnings of one kind, the first ones singly.
type warner struct {
	info *Info
	code Code
	n    int
}

func (w *warner) add(row, column int, text, hint Text) {
	if w.n++; w.n <= maxWarnings {
		w.info.Warnings = append(w.info.Warnings, Warning{Row: row, Column: column, Code: w.code, Text: text, Hint: hint})
	}
}

// done tells how many there were, in the text with this id, if not all were told.
func (w *warner) done(id string) {
	if w.n > maxWarnings {
		w.info.Warnings = append(w.info.Warnings, Warning{Code: w.code, Text: say(id, w.n)})
	}
}
