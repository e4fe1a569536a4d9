package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"vitec-import/vitec/sandbox"
	"vitec-import/vitec/testenv"
)

// TestChangedList runs the same people again in every shape that their list
// may have taken meanwhile. Nobody is booked again, whoever is new is.
func TestChangedList(t *testing.T) {
	t.Parallel()
	encoded := func(e encoding.Encoding) func(*office) {
		return func(o *office) {
			text, err := e.NewEncoder().String(guestCSV(o.list))
			if err != nil {
				t.Fatal(err)
			}
			o.write("deltagare.csv", text)
		}
	}
	for name, change := range map[string]func(*office){
		"shuffled": func(o *office) {
			rand.New(rand.NewPCG(1, 1)).Shuffle(len(o.list), func(i, k int) { o.list[i], o.list[k] = o.list[k], o.list[i] })
			o.enter(o.list)
		},
		"half of it":     func(o *office) { o.enter(o.list[10:]) },
		"new ones first": func(o *office) { o.enter(append(guests(60)[30:], o.list...)) },
		"written differently": func(o *office) {
			for i := range o.list {
				g := &o.list[i]
				g.first, g.last = strings.ToUpper(g.first), " "+strings.ToLower(g.last)+" "
				g.phone = "+46 " + strings.TrimPrefix(g.phone, "0")
			}
			o.enter(o.list)
		},
		"all twice":    func(o *office) { o.enter(append(append([]guest{}, o.list...), o.list...)) },
		"Windows-1252": encoded(charmap.Windows1252),
		"UTF-16":       encoded(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)),
		"UTF-8 BOM":    encoded(unicode.UTF8BOM),
		"comma":        func(o *office) { o.write("deltagare.csv", strings.ReplaceAll(guestCSV(o.list), ";", ",")) },
		"XLSX": func(o *office) {
			f := excelize.NewFile()
			for i, line := range strings.Split(strings.TrimSpace(guestCSV(o.list)), "\r\n") {
				cells := strings.Split(line, ";")
				if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &cells); err != nil {
					t.Fatal(err)
				}
			}
			o.input = filepath.Join(o.dir, "deltagare.xlsx")
			if err := f.SaveAs(o.input); err != nil {
				t.Fatal(err)
			}
		},
		"another file": func(o *office) {
			o.input = filepath.Join(o.dir, "export-2.csv")
			o.enter(o.list)
		},
		"another mapping": func(o *office) {
			o.write("mapping.yaml", strings.Replace(guestMapping, "participated: {value: false}", "participated: {value: true}\n  contactMessage: {value: Hej}", 1))
		},
		"another login": func(o *office) {
			o.env["VITEC_USERNAME"], o.env["VITEC_PASSWORD"] = "second", "Annan-Häst-4712"
		},
		"a stale lock": func(o *office) {
			if err := os.WriteFile(o.env["VITEC_IMPORT_LEDGER"]+"-mark", []byte("pid 1\n"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, guests(30))
			o.audit(o.run(), 0)
			change(o)
			known := map[string]bool{}
			for key := range o.booked() {
				known[key] = true
			}
			fresh := 0
			for _, g := range o.list {
				if !known[g.key()] {
					fresh++
				}
			}
			if name == "another login" {
				o.srv.SetFaults(sandbox.MustFault("500:1+")) // nothing shall be asked
			}
			e := o.audit(o.run(), 0)
			if e.code != 0 || e.requests != fresh {
				t.Errorf("exit code %d, %d requests for %d new people: %s", e.code, e.requests, fresh, e.stderr)
			}
		})
	}
}

// TestAnotherServer: what is booked at one is not booked at the other.
func TestAnotherServer(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(10))
	o.audit(o.run(), 0)
	second := newOffice(t, guests(10))
	second.env["VITEC_IMPORT_LEDGER"] = o.env["VITEC_IMPORT_LEDGER"]
	second.audit(second.run(), 0).want(t, 0, map[string]int{"booked": 10})
	if e := second.do(nil, "run", second.input, "--sandbox", "--rate", "0"); e.code != 0 || !strings.Contains(e.stdout, "10 booked") {
		t.Errorf("exit code %d: %s", e.code, e.stdout)
	}
	o.last += 2
	o.settle()
}

// TestListChangesMeanwhile changes the list while it is being sent. What is
// sent is what was planned, or nothing.
func TestListChangesMeanwhile(t *testing.T) {
	t.Parallel()
	more := guests(1200)
	for name, change := range map[string]func(o *office){
		"grows": func(o *office) {
			f, err := os.OpenFile(o.input, os.O_APPEND|os.O_WRONLY, 0)
			if err == nil {
				_, err = f.WriteString("M1;VIS1;TS1;En;Till;en.till@example.com;0701740699;nej\r\n")
				err = errors.Join(err, f.Close())
			}
			if err != nil {
				t.Error(err)
			}
		},
		"shrinks": func(o *office) {
			if err := os.Truncate(o.input, 5000); err != nil {
				t.Error(err)
			}
		},
		"is replaced": func(o *office) {
			fresh := o.input + ".new"
			if err := os.WriteFile(fresh, []byte(guestHeader), 0o600); err != nil {
				t.Error(err)
			}
			if err := os.Rename(fresh, o.input); err != nil {
				t.Error(err)
			}
		},
		"is deleted": func(o *office) {
			if err := os.Remove(o.input); err != nil {
				t.Error(err)
			}
		},
		"is written over": func(o *office) {
			if err := os.WriteFile(o.input, []byte(strings.ReplaceAll(guestCSV(more), "zetterqvist.example", "someone.example")), 0o600); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, more)
			o.wide = 8
			o.atRequest(20, func() { change(o) })
			o.audit(o.run(), 0)
			for _, c := range o.srv.Commits() {
				if strings.HasSuffix(c.Body.UpdatePerson.Email.EmailAddress, "@someone.example") {
					t.Fatal("somebody was booked whom nobody has planned")
				}
			}
			o.enter(more)
			o.settle()
		})
	}
}

// TestTwoRuns starts two at once. One of them sends nothing and says so without
// waiting for the other: within a second, or three where the race detector and
// other packages' tests slow it down.
func TestTwoRuns(t *testing.T) {
	t.Parallel()
	for range testenv.Sampled(2, 20) {
		o := newOffice(t, guests(60))
		under := make(chan struct{})
		o.atRequest(5, func() { close(under) }, "latency=300ms") // so that the first outlasts the second
		a := o.start()
		wait(a, under)
		b := o.start().wait()
		if b.code != 6 || b.took > 3*time.Second || !strings.Contains(b.stderr, "another run") {
			t.Errorf("the second ended after %s with %d: %s", b.took, b.code, b.stderr)
		}
		o.audit(a.wait(), 0).want(t, 0, map[string]int{"booked": 60})
		if n := o.srv.Counts().Requests; n != 60 {
			t.Errorf("%d requests for 60 people", n)
		}

		o = newOffice(t, guests(20))
		a, c := o.start(), o.start() // at the same moment, on a ledger that is not there yet
		first, second := a.wait(), c.wait()
		if first.code+second.code != 6 && first.code+second.code != 0 { // 0: one was over when the other began
			t.Errorf("they ended with %d and %d: %s%s", first.code, second.code, first.stderr, second.stderr)
		}
		if n := o.srv.Counts().Requests; n != 20 {
			t.Errorf("%d requests for 20 people", n)
		}
		o.noDoubles()
	}
}

// TestLedgerDamage breaks the ledger of an interrupted run in every way that
// can be told, cuts and flips among them. Either the run refuses to begin, or
// it books nobody again.
func TestLedgerDamage(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(40), "latency=2ms")
	c := o.start()
	o.atRequest(25, func() { c.signal(os.Kill) }, "latency=2ms")
	o.audit(c.wait(), o.wide)
	o.fault()
	path := o.env["VITEC_IMPORT_LEDGER"]
	sound := map[string][]byte{}
	for _, suffix := range []string{"", "-wal", "-mark"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		sound[suffix] = b
	}
	restore := func(t *testing.T, change func(map[string][]byte)) {
		files := map[string][]byte{}
		for suffix, b := range sound {
			files[suffix] = append([]byte(nil), b...)
		}
		change(files)
		for _, suffix := range []string{"", "-wal", "-shm", "-mark"} {
			if err := os.RemoveAll(path + suffix); err != nil {
				t.Fatal(err)
			}
			if b, ok := files[suffix]; ok {
				if err := os.WriteFile(path+suffix, b, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	booked := o.booked()
	refused, held := 0, 0
	try := func(t *testing.T, what string, change func(map[string][]byte)) {
		t.Helper()
		restore(t, change)
		before := len(o.srv.Commits())
		e := o.run()
		for _, c := range o.srv.Commits()[before:] {
			g := guest{mail: c.Body.UpdatePerson.Email.EmailAddress, customer: c.Target.CustomerId, viewing: c.Target.ViewingId, slot: c.Target.TimeSlotId}
			if booked[g.key()] != "" {
				t.Fatalf("DOUBLE: %s: %s is booked again", what, g.slot)
			}
		}
		switch {
		case e.code == 1 && e.requests == 0:
			refused++
			if !strings.Contains(e.stderr, path) || strings.Contains(e.stderr, "goroutine ") {
				t.Fatalf("%s: it does not name the file: %s", what, e.stderr)
			}
		case e.code == 0, e.code == 4, e.code == 5, e.code == 1 && strings.Contains(e.stderr, "damaged"):
			held++
		default:
			t.Fatalf("%s: exit code %d: %s", what, e.code, e.stderr)
		}
	}
	rnd := rand.New(rand.NewPCG(1, 3))
	log := sound["-wal"]
	for cut := 1; cut <= 4096; cut += testenv.Sampled(331, 1) {
		try(t, fmt.Sprintf("cutting %d bytes off the log", cut), func(f map[string][]byte) { f["-wal"] = log[:len(log)-cut] })
	}
	for range testenv.Sampled(12, 300) {
		which := []string{"", "-wal"}[rnd.IntN(2)]
		at := rnd.IntN(len(sound[which]))
		try(t, fmt.Sprintf("flipping byte %d of ledger.db%s", at, which), func(f map[string][]byte) { f[which][at] ^= byte(1 + rnd.IntN(255)) })
	}
	for what, change := range map[string]func(map[string][]byte){
		"nothing":                func(map[string][]byte) {},
		"losing the log":         func(f map[string][]byte) { delete(f, "-wal") },
		"zeroing the log":        func(f map[string][]byte) { clear(f["-wal"]) },
		"zeroing the log's tail": func(f map[string][]byte) { clear(log[len(log)-4096:]) },
		"losing the database":    func(f map[string][]byte) { f[""] = nil },
		"another database":       func(f map[string][]byte) { f[""] = append([]byte("SQLite format 3\x00"), make([]byte, 8176)...) },
		"a text":                 func(f map[string][]byte) { f[""] = []byte("Kund;Visning\r\n") },
		"a newer version":        func(f map[string][]byte) { f[""][63] = 99; delete(f, "-wal") },
		"garbage":                func(f map[string][]byte) { copy(f[""][100:], log) },
	} {
		try(t, what, change)
	}
	t.Logf("%d refused, %d held", refused, held)
	if refused == 0 {
		t.Error("nothing was refused")
	}
}
