package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"vitec-import/reports/words"
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

// Every command says what it is, how it is called and with which codes it ends;
// and every flag says what it is for and what it takes.
func TestHelp(t *testing.T) {
	for _, l := range words.Languages {
		w := &world{lang: l}
		root := newRoot(w)
		for _, cmd := range append([]*cobra.Command{root}, root.Commands()...) {
			if cmd.Hidden || cmd.IsAdditionalHelpTopicCommand() {
				continue
			}
			if cmd.Short == "" || cmd.Long == "" || cmd.Example == "" {
				t.Errorf("%s has no help", cmd.Name())
			}
			if cmd.HasParent() && !strings.Contains(cmd.Long, "\n\nEXIT STATUS\n  0 ") {
				t.Errorf("the help of %s has no exit status", cmd.Name())
			}
			cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
				takes, usage := pflag.UnquoteUsage(f)
				if usage == "" || f.Value.Type() != "bool" && takes != strings.ToUpper(takes) {
					t.Errorf("%s does not say what --%s is", cmd.Name(), f.Name)
				}
			})
			if text := w.usage(cmd, 80); strings.Contains(text, "%!") || l == words.Swedish && strings.Contains(text, "default") {
				t.Errorf("%s: the help of %s:\n%s", l, cmd.Name(), text)
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
