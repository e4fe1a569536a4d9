package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/zalando/go-keyring"
	"golang.org/x/term"

	"vitec-import/importer"
	"vitec-import/vitec"
)

// keychain is a system's credential store: Windows' credential manager, macOS's
// keychain, or the Secret Service of a Linux desktop. Its errors are
// [keyring.ErrNotFound] where it has no such secret, and others where there is
// no store, as on most servers.
type keychain interface {
	Get(service, user string) (string, error)
	Set(service, user, secret string) error
	Delete(service, user string) error
}

type systemKeychain struct{}

func (systemKeychain) Get(service, user string) (string, error) { return keyring.Get(service, user) }
func (systemKeychain) Set(service, user, secret string) error {
	return keyring.Set(service, user, secret)
}
func (systemKeychain) Delete(service, user string) error { return keyring.Delete(service, user) }

// loginFlags say which login is meant.
type loginFlags struct {
	url      string
	customer string
}

func (f *loginFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.url, "url", vitec.DefaultBaseURL, "the `ADDRESS` of the API that the login is for")
	cmd.Flags().StringVar(&f.customer, "customer", "", "the login is for the customer with this `ID` alone (default: for all)")
}

func newLoginCommand(w *world) *cobra.Command {
	var f loginFlags
	cmd := &cobra.Command{
		Use:   "login",
		Short: "Keep a login in the system's credential store",
		Long: `login asks for a user name and a password, which is not shown, and keeps them in the
credential store of the system: Windows' Credential Manager, the keychain of macOS, or the
Secret Service of a Linux desktop. "run" takes them from there if neither --credentials
nor the environment has a login. Nothing is sent: whether the login is right, the first
run tells.

EXIT STATUS
  0    kept
  1    there is no credential store, or nobody to ask
  2    wrong use
  130  interrupted`,
		Example: `  vitec-import login
  vitec-import login --customer M11385`,
		Args: none,
		RunE: func(*cobra.Command, []string) error {
			if err := validURL(f.url); err != nil {
				return err
			}
			if !w.terminalIn {
				return exit{code: importer.ExitFailed, err: fail("there is no terminal to ask for the login"), hint: loginHint}
			}
			c, err := w.askLogin()
			if err != nil {
				return err
			}
			if err := w.keepLogin(normalURL(f.url), f.customer, c); err != nil {
				return noStore(err)
			}
			fmt.Fprintln(w.stdout, w.say("the login is kept in the system's credential store; \"vitec-import logout\" deletes it"))
			return nil
		},
	}
	f.bind(cmd)
	return cmd
}

func newLogoutCommand(w *world) *cobra.Command {
	var f loginFlags
	cmd := &cobra.Command{
		Use:   "logout",
		Short: "Delete a login from the system's credential store",
		Long: `logout deletes what "login" has kept.

EXIT STATUS
  0  deleted
  1  there is no such login, or no credential store
  2  wrong use`,
		Example: `  vitec-import logout
  vitec-import logout --customer M11385`,
		Args: none,
		RunE: func(*cobra.Command, []string) error {
			if err := validURL(f.url); err != nil {
				return err
			}
			err := errNoKeychain
			if w.keychain != nil {
				err = w.keychain.Delete(keychainService(normalURL(f.url)), cmp.Or(f.customer, defaultLogin))
			}
			switch {
			case errors.Is(err, keyring.ErrNotFound):
				return exit{code: importer.ExitFailed, err: fail("the credential store has no such login")}
			case err != nil:
				return noStore(err)
			}
			fmt.Fprintln(w.stdout, w.say("the login is deleted"))
			return nil
		},
	}
	f.bind(cmd)
	return cmd
}

var (
	errNoKeychain = fail("this system has none")
	loginHint     = hint("set VITEC_USERNAME and VITEC_PASSWORD, or name a file with --credentials; to try without one: --sandbox")
)

func noStore(err error) error {
	return exit{code: importer.ExitFailed, err: fail("there is no credential store that can be used: %s", err), hint: loginHint}
}

// defaultLogin names the login for all customers.
const defaultLogin = "default"

// keychainService names the logins for one server: a login is sent nowhere else.
func keychainService(target string) string { return programName + " " + target }

func (w *world) keepLogin(target, customer string, c vitec.Credentials) error {
	if w.keychain == nil {
		return errNoKeychain
	}
	secret, err := json.Marshal(keptLogin(c))
	if err != nil {
		return err
	}
	return w.keychain.Set(keychainService(target), cmp.Or(customer, defaultLogin), string(secret))
}

// keptLogin is a login as the credential store has it.
type keptLogin struct {
	Username string `json:"username"`
	Password string `json:"password"`
}

// keptLogin finds the login for a customer in the credential store, "" for all;
// nil = it has none. An error says that there is no store.
func (w *world) keptLogin(target, customer string) (*vitec.Credentials, error) {
	if w.keychain == nil {
		return nil, errNoKeychain
	}
	secret, err := w.keychain.Get(keychainService(target), cmp.Or(customer, defaultLogin))
	switch {
	case errors.Is(err, keyring.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	}
	var k keptLogin
	if json.Unmarshal([]byte(secret), &k) != nil || k.Username == "" || k.Password == "" {
		return nil, nil // not ours
	}
	return &vitec.Credentials{Username: k.Username, Password: k.Password}, nil
}

// askLogin asks a person for a login.
func (w *world) askLogin() (c vitec.Credentials, err error) {
	if c.Username, err = w.ask(w.say("User name: ")); err != nil {
		return c, err
	}
	if c.Password, err = w.askHidden(w.say("Password: ")); err != nil {
		return c, err
	}
	if c.Username == "" || c.Password == "" {
		return c, exit{code: importer.ExitFailed, err: fail("a login has a user name and a password")}
	}
	return c, nil
}

// askHidden is ask for what shall not be seen.
func (w *world) askHidden(question string) (string, error) {
	file, ok := w.stdin.(*os.File)
	if !ok {
		return w.ask(question)
	}
	fd := int(file.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return "", exit{code: importer.ExitFailed, err: fail("no password can be asked for in this window: %s", err), hint: loginHint}
	}
	fmt.Fprint(w.stderr, question)
	defer fmt.Fprintln(w.stderr)
	type answer struct {
		text []byte
		err  error
	}
	line := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		line <- answer{text, err}
	}()
	select {
	case given := <-line:
		if given.err != nil {
			return "", importer.ErrInterrupted // the end of the input
		}
		return string(given.text), nil
	case <-w.stop:
		// The terminal shows again what is typed.
		return "", errors.Join(importer.ErrInterrupted, term.Restore(fd, before))
	}
}
