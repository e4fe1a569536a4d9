//go:build unix

package ledger

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"vitec-import/vitec/testenv"
)

// server is the PostgreSQL server of these tests, started when it is first
// asked for.
var server struct {
	sync.Mutex
	tried bool
	dir   string
	port  int
	cmd   *exec.Cmd
	err   error
	n     atomic.Int64
}

// initdb is the program that makes a database cluster; "" if there is none.
func initdb() string {
	if path, err := exec.LookPath("initdb"); err == nil {
		if real, err := filepath.EvalSymlinks(path); err == nil && filepath.Base(real) == "initdb" {
			return real
		}
	}
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if len(found) == 0 {
		return ""
	}
	return found[len(found)-1]
}

// database makes a new database and returns its address. The test is skipped
// where PostgreSQL is not installed, unless it must be.
func database(tb testing.TB) string {
	tb.Helper()
	server.Lock()
	defer server.Unlock()
	if !server.tried {
		server.tried = true
		server.err = startServer()
	}
	if server.err != nil {
		testenv.Missing(tb, "postgres", server.err.Error())
	}
	name := fmt.Sprintf("ledger%d", server.n.Add(1))
	admin, err := sql.Open("pgx", address("postgres"))
	if err != nil {
		tb.Fatal(err)
	}
	defer admin.Close()
	if _, err := admin.Exec("CREATE DATABASE " + name); err != nil {
		tb.Fatal(err)
	}
	return address(name)
}

func address(name string) string {
	return fmt.Sprintf("postgres://ledger@127.0.0.1:%d/%s?sslmode=disable", server.port, name)
}

func startServer() error {
	program := initdb()
	if program == "" {
		return errors.New("PostgreSQL is not installed: there is no initdb")
	}
	var err error
	if server.dir, err = os.MkdirTemp("", "ledger-postgres-"); err != nil {
		return err
	}
	data := filepath.Join(server.dir, "data")
	if err := os.Mkdir(data, 0o700); err != nil {
		return err
	}
	// PostgreSQL does not run as root.
	attr := &syscall.SysProcAttr{}
	if os.Getuid() == 0 {
		u, err := user.Lookup("nobody")
		if err != nil {
			return err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		attr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		for _, dir := range []string{server.dir, data} {
			if err := os.Chown(dir, uid, gid); err != nil {
				return err
			}
		}
	}
	make := exec.Command(program, "-D", data, "-U", "ledger", "-A", "trust", "-N", "-E", "UTF8", "--no-locale")
	make.SysProcAttr, make.Dir = attr, server.dir
	if out, err := make.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %v\n%s", err, out)
	}
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server.port = free.Addr().(*net.TCPAddr).Port
	if err := free.Close(); err != nil {
		return err
	}
	return runServer(attr)
}

// runServer starts the server on its data, and waits until it answers.
func runServer(attr *syscall.SysProcAttr) error {
	server.cmd = exec.Command(filepath.Join(filepath.Dir(initdb()), "postgres"), "-D", filepath.Join(server.dir, "data"),
		"-p", strconv.Itoa(server.port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=200")
	server.cmd.SysProcAttr, server.cmd.Dir = attr, server.dir
	log, err := os.OpenFile(filepath.Join(server.dir, "log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	server.cmd.Stdout, server.cmd.Stderr = log, log
	if err := server.cmd.Start(); err != nil {
		return err
	}
	db, err := sql.Open("pgx", address("postgres"))
	if err != nil {
		return err
	}
	defer db.Close()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if err = db.Ping(); err == nil {
			return nil
		}
	}
	said, _ := os.ReadFile(filepath.Join(server.dir, "log"))
	return fmt.Errorf("the server does not answer: %v\n%s", err, said)
}

// stopServer is called when all tests are over.
func stopServer() {
	if server.cmd != nil && server.cmd.Process != nil {
		_ = server.cmd.Process.Signal(syscall.SIGINT) // fast shutdown
		_ = server.cmd.Wait()
	}
	if server.dir != "" {
		os.RemoveAll(server.dir)
	}
}

// onPostgres tells a test whether its ledger is to be in PostgreSQL.
func onPostgres(tb testing.TB) bool { return strings.HasPrefix(tb.Name(), "TestPostgres/") }

// TestPostgres holds the same promises on PostgreSQL.
func TestPostgres(t *testing.T) {
	database(t)
	for name, test := range map[string]func(*testing.T){
		"RunFromPlanToReport":     TestRunFromPlanToReport,
		"OrderOfCalls":            TestOrderOfCalls,
		"StartRunIsAllOrNothing":  TestStartRunIsAllOrNothing,
		"EndWaits":                TestEndWaits,
		"FinishKeepsItsTurn":      TestFinishKeepsItsTurn,
		"Generation":              TestGeneration,
		"CloseWhileReading":       TestCloseWhileReading,
		"Settle":                  TestSettle,
		"SettleWaitsForTheRun":    TestSettleWaitsForTheRun,
		"Purge":                   TestPurge,
		"PurgeLeavesARunThatIsOn": TestPurgeLeavesARunThatIsOn,
		"GivingUp":                TestGivingUp,
		"LedgerAsAStateMachine":   TestLedgerAsAStateMachine,
		"PlansAreDeleted":         TestPlansAreDeleted,
	} {
		t.Run(name, test)
	}
}

// TestPostgresNoPersonalData is the canary test: nothing personal in a dump of
// the database.
func TestPostgresNoPersonalData(t *testing.T) {
	where := database(t)
	dump := filepath.Join(filepath.Dir(initdb()), "pg_dump")
	if _, err := os.Stat(dump); err != nil {
		t.Skip(err)
	}
	l := mustOpen(t, where)
	canaries := []string{"199006022397", "anna.canary@example.com", "Canary Andersson"}
	k := l.Keys(target, slotA, Identity{Number: canaries[0], Traits: []string{canaries[2] + canaries[1]}})
	r := start(t, l, Row{Slot: slotA, Keys: k})
	begin(t, r, 0, k)
	finish(t, r, 0, Result{Outcome: Booked, BookingID: "VID1"})
	end(t, r)
	out, err := exec.Command(dump, where).Output()
	if err != nil || !bytes.Contains(out, []byte("VID1")) {
		t.Fatal(err, len(out))
	}
	for _, c := range canaries {
		if bytes.Contains(out, []byte(c)) {
			t.Errorf("the dump contains %q", c)
		}
	}
}
