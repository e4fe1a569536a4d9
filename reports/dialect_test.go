package reports

import (
	"bytes"
	"slices"
	"testing"

	"vitec-import/importer/table"
)

func TestDialectEncodesWhatItCan(t *testing.T) {
	for _, tt := range []struct{ encoding, in, want string }{
		{"utf-8", "Åsa – €", "Åsa – €"},
		{"windows-1252", "Åsa – € ≥ 3", "\xc5sa \x96 \x80 >= 3"},
		{"iso-8859-1", "Åsa – € Ł", "\xc5sa - EUR L"},
		{"cp850", "Åsa “x” …", "\x8fsa 'x' ..."},
		{"cp858", "€", "\xd5"},
		{"macintosh", "Åsa", "\x81sa"},
		{"utf-16le", "Å🙂", "\xc5\x00\x3d\xd8\x42\xde"},
		{"utf-16be", "Å", "\x00\xc5"},
		{"koi8-r", "Åsa 漢", "Asa ?"},
		{"windows-1252", "A\u030asa", "\xc5sa"}, // composed first
	} {
		d := newDialect(table.Info{Encoding: tt.encoding, Delimiter: ";"})
		if got := string(d.encode(tt.in)); got != tt.want {
			t.Errorf("%s: %q is written %q, want %q", tt.encoding, tt.in, got, tt.want)
		}
	}
}

func TestDialectRecord(t *testing.T) {
	d := newDialect(table.Info{Encoding: "utf-8", Delimiter: ";"})
	for _, tt := range []struct {
		raw          string
		cells        []string
		whole, sound bool
	}{
		{"a;b", []string{"a", "b"}, false, true},
		{"", []string{""}, false, true},
		{"a;", []string{"a", ""}, false, true},
		{`"a;b";c`, []string{`"a;b"`, "c"}, false, true},
		{"\"a\r\nb\";c\r\nd", []string{"\"a\r\nb\"", "c"}, true, true},
		{`"a""b";c`, []string{`"a""b"`, "c"}, false, true},
		{`a"b;c`, []string{`a"b`, "c"}, false, true},
		{`="07;0";c`, []string{`="07;0"`, "c"}, false, true},
		{`="07;c`, []string{`="07`, "c"}, false, true},
		{`"a;b`, []string{`"a;b`}, false, false},
		{`"a"b;c`, []string{`"a"b;c`}, true, false},
	} {
		cells, _, whole, sound := d.record([]byte(tt.raw))
		var got []string
		for _, c := range cells {
			got = append(got, string(c))
		}
		if !slices.Equal(got, tt.cells) || whole != tt.whole || sound != tt.sound {
			t.Errorf("%q: %q, whole %v, sound %v", tt.raw, got, whole, sound)
		}
	}
}

// Whatever the bytes, the cells of a sound record are its bytes, cut at the
// delimiters; and what is added behind them is told apart again.
func FuzzDialectRecord(f *testing.F) {
	f.Add([]byte("a;\"b;c\";=\"d\"\r\ne"), uint8(0))
	f.Add([]byte("a\x00;\x00\"\x00b\x00\"\x00"), uint8(1))
	f.Add([]byte("\"a\nb\";\"\"\"\""), uint8(2))
	f.Fuzz(func(t *testing.T, raw []byte, kind uint8) {
		encoding := [...]string{"utf-8", "utf-16le", "utf-16be", "windows-1252"}[kind%4]
		d := newDialect(table.Info{Encoding: encoding, Delimiter: ";", LineEnd: "\n"})
		cells, n, _, sound := d.record(raw)
		if !sound {
			return
		}
		if got := bytes.Join(cells, d.delim); !bytes.Equal(got, raw[:n]) {
			t.Fatalf("cells %q of %q", got, raw[:n])
		}
		if n%d.unit != 0 {
			return
		}
		longer := append(append(bytes.Clone(raw[:n]), d.delim...), d.text("a \"reason\"; more, of it")...)
		again, m, whole, sound := d.record(append(longer, d.lineEnd...))
		if m != len(longer) || !whole || !sound || len(again) != len(cells)+1 {
			t.Fatalf("%q became %q", cells, again)
		}
	})
}
