package table

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf16"
)

// kind is which reader a file is for.
type kind uint8

const (
	kindText kind = iota
	kindWorkbook
)

// sniff tells by its bytes, not by its name, what a file is. What is neither
// text with rows nor a workbook is refused by name.
func sniff(src *source, census *census) (kind, error) {
	head := make([]byte, min(64<<10, src.size))
	if _, err := src.ReadAt(head, 0); err != nil {
		return 0, err
	}
	refuse := func(what, hint Text) (kind, error) {
		return 0, &Error{File: src.name, Code: CodeNotTable, Reason: what, Hint: hint}
	}
	save, export := say("open it in a spreadsheet program and save it as .xlsx or CSV"), say("export the list as .xlsx or CSV")
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return kindWorkbook, nil
	}
	if bytes.HasPrefix(head, []byte("PK\x05\x06")) {
		return refuse(say("the file is an empty zip archive"), export)
	}
	if bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) {
		return sniffCompound(src)
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return refuse(say("the file is %v", say(m.what)), say(m.hint))
		}
	}
	if zeros(head) {
		return refuse(say("the file begins with nothing but zero bytes: its download or copy did not finish"), say("fetch it again"))
	}
	text := decodeHead(head, census, src.size)
	begin := strings.ToLower(strings.TrimLeft(text, "\ufeff \t\r\n"))
	switch {
	case begin == "" && src.size > int64(len(head)):
		return kindText, nil
	case begin == "":
		return 0, &Error{File: src.name, Code: CodeEmpty, Reason: say("there is nothing in the file but spaces and line breaks"), Hint: say("export it again")}
	case strings.HasPrefix(begin, "<?xml"), strings.HasPrefix(begin, "<!--"), isTag(begin):
		switch {
		case strings.Contains(begin, "urn:schemas-microsoft-com:office:spreadsheet") && !strings.Contains(begin, "<html"):
			return refuse(say("the file is an XML spreadsheet of Excel 2003"), save)
		case strings.Contains(begin, "<office:document"):
			return refuse(say("the file is a flat OpenDocument spreadsheet"), save)
		case strings.Contains(begin, "<html"), strings.Contains(begin, "<table"), strings.HasPrefix(begin, "<!doctype html"), strings.Contains(begin, "<head"), strings.Contains(begin, "<body"):
			return refuse(say("the file is a web page (HTML), not a spreadsheet"), say("if it is an export, %v; if it is a login page, log in and export again", save))
		}
		return refuse(say("the file is XML"), export)
	case strings.HasPrefix(begin, "mime-version:") && strings.Contains(begin, "multipart/"):
		return refuse(say("the file is a web archive (MHTML)"), save)
	case begin[0] == '{' || begin[0] == '[':
		if isJSON(strings.TrimLeft(text, "\ufeff \t\r\n")) {
			return refuse(say("the file is JSON"), export)
		}
	case strings.HasPrefix(begin, "begin:vcard"):
		return refuse(say("the file is a vCard"), export)
	case strings.HasPrefix(begin, "id;p") && strings.Contains(begin, "\nc;"), strings.HasPrefix(begin, "id;p") && strings.Contains(begin, "\rc;"):
		return refuse(say("the file is a SYLK spreadsheet"), save)
	case strings.HasPrefix(begin, "table\r\n0,1\r\n"), strings.HasPrefix(begin, "table\n0,1\n"):
		return refuse(say("the file is a DIF spreadsheet"), save)
	case strings.HasPrefix(begin, "{\\rtf"):
		return refuse(say("the file is RTF"), export)
	}
	if isBinary(text) {
		return refuse(say("the file is neither text nor a workbook"), export)
	}
	if what := proseKind(text); what != "" {
		return refuse(say("the file is %v", say(what)), export)
	}
	return kindText, nil
}

// magics are the first bytes of files that are taken for spreadsheets, with the
// ids of what they are and what to do.
var magics = []struct{ magic, what, hint string }{
	{"\x1F\x8B", "compressed with gzip", "unpack it first"},
	{"7z\xBC\xAF\x27\x1C", "a 7-Zip archive", "unpack it first"},
	{"Rar!", "a RAR archive", "unpack it first"},
	{"BZh", "compressed with bzip2", "unpack it first"},
	{"\xFD7zXZ", "compressed with xz", "unpack it first"},
	{"\x28\xB5\x2F\xFD", "compressed with zstd", "unpack it first"},
	{"%PDF", "a PDF", "ask for the list as .xlsx or CSV; a PDF has no cells"},
	{"{\\rtf", "RTF", "export the list as .xlsx or CSV"},
	{"\x89PNG", "a picture (PNG)", "export the list as .xlsx or CSV"},
	{"\xFF\xD8\xFF", "a picture (JPEG)", "export the list as .xlsx or CSV"},
	{"GIF8", "a picture (GIF)", "export the list as .xlsx or CSV"},
	{"SQLite format 3\x00", "an SQLite database", "export the list as .xlsx or CSV"},
	{"PAR1", "a Parquet file", "export the list as .xlsx or CSV"},
	{"\x09\x08\x10\x00", "an old Excel workbook (.xls)", "open it in a spreadsheet program and save it as .xlsx"},
	{"\x09\x08\x08\x00", "an old Excel workbook (.xls)", "open it in a spreadsheet program and save it as .xlsx"},
	{"\x09\x04\x06\x00", "an old Excel workbook (.xls)", "open it in a spreadsheet program and save it as .xlsx"},
	{"\x09\x02\x06\x00", "an old Excel workbook (.xls)", "open it in a spreadsheet program and save it as .xlsx"},
	{"\x09\x00\x04\x00", "an old Excel workbook (.xls)", "open it in a spreadsheet program and save it as .xlsx"},
	{"\x7FELF", "a program", "export the list as .xlsx or CSV"},
	{"MZ\x90\x00", "a program", "export the list as .xlsx or CSV"},
}

// sniffCompound tells apart what comes in Microsoft's compound files.
func sniffCompound(src *source) (kind, error) {
	e := &Error{File: src.name, Code: CodeNotTable}
	for _, stream := range []struct{ name, what, hint string }{
		{"EncryptedPackage", "the workbook is encrypted with a password", "open it in Excel and save it without a password"},
		{"Workbook", "the file is an old Excel workbook (.xls)", "open it in a spreadsheet program and save it as .xlsx"},
		{"Book", "the file is an old Excel workbook (.xls)", "open it in a spreadsheet program and save it as .xlsx"},
		{"WordDocument", "the file is a Word document (.doc)", "export the list as .xlsx or CSV"},
		{"PowerPoint Document", "the file is a PowerPoint presentation", "export the list as .xlsx or CSV"},
		{"__properties_version1.0", "the file is an Outlook message", "save its attachment and take that"},
	} {
		found, err := contains(src, utf16Bytes(stream.name+"\x00"))
		if err != nil {
			return 0, err
		}
		if found {
			e.Reason, e.Hint = say(stream.what), say(stream.hint)
			return 0, e
		}
	}
	e.Reason, e.Hint = say("the file is an old Microsoft document, or a part of one"), say("export the list as .xlsx or CSV")
	return 0, e
}

func utf16Bytes(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// contains reports whether the file has the bytes somewhere.
func contains(src *source, want []byte) (bool, error) {
	r := src.reader(0)
	buf := make([]byte, 0, blockSize+len(want))
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if bytes.Contains(buf, want) {
			return true, nil
		}
		if err == io.EOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		if keep := len(want) - 1; len(buf) > keep {
			buf = buf[:copy(buf, buf[len(buf)-keep:])]
		}
	}
}

func zeros(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// decodeHead returns the beginning of a file as text, well enough to look at.
func decodeHead(head []byte, census *census, size int64) string {
	e, n, _ := byteOrderMark(head)
	if e == nil {
		e = census.looksUTF16(size)
	}
	if e == nil || e.wide == narrow {
		return string(head[n:])
	}
	text, err := io.ReadAll(newUTF16Reader(bytes.NewReader(head[n:]), e.wide == utf16be))
	if err != nil {
		return ""
	}
	return string(text)
}

// isTag reports whether a text begins with a tag of HTML or XML, and not with
// a cell that happens to begin with <.
func isTag(begin string) bool {
	for _, tag := range []string{"<!doctype", "<html", "<head", "<body", "<table", "<meta", "<div", "<script", "<style", "<workbook", "<ss:", "<rss", "<feed", "<office:"} {
		if strings.HasPrefix(begin, tag) {
			return true
		}
	}
	i := strings.IndexByte(begin, '>')
	return begin[0] == '<' && i > 1 && !strings.ContainsAny(begin[1:2], " <=@0123456789") && strings.Contains(begin, "</")
}

// isJSON reports whether a text begins as JSON does and goes on as such.
func isJSON(text string) bool {
	d := json.NewDecoder(strings.NewReader(text))
	for n := range 20 {
		if _, err := d.Token(); err != nil {
			return n >= 2 && errors.Is(err, io.EOF) || n > 2 && errors.Is(err, io.ErrUnexpectedEOF)
		}
	}
	return true
}

// isBinary reports whether a text has more control characters than text has.
func isBinary(text string) bool {
	n := 0
	for i := range len(text) {
		if c := text[i]; c < ' ' && (c < '\t' || c > '\r') && c != 0x1B {
			n++
		}
	}
	return n > 8 && n*10 > len(text)
}
