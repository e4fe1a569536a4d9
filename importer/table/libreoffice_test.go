package table

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"vitec-import/vitec/testenv"
)

// TestLibreOffice reads what LibreOffice makes of a workbook: another
// workbook, and CSV in the ways in which it is exported.
func TestLibreOffice(t *testing.T) {
	home := t.TempDir()
	book := excelize.NewFile()
	defer book.Close()
	style := func(format string) int {
		id, err := book.NewStyle(&excelize.Style{CustomNumFmt: &format})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	date, clock, phone, moment := style("yyyy-mm-dd"), style("hh:mm"), style("0000000000"), style(`yyyy\-mm\-dd\Thh:mm:ss`)
	for c, v := range []any{"Namn", "Född", "Tid", "Mobil", "Pnr", "Deltog", "Antal", "Not", "Skickat"} {
		set(t, book, c+1, 1, v, 0)
	}
	for r := 2; r < 12; r++ {
		set(t, book, 1, r, "Åsa Öberg é €", 0)
		set(t, book, 2, r, time.Date(1960+r, 2, 27+r%3, 0, 0, 0, 0, time.UTC), date)
		set(t, book, 3, r, 0.75+float64(r)/1440, clock)
		set(t, book, 4, r, 701740600+r, phone)
		set(t, book, 5, r, "19900602239"+string(rune('0'+r%10)), 0)
		set(t, book, 6, r, r%2 == 0, 0)
		set(t, book, 7, r, float64(r)+0.25, 0)
		set(t, book, 8, r, "rad 1\nrad 2; \"citat\", slut", 0)
		set(t, book, 9, r, time.Date(2026, 4, r, 17, 30, r, 0, time.UTC), moment)
	}
	path := filepath.Join(t.TempDir(), "a.xlsx")
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	// The cells of all rows; the numbers of rows are lines in CSV.
	rowsOf := func(path string) string {
		var b strings.Builder
		_, below, _ := strings.Cut(read(t, path, Options{}), "\n")
		for line := range strings.Lines(below) {
			_, cells, _ := strings.Cut(line, " ")
			b.WriteString(cells)
		}
		return b.String()
	}
	want := rowsOf(path)
	if strings.Count(want, "\n") != 10 || strings.Contains(want, "!") {
		t.Fatalf("the workbook itself reads as\n%s", want)
	}
	for _, to := range []string{
		"xlsx", "xlsm:Calc MS Excel 2007 VBA XML",
		"csv:Text - txt - csv (StarCalc):44,34,76,1", "csv:Text - txt - csv (StarCalc):59,34,1,1", "csv:Text - txt - csv (StarCalc):9,34,76,1,,0,true", "csv:Text - txt - csv (StarCalc):59,34,65535,1",
	} {
		t.Run(to, func(t *testing.T) {
			out := testenv.Convert(t, home, path, to)
			b, err := os.ReadFile(out)
			if err != nil {
				t.Fatal(err)
			}
			if got := rowsOf(out); got != want {
				t.Errorf("got\n%s\nwant\n%s\n%.300q", got, want, bytes.ToValidUTF8(b, nil))
			}
		})
	}
}
