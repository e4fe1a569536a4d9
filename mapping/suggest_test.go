package mapping

import (
	"math/rand/v2"
	"slices"
	"testing"

	"vitec-import/vitec"
)

// typos returns every text that is one edit away from word: a letter left
// out, doubled, put in, replaced, or exchanged with its neighbour.
func typos(word string) []string {
	const letters = "abcdefghijklmnopqrstuvwxyzåäö"
	r := []rune(word)
	var all []string
	add := func(parts ...[]rune) {
		if typo := string(slices.Concat(parts...)); typo != word {
			all = append(all, typo)
		}
	}
	for i := range r {
		add(r[:i], r[i+1:])
		if i+1 < len(r) {
			add(r[:i], []rune{r[i+1], r[i]}, r[i+2:])
		}
		for _, c := range letters {
			add(r[:i], []rune{c}, r[i+1:])
			add(r[:i], []rune{c}, r[i:])
		}
		add(r[:i], []rune{r[i], r[i]}, r[i+1:])
	}
	for _, c := range letters {
		add(r, []rune{c})
	}
	return all
}

// TestSuggest holds the suggestions to what they are for: of all texts one
// edit away from a word, nine in ten get it back, at every place of the
// language. Where there are many, a sample of them is tried.
func TestSuggest(t *testing.T) {
	random := rand.New(rand.NewPCG(4, 2))
	var fields []string
	for _, f := range vitec.Fields() {
		fields = append(fields, f.Path)
	}
	header := []string{
		"Visning", "Tid", "Förnamn", "Efternamn", "E-post", "Mobil", "Telefon", "Personnummer", "Kommentar", "Nyhetsbrev",
		"Informerad", "Adress", "Postnr", "Ort", "Land", "Status", "Deltog",
	}
	body := Paths()[len(targetPaths):]
	for place, words := range map[string][]string{
		"document":     {"version", "input", "target", "participant", "lookups", "skip"},
		"rule":         {"column", "value", "join", "computed", "separator", "split", "replace", "lookup", "otherwise", "as", "layout", "default", "empty"},
		"condition":    {"column", "is", "not", "filled", "reason"},
		"input":        {"sheet", "headerRow", "encoding", "delimiter"},
		"target":       targetPaths,
		"participant":  childNames(body, ""),
		"updatePerson": childNames(body, "updatePerson."),
		"address":      childNames(body, "updatePerson.address."),
		"email":        childNames(body, "updatePerson.email."),
		"options":      childNames(body, "options."),
		"fields":       fields,
		"converters":   []string{"text", "date", "phone", "personnummer", "datetime", "boolean", "integer", "decimal", "choice", "list", "email", "country", "zip"},
		"columns":      header,
		"choices":      {"Interest", "Phone", "Visit", "Agreement", "Other", "Email", "NotAsked"},
	} {
		var samples [][2]string
		for _, word := range words {
			for _, typo := range typos(word) {
				if !slices.Contains(words, typo) {
					samples = append(samples, [2]string{typo, word})
				}
			}
		}
		const enough = 1500
		random.Shuffle(len(samples), func(i, j int) { samples[i], samples[j] = samples[j], samples[i] })
		samples = samples[:min(len(samples), enough)]
		right, all := 0, len(samples)
		for _, s := range samples {
			if suggest(s[0], words) == s[1] {
				right++
			}
		}
		share := float64(right) / float64(all)
		t.Logf("%-12s %6d typos, %.1f %% right", place, all, 100*share)
		if share < 0.9 {
			t.Errorf("%s: only %.1f %% of %d typos are mended", place, 100*share, all)
		}
	}
}

// TestSuggestNothing: words that have nothing to do with each other are not
// suggested.
func TestSuggestNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	wrong := 0
	for range 1000 {
		word := make([]byte, 6+random.IntN(6))
		for i := range word {
			word[i] = byte('a' + random.IntN(26))
		}
		if suggest(string(word), childNames(Paths(), "updatePerson.")) != "" {
			wrong++
		}
	}
	if wrong > 10 {
		t.Errorf("%d of 1000 random words get a suggestion", wrong)
	}
	for word, candidates := range map[string][]string{
		"Postadress": {"E-postadress"}, // near: to suggest is all that is done with it
	} {
		if got := suggest(word, candidates); got != candidates[0] {
			t.Errorf("%q: %q", word, got)
		}
	}
}

func TestEdits(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"ab", "ba", 1}, {"datee", "date", 1}, {"phnoe", "phone", 1}, {"kitten", "sitting", 3}, {"ca", "abc", 3}, {"åäö", "åö", 1},
	} {
		if got := edits([]rune(c.a), []rune(c.b)); got != c.want {
			t.Errorf("%q to %q: got %d, want %d", c.a, c.b, got, c.want)
		}
		if got := edits([]rune(c.b), []rune(c.a)); got != c.want {
			t.Errorf("%q to %q: got %d, want %d", c.b, c.a, got, c.want)
		}
	}
}
