package reports

import (
	"bufio"
	"errors"
	"io"
	"strconv"
	"strings"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
)

// correctionsStem is the name of the corrections file without its extension.
const correctionsStem = "corrections"

// The headers of the columns that a corrections file has behind the input's
// own. No mapping names them, so every mapping ignores them. They are written
// anew in a correction of corrections; run and row stay those of the first.
const (
	columnReason = "import: reason"
	columnHint   = "import: hint"
	columnRun    = "import: run"
	columnRow    = "import: row"
)

var reasonColumns = [...]string{columnReason, columnHint, columnRun, columnRow}

// reasonColumn returns which of the reason columns a header names, or "".
func reasonColumn(header string) string {
	h := strings.ToLower(strings.Join(strings.Fields(header), " "))
	for _, c := range reasonColumns {
		if h == c {
			return c
		}
	}
	return ""
}

// Aside reports whether a header names a reason column: it stands beside the
// table, and says nothing of whether a row belongs to it.
func Aside(header string) bool { return reasonColumn(header) != "" }

// corrected reports whether a row belongs into the corrections file.
func corrected(r *record) bool {
	return r.Outcome == ledger.Invalid || r.Outcome == ledger.Rejected
}

// reasons are the cells of the reason columns of a row. The last is never
// empty, so that a reader sees the row in its full width.
func reasons(r *record, run int64) [len(reasonColumns)]string {
	from := r.copyOf
	if from == (origin{}) {
		from = origin{run: run, row: r.Number}
	}
	return [...]string{r.message, r.hint, strconv.FormatInt(from.run, 10), strconv.Itoa(from.row)}
}

// errNoRaw is a mistake of the caller's.
var errNoRaw = errors.New("reports: the input was opened without table.Options.KeepRaw")

// csvCorrections writes corrections.csv: the records of the input as they are,
// byte for byte, with the reason columns behind them. The header, and what
// stands above it, is the input's too, so that the file is read as the input
// was.
type csvCorrections struct {
	w      io.Writer
	info   table.Info
	run    int64
	d      dialect
	old    []bool // columns that are an earlier round's reason columns
	width  int    // of the header
	out    *bufio.Writer
	record []byte
}

func (c *csvCorrections) add(r *record) error {
	if !corrected(r) {
		return nil
	}
	if r.raw == nil {
		return errNoRaw
	}
	if c.out == nil {
		if err := c.open(); err != nil {
			return err
		}
	}
	c.record = c.appendCells(c.record[:0], r)
	for _, text := range reasons(r, c.run) {
		c.record = append(append(c.record, c.d.delim...), c.d.text(text)...)
	}
	c.record = append(c.record, c.d.lineEnd...)
	_, err := c.out.Write(c.record)
	return err
}

func (c *csvCorrections) open() error {
	c.d = newDialect(c.info)
	above, header, err := c.d.head(c.info)
	if err != nil {
		return &InputError{Path: c.info.Path, Err: err}
	}
	c.width = len(header)
	for _, h := range c.info.Header {
		c.old = append(c.old, reasonColumn(h) != "")
	}
	c.out = bufio.NewWriterSize(c.w, 64<<10)
	line := c.join(append([]byte(nil), above...), header)
	for _, h := range reasonColumns {
		line = append(append(line, c.d.delim...), c.d.encode(h)...)
	}
	_, err = c.out.Write(append(line, c.d.lineEnd...))
	return err
}

// appendCells appends the row's own cells. What they become when the file is
// read again must be what they were, or a refusal; never another row:
//
//   - A row that was read has as many cells as the header: missing ones at the
//     end are filled up, empty ones beyond it are dropped.
//   - A row that was refused for what is in a cell likewise.
//   - A row that has too many cells keeps them all, and is refused again.
//   - Where it is doubtful what a row is at all (a quotation mark, a broken
//     line), its cells are left empty: the person corrects the original, or types
//     the row in. The bytes could become another row between other neighbours.
func (c *csvCorrections) appendCells(dst []byte, r *record) []byte {
	cells, _, whole, sound := c.d.record(r.raw)
	// A line end inside the record but outside of quotation marks; or a row that
	// may belong to what stood above it, and would be sent without that.
	doubtful := !sound || whole || r.code == string(table.CodeGrouped)
	switch r.refused {
	case table.CodeUnclosedQuote, table.CodeSwallowedRow, table.CodeTooFewCells:
		doubtful = true
	case table.CodeStrayQuote:
		doubtful = doubtful || len(cells) <= c.width
	}
	if doubtful {
		cells = nil
	}
	if r.refused != table.CodeTooManyCells && r.refused != table.CodeStrayQuote || doubtful {
		for len(cells) < c.width {
			cells = append(cells, nil)
		}
		for len(cells) > c.width && blankBytes(cells[len(cells)-1]) {
			cells = cells[:len(cells)-1]
		}
	}
	return c.join(dst, cells)
}

// join appends cells with delimiters between them, without an earlier round's
// reason columns.
func (c *csvCorrections) join(dst []byte, cells [][]byte) []byte {
	first := true
	for i, cell := range cells {
		if i < len(c.old) && c.old[i] {
			continue
		}
		if !first {
			dst = append(dst, c.d.delim...)
		}
		dst = append(dst, cell...)
		first = false
	}
	return dst
}

func (c *csvCorrections) finish(*Summary) error {
	if c.out == nil {
		return nil
	}
	return c.out.Flush()
}
