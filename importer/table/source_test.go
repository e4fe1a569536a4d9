package table

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// longList is several blocks long.
func longList() string {
	var b strings.Builder
	b.WriteString("Namn;Mobil\n")
	for i := range 40_000 {
		fmt.Fprintf(&b, "Åsa%05d;0701740605\n", i)
	}
	return b.String()
}

// TestChangedFile changes a file between Open and Rows: what comes out are
// the rows that Open saw, and then an error.
func TestChangedFile(t *testing.T) {
	content := longList()
	for _, tc := range []struct {
		name   string
		change func(f *os.File) error
		rows   int // at most
		least  int
	}{
		{"grown", func(f *os.File) error { _, err := f.WriteAt([]byte("Bo;1\n"), int64(len(content))); return err }, 40_000, 40_000},
		{"cut", func(f *os.File) error { return f.Truncate(int64(len(content)) / 2) }, 20_000, 1},
		{"another letter in the middle", func(f *os.File) error { _, err := f.WriteAt([]byte("X"), int64(len(content))/2); return err }, 20_000, 1},
		{"another letter at the beginning", func(f *os.File) error { _, err := f.WriteAt([]byte("X"), 30); return err }, 0, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := write(t, "a.csv", content)
			f, err := Open(context.Background(), path, Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			w, err := os.OpenFile(path, os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer w.Close()
			if err := tc.change(w); err != nil {
				t.Fatal(err)
			}
			n := 0
			var last error
			for row, err := range f.Rows(context.Background()) {
				if last = err; err != nil {
					break
				}
				if want := fmt.Sprintf("Åsa%05d", n); row.Cells[0] != want {
					t.Fatalf("row %d is %q, not %q", row.Number, row.Cells[0], want)
				}
				n++
			}
			var e *Error
			if !errors.As(last, &e) || e.Code != CodeChanged {
				t.Errorf("the error is %v", last)
			}
			if n > tc.rows || n < tc.least {
				t.Errorf("%d rows came before it", n)
			}
		})
	}
}

func TestChangedWorkbook(t *testing.T) {
	sound := soundBook(t)
	path := write(t, "a.xlsx", sound)
	f, err := Open(context.Background(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	other := bytes.Replace([]byte(sound), []byte("xl/styles.xml"), []byte("xl/stylez.xml"), 1)
	rewrite(t, path, other)
	if got := rows(t, f); got != "! changed" {
		t.Errorf("got %s", got)
	}
}

// A pass may be left early, cancelled, and begun anew.
func TestPasses(t *testing.T) {
	for name, content := range map[string]string{"a.csv": longList(), "a.xlsx": soundBook(t)} {
		t.Run(name, func(t *testing.T) {
			f, err := Open(context.Background(), write(t, name, content), Options{})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			info := f.Info()
			sum := sha256.Sum256([]byte(content))
			if info.SHA256 != hex.EncodeToString(sum[:]) || info.Size != int64(len(content)) || info.Name != name {
				t.Errorf("info is %+v", info)
			}
			for range 2 {
				for row, err := range f.Rows(context.Background()) {
					if err != nil {
						t.Fatal(err)
					}
					if row.Number == 5 {
						break
					}
				}
			}
			n := 0
			for _, err := range f.Rows(context.Background()) {
				if err != nil {
					t.Fatal(err)
				}
				n++
			}
			if n != info.Rows {
				t.Errorf("%d rows, %d are promised", n, info.Rows)
			}
			ctx, cancel := context.WithCancel(context.Background())
			cancel()
			for _, err := range f.Rows(ctx) {
				if !errors.Is(err, context.Canceled) {
					t.Errorf("got %v", err)
				}
			}
		})
	}
}

// The raw bytes of the records, put together again, are the file below its
// header.
func TestRaw(t *testing.T) {
	text := "Namn;Not\r\nÅsa;\"ett\r\ntvå\"\r\nBo;x\"y;z\r\nCe\r\n"
	for name, content := range map[string]string{
		"utf-8":        text,
		"utf-8-bom":    "\ufeff" + text,
		"utf-16le":     "\xff\xfe" + inUTF16(text, false),
		"utf-16be":     "\xfe\xff" + inUTF16(text, true),
		"windows-1252": in(charmap.Windows1252, text),
	} {
		f, err := Open(context.Background(), write(t, "a.csv", content), Options{KeepRaw: true})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if f.Info().Encoding != name || f.Info().LineEnd != "\r\n" {
			t.Errorf("%s: info is %+v", name, f.Info())
		}
		lineEnd, delim := "\r\n", ";"
		if strings.HasPrefix(name, "utf-16") {
			lineEnd, delim = inUTF16(lineEnd, name == "utf-16be"), inUTF16(delim, name == "utf-16be")
		}
		if info := f.Info(); !strings.HasPrefix(content, string(info.Head)+lineEnd) || !strings.HasSuffix(string(info.Head), string(bytes.Join(info.RawHeader, []byte(delim)))) {
			t.Errorf("%s: the head is %q, the header %q", name, info.Head, info.RawHeader)
		}
		var raw strings.Builder
		for row, err := range f.Rows(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			raw.Write(bytes.Join(row.Raw, []byte(delim)))
			raw.WriteString(lineEnd)
		}
		if !strings.HasSuffix(content, lineEnd+raw.String()) {
			t.Errorf("%s: got %q", name, raw.String())
		}
	}
}
