package workbook

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
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

// lostStyle is the style of a cell that says it has one but not which.
const lostStyle = maxStyles

// rawCell is a cell as it stands in the part.
type rawCell struct {
	column  int // 1-based
	kind    cellType
	style   int
	value   []byte
	valued  bool // there is a value, if only an empty one
	inline  bool // the value is an inline string
	struck  strike
	formula formula
	rich    bool // there is more than a value: a picture or a data type
}

// formula is what matters of a cell's formula.
type formula struct {
	there  bool
	shows  bool   // it shows another cell as it is, or looks one up
	mailto string // the address of a HYPERLINK
}

// rawRow is a row as it stands in the part.
type rawRow struct {
	number int // 1-based
	hidden bool
	cells  []rawCell
}

// Range is a range of cells, 1-based, ends included.
type Range struct{ FromRow, FromColumn, ToRow, ToColumn int }

// Place is a cell.
type Place struct{ Row, Column int }

// Extras are what a sheet has besides its rows.
type Extras struct {
	LastRow       int     // the last row that is there
	SaidRow       int     // the last row as the sheet says, 0 if it does not
	HiddenColumns []Range // without rows
	Merged        []Range
	Links         map[Place]string // the addresses of mailto: links
	Controls      bool             // there are check boxes or other controls
}

// sheetReader reads the part of a sheet. Rows and cells must ascend, a reference
// must be that of its row, and no row or cell may stand elsewhere.
type sheetReader struct {
	x      *xmlReader
	extras Extras
	links  map[string]relationship
	row    rawRow
	shared map[string]formula // formulas that other cells share, by their ids
	data   []byte             // the values of the row
	inData bool
	seen   bool // the rows were there
}

// next returns the next row, nil at the end of the part. It is valid until the
// next call.
func (s *sheetReader) next() (*rawRow, error) {
	x := s.x
	for {
		e, err := x.next()
		switch {
		case err != nil:
			return nil, err
		case e == endOfPart:
			if !s.seen {
				return nil, flaw("it has no rows at all, not even an empty list of them")
			}
			return nil, nil
		case e == someText:
			if !blank(x.text) && (s.inData || x.depth == 1) {
				return nil, flaw("there is text where it cannot be")
			}
		case e == endTag:
			s.inData = s.inData && x.depth >= 2
		case s.inData:
			if !x.is("row") {
				return nil, flaw("there is an unknown element between the rows")
			}
			return &s.row, s.readRow()
		default:
			if err := s.outside(); err != nil {
				return nil, err
			}
		}
	}
}

// outside takes in an element that is not part of the rows.
func (s *sheetReader) outside() error {
	x := s.x
	switch {
	case x.is("row"), x.is("c"):
		return flaw("a row or a cell stands where it cannot")
	case x.depth == 1 && !x.is("worksheet"):
		return flaw("it is not a worksheet")
	case x.is("sheetData"):
		if s.seen || x.depth != 2 {
			return flaw("its rows are there twice")
		}
		s.inData, s.seen = true, true
	case x.is("dimension"):
		ref, _ := x.attr("ref")
		if r, ok := parseRange(ref); ok && r.ToRow < MaxRow && strings.Contains(ref, ":") {
			s.extras.SaidRow = r.ToRow
		}
	case x.is("col"):
		from, err := x.number("min", 0)
		if err != nil {
			return err
		}
		to, err := x.number("max", 0)
		if err != nil {
			return err
		}
		hidden, err := x.yes("hidden")
		if hidden && len(s.extras.HiddenColumns) < MaxColumn {
			s.extras.HiddenColumns = append(s.extras.HiddenColumns, Range{FromColumn: from, ToColumn: to})
		}
		return err
	case x.is("mergeCell"):
		ref, _ := x.attr("ref")
		if r, ok := parseRange(ref); ok && len(s.extras.Merged) < maxMarks {
			s.extras.Merged = append(s.extras.Merged, r)
		}
	case x.is("hyperlink"):
		ref, _ := x.attr("ref")
		r, ok := parseRange(ref)
		if address := mailAddress(s.links[x.link()].target); ok && address != "" && len(s.extras.Links) < maxMarks {
			for row := r.FromRow; row <= min(r.ToRow, r.FromRow+1000); row++ {
				s.extras.Links[Place{row, r.FromColumn}] = address
			}
		}
	case x.is("control"), x.is("controls"):
		s.extras.Controls = true
	}
	return nil
}

// mailAddress returns the address of a mailto: link, "" if it is another one.
func mailAddress(target string) string {
	const scheme = "mailto:"
	if len(target) < len(scheme) || !strings.EqualFold(target[:len(scheme)], scheme) {
		return ""
	}
	address, _, _ := strings.Cut(target[len(scheme):], "?")
	return strings.TrimSpace(address)
}

// strange reports whether an attribute of a row or a cell that it cannot have is
// of one or two letters: that is r, s or t, damaged.
func strange(name xml.Name) bool {
	return len(name.Local) <= 2 && name.Space == "" && name.Local != "r" && name.Local != "s" && name.Local != "t" &&
		name.Local != "cm" && name.Local != "vm" && name.Local != "ph" && name.Local != "ht"
}

// readRow reads the row that has just begun to its end.
func (s *sheetReader) readRow() error {
	x, row := s.x, &s.row
	*row = rawRow{cells: row.cells[:0]}
	s.data = s.data[:0]
	said, ok := x.attr("r")
	if ok {
		n, ok := smallNumber(said)
		if !ok || n < 1 || n > MaxRow {
			return flaw("a row has no number that a row can have")
		}
		row.number = n
	}
	var err error
	if row.hidden, err = x.yes("hidden"); err != nil {
		return err
	}
	if slices.ContainsFunc(x.start.Attr, func(a xml.Attr) bool { return strange(a.Name) }) {
		return flaw("a row has an unknown attribute")
	}
	column, referred := 0, 0
	for {
		e, err := x.next()
		switch {
		case err != nil:
			return err
		case e == endOfPart:
			return errCut
		case e == endTag:
			if row.number == 0 {
				row.number = s.extras.LastRow + 1
			}
			if row.number <= s.extras.LastRow {
				return flaw("the rows are not in order")
			}
			if referred > 0 && referred < len(row.cells) {
				return flaw("some cells of a row have references and others have none")
			}
			s.extras.LastRow = row.number
			return nil
		case e == someText:
			if !blank(x.text) {
				return flaw("there is text where it cannot be")
			}
		case x.is("extLst"):
			if err := x.skip(); err != nil {
				return err
			}
		case !x.is("c"):
			return flaw("there is an unknown element in a row")
		default:
			c, ref, err := s.beginCell(column + 1)
			if err != nil {
				return err
			}
			if ref > 0 {
				referred++
				if row.number == 0 && ref > s.extras.LastRow {
					row.number = ref
				}
				if ref != row.number {
					return flaw("a cell has the reference of another row")
				}
			}
			if c.column <= column || c.column > MaxColumn {
				return flaw("the cells of a row are not in order")
			}
			column = c.column
			if err := s.readCell(&c); err != nil {
				return err
			}
			row.cells = append(row.cells, c)
		}
	}
}

// beginCell reads the attributes of a cell. ref is the row that its reference
// names, 0 if it has none.
func (s *sheetReader) beginCell(column int) (c rawCell, ref int, err error) {
	c.column = column
	for _, a := range s.x.start.Attr {
		if a.Name.Space != "" {
			continue
		}
		switch a.Name.Local {
		case "r":
			var ok bool
			if c.column, ref, ok = parseRef(a.Value); !ok {
				return c, 0, flaw("a cell has a reference that is none")
			}
		case "s":
			n, ok := smallNumber(a.Value)
			if !ok && a.Value != "" {
				return c, 0, flaw("a cell has a style that is not a number")
			}
			if c.style = n; a.Value == "" {
				c.style = lostStyle
			}
		case "t":
			var ok bool
			if c.kind, ok = cellTypes[a.Value]; !ok {
				c.kind = typeUnknown
			}
		case "vm":
			c.rich = true
		default:
			if strange(a.Name) {
				return c, 0, flaw("a cell has an unknown attribute")
			}
		}
	}
	return c, ref, nil
}

// readCell reads the cell that has just begun to its end.
func (s *sheetReader) readCell(c *rawCell) error {
	x := s.x
	from := len(s.data)
	for {
		e, err := x.next()
		switch {
		case err != nil:
			return err
		case e == endOfPart:
			return errCut
		case e == endTag:
			c.value = s.data[from:len(s.data):len(s.data)]
			return nil
		case e == someText:
			if !blank(x.text) {
				return flaw("there is text where it cannot be")
			}
			continue
		case x.is("v") && !c.valued:
			c.valued = true
			s.data, err = x.characters(s.data)
		case x.is("is") && !c.valued:
			c.valued, c.inline = true, true
			s.data, c.struck, err = readText(x, s.data)
		case x.is("f"):
			c.formula, err = s.readFormula()
		case x.is("extLst"):
			err = x.skip()
		default:
			return flaw("a cell has two values, or an unknown element")
		}
		if err != nil {
			return err
		}
	}
}

// readFormula reads the formula that has just begun. Cells that share one refer
// to it by its id.
func (s *sheetReader) readFormula() (formula, error) {
	kind, _ := s.x.attr("t")
	id, _ := s.x.attr("si")
	text, err := s.x.characters(nil)
	if err != nil {
		return formula{}, err
	}
	if kind == "shared" && len(text) == 0 {
		return s.shared[id], nil
	}
	f := readFormulaText(string(text))
	if kind == "shared" && len(s.shared) < maxStyles {
		s.shared[id] = f
	}
	return f, nil
}

// readFormulaText says what matters of a formula.
func readFormulaText(text string) formula {
	f := formula{there: true}
	upper := strings.ToUpper(strings.TrimSpace(text))
	for _, name := range []string{"VLOOKUP(", "HLOOKUP(", "LOOKUP(", "_XLFN.XLOOKUP(", "XLOOKUP(", "INDEX(", "INDIRECT(", "OFFSET(", "_XLFN._XLWS.FILTER(", "IFERROR(VLOOKUP(", "IFERROR(INDEX("} {
		f.shows = f.shows || strings.HasPrefix(upper, name)
	}
	ref := strings.ReplaceAll(upper[strings.LastIndexByte(upper, '!')+1:], "$", "")
	if _, _, ok := parseRef(ref); ok && (!strings.Contains(upper, "!") || !strings.ContainsAny(upper, "(+*/&\"")) {
		f.shows = true
	}
	if i := strings.Index(upper, `HYPERLINK("MAILTO:`); i >= 0 {
		address, _, _ := strings.Cut(strings.TrimSpace(text)[i+len(`HYPERLINK("`):], `"`)
		f.mailto = mailAddress(address)
	}
	return f
}

// parseRange reads A1:B2, or A1 alone.
func parseRange(s string) (r Range, ok bool) {
	from, to, several := strings.Cut(s, ":")
	if !several {
		to = from
	}
	var ok2 bool
	r.FromColumn, r.FromRow, ok = parseRef(from)
	r.ToColumn, r.ToRow, ok2 = parseRef(to)
	return r, ok && ok2
}

// parseRef reads a cell reference such as AB12.
func parseRef(s string) (column, row int, ok bool) {
	i := 0
	for i < len(s) && i < 4 && s[i]|0x20 >= 'a' && s[i]|0x20 <= 'z' {
		column = column*26 + int(s[i]|0x20-'a') + 1
		i++
	}
	if i == 0 || i > 3 {
		return 0, 0, false
	}
	row, ok = smallNumber(s[i:])
	return column, row, ok
}

// openSheet begins to read a sheet.
func (b *Book) openSheet(s *Sheet) (*sheetReader, io.ReadCloser, error) {
	if s.links == nil {
		rels, err := b.archive.relationships(s.part.Name)
		if err != nil {
			return nil, nil, err
		}
		if s.links = rels; rels == nil {
			s.links = map[string]relationship{}
		}
	}
	r, err := b.archive.open(s.part)
	if err != nil {
		return nil, nil, err
	}
	reader := &sheetReader{x: newXMLReader(r), links: s.links, shared: map[string]formula{}}
	reader.extras.Links = map[Place]string{}
	for _, rel := range s.links {
		switch rel.kind {
		case "ctrlProp", "control":
			reader.extras.Controls = true
		}
	}
	return reader, r, nil
}
