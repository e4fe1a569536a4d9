package testenv

import (
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver
)

// Postgres is a PostgreSQL server of the tests' own, on a free port of the
// loopback. Its superuser is ledger, without a password.
type Postgres struct {
	Port     int
	dir      string
	settings []string
	cmd      *exec.Cmd
	n        atomic.Int64
}

// PostgresProgram returns the path of one of PostgreSQL's programs; "" if it is
// not installed.
func PostgresProgram(name string) string {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(found) > 0 {
		return found[len(found)-1]
	}
	if path, err := exec.LookPath(name); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil {
			return real
		}
	}
	return ""
}

// NewPostgres starts a server with settings such as "fsync=off". It ends with
// the test.
func NewPostgres(t testing.TB, settings ...string) *Postgres {
	t.Helper()
	p, err := startPostgres(settings...)
	if errors.Is(err, errors.ErrUnsupported) {
		Missing(t, "postgres", err.Error())
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.close)
	return p
}

// shared is the server of all tests that need nothing particular.
var shared struct {
	sync.Mutex
	*Postgres
	err error
}

// Database makes a new database on a server that all tests of a package share,
// and returns its address. Whoever uses it calls [ClosePostgres] when all tests
// are over.
func Database(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.Postgres == nil && shared.err == nil {
		shared.Postgres, shared.err = startPostgres()
	}
	if errors.Is(shared.err, errors.ErrUnsupported) {
		Missing(t, "postgres", shared.err.Error())
	}
	if shared.err != nil {
		t.Fatal(shared.err)
	}
	return shared.Database(t)
}

// ClosePostgres stops the shared server, if it runs.
func ClosePostgres() {
	if shared.Postgres != nil {
		shared.close()
	}
}

// Database makes a new database and returns its address.
func (p *Postgres) Database(t testing.TB) string {
	t.Helper()
	name := fmt.Sprintf("ledger%d", p.n.Add(1))
	Exec(t, p.Address("postgres"), "CREATE DATABASE "+name)
	return p.Address(name)
}

// Address is the address of a database, for the superuser.
func (p *Postgres) Address(name string) string {
	return fmt.Sprintf("postgres://ledger@127.0.0.1:%d/%s?sslmode=disable", p.Port, name)
}

// Exec executes a statement in a database.
func Exec(t testing.TB, address, statement string) {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func startPostgres(settings ...string) (p *Postgres, err error) {
	initdb := PostgresProgram("initdb")
	if initdb == "" {
		return nil, fmt.Errorf("PostgreSQL is not installed: there is no initdb (%w)", errors.ErrUnsupported)
	}
	p = &Postgres{settings: settings}
	if p.dir, err = os.MkdirTemp("", "postgres-"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			p.close()
		}
	}()
	data := filepath.Join(p.dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return nil, err
	}
	for _, dir := range []string{p.dir, data} {
		if err := Disown(dir); err != nil {
			return nil, err
		}
	}
	make := exec.Command(initdb, "-D", data, "-U", "ledger", "-A", "trust", "-N", "-E", "UTF8", "--no-locale")
	if err := AsNobody(make); err != nil {
		return nil, err
	}
	make.Dir = p.dir
	EndWithTest(make)
	if out, err := make.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %v\n%s", err, out)
	}
	if p.Port, err = FreePort(); err != nil {
		return nil, err
	}
	return p, p.start()
}

// FreePort is a port of the loopback on which nobody listens.
func FreePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return l.Addr().(*net.TCPAddr).Port, l.Close()
}

// start starts the server on its data, and waits until it answers.
func (p *Postgres) start() error {
	args := []string{"-D", filepath.Join(p.dir, "data"), "-p", strconv.Itoa(p.Port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200"}
	for _, s := range p.settings {
		args = append(args, "-c", s)
	}
	p.cmd = exec.Command(PostgresProgram("postgres"), args...)
	p.cmd.Dir = p.dir
	if err := AsNobody(p.cmd); err != nil {
		return err
	}
	EndWithTest(p.cmd)
	log, err := os.OpenFile(filepath.Join(p.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd.Stdout, p.cmd.Stderr = log, log
	if err := p.cmd.Start(); err != nil {
		return err
	}
	db, err := sql.Open("pgx", p.Address("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = db.Ping(); err == nil {
			return nil
		}
	}
	said, _ := os.ReadFile(filepath.Join(p.dir, "log"))
	return fmt.Errorf("the server does not answer: %v\n%s", err, said)
}

// Start starts a server that was stopped.
func (p *Postgres) Start(t testing.TB) {
	t.Helper()
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
}

// Stop stops the server, and cuts whoever is connected off.
func (p *Postgres) Stop() {
	if p.cmd != nil && p.cmd.Process != nil {
		_ = p.cmd.Process.Signal(syscall.SIGINT)
		_ = p.cmd.Wait()
	}
	p.cmd = nil
}

func (p *Postgres) close() {
	p.Stop()
	if p.dir != "" {
		os.RemoveAll(p.dir)
	}
}

// AsNobody lets a command run as the user nobody where this process is root's:
// database servers do not run as root.
func AsNobody(cmd *exec.Cmd) error {
	uid, gid, err := nobody()
	if err != nil || uid == 0 {
		return err
	}
	return runAs(cmd, uid, gid)
}

// Disown gives a file to the user as whom [AsNobody] lets commands run.
func Disown(path string) error {
	uid, gid, err := nobody()
	if err != nil || uid == 0 {
		return err
	}
	return os.Chown(path, uid, gid)
}

// nobody are the ids of nobody; 0 if this process is not root's.
func nobody() (uid, gid int, err error) {
	if os.Getuid() != 0 {
		return 0, 0, nil
	}
	u, err := user.Lookup("nobody")
	if err != nil {
		return 0, 0, err
	}
	uid, err = strconv.Atoi(u.Uid)
	if err == nil {
		gid, err = strconv.Atoi(u.Gid)
	}
	return uid, gid, err
}
