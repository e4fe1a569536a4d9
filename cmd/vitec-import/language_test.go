package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vitec-import/importer/words"
	"vitec-import/importer/words/wordstest"
)

func TestLanguageOf(t *testing.T) {
	for _, tt := range []struct {
		env    map[string]string
		system []string
		want   words.Language
	}{
		{nil, nil, words.English},
		{map[string]string{"LANG": "sv_SE.UTF-8"}, nil, words.Swedish},
		{map[string]string{"LANG": "sv"}, nil, words.Swedish},
		{map[string]string{"LANG": "sv_FI@euro"}, nil, words.Swedish},
		{map[string]string{"LANG": "svx_XX"}, nil, words.English},
		{map[string]string{"LANG": "sv_SE.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, nil, words.English},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "sv_SE.UTF-8"}, nil, words.Swedish},
		{map[string]string{"LANG": "sv_SE.UTF-8", "LC_MESSAGES": "sv_SE.UTF-8", "LC_ALL": "C"}, nil, words.English},
		{nil, []string{"sv-SE"}, words.Swedish},
		{nil, []string{"SV-FI", "en-US"}, words.Swedish},
		{nil, []string{"en-SE", "sv-SE"}, words.English},
		{nil, []string{"de-DE", "sv-SE", "en-US"}, words.Swedish},
		{nil, []string{"de-DE", "svx-XX"}, words.English},
		{map[string]string{"LANG": "en_US.UTF-8"}, []string{"sv-SE"}, words.English},
		{map[string]string{"LC_ALL": "C"}, []string{"sv-SE"}, words.English},
	} {
		system := func() []string { return tt.system }
		if got := languageOf(func(name string) string { return tt.env[name] }, system); got != tt.want {
			t.Errorf("%v, system %q: got %q, want %q", tt.env, tt.system, got, tt.want)
		}
	}
}

// A code of the table may be one of the mapping, too: what is kept beside it
// tells whose it is.
func TestWordingIn(t *testing.T) {
	for _, tt := range []struct {
		code string
		args []string
		want string
	}{
		{"lost_digits", []string{"cell.short_form", "do.format_column"}, "numret sparades i kortform och dess sista siffror är borta"},
		{"lost_digits", nil, "numret har förlorat sina sista siffror"},
		{"other_delimiter", []string{"row.other_delimiter", "do.like_others", ";", "\t"}, "raden är avgränsad med ;, rubrikraden med tabb"},
		{"other_delimiter", nil, "raden har en annan avgränsare än rubrikraden"},
		{"of later", nil, ""},
	} {
		got, _, ok := wordingIn(words.Swedish)(tt.code, tt.args)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("%s %q: got %q, %t, want %q", tt.code, tt.args, got, ok, tt.want)
		}
	}
}

func TestWords(t *testing.T) {
	wordstest.Check(t, wordstest.Package{
		Files:    wordFiles,
		Speakers: []string{"say", "count", "fail", "failCount", "hint"},
		// Asked for by the names of commands and flags.
		Codes: []string{"help.", "flag.", "type."},
		Same: []string{
			"explain.problem", "fields.type.text", "label.problem", "sandbox.fault", "progress.rate", "progress.rate.short", // words that both languages have
			"help.fields.example", "help.purge.example", "help.report.example", "help.runs.example", "help.schema.example",
		},
	})
}

// Whatever a command or a flag is called, there are words for it, and no words
// for what there is not.
func TestHelp(t *testing.T) {
	for _, l := range words.Languages {
		w := &world{lang: l}
		root := newRoot(w)
		known := map[string]bool{}
		for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
			if cmd.Hidden {
				continue
			}
			name := cmd.Name()
			for _, part := range []string{"short", "long", "example", "args"} {
				id := "help." + name + "." + part
				if known[id] = true; part != "args" && !w.texts().Has(id) {
					t.Errorf("%s: there is no %s", l, id)
				}
			}
			cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
				known["flag."+name+"."+f.Name], known["flag."+f.Name], known["type."+f.Value.Type()] = true, true, true
				if f.Usage == "" || strings.HasPrefix(f.Usage, "flag.") {
					t.Errorf("%s: %s has no words for --%s", l, name, f.Name)
				}
			})
			if text := w.help(cmd); regexp.MustCompile(`(?m)\b(help|flag|type|usage)\.[a-z]+|\{\d`).MatchString(text) {
				t.Errorf("%s: the help of %s has a text that is not there:\n%s", l, name, text)
			}
		}
		for id := range catalogue.In(l).IDs() {
			kind, _, _ := strings.Cut(id, ".")
			if (kind == "help" || kind == "flag" || kind == "type") && !known[id] {
				t.Errorf("%s: %s is for nothing", l, id)
			}
		}
	}
}

// The language of help and of mistakes is that of --lang, wherever it stands,
// and else that of the system.
func TestLanguageIn(t *testing.T) {
	swedish := func(string) string { return "sv_SE.UTF-8" }
	for _, tt := range []struct {
		args   string
		getenv func(string) string
		want   words.Language
	}{
		{"run --help", swedish, words.Swedish},
		{"run --help --lang en", swedish, words.English},
		{"--lang=sv run", func(string) string { return "" }, words.Swedish},
		{"run a.csv --rate 5 --skip-invalid --unknown=x -m b.yaml --lang sv -h", func(string) string { return "" }, words.Swedish},
		{"run --lang xx", swedish, words.Swedish},
		{"run -- --lang en", swedish, words.Swedish},
	} {
		if got := languageIn(strings.Fields(tt.args), tt.getenv, nil); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.args, got, tt.want)
		}
	}
}
