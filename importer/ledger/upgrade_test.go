package ledger

import (
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	sqlite3 "modernc.org/sqlite/lib"
)

// The files hold a ledger that the first version wrote, with its last run cut
// off, and what that version told once it had opened it again. It has purged
// runs, rows of every outcome, settlements, references between runs, and a trait
// that many share.
func unpacked(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func firstVersionLedger(t *testing.T, dir string) (path string) {
	t.Helper()
	return putLedger(t, dir, map[string][]byte{"": unpacked(t, "version1.db.gz")})
}

// firstVersionTold is all that the first version was asked.
type firstVersionTold struct {
	Runs        []RunInfo
	Rows        []Row
	Events      []Event
	Settlements []Settlement
	Uncertain   []Row
	Matches     []Match
}

func wantOfFirstVersion(t *testing.T) (want firstVersionTold) {
	t.Helper()
	if err := json.Unmarshal(unpacked(t, "version1.json.gz"), &want); err != nil {
		t.Fatal(err)
	}
	if len(want.Runs) != 3 || len(want.Rows) < 400 || len(want.Settlements) != 2 || len(want.Matches) != 902 {
		t.Fatalf("%d runs, %d rows, %d settlements, %d matches", len(want.Runs), len(want.Rows), len(want.Settlements), len(want.Matches))
	}
	return want
}

func askAsFirstVersion(t *testing.T, l *Ledger) (told firstVersionTold) {
	t.Helper()
	var err error
	if told.Runs, err = l.Runs(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, run := range told.Runs {
		told.Rows = append(told.Rows, rowsOf(t, l, run.ID)...)
		events, err := l.Events(t.Context(), run.ID)
		if err != nil {
			t.Fatal(err)
		}
		told.Events = append(told.Events, events...)
	}
	if told.Settlements, err = l.Settlements(t.Context()); err != nil {
		t.Fatal(err)
	}
	told.Uncertain = collect(t, l.Uncertain(t.Context()))
	var keys []Keys
	for i := range 400 {
		keys = append(keys, benchKeys(i), Keys{Traits: benchKeys(i).Traits})
	}
	for i := range 100 {
		keys = append(keys, benchKeys(10000+i))
	}
	keys = append(keys, Keys{Traits: []Digest{benchKeys(7000).Number}}, Keys{Contact: benchKeys(5000).Number})
	if told.Matches, err = l.Match(t.Context(), keys); err != nil {
		t.Fatal(err)
	}
	// What the first version had only in words has a code now.
	for _, rows := range [][]Row{told.Rows, told.Uncertain} {
		for i := range rows {
			if rows[i].Message == cutOffWords.message && rows[i].Code == CodeCutOff {
				rows[i].Code = ""
			}
		}
	}
	return told
}

func TestUpgrade(t *testing.T) {
	want := wantOfFirstVersion(t)
	for name, opening := range map[string]func(path string) (*Ledger, error){
		"Open":       func(path string) (*Ledger, error) { return Open(t.Context(), path) },
		"OpenReader": func(path string) (*Ledger, error) { return OpenReader(t.Context(), path) },
	} {
		t.Run(name, func(t *testing.T) {
			path := firstVersionLedger(t, t.TempDir())
			for range 2 {
				l, err := opening(path)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, askAsFirstVersion(t, l)); diff != "" {
					t.Error(diff)
				}
				if err := l.Close(); err != nil {
					t.Fatal(err)
				}
			}
			// It is a ledger like any other.
			l := mustOpen(t, path)
			r := start(t, l, Row{Slot: slotA})
			if r.ID() != 5 {
				t.Errorf("the run after the fourth is %d", r.ID())
			}
			begin(t, r, 0, benchKeys(20000))
			finish(t, r, 0, Result{Outcome: Booked, BookingID: "VID"})
			end(t, r)
			if m := match(t, l, benchKeys(20000)); m.Run != 5 {
				t.Errorf("booked, and matches as %+v", m)
			}
			for _, row := range want.Uncertain {
				if err := l.Settle(t.Context(), Settlement{Run: row.Run, Index: row.Index, BookingID: "VIDx"}); err != nil {
					t.Error(err)
				}
			}
			if left := collect(t, l.Uncertain(t.Context())); len(left) > 0 {
				t.Errorf("still to be settled: %+v", left)
			}
		})
	}
}

// TestUpgradeOfALedgerInUse cannot be done, and says so.
func TestUpgradeOfALedgerInUse(t *testing.T) {
	path := firstVersionLedger(t, t.TempDir())
	lock, err := takeLock(path)
	if err != nil {
		t.Fatal(err)
	}
	defer lock.release()
	_, err = OpenReader(t.Context(), path)
	if !errors.Is(err, ErrHeld) || !strings.Contains(err.Error(), "older version") || !strings.Contains(err.Error(), "another run") {
		t.Errorf("%v", err)
	}
}

// TestUpgradeCutOff cuts the power after every operation of an upgrade, with
// what was not synced kept, lost or in part; and lets every operation fail.
// Opened again, the ledger tells what it told before.
func TestUpgradeCutOff(t *testing.T) {
	skipUnderRace(t)
	want := wantOfFirstVersion(t)
	again := func(t *testing.T, path, where string) {
		t.Helper()
		l, err := Open(t.Context(), path)
		if err != nil {
			t.Fatalf("%s: %v", where, err)
		}
		defer l.Close()
		if diff := cmp.Diff(want, askAsFirstVersion(t, l)); diff != "" {
			t.Fatalf("%s: %s", where, diff)
		}
	}
	// Every operation, in the full set; else some.
	step := 7
	if os.Getenv("VITEC_IMPORT_TEST_FULL") != "" {
		step = 1
	}
	limits := options{walLimit: 20 * pageSize, foldLimit: 500}

	r := recorder{base: unpacked(t, "version1.db.gz")}
	recorded := limits
	recorded.hook = r.hook
	l, err := open(t.Context(), firstVersionLedger(t, t.TempDir()), recorded)
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	total := len(r.ops)
	if total < 100 {
		t.Fatalf("an upgrade has only %d operations", total)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for name, keep := range map[string]func() bool{
		"kept": func() bool { return true },
		"lost": func() bool { return false },
		"torn": func() bool { return rnd.IntN(2) == 0 },
	} {
		t.Run(name, func(t *testing.T) {
			dir := quickDir(t)
			for n := 0; n <= total; n += step {
				path := filepath.Join(dir, fmt.Sprint(n), "ledger.db")
				if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := r.image(path, n, keep); err != nil {
					t.Fatal(err)
				}
				again(t, path, fmt.Sprintf("after %d of %d operations", n, total))
				if err := os.RemoveAll(filepath.Dir(path)); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	for name, rc := range map[string]int32{"full": sqlite3.SQLITE_FULL, "EIO": sqlite3.SQLITE_IOERR_FSYNC} {
		t.Run(name, func(t *testing.T) {
			dir := quickDir(t)
			for n := 0; ; n += step {
				path := firstVersionLedger(t, dir)
				ops := 0
				failing := limits
				failing.hook = func(diskOp) int32 {
					if ops++; ops == n+1 {
						return rc
					}
					return 0
				}
				l, err := open(t.Context(), path, failing)
				if err == nil {
					l.Close()
					if n < 100 {
						t.Fatalf("an upgrade has only %d operations", n)
					}
					return
				}
				if !errors.Is(err, ErrDisk) {
					t.Fatalf("operation %d: %v is not ErrDisk", n, err)
				}
				if ops != n+1 {
					t.Errorf("operation %d failed, and %d more were tried", n, ops-n-1)
				}
				again(t, path, fmt.Sprintf("operation %d failed", n))
			}
		})
	}
}
