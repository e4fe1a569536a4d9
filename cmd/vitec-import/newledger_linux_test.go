package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"maps"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// realHost is a server that is not on this computer, as far as the program can
// tell: nothing of what it does there is a trial.
const realHost = "api.example.com"

// newRealOffice is an office whose server is reached by its name, over TLS and
// through a proxy. The ledger is made.
func newRealOffice(t *testing.T, list []guest, faults ...string) *office {
	t.Helper()
	o := newOffice(t, list, faults...)
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: time.Now().Add(-time.Hour),
		NotAfter: time.Now().Add(time.Hour), DNSNames: []string{realHost, realHost + "."}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	o.write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})))
	srv := httptest.NewUnstartedServer(o.srv)
	srv.TLS = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	srv.StartTLS()
	t.Cleanup(srv.Close)
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		up, err := net.Dial("tcp", srv.Listener.Addr().String())
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadGateway)
			return
		}
		defer up.Close()
		down, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			return
		}
		defer down.Close()
		io.WriteString(down, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { io.Copy(up, down); up.(*net.TCPConn).CloseWrite() }()
		io.Copy(down, up)
	}))
	t.Cleanup(proxy.Close)
	maps.Copy(o.env, map[string]string{"HTTPS_PROXY": proxy.URL, "https_proxy": "", "NO_PROXY": "", "no_proxy": "", "SSL_CERT_FILE": filepath.Join(o.dir, "ca.pem"), "HOME": o.dir})
	o.url, o.apart = "https://"+realHost, true
	if e := o.call("ledger", "init"); e.code != 0 {
		t.Fatalf("ledger init: %s", e.stderr)
	}
	return o
}

// refused checks that a run was refused before a request left, with a way on.
func (o *office) refused(e *attempt, code int, words ...string) {
	o.t.Helper()
	o.noDoubles()
	if e.code != code || e.requests != 0 {
		o.t.Errorf("exit code %d and %d requests, want %d and none: %s", e.code, e.requests, code, e.stderr)
	}
	for _, word := range append(words, "hint: ") {
		if !strings.Contains(e.stderr, word) {
			o.t.Errorf("%q is not said: %s", word, e.stderr)
		}
	}
}

// copied copies a ledger, and the files beside it, as a backup of its folder
// does.
func (o *office) copied(to string) {
	o.t.Helper()
	if err := os.RemoveAll(to); err != nil {
		o.t.Fatal(err)
	}
	if err := os.CopyFS(to, os.DirFS(filepath.Dir(o.env["VITEC_IMPORT_LEDGER"]))); err != nil {
		o.t.Fatal(err)
	}
}

// restored puts such a copy back.
func (o *office) restored(from string) {
	o.t.Helper()
	dir := filepath.Dir(o.env["VITEC_IMPORT_LEDGER"])
	if err := os.RemoveAll(dir); err != nil {
		o.t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(from)); err != nil {
		o.t.Fatal(err)
	}
}

// TestNewLedger: a ledger is made only if that is asked for, and only where
// nothing tells of one; that it is new is said in every form.
func TestNewLedger(t *testing.T) {
	t.Parallel()
	o := newRealOffice(t, guests(10))
	path := o.env["VITEC_IMPORT_LEDGER"]
	if err := os.RemoveAll(filepath.Dir(path)); err != nil {
		t.Fatal(err)
	}
	o.refused(o.start().wait(), 1, path, "there is no ledger here", "--new-ledger", "ledger init")
	if _, err := os.Stat(path); err == nil {
		t.Error("a run that was refused has made a ledger")
	}
	for _, args := range [][]string{{"resolve"}, {"resolve", "--run", "1", "--row", "2", "--booked", "VID1"}, {"runs"}, {"runs", "--json"}, {"report"}, {"report", "1"},
		{"purge", "--older-than", "1d", "--yes"}, {"ledger", "check"}, {"ledger", "backup", filepath.Join(o.dir, "copy.db")}, {"ledger", "forget", "--yes"}} {
		if e := o.call(args...); e.code != 1 || !strings.Contains(e.stderr, "there is no ledger here") {
			t.Errorf("%v: exit code %d: %s%s", args, e.code, e.stdout, e.stderr)
		}
	}

	// A trial inside the program asks nothing, and leaves none for people.
	if e := o.call("run", o.input, "--sandbox"); e.code != 0 {
		t.Errorf("a trial: exit code %d: %s", e.code, e.stderr)
	}
	o.refused(o.start().wait(), 1, "there is no ledger here", "--new-ledger")

	e := o.audit(o.start("--new-ledger", "--log-format", "json").wait(), 0)
	e.want(t, 0, map[string]int{"booked": 10})
	if !strings.Contains(e.stderr, `"level":"WARN"`) || !strings.Contains(e.stderr, "it knows of no earlier bookings") {
		t.Errorf("the log: %s", e.stderr)
	}
	if b, err := os.ReadFile(filepath.Join(e.run.ReportDir, "summary.json")); err != nil || !strings.Contains(string(b), `"new_ledger": true`) {
		t.Errorf("summary.json: %v\n%s", err, b)
	}
	if e := o.audit(o.start("--new-ledger", "--log-format", "json").wait(), 0); e.requests != 0 || strings.Contains(e.stderr, "no earlier bookings") {
		t.Errorf("the second run: %d requests, %s", e.requests, e.stderr)
	}

	// Fault 14: it is not where it was, and whoever starts the job wants one made.
	for _, flags := range [][]string{nil, {"--new-ledger"}} {
		o.env["VITEC_IMPORT_LEDGER"] = filepath.Join(o.dir, "not", "mounted", "ledger.db")
		o.refused(o.start(flags...).wait(), 1, "there is no ledger here", "deltagare-run-000", "--ledger "+path, "ledger forget")
		next := filepath.Join(o.dir, "nextweek.csv")
		if err := os.WriteFile(next, []byte(guestCSV(o.list)), 0o600); err != nil {
			t.Fatal(err)
		}
		args := append([]string{"run", next, "--url", o.url, "--yes"}, flags...)
		o.refused(o.call(args...), 1, "deltagare-run-000")
	}
	if _, err := os.Stat(filepath.Join(o.dir, "not", "mounted", "ledger.db")); err == nil {
		t.Error("a run that was refused has made a ledger")
	}
}

// TestLedgerGone is fault 17: what was there is gone, or is an older state. Each
// is refused, each time again, until it is put back or given up.
func TestLedgerGone(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		strike func(t *testing.T, o *office, path string)
		says   string
	}{
		"deleted by itself": {func(t *testing.T, o *office, path string) {
			if err := os.Remove(path); err != nil {
				t.Fatal(err)
			}
		}, "files left beside it"},
		"gone with everything": {func(t *testing.T, o *office, path string) {
			if err := os.RemoveAll(filepath.Dir(path)); err != nil {
				t.Fatal(err)
			}
		}, "deltagare-run-0002"},
		"gone, and made anew": {func(t *testing.T, o *office, path string) {
			if err := os.RemoveAll(filepath.Dir(path)); err != nil {
				t.Fatal(err)
			}
			if e := o.call("ledger", "init"); e.code != 0 {
				t.Fatal(e.stderr)
			}
		}, "was recorded in another ledger"},
		"an older copy of all": {func(t *testing.T, o *office, path string) { o.restored(filepath.Join(o.dir, "copy")) }, "older copy"},
		"an older copy, its mark kept": {func(t *testing.T, o *office, path string) {
			b, err := os.ReadFile(path + "-mark")
			if err != nil {
				t.Fatal(err)
			}
			o.restored(filepath.Join(o.dir, "copy"))
			if err := os.WriteFile(path+"-mark", b, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "last "},
		"copied in mid-run": {func(t *testing.T, o *office, path string) { o.restored(filepath.Join(o.dir, "midrun")) }, "older copy"},
		"copied in mid-run, the file alone": {func(t *testing.T, o *office, path string) {
			for _, suffix := range []string{"-wal", "-shm", "-mark"} {
				if err := os.RemoveAll(filepath.Join(o.dir, "midrun", filepath.Base(path)+suffix)); err != nil {
					t.Fatal(err)
				}
			}
			o.restored(filepath.Join(o.dir, "midrun"))
		}, "copy"},
		"an older copy of the file alone, under the log of a run that was killed": {func(t *testing.T, o *office, path string) {
			o.enter(guests(60))
			c, hit := o.start(), make(chan struct{})
			o.atRequest(10, func() { c.signal(os.Kill); close(hit) }, slow)
			wait(c, hit)
			c.wait()
			o.fault()
			b, err := os.ReadFile(filepath.Join(o.dir, "copy", filepath.Base(path)))
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "last "},
		"another ledger's file, the rest kept": {func(t *testing.T, o *office, path string) {
			other := filepath.Join(o.dir, "other.db")
			if e := o.call("ledger", "init", "--ledger", other); e.code != 0 {
				t.Fatal(e.stderr)
			}
			if err := os.Rename(other, path); err != nil {
				t.Fatal(err)
			}
		}, "not the ledger that was here before"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newRealOffice(t, guests(30))
			path := o.env["VITEC_IMPORT_LEDGER"]
			o.list = guests(60)[:10]
			o.enter(o.list)
			o.audit(o.start().wait(), 0).want(t, 0, map[string]int{"booked": 10})
			o.copied(filepath.Join(o.dir, "copy"))
			o.enter(guests(60)[:40])
			o.atRequest(15, func() { o.copied(filepath.Join(o.dir, "midrun")) }, "latency=5ms")
			o.audit(o.start().wait(), 0).want(t, 0, map[string]int{"booked": 30, "already_booked": 10})
			o.fault()

			c.strike(t, o, path)
			for range 2 {
				o.refused(o.start().wait(), 1, c.says)
			}
			o.refused(o.start("--new-ledger").wait(), 1, c.says)

			// The way on, for who has lost the ledger: everybody is booked again then,
			// knowingly, and nothing is in the way.
			if e := o.call("ledger", "forget", o.dir, "--yes"); e.code != 0 {
				t.Fatalf("forget: exit code %d: %s", e.code, e.stderr)
			}
			before := o.srv.Counts().Commits
			e := o.start().wait() // a copy that was made in mid-run has rows in doubt
			if e.code != 0 && e.code != 4 || strings.Contains(e.stderr, "in the way") || o.srv.Counts().Commits == before {
				t.Errorf("after forget: exit code %d: %s", e.code, e.stderr)
			}
			if e := o.start().wait(); e.code != 0 && e.code != 4 || e.requests != 0 {
				t.Errorf("the next run: exit code %d, %d requests: %s", e.code, e.requests, e.stderr)
			}
		})
	}
}

// TestLockFileDeleted is fault 15: while a run is on, somebody deletes the files
// that seem to hold it, and starts another.
func TestLockFileDeleted(t *testing.T) {
	t.Parallel()
	o := newRealOffice(t, guests(60))
	var second *attempt
	path := o.env["VITEC_IMPORT_LEDGER"]
	c := o.start()
	struck := make(chan struct{})
	o.atRequest(15, func() {
		for _, suffix := range []string{"-mark", "-lock", "-shm"} {
			_ = os.Remove(path + suffix)
		}
		close(struck)
	}, "latency=20ms")
	wait(c, struck)
	second = o.start().wait()
	if second.code != 6 && second.code != 1 {
		t.Errorf("the second run: exit code %d: %s", second.code, second.stderr)
	}
	e := c.wait()
	o.noDoubles()
	if e.code != 0 {
		t.Logf("the first run: exit code %d: %s", e.code, e.stderr)
	}
	o.settle()
}

// TestLedgerByOtherNames is fault 16: a hard link, and a file that is mounted by
// itself, without the files beside it.
func TestLedgerByOtherNames(t *testing.T) {
	t.Parallel()
	o := newRealOffice(t, guests(20))
	path := o.env["VITEC_IMPORT_LEDGER"]
	o.audit(o.start("--max-rows", "10").wait(), 0)
	link := filepath.Join(o.dir, "linked.db")
	if err := os.Link(path, link); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, link} {
		o.refused(o.start("--ledger", name).wait(), 1, "hard link")
	}
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	// A symbolic link, to the file or to its folder, is no other ledger.
	for i, to := range []string{path, filepath.Dir(path)} {
		name := filepath.Join(o.dir, "symbolic"+strconv.Itoa(i))
		if err := os.Symlink(to, name); err != nil {
			t.Fatal(err)
		}
		if to != path {
			name = filepath.Join(name, filepath.Base(path))
		}
		if e := o.audit(o.start("--ledger", name, "--max-rows", "2").wait(), 0); e.requests != 2 {
			t.Errorf("by a symbolic link: exit code %d, %d requests: %s", e.code, e.requests, e.stderr)
		}
	}
	if os.Geteuid() == 0 {
		if err := os.WriteFile(link, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := syscall.Mount(path, link, "", syscall.MS_BIND, ""); err != nil {
			t.Log("nothing can be mounted here: ", err)
		} else {
			o.refused(o.start("--ledger", link).wait(), 1, "mounted by itself")
			if err := syscall.Unmount(link, 0); err != nil {
				t.Error(err)
			}
		}
	}
	o.settle()
}

// TestOtherLedgerByAdvice is fault 18: what a report advises is done in a shell
// that would find another ledger.
func TestOtherLedgerByAdvice(t *testing.T) {
	t.Parallel()
	o := newRealOffice(t, guests(20), "500-after-commit:5", "500-after-commit:7")
	o.wide = 1
	path := o.env["VITEC_IMPORT_LEDGER"]
	e := o.audit(o.start("--max-rows", "12").wait(), 2)
	o.fault()
	for _, command := range []string{"run", "resolve"} {
		found := false
		for line := range strings.Lines(e.stderr) {
			if strings.Contains(line, "vitec-import "+command+" ") || strings.Contains(line, " "+command+" ") && strings.HasPrefix(line, "    ") {
				found = true
				if !strings.Contains(line, "--ledger "+path) {
					t.Errorf("the advice does not name the ledger: %s", line)
				}
			}
		}
		if !found {
			t.Errorf("no advice to %s: %s", command, e.stderr)
		}
	}
	settled := filepath.Join(e.run.ReportDir, "uncertain.csv")
	b, err := os.ReadFile(settled)
	if err != nil {
		t.Fatal(err)
	}
	head, rows, _ := strings.Cut(string(b), "\n1;")
	filled := head + "\n1;" + strings.Replace(rows, ";;;;", ";;x;;", 1) // the first row was not booked
	if err := os.WriteFile(settled, []byte(filled), 0o600); err != nil || filled == string(b) {
		t.Fatalf("uncertain.csv: %v\n%s", err, b)
	}
	delete(o.env, "VITEC_IMPORT_LEDGER") // as in a plain shell
	o.env["XDG_STATE_HOME"] = filepath.Join(o.dir, "plain")
	if e := o.call("resolve", settled); e.code != 1 || !strings.Contains(e.stderr, "there is no ledger here") {
		t.Errorf("resolve: exit code %d: %s", e.code, e.stderr)
	}
	o.refused(o.start().wait(), 1, "--ledger "+path)
	if e := o.call("ledger", "init"); e.code != 0 { // and there is one, of other lists
		t.Fatal(e.stderr)
	}
	if e := o.call("resolve", settled); e.code != 1 || strings.Contains(e.stderr, "settled already") {
		t.Errorf("resolve: exit code %d: %s", e.code, e.stderr)
	}
	o.refused(o.start().wait(), 1, "--ledger "+path)
	o.env["VITEC_IMPORT_LEDGER"] = path
	o.settle()
}

// TestSpellings is fault 19: one address is one target, however it is written.
func TestSpellings(t *testing.T) {
	t.Parallel()
	o := newRealOffice(t, guests(10))
	o.audit(o.start().wait(), 0).want(t, 0, map[string]int{"booked": 10})
	for _, url := range []string{"https://" + realHost + ".", "https://" + realHost + ":443", "https://" + realHost + ":0443", "HTTPS://API.Example.COM/",
		"https://" + realHost + "/.", "https://" + realHost + "/v1/..", "https://" + realHost + "//"} {
		o.url = url
		if e := o.audit(o.start().wait(), 0); e.requests != 0 || e.code != 0 {
			t.Errorf("%s: exit code %d, %d requests: %s", url, e.code, e.requests, e.stderr)
		}
	}
}

// TestKilledIsTold is fault 20: a run that was killed is told by every later
// one, of whatever list, until its rows are sent and settled.
func TestKilledIsTold(t *testing.T) {
	t.Parallel()
	o := newRealOffice(t, guests(40))
	c := o.start()
	struck := make(chan struct{})
	o.atRequest(15, func() { c.signal(os.Kill); close(struck) }, "latency=20ms")
	wait(c, struck)
	o.audit(c.wait(), o.wide)
	killed := o.last
	first := o.list
	o.fault()
	o.enter(guests(60)[45:])
	for range 2 {
		e := o.audit(o.start("--log-format", "json").wait(), 0)
		for _, word := range []string{`"level":"WARN","msg":"warning: run 1 left `, "unsent", "may be booked", "still to be settled"} {
			if !strings.Contains(e.stderr, word) {
				t.Errorf("%q is not said: %s", word, e.stderr)
			}
		}
		if e.code != 0 {
			t.Errorf("exit code %d", e.code)
		}
	}
	o.enter(first)
	e := o.audit(o.start().wait(), o.wide)
	if !strings.Contains(e.stderr, "run 1 was cut off; its report is now in") || killed != 1 {
		t.Errorf("the list itself: %s", e.stderr)
	}
	o.enter(guests(60)[45:])
	if e := o.audit(o.start().wait(), 0); strings.Contains(e.stderr, "unsent") || !strings.Contains(e.stderr, "may be booked") {
		t.Errorf("once all were sent: %s", e.stderr)
	}
}
