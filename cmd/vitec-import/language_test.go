package main

import (
	"testing"

	"vitec-import/reports"
)

func TestLanguageOf(t *testing.T) {
	for _, tt := range []struct {
		env  map[string]string
		want reports.Language
	}{
		{nil, reports.English},
		{map[string]string{"LANG": "sv_SE.UTF-8"}, reports.Swedish},
		{map[string]string{"LANG": "sv"}, reports.Swedish},
		{map[string]string{"LANG": "sv_FI@euro"}, reports.Swedish},
		{map[string]string{"LANG": "svx_XX"}, reports.English},
		{map[string]string{"LANG": "sv_SE.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, reports.English},
		{map[string]string{"LANG": "en_US.UTF-8", "LC_MESSAGES": "sv_SE.UTF-8"}, reports.Swedish},
		{map[string]string{"LANG": "sv_SE.UTF-8", "LC_MESSAGES": "sv_SE.UTF-8", "LC_ALL": "C"}, reports.English},
	} {
		if got := languageOf(func(name string) string { return tt.env[name] }); got != tt.want {
			t.Errorf("%v: got %q, want %q", tt.env, got, tt.want)
		}
	}
}
