package table

import (
	"context"
	"fmt"
)

// count reads all rows once, so that a file with a fault near its end is
// known before its first row is used, and keeps their number.
func (f *File) count() error {
	totals := warner{info: &f.info, code: WarnFooter}
	err := f.reader.rows(context.Background(), func(r *Row) bool {
		f.info.Rows++
		if r.Err != nil {
			f.info.Refused++
		} else if f.opts.Fits == nil && looksLikeTotal(r.Cells) {
			totals.add(r.Number, "looks like a total", "delete the row if it is none of the list")
		}
		return true
	})
	if err != nil {
		return err
	}
	totals.done("look like totals")
	f.reader.counted(&f.info)
	return f.src.verifyEnd()
}

// looksLikeTotal is what a judge without a mapping can say of a row.
func looksLikeTotal(cells []string) bool {
	for _, c := range cells {
		if c != "" && !blank(c) {
			return c[0] < 0x80 && isTotal(c) && filled(cells)*2 <= max(2, len(cells))
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

func (w *warner) add(row int, text, hint string) {
	if w.n++; w.n <= maxWarnings {
		w.info.Warnings = append(w.info.Warnings, Warning{Row: row, Code: w.code, Text: text, Hint: hint})
	}
}

// done tells how many there were if not all were told.
func (w *warner) done(what string) {
	if w.n > maxWarnings {
		w.info.Warnings = append(w.info.Warnings, Warning{Code: w.code, Text: fmt.Sprintf("%d rows in all %s", w.n, what)})
	}
}
