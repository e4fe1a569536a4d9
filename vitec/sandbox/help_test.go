package sandbox_test

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"

	"vitec-import/importer/words"
	"vitec-import/vitec"
	"vitec-import/vitec/sandbox"
)

func TestHelp(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	_, en := get(t, srv, "/help?lang=en")
	_, sv := get(t, srv, "/help?lang=sv")
	row := func(page, id string) string {
		t.Helper()
		_, rest, ok := strings.Cut(page, `<tr id="`+id+`">`)
		if !ok {
			t.Errorf("no row of %s", id)
		}
		r, _, _ := strings.Cut(rest, "</tr>")
		return html.UnescapeString(r)
	}
	for _, f := range vitec.Fields() {
		e, s := row(en, f.Path), row(sv, f.Path)
		if !strings.Contains(e, f.Meaning(words.English)[1:]) {
			t.Errorf("%s is not described", f.Path)
		}
		if e == s || f.Swedish != "" && !strings.Contains(s, f.Swedish[1:]) {
			t.Errorf("%s is not described in Swedish: %s", f.Path, s)
		}
		if f.MaxLength > 0 {
			has(t, e, fmt.Sprintf("at most %d characters", f.MaxLength))
			has(t, s, fmt.Sprintf("högst %d tecken", f.MaxLength))
		}
		has(t, e, f.Values...)
	}
	has(t, row(en, "updatePerson.customerId"), "required")
	has(t, row(en, "updatePerson.email.emailAddress"), "one of e-mail and phones is required")
	has(t, sv, "Lägger till en ny visningsdeltagare", "Id på visningstillfället", "Bekräftelse via SMS", "SMS påminnelse", "Id på kontaktens ansvariga mäklare")
	has(t, html.UnescapeString(en), `<string xmlns="http://schemas.microsoft.com/2003/10/Serialization/">sample string 1</string>`, "415 Unsupported Media Type", "GET /_sandbox/commits")
}

// The samples are the specification's, and this server reads them as such.
func TestHelpSamples(t *testing.T) {
	srv := unstarted(t, sandbox.Config{})
	_, page := get(t, srv, "/help")
	sample := func(id string) string {
		t.Helper()
		m := regexp.MustCompile(`(?s)id="sample-` + id + `">(.*?)</pre>`).FindStringSubmatch(page)
		if m == nil {
			t.Fatal("no sample")
		}
		return html.UnescapeString(m[1])
	}
	var members map[string]any
	if err := json.Unmarshal([]byte(sample("json")), &members); err != nil {
		t.Fatal(err)
	}
	if len(members) != 10 || len(members["updatePerson"].(map[string]any)) != 24 {
		t.Errorf("%d and %d members", len(members), len(members["updatePerson"].(map[string]any)))
	}
	for format, text := range map[string]string{"json": sample("json"), "xml": sample("xml")} {
		// Two things in it are against the rules: mended, it is booked in full.
		text = strings.NewReplacer(`"countryCode": "sample string 4"`, `"countryCode": "SE"`, `CountryCode>sample string 4<`, `CountryCode>SE<`).Replace(text)
		if got := byHand(t, srv, "format", format, "customerId", "sample string 2", "body", text); !strings.Contains(got, "Booked") {
			t.Errorf("%s: %s", format, got)
		}
	}
	commits := srv.Commits()
	for _, f := range vitec.Fields() {
		for _, c := range commits {
			if _, ok := f.Get(&c.Body); !ok {
				t.Errorf("%s: %s did not arrive", c.Format, f.Path)
			}
		}
	}
}

// Every code sample of the page books, where there is a tool to run it.
func TestHelpCode(t *testing.T) {
	for _, tt := range []struct {
		id, file string
		tool     []string
	}{
		{"curl", "sample.sh", []string{"sh"}},
		{"php", "sample.php", []string{"php"}},
		{"python", "sample.py", []string{"python3"}},
		{"powershell", "sample.ps1", []string{"pwsh", "-NoProfile", "-File"}},
	} {
		t.Run(tt.id, func(t *testing.T) {
			need(t, tt.tool[0], tt.tool[0])
			if tt.id == "curl" {
				need(t, "curl", "curl")
			}
			srv := start(t, sandbox.Config{})
			_, help := get(t, srv, srv.URL+"/help")
			m := regexp.MustCompile(`(?s)data-code="` + tt.id + `">(.*?)</pre>`).FindStringSubmatch(help)
			if m == nil {
				t.Fatal("no sample")
			}
			dir, path := file(t, tt.file, html.UnescapeString(m[1]))
			out := run(t, dir, tt.tool[0], append(tt.tool[1:], path)...)
			commits := srv.Commits()
			if len(commits) != 1 || commits[0].Body.UpdatePerson.LastName != "Lindqvist" || !strings.Contains(out, commits[0].BookingId) {
				t.Errorf("%d commits, said %s", len(commits), out)
			}
		})
	}
}
