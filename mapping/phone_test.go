package mapping

import (
	"fmt"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

// TestMobileEqualsLibrary: what the short way reads, the library reads alike, once
// the zero or the plus that a spreadsheet took is put back.
func TestMobileEqualsLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`(0|\+46 ?|0046 ?|46|)7[02369]([ -]?[0-9]){7}`).Draw(t, "text")
		got, ok := swedishMobile(text)
		if !ok {
			t.Fatalf("%q is not read", text)
		}
		number, err := phonenumbers.Parse(got, "SE")
		if err != nil || !phonenumbers.IsValidNumber(number) || "0"+phonenumbers.GetNationalSignificantNumber(number) != got {
			t.Fatalf("%q: %q, but the library says %v (%v)", text, got, number, err)
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
