package table

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"
)

// TestSwedish finds codes of refused rows without Swedish words: it reads the
// codes out of the source, so that a new one is not forgotten.
func TestSwedish(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "error.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	codes := map[Code]bool{}
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
		if reason, hint, ok := c.InSwedish(); !ok || reason == "" || hint == "" {
			t.Errorf("%s: got %q, %q, %t", c, reason, hint, ok)
		}
	}
	if len(inSwedish) != len(codes) {
		t.Errorf("%d codes in Swedish, %d of refused rows", len(inSwedish), len(codes))
	}
	if _, _, ok := CodeEmpty.InSwedish(); ok {
		t.Error("the code of a file has the words of a row")
	}
}
