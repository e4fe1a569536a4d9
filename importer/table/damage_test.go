package table

import (
	"bytes"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"vitec-import/vitec/testenv"

	"github.com/xuri/excelize/v2"
)

// soundBook is a workbook as excelize writes it, with cells of every kind.
func soundBook(t testing.TB) string {
	t.Helper()
	book := excelize.NewFile()
	defer book.Close()
	styles := make([]int, 3)
	for i, format := range []string{"yyyy-mm-dd", "0000000000", "hh:mm"} {
		var err error
		if styles[i], err = book.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			t.Fatal(err)
		}
	}
	for c, v := range []any{"Namn", "Född", "Mobil", "Tid", "Deltog", "Antal", "Not"} {
		set(t, book, c+1, 1, v, 0)
	}
	for r := 2; r < 30; r++ {
		set(t, book, 1, r, fmt.Sprintf("Åsa %d Öberg", r), 0)
		set(t, book, 2, r, time.Date(1950+r, 2, r%28+1, 0, 0, 0, 0, time.UTC), styles[0])
		set(t, book, 3, r, 701740600+r, styles[1])
		set(t, book, 4, r, 0.75, styles[2])
		set(t, book, 5, r, r%2 == 0, 0)
		set(t, book, 6, r, float64(r)*1.5, 0)
		if r%3 == 0 {
			set(t, book, 7, r, "Återkommer", 0)
		}
	}
	var buf bytes.Buffer
	if err := book.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

func set(t testing.TB, book *excelize.File, column, row int, v any, style int) {
	t.Helper()
	cell := fmt.Sprintf("%s%d", ColumnName(column), row)
	if err := book.SetCellValue("Sheet1", cell, v); err != nil {
		t.Fatal(err)
	}
	if style > 0 {
		if err := book.SetCellStyle("Sheet1", cell, cell, style); err != nil {
			t.Fatal(err)
		}
	}
}

// readRows returns the rows by number, those with a fault as "!". It returns nil
// for a file that is refused.
func readRows(t testing.TB, path string) map[int]string {
	t.Helper()
	f, err := Open(context.Background(), path, Options{})
	if err != nil {
		return nil
	}
	defer f.Close()
	rows := map[int]string{f.Info().HeaderRow: show(f.Info().Header)}
	for row, err := range f.Rows(context.Background()) {
		switch {
		case err != nil:
			return nil
		case row.Fault(nil) != nil:
			rows[row.Number] = "!"
		default:
			rows[row.Number] = show(row.Cells)
		}
	}
	return rows
}

// silent compares a damaged file's rows with the sound one's and returns the
// first difference that nobody was told of.
func silent(want, got map[int]string) string {
	if got == nil {
		return ""
	}
	for n, w := range want {
		if g, ok := got[n]; !ok {
			return fmt.Sprintf("row %d is missing", n)
		} else if g != w && g != "!" {
			return fmt.Sprintf("row %d is %s, not %s", n, g, w)
		}
	}
	for n, g := range got {
		if _, ok := want[n]; !ok && g != "!" {
			return fmt.Sprintf("row %d is new: %s", n, g)
		}
	}
	return ""
}

// damages are ways to damage bytes. Each returns nothing if it cannot.
var damages = []struct {
	name string
	do   func(rnd *rand.Rand, b []byte) []byte
}{
	{"a bit flipped", func(rnd *rand.Rand, b []byte) []byte { b[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8); return b }},
	{"a byte set", func(rnd *rand.Rand, b []byte) []byte { b[rnd.IntN(len(b))] = byte(rnd.IntN(256)); return b }},
	{"cut off", func(rnd *rand.Rand, b []byte) []byte { return b[:rnd.IntN(len(b))] }},
	{"a range cut out", func(rnd *rand.Rand, b []byte) []byte {
		from, to := someRange(rnd, b)
		return slices.Delete(b, from, to)
	}},
	{"a range doubled", func(rnd *rand.Rand, b []byte) []byte {
		from, to := someRange(rnd, b)
		return slices.Insert(b, to, bytes.Clone(b[from:to])...)
	}},
	{"a range zeroed", func(rnd *rand.Rand, b []byte) []byte {
		from, to := someRange(rnd, b)
		clear(b[from:to])
		return b
	}},
	{"a range copied elsewhere", func(rnd *rand.Rand, b []byte) []byte {
		from, to := someRange(rnd, b)
		copy(b[rnd.IntN(len(b)-(to-from)+1):], bytes.Clone(b[from:to]))
		return b
	}},
	{"two ranges swapped", func(rnd *rand.Rand, b []byte) []byte {
		from, to := someRange(rnd, b)
		other := rnd.IntN(len(b) - (to - from) + 1)
		if other < to && from < other+to-from {
			return nil
		}
		kept := bytes.Clone(b[from:to])
		copy(b[from:to], b[other:other+to-from])
		copy(b[other:], kept)
		return b
	}},
	{"a tag cut out", func(rnd *rand.Rand, b []byte) []byte {
		from, to, ok := someTag(rnd, b)
		if !ok {
			return nil
		}
		return slices.Delete(b, from, to)
	}},
	{"a tag doubled", func(rnd *rand.Rand, b []byte) []byte {
		from, to, ok := someTag(rnd, b)
		if !ok {
			return nil
		}
		return slices.Insert(b, to, bytes.Clone(b[from:to])...)
	}},
	{"a tag moved", func(rnd *rand.Rand, b []byte) []byte {
		from, to, ok := someTag(rnd, b)
		at, _, ok2 := someTag(rnd, b)
		if !ok || !ok2 || at >= from && at <= to {
			return nil
		}
		tag := bytes.Clone(b[from:to])
		if at > to {
			at -= to - from
		}
		return slices.Insert(slices.Delete(b, from, to), at, tag...)
	}},
	{"a letter in a tag", func(rnd *rand.Rand, b []byte) []byte {
		from, to, ok := someTag(rnd, b)
		if !ok {
			return nil
		}
		b[from+1+rnd.IntN(to-from-1)] = "abcnrstv0123456789 "[rnd.IntN(19)]
		return b
	}},
}

func someRange(rnd *rand.Rand, b []byte) (from, to int) {
	from = rnd.IntN(len(b))
	return from, from + 1 + rnd.IntN(min(40, len(b)-from))
}

// someTag finds a tag behind a place that is drawn.
func someTag(rnd *rand.Rand, b []byte) (from, to int, ok bool) {
	at := rnd.IntN(len(b))
	i := bytes.IndexByte(b[at:], '<')
	if i < 0 {
		return 0, 0, false
	}
	j := bytes.IndexByte(b[at+i:], '>')
	return at + i, at + i + j + 1, j > 1
}

// damage damages a copy of b in one of these ways.
func damage(rnd *rand.Rand, b []byte) ([]byte, string) {
	for {
		d := damages[rnd.IntN(len(damages))]
		if out := d.do(rnd, bytes.Clone(b)); out != nil && !bytes.Equal(out, b) {
			return out, d.name
		}
	}
}

// TestDamagedFiles reads copies of a sound workbook in which the bytes of the
// file are damaged: each is read as if it were sound, or refused.
func TestDamagedFiles(t *testing.T) {
	sound := soundBook(t)
	want := readRows(t, write(t, "a.xlsx", sound))
	if len(want) != 29 {
		t.Fatalf("the sound one has %d rows", len(want))
	}
	path, rnd := write(t, "a.xlsx", ""), rand.New(rand.NewPCG(1, 2))
	refused := 0
	copies := testenv.Sampled(200, 500)
	for range copies {
		b, what := damage(rnd, []byte(sound))
		rewrite(t, path, b)
		got := readRows(t, path)
		if got == nil {
			refused++
		}
		if s := silent(want, got); s != "" {
			t.Errorf("%s: %s", what, s)
		}
	}
	if refused < copies/2 || refused == copies {
		t.Errorf("%d of %d are refused", refused, copies)
	}
}

// TestDamagedParts reads copies of sound workbooks in which a part's XML is
// damaged and packed anew, so that the checksums are right. No disk and no
// download makes those: a few of them are sound workbooks with other cells, and
// nothing in them says so. The share is reported.
func TestDamagedParts(t *testing.T) {
	for name, sound := range map[string]string{"of excelize": soundBook(t), "of Excel's shape": closedBook(t)} {
		t.Run(name, func(t *testing.T) {
			parts := unzipped(t, sound)
			want := readRows(t, write(t, "a.xlsx", sound))
			if len(want) != 29 {
				t.Fatalf("the sound one has %d rows", len(want))
			}
			path, rnd := write(t, "a.xlsx", ""), rand.New(rand.NewPCG(3, 4))
			const sheet = "xl/worksheets/sheet1.xml"
			names := []string{sheet, sheet, sheet, sheet, "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels", "[Content_Types].xml"}
			refused, differ := 0, 0
			copies := testenv.Sampled(300, 1000)
			for n := 0; n < copies; {
				name := names[rnd.IntN(len(names))]
				b, what := damage(rnd, []byte(parts[name]))
				if onlyText(parts[name], string(b)) {
					continue
				}
				n++
				damaged := maps.Clone(parts)
				damaged[name] = string(b)
				rewrite(t, path, []byte(zipped(t, damaged)))
				got := readRows(t, path)
				if got == nil {
					refused++
				}
				if s := silent(want, got); s != "" {
					differ++
					t.Logf("%s: %s: %s\n%s", name, what, s, around(parts[name], string(b)))
				}
			}
			t.Logf("of %d damaged copies, packed again with a right checksum, %d are refused and %d differ silently", copies, refused, differ)
			if refused < copies/3 || refused == copies || differ > copies/50 {
				t.Errorf("of %d copies %d are refused, %d differ silently", copies, refused, differ)
			}
		})
	}
}

// closedBook is the same workbook in the way in which Excel writes it, with
// dimension, spans and counts and with <c/> for what is empty.
func closedBook(t testing.TB) string {
	t.Helper()
	p := unzipped(t, soundBook(t))
	for name, content := range p {
		for _, empty := range []string{"c", "xf", "dimension", "sheetFormatPr", "sheetView", "workbookPr", "sheet", "Relationship", "numFmt"} {
			content = regexp.MustCompile("(<"+empty+"( [^>]*)?)></"+empty+">").ReplaceAllString(content, "$1/>")
		}
		p[name] = content
	}
	sheet := strings.Replace(p["xl/worksheets/sheet1.xml"], `ref="A1"`, `ref="A1:G29"`, 1)
	p["xl/worksheets/sheet1.xml"] = regexp.MustCompile(`(<row r="\d+")`).ReplaceAllString(sheet, `$1 spans="1:7"`)
	p["xl/sharedStrings.xml"] = regexp.MustCompile(` count="\d+"`).ReplaceAllString(p["xl/sharedStrings.xml"], fmt.Sprintf(` count="%d"`, strings.Count(sheet, `t="s"`)))
	return zipped(t, p)
}

// around shows where two texts differ.
func around(a, b string) string {
	i := 0
	for i < min(len(a), len(b)) && a[i] == b[i] {
		i++
	}
	return fmt.Sprintf("%q\n%q", a[max(0, i-40):min(len(a), i+60)], b[max(0, i-40):min(len(b), i+60)])
}

// onlyText reports whether two versions of a part have the same tags.
func onlyText(a, b string) bool {
	tags := func(s string) string {
		var out strings.Builder
		for s != "" {
			i := strings.IndexByte(s, '<')
			if i < 0 {
				break
			}
			s = s[i:]
			j := strings.IndexByte(s, '>')
			if j < 0 {
				break
			}
			out.WriteString(s[:j+1])
			s = s[j+1:]
		}
		return out.String()
	}
	return tags(a) == tags(b)
}
