// Package wordstest holds a package's catalogue against the code that speaks
// with it. Only tests know it.
package wordstest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"go.yaml.in/yaml/v4"

	"vitec-import/importer/words"
)

// Package is what Check needs to know of a package.
type Package struct {
	// Files are the catalogue's.
	Files fs.FS
	// Dir is the package's folder; empty = the working directory.
	Dir string
	// Same are the ids whose text is the same in all languages, such as a word
	// that both have. Texts without a letter need not be told.
	Same []string
	// Codes are ids, or with a dot at the end beginnings of ids, that the code
	// does not spell out because they come from elsewhere.
	Codes []string
	// Speakers are the package's own functions that take an id before all else.
	Speakers []string
}

// Check fails the test where the languages differ in their ids, their plural
// forms or the places in their texts, where a text is not translated, where the
// code asks for a text that is not there, and where a text is never asked for.
func Check(t *testing.T, p Package) {
	t.Helper()
	english, swedish := messages(t, p.Files, words.English), messages(t, p.Files, words.Swedish)
	for id := range swedish {
		if english[id] == nil {
			t.Errorf("%q is in Swedish alone", id)
		}
	}
	for id, e := range english {
		s := swedish[id]
		if s == nil {
			t.Errorf("%q is in English alone", id)
			continue
		}
		if (e.One == "") != (s.One == "") {
			t.Errorf("%q tells one from many in one language alone", id)
		}
		want := places(e.Other)
		if got := places(s.Other); !slices.Equal(got, want) {
			t.Errorf("%q has the places %q in English and %q in Swedish", id, want, got)
		}
		for _, one := range []string{e.One, s.One} { // "the only row" needs none
			for _, place := range places(one) {
				if !slices.Contains(want, place) {
					t.Errorf("%q has no place %s but for one", id, place)
				}
			}
		}
		same := s.Other == e.Other && strings.ContainsFunc(placeholder.ReplaceAllString(e.Other, ""), unicode.IsLetter)
		if same != slices.Contains(p.Same, id) {
			t.Errorf("%q is translated: %v, and is said to be: %v (%q)", id, !same, !slices.Contains(p.Same, id), s.Other)
		}
	}
	used := read(t, p.Dir, append(slices.Clone(asks), p.Speakers...))
	for id, where := range used.asked {
		if english[id] == nil {
			t.Errorf("%s asks for %q, which is not there", where, id)
		}
	}
	for id := range english {
		ends := func(ending string) bool {
			return strings.HasSuffix(id, ending) && used.literals[strings.TrimSuffix(id, ending)]
		}
		if !used.literals[id] && !used.putTogether(id) && !begins(id, used.beginnings) && !slices.ContainsFunc(used.endings, ends) && !slices.Contains(p.Codes, id) && !begins(id, p.Codes) {
			t.Errorf("nobody asks for %q", id)
		}
	}
	for _, beginning := range used.beginnings {
		found := false
		for id := range english {
			found = found || strings.HasPrefix(id, beginning)
		}
		if !found {
			t.Errorf("the code asks for %q…, and nothing begins so", beginning)
		}
	}
}

func begins(id string, beginnings []string) bool {
	return slices.ContainsFunc(beginnings, func(b string) bool { return strings.HasSuffix(b, ".") && strings.HasPrefix(id, b) })
}

var placeholder = regexp.MustCompile(`\{\d+(:[qn])?\}`)

// places are the places of a text, each once.
func places(text string) []string {
	list := placeholder.FindAllString(text, -1)
	slices.Sort(list)
	return slices.Compact(list)
}

func messages(t *testing.T, files fs.FS, l words.Language) map[string]*i18n.Message {
	t.Helper()
	names, err := fs.Glob(files, "*."+string(l)+".yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("there is no catalogue in %s: %v", l, err)
	}
	all := map[string]*i18n.Message{}
	for _, name := range names {
		src, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		file, err := i18n.ParseMessageFileBytes(src, name, map[string]i18n.UnmarshalFunc{
			"yaml": func(src []byte, v any) error { return yaml.Load(src, v, yaml.WithUniqueKeys()) },
		})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for _, m := range file.Messages {
			all[m.ID] = m
		}
	}
	return all
}

// use is what the sources of a package ask a catalogue for.
type use struct {
	asked      map[string]string // ids given to a method of the catalogue, and where
	literals   map[string]bool   // every text in quotation marks
	beginnings []string          // of ids that are put together
	endings    []string          // of them too, behind a whole id
}

// putTogether tells whether the id is a beginning, up to a dot, and a code that
// both stand in the sources.
func (u *use) putTogether(id string) bool {
	for i := range id {
		if id[i] == '.' && u.literals[id[:i+1]] && u.literals[id[i+1:]] {
			return true
		}
	}
	return false
}

// asks are the catalogue's methods that take an id before all else.
var asks = []string{"Text", "Count", "Has", "Message", "Counted", "Error", "CountError"}

// inTemplate finds the ids in an HTML template: what is in quotation marks
// inside an action.
var (
	action     = regexp.MustCompile(`\{\{[^}]*\}\}`)
	inTemplate = regexp.MustCompile(`(printf )?"([^"\s]+)"`)
)

func read(t *testing.T, dir string, asks []string) use {
	t.Helper()
	if dir == "" {
		dir = "."
	}
	u := use{asked: map[string]string{}, literals: map[string]bool{}}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir():
			if path != dir && hasGo(path) || d.Name() == "testdata" {
				return filepath.SkipDir
			}
		case strings.HasSuffix(path, ".html"):
			src, err := os.ReadFile(path)
			for _, a := range action.FindAllString(string(src), -1) {
				for _, m := range inTemplate.FindAllStringSubmatch(a, -1) {
					u.literals[m[2]] = true
					if beginning, _, put := strings.Cut(m[2], "%"); put && m[1] != "" && strings.HasSuffix(beginning, ".") {
						u.beginnings = append(u.beginnings, beginning)
					}
				}
			}
			return err
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			return u.source(path, asks)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// hasGo tells whether a folder is a package of its own.
func hasGo(dir string) bool {
	list, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	return len(list) > 0
}

func (u *use) source(path string, asks []string) error {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.BasicLit:
			if s, ok := text(n); ok {
				u.literals[s] = true
			}
		case *ast.CallExpr:
			name := ""
			switch f := n.Fun.(type) {
			case *ast.SelectorExpr:
				name = f.Sel.Name
			case *ast.Ident:
				name = f.Name
			}
			if !slices.Contains(asks, name) || len(n.Args) == 0 {
				return true
			}
			if s, ok := text(n.Args[0]); ok && !strings.Contains(s, " ") { // else it is a log that has an Error, too
				u.asked[s] = set.Position(n.Pos()).String()
			}
			if sum, ok := n.Args[0].(*ast.BinaryExpr); ok {
				if s, ok := text(sum.X); ok && strings.HasSuffix(s, ".") {
					u.beginnings = append(u.beginnings, s)
				}
				if s, ok := text(sum.Y); ok && strings.HasPrefix(s, ".") {
					u.endings = append(u.endings, s)
				}
			}
		}
		return true
	})
	return nil
}

func text(n ast.Expr) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}
