package reports

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/vitec/testenv"
)

// rowsOf gives every row of a file the outcome that pick says.
func rowsOf(t testing.TB, f *table.File, pick func(table.Row) ledger.Row) []ledger.Row {
	t.Helper()
	var rows []ledger.Row
	for in, err := range f.Rows(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		r := pick(in)
		r.Run, r.Index, r.Number = 7, len(rows), in.Number
		if in.Fault(nil) != nil {
			r.Outcome = ledger.Invalid
			r.Problems = []ledger.Problem{{Column: in.Fault(nil).Column, Code: string(in.Fault(nil).Code), Reason: ledger.TextOf(in.Fault(nil).Reason), Advice: ledger.TextOf(in.Fault(nil).Hint)}}
		}
		rows = append(rows, r)
	}
	return rows
}

func allInvalid(table.Row) ledger.Row {
	return ledger.Row{Outcome: ledger.Invalid, Problems: []ledger.Problem{{Column: 1, Reason: ledger.Say("%s", `"x"; y, z|w	= – å`), Advice: ledger.Say("=mend; it")}}}
}

// correct writes the corrections of a file and opens them as the file was.
func correct(t testing.TB, f *table.File, rows []ledger.Row, o table.Options) (path string, again *table.File) {
	t.Helper()
	rep := mustWrite(t, Source{Run: runOf(f, rows), Rows: ledgerRows(rows), Input: f},
		Options{Dir: filepath.Join(t.TempDir(), "out")})
	path = filepath.Join(rep.Dir, "corrections."+f.Info().Format)
	return path, openTable(t, path, o)
}

// Files with a delimiter of two characters, and with single quotation marks that
// only the rows show, are read and written as the run read them.
func TestCorrectionsOfOddDialects(t *testing.T) {
	for name, text := range map[string]string{
		"comma and blank": "\"Förnamn\", \"Efternamn\", \"Mobil\"\n\"Åsa\", \"Öberg\", \"x\"\n\"Bo\", \"Ek, jr\", \"y\"\n",
		"two semicolons":  "Förnamn;;Efternamn;;Mobil\nÅsa;;Öberg;;x\nBo;;Ek;;y\nCe;;Fors;;z\n",
		"single marks":    "Id,Namn,Not\n1,'Anna','x, y'\n2,'Bo, jr'\n3,'Ce','z'\n4,'Di','w'\n",
	} {
		f := openTable(t, writeInput(t, "p.csv", []byte(text)), table.Options{})
		run := runOf(f, nil)
		before, _, refused := content(t, f)
		again, err := OpenInput(context.Background(), run)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		t.Cleanup(func() { again.Close() })
		if same, _, _ := content(t, again); fmt.Sprint(same) != fmt.Sprint(before) || again.Info().Quote != f.Info().Quote {
			t.Errorf("%s: %q was read again as %q", name, before, same)
		}
		_, second := correct(t, again, rowsOf(t, again, allInvalid), table.Options{})
		after, _, refusedAgain := content(t, second)
		if fmt.Sprint(after) != fmt.Sprint(before) || len(refusedAgain) != len(refused) {
			t.Errorf("%s: %q, %d refused, became %q, %d refused", name, before, len(refused), after, len(refusedAgain))
		}
	}
}

// content are the cells of the sound rows and the reasons of the others, with
// the reason columns apart.
func content(t testing.TB, f *table.File) (own [][]string, reasons [][]string, refused []table.Code) {
	t.Helper()
	header := f.Info().Header
	for in, err := range f.Rows(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		if in.Fault(nil) != nil {
			refused = append(refused, in.Fault(nil).Code)
			continue
		}
		var mine []string
		theirs := make([]string, len(reasonColumns))
		for i, c := range in.Cells {
			if at := slices.Index(reasonColumns[:], reasonColumn(header[i])); at < 0 {
				mine = append(mine, c)
			} else {
				theirs[at] = c
			}
		}
		own, reasons = append(own, mine), append(reasons, theirs)
	}
	return own, reasons, refused
}

func TestCorrectionsKeepWhatStandsAboveTheHeader(t *testing.T) {
	const text = "sep=;\r\nDeltagarlista;;\r\n\r\nNamn;E-post;\r\nÅsa;asa@x;\r\nBo;bo@x\r\n"
	path := writeInput(t, "p.csv", latin1(t, text))
	o := table.Options{HeaderRow: 4}
	f := openTable(t, path, o)
	got, again := correct(t, f, rowsOf(t, f, allInvalid), o)
	want := string(latin1(t, "sep=;\r\nDeltagarlista;;\r\n\r\nNamn;E-post;;import: reason;import: hint;import: run;import: row\r\n"+
		"Åsa;asa@x;;'x' / y - z/w = – å;'=mend / it;7;5\r\n"+
		"Bo;bo@x;;'x' / y - z/w = – å;'=mend / it;7;6\r\n"))
	if data := read(t, got); string(data) != want {
		t.Errorf("got  %q\nwant %q", data, want)
	}
	if h := again.Info().HeaderRow; h != 4 {
		t.Errorf("header on line %d", h)
	}
}

func TestCorrectionsOfCorrections(t *testing.T) {
	path := writeInput(t, "p.csv", []byte("namn,epost\nAnna,a\nBo,b\nCia,c\n"))
	f := openTable(t, path, table.Options{})
	n := 0
	rows := rowsOf(t, f, func(in table.Row) ledger.Row {
		if n++; n == 1 {
			return ledger.Row{Outcome: ledger.Booked}
		}
		return allInvalid(in)
	})
	_, second := correct(t, f, rows, table.Options{})
	rows = rowsOf(t, second, func(in table.Row) ledger.Row {
		return ledger.Row{Outcome: ledger.Rejected, HTTPStatus: 400, Reason: ledger.Say("still no")}
	})
	run := runOf(second, rows)
	run.ID = 8
	rep := mustWrite(t, Source{Run: run, Rows: ledgerRows(rows), Input: second}, Options{Dir: filepath.Join(t.TempDir(), "out")})
	want := "namn,epost,import: reason,import: hint,import: run,import: row\nBo,b,still no,,7,3\nCia,c,still no,,7,4\n"
	if got := string(read(t, rep.Dir, "corrections.csv")); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	// The report on the corrected rows says of which rows they are the copies.
	if got := string(read(t, rep.Dir, "report.csv")); !strings.Contains(got, ",7,3,,,,,,\n") || !strings.Contains(got, ",7,4,,,,,,\n") {
		t.Errorf("no reference to the first rows:\n%s", got)
	}
}

func TestRefusedRowOfCorrectionsKeepsItsOrigin(t *testing.T) {
	text := "namn;mobil;import: reason;import: hint;import: run;import: row\nAnna;4,67017E+10;digits are gone;;3;17\n"
	f := openTable(t, writeInput(t, "p.csv", []byte(text)), table.Options{})
	rows := rowsOf(t, f, allInvalid)
	if len(rows[0].Problems) != 1 || rows[0].Problems[0].Code != string(table.CodeLostDigits) {
		t.Fatalf("%+v", rows)
	}
	got, _ := correct(t, f, rows, table.Options{})
	if data := string(read(t, got)); !strings.HasSuffix(data, ";3;17\n") {
		t.Errorf("%q", data)
	}
}

func TestCorrectionsWithMovedReasonColumns(t *testing.T) {
	path := writeInput(t, "p.csv", []byte("import: row;namn;Import:  Reason;epost\n9;Anna;why;a\n"))
	f := openTable(t, path, table.Options{})
	got, _ := correct(t, f, rowsOf(t, f, func(table.Row) ledger.Row {
		return ledger.Row{Outcome: ledger.Rejected, Reason: ledger.Say("no")}
	}), table.Options{})
	want := "namn;epost;import: reason;import: hint;import: run;import: row\nAnna;a;no;;7;2\n"
	if data := string(read(t, got)); data != want {
		t.Errorf("got %q, want %q", data, want)
	}
}

// A row that was refused is refused again, or has no cells: it never becomes
// another row between other neighbours.
func TestCorrectionsOfRefusedRows(t *testing.T) {
	for name, body := range map[string]string{
		"unclosed":      "Anna;\"Ek;a@x\nBo;Dal;b@x\nCia;Fors;c@x\n",
		"stray":         "Anna;\"Ek\" x;a@x\nBo;Dal;b@x\n",
		"stray, narrow": "Anna;E\"k\nBo;Dal;b@x\n",
		"too many":      "Anna;Ek;a@x;more\nBo;Dal;b@x\n",
		"broken line":   "Anna;E\nk;a@x\nBo;Dal;b@x\n",
		"swallowed":     "Anna;\"Ek;a@x\nBo;Dal;b@x\nCia;Fors\";c@x\nDan;Berg;d@x\n",
		"two unclosed":  "\"Anna;Ek;a@x\nBo\";Dal;b@x\nCia;Fors;c@x\n",
		"control":       "An\x01na;Ek\nBo;Dal;b@x\n",
		"lost digits":   "Anna;1,99001E+11;a@x\nBo;Dal;b@x\n",
		"last":          "Bo;Dal;b@x\nAnna;\"Ek;a@x",
	} {
		t.Run(name, func(t *testing.T) {
			f := openTable(t, writeInput(t, "p.csv", []byte("förnamn;efternamn;epost\n"+body)), table.Options{})
			before, _, refused := content(t, f)
			if len(refused) == 0 {
				t.Skip("the reader takes it")
			}
			_, again := correct(t, f, rowsOf(t, f, allInvalid), table.Options{})
			after, _, _ := content(t, again)
			for _, row := range after {
				sound := slices.ContainsFunc(before, func(b []string) bool { return slices.Equal(b, row) })
				if empty := strings.Join(row, "") == ""; !sound && !empty {
					t.Errorf("a new row %q, of %q", row, read(t, again.Info().Path))
				}
			}
			if n, m := f.Info().Rows, again.Info().Rows; n != m {
				t.Errorf("%d rows became %d:\n%s", n, m, read(t, again.Info().Path))
			}
		})
	}
}

// randomFile is a CSV file as somebody's program might write it.
func randomFile(r *rand.Rand, rows int) (data []byte, o table.Options) {
	type form struct {
		name string
		enc  encoding.Encoding
		bom  []byte
	}
	forms := []form{
		{"utf-8", nil, nil},
		{"utf-8", nil, []byte{0xEF, 0xBB, 0xBF}},
		{"windows-1252", charmap.Windows1252, nil},
		{"cp850", charmap.CodePage850, nil},
		{"macintosh", charmap.Macintosh, nil},
		{"utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), []byte{0xFF, 0xFE}},
		{"utf-16be", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), []byte{0xFE, 0xFF}},
	}
	f := forms[r.IntN(len(forms))]
	comma := []string{";", ",", "\t", "|"}[r.IntN(4)]
	end := []string{"\n", "\r\n", "\r"}[r.IntN(3)]
	width := 3 + r.IntN(6) // of two columns the reader judges line breaks more mildly
	pieces := []string{"a", "Åsa", "öl", "070-1740605", " ", "\"\"", comma, ",", ";", end, "=", "+", "'", "é", "@", "x y", "123", "-", "\"\"\"\"", "NULL"}
	plain := []string{"a", "Åsa", "öl", "070", "é", "x y", "'", "-", "=1", "@b", "123"}
	cell := func() string {
		var b strings.Builder
		switch r.IntN(6) {
		case 0:
			return ""
		case 1, 2:
			for range 1 + r.IntN(5) {
				b.WriteString(pieces[r.IntN(len(pieces))])
			}
			return `"` + b.String() + `"`
		}
		for range 1 + r.IntN(3) {
			b.WriteString(plain[r.IntN(len(plain))])
		}
		return b.String()
	}
	var b strings.Builder
	o = table.Options{Encoding: f.name, Delimiter: comma, HeaderRow: 1}
	if r.IntN(3) == 0 {
		b.WriteString("Lista " + end + end)
		o.HeaderRow = 3
	}
	for c := range width {
		if c > 0 {
			b.WriteString(comma)
		}
		if fmt.Fprintf(&b, "Kolumn %c", 'A'+c); r.IntN(4) == 0 {
			b.WriteString(" ö")
		}
	}
	b.WriteString(end)
	for range rows {
		for c := range width {
			if c > 0 {
				b.WriteString(comma)
			}
			b.WriteString(cell())
		}
		b.WriteString(end)
	}
	data = []byte(b.String())
	if f.enc != nil {
		data, _ = f.enc.NewEncoder().Bytes(data)
	}
	return append(slices.Clone(f.bom), data...), o
}

func TestCorrectionsRoundTrip(t *testing.T) {
	total := 0
	for seed := range uint64(testenv.Sampled(20, 60)) {
		r := rand.New(rand.NewPCG(seed, 1))
		data, o := randomFile(r, 2000)
		f := openTable(t, writeInput(t, "p.csv", data), o)
		before, _, refused := content(t, f)
		path, again := correct(t, f, rowsOf(t, f, allInvalid), o)
		after, reasons, _ := content(t, again)
		if len(refused) == 0 && len(before) != len(after) {
			for i := range before {
				if i >= len(after) || !slices.Equal(before[i], after[i]) {
					t.Fatalf("seed %d: %d rows became %d at %q", seed, len(before), len(after), before[i])
				}
			}
		}
		// Every sound row comes back with the very same cells, in order; what
		// comes between them was refused before and is empty now.
		k := 0
		for i, row := range after {
			switch {
			case k < len(before) && slices.Equal(row, before[k]):
				k++
				if n := len(reasons[i]); n != 4 || reasons[i][2] != "7" {
					t.Fatalf("seed %d: reasons %q", seed, reasons[i])
				}
			case strings.TrimSpace(strings.Join(row, "")) != "":
				t.Fatalf("seed %d: row %q of %s, want %q", seed, row, path, before[min(k, len(before)-1)])
			}
		}
		if k != len(before) {
			t.Fatalf("seed %d: %d of %d rows came back", seed, k, len(before))
		}
		total += len(before)
		// The bytes of the rows are those of the input.
		if len(refused) == 0 && !bytes.Contains(read(t, path), firstRecord(t, f)) {
			t.Errorf("seed %d: the first record's bytes are not there", seed)
		}
	}
	if total < testenv.Sampled(30_000, 100_000) {
		t.Errorf("only %d rows", total)
	}
}

func firstRecord(t testing.TB, f *table.File) []byte {
	for in, err := range f.Rows(context.Background()) {
		if err != nil {
			t.Fatal(err)
		}
		return bytes.Join(in.Raw, []byte(f.Info().Delimiter))
	}
	return nil
}
