package table

import (
	"math/rand/v2"
	"testing"
)

// TestCleanLatin holds the short way for texts without characters from U+0300
// on to the long one.
func TestCleanLatin(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	runes := []rune{'a', ' ', 0xA0, 0xAD, 0xC2, 0xE5, 0x80, 0xBF, 0x2FF, 0xC3, 0xB5}
	changed := 0
	for range 50_000 {
		var text []rune
		for range random.IntN(8) {
			text = append(text, runes[random.IntN(len(runes))])
		}
		s := string(text)
		got, want := clean(s), cleanAll(s)
		if got != want {
			t.Fatalf("%q: got %q, want %q", s, got, want)
		}
		if got != s {
			changed++
		}
	}
	if changed == 0 {
		t.Error("nothing was to be cleaned")
	}
}
