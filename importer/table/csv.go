package table

import (
	"context"

	"vitec-import/importer/table/internal/delimited"
)

// csvReader reads the rows of a text file.
type csvReader struct {
	src  *source
	d    *delimited.Dialect
	raw  bool
	last delimited.Pass
}

// openCSV finds out how the file is written.
func openCSV(ctx context.Context, src *source, o Options, info *Info) (*csvReader, error) {
	d, err := delimited.Detect(ctx, src, src.size, delimited.Options{
		Encoding: o.Encoding, HeaderRow: o.HeaderRow, Delimiter: o.Delimiter, Quote: o.Quote,
		Pick: func(rows []delimited.HeadRow) (index, named int) {
			head := make([]headRow, len(rows))
			for i, r := range rows {
				head[i] = headRow{number: r.Number, cells: r.Cells, ok: r.OK}
			}
			return findHeader(head, o.Fits)
		},
	})
	if err != nil {
		return nil, err
	}
	info.Format, info.Encoding, info.BOM = "csv", d.Charset.Name, d.Mark > 0
	if d.Mark > 0 && info.Encoding == "utf-8" {
		info.Encoding = "utf-8-bom"
	}
	info.Header, info.HeaderRow, info.LineEnd = d.Header, d.HeaderLine, d.LineEnd
	info.Delimiter, info.Quote = d.DelimiterText(), string(rune(d.Quote))
	if o.KeepRaw {
		info.Head, info.RawHeader = d.Head, d.RawHeader
	}
	if o.Sheet != "" {
		info.warn(0, 0, WarnOption, say("the file is text and has no sheets: the sheet that was named is not used"), none)
	}
	if d.Skipped {
		info.warn(d.HeaderLine, 0, WarnSkippedRows, say("the header is taken to be line %d; what stands above it is not read", d.HeaderLine), say("name another one with --header-row"))
	}
	return &csvReader{src: src, d: d, raw: o.KeepRaw}, nil
}

func (c *csvReader) rows(ctx context.Context, yield func(*Row) bool) (err error) {
	c.last, err = c.d.Rows(ctx, c.src.reader(int64(c.d.Mark)), c.raw, func(r *delimited.Row) bool {
		return yield(&Row{Number: r.Line, Cells: r.Cells, Faults: r.Faults, Err: r.Err, Raw: r.Raw})
	})
	return err
}

func (c *csvReader) finish(info *Info) {
	if n := c.last.Padded; n > 0 {
		info.warn(c.last.PaddedAt, 0, WarnPadded, plural(n,
			"row %[2]d has fewer cells than the header; the missing ones are taken to be empty",
			"%d rows have fewer cells than the header, the first is row %d; the missing ones are taken to be empty", n, c.last.PaddedAt), none)
	}
	switch n := c.last.Longer; {
	case n > 0 && !c.d.Even():
		info.warn(c.d.HeaderLine, 0, WarnLonger, plural(n,
			"row %[2]d ends with an empty cell for which the header has no name",
			"%d rows end with an empty cell for which the header has no name, the first is row %d", n, c.last.LongerAt),
			say("look whether every name stands above its own column: if the header lacks a delimiter, all columns behind it have moved"))
	case n > 0:
		info.warn(c.last.LongerAt, 0, WarnLonger, plural(n,
			"row %[2]d has more cells than the header, the last ones empty",
			"%d rows have more cells than the header, the last ones empty; the first is row %d", n, c.last.LongerAt),
			say("look whether a cell has the delimiter in its text, so that the cells behind it have moved"))
	}
}
