package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vitec-import/vitec/sandbox"
)

// freePort is a port that nobody listens on.
func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// ask prints what a server answers to a GET, once it listens.
func ask(ts *testscript.TestScript, neg bool, args []string) {
	login := ""
	if len(args) == 3 && args[0] == "-u" {
		login, args = args[1], args[2:]
	}
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ask [-u USER:PASSWORD] URL")
	}
	r, err := http.NewRequest(http.MethodGet, args[0], nil)
	ts.Check(err)
	if login != "" {
		user, password, _ := strings.Cut(login, ":")
		r.SetBasicAuth(user, password)
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for range 2000 {
		var resp *http.Response
		if resp, err = client.Do(r); err == nil {
			defer resp.Body.Close()
			_, err = io.Copy(ts.Stdout(), resp.Body)
			break
		}
		<-tick.C
	}
	ts.Check(err)
}

// TestSandboxHelpListsTheKeys: every key of the configuration stands in the
// help, in both languages.
func TestSandboxHelpListsTheKeys(t *testing.T) {
	for _, lang := range []string{"en", "sv"} {
		var out strings.Builder
		if code := run(t.Context(), []string{"sandbox", "--help", "--lang", lang}, world{getenv: func(string) string { return "" }, stdout: &out, stderr: io.Discard}); code != 0 {
			t.Fatalf("exit code %d", code)
		}
		var keys func(of reflect.Type)
		keys = func(of reflect.Type) {
			for of.Kind() == reflect.Slice {
				of = of.Elem()
			}
			if of.Kind() != reflect.Struct || of.PkgPath() != reflect.TypeFor[sandbox.Config]().PkgPath() {
				return
			}
			for i := range of.NumField() {
				key, _, _ := strings.Cut(of.Field(i).Tag.Get("yaml"), ",")
				if key == "" || key == "-" {
					continue
				}
				if !strings.Contains(out.String(), key) {
					t.Errorf("%s: the help does not list %s", lang, key)
				}
				keys(of.Field(i).Type)
			}
		}
		keys(reflect.TypeFor[sandbox.Config]())
		for _, f := range sandbox.KnownFaults() {
			if !strings.Contains(out.String(), fmt.Sprintf("  %s\n", f.Usage())) {
				t.Errorf("%s: the help does not list %s", lang, f.Usage())
			}
		}
	}
}
