package main

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vitec-import/reports/words"
)

// say says a text in the language of the program's user.
func (w *world) say(format string, args ...any) string {
	return w.callable(w.lang.Say(format, args...))
}

// count says a text about n things. The first verb of the format is for n.
func (w *world) count(n int, one, other string, args ...any) string {
	return w.callable(w.lang.Of(counted(n, one, other, args...)))
}

// counted is a text about n things, to be said later.
func counted(n int, one, other string, args ...any) words.Text {
	return words.Text{Format: words.Plural(n, one, other), Args: append([]any{n}, args...)}
}

func rowCount(n int) words.Text { return counted(n, "%d row", "%d rows") }

// hint is a text to be said later, such as what can be done about an error.
func hint(format string, args ...any) words.Text { return words.Textf(format, args...) }

// fail is an error in the program's own words.
func fail(format string, args ...any) error { return failure{words.Textf(format, args...)} }

// failCount is fail about n things. The first verb of the format is for n.
func failCount(n int, one, other string, args ...any) error {
	return failure{counted(n, one, other, args...)}
}

// failure is a text that is an error. Errors among its arguments are what it
// wraps.
type failure struct{ words.Text }

func (f failure) Error() string { return f.Text.String() }

func (f failure) Unwrap() []error {
	var list []error
	for _, a := range f.Args {
		if err, ok := a.(error); ok {
			list = append(list, err)
		}
	}
	return list
}

// cause is what the system says of a file whose path is said already.
func cause(err error) error {
	var file *fs.PathError
	if errors.As(err, &file) {
		return file.Err
	}
	return err
}

const languageFlagName = "lang"

// languageFlag gives every command --lang. Without it the language is that of
// the system, as far as it tells.
func (w *world) languageFlag(root *cobra.Command) {
	root.PersistentFlags().Var((*languageValue)(&w.lang), languageFlagName, "the `LANGUAGE` of help, terminal and reports, en or sv (default: that of LC_ALL, LC_MESSAGES or LANG, else of Windows)")
	root.PersistentFlags().Lookup(languageFlagName).DefValue = "" // help is the same everywhere
}

// languageIn is the language of a call, known before it is read: what is wrong
// with it is said in that language, too.
func languageIn(args []string, getenv func(string) string, system func() []string) words.Language {
	set := pflag.NewFlagSet("", pflag.ContinueOnError)
	set.ParseErrorsAllowlist.UnknownFlags = true
	set.SetOutput(io.Discard)
	lang := languageOf(getenv, system)
	set.Var((*languageValue)(&lang), languageFlagName, "")
	set.BoolP("help", "h", false, "")
	_ = set.Parse(args) // whoever reads them in earnest says what is wrong
	return lang
}

// languageOf is the language of messages that the environment asks for, by the
// rules of POSIX: the first variable that is set decides. Where none is, as on
// Windows, it is the first of the system's languages that there are texts in;
// system may be nil.
func languageOf(getenv func(string) string, system func() []string) words.Language {
	if l, ok := languageNamed(getenv("VITEC_IMPORT_LANG")); ok {
		return l
	}
	if locale := cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG")); locale != "" {
		l, _ := languageNamed(locale)
		return l
	}
	if system != nil {
		for _, locale := range system() {
			if l, ok := languageNamed(locale); ok {
				return l
			}
		}
	}
	return words.English
}

// languageNamed is the language of a locale: sv_SE.UTF-8, sv-SE. It is English
// if there are no texts in that language.
func languageNamed(locale string) (l words.Language, ok bool) {
	if i := strings.IndexAny(locale, "_.@-"); i >= 0 {
		locale = locale[:i]
	}
	for _, l := range words.Languages {
		if strings.EqualFold(locale, string(l)) {
			return l, true
		}
	}
	return words.English, false
}

// languageValue is the value of --lang.
type languageValue words.Language

func (v *languageValue) String() string { return string(*v) }
func (v *languageValue) Type() string   { return "LANG" }

func (v *languageValue) Set(s string) error {
	switch l := words.Language(s); l {
	case words.English, words.Swedish:
		*v = languageValue(l)
		return nil
	}
	return fail("unknown language %q: want en or sv", s)
}
