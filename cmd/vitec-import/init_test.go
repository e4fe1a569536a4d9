package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestInitAsks: at a terminal init asks for what no list knows, takes no id that
// cannot be one, and leaves open what is left open.
func TestInitAsks(t *testing.T) {
	dir := t.TempDir()
	list := filepath.Join(dir, "list.csv")
	rows := "Namn;Mobil;Visning;Tid\nAnna Ek;0701740605;Storgatan 12;17:00\nBo Ek;0701740606;Storgatan 12;17:30\nCilla Ek;0701740607;Sjövägen 4;18:00\n"
	if err := os.WriteFile(list, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	w := world{
		getenv: func(string) string { return "" }, stdin: strings.NewReader("M11385\nStorgatan 12\nVIS1\n\nTS1\n\nTS3\n"),
		stdout: &stdout, stderr: &stderr, terminalIn: true, stop: make(chan struct{}),
	}
	if code := run(context.Background(), []string{"init", list}, w); code != 0 {
		t.Fatalf("exit %d: %s", code, stderr.String())
	}
	for _, question := range []string{"customerId: ", "Storgatan 12, 2 rows: ", `"Storgatan 12" is not an id`, "Sjövägen 4, 1 row: ", "17:00, 1 row: "} {
		if !strings.Contains(stderr.String(), question) {
			t.Errorf("%q is not asked:\n%s", question, stderr.String())
		}
	}
	src, err := os.ReadFile(filepath.Join(dir, "mapping.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"  customerId: {value: M11385}\n", "    Storgatan 12: VIS1 # rows: 2\n", "    Sjövägen 4: \"?\" # rows: 1\n",
		"    \"17:00\": TS1 # rows: 1\n", "    \"17:30\": \"?\" # rows: 1\n", "    \"18:00\": TS3 # rows: 1\n",
	} {
		if !strings.Contains(string(src), line) {
			t.Errorf("%q is not written:\n%s", line, src)
		}
	}
}
