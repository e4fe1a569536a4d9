package mapping

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The YAML library makes a tree of the file. What it says of a text that is no
// YAML is said here in words for people, at the place where a person would look.

// MaxSize is the size in bytes of the largest file that [Parse] reads. Whoever
// loads a file need not read more than one byte beyond it.
const MaxSize = 1 << 20

// tree returns the root of the only document in a file, or nil and what is wrong.
func (r *reader) tree(name string, src []byte) *yaml.Node {
	tooLarge, isUTF8 := len(src) > MaxSize, utf8.Valid(src)
	// UTF-16 is what Windows writes where nobody has said UTF-8.
	src, _, _ = transform.Bytes(unicode.BOMOverride(transform.Nop), src)
	r.src = newSource(name, src)
	top := pos{src: r.src, line: 1, col: 1}
	loader, err := yaml.NewLoader(bytes.NewReader(src), yaml.WithUniqueKeys(false))
	var first, second yaml.Node
	switch {
	case tooLarge:
		r.fail(top, "too_large", "the mapping has more than %v bytes, which is the most that is read", MaxSize).hint("check that this is a mapping")
		return nil
	case r.foreign(isUTF8):
		return nil
	case !slices.ContainsFunc(r.src.lines, saysSomething.MatchString):
		r.fail(top, "empty", "the mapping is empty")
		return nil
	case err == nil:
		err = loader.Load(&first)
	}
	if err != nil || len(first.Content) == 0 {
		r.syntax(err)
		return nil
	}
	root := first.Content[0]
	switch err := loader.Load(&second); {
	case err == nil:
		line := root.Line + 1 + slices.IndexFunc(r.src.lines[root.Line:], marksDocument.MatchString)
		r.fail(pos{src: r.src, line: line, col: 1, width: 3}, "second_document", "a second document begins here; a mapping is one").hint("remove this line")
	case !errors.Is(err, io.EOF):
		r.syntax(err)
	}
	if r.refuse(root); len(r.errs) > 0 {
		return nil // of the rest nothing is known
	}
	return root
}

var (
	saysSomething = regexp.MustCompile(`^\s*[^\s#]`) // as a first test: --- is told as what it is
	marksDocument = regexp.MustCompile(`^(---|\.\.\.)`)
)

// foreign finds what no YAML text may hold, because the library says neither line
// nor column of it. A replacement character is a letter of a column's name, if it
// was not put in while the text was read.
func (r *reader) foreign(isUTF8 bool) bool {
	for i, line := range r.src.lines {
		col := 0
		for at, c := range line {
			col++
			shown := fmt.Sprintf("U+%04X", c)
			switch {
			case c == utf8.RuneError && !isUTF8:
				shown = fmt.Sprintf("0x%02X", line[at])
			case c < ' ' && c != '\t', c >= 0x7f && c < 0xa0, strings.ContainsRune("\u2028\u2029\ufeff\ufffe\uffff", c):
			default:
				continue
			}
			r.fail(pos{src: r.src, line: i + 1, col: col}, "encoding", "the character %v does not belong in a mapping", shown).hint("save the mapping as UTF-8 text")
			return true
		}
	}
	return false
}

// syntax tells a mistake of the YAML text itself.
func (r *reader) syntax(err error) {
	p := pos{src: r.src, line: 1, col: 1}
	message := fmt.Sprint(err)
	var one *yaml.LoadError
	if errors.As(err, &one) {
		message = one.ContextMsg + ", " + one.Message
		mark := one.Mark
		// An unclosed bracket or quote is best shown where it was opened.
		if one.ContextMark.Line > 0 && (mark.Line <= 0 || strings.Contains(one.ContextMsg, "quoted") || strings.Contains(one.ContextMsg, "flow")) {
			mark = one.ContextMark
		}
		if mark.Line > 0 { // the library knows no place of some mistakes
			p.line, p.col = mark.Line, max(mark.Column, 1)
		}
	}
	if r.culprit(p) {
		return
	}
	for _, w := range syntaxWords {
		if strings.Contains(message, w.library) {
			r.fail(p, "syntax", w.ours).hint(w.hint)
			return
		}
	}
}

// culprit tells what confused the library at or before p, where it tells only the
// consequence: a tab that indents, a directive, a quote that is closed lines later
// by another one.
func (r *reader) culprit(p pos) bool {
	lines := r.src.lines[:min(p.line, len(r.src.lines))]
	for i, line := range lines {
		at := pos{src: r.src, line: i + 1, col: 1, width: 1}
		indent := line[:len(line)-len(strings.TrimLeft(line, " \t"))]
		quote := strings.IndexByte(line, '"')
		switch {
		case strings.HasPrefix(line, "%"):
			r.fail(at, "syntax", "directives (%%) are not part of the mapping language").hint("put a text that begins with %% in quotes")
		case i+1 == len(lines) && strings.Contains(indent, "\t"):
			at.col = 1 + strings.IndexByte(indent, '\t')
			r.fail(at, "syntax", "a tab indents this line").hint("indent with spaces")
		case i+1 < len(lines) && quote > 0 && strings.IndexByte(" [{,", line[quote-1]) >= 0 && !strings.Contains(line, "#") &&
			(strings.Count(line, `"`)-strings.Count(line, `\"`))%2 == 1:
			at.col = 1 + utf8.RuneCountInString(line[:strings.LastIndexByte(line, '"')])
			r.fail(at, "syntax", "the quoted text that begins here is not closed properly").hint(`check its quotes; inside double quotes \ must be written \\`)
		default:
			continue
		}
		return true
	}
	return false
}

// syntaxWords says in our words what the library finds, by a part of its
// message. The first that fits holds.
var syntaxWords = []struct{ library, ours, hint string }{
	{"while parsing a flow sequence", "the list that is opened here is not closed properly", "check its commas and its ]"},
	{"while parsing a flow mapping", "the block that is opened here is not closed properly", "check its commas and its }"},
	{"quoted scalar", "the quoted text that begins here is not closed properly", `check its quotes; inside double quotes \ must be written \\`},
	{"mapping values are not allowed", "a colon is not expected here", "put a text that contains a colon in quotes, and check the indentation"},
	{"cannot start any token", "this character cannot begin a text", "put the text in quotes, and indent with spaces, not with tabs"},
	{"could not find expected ':'", "a colon is missing after this key", "write key: value"},
	{"did not find expected", "the indentation does not fit the lines above", "lines of one block begin in one column, and are indented with spaces"},
	{"anchor", "anchors (&) and aliases (*) are not part of the mapping language", `put a text that begins with & or * in quotes; to share a part of a mapping use "lookups"`},
	{"", "this is not YAML", ""},
}

// refuse tells every anchor, alias, merge key and tag in the tree. They would
// let a small file stand for an endless one, and make people look in two places.
func (r *reader) refuse(n *yaml.Node) {
	const share = `to share a part of a mapping use "lookups"`
	if n.Anchor != "" {
		r.fail(r.pos(n), "anchor", "anchors (&%v) are not part of the mapping language", n.Anchor).hint(share)
	}
	switch {
	case n.Kind == yaml.AliasNode:
		r.fail(r.pos(n), "alias", "aliases (*%v) are not part of the mapping language", n.Value).hint(share)
		return
	case n.Tag == "!!merge":
		r.fail(r.pos(n), "merge", "merge keys (<<) are not part of the mapping language").hint(share)
	case n.Style&yaml.TaggedStyle != 0:
		r.fail(r.pos(n), "tag", "tags (%v) are not part of the mapping language", n.Tag).hint("put the text in quotes instead")
	}
	for _, c := range n.Content {
		r.refuse(c)
	}
}

// pos is where a node stands.
func (r *reader) pos(n *yaml.Node) pos {
	p := pos{src: r.src, line: n.Line, col: n.Column, width: 1}
	if p.line <= 0 {
		p.line, p.col = 1, 1
	}
	if n.Kind == yaml.ScalarNode {
		p.width = max(1, utf8.RuneCountInString(n.Value))
		if quoted(n) {
			p.width += 2
		}
	}
	return p
}

func quoted(n *yaml.Node) bool {
	return n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0
}

// isNull reports whether nothing stands at n. The YAML words for null are
// texts here: a column may be called "null".
func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Value == "" && !quoted(n) }
