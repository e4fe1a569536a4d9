package main

import (
	"strings"
	"testing"

	"vitec-import/importer"
)

// TestEnvironmentLogins: a login for all, and one for a customer alone.
func TestEnvironmentLogins(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		env      string
		customer string
		want     string // "" = none
		err      string
	}{
		{"VITEC_USERNAME=u VITEC_PASSWORD=p", "M1", "u", ""},
		{"VITEC_USERNAME=u VITEC_PASSWORD=p VITEC_USERNAME_M1=one VITEC_PASSWORD_M1=p1", "M1", "one", ""},
		{"VITEC_USERNAME=u VITEC_PASSWORD=p VITEC_USERNAME_M1=one VITEC_PASSWORD_M1=p1", "M2", "u", ""},
		{"VITEC_USERNAME_M1=one VITEC_PASSWORD_M1=p1", "M1", "one", ""},
		{"VITEC_USERNAME_M1=one VITEC_PASSWORD_M1=p1", "M2", "", ""},
		{"VITEC_USERNAME=u", "M1", "", "VITEC_USERNAME is set, but VITEC_PASSWORD is not"},
		{"VITEC_PASSWORD=p", "M1", "", "VITEC_PASSWORD is set, but VITEC_USERNAME is not"},
		{"VITEC_USERNAME=u VITEC_PASSWORD=p VITEC_PASSWORD_M1=p1", "M1", "", "VITEC_PASSWORD_M1 is set, but VITEC_USERNAME_M1 is not"},
		{"OTHER=1", "M1", "", "there is no login"},
	} {
		list := strings.Fields(tt.env)
		w := &world{environ: func() []string { return list }, getenv: func(name string) string {
			for _, entry := range list {
				if value, ok := strings.CutPrefix(entry, name+"="); ok {
					return value
				}
			}
			return ""
		}}
		l, err := w.logins("", "")
		if err != nil {
			if err.Error() != tt.err || exitCode(err) != importer.ExitFailed || strings.Contains(err.Error(), "p1") {
				t.Errorf("%s: %v", tt.env, err)
			}
			continue
		}
		if c, ok := l.For(tt.customer); tt.err != "" || c.Username != tt.want || ok != (tt.want != "") {
			t.Errorf("%s: customer %s has the login of %q", tt.env, tt.customer, c.Username)
		}
	}
}
