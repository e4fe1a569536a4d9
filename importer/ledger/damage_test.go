package ledger

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vitec-import/vitec/testenv"

	"github.com/google/go-cmp/cmp"
)

// soundLedger makes a ledger with a bit of everything and returns its files by
// suffix, closed or as a kill leaves them, and what it tells.
func soundLedger(t *testing.T, killed bool) (files map[string][]byte, tells ledgerStory) {
	t.Helper()
	path := tempLedger(t)
	l := mustOpen(t, path)
	run := start(t, l, slices.Repeat([]Row{{Slot: slotA}, {Slot: slotB}, {Outcome: Skipped, Reason: Say("of no interest")}}, 30)...)
	for i := range 60 {
		if i%3 == 2 {
			continue
		}
		begin(t, run, i, benchKeys(i))
		finish(t, run, i, Result{Outcome: Booked, BookingID: fmt.Sprint("VID", i)})
	}
	if !killed {
		end(t, run)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	files = make(map[string][]byte)
	for _, suffix := range []string{"", "-wal", markSuffix} {
		b, err := os.ReadFile(path + suffix)
		if err != nil && (killed || suffix != "-wal") {
			t.Fatal(err)
		}
		files[suffix] = b
	}
	return files, tellAll(t, l, path)
}

// ledgerStory is all that a ledger can be asked.
type ledgerStory struct {
	Runs    []RunInfo
	Rows    []Row
	Matches []Match
}

func tellAll(t *testing.T, l *Ledger, path string) (s ledgerStory) {
	t.Helper()
	r, err := OpenReader(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if s, err = story(t, r); err != nil {
		t.Fatal(err)
	}
	return s
}

// story asks a ledger everything, or returns its first error.
func story(t *testing.T, l *Ledger) (s ledgerStory, err error) {
	if s.Runs, err = l.Runs(t.Context()); err != nil {
		return s, err
	}
	for _, run := range s.Runs {
		for r, err := range l.Rows(t.Context(), run.ID) {
			if err != nil {
				return s, err
			}
			s.Rows = append(s.Rows, r)
		}
	}
	var keys []Keys
	for i := range 90 {
		keys = append(keys, benchKeys(i))
	}
	s.Matches, err = l.Match(t.Context(), keys)
	return s, err
}

func putLedger(t *testing.T, dir string, files map[string][]byte) string {
	t.Helper()
	path := filepath.Join(dir, "ledger.db")
	for _, suffix := range []string{"", "-wal", "-shm", markSuffix} {
		if err := os.RemoveAll(path + suffix); err != nil {
			t.Fatal(err)
		}
		if b := files[suffix]; b != nil {
			if err := os.WriteFile(path+suffix, b, 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return path
}

// askDamaged opens a damaged ledger and asks it everything. It must tell the
// same as before, or say that it is damaged, with its file and a hint.
func askDamaged(t *testing.T, path string, want ledgerStory, where string) (refused bool) {
	t.Helper()
	l, err := OpenReader(t.Context(), path)
	var got ledgerStory
	if err == nil {
		got, err = story(t, l)
		if e := l.Close(); e != nil {
			t.Errorf("%s: closing: %v", where, e)
		}
	}
	if err == nil {
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the ledger guesses: %s", where, diff)
		}
		return false
	}
	var e *Error
	if !errors.As(err, &e) || !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrForeign) && !errors.Is(err, ErrNewer) && !errors.Is(err, ErrOther) {
		t.Errorf("%s: error without a reason: %#v", where, err)
		return true
	}
	if !strings.HasPrefix(e.Path, path) || e.Hint.String() == "" || strings.Contains(e.Reason.String(), "\n") {
		t.Errorf("%s: error without place or hint: %+v", where, e)
	}
	return true
}

func TestFlippedByte(t *testing.T) {
	skipUnderRace(t)
	for _, killed := range []bool{false, true} {
		t.Run(fmt.Sprintf("killed=%v", killed), func(t *testing.T) {
			files, want := soundLedger(t, killed)
			dir := quickDir(t)
			refusedSome := false
			for _, suffix := range []string{"", "-wal", markSuffix} {
				b := files[suffix]
				for at := 0; at < len(b); at += 1 + len(b)/testenv.Sampled(100, 1000) {
					damaged := slices.Clone(b)
					damaged[at] ^= 1 << (at % 8)
					set := map[string][]byte{"": files[""], "-wal": files["-wal"], markSuffix: files[markSuffix]}
					set[suffix] = damaged
					path := putLedger(t, dir, set)
					if askDamaged(t, path, want, fmt.Sprintf("byte %d of %q", at, suffix)) {
						refusedSome = true
					}
				}
			}
			if !refusedSome {
				t.Error("no damage was noticed")
			}
		})
	}
}

func TestCutAndGarbledTail(t *testing.T) {
	skipUnderRace(t)
	for _, killed := range []bool{false, true} {
		suffix := ""
		if killed {
			suffix = "-wal"
		}
		files, want := soundLedger(t, killed)
		whole := files[suffix]
		dir := quickDir(t)
		rnd := rand.New(rand.NewPCG(3, 4))
		for cut := 1; cut <= 4096; cut += testenv.Sampled(41, 1) {
			for how, tail := range map[string][]byte{"cut": nil, "zeroed": make([]byte, cut), "garbled": noise(rnd, cut)} {
				files[suffix] = append(slices.Clone(whole[:len(whole)-cut]), tail...)
				path := putLedger(t, dir, files)
				refused := askDamaged(t, path, want, fmt.Sprintf("last %d bytes of %q %s", cut, suffix, how))
				if !refused && how == "cut" && !killed {
					t.Errorf("last %d bytes cut, and nobody has noticed", cut)
				}
			}
		}
	}
}

func noise(rnd *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

// TestLostLog deletes the write-ahead log that a kill has left, and puts an
// older copy back: what was booked since would be booked again.
func TestLostLog(t *testing.T) {
	files, _ := soundLedger(t, true)
	delete(files, "-wal")
	path := putLedger(t, t.TempDir(), files)
	for name, open := range map[string]func() (*Ledger, error){
		"Open":       func() (*Ledger, error) { return Open(t.Context(), path, Options{Create: true}) },
		"OpenReader": func() (*Ledger, error) { return OpenReader(t.Context(), path) },
	} {
		if l, err := open(); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "lost its last") {
			t.Errorf("%s: %v", name, err)
			if err == nil {
				l.Close()
			}
		}
	}

	// A copy that is taken somewhere else has no mark to be held against, but it
	// says itself that it was in use.
	delete(files, markSuffix)
	path = putLedger(t, t.TempDir(), files)
	if _, err := Open(t.Context(), path, Options{Create: true}); !errors.Is(err, ErrOther) {
		t.Errorf("a copy made in the middle of a run: %v", err)
	}
}

// TestGoneLedger deletes the ledger but not what lies beside it.
func TestGoneLedger(t *testing.T) {
	files, _ := soundLedger(t, true)
	delete(files, "")
	for _, left := range []string{"-wal", markSuffix} {
		path := putLedger(t, t.TempDir(), map[string][]byte{left: files[left]})
		if _, err := Open(t.Context(), path, Options{Create: true}); !errors.Is(err, ErrGone) {
			t.Errorf("%s is left: %v", left, err)
		}
		if got, err := os.ReadFile(path + left); err != nil || !slices.Equal(got, files[left]) {
			t.Errorf("%s was changed: %v", left, err)
		}
		if err := Forget(t.Context(), path); err != nil {
			t.Fatal(err)
		}
		if l := mustOpen(t, path); !l.Created() {
			t.Error("a ledger that was forgotten is not said to be new")
		}
	}
}

func TestNotALedger(t *testing.T) {
	files, _ := soundLedger(t, false)
	changed := func(change func(b []byte) []byte) []byte { return change(slices.Clone(files[""])) }
	for name, c := range map[string]struct {
		content []byte
		want    error
	}{
		"text":                         {[]byte("first name;last name\n"), ErrForeign},
		"long text":                    {[]byte(strings.Repeat("first name;last name\n", 1000)), ErrForeign},
		"zeros":                        {make([]byte, 3*4096), ErrForeign},
		"empty":                        {[]byte{}, ErrDamaged},
		"other database":               {changed(func(b []byte) []byte { copy(b[68:], "Wiki"); return b }), ErrForeign},
		"newer":                        {changed(func(b []byte) []byte { b[63]++; return b }), ErrNewer},
		"first version":                {changed(func(b []byte) []byte { b[63] = 1; return b }), ErrForeign},
		"second version":               {changed(func(b []byte) []byte { b[63] = 2; return b }), ErrForeign},
		"ours, with a changed header":  {changed(func(b []byte) []byte { b[0] = 's'; return b }), ErrDamaged},
		"ours, with its checksums off": {changed(func(b []byte) []byte { b[20] = 0; return b }), ErrDamaged},
		"ours, cut":                    {changed(func(b []byte) []byte { return b[:1000] }), ErrDamaged},
		"ours, cut short":              {changed(func(b []byte) []byte { return b[:50] }), ErrDamaged},
		"ours, its end cut":            {changed(func(b []byte) []byte { return b[:len(b)-4096] }), ErrDamaged},
	} {
		path := putLedger(t, t.TempDir(), map[string][]byte{"": c.content})
		for how, f := range map[string]func() (*Ledger, error){
			"Open":       func() (*Ledger, error) { return Open(t.Context(), path, Options{Create: true}) },
			"OpenReader": func() (*Ledger, error) { return OpenReader(t.Context(), path) },
		} {
			l, err := f()
			if err == nil {
				_, err = story(t, l)
				l.Close()
			}
			var e *Error
			if !errors.Is(err, c.want) || !errors.As(err, &e) || e.Path != path || e.Hint.String() == "" {
				t.Errorf("%s of %s: %+v, want %v", how, name, err, c.want)
			}
		}
		if got, err := os.ReadFile(path); err != nil || !slices.Equal(got, c.content) {
			t.Errorf("%s: the file was changed: %v", name, err)
		}
	}
}

// FuzzOpen opens garbled files: no panic, no hang, and no answer but an error
// with a reason.
func FuzzOpen(f *testing.F) {
	l, err := Open(f.Context(), filepath.Join(f.TempDir(), "ledger.db"), Options{Create: true})
	if err != nil {
		f.Fatal(err)
	}
	path := l.Path()
	if err := l.Close(); err != nil {
		f.Fatal(err)
	}
	sound, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sound, []byte{})
	f.Add([]byte("x"), []byte("y"))
	f.Fuzz(func(t *testing.T, db, wal []byte) {
		path := putLedger(t, t.TempDir(), map[string][]byte{"": db, "-wal": wal})
		l, err := Open(t.Context(), path, Options{Create: true})
		if err != nil {
			return
		}
		defer l.Close()
		if _, err := story(t, l); err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrForeign) {
			t.Errorf("%v", err)
		}
	})
}

// TestOlderFileUnderItsLog puts an older copy of the file alone back, under the
// log that a kill has left: the log's last pages and the old ones are no state
// that there ever was.
func TestOlderFileUnderItsLog(t *testing.T) {
	path := tempLedger(t)
	book := func(l *Ledger, from, people int) *Run {
		rows := make([]Row, people)
		for i := range rows {
			rows[i].Keys = benchKeys(from + i)
		}
		r := start(t, l, rows...)
		for i := range rows {
			begin(t, r, i, benchKeys(from+i))
			finish(t, r, i, Result{Outcome: Booked, BookingID: fmt.Sprint("VID", from+i)})
		}
		return r
	}
	read := func(suffix string) []byte {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	var older []byte
	for i := range 2 {
		l := mustOpen(t, path)
		end(t, book(l, 300*i, 300))
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			older = read("")
		}
	}
	book(mustOpen(t, path), 600, 5)
	path = putLedger(t, t.TempDir(), map[string][]byte{"": older, "-wal": read("-wal"), markSuffix: read(markSuffix)})
	for try := range 4 {
		l, err := OpenReader(t.Context(), path)
		if try%2 == 0 {
			l, err = Open(t.Context(), path, Options{Create: true})
		}
		if err == nil {
			forgotten := 0
			for i := range 605 {
				m, err := l.Match(t.Context(), []Keys{benchKeys(i)})
				if err != nil {
					continue
				}
				if !m[0].Found {
					forgotten++
				}
			}
			t.Errorf("an older copy under the log is opened; %d people are forgotten", forgotten)
			l.Close()
		} else if !errors.Is(err, ErrDamaged) {
			t.Error(err)
		}
	}
	// Whoever has no newer one can go on with this one, as it was.
	if err := Forget(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	l := mustOpen(t, path)
	for i := range 605 {
		if m := match(t, l, benchKeys(i)); m.Found != (i < 300) {
			t.Fatalf("person %d of the older copy is %+v", i, m)
		}
	}
}
