package reports

import (
	"bytes"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// Cells that are written in bulk read back, by excelize, as what they are.
func TestBulkRows(t *testing.T) {
	s, err := stage(filepath.Join(t.TempDir(), "run"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.discard()
	book, err := newWorkbook(s, "book.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	defer book.abort()
	texts := []string{
		"", "a", "Åsa & Öst <b> \"q\" 'q' >", " leading", "trailing ", "two\nlines", "tab\there", "\nnewline", "_x000D_", "__x0041_", "_x000d_",
		"_xZZZZ_", "_x12_", "_x005F_x000D_", "_", "_x000D", "=1+1", "@x", "😀", "x\u00a0", "\u200b", "]]>", "&amp;", "01740605", strings.Repeat("långt ", 5000),
	}
	hostile := []string{"a\xffb", "\uFFFEx\uFFFF", "bell\a", "\xed\xa0\x80"}
	texts = append(texts, cellText(hostile[0]), cellText(hostile[1]), cellText(hostile[2]), cellText(hostile[3]))
	numbers := []float64{1, -1, 0.5, 1048576, 20261126.25, 46352.79166666667}
	at := time.Date(2026, 11, 26, 18, 30, 15, 0, time.UTC)
	sheet, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	if err := sheet.SetRow("A1", []any{"text", "number", "by excelize"}); err != nil {
		t.Fatal(err)
	}
	rows, err := book.newBulkRows(1, 2, 1)
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range texts {
		number := numbers[i%len(numbers)]
		if err := rows.add([]cell{{text: cellText(text)}, {number: number}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := rows.add([]cell{{}, {number: excelTime(at)}}); err != nil {
		t.Fatal(err)
	}
	if err := sheet.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := book.save(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(s.dir, "book.xlsx")
	wellFormed(t, path)
	got := openWorkbook(t, path)
	for i, text := range texts {
		name, _ := excelize.CoordinatesToCellName(1, i+2)
		if g, err := got.GetCellValue("Sheet1", name); err != nil || g != text {
			t.Errorf("%s: %.40q, want %.40q: %v", name, g, text, err)
		}
		if kind, err := got.GetCellType("Sheet1", name); err != nil || text != "" && kind != excelize.CellTypeInlineString {
			t.Errorf("%s has the type %v: %v", name, kind, err)
		}
		if f, err := got.GetCellFormula("Sheet1", name); err != nil || f != "" {
			t.Errorf("%s has the formula %q: %v", name, f, err)
		}
		number, _ := excelize.CoordinatesToCellName(2, i+2)
		raw, err := got.GetCellValue("Sheet1", number, excelize.Options{RawCellValue: true})
		if g, _ := strconv.ParseFloat(raw, 64); err != nil || g != numbers[i%len(numbers)] {
			t.Errorf("%s: %s, want %v: %v", number, raw, numbers[i%len(numbers)], err)
		}
	}
	raw, _ := got.GetCellValue("Sheet1", "B"+strconv.Itoa(len(texts)+2), excelize.Options{RawCellValue: true})
	serial, _ := strconv.ParseFloat(raw, 64)
	if read, err := excelize.ExcelDateToTime(serial, false); err != nil || !read.Equal(at) {
		t.Errorf("the time is read as %v: %v", read, err)
	}
	all := sheetRows(t, got, "Sheet1")
	if len(all) != len(texts)+2 || all[0][2] != "by excelize" {
		t.Errorf("%d rows, the first is %q", len(all), all[0])
	}
}

// Wherever the parts of a sheet are cut when they are written, the rows come in
// once, behind the others; and if there is no such place that is found out.
func TestSplice(t *testing.T) {
	const sheet = `<worksheet><sheetData><row r="1"></row></sheetData><autoFilter/></worksheet>`
	for cut := range len(sheet) + 1 {
		var b bytes.Buffer
		s := &splice{to: &b, rows: strings.NewReader("<row/>")}
		for _, part := range []string{sheet[:cut], sheet[cut:]} {
			if n, err := io.WriteString(s, part); n != len(part) || err != nil {
				t.Fatal(n, err)
			}
		}
		if want := strings.Replace(sheet, "</sheetData>", "<row/></sheetData>", 1); b.String() != want || s.rows != nil {
			t.Fatalf("cut at %d: %s", cut, b.String())
		}
	}
	for _, z := range []*packer{
		{rows: &bulkRows{}},
		{rows: &bulkRows{}, splice: &splice{rows: strings.NewReader("")}},
	} {
		if z.complete() != errNoRows {
			t.Errorf("%+v is complete", z)
		}
	}
	if err := (&packer{}).complete(); err != nil {
		t.Error(err)
	}
}
