// Package words says what the program tells people in their language.
//
// A package that speaks keeps its texts beside its code, in one file for each
// language (words.en.yaml, words.sv.yaml), and its code holds the ids of the
// texts alone. What goes wrong travels as a value, an id with what fills it,
// and becomes a sentence only where a person reads it.
//
// The catalogues are those of go-i18n: a text is one sentence, or one for each
// plural form of its language. Its places are {0}, {1} and so on; {0:q} for what
// is to stand in quotation marks, {0:n} for a number with its thousands apart.
// The package is not for what other
// programs read: that has no language.
package words

import (
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"strconv"
	"strings"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"go.yaml.in/yaml/v4"
	"golang.org/x/text/language"

	said "vitec-import/reports/words"
)

// Language is a language that there are texts in. The zero Language is English.
type Language = said.Language

// The languages.
const (
	English = said.English
	Swedish = said.Swedish
)

// Languages are all languages.
var Languages = []Language{English, Swedish}

// Catalogue is the texts of one package in all languages. Its files are read
// when somebody asks for the first text of their language. Safe for concurrent
// use.
type Catalogue struct{ english, swedish func() *Texts }

// Load returns the catalogue of the files NAME.LANGUAGE.yaml in a folder. The
// files are the program's own, embedded; one that cannot be read is a mistake
// in the program, and the first text asked for panics.
func Load(files fs.FS) *Catalogue {
	in := func(l Language) func() *Texts {
		return sync.OnceValue(func() *Texts { return read(files, l) })
	}
	return &Catalogue{english: in(English), swedish: in(Swedish)}
}

// In returns the texts in a language.
func (c *Catalogue) In(l Language) *Texts {
	if l == Swedish {
		return c.swedish()
	}
	return c.english()
}

// Texts is a catalogue in one language. Safe for concurrent use.
type Texts struct {
	language Language
	found    *i18n.Localizer
	// single are the texts that have one form: nearly all of them, and those that
	// are said once a row.
	single map[string]*parsed
	known  map[string]bool
}

func read(files fs.FS, l Language) *Texts {
	tag := language.Make(string(l))
	bundle := i18n.NewBundle(tag)
	bundle.RegisterUnmarshalFunc("yaml", func(src []byte, v any) error { return yaml.Load(src, v, yaml.WithUniqueKeys()) })
	t := &Texts{language: l, single: map[string]*parsed{}, known: map[string]bool{}}
	names, err := fs.Glob(files, "*."+string(l)+".yaml")
	if err != nil || len(names) == 0 {
		panic(fmt.Sprintf("words: there is no file of texts in %s: %v", l, err))
	}
	for _, name := range names {
		file, err := bundle.LoadMessageFileFS(files, name)
		if err != nil {
			panic(fmt.Sprintf("words: %s: %v", name, err))
		}
		for _, m := range file.Messages {
			if t.known[m.ID] {
				panic(fmt.Sprintf("words: %s: the text %q is there twice", name, m.ID))
			}
			t.known[m.ID] = true
			if m.One == "" {
				t.single[m.ID] = parse(m.Other)
			}
		}
	}
	t.found = i18n.NewLocalizer(bundle, string(l))
	return t
}

// Language returns the language of the texts.
func (t *Texts) Language() Language { return t.language }

// Has reports whether there is a text with this id.
func (t *Texts) Has(id string) bool { return t.known[id] }

// IDs yields the id of every text, in no order.
func (t *Texts) IDs() iter.Seq[string] { return maps.Keys(t.known) }

// Text returns the text with this id, with args in its places: texts, numbers,
// errors, and whatever else knows its words ([Worded]). A place that nothing is
// given for stays as it is written. An id that is in no file is returned as it
// is.
func (t *Texts) Text(id string, args ...any) string {
	if p, ok := t.single[id]; ok {
		return p.fill(filling{t.language, args})
	}
	return t.find(&i18n.LocalizeConfig{MessageID: id, TemplateData: filling{t.language, args}, TemplateParser: parser{}})
}

// Count returns the form of the text that n things take. {0} is n; args fill the
// places from {1} on.
func (t *Texts) Count(id string, n int, args ...any) string {
	data := filling{t.language, append([]any{n}, args...)}
	return t.find(&i18n.LocalizeConfig{MessageID: id, PluralCount: n, TemplateData: data, TemplateParser: parser{}})
}

func (t *Texts) find(c *i18n.LocalizeConfig) string {
	// A text with one form has it for every number: the library returns that
	// beside its error.
	s, err := t.found.Localize(c)
	if s == "" && err != nil {
		return c.MessageID
	}
	return s
}

// Number writes n with narrow spaces between the thousands, as readers of
// both languages take it.
func Number(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// filling is what fills the places of a text.
type filling struct {
	language Language
	args     []any
}

// parser reads texts whose places are written {0}, {0:q} or {0:n}. Braces around
// anything else are braces: the texts show YAML.
type parser struct{}

func (parser) Cacheable() bool { return true }

func (parser) Parse(src, _, _ string) (template.ParsedTemplate, error) { return parse(src), nil }

func parse(src string) *parsed {
	var p parsed
	for rest := src; ; {
		before, at, after := nextPlace(rest)
		if at.n < 0 {
			p.end = rest
			return &p
		}
		at.before = before
		p.places, rest = append(p.places, at), after
	}
}

// place is one place of a text, with what stands before it.
type place struct {
	before string
	n      int
	how    string // "", ":q" or ":n"
}

// written is the place as it stands in the text.
func (p place) written() string { return fmt.Sprintf("{%d%s}", p.n, p.how) }

// fill is what stands in the place.
func (p place) fill(arg any, l Language) string {
	switch n, ok := arg.(int); {
	case p.how == ":q":
		return strconv.Quote(say(arg, l))
	case p.how == ":n" && ok:
		return Number(n)
	}
	return say(arg, l)
}

// nextPlace finds the first place in s. Its n is -1 if there is none.
func nextPlace(s string) (before string, at place, after string) {
	for i := 0; i < len(s); i++ {
		if s[i] != '{' {
			continue
		}
		end := strings.IndexByte(s[i:], '}')
		if end < 0 {
			break
		}
		name, how := s[i+1:i+end], ""
		if k := strings.IndexByte(name, ':'); k >= 0 {
			name, how = name[:k], name[k:]
		}
		n, err := strconv.ParseUint(name, 10, 8)
		if err == nil && (how == "" || how == ":q" || how == ":n") {
			return s[:i], place{n: int(n), how: how}, s[i+end+1:]
		}
	}
	return s, place{n: -1}, ""
}

type parsed struct {
	places []place
	end    string
}

// Execute fills the places. It is the library's way in.
func (p *parsed) Execute(data any) (string, error) { return p.fill(data.(filling)), nil }

func (p *parsed) fill(with filling) string {
	if len(p.places) == 0 {
		return p.end
	}
	var b strings.Builder
	for _, at := range p.places {
		b.WriteString(at.before)
		if at.n < len(with.args) {
			b.WriteString(at.fill(with.args[at.n], with.language))
		} else {
			b.WriteString(at.written())
		}
	}
	b.WriteString(p.end)
	return b.String()
}

// say is an argument as it stands in a text.
func say(arg any, l Language) string {
	switch a := arg.(type) {
	case string:
		return a
	case int:
		return strconv.Itoa(a)
	case float64:
		return l.Decimal(a, -1)
	case Worded:
		return a.In(l)
	case said.Message:
		return l.Of(a)
	case error:
		return Of(a, l)
	}
	return fmt.Sprint(arg)
}
