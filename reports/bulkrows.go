package reports

import (
	"archive/zip"
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"vitec-import/importer/table"
)

// bulkRows writes the many rows of one sheet as XML and puts them into that
// sheet when the workbook is saved. Everything else of the sheet, and of the
// workbook, is excelize's.
//
// Its own stream writer took a tenth of the time of a whole run for these rows,
// and held 48 MB to begin with. Here the columns are known, and what is the same
// in all cells of a column is made once.
type bulkRows struct {
	part  string   // of the workbook: the sheet
	heads []string // what the cells of each column begin with, up to their row
	file  *os.File
	spill *bufio.Writer
	line  []byte
	row   int // the last one written, 1-based
}

// A cell is a text or a number with a look; the zero value of both is a cell
// with nothing in it.
type cell struct {
	style  int
	text   string
	number float64
}

// newBulkRows writes rows after row, the last one that is in the sheet already.
func (b *workbook) newBulkRows(sheet, columns, row int) (*bulkRows, error) {
	f, err := os.Create(filepath.Join(b.scratch, "rows.xml"))
	if err != nil {
		return nil, err
	}
	w := &bulkRows{part: "xl/worksheets/sheet" + strconv.Itoa(sheet) + ".xml", file: f, spill: bufio.NewWriterSize(f, 64<<10), row: row}
	for i := range columns {
		w.heads = append(w.heads, `<c r="`+table.ColumnName(i+1))
	}
	b.rows = w
	return w, nil
}

// add writes the next row. Texts are as cellText returns them. Cells with
// nothing in them are left out: nothing is smaller.
func (w *bulkRows) add(cells []cell) error {
	w.row++
	var short [20]byte
	number := strconv.AppendInt(short[:0], int64(w.row), 10)
	b := append(w.line[:0], `<row r="`...)
	b = append(append(b, number...), `">`...)
	for i := range cells {
		c := &cells[i]
		if c.text == "" && c.number == 0 {
			continue
		}
		b = append(append(b, w.heads[i]...), number...)
		b = strconv.AppendInt(append(b, `" s="`...), int64(c.style), 10)
		if c.text == "" {
			b = strconv.AppendFloat(append(b, `"><v>`...), c.number, 'f', -1, 64)
			b = append(b, `</v></c>`...)
			continue
		}
		b = append(b, `" t="inlineStr"><is><t`...)
		if strings.TrimSpace(c.text) != c.text {
			b = append(b, ` xml:space="preserve"`...)
		}
		b = append(append(b, '>'), xmlEscape.Replace(table.Escape(c.text))...)
		b = append(b, `</t></is></c>`...)
	}
	w.line = append(b, `</row>`...)
	_, err := w.spill.Write(w.line)
	return err
}

// excelTime is a time as spreadsheets count it: the days since the end of 1899.
func excelTime(t time.Time) float64 {
	const day, of1970 = 24 * 60 * 60, 25569
	return float64(t.Unix())/day + of1970
}

// splice copies a sheet and puts rows behind those that it has.
type splice struct {
	to   io.Writer
	rows io.Reader // nil once they are in
	held []byte    // the sheet's begin, until the rows are in
}

var endOfRows = []byte("</sheetData>")

func (s *splice) Write(p []byte) (int, error) {
	if s.rows == nil {
		return s.to.Write(p)
	}
	s.held = append(s.held, p...)
	at := bytes.Index(s.held, endOfRows)
	if at < 0 {
		return len(p), nil
	}
	if _, err := s.to.Write(s.held[:at]); err != nil {
		return 0, err
	}
	if _, err := io.Copy(s.to, s.rows); err != nil {
		return 0, err
	}
	if _, err := s.to.Write(s.held[at:]); err != nil {
		return 0, err
	}
	s.rows, s.held = nil, nil
	return len(p), nil
}

// packer is the zip file of a workbook whose sheet gets its rows.
type packer struct {
	*zip.Writer
	rows   *bulkRows
	splice *splice // once the sheet is there
}

func (z *packer) Create(name string) (io.Writer, error) {
	part, err := z.Writer.Create(name)
	if err != nil || z.rows == nil || name != z.rows.part {
		return part, err
	}
	if err := z.rows.spill.Flush(); err != nil {
		return nil, err
	}
	if _, err := z.rows.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	z.splice = &splice{to: part, rows: z.rows.file}
	return z.splice, nil
}

// errNoRows tells that excelize wrote the sheet in another way than it did.
var errNoRows = errors.New("reports: the workbook has no place for its rows")

// complete reports whether the rows are where they belong.
func (z *packer) complete() error {
	if z.rows != nil && (z.splice == nil || z.splice.rows != nil) {
		return errNoRows
	}
	return nil
}
