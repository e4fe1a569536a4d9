package mapping

import (
	"testing"

	"pgregory.net/rapid"
)

// TestSwedishMobileEqualsLibrary: what the quick way reads, the library reads
// alike, once the zero or plus that a spreadsheet took is put back.
func TestSwedishMobileEqualsLibrary(t *testing.T) {
	quick := 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`(0|\+46 ?|0046 ?|46|)7[0-9]([ -]?[0-9]){6,8}`),
			rapid.StringMatching(`\+?[0-9 -]{5,18}`),
			rapid.StringMatching(`(\+46|0046|0)[ -]?0?7[0-9]{8}`),
		).Draw(t, "text")
		got, ok := swedishMobile(clean(text))
		if !ok {
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
		v, why := phoneByLibrary(whole)
		if why.bad() || v.text != got {
			t.Fatalf("%q: %q, but the library says %q (%v)", text, got, v.text, why)
		}
	})
	if quick == 0 {
		t.Error("no number took the quick way")
	}
}

// TestMobilePrefixes goes through every pair of first digits: the quick way
// takes exactly those ranges that the library calls mobile and valid.
func TestMobilePrefixes(t *testing.T) {
	for c := byte('0'); c <= '9'; c++ {
		text := "07" + string(c) + "1740605"
		_, ok := swedishMobile(text)
		_, why := phoneByLibrary(text)
		if ok && why.bad() {
			t.Errorf("%s is taken, the library refuses it", text)
		}
	}
	for n := 0; n <= 94; n++ {
		text := "07017406" + string(rune('0'+(5+n/10)%10)) + string(rune('0'+n%10))
		if _, why := phoneByLibrary(text); why.bad() {
			t.Errorf("%s, for fiction, is refused", text)
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
