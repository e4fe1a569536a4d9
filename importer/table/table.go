package table

import (
	"context"
	"iter"
	"slices"
)

// Options are the hints that Open takes. The zero value detects everything.
type Options struct {
	// Sheet is the name of the sheet to read, in any case; CSV has none. Empty:
	// the visible sheet whose header fits, or the only visible one with anything
	// in it. A hidden sheet is read only if it is named here.
	Sheet string
	// HeaderRow is the 1-based row of the header, as the spreadsheet counts,
	// or the line on which it starts in a CSV file. 0: detect.
	HeaderRow int
	// Encoding of a CSV file, such as utf-8, utf-16le, windows-1252,
	// iso-8859-15, macintosh or cp850. Empty: detect. Not used for a workbook.
	Encoding string
	// Delimiter of a CSV file, one or two characters. Empty: detect, unless
	// Quote is set; then there is one column. Not used for a workbook.
	Delimiter string
	// Quote is the quotation mark of a CSV file, " or '. Empty: detect.
	Quote string
	// Fits returns how many of the wanted columns a row of cells names. With it
	// the header is the row that names most of them, and rows that cannot
	// belong to the table are refused. Nil: the header is found by its looks
	// and such rows are only warned of. It is called with whole rows and with
	// single cells, and must not keep its argument.
	Fits func(cells []string) int
	// Aside reports of a header's cell whether its column says something about a
	// row without being part of it. What stands there is read, but a row is
	// judged as if it were not there. Nil: all columns are part of the table.
	Aside func(header string) bool
	// Links asks for the addresses of links in a workbook: a cell whose text is
	// not an address and whose link is a mailto: is read as the link's address.
	Links bool
	// KeepRaw asks for Row.Raw and Row.Written, and Info's Head, RawHeader and
	// Written.
	KeepRaw bool
}

// Info is what Open found out about a file.
type Info struct {
	Path   string // as it was given to Open
	Name   string // base name of Path
	Size   int64  // bytes
	SHA256 string // hex digest of the whole file

	Format    string // "csv" or "xlsx" (also for .xlsm and templates)
	Encoding  string // CSV: "utf-8", "utf-8-bom", "utf-16le", "utf-16be", "windows-1252", …; XLSX: ""
	BOM       bool   // CSV: the file begins with a byte order mark
	Delimiter string // CSV: the delimiter, one or two characters, "" if there is but one column; XLSX: ""
	Quote     string // CSV: the quotation mark, " or '; XLSX: ""
	LineEnd   string // CSV: "\n", "\r\n" or "\r", the one behind the header, "" if nothing is behind it; XLSX: ""
	Sheet     string // XLSX: the sheet's name; CSV: ""

	HeaderRow int       // 1-based row or line of the header
	Header    []string  // the header's cells, trimmed; columns without a name are ""
	Head      []byte    // CSV, with Options.KeepRaw: the bytes of the file up to the end of the header, without its line end
	RawHeader [][]byte  // CSV, with Options.KeepRaw: the bytes of the header's cells; with the delimiter between them they end Head
	Written   []Written // XLSX, with Options.KeepRaw: the header's cells as they are written, as many
	Rows      int       // rows below the header, refused ones included, blank ones not
	Refused   int       // how many of them are refused as a whole
	Blocks    []Block   // tables side by side, if there are several: columns between empty ones
	Warnings  []Warning
}

// Block is a range of 1-based columns, both ends included.
type Block struct{ From, To int }

// Options are those with which the same file is read in exactly the same way.
func (i Info) Options() Options {
	return Options{Sheet: i.Sheet, HeaderRow: i.HeaderRow, Encoding: i.Encoding, Delimiter: i.Delimiter, Quote: i.Quote}
}

// Row is one row of the table below the header. It is valid until the next
// row is asked for; the strings in Cells may be kept.
type Row struct {
	// Number is the 1-based row of the sheet, or the line on which the record
	// starts in a CSV file.
	Number int
	// Cells has as many cells as the header, empty ones as "". It is nil if the
	// row is refused. Of a cell with a fault it has what is known, or "".
	Cells []string
	// Faults say what is wrong with single cells, in the order of their
	// columns. A cell with a fault must not be used.
	Faults []*Error
	// Err says why the row as a whole is refused.
	Err *Error
	// Raw holds the bytes of the cells of a CSV record in the file's own
	// encoding, with their quotation marks. With the delimiter between them they
	// are the record, without its line end, also of a refused row. It is nil for
	// XLSX and without Options.KeepRaw.
	Raw [][]byte
	// Written has the cells of a workbook as they are written there, as many as
	// the header has, in refused rows too as far as they can be told. It is nil
	// for CSV and without Options.KeepRaw.
	Written []Written
}

// Fault returns why the row cannot be used by somebody who reads these 0-based
// columns, nil if it can. A nil function reads all of them.
func (r *Row) Fault(reads func(column int) bool) *Error {
	if r.Err != nil {
		return r.Err
	}
	i := slices.IndexFunc(r.Faults, func(e *Error) bool { return reads == nil || reads(e.Column-1) })
	if i < 0 {
		return nil
	}
	return r.Faults[i]
}

// Written is a cell of a workbook that can be written again as it was.
type Written struct {
	// Text is, of a text, every character that stands in the file, with _xHHHH_
	// for those that XML cannot have. Of another cell it is what was read, in
	// the same spelling.
	Text string
	// Unread tells that the cell has no text: it has a fault.
	Unread bool
}

// File is an open spreadsheet. It is not safe for concurrent use.
type File struct {
	src    *source
	opts   Options
	info   Info
	reader reader
}

// reader is what the two formats have in common behind a File.
type reader interface {
	// rows calls yield for each row below the header in order, until it returns
	// false. The error says why the rows ended early.
	rows(ctx context.Context, yield func(*Row) bool) error
	// finish adds to info what the first whole pass saw besides the rows.
	finish(info *Info)
}

// Info returns what Open found out. Its slices are shared and must not be
// changed.
func (f *File) Info() Info { return f.info }

// Close closes the file. Rows must not be used afterwards.
func (f *File) Close() error { return f.src.Close() }

// Rows returns the rows below the header, in order. It may be called again for
// another pass over the same bytes, when the one before has ended. A non-nil
// error, an *Error or the context's, ends the sequence: what came before it
// stands, what should have come after it is unknown. A refused row is not an
// error of the sequence; it has Row.Err set.
func (f *File) Rows(ctx context.Context) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		rows, refused, stopped := 0, 0, false
		f.src.begin(ctx)
		err := f.pass(ctx, func(r *Row) bool {
			rows++
			if r.Err != nil {
				refused++
			}
			stopped = !yield(*r, nil)
			return !stopped
		})
		if stopped {
			return
		}
		if err == nil && (rows != f.info.Rows || refused != f.info.Refused) {
			err = f.src.changed()
		}
		if err == nil {
			err = f.src.verifyEnd()
		}
		if err != nil {
			yield(Row{}, err)
		}
	}
}

// pass reads the rows once and judges them.
func (f *File) pass(ctx context.Context, yield func(*Row) bool) error {
	j := newJudge(f.info.Header, &f.opts, f.info.Format == "csv")
	return f.place(f.reader.rows(ctx, func(r *Row) bool {
		if r.Err == nil {
			j.row(r)
		}
		if r.Err != nil {
			r.Cells, r.Faults = nil, nil
			f.placeIn(r.Number, r.Err)
		}
		for _, e := range r.Faults {
			f.placeIn(r.Number, e)
		}
		return yield(r)
	}))
}

// placeIn completes the place of an error in a row.
func (f *File) placeIn(row int, e *Error) {
	e.File, e.Sheet, e.Row = f.info.Name, f.info.Sheet, row
	if e.Column > 0 && e.Column <= len(f.info.Header) {
		e.Header = f.info.Header[e.Column-1]
	}
}
