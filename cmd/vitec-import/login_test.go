package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/zalando/go-keyring"

	"vitec-import/importer"
)

// chain is a credential store in memory. With an error it is none.
type chain struct {
	kept map[string]string
	err  error
}

func (c *chain) Get(service, user string) (string, error) {
	if secret, ok := c.kept[service+"|"+user]; ok || c.err != nil {
		return secret, c.err
	}
	return "", keyring.ErrNotFound
}

func (c *chain) Set(service, user, secret string) error {
	if c.err == nil {
		c.kept[service+"|"+user] = secret
	}
	return c.err
}

func (c *chain) Delete(service, user string) error {
	if _, err := c.Get(service, user); err != nil {
		return err
	}
	delete(c.kept, service+"|"+user)
	return nil
}

// TestLogin: a login is asked for, kept, used by run for that server and
// customer alone, and deleted; where nothing can be kept, run says so and asks.
func TestLogin(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(3))
	delete(o.env, "VITEC_USERNAME")
	delete(o.env, "VITEC_PASSWORD")
	store := &chain{kept: map[string]string{}}
	call := func(typed string, args ...string) (code int, said string) {
		t.Helper()
		var stdout, stderr bytes.Buffer
		code = run(context.Background(), args, world{
			getenv: func(name string) string { return o.env[name] }, keychain: store,
			stdin: iotest.OneByteReader(strings.NewReader(typed)), terminalIn: typed != "", stdout: &stdout, stderr: &stderr,
		})
		if said = stdout.String() + stderr.String(); strings.Contains(said, testPassword) {
			t.Errorf("the password is shown: %s", said)
		}
		return code, said
	}
	both := testUser + "\n" + testPassword + "\n"
	want := func(code, wanted int, said, text string) {
		t.Helper()
		if code != wanted || !strings.Contains(said, text) {
			t.Errorf("exit code %d, want %d: %s", code, wanted, said)
		}
	}
	code, said := call("", "login", "--url", o.url)
	want(code, 1, said, "there is no terminal")
	code, said = call("", o.args()...)
	want(code, 1, said, `there is no login for customer "M1"`)
	code, said = call(testUser+"\n\n", "login", "--url", o.url)
	want(code, 1, said, "a user name and a password")
	code, said = call(both, "login", "--url", o.url, "--customer", "M1")
	want(code, 0, said, "the login is kept")
	code, said = call("", o.args("--max-rows", "1")...)
	want(code, importer.ExitStopped, said, "1 booked")
	code, said = call("", "logout", "--url", o.url)
	want(code, 1, said, "no such login")
	code, said = call("", "logout", "--url", o.url, "--customer", "M1")
	want(code, 0, said, "the login is deleted")
	if len(store.kept) > 0 {
		t.Error("something is left in the store")
	}
	code, said = call(both, "login", "--url", o.url+"/elsewhere")
	want(code, 0, said, "the login is kept")
	code, said = call("", o.args()...)
	want(code, 1, said, "there is no login for customer")

	store.err = errors.New("no such bus")
	code, said = call(both, "login", "--url", o.url)
	want(code, 1, said, "there is no credential store that can be used: no such bus")
	code, said = call("", o.args()...)
	want(code, 1, said, "there is no login")
	code, said = call(both, o.args()...)
	want(code, 0, said, "there is no credential store that can be used: no such bus")
}
