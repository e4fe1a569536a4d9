package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"vitec-import/mapping"
)

// TestMappingReference: both languages show the same examples, and as many
// paragraphs.
func TestMappingReference(t *testing.T) {
	examples := func(text string) (lines []string, paragraphs int) {
		for line := range strings.Lines(text) {
			if example, ok := strings.CutPrefix(line, "    "); ok && strings.Contains(example, ":") && !strings.HasPrefix(example, "input  ") && !strings.HasPrefix(example, "target  ") {
				lines = append(lines, example)
			}
		}
		return lines, strings.Count(text, "\n\n")
	}
	english, n := examples(mapping.Reference)
	swedish, m := examples(mappingSwedish)
	if diff := cmp.Diff(english, swedish); diff != "" || n != m || len(english) < 50 {
		t.Errorf("%d and %d paragraphs, %d examples\n%s", n, m, len(english), diff)
	}
}
