package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vitec-import/vitec/sandbox"
	"vitec-import/vitec/testenv"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestMain(m *testing.M) {
	// Most of these tests wait for a server or a process rather than compute.
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	testscript.Main(tests{m}, map[string]func(){
		"vitec-import": func() { os.Exit(mainExitCode()) },
	})
}

// tests are all tests, after which the database server that some of them started
// is stopped.
type tests struct{ *testing.M }

func (t tests) Run() int {
	defer testenv.ClosePostgres()
	return t.M.Run()
}

// TestScripts runs the scripts in testdata/script: the contract with the user,
// one behaviour a file. Each script has a state directory, a login and a
// sandbox of its own ($SANDBOX); beside testscript's commands there are
//
//	exits CODE command...   run it and hold its exit code against CODE
//	requests N              the sandbox has had so many requests
//	bookings N              so many people are booked, each of them once
//	fault TEXT...           the sandbox misbehaves from now on
//	ask [-u LOGIN] URL      print what a server answers, once it listens; $FREE_PORT is free
func TestScripts(t *testing.T) {
	samples, err := filepath.Abs("../../samples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		Deadline:            time.Now().Add(5 * time.Minute), // the desk, once opened, waits for ever
		UpdateScripts:       *update,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			srv := sandbox.New(sandbox.Config{Logins: []sandbox.Login{{Username: "office", Password: "correct horse"}}})
			e.Defer(srv.Close)
			e.Values[sandboxKey{}] = srv
			e.Setenv("SANDBOX", srv.URL)
			port, err := freePort()
			if err != nil {
				return err
			}
			e.Setenv("FREE_PORT", port)
			e.Setenv("XDG_STATE_HOME", filepath.Join(e.WorkDir, "state"))
			e.Setenv("LOCALAPPDATA", filepath.Join(e.WorkDir, "state"))
			e.Setenv("VITEC_USERNAME", "office")
			e.Setenv("VITEC_PASSWORD", "correct horse")
			e.Setenv("LANG", "C.UTF-8")
			return os.CopyFS(filepath.Join(e.WorkDir, "samples"), os.DirFS(samples))
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"requests": requests,
			"bookings": bookings,
			"fault":    fault,
			"ask":      ask,
		},
	})
}

type sandboxKey struct{}

func sandboxOf(ts *testscript.TestScript) *sandbox.Server {
	return ts.Value(sandboxKey{}).(*sandbox.Server)
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		var coded interface{ ExitCode() int }
		if !asExit(err, &coded) {
			ts.Fatalf("%v", err)
		}
		got = coded.ExitCode()
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

func asExit(err error, coded *interface{ ExitCode() int }) bool {
	c, ok := err.(interface{ ExitCode() int })
	*coded = c
	return ok
}

func requests(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: requests N")
	}
	if got := fmt.Sprint(len(sandboxOf(ts).Requests())); got != args[0] {
		ts.Fatalf("the sandbox has had %s requests, want %s", got, args[0])
	}
}

func bookings(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: bookings N")
	}
	list := sandboxOf(ts).Bookings()
	for _, b := range list {
		if len(b.Commits) != 1 {
			ts.Fatalf("contact %s is booked %d times", b.ContactId, len(b.Commits))
		}
	}
	if got := fmt.Sprint(len(list)); got != args[0] {
		ts.Fatalf("%s people are booked, want %s", got, args[0])
	}
}

func fault(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: fault TEXT...")
	}
	var faults []sandbox.Fault
	for _, text := range args {
		f, err := sandbox.ParseFault(text)
		ts.Check(err)
		faults = append(faults, f)
	}
	sandboxOf(ts).SetFaults(faults...)
}
