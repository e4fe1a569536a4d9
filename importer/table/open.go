package table

import "slices"

// Open opens a spreadsheet, finds out how it is written, and checks it whole:
// when it returns nil, every row has been read once. The error is an *Error.
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
	if err := f.count(); err != nil {
		f.reader.close()
		return nil, err
	}
	f.info.Header = slices.Clip(f.info.Header)
	return f, nil
}
