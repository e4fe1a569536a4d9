package table

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"

	"vitec-import/importer/table/internal/celltext"
	"vitec-import/importer/table/internal/workbook"
)

// writtenRows reads a workbook with its cells as they are written, and without.
func writtenRows(t *testing.T, path string, o Options) (info Info, rows []Row) {
	t.Helper()
	var plain []Row
	for _, keep := range []bool{false, true} {
		o.KeepRaw = keep
		f, err := Open(context.Background(), path, o)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		for row, err := range f.Rows(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			row.Cells = append([]string(nil), row.Cells...)
			if !keep {
				if row.Written != nil || f.Info().Written != nil {
					t.Error("written cells that nobody asked for")
				}
				plain = append(plain, row)
				continue
			}
			row.Written = append([]Written(nil), row.Written...)
			rows = append(rows, row)
		}
		info = f.Info()
	}
	for i, row := range rows {
		if row.Written = nil; !reflect.DeepEqual(row, plain[i]) {
			t.Errorf("row %d differs where its cells are kept as they are written: %+v, %+v", row.Number, plain[i], row)
		}
	}
	return info, rows
}

func TestWritten(t *testing.T) {
	dirty := "\u00A0_x000D_Ka\u0308lle\u200B _x005F_x0041_ "
	b := builder{shared: []string{"<t>Namn\u00A0</t>", "<t>" + dirty + "</t>", "<t>ren</t>", "<t>a_x0001_</t>"}, formats: []string{`"_x005F_x0041_"00000`, "yyyy-mm-dd"},
		rows: row(1, `<c t="s"><v>0</v></c>`, "Mobil", num("1", 0), "E") +
			row(2, `<c t="s"><v>1</v></c>`, num("701740605", 0), num("42", 1), `<c t="inlineStr"><is><r><t>`+dirty+`</t></r><r><t>x</t></r></is></c>`) +
			row(3, `<c t="s"><v>2</v></c>`, `<c t="e"><v>#REF!</v></c>`, num("46115", 2), `<c><f>1+1</f></c>`) +
			row(4, `<c t="s"><v>3</v></c>`, `<c t="b"><v>1</v></c>`, `<c t="str"><f>A1</f><v>`+dirty+`</v></c>`) +
			row(5, `<c t="s"><v>2</v></c>`, `<c t="inlineStr"><is><t>`+"\u200B"+`</t></is></c>`)}
	info, rows := writtenRows(t, write(t, "a.xlsx", zipped(t, b.files())), Options{})
	show := func(cells []Written) string {
		var s []string
		for _, c := range cells {
			if c.Unread {
				c.Text += "!"
			}
			s = append(s, c.Text)
		}
		return strings.Join(s, "|")
	}
	got := []string{show(info.Written)}
	for _, row := range rows {
		got = append(got, show(row.Written))
	}
	want := []string{"Namn\u00A0|Mobil|1|E", dirty + "|701740605|_x005F_x0041_00042|" + dirty + "x", "ren|!|2026-04-03|!", "a_x0001_|TRUE|" + dirty + "|", "ren|\u200B||"}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got\n%+q\nwant\n%+q", got, want)
	}
	for _, row := range rows {
		for i, cell := range row.Cells {
			if slices.ContainsFunc(row.Faults, func(e *Error) bool { return e.Column == i+1 }) {
				continue
			}
			if read := celltext.Clean(workbook.Unescape(row.Written[i].Text)); read != cell && !(celltext.Blank(read) && celltext.Blank(cell)) {
				t.Errorf("row %d: %q is written and %q read", row.Number, row.Written[i].Text, cell)
			}
		}
	}
}

func TestEscape(t *testing.T) {
	for _, s := range []string{"", "_", "_x0041_", "_x0041_x0042_", "_x005F_x0041_", "_xD83D__xDE00_", "_xD83D_", "a_x000d_b_x", "__x0041__x0041_x0041_", "_x00G1_", strings.Repeat("_x0041", 1000)} {
		if got := workbook.Unescape(Escape(s)); got != s {
			t.Errorf("%.80q became %.80q", s, got)
		}
	}
}

// What stands beside the table says nothing of whether a row belongs to it.
func TestAside(t *testing.T) {
	o := Options{Fits: naming("Namn", "Mobil", "E-post"), Aside: func(h string) bool { return strings.HasPrefix(h, "skäl") }}
	const text = "Namn;skäl;Mobil;E-post;skäl 2\nÅsa;1,99E+11;070;a@x;Summa\n;not a row;;x@example.com;x\n;only this;;;x\nSumma;många;25;;x\nNamn;x;Mobil;E-post;x\n"
	f, err := Open(context.Background(), write(t, "a.csv", text), o)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var got []string
	for row, err := range f.Rows(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if got = append(got, show(row.Cells)); row.Err != nil {
			got[len(got)-1] = string(row.Err.Code)
		}
	}
	if want := []string{"Åsa|1,99E+11|070|a@x|Summa", "footer", "footer", "footer", "repeated_header"}; !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
}
