package table

import (
	"path/filepath"
	"slices"
	"strings"
)

// Open opens a spreadsheet, finds out how it is written, and checks it whole:
// when it returns nil, every row has been read once, unless Options.Known is
// set. The error is an *Error.
// The file is kept open until Close.
func Open(path string, o Options) (*File, error) {
	src, err := openSource(path)
	if err != nil {
		return nil, err
	}
	f, err := open(src, path, o)
	if err != nil {
		src.Close() // nothing was written
		return nil, err
	}
	return f, nil
}

func open(src *source, path string, o Options) (*File, error) {
	census := new(census)
	if err := src.fingerprint(census.look); err != nil {
		return nil, err
	}
	census.finish()
	f := &File{src: src, opts: o, info: Info{Path: path, Name: src.name, Size: src.size, SHA256: src.sha256}}
	kind, err := sniff(src, census)
	if err != nil {
		return nil, err
	}
	if kind == kindWorkbook {
		f.reader, err = openXLSX(src, o, &f.info)
	} else {
		f.reader, err = openCSV(src, o, census, &f.info)
	}
	if err != nil {
		return nil, err
	}
	f.compareExtension()
	if f.counted = !o.Known || kind == kindWorkbook; f.counted {
		if err := f.count(); err != nil {
			return nil, err
		}
	}
	f.info.Header = slices.Clip(f.info.Header)
	return f, nil
}

// compareExtension warns if the file's name says another format than its
// bytes do.
func (f *File) compareExtension() {
	extension := strings.ToLower(filepath.Ext(f.info.Name))
	workbook := slices.Contains([]string{".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods"}, extension)
	text := slices.Contains([]string{".csv", ".txt", ".tsv", ".tab"}, extension)
	var what Text
	switch {
	case workbook && f.info.Format == "csv":
		what = say("text with delimiters")
	case text && f.info.Format == "xlsx":
		what = say("a workbook")
	default:
		return
	}
	f.info.Warnings = append(f.info.Warnings, Warning{Code: WarnExtension, Text: say("the file is called %v but is %v, and is read as that", extension, what)})
}
