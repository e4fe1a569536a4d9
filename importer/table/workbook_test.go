package table

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// two rows under a header, as a base for what is odd around them
var plainRows = head + row(2, "Åsa", num("1", 0)) + row(3, "Bo", num("2", 0))

const plainRead = "xlsx Blad1 1: Namn|Värde\n2: Åsa|1\n3: Bo|2"

// manyRows are n rows from the number first on, manyNumbers such with numbers,
// and manyRead is how they read.
func manyRows(first, n int) (s string) {
	for i := range n {
		s += row(first+i, "Åsa", "1")
	}
	return s
}

func manyRead(first, n int) (s string) {
	for i := range n {
		s += fmt.Sprintf("%d: Åsa|1\n", first+i)
	}
	return s
}

func TestXLSXSheets(t *testing.T) {
	other := row(1, "Mobil", "Ort", "Namn") + row(2, "070", "Lund", "Åsa")
	for _, tc := range []struct {
		name    string
		b       builder
		options Options
		want    string
	}{
		{"the only one", builder{rows: plainRows}, Options{}, plainRead},
		{"empty ones beside it", builder{rows: plainRows, sheets: []string{"Blad1", "Blad2", "Blad3"}}, Options{}, plainRead},
		{"a hidden one beside it", builder{rows: plainRows, sheets: []string{"Blad1", `Dolt" state="hidden`}, others: map[string]string{"sheet2": other}}, Options{}, plainRead},
		{"a very hidden one before it", builder{rows: other, sheets: []string{`Dolt" state="veryHidden`, "Blad2"}, others: map[string]string{"sheet2": plainRows}}, Options{}, strings.Replace(plainRead, "Blad1", "Blad2", 1)},
		{"a hidden one asked for", builder{rows: plainRows, sheets: []string{"Blad1", `Dolt" state="hidden`}, others: map[string]string{"sheet2": other}}, Options{Sheet: "dolt"}, "xlsx Dolt 1: Mobil|Ort|Namn\n2: 070|Lund|Åsa"},
		{"only hidden ones", builder{rows: plainRows, sheets: []string{`Dolt" state="hidden`}}, Options{}, "! empty"},
		{"two visible ones", builder{rows: plainRows, sheets: []string{"Blad1", "Andra"}, others: map[string]string{"sheet2": other}}, Options{}, "! sheet"},
		{"two visible ones, one asked for", builder{rows: plainRows, sheets: []string{"Blad1", "Andra"}, others: map[string]string{"sheet2": other}}, Options{Sheet: "Andra"}, "xlsx Andra 1: Mobil|Ort|Namn\n2: 070|Lund|Åsa"},
		{"two visible ones, one fits", builder{rows: plainRows, sheets: []string{"Blad1", "Andra"}, others: map[string]string{"sheet2": other}}, Options{Fits: naming("Namn", "Mobil")}, "xlsx Andra 1: Mobil|Ort|Namn\n2: 070|Lund|Åsa"},
		{"two visible ones, both fit", builder{rows: plainRows, sheets: []string{"Blad1", "Andra"}, others: map[string]string{"sheet2": other}}, Options{Fits: naming("Namn")}, "! sheet"},
		{"one that is not there", builder{rows: plainRows}, Options{Sheet: "Deltagare"}, "! sheet"},
		{"a name with signs", builder{rows: plainRows, sheets: []string{"A &amp; B &lt;1&gt;"}}, Options{Sheet: "a & b <1>"}, strings.Replace(plainRead, "Blad1", "A & B <1>", 1)},
		{"two of one name", builder{rows: plainRows, sheets: []string{"Blad1", "blad1"}}, Options{}, "! damaged"},
		{"an unknown state", builder{rows: plainRows, sheets: []string{`Blad1" state="hiddfn`}}, Options{}, "! damaged"},
		{"an empty sheet", builder{}, Options{}, "! empty"},
		{"title rows and a mapping", builder{rows: row(1, "Visning") + row(2, "Namn", "Gatan 1") + strings.NewReplacer(`r="1"`, `r="4"`, `A1`, `A4`, `B1`, `B4`).Replace(head) + row(5, "Åsa", "1")}, Options{Fits: naming("Namn", "Värde")}, "xlsx Blad1 4: Namn|Värde\n5: Åsa|1"},
		{"title rows without one", builder{rows: row(1, "Visning") + row(3, "Namn", "Ort", "Mobil") + row(5, "Åsa", "Lund", "1")}, Options{}, "xlsx Blad1 3: Namn|Ort|Mobil\n5: Åsa|Lund|1"},
		{"header by hand", builder{rows: plainRows}, Options{HeaderRow: 2}, "xlsx Blad1 2: Åsa|1\n3: Bo|2"},
		{"a table far below its title", builder{rows: row(1, "Lista") + row(9_000, "Namn", "Ort") + row(9_001, "Åsa", "1")}, Options{}, "xlsx Blad1 9000: Namn|Ort\n9001: Åsa|1"},
		{"no header is looked for very far below", builder{rows: row(1, "Namn", "Ort") + row(20_000, "a", "b", "c", "d", "e")}, Options{}, "xlsx Blad1 1: Namn|Ort|||\n20000: a|b|c|d|e"},
		{"header by hand very far below", builder{rows: row(1, "Lista") + row(20_000, "Namn", "Ort") + row(20_001, "Åsa", "1")}, Options{HeaderRow: 20_000}, "xlsx Blad1 20000: Namn|Ort\n20001: Åsa|1"},
		{"header by hand in an empty row", builder{rows: plainRows}, Options{HeaderRow: 7}, "! header"},
		{"header only", builder{rows: head}, Options{}, "xlsx Blad1 1: Namn|Värde"},
		{"an encoding for a workbook", builder{rows: plainRows}, Options{Encoding: "utf-8", Delimiter: ";"}, plainRead},
		{"not in A1", builder{rows: `<row r="5"><c r="C5" t="inlineStr"><is><t>Namn</t></is></c></row><row r="6"><c r="C6" t="inlineStr"><is><t>Åsa</t></is></c></row>`}, Options{}, "xlsx Blad1 5: ||Namn\n6: ||Åsa"},
		{"gaps", builder{rows: head + row(9, "", num("1", 0)) + row(1_048_576, "Bo")}, Options{}, "xlsx Blad1 1: Namn|Värde\n9: |1\n1048576: Bo|"},
		{"an unnamed column", builder{rows: head + row(2, "Åsa", "1", "", "not")}, Options{}, "xlsx Blad1 1: Namn|Värde||\n2: Åsa|1||not"},
		{"a note beside the table", builder{rows: head + manyRows(2, 12) + row(14, "Bo", "1", "not") + row(15, "Ce", "1")}, Options{}, "xlsx Blad1 1: Namn|Värde|\n" + strings.ReplaceAll(manyRead(2, 12), "\n", "|\n") + "14: Bo|1|not\n15: Ce|1|"},
		{"several cells beyond the table", builder{rows: head + manyRows(2, 12) + row(14, "Bo", "1", "x") + row(15, "Ce", "1", "y")}, Options{}, "xlsx Blad1 1: Namn|Värde|\n" + strings.ReplaceAll(manyRead(2, 12), "\n", "|\n") + "14: Bo|1|x\n15: Ce|1|y"},
		{"a far cell", builder{rows: head + row(2, "Åsa", "1") + `<row r="3"><c r="A3" t="inlineStr"><is><t>Bo</t></is></c><c r="XFD3"><v>1</v></c></row>`}, Options{}, "xlsx Blad1 1: Namn|Värde\n2: Åsa|1\n3! too_many_cells XFD"},
		{"a far blank cell", builder{rows: head + `<row r="3"><c r="A3" t="inlineStr"><is><t>Bo</t></is></c><c r="XFD3" s="0"/></row>`}, Options{}, "xlsx Blad1 1: Namn|Värde\n3: Bo|"},
		{"a formatted tail", builder{rows: plainRows + `<row r="4" s="1"><c r="A4" s="0"/><c r="B4" s="0"/></row><row r="5"/>`}, Options{}, plainRead},
		{"blanks only", builder{rows: plainRows + row(4, "  ", "")}, Options{}, plainRead},
		{"wrong dimension", builder{before: `<dimension ref="A1"/>`, rows: plainRows}, Options{}, plainRead},
		{"merged cells", builder{rows: plainRows, after: `<mergeCells count="1"><mergeCell ref="A2:B3"/></mergeCells>`}, Options{}, plainRead},
		{"hidden rows and columns", builder{before: `<cols><col min="2" max="2" hidden="1"/></cols>`, rows: strings.Replace(plainRows, `<row r="3"`, `<row r="3" hidden="1"`, 1)}, Options{}, plainRead},
		{"no references", builder{rows: `<row><c t="inlineStr"><is><t>Namn</t></is></c><c t="inlineStr"><is><t>Ort</t></is></c></row><row><c t="inlineStr"><is><t>Åsa</t></is></c><c><v>1</v></c></row>`}, Options{}, "xlsx Blad1 1: Namn|Ort\n2: Åsa|1"},
		{"references of cells only", builder{rows: `<row><c r="A2" t="inlineStr"><is><t>Namn</t></is></c></row><row><c r="A5" t="inlineStr"><is><t>Åsa</t></is></c></row>`}, Options{}, "xlsx Blad1 2: Namn\n5: Åsa"},
		{"references of rows only", builder{rows: `<row r="2"><c t="inlineStr"><is><t>Namn</t></is></c></row><row r="5"><c t="inlineStr"><is><t>Åsa</t></is></c></row>`}, Options{}, "xlsx Blad1 2: Namn\n5: Åsa"},
		{"totals with a mapping", builder{rows: plainRows + row(4, "Summa", num("3", 0))}, Options{Fits: naming("Namn", "Värde")}, plainRead + "\n4! footer A"},
		{"a refused row among others", builder{rows: head + row(2, "Åsa", `<c t="e"><v>#REF!</v></c>`) + row(3, "Bo", num("2", 0))}, Options{}, "xlsx Blad1 1: Namn|Värde\n2! error_cell B\n3: Bo|2"},
		{"an error in the header", builder{rows: row(1, "Namn", `<c t="e"><v>#REF!</v></c>`) + row(2, "Åsa", "1")}, Options{HeaderRow: 1}, "xlsx Blad1 1: Namn|#REF!\n2: Åsa|1"},
		{"an unknown type in the header", builder{rows: row(1, "Namn", `<c t="q"><v>4</v></c>`) + row(2, "Åsa", "1")}, Options{}, "! header"},
		{"true in the header", builder{rows: row(1, "Namn", `<c t="b"><v>1</v></c>`) + row(2, "Åsa", "1")}, Options{}, "! header"},
		{"an unknown type above the header", builder{rows: row(1, `<c t="q"><v>4</v></c>`) + row(2, "Namn", "Ort") + row(3, "Åsa", "1")}, Options{Fits: naming("Namn", "Ort")}, "xlsx Blad1 2: Namn|Ort\n3: Åsa|1"},
		{"title rows with a formula and a mapping", builder{rows: row(1, `<c><f>TODAY()</f></c>`) + strings.NewReplacer(`r="1"`, `r="2"`, `A1`, `A2`, `B1`, `B2`).Replace(head) + row(3, "Åsa", "1")}, Options{Fits: naming("Namn", "Värde")}, "xlsx Blad1 2: Namn|Värde\n3: Åsa|1"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			check(t, read(t, write(t, "a.xlsx", tc.b.book(t)), tc.options), tc.want)
		})
	}
}

// TestXLSXParts reads workbooks whose parts are unusual but sound.
func TestXLSXParts(t *testing.T) {
	usual := builder{rows: head + row(2, `Åsa`, `<c t="s"><v>0</v></c>`), shared: []string{"<t>1</t>"}}
	want := "xlsx Blad1 1: Namn|Värde\n2: Åsa|1"
	prefixed := func(s string) string {
		return strings.NewReplacer("</", "</x:", "<?", "<?", "<", "<x:", `xmlns="`, `xmlns:x="`).Replace(s)
	}
	strict := strings.NewReplacer("http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://purl.oclc.org/ooxml/spreadsheetml/main",
		"http://schemas.openxmlformats.org/officeDocument/2006/relationships", "http://purl.oclc.org/ooxml/officeDocument/relationships")
	for _, tc := range []struct {
		name   string
		change func(p map[string]string)
	}{
		{"as usual", func(p map[string]string) {}},
		{"prefixed namespaces", func(p map[string]string) {
			for _, name := range []string{"xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/_rels/workbook.xml.rels", "_rels/.rels"} {
				p[name] = prefixed(p[name])
			}
		}},
		{"strict", func(p map[string]string) {
			for name := range p {
				p[name] = strict.Replace(p[name])
			}
		}},
		{"other names of parts", func(p map[string]string) {
			for _, move := range [][2]string{{"xl/worksheets/sheet1.xml", "data/rows.bin.xml"}, {"xl/sharedStrings.xml", "xl/texts.xml"}, {"xl/styles.xml", "xl/a/formats.xml"}, {"xl/workbook.xml", "xl/book.xml"}, {"xl/_rels/workbook.xml.rels", "xl/_rels/book.xml.rels"}} {
				p[move[1]] = p[move[0]]
				delete(p, move[0])
			}
			p["_rels/.rels"] = rels(officeRel+"officeDocument", "/xl/book.xml")
			p["xl/_rels/book.xml.rels"] = rels(officeRel+"worksheet", "../data/rows.bin.xml", officeRel+"styles", "/xl/a/formats.xml", officeRel+"sharedStrings", "./texts.xml")
		}},
		{"names with percent signs", func(p map[string]string) {
			p["xl/worksheets/blad%201.xml"] = p["xl/worksheets/sheet1.xml"]
			p["xl/mina texter.xml"] = p["xl/sharedStrings.xml"]
			delete(p, "xl/worksheets/sheet1.xml")
			delete(p, "xl/sharedStrings.xml")
			p["xl/_rels/workbook.xml.rels"] = rels(officeRel+"worksheet", "worksheets/blad%201.xml", officeRel+"styles", "styles.xml", officeRel+"sharedStrings", "mina%20texter.xml")
		}},
		{"a dialog and a macro sheet beside", func(p map[string]string) {
			p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "</sheets>", `<sheet name="Dialog" sheetId="9" r:id="rId4"/><sheet name="Makro" sheetId="10" r:id="rId5"/></sheets>`, 1)
			p["xl/_rels/workbook.xml.rels"] = rels(officeRel+"worksheet", "worksheets/sheet1.xml", officeRel+"styles", "styles.xml", officeRel+"sharedStrings", "sharedStrings.xml", officeRel+"dialogsheet", "dialogsheets/sheet1.xml",
				"http://schemas.microsoft.com/office/2006/relationships/xlMacrosheet", "macrosheets/sheet1.xml")
			p["xl/dialogsheets/sheet1.xml"] = `<dialogsheet ` + mainSpace + `/>`
			p["xl/macrosheets/sheet1.xml"] = `<xm:macrosheet xmlns:xm="http://schemas.microsoft.com/office/excel/2006/main" ` + mainSpace + `><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></xm:macrosheet>`
		}},
		{"a template with macros", func(p map[string]string) {
			p["[Content_Types].xml"] = strings.Replace(p["[Content_Types].xml"], "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", "application/vnd.ms-excel.template.macroEnabled.main+xml", 1)
		}},
		{"extensions of later versions", func(p map[string]string) {
			s := strings.Replace(p["xl/worksheets/sheet1.xml"], "<worksheet ", `<worksheet xmlns:x14ac="http://schemas.microsoft.com/office/spreadsheetml/2009/9/ac" xmlns:xr="urn:xr" xr:uid="{1}" `, 1)
			s = strings.Replace(s, `<row r="2">`, `<row r="2" spans="1:2" ht="15.6" thickBot="1" x14ac:dyDescent="0.3">`, 1)
			p["xl/worksheets/sheet1.xml"] = strings.Replace(s, `<c r="B2"`, `<c r="B2" cm="1" vm="1" ph="1"`, 1)
		}},
		{"other case of names", func(p map[string]string) {
			p["XL/Worksheets/Sheet1.XML"] = p["xl/worksheets/sheet1.xml"]
			delete(p, "xl/worksheets/sheet1.xml")
		}},
		{"backslashes in names", func(p map[string]string) {
			for _, name := range []string{"xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "_rels/.rels"} {
				p[strings.ReplaceAll(name, "/", `\`)] = p[name]
				delete(p, name)
			}
		}},
		{"UTF-16", func(p map[string]string) {
			s := strings.Replace(p["xl/worksheets/sheet1.xml"], "UTF-8", "UTF-16", 1)
			p["xl/worksheets/sheet1.xml"] = "\xff\xfe" + inUTF16(s, false)
		}},
		{"a byte order mark", func(p map[string]string) {
			p["xl/worksheets/sheet1.xml"] = "\ufeff" + p["xl/worksheets/sheet1.xml"]
		}},
		{"no XML declaration", func(p map[string]string) {
			p["xl/worksheets/sheet1.xml"] = strings.TrimPrefix(p["xl/worksheets/sheet1.xml"], xmlHead)
		}},
		{"comments and instructions", func(p map[string]string) {
			p["xl/worksheets/sheet1.xml"] = strings.ReplaceAll(p["xl/worksheets/sheet1.xml"], "<row", "<!-- <row> --><?x y?>\n<row")
		}},
		{"pictures and macros beside", func(p map[string]string) {
			p["xl/media/image1.png"] = "\x89PNG\x00\x01"
			p["xl/vbaProject.bin"] = "\xd0\xcf"
			p["customXml/item1.xml"] = "no XML"
		}},
		{"no styles", func(p map[string]string) {
			delete(p, "xl/styles.xml")
			p["xl/_rels/workbook.xml.rels"] = rels(officeRel+"worksheet", "worksheets/sheet1.xml", officeRel+"sharedStrings", "sharedStrings.xml")
			p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], `rId3`, `rId2`, 1)
		}},
		{"a format that is neither applied nor named", func(p map[string]string) {
			p["xl/styles.xml"] = strings.Replace(p["xl/styles.xml"], `<xf numFmtId="0"`, `<xf applyNumberFormat="0"`, 1)
		}},
		{"a chart sheet beside", func(p map[string]string) {
			p["xl/workbook.xml"] = strings.Replace(p["xl/workbook.xml"], "</sheets>", `<sheet name="Diagram" sheetId="9" r:id="rId4"/></sheets>`, 1)
			p["xl/_rels/workbook.xml.rels"] = rels(officeRel+"worksheet", "worksheets/sheet1.xml", officeRel+"styles", "styles.xml", officeRel+"sharedStrings", "sharedStrings.xml", officeRel+"chartsheet", "chartsheets/sheet1.xml")
			p["xl/chartsheets/sheet1.xml"] = `<chartsheet ` + mainSpace + `/>`
		}},
		{"an unused DOCTYPE-free part of HTML", func(p map[string]string) { p["docProps/thumbnail.html"] = "<!DOCTYPE html><br>" }},
		{"alternate content", func(p map[string]string) {
			p["xl/worksheets/sheet1.xml"] = strings.Replace(p["xl/worksheets/sheet1.xml"], "</worksheet>", `<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="x14" xmlns:x14="urn:x"><x14:row r="1"/></mc:Choice></mc:AlternateContent></worksheet>`, 1)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := usual.files()
			tc.change(p)
			check(t, read(t, write(t, "a.xlsx", zipped(t, p)), Options{}), want)
		})
	}
}

// TestXLSXDamage reads workbooks that lose rows in silence elsewhere.
func TestXLSXDamage(t *testing.T) {
	usual := builder{rows: head + row(2, `Åsa`, `<c t="s"><v>0</v></c>`) + row(3, "Bo", `<c t="s"><v>1</v></c>`), shared: []string{"<t>1</t>", "<t>2</t>"}}
	const sheet, texts, book = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml"
	replace := func(part, old, new string) func(p map[string]string) {
		return func(p map[string]string) {
			if !strings.Contains(p[part], old) {
				panic("nothing to replace: " + old)
			}
			p[part] = strings.Replace(p[part], old, new, 1)
		}
	}
	for _, tc := range []struct {
		name   string
		change func(p map[string]string)
	}{
		{"cut off in a row", func(p map[string]string) { p[sheet] = p[sheet][:strings.Index(p[sheet], `<row r="3"`)+20] }},
		{"cut off between rows", func(p map[string]string) { p[sheet] = p[sheet][:strings.Index(p[sheet], `<row r="3"`)] }},
		{"cut off behind the rows", func(p map[string]string) { p[sheet] = strings.TrimSuffix(p[sheet], "</worksheet>") }},
		{"something behind the end", func(p map[string]string) { p[sheet] += "<row/>" }},
		{"an undefined entity", replace(sheet, "Bo", "B&ouml;")},
		{"a bare ampersand", replace(sheet, "Bo", "B & o")},
		{"a control character", replace(sheet, "Bo", "B\x01o")},
		{"a reference to a control character", replace(sheet, "Bo", "B&#1;o")},
		{"a byte that is not UTF-8", replace(sheet, "Bo", "B\xf6o")},
		{"a tag that does not close", replace(sheet, "</c></row>", "</row>")},
		{"tags closed crosswise", replace(sheet, "</c></row>", "</row></c>")},
		{"a DOCTYPE", replace(sheet, "<worksheet", "<!DOCTYPE worksheet [<!ENTITY x 'y'>]><worksheet")},
		{"a DOCTYPE in the workbook", replace(book, "<workbook ", "<!DOCTYPE workbook><workbook ")},
		{"an attribute twice", replace(sheet, `<row r="3">`, `<row r="3" r="4">`)},
		{"an undeclared prefix", replace(sheet, `<row r="3">`, `<y:row r="3">`)},
		{"an element of another namespace", replace(sheet, `<row r="3">`, `<row xmlns="urn:x" r="3">`)},
		{"rows out of order", replace(sheet, `<row r="3">`, `<row r="1">`)},
		{"a row twice", replace(sheet, `<row r="3"><c r="A3"`, `<row r="2"><c r="A2"`)},
		{"row zero", replace(sheet, `<row r="3">`, `<row r="0">`)},
		{"a row beyond the last", replace(sheet, `<row r="3"><c r="A3"`, `<row r="1048577"><c r="A1048577"`)},
		{"a cell of another row", replace(sheet, `r="A3"`, `r="A4"`)},
		{"a cell twice", replace(sheet, `r="B3"`, `r="A3"`)},
		{"cells out of order", replace(sheet, `<row r="3">`, `<row r="3"><c r="C3"><v>1</v></c>`)},
		{"a cell without a reference among others", replace(sheet, `<c r="B3"`, "<c")},
		{"a bad reference", replace(sheet, `r="B3"`, `r="3B"`)},
		{"a cell beyond the last column", replace(sheet, `r="B3"`, `r="XFE3"`)},
		{"a damaged name of a row", replace(sheet, `<row r="3">`, `<raw r="3">`)},
		{"a damaged row, well-formed", func(p map[string]string) {
			p[sheet] = strings.Replace(strings.Replace(p[sheet], `<row r="3">`, `<raw r="3">`, 1), "</row></sheetData>", "</raw></sheetData>", 1)
		}},
		{"a damaged name of an attribute", replace(sheet, `<row r="3">`, `<row q="3">`)},
		{"no rows element", func(p map[string]string) { p[sheet] = strings.ReplaceAll(p[sheet], "sheetData", "sheetDota") }},
		{"rows twice", replace(sheet, "</sheetData>", "</sheetData><sheetData/>")},
		{"a row behind the rows", replace(sheet, `<row r="3">`, `</sheetData><row r="3">`)},
		{"the last row behind the rows", func(p map[string]string) {
			p[sheet] = strings.Replace(strings.Replace(p[sheet], "</sheetData>", "", 1), `<row r="3">`, `</sheetData><row r="3">`, 1)
		}},
		{"the first row before the rows", func(p map[string]string) {
			p[sheet] = strings.Replace(strings.Replace(p[sheet], "<sheetData>", "", 1), `<row r="2">`, `<sheetData><row r="2">`, 1)
		}},
		{"a row in another element", func(p map[string]string) {
			p[sheet] = strings.NewReplacer("</sheetData>", "", `<row r="3">`, `</sheetData><sheetDota><row r="3">`, "</worksheet>", "</sheetDota></worksheet>").Replace(p[sheet])
		}},
		{"a row among extensions", replace(sheet, "</worksheet>", `<extLst><ext><row r="9"/></ext></extLst></worksheet>`)},
		{"text between elements", replace(sheet, "</sheetData>", "</sheetData>Bo")},
		{"text between rows", replace(sheet, `<row r="3">`, `3<row r="3">`)},
		{"a merged range of text in a value", replace(sheet, "<v>1</v>", "<v><b>1</b></v>")},
		{"not a worksheet", func(p map[string]string) { p[sheet] = `<html ` + mainSpace + `/>` }},
		{"an empty part", func(p map[string]string) { p[sheet] = "" }},
		{"an unknown encoding", replace(sheet, "UTF-8", "Shift_JIS")},
		{"shared strings missing", func(p map[string]string) { delete(p, texts) }},
		{"shared strings not referred to", func(p map[string]string) {
			p["xl/_rels/workbook.xml.rels"] = rels(officeRel+"worksheet", "worksheets/sheet1.xml")
		}},
		{"shared strings too few", replace(texts, "<si><t>1</t></si>", "")},
		{"shared strings cut off", func(p map[string]string) { p[texts] = p[texts][:len(p[texts])-20] }},
		{"shared strings damaged", replace(texts, "<si><t>1</t></si>", "<sj><t>1</t></sj>")},
		{"shared strings with text between", replace(texts, "<si><t>1</t></si>", "<si>1</si>")},
		{"styles missing", func(p map[string]string) { delete(p, "xl/styles.xml") }},
		{"styles with text between", replace("xl/styles.xml", "<cellXfs", "|<cellXfs")},
		{"a workbook's settings in another element", replace(book, "<workbookPr ", `<bookViews><workbookPr date1904="1"/></bookViews><x `)},
		{"a sheet in another element", replace(book, "</sheets>", `</sheets><bookViews><sheet name="B" sheetId="3" r:id="rId1"/></bookViews>`)},
		{"a text among extensions", replace(texts, "<si><t>1</t></si>", "<si><extLst><t>1</t></extLst></si>")},
		{"a text in a phonetic guide", replace(texts, "<si><t>1</t></si>", "<si><rPh><t>1</t></rPh></si>")},
		{"a text in phonetic settings", replace(texts, "<si><t>1</t></si>", "<si><phoneticPr><t>1</t></phoneticPr></si>")},
		{"a cell among extensions", replace(sheet, `<row r="3">`, `<row r="3"><extLst><c r="A3"><v>1</v></c></extLst>`)},
		{"a value among extensions", replace(sheet, `<c r="A3"`, `<c r="A3"><extLst><v>1</v></extLst></c><c r="B3"`)},
		{"text between sheets", replace(book, "<sheet ", "|<sheet ")},
		{"text between relationships", replace("xl/_rels/workbook.xml.rels", "<Relationship ", "|<Relationship ")},
		{"the sheet missing", func(p map[string]string) { delete(p, sheet) }},
		{"the workbook missing", func(p map[string]string) { delete(p, book) }},
		{"the relationships missing", func(p map[string]string) { delete(p, "_rels/.rels") }},
		{"the workbook's relationships missing", func(p map[string]string) { delete(p, "xl/_rels/workbook.xml.rels") }},
		{"two sheets of one part", replace(book, "</sheets>", `<sheet name="Blad2" sheetId="2" r:id="rId1"/></sheets>`)},
		{"no sheets", replace(book, `<sheet name="Blad1" sheetId="1" r:id="rId1"/>`, "")},
		{"a damaged 1904", replace(book, "<workbookPr ", `<workbookPr date1904="x" `)},
		{"a damaged part that is not read", func(p map[string]string) { p["xl/theme/theme1.xml"] = "<a><b></a>" }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			p := usual.files()
			tc.change(p)
			if got := read(t, write(t, "a.xlsx", zipped(t, p)), Options{}); got != "! damaged" {
				t.Errorf("got %s", got)
			}
		})
	}
}

// TestNotATable refuses what is no spreadsheet by what it is.
func TestNotATable(t *testing.T) {
	compound := "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 1500)
	sound := builder{rows: plainRows}.book(t)
	for _, tc := range []struct{ name, content, reason string }{
		{"old.xls", compound + inUTF16("Workbook\x00", false) + strings.Repeat("\x00", 2000), "old Excel workbook"},
		{"older.xls", "\x09\x08\x10\x00\x00\x06\x05\x00", "old Excel workbook"},
		{"secret.xlsx", compound + inUTF16("EncryptedPackage\x00", false) + strings.Repeat("\x00", 2000), "encrypted"},
		{"letter.doc", compound + inUTF16("WordDocument\x00", false), "Word document"},
		{"list.ods", zipped(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<x/>"}), "OpenDocument spreadsheet"},
		{"list.xlsb", zipped(t, map[string]string{"_rels/.rels": rels(officeRel+"officeDocument", "xl/workbook.bin"), "xl/workbook.bin": "x"}), "binary workbook"},
		{"letter.xlsx", zipped(t, map[string]string{"_rels/.rels": rels(officeRel+"officeDocument", "word/document.xml"), "word/document.xml": "<x/>"}), "Word document"},
		{"list.numbers", zipped(t, map[string]string{"Index/Document.iwa": "x"}), "Apple"},
		{"files.zip", zipped(t, map[string]string{"a.csv": "x", "b.csv": "y"}), "zip archive of 2 files"},
		{"empty.zip", "PK\x05\x06" + strings.Repeat("\x00", 18), "empty zip archive"},
		{"half.xlsx", sound[:len(sound)/2], "only a part"},
		{"web.xls", "<html><body><table><tr><td>Namn</td></tr></table></body></html>", "web page"},
		{"login.csv", "\n\n<!DOCTYPE html>\n<title>Logga in</title>", "web page"},
		{"web.csv", "<table><tr><td>1", "web page"},
		{"2003.xls", `<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>`, "Excel 2003"},
		{"flat.fods", `<?xml version="1.0"?><office:document xmlns:office="urn:x"><table:table/></office:document>`, "XML"},
		{"data.csv", `<?xml version="1.0"?><people/>`, "XML"},
		{"data.xlsx", `{"people": [{"name": "Åsa"}]}`, "JSON"},
		{"list.csv", `[{"name":"Åsa"},{"name":"Bo"}]`, "JSON"},
		{"half.json", `[{"name":"Åsa"},{"na`, "JSON"},
		{"list.csv", "\x1F\x8B\x08\x00abc", "packed archive"},
		{"list.pdf", "%PDF-1.7", "PDF"},
		{"zero.csv", strings.Repeat("\x00", 5000), "zero bytes"},
		{"noise.csv", "a\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11\x12;b", "neither text nor a workbook"},
		{"table.md", "| Namn | Ort |\n| --- | :-: |\n| Åsa | Lund |\n", "drawn with lines"},
		{"psql.csv", " namn | ort\n------+------\n Åsa  | Lund\n(1 row)\n", "drawn with lines"},
		{"letter.csv", "Hej på dig!\n\nHär kommer listan som jag lovade.\n", "text, but not a list"},
		{"letter2.csv", "Det här är ett långt brev som handlar om ingenting alls\nmen har flera rader\n", "text, but not a list"},
	} {
		t.Run(tc.name+" "+tc.reason, func(t *testing.T) {
			f, err := Open(context.Background(), write(t, tc.name, tc.content), Options{})
			if err == nil {
				f.Close()
				t.Fatal("was opened")
			}
			if !strings.Contains(err.Error(), tc.reason) {
				t.Errorf("got %v, want something with %q", err, tc.reason)
			}
		})
	}
	// A wrong extension with readable content is read.
	check(t, read(t, write(t, "a.csv", sound), Options{}), plainRead)
	check(t, read(t, write(t, "a.xlsx", "Namn;Ort\nÅsa;Lund\n"), Options{}), "csv utf-8 \";\" 1: Namn|Ort\n2: Åsa|Lund")
	check(t, read(t, write(t, "b.csv", "[id];{x}\n1;2\n"), Options{}), "csv utf-8 \";\" 1: [id]|{x}\n2: 1|2")
	check(t, read(t, write(t, "d.csv", "Meddelande till oss\nHej, hur mår ni?\nBra: tack!\n"), Options{}), "csv utf-8 \"\" 1: Meddelande till oss\n2: Hej, hur mår ni?\n3: Bra: tack!")
	check(t, read(t, write(t, "e.csv", "- a\n- b\n"), Options{HeaderRow: 1}), "csv utf-8 \"\" 1: - a\n2: - b")
	check(t, read(t, write(t, "f.csv", "Tid\n2026-01-02 10:00\n2026-01-02 10:30\n"), Options{}), "csv utf-8 \"\" 1: Tid\n2: 2026-01-02 10:00\n3: 2026-01-02 10:30")
	check(t, read(t, write(t, "g.csv", "class name;x;\na;1;\nb;2;\n"), Options{}), "csv utf-8 \";\" 1: class name|x|\n2: a|1|\n3: b|2|")
	check(t, read(t, write(t, "c.csv", "<id>;b\n1;2\n"), Options{}), "csv utf-8 \";\" 1: <id>|b\n2: 1|2")

	for path, want := range map[string]string{
		filepath.Join(t.TempDir(), "none.csv"): "! unreadable",
		t.TempDir():                            "! unreadable",
		os.DevNull:                             "! unreadable",
		write(t, "empty.csv", ""):              "! empty",
	} {
		if got := read(t, path, Options{}); got != want {
			t.Errorf("%s: got %s, want %s", filepath.Base(path), got, want)
		}
	}
}

// A style that applies a number format and has lost which may have been one of
// dates.
func TestXLSXLostFormat(t *testing.T) {
	for attr, want := range map[string]string{
		`applyNumberFormat="1"`:               "2! invalid_cell B",
		`applyNumberFormat="true"`:            "2! invalid_cell B",
		`applyNumberFormat="0"`:               "2: Åsa|46115",
		`applyNumberFormat="1" numFmtId="0"`:  "2: Åsa|46115",
		`applyNumberFormat="1" numFmtId="14"`: "2: Åsa|2026-04-03",
		`applyAlignment="1"`:                  "2: Åsa|46115",
	} {
		p := builder{rows: head + row(2, "Åsa", `<c><v>46115</v></c>`) + row(3, "Bo", `<c t="inlineStr"><is><t>x</t></is></c>`)}.files()
		p["xl/styles.xml"] = strings.Replace(p["xl/styles.xml"], `<xf numFmtId="0"`, `<xf `+attr, 1)
		check(t, read(t, write(t, "a.xlsx", zipped(t, p)), Options{}), "xlsx Blad1 1: Namn|Värde\n"+want+"\n3: Bo|x")
	}
}
