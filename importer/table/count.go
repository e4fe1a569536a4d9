package table

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxRefused is how many rows may be refused if they are more than half of all
// rows: a file with more of them is no list, or is read in a wrong way.
const maxRefused = 100_000

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
					mojibake.add(number, i+1, "the text looks as if it had been encoded twice, and is left as it is", "export the list again as UTF-8")
				}
				if strings.ContainsRune(c, utf8.RuneError) {
					lost.add(number, i+1, "letters were lost before the file came here: there is U+FFFD in their place", "export the list again")
				}
			}
		}
	}
	letters(f.info.HeaderRow, f.info.Header)
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
			totals.add(r.Number, 0, "looks like a total", "delete the row if it is none of the list")
		}
		letters(r.Number, r.Cells)
		return true
	})
	if err != nil {
		return err
	}
	if f.info.Refused >= maxRefused && f.info.Refused*2 >= f.info.Rows {
		first.Reason = fmt.Sprintf("%d of the first %d rows cannot be read, the first of them because: %s", f.info.Refused, f.info.Rows, first.Reason)
		return first
	}
	totals.done("rows look like totals")
	mojibake.done("cells look as if they had been encoded twice")
	lost.done("cells have lost letters")
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

func (w *warner) add(row, column int, text, hint string) {
	if w.n++; w.n <= maxWarnings {
		w.info.Warnings = append(w.info.Warnings, Warning{Row: row, Column: column, Code: w.code, Text: text, Hint: hint})
	}
}

// done tells how many there were if not all were told.
func (w *warner) done(what string) {
	if w.n > maxWarnings {
		w.info.Warnings = append(w.info.Warnings, Warning{Code: w.code, Text: fmt.Sprintf("%d %s in all", w.n, what)})
	}
}
