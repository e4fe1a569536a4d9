package table

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEnding: a sound list may lack its last line end; what ends in mid-row is
// cut off.
func TestEnding(t *testing.T) {
	const list = "Namn;Mobil;Svar\nAnna Berg;0701740605;Intresseanmälan\nBo Ek;0701740606;Telefon\nCia Öst;0701740607;Intresseanmälan\n"
	for _, tt := range []struct {
		name, text string
		row        int
		cut        bool
	}{
		{"a line end", list, 0, false},
		{"a line end and nothing more", list + "\n\n", 0, false},
		{"whole rows without a line end", strings.TrimSuffix(list, "\n"), 4, false},
		{"a word that no other row has", list + "Dan Lo;0701740608;Besök", 5, false},
		{"fewer cells", list + "Dan Lo;070174", 5, true},
		{"a name alone", list + "Dan", 5, true},
		{"an empty cell where no other is", list + "Dan Lo;0701740608;", 5, true},
		{"the beginning of what others say", list + "Dan Lo;0701740608;Intresse", 5, true},
		{"an open quotation mark", list + "Dan Lo;0701740608;\"Tele", 5, true},
		{"a quoted cell", list + "Dan Lo;0701740608;\"Intresse\"", 5, false},
		{"a shorter number", "Namn;Mobil\nA;0701740605\nB;0701740606\nC;07017", 4, true},
		{"numbers of different lengths", "Namn;Mobil\nA;0701740605\nB;08174060\nC;07017", 4, false},
		{"a shorter name", "Nr;Ort\n1;Lund\n2;Kiruna\n3;Ås", 4, false},
		{"a name in a longer one", "Nr;Ort\n1;Lundby\n2;Kiruna\n3;Lund", 4, false},
		{"half an address", "Namn;E-post\nA;a@example.com\nB;b@example.com\nC;c@example.co", 4, true},
		{"an address", "Namn;E-post\nA;a@example.com\nB;b@example.se\nC;c@example.org", 4, false},
		{"an empty cell among others", "Namn;Svar\nA;ja\nB;\nC;nej\nD;", 5, false},
		{"room for what is still to come", list + "Dan Lo;0701740608;Be\x00\x00", 5, true},
		{"one row", "Namn;Svar\nA;ja", 2, false},
		{"one row with fewer cells", "Namn;Mobil;Svar\nA;07", 2, true},
		{"rows that end early anyway", "Namn;Mobil;Svar\nA;07\nB;08\nC;09", 4, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for _, encoding := range []string{"utf-8", "utf-16le"} {
				path := filepath.Join(t.TempDir(), "list.csv")
				text := []byte(tt.text)
				if encoding == "utf-16le" {
					text = []byte{0xff, 0xfe}
					for _, r := range tt.text {
						text = append(text, byte(r), byte(r>>8))
					}
				}
				if err := os.WriteFile(path, text, 0o600); err != nil {
					t.Fatal(err)
				}
				f, err := Open(t.Context(), path, Options{Delimiter: ";"})
				if err != nil {
					t.Fatal(err)
				}
				defer f.Close()
				e, err := f.Ending(t.Context())
				if encoding == "utf-16le" && strings.Contains(tt.name, "quote") {
					continue
				}
				if err != nil || e.Row != tt.row || e.Cut != tt.cut {
					t.Errorf("%s: %+v, %v", encoding, e, err)
				}
			}
		})
	}
}
