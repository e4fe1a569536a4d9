package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"go.yaml.in/yaml/v4"

	"vitec-import/vitec"
)

// logins finds the login for a customer. Passwords come from the environment,
// from a file or from systemd, never from an argument: arguments are seen by
// everybody on the machine.
type logins struct {
	fallback   *vitec.Credentials
	byCustomer map[string]vitec.Credentials
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
// environment, or the directory that systemd gives to a service.
func (w *world) logins(file string) (*logins, error) {
	dir := w.getenv("CREDENTIALS_DIRECTORY")
	if file != "" {
		return readLogins(file, dir != "" && filepath.Dir(file) == filepath.Clean(dir))
	}
	user, password := w.getenv("VITEC_USERNAME"), w.getenv("VITEC_PASSWORD")
	switch {
	case user != "" && password != "":
		return &logins{fallback: &vitec.Credentials{Username: user, Password: password}}, nil
	case user != "":
		return nil, exit{code: 1, err: fail("%s is set, but %s is not", "VITEC_USERNAME", "VITEC_PASSWORD")}
	case password != "":
		return nil, exit{code: 1, err: fail("%s is set, but %s is not", "VITEC_PASSWORD", "VITEC_USERNAME")}
	}
	if dir != "" {
		file := filepath.Join(dir, "vitec-import")
		if _, err := os.Stat(file); err == nil {
			return readLogins(file, true)
		}
	}
	return nil, exit{code: 1, err: fail("there is no login"), hint: hint("set VITEC_USERNAME and VITEC_PASSWORD, or name a file with --credentials; to try without one: --sandbox")}
}

// loginsFile is the YAML of a credentials file.
type loginsFile struct {
	Default   *loginEntry            `yaml:"default"`
	Customers map[string]*loginEntry `yaml:"customers"`
}

type loginEntry struct {
	Username string `yaml:"username"`
	Password string `yaml:"password"`
}

// readLogins reads a credentials file that nobody else can read, or a service's,
// from the folder that systemd gives it.
func readLogins(path string, ofService bool) (*logins, error) {
	bad := func(hint any, format string, args ...any) error {
		return exit{code: 1, err: fail(format, append([]any{path}, args...)...), hint: hint}
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
	switch others, mend, err := readByOthers(path, info, ofService); {
	case err != nil:
		return nil, bad(nil, "%s: the credentials file cannot be read")
	case others:
		return nil, bad(mend, "%s: other users of this computer can read the credentials file")
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, bad(nil, "%s: the credentials file cannot be read")
	}
	var f loginsFile
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
	customers := make([]string, 0, len(f.Customers))
	for c := range f.Customers {
		customers = append(customers, c)
	}
	sort.Strings(customers)
	for _, c := range customers {
		e := f.Customers[c]
		if e == nil || e.Username == "" || e.Password == "" {
			return nil, bad(nil, "%s: the login of customer %q has no username or no password", c)
		}
		l.byCustomer[c] = vitec.Credentials{Username: e.Username, Password: e.Password}
	}
	if l.fallback == nil && len(l.byCustomer) == 0 {
		return nil, bad(example, "%s: there is no login in it")
	}
	return l, nil
}
