package main

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"testing"

	"vitec-import/importer/table"
)

// TestRowsAsJSON holds the rows that show writes to what encoding/json makes
// of them.
func TestRowsAsJSON(t *testing.T) {
	pieces := []string{"", "a", "Åsa", `"`, `\`, "\n", "\r", "\t", "\b", "\f", "\x00", "\x1f", "\x7f", "<&>", "\u2028", "\u2029", "\u2027", "\ufffd", "\xff", "\xe2\x80", "\xed\xa0\x80", "😀", "\u00a0"}
	random := rand.New(rand.NewPCG(1, 2))
	text := func() (s string) {
		for range random.IntN(6) {
			s += pieces[random.IntN(len(pieces))]
		}
		return s
	}
	for n := range 5_000 {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		row := table.Row{Number: n, Cells: []string{}}
		var in any
		if n%3 == 0 {
			row.Err = &table.Error{File: text(), Row: n, Column: n % 5, Header: text()}
			in = struct {
				Row   int    `json:"row"`
				Error string `json:"error"`
			}{n, row.Err.Error()}
		} else {
			for range random.IntN(4) {
				row.Cells = append(row.Cells, text())
			}
			in = struct {
				Row   int      `json:"row"`
				Cells []string `json:"cells"`
			}{n, row.Cells}
		}
		if err := enc.Encode(in); err != nil {
			t.Fatal(err)
		}
		if got := appendRow(nil, row); string(got) != want.String() {
			t.Fatalf("got  %q\nwant %q", got, want.String())
		}
	}
}
