package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// sentence finds what reads like words for people: two words of small letters
// with a space between them. Codes, ids, names of files and formats have none.
var sentence = regexp.MustCompile(`(^|[^a-zåäö])[a-zåäö]{2,}[,:;]? [a-zåäö]{2,}`)

// sql finds statements for the database.
var sql = regexp.MustCompile(`^\s*(--.*\s+)*(SELECT|INSERT INTO|CREATE (TABLE|INDEX)|WITH|PRAGMA) `)

// notForPeople are calls whose texts nobody reads but who mends the program:
// the log, which is in English, panics, and what a package tells one that uses it
// wrongly.
var notForPeople = []string{"Info", "Warn", "Debug", "event", "panic", "MustCompile", "Parse", "set", "head", "misuse"}

// compared are calls, variables and constants whose texts are what something is
// compared with, such as the headings that a column may have: they are never
// said.
var compared = []string{
	"HasPrefix", "TrimPrefix", "Contains", "wordSet",
	"headingsOf", "phoneNouns", "phoneKinds", "hintsOf", "countries", "syntaxWords",
}

// TestNoTextOutsideOfTheCatalogues looks through the sources for sentences: what
// a person reads stands in a catalogue, so that it can be said in Swedish.
func TestNoTextOutsideOfTheCatalogues(t *testing.T) {
	left := map[string]bool{}
	for text := range spoken {
		left[text] = true
	}
	n := 0
	for _, dir := range []string{
		"../../mapping",
	} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatal(dir, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			n++
			for place, text := range sentences(t, file) {
				if _, known := spoken[text]; !known {
					t.Errorf("%s: %q stands in no catalogue", place, text)
				}
				delete(left, text)
			}
		}
	}
	if n < 10 {
		t.Errorf("only %d files were read", n)
	}
	for text := range left {
		t.Errorf("%q is excepted, and nowhere to be found", text)
	}
}

// sentences returns the texts of a file that read like words for people, by
// their places.
func sentences(t *testing.T, file string) map[string]string {
	t.Helper()
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	ast.Inspect(tree, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			n.Tag = nil
		case *ast.KeyValueExpr:
			if key, ok := n.Key.(*ast.Ident); ok && key.Name == "Swedish" { // the specification's own words
				return false
			}
		case *ast.ValueSpec:
			return !slices.Contains(compared, n.Names[0].Name)
		case *ast.CallExpr:
			name := ""
			switch f := n.Fun.(type) {
			case *ast.SelectorExpr:
				name = f.Sel.Name
			case *ast.Ident:
				name = f.Name
			}
			return !slices.Contains(notForPeople, name) && !slices.Contains(compared, name)
		case *ast.BasicLit:
			if s, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING && sentence.MatchString(s) && !sql.MatchString(s) && !strings.Contains(s, "; charset=utf-8") && !strings.HasPrefix(s, "<") {
				found[set.Position(n.Pos()).String()] = s
			}
		}
		return true
	})
	return found
}

// spoken are the texts outside of the catalogues, with the reason.
var spoken = map[string]string{

	"the text becomes too long": worded,
	"Id på visningstillfället":  "the specification's own words",
}

const (
	internal = "a mistake in the program, not in what a person did"
	worded   = "a sentinel; whoever meets it says it in words of his own"
)
