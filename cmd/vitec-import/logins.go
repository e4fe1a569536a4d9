package main

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"vitec-import/importer"
	"vitec-import/vitec"
)

// logins finds the login for a customer. Passwords come from the environment,
// from a file, from systemd, from the system's credential store or from the
// terminal, never from an argument: arguments are seen by everybody on the
// machine.
type logins struct {
	fallback   *vitec.Credentials
	byCustomer map[string]vitec.Credentials
	// later is asked, before anything is sent, for the login of a customer that
	// has none here; nil = nobody else knows one.
	later func(customerId string) (*vitec.Credentials, error)
}

// prepare finds the logins for all customers, so that For has them.
func (l *logins) prepare(customers []string) error {
	for _, c := range customers {
		if _, ok := l.For(c); ok {
			continue
		}
		var (
			found *vitec.Credentials
			err   error
		)
		if l.later != nil {
			found, err = l.later(c)
		}
		switch {
		case err != nil:
			return err
		case found == nil:
			return exit{
				code: importer.ExitFailed, err: fail("there is no login for customer %q; nothing was sent", c),
				hint: hint("add it to the credentials file, under customers, or as VITEC_USERNAME_%s and VITEC_PASSWORD_%[1]s; or give a default", c),
			}
		}
		if l.byCustomer == nil {
			l.byCustomer = map[string]vitec.Credentials{}
		}
		l.byCustomer[c] = *found
	}
	return nil
}

// For returns the login for a customerId.
func (l *logins) For(customerId string) (vitec.Credentials, bool) {
	if c, ok := l.byCustomer[customerId]; ok {
		return c, true
	}
	if l.fallback != nil {
		return *l.fallback, true
	}
	return vitec.Credentials{}, false
}

// logins reads the logins from where they are: the file that was named, the
// environment, the directory that systemd gives to a service, or else the
// system's credential store, and whoever sits at the terminal.
func (w *world) logins(file, target string) (*logins, error) {
	if w.typed != nil {
		return &logins{fallback: w.typed}, nil
	}
	dir := w.getenv("CREDENTIALS_DIRECTORY")
	if file != "" {
		return readLogins(file, dir != "" && filepath.Dir(file) == filepath.Clean(dir))
	}
	if l, err := w.environmentLogins(); l != nil || err != nil {
		return l, err
	}
	if dir != "" {
		file := filepath.Join(dir, "vitec-import")
		if _, err := os.Stat(file); err == nil {
			return readLogins(file, true)
		}
	}
	fallback, err := w.keptLogin(target, "")
	if err != nil && !w.terminalIn {
		return nil, exit{code: importer.ExitFailed, err: fail("there is no login"), hint: loginHint}
	}
	return &logins{fallback: fallback, later: w.laterLogins(target, err)}, nil
}

// laterLogins finds the logins that neither the environment nor a file has: in
// the credential store, unless noStore says why there is none, or else at the
// terminal, where one question is for all customers.
func (w *world) laterLogins(target string, noStore error) func(customer string) (*vitec.Credentials, error) {
	var asked *vitec.Credentials
	return func(customer string) (*vitec.Credentials, error) {
		if noStore == nil {
			if c, err := w.keptLogin(target, customer); err == nil && c != nil {
				return c, nil
			}
		}
		if asked != nil || !w.terminalIn {
			return asked, nil
		}
		if noStore != nil {
			w.tell("note", hint("there is no credential store that can be used: %s", noStore), nil)
		}
		fmt.Fprintln(w.stderr, w.say("The login at %s:", target))
		c, err := w.askLogin()
		if err != nil {
			return nil, err
		}
		asked = &c
		return asked, nil
	}
}

// The variables that hold a login. With an underscore and a customerId behind
// it, the login is that customer's alone: VITEC_USERNAME_M11385.
const (
	usernameVariable = "VITEC_USERNAME"
	passwordVariable = "VITEC_PASSWORD"
)

// environmentLogins are the logins that the environment holds; nil = none.
func (w *world) environmentLogins() (*logins, error) {
	var l logins
	suffixes := map[string]bool{"": true}
	if w.environ != nil {
		for _, entry := range w.environ() {
			name, _, _ := strings.Cut(entry, "=")
			for _, variable := range []string{usernameVariable, passwordVariable} {
				if suffix, ok := strings.CutPrefix(name, variable+"_"); ok && suffix != "" {
					suffixes["_"+suffix] = true
				}
			}
		}
	}
	for _, suffix := range slices.Sorted(maps.Keys(suffixes)) {
		c := vitec.Credentials{Username: w.getenv(usernameVariable + suffix), Password: w.getenv(passwordVariable + suffix)}
		half := func(set, not string) error {
			return exit{code: importer.ExitFailed, err: fail("%s is set, but %s is not", set+suffix, not+suffix)}
		}
		switch {
		case c == vitec.Credentials{}:
		case c.Password == "":
			return nil, half(usernameVariable, passwordVariable)
		case c.Username == "":
			return nil, half(passwordVariable, usernameVariable)
		case suffix == "":
			l.fallback = &c
		default:
			if l.byCustomer == nil {
				l.byCustomer = map[string]vitec.Credentials{}
			}
			l.byCustomer[suffix[1:]] = c
		}
	}
	if l.fallback == nil && l.byCustomer == nil {
		return nil, nil
	}
	return &l, nil
}

// readLogins reads a credentials file that nobody else can read, or a service's,
// from the folder that systemd gives it.
func readLogins(path string, ofService bool) (*logins, error) {
	bad := func(hint any, format string) error {
		return exit{code: importer.ExitFailed, err: fail(format, path), hint: hint}
	}
	example := hint("it looks like this: default: {username: u, password: p}, and under customers: one line like M11385: {username: u, password: p} per customer")
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, bad(example, "%s: no such credentials file")
	case err != nil:
		return nil, bad(nil, "%s: the credentials file cannot be read")
	case info.IsDir():
		return nil, bad(nil, "%s: is a directory, not a credentials file")
	}
	switch others, correct, err := readByOthers(path, info, ofService); {
	case err != nil:
		return nil, bad(nil, "%s: the credentials file cannot be read")
	case others:
		return nil, bad(correct, "%s: other users of this computer can read the credentials file")
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, bad(nil, "%s: the credentials file cannot be read")
	}
	type login struct {
		Username string `yaml:"username"`
		Password string `yaml:"password"`
	}
	var f struct {
		Default   *login            `yaml:"default"`
		Customers map[string]*login `yaml:"customers"`
	}
	// The decoder's own message may quote the file, so it is not shown.
	if err := yaml.Load(src, &f, yaml.WithKnownFields(), yaml.WithUniqueKeys()); err != nil {
		return nil, bad(example, "%s: not a credentials file")
	}
	l := &logins{byCustomer: map[string]vitec.Credentials{}}
	if f.Default != nil {
		if f.Default.Username == "" || f.Default.Password == "" {
			return nil, bad(nil, "%s: the default login has no username or no password")
		}
		l.fallback = &vitec.Credentials{Username: f.Default.Username, Password: f.Default.Password}
	}
	for _, c := range slices.Sorted(maps.Keys(f.Customers)) {
		e := f.Customers[c]
		if e == nil || e.Username == "" || e.Password == "" {
			return nil, exit{code: importer.ExitFailed, err: fail("%s: the login of customer %q has no username or no password", path, c)}
		}
		l.byCustomer[c] = vitec.Credentials{Username: e.Username, Password: e.Password}
	}
	if l.fallback == nil && len(l.byCustomer) == 0 {
		return nil, bad(example, "%s: there is no login in it")
	}
	return l, nil
}
