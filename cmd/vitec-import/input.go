package main

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/table"
	"vitec-import/mapping"
	"vitec-import/reports"
)

// tableFlags are the hints for reading a file, where detection is not enough.
type tableFlags struct {
	sheet     string
	headerRow int
	encoding  string
	delimiter string
}

func (f *tableFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.sheet, "sheet", "", "read this `SHEET` of the workbook (default: the one whose header fits the mapping)")
	cmd.Flags().IntVar(&f.headerRow, "header-row", 0, "the `ROW` of the header, counted from 1 (default: where the mapped columns are)")
	cmd.Flags().StringVar(&f.encoding, "encoding", "", "the `ENCODING` of a CSV file, such as utf-8, windows-1252, cp850 (default: detected)")
	cmd.Flags().StringVar(&f.delimiter, "delimiter", "", "the delimiter of a CSV file: one `CHARACTER` or comma, semicolon, tab, pipe (default: detected)")
}

// options are the table's options: the flags win over what the mapping says.
func (f *tableFlags) options(m *mapping.Mapping) (table.Options, error) {
	o := table.Options{Sheet: f.sheet, HeaderRow: f.headerRow, Encoding: f.encoding}
	d, err := delimiter(f.delimiter)
	if err != nil {
		return o, err
	}
	o.Delimiter = d
	if f.headerRow < 0 {
		return o, exit{code: 2, err: fail("--header-row %d: rows are counted from 1", f.headerRow)}
	}
	if m == nil {
		return o, nil
	}
	o.Fits, o.Aside = m.Fits, reports.Aside
	in := m.Input()
	if o.Sheet == "" {
		o.Sheet = in.Sheet
	}
	if o.HeaderRow == 0 {
		o.HeaderRow = in.HeaderRow
	}
	if o.Encoding == "" {
		o.Encoding = in.Encoding
	}
	if o.Delimiter == 0 {
		o.Delimiter = in.Delimiter
	}
	return o, nil
}

func delimiter(s string) (rune, error) {
	switch strings.ToLower(s) {
	case "":
		return 0, nil
	case "tab", `\t`, "\t":
		return '\t', nil
	case "comma":
		return ',', nil
	case "semicolon":
		return ';', nil
	case "pipe":
		return '|', nil
	}
	r, n := utf8.DecodeRuneInString(s)
	if n != len(s) || r == '"' || r == '\n' || r == '\r' || r == utf8.RuneError {
		return 0, exit{code: 2, err: fail("--delimiter %q is not one character", s), hint: hint("write it as one character, or as comma, semicolon, tab or pipe")}
	}
	return r, nil
}

// mappingFlags say which mapping is used and what is put over it.
type mappingFlags struct {
	path string
	set  []string
	// trial is set where nothing leaves the computer: ids that are still to be
	// filled in are made up.
	trial bool
}

func (f *mappingFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&f.path, "mapping", "m", "", "the mapping `FILE` (default: mapping.yaml beside the input)")
	cmd.Flags().StringArrayVar(&f.set, "set", nil, "set a field to a constant, over the mapping: `FIELD=VALUE`; may be given several times")
}

// load reads the mapping for an input, whose header is asked for if there are
// mistakes.
func (f *mappingFlags) load(input string, header func(*mapping.Mapping) []string) (*mapping.Mapping, string, error) {
	path := f.path
	if path == "" {
		path = filepath.Join(filepath.Dir(input), "mapping.yaml")
	}
	src, err := readMappingFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist) && f.path == "":
		return nil, "", exit{code: 2, err: fail("%s: no mapping found", path), hint: hint("let \"vitec-import init %s\" propose one, or name one with --mapping", reports.Quote(input))}
	case err != nil:
		return nil, "", exit{code: 2, err: fail("%s: the mapping cannot be read: %s", path, cause(err))}
	}
	m, err := mapping.Parse(path, src, mapping.Options{
		Set: f.set, Trial: f.trial, Header: header, Encoding: table.KnownEncoding,
		Load: func(name string) ([]byte, error) {
			if !filepath.IsAbs(name) {
				name = filepath.Join(filepath.Dir(path), name)
			}
			src, err := readMappingFile(name)
			if err != nil {
				return nil, fail("%s", cause(err)) // can be said in every language
			}
			return src, nil
		},
	})
	return m, path, err
}

// readMappingFile reads what may be a mapping: hardly more than one may have,
// were it a device without an end.
func readMappingFile(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, mapping.MaxSize+1))
}

// source is an input with the mapping that fits it.
type source struct {
	file        *table.File
	mapping     *mapping.Mapping
	mappingPath string
	mapper      *mapping.Mapper
}

// openSource opens the input and binds the mapping to its header.
func (w *world) openSource(path string, tf *tableFlags, mf *mappingFlags) (*source, error) {
	s, o, err := readMapping(path, tf, mf)
	if err != nil {
		return nil, err
	}
	return s, w.openTable(s, path, o)
}

// readMapping is the part of openSource that takes no time.
func readMapping(path string, tf *tableFlags, mf *mappingFlags) (s *source, o table.Options, err error) {
	// A missing input is told before a missing mapping: it is the likelier slip.
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, o, exit{code: 1, err: fail("%s: no such file", path)}
	}
	s = &source{}
	header := func(m *mapping.Mapping) []string {
		o, err := tf.options(m)
		if err != nil {
			return nil
		}
		f, err := table.Open(path, o)
		if err != nil {
			return nil
		}
		defer f.Close()
		return f.Info().Header
	}
	if s.mapping, s.mappingPath, err = mf.load(path, header); err != nil {
		return nil, o, err
	}
	o, err = tf.options(s.mapping)
	return s, o, err
}

// openTable is the rest.
func (w *world) openTable(s *source, path string, o table.Options) error {
	f, err := w.openFile(path, o)
	if err != nil {
		return err
	}
	if i := f.Info(); i.Rows == 0 {
		return errors.Join(exit{code: 1, err: fail("%s: there is a header in row %d, but no row below it", i.Name, i.HeaderRow), hint: hint("check that this is the right file, and that its export was complete")}, f.Close())
	}
	mapper, err := s.mapping.Bind(f.Info().Header)
	if err != nil {
		return errors.Join(err, f.Close())
	}
	s.file, s.mapper = f, mapper
	return nil
}

// openFile opens a table. That reads the whole file, which can take a while, and
// knows nothing of signals; when one comes it is left to itself.
func (w *world) openFile(path string, o table.Options) (*table.File, error) {
	type opened struct {
		file *table.File
		err  error
	}
	done := make(chan opened, 1)
	go func() {
		f, err := table.Open(path, o)
		done <- opened{f, err}
	}()
	select {
	case r := <-done:
		return r.file, r.err
	case <-w.stop:
		return nil, importer.ErrInterrupted
	}
}

func (s *source) Close() error { return s.file.Close() }
