package importer

import (
	"errors"
	"strings"
	"testing"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/importer/words"
	"vitec-import/importer/words/wordstest"
	"vitec-import/vitec"
)

func TestWords(t *testing.T) {
	wordstest.Check(t, wordstest.Package{
		Files: wordFiles,
		Codes: []string{"reason." + ledger.CodeCutOff, "reason." + ledger.CodeRunEnded, "reason.unreachable_in_time", "reason.no_answer_in_time", "reason.certificate_for", "reason.unreachable_for", "reason.no_answer_for", "hint.certificate_for"},
	})
}

// Every reason that a row or a run can have is said in both languages, with
// nothing of the one in the other and no place left open.
func TestReasons(t *testing.T) {
	rejected := judge(vitec.Answer{}, &vitec.StatusError{Status: 400}).reason.with("Ogiltigt namn")
	for _, tt := range []struct {
		reason           Reason
		english, swedish string
	}{
		{Reason{}, "", ""},
		{Reason{Code: "of a later version", Args: []string{"", "1"}}, "", ""},
		{rejected, "the server answered 400 bad request: Ogiltigt namn", "servern svarade 400 bad request: Ogiltigt namn"},
		{judge(vitec.Answer{}, &vitec.AnswerError{Status: 200, Reason: vitec.Text{Format: "the answer is empty"}}).reason,
			"the server answered 200 ok without a booking id: the answer is empty", "servern svarade 200 ok utan något boknings-id: svaret är tomt"},
		{judge(vitec.Answer{}, &vitec.RequestError{Path: "updatePerson.note", Reason: vitec.Text{Format: "contains the character %s, which XML cannot carry", Args: []any{"U+0001"}}}).reason,
			"updatePerson.note contains the character U+0001, which XML cannot carry", "updatePerson.note innehåller tecknet U+0001, som XML inte kan bära"},
		{judge(vitec.Answer{}, &vitec.StatusError{Status: 302, Location: "example.com"}).reason,
			"the server answered 302 found and pointed to example.com: the address is not the API's", "servern svarade 302 found och hänvisade till example.com: adressen är inte API:ets"},
		{judge(vitec.Answer{}, &vitec.TransportError{Written: true, Err: errors.New("reset")}).reason.with("reset"),
			"the request was sent and no answer came back: reset", "anropet skickades och inget svar kom tillbaka: reset"},
		{inARow(StopRejected, 20, rejected),
			"the first 20 rows were all rejected, the last because the server answered 400 bad request: Ogiltigt namn",
			"de första 20 raderna avvisades alla, den sista för att servern svarade 400 bad request: Ogiltigt namn"},
		{Reason{Code: ledger.CodeCutOff}, "the run was cut off before an answer came", "körningen avbröts innan ett svar kom"},
		{because(StopLedger).with("disk full"), "the ledger cannot be written: disk full", "liggaren går inte att skriva: disk full"},
		// Args of a ledger that says less than this version wants.
		{Reason{Code: codeNoId}, "the server answered {0} without a booking id: {1}", "servern svarade {0} utan något boknings-id: {1}"},
		{Reason{Code: StopRejected, Args: []string{"", "20"}}, "the first 20 rows were all rejected, the last because {1}", "de första 20 raderna avvisades alla, den sista för att {1}"},
	} {
		if got := tt.reason.In(words.English); got != tt.english {
			t.Errorf("got %q, want %q", got, tt.english)
		}
		if got := tt.reason.In(words.Swedish); got != tt.swedish {
			t.Errorf("got %q, want %q", got, tt.swedish)
		}
	}
	long := because(codeRejected, "400").with(strings.Repeat("å", 600))
	if n := len([]rune(long.In(words.Swedish))); n > 500 {
		t.Errorf("a reason of %d characters", n)
	}
	if h := (Reason{Code: codeLogin}).Hint(words.Swedish); !strings.Contains(h, "VITEC_USERNAME") {
		t.Errorf("the hint is %q", h)
	}
}

// tableReason is why a file cannot be read on, as its reader says it.
func tableReason(t *testing.T) table.Text {
	t.Helper()
	_, err := table.Open(t.TempDir(), table.Options{})
	var e *table.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	return e.Reason
}

// What the ledger said of itself is told in the reader's language, and kept in
// one.
func TestStopSaysWhatIsBehindIt(t *testing.T) {
	dir := t.TempDir()
	_, err := ledger.Open(t.Context(), dir)
	if err == nil {
		t.Fatal("a folder is a ledger")
	}
	stop := Stop{Code: StopLedger, Reason: because(StopLedger), Err: err}
	english := "the ledger cannot be written: " + dir + ": this is a folder"
	if got := stop.In(words.English); got != english {
		t.Errorf("got %q, want %q", got, english)
	}
	if got := stop.recorded().String(); got != english {
		t.Errorf("recorded as %q, want %q", got, english)
	}
	if got, want := stop.In(words.Swedish), "liggaren går inte att skriva: "+dir+": detta är en mapp"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	unread := unreadable(&table.Error{File: "p.csv", Row: 3, Code: table.CodeChanged, Reason: tableReason(t)})
	for _, l := range words.Languages {
		if got, want := unread.recorded().In(l), (Reason{Code: "input_unreadable"}).In(l)+": p.csv: "+l.Of(tableReason(t)); got != want {
			t.Errorf("recorded as %q, want %q", got, want)
		}
	}
	stop.Err = nil
	if got := stop.recorded().In(words.Swedish); got != stop.In(words.Swedish) || got != "liggaren går inte att skriva" {
		t.Errorf("without an error it says %q", got)
	}
}
