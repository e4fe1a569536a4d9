package table

import (
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"
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
		o := Options{KeepRaw: true, Encoding: []string{"", "", "utf-8", "windows-1252", "utf-16le", "cp850"}[how%6], Delimiter: []rune{0, 0, ';', ',', '\t'}[how/6%5]}
		if how > 200 {
			o.Fits = naming("Namn", "Mobil", "a")
		}
		file, err := Open(path, o)
		if err != nil {
			code(t, err)
			return
		}
		defer file.Close()
		info := file.Info()
		reader, ok := file.reader.(*csvReader)
		if !ok {
			return // a workbook
		}
		last, count, at := info.HeaderRow, 0, behindHeader(t, reader)
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
			k := bytes.Index(content[at:], row.Raw)
			for reader.enc.wide != narrow && k > 0 && k%2 != 0 { // not in the middle of a unit
				if next := bytes.Index(content[at+k+1:], row.Raw); next >= 0 {
					k += next + 1
				} else {
					k = -1
				}
			}
			if reader.enc.wide != narrow && len(row.Raw)%2 != 0 { // the odd byte is the last
				k = len(content) - len(row.Raw) - at
			}
			if k < 0 {
				t.Fatalf("row %d: %q is not in the file behind byte %d", row.Number, row.Raw, at)
			}
			if gap := content[at : at+k]; visible(reader, gap) {
				t.Fatalf("lost before row %d: %q", row.Number, gap)
			}
			at += k + len(row.Raw)
			last = row.Number
			count++
		}
		if gap := content[at:]; visible(reader, gap) {
			t.Fatalf("lost at the end: %q", gap)
		}
		if count != info.Rows {
			t.Fatalf("%d rows, %d were counted", count, info.Rows)
		}
	})
}

// behindHeader returns the offset of the first byte behind the header.
func behindHeader(t *testing.T, c *csvReader) int {
	s, at := newScanner(c.text(), 1, c.d), int(c.skip)
	for {
		r, err := s.next()
		if err != nil {
			t.Fatal(err)
		}
		b := append(bytes.Clone(r.raw), r.lineEnd...)
		if c.enc.wide != narrow {
			b = appendUTF16(nil, b, c.enc.wide == utf16be)
			at += r.skipped
		}
		if at += r.skipped + len(b); r.line == c.headAt {
			return at
		}
	}
}

// delimiterText is the delimiter as text.
func (c *csvReader) delimiterText() string {
	text, _ := c.enc.appendText(nil, c.d.delim)
	return string(text)
}

// visible reports whether there is anything but spaces, delimiters and quotes
// in a part of a file.
func visible(c *csvReader, raw []byte) bool {
	if c.enc.wide != narrow {
		var err error
		if raw, err = io.ReadAll(newUTF16Reader(bytes.NewReader(raw), c.enc.wide == utf16be)); err != nil {
			return true
		}
	}
	text, bad := c.enc.appendText(nil, bytes.TrimSuffix(raw, []byte("\x1a")))
	if bad >= 0 {
		return true
	}
	s := strings.ReplaceAll(clean(string(text)), string(c.d.quote), "")
	if len(c.d.delim) > 0 {
		s = strings.ReplaceAll(s, c.delimiterText(), "")
	}
	return strings.TrimSpace(strings.Trim(s, "=")) != ""
}

// FuzzXML holds the scanner to encoding/xml: what it accepts, that accepts,
// with the same elements, attributes and text.
func FuzzXML(f *testing.F) {
	for _, s := range []string{
		`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><a xmlns="urn:x" xmlns:y="urn:y" b='1' y:c="&lt;&#228;"><y:d/>text &amp; <![CDATA[x<y]]><!-- c --><?p i?></a>`,
		"<a>\r\n\r</a>", `<a b="1" b="2"/>`, `<a><b></a></b>`, `<a/><b/>`, `<a>&x;</a>`, `<!DOCTYPE a><a/>`, "\ufeff<a/>", `<a>]]></a>`, `<a xmlns:x=""/>`, `<a`, "<a>\x01</a>", "<a \xff/>", `<x:a/>`, `<a xml:space="preserve"> </a >`,
		builder{rows: plainRows}.files()["xl/worksheets/sheet1.xml"],
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		x := newXMLScanner(bytes.NewReader(content))
		ours, err := ourEvents(x)
		if err != nil || x.wide {
			return
		}
		theirs, err := theirEvents(content)
		if err != nil {
			t.Fatalf("accepted, but encoding/xml says %v\n%q", err, content)
		}
		if ours != theirs {
			t.Fatalf("%q\nours   %q\ntheirs %q", content, ours, theirs)
		}
	})
}

func ourEvents(x *xmlScanner) (string, error) {
	var b strings.Builder
	for {
		e, err := x.next()
		if err != nil {
			return "", err
		}
		switch e {
		case xmlEOF:
			return b.String(), nil
		case xmlStart:
			b.WriteString("<" + string(x.local))
			for i := range x.attrs {
				a := &x.attrs[i]
				value, err := x.decode(nil, a.value)
				if err != nil {
					return "", err
				}
				b.WriteString(" " + string(a.local) + "=" + strconv.Quote(string(value)))
			}
			b.WriteString(">")
		case xmlEnd:
			b.WriteString("</" + string(x.local) + ">")
		case xmlText:
			b.Write(x.text)
		}
	}
}

func theirEvents(content []byte) (string, error) {
	var b strings.Builder
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(content, []byte("\ufeff"))))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	depth := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return b.String(), nil
		}
		if err != nil {
			return "", err
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			b.WriteString("<" + e.Name.Local)
			for _, a := range e.Attr {
				b.WriteString(" " + a.Name.Local + "=" + strconv.Quote(a.Value))
			}
			b.WriteString(">")
		case xml.EndElement:
			depth--
			b.WriteString("</" + e.Name.Local + ">")
		case xml.CharData:
			if depth > 0 {
				b.Write(e)
			}
		}
	}
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
		file, err := Open(path, Options{})
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
			if _, row, ok := parseRef([]byte(c.R)); ok && n == 0 {
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

// FuzzFormat reads a number under any format code: no panic, and no digit of
// the number is lost.
func FuzzFormat(f *testing.F) {
	for _, tc := range cellCases() {
		f.Add(tc.format, 701740605.0)
	}
	f.Add("[<=9999999]###\\-####;\\(###\\)\\ ###\\-####", 12345.0)
	f.Fuzz(func(t *testing.T, code string, v float64) {
		if len(code) > 200 || !utf8.ValidString(code) {
			return
		}
		format := parseFormat(code)
		s := format.pick(v)
		if text, ok := isoTime(v, s, false); ok && text == "" {
			t.Fatalf("%v is nothing", v)
		}
		if v < 0 || v >= 1e15 || v != float64(int64(v)) {
			return
		}
		plain := strconv.FormatFloat(v, 'f', -1, 64)
		if text, ok, _ := showMask(s.code, plain); ok && !strings.HasSuffix(onlyDigits(text), plain) {
			t.Fatalf("%s in %q is %q", plain, code, text)
		}
	})
}
