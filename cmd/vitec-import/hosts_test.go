//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"vitec-import/vitec/testenv"
)

// newShared is an office whose ledger is in a database, so that several hosts
// can send its list. A list and its reports are each host's own.
func newShared(t *testing.T, list []guest, faults ...string) *office {
	t.Helper()
	where := testenv.Database(t)
	o := newOffice(t, list, faults...)
	o.env["VITEC_IMPORT_LEDGER"] = where
	if e := o.call("ledger", "init"); e.code != 0 {
		t.Fatalf("ledger init: %s", e.stderr)
	}
	return o
}

// host starts a run on a host of this name, which has the list in a folder of
// its own.
func (o *office) host(name string, more ...string) *child {
	o.t.Helper()
	dir := filepath.Join(o.dir, name)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		o.t.Fatal(err)
	}
	o.write(filepath.Join(name, "mapping.yaml"), guestMapping)
	o.write(filepath.Join(name, "deltagare.csv"), guestCSV(o.list))
	args := append([]string{"vitec-import", "run", filepath.Join(dir, "deltagare.csv"), "--url", o.url, "--yes", "--concurrency", strconv.Itoa(o.wide)}, more...)
	return o.startAs(func(*exec.Cmd) {}, args...)
}

// explained holds the reports of all runs against the server: every row is
// booked, or in doubt, and at most doubt are.
func (o *office) explained(doubt int) (uncertain int) {
	o.t.Helper()
	o.noDoubles()
	booked := o.booked()
	said := make([]string, len(o.list))
	e := o.call("runs", "--json")
	for i := range strings.Count(e.stdout, "\n") {
		if e := o.call("report", strconv.Itoa(i+1), "--out", filepath.Join(o.dir, "all")); e.code != 0 {
			o.t.Fatalf("report %d: %s", i+1, e.stderr)
		}
		for k, row := range readReport(o.t, filepath.Join(o.dir, "all", fmt.Sprintf("deltagare-trial-%04d", i+1))) {
			switch row.outcome {
			case "booked", "already_booked":
				if booked[o.list[k].key()] != row.id {
					o.t.Errorf("FALSE: run %d row %d is %s as %q; at the server: %q", i+1, k+2, row.outcome, row.id, booked[o.list[k].key()])
				}
				said[k] = "booked"
			case "uncertain":
				if said[k] == "" {
					said[k] = "uncertain"
				}
			case "not_sent":
			default:
				o.t.Errorf("run %d row %d is %s: %s", i+1, k+2, row.outcome, row.message)
			}
		}
	}
	for k, outcome := range said {
		switch {
		case outcome == "uncertain":
			uncertain++
		case outcome == "":
			o.t.Errorf("LOST: row %d is in no report as sent", k+2)
		}
	}
	if uncertain > doubt {
		o.t.Errorf("DOUBT: %d rows are uncertain, at most %d can be", uncertain, doubt)
	}
	return uncertain
}

// TestTwoHostsOneList: two programs with one list and one database, started at
// one moment, one killed half-way. Nobody is booked twice, every row is booked
// or was under way at the kill, and the reports of both say so.
func TestTwoHostsOneList(t *testing.T) {
	t.Parallel()
	for seed := range testenv.Sampled(4, 40) {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(uint64(seed), 2))
			o := newShared(t, guests(120))
			o.wide = 1 + rnd.IntN(6)
			if seed%2 == 1 { // in input order, slot by slot
				for i := range o.list {
					o.list[i].limit = true
				}
			}
			a, b := o.host("a", "--rate", "0"), o.host("b", "--rate", "0")
			hit := make(chan struct{})
			o.atRequest(20+rnd.IntN(60), func() { a.signal(os.Kill); close(hit) }, slow)
			wait(b, hit)
			dead := a.wait()
			// What the dead one had begun is told to all when it has been silent for a
			// minute, or at once.
			testenv.Exec(t, o.env["VITEC_IMPORT_LEDGER"], "UPDATE runs SET lease = 0 WHERE state = 1 AND report_dir LIKE '%/a/%'")
			e := b.wait()
			if e.code != 0 && e.code != 4 && e.code != 5 {
				t.Errorf("the other host: exit code %d: %s", e.code, e.stderr)
			}
			c := o.host("c", "--rate", "0").wait()
			if c.code != 0 && c.code != 4 {
				t.Errorf("the last run: exit code %d: %s", c.code, c.stderr)
			}
			doubt := o.wide
			if dead.code >= 0 { // it was done before
				doubt = 0
			}
			o.explained(doubt)
		})
	}
}

// TestHostSleeps stops a host, wherever it is, until its lease has run out and
// another host has sent the rest. When it wakes up, what it had under way counts,
// and it begins nothing more, and says why.
func TestHostSleeps(t *testing.T) {
	t.Parallel()
	for seed := range testenv.Sampled(2, 20) {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(uint64(seed), 4))
			o := newShared(t, guests(60))
			a, hit := o.host("a", "--rate", "0"), make(chan struct{})
			o.atRequest(5+rnd.IntN(30), func() { a.signal(syscall.SIGSTOP); close(hit) }, slow)
			wait(a, hit)
			testenv.Exec(t, o.env["VITEC_IMPORT_LEDGER"], "UPDATE runs SET lease = 0 WHERE state = 1") // as after a minute
			if e := o.host("b", "--rate", "0").wait(); e.code != 0 && e.code != 4 {
				t.Errorf("the other host: exit code %d: %s", e.code, e.stderr)
			}
			arrived := len(o.srv.Requests())
			a.signal(syscall.SIGCONT)
			if e := a.wait(); e.code != 1 || !strings.Contains(e.stderr, "silent for too long") {
				t.Errorf("the host that woke up: exit code %d: %s", e.code, e.stderr)
			}
			if n := len(o.srv.Requests()) - arrived; n > o.wide { // that were on their way to the server
				t.Errorf("the host that woke up has sent %d requests", n)
			}
			o.explained(o.wide)
		})
	}
}

// TestTwoHostsOneRate: two hosts together send at the rate, by the server's own
// log; and when one is refused, both pause and go on at half of it.
func TestTwoHostsOneRate(t *testing.T) { // not beside others, who would make the way to the server uneven
	const limit = 20
	most, mean := limit*10, 0.0
	for try := 0; try < 5 && (most > limit+2 || mean < 0.97*limit); try++ { // the machine may stand still for a moment
		o := newShared(t, guests(200))
		a, b := o.host("a", "--rate", fmt.Sprint(limit)), o.host("b", "--rate", fmt.Sprint(limit))
		ea, eb := a.wait(), b.wait()
		if ea.code != 0 || eb.code != 0 {
			t.Fatalf("exit codes %d and %d: %s%s", ea.code, eb.code, ea.stderr, eb.stderr)
		}
		o.explained(0)
		log := o.srv.Requests()
		most = mostInASecond(log)
		mean = float64(len(log)-1) / log[len(log)-1].Time.Sub(log[0].Time).Seconds()
		t.Logf("%d requests, %.2f/s, at most %d in a second", len(log), mean, most)
	}
	if most > limit+2 || mean < 0.97*limit {
		t.Errorf("%.2f/s, at most %d in a second; the rate is %d", mean, most, limit)
	}
}

func TestTwoHostsPause(t *testing.T) {
	const limit = 40
	o := newShared(t, guests(300), "429=2:100")
	a, b := o.host("a", "--rate", fmt.Sprint(limit)), o.host("b", "--rate", fmt.Sprint(limit))
	ea, eb := a.wait(), b.wait()
	if ea.code != 0 || eb.code != 0 {
		t.Fatalf("exit codes %d and %d: %s%s", ea.code, eb.code, ea.stderr, eb.stderr)
	}
	o.explained(0)
	log := o.srv.Requests()
	var refused time.Time
	for i, r := range log {
		if i == 99 {
			refused = r.Time
		}
	}
	during, after := 0, 0
	for _, r := range log {
		switch d := r.Time.Sub(refused); {
		case d > 100*time.Millisecond && d < 1900*time.Millisecond:
			during++
		case d >= 2*time.Second && d < 2500*time.Millisecond:
			after++
		}
	}
	if during > 2 { // each host may just have had its turn
		t.Errorf("%d requests left during the pause", during)
	}
	if after > limit/2*7/10+2 { // rising again
		t.Errorf("%d requests in the half second after the pause: that is not half of the rate", after)
	}
	t.Logf("%d during the pause, %d in the half second after it", during, after)
}

// TestDatabaseStops stops the database in the middle of a run, and starts it
// again at once or only after the run has ended. Nobody is booked twice, no more
// is in doubt than was under way, and the next run goes on.
func TestDatabaseStops(t *testing.T) {
	t.Parallel()
	for _, back := range []bool{true, false} {
		t.Run(fmt.Sprintf("back=%v", back), func(t *testing.T) {
			t.Parallel()
			server := testenv.NewPostgres(t)
			o := newOffice(t, guests(80))
			o.env["VITEC_IMPORT_LEDGER"] = server.Database(t)
			hit := make(chan struct{})
			o.atRequest(20, func() { server.Stop(); close(hit) }, slow)
			c := o.host("a", "--rate", "0")
			wait(c, hit)
			if back {
				server.Start(t)
			}
			e := c.wait()
			if e.code != 1 || !strings.Contains(e.stderr, "server") {
				t.Errorf("exit code %d: %s", e.code, e.stderr)
			}
			if n := len(o.srv.Requests()); n > 20+o.wide {
				t.Errorf("%d requests: some began without the ledger", n)
			}
			if !back {
				server.Start(t)
			}
			o.fault()
			// What was under way when it went is told to others when the run has been
			// silent for a minute, or at once.
			testenv.Exec(t, o.env["VITEC_IMPORT_LEDGER"], "UPDATE runs SET lease = 0 WHERE state = 1")
			if e := o.host("b", "--rate", "0").wait(); e.code != 0 && e.code != 4 {
				t.Errorf("the next run: exit code %d: %s", e.code, e.stderr)
			}
			doubt := o.wide
			if back {
				doubt = 0 // the outcomes were known, and were recorded when it was back
			}
			o.explained(doubt)
		})
	}
}

// cutter is the way to a server, which can be cut.
type cutter struct {
	sync.Mutex
	net.Listener
	to    string
	conns []net.Conn
}

func newCutter(t *testing.T, to string) *cutter {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{Listener: l, to: to}
	t.Cleanup(func() { l.Close(); c.cut() })
	go func() {
		for {
			down, err := l.Accept()
			if err != nil {
				return
			}
			up, err := net.Dial("tcp", to)
			if err != nil {
				down.Close()
				continue
			}
			c.Lock()
			c.conns = append(c.conns, up, down)
			c.Unlock()
			go func() { io.Copy(up, down); up.Close() }()
			go func() { io.Copy(down, up); down.Close() }()
		}
	}()
	return c
}

// cut cuts all connections, by a reset.
func (c *cutter) cut() {
	c.Lock()
	defer c.Unlock()
	for _, conn := range c.conns {
		conn.(*net.TCPConn).SetLinger(0)
		conn.Close()
	}
	c.conns = nil
}

// TestConnectionsCut cuts the connections between a host and the database at any
// moment, while another host sends the same list.
func TestConnectionsCut(t *testing.T) {
	t.Parallel()
	for seed := range testenv.Sampled(3, 40) {
		t.Run(strconv.Itoa(seed), func(t *testing.T) {
			t.Parallel()
			rnd := rand.New(rand.NewPCG(uint64(seed), 3))
			o := newShared(t, guests(100))
			direct, err := url.Parse(o.env["VITEC_IMPORT_LEDGER"])
			if err != nil {
				t.Fatal(err)
			}
			way := newCutter(t, direct.Host)
			through := *direct
			through.Host = way.Addr().String()
			doubt := 0
			for range 3 {
				a := o.host("a", "--rate", "0", "--ledger", through.String())
				b := o.host("b", "--rate", "0")
				hit := make(chan struct{})
				o.atRequest(1+rnd.IntN(15), func() { way.cut(); close(hit) }, slow)
				wait(a, hit)
				time.Sleep(time.Duration(rnd.IntN(20)) * time.Millisecond)
				way.cut()
				ea, eb := a.wait(), b.wait()
				doubt += o.wide
				for _, e := range []*attempt{ea, eb} {
					if e.code != 0 && e.code != 1 && e.code != 4 && e.code != 5 {
						t.Errorf("exit code %d: %s", e.code, e.stderr)
					}
				}
				o.noDoubles()
			}
			o.fault()
			testenv.Exec(t, direct.String(), "UPDATE runs SET lease = 0 WHERE state = 1")
			if e := o.host("c", "--rate", "0").wait(); e.code != 0 && e.code != 4 {
				t.Errorf("the last run: exit code %d: %s", e.code, e.stderr)
			}
			o.explained(doubt)
		})
	}
}

// TestPooler has two hosts go through a pooler in transaction mode, which gives
// every transaction another session.
func TestPooler(t *testing.T) {
	t.Parallel()
	program := testenv.Program(t, "pgbouncer", "pgbouncer", "/usr/sbin/pgbouncer")
	o := newShared(t, guests(100))
	direct, err := url.Parse(o.env["VITEC_IMPORT_LEDGER"])
	if err != nil {
		t.Fatal(err)
	}
	port, err := testenv.FreePort()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "pgbouncer-") // not below a folder that is ours alone
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	config := filepath.Join(dir, "pgbouncer.ini")
	text := fmt.Sprintf("[databases]\n* = host=127.0.0.1 port=%s user=ledger\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port=%d\nunix_socket_dir=\nauth_type=any\npool_mode=transaction\ndefault_pool_size=3\n",
		direct.Port(), port)
	if err := errors.Join(os.WriteFile(config, []byte(text), 0o644), testenv.Disown(dir), testenv.Disown(config)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-q", config)
	if err := testenv.AsNobody(cmd); err != nil {
		t.Fatal(err)
	}
	testenv.EndWithTest(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	direct.Host = fmt.Sprintf("127.0.0.1:%d", port)
	for range 200 { // until it listens
		if c, err := net.Dial("tcp", direct.Host); err == nil {
			c.Close()
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	o.env["VITEC_IMPORT_LEDGER"] = direct.String()
	a, b := o.host("a", "--rate", "200"), o.host("b", "--rate", "200")
	for _, e := range []*attempt{a.wait(), b.wait()} {
		if e.code != 0 {
			t.Errorf("exit code %d: %s", e.code, e.stderr)
		}
	}
	o.explained(0)
}
