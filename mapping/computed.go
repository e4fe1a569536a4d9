package mapping

import (
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// An expression may be as long, and make a text as long, as this.
const (
	maxNodes  = 200
	maxResult = 16 << 10 // bytes
)

// expression is a compiled "computed". Its functions are pure, and it has no loops
// and no variables; so its time and memory are bounded by its length and that of
// the cells, and a row always gives the same text.
type expression struct {
	program *vm.Program
	columns scalars // in the order of their first use
}

// functions is what an expression may call.
var functions = map[string]any{
	"column": func(name string) string { return "" }, // each row has its own
	"upper":  strings.ToUpper,
	"lower":  strings.ToLower,
	"title":  titleCase,
	"trim":   strings.TrimSpace,
	"len":    utf8.RuneCountInString,
	"part":   partOf,
	"left":   func(text string, n int) string { r := []rune(text); return string(r[:min(max(n, 0), len(r))]) },
	"right":  func(text string, n int) string { r := []rune(text); return string(r[len(r)-min(max(n, 0), len(r)):]) },
	"replace": func(text, from, to string) (string, error) {
		switch {
		case from == "":
			return text, nil
		case len(text)+strings.Count(text, from)*(len(to)-len(from)) > maxResult:
			return "", errors.ErrUnsupported
		}
		return strings.ReplaceAll(text, from, to), nil
	},
}

var (
	functionNames = []string{"column", "upper", "lower", "title", "trim", "len", "replace", "part", "left", "right"}
	operators     = []string{"+", "==", "!=", "<", ">", "<=", ">=", "and", "&&", "or", "||", "not", "!", "contains", "startsWith", "endsWith", "matches"}
)

// expressionParts is what an expression may consist of.
var expressionParts = say("there are %v; %v and ? :", strings.Join(functionNames, ", "), strings.Join(operators, " "))

// compute compiles an expression. It returns nil after a mistake.
func (c *compiler) compute(text scalar) *expression {
	g := &guard{text: text}
	program, err := expr.Compile(text.text, expr.Env(functions), expr.AsKind(reflect.String), expr.DisableAllBuiltins(), expr.MaxNodes(maxNodes),
		expr.Optimize(false), // nothing is run before it is checked
		expr.Patch(g))
	at := &file.Error{}
	switch {
	case len(g.errs) > 0: // the leftmost: what is behind it is mostly its consequence
		c.errs = append(c.errs, g.errs.sorted()[0])
	case err == nil && program.Node().Type().Kind() == reflect.String:
		return &expression{program, g.columns}
	case err == nil || strings.Contains(err.Error(), "expected string"): // or one branch of a condition is a text, another is not
		c.fail(text.pos, "expression", "the expression must make a text")
	default:
		errors.As(err, &at)
		c.fail(g.at(at.Location), "expression", "the expression cannot be read here").Hint = expressionParts
	}
	return nil
}

// guard lets through what is bounded and notes the columns.
type guard struct {
	mistakes
	columns scalars
	text    scalar
}

// at is a place in the expression, if its text stands in the file as it is.
func (g *guard) at(loc file.Location) pos {
	p := g.text.pos
	if p.src != nil && p.line > 0 {
		if before, _, ok := strings.Cut(p.src.lines[p.line-1], g.text.text); ok {
			p.col, p.width = utf8.RuneCountInString(before)+1+loc.From, loc.To-loc.From
		}
	}
	return p
}

func (g *guard) Visit(n *ast.Node) {
	loc, allowed := (*n).Location(), false
	switch node := (*n).(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.BoolNode, *ast.ConditionalNode:
		allowed = true
	case *ast.IdentifierNode:
		if allowed = !strings.HasPrefix(node.Value, "$"); allowed && !slices.Contains(functionNames, node.Value) {
			g.fail(g.at(loc), "expression", "unknown name %q in the expression", node.Value).near(node.Value, functionNames).otherwise("a cell is read by column(%q)", node.Value)
		}
	case *ast.UnaryNode:
		allowed = node.Operator == "-" || slices.Contains(operators, node.Operator)
	case *ast.BinaryNode:
		allowed = slices.Contains(operators, node.Operator)
	case *ast.CallNode:
		var function *ast.IdentifierNode
		if function, allowed = node.Callee.(*ast.IdentifierNode); !allowed || function.Value != "column" || len(node.Arguments) != 1 {
			break
		}
		at := g.at(node.Arguments[0].Location())
		if name, ok := node.Arguments[0].(*ast.StringNode); !ok {
			g.fail(at, "expression", `"column" takes a name in quotes: column("Ort")`)
		} else if !slices.Contains(g.columns.texts(), name.Value) {
			g.columns = append(g.columns, scalar{text: name.Value, set: true, pos: at})
		}
	}
	if !allowed {
		g.fail(g.at(loc), "expression", "%q is not part of the expressions of a mapping", string([]rune(g.text.text)[loc.From:loc.To])).Hint = expressionParts
	}
}

// text computes the text of a row from the cells of its columns.
func (e *expression) text(parts []string) (string, *fault) {
	env := maps.Clone(functions)
	env["column"] = func(name string) string { return oneLine(parts[slices.Index(e.columns.texts(), name)]) }
	result, err := expr.Run(e.program, env)
	text, ok := result.(string)
	if err != nil || !ok || len(text) > maxResult {
		return "", &fault{code: "computed"}
	}
	return clean(text), nil
}
