package table

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"vitec-import/importer/table/internal/fault"
)

// Open opens a spreadsheet, finds out how it is written, and checks it whole:
// when it returns nil, every row has been read once. The error is an *Error or
// the context's. The file is kept open until Close.
func Open(ctx context.Context, path string, o Options) (*File, error) {
	src, err := openSource(path)
	if err != nil {
		return nil, err
	}
	f := &File{src: src, opts: o, info: Info{Path: path, Name: src.name, Size: src.size}}
	if err := f.place(f.open(ctx)); err != nil {
		src.Close() // nothing was written
		return nil, err
	}
	return f, nil
}

func (f *File) open(ctx context.Context) error {
	f.src.begin(ctx)
	if err := f.src.fingerprint(); err != nil {
		return err
	}
	f.info.SHA256 = f.src.sha256
	workbook, err := sniff(f.src)
	if err != nil {
		return err
	}
	if workbook {
		f.reader, err = openXLSX(ctx, f.src, f.opts, &f.info)
	} else {
		f.reader, err = openCSV(ctx, f.src, f.opts, &f.info)
	}
	if err != nil {
		return err
	}
	f.compareExtension()
	if err := f.count(ctx); err != nil {
		return err
	}
	f.info.Header = slices.Clip(f.info.Header)
	return nil
}

// place completes an error of a reader, which does not know its file.
func (f *File) place(err error) error {
	var e *Error
	if errors.As(err, &e) && e.File == "" {
		if e.File = f.info.Name; e.Code == fault.Damaged && e.Sheet == "" {
			e.Sheet = f.info.Sheet
		}
	}
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		return f.src.changed()
	}
	return err
}

// compareExtension warns if the file's name says another format than its
// bytes do.
func (f *File) compareExtension() {
	extension := strings.ToLower(filepath.Ext(f.info.Name))
	workbook := slices.Contains([]string{".xlsx", ".xlsm", ".xltx", ".xltm", ".xls", ".xlsb", ".ods"}, extension)
	text := slices.Contains([]string{".csv", ".txt", ".tsv", ".tab"}, extension)
	switch {
	case workbook && f.info.Format == "csv":
		f.info.warn(0, 0, WarnExtension, say("the file is called %s but is text with delimiters, and is read as that", extension), none)
	case text && f.info.Format == "xlsx":
		f.info.warn(0, 0, WarnExtension, say("the file is called %s but is a workbook, and is read as that", extension), none)
	}
}

// warn adds a warning.
func (i *Info) warn(row, column int, code Code, text, hint Text) {
	i.Warnings = append(i.Warnings, Warning{Row: row, Column: column, Code: code, Text: text, Hint: hint})
}
