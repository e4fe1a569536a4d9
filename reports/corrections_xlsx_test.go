package reports

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/vitec/testenv"
)

const (
	spreadsheetSpace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	officeSpace      = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packageSpace     = "http://schemas.openxmlformats.org/package/2006/"
	xmlStart         = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
)

var xmlEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#13;")

// oneSheetParts are the parts beside the sheet; {name} is the sheet's name.
var oneSheetParts = []struct{ name, content string }{
	{"[Content_Types].xml", xmlStart + `<Types xmlns="` + packageSpace + `content-types">` +
		`<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
		`<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>` +
		`<Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>` +
		`<Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/></Types>`},
	{"_rels/.rels", xmlStart + `<Relationships xmlns="` + packageSpace + `relationships"><Relationship Id="rId1" Type="` + officeSpace + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
	{"xl/workbook.xml", xmlStart + `<workbook xmlns="` + spreadsheetSpace + `" xmlns:r="` + officeSpace + `">` + `<sheets><sheet name="{name}" sheetId="1" r:id="rId1"/></sheets></workbook>`},
	{"xl/_rels/workbook.xml.rels", xmlStart + `<Relationships xmlns="` + packageSpace + `relationships">` +
		`<Relationship Id="rId1" Type="` + officeSpace + `/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="` + officeSpace + `/styles" Target="styles.xml"/></Relationships>`},
	{"xl/styles.xml", xmlStart + `<styleSheet xmlns="` + spreadsheetSpace + `">` +
		`<fonts count="3"><font><sz val="11"/><name val="Calibri"/><family val="2"/></font><font><b/><sz val="11"/><color rgb="FFFFFFFF"/><name val="Calibri"/><family val="2"/></font>` +
		`<font><sz val="11"/><color rgb="FF52606D"/><name val="Calibri"/><family val="2"/></font></fonts>` +
		`<fills count="4"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>` +
		`<fill><patternFill patternType="solid"><fgColor rgb="FF0B4F6C"/><bgColor indexed="64"/></patternFill></fill>` +
		`<fill><patternFill patternType="solid"><fgColor rgb="FFFFE2B8"/><bgColor indexed="64"/></patternFill></fill></fills>` +
		`<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>` +
		`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
		`<cellXfs count="5"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>` +
		`<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>` +
		`<xf numFmtId="49" fontId="1" fillId="2" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1" applyFill="1"/>` +
		`<xf numFmtId="49" fontId="2" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>` +
		`<xf numFmtId="49" fontId="0" fillId="3" borderId="0" xfId="0" applyNumberFormat="1" applyFill="1"/></cellXfs>` +
		`<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`},
}

// workbookOf packs a workbook of one sheet: the inside of its rows, its shared
// strings and the number formats of its styles from 1 on.
func workbookOf(t testing.TB, props, rows string, shared, formats []string) []byte {
	t.Helper()
	parts := map[string]string{}
	for _, p := range oneSheetParts {
		parts[p.name] = strings.ReplaceAll(p.content, "{name}", "Lista")
	}
	parts["xl/workbook.xml"] = strings.Replace(parts["xl/workbook.xml"], "<sheets>", "<workbookPr "+props+"/><sheets>", 1)
	parts["xl/_rels/workbook.xml.rels"] = strings.Replace(parts["xl/_rels/workbook.xml.rels"], "</Relationships>",
		`<Relationship Id="rId3" Type="`+officeSpace+`/sharedStrings" Target="sharedStrings.xml"/></Relationships>`, 1)
	parts["xl/sharedStrings.xml"] = xmlStart + `<sst xmlns="` + spreadsheetSpace + `"><si><t>` + strings.Join(shared, "</t></si><si><t>") + "</t></si></sst>"
	codes, styles := "", `<xf numFmtId="0"/>`
	for i, f := range formats {
		codes += fmt.Sprintf(`<numFmt numFmtId="%d" formatCode="%s"/>`, 170+i, xmlEscape.Replace(f))
		styles += fmt.Sprintf(`<xf numFmtId="%d"/>`, 170+i)
	}
	parts["xl/styles.xml"] = xmlStart + `<styleSheet xmlns="` + spreadsheetSpace + `"><numFmts>` + codes + `</numFmts><cellXfs>` + styles + `</cellXfs></styleSheet>`
	parts["xl/worksheets/sheet1.xml"] = xmlStart + `<worksheet xmlns="` + spreadsheetSpace + `"><sheetData>` + rows + `</sheetData></worksheet>`
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, parts[name]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// wants names the columns that a run asks for, as a mapping's Fits does.
func wants(names ...string) func([]string) int {
	return func(cells []string) (n int) {
		for _, c := range cells {
			if slices.Contains(names, strings.TrimSpace(c)) {
				n++
			}
		}
		return n
	}
}

// asRun are the options with which a run reads a list.
var asRun = table.Options{Fits: wants("Namn", "Mobil", "E-post"), Aside: Aside}

// plannedRows gives every row the outcome that a run which took all of them for
// well mapped would give it: refused ones are invalid, the others the server's.
func plannedRows(t testing.TB, f *table.File) []ledger.Row {
	return rowsOf(t, f, func(table.Row) ledger.Row {
		return ledger.Row{Outcome: ledger.Rejected, HTTPStatus: 400, Reason: ledger.Say("nej _x000D_")}
	})
}

// judged is a row as a run reads it, without the reason columns.
type judged struct {
	cells   []string
	written []table.Written
	refused table.Code
	column  int
}

func judgedRows(t testing.TB, f *table.File) (rows []judged) {
	t.Helper()
	header := f.Info().Header
	for in, err := range f.Rows(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		var j judged
		if in.Fault(nil) != nil {
			j.refused, j.column = in.Fault(nil).Code, in.Fault(nil).Column
		}
		for i, h := range header {
			if reasonColumn(h) != "" {
				continue
			}
			if in.Fault(nil) == nil {
				j.cells = append(j.cells, in.Cells[i])
			}
			j.written = append(j.written, in.Written[i])
		}
		rows = append(rows, j)
	}
	return rows
}

// hostile are pieces of texts that a reader could lose or a writer spoil.
var hostile = []string{"a", "Åsa", "A\u030Asa", "\u00A0", "\u200B", "\u200D", "\uFEFF", "\u00AD", "\u202E", "\u2028", " ", "  ", "\n", "\t", "\r", "_x000D_", "_x000d_", "_x005F_", "_x005F_x000D_",
	"_xD83D_", "_xD83D__xDE00_", "_x0041_x0042_", "_x00", "_", "=1+1", "+46", "-", "@b", "\"", "'", "]]>", "<", "&", "&amp;", "👩‍👩‍👧", "ﬁ", "\u3000", "e\u0301\u0327", "0701740605", "TRUE", "1E5", "#N/A", ";", "\uFFFD", "\u0344"}

// hostileWorkbook is a list in which every kind of cell stands somewhere, with
// the texts that were put into it, by row and 0-based column.
func hostileWorkbook(t testing.TB, r *rand.Rand, rows int) (data []byte, texts map[[2]int]string) {
	var b strings.Builder
	shared := []string{"tom"}
	formats := []string{"yyyy-mm-dd", "h:mm", "0000000000", "[h]:mm:ss", "yyyy-mm-dd hh:mm:ss.000", `"nr _x0041_"0`, "000\u00A000", "\"a\u200B\"00\u0301", "00\u0085000", "#,##0.00", "@", "d mmm"}
	texts = map[[2]int]string{}
	width := 4 + r.IntN(4)
	text := func() string {
		var s strings.Builder
		for range 1 + r.IntN(4) {
			s.WriteString(hostile[r.IntN(len(hostile))])
		}
		return s.String()
	}
	put := func(row, column int, s string) string {
		texts[[2]int{row, column}] = s
		at := table.ColumnName(column+1) + strconv.Itoa(row)
		switch s = xmlEscape.Replace(s); r.IntN(4) {
		case 0:
			return `<c r="` + at + `" t="inlineStr"><is><t>` + s + `</t></is></c>`
		case 1:
			return `<c r="` + at + `" t="str"><f>A1</f><v>` + s + `</v></c>`
		}
		shared = append(shared, s)
		return `<c r="` + at + `" t="s"><v>` + strconv.Itoa(len(shared)-1) + `</v></c>`
	}
	names := []string{"Namn", "Mobil", "E-post", "Född", "_x005F_x0041_ \u00A0ö", "Fri", "Fri 2", "Fri 3"}
	head := 1 + r.IntN(3)
	fmt.Fprintf(&b, `<row r="%d">`, head)
	for c := range width {
		b.WriteString(put(head, c, names[c]))
	}
	b.WriteString("</row>")
	for n := range rows {
		row := head + 1 + n
		if r.IntN(50) == 0 {
			continue
		}
		fmt.Fprintf(&b, `<row r="%d">`, row)
		odd := r.IntN(12) // whether the row may have one of the cells that refuse it
		for c := range width {
			at := table.ColumnName(c+1) + strconv.Itoa(row)
			number := func(v string) {
				fmt.Fprintf(&b, `<c r="%s" s="%d"><v>%s</v></c>`, at, r.IntN(len(formats)+1), v)
			}
			k := r.IntN(16)
			if odd > 0 && k >= 13 || c == 0 && k < 4 {
				k = 12
			}
			switch k {
			case 0, 1:
			case 2:
				number(strconv.Itoa(r.IntN(100_000)))
			case 3:
				number(strconv.FormatFloat(r.Float64()*50_000, 'g', -1, 64))
			case 4:
				number("701740605")
			case 5:
				fmt.Fprintf(&b, `<c r="%s" t="b"><v>%d</v></c>`, at, r.IntN(2))
			case 6:
				fmt.Fprintf(&b, `<c r="%s" t="d"><v>2026-10-01</v></c>`, at)
			case 7:
				b.WriteString(put(row, c, "x@example.com"))
			case 13:
				b.WriteString([]string{
					fmt.Sprintf(`<c r="%s" t="e"><v>#REF!</v></c>`, at),
					fmt.Sprintf(`<c r="%s"><f>1+1</f></c>`, at),
					fmt.Sprintf(`<c r="%s" t="s"></c>`, at),
					fmt.Sprintf(`<c r="%s" s="99"><v>1</v></c>`, at),
					fmt.Sprintf(`<c r="%s"><v>12345678901234567890</v></c>`, at),
					fmt.Sprintf(`<c r="%s" s="1"><v>-5</v></c>`, at),
				}[r.IntN(6)])
			case 14:
				b.WriteString(put(row, c, []string{"_x0001_", "a_x0007_b", "1,99001E+11", "_xFFFE_"}[r.IntN(4)]))
			case 15:
				b.WriteString(put(row, c, []string{"Summa", "Totalt", "Antal: 3", "Namn", "Mobil"}[r.IntN(5)]))
			default:
				b.WriteString(put(row, c, text()))
			}
		}
		if odd == 0 && r.IntN(4) == 0 {
			fmt.Fprintf(&b, `<c r="%s%d"><v>1</v></c>`, table.ColumnName(width+300), row)
		}
		b.WriteString("</row>")
	}
	return workbookOf(t, []string{`date1904="0"`, `date1904="1"`}[r.IntN(2)], b.String(), shared, formats), texts
}

// What a run reads out of corrections.xlsx is what it read out of the list, or
// is refused.
func TestWorkbookCorrectionsRoundTrip(t *testing.T) {
	seeds, rows := uint64(testenv.Sampled(6, 60)), testenv.Sampled(1000, 2000)
	total, refusals := 0, map[table.Code]int{}
	for seed := range seeds {
		r := rand.New(rand.NewPCG(seed, 3))
		data, _ := hostileWorkbook(t, r, rows)
		f := openTable(t, writeInput(t, "p.xlsx", data), asRun)
		input := judgedRows(t, f)
		var numbers []int
		for in := range f.Rows(context.Background()) {
			numbers = append(numbers, in.Number)
		}
		// A report is made of the list as it is read without the mapping.
		planned, again := plannedRows(t, f), openTable(t, f.Info().Path, table.Options{Sheet: "Lista", HeaderRow: f.Info().HeaderRow})
		_, second := correct(t, again, planned, asRun)
		if a, b := f.Info(), second.Info(); a.HeaderRow != b.HeaderRow || a.Sheet != b.Sheet || !slices.Equal(a.Header, b.Header[3:3+len(a.Header)]) {
			t.Fatalf("seed %d: header %d %q became %d %q", seed, a.HeaderRow, a.Header, b.HeaderRow, b.Header)
		}
		output := judgedRows(t, second)
		if len(input) != len(output) {
			t.Fatalf("seed %d: %d rows became %d", seed, len(input), len(output))
		}
		total += len(input)
		for i, in := range input {
			out := output[i]
			refusals[in.refused]++
			switch {
			case slices.ContainsFunc(in.cells, escaped.MatchString) && out.refused != "": // no workbook library writes it as it is
			case in.refused == "":
				if out.refused != "" || !slices.Equal(in.cells, out.cells) {
					t.Fatalf("seed %d, row %d:\n%q\nbecame, %s,\n%q", seed, numbers[i], in.cells, out.refused, out.cells)
				}
			case out.refused == "":
				t.Fatalf("seed %d, row %d: %s became a row that can be sent: %q", seed, numbers[i], in.refused, out.cells)
			}
		}
	}
	t.Logf("%d rows, %v", total, refusals)
	if total < int(seeds)*rows*9/10 || refusals[""] < total/2 {
		t.Errorf("only %d rows, %v", total, refusals)
	}
	for _, code := range []table.Code{table.CodeTooManyCells, table.CodeErrorCell, table.CodeNoCachedValue, table.CodeInvalidCell, table.CodeLostDigits, table.CodeInvalidDate, table.CodeControl, table.CodeFooter, table.CodeGrouped} {
		if refusals[code] == 0 {
			t.Errorf("no row is refused for %s", code)
		}
	}
}

// A second round has the reasons anew, and the row still goes back to the first.
func TestWorkbookCorrectionsOfCorrections(t *testing.T) {
	data := workbookOf(t, "", `<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>2</v></c><c r="C1" t="s"><v>3</v></c></row>`+
		`<row r="2"><c r="A2" t="s"><v>4</v></c><c r="B2"><v>701740605</v></c></row><row r="3"><c r="A3" t="s"><v>5</v></c><c r="B3" t="e"><v>#REF!</v></c></row>`,
		[]string{"tom", "Namn", "Mobil", "E-post", "\u00A0Anna ", "Bo"}, nil)
	f := openTable(t, writeInput(t, "p.xlsx", data), asRun)
	_, second := correct(t, f, plannedRows(t, f), asRun)
	rows := plannedRows(t, second)
	run := runOf(second, rows)
	run.ID = 8
	rep := mustWrite(t, Source{Run: run, Rows: ledgerRows(rows), Input: second}, Options{Dir: filepath.Join(t.TempDir(), "out")})
	third := openWorkbook(t, filepath.Join(rep.Dir, "corrections.xlsx"))
	got := sheetRows(t, third, "Lista")
	want := [][]string{
		{"import: row", "import: reason", "import: hint", "Namn", "Mobil", "E-post", "import: run"},
		{"2", "nej _x000D_", "", " Anna ", "701740605", "", "7"},
	}
	if len(got) != 3 || !slices.Equal(got[0], want[0]) || !slices.Equal(got[1], want[1]) || got[2][0] != "3" || strings.Join(got[2][3:6], "") != "" || got[2][6] != "7" {
		t.Errorf("got %q", got)
	}
	if got := string(read(t, rep.Dir, "report.csv")); !strings.Contains(got, ",7,2,,,,,,\n") || !strings.Contains(got, ",7,3,,,,,,\n") {
		t.Errorf("no reference to the first rows:\n%s", got)
	}
}

// A note or a total is judged by the list's own columns, whatever the reasons
// beside it say: it does not become a participant in its correction.
func TestReasonsDoNotMakeARow(t *testing.T) {
	for name, body := range map[string]string{
		"a note with an address": "Anna;0701740605;a@example.com\n;;info@example.com\n",
		"a total":                "Anna;0701740605;a@example.com\nAntal;;1\n",
		"another table":          "Anna;0701740605;a@example.com\nE-post;Mobil;Namn\nb@example.com;0701740606;Bo\n",
	} {
		t.Run(name, func(t *testing.T) {
			f := openTable(t, writeInput(t, "p.csv", []byte("Namn;Mobil;E-post\n"+body)), asRun)
			planned := plannedRows(t, f)
			again := openTable(t, f.Info().Path, table.Options{})
			_, second := correct(t, again, planned, asRun)
			codes := func(f *table.File) (codes []table.Code) {
				for in, err := range f.Rows(context.Background()) {
					if err != nil {
						t.Fatal(err)
					}
					if codes = append(codes, ""); in.Fault(nil) != nil {
						codes[len(codes)-1] = in.Fault(nil).Code
					}
				}
				return codes
			}
			before, after := codes(f), codes(second)
			for i, code := range before {
				if code == table.CodeGrouped { // its cells are left empty, to be typed in
					before[i] = table.CodeFooter
				}
			}
			if f.Info().Refused == 0 || !slices.Equal(before, after) {
				t.Errorf("%q became %q", before, after)
			}
		})
	}
}
