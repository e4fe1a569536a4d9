package reports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/charmap"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
)

var update = flag.Bool("update", false, "write the golden files anew")

// noon is when every test run starts.
var noon = time.Date(2026, 3, 4, 11, 0, 0, 0, time.UTC)

// stockholm is UTC+1 at noon; the tests need no time zone database.
var stockholm = time.FixedZone("CET", 3600)

// ledgerRows yields rows as the ledger does.
func ledgerRows(rows []ledger.Row) iter.Seq2[ledger.Row, error] {
	return func(yield func(ledger.Row, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// latin1 is the text as a Swedish Excel saves it.
func latin1(t testing.TB, s string) []byte {
	t.Helper()
	b, err := charmap.Windows1252.NewEncoder().Bytes([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// writeInput writes an input file and returns its path.
func writeInput(t testing.TB, name string, data []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// openTable opens an input as the program does.
func openTable(t testing.TB, path string, o table.Options) *table.File {
	t.Helper()
	o.KeepRaw = true
	f, err := table.Open(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// runOf is the header of a finished run over an input.
func runOf(f *table.File, rows []ledger.Row) ledger.RunInfo {
	info := f.Info()
	run := ledger.RunInfo{
		ID: 7, Target: "https://connect.maklare.vitec.net", Mapping: "mapping.yaml", MappingSHA256: strings.Repeat("ab", 32),
		Input: ledger.Input{
			Path: info.Path, Name: info.Name, SHA256: info.SHA256, Size: info.Size, Format: info.Format, Encoding: info.Encoding,
			Delimiter: info.Delimiter, Sheet: info.Sheet, HeaderRow: info.HeaderRow,
		},
		StartedAt: noon, FinishedAt: noon.Add(90 * time.Second), Rows: len(rows), Requests: 6, ExitCode: 4, Ended: true,
		NameColumns: []int{0, 1}, Rate: 10, Concurrency: 5, Format: "json",
	}
	for _, r := range rows {
		run.Counts[r.Outcome]++
	}
	return run
}

const people = "Förnamn;Efternamn;E-post;Född;Tid\r\n" +
	"Åsa;Öberg;asa@example.com;1990-06-02;18:00\r\n" +
	"Björn;\"Ek; den äldre\";bjorn@example.com;;18:00\r\n" +
	"Cecilia;\"\"\"Cissi\"\" Dahl\";cecilia@example;31.02.1990;18:30\r\n" +
	"=HYPERLINK(\"http://x\");Evil;eve@example.com;;18:30\r\n" +
	"Frida;Fors;frida@example.com;;18:30\r\n" +
	"Gösta;Gran;gosta@example.com;;18:30\r\n" +
	"Åsa;Öberg;asa@example.com;1990-06-02;18:00\r\n" +
	"Hanna;Hed;hanna@example.com;;18:30\r\n" +
	"Ivar;Is;;;18:30\r\n" +
	"Karin;Kvist;karin@example.com;;18:30\r\n"

// outcomes is one row of each outcome and more, for people.
func outcomes() []ledger.Row {
	slot := ledger.Slot{CustomerId: "M11385", ViewingId: "VIS5D41402ABC4B2A76B9719D911017C592", TimeSlotId: "TS-1"}
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	rows := []ledger.Row{
		{Outcome: ledger.Booked, BookingID: "VID7D793037A0760186574B0282F2F435E7", HTTPStatus: 200, Attempts: 1, SubmittedAt: at(1), Duration: 132 * time.Millisecond},
		{Outcome: ledger.Rejected, HTTPStatus: 400, Attempts: 1, SubmittedAt: at(2), Duration: 45 * time.Millisecond, Reason: ledger.Say("The field CellPhone is \"invalid\";\nsee – the manual → €5")},
		{Outcome: ledger.Invalid, Problems: []ledger.Problem{
			{Column: 1, Header: "Förnamn", Field: "updatePerson.firstName", Code: "odd", Reason: ledger.Say("looks odd"), Warning: true},
			{Column: 4, Header: "Född", Field: "updatePerson.socialSecurityNumber", Code: "not_a_date", Reason: ledger.Say("not a date (want YYYY-MM-DD)"), Advice: ledger.Say("write 1990-02-28")},
			{Column: 3, Header: "E-post", Field: "updatePerson.email.emailAddress", Code: "not_an_address", Reason: ledger.Say("not an e-mail address"), Advice: ledger.Say("write name@example.com")},
		}},
		{Outcome: ledger.Uncertain, Attempts: 1, SubmittedAt: at(3), Duration: 30 * time.Second, Reason: ledger.Say("no answer within 30 s")},
		{Outcome: ledger.AlreadyBooked, BookingID: "VID69691C7BDCC3CE6D5D8A1361F22D04AC", Ref: ledger.Ref{Run: 3, Index: 4, Row: 6}, ContentDiffers: true},
		{Outcome: ledger.NotSent, Attempts: 5, Reason: ledger.Say("429: refused five times")},
		{Outcome: ledger.Duplicate, Ref: ledger.Ref{Index: 0, Row: 2}},
		{Outcome: ledger.Skipped, Reason: ledger.Say("cancelled")},
		{Outcome: ledger.Booked, BookingID: "VID111", HTTPStatus: 0, Attempts: 1, SubmittedAt: at(4), Settled: &ledger.Settlement{Run: 7, Index: 8, BookingID: "VID111", Reason: "seen in Vitec", At: at(3600)}},
		{Outcome: ledger.NotSent},
	}
	for i := range rows {
		rows[i].Run, rows[i].Index, rows[i].Number, rows[i].Slot = 7, i, i+2, slot
	}
	return rows
}

// scenario is a finished run over people, with its input at hand.
func scenario(t *testing.T) (Source, Options) {
	t.Helper()
	path := writeInput(t, "participants.csv", latin1(t, people))
	f := openTable(t, path, table.Options{})
	rows := outcomes()
	run := runOf(f, rows)
	run.Reason = ledger.Say("interrupted by you")
	return Source{Run: run, Rows: ledgerRows(rows), Input: f}, Options{Dir: Folder(path, run.ID, false), Zone: stockholm}
}

func mustWrite(t testing.TB, src Source, o Options) *Report {
	t.Helper()
	rep, err := Write(context.Background(), src, o)
	if err != nil {
		t.Fatal(err)
	}
	return rep
}

func read(t testing.TB, elem ...string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(elem...))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// belowDIR is a path in the temporary folder, as Windows writes it.
var belowDIR = regexp.MustCompile(`DIR[\w.\\-]+`)

// golden compares with a file under testdata, in which the temporary folder
// of the test is called DIR.
func golden(t *testing.T, name string, got []byte, dir string) {
	t.Helper()
	for _, written := range []string{dir, strings.ReplaceAll(dir, `\`, `\\`)} { // as it is, and in JSON
		got = bytes.ReplaceAll(got, []byte(written), []byte("DIR"))
	}
	got = belowDIR.ReplaceAllFunc(got, func(path []byte) []byte {
		return bytes.ReplaceAll(bytes.ReplaceAll(path, []byte(`\\`), []byte("/")), []byte(`\`), []byte("/"))
	})
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := read(t, path)
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (-want +got):\n%s", name, cmp.Diff(string(want), string(got)))
	}
}

func TestWriteGolden(t *testing.T) {
	src, o := scenario(t)
	rep := mustWrite(t, src, o)
	parent := filepath.Dir(rep.Dir)
	for _, name := range []string{"report.csv", "summary.json", "corrections.csv", "uncertain.csv"} {
		data := read(t, rep.Dir, name)
		if name == "summary.json" { // the sums of the workbook and the page are not of interest here
			var m map[string]any
			if err := json.Unmarshal(data, &m); err != nil {
				t.Fatal(err)
			}
			i := bytes.Index(data, []byte(`  "files": {`))
			data = data[:i]
		}
		golden(t, name, data, parent)
	}
}

func TestReportHasOneLinePerRow(t *testing.T) {
	src, o := scenario(t)
	rep := mustWrite(t, src, o)
	data := read(t, rep.Dir, "report.csv")
	if n := bytes.Count(data, []byte("\n")); n != 11 {
		t.Errorf("%d lines, want a header and 10", n)
	}
	lines, err := csv.NewReader(bytes.NewReader(data)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split("row,sheet,participant,outcome,booking_id,http_status,message,column,hint,viewing_id,time_slot_id,attempts,submitted_at,duration_ms", ",")
	if !slices.Equal(lines[0][:len(want)], want) {
		t.Errorf("header %q", lines[0])
	}
	for i, l := range lines[1:] {
		if l[0] != fmt.Sprint(i+2) {
			t.Errorf("line %d is of row %s", i+1, l[0])
		}
		for c, cell := range l {
			if liveFormula(cell) {
				t.Errorf("row %s, %s: %q is a formula", l[0], lines[0][c], cell)
			}
		}
	}
}

func TestNoRows(t *testing.T) {
	f := openTable(t, writeInput(t, "empty.csv", []byte("a;b\n")), table.Options{})
	rep := mustWrite(t, Source{Run: runOf(f, nil), Rows: ledgerRows(nil), Input: f}, Options{Dir: filepath.Join(t.TempDir(), "out")})
	if data := read(t, rep.Dir, "report.csv"); !bytes.HasPrefix(data, []byte("row,sheet,")) || bytes.Count(data, []byte("\n")) != 1 {
		t.Errorf("report.csv: %q", data)
	}
	if rep.Summary.Headline != "The list has no rows" {
		t.Errorf("headline %q", rep.Summary.Headline)
	}
}

func TestConservation(t *testing.T) {
	for name, change := range map[string]func(*Source){
		"a row is missing": func(s *Source) { s.Rows = ledgerRows(outcomes()[:9]); s.Input = nil },
		"a row too many":   func(s *Source) { s.Run.Rows = 9 },
		"the ledger fails": func(s *Source) {
			s.Rows = func(yield func(ledger.Row, error) bool) { yield(ledger.Row{}, errors.New("disk")) }
		},
	} {
		t.Run(name, func(t *testing.T) {
			src, o := scenario(t)
			change(&src)
			if _, err := Write(context.Background(), src, o); err == nil {
				t.Fatal("no error")
			}
			if left := ls(t, filepath.Dir(o.Dir)); !slices.Equal(left, []string{"participants.csv"}) {
				t.Errorf("left behind: %q", left)
			}
		})
	}
}

func ls(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestInputNotAtHand(t *testing.T) {
	check := func(t *testing.T, src Source, o Options, word string) {
		rep := mustWrite(t, src, o)
		if files := ls(t, rep.Dir); slices.Contains(files, "corrections.csv") {
			t.Errorf("files %q", files)
		}
		if n := strings.Join(rep.Summary.Notes, " "); !strings.Contains(n, word) {
			t.Errorf("notes %q do not say %q", n, word)
		}
		lines, err := csv.NewReader(bytes.NewReader(read(t, rep.Dir, "report.csv"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines[1:] {
			if l[2] != "" {
				t.Errorf("row %s names %q", l[0], l[2])
			}
		}
		if len(lines) != 11 {
			t.Errorf("%d lines", len(lines))
		}
	}
	t.Run("missing", func(t *testing.T) {
		src, o := scenario(t)
		if err := src.Input.Close(); err != nil { // Windows keeps what is open
			t.Fatal(err)
		}
		if err := os.Remove(src.Run.Input.Path); err != nil {
			t.Fatal(err)
		}
		src.Input, src.NoInput = OpenInput(context.Background(), src.Run)
		if !errors.Is(src.NoInput, ErrInputMissing) {
			t.Fatal(src.NoInput)
		}
		check(t, src, o, "is gone")
	})
	t.Run("changed", func(t *testing.T) {
		src, o := scenario(t)
		if err := os.WriteFile(src.Run.Input.Path, latin1(t, strings.Replace(people, "Frida", "Ellen", 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		src.Input, src.NoInput = OpenInput(context.Background(), src.Run)
		if !errors.Is(src.NoInput, ErrInputChanged) {
			t.Fatal(src.NoInput)
		}
		check(t, src, o, "was changed")
	})
	t.Run("other rows", func(t *testing.T) {
		src, o := scenario(t)
		path := writeInput(t, "participants.csv", latin1(t, strings.Replace(people, "Karin", "\r\nKarin", 1)))
		src.Input = openTable(t, path, table.Options{})
		check(t, src, o, "was changed")
	})
	t.Run("same", func(t *testing.T) {
		src, _ := scenario(t)
		f, err := OpenInput(context.Background(), src.Run)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		sum := sha256.Sum256(latin1(t, people))
		if got := f.Info().SHA256; got != hex.EncodeToString(sum[:]) {
			t.Error(got)
		}
	})
}

func TestSummaryCountsAllEight(t *testing.T) {
	src, o := scenario(t)
	rep := mustWrite(t, src, o)
	var s struct {
		Input    struct{ Rows int }
		Outcomes map[string]int
	}
	if err := json.Unmarshal(read(t, rep.Dir, "summary.json"), &s); err != nil {
		t.Fatal(err)
	}
	sum := 0
	for _, n := range s.Outcomes {
		sum += n
	}
	if len(s.Outcomes) != len(ledger.Outcomes) || sum != s.Input.Rows || sum != 10 {
		t.Errorf("%v of %d", s.Outcomes, s.Input.Rows)
	}
}
