package reports

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"vitec-import/reports/words"
	"vitec-import/vitec/testenv"
)

// noID says of an answer that it is no id, as the API's package does.
func noID(id string) bool { return strings.Contains(id, " ") || !strings.ContainsAny(id, "0123456789") }

// settlementsIn reads a filled-in file.
func settlementsIn(t testing.TB, data []byte) ([]Settled, error) {
	t.Helper()
	return ReadSettlements(context.Background(), writeInput(t, "uncertain.csv", data), noID)
}

func TestReadSettlements(t *testing.T) {
	const head = "run;row;participant;booking id;not booked;reason\r\n"
	want := []Settled{
		{Line: 2, Run: 7, Row: 5, BookingID: "VID1", Reason: "sedd i Vitec, igår"},
		{Line: 4, Run: 7, Row: 9, NotBooked: true, Reason: "går ej"},
	}
	text := head + "7;5;Åsa;VID1;;sedd i Vitec, igår\r\n7;6;Bo;;;\r\n7;9;Cia;;x;går ej\r\n"
	utf16, _ := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(strings.ReplaceAll(text, ";", "\t")))
	ansi, _ := charmap.Windows1252.NewEncoder().Bytes([]byte(text))
	for name, data := range map[string][]byte{
		"as written":        append([]byte("\ufeff"), text...),
		"saved as ANSI":     ansi,
		"saved as Unicode":  utf16,
		"Mac line ends":     []byte(strings.ReplaceAll(text, "\r\n", "\n")),
		"columns moved":     []byte("reason;Booking ID;row;NOT BOOKED;run;more\n\"sedd i Vitec, igår\"; VID1\u00a0;5;;7;\n;;6;;7;\ngår ej;;9;Ja;7;\n"),
		"with commas":       []byte("run,row,booking id,not booked,reason\n7,5,VID1,,\"sedd i Vitec, igår\"\n7,6,,,\n7,9,,X,går ej\n"),
		"quoted everywhere": []byte("\"run\",\"row\",\"booking id\",\"not booked\",\"reason\"\n\"7\",\"5\",\"VID1\",\"\",\"sedd i Vitec, igår\"\n7,6,,,\n7,9,,true,går ej\n"),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := settlementsIn(t, data)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestReadSettlementsNamesAllMistakes(t *testing.T) {
	text := "sep=;\nrun;row;participant;booking id;not booked;reason\n" +
		"7;5;Åsa;VID1;x;\n" +
		"7;6;Bo;;kanske;\n" +
		"x;0;Cia;VID2;;\n" +
		"7;8;Dan;;;only a reason\n" +
		"7;9;Eva;VID 3;;\n" +
		"7;10;Fia;1,99E+11;;\n" +
		"7;11;Gun;VID4;;\n" +
		"7;11;Gun;VID4;;\n" +
		"7;12;Ha;ja;;\n"
	_, err := settlementsIn(t, []byte(text))
	var got []string
	for e := range strings.SplitSeq(err.Error(), "\n") {
		got = append(got, e)
	}
	want := []string{
		"cell D3: both the booking's id and \"not booked\" are filled in",
		`cell E4: it says "kanske"`,
		`cell A5: "x" is no run`,
		`cell B5: "0" is no row`,
		"line 6: there is a reason, but neither a booking's id nor \"not booked\"",
		`cell D7: "VID 3" cannot be the id of a booking`,
		"cell D8: the number was saved in short form and its last digits are gone",
		"line 10: run 7, row 11 is settled on line 9 already",
		`cell D11: "ja" cannot be the id of a booking`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var se *SettlementError
	if !errors.As(err, &se) || se.Line != 3 {
		t.Errorf("%#v", err)
	}
}

func TestReadSettlementsRefusesOtherFiles(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "no header": "7;5;Åsa;VID1;;\n", "another file": "row,sheet,participant\n1,,Anna\n",
		"a column twice": "run;row;row;booking id;not booked\n", "binary": "PK\x03\x04\x00\x00\x00", "quotes": "run;row;booking id;not booked\n7;5;\"VID;x\n",
	} {
		if got, err := settlementsIn(t, []byte(text)); err == nil {
			t.Errorf("%s: no error, %v", name, got)
		}
	}
}

// The file is filled in as it was written, in both languages and formats.
func TestUncertainRoundTrip(t *testing.T) {
	for _, l := range words.Languages {
		src, o := scenario(t)
		o.Language = l
		rep := mustWrite(t, src, o)
		path := filepath.Join(rep.Dir, "uncertain.csv")
		if got, err := ReadSettlements(context.Background(), path, noID); err != nil || len(got) != 0 {
			t.Errorf("nothing is filled in: %v, %v", got, err)
		}
		filled := bytes.Replace(read(t, path), []byte(";;;;M11385"), []byte(";VID77;;seen;M11385"), 1)
		got, err := settlementsIn(t, filled)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]Settled{{Line: 3, Run: 7, Row: 5, BookingID: "VID77", Reason: "seen"}}, got); d != "" {
			t.Error(l, d)
		}

		src.Run.Input.Format = "xlsx"
		o.Dir += "x"
		src.Input = nil
		rep = mustWrite(t, src, o)
		path = filepath.Join(rep.Dir, "uncertain.xlsx")
		wellFormed(t, path)
		if got, err := ReadSettlements(context.Background(), path, noID); err != nil || len(got) != 0 {
			t.Errorf("nothing is filled in: %v, %v", got, err)
		}
		book := openWorkbook(t, path)
		must(t, errors.Join(book.SetCellStr(book.GetSheetName(0), "H3", "x"), book.SetCellStr(book.GetSheetName(0), "I3", "seen")))
		must(t, book.Save())
		got, err = ReadSettlements(context.Background(), path, noID)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]Settled{{Line: 3, Run: 7, Row: 5, NotBooked: true, Reason: "seen"}}, got); d != "" {
			t.Error(l, d)
		}
	}
}

// A workbook that was filled in and saved by LibreOffice, or exported by it, is
// read back, and an answer that is no id is refused with its cell.
func TestUncertainThroughLibreOffice(t *testing.T) {
	home := t.TempDir()
	src, o := scenario(t)
	o.Language = words.Swedish
	src.Run.Input.Format, src.Input = "xlsx", nil
	path := filepath.Join(mustWrite(t, src, o).Dir, "uncertain.xlsx")
	for answer, cell := range map[string]string{"VID77": "", "ja": "G3"} {
		book := openWorkbook(t, path)
		must(t, errors.Join(book.SetCellStr(book.GetSheetName(0), "G3", answer), book.Save()))
		for _, format := range []string{"xlsx", "csv"} {
			got, err := ReadSettlements(context.Background(), testenv.Convert(t, home, path, format), noID)
			switch {
			case cell == "":
				if d := cmp.Diff([]Settled{{Line: 3, Run: 7, Row: 5, BookingID: answer}}, got); err != nil || d != "" {
					t.Errorf("%s: %v %s", format, err, d)
				}
			case err == nil || !strings.HasPrefix(err.Error(), "cell "+cell+": "):
				t.Errorf("%s: %q: %v", format, answer, err)
			}
		}
	}
}

func FuzzReadSettlements(f *testing.F) {
	f.Add([]byte("run;row;booking id;not booked;reason\n7;5;VID1;;\n7;6;;x;\"a\nb\"\n"))
	f.Add([]byte("\xff\xfer\x00u\x00n\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := settlementsIn(t, data)
		if err != nil && got != nil {
			t.Error("both a list and an error")
		}
		for _, s := range got {
			if s.Run < 1 || s.Row < 1 || s.NotBooked == (s.BookingID != "") {
				t.Errorf("%+v", s)
			}
		}
	})
}
