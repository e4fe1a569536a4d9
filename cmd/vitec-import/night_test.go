//go:build unix

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/vitec/testenv"
)

// lists puts lists of so many guests each into a folder, oldest first, and
// returns it. No two lists have a guest in common.
func (o *office) lists(folder string, sizes ...int) string {
	o.t.Helper()
	dir := filepath.Join(o.dir, folder)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		o.t.Fatal(err)
	}
	o.write(filepath.Join(folder, "mapping.yaml"), guestMapping)
	all, first := guests(1000), 0
	for i, n := range sizes {
		name := filepath.Join(folder, string(rune('a'+i))+".csv")
		o.write(name, guestCSV(all[first:first+n]))
		first += n
		changed := time.Now().Add(time.Duration(i-len(sizes)) * time.Hour)
		if err := os.Chtimes(filepath.Join(o.dir, name), changed, changed); err != nil {
			o.t.Fatal(err)
		}
	}
	return dir
}

// night runs over paths and returns the summary as well.
func (o *office) night(paths []string, more ...string) (*attempt, batchSummary) {
	o.t.Helper()
	args := append(append([]string{"run"}, paths...), "--url", o.url, "--yes", "--rate", "0", "--json")
	e := o.do(nil, append(args, more...)...)
	var sum batchSummary
	if err := json.Unmarshal([]byte(e.stdout), &sum); err != nil {
		o.t.Fatalf("the summary: %v\n%s\n%s", err, e.stdout, e.stderr)
	}
	if sum.ExitCode != e.code {
		o.t.Errorf("exit code %d, in the summary %d", e.code, sum.ExitCode)
	}
	o.noDoubles()
	return e, sum
}

func (s batchSummary) states() (states []string) {
	for _, l := range s.Lists {
		states = append(states, filepath.Base(l.File)+" "+string(l.State))
	}
	return states
}

// TestWhatStopsLists: what is wrong with a list, its customer or its login stops
// that list, what is wrong with the server or the ledger stops all.
func TestWhatStopsLists(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		faults   []string
		args     []string
		code     int
		requests int
		states   string
	}{
		{"nothing", nil, nil, 0, 15, "a.csv done, b.csv done, c.csv done"},
		{"rejections", []string{"422:1-5"}, nil, 3, 15, "a.csv finished, b.csv done, c.csv done"},
		{"rejections in a row of one list", []string{"405:1-5"}, []string{"--concurrency", "1"}, 5, 5, "a.csv stopped, b.csv not_begun, c.csv not_begun"},
		{"a refused customer", []string{"403:1"}, nil, 5, 11, "a.csv finished, b.csv done, c.csv done"},
		{"a wrong login", []string{"401:1"}, nil, 5, 1, "a.csv stopped, b.csv not_begun, c.csv not_begun"},
		{"answers that nobody can trust", []string{"500"}, []string{"--concurrency", "1"}, 5, 3, "a.csv stopped, b.csv not_begun, c.csv not_begun"},
		{"a redirect", []string{`302="https://example.com/":1`}, nil, 5, 1, "a.csv stopped, b.csv not_begun, c.csv not_begun"},
		{"a long pause", []string{"429=3600:1"}, nil, 5, 1, "a.csv stopped, b.csv not_begun, c.csv not_begun"},
		{"so many rows", nil, []string{"--max-rows", "7", "--concurrency", "1"}, 5, 7, "a.csv done, b.csv stopped, c.csv not_begun"},
		{"so many rows, a list", nil, []string{"--max-rows", "5"}, 5, 5, "a.csv done, b.csv not_begun, c.csv not_begun"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, nil, tt.faults...)
			e, sum := o.night([]string{o.lists("in", 5, 5, 5)}, tt.args...)
			if got := strings.Join(sum.states(), ", "); got != tt.states || e.code != tt.code || e.requests != tt.requests {
				t.Errorf("%s; exit code %d, %d requests; want %s, %d, %d\n%s", got, e.code, e.requests, tt.states, tt.code, tt.requests, e.stderr)
			}
			// Whatever it was, the next night goes on.
			o.fault()
			if e, sum := o.night([]string{filepath.Join(o.dir, "in")}); e.code != 0 && e.code != importer.ExitUncertain {
				t.Errorf("the next night: exit code %d, %s: %s", e.code, sum.states(), e.stderr)
			}
		})
	}
}

// TestOtherLogin: a login that was refused stops the lists that need it, and no
// other; it is tried once.
func TestOtherLogin(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	o.lists("in", 3, 3, 3)
	other := guests(3)
	for i := range other {
		other[i].customer, other[i].mail = "M2", "m2."+other[i].mail
	}
	o.write("in/b.csv", guestCSV(other))
	logins := filepath.Join(o.dir, "logins.yaml")
	o.write("logins.yaml", "default: {username: "+testUser+", password: outdated}\ncustomers:\n  M2: {username: "+testUser+", password: "+testPassword+"}\n")
	dir := filepath.Join(o.dir, "in")
	e, sum := o.night([]string{filepath.Join(dir, "a.csv"), filepath.Join(dir, "b.csv"), filepath.Join(dir, "c.csv")}, "--credentials", logins)
	if got := strings.Join(sum.states(), ", "); got != "a.csv stopped, b.csv done, c.csv not_begun" || e.requests != 4 || e.code != 5 {
		t.Errorf("%s; exit code %d, %d requests: %s", got, e.code, e.requests, e.stderr)
	}
}

// TestWhereListsGo: a list that only has to go on stays where it is; what a person
// has to look at does not.
func TestWhereListsGo(t *testing.T) {
	stop := func(code string) *importer.Stop { return &importer.Stop{Code: code} }
	rows := func(booked, rejected, uncertain, notSent int) (c ledger.Counts) {
		c[ledger.Booked], c[ledger.Rejected], c[ledger.Uncertain], c[ledger.NotSent] = booked, rejected, uncertain, notSent
		return c
	}
	for _, tt := range []struct {
		name    string
		rows    ledger.Counts
		stopped *importer.Stop
		want    string
	}{
		{"all booked", rows(3, 0, 0, 0), nil, "done"},
		{"one rejected", rows(2, 1, 0, 0), nil, "failed"},
		{"one in doubt", rows(2, 0, 1, 0), nil, "failed"},
		{"one that never left", rows(2, 0, 0, 1), nil, ""},
		{"one rejected, one that never left", rows(1, 1, 0, 1), nil, ""},
		{"interrupted", rows(2, 0, 0, 1), stop(importer.StopInterrupted), ""},
		{"an unreachable server", rows(0, 0, 0, 3), stop(importer.StopUnreachable), ""},
		{"a wrong login", rows(0, 0, 0, 3), stop(importer.StopLogin), ""},
		{"a ledger that failed", rows(2, 0, 1, 0), stop(importer.StopLedger), ""},
		{"a list that was changed", rows(2, 0, 0, 1), stop(importer.StopInput), ""},
		{"a refused customer", rows(0, 1, 0, 2), stop(importer.StopForbidden), "failed"},
		{"rejected alike", rows(0, 20, 0, 2), stop(importer.StopRejected), "failed"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &listRun{batch: &batch{flags: &runFlags{}, server: &server{logins: &logins{}}}, archive: archive{"done", "failed"}}
			n := 0
			for _, k := range tt.rows {
				n += k
			}
			r.ended(&importer.Result{Outcomes: tt.rows, Stopped: tt.stopped, Plan: &importer.Plan{Rows: n}})
			if got := r.archive.folder(&r.listResult); got != tt.want {
				t.Errorf("it goes to %q, want %q (%s)", got, tt.want, r.state)
			}
		})
	}
}

// TestOnePace: the rate is for all lists together, and there is no rush between
// them.
func TestOnePace(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	start := time.Now()
	o.night([]string{o.lists("in", 2, 2, 2, 2)}, "--rate", "5", "--concurrency", "8")
	requests := o.srv.Requests()
	if len(requests) != 8 {
		t.Fatalf("%d requests", len(requests))
	}
	for i, r := range requests { // whatever holds one up does not make another one come too soon
		if since := r.Time.Sub(start); since < time.Duration(i)*200*time.Millisecond {
			t.Errorf("request %d comes %s after the start; five a second are allowed", i+1, since)
		}
	}
}

// TestMessagesOfAllLists: --max-messages is for all lists together.
func TestMessagesOfAllLists(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	e, sum := o.night([]string{o.lists("in", 4, 4)}, "--set", "smsConfirmation=true", "--max-messages", "6")
	if got := strings.Join(sum.states(), ", "); got != "a.csv done, b.csv not_begun" || e.requests != 4 || !strings.Contains(sum.Lists[1].Hint, "--max-messages 8") {
		t.Errorf("%s, %d requests: %s", got, e.requests, e.stderr)
	}
}

// TestWaitForLedger: a run that finds another one at work waits for it, if it is
// told to.
func TestWaitForLedger(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(8), "latency=100ms")
	first := o.start("--concurrency", "1")
	for o.srv.Counts().Requests == 0 {
		time.Sleep(time.Millisecond)
	}
	if e := o.start().wait(); e.code != importer.ExitHeld {
		t.Errorf("without --wait: exit code %d", e.code)
	}
	second := o.start("--wait", "1m")
	if e := first.wait(); e.code != 0 {
		t.Errorf("the first: exit code %d: %s", e.code, e.stderr)
	}
	if e := second.wait(); e.code != 0 || !strings.Contains(e.stderr, "waiting for it, 1m0s at most") || !strings.Contains(e.stdout, "8 already_booked") {
		t.Errorf("the second: exit code %d: %s%s", e.code, e.stdout, e.stderr)
	}
}

// TestWaitForLists: of two calls for one folder the second finds what the first
// one has left.
func TestWaitForLists(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil, "latency=100ms")
	args := []string{"vitec-import", "run", o.lists("in", 4, 4), "--url", o.url, "--yes", "--rate", "0", "--concurrency", "1", "--done", filepath.Join(o.dir, "done"), "--wait", "1m", "--json"}
	first := o.startAs(func(*exec.Cmd) {}, args...)
	for o.srv.Counts().Requests == 0 {
		time.Sleep(time.Millisecond)
	}
	second := o.startAs(func(*exec.Cmd) {}, args...)
	for !strings.Contains(second.out[1].String(), "waiting for it") && second.running() {
		time.Sleep(time.Millisecond)
	}
	o.write("in/c.csv", guestCSV(guests(20)[10:12]))
	if e := first.wait(); e.code != 0 || strings.Count(e.stdout, `"state":"done"`) != 2 {
		t.Errorf("the first: exit code %d: %s%s", e.code, e.stdout, e.stderr)
	}
	if e := second.wait(); e.code != 0 || strings.Count(e.stdout, `"state":"done"`) != 1 || strings.Contains(e.stdout, "no_file") {
		t.Errorf("the second: exit code %d: %s%s", e.code, e.stdout, e.stderr)
	}
	o.noDoubles()
	if n := len(o.srv.Bookings()); n != 10 {
		t.Errorf("%d are booked, want 10", n)
	}
}

// TestKilledBetweenLists: wherever a night is killed, the next one ends it: no
// list is lost, none is there twice, and nobody is booked twice.
func TestKilledBetweenLists(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	dir := o.lists("in", 4, 4, 4)
	args := []string{"run", dir, "--url", o.url, "--yes", "--rate", "0", "--done", filepath.Join(o.dir, "done"), "--failed", filepath.Join(o.dir, "failed")}
	for _, n := range []int{2, 3, 4} {
		c := o.startAs(func(*exec.Cmd) {}, append([]string{"vitec-import"}, args...)...)
		o.atRequest(n, func() { c.signal(syscall.SIGKILL) })
		c.wait()
		o.fault()
	}
	o.night([]string{dir}, args[6:]...)
	o.noDoubles()
	found := map[string]int{}
	for _, folder := range []string{"in", "done", "failed"} {
		lists, err := filepath.Glob(filepath.Join(o.dir, folder, "*.csv"))
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lists {
			found[filepath.Base(l)]++
		}
	}
	for _, name := range []string{"a.csv", "b.csv", "c.csv"} {
		if found[name] != 1 {
			t.Errorf("%s is there %d times", name, found[name])
		}
	}
}

// TestInterruptedBetweenLists: one signal ends the list that is under way, and no
// other is begun; all stay where they are.
func TestInterruptedBetweenLists(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	dir := o.lists("in", 20, 20)
	c := o.startAs(func(*exec.Cmd) {}, "vitec-import", "run", dir, "--url", o.url, "--yes", "--rate", "0", "--concurrency", "2", "--json", "--done", filepath.Join(o.dir, "done"), "--failed", filepath.Join(o.dir, "failed"))
	o.atRequest(5, func() { c.signal(syscall.SIGTERM) }, "latency=20ms")
	e := c.wait()
	if e.code != importer.ExitInterrupted || !strings.Contains(e.stdout, `a.csv","state":"stopped"`) || !strings.Contains(e.stdout, `b.csv","state":"not_begun"`) {
		t.Errorf("exit code %d: %s%s", e.code, e.stdout, e.stderr)
	}
	for _, name := range []string{"a.csv", "b.csv"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Errorf("%s is gone", name)
		}
	}
}

// TestMoveFile: over no other file, only what was read, and whole on another file
// system, too.
func TestMoveFile(t *testing.T) {
	t.Parallel()
	write := func(text string) (path, sum string) {
		path = filepath.Join(t.TempDir(), "list.csv")
		if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		sum, err := fileSum(path)
		if err != nil {
			t.Fatal(err)
		}
		return path, sum
	}
	folders := map[string]string{"the same file system": t.TempDir()}
	if other, err := os.MkdirTemp("/dev/shm", "vitec-import-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(other) })
		folders["another file system"] = other
	}
	for name, dir := range folders {
		t.Run(name, func(t *testing.T) {
			for i, want := range []string{"list.csv", "list-2.csv", "list-3.csv"} {
				from, sum := write(strings.Repeat("Anna;Berg\n", i+1))
				to, err := reserve(dir, "list.csv")
				if err == nil {
					err = moveFile(from, to, sum)
				}
				now, _ := fileSum(to)
				if err != nil || filepath.Base(to) != want || now != sum {
					t.Errorf("%s, %v", to, err)
				}
				if _, err := os.Stat(from); err == nil {
					t.Error("it is in its old place, too")
				}
				if info, err := os.Stat(to); err != nil || info.Mode().Perm() != 0o640 {
					t.Errorf("%v, %v", info.Mode(), err)
				}
			}
			from, sum := write("Anna;Berg\n")
			if err := os.WriteFile(from, []byte("Bo;Ek\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			to, err := reserve(dir, "changed.csv")
			if err != nil {
				t.Fatal(err)
			}
			if err := moveFile(from, to, sum); err == nil || !strings.Contains(err.Error(), "has changed") {
				t.Errorf("a changed list: %v", err)
			}
			if text, err := os.ReadFile(from); err != nil || string(text) != "Bo;Ek\n" {
				t.Errorf("a changed list is %q, %v", text, err)
			}
		})
	}
	t.Run("a link", func(t *testing.T) {
		from, sum := write("Anna;Berg\n")
		link := filepath.Join(t.TempDir(), "list.csv")
		if err := os.Symlink(from, link); err != nil {
			t.Fatal(err)
		}
		to, err := reserve(t.TempDir(), "list.csv")
		if err != nil {
			t.Fatal(err)
		}
		if err := moveFile(link, to, sum); err == nil {
			t.Error("a link was moved")
		}
	})
}

// TestMoveRefused: a list that cannot be moved stays, with a report that names
// the place where it is.
func TestMoveRefused(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	dir := o.lists("in", 3)
	list := filepath.Join(dir, "a.csv")
	o.atRequest(2, func() { // it is changed while it is sent
		text, err := os.ReadFile(list)
		if err == nil {
			err = os.WriteFile(list, append(text, '\n'), 0o600)
		}
		if err != nil {
			t.Error(err)
		}
	})
	_, sum := o.night([]string{dir}, "--done", filepath.Join(o.dir, "done"), "--failed", filepath.Join(o.dir, "failed"))
	l := sum.Lists[0]
	if _, err := os.Stat(list); err != nil || l.MovedTo != "" || filepath.Dir(l.Report) != dir {
		t.Errorf("%+v, %v", l, err)
	}
	if moved, err := filepath.Glob(filepath.Join(o.dir, "done", "*")); err != nil || len(moved) > 0 {
		t.Errorf("%v, %v", moved, err)
	}
}

// TestSharedFolder: in a folder that is a group's, the group can read the reports;
// elsewhere nobody else can.
func TestSharedFolder(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	for folder, want := range map[string]os.FileMode{"shared": 0o750, "own": 0o700} {
		o.lists(folder, 2)
		if folder == "shared" {
			if err := os.Chmod(filepath.Join(o.dir, folder), os.ModeSetgid|0o770); err != nil {
				t.Fatal(err)
			}
		}
		_, sum := o.night([]string{filepath.Join(o.dir, folder)})
		info, err := os.Stat(sum.Lists[0].Report)
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v", folder, info.Mode(), err)
		}
		if info, err = os.Stat(filepath.Join(sum.Lists[0].Report, "report.csv")); err != nil || info.Mode().Perm()&0o040 != want&0o040 {
			t.Errorf("%s: %v, %v", folder, info.Mode(), err)
		}
	}
}

// TestOnFinish: the command reads the summary and knows no login; what becomes of
// it changes nothing.
func TestOnFinish(t *testing.T) {
	t.Setenv("VITEC_PASSWORD_M1", "hemligt")
	t.Setenv("PGPASSWORD", "hemligt")
	o := newOffice(t, nil)
	said := filepath.Join(o.dir, "said")
	e, sum := o.night([]string{o.lists("in", 3)}, "--on-finish", "cat >'"+said+"'; env >>'"+said+"'; echo no >&2; exit 7")
	text, err := os.ReadFile(said)
	if err != nil {
		t.Fatal(err)
	}
	if e.code != 0 || sum.Rows != 3 || !strings.HasPrefix(string(text), `{"exit_code":0,`) || !strings.Contains(string(text), "VITEC_IMPORT_EXIT_CODE=0\n") {
		t.Errorf("exit code %d, %s", e.code, text)
	}
	if strings.Contains(string(text), "hemligt") {
		t.Error("it knows a password")
	}
	if !strings.Contains(e.stderr, `--on-finish: the command failed: exit status 7: "no"`) {
		t.Error(e.stderr)
	}
	e = o.do(nil, "run", filepath.Join(o.dir, "nothing.csv"), "--url", o.url, "--yes", "--on-finish", "cat >'"+said+"'")
	if text, err := os.ReadFile(said); err != nil || e.code != 1 || !strings.Contains(string(text), "no such file") {
		t.Errorf("a night that could not begin: exit code %d, %q, %v", e.code, text, err)
	}
}

// TestLogFile: each line is of one kind and says what it is about, and a rotation
// in the middle loses none.
func TestLogFile(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(60))
	path := filepath.Join(o.dir, "import.log")
	conf, err := os.ReadFile("packaging/logrotate.conf")
	if err != nil {
		t.Fatal(err)
	}
	o.write("logrotate.conf", strings.ReplaceAll(string(conf), "/var/log/vitec-import.log", path))
	rotate := func() {
		logrotate := testenv.Program(t, "logrotate", "logrotate", "/usr/sbin/logrotate")
		if out, err := exec.Command(logrotate, "--force", "--state", filepath.Join(o.dir, "rotated"), filepath.Join(o.dir, "logrotate.conf")).CombinedOutput(); err != nil {
			t.Errorf("logrotate: %v\n%s", err, out)
		}
	}
	testenv.Program(t, "logrotate", "logrotate", "/usr/sbin/logrotate") // here, where it may skip
	o.atRequest(30, rotate, "latency=2ms")
	o.audit(o.run("--log-file", path, "--log-level", "debug", "--label", "office=söder"), 0)
	if e := o.run("--log-file", path, "--log-level", "debug", "--label", "office=söder"); e.code != 0 || e.stderr != "" {
		t.Errorf("exit code %d: %s", e.code, e.stderr)
	}
	booked := 0
	for _, name := range []string{path + ".1", path} {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			var d map[string]any
			if err := json.Unmarshal([]byte(line), &d); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			ofList := d["file"] == "deltagare.csv" && d["run"] != nil || strings.HasPrefix(d["msg"].(string), "warning: the ledger")
			if d["target"] != o.url || d["office"] != "söder" || !ofList {
				t.Errorf("too little: %s", line)
			}
			if d["msg"] == "row was booked" {
				booked++
			}
		}
	}
	if booked != 60 {
		t.Errorf("%d bookings in the log, want 60", booked)
	}
	if e := o.run("--log-file", filepath.Join(o.dir, "no", "such")); e.code != 1 || !strings.Contains(e.stderr, "--log-file") || e.requests > 0 {
		t.Errorf("exit code %d: %s", e.code, e.stderr)
	}
}

// TestReportsChanged: a list with nothing new leaves no report, if that is wished.
func TestReportsChanged(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(3))
	for _, want := range []int{1, 1} {
		if e := o.run("--reports", "changed"); e.code != 0 {
			t.Fatal(e.stderr)
		}
		if reports, err := filepath.Glob(filepath.Join(o.dir, "deltagare-trial-*")); err != nil || len(reports) != want {
			t.Errorf("%v, %v", reports, err)
		}
	}
}

// TestAlertRules: the rules that the packages bring are right, and fire.
func TestAlertRules(t *testing.T) {
	t.Parallel()
	promtool := testenv.Program(t, "promtool", "promtool")
	rules, err := filepath.Abs("packaging/alerts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tests := filepath.Join(t.TempDir(), "tests.yaml")
	err = os.WriteFile(tests, []byte(`rule_files: [`+rules+`]
evaluation_interval: 10m
tests:
  - interval: 10m
    input_series:
      - {series: 'vitec_import_unsettled_rows{office="a"}', values: '2x600'}
      - {series: 'vitec_import_last_success_timestamp_seconds{office="a"}', values: '0x600'}
      - {series: 'vitec_import_last_success_timestamp_seconds{office="b"}', values: '200000x600'}
      - {series: 'vitec_import_finished_timestamp_seconds{office="a"}', values: '0x600'}
      - {series: 'vitec_import_rows{outcome="not_sent",file="x.csv"}', values: '3x600'}
      - {series: 'vitec_import_list_state{state="refused",file="x.csv"}', values: '1x600'}
      - {series: 'vitec_import_list_state{state="done",file="y.csv"}', values: '1x600'}
      - {series: 'vitec_import_list_state{state="changing",file="z.csv"}', values: '1x600'}
      - {series: 'vitec_import_batch_exit_code{office="a"}', values: '2x600'}
    promql_expr_test:
      - {expr: 'count by (alertname) (ALERTS{alertstate="firing"})', eval_time: 50h, exp_samples: [
          {labels: '{alertname="VitecImportUncertain"}', value: 1}, {labels: '{alertname="VitecImportNoSuccess"}', value: 1},
          {labels: '{alertname="VitecImportNotRun"}', value: 1}, {labels: '{alertname="VitecImportRowsLeft"}', value: 1},
          {labels: '{alertname="VitecImportListFailed"}', value: 1}, {labels: '{alertname="VitecImportListLeft"}', value: 1}, {labels: '{alertname="VitecImportFailed"}', value: 1}]}
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"check", "rules", rules}, {"test", "rules", tests}} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("%v: %v\n%s", args, err, out)
		}
	}
}

// TestWorse: of several codes that counts which has to be looked at first.
func TestWorse(t *testing.T) {
	order := []int{0, 3, 4, 5, 2, 1, 6, 130}
	for i, a := range order {
		for k, b := range order {
			if got := worse(a, b); got != order[max(i, k)] {
				t.Errorf("worse(%d, %d) is %d", a, b, got)
			}
		}
	}
	if !slices.Contains(order, importer.ExitHeld) {
		t.Error("a code is missing")
	}
}
