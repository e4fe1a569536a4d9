package table

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// TestListsFromTheField reads lists as people send them: what was booked wrongly
// without a word is read, refused with its reason, or noted with its place.
func TestListsFromTheField(t *testing.T) {
	person := builder{rows: row(1, "Namn", "Mobil", "E-post") + row(2, "Åsa", "1", "Mejla") + row(3, "Bo", "2", "bo@example.com")}
	with := func(change func(b *builder)) string {
		b := person
		change(&b)
		return b.book(t)
	}
	mapped := Options{Fits: naming("Namn", "Mobil", "E-post"), Links: true}
	linked := map[string]string{"xl/worksheets/_rels/sheet1.xml.rels": strings.Replace(rels(officeRel+"hyperlink", "mailto:asa@example.com?subject=Hej"), `"/></Rel`, `" TargetMode="External"/></Rel`, 1)}
	struck := strings.Replace(strings.Replace(person.files()["xl/styles.xml"], "<cellXfs", "<fonts><font/><font><strike/></font></fonts><cellXfs", 1), "</cellXfs>", `<xf numFmtId="0" fontId="1"/></cellXfs>`, 1)
	for _, tc := range []struct {
		name, file, content string
		options             Options
		want                string // rows as read gives them
		warnings            string // codes with their places
	}{
		{"trailing empty cells left out", "a.csv", "Namn;Mobil;Not\nAnna;1\nBo;2\nCe;3\n", Options{}, "2: Anna|1|\n3: Bo|2|\n4: Ce|3|", "short_rows 2"},
		{"two of them between full rows", "a.csv", "Namn;Mobil;Not\nÅsa;1;x\nAnna;1\nBo;2\nCe;3;y\n", Options{}, "2: Åsa|1|x\n3: Anna|1|\n4: Bo|2|\n5: Ce|3|y", "short_rows 3"},
		{"two of different lengths, of the columns' kinds", "a.csv", "Namn;Mobil;Ort;Not\nÅsa;070;L;x\nBo;071\nCe;072;K\nDa;073;M;y\n", Options{}, "2: Åsa|070|L|x\n3: Bo|071||\n4: Ce|072|K|\n5: Da|073|M|y", "short_rows 3"},
		{"lines in quotation marks", "a.csv", "\"Namn,Mobil,Ort\"\r\n\"Åsa,1,\"\"Lund, S\"\"\"\r\n\"Bo,2,Kil\"\r\n", Options{}, "! delimiter on line 1", ""},
		{"one line in quotation marks", "a.csv", "Namn,Mobil,Ort\nÅsa,1,Lund\n\"Bo,2,Kil\"\n", Options{}, "2: Åsa|1|Lund\n3! stray_quote", ""},
		{"glued semicolons", "a.csv", "Namn,Mobil,Ort;;;;\nÅsa,1,Lund;;;;\n", Options{}, "! delimiter on line 1", ""},
		{"glued semicolons in a row", "a.csv", "Namn,Mobil,Ort\nÅsa,1,Lund;;\nBo,2,Kil\n", Options{}, "2! other_delimiter C\n3: Bo|2|Kil", ""},
		{"a sep line that is wrong", "a.csv", "sep=,\nNamn;Mobil\nÅsa;1\nBo;2\n", Options{}, "! delimiter on line 1", ""},
		{"a small table above", "a.csv", "Topic,ID,# Registered\n\"Visning, S\",812,2\nAttendee Details\nFirst Name,Last Name,Email,Phone,\nAsta,Lind,a@example.com,1,\nBo,Ek,b@example.com,2,\n", Options{}, "5: Asta|Lind|a@example.com|1|\n6: Bo|Ek|b@example.com|2|", "skipped_rows 4"},
		{"transposed", "a.csv", "Namn;Asta;Bo\nE-post;a@example.com;b@example.com\nMobil;1;2\n", Options{}, "2: E-post|a@example.com|b@example.com\n3: Mobil|1|2", "transposed 1"},
		{"transposed, with a mapping", "a.csv", "Namn;Asta;Bo\nE-post;a@example.com;b@example.com\nMobil;1;2\n", mapped, "! header on line 1", ""},
		{"groups", "a.csv", "Namn;Mobil;E-post\nÅsa;1;a\n\nStorgatan 1;;\nBo;2;b\n", mapped, "2: Åsa|1|a\n4! footer A\n5! grouped", ""},
		{"an incomplete row is not a group", "a.csv", "Namn;Mobil;E-post\nÅsa;1;a\nCe;;\nBo;2;b\n", mapped, "2: Åsa|1|a\n3! footer A\n4: Bo|2|b", ""},
		{"lists side by side", "a.xlsx", builder{rows: row(1, "Namn", "Mobil", "", "Name", "Mejl") + row(2, "Åsa", "1", "", "Bo", "b@example.com")}.book(t), Options{}, "2: Åsa|1||Bo|b@example.com", "side_by_side D1"},
		{"an address behind a link", "a.xlsx", with(func(b *builder) {
			b.after = `<hyperlinks><hyperlink ref="C2" r:id="rId1"/></hyperlinks>`
			b.parts = linked
		}), mapped, "2: Åsa|1|asa@example.com\n3: Bo|2|bo@example.com", "link C2"},
		{"an address behind a formula", "a.xlsx", with(func(b *builder) {
			b.rows = row(1, "Namn", "Mobil", "E-post") + row(2, "Åsa", "1", `<c t="str"><f>HYPERLINK("mailto:asa@example.com","Mejla")</f><v>Mejla</v></c>`)
		}), mapped, "2: Åsa|1|asa@example.com", ""},
		{"a link that is only shown", "a.xlsx", with(func(b *builder) {
			b.after = `<hyperlinks><hyperlink ref="C2" r:id="rId1"/></hyperlinks>`
			b.parts = linked
		}), Options{}, "2: Åsa|1|Mejla\n3: Bo|2|bo@example.com", ""},
		{"a row that is struck through", "a.xlsx", with(func(b *builder) {
			b.parts = map[string]string{"xl/styles.xml": struck}
			b.rows = row(1, "Namn", "Mobil") + row(2, `<c s="1" t="inlineStr"><is><t>Åsa</t></is></c>`, num("1", 1)) + row(3, "Bo", num("2", 1))
		}), Options{}, "2: Åsa|1\n3: Bo|2", "struck_through 2, struck_through B3"},
		{"a part of a cell that is struck through", "a.xlsx", with(func(b *builder) {
			b.rows = row(1, "Namn") + row(2, `<c t="inlineStr"><is><r><rPr><strike/></rPr><t>Åsa</t></r><r><t> Bo</t></r></is></c>`)
		}), Options{}, "2: Åsa Bo", "struck_through A2"},
		{"zeros of references", "a.xlsx", with(func(b *builder) {
			b.rows = row(1, "Namn", "Ort", "Not") + row(2, "Åsa", `<c><f>Svar!C4</f><v>0</v></c>`, `<c><f>1-1</f><v>0</v></c>`) + row(3, `<c t="str"><f>Svar!A5</f><v>Bo</v></c>`, `<c><f>VLOOKUP(A3,Svar!A:B,2,0)</f><v>0</v></c>`)
		}), Options{}, "2: Åsa|0|0\n3: Bo|0|", "zero_reference B2, zero_reference B3"},
		{"merged cells", "a.xlsx", with(func(b *builder) {
			b.after = `<mergeCells><mergeCell ref="B2:B3"/></mergeCells>`
			b.rows = row(1, "Namn", "Mobil") + row(2, "Åsa", "1") + row(3, "Bo")
		}), Options{}, "2: Åsa|1\n3! merged_cell B", "merged_cells B2"},
		{"a picture in a cell", "a.xlsx", with(func(b *builder) {
			b.rows = row(1, "Foto", "Namn") + row(2, `<c t="e" vm="1"><v>#VALUE!</v></c>`, "Åsa")
		}), Options{}, "2! rich_cell A", ""},
		{"check boxes", "a.xlsx", with(func(b *builder) { b.after = `<controls><control shapeId="1" name="Check Box 1"/></controls>` }), Options{}, "2: Åsa|1|Mejla\n3: Bo|2|bo@example.com", "controls"},
		{"words of a number format", "a.xlsx", with(func(b *builder) {
			b.formats = []string{`"lgh "0000`, `[=1]"Umeå";[=2]"Luleå";General`, `@" (VIP)"`}
			b.rows = row(1, "Adress", "Ort", "Not") + row(2, num("1102", 1), num("1", 2), `<c s="3" t="inlineStr"><is><t>Ek</t></is></c>`) + row(3, num("12", 1), num("2", 2))
		}), Options{}, "2: lgh 1102|Umeå|Ek (VIP)\n3: lgh 0012|Luleå|", ""},
		{"a cell with a type and no value", "a.xlsx", with(func(b *builder) {
			b.rows = row(1, "Namn", "Ort") + row(2, "Åsa", `<c t="s"/>`) + row(3, "Bo", `<c t="n"><v></v></c>`)
		}), Options{}, "2: Åsa|\n3: Bo|", ""},
		{"a lock file", "~$lista.xlsx", "\x04Maja", Options{}, "! not_a_table", ""},
		{"a sensitivity label", "a.xlsx", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1" + strings.Repeat("\x00", 1500) + inUTF16("EncryptedPackage\x00DRMEncryptedTransform\x00", false), Options{}, "! not_a_table", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := write(t, tc.file, tc.content)
			got := read(t, path, tc.options)
			if _, below, ok := strings.Cut(got, "\n"); ok {
				got = below
			}
			check(t, got, tc.want)
			if f, err := Open(context.Background(), path, tc.options); err == nil {
				defer f.Close()
				if got := warned(f.Info()); got != tc.warnings {
					t.Errorf("the warnings are %s, want %s", got, tc.warnings)
				}
			}
		})
	}
}

// warned lists warnings by code and place.
func warned(i Info) string {
	var all []string
	for _, w := range i.Warnings {
		s := string(w.Code)
		if place := ColumnName(w.Column); place != "" || w.Row > 0 {
			if s += " " + place; w.Row > 0 {
				s += strconv.Itoa(w.Row)
			}
		}
		all = append(all, s)
	}
	return strings.Join(all, ", ")
}

// TestFaultsInCells refuses a row only for a column that somebody reads.
func TestFaultsInCells(t *testing.T) {
	f, err := Open(context.Background(), write(t, "a.csv", "Namn;Pris;Mobil\nÅsa;#N/A;1\nBo;2;1,98501E+11\n"), Options{Fits: naming("Namn", "Mobil")})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	reads := func(column int) bool { return column == 0 || column == 2 }
	var got []string
	for row, err := range f.Rows(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		switch e := row.Fault(reads); {
		case e != nil:
			got = append(got, string(e.Code))
		default:
			got = append(got, show(row.Cells))
		}
		if row.Fault(nil) == nil {
			t.Errorf("row %d has no fault", row.Number)
		}
	}
	if want := []string{"Åsa|#N/A|1", "lost_digits"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestReopen reads a file in exactly the same way by what Info says of it.
func TestReopen(t *testing.T) {
	for _, content := range []string{
		"\"Namn\", \"Ort\"\n\"Åsa\", \"Lund, S\"\n", "'a','b'\n'1,5','it''s'\n", "Namn, efternamn\nEk, Anna\n", "sep=|\na|b\n1|2\n", "a\t\tb\t\tc\n1\t\t2\t\t3\n",
	} {
		path := write(t, "a.csv", content)
		f, err := Open(context.Background(), path, Options{KeepRaw: true})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if got, want := read(t, path, f.Info().Options()), read(t, path, Options{}); got != want {
			t.Errorf("%q: got %s, want %s", content, got, want)
		}
	}
}

// TestTextsAsExcelize holds the texts of a sound workbook against those of a
// reader that knows nothing of this one.
func TestTextsAsExcelize(t *testing.T) {
	path := write(t, "a.xlsx", soundBook(t))
	book, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	f, err := Open(context.Background(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for row, err := range f.Rows(context.Background()) {
		if err != nil || row.Fault(nil) != nil {
			t.Fatal(err, row.Fault(nil))
		}
		for i, cell := range row.Cells {
			name := ColumnName(i+1) + strconv.Itoa(row.Number)
			kind, err := book.GetCellType("Sheet1", name)
			if err != nil {
				t.Fatal(err)
			}
			if kind != excelize.CellTypeSharedString && kind != excelize.CellTypeInlineString {
				continue
			}
			want, err := book.GetCellValue("Sheet1", name)
			if err != nil || cell != want {
				t.Errorf("%s is %q, excelize reads %q, %v", name, cell, want, err)
			}
			n++
		}
	}
	if n < 30 {
		t.Errorf("only %d texts were compared", n)
	}
}
