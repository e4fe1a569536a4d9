package main

import (
	"bytes"
	"encoding/csv"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// TestSettling settles uncertain rows as a person would, who looks at the
// server: from a filled-in uncertain.csv. A row that is said to be booked is
// never sent; one that is said not to be is sent once; one of which nothing is
// said stays as it is, whatever else happens.
func TestSettling(t *testing.T) {
	t.Parallel()
	o := newOffice(t, guests(20), "500-after-commit:3", "500:9", "reset-after-commit:15")
	o.audit(o.run(), 3).want(t, 4, map[string]int{"booked": 17, "uncertain": 3})
	path := filepath.Join(o.dir, "deltagare-trial-0001", "uncertain.csv")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(b, []byte("\ufeff"))))
	r.Comma = ';'
	table, err := r.ReadAll()
	if err != nil || len(table) != 5 {
		t.Fatalf("%d lines, %v", len(table), err)
	}
	column := map[string]int{}
	for i, name := range table[1] {
		column[name] = i
	}
	booked, left := o.booked(), ""
	for i, row := range table[2:] {
		n, err := strconv.Atoi(row[column["row"]])
		if err != nil {
			t.Fatal(err)
		}
		switch id := booked[o.list[n-2].key()]; {
		case id == "":
			row[column["not booked"]] = "ja"
		case left == "":
			left = row[column["row"]] // nobody has looked yet
		default:
			row[column["booking id"]], row[column["reason"]] = id, "seen in the portal"
		}
		table[i+2] = row
	}
	var filled bytes.Buffer
	w := csv.NewWriter(&filled)
	w.Comma = ';'
	if err := w.WriteAll(table); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, filled.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if e := o.do(nil, "resolve", path); e.code != 0 {
		t.Fatalf("exit code %d: %s", e.code, e.stderr)
	}
	// Twice is once too often, and changes nothing.
	if e := o.do(nil, "resolve", path); e.code != 1 {
		t.Errorf("settled again: exit code %d: %s", e.code, e.stderr)
	}
	e := o.settle()
	if e.requests != 1 || e.counts["already_booked"] != 18 || e.counts["booked"] != 1 || e.counts["uncertain"] != 1 {
		t.Errorf("%d requests, %v", e.requests, e.counts)
	}
	if e := o.do(nil, "resolve", "--run", "1", "--row", left, "--not-booked", "--booked", "VID1"); e.code != 2 {
		t.Errorf("both at once: exit code %d", e.code)
	}
}
