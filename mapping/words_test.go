package mapping

import (
	"strings"
	"testing"

	"vitec-import/reports/words"
)

// TestMistakesAreSaid: every mistake is said in both languages, with nothing left
// open.
func TestMistakesAreSaid(t *testing.T) {
	for _, m := range mutants {
		parsed, err := Parse("mapping.yaml", []byte(strings.Replace(strings.Replace(good, m.old, m.new, 1), "§", "", 1)), Options{Today: today})
		if err == nil {
			_, err = parsed.Bind(goodHeader)
		}
		english, swedish := words.English.Of(err), words.Swedish.Of(err)
		if english != err.Error() || english == swedish {
			t.Errorf("%s: %s", m.name, swedish)
		}
		for _, text := range []string{english, swedish} {
			if strings.Contains(text, "%!") || strings.Contains(text, "%v") {
				t.Errorf("%s: %s", m.name, text)
			}
		}
	}
}

func TestProblemTexts(t *testing.T) {
	p := Problem{Code: "too_long", Args: []string{"30", "41"}}
	if got, want := words.Swedish.Of(p.Reason()), "för långt: 41 tecken, högst 30"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := p.Reason().String(), "too long: 41 characters, at most 30"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	lookup := Problem{Code: "lookup", Args: []string{`"A", "B"`}}
	if got, told := words.Swedish.Of(lookup.Reason()), words.Swedish.Of(lookup.Hint()); got != "värdet finns inte i uppslaget" || told != `det innehåller "A", "B"` {
		t.Errorf("got %q, %q", got, told)
	}
	if m := (Problem{Code: "of tomorrow"}).Reason().String(); !strings.Contains(m, "of tomorrow") {
		t.Errorf("an unknown code is not named: %q", m)
	}
	for code, text := range problemTexts {
		args := []string{"1", "2"}
		p := Problem{Code: code, Args: args}
		for _, said := range []string{p.Reason().String(), p.Hint().String()} {
			if strings.Contains(said, "%!") {
				t.Errorf("%s: %q", code, said)
			}
		}
		if text.reason == "" {
			t.Errorf("%s has no reason", code)
		}
	}
}
