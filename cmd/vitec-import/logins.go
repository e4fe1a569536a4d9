package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sort"

	"go.yaml.in/yaml/v4"

	"vitec-import/importer/words"
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
		return nil, exit{code: 1, err: fail("login.half", "VITEC_USERNAME", "VITEC_PASSWORD")}
	case password != "":
		return nil, exit{code: 1, err: fail("login.half", "VITEC_PASSWORD", "VITEC_USERNAME")}
	}
	if dir != "" {
		file := filepath.Join(dir, "vitec-import")
		if _, err := os.Stat(file); err == nil {
			return readLogins(file, true)
		}
	}
	return nil, exit{code: 1, err: fail("login.none"), hint: hint("login.none.hint")}
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
	bad := func(hint words.Worded, id string, args ...any) error {
		return exit{code: 1, err: fail(id, append([]any{path}, args...)...), hint: hint}
	}
	example := hint("login.example")
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, bad(example, "login.file.none")
	case err != nil:
		return nil, bad(nil, "login.file.unreadable")
	case info.IsDir():
		return nil, bad(nil, "login.file.folder")
	}
	switch others, mend, err := readByOthers(path, info, ofService); {
	case err != nil:
		return nil, bad(nil, "login.file.unreadable")
	case others:
		return nil, bad(verbatim(mend), "login.file.open")
	}
	src, err := os.ReadFile(path)
	if err != nil {
		return nil, bad(nil, "login.file.unreadable")
	}
	var f loginsFile
	// The decoder's own message may quote the file, so it is not shown.
	if err := yaml.Load(src, &f, yaml.WithKnownFields(), yaml.WithUniqueKeys()); err != nil {
		return nil, bad(example, "login.file.wrong")
	}
	l := &logins{byCustomer: map[string]vitec.Credentials{}}
	if f.Default != nil {
		if f.Default.Username == "" || f.Default.Password == "" {
			return nil, bad(nil, "login.file.default")
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
			return nil, bad(nil, "login.file.customer", c)
		}
		l.byCustomer[c] = vitec.Credentials{Username: e.Username, Password: e.Password}
	}
	if l.fallback == nil && len(l.byCustomer) == 0 {
		return nil, bad(example, "login.file.empty")
	}
	return l, nil
}
