package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestImports holds the agreed layers against the real imports: data flows one
// way, and who may know whom is written down here and nowhere else.
func TestImports(t *testing.T) {
	const module = "vitec-import/"
	may := map[string][]string{
		"cmd/vitec-import":           {"cmd/vitec-import/desk", "cmd/vitec-import/newledger", "importer", "importer/ledger", "importer/table", "mapping", "mapping/propose", "reports", "reports/words", "vitec", "vitec/sandbox", "vitec/sandbox/page"},
		"cmd/vitec-import/newledger": {"importer/ledger", "reports"},
		"cmd/vitec-import/desk":      {"cmd/vitec-import/newledger", "importer", "importer/ledger", "importer/table", "mapping", "mapping/propose", "reports", "reports/words", "vitec", "vitec/sandbox/page"},
		"importer":                   {"importer/ledger", "importer/table", "mapping", "vitec"},
		"importer/ledger":            {},
		"importer/table":             {"importer/table/internal/celltext", "importer/table/internal/delimited", "importer/table/internal/fault", "importer/table/internal/workbook"},

		"importer/table/internal/celltext":  {},
		"importer/table/internal/delimited": {"importer/table/internal/celltext", "importer/table/internal/fault"},
		"importer/table/internal/fault":     {},
		"importer/table/internal/workbook":  {"importer/table/internal/celltext", "importer/table/internal/fault"},

		"mapping":         {"vitec"},
		"mapping/propose": {"mapping", "vitec"},
		"reports":         {"importer/ledger", "importer/table", "reports/words"},
		"vitec":           {},
		"vitec/sandbox":   {"vitec"},

		// It asks the sandbox by its public methods, which speak of the API's types.
		"vitec/sandbox/page": {"vitec", "vitec/sandbox"},

		// For tests alone: nobody may import it.
		"vitec/testenv": {},

		// Texts in two languages: whoever speaks to people knows it, and it knows but the words for a broken connection.
		"reports/words": {"vitec"},
	}
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}}: {{join .Imports \" \"}}", "vitec-import/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		pkg, imports, _ := strings.Cut(strings.TrimSpace(line), ": ")
		pkg = strings.TrimPrefix(pkg, module)
		allowed, known := may[pkg]
		if !known {
			t.Errorf("package %s is not in the table of layers", pkg)
		}
		for _, imp := range strings.Fields(imports) {
			if name, ours := strings.CutPrefix(imp, module); ours && !slices.Contains(allowed, name) {
				t.Errorf("%s imports %s, which it may not know", pkg, name)
			}
		}
	}
}
