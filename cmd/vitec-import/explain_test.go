package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExplainShowsWhatIsSent: the request that explain prints is the one that
// a server gets, to the byte, but for the login.
func TestExplainShowsWhatIsSent(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS("../../samples")); err != nil {
		t.Fatal(err)
	}
	type seen struct {
		uri, body string
		header    http.Header
	}
	var requests []seen
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		requests = append(requests, seen{r.RequestURI, string(body), r.Header})
		io.WriteString(w, `"VID1"`)
	}))
	defer srv.Close()
	command := func(args ...string) string {
		t.Helper()
		var out, errs bytes.Buffer
		code := run(context.Background(), args, world{
			getenv: func(name string) string {
				return map[string]string{
					"VITEC_USERNAME": "office", "VITEC_PASSWORD": "correct horse", "VITEC_IMPORT_LEDGER": filepath.Join(dir, "ledger.db"), "HOME": dir,
				}[name]
			},
			stdin: strings.NewReader(""), stdout: &out, stderr: &errs,
		})
		if code != 0 && code != 5 {
			t.Fatalf("%s: exit code %d\n%s", args, code, &errs)
		}
		return out.String() + errs.String()
	}
	input := filepath.Join(dir, "participants.csv")
	for _, format := range []string{"json", "xml"} {
		requests = nil
		explained := command("explain", input, "--row", "2", "--url", srv.URL, "--format", format, "--json")
		readable := command("explain", input, "--row", "2", "--url", srv.URL, "--format", format)
		for _, text := range []string{explained, readable} {
			if strings.Contains(text, "correct horse") || strings.Contains(text, "b2ZmaWNl") {
				t.Errorf("the login is shown:\n%s", text)
			}
		}
		if len(requests) != 0 {
			t.Fatal("explain has sent something")
		}
		var e explanation
		if err := json.Unmarshal([]byte(explained), &e); err != nil {
			t.Fatal(err)
		}
		command("run", input, "--url", srv.URL, "--format", format, "--max-rows", "1", "--yes", "--rate", "0", "--ledger", filepath.Join(dir, format+".db"))
		if len(requests) != 1 {
			t.Fatalf("%d requests", len(requests))
		}
		got := requests[0]
		if got.uri != e.Request.Path || got.body != e.Request.Body || e.Request.Method != http.MethodPost {
			t.Errorf("explained %s\n%s\nsent %s\n%s", e.Request.Path, e.Request.Body, got.uri, got.body)
		}
		if !strings.Contains(readable, got.body) || !strings.Contains(readable, srv.URL+got.uri) {
			t.Errorf("not in\n%s", readable)
		}
		for name := range got.header {
			if want := e.Request.Headers[name]; name != "Authorization" && got.header.Get(name) != want {
				t.Errorf("header %s: explained %q, sent %q", name, want, got.header.Get(name))
			}
		}
	}
}
