package table

import (
	"bytes"
	"context"
	"encoding/xml"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/text/encoding/ianaindex"

	"vitec-import/importer/table/internal/celltext"
	"vitec-import/importer/table/internal/delimited"
)

// FuzzCSV holds the reader to its law: no panic, both passes the same, row
// numbers ascend, and no row is lost: between the raw bytes of two rows there
// is nothing to be seen.
func FuzzCSV(f *testing.F) {
	for _, tc := range encodingCases() {
		f.Add([]byte(tc.input), uint8(0))
	}
	for _, tc := range shapeCases() {
		if len(tc.input) < 1000 {
			f.Add([]byte(tc.input), uint8(len(tc.input)))
		}
	}
	path := filepath.Join(f.TempDir(), "a.csv")
	f.Fuzz(func(t *testing.T, content []byte, how uint8) {
		if len(content) > 1<<16 {
			return
		}
		rewrite(t, path, content)
		o := Options{KeepRaw: true, Encoding: []string{"", "", "utf-8", "windows-1252", "utf-16le", "cp850"}[how%6], Delimiter: []string{"", "", ";", ",", "\t"}[how/6%5]}
		if how > 200 {
			o.Fits = naming("Namn", "Mobil", "a")
		}
		file, err := Open(context.Background(), path, o)
		if err != nil {
			code(t, err)
			return
		}
		defer file.Close()
		info := file.Info()
		if info.Format != "csv" {
			return
		}
		// raw are bytes of the file, text is what they say.
		set := delimited.CharsetByName(strings.TrimSuffix(info.Encoding, "-bom"))
		delim, unit := []byte(info.Delimiter), 1
		if strings.HasPrefix(info.Encoding, "utf-16") {
			unit, delim = 2, []byte(inUTF16(info.Delimiter, info.Encoding == "utf-16be"))
		} else if set.Name != "utf-8" {
			b, err := ianaindex.IANA.Encoding(set.Name)
			if err != nil || b == nil {
				return
			}
			if delim, err = b.NewEncoder().Bytes(delim); err != nil {
				t.Fatal(err)
			}
		}
		last, count, at := info.HeaderRow, 0, len(info.Head)
		if !bytes.HasPrefix(content, info.Head) {
			t.Fatalf("the head %q is not the file's", info.Head)
		}
		lost := func(gap []byte) bool { // there is more in it than blank lines
			text := string(gap)
			if unit == 2 {
				var b strings.Builder
				for i := 0; i+1 < len(gap); i += 2 {
					u := rune(gap[i]) | rune(gap[i+1])<<8
					if info.Encoding == "utf-16be" {
						u = rune(gap[i])<<8 | rune(gap[i+1])
					}
					b.WriteRune(u)
				}
				text = b.String()
			} else if set.Name != "utf-8" {
				b, err := ianaindex.IANA.Encoding(set.Name)
				if err != nil || b == nil {
					return false
				}
				decoded, err := b.NewDecoder().Bytes(gap)
				if err != nil {
					t.Fatal(err)
				}
				text = string(decoded)
			}
			text = strings.ReplaceAll(celltext.Clean(strings.TrimSuffix(text, "\x1a")), info.Quote, "")
			if info.Delimiter != "" {
				text = strings.ReplaceAll(text, info.Delimiter, "")
			}
			return strings.TrimSpace(strings.Trim(text, "=")) != ""
		}
		for row, err := range file.Rows(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			if row.Number <= last || (row.Err == nil) != (len(row.Cells) == len(info.Header)) {
				t.Fatalf("row %d behind %d: %+v", row.Number, last, row)
			}
			for _, c := range row.Cells {
				if !utf8.ValidString(c) {
					t.Fatalf("row %d has %q", row.Number, c)
				}
			}
			last = row.Number
			count++
			raw := bytes.Join(row.Raw, delim)
			if unit == 2 && bytes.Contains(content, []byte("\xfd\xff")) || unit == 2 && len(content)%2 != 0 || unit == 2 && row.Fault(nil) != nil {
				at = -1 // of half a character only U+FFFD is known
			}
			if at < 0 {
				continue
			}
			k := bytes.Index(content[at:], raw)
			for unit == 2 && k > 0 && k%2 != 0 { // not in the middle of a unit
				if next := bytes.Index(content[at+k+1:], raw); next >= 0 {
					k += next + 1
				} else {
					k = -1
				}
			}
			if k < 0 {
				t.Fatalf("row %d: %q is not in the file behind byte %d", row.Number, raw, at)
			}
			if gap := content[at : at+k]; lost(gap) {
				t.Fatalf("lost before row %d: %q", row.Number, gap)
			}
			at += k + len(raw)
		}
		if at >= 0 && lost(content[at:]) {
			t.Fatalf("lost at the end: %q", content[at:])
		}
		if count != info.Rows {
			t.Fatalf("%d rows, %d were counted", count, info.Rows)
		}
	})
}

// FuzzXLSX reads a sheet and shared strings of any content: no panic, rows
// ascend, and every cell with text that encoding/xml finds is in a row that
// is told.
func FuzzXLSX(f *testing.F) {
	for _, tc := range cellCases() {
		p := tc.book().files()
		f.Add([]byte(p["xl/worksheets/sheet1.xml"]), []byte(p["xl/sharedStrings.xml"]), []byte(p["xl/styles.xml"]))
	}
	path := filepath.Join(f.TempDir(), "a.xlsx")
	frame := builder{shared: []string{"<t/>"}}.files()
	f.Fuzz(func(t *testing.T, sheet, texts, styles []byte) {
		if len(sheet)+len(texts)+len(styles) > 1<<16 {
			return
		}
		frame["xl/worksheets/sheet1.xml"], frame["xl/sharedStrings.xml"], frame["xl/styles.xml"] = string(sheet), string(texts), string(styles)
		rewrite(t, path, []byte(zipped(t, frame)))
		file, err := Open(context.Background(), path, Options{})
		if err != nil {
			code(t, err)
			return
		}
		defer file.Close()
		told := map[int]bool{}
		last := 0
		for row, err := range file.Rows(context.Background()) {
			if err != nil {
				t.Fatal(err)
			}
			if row.Number <= last || (row.Err == nil) != (len(row.Cells) == len(file.info.Header)) {
				t.Fatalf("row %d behind %d: %+v", row.Number, last, row)
			}
			last = row.Number
			told[row.Number] = true
		}
		for _, n := range filledRows(t, sheet) {
			if n > file.info.HeaderRow && !told[n] {
				t.Fatalf("row %d is lost", n)
			}
		}
	})
}

// filledRows finds the rows of a sheet that have a value, with encoding/xml.
func filledRows(t *testing.T, sheet []byte) (rows []int) {
	if bytes.HasPrefix(sheet, []byte{0xFF, 0xFE}) || bytes.HasPrefix(sheet, []byte{0xFE, 0xFF}) {
		return nil
	}
	var s struct {
		Rows []struct {
			R     int `xml:"r,attr"`
			Cells []struct {
				R string `xml:"r,attr"`
				V string `xml:"v"`
				T string `xml:"t,attr"`
			} `xml:"c"`
		} `xml:"sheetData>row"`
	}
	if err := xml.Unmarshal(bytes.TrimPrefix(sheet, []byte("\ufeff")), &s); err != nil {
		t.Fatalf("accepted, but encoding/xml says %v", err)
	}
	last := 0
	for _, r := range s.Rows {
		n := r.R
		for _, c := range r.Cells {
			if row, err := strconv.Atoi(strings.TrimLeft(c.R, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")); err == nil && n == 0 {
				n = row
			}
		}
		if n == 0 {
			n = last + 1
		}
		last = n
		for _, c := range r.Cells {
			if c.T == "" && strings.TrimSpace(c.V) != "" {
				rows = append(rows, n)
				break
			}
		}
	}
	return rows
}
