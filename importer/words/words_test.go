package words

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

func catalogue(english, swedish string) *Catalogue {
	return Load(fstest.MapFS{"words.en.yaml": {Data: []byte(english)}, "words.sv.yaml": {Data: []byte(swedish)}})
}

var sample = catalogue(`
plain: The end
run: 'booked by run {0}, row {1}'
turned: '{1} before {0}'
quoted: 'no column {0:q}'
yaml: 'write {0}: {value: false} or {} or {10'
rows: {one: '{0:n} row in {1}', other: '{0:n} rows in {1}'}
only: {one: The only row, other: 'All {0} rows'}
odd: '{0:n} {1:x} {2:q}'
wrong: '{0}: cannot be read: {1}'
missing: '{0} is missing'
`, `
plain: Slut
run: 'bokad av körning {0}, rad {1}'
turned: '{1} före {0}'
quoted: 'ingen kolumn {0:q}'
yaml: 'skriv {0}: {value: false} eller {} eller {10'
rows: {one: '{0:n} rad i {1}', other: '{0:n} rader i {1}'}
only: {one: Den enda raden, other: 'Alla {0} rader'}
odd: '{0:n} {1:x} {2:q}'
wrong: '{0}: går inte att läsa: {1}'
missing: '{0} saknas'
`)

func TestTexts(t *testing.T) {
	for _, tt := range []struct {
		say  func(*Texts) string
		want [2]string
	}{
		{func(w *Texts) string { return w.Text("plain") }, [2]string{"The end", "Slut"}},
		{func(w *Texts) string { return w.Text("run", 7, "3") }, [2]string{"booked by run 7, row 3", "bokad av körning 7, rad 3"}},
		{func(w *Texts) string { return w.Text("run", 7) }, [2]string{"booked by run 7, row {1}", "bokad av körning 7, rad {1}"}},
		{func(w *Texts) string { return w.Text("run") }, [2]string{"booked by run {0}, row {1}", "bokad av körning {0}, rad {1}"}},
		{func(w *Texts) string { return w.Text("run", "{1}", 2) }, [2]string{"booked by run {1}, row 2", "bokad av körning {1}, rad 2"}},
		{func(w *Texts) string { return w.Text("turned", "a", "b") }, [2]string{"b before a", "b före a"}},
		{func(w *Texts) string { return w.Text("quoted", `"Född"`) }, [2]string{`no column "\"Född\""`, `ingen kolumn "\"Född\""`}},
		{func(w *Texts) string { return w.Text("yaml", "options") }, [2]string{"write options: {value: false} or {} or {10", "skriv options: {value: false} eller {} eller {10"}},
		{func(w *Texts) string { return w.Text("missing", 2.5) }, [2]string{"2.5 is missing", "2,5 saknas"}},
		{func(w *Texts) string { return w.Text("missing", int64(3)) }, [2]string{"3 is missing", "3 saknas"}},
		{func(w *Texts) string { return w.Text("missing", sample.Message("plain")) }, [2]string{"The end is missing", "Slut saknas"}},
		{func(w *Texts) string { return w.Text("odd", "1000", 2, 3) }, [2]string{`1000 {1:x} "3"`, `1000 {1:x} "3"`}},
		{func(w *Texts) string { return w.Count("only", 1000) }, [2]string{"All 1000 rows", "Alla 1000 rader"}},
		{func(w *Texts) string { return w.Text("nowhere", 1) }, [2]string{"nowhere", "nowhere"}},
		{func(w *Texts) string { return w.Count("rows", 0, "a.csv") }, [2]string{"0 rows in a.csv", "0 rader i a.csv"}},
		{func(w *Texts) string { return w.Count("rows", 1, "a.csv") }, [2]string{"1 row in a.csv", "1 rad i a.csv"}},
		{func(w *Texts) string { return w.Count("rows", 21, "a.csv") }, [2]string{"21 rows in a.csv", "21 rader i a.csv"}},
		{func(w *Texts) string { return w.Count("rows", 1234567, "a.csv") }, [2]string{"1\u202f234\u202f567 rows in a.csv", "1\u202f234\u202f567 rader i a.csv"}},
		{func(w *Texts) string { return w.Count("only", 1) }, [2]string{"The only row", "Den enda raden"}},
		{func(w *Texts) string { return w.Count("missing", 1) }, [2]string{"1 is missing", "1 saknas"}}, // one form for every number
	} {
		for i, l := range Languages {
			if got := tt.say(sample.In(l)); got != tt.want[i] {
				t.Errorf("%s: got %q, want %q", l, got, tt.want[i])
			}
		}
	}
	if w := sample.In(""); w.Text("plain") != "The end" || !w.Has("rows") || w.Has("nowhere") || w.Language() != English {
		t.Error("the zero language is not English, or does not know its texts")
	}
}

func TestNumber(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1\u202f000", -1000: "-1\u202f000", -999: "-999", 100000: "100\u202f000"} {
		if got := Number(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}

// An error is said in the language of whoever reads it, down to what it wraps,
// and is still found by what it wraps.
func TestErrors(t *testing.T) {
	inner := sample.Error("missing", fs.ErrNotExist)
	err := fmt.Errorf("opening: %w", io.EOF)
	outer := sample.Error("wrong", "a.csv", inner)
	both := errors.Join(outer, nil, sample.Error("plain"), err)
	for l, want := range map[Language]string{
		English: "a.csv: cannot be read: file does not exist is missing\nThe end\nopening: EOF",
		Swedish: "a.csv: går inte att läsa: file does not exist saknas\nSlut\nopening: EOF",
	} {
		if got := Of(both, l); got != want {
			t.Errorf("%s: got %q, want %q", l, got, want)
		}
	}
	if got := both.Error(); got != Of(both, English) {
		t.Errorf("an error says %q of itself", got)
	}
	if !errors.Is(both, fs.ErrNotExist) || !errors.Is(both, io.EOF) {
		t.Error("what an error wraps is lost")
	}
	if got := Of(sample.CountError("rows", 1, sample.Counted("rows", 2, "a")), Swedish); got != "1 rad i 2 rader i a" {
		t.Errorf("got %q", got)
	}
	if got := (Message{}).In(Swedish); got != "" {
		t.Errorf("the zero message says %q", got)
	}
}

// A catalogue that cannot be read is a mistake in the program.
func TestLoadRefuses(t *testing.T) {
	for name, c := range map[string]*Catalogue{
		"no file":     Load(fstest.MapFS{"words.sv.yaml": {}}),
		"no YAML":     catalogue("a: [", "a: b"),
		"twice":       catalogue("a: b\na: c", "a: b"),
		"two files":   Load(fstest.MapFS{"a.en.yaml": {Data: []byte("a: b")}, "b.en.yaml": {Data: []byte("a: b")}}),
		"not a table": catalogue("- 1", "a: b"),
	} {
		func() {
			defer func() {
				if p := recover(); p == nil || !strings.HasPrefix(fmt.Sprint(p), "words: ") {
					t.Errorf("%s: got %v", name, p)
				}
			}()
			c.In(English)
		}()
	}
}

func TestTextsAreSafeForConcurrentUse(t *testing.T) {
	c := catalogue("a: 'x {0}'", "a: 'y {0}'")
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 100 {
				if got := c.In(Languages[i%2]).Text("a", n); got != fmt.Sprintf("%c %d", "xy"[i%2], n) {
					t.Errorf("got %q", got)
				}
			}
		})
	}
	all.Wait()
}

func BenchmarkText(b *testing.B) {
	w := sample.In(Swedish)
	b.Run("whole", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w.Text("plain")
		}
	})
	b.Run("filled", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w.Text("run", 7, 3)
		}
	})
	b.Run("counted", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			w.Count("rows", 12, "a.csv")
		}
	})
}
