package mapping

import (
	"fmt"
)

// test is a rule that leaves rows out, ready to be bound.
type test struct {
	column []scalar
	words  map[string]bool // folded; nil to ask whether the cell is filled
	not    bool
	reason string // in signs where the mapping has no words for it: every language reads them
}

// test compiles a condition.
func (c *compiler) test(w condition) test {
	t := test{column: c.columns(w.Column)}
	name := fmt.Sprintf("%q", w.Column[0].text)
	switch {
	case w.Filled.text == "true":
		t.reason = name + ` ≠ ""`
	case w.Filled.set:
		t.not, t.reason = true, name+` = ""`
	case w.Not != nil:
		t.not, t.reason = true, name+" ≠ "+quoteList(w.Not.texts())
	default:
		t.reason = name + " = " + quoteList(w.Is.texts())
	}
	if w.Reason.set {
		t.reason = clean(w.Reason.text)
	}
	for _, s := range append(w.Is, w.Not...) {
		if clean(s.text) == "" {
			c.fail(s.pos, "empty_value", "the text to compare with is empty").hint(`an empty cell is asked for by "filled: false"`)
		}
		if t.words == nil {
			t.words = map[string]bool{}
		}
		t.words[fold(oneLine(clean(s.text)))] = true
	}
	return t
}

// holds reports whether a row is left out, by its cell.
func (t *test) holds(cell string) bool {
	text := clean(cell)
	if t.words == nil {
		return (text != "") != t.not
	}
	return t.words[fold(oneLine(text))] != t.not
}
