package table

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
)

// builder makes workbooks part by part, also ones that no program would.
type builder struct {
	rows    string            // inside of sheetData of the first sheet
	before  string            // between <worksheet> and <sheetData>
	after   string            // between </sheetData> and </worksheet>
	shared  []string          // shared strings, as the inside of their si
	formats []string          // number formats: style 1 has the first, and so on
	props   string            // attributes of workbookPr
	sheets  []string          // <sheet> elements' name and state, the first is for rows: `Blad1`, `Dolt" state="hidden`
	others  map[string]string // inside of sheetData of sheet2, sheet3 …
	parts   map[string]string // parts that replace those made, or are added; "-" deletes one
}

const (
	xmlHead   = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainSpace = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	relSpace  = `xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	officeRel = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"
)

func sheetXML(before, rows, after string) string {
	return xmlHead + "<worksheet " + mainSpace + " " + relSpace + ">" + before + "<sheetData>" + rows + "</sheetData>" + after + "</worksheet>"
}

// files returns the parts by name.
func (b builder) files() map[string]string {
	sheets := b.sheets
	if sheets == nil {
		sheets = []string{"Blad1"}
	}
	p := map[string]string{}
	types := xmlHead + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`
	p["[Content_Types].xml"] = types
	p["_rels/.rels"] = rels(officeRel+"officeDocument", "xl/workbook.xml")
	list, links := "", []string{}
	for i, s := range sheets {
		list += fmt.Sprintf(`<sheet name="%s" sheetId="%d" r:id="rId%d"/>`, s, i+1, i+1)
		links = append(links, officeRel+"worksheet", fmt.Sprintf("worksheets/sheet%d.xml", i+1))
		rows := b.others[fmt.Sprintf("sheet%d", i+1)]
		if i == 0 {
			p["xl/worksheets/sheet1.xml"] = sheetXML(b.before, b.rows, b.after)
		} else {
			p[fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)] = sheetXML("", rows, "")
		}
	}
	links = append(links, officeRel+"styles", "styles.xml")
	if b.shared != nil {
		links = append(links, officeRel+"sharedStrings", "sharedStrings.xml")
		p["xl/sharedStrings.xml"] = xmlHead + fmt.Sprintf(`<sst %s count="%d" uniqueCount="%d"><si>`, mainSpace, len(b.shared), len(b.shared)) + strings.Join(b.shared, "</si><si>") + "</si></sst>"
	}
	p["xl/workbook.xml"] = xmlHead + "<workbook " + mainSpace + " " + relSpace + "><workbookPr " + b.props + "/><sheets>" + list + "</sheets></workbook>"
	p["xl/_rels/workbook.xml.rels"] = rels(links...)
	numFmts, xfs := "", `<xf numFmtId="0" fontId="0" fillId="0" borderId="0"/>`
	for i, f := range b.formats {
		id := 164 + i
		if _, err := fmt.Sscanf(f, "#%d", &id); err != nil {
			numFmts += fmt.Sprintf(`<numFmt numFmtId="%d" formatCode="%s"/>`, id, strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;").Replace(f))
		}
		xfs += fmt.Sprintf(`<xf numFmtId="%d" fontId="0" fillId="0" borderId="0" applyNumberFormat="1"/>`, id)
	}
	p["xl/styles.xml"] = xmlHead + "<styleSheet " + mainSpace + ">" + fmt.Sprintf("<numFmts>%s</numFmts><cellXfs count=\"%d\">%s</cellXfs></styleSheet>", numFmts, len(b.formats)+1, xfs)
	for name, content := range b.parts {
		if content == "-" {
			delete(p, name)
		} else {
			p[name] = content
		}
	}
	return p
}

// rels makes a relationships part of pairs of kind and target.
func rels(pairs ...string) string {
	s := xmlHead + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">`
	for i := 0; i < len(pairs); i += 2 {
		s += fmt.Sprintf(`<Relationship Id="rId%d" Type="%s" Target="%s"/>`, i/2+1, pairs[i], pairs[i+1])
	}
	return s + "</Relationships>"
}

// zipped packs parts, in the order of their names.
func zipped(t testing.TB, parts map[string]string) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		f, err := w.Create(name)
		if err == nil {
			_, err = f.Write([]byte(parts[name]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return buf.String()
}

// unzipped is the other way round.
func unzipped(t testing.TB, archive string) map[string]string {
	t.Helper()
	r, err := zip.NewReader(strings.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, f := range r.File {
		p, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(p)
		if err != nil {
			t.Fatal(err)
		}
		parts[f.Name] = string(b)
	}
	return parts
}

// book makes the workbook.
func (b builder) book(t testing.TB) string {
	t.Helper()
	return zipped(t, b.files())
}

// row makes the row n of cells A, B, C …: "text" is an inline string, and
// what begins with < is put in as it stands.
func row(n int, cells ...string) string {
	s := fmt.Sprintf(`<row r="%d">`, n)
	for i, c := range cells {
		switch {
		case c == "":
		case strings.HasPrefix(c, "<c"):
			s += strings.Replace(c, "<c", fmt.Sprintf(`<c r="%s%d"`, ColumnName(i+1), n), 1)
		default:
			s += fmt.Sprintf(`<c r="%s%d" t="inlineStr"><is><t xml:space="preserve">%s</t></is></c>`, ColumnName(i+1), n, c)
		}
	}
	return s + "</row>"
}

// num is a number with a style.
func num(v string, style int) string { return fmt.Sprintf(`<c s="%d"><v>%s</v></c>`, style, v) }
