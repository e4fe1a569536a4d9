package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"vitec-import/vitec/testenv"
)

// TestLastLine: one line on stdout that a person can paste, whatever happened.
func TestLastLine(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(10))
	line := func(more ...string) string {
		e := o.audit(o.run(more...), 5)
		if strings.Count(e.stdout, "\n") != 1 {
			t.Errorf("stdout has not one line: %q", e.stdout)
		}
		text, dir, _ := strings.Cut(strings.TrimSpace(e.stdout), "; ")
		if _, err := os.Stat(filepath.Join(dir, "summary.json")); err != nil {
			t.Errorf("%q does not say where the report is: %v", e.stdout, err)
		}
		return text
	}
	for _, tt := range []struct {
		fault, want string
		more        []string
	}{
		{"500:1", "trial 1: it would be 4 booked, 1 uncertain, 5 not_sent of 10 rows, nobody is really booked", []string{"--max-rows", "5"}},
		{"400:1", "trial 2: it would be 4 booked, 4 already_booked, 1 rejected, 1 uncertain of 10 rows, nobody is really booked", []string{"--quiet"}},
		{"500:7", "trial 3: it would be 1 booked, 8 already_booked, 1 uncertain of 10 rows, nobody is really booked", []string{"--log-format", "json"}},
	} {
		o.fault(tt.fault)
		if got := line(tt.more...); got != tt.want {
			t.Errorf("got %q, want %q", got, tt.want)
		}
	}
	if e := o.do(nil, "resolve", "--run", "1", "--row", "2", "--booked", "VID1"); e.code != 0 {
		t.Fatal(e.stderr)
	}
	if got, want := line2(o.run()), "trial 4: nothing new, it would be 10 already_booked of 10 rows, nobody is really booked"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func line2(e *attempt) string {
	text, _, _ := strings.Cut(e.stdout, "; ")
	return text
}

// TestMetrics reads the figures as the collector does, after good runs and bad.
func TestMetrics(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(10))
	path := filepath.Join(o.dir, "vitec.prom")
	list := fmt.Sprintf(`file="deltagare.csv",folder=%q,`, o.dir)
	const office = `office="Söder \\ \"1\""`
	sample := regexp.MustCompile(`^(vitec_import_[a-z_]+\{(?:(?:outcome|state)="[a-z_]+",)?(?:` + regexp.QuoteMeta(list) + `)?` + regexp.QuoteMeta(office) + `\}) (-?[0-9.]+)$`)
	read := func() map[string]string {
		t.Helper()
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		figures := map[string]string{}
		for line := range strings.Lines(string(b)) {
			line = strings.TrimSuffix(line, "\n")
			if strings.HasPrefix(line, "# HELP vitec_import_") || strings.HasPrefix(line, "# TYPE vitec_import_") {
				continue
			}
			m := sample.FindStringSubmatch(line)
			if m == nil {
				t.Fatalf("not a line of the text format: %q", line)
			}
			name := strings.NewReplacer(","+list+office, "", "{"+list+office+"}", "", "{"+office+"}", "").Replace(m[1])
			figures[name] = m[2]
		}
		if left, _ := filepath.Glob(filepath.Join(o.dir, ".vitec.prom*")); len(left) > 0 {
			t.Errorf("left behind: %v", left)
		}
		return figures
	}
	want := func(figures map[string]string, name, value string) {
		t.Helper()
		if got, ok := figures["vitec_import_"+name]; got != value || !ok && value != "" {
			t.Errorf("%s is %q, want %q", name, got, value)
		}
	}
	o.fault("429=0:2", "500:4")
	o.audit(o.run("--metrics", path, "--label", `office=Söder \ "1"`), 1)
	f := read()
	want(f, `rows{outcome="booked"}`, "9")
	want(f, `rows{outcome="uncertain"}`, "1")
	want(f, "requests", "11")
	want(f, "retries", "1")
	want(f, "exit_code", "4")
	want(f, "unsettled_rows", "1")
	want(f, "last_success_timestamp_seconds", "0")

	uncertain := ""
	for _, r := range readReport(t, filepath.Join(o.dir, "deltagare-trial-0001")) {
		if r.outcome == "uncertain" {
			uncertain = strconv.Itoa(r.row)
		}
	}
	if e := o.do(nil, "resolve", "--run", "1", "--row", uncertain, "--not-booked"); e.code != 0 {
		t.Fatal(e.stderr)
	}
	o.fault()
	o.audit(o.run("--metrics", path, "--label", `office=Söder \ "1"`), 0)
	f = read()
	success := f["vitec_import_last_success_timestamp_seconds"]
	if success == "" || success != f["vitec_import_finished_timestamp_seconds"] {
		t.Errorf("last success %q, finished %q", success, f["vitec_import_finished_timestamp_seconds"])
	}
	want(f, "exit_code", "0")
	want(f, "unsettled_rows", "0")

	o.write("mapping.yaml", "version: 1\nnonsense: {}\n")
	if e := o.run("--metrics", path, "--label", `office=Söder \ "1"`); e.code != 2 {
		t.Errorf("exit code %d", e.code)
	}
	f = read()
	want(f, "exit_code", "2")
	want(f, "last_success_timestamp_seconds", success)
	want(f, "requests", "")

	o.write("mapping.yaml", guestMapping)
	if e := o.run("--metrics", filepath.Join(o.dir, "no", "such", "folder")); e.code != 1 || !strings.Contains(e.stderr, "metrics") || e.stdout == "" {
		t.Errorf("exit code %d: %s", e.code, e.stderr)
	}
}

// TestReportFolderFails: the run is done and in the ledger, only its report
// has no place.
func TestReportFolderFails(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(20))
	out := filepath.Join(o.dir, "out")
	o.atRequest(10, func() {
		if err := os.RemoveAll(out); err != nil {
			t.Error(err)
		}
		if err := os.WriteFile(out, nil, 0o600); err != nil {
			t.Error(err)
		}
	})
	e := o.run("--out", out)
	if e.code != 1 || !strings.Contains(e.stderr, "nothing is lost") || !strings.HasPrefix(e.stdout, "trial 1: it would be 20 booked of 20 rows, nobody is really booked; no report") {
		t.Errorf("exit code %d: %s%s", e.code, e.stdout, e.stderr)
	}
	o.audit(e, 0)
	o.settle()
}

// TestServiceCredentials: systemd gives a service's user the right to a file by
// an access list, which shows as a right of the group.
func TestServiceCredentials(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("there are no such rights on Windows")
	}
	t.Parallel()
	o := newOffice(t, guests(3))
	delete(o.env, "VITEC_USERNAME")
	delete(o.env, "VITEC_PASSWORD")
	file := filepath.Join(o.dir, "credentials", "vitec-import")
	if err := os.Mkdir(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte("default: {username: "+testUser+", password: "+testPassword+"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		mode      os.FileMode
		directory string
		flag      bool
		code      int
	}{
		{0o600, "", true, 0}, {0o640, "", true, 1}, {0o604, "", true, 1}, {0o660, "", true, 1},
		{0o440, filepath.Dir(file), false, 0}, {0o440, filepath.Dir(file), true, 0}, {0o444, filepath.Dir(file), false, 1},
		{0o440, o.dir, true, 1}, // some other folder
	} {
		if err := os.Chmod(file, tt.mode); err != nil {
			t.Fatal(err)
		}
		o.env["CREDENTIALS_DIRECTORY"] = tt.directory
		var more []string
		if tt.flag {
			more = []string{"--credentials", file}
		}
		if e := o.run(more...); e.code != tt.code || tt.code != 0 && (e.requests != 0 || !strings.Contains(e.stderr, "chmod 600")) {
			t.Errorf("%v in %q, flag %v: exit code %d: %s", tt.mode, tt.directory, tt.flag, e.code, e.stderr)
		}
	}
}

// TestSystemdUnits verifies the units that the packages bring, and that little is
// left open to them.
func TestSystemdUnits(t *testing.T) {
	t.Parallel()
	if err := exec.Command("systemd-analyze", "--version").Run(); err != nil {
		testenv.Missing(t, "systemd-analyze", fmt.Sprint("systemd-analyze is not there: ", err))
	}
	self, err := exec.LookPath("vitec-import")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var units []string
	for _, name := range []string{"vitec-import.service", "vitec-import.timer"} {
		text, err := os.ReadFile(filepath.Join("packaging", name))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, bytes.ReplaceAll(text, []byte("/usr/bin/vitec-import"), []byte(self)), 0o600); err != nil {
			t.Fatal(err)
		}
		units = append(units, path)
	}
	out, err := exec.Command("systemd-analyze", append([]string{"verify", "--man=no"}, units...)...).CombinedOutput()
	if err != nil || strings.Contains(string(out), dir) {
		t.Errorf("verify: %v\n%s", err, out)
	}
	for _, unit := range units {
		if strings.HasSuffix(unit, ".service") {
			out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", unit).CombinedOutput()
			if err != nil {
				t.Errorf("security: %v\n%s", err, out)
			}
		}
	}
}
