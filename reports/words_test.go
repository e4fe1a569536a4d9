package reports

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"vitec-import/importer/ledger"
)

// TestWords finds what a language lacks: every text is there in each, for one
// and for many, and takes the same arguments.
func TestWords(t *testing.T) {
	verb := regexp.MustCompile(`%[a-z%]|\{\d\}`)
	en, sv := english(), swedish()
	for k := range sv {
		if _, ok := en[k]; !ok {
			t.Errorf("%q is in Swedish alone", k)
		}
	}
	// Texts of signs alone, and words that the languages share.
	same := []key{"row.settled.reason", "problem.column", "problem.separator", "cause.status", "cause.place", "column.http_status", "column.cell"}
	for k, e := range en {
		s := sv[k]
		if e.one == "" || e.other == "" || s.one == "" || s.other == "" {
			t.Errorf("%q lacks a form: %q, %q", k, e, s)
		}
		if (e.one == e.other) != (s.one == s.other) && k != "chart.rate.note" { // anrop: one, two
			t.Errorf("%q tells one from many in one language alone", k)
		}
		if s.other == e.other && !slices.Contains(same, k) {
			t.Errorf("%q is not translated: %q", k, s.other)
		}
		verbs := verb.FindAllString(e.other, -1)
		for _, form := range []string{e.one, s.one, s.other} {
			if got := verb.FindAllString(form, -1); !slices.Equal(got, verbs) && (got != nil || form == s.other) { // "the only row" takes nothing
				t.Errorf("%q takes %q, and %q in %q", k, verbs, got, form)
			}
		}
	}
	for _, w := range []words{en, sv} {
		for _, o := range ledger.Outcomes {
			if w.outcome(o) == "" || w.outcomeMeaning(o) == "" {
				t.Errorf("no words for %s", o)
			}
		}
	}
}

// What is written by all of a report has no text that is missing or given
// something else than it takes.
func TestWordsAreGivenWhatTheyTake(t *testing.T) {
	for _, l := range []Language{English, Swedish} {
		src, o := scenario(t)
		o.Language = l
		rep := mustWrite(t, src, o)
		for _, name := range []string{"report.csv", "report.html", "summary.json", "corrections.csv"} {
			if text := string(read(t, rep.Dir, name)); strings.Contains(text, "%!") {
				t.Errorf("%s, %s has a text with a wrong argument", l, name)
			}
		}
	}
}

func TestFigures(t *testing.T) {
	for _, tt := range []struct {
		got  func(w words) string
		want [2]string
	}{
		{func(w words) string { return w.decimal(2.5, -1) }, [2]string{"2.5", "2,5"}},
		{func(w words) string { return w.milliseconds(1530) }, [2]string{"1.5 s", "1,5 s"}},
		{func(w words) string { return w.milliseconds(153) }, [2]string{"153 ms", "153 ms"}},
		{func(w words) string { return w.elapsed(1200 * time.Millisecond) }, [2]string{"1.2 s", "1,2 s"}},
		{func(w words) string { return w.count("page.all", 1) }, [2]string{"1 row", "1 rad"}},
		{func(w words) string { return w.count("page.all", 12345) }, [2]string{"12\u202f345 rows", "12\u202f345 rader"}},
		{func(w words) string { return w.count("headline.some", 1, "3") }, [2]string{"1 of 3 rows is booked", "1 av 3 rader är bokad"}},
	} {
		if got := [2]string{tt.got(english()), tt.got(swedish())}; got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
}

// TestSwedish: what people read is in Swedish, also what the ledger has kept of
// a problem; what programs read is the same in each language.
func TestSwedish(t *testing.T) {
	src, o := scenario(t)
	src.Input, src.NoInput = nil, &InputError{Path: "a.csv", Err: ErrInputMissing} // a note more
	rep := mustWrite(t, src, o)
	programs := func() [2][]byte {
		sum, _, _ := bytes.Cut(read(t, rep.Dir, "summary.json"), []byte(`"files": {`))
		return [2][]byte{read(t, rep.Dir, "report.csv"), sum}
	}
	before := programs()
	o.Language = Swedish
	o.Wording = func(code string, args []string) (message, hint string, ok bool) {
		return "inget datum", "skriv 1990-02-28", code == "not_a_date"
	}
	rep = mustWrite(t, src, o)
	for i, after := range programs() {
		if !bytes.Equal(before[i], after) {
			t.Errorf("programs read something else:\n%s\nthan in English:\n%s", after, before[i])
		}
	}
	page := string(read(t, rep.Dir, "report.html"))
	for _, want := range []string{`lang="sv"`, "3 av 10 rader är bokade", "Född: inget datum; E-post: not an e-mail address", "skriv 1990-02-28", "samma bokning som rad 2", "inte skickad", "Originalfilen är borta"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, english := range []string{"not a date", "same booking", "booked by", "The input"} {
		if strings.Contains(page, english) {
			t.Errorf("the page says %q", english)
		}
	}
	if got := rep.Summary.Headline; got != "3 av 10 rader är bokade" {
		t.Errorf("the terminal says %q", got)
	}
}
