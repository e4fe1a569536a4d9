package table

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// benchCSV writes a list of 15 columns as a Swedish export has them.
func benchCSV(b testing.TB, rows int) string {
	b.Helper()
	var s strings.Builder
	s.WriteString("Visning;Tid;Förnamn;Efternamn;E-post;Mobil;Telefon;Personnummer;Adress;Postnr;Ort;Land;Notering;Deltog;GDPR-datum\r\n")
	for i := range rows {
		fmt.Fprintf(&s, "VIS%06d;18:00;Åsa%d;Öberg;asa%d@example.com;070174%04d;;19900101%04d;\"Storgatan %d, 2 tr\";123 45;Malmö;SE;;ja;2026-04-03\r\n", i%7, i, i, i%10000, i%10000, i%100)
	}
	return write(b, "bench.csv", s.String())
}

// The figures are of the rows alone, without Open.
func benchRows(b *testing.B, path string) {
	f, err := Open(context.Background(), path, Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	fi, err := os.Stat(path)
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(fi.Size())
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for row, err := range f.Rows(context.Background()) {
			if err != nil || row.Err != nil {
				b.Fatal(err, row.Err)
			}
			n++
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}

func BenchmarkCSV(b *testing.B) { benchRows(b, benchCSV(b, 50_000)) }

func BenchmarkCSVOpen(b *testing.B) {
	path := benchCSV(b, 50_000)
	for b.Loop() {
		f, err := Open(context.Background(), path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
	b.ReportMetric(float64(b.N)*50_000/b.Elapsed().Seconds(), "rows/s")
}

// benchXLSX writes the same list as a workbook.
func benchXLSX(b testing.TB, rows int) string {
	b.Helper()
	path := filepath.Join(b.TempDir(), "bench.xlsx")
	book := excelize.NewFile()
	defer book.Close()
	w, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	format := "yyyy-mm-dd"
	date, err := book.NewStyle(&excelize.Style{CustomNumFmt: &format})
	if err != nil {
		b.Fatal(err)
	}
	for i := range rows + 1 {
		row := []any{"Visning", "Tid", "Förnamn", "Efternamn", "E-post", "Mobil", "Telefon", "Personnummer", "Adress", "Postnr", "Ort", "Land", "Notering", "Deltog", "GDPR-datum"}
		if i > 0 {
			row = []any{fmt.Sprintf("VIS%06d", i%7), 0.75, fmt.Sprintf("Åsa%d", i), "Öberg", fmt.Sprintf("asa%d@example.com", i), 701740000 + i%10000, nil, 199001010000 + i%10000,
				fmt.Sprintf("Storgatan %d, 2 tr", i%100), "123 45", "Malmö", "SE", nil, true, excelize.Cell{StyleID: date, Value: 46115}}
		}
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
			b.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		b.Fatal(err)
	}
	if err := book.SaveAs(path); err != nil {
		b.Fatal(err)
	}
	return path
}

func BenchmarkXLSX(b *testing.B) { benchRows(b, benchXLSX(b, 20_000)) }

func BenchmarkXLSXOpen(b *testing.B) {
	path := benchXLSX(b, 20_000)
	for b.Loop() {
		f, err := Open(context.Background(), path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		f.Close()
	}
	b.ReportMetric(float64(b.N)*20_000/b.Elapsed().Seconds(), "rows/s")
}

// BenchmarkExcelize is what excelize's own streaming rows take.
func BenchmarkExcelize(b *testing.B) {
	path := benchXLSX(b, 20_000)
	book, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true, UnzipXMLSizeLimit: 1 << 30, UnzipSizeLimit: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	defer book.Close()
	n := 0
	b.ReportAllocs()
	for b.Loop() {
		rows, err := book.Rows("Sheet1")
		if err != nil {
			b.Fatal(err)
		}
		for rows.Next() {
			if _, err := rows.Columns(); err != nil {
				b.Fatal(err)
			}
			n++
		}
		rows.Close()
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
}
