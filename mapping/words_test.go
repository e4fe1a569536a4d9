package mapping

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"

	"vitec-import/importer/words"
	"vitec-import/importer/words/wordstest"
)

func TestWords(t *testing.T) {
	wordstest.Check(t, wordstest.Package{
		Files: wordFiles, Speakers: []string{"say"},
		Codes: []string{"problem.", "key."}, Same: []string{"needs.choice"},
	})
}

// TestTextsAreAlike: no text begins with a capital or ends with a full stop but
// for the sentences of a proposed file, and none speaks of the program's inside.
func TestTextsAreAlike(t *testing.T) {
	for _, l := range words.Languages {
		src, err := wordFiles.ReadFile("words." + string(l) + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]string
		if err := yaml.Load(src, &texts); err != nil {
			t.Fatal(err)
		}
		for id, text := range texts {
			first, _ := utf8.DecodeRuneInString(text)
			sentence := unicode.IsUpper(first) || strings.HasSuffix(text, ".")
			if text == "" || sentence && !strings.HasPrefix(id, "proposal.") {
				t.Errorf("%s: %q", id, text)
			}
			checkWords(t, id, text)
		}
	}
}

// TestMistakesAreSaid: no mistake is told by its id, or with a place that
// nothing fills, in either language.
func TestMistakesAreSaid(t *testing.T) {
	for _, m := range mutants {
		parsed, err := Parse("mapping.yaml", []byte(strings.Replace(strings.Replace(good, m.old, m.new, 1), "§", "", 1)), Options{Today: today})
		if err == nil {
			_, err = parsed.Bind(goodHeader)
		}
		english, swedish := words.Of(err, words.English), words.Of(err, words.Swedish)
		if english != err.Error() || english == swedish {
			t.Errorf("%s: %s", m.name, swedish)
		}
		for _, text := range []string{english, swedish} {
			if strings.Contains(text, "mistake.") || strings.Contains(text, "hint.") || strings.Contains(text, "{0}") || strings.Contains(text, "{1}") {
				t.Errorf("%s: %s", m.name, text)
			}
		}
	}
}

func TestWording(t *testing.T) {
	p := Problem{Code: "too_long", Args: []string{"30", "41"}}
	if got, want := p.MessageIn(words.Swedish), "för långt: 41 tecken, högst 30"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := p.Message(), "too long: 41 characters, at most 30"; got != want || p.MessageIn("fi") != want {
		t.Errorf("got %q and %q, want %q", got, p.MessageIn("fi"), want)
	}
	message, hint, ok := Wording(words.Swedish, "lookup", []string{`"A", "B"`})
	if !ok || message != "värdet finns inte i uppslaget" || hint != `den innehåller "A", "B"` {
		t.Errorf("got %q, %q, %t", message, hint, ok)
	}
	if _, _, ok := Wording(words.Swedish, "of tomorrow", nil); ok {
		t.Error("there are words for an unknown code")
	}
	if m := (Problem{Code: "of tomorrow"}).MessageIn(words.Swedish); !strings.Contains(m, "of tomorrow") {
		t.Errorf("an unknown code is not named: %q", m)
	}
}
