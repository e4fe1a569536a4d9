package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/table"
	"vitec-import/importer/words"
	"vitec-import/mapping"
)

// languageFlag gives every command --lang. Without it the language is that of
// the system, as far as it tells.
func (w *world) languageFlag(root *cobra.Command) {
	w.lang = languageOf(w.getenv)
	const name = "lang"
	root.PersistentFlags().Var((*languageValue)(&w.lang), name, "language of the reports, en or sv (default: that of LC_ALL, LC_MESSAGES or LANG)")
	root.PersistentFlags().Lookup(name).DefValue = "" // help is the same everywhere
}

// languageOf is the language of messages that the environment asks for, by the
// rules of POSIX: the first variable that is set decides.
func languageOf(getenv func(string) string) words.Language {
	locale := cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"))
	if i := strings.IndexAny(locale, "_.@-"); i >= 0 {
		locale = locale[:i]
	}
	if strings.EqualFold(locale, string(words.Swedish)) {
		return words.Swedish
	}
	return words.English
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
	return fmt.Errorf("there is no language %q, only en and sv", s)
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
		if message, hint, ok = mapping.Wording(l, code, args); ok {
			return message, hint, ok
		}
		return table.Code(code).InSwedish()
	}
}
