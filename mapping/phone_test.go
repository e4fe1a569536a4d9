package mapping

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

// TestSwedishEqualsLibrary: what is taken apart here is what the library takes a
// number for, once the zero or the plus that a spreadsheet took is put back.
func TestSwedishEqualsLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(
			rapid.StringMatching(`(0|\+46 ?|0046 ?|46)7[02369]([ -]?[0-9]){7}`),
			rapid.StringMatching(`(0|\+46 ?|0046 ?)[1-9]([ -]?[0-9]){6,11}`),
		).Draw(t, "text")
		got := swedish(text)
		if got == nil {
			t.Fatalf("%q is not read", text)
		}
		number := phonenumbers.Format(got, phonenumbers.E164)
		if written := betweenDigits.Replace(text); strings.HasPrefix(written, "467") {
			text = "+" + written
		}
		want, err := phonenumbers.Parse(text, "SE")
		valid := err == nil && phonenumbers.IsValidNumber(want)
		if phonenumbers.IsValidNumber(got) != valid || valid && phonenumbers.Format(want, phonenumbers.E164) != number {
			t.Fatalf("%q: %s, but the library says %v (%v)", text, number, want, err)
		}
	})
}

// TestFiction: the numbers that are set aside for fiction are numbers.
func TestFiction(t *testing.T) {
	for n := 605; n <= 699; n++ {
		text := fmt.Sprintf("070-1740%d", n)
		if v, why := toPhone(text, nil); why != nil || v != "070"+text[4:] {
			t.Errorf("%s: %q (%v)", text, v, why)
		}
	}
}
