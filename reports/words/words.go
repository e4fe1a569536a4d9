// Package words says the program's messages in English and in Swedish. It is
// the only package that knows languages.
//
// English stands in the code where it is said, as a format and its arguments,
// as for [fmt.Sprintf]. A type that can be said has a method Message that
// returns them, and this package finds the Swedish of the format in its
// catalogue, the files of the folder sv. What has no Swedish is said in
// English. What other programs read has no language and does not pass here.
package words

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/message/catalog"
)

// Language is a language in which messages are said. The zero Language is
// English.
type Language string

// The languages.
const (
	English Language = "en"
	Swedish Language = "sv"
)

// Languages are all languages.
var Languages = []Language{English, Swedish}

// A Message can be said in every language: an English format, as for
// [fmt.Sprintf], and its arguments. An empty format says nothing. Arguments
// that are messages or errors are said in the language of the whole.
type Message interface {
	Message() (format string, args []any)
}

// Say says a format with its arguments. Whole numbers are written as they are,
// because most of them are row numbers, years and ids; pass [Number] for a
// count with its thousands apart. Decimal numbers get the language's sign.
func (l Language) Say(format string, args ...any) string {
	said := make([]any, len(args))
	for i, a := range args {
		said[i] = l.argument(a)
	}
	if l == Swedish {
		return swedish().Sprintf(format, said...)
	}
	return fmt.Sprintf(format, said...)
}

// Plain says a text that stands for itself: it is no format, and a percent sign
// in it is one.
func (l Language) Plain(text string) string {
	return l.Say(strings.ReplaceAll(text, "%", "%%"))
}

// Of says a [Message] or an error, and anything else as package fmt does. Of a
// joined error every part has a line of its own.
func (l Language) Of(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case Message:
		format, args := v.Message()
		if format == "" {
			return ""
		}
		return l.Say(format, args...)
	case error:
		return l.error(v)
	}
	return fmt.Sprint(v)
}

// error says an error of a library or of the system.
func (l Language) error(err error) string {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var lines []string
		for _, e := range joined.Unwrap() {
			if line := l.Of(e); line != "" {
				lines = append(lines, line)
			}
		}
		return strings.Join(lines, "\n")
	}
	known := systemMessage(err)
	if known == "" {
		return err.Error()
	}
	if file, ok := err.(*fs.PathError); ok {
		return file.Path + ": " + l.Say(known)
	}
	return l.Say(known)
}

func (l Language) argument(a any) any {
	switch a := a.(type) {
	case int:
		return whole(a)
	case int64:
		return whole(a)
	case float64:
		return l.Decimal(a, -1)
	case Message, error:
		return l.Of(a)
	}
	return a
}

// whole is a number that is written without anything between its digits:
// package message would write 1,234.
type whole int64

// Format implements [fmt.Formatter].
func (n whole) Format(s fmt.State, verb rune) { fmt.Fprintf(s, fmt.FormatString(s, verb), int64(n)) }

// Number is a count, written with narrow spaces between the thousands, as
// readers of both languages take it.
type Number int

// String implements [fmt.Stringer].
func (n Number) String() string {
	s := strconv.Itoa(int(n))
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "\u202f" + s[i:]
	}
	return s
}

// Format implements [fmt.Formatter]: a Number is written in the same way for
// every verb.
func (n Number) Format(s fmt.State, _ rune) { fmt.Fprint(s, n.String()) }

// Decimal writes a number with the language's decimal sign, in so many
// significant digits; -1 means as few as tell it from its neighbours.
func (l Language) Decimal(v float64, digits int) string {
	return l.Localize(strconv.FormatFloat(v, 'g', digits, 64))
}

// Localize gives a number that was written with a decimal point the language's
// own sign.
func (l Language) Localize(number string) string {
	if l == Swedish {
		return strings.Replace(number, ".", ",", 1)
	}
	return number
}

// Text is a [Message] of those who know this package: reports and commands.
type Text struct {
	Format string
	Args   []any
}

// Textf returns a format with its arguments, to be said later.
func Textf(format string, args ...any) Text { return Text{format, args} }

// Message implements [Message].
func (t Text) Message() (format string, args []any) { return t.Format, t.Args }

// String says the text in English.
func (t Text) String() string { return English.Of(t) }

// Plural returns the format for n things. Both languages tell one from any
// other number, so that each form has a translation of its own.
func Plural(n int, one, other string) string {
	if n == 1 {
		return one
	}
	return other
}

//go:embed sv
var files embed.FS

// swedish returns the printer of the catalogue, which is read when it is first
// asked for. A catalogue that cannot be read is a mistake in the program.
var swedish = sync.OnceValue(func() *message.Printer {
	b := catalog.NewBuilder(catalog.Fallback(language.English))
	for _, t := range translations() {
		if err := b.SetString(language.Swedish, t.English, t.Swedish); err != nil {
			panic(fmt.Sprintf("words: %q: %v", t.English, err))
		}
	}
	return message.NewPrinter(language.Swedish, message.Catalog(b))
})

// translation is a format in both languages. The Swedish one has the same
// verbs, in another order where it says so: %[2]s.
type translation struct {
	English string `yaml:"en"`
	Swedish string `yaml:"sv"`
}

func translations() []translation {
	entries, err := files.ReadDir("sv")
	if err != nil {
		panic(err)
	}
	var all []translation
	for _, e := range entries {
		src, err := files.ReadFile("sv/" + e.Name())
		if err != nil {
			panic(err)
		}
		var list []translation
		if err := yaml.Load(src, &list, yaml.WithKnownFields()); err != nil {
			panic(fmt.Sprintf("words: %s: %v", e.Name(), err))
		}
		all = append(all, list...)
	}
	return all
}
