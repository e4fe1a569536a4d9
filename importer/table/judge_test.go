package table

import (
	"strings"
	"testing"
)

// TestNoTotalIsSortedOut holds the quick look at a cell against the long one.
func TestNoTotalIsSortedOut(t *testing.T) {
	around := []string{"", " ", "\u3000", "Å", "\t", "\u00a0", "\u2003", ":", " 12", "=7", "x", "\u0301"}
	for _, w := range append([]string{"su", "\u212aount", "ſumma", "Änna", "tot\u0130"}, totals...) {
		for _, before := range around {
			for _, behind := range around {
				for _, form := range []string{w, strings.ToUpper(w), strings.ToUpper(w[:1]) + w[1:]} {
					cell := before + form + behind
					lower := strings.ToLower(strings.TrimSpace(cell))
					begins := false
					for _, w := range totals {
						begins = begins || strings.HasPrefix(lower, w)
					}
					if begins && !beginsLikeTotal(cell) {
						t.Errorf("%q is sorted out", cell)
					}
				}
			}
		}
	}
	for _, cell := range []string{"Anna", "Tomas", "Susanna", "", "so", "Åsa", "Björn"} {
		if beginsLikeTotal(cell) {
			t.Errorf("%q is looked at for long", cell)
		}
	}
}
