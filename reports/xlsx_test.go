package reports

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/reports/words"
	"vitec-import/vitec/testenv"
)

func openWorkbook(t testing.TB, path string) *excelize.File {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func sheetRows(t testing.TB, f *excelize.File, sheet string) [][]string {
	t.Helper()
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestWorkbook(t *testing.T) {
	src, o := scenario(t)
	rep := mustWrite(t, src, o)
	wellFormed(t, filepath.Join(rep.Dir, "report.xlsx"))
	f := openWorkbook(t, filepath.Join(rep.Dir, "report.xlsx"))
	if got := f.GetSheetList(); !slices.Equal(got, []string{"Summary", "Rows", "Problems"}) {
		t.Fatalf("sheets %q", got)
	}
	rows := sheetRows(t, f, "Rows")
	if len(rows) != 11 {
		t.Fatalf("%d rows", len(rows))
	}
	const viewing = "VIS5D41402ABC4B2A76B9719D911017C592"
	want := [][]string{
		{"2", "Åsa Öberg", "✓ booked", "VIS5D41…C592 · TS-1", "", "", "VID7D793037A0760186574B0282F2F435E7", "", viewing, "TS-1", "M11385", "200", "1", "2026-03-04 12:00:01", "132"},
		{"4", `Cecilia "Cissi" Dahl`, "! invalid", "VIS5D41…C592 · TS-1", "Född: not a date (want YYYY-MM-DD); E-post: not an e-mail address", "write 1990-02-28", "", "D4", viewing, "TS-1", "M11385"},
	}
	if !slices.Equal(rows[1], want[0]) {
		t.Errorf("got %q", rows[1])
	}
	if !slices.Equal(rows[3], want[1]) {
		t.Errorf("got %q", rows[3])
	}
	if dim, err := f.GetSheetDimension("Rows"); err != nil || dim != "A1:Q11" {
		t.Errorf("dimension %q, %v", dim, err)
	}
	var all strings.Builder
	for _, row := range sheetRows(t, f, "Summary") {
		all.WriteString(strings.Join(row, "|") + "\n")
	}
	for _, s := range []string{"3 of 10 rows are booked", rep.Summary.Left, rep.Summary.Steps[0].Text, rep.Summary.Steps[1].Command} {
		if !strings.Contains(all.String(), s) {
			t.Errorf("the summary does not say %q:\n%s", s, all.String())
		}
	}
	problems := sheetRows(t, f, "Problems")
	if len(problems) < 6 || problems[0][0] != "Rows" {
		t.Errorf("problems %q", problems)
	}
}

// Each outcome has a bar that is as long as its share of the rows.
func TestWorkbookBars(t *testing.T) {
	src, o := scenario(t)
	rep := mustWrite(t, src, o)
	f := openWorkbook(t, filepath.Join(rep.Dir, "report.xlsx"))
	formats, err := f.GetConditionalFormats("Summary")
	if err != nil || len(formats) != len(ledger.Outcomes) {
		t.Fatalf("%d bars, %v", len(formats), err)
	}
	for cell, list := range formats {
		if f := list[0]; f.Type != "data_bar" || f.MinValue != "0" || f.MaxValue != "10" || !f.BarOnly {
			t.Errorf("%s: %+v", cell, f)
		}
	}
	if n, err := f.GetCellValue("Summary", "E9"); err != nil || n != "2" { // booked, two of ten
		t.Errorf("the first bar stands for %q, %v", n, err)
	}
}

// A sheet holds 1,048,576 rows, header and banner among them: what is beyond is
// left out, and the summary says so.
func TestRowsBeyondASheetsEnd(t *testing.T) {
	for _, trial := range []bool{false, true} {
		src, o := scenario(t)
		o.Trial, src.Run.Rows = trial, excelize.TotalRows+2
		w, d := texts{words.English}, &describer{run: &src.Run, words: texts{words.English}, zone: stockholm}
		var out bytes.Buffer
		x := newReportXLSX(&out, &shelf{tmp: t.TempDir()}, &src, w, &o, newCauses(d))
		x.rows.row = excelize.TotalRows - 2 // as if all before had been written
		for n := range 5 {
			must(t, x.add(&record{Row: ledger.Row{Number: 7_000_000 + n, Outcome: ledger.Booked}}))
		}
		n := newTally()
		n.Rows = src.Run.Rows
		sum := summarize(&src, &o, n, Paths{}, d)
		must(t, x.finish(sum))
		path := writeInput(t, "report.xlsx", out.Bytes())
		wellFormed(t, path)
		f := openWorkbook(t, path)
		for row, want := range map[int]string{excelize.TotalRows - 1: "7000000", excelize.TotalRows: "7000001"} {
			if got, err := f.GetCellValue("Rows", fmt.Sprintf("A%d", row)); err != nil || got != want {
				t.Errorf("row %d: %q, %v", row, got, err)
			}
		}
		if dim, err := f.GetSheetDimension("Rows"); err != nil || dim != "A1:Q1048576" {
			t.Errorf("dimension %q, %v", dim, err)
		}
		held := map[bool]string{false: "1\u202f048\u202f575", true: "1\u202f048\u202f574"}[trial]
		if !slices.ContainsFunc(sum.Notes, func(n string) bool { return strings.HasPrefix(n, "report.xlsx holds the first "+held+" rows;") }) {
			t.Errorf("trial %t: notes %q", trial, sum.Notes)
		}
		src.Run.Rows = maxSheetRows(trial)
		n.Rows = src.Run.Rows
		if notes := summarize(&src, &o, n, Paths{}, d).Notes; strings.Contains(fmt.Sprint(notes), "holds the first") {
			t.Errorf("a note though all rows are there: %q", notes)
		}
	}
}

// A command that is longer than the summary is wide is read whole on paper, too.
func TestWorkbookWrapsCommands(t *testing.T) {
	src, o := scenario(t)
	o.Paths.Flags = []string{"--ledger", strings.Repeat("/a-long-folder", 20) + "/ledger.db"}
	rep := mustWrite(t, src, o)
	f := openWorkbook(t, filepath.Join(rep.Dir, "report.xlsx"))
	long := 0
	for i, row := range sheetRows(t, f, "Summary") {
		if len(row) < 2 || !strings.Contains(row[1], "--ledger") {
			continue
		}
		long++
		id, err1 := f.GetCellStyle("Summary", fmt.Sprintf("B%d", i+1))
		style, err2 := f.GetStyle(id)
		height, err3 := f.GetRowHeight("Summary", i+1)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		if !style.Alignment.WrapText || height < 3*15 {
			t.Errorf("%d characters in a row %g points high, wrapped: %t", len(row[1]), height, style.Alignment.WrapText)
		}
	}
	if long == 0 {
		t.Error("no command")
	}
}

// Nothing in a workbook is a formula, whatever the input says, and every part
// of it is well-formed.
func TestWorkbookHasNoFormulas(t *testing.T) {
	payloads := []string{
		"=1+1", "=cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+1", "-2+3+cmd|' /C calc'!A0", "=HYPERLINK(\"http://x\",\"y\")",
		"\t=1+1", "\r=1+1", "＝1+1", "=\"a\"&\"b\"", "';=1", "{=1+1}", "_x003D_1", "<f>1+1</f>", "&#61;1", "=DDE(\"cmd\";\"/C calc\";\"!A0\")",
		strings.Repeat("långt ", 8000), "\x00\x01\x1b[31m", "\xff\xfe", "a\uFFFEb",
	}
	var b strings.Builder
	b.WriteString("Förnamn;Efternamn\n")
	var rows []ledger.Row
	for i, p := range payloads {
		b.WriteString("\"" + strings.ReplaceAll(p, `"`, `""`) + "\";x\n")
		rows = append(rows, ledger.Row{Run: 7, Index: i, Outcome: ledger.Rejected, HTTPStatus: 400, Reason: ledger.Say("%s", p), BookingID: p,
			Slot: ledger.Slot{CustomerId: p, ViewingId: p, TimeSlotId: p}})
	}
	f := openTable(t, writeInput(t, "p.csv", []byte(b.String())), table.Options{HeaderRow: 1, Delimiter: ";"})
	i := 0
	for in, err := range f.Rows(context.Background()) {
		if err != nil || i >= len(rows) {
			t.Fatal(i, err)
		}
		rows[i].Number = in.Number
		i++
	}
	rows = rows[:i]
	run := runOf(f, rows)
	run.Reason, run.Mapping = ledger.Say("=1+1"), "=1+1"
	rep := mustWrite(t, Source{Run: run, Rows: ledgerRows(rows), Input: f}, Options{Dir: filepath.Join(t.TempDir(), "out")})
	wellFormed(t, filepath.Join(rep.Dir, "report.xlsx"))
	book := openWorkbook(t, filepath.Join(rep.Dir, "report.xlsx"))
	for _, sheet := range book.GetSheetList() {
		for r, row := range sheetRows(t, book, sheet) {
			for c := range row {
				cell, _ := excelize.CoordinatesToCellName(c+1, r+1)
				if formula, err := book.GetCellFormula(sheet, cell); err != nil || formula != "" {
					t.Errorf("%s!%s is the formula %q (%v)", sheet, cell, formula, err)
				}
			}
		}
	}
}

// worksheetOrder is the order of a worksheet's elements in the standard, to
// which Excel holds every file: another order is "a problem with some content".
var worksheetOrder = strings.Fields("sheetPr dimension sheetViews sheetFormatPr cols sheetData sheetCalcPr sheetProtection protectedRanges scenarios " +
	"autoFilter sortState dataConsolidate customSheetViews mergeCells phoneticPr conditionalFormatting dataValidations hyperlinks printOptions " +
	"pageMargins pageSetup headerFooter rowBreaks colBreaks customProperties cellWatches ignoredErrors smartTags drawing legacyDrawing " +
	"legacyDrawingHF picture oleObjects controls webPublishItems tableParts extLst")

// wellFormed holds a workbook against what Excel insists on: every part can be
// read to its end, relations lead somewhere, the elements of a sheet stand in
// order, rows and cells ascend, styles exist, and there are no formulas.
func wellFormed(t *testing.T, path string) {
	t.Helper()
	z, err := zip.OpenReader(path)
	must(t, err)
	defer z.Close()
	parts := map[string][]byte{}
	for _, part := range z.File {
		r, err := part.Open()
		must(t, err)
		if parts[part.Name], err = io.ReadAll(r); err != nil {
			t.Fatalf("%s: %v", part.Name, err)
		}
		must(t, r.Close())
	}
	var book struct {
		Styles struct {
			Xf []struct{} `xml:"xf"`
		} `xml:"cellXfs"`
	}
	must(t, xml.Unmarshal(parts["xl/styles.xml"], &book))
	for name, data := range parts {
		switch {
		case strings.HasSuffix(name, ".rels"):
			var rels struct {
				Relationship []struct {
					Target, TargetMode string `xml:",attr"`
				}
			}
			must(t, xml.Unmarshal(data, &rels))
			base := filepath.ToSlash(filepath.Dir(filepath.Dir(name)))
			for _, r := range rels.Relationship {
				target := strings.TrimPrefix(r.Target, "/")
				if target == r.Target {
					target = filepath.ToSlash(filepath.Join(base, r.Target))
				}
				if parts[target] == nil {
					t.Errorf("%s leads to %s, which is not there", name, r.Target)
				}
			}
		case strings.HasPrefix(name, "xl/worksheets/"):
			validSheet(t, name, data, len(book.Styles.Xf))
		default:
			for d := xml.NewDecoder(bytes.NewReader(data)); ; {
				if _, err := d.Token(); err == io.EOF {
					break
				} else if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
			}
		}
	}
}

func validSheet(t *testing.T, name string, data []byte, styles int) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(data))
	depth, at, row, col := 0, 0, 0, 0
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		switch e := tok.(type) {
		case xml.EndElement:
			depth--
		case xml.StartElement:
			depth++
			attr := map[string]string{}
			for _, a := range e.Attr {
				attr[a.Name.Local] = a.Value
			}
			switch {
			case depth == 2:
				k := slices.Index(worksheetOrder, e.Name.Local)
				if k < at {
					t.Errorf("%s: %s stands behind %s", name, e.Name.Local, worksheetOrder[at])
				}
				at = k
			case e.Name.Local == "row":
				n, err := strconv.Atoi(attr["r"])
				if err != nil || n <= row {
					t.Errorf("%s: row %q behind row %d", name, attr["r"], row)
				}
				row, col = n, 0
			case e.Name.Local == "c":
				c, r, err := excelize.CellNameToCoordinates(attr["r"])
				if err != nil || r != row || c <= col {
					t.Errorf("%s: cell %q in row %d behind column %d", name, attr["r"], row, col)
				}
				col = c
				if s, _ := strconv.Atoi(attr["s"]); s >= styles {
					t.Errorf("%s: %s has style %d of %d", name, attr["r"], s, styles)
				}
			case e.Name.Local == "f":
				t.Errorf("%s has a formula", name)
			}
		}
	}
}

// The input of this test is itself a workbook; its corrections are one too.
func TestWorkbookCorrections(t *testing.T) {
	path := filepath.Join(t.TempDir(), "participants.xlsx")
	book := excelize.NewFile()
	book.SetSheetName("Sheet1", "Deltagare")
	cells := [][]any{
		{"Deltagarlista mars"},
		{},
		{"Förnamn", "Efternamn", "Mobil", "Född", "Anm"},
		{"Åsa", "Öberg", "0701740605", time.Date(1990, 6, 2, 0, 0, 0, 0, time.UTC), "=1+1"},
		{"Bo", " Ek ", "070-174 06 06", nil, "två\nrader_x000D_ & <b>"},
		{"Cia", "Fors", 701740607, 12.5, "  "},
	}
	for r, row := range cells {
		for c, v := range row {
			name, _ := excelize.CoordinatesToCellName(c+1, r+1)
			if err := book.SetCellValue("Deltagare", name, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := book.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	o := table.Options{Sheet: "Deltagare", HeaderRow: 3}
	f := openTable(t, path, o)
	before, _, refused := content(t, f)
	if len(refused) > 0 || len(before) != 3 {
		t.Fatalf("%q, %q", before, refused)
	}
	rows := rowsOf(t, f, allInvalid)
	got, again := correct(t, f, rows, o)
	after, reasons, _ := content(t, again)
	if len(after) != len(before) {
		t.Fatalf("%d rows became %d", len(before), len(after))
	}
	for i := range before {
		if !slices.Equal(before[i], after[i]) {
			t.Errorf("row %d: %q became %q", i, before[i], after[i])
		}
	}
	if reasons[2][2] != "7" || reasons[2][3] != "6" {
		t.Errorf("reasons %q", reasons[2])
	}
	wellFormed(t, got)
	// Once more, with an outcome that changed.
	_, third := correct(t, again, rowsOf(t, again, allInvalid), o)
	if h := third.Info().Header; len(h) != 9 {
		t.Errorf("header %q", h)
	}
	if _, reasons, _ := content(t, third); reasons[0][3] != "4" {
		t.Errorf("the row of the first is %q", reasons[0][3])
	}
}

// LibreOffice opens both workbooks and finds in them what is in them.
func TestWorkbookInLibreOffice(t *testing.T) {
	src, o := scenario(t)
	rep := mustWrite(t, src, o)
	out := filepath.Dir(testenv.Convert(t, t.TempDir(), filepath.Join(rep.Dir, "report.xlsx"), "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"))
	found, err := filepath.Glob(filepath.Join(out, "*.csv")) // named after the sheet, too
	if err != nil || len(found) != 1 {
		t.Fatalf("%q, %v", found, err)
	}
	text := string(read(t, found[0]))
	if n := strings.Count(text, "\n"); n != 11 {
		t.Errorf("%d lines:\n%s", n, text)
	}
	for _, s := range []string{"Åsa Öberg", "VID7D793037A0760186574B0282F2F435E7", `=HYPERLINK(""http://x"") Evil`, "2026-03-04 12:00:01"} {
		if !strings.Contains(text, s) {
			t.Errorf("no %q in\n%s", s, text)
		}
	}
}
