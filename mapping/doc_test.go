package mapping

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"vitec-import/vitec"
)

// today is the day on which the tests take place.
var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

var (
	exampleLine = regexp.MustCompile(`^(\w+): (.*?)\s+# (.*): (.*)$`)
	yamlBlock   = regexp.MustCompile(`^\w+:`)
	exampleCell = regexp.MustCompile(`(\S+)="([^"]*)"`)
)

// TestDocumentation runs every example of the reference: each line with a comment
// maps one row, each block is a mapping that parses.
func TestDocumentation(t *testing.T) {
	lines, blocks := 0, 0
	for _, code := range examples() {
		if strings.Contains(code, "  #") {
			for line := range strings.Lines(code) {
				lines++
				documentedLine(t, strings.TrimSpace(line))
			}
			continue
		}
		if yamlBlock.MatchString(code) {
			blocks++
			documentedBlock(t, code)
		}
	}
	if lines < 50 || blocks < 2 {
		t.Errorf("%d lines and %d blocks were run: the examples are no longer found", lines, blocks)
	}
}

// examples returns what is indented in the reference, by paragraph.
func examples() (all []string) {
	for paragraph := range strings.SplitSeq(Reference, "\n\n") {
		if code, ok := strings.CutPrefix(paragraph, "    "); ok {
			all = append(all, strings.ReplaceAll(code, "\n    ", "\n"))
		}
	}
	return all
}

// TestFilesInDoc: the files that the package's documentation names are there.
func TestFilesInDoc(t *testing.T) {
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range regexp.MustCompile(`\w+\.go`).FindAllString(string(doc), -1) {
		if _, err := os.Stat(name); err != nil {
			t.Error(err)
		}
	}
}

// documentedLine runs a line as `note: Kommentar  # Kommentar="x": x`.
func documentedLine(t *testing.T, line string) {
	t.Helper()
	parts := exampleLine.FindStringSubmatch(line)
	if parts == nil {
		t.Errorf("no example: %s", line)
		return
	}
	path := ""
	if slices.Contains(targetPaths, parts[1]) {
		path = parts[1]
	}
	for _, f := range vitec.Fields() {
		if path == "" && (f.Path == parts[1] || strings.HasSuffix(f.Path, "."+parts[1])) && !strings.Contains(f.Path, "task.") {
			path = f.Path
		}
	}
	var header, cells []string
	for _, cell := range exampleCell.FindAllStringSubmatch(parts[3], -1) {
		header, cells = append(header, cell[1]), append(cells, cell[2])
	}
	src := mappingOf(path, parts[2])
	if parts[1] == "skip" {
		src = mappingOf("", "") + line
	}
	m, err := Parse("example.yaml", []byte(src), Options{Today: today})
	if err != nil {
		t.Errorf("%s\n%v", line, err)
		return
	}
	mp, err := m.Bind(header)
	if err != nil {
		t.Errorf("%s\n%v", line, err)
		return
	}
	got := "left out"
	trace := mp.Trace(cells)
	for _, s := range trace.Steps {
		if s.Field == path && !s.Omitted {
			got = s.Value
		}
	}
	if parts[1] == "skip" {
		if got = "not skipped"; trace.Submission.Skipped != "" {
			got = "skipped " + trace.Submission.Skipped
		}
	}
	for _, p := range trace.Problems {
		if p.Field == path && path != "" {
			got = "problem " + p.Code
		}
	}
	if got != parts[4] {
		t.Errorf("%s\ngot %s", line, got)
	}
}

func documentedBlock(t *testing.T, text string) {
	t.Helper()
	if !strings.Contains(text, "version:") {
		text = mappingOf("updatePerson.email.emailAddress", "E-post") + text
	}
	if _, err := Parse("example.yaml", []byte(text), Options{Today: today}); err != nil {
		t.Errorf("%s\n%v", text, err)
	}
}

// mappingOf returns a mapping that is complete with as little as possible and
// maps the field at path by rule.
func mappingOf(path, rule string) string {
	paths := []string{"customerId", "viewingId", "timeSlotId", "updatePerson.workPhone"}
	rules := map[string]string{"updatePerson.workPhone": "{value: 08-12345678}"}
	for _, id := range paths[:3] {
		rules[id] = "{value: ID}"
	}
	if path != "" {
		if !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
		rules[path] = rule
	}
	var b strings.Builder
	b.WriteString("version: 1\ntarget:\n")
	for _, id := range paths[:3] {
		b.WriteString("  " + id + ": " + rules[id] + "\n")
	}
	b.WriteString("participant:\n")
	groups := map[string][]string{}
	var order []string
	for _, p := range paths[3:] {
		before, _ := cutLast(p)
		if groups[before] == nil {
			order = append(order, before)
		}
		groups[before] = append(groups[before], p)
	}
	// updatePerson has groups of its own, so it is written once.
	b.WriteString("  updatePerson:\n")
	for _, g := range order {
		switch {
		case g == "updatePerson":
			for _, p := range groups[g] {
				_, leaf := cutLast(p)
				b.WriteString("    " + leaf + ": " + rules[p] + "\n")
			}
		case strings.HasPrefix(g, "updatePerson."):
			b.WriteString("    " + strings.TrimPrefix(g, "updatePerson.") + ":\n")
			for _, p := range groups[g] {
				_, leaf := cutLast(p)
				b.WriteString("      " + leaf + ": " + rules[p] + "\n")
			}
		}
	}
	for _, g := range order {
		if g == "" {
			for _, p := range groups[g] {
				b.WriteString("  " + p + ": " + rules[p] + "\n")
			}
		}
		if g == "options" {
			b.WriteString("  options:\n")
			for _, p := range groups[g] {
				_, leaf := cutLast(p)
				b.WriteString("    " + leaf + ": " + rules[p] + "\n")
			}
		}
	}
	return b.String()
}

func cutLast(path string) (before, leaf string) {
	if i := strings.LastIndexByte(path, '.'); i >= 0 {
		return path[:i], path[i+1:]
	}
	return "", path
}
