package reports

import (
	"archive/zip"
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"vitec-import/importer/table"
)

// oneSheet writes a workbook of one sheet, row by row, straight into its file.
// It is for what excelize does not write: texts in the spelling in which they
// came, and errors as values.
type oneSheet struct {
	file  *file
	zip   *zip.Writer
	out   *bufio.Writer // the sheet's part
	wide  int           // columns
	row   int           // the last one begun
	ended bool
}

// look is a style of a cell. All have the format "text", so that what is typed
// into a cell stays as it is typed.
type look int

const (
	lookOther look = iota // of cells that are not written
	lookText
	lookHeader
	lookReason
	lookFault // of a cell in which there is a problem
)

const (
	spreadsheetSpace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	officeSpace      = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	packageSpace     = "http://schemas.openxmlformats.org/package/2006/"
	xmlStart         = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
)

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

// newOneSheet begins a workbook. Its header will stand in the row headerRow;
// widths are those of its columns.
func newOneSheet(s *staging, name, sheet string, headerRow int, widths []float64) (*oneSheet, error) {
	f, err := s.create(name)
	if err != nil {
		return nil, err
	}
	b := &oneSheet{file: f, zip: quickZip(f), wide: len(widths), row: headerRow - 1}
	for _, p := range oneSheetParts {
		w, err := b.zip.Create(p.name)
		if err == nil {
			_, err = io.WriteString(w, strings.ReplaceAll(p.content, "{name}", xmlEscape.Replace(table.Escape(sheet))))
		}
		if err != nil {
			return b, err
		}
	}
	part, err := b.zip.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		return b, err
	}
	b.out = bufio.NewWriterSize(part, 32<<10)
	fmt.Fprintf(b.out, xmlStart+`<worksheet xmlns="`+spreadsheetSpace+`">`+`<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr><sheetViews><sheetView workbookViewId="0">`+
		`<pane ySplit="%d" topLeftCell="A%d" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>`, headerRow, headerRow+1)
	for i, w := range widths {
		fmt.Fprintf(b.out, `<col min="%d" max="%d" width="%g" style="%d" customWidth="1"/>`, i+1, i+1, w, lookText)
	}
	_, err = b.out.WriteString("</cols><sheetData>")
	return b, err
}

// xmlEscape writes a text within an element or an attribute.
var xmlEscape = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\r", "&#13;")

// begin begins the next row.
func (b *oneSheet) begin() {
	b.row++
	b.out.WriteString(`<row r="`)
	b.out.WriteString(strconv.Itoa(b.row))
	b.out.WriteString(`">`)
}

// cell writes a cell of the row, in the 1-based column. The row's cells follow
// each other.
func (b *oneSheet) cell(column int, l look, c table.Written) {
	if c == (table.Written{}) && l != lookFault {
		return
	}
	b.out.WriteString(`<c r="`)
	b.out.WriteString(table.ColumnName(column))
	b.out.WriteString(strconv.Itoa(b.row))
	b.out.WriteString(`" s="`)
	b.out.WriteString(strconv.Itoa(int(l)))
	switch {
	case c.Unread:
		b.out.WriteString(`" t="e"><v>#N/A</v></c>`)
	case c.Text == "":
		b.out.WriteString(`"/>`)
	default:
		b.out.WriteString(`" t="inlineStr"><is><t xml:space="preserve">`)
		xmlEscape.WriteString(b.out, c.Text)
		b.out.WriteString("</t></is></c>")
	}
}

// end ends the row. Errors of the writing until then are told here.
func (b *oneSheet) end() error {
	_, err := b.out.WriteString("</row>")
	return err
}

// save ends the workbook.
func (b *oneSheet) save() error {
	// A phone is a text on purpose; nobody shall be told to make it a number.
	fmt.Fprintf(b.out, `</sheetData><pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/><ignoredErrors><ignoredError sqref="A1:%s%d" numberStoredAsText="1"/></ignoredErrors></worksheet>`, table.ColumnName(b.wide), b.row)
	if err := errors.Join(b.out.Flush(), b.zip.Close()); err != nil {
		return err
	}
	b.ended = true
	return b.file.done()
}

// abort gives the workbook up, if it is not saved.
func (b *oneSheet) abort() error {
	if b.ended {
		return nil
	}
	return b.file.Close()
}
