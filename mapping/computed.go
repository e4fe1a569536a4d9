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
	"left": func(text string, n int) string {
		r := []rune(text)
		return string(r[:min(max(n, 0), len(r))])
	},
	"right": func(text string, n int) string {
		r := []rune(text)
		return string(r[len(r)-min(max(n, 0), len(r)):])
	},
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

// compute compiles an expression. It returns nil after a mistake.
func (c *compiler) compute(text scalar) *expression {
	e := &expression{}
	before := len(c.errs)
	program, err := expr.Compile(text.text, expr.Env(functions), expr.AsKind(reflect.String), expr.DisableAllBuiltins(), expr.MaxNodes(maxNodes),
		expr.Optimize(false), // nothing is run before it is checked
		expr.Patch(&guard{c, e, text}))
	switch {
	case len(c.errs) > before:
		// The leftmost: what is behind it is mostly its consequence.
		first := slices.MinFunc(c.errs[before:], func(a, b *Error) int { return a.Column - b.Column })
		c.errs = append(c.errs[:before], first)
		return nil
	case err != nil:
		c.notCompiled(text, err)
		return nil
	}
	if t := program.Node().Type(); t == nil || t.Kind() != reflect.String { // one branch of a condition is a text, another is not
		c.fail(text.pos, "expression", "the expression must make a text")
	}
	e.program = program
	return e
}

// guard lets through what is bounded and notes the columns.
type guard struct {
	*compiler
	e    *expression
	text scalar
}

func (g *guard) Visit(n *ast.Node) {
	at := (*n).Location()
	allowed := false
	switch node := (*n).(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.BoolNode, *ast.ConditionalNode:
		allowed = true
	case *ast.IdentifierNode:
		allowed = !strings.HasPrefix(node.Value, "$")
	case *ast.UnaryNode:
		allowed = node.Operator == "-" || slices.Contains(operators, node.Operator)
	case *ast.BinaryNode:
		allowed = slices.Contains(operators, node.Operator)
	case *ast.CallNode:
		name, ok := node.Callee.(*ast.IdentifierNode)
		allowed = ok
		if ok && !slices.Contains(functionNames, name.Value) {
			g.fail(exprPos(g.text, name.Location()), "expression", "unknown function %q in the expression", name.Value).
				near(name.Value, functionNames).otherwise("there are %v", strings.Join(functionNames, ", "))
		} else if ok && name.Value == "column" && len(node.Arguments) == 1 {
			g.column(node.Arguments[0], at)
		}
	}
	if !allowed {
		g.fail(exprPos(g.text, at), "expression", "%q is not part of the expressions of a mapping", string([]rune(g.text.text)[at.From:at.To])).
			hint("there are %v; %v and ? :", strings.Join(functionNames, ", "), strings.Join(operators, " "))
	}
}

// column notes which column a call of that function reads.
func (g *guard) column(argument ast.Node, call file.Location) {
	name, ok := argument.(*ast.StringNode)
	if !ok {
		g.fail(exprPos(g.text, call), "expression", `"column" takes a name in quotes: column("Ort")`)
	} else if !slices.Contains(g.e.columns.texts(), name.Value) {
		at := exprPos(g.text, name.Location())
		at.width = utf8.RuneCountInString(name.Value) + 2
		g.e.columns = append(g.e.columns, scalar{text: name.Value, set: true, pos: at})
	}
}

// exprWords says in our words what the library finds, by a part of its message.
// The first that fits holds.
var exprWords = []struct{ library, ours string }{
	{"mismatched types", "the two sides of the operator do not fit each other"},
	{"arguments to call", "the function is called with too many or too few arguments"},
	{"cannot use ", "the function is called with an argument of the wrong kind"},
	{"unexpected token EOF", "the expression is not complete"},
	{"unclosed", "a quote or bracket is not closed in the expression"},
	{"literal not terminated", "a quote or bracket is not closed in the expression"},
	{"regexp", `the pattern after "matches" cannot be read`},
	{"expected string", "the expression must make a text"},
	{"", "the expression cannot be read"},
}

// notCompiled tells what the expression library finds.
func (c *compiler) notCompiled(text scalar, err error) {
	at, message := text.pos, err.Error()
	var fe *file.Error
	if errors.As(err, &fe) {
		at, message = exprPos(text, fe.Location), fe.Message
	}
	if name, ok := strings.CutPrefix(message, "unknown name "); ok {
		at.width = utf8.RuneCountInString(name)
		c.fail(at, "expression", "unknown name %q in the expression", name).near(name, functionNames).otherwise("a cell is read by column(%q)", name)
		return
	}
	if strings.Contains(message, "maximum") || strings.Contains(message, "exceeds") {
		c.fail(at, "expression", "the expression is too long; it may have %v parts", maxNodes)
		return
	}
	for _, w := range exprWords {
		if strings.Contains(message, w.library) {
			c.fail(at, "expression", w.ours)
			return
		}
	}
}

// exprPos is the place of an offset in an expression, or the expression's own
// place where its text does not stand in the file as it is.
func exprPos(text scalar, loc file.Location) pos {
	p := text.pos
	if p.src == nil || p.line <= 0 || p.line > len(p.src.lines) {
		return p
	}
	line, source := []rune(p.src.lines[p.line-1]), []rune(text.text)
	for start := p.col - 1; start <= p.col; start++ { // plain, or behind a quote
		if start >= 0 && start+len(source) <= len(line) && string(line[start:start+len(source)]) == text.text {
			if loc.From >= 0 && loc.From <= len(source) {
				p.col, p.width = start+1+loc.From, max(1, min(loc.To, len(source))-loc.From)
			}
			return p
		}
	}
	return p
}

// text computes the text of a row from the cells of its columns.
func (e *expression) text(parts []string) (string, *fault) {
	for _, p := range parts {
		if len(p) > maxResult {
			return "", &fault{code: "computed"}
		}
	}
	env := maps.Clone(functions)
	env["column"] = func(name string) string { return oneLine(parts[slices.Index(e.columns.texts(), name)]) }
	result, err := expr.Run(e.program, env)
	text, ok := result.(string)
	if err != nil || !ok || len(text) > maxResult {
		return "", &fault{code: "computed"}
	}
	return clean(text), nil
}
