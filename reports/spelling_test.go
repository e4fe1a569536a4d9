package reports

import (
	"testing"

	"vitec-import/importer/table"
)

func TestSpellingEncodesWhatItCan(t *testing.T) {
	for _, tt := range []struct{ encoding, in, want string }{
		{"utf-8", "Åsa – €", "Åsa – €"},
		{"windows-1252", "Åsa – € ≥ 3", "\xc5sa \x96 \x80 >= 3"},
		{"iso-8859-1", "Åsa – € Ł", "\xc5sa - EUR ?"},
		{"cp850", "Åsa “x” …", "\x8fsa 'x' ..."},
		{"cp858", "€", "\xd5"},
		{"macintosh", "Åsa", "\x81sa"},
		{"utf-16le", "Å🙂", "\xc5\x00\x3d\xd8\x42\xde"},
		{"utf-16be", "Å", "\x00\xc5"},
		{"koi8-r", "Asa 漢", "Asa ?"},
		{"windows-1252", "A\u030asa", "\xc5sa"}, // composed first
	} {
		s := spellingOf(table.Info{Encoding: tt.encoding, Delimiter: ";"})
		if got := string(s.encode(tt.in)); got != tt.want {
			t.Errorf("%s: %q is written %q, want %q", tt.encoding, tt.in, got, tt.want)
		}
	}
}
