package table

import (
	"strings"
	"testing"
)

// Formats beyond what is kept are still written right.
func TestManyMasks(t *testing.T) {
	var m masker
	defer m.close()
	for i := range maxMasks + 20 {
		zeros := strings.Repeat("0", 10+i%50) + strings.Repeat(`\ `, i/50)
		text, ok := m.show("701740605", 701740605, zeros)
		if want := strings.Repeat("0", 1+i%50) + "701740605"; !ok || text != want {
			t.Fatalf("format %d: got %q, want %q", i, text, want)
		}
	}
}
