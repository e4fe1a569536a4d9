package table

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

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

// readRows returns the rows by number, refused ones as "!". It returns nil
// for a file that is refused.
func readRows(t testing.TB, path string) map[int]string {
	t.Helper()
	f, err := Open(path, Options{})
	if err != nil {
		return nil
	}
	defer f.Close()
	rows := map[int]string{f.Info().HeaderRow: show(f.Info().Header)}
	for row, err := range f.Rows(context.Background()) {
		switch {
		case err != nil:
			return nil
		case row.Err != nil:
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

// damage changes a few bytes.
func damage(rnd *rand.Rand, b []byte) ([]byte, string) {
	at := rnd.IntN(len(b))
	n := 1 + rnd.IntN(min(40, len(b)-at))
	out := bytes.Clone(b)
	switch rnd.IntN(7) {
	case 0:
		out[at] ^= 1 << rnd.IntN(8)
		return out, fmt.Sprintf("bit at %d", at)
	case 1:
		out[at] = byte(rnd.IntN(256))
		return out, fmt.Sprintf("byte at %d", at)
	case 2:
		return out[:at], fmt.Sprintf("cut at %d", at)
	case 3:
		return append(out[:at], b[at+n:]...), fmt.Sprintf("%d deleted at %d", n, at)
	case 4:
		return append(out[:at+n], b[at:]...), fmt.Sprintf("%d doubled at %d", n, at)
	case 5:
		clear(out[at : at+n])
		return out, fmt.Sprintf("%d zeroed at %d", n, at)
	default:
		to := rnd.IntN(len(b) - n + 1)
		copy(out[to:to+n], b[at:at+n])
		return out, fmt.Sprintf("%d copied from %d to %d", n, at, to)
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
	const copies = 500
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

// TestDamagedParts reads copies of a sound workbook in which a part's XML is
// damaged and packed anew, so that the checksums are right: what is not
// refused differs at most within the text of a cell.
func TestDamagedParts(t *testing.T) {
	sound := soundBook(t)
	parts := unzipped(t, sound)
	want := readRows(t, write(t, "a.xlsx", sound))
	path, rnd := write(t, "a.xlsx", ""), rand.New(rand.NewPCG(3, 4))
	names := []string{"xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels", "[Content_Types].xml"}
	refused := 0
	var told []string
	const copies = 800
	for range copies {
		name := names[rnd.IntN(len(names))]
		b, what := damage(rnd, []byte(parts[name]))
		if onlyText(parts[name], string(b)) {
			continue
		}
		damaged := map[string]string{}
		for k, v := range parts {
			damaged[k] = v
		}
		damaged[name] = string(b)
		rewrite(t, path, []byte(zipped(t, damaged)))
		got := readRows(t, path)
		if got == nil {
			refused++
		}
		if s := silent(want, got); s != "" {
			told = append(told, fmt.Sprintf("%s: %s: %s\n%s", name, what, s, around(parts[name], string(b))))
		}
	}
	// A cell that is cut out from its first byte to its last leaves a sound
	// workbook behind: nothing in it says that the cell was there.
	if len(told) > copies/400 {
		t.Errorf("%d silent differences:\n%s", len(told), strings.Join(told, "\n"))
	}
	if refused < copies/2 || refused == copies {
		t.Errorf("%d of %d are refused", refused, copies)
	}
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
