package ledger

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// TestNoPersonalData puts people's data in where the ledger takes it, and looks
// for it in every byte of every file.
func TestNoPersonalData(t *testing.T) {
	path := tempLedger(t)
	l := mustOpen(t, path)
	canaries := []string{"199006022397", "anna.canary@example.com", "+46701740605", "Canary Andersson", "ADR0canary"}
	id := Identity{Contact: canaries[4], Number: canaries[0], Traits: []string{canaries[3] + canaries[1], canaries[3] + canaries[2]}}
	r := start(t, l, Row{Slot: slotA}, Row{Slot: slotA})
	err := r.Begin(t.Context(), Submission{Keys: l.Keys(target, slotA, id), Content: l.Content([]byte(strings.Join(canaries, "")))})
	if err != nil {
		t.Fatal(err)
	}
	look := func() {
		t.Helper()
		entries, err := os.ReadDir(filepath.Dir(path))
		if err != nil || len(entries) < 2 {
			t.Fatal(entries, err)
		}
		for _, e := range entries {
			b, err := os.ReadFile(filepath.Join(filepath.Dir(path), e.Name()))
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range canaries {
				if bytes.Contains(b, []byte(c)) {
					t.Errorf("%s contains %q", e.Name(), c)
				}
			}
		}
	}
	look()
	finish(t, r, 0, Result{Outcome: Booked, BookingID: "VID1"})
	end(t, r)
	look()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	look()
}

func TestKeysAreTheLedgersOwn(t *testing.T) {
	a, b := mustOpen(t, tempLedger(t)), mustOpen(t, tempLedger(t))
	id := Identity{Contact: "c", Number: "n", Traits: []string{"", "x"}}
	k := a.Keys(target, slotA, id)
	if k.Contact == k.Number || k.Contact == k.Traits[0] || len(k.Traits) != 1 {
		t.Errorf("keys %v", k)
	}
	same := Identity{Contact: "n", Number: "c"}
	for name, o := range map[string]Keys{
		"other ledger": b.Keys(target, slotA, id),
		"other slot":   a.Keys(target, slotB, id),
		"other target": a.Keys(target+"/", slotA, id),
		"other kind":   a.Keys(target, slotA, same),
		"moved letter": a.Keys(target, Slot{slotA.CustomerId + "V", "IS1", slotA.TimeSlotId}, id),
	} {
		if o.Same(k) || o.Contact == k.Contact || o.Number == k.Number {
			t.Errorf("%s gives the same keys", name)
		}
	}
	if !a.Keys(target, slotA, id).Same(k) {
		t.Error("the same identity has other keys")
	}
	if k := a.Keys(target, slotA, Identity{}); !k.Contact.IsZero() || !k.Number.IsZero() || k.Traits != nil {
		t.Errorf("nobody has keys: %v", k)
	}
	if a.Content([]byte("x")) == b.Content([]byte("x")) || a.Content([]byte("x")) != a.digest("content", "x") {
		t.Error("content hashes are not keyed, or not the same twice")
	}
}

func TestFilesArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	path := filepath.Join(t.TempDir(), "state", "vitec-import", "ledger.db")
	l := mustOpen(t, path)
	start(t, l, Row{})
	check := func() {
		t.Helper()
		for _, suffix := range []string{"", "-wal", "-shm", markSuffix} {
			info, err := os.Stat(path + suffix)
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("%q: %v, %v", suffix, info.Mode(), err)
			}
		}
	}
	check()
	for dir := filepath.Dir(path); filepath.Base(dir) != "state"; dir = filepath.Dir(dir) {
		if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
			t.Errorf("%s: %v, %v", dir, info.Mode(), err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	// What others may read is made private again.
	for _, suffix := range []string{"", markSuffix} {
		if err := os.Chmod(path+suffix, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	l = mustOpen(t, path)
	start(t, l, Row{})
	check()
}

func TestPlacesThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	dangling := filepath.Join(dir, "dangling")
	if err := os.Symlink(filepath.Join(dir, "nowhere", "ledger.db"), dangling); err != nil {
		t.Skip(err)
	}
	for name, path := range map[string]string{
		"a folder":            dir,
		"under a file":        filepath.Join(file, "ledger.db"),
		"NUL":                 filepath.Join(dir, "a\x00b"),
		"nothing":             "",
		"a link to nowhere":   dangling,
		"a device":            os.DevNull,
		"/proc":               "/proc/ledger.db",
		"a name far too long": filepath.Join(dir, strings.Repeat("x", 300)),
	} {
		if strings.HasPrefix(path, "/proc") && runtime.GOOS != "linux" {
			continue
		}
		l, err := Open(t.Context(), path, Options{Create: true})
		var e *Error
		if !errors.As(err, &e) || e.Reason.String() == "" || strings.Contains(err.Error(), "&") {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			l.Close()
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("left behind: %v, %v", entries, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, filepath.Join(dir, "ledger.db"), Options{Create: true}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestOneLedgerByAnyName opens a ledger by two names: the lock is one.
func TestOneLedgerByAnyName(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "ledger.db")
	l := mustOpen(t, path)
	other := filepath.Join(dir, "other.db")
	if err := os.Symlink(path, other); err != nil {
		t.Skip(err)
	}
	folder := filepath.Join(t.TempDir(), "folder")
	if err := os.Symlink(dir, folder); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{other, filepath.Join(folder, "ledger.db")} {
		if _, err := Open(t.Context(), name, Options{Create: true}); !errors.Is(err, ErrHeld) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := os.Stat(other + markSuffix); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a second lock: %v", err)
	}
	start(t, l, Row{})
}

// TestOddNames keeps ledgers under names that mean something to SQLite.
func TestOddNames(t *testing.T) {
	for _, name := range []string{"a b.db", "år.db", "x?mode=memory", "file:x", ":memory:", "%41", "#", "x'y"} {
		path := filepath.Join(t.TempDir(), name)
		l, err := Open(t.Context(), path, Options{Create: true})
		if err != nil {
			if runtime.GOOS == "windows" {
				continue
			}
			t.Fatalf("%q: %v", name, err)
		}
		start(t, l, Row{})
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if l, err = Open(t.Context(), path, Options{Create: true}); err != nil || l.Created() {
			t.Errorf("%q: not found again: %v", name, err)
		}
		l.Close()
	}
}
