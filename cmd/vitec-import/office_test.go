package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/vitec/sandbox"
	"vitec-import/vitec/testenv"
)

const (
	testUser     = "office"
	testPassword = "Korrekt-Häst-4711"
)

// A guest is one person who shall be booked once. Its address is unique.
type guest struct {
	first, last, mail, phone string
	customer, viewing, slot  string
	limit                    bool // the server shall count places
}

func (g guest) key() string { return g.customer + "/" + g.viewing + "/" + g.slot + "/" + g.mail }

// guests makes n of them, on three time slots.
func guests(n int) []guest {
	list := make([]guest, n)
	for i := range list {
		list[i] = guest{
			first: fmt.Sprintf("Quisling%dx", i), last: fmt.Sprintf("Zetterqvist%dy", i),
			mail: fmt.Sprintf("gast.%d@zetterqvist.example", i), phone: fmt.Sprintf("070-174%04d", 605+i%95),
			customer: "M1", viewing: "VIS1", slot: fmt.Sprintf("TS%d", i%3),
		}
	}
	return list
}

const guestHeader = "Kund;Visning;Tid;Förnamn;Efternamn;E-post;Mobil;Platser\r\n"

func guestCSV(list []guest) string {
	var s strings.Builder
	s.WriteString(guestHeader)
	for _, g := range list {
		limit := "nej"
		if g.limit {
			limit = "ja"
		}
		fmt.Fprintf(&s, "%s;%s;%s;%s;%s;%s;%s;%s\r\n", g.customer, g.viewing, g.slot, g.first, g.last, g.mail, g.phone, limit)
	}
	return s.String()
}

const guestMapping = `version: 1
target: {customerId: Kund, viewingId: Visning, timeSlotId: Tid}
participant:
  updatePerson:
    firstName: Förnamn
    lastName: Efternamn
    email: {emailAddress: E-post}
    cellPhone: {column: Mobil, as: phone}
  participated: {value: false}
  returnBookingId: {value: true}
  options:
    isDeadlineValidationEnabled: {value: false}
    enableBookingLimitValidation: Platser
`

// An office is a user's whole world: a list, a mapping, a ledger, the reports,
// and the server. It holds every run against what the server really did, which
// is what nobody has outside of a test.
type office struct {
	t     testing.TB
	dir   string
	input string
	url   string
	srv   *sandbox.Server
	env   map[string]string
	list  []guest // as the input has it, row by row
	wide  int     // --concurrency
	flags []string
	apart bool  // every run is a process of its own, because of what it finds in its environment
	last  int64 // the newest run that was audited
}

func newOffice(t testing.TB, list []guest, faults ...string) *office {
	t.Helper()
	o := &office{t: t, dir: t.TempDir(), wide: 5}
	var err error
	o.srv, err = sandbox.NewUnstarted(sandbox.Config{Logins: []sandbox.Login{{Username: testUser, Password: testPassword}}, Seed: 1})
	if err == nil {
		err = o.srv.Listen("127.0.0.1:0")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(o.srv.Close)
	o.url = o.srv.URL
	o.input = filepath.Join(o.dir, "deltagare.csv")
	o.env = map[string]string{
		"VITEC_USERNAME": testUser, "VITEC_PASSWORD": testPassword,
		"VITEC_IMPORT_LEDGER": filepath.Join(o.dir, "state", "ledger.db"), "TZ": "Europe/Stockholm",
	}
	o.write("mapping.yaml", guestMapping)
	o.enter(list)
	o.fault(faults...)
	return o
}

// enter puts a list into the input.
func (o *office) enter(list []guest) {
	o.t.Helper()
	o.list = list
	o.write(filepath.Base(o.input), guestCSV(list))
}

func (o *office) write(name, text string) {
	o.t.Helper()
	if err := os.WriteFile(filepath.Join(o.dir, name), []byte(text), 0o600); err != nil {
		o.t.Fatal(err)
	}
}

// fault replaces the faults of the server.
func (o *office) fault(texts ...string) {
	o.t.Helper()
	list := make([]sandbox.Fault, len(texts))
	for i, text := range texts {
		list[i] = sandbox.MustFault(text)
	}
	o.srv.SetFaults(list...)
}

// args are those of a run.
func (o *office) args(more ...string) []string {
	args := []string{"run", o.input, "--url", o.url, "--yes", "--rate", "0", "--concurrency", strconv.Itoa(o.wide)}
	return append(append(args, o.flags...), more...)
}

// attempt is how a run, or an attempt at one, ended.
type attempt struct {
	code           int // -1: killed by a signal
	stdout, stderr string
	requests       int // that arrived at the server meanwhile
	took           time.Duration
	run            ledger.RunInfo // zero ID: there was none
	rows           []reportRow
	counts         map[string]int
}

// reportRow is a row of report.csv.
type reportRow struct {
	row                           int
	outcome, id, message, firstOf string
	attempts                      int
}

// run runs the program in this process.
func (o *office) run(more ...string) *attempt { return o.do(nil, o.args(more...)...) }

// do runs the program in this process; stop asks it to end, and so does a time in
// which every test is over: a list alone, for instance, opens the desk, which
// waits for somebody.
//
// A process that another test is just starting holds copies of this one's open
// files, locks among them, until it has become another program. So a ledger
// that seems to be held is asked for again; whether it really is, is tested
// with processes.
func (o *office) do(stop <-chan struct{}, args ...string) *attempt {
	o.t.Helper()
	if o.apart {
		return o.call(args...)
	}
	before, start := o.srv.Counts().Requests, time.Now()
	if stop == nil {
		late := make(chan struct{})
		defer time.AfterFunc(3*time.Minute, func() { o.t.Errorf("it does not end: %q", args); close(late) }).Stop()
		stop = late
	}
	for {
		var stdout, stderr bytes.Buffer
		code := run(context.Background(), args, world{
			getenv: func(name string) string { return o.env[name] },
			stdin:  strings.NewReader(""), stdout: &stdout, stderr: &stderr, stop: stop,
		})
		if code == importer.ExitHeld && time.Since(start) < 5*time.Second {
			runtime.Gosched()
			continue
		}
		return &attempt{code: code, stdout: stdout.String(), stderr: stderr.String(),
			requests: o.srv.Counts().Requests - before, took: time.Since(start)}
	}
}

// A child is the program in a process of its own.
type child struct {
	o       *office
	cmd     *exec.Cmd
	out     [2]output
	before  int
	start   time.Time
	waiting chan struct{}
	err     error
}

// output is a buffer that can be read while it is written.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *output) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *output) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// start starts a run in a process of its own.
func (o *office) start(more ...string) *child {
	o.t.Helper()
	return o.startAs(func(c *exec.Cmd) {}, append([]string{"vitec-import"}, o.args(more...)...)...)
}

// startAs starts a command line of which the program is a part.
func (o *office) startAs(prepare func(*exec.Cmd), line ...string) *child {
	o.t.Helper()
	c := &child{o: o, cmd: exec.Command(line[0], line[1:]...), before: o.srv.Counts().Requests, start: time.Now(), waiting: make(chan struct{})}
	c.cmd.Env = os.Environ()
	for name, value := range o.env {
		c.cmd.Env = append(c.cmd.Env, name+"="+value)
	}
	c.cmd.Stdout, c.cmd.Stderr = &c.out[0], &c.out[1]
	prepare(c.cmd)
	testenv.EndWithTest(c.cmd)
	if err := c.cmd.Start(); err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { c.signal(os.Kill) })
	go func() {
		c.err = c.cmd.Wait()
		close(c.waiting)
	}()
	return c
}

// call runs the program in a process of its own.
func (o *office) call(args ...string) *attempt {
	o.t.Helper()
	return o.startAs(func(*exec.Cmd) {}, append([]string{"vitec-import"}, args...)...).wait()
}

// signal sends a signal; a process that has ended takes none, which is fine.
func (c *child) signal(s os.Signal) { _ = c.cmd.Process.Signal(s) }

// wait waits for the process, but not for ever.
func (c *child) wait() *attempt {
	c.o.t.Helper()
	select {
	case <-c.waiting:
	case <-time.After(2 * time.Minute):
		c.signal(syscall.SIGQUIT)
		<-c.waiting
		c.o.t.Fatalf("the program does not end; its stderr:\n%s", c.out[1].String())
	}
	e := &attempt{code: c.cmd.ProcessState.ExitCode(), stdout: c.out[0].String(), stderr: c.out[1].String(),
		requests: c.o.srv.Counts().Requests - c.before, took: time.Since(c.start)}
	return e
}

// atRequest calls f when the n-th request from now arrives, before anything is
// made of it.
func (o *office) atRequest(n int, f func(), faults ...string) {
	o.t.Helper()
	var seen atomic.Int64
	hook := sandbox.MustFault("latency=0s")
	hook.Match = func(sandbox.Request) bool {
		if seen.Add(1) == int64(n) {
			f()
		}
		return false
	}
	list := []sandbox.Fault{hook}
	for _, text := range faults {
		list = append(list, sandbox.MustFault(text))
	}
	o.srv.SetFaults(list...)
}

// audit holds a run against the server. Of the rows that it has sent at most
// doubt may be uncertain. It may be asked about an attempt that came to nothing.
func (o *office) audit(e *attempt, doubt int) *attempt {
	o.t.Helper()
	o.noDoubles()
	l, err := ledger.OpenReader(context.Background(), o.env["VITEC_IMPORT_LEDGER"])
	if err != nil {
		o.t.Fatalf("the ledger: %v\nstderr:\n%s", err, e.stderr)
	}
	runs, err := l.Runs(context.Background())
	if err := l.Close(); err != nil {
		o.t.Error(err)
	}
	if err != nil {
		o.t.Fatal(err)
	}
	o.silent(e)
	if len(runs) == 0 || runs[len(runs)-1].ID == o.last {
		if e.requests > 0 {
			o.t.Errorf("%d requests without a run in the ledger", e.requests)
		}
		return e
	}
	e.run = runs[len(runs)-1]
	o.last = e.run.ID
	dir := e.run.ReportDir
	if _, err := os.Stat(dir); err != nil || !e.run.Ended {
		w := o.do(nil, "report", strconv.FormatInt(e.run.ID, 10), "--out", filepath.Join(o.dir, "again"))
		if w.code != 0 {
			o.t.Fatalf("the report cannot be written: %s", w.stderr)
		}
		_, dir, _ = strings.Cut(w.stderr, "\nreports in ")
		dir, _, _ = strings.Cut(dir, "\n")
	}
	e.rows = readReport(o.t, dir)
	o.truthful(e, doubt)
	return e
}

// noDoubles is I1: nobody is booked twice.
func (o *office) noDoubles() {
	o.t.Helper()
	for _, b := range o.srv.Bookings() {
		if len(b.Commits) > 1 {
			o.t.Errorf("DOUBLE: contact %s is booked %d times on %s", b.ContactId, len(b.Commits), b.Target.TimeSlotId)
		}
	}
}

// booked tells who is booked, by key, and under what id.
func (o *office) booked() map[string]string {
	ids := map[string]string{}
	for _, c := range o.srv.Commits() {
		g := guest{mail: c.Body.UpdatePerson.Email.EmailAddress, customer: c.Target.CustomerId, viewing: c.Target.ViewingId, slot: c.Target.TimeSlotId}
		if ids[g.key()] != "" {
			o.t.Errorf("DOUBLE: row of %s", g.slot)
		}
		ids[g.key()] = c.Answer
	}
	return ids
}

// truthful is I2, I3, I4 and I6: every row has one outcome, and it is true.
func (o *office) truthful(e *attempt, doubt int) {
	o.t.Helper()
	e.counts = map[string]int{}
	booked := o.booked()
	fresh := 0
	if len(e.rows) != len(o.list) {
		o.t.Errorf("run %d: %d rows in the report, %d in the input", e.run.ID, len(e.rows), len(o.list))
		return
	}
	for i, r := range e.rows {
		e.counts[r.outcome]++
		if r.row != i+2 {
			o.t.Errorf("run %d: row %d stands where row %d should", e.run.ID, r.row, i+2)
		}
		id, is := booked[o.list[i].key()]
		switch r.outcome {
		case "booked", "already_booked":
			if !is || id != r.id {
				o.t.Errorf("FALSE: run %d row %d is %s with id %q; at the server: %q", e.run.ID, r.row, r.outcome, r.id, id)
			}
		case "rejected", "invalid", "not_sent", "skipped":
			if is {
				o.t.Errorf("LOST: run %d row %d is %s, but booked (%s)", e.run.ID, r.row, r.outcome, r.message)
			}
		case "uncertain":
			if r.firstOf == "" || r.firstOf == strconv.FormatInt(e.run.ID, 10) {
				fresh++
			}
		case "duplicate":
		default:
			o.t.Errorf("run %d row %d: outcome %q", e.run.ID, r.row, r.outcome)
		}
	}
	if fresh > doubt {
		o.t.Errorf("DOUBT: run %d: %d rows are uncertain, at most %d can be\nstderr:\n%s", e.run.ID, fresh, doubt, e.stderr)
	}
	for outcome, n := range outcomeMap(e.run.Counts) {
		if n != e.counts[outcome] {
			o.t.Errorf("run %d: the ledger counts %d %s, the report %d", e.run.ID, n, outcome, e.counts[outcome])
		}
	}
	if e.code < 0 || !e.run.Ended {
		return
	}
	want := 0
	switch c := e.counts; {
	case c["not_sent"] > 0 && e.code == 130:
		want = 130
	case c["not_sent"] > 0, strings.Contains(e.stderr, "stopped: ") && strings.Contains(e.stderr, "file was changed"):
		want = 5
	case c["uncertain"] > 0:
		want = 4
	case c["invalid"]+c["rejected"] > 0:
		want = 3
	}
	if e.code == 1 && e.run.ExitCode == 0 && strings.Contains(e.stderr, "could not be written") {
		want = 0 // the run did all it should; what was to be told of it could not
		e.code = 0
	}
	if e.code != want || e.run.ExitCode != want {
		o.t.Errorf("EXIT: run %d: exit code %d (%d in the ledger), want %d: %v\nstderr:\n%s", e.run.ID, e.code, e.run.ExitCode, want, e.counts, e.stderr)
	}
}

// silent is I7: nothing secret or personal in what the program prints or
// keeps, and the ledger is its owner's.
func (o *office) silent(e *attempt) {
	o.t.Helper()
	secrets := map[string]string{
		"the password":      testPassword,
		"the Authorization": base64.StdEncoding.EncodeToString([]byte(testUser + ":" + testPassword)),
	}
	for i := 0; i < len(o.list); i += 1 + len(o.list)/5 {
		g := o.list[i]
		secrets["a first name"], secrets["a last name"], secrets["an address"] = g.first, g.last, g.mail
		secrets["a phone number"] = strings.ReplaceAll(strings.TrimPrefix(g.phone, "0"), "-", "")
		o.scan("stdout", []byte(e.stdout), secrets)
		o.scan("stderr", []byte(e.stderr), secrets)
		files, err := filepath.Glob(o.env["VITEC_IMPORT_LEDGER"] + "*")
		if err != nil {
			o.t.Fatal(err)
		}
		for _, f := range files {
			b, err := os.ReadFile(f)
			if err != nil {
				continue // a -shm that was just removed
			}
			o.scan(filepath.Base(f), b, secrets)
			if info, err := os.Stat(f); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 { // there the folder's hold
				o.t.Errorf("%s has the rights %v", filepath.Base(f), info.Mode().Perm())
			}
		}
	}
}

func (o *office) scan(where string, text []byte, secrets map[string]string) {
	o.t.Helper()
	for what, s := range secrets {
		if s != "" && bytes.Contains(text, []byte(s)) {
			o.t.Errorf("LEAK: %s holds %s", where, what)
		}
	}
}

// settle is I5: with the fault gone one run finishes what is not uncertain, and
// one more sends nothing and says the same.
func (o *office) settle() *attempt {
	o.t.Helper()
	o.fault()
	arrived := o.srv.Counts().Requests // of a killed program some may still be under way
	e := o.audit(o.run(), 0)
	for _, outcome := range []string{"not_sent", "rejected"} {
		if e.counts[outcome] > 0 {
			o.t.Errorf("LOST: %d rows are %s though nothing is wrong any more\nstderr:\n%s", e.counts[outcome], outcome, e.stderr)
		}
	}
	booked := 0
	for _, c := range o.srv.Commits() {
		if c.Request > arrived {
			booked++
		}
	}
	if booked != e.requests {
		o.t.Errorf("%d requests for %d new bookings", e.requests, booked)
	}
	again := o.audit(o.run(), 0)
	if again.requests != 0 {
		o.t.Errorf("%d requests by a run that had nothing to do", again.requests)
	}
	if len(again.rows) != len(e.rows) {
		o.t.Errorf("a run has %d rows, the one before had %d; it ended with %d:\n%s", len(again.rows), len(e.rows), again.code, again.stderr)
		return e
	}
	for i, r := range again.rows {
		was := e.rows[i].outcome
		if was == "booked" {
			was = "already_booked"
		}
		if r.outcome != was || r.id != e.rows[i].id {
			o.t.Errorf("row %d was %s and is %s now", r.row, e.rows[i].outcome, r.outcome)
		}
	}
	return e
}

// readReport reads report.csv and checks that it is whole.
func readReport(t testing.TB, dir string) []reportRow {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, "report.csv"))
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	head, err := r.Read()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range head {
		column[name] = i
	}
	var rows []reportRow
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.Atoi(rec[column["row"]])
		if err != nil {
			t.Fatal(err)
		}
		attempts, _ := strconv.Atoi(rec[column["attempts"]]) // empty for a row that was not sent
		rows = append(rows, reportRow{row: n, outcome: rec[column["outcome"]], id: rec[column["booking_id"]],
			message: rec[column["message"]], firstOf: rec[column["run_of_first"]], attempts: attempts})
	}
}

// want checks the counts of a run, all of them, and its exit code.
func (e *attempt) want(t testing.TB, code int, counts map[string]int) {
	t.Helper()
	if e.code != code {
		t.Errorf("exit code %d, want %d\nstderr:\n%s", e.code, code, e.stderr)
	}
	if !maps.Equal(e.counts, counts) {
		t.Errorf("outcomes %v, want %v\nstderr:\n%s", e.counts, counts, e.stderr)
	}
}

// TestOffice is the harness at rest: without a fault everybody is booked.
func TestOffice(t *testing.T) {
	o := newOffice(t, guests(30))
	o.audit(o.start().wait(), 0).want(t, 0, map[string]int{"booked": 30})
	o.settle()
}

// wait waits until a fault has struck, or the program has ended without it.
func wait(c *child, hit <-chan struct{}) {
	select {
	case <-hit:
	case <-c.waiting:
	}
}
