package reports

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// What is written by all of a report has no text that is given something else
// than it takes.
func TestWordsAreGivenWhatTheyTake(t *testing.T) {
	for _, l := range words.Languages {
		src, o := scenario(t)
		o.Language = l
		rep := mustWrite(t, src, o)
		for _, name := range []string{"report.csv", "report.html", "summary.json", "corrections.csv"} {
			if i := bytes.Index(read(t, rep.Dir, name), []byte("%!")); i >= 0 {
				t.Errorf("%s, %s has a text with a wrong argument", l, name)
			}
		}
	}
}

func TestFigures(t *testing.T) {
	for _, tt := range []struct {
		got  func(w texts) string
		want [2]string
	}{
		{func(w texts) string { return w.Decimal(2.5, -1) }, [2]string{"2.5", "2,5"}},
		{func(w texts) string { return w.elapsed(1530 * time.Millisecond) }, [2]string{"1.5 s", "1,5 s"}},
		{func(w texts) string { return w.elapsed(153 * time.Millisecond) }, [2]string{"153 ms", "153 ms"}},
		{func(w texts) string { return w.elapsed(1200 * time.Millisecond) }, [2]string{"1.2 s", "1,2 s"}},
	} {
		if got := [2]string{tt.got(texts{words.English}), tt.got(texts{words.Swedish})}; got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// TestSwedish: what people read is in Swedish, also what the ledger has kept of
// a problem; what programs read is the same in each language.
func TestSwedish(t *testing.T) {
	src, o := scenario(t)
	src.Input, src.NoInput = nil, &InputError{Path: "a.csv", Err: ErrInputMissing} // a note more
	src.Run.Reason = ledger.Say("the server answered %s", "400")
	rows := outcomes()
	date := &rows[2].Problems[1]
	date.Reason, date.Advice = ledger.Say("not a date (expected %v)", "YYYY-MM-DD"), ledger.Say("run the file again")
	src.Rows = ledgerRows(rows)
	rep := mustWrite(t, src, o)
	programs := func() [2][]byte {
		sum, _, _ := bytes.Cut(read(t, rep.Dir, "summary.json"), []byte(`"files": {`))
		return [2][]byte{read(t, rep.Dir, "report.csv"), sum}
	}
	before := programs()
	o.Language = words.Swedish
	rep = mustWrite(t, src, o)
	for i, after := range programs() {
		if !bytes.Equal(before[i], after) {
			t.Errorf("programs read something else:\n%s\nthan in English:\n%s", after, before[i])
		}
	}
	page := string(read(t, rep.Dir, "report.html"))
	for _, want := range []string{`lang="sv"`, "3 av 10 rader är bokade", "Född: inget datum (ska vara YYYY-MM-DD); E-post: ingen e-postadress", "kör filen igen", "samma bokning som rad 2", "inte skickad", "Listan är borta", "Körningen stannade i förtid: servern svarade 400."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, english := range []string{"not a date", "same booking", "booked by", "The list"} {
		if strings.Contains(page, english) {
			t.Errorf("the page says %q", english)
		}
	}
	if got := rep.Summary.Headline; got != "3 av 10 rader är bokade" {
		t.Errorf("the terminal says %q", got)
	}
}
