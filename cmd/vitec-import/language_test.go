package main

import (
	"testing"

	"vitec-import/importer/words"
)

func TestLanguageOf(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want words.Language
	}{
		{nil, words.English},
		{map[string]string{"LANG": "sv_SE.UTF-8"}, words.Swedish},
		{map[string]string{"LANG": "sv"}, words.Swedish},
		{map[string]string{"LANG": "sv_FI@euro"}, words.Swedish},
		{map[string]string{"LANG": "svx_XX"}, words.English},
		{map[string]string{"LANG": "sv_SE.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, words.English},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "sv_SE.UTF-8"}, words.Swedish},
		{map[string]string{"LANG": "sv_SE.UTF-8", "LC_MESSAGES": "sv_SE.UTF-8", "LC_ALL": "C"}, words.English},
	} {
		if got := languageOf(func(name string) string { return tt.env[name] }); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.env, got, tt.want)
		}
	}
}
