package main

import (
	"cmp"
	"embed"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vitec-import/importer"
	"vitec-import/importer/table"
	"vitec-import/importer/words"
	"vitec-import/mapping"
)

//go:embed words.*.yaml help.*.yaml
var wordFiles embed.FS

var catalogue = words.Load(wordFiles)

// texts are the program's texts in the language of its user.
func (w *world) texts() *words.Texts { return catalogue.In(w.lang) }

// say is a text in the language of the program's user, count one about n things.
func (w *world) say(id string, args ...any) string { return w.texts().Text(id, args...) }

func (w *world) count(id string, n int, args ...any) string { return w.texts().Count(id, n, args...) }

const languageFlagName = "lang"

// languageFlag gives every command --lang. Without it the language is that of
// the system, as far as it tells.
func (w *world) languageFlag(root *cobra.Command) {
	root.PersistentFlags().Var((*languageValue)(&w.lang), languageFlagName, "")
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
	return fail("language.unknown", s)
}

// endingIn words why rows and runs ended.
func endingIn(l words.Language) func(code string, args []string) (message string, ok bool) {
	if l == words.English {
		return nil
	}
	return func(code string, args []string) (string, bool) {
		message := importer.Reason{Code: code, Args: args}.In(l)
		return message, message != ""
	}
}

// wordingIn words the problems of a mapping and of a spreadsheet for a report.
// The ledger keeps them in English as they are.
func wordingIn(l words.Language) func(code string, args []string) (message, hint string, ok bool) {
	if l == words.English {
		return nil
	}
	return func(code string, args []string) (message, hint string, ok bool) {
		if message, hint, ok = table.Wording(l, args); ok {
			return message, hint, ok
		}
		if message, hint, ok = mapping.Wording(l, code, args); ok {
			return message, hint, ok
		}
		return table.Code(code).In(l)
	}
}
