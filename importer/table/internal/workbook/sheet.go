package workbook

import (
	"context"
	"encoding/xml"
	"errors"
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
	row     int // that its reference names, 0 if it has none
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
	book   *Book
	x      *xmlReader
	extras Extras
	links  map[string]relationship
	row    Row
	shared map[string]formula // formulas that other cells share, by their ids
	data   []byte             // the value of the cell
	handed int                // bytes of text in all cells
	seen   bool               // the rows were there
	yield  func(*Row) error
}

// errEnough ends the reading of a part before its end.
var errEnough = errors.New("enough")

// Rows calls yield for each row of a sheet, in order, until it returns false.
// The error says why the rows ended early; without one the part was read and
// verified to its end, and the extras are complete.
func (b *Book) Rows(ctx context.Context, s *Sheet, yield func(*Row) bool) (Extras, error) {
	if s.links == nil {
		rels, err := b.archive.relationships(s.part.Name)
		if err != nil {
			return Extras{}, err
		}
		if s.links = rels; rels == nil {
			s.links = map[string]relationship{}
		}
	}
	rows := 0
	reader := &sheetReader{book: b, links: s.links, shared: map[string]formula{}, extras: Extras{Links: map[Place]string{}}, yield: func(r *Row) error {
		if rows++; rows%256 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if !yield(r) {
			return errEnough
		}
		return nil
	}}
	for _, rel := range s.links {
		reader.extras.Controls = reader.extras.Controls || rel.kind == "ctrlProp" || rel.kind == "control"
	}
	err := b.archive.read(s.part, reader.visit)
	switch {
	case err == errEnough:
		return Extras{}, nil
	case err == nil && !reader.seen:
		err = partError(s.part, flaw("it has no rows at all, not even an empty list of them"), 0)
	}
	return reader.extras, err
}

// visit takes in an element that is not part of the rows, or all of them.
func (s *sheetReader) visit(x *xmlReader) error {
	s.x = x
	switch {
	case x.is("row"), x.is("c"):
		return flaw("a row or a cell stands where it cannot")
	case x.depth == 1 && !x.is("worksheet"):
		return flaw("it is not a worksheet")
	case x.is("sheetData"):
		if s.seen || x.depth != 2 {
			return flaw("its rows are there twice")
		}
		s.seen = true
		return x.inside(func() error {
			if !x.is("row") {
				return flaw("there is an unknown element between the rows")
			}
			return s.readRow()
		})
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

// readRow reads the row that has just begun to its end, and hands it out.
func (s *sheetReader) readRow() (err error) {
	x, row := s.x, &s.row
	*row = Row{Cells: row.Cells[:0]}
	if said, ok := x.attr("r"); ok {
		if row.Number, ok = smallNumber(said); !ok || row.Number < 1 || row.Number > MaxRow {
			return flaw("a row has no number that a row can have")
		}
	}
	if row.Hidden, err = x.yes("hidden"); err != nil {
		return err
	}
	if slices.ContainsFunc(x.start.Attr, func(a xml.Attr) bool { return strange(a.Name) }) {
		return flaw("a row has an unknown attribute")
	}
	column, referred := 0, 0
	if err := x.inside(func() error {
		switch {
		case x.is("extLst"):
			return x.skip()
		case !x.is("c"):
			return flaw("there is an unknown element in a row")
		}
		c := rawCell{column: column + 1}
		if err := s.readCell(&c); err != nil {
			return err
		}
		if c.row > 0 {
			referred++
			if row.Number == 0 && c.row > s.extras.LastRow {
				row.Number = c.row
			}
			if c.row != row.Number {
				return flaw("a cell has the reference of another row")
			}
		}
		if c.column <= column || c.column > MaxColumn {
			return flaw("the cells of a row are not in order")
		}
		column = c.column
		cell, err := s.book.resolve(&c)
		row.Cells = append(row.Cells, cell)
		if s.handed += len(cell.Text); s.handed > maxHanded {
			return tooLarge("the cells of the workbook have far more text than the workbook: few texts stand in very many cells")
		}
		return err
	}); err != nil {
		return err
	}
	if row.Number == 0 {
		row.Number = s.extras.LastRow + 1
	}
	switch {
	case row.Number <= s.extras.LastRow:
		return flaw("the rows are not in order")
	case referred > 0 && referred < len(row.Cells):
		return flaw("some cells of a row have references and others have none")
	}
	s.extras.LastRow = row.Number
	return s.yield(row)
}

// readCell reads the cell that has just begun to its end.
func (s *sheetReader) readCell(c *rawCell) error {
	x, ok := s.x, true
	for _, a := range x.start.Attr {
		if a.Name.Space != "" {
			continue
		}
		switch a.Name.Local {
		case "r":
			if c.column, c.row, ok = parseRef(a.Value); !ok {
				return flaw("a cell has a reference that is none")
			}
		case "s":
			if c.style, ok = smallNumber(a.Value); !ok && a.Value != "" {
				return flaw("a cell has a style that is not a number")
			} else if !ok {
				c.style = lostStyle
			}
		case "t":
			if c.kind, ok = cellTypes[a.Value]; !ok {
				c.kind = typeUnknown
			}
		case "vm":
			c.rich = true
		default:
			if strange(a.Name) {
				return flaw("a cell has an unknown attribute")
			}
		}
	}
	s.data = s.data[:0]
	err := x.inside(func() (err error) {
		switch {
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
			err = flaw("a cell has two values, or an unknown element")
		}
		return err
	})
	c.value = s.data
	return err
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
