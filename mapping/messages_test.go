package mapping

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestLanguages finds what a language lacks: every code has words in each,
// with the same arguments, and a hint where English has one.
func TestLanguages(t *testing.T) {
	argument := regexp.MustCompile(`\{\d\}`)
	arguments := func(text string) []string {
		list := argument.FindAllString(text, -1)
		slices.Sort(list)
		return list
	}
	if len(swedish) != len(english) {
		t.Errorf("%d messages in Swedish, %d in English", len(swedish), len(english))
	}
	for code, en := range english {
		sv := swedish[code]
		if sv.message == "" || sv.message == en.message {
			t.Errorf("%s: the message is not translated: %q", code, sv.message)
		}
		if (sv.hint == "") != (en.hint == "") {
			t.Errorf("%s: the hint is not translated: %q", code, sv.hint)
		}
		if !slices.Equal(arguments(sv.message), arguments(en.message)) || !slices.Equal(arguments(sv.hint), arguments(en.hint)) {
			t.Errorf("%s: other arguments than in English: %q", code, sv)
		}
	}
}

func TestWording(t *testing.T) {
	p := Problem{Code: "too_long", Args: []string{"30", "41"}}
	if got, want := p.MessageIn(Swedish), "för långt: 41 tecken, högst 30"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := p.Message(), "too long: 41 characters, at most 30"; got != want || p.MessageIn("fi") != want {
		t.Errorf("got %q and %q, want %q", got, p.MessageIn("fi"), want)
	}
	message, hint, ok := Wording(Swedish, "lookup", []string{`"A", "B"`})
	if !ok || message != "värdet finns inte i uppslagstabellen" || hint != `den innehåller "A", "B"` {
		t.Errorf("got %q, %q, %t", message, hint, ok)
	}
	if _, _, ok := Wording(Swedish, "of tomorrow", nil); ok {
		t.Error("there are words for an unknown code")
	}
	if m := (Problem{Code: "of tomorrow"}).MessageIn(Swedish); !strings.Contains(m, "of tomorrow") {
		t.Errorf("an unknown code is not named: %q", m)
	}
}
