package table

import (
	"archive/zip"
	"bytes"
	"strings"
)

const (
	maxSheetRow    = 1_048_576
	maxSheetColumn = 16_384
	maxRowData     = 16 << 20 // bytes of one row's values
)

// cellType is the type that a cell says it has.
type cellType uint8

const (
	typeNumber cellType = iota
	typeShared
	typeInline
	typeString // the text result of a formula
	typeBoolean
	typeError
	typeDate
	typeUnknown
)

var cellTypes = map[string]cellType{"n": typeNumber, "s": typeShared, "inlineStr": typeInline, "str": typeString, "b": typeBoolean, "e": typeError, "d": typeDate}

// lostStyle is the style of a cell that says it has one but not which: there
// is no such format, and what a number means is not known.
const lostStyle = maxStyles

// sheetCell is a cell as it stands in the part. Its value is data[start:end]
// of its row.
type sheetCell struct {
	column     int // 1-based
	kind       cellType
	style      int
	start, end int
	valued     bool // it has a value, if only an empty one
	formula    bool
	text       bool // the value is an inline string
	typed      bool // it says what type it has
	hollow     bool // it has the frame of a value and nothing in it
	empty      bool // it is written <c/>
}

// sheetRow is a row as it stands in the part.
type sheetRow struct {
	number int // 1-based
	hidden bool
	bare   bool // it has a cell that is written <c></c> and has no type, if cells are counted
	cells  []sheetCell
	data   []byte
}

// span is a range of columns, 1-based, both ends included.
type span struct{ from, to int }

// sheetReader reads the part of a worksheet row by row. It takes nothing for
// granted: rows and cells must ascend, a reference must be that of its row,
// and an element or attribute that the format does not know is an error, for
// it may be a damaged one.
type sheetReader struct {
	p    *opc
	f    *zip.File
	part *partReader
	x    *xmlScanner
	row  sheetRow
	last int  // number of the last row
	refs bool // the cells of this row have references

	census *cellCensus // counts the cells; nil: they are not counted

	inData, seenData bool

	// Known when the end is reached.
	saidRow       int  // last row of the dimension, 0 if there is none
	closed        bool // the program writes elements without anything as <c/>
	hiddenColumns []span
	merged        int
	firstMerged   string
}

// openSheet begins to read a sheet.
func (p *opc) openSheet(f *zip.File, x *xmlScanner) (*sheetReader, error) {
	part, err := p.open(f)
	if err != nil {
		return nil, err
	}
	x.reset(part)
	return &sheetReader{p: p, f: f, part: part, x: x}, nil
}

// close ends the reading before its end.
func (s *sheetReader) close() { s.part.close() }

// next returns the next row, or nil when the part was read and verified to
// its end. The row is valid until the next call.
func (s *sheetReader) next() (*sheetRow, error) {
	row, err := s.scan()
	if err != nil {
		s.part.close()
		return nil, s.p.partError(s.f, err)
	}
	if row == nil {
		return nil, s.part.finish()
	}
	return row, nil
}

func (s *sheetReader) scan() (*sheetRow, error) {
	x := s.x
	for {
		e, err := x.next()
		if err != nil {
			return nil, err
		}
		switch {
		case e == xmlEOF:
			if !s.seenData {
				return nil, flaw("it has no rows at all, not even an empty list of them")
			}
			return nil, nil
		case e == xmlText:
			if s.inData && len(bytes.TrimSpace(x.text)) > 0 {
				return nil, flaw("there is text between its rows")
			}
			if x.depth == 1 && len(bytes.TrimSpace(x.text)) > 0 {
				return nil, flaw("there is text outside of its elements")
			}
		case e == xmlEnd:
			if x.depth == 2 && s.inData {
				s.inData = false
			}
		case s.inData:
			if x.depth != 3 || !x.is(nsMain, "row") {
				return nil, flaw("there is an unknown element %q between its rows", x.local)
			}
			return &s.row, s.readRow()
		default:
			if err := s.outside(); err != nil {
				return nil, err
			}
		}
	}
}

// sheetElements are the elements of a worksheet.
var sheetElements = []string{"sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "sheetCalcPr", "sheetProtection", "protectedRanges",
	"scenarios", "autoFilter", "sortState", "dataConsolidate", "customSheetViews", "mergeCells", "phoneticPr", "conditionalFormatting", "dataValidations",
	"hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter", "rowBreaks", "colBreaks", "customProperties", "cellWatches", "ignoredErrors",
	"smartTags", "drawing", "legacyDrawing", "legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst"}

// outside takes in an element that is not part of the rows. A row or a cell
// may not stand there: one that does was lost from them.
func (s *sheetReader) outside() error {
	x := s.x
	s.closed = s.closed || x.closing && x.is(nsMain, "dimension")
	switch {
	case x.is(nsMain, "row"), x.is(nsMain, "c"), x.depth == 2 && x.space == nsMain && !known(sheetElements, x.local):
		return flaw("there is an element %q outside of its rows, where none can be", x.local)
	case x.depth == 1:
		if !x.is(nsMain, "worksheet") {
			return flaw("it is no worksheet but %q", x.local)
		}
	case x.depth == 2 && x.is(nsMain, "sheetData"):
		if s.seenData {
			return flaw("it has its rows twice")
		}
		s.inData, s.seenData = true, true
	case x.depth == 2 && x.is(nsMain, "dimension"):
		ref, _ := x.attr(nsNone, "ref")
		if _, end, ok := strings.Cut(ref, ":"); ok {
			if _, row, ok := parseRef([]byte(end)); ok && row < maxSheetRow {
				s.saidRow = row
			}
		}
	case x.depth == 3 && x.is(nsMain, "col"):
		from, err := x.number("min", 0)
		if err != nil {
			return err
		}
		to, err := x.number("max", 0)
		if err != nil {
			return err
		}
		if hidden, err := x.boolean("hidden", false); err != nil {
			return err
		} else if hidden && len(s.hiddenColumns) < maxSheetColumn {
			s.hiddenColumns = append(s.hiddenColumns, span{from, to})
		}
	case x.depth == 3 && x.is(nsMain, "mergeCell"):
		if s.merged++; s.merged == 1 {
			s.firstMerged, _ = x.attr(nsNone, "ref")
		}
	}
	return nil
}

var (
	rowAttrs  = []string{"r", "spans", "s", "customFormat", "ht", "hidden", "customHeight", "outlineLevel", "collapsed", "thickTop", "thickBot", "ph"}
	cellAttrs = []string{"r", "s", "t", "cm", "vm", "ph"}
)

// readRow reads the row that has just started to its end.
func (s *sheetReader) readRow() error {
	x := s.x
	row := &s.row
	row.cells, row.data = row.cells[:0], row.data[:0]
	if err := x.onlyAttrs(rowAttrs); err != nil {
		return err
	}
	row.number, row.bare = 0, false
	for i := range x.attrs {
		a := &x.attrs[i]
		if a.prefix == nil && len(a.local) == 1 && a.local[0] == 'r' {
			n, ok := smallNumber(a.value)
			if !ok || n < 1 || n > maxSheetRow {
				return flaw("there is a row with the number %q", a.value)
			}
			row.number = n
		}
	}
	var err error
	if row.hidden, err = x.boolean("hidden", false); err != nil {
		return err
	}
	said := row.number > 0
	if !said {
		row.number = s.last + 1
	}
	column := 0
	for {
		e, err := x.next()
		if err != nil {
			return err
		}
		switch e {
		case xmlEOF:
			return errXMLCut
		case xmlEnd:
			if row.number <= s.last {
				return flaw("row %v comes after row %v", row.number, s.last)
			}
			s.last = row.number
			return nil
		case xmlText:
			if len(bytes.TrimSpace(x.text)) > 0 {
				return flaw("there is text between the cells of row %v", row.number)
			}
		case xmlStart:
			if x.is(nsMain, "extLst") {
				if err := x.skipElement(); err != nil {
					return err
				}
				continue
			}
			if !x.is(nsMain, "c") {
				return flaw("there is an unknown element %q in row %v", x.local, row.number)
			}
			if err := s.readCell(&column, &said); err != nil {
				return err
			}
		}
	}
}

// readCell reads the cell that has just started to its end.
func (s *sheetReader) readCell(column *int, rowSaid *bool) error {
	x, row := s.x, &s.row
	c := sheetCell{column: *column + 1}
	referred := false
	for i := range x.attrs {
		a := &x.attrs[i]
		if a.prefix != nil {
			continue
		}
		if len(a.local) == 1 {
			switch a.local[0] {
			case 'r':
				col, number, ok := parseRef(a.value)
				if ok && !*rowSaid && number > s.last {
					row.number, *rowSaid = number, true
				}
				if !ok || number != row.number || col <= *column {
					return flaw("there is a cell %q in row %v where column %v or one behind it should be", a.value, row.number, ColumnName(*column+1))
				}
				c.column, referred = col, true
				continue
			case 's':
				n, ok := smallNumber(a.value)
				switch {
				case len(a.value) == 0:
					n = lostStyle
				case !ok:
					return flaw("there is a cell with the style %q in row %v", a.value, row.number)
				}
				c.style = n
				continue
			case 't':
				var ok bool
				if c.kind, ok = cellTypes[string(a.value)]; !ok {
					c.kind = typeUnknown
				}
				c.typed = true
				continue
			}
		}
		if a.space != nsXMLNS && !known(cellAttrs, a.local) {
			return flaw("there is an unknown attribute %q in a cell of row %v", a.local, row.number)
		}
	}
	if c.column > maxSheetColumn {
		return flaw("there is a cell behind the last column in row %v", row.number)
	}
	if len(row.cells) == 0 {
		s.refs = referred
	} else if referred != s.refs {
		return flaw("some cells of row %v have references and others have none", row.number)
	}
	*column = c.column
	c.start = len(row.data)
	whole := x.closing
	for {
		e, err := x.next()
		if err != nil {
			return err
		}
		switch e {
		case xmlEOF:
			return errXMLCut
		case xmlEnd:
			c.end = len(row.data)
			c.empty = whole
			if s.census != nil {
				s.count(&c, whole)
			}
			row.cells = append(row.cells, c)
			return nil
		case xmlText:
			if len(bytes.TrimSpace(x.text)) > 0 {
				return flaw("there is text outside of the value of cell %v%v", ColumnName(c.column), row.number)
			}
		case xmlStart:
			if err := s.readInside(&c); err != nil {
				return err
			}
			if len(row.data) > maxRowData {
				return errTooMuchText
			}
		}
	}
}

// count counts a cell in the census, and looks how it is written if there is
// nothing in it.
func (s *sheetReader) count(c *sheetCell, whole bool) {
	if c.style != lostStyle {
		s.census.styles = max(s.census.styles, c.style+1)
	}
	switch {
	case c.valued || c.formula:
		if c.kind == typeShared {
			s.census.meet(s.row.data[c.start:c.end])
		}
	case whole:
		s.closed = true
	case !c.typed:
		s.row.bare = true
	}
}

// readInside reads an element of a cell.
func (s *sheetReader) readInside(c *sheetCell) (err error) {
	x, row := s.x, &s.row
	switch {
	case x.is(nsMain, "v"):
		if c.valued {
			return flaw("cell %v%v has two values", ColumnName(c.column), row.number)
		}
		c.valued = true
		from := len(row.data)
		row.data, err = readCharacters(x, row.data)
		c.hollow = len(row.data) == from
		return err
	case x.is(nsMain, "f"):
		c.formula = true
		return x.skipElement()
	case x.is(nsMain, "is"):
		if c.valued {
			return flaw("cell %v%v has two values", ColumnName(c.column), row.number)
		}
		c.valued, c.text = true, true
		row.data, c.hollow, err = readText(x, row.data)
		return err
	case x.is(nsMain, "extLst"):
		return x.skipElement()
	}
	return flaw("there is an unknown element %q in cell %v%v", x.local, ColumnName(c.column), row.number)
}

func known(names []string, name []byte) bool {
	for _, n := range names {
		if string(name) == n {
			return true
		}
	}
	return false
}

// smallNumber reads a number of up to nine digits.
func smallNumber(b []byte) (n int, ok bool) {
	if len(b) == 0 || len(b) > 9 {
		return 0, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, true
}

// parseRef reads a cell reference such as AB12.
func parseRef(b []byte) (column, row int, ok bool) {
	i := 0
	for i < len(b) && i < 4 && b[i]|0x20 >= 'a' && b[i]|0x20 <= 'z' {
		column = column*26 + int(b[i]|0x20-'a') + 1
		i++
	}
	if i == 0 || i > 3 {
		return 0, 0, false
	}
	row, ok = smallNumber(b[i:])
	return column, row, ok
}
