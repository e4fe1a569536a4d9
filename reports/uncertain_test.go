package reports

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

func TestParseSettlements(t *testing.T) {
	const head = "run;row;participant;booked_id;not_booked;reason\r\n"
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
		"columns moved":     []byte("reason;Booked_ID;row;NOT_BOOKED;run;more\n\"sedd i Vitec, igår\"; VID1\u00a0;5;;7;\n;;6;;7;\ngår ej;;9;Ja;7;\n"),
		"with commas":       []byte("run,row,booked_id,not_booked,reason\n7,5,VID1,,\"sedd i Vitec, igår\"\n7,6,,,\n7,9,,X,går ej\n"),
		"quoted everywhere": []byte("\"run\",\"row\",\"booked_id\",\"not_booked\",\"reason\"\n\"7\",\"5\",\"VID1\",\"\",\"sedd i Vitec, igår\"\n7,6,,,\n7,9,,true,går ej\n"),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ParseSettlements(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

func TestParseSettlementsNamesAllMistakes(t *testing.T) {
	text := "sep=;\nrun;row;participant;booked_id;not_booked;reason\n" +
		"7;5;Åsa;VID1;x;\n" +
		"7;6;Bo;;kanske;\n" +
		"x;0;Cia;VID2;;\n" +
		"7;8;Dan;;;only a reason\n" +
		"7;9;Eva;VID 3;;\n" +
		"7;10;Fia;1,99E+11;;\n" +
		"7;11;Gun;VID4;;\n" +
		"7;11;Gun;VID4;;\n"
	_, err := ParseSettlements(strings.NewReader(text))
	var got []string
	for e := range strings.SplitSeq(err.Error(), "\n") {
		got = append(got, e)
	}
	want := []string{
		"line 3: both booked_id and not_booked are filled in",
		`line 4: not_booked says "kanske"`,
		`line 5: run says "x", which is no run`,
		`line 5: row says "0", which is no row`,
		"line 6: there is a reason, but neither booked_id nor not_booked",
		`line 7: booked_id says "VID 3"`,
		`line 8: booked_id says "1,99E+11": the spreadsheet has made a number of it`,
		"line 10: run 7, row 11 is settled on line 9 already",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	var se *SettlementError
	if !errors.As(err, &se) || se.Line != 3 {
		t.Errorf("%#v", err)
	}
}

func TestParseSettlementsRefusesOtherFiles(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "no header": "7;5;Åsa;VID1;;\n", "another file": "row,sheet,participant\n1,,Anna\n",
		"a column twice": "run;row;row;booked_id;not_booked\n", "binary": "PK\x03\x04\x00\x00\x00", "quotes": "run;row;booked_id;not_booked\n7;5;\"VID;x\n",
	} {
		if got, err := ParseSettlements(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error, %v", name, got)
		}
	}
}

func TestUncertainRoundTrip(t *testing.T) {
	src, o := scenario(t)
	rep := mustWrite(t, src, o)
	data := read(t, rep.Dir, "uncertain.csv")
	if got, err := ParseSettlements(bytes.NewReader(data)); err != nil || len(got) != 0 {
		t.Errorf("nothing is filled in: %v, %v", got, err)
	}
	filled := bytes.Replace(data, []byte(";;;\r\n"), []byte(";VID77;;seen\r\n"), 1)
	got, err := ParseSettlements(bytes.NewReader(filled))
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]Settled{{Line: 2, Run: 7, Row: 5, BookingID: "VID77", Reason: "seen"}}, got); d != "" {
		t.Error(d)
	}
}

func FuzzParseSettlements(f *testing.F) {
	f.Add([]byte("run;row;booked_id;not_booked;reason\n7;5;VID1;;\n7;6;;x;\"a\nb\"\n"))
	f.Add([]byte("\xff\xfer\x00u\x00n\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		got, err := ParseSettlements(bytes.NewReader(data))
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
