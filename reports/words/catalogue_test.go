package words

import (
	"go/ast"
	"go/constant"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// converted are the folders whose messages are held against the catalogue.
var converted = []string{
	"cmd/vitec-import",
	"cmd/vitec-import/desk",
	"cmd/vitec-import/newledger",
	"importer",
	"importer/ledger",
	"importer/table",
	"importer/table/internal/celltext",
	"importer/table/internal/delimited",
	"importer/table/internal/fault",
	"importer/table/internal/workbook",
	"mapping",
	"mapping/propose",
	"reports",
	"reports/words",
	"vitec",
	"vitec/sandbox",
	"vitec/sandbox/page",
}

// speakers are the functions and methods that take a format, with the places
// of their formats among their arguments.
var speakers = map[string][]int{
	"Say": {0}, "uncertain": {2}, "unreachable": {0}, "Textf": {0}, "Plural": {1, 2},
	"failure": {0}, "step": {2, 3}, "mistake": {2, 3}, "fault": {0}, "fileError": {1},
	// Of the commands.
	"say": {0}, "count": {1, 2}, "counted": {1, 2}, "fail": {0}, "failCount": {1, 2}, "hint": {0}, "wrong": {0}, "bad": {0, 1}, "moved": {0}, "problem": {0},
	"line": {1}, "unfolded": {1}, "labelled": {0}, "first": {0}, "tell": {0}, "entry": {0}, "between": {2}, "exactly": {1},
	// Of the library that reads flags: what each flag is for.
	"StringVar": {3}, "StringVarP": {4}, "StringArrayVar": {3}, "StringSliceVar": {3}, "BoolVar": {3},
	"IntVar": {3}, "Int64Var": {3}, "Float64Var": {3}, "DurationVar": {3}, "Var": {2},
	// Of the table.
	"flaw": {0}, "damaged": {0}, "tooLarge": {0}, "plural": {1, 2}, "marks": {4},
}

// same are formats that are the same in both languages.
var same = []string{
	"status %d: %s", "Status", "Cell",
	"problem", "problem: %s", "%d problem", "--fault %s", "%s/s", "%s/%s per s",
	"  # yaml-language-server: $schema=mapping.schema.json",
	"text", "choice",
}

// notForPeople are calls whose texts are read by nobody but those who correct
// the program (logs, panics, the libraries' own), and variables and constants
// that other texts are compared with.
var notForPeople = []string{
	"rowColumns", "dialect", "withoutRowid", "NewReplacer", "rows",
	"Info", "Warn", "Debug", "Log", "panic", "MustCompile", "HasPrefix", "TrimPrefix", "Contains", "HasSuffix", "Prepare", "Exec", "Query", "QueryRow",
	"exec", "query", "misuse", "wordSet", "headingsOf", "phoneNouns", "phoneKinds", "hintsOf", "countries", "commonNames",
	"totals", "nobody", "nullWords", "instructions", "instructionsBegin", "dateWords",
}

// unsaid are texts that read like messages and are none, with the reason.
var unsaid = map[string]string{
	"while parsing a flow sequence":  library,
	"while parsing a flow mapping":   library,
	"quoted scalar":                  library,
	"mapping values are not allowed": library,
	"cannot start any token":         library,
	"could not find expected ':'":    library,
	"did not find expected":          library,
	"expected string":                library,
	"Id på visningstillfället":       "the specification's own words",

	"%d ms, then %s/s": "an event's detail",
	"words: %q: %v":    internal, "words: %s: %v": internal,
	"locked by another process": worded, "vitec-import ledger %16s commit %020d file %020d by %16s\n": format, "{without rowid}": format, "SQLite format 3\x00": format,
	"propose: column %d, field %q": internal, "propose: %q looks nothing up": internal, "propose: no mapping": internal, "nothing chosen": worded, "attachment; filename=\"": format, "event: ended\ndata: \n\n": format,
	"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; sandbox allow-scripts allow-downloads allow-popups; frame-ancestors 'none'": format,

	"reports: the input was opened without table.Options.KeepRaw": internal,
	"import: reason": column, "import: hint": column, "import: run": column, "import: row": column,
	"in use":                            internal,
	"its rows are not those of the run": worded,
	"yyyy-mm-dd hh:mm:ss":               format,

	"vitec-import check ": command, "vitec-import ledger forget --ledger ": command, "{value: false}": yamlPiece,
	"json, xml": choice, "text, json": choice, "debug, info, warn, error": choice,
	"negative offset": internal, "too much text": worded,
	"%s wants a value of kind %s":          internal,
	"unknown format %q (want json or xml)": worded,
	"there is no login for this customer":  worded,
	"no login":                             "a login as a log prints it, without what it is",
	"a request must not be sent twice":     internal,
	"there was no answer within %v: %w":    network,
	"remote error":                         network,
	"not in UTF-8":                         internal,
	"http is for loopback addresses only, and this host is elsewhere": network,
}

const (
	column    = "a column that a later run knows by its name"
	library   = "what a library says, to be recognised"
	internal  = "a mistake in the program, not in what a person did"
	worded    = "a sentinel; whoever meets it says it in words of his own"
	format    = "a file format's"
	command   = "a command, to be copied"
	choice    = "the values of a flag"
	yamlPiece = "a piece of a mapping"
	network   = "what the system or the network said, kept as it was said"
)

// unsaidFiles are sources that speak as the API does, or to other programs.
var unsaidFiles = []string{
	"cmd/vitec-import/metrics.go",
	"vitec/sandbox/answer.go", "vitec/sandbox/body.go", "vitec/sandbox/control.go", "vitec/sandbox/office.go",
	"vitec/sandbox/request.go", "vitec/sandbox/rules.go", "vitec/sandbox/server.go", "vitec/sandbox/viewings.go",
}

// sentence finds what reads like words for people: two words of small letters
// with a space between them. Codes, names of files and formats have none.
var sentence = regexp.MustCompile(`(^|[^a-zåäö])[a-zåäö]{2,}[,:;]? [a-zåäö]{2,}`)

var sql = regexp.MustCompile(`^\s*(--.*\s+)*(SELECT|INSERT|UPDATE|DELETE|CREATE|WITH|PRAGMA|ALTER|DROP) `)

// TestCatalogue holds the sources and the catalogue against each other: every
// message has a translation, every translation a message, with the same verbs.
func TestCatalogue(t *testing.T) {
	known := map[string]string{}
	for _, tr := range translations() {
		if other, twice := known[tr.English]; twice && other != tr.Swedish { // two packages may say the same
			t.Errorf("%q is translated as %q and as %q", tr.English, other, tr.Swedish)
		}
		known[tr.English] = tr.Swedish
		if tr.Swedish == "" || tr.English == "" {
			t.Errorf("a translation is empty: %q, %q", tr.English, tr.Swedish)
		}
		if e, s := verbs(tr.English), verbs(tr.Swedish); !maps.Equal(e, s) {
			t.Errorf("%q has the verbs %v, its translation %q has %v", tr.English, e, tr.Swedish, s)
		}
		identical := tr.English == tr.Swedish && strings.ContainsFunc(verb.ReplaceAllString(tr.English, ""), unicode.IsLetter)
		if identical != slices.Contains(same, tr.English) {
			t.Errorf("%q is the same in both languages: %v", tr.English, identical)
		}
	}
	root := "../.."
	texts := map[string]bool{} // every constant text of the sources
	exceptions := maps.Clone(unsaid)
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == ".git" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		rel = filepath.ToSlash(rel)
		check := slices.Contains(converted, filepath.ToSlash(filepath.Dir(rel)))
		switch {
		case strings.HasSuffix(path, ".html"):
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if s := sentence.FindString(markup.ReplaceAllString(string(src), "\n")); s != "" {
				t.Errorf("%s: %q is not said in two languages", rel, s)
			}
			for _, text := range templateTexts(string(src)) {
				texts[text] = true
				if known[text] == "" && slices.Contains(converted, filepath.ToSlash(filepath.Dir(filepath.Dir(rel)))) {
					t.Errorf("%s: %q has no Swedish", rel, text)
				}
			}
		case strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go"):
			for _, s := range source(t, path) {
				texts[s.text] = true
				if !check || known[s.text] != "" {
					continue
				}
				if _, excepted := unsaid[s.text]; excepted {
					delete(exceptions, s.text)
					continue
				}
				said := s.said && strings.ContainsFunc(verb.ReplaceAllString(s.text, ""), unicode.IsLetter)
				if said && !slices.Contains(same, s.text) || s.prose && !slices.Contains(unsaidFiles, rel) {
					t.Errorf("%s: %q has no Swedish", s.place, s.text)
				}
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for english := range known {
		if !texts[english] {
			t.Errorf("nobody says %q", english)
		}
	}
	for text := range exceptions {
		t.Errorf("%q is excepted, and nowhere to be found", text)
	}
}

// verb is one verb of a format.
var verb = regexp.MustCompile(`%%|%[-+# 0]*(\[\d+\])?(\d+|\*)?(\.(\d+|\*))?[a-zA-Z]`)

// verbs counts the verbs of a format by argument and letter: "1s".
func verbs(format string) map[string]int {
	found := map[string]int{}
	n := 0
	for _, m := range verb.FindAllStringSubmatch(format, -1) {
		if m[0] == "%%" {
			continue
		}
		n++
		if at := strings.Trim(m[1], "[]"); at != "" {
			n = 0
			for _, c := range at {
				n = n*10 + int(c-'0')
			}
		}
		found[string(rune('0'+n))+m[0][len(m[0])-1:]]++
	}
	return found
}

var (
	action     = regexp.MustCompile(`\{\{[^}]*\}\}`)
	markup     = regexp.MustCompile(`(?s)\{\{.*?\}\}|<(pre|code|span class="quiet")[^>]*>[^<]*</|<[^>]*>`)
	inTemplate = regexp.MustCompile("\"((?:[^\"\\\\]|\\\\.)*)\"|`([^`]*)`")
)

// templateTexts are what an HTML template says: the texts in quotation marks
// inside actions that call say.
func templateTexts(src string) (all []string) {
	for _, a := range action.FindAllString(src, -1) {
		if !strings.Contains(a, "say ") {
			continue
		}
		for _, m := range inTemplate.FindAllStringSubmatch(a, -1) {
			all = append(all, strings.ReplaceAll(m[1]+m[2], `\"`, `"`))
		}
	}
	return all
}

type found struct {
	text, place string
	said        bool // it is given to a speaker, or is a text's Format
	prose       bool // it reads like a sentence
}

// source returns the constant texts of a file.
func source(t *testing.T, path string) (all []found) {
	t.Helper()
	set := token.NewFileSet()
	tree, err := parser.ParseFile(set, path, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	said := map[ast.Expr]bool{}
	quiet := 0 // depth inside what is not for people
	var visit func(n ast.Node) bool
	walk := func(n ast.Node) { ast.Inspect(n, visit) }
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field:
			if n.Tag != nil {
				if tag, err := strconv.Unquote(n.Tag.Value); err == nil && reflect.StructTag(tag).Get("means") != "" {
					all = append(all, found{text: reflect.StructTag(tag).Get("means"), place: set.Position(n.Pos()).String(), said: true})
				}
			}
			n.Tag = nil
		case *ast.KeyValueExpr:
			switch key, _ := n.Key.(*ast.Ident); {
			case key == nil:
			case key.Name == "Format", key.Name == "Meaning":
				said[n.Value] = true
			case key.Name == "Swedish": // the specification's own words
				return false
			}
		case *ast.CompositeLit:
			if isCommand(n) {
				all = append(all, help(set, n)...)
				for _, e := range n.Elts {
					if _, text := constantText(e.(*ast.KeyValueExpr).Value); !text {
						walk(e)
					}
				}
				return false
			}
		case *ast.ValueSpec:
			if slices.Contains(notForPeople, n.Names[0].Name) {
				quiet++
				for _, v := range n.Values {
					walk(v)
				}
				quiet--
				return false
			}
		case *ast.CallExpr:
			name := ""
			switch f := n.Fun.(type) {
			case *ast.SelectorExpr:
				name = f.Sel.Name
			case *ast.Ident:
				name = f.Name
			}
			for _, i := range speakers[name] {
				if i < len(n.Args) {
					said[n.Args[i]] = true
				}
			}
			if slices.Contains(notForPeople, name) {
				quiet++
				for _, a := range n.Args {
					walk(a)
				}
				quiet--
				return false
			}
		case ast.Expr:
			s, ok := constantText(n)
			if !ok {
				return true
			}
			all = append(all, found{
				text: s, place: set.Position(n.Pos()).String(), said: said[n],
				prose: quiet == 0 && sentence.MatchString(s) && !sql.MatchString(s) && !strings.HasPrefix(s, "<") && !strings.Contains(s, "; charset=utf-8"),
			})
			return false
		}
		return true
	}
	walk(tree)
	return all
}

func isCommand(lit *ast.CompositeLit) bool {
	t, ok := lit.Type.(*ast.SelectorExpr)
	return ok && t.Sel.Name == "Command"
}

// help returns the texts of a command, as they are looked up: the long one
// paragraph by paragraph. How it is called and its examples may be the same in
// all languages.
func help(set *token.FileSet, command *ast.CompositeLit) (all []found) {
	for _, e := range command.Elts {
		kv := e.(*ast.KeyValueExpr)
		text, ok := constantText(kv.Value)
		if !ok {
			continue
		}
		name := kv.Key.(*ast.Ident).Name
		paragraphs := []string{text}
		if name == "Long" {
			paragraphs = strings.Split(text, "\n\n")
		}
		for _, p := range paragraphs {
			all = append(all, found{
				text: strings.ReplaceAll(p, "%", "%%"), place: set.Position(kv.Pos()).String(),
				said: name == "Short" || name == "Long",
			})
		}
	}
	return all
}

// constantText is the text of a literal, or of several put together.
func constantText(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			return constant.StringVal(constant.MakeFromLiteral(e.Value, e.Kind, 0)), true
		}
	case *ast.ParenExpr:
		return constantText(e.X)
	case *ast.BinaryExpr:
		x, ok := constantText(e.X)
		y, ok2 := constantText(e.Y)
		return x + y, ok && ok2 && e.Op == token.ADD
	}
	return "", false
}
