package table

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"pgregory.net/rapid"
)

// TestSameTableEverywhere writes one table as CSV in each encoding with each
// delimiter, and as XLSX: it must read back the same from all of them.
func TestSameTableEverywhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.csv")
	rapid.Check(t, func(t *rapid.T) {
		// Letters that all the encodings have, and what makes CSV difficult.
		text := rapid.StringMatching(`[A-Za-zåäöÅÄÖéÉü0-9 ,;|"'\t\n.@=+-]{0,12}`)
		word := rapid.StringMatching(`[A-ZÅÄÖ][a-zåäöé]{1,8}`)
		width := rapid.IntRange(2, 6).Draw(t, "width")
		records := [][]string{rapid.SliceOfNDistinct(word, width, width, rapid.ID).Draw(t, "header")}
		for range rapid.IntRange(1, 8).Draw(t, "rows") {
			record := rapid.SliceOfN(text, width, width).Draw(t, "row")
			record[0] = word.Draw(t, "first") // not blank, and no total
			for i, cell := range record {
				if strings.HasPrefix(cell, `="`) { // which is read as what it keeps
					record[i] = "x" + cell
				}
			}
			records = append(records, record)
		}
		var want []string
		for _, r := range records[1:] {
			want = append(want, strings.Join(r, "\x1f"))
		}
		compare := func(name string, content []byte, o Options) {
			rewrite(t, path, content)
			f, err := Open(context.Background(), path, o)
			if err != nil {
				t.Fatalf("%s: %v\n%q", name, err, content)
			}
			defer f.Close()
			var got []string
			for row, err := range f.Rows(t.Context()) {
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				if e := row.Fault(nil); e != nil {
					if e.Code == CodeSwallowedRow || e.Code == CodeLostDigits || e.Code == CodeOtherDelimiter {
						got = append(got, want[len(got)]) // refused is right as well
						continue
					}
					t.Fatalf("%s: %v\n%q", name, e, content)
				}
				got = append(got, strings.Join(row.Cells, "\x1f"))
			}
			if strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Fatalf("%s:\ngot  %q\nwant %q\n%q", name, got, want, content)
			}
		}
		delim := rapid.RuneFrom([]rune(",;\t|")).Draw(t, "delimiter")
		text8 := csvOf(records, string(delim), rapid.SampledFrom([]string{"\n", "\r\n", "\r"}).Draw(t, "line end"))
		o := Options{Delimiter: string(delim), HeaderRow: 1}
		compare("utf-8", []byte(text8), o)
		compare("utf-8 with mark", []byte("\ufeff"+text8), o)
		compare("utf-16le", []byte("\xff\xfe"+inUTF16(text8, false)), o)
		compare("utf-16be", []byte("\xfe\xff"+inUTF16(text8, true)), o)
		for name, cm := range map[string]*charmap.Charmap{"windows-1252": charmap.Windows1252, "iso-8859-15": charmap.ISO8859_15, "macintosh": charmap.Macintosh, "cp850": charmap.CodePage850} {
			o.Encoding = name
			compare(name, []byte(in(cm, text8)), o)
		}
		compare("xlsx", bookOf(t, records), Options{HeaderRow: 1})
	})
}

// csvOf writes records as RFC 4180 wants them.
func csvOf(records [][]string, delim, end string) string {
	var b strings.Builder
	for _, record := range records {
		for i, cell := range record {
			if i > 0 {
				b.WriteString(delim)
			}
			if strings.ContainsAny(cell, "\"\r\n"+delim) {
				cell = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
			}
			b.WriteString(cell)
		}
		b.WriteString(end)
	}
	return b.String()
}

// bookOf writes records as a workbook of texts.
func bookOf(t *rapid.T, records [][]string) []byte {
	book := excelize.NewFile()
	defer book.Close()
	for r, record := range records {
		for c, text := range record {
			cell, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err == nil {
				err = book.SetCellStr("Sheet1", cell, text)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var buf bytes.Buffer
	if err := book.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}
