package table

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

func TestWorkbookOfExcelize(t *testing.T) {
	book := excelize.NewFile()
	path := filepath.Join(t.TempDir(), "a.xlsx")
	date := "yyyy-mm-dd"
	style, err := book.NewStyle(&excelize.Style{CustomNumFmt: &date})
	if err != nil {
		t.Fatal(err)
	}
	set := func(cell string, v any) {
		t.Helper()
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	set("A1", "Namn")
	set("B1", "Född")
	set("C1", "Antal")
	set("A2", "Åsa")
	set("B2", time.Date(1990, 2, 3, 0, 0, 0, 0, time.UTC))
	set("C2", 12.5)
	if err := book.SetCellStyle("Sheet1", "B2", "B2", style); err != nil {
		t.Fatal(err)
	}
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	check(t, read(t, path, Options{}), `
		xlsx Sheet1 1: Namn|Född|Antal
		2: Åsa|1990-02-03|12.5`)
}

func TestCommonCSV(t *testing.T) {
	path := write(t, "a.csv", "Namn;Ort\r\nÅsa;\"Malmö; S\"\r\n")
	check(t, read(t, path, Options{}), `
		csv utf-8 ";" 1: Namn|Ort
		2: Åsa|Malmö; S`)
	check(t, read(t, write(t, "b.csv", "Namn;Ort\r\n\xC5sa;Malm\xF6\r\n"), Options{}), `
		csv windows-1252 ";" 1: Namn|Ort
		2: Åsa|Malmö`)
}
