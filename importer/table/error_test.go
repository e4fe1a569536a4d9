package table

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// TestMessages pins the words of what people meet most often, with their
// places, and that nothing out of a cell is in them.
func TestMessages(t *testing.T) {
	for _, tc := range []struct {
		name, file, content string
		options             Options
		want                string
	}{
		{"a refused CSV row", "participants.csv", "Namn;Född\nÅsa;1,98501E+11\n", Options{}, `participants.csv:2: column B "Född": the number was saved in short form and its last digits are gone`},
		{"a row with too many cells", "participants.csv", "Namn;Född\nÅsa;1;Hemligt\n", Options{}, `participants.csv:2: column C: the row has 3 cells, the header has 2: its cells have moved`},
		{"an invalid byte", "participants.csv", "Namn;Ort\nÅsa;Malmö\nBj\xf6rn;Lund\n", Options{}, `participants.csv:3: column A "Namn": byte 0xF6 (number 3 of the cell) is not a character in utf-8`},
		{"a Mac file", "participants.csv", "Namn;Ort\nBj\x9arn;Lund\n", Options{}, `participants.csv:2: the encoding is ambiguous: byte 0x9A is 'š' in windows-1252, 'ö' in macintosh, 'Ü' in cp850`},
		{"a near-tie", "participants.csv", "a;b,c\n1;2,3\n", Options{}, `participants.csv: the delimiter could be ; (2 columns) or , (2 columns)`},
		{"a refused cell", "participants.xlsx", builder{rows: head + row(2, "Åsa", `<c t="e"><v>#REF!</v></c>`), sheets: []string{"Deltagare"}}.book(t), Options{}, `participants.xlsx:Deltagare!B2: the formula's result is an error`},
		{"two sheets", "participants.xlsx", builder{rows: plainRows, sheets: []string{"A", "B"}, others: map[string]string{"sheet2": plainRows}}.book(t), Options{}, `participants.xlsx: the list could be in any of 2 sheets: "A", "B"`},
		{"no such sheet", "participants.xlsx", builder{rows: plainRows}.book(t), Options{Sheet: "C"}, `participants.xlsx: there is no sheet "C"`},
		{"a damaged sheet", "participants.xlsx", builder{rows: plainRows + "<row"}.book(t), Options{}, `participants.xlsx:Blad1: the workbook is damaged: part "xl/worksheets/sheet1.xml" is not well-formed XML at byte`},
		{"an empty file", "participants.csv", "", Options{}, `participants.csv: the file is empty (0 bytes)`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			got, value := firstError(t, write(t, tc.file, tc.content), tc.options)
			if !strings.HasPrefix(got, tc.want) {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
			if value != "" && strings.Contains(got, value) {
				t.Errorf("%s has the cell %q in it", got, value)
			}
		})
	}
}

func firstError(t *testing.T, path string, o Options) (message, value string) {
	t.Helper()
	f, err := Open(context.Background(), path, o)
	if err != nil {
		return err.Error(), ""
	}
	defer f.Close()
	for row, err := range f.Rows(context.Background()) {
		if err != nil {
			return err.Error(), ""
		}
		if e := row.Fault(nil); e != nil {
			return e.Error(), e.Value
		}
	}
	return "no error", ""
}

func TestWarnings(t *testing.T) {
	for _, tc := range []struct {
		name, file, content string
		options             Options
		want                string // codes with their places
	}{
		{"none", "a.csv", "a;b\n1;2\n", Options{}, ""},
		{"encoded twice", "a.csv", "Namn;Ort\nÃ…sa;Lund\n", Options{}, "mojibake A2"},
		{"lost letters", "a.csv", "Namn;Ort\n\ufffdsa;Lund\n", Options{}, "lost_letters A2"},
		{"skipped rows", "a.csv", "Lista\nNamn;Ort\nÅsa;Lund\n", Options{}, "skipped_rows 2"},
		{"a row with empty cells too many", "a.csv", "a;b;c\n1;2;3\n1;2;3;;\n", Options{}, "long_rows 3"},
		{"all rows with an empty cell too many", "a.csv", "a;b;c\n1;2;3;\n1;2;3;\n", Options{}, "long_rows 1"},
		{"a header that has lost a delimiter", "a.csv", "ab;c;d\n1;2;3;\n1;2;3;\n", Options{}, "long_rows 1"},
		{"short rows", "a.csv", "a;b;c\n1;2\n1;2;3\n", Options{}, "short_rows 2"},
		{"a short row that is refused", "a.csv", "a;b;c;d\n###;2\n1;2\n1;2;3;4\n", Options{}, "short_rows 2"},
		{"no header but a date", "a.csv", "Anna;2026-05-03\nBo;2026-05-04\n", Options{}, "data_header 1"},
		{"no header but an address", "a.xlsx", builder{rows: row(1, "Anna", "anna@example.com") + row(2, "Bo", "bo@example.com")}.book(t), Options{}, "data_header 1"},
		{"no header but short numbers", "a.csv", "0;1\n2;3\n", Options{}, "data_header 1"},
		{"a header with a number that is asked for", "a.csv", "Anna;2026-05-03\nBo;2026-05-04\n", Options{HeaderRow: 1}, ""},
		{"a header with years and an address", "a.csv", "Namn;2026;Mobil 2;Namn@Ort\nBo;1;2;3\n", Options{}, ""},
		{"a header with a date that is mapped", "a.csv", "Namn;2026-05-03\nBo;1\n", Options{Fits: naming("Namn")}, ""},
		{"one column with a tab in a cell", "a.csv", "Namn\nAnna\nBo\tEk\nCe\n", Options{}, "one_column 3"},
		{"one column with commas", "a.csv", "Namn\nEk, Anna\nEk, Bo\n", Options{}, ""},
		{"totals", "a.csv", "Namn;Antal\nÅsa;2\nSumma;2\n", Options{}, "footer 3"},
		{"wrong name", "a.xlsx", "a;b\n1;2\n", Options{}, "extension"},
		{"wrong name of a workbook", "a.csv", builder{rows: plainRows}.book(t), Options{}, "extension"},
		{"hidden rows and columns, merged cells", "a.xlsx", builder{before: `<cols><col min="2" max="3" hidden="1"/></cols>`, rows: strings.Replace(plainRows, `<row r="3"`, `<row r="3" hidden="1"`, 1), after: `<mergeCells><mergeCell ref="A2:A3"/></mergeCells>`}.book(t), Options{}, "hidden_rows 3, hidden_columns B, merged_cells A2"},
		{"hidden sheet left alone", "a.xlsx", builder{rows: plainRows, sheets: []string{"A", `B" state="hidden`}, others: map[string]string{"sheet2": plainRows}}.book(t), Options{}, "hidden_sheet"},
		{"hidden sheet read", "a.xlsx", builder{rows: plainRows, sheets: []string{"A", `B" state="hidden`}, others: map[string]string{"sheet2": plainRows}}.book(t), Options{Sheet: "B"}, "hidden_sheet"},
		{"options for CSV", "a.xlsx", builder{rows: plainRows}.book(t), Options{Encoding: "utf-8"}, "ignored_option"},
		{"dimension", "a.xlsx", builder{before: `<dimension ref="A1:B9"/>`, rows: plainRows}.book(t), Options{}, "dimension 3"},
		{"unnamed column", "a.xlsx", builder{rows: plainRows + row(4, "Ce", "1", "x")}.book(t), Options{}, "unnamed_column C"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f, err := Open(context.Background(), write(t, tc.file, tc.content), tc.options)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			var got []string
			for _, w := range f.Info().Warnings {
				s := string(w.Code)
				if place := ColumnName(w.Column); place != "" || w.Row > 0 {
					if s += " " + place; w.Row > 0 {
						s += fmt.Sprint(w.Row)
					}
				}
				got = append(got, s)
			}
			if strings.Join(got, ", ") != tc.want {
				t.Errorf("got %s, want %s", strings.Join(got, ", "), tc.want)
			}
		})
	}
}

func TestColumnName(t *testing.T) {
	for n, want := range map[int]string{0: "", 1: "A", 26: "Z", 27: "AA", 702: "ZZ", 703: "AAA", 16384: "XFD"} {
		if got := ColumnName(n); got != want {
			t.Errorf("%d is %q, not %q", n, got, want)
		}
	}
}
