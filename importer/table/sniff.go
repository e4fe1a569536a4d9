package table

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf16"

	"vitec-import/importer/words"
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
	refuse := func(what, hint words.Message) (kind, error) {
		return 0, &Error{File: src.name, Code: CodeNotTable, Reason: what, Hint: hint}
	}
	save, export := say("do.save_as_list"), say("do.export")
	if bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return kindWorkbook, nil
	}
	if bytes.HasPrefix(head, []byte("PK\x05\x06")) {
		return refuse(say("file.empty_zip"), export)
	}
	if bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")) {
		return sniffCompound(src)
	}
	for _, m := range magics {
		if bytes.HasPrefix(head, []byte(m.magic)) {
			return refuse(say("file.is", say(m.what)), say(m.hint))
		}
	}
	if zeros(head) {
		return refuse(say("file.zeros"), say("do.fetch_again"))
	}
	text := decodeHead(head, census, src.size)
	begin := strings.ToLower(strings.TrimLeft(text, "\ufeff \t\r\n"))
	switch {
	case begin == "" && src.size > int64(len(head)):
		return kindText, nil
	case begin == "":
		return 0, &Error{File: src.name, Code: CodeEmpty, Reason: say("file.blank"), Hint: say("do.export_again")}
	case strings.HasPrefix(begin, "<?xml"), strings.HasPrefix(begin, "<!--"), isTag(begin):
		switch {
		case strings.Contains(begin, "urn:schemas-microsoft-com:office:spreadsheet") && !strings.Contains(begin, "<html"):
			return refuse(say("file.excel_xml"), save)
		case strings.Contains(begin, "<office:document"):
			return refuse(say("file.flat_ods"), save)
		case strings.Contains(begin, "<html"), strings.Contains(begin, "<table"), strings.HasPrefix(begin, "<!doctype html"), strings.Contains(begin, "<head"), strings.Contains(begin, "<body"):
			return refuse(say("file.html"), say("do.html", save))
		}
		return refuse(say("file.xml"), export)
	case strings.HasPrefix(begin, "mime-version:") && strings.Contains(begin, "multipart/"):
		return refuse(say("file.mhtml"), save)
	case begin[0] == '{' || begin[0] == '[':
		if isJSON(strings.TrimLeft(text, "\ufeff \t\r\n")) {
			return refuse(say("file.json"), export)
		}
	case strings.HasPrefix(begin, "begin:vcard"):
		return refuse(say("file.vcard"), export)
	case strings.HasPrefix(begin, "id;p") && strings.Contains(begin, "\nc;"), strings.HasPrefix(begin, "id;p") && strings.Contains(begin, "\rc;"):
		return refuse(say("file.sylk"), save)
	case strings.HasPrefix(begin, "table\r\n0,1\r\n"), strings.HasPrefix(begin, "table\n0,1\n"):
		return refuse(say("file.dif"), save)
	case strings.HasPrefix(begin, "{\\rtf"):
		return refuse(say("file.rtf"), export)
	}
	if isBinary(text) {
		return refuse(say("file.binary"), export)
	}
	if what := proseKind(text); what != "" {
		return refuse(say("file.is", say(what)), export)
	}
	return kindText, nil
}

// magics are the first bytes of files that are taken for spreadsheets, with the
// ids of what they are and what to do.
var magics = []struct{ magic, what, hint string }{
	{"\x1F\x8B", "kind.gzip", "do.unpack"},
	{"7z\xBC\xAF\x27\x1C", "kind.7zip", "do.unpack"},
	{"Rar!", "kind.rar", "do.unpack"},
	{"BZh", "kind.bzip2", "do.unpack"},
	{"\xFD7zXZ", "kind.xz", "do.unpack"},
	{"\x28\xB5\x2F\xFD", "kind.zstd", "do.unpack"},
	{"%PDF", "kind.pdf", "do.not_pdf"},
	{"{\\rtf", "kind.rtf", "do.export"},
	{"\x89PNG", "kind.png", "do.export"},
	{"\xFF\xD8\xFF", "kind.jpeg", "do.export"},
	{"GIF8", "kind.gif", "do.export"},
	{"SQLite format 3\x00", "kind.sqlite", "do.export"},
	{"PAR1", "kind.parquet", "do.export"},
	{"\x09\x08\x10\x00", "kind.xls", "do.save_as_xlsx"},
	{"\x09\x08\x08\x00", "kind.xls", "do.save_as_xlsx"},
	{"\x09\x04\x06\x00", "kind.xls", "do.save_as_xlsx"},
	{"\x09\x02\x06\x00", "kind.xls", "do.save_as_xlsx"},
	{"\x09\x00\x04\x00", "kind.xls", "do.save_as_xlsx"},
	{"\x7FELF", "kind.program", "do.export"},
	{"MZ\x90\x00", "kind.program", "do.export"},
}

// sniffCompound tells apart what comes in Microsoft's compound files.
func sniffCompound(src *source) (kind, error) {
	e := &Error{File: src.name, Code: CodeNotTable}
	for _, stream := range []struct{ name, what, hint string }{
		{"EncryptedPackage", "file.encrypted", "do.unlock"},
		{"Workbook", "file.xls", "do.save_as_xlsx"},
		{"Book", "file.xls", "do.save_as_xlsx"},
		{"WordDocument", "file.doc", "do.export"},
		{"PowerPoint Document", "file.ppt", "do.export"},
		{"__properties_version1.0", "file.outlook", "do.attachment"},
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
	e.Reason, e.Hint = say("file.old_document"), say("do.export")
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
