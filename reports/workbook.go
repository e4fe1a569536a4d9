package reports

import (
	"archive/zip"
	"cmp"
	"errors"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// workbook is an XLSX file that is streamed into the staging folder. What
// excelize spills to disk stays in that folder, where it is cleared whatever
// happens.
type workbook struct {
	*excelize.File
	stage   *staging
	name    string
	scratch string
	rows    *bulkRows // nil: excelize writes all of them
	closed  bool
}

func newWorkbook(s *staging, name string) (*workbook, error) {
	scratch, err := os.MkdirTemp(s.dir, ".scratch-")
	if err != nil {
		return nil, err
	}
	return &workbook{File: excelize.NewFile(excelize.Options{TmpDir: scratch}), stage: s, name: name, scratch: scratch}, nil
}

// quickZip packs a workbook on all processors.
func quickZip(w io.Writer) *zip.Writer {
	z := zip.NewWriter(w)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return newDeflater(w), nil })
	return z
}

// save writes the workbook to its place and clears what was spilled. It is
// packed straight into the file: left to itself excelize packs it in memory,
// where a million rows are 90 MB and grow by copies of that.
func (b *workbook) save() error {
	f, err := b.stage.create(b.name)
	if err != nil {
		return err
	}
	z := &packer{Writer: quickZip(f), rows: b.rows}
	b.SetZipWriter(func(io.Writer) excelize.ZipWriter { return z })
	if err := cmp.Or(b.Write(io.Discard), z.complete()); err != nil {
		return errors.Join(err, f.Close())
	}
	return errors.Join(f.done(), b.abort())
}

// abort gives up what the workbook holds.
func (b *workbook) abort() error {
	if b.closed {
		return nil
	}
	b.closed = true
	var err error
	if b.rows != nil {
		err = b.rows.file.Close()
	}
	return errors.Join(err, b.Close(), os.RemoveAll(b.scratch))
}

// maxCellText is how many UTF-16 units a cell holds.
const maxCellText = excelize.TotalCellChars

// cellText is s as a cell of our own can hold it: without the control
// characters that XML cannot, and not too long.
func cellText(s string) string {
	clean := true
	for _, r := range s {
		if r < ' ' && r != '\t' && r != '\n' || r == utf8.RuneError || r == '\uFFFE' || r == '\uFFFF' {
			clean = false
			break
		}
	}
	if !clean {
		s = strings.ToValidUTF8(oneLine(s), "\uFFFD")
		s = strings.NewReplacer("\uFFFE", "\uFFFD", "\uFFFF", "\uFFFD").Replace(s)
	}
	if len(s) <= maxCellText {
		return s
	}
	units := 0
	for i, r := range s {
		if units += 1; r > 0xFFFF {
			units++
		}
		if units >= maxCellText {
			return s[:i] + "…"
		}
	}
	return s
}

// width is the column width that shows s, in characters.
func width(s string) float64 { return float64(utf8.RuneCountInString(s)) + 2 }
