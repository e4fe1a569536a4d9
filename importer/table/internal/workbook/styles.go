package workbook

import "archive/zip"

// style is what a cell format says of the cells that have it.
type style struct {
	format *numFormat
	struck bool
}

// loadStyles reads the number formats and fonts of the cells. How many of them
// the part says there are does not matter.
func (b *Book) loadStyles(f *zip.File) error {
	var (
		ids, fonts []int // of the cell formats
		struck     []bool
		codes      = map[int]string{}
		section    string
		size       int
		seen       = map[string]bool{}
	)
	err := b.archive.read(f, func(x *xmlReader) (err error) {
		switch {
		case x.depth == 1 && !x.is("styleSheet"):
			return flaw("it has no styles")
		case x.depth == 2:
			section = x.start.Name.Local
			if seen[section] && (section == "cellXfs" || section == "fonts") {
				return flaw("its cell formats are there twice")
			}
			seen[section] = true
		case x.depth == 3 && section == "fonts" && x.is("font"):
			s, err := readFont(x)
			if len(struck) < maxStyles {
				struck = append(struck, s)
			}
			return err
		case x.depth == 3 && section == "numFmts":
			id, err := x.number("numFmtId", -1)
			code, ok := x.attr("formatCode")
			if err != nil || id < 0 || !ok || !x.is("numFmt") {
				return flaw("a number format has no id or no code")
			}
			if size += len(code) + 64; size > maxFormatText {
				return errTooMuch
			}
			codes[id] = Unescape(code)
		case x.depth == 3 && section == "cellXfs":
			if !x.is("xf") {
				return flaw("an element stands where it cannot")
			}
			general := 0
			if applied, err := x.yes("applyNumberFormat"); err != nil {
				return err
			} else if applied {
				general = -1 // it applies a format, and has lost which
			}
			id, err := x.number("numFmtId", general)
			if err != nil {
				return err
			}
			font, err := x.number("fontId", 0)
			if len(ids) == maxStyles {
				return errTooMuch
			}
			ids, fonts = append(ids, id), append(fonts, font)
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	formats := map[int]*numFormat{} // equal ones are one
	for i, id := range ids {
		if formats[id] == nil {
			code, ok := codes[id]
			if !ok {
				code, ok = builtinFormat(id)
			}
			f := parseFormat(code)
			f.unknown = !ok
			formats[id] = &f
		}
		b.styles = append(b.styles, style{formats[id], fonts[i] < len(struck) && struck[fonts[i]]})
	}
	return nil
}
