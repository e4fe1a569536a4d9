package mapping

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/encoding/unicode"
)

// The YAML library makes a tree of the file. What it says of a text that is no
// YAML is said here in words for people, at the place where a person would look.

// MaxSize is the size in bytes of the largest file that [Parse] reads. Whoever
// loads a file need not read more than one byte beyond it.
const MaxSize = 1 << 20

// tree returns the root of the only document in a file, or nil and what is wrong.
func (r *reader) tree(name string, src []byte) *yaml.Node {
	size := len(src)
	src, intact := fromUTF16(src)
	r.src = newSource(name, src)
	top := pos{src: r.src, line: 1, col: 1}
	switch {
	case size > MaxSize:
		r.fail(top, "too_large", "the mapping has more than %v bytes, which is the most that is read", MaxSize).hint("check that this is a mapping")
		return nil
	case !intact:
		r.fail(top, "encoding", "the mapping is UTF-16, and a character in it is broken").hint("save the mapping as UTF-8 text")
		return nil
	case r.foreign():
		return nil
	}
	loader, err := yaml.NewLoader(bytes.NewReader(src), yaml.WithUniqueKeys(false))
	if err != nil {
		r.fail(top, "syntax", "the mapping cannot be read as YAML")
		return nil
	}
	var first, second yaml.Node
	err = loader.Load(&first)
	empty := errors.Is(err, io.EOF) || err == nil && len(first.Content) == 0 || err != nil && onlyRemarks(r.src)
	switch {
	case empty:
		r.fail(top, "empty", "the mapping is empty")
		return nil
	case err != nil:
		r.syntax(err)
		return nil
	}
	switch err := loader.Load(&second); {
	case err == nil:
		p := r.pos(&second)
		for p.line > 1 && p.line <= len(r.src.lines) && !marksDocument(r.src.lines[p.line-1]) {
			p.line--
		}
		p.col, p.width = 1, 3
		r.fail(p, "second_document", "a second document begins here; a mapping is one").hint("remove this line")
	case !errors.Is(err, io.EOF):
		r.syntax(err)
	}
	r.refuse(first.Content[0])
	return first.Content[0]
}

// fromUTF16 returns UTF-16 with a byte order mark as UTF-8: what Windows
// PowerShell writes where something is printed into a file, and Notepad where
// "Unicode" is chosen. Other bytes are returned as they are. intact tells
// whether every character could be read.
func fromUTF16(src []byte) (text []byte, intact bool) {
	if !bytes.HasPrefix(src, []byte("\xff\xfe")) && !bytes.HasPrefix(src, []byte("\xfe\xff")) {
		return src, true
	}
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(src)
	return text, err == nil && !bytes.ContainsRune(text, utf8.RuneError)
}

// marksDocument reports whether a line ends one document or begins another.
func marksDocument(line string) bool {
	return strings.HasPrefix(line, "---") || strings.HasPrefix(line, "...")
}

// onlyRemarks reports whether a source holds only comments and markers.
func onlyRemarks(s *source) bool {
	for _, line := range s.lines {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' && line != "---" && line != "..." {
			return false
		}
	}
	return true
}

// foreign finds what no YAML text may hold, because the library says neither line
// nor column of it.
func (r *reader) foreign() bool {
	for i, line := range r.src.lines {
		col := 1
		for rest := line; rest != ""; col++ {
			c, size := utf8.DecodeRuneInString(rest)
			what, arg := "", ""
			switch {
			case c == utf8.RuneError && size == 1:
				what, arg = "the byte %v is not UTF-8", fmt.Sprintf("0x%02X", rest[0])
			case c < ' ' && c != '\t', c >= 0x7f && c < 0xa0, c == 0x2028, c == 0x2029, c == 0xfffe, c == 0xffff, c == 0xfeff:
				what, arg = "the invisible character %v does not belong in a mapping", fmt.Sprintf("U+%04X", c)
			}
			if what != "" {
				r.fail(pos{src: r.src, line: i + 1, col: col}, "encoding", what, arg).hint("save the mapping as UTF-8 text")
				return true
			}
			rest = rest[size:]
		}
	}
	return false
}

// syntax tells a mistake of the YAML text itself.
func (r *reader) syntax(err error) {
	p := pos{src: r.src, line: 1, col: 1}
	message := err.Error()
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
	r.fail(p, "syntax", "this is not YAML")
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
	{"did not find expected key", "the indentation does not fit the lines above", "lines of one block begin in one column, and are indented with spaces"},
	{"did not find expected '-' indicator", "the indentation does not fit the list above", ""},
	{"block sequence entries are not allowed", "a list entry is not expected here", "check the indentation"},
	{"unknown anchor", "aliases (*) are not part of the mapping language", `put a text that begins with * in quotes; to share a part of a mapping use "lookups"`},
	{"alias", "aliases (*) are not part of the mapping language", `put a text that begins with * in quotes; to share a part of a mapping use "lookups"`},
	{"anchor", "anchors (&) are not part of the mapping language", `put a text that begins with & in quotes; to share a part of a mapping use "lookups"`},
	{"tag", "tags (!) are not part of the mapping language", "put a text that begins with ! in quotes"},
	{"depth", "the mapping is nested too deeply", ""},
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
