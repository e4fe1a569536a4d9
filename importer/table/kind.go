package table

import (
	"bytes"
	"io"
	"strings"

	"vitec-import/importer/table/internal/delimited"
)

// sniff looks at a file's bytes, not its name, and reports whether it is a
// workbook rather than text. What is neither is refused by name, as far as
// people take it for a list.
func sniff(src *source) (workbook bool, err error) {
	if name, ok := lockedBy(src.name); ok {
		return false, &Error{Code: CodeNotTable, Reason: say("the file is not a list, but the lock file of one that is open"), Hint: say("name the list itself: %s", name)}
	}
	head := make([]byte, min(64<<10, src.size))
	if _, err := src.ReadAt(head, 0); err != nil {
		return false, err
	}
	refuse := func(what, hint Text) (bool, error) {
		return false, &Error{Code: CodeNotTable, Reason: what, Hint: hint}
	}
	export, save := say("export the list as .xlsx or CSV"), say("open it in a spreadsheet program and save it as .xlsx")
	switch {
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return true, nil
	case bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return refuse(say("the file is an empty zip archive"), export)
	case bytes.HasPrefix(head, []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")):
		return false, sniffCompound(src)
	case bytes.HasPrefix(head, []byte("%PDF")):
		return refuse(say("the file is a PDF"), say("ask for the list as .xlsx or CSV; a PDF has no cells"))
	case len(bytes.Trim(head, "\x00")) == 0:
		return refuse(say("the file consists of zero bytes"), say("download it again"))
	}
	for _, magic := range []string{"\x09\x08\x10\x00", "\x09\x08\x08\x00", "\x09\x04\x06\x00", "\x09\x02\x06\x00", "\x09\x00\x04\x00"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return refuse(say("the file is an old Excel workbook (.xls)"), save)
		}
	}
	for _, magic := range []string{"\x1F\x8B", "7z\xBC\xAF\x27\x1C", "Rar!", "BZh", "\xFD7zXZ", "\x28\xB5\x2F\xFD"} {
		if bytes.HasPrefix(head, []byte(magic)) {
			return refuse(say("the file is a packed archive"), say("unpack it and take the list in it"))
		}
	}
	text := delimited.Head(head, src.size)
	begin := strings.ToLower(strings.TrimLeft(text, "\ufeff \t\r\n"))
	switch {
	case begin == "" && src.size == int64(len(head)):
		return false, &Error{Code: CodeEmpty, Reason: say("there is nothing but blanks in the file"), Hint: say("export it again")}
	case begin == "":
	case strings.Contains(begin, "urn:schemas-microsoft-com:office:spreadsheet") && !strings.Contains(begin, "<html"):
		return refuse(say("the file is an Excel 2003 XML workbook"), save)
	case begin[0] == '<' && (strings.Contains(begin, "<html") || strings.Contains(begin, "<table>") || strings.Contains(begin, "<table ") || strings.Contains(begin, "<body") || strings.HasPrefix(begin, "<!doctype html")):
		return refuse(say("the file is a web page (HTML)"), say("if it is an export, open it in a spreadsheet program and save it as .xlsx; if it is a login page, log in and export again"))
	case strings.HasPrefix(begin, "<?xml"), strings.HasPrefix(begin, "<!--"):
		return refuse(say("the file is XML"), export)
	case strings.HasPrefix(begin, `{"`), strings.HasPrefix(begin, `[{"`), strings.HasPrefix(begin, `[["`), strings.HasPrefix(begin, "{\n"), strings.HasPrefix(begin, "[\n"):
		return refuse(say("the file is JSON"), export)
	case isBinary(text):
		return refuse(say("the file is neither text nor a workbook"), export)
	}
	return false, nil
}

// lockedBy returns the name of the list for which a spreadsheet program has made
// this lock file.
func lockedBy(name string) (list string, ok bool) {
	if list, ok = strings.CutPrefix(name, "~$"); ok {
		return list, true
	}
	if list, ok = strings.CutPrefix(name, ".~lock."); ok {
		return strings.TrimSuffix(list, "#"), true
	}
	return "", false
}

// maxCompound is how much of a compound file is searched for the names of its
// streams.
const maxCompound = 64 << 20

// sniffCompound tells apart what comes in Microsoft's compound files.
func sniffCompound(src *source) error {
	save := say("open it in a spreadsheet program and save it as .xlsx")
	all, err := io.ReadAll(io.LimitReader(src.reader(0), maxCompound))
	if err != nil {
		return err
	}
	for _, stream := range []struct {
		name       string
		what, hint Text
	}{
		{"DRMEncrypted", say("the workbook is encrypted by a sensitivity label"), say("give it another label in Excel, one that does not encrypt, or copy the list into a new workbook")},
		{"EncryptedPackage", say("the workbook is encrypted with a password"), say("open it in Excel and save it without a password")},
		{"Workbook\x00", say("the file is an old Excel workbook (.xls)"), save},
		{"Book\x00", say("the file is an old Excel workbook (.xls)"), save},
		{"WordDocument\x00", say("the file is an old Word document"), say("copy the table into a spreadsheet and save it as .xlsx")},
	} {
		var name []byte // in UTF-16
		for _, c := range stream.name {
			name = append(name, byte(c), 0)
		}
		if bytes.Contains(all, name) {
			return &Error{Code: CodeNotTable, Reason: stream.what, Hint: stream.hint}
		}
	}
	return &Error{Code: CodeNotTable, Reason: say("the file is a document of an old program"), Hint: say("export the list as .xlsx or CSV")}
}

// isBinary reports whether a text has more control characters than text has.
func isBinary(text string) bool {
	n := 0
	for i := range len(text) {
		if c := text[i]; c < ' ' && (c < '\t' || c > '\r') && c != 0x1B {
			n++
		}
	}
	return n > 8 && n*20 > len(text) // of random bytes it is a tenth
}
