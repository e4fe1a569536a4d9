package mapping

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestPlainSwedishEqualsNumbering: what the quick way reads, the numbering reads
// alike, once the zero or plus that a spreadsheet took is put back.
func TestPlainSwedishEqualsNumbering(t *testing.T) {
	quick := 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`(0|\+46 ?|0046 ?|46|)7[0-9]([ -]?[0-9]){6,8}`),
			rapid.StringMatching(`(0|\+46 ?|0046 ?|46|)[1-9][0-9]([ -]?[0-9]){4,8}`),
			rapid.StringMatching(`\+?[0-9 -]{5,18}`),
			rapid.StringMatching(`(\+46|0046|0)[ -]?0?7[0-9]{8}`),
		).Draw(t, "text")
		got, ok := plainSwedish(clean(text))
		if !ok || clean(text)[0] == '-' { // toPhone has refused it then
			return
		}
		quick++
		whole := clean(text)
		switch digits := onlyDigits(whole); {
		case whole[0] != '+' && whole[0] != '0' && len(digits) == 9:
			whole = "0" + whole
		case whole[0] != '+' && whole[0] != '0':
			whole = "+" + whole
		}
		v, why := phoneByNumbering(whole)
		if why.bad() || v.text != got {
			t.Fatalf("%q: %q, but the numbering says %q (%v)", text, got, v.text, why)
		}
	})
	if quick == 0 {
		t.Error("no number took the quick way")
	}
}

// TestSwedishRanges goes through all ranges and lengths, with ten numbers
// each: what the quick way takes, the numbering calls valid and writes alike.
func TestSwedishRanges(t *testing.T) {
	for prefix := 100; prefix < 1000; prefix++ {
		for length := 7; length <= 9; length++ {
			mobile, fixed := swedishRange(prefix/10, length)
			if !mobile && !fixed {
				continue
			}
			for tail := range 10 {
				number := fmt.Sprintf("0%d%0*d", prefix, length-3, tail*1111111%int(math.Pow10(length-3)))
				if v, why := phoneByNumbering(number); why.bad() || v.text != number {
					t.Errorf("%s: the numbering says %q (%v)", number, v.text, why)
				}
			}
		}
	}
}

// TestFiction: the numbers that are set aside for fiction are numbers.
func TestFiction(t *testing.T) {
	for n := 605; n <= 699; n++ {
		text := fmt.Sprintf("070-1740%d", n)
		for _, convert := range []convert{toPhone, func(text string, _ *surroundings) (value, *fault) { return phoneByNumbering(text) }} {
			if v, why := convert(text, nil); why.bad() || v.text != "070"+text[4:] {
				t.Errorf("%s: %q (%v)", text, v.text, why)
			}
		}
	}
}

func onlyDigits(text string) string {
	var digits []byte
	for i := 0; i < len(text); i++ {
		if text[i] >= '0' && text[i] <= '9' {
			digits = append(digits, text[i])
		}
	}
	return string(digits)
}
