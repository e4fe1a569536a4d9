//go:build unix

package ledger

import (
	"bytes"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"vitec-import/vitec/testenv"
)

// onPostgres tells a test whether its ledger is to be in PostgreSQL.
func onPostgres(tb testing.TB) bool { return strings.HasPrefix(tb.Name(), "TestPostgres/") }

// TestPostgres holds the same promises on PostgreSQL.
func TestPostgres(t *testing.T) {
	testenv.Database(t)
	for name, test := range map[string]func(*testing.T){
		"RunFromPlanToReport":     TestRunFromPlanToReport,
		"OrderOfCalls":            TestOrderOfCalls,
		"StartRunIsAllOrNothing":  TestStartRunIsAllOrNothing,
		"EndWaits":                TestEndWaits,
		"Generation":              TestGeneration,
		"CloseWhileReading":       TestCloseWhileReading,
		"Settle":                  TestSettle,
		"SettleWaitsForTheRun":    TestSettleWaitsForTheRun,
		"Purge":                   TestPurge,
		"PurgeLeavesARunThatIsOn": TestPurgeLeavesARunThatIsOn,
		"Moved":                   TestMoved,
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
	where := testenv.Database(t)
	dump := testenv.PostgresProgram("pg_dump")
	if dump == "" {
		t.Skip("there is no pg_dump")
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

// TestUnfitServer: a server that cannot keep the promises is refused, and a role
// without rights is told what it needs.
func TestUnfitServer(t *testing.T) {
	where := testenv.Database(t)
	p := postgres{where: where}
	for name, err := range map[string]error{
		"13":      p.unfit(130021, "on", false),
		"fsync":   p.unfit(150001, "off", false),
		"standby": p.unfit(150001, "on", true),
	} {
		if !errors.Is(err, ErrDisk) || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := p.unfit(140000, "on", false); err != nil {
		t.Error(err)
	}

	careless := testenv.NewPostgres(t, "fsync=off").Database(t)
	if _, err := Open(t.Context(), careless, Options{Create: true}); !errors.Is(err, ErrDisk) || !strings.Contains(err.Error(), "fsync = off") {
		t.Errorf("fsync=off: %v", err)
	}

	refused := func(o Options, as string, says string) {
		t.Helper()
		l, err := Open(t.Context(), strings.Replace(where, "ledger@", as+"@", 1), o)
		if err == nil {
			l.Close()
		}
		var e *Error
		if !errors.As(err, &e) || !strings.Contains(e.Reason.String(), says) || e.Hint.IsZero() {
			t.Errorf("%s: %v", as, err)
		}
	}
	testenv.Exec(t, where, "CREATE ROLE guest LOGIN; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
	refused(Options{Create: true}, "guest", "may not")
	refused(Options{Create: true}, "stranger", "refuses the connection")
	mustOpen(t, where).Close()
	refused(Options{}, "guest", "may not")
	testenv.Exec(t, where, "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO guest")
	l, err := Open(t.Context(), strings.Replace(where, "ledger@", "guest@", 1), Options{Booking: true})
	if err != nil {
		t.Fatal(err)
	}
	r := start(t, l, Row{})
	begin(t, r, 0, benchKeys(0))
	finish(t, r, 0, Result{Outcome: Booked, BookingID: "VID1"})
	end(t, r)
	if err := l.Close(); err != nil {
		t.Error(err)
	}
}

// TestSleepingHost stops a process in the middle of its run until its lease has
// run out. Others take its rows; when it wakes up it can begin nothing.
func TestSleepingHost(t *testing.T) {
	where := testenv.Database(t)
	cmd, stdin, lines, stderr := startChild(t, "lease=2s", where)
	defer stdin.Close()
	t.Cleanup(func() { cmd.Process.Kill() })
	begun := map[string]bool{}
	n := 0
	for lines.Scan() {
		what, i, _ := strings.Cut(lines.Text(), " ")
		if what == "begun" {
			begun[i] = true
			n++
		}
		if n == 200 {
			break
		}
	}
	if err := cmd.Process.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	other := openHost(t, where, 0)
	time.Sleep(3 * time.Second) // the lease
	const people = 3000
	rows := make([]Row, people)
	for i := range rows {
		rows[i].Keys = benchKeys(i)
	}
	r := start(t, other, rows...)
	took := map[string]bool{}
	for i := people - 1; i > people-500; i-- {
		if err := r.Begin(t.Context(), Submission{Index: i, Keys: benchKeys(i), At: noon}); err != nil {
			t.Fatalf("row %d, which the sleeping host had not begun: %v", i, err)
		}
		took[fmt.Sprint(i)] = true
		finish(t, r, i, Result{Outcome: Booked, BookingID: "VID"})
	}
	if err := cmd.Process.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	for lines.Scan() {
		if what, i, _ := strings.Cut(lines.Text(), " "); what == "begun" {
			begun[i] = true
		}
	}
	if err := cmd.Wait(); err == nil || !strings.Contains(stderr.String(), "silent for too long") {
		t.Errorf("the host that woke up: %v, %s", err, stderr)
	}
	for i := range took {
		if begun[i] {
			t.Errorf("person %s was begun by both", i)
		}
	}
	if len(begun) > 200+16 {
		t.Errorf("the host that woke up has begun %d rows", len(begun))
	}
}

// TestOnePersonAtOneMoment has four hosts begin the same people at the same
// moment: each person is one host's.
func TestOnePersonAtOneMoment(t *testing.T) {
	where := testenv.Database(t)
	const people, hosts = 60, 4
	var runs [hosts]*Run
	for h := range runs {
		rows := make([]Row, people)
		for i := range rows {
			rows[i].Keys = benchKeys(i)
		}
		runs[h] = start(t, openHost(t, where, 0), rows...)
	}
	for i := range people {
		var got, others atomic.Int64
		gate := make(chan struct{})
		var all sync.WaitGroup
		for _, r := range runs {
			all.Go(func() {
				<-gate
				err := r.Begin(t.Context(), Submission{Index: i, Keys: benchKeys(i), At: noon})
				var e *TakenError
				switch {
				case err == nil:
					got.Add(1)
				case errors.As(err, &e):
					others.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		close(gate)
		all.Wait()
		if got.Load() != 1 || others.Load() != hosts-1 {
			t.Errorf("person %d was begun by %d hosts, and %d were told of another", i, got.Load(), others.Load())
		}
	}
}
