package table

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"vitec-import/importer/words"
	"vitec-import/importer/words/wordstest"
)

// TestWords finds codes of refused rows without words: it reads the
// codes out of the source, so that a new one is not forgotten.
func TestWords(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "error.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[Code]bool{}
	var known []string
	for _, d := range f.Decls {
		block, ok := d.(*ast.GenDecl)
		if !ok || !strings.HasPrefix(block.Doc.Text(), "The codes of a refused row.") {
			continue
		}
		for _, s := range block.Specs {
			code, err := strconv.Unquote(s.(*ast.ValueSpec).Values[0].(*ast.BasicLit).Value)
			if err != nil {
				t.Fatal(err)
			}
			codes[Code(code)] = true
		}
	}
	if !codes[CodeFooter] {
		t.Fatal("the codes of refused rows are not found in error.go")
	}
	for c := range codes {
		for _, l := range words.Languages {
			if reason, hint, ok := c.In(l); !ok || reason == "" || hint == "" {
				t.Errorf("%s in %s: got %q, %q, %t", c, l, reason, hint, ok)
			}
		}
		known = append(known, "reason."+string(c), "hint."+string(c))
	}
	wordstest.Check(t, wordstest.Package{Files: wordFiles, Codes: append(known, "file.")})
	if _, _, ok := CodeEmpty.In(words.Swedish); ok {
		t.Error("the code of a file has the words of a row")
	}
}

func TestErrorIn(t *testing.T) {
	for _, tt := range []struct {
		err  Error
		want string
	}{
		{Error{File: "a.csv", Row: 17, Column: 3, Header: "Född", Code: CodeControl, Reason: "U+0007"}, `a.csv:17: kolumn C "Född": cellen innehåller ett styrtecken`},
		{Error{File: "a.csv", Code: CodeDelimiter, Reason: "none"}, "a.csv: avgränsaren går inte att avgöra"},
		{Error{File: "a.csv", Row: 2, Code: "of later", Reason: "as it is"}, "a.csv:2: as it is"},
	} {
		if got := tt.err.In(words.Swedish); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
		if got := tt.err.Error(); !strings.HasSuffix(got, tt.err.Reason) {
			t.Errorf("in English it says %q", got)
		}
	}
}
