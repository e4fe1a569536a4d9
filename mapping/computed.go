package mapping

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"strconv"
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

// computed is a compiled expression. Its functions are pure, it has no loops,
// no variables and no clock; so its time and memory are bounded by its length
// and that of the cells, and a row always gives the same text.
type computed struct {
	program *vm.Program
	columns []scalar // in the order of their first use
}

// row is what an expression sees: cells by the names that it uses.
type row struct {
	Column func(name string) string `expr:"column"`
}

var errTooLong = errors.New("the text becomes too long")

// computedFunctions is what an expression may call, besides column.
var computedFunctions = []expr.Option{
	expr.Function("upper", func(p ...any) (any, error) { return strings.ToUpper(p[0].(string)), nil }, new(func(string) string)),
	expr.Function("lower", func(p ...any) (any, error) { return strings.ToLower(p[0].(string)), nil }, new(func(string) string)),
	expr.Function("title", func(p ...any) (any, error) { return titleCase(p[0].(string)), nil }, new(func(string) string)),
	expr.Function("trim", func(p ...any) (any, error) { return strings.TrimSpace(p[0].(string)), nil }, new(func(string) string)),
	expr.Function("len", func(p ...any) (any, error) { return utf8.RuneCountInString(p[0].(string)), nil }, new(func(string) int)),
	expr.Function("replace", func(p ...any) (any, error) {
		text, from, to := p[0].(string), p[1].(string), p[2].(string)
		if from == "" {
			return text, nil
		}
		if len(text)+strings.Count(text, from)*max(0, len(to)-len(from)) > maxResult {
			return "", errTooLong
		}
		return strings.ReplaceAll(text, from, to), nil
	}, new(func(string, string, string) string)),
	expr.Function("part", func(p ...any) (any, error) {
		return partOf(p[0].(string), p[1].(string), p[2].(int)), nil
	}, new(func(string, string, int) string)),
	expr.Function("left", func(p ...any) (any, error) {
		r := []rune(p[0].(string))
		return string(r[:min(max(p[1].(int), 0), len(r))]), nil
	}, new(func(string, int) string)),
	expr.Function("right", func(p ...any) (any, error) {
		r := []rune(p[0].(string))
		return string(r[len(r)-min(max(p[1].(int), 0), len(r)):]), nil
	}, new(func(string, int) string)),
}

var (
	computedNames     = []string{"column", "upper", "lower", "title", "trim", "len", "replace", "part", "left", "right"}
	computedOperators = []string{"+", "==", "!=", "<", ">", "<=", ">=", "and", "&&", "or", "||", "not", "!", "contains", "startsWith", "endsWith", "matches"}
)

// guard lets through what is bounded and notes the columns.
type guard struct {
	text    scalar
	columns []scalar
	errs    []*Error
}

func (g *guard) Visit(n *ast.Node) {
	refuse := func(what any) {
		e := exprPos(g.text, (*n).Location()).at("expression", "%v is not part of the expressions of a mapping", what)
		e.Hint = say("there are %v; %v and ? :", strings.Join(computedNames, ", "), strings.Join(computedOperators, " "))
		g.errs = append(g.errs, e)
	}
	switch node := (*n).(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.BoolNode, *ast.ConditionalNode:
	case *ast.IdentifierNode:
		if strings.HasPrefix(node.Value, "$") {
			refuse(strconv.Quote(node.Value))
		}
	case *ast.UnaryNode:
		if node.Operator != "-" && !slices.Contains(computedOperators, node.Operator) {
			refuse(say("the operator %q", node.Operator))
		}
	case *ast.BinaryNode:
		if !slices.Contains(computedOperators, node.Operator) {
			refuse(say("the operator %q", node.Operator))
		}
	case *ast.CallNode:
		name, ok := node.Callee.(*ast.IdentifierNode)
		if !ok {
			refuse(say("a call of this kind"))
			return
		}
		if !slices.Contains(computedNames, name.Value) {
			e := exprPos(g.text, name.Location()).at("expression", "unknown function %q in the expression", name.Value)
			if e.Suggestion = suggest(name.Value, computedNames); e.Suggestion == "" {
				e.Hint = say("there are %v", strings.Join(computedNames, ", "))
			}
			g.errs = append(g.errs, e)
			return
		}
		if name.Value != "column" || len(node.Arguments) != 1 {
			return
		}
		column, ok := node.Arguments[0].(*ast.StringNode)
		if !ok {
			g.errs = append(g.errs, exprPos(g.text, node.Location()).at("expression", `"column" takes a name in quotes: column("Ort")`))
			return
		}
		if !slices.ContainsFunc(g.columns, func(s scalar) bool { return s.text == column.Value }) {
			at := exprPos(g.text, column.Location())
			at.width = utf8.RuneCountInString(column.Value) + 2
			g.columns = append(g.columns, scalar{text: column.Value, set: true, pos: at})
		}
	case *ast.BuiltinNode:
		refuse(strconv.Quote(node.Name))
	default:
		refuse(say("what stands here"))
	}
}

// compile checks an expression and its types. It returns mistakes with their
// place in the mapping.
func compile(text scalar) (*computed, Errors) {
	g := &guard{text: text}
	options := []expr.Option{
		expr.Env(row{}), expr.AsKind(reflect.String), expr.DisableAllBuiltins(), expr.MaxNodes(maxNodes),
		expr.Optimize(false), // keeps the tree as it is written, and nothing is run before it is checked
	}
	options = append(options, computedFunctions...)
	options = append(options, expr.Patch(g))
	program, err := expr.Compile(text.text, options...)
	if len(g.errs) > 0 {
		// The leftmost: what is behind it is mostly its consequence.
		e := slices.MinFunc(g.errs, func(a, b *Error) int { return cmp.Compare(a.Column, b.Column) })
		return nil, Errors{e}
	}
	if err != nil {
		return nil, Errors{exprError(text, err)}
	}
	if t := program.Node().Type(); t == nil || t.Kind() != reflect.String {
		// One branch of a condition is a text, another is not.
		return nil, Errors{text.pos.at("expression", "the expression must make a text")}
	}
	return &computed{program: program, columns: g.columns}, nil
}

// exprError tells in our words what the expression library finds.
func exprError(text scalar, err error) *Error {
	at := text.pos
	message := "the expression cannot be read"
	var fe *file.Error
	if errors.As(err, &fe) {
		at = exprPos(text, fe.Location)
		switch {
		case strings.HasPrefix(fe.Message, "unknown name "):
			name := strings.TrimPrefix(fe.Message, "unknown name ")
			e := at.at("expression", "unknown name %q in the expression", name)
			e.width = utf8.RuneCountInString(name)
			if e.Suggestion = suggest(name, computedNames); e.Suggestion == "" {
				e.Hint = say("a cell is read by column(%q)", name)
			}
			return e
		case strings.HasPrefix(fe.Message, "expected string, but got "):
			message = "the expression must make a text"
		case strings.Contains(fe.Message, "mismatched types"):
			message = "the two sides of the operator do not fit each other"
		case strings.Contains(fe.Message, "arguments to call"):
			message = "the function is called with too many or too few arguments"
		case strings.Contains(fe.Message, "cannot use "):
			message = "the function is called with an argument of the wrong kind"
		case strings.Contains(fe.Message, "maximum"), strings.Contains(fe.Message, "exceeds"):
			return at.at("expression", "the expression is too long; it may have %v parts", maxNodes)
		case strings.Contains(fe.Message, "unexpected token EOF"):
			message = "the expression is not complete"
		case strings.Contains(fe.Message, "unclosed"), strings.Contains(fe.Message, "literal not terminated"):
			message = "a quote or bracket is not closed in the expression"
		case strings.Contains(fe.Message, "regexp"):
			message = `the pattern after "matches" cannot be read`
		}
	} else if strings.Contains(err.Error(), "string") {
		message = "the expression must make a text"
	}
	return at.at("expression", message)
}

// exprPos is the place of an offset in an expression, or the expression's own
// place where its text does not stand in the file as it is.
func exprPos(text scalar, loc file.Location) pos {
	p := text.pos
	if p.src == nil || p.line <= 0 || p.line > len(p.src.lines) {
		return p
	}
	line := []rune(p.src.lines[p.line-1])
	source := []rune(text.text)
	for shift := 0; shift <= 1; shift++ { // plain, or behind a quote
		start := p.col - 1 + shift
		if start >= 0 && start+len(source) <= len(line) && string(line[start:start+len(source)]) == text.text {
			if loc.From >= 0 && loc.From <= len(source) {
				p.col, p.width = start+1+loc.From, max(1, min(loc.To, len(source))-loc.From)
			}
			return p
		}
	}
	return p
}

// run computes the text of a row.
func (c *computed) run(machine *vm.VM, cells row) (string, *fault) {
	result, err := machine.Run(c.program, cells)
	if err != nil {
		return "", &fault{code: "computed"}
	}
	text, ok := result.(string)
	if !ok || len(text) > maxResult {
		return "", &fault{code: "computed"}
	}
	return clean(text), nil
}
