package table

import (
	"context"
	"errors"
	"strings"
	"testing"

	"vitec-import/reports/words"
)

// TestRefusalsInSwedish says files and rows that are refused in Swedish, with
// all that is particular, and rows once more out of what is kept of them.
func TestRefusalsInSwedish(t *testing.T) {
	for _, tt := range []struct {
		name, file, content string
		options             Options
		want, hint          string
	}{
		{"shifted cells", "a.csv", "Namn;Född\nÅsa;1;Hemligt\n", Options{}, "a.csv:2: kolumn C: raden har 3 celler, rubrikraden har 2: cellerna har förskjutits", "sätt citattecken om den cell som har avgränsaren i sin text"},
		{"lost digits", "a.csv", "Namn;Född\nÅsa;1,98501E+11\n", Options{}, `a.csv:2: kolumn B "Född": numret sparades i kortform och dess sista siffror är borta`, "formatera kolumnen som text, eller som tal utan decimaler, i kalkylprogrammet, skriv in värdena igen och spara"},
		{"another delimiter", "a.csv", "a\tb\n1\t2\n3;4\n", Options{}, "a.csv:3: raden är avgränsad med ;, rubrikraden med tabb", "skriv raden som de andra"},
		{"a byte", "a.csv", "Namn;Ort\nÅsa;Malmö\nBj\xf6rn;Lund\n", Options{}, `a.csv:3: kolumn A "Namn": byte 0xF6 (nummer 3 i cellen) är inget tecken i utf-8`, "rätta cellen och spara filen som UTF-8, eller ange en annan teckenkodning med --encoding"},
		{"a control character", "a.csv", "a;b\n1;\a\n", Options{}, `a.csv:2: kolumn B "b": det finns ett styrtecken (U+0007) i cellen`, "ta bort det"},
		{"a refused cell", "a.xlsx", builder{rows: head + row(2, "Åsa", `<c t="e"><v>#REF!</v></c>`), sheets: []string{"Deltagare"}}.book(t), Options{}, "a.xlsx:Deltagare!B2: formelns resultat är ett fel", "rätta formeln, eller töm cellen"},
		{"an encoding", "a.csv", "Namn;Ort\nBj\x9arn;Lund\n", Options{}, "a.csv:2: teckenkodningen går inte att avgöra: byten 0x9A är 'š' i windows-1252, 'ö' i macintosh, 'Ü' i cp850", "spara filen som UTF-8, eller ange dess teckenkodning med --encoding: windows-1252, macintosh, cp850"},
		{"two delimiters", "a.csv", "a;b,c\n1;2,3\n", Options{}, "a.csv: avgränsaren kan vara ; (2 kolumner) eller , (2 kolumner)", "ange vilken med --delimiter"},
		{"two sheets", "a.xlsx", builder{rows: plainRows, sheets: []string{"A", "B"}, others: map[string]string{"sheet2": plainRows}}.book(t), Options{}, `a.xlsx: listan kan stå på något av 2 blad: "A", "B"`, "ange ett med --sheet"},
		{"no such sheet", "a.xlsx", builder{rows: plainRows, sheets: []string{"A", `B" state="hidden`}, others: map[string]string{"sheet2": plainRows}}.book(t), Options{Sheet: "C"}, `a.xlsx: det finns inget blad "C"`, `dess blad är "A", "B" (dolt); ange ett med --sheet`},
		{"a damaged sheet", "a.xlsx", builder{rows: plainRows + "<row"}.book(t), Options{}, `a.xlsx:Blad1: arbetsboken är skadad: delen "xl/worksheets/sheet1.xml" är inte välformad XML vid byte 567`, "öppna den i ett kalkylprogram, se efter om allt finns där och spara den på nytt; eller ladda ner den igen"},
		{"no table", "a.csv", "%PDF-1.7\n", Options{}, "a.csv: filen är en PDF", "be om listan som .xlsx eller CSV; en PDF har inga celler"},
		{"an option", "a.csv", "a;b\n1;2\n", Options{HeaderRow: 9}, "a.csv:9: ingen rad i tabellen börjar på den här raden, eller så är den för långt ner", "den första raden med något i står på rad 1; raderna räknas som i en textredigerare"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e := refusal(t, write(t, tt.file, tt.content), tt.options)
			if got := words.Swedish.Of(e); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
			if got := words.Swedish.Of(e.Hint); got != tt.hint {
				t.Errorf("got the hint %s\nwant         %s", got, tt.hint)
			}
		})
	}
}

// refusal is why the file, or its first refused row, is refused.
func refusal(t *testing.T, path string, o Options) *Error {
	t.Helper()
	f, err := Open(context.Background(), path, o)
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for row, err := range f.Rows(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if e := row.Fault(nil); e != nil {
			return e
		}
	}
	t.Fatal("nothing is refused")
	return nil
}

func TestWarningsInSwedish(t *testing.T) {
	for _, tt := range []struct {
		name, file, content string
		options             Options
		want                string
	}{
		{"skipped rows", "a.csv", "Lista\nNamn;Ort\nÅsa;Lund\n", Options{}, "rubrikraden antas vara rad 2 i texten; vad som står ovanför den läses inte\nange en annan med --header-row"},
		{"short rows", "a.csv", "a;b;c\n1;2\n1;2;3\n", Options{}, "rad 2 har färre celler än rubrikraden; de celler som saknas antas vara tomma\n"},
		{"a total", "a.csv", "Namn;Antal\nÅsa;2\nSumma;2\n", Options{}, "ser ut som en summa\nta bort raden om den inte hör till listan"},
		{"many totals", "a.csv", "Namn;Antal\n" + strings.Repeat("Summa;2\n", maxWarnings+1), Options{}, "sammanlagt 11 rader ser ut som summor\n"},
		{"encoded twice", "a.csv", "Namn;Ort\nÃ…sa;Lund\n", Options{}, "texten ser ut att ha kodats två gånger, och lämnas som den är\nexportera listan igen som UTF-8"},
		{"wrong name", "a.xlsx", "a;b\n1;2\n", Options{}, "filen heter .xlsx men är text med avgränsare, och läses som det\n"},
		{"hidden rows", "a.xlsx", builder{rows: strings.Replace(plainRows, `<row r="3"`, `<row r="3" hidden="1"`, 1)}.book(t), Options{}, "rad 3 är dold eller bortfiltrerad och läses som de andra\nta bort dem om de inte ska med"},
		{"merged cells", "a.xlsx", builder{rows: plainRows, after: `<mergeCells><mergeCell ref="A2:A3"/></mergeCells>`}.book(t), Options{}, "cellerna vid A2 är sammanfogade: bara den första av dem har det värde som alla visar\n"},
		{"hidden sheet", "a.xlsx", builder{rows: plainRows, sheets: []string{"A", `B" state="hidden`}, others: map[string]string{"sheet2": plainRows}}.book(t), Options{}, "dolda blad läses inte: \"B\"\nange ett med --sheet om det är det som avses"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f, err := Open(context.Background(), write(t, tt.file, tt.content), tt.options)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			list := f.Info().Warnings
			if len(list) == 0 {
				t.Fatal("there is no warning")
			}
			w := list[len(list)-1]
			if got := words.Swedish.Of(w.Text) + "\n" + words.Swedish.Of(w.Hint); got != tt.want {
				t.Errorf("got  %s\nwant %s", got, tt.want)
			}
		})
	}
}
