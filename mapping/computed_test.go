package mapping

import (
	"errors"
	"strings"
	"testing"
)

// TestExpressions maps one row by expressions.
func TestExpressions(t *testing.T) {
	for expression, want := range map[string]string{
		`column("A")`:                                  "Åsa Ek",
		`upper(column("A")) + "!"`:                     "ÅSA EK!",
		`lower("ABC") + title("åsa ek")`:               "abcÅsa Ek",
		`left(column("A"), 3) + right(column("A"), 2)`: "ÅsaEk",
		`left("a", 9) + left("a", -1) + right("a", 0)`: "a",
		`part(column("B"), "/", 2)`:                    "två",
		`part(column("B"), "/", -1)`:                   "tre",
		`part(column("B"), "/", 4)`:                    "",
		`part(column("B"), "", 1)`:                     "",
		`replace(column("B"), "/", ", ")`:              "ett, två, tre",
		`replace(column("A"), "", "x")`:                "Åsa Ek",
		`trim(" a ") + "b"`:                            "ab",
		`len(column("A")) > 3 ? "lång" : "kort"`:       "lång",
		`column("A") startsWith "Åsa" and not (column("B") contains "fyra") ? "ja" : "nej"`: "ja",
		`column("B") matches "^ett" || false ? "ja" : "nej"`:                                "ja",
		`column("C") == "" ? "tom" : column("C")`:                                           "tom",
	} {
		mp := bind(t, mappingOf("updatePerson.note", "{computed: '"+expression+"'}"), "A", "B", "C")
		var s Submission
		if p := mp.Map([]string{" Åsa Ek ", "ett/två/tre", ""}, &s); len(p) > 0 || s.Body.UpdatePerson.Note != want {
			t.Errorf("%s: got %q, want %q (%v)", expression, s.Body.UpdatePerson.Note, want, codes(p))
		}
	}
}

// TestExpressionMistakes: each is told in words for a person, at its place.
func TestExpressionMistakes(t *testing.T) {
	for marked, want := range map[string]string{
		`§colum("A")`:                 `unknown name "colum" in the expression; did you mean "column"?`,
		`§A`:                          `unknown name "A" in the expression`,
		`column(§1)`:                  `takes a name in quotes`,
		`upper(§1)`:                   `cannot be read here`,
		`column(§upper("A"))`:         `"column" takes a name in quotes`,
		`§upper()`:                    `cannot be read here`,
		`§upper("a", "b")`:            `cannot be read here`,
		`1 §+ "a"`:                    `cannot be read here`,
		`§1`:                          `must make a text`,
		`"a" ??§? "b"`:                `cannot be read here`,
		`"a" + §`:                     `cannot be read here`,
		`column("A") §matches "("`:    `cannot be read here`,
		`"a" §?? "b"`:                 `"??" is not part`,
		`column("A")§[0]`:             `not part`,
		`§["a"]`:                      `not part`,
		`{§"a": "b"}`:                 `not part`,
		`§all([1], true) ? "a" : "b"`: `not part`,
		`§repeat("a", 9)`:             `unknown name "repeat"`,
		`§now()`:                      `unknown name "now"`,
		`§$env`:                       `not part`,
		`1 §* 2 > 1 ? "a" : "b"`:      `"*" is not part`,
		`§` + strings.Repeat(`"a" + `, 300) + `"a"`: `cannot be read here`,
	} {
		rule := "{computed: '" + strings.Replace(marked, "§", "", 1) + "'}"
		src := mappingOf("updatePerson.note", rule)
		_, err := Parse("m.yaml", []byte(src), Options{})
		var found Errors
		if !errors.As(err, &found) {
			t.Errorf("%s: not refused (%v)", marked, err)
			continue
		}
		if len(found) != 1 || !strings.Contains(found.Error(), want) {
			t.Errorf("%s: want %s, got\n%v", marked, want, err)
		}
		column := strings.Index(marked, "§") + len("    note: {computed: '") + 1
		if len(marked) < 100 && !strings.Contains(want, "must make") && (found[0].Column < column-1 || found[0].Column > column+1) {
			t.Errorf("%s: at column %d, want %d", marked, found[0].Column, column)
		}
		checkWords(t, marked, found[0].Reason.String())
	}
}

// TestExpressionBounds: no cell makes an expression run long or its text
// large.
func TestExpressionBounds(t *testing.T) {
	grow := `replace(replace(replace(column("A"), "a", "aaaaaaaaaaaaaaaaaaaa"), "a", "aaaaaaaaaaaaaaaaaaaa"), "a", "aaaaaaaaaaaaaaaaaaaa")`
	mp := bind(t, mappingOf("updatePerson.note", "{computed: '"+grow+"'}"), "A")
	var s Submission
	for _, cell := range []string{strings.Repeat("a", 10), strings.Repeat("a", 1<<20)} {
		p := mp.Map([]string{cell}, &s)
		if len(p) != 1 || p[0].Code != "computed" || len(s.Body.UpdatePerson.Note) > 0 {
			t.Errorf("a cell of %d bytes becomes %d bytes: %v", len(cell), len(s.Body.UpdatePerson.Note), codes(p))
		}
	}
	if p := mp.Map([]string{"a"}, &s); len(p) != 0 || len(s.Body.UpdatePerson.Note) != 8000 {
		t.Errorf("%d bytes: %v", len(s.Body.UpdatePerson.Note), codes(p))
	}
}
