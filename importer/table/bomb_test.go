package table

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"vitec-import/importer/table/internal/workbook"
)

// bomb writes a workbook of which one part is what fill writes.
func bomb(t *testing.T, part string, fill func(w io.Writer)) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.xlsx")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z := zip.NewWriter(f)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	p := builder{rows: plainRows, shared: []string{"<t>x</t>"}}.files()
	p[part] = ""
	for name, content := range p {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == part {
			fill(w)
		} else if _, err := io.WriteString(w, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestBombs opens workbooks that are made to fill the memory or to take for
// ever. Whatever they are found to be, it costs little.
func TestBombs(t *testing.T) {
	const sheet, texts = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
	start := xmlHead + "<worksheet " + mainSpace + "><sheetData>"
	repeat := func(before, what string, size int) func(io.Writer) {
		return func(w io.Writer) {
			io.WriteString(w, before)
			block := []byte(strings.Repeat(what, 1+(64<<10)/len(what)))
			for n := 0; n < size; n += len(block) {
				w.Write(block)
			}
		}
	}
	attributes := "<a"
	for i := range 250 {
		attributes += fmt.Sprintf(` a%d=""`, i)
	}
	noise := rand.New(rand.NewPCG(1, 1))
	for _, tc := range []struct {
		name string
		part string
		fill func(io.Writer)
		want Code
	}{
		{"spaces between rows", sheet, repeat(start, " ", 100<<20), CodeTooLarge},
		{"one cell", sheet, repeat(start+`<row><c t="inlineStr"><is><t>`, "a", 100<<20), CodeTooLarge},
		{"one cell that is not above the ratio", sheet, repeat(start+`<row><c t="inlineStr"><is><t>`, "a", 30<<20), CodeTooLarge},
		{"entities", sheet, repeat(start+`<row><c t="inlineStr"><is><t>`, "&amp;", 30<<20), CodeTooLarge},
		{"one tag", sheet, repeat("<worksheet a=\"", "a", 30<<20), CodeTooLarge},
		{"a comment", sheet, repeat(start+"<!--", "a", 30<<20), CodeTooLarge},
		{"elements in elements", sheet, repeat(xmlHead, "<a>", 30<<20), CodeDamaged},
		{"attributes", sheet, repeat("<worksheet "+mainSpace+">", attributes+"/>", 30<<20), CodeDamaged},
		{"namespaces", sheet, repeat("<worksheet "+mainSpace+">", strings.ReplaceAll(attributes, " a", " xmlns:a")+"/>", 20<<20), CodeDamaged},
		{"cells in one row", sheet, repeat(start+"<row>", "<c><v>1</v></c>", 30<<20), CodeDamaged},
		{"texts", texts, repeat("<sst "+mainSpace+">", "<si/>", 30<<20), CodeDamaged},
		{"entities of a DOCTYPE", sheet, repeat(`<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]><a>`, "&c;", 1<<20), CodeDamaged},
		{"texts that do not pack well", texts, func(w io.Writer) {
			io.WriteString(w, "<sst "+mainSpace+">")
			for range 700_000 {
				fmt.Fprintf(w, "<si><t>%x%s</t></si>", noise.Uint64(), strings.Repeat("a", 400))
			}
		}, CodeTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := bomb(t, tc.part, tc.fill)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			begun := cpuTime()
			f, err := Open(context.Background(), path, Options{})
			if err == nil {
				f.Close()
				t.Fatal("was opened")
			}
			runtime.ReadMemStats(&after)
			if code(t, err) != string(tc.want) {
				t.Errorf("got %v", err)
			}
			if grown := after.HeapSys - before.HeapSys; grown > 400<<20 && after.HeapSys > before.HeapSys {
				t.Errorf("the heap grew by %d MB", grown>>20)
			}
			if took := cpuTime() - begun; took > 15*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
	t.Run("a directory of many entries", func(t *testing.T) {
		var buf bytes.Buffer
		z := zip.NewWriter(&buf)
		for i := range workbook.MaxParts + 1 {
			if _, err := z.CreateHeader(&zip.FileHeader{Name: fmt.Sprint(i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		if got := read(t, write(t, "a.xlsx", buf.String()), Options{}); got != "! too_large" {
			t.Errorf("got %s", got)
		}
	})
}

// TestAmplifiedText opens a workbook whose cells refer to one long text so
// often that all of them are more than anybody can read.
func TestAmplifiedText(t *testing.T) {
	var rows strings.Builder
	for i := range 8_000 {
		fmt.Fprintf(&rows, `<row r="%d">%s</row>`, i+2, strings.Repeat(`<c t="s"><v>0</v></c>`, 10))
	}
	b := builder{rows: `<row r="1"><c t="inlineStr"><is><t>Namn</t></is></c></row>` + rows.String(), shared: []string{"<t>" + strings.Repeat("x", 30_000) + "</t>"}}
	if got := read(t, write(t, "a.xlsx", b.book(t)), Options{}); got != "! too_large" {
		t.Errorf("got %.100s", got)
	}
}

// TestWideHeader opens a workbook with few cells in its rows and very many in
// its header.
func TestWideHeader(t *testing.T) {
	var rows strings.Builder
	rows.WriteString(`<row>` + strings.Repeat(`<c t="inlineStr"><is><t>x</t></is></c>`, workbook.MaxColumn) + `</row>`)
	for range 17_000 {
		rows.WriteString(`<row><c><v>1</v></c></row>`)
	}
	_, err := Open(context.Background(), write(t, "a.xlsx", builder{rows: rows.String()}.book(t)), Options{})
	var e *Error
	if !errors.As(err, &e) || e.Code != CodeTooLarge || e.Row != maxMissing/(workbook.MaxColumn-1)+2 {
		t.Errorf("got %v", err)
	}
}

// TestHopelessText opens text files of which nearly no row can be read, or
// that are nearly nothing but line ends.
func TestHopelessText(t *testing.T) {
	for _, tc := range []struct{ name, content, want string }{
		{"an unclosed mark in every row", "a;b;c\n" + strings.Repeat("1;\"2;3\n", 150_000), "! unclosed_quote on line 2"},
		{"a cell with very many lines", "a;b;c\n1;\"" + strings.Repeat("x\n", 200_000), "! unclosed_quote on line 2"},
		{"half of them can be read", "a;b\n" + strings.Repeat("1;2;3\n4;5\n6;7\n", 110_000), ""},
		{"line feeds", "a;b\n" + strings.Repeat("\n", 10<<20) + "1;2", "csv utf-8 \";\" 1: a|b\n10485762: 1|2\n"},
		{"delimiters", "a;b\n" + strings.Repeat(";;;;;;;\n", 1<<20) + "1;2", "csv utf-8 \";\" 1: a|b\n1048578: 1|2\n"},
		{"one line of delimiters", "a;b\n" + strings.Repeat(";", 50<<20), "! too_large on line 2"},
		{"a line of very many cells", "a;b\n" + strings.Repeat(";x", 4<<20) + "\n1;2", "csv utf-8 \";\" 1: a|b\n2! too_many_cells ACUNY\n3: 1|2\n"},
		{"carriage returns behind an unclosed mark", "a;b\r1;\"2\r" + strings.Repeat("1;\"x\"y\r1;2\r1;2\r", 250_000), ""},
		{"short rows below a wide header", strings.Repeat("a;", 10_000) + "b\n" + strings.Repeat("1;2\n", 1<<20), "! too_large on line 26848"},
		{"line ends of two kinds", "a;b\n" + strings.Repeat("\r\n\r", 2<<20) + "1;2", "csv utf-8 \";\" 1: a|b\n4194306: 1|2\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			begun := cpuTime()
			f, err := Open(context.Background(), write(t, "a.csv", tc.content), Options{})
			switch {
			case err != nil && "! "+code(t, err) != tc.want:
				t.Errorf("got %v", err)
			case err == nil && strings.HasPrefix(tc.want, "!"):
				t.Error("was opened")
			case err == nil && tc.want != "":
				if got := read(t, f.Info().Path, Options{}); got != tc.want {
					t.Errorf("got %.100s", got)
				}
			}
			if err == nil {
				f.Close()
			}
			if took := cpuTime() - begun; took > 15*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}
