package mapping

import (
	_ "embed"
	"slices"
	"strings"
)

//go:embed doc.go
var packageDoc string

// notForUsers are the sections of the package's documentation that speak of its
// functions.
var notForUsers = []string{"Constants from outside", "Proposals"}

// Reference returns the reference of the mapping language in English, as it
// stands in this package's documentation: its headings in capitals, its examples
// indented. A test runs the examples.
func Reference() string {
	_, doc, _ := strings.Cut(packageDoc, "// # ")
	doc, _, _ = strings.Cut(doc, "\npackage ")
	var b strings.Builder
	for section := range strings.SplitSeq(doc, "// # ") {
		heading, text, _ := strings.Cut(section, "\n")
		if slices.Contains(notForUsers, heading) {
			continue
		}
		b.WriteString(strings.ToUpper(heading) + "\n")
		for line := range strings.Lines(text) {
			line = strings.TrimPrefix(strings.TrimPrefix(line, "//"), " ")
			if example, ok := strings.CutPrefix(line, "\t"); ok {
				line = "    " + example
			}
			b.WriteString(line)
		}
	}
	return b.String()
}
