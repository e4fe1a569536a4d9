package table

import (
	"archive/zip"
	"bytes"
	"path"
	"strconv"
	"strings"
)

// workbook is what a workbook says of itself besides its cells.
type workbook struct {
	date1904 bool
	sheets   []sheetRef
	strings  *zip.File // nil if there is no such part
	styles   *zip.File

	saidStyles int  // how many cell formats the styles say they have, -1 if they do not
	inSheets   bool // while the part is read: within the list of sheets
}

// workbookElements are the elements of a workbook.
var workbookElements = []string{"fileVersion", "fileSharing", "workbookPr", "workbookProtection", "bookViews", "sheets", "functionGroups", "externalReferences",
	"definedNames", "calcPr", "oleSize", "customWorkbookViews", "pivotCaches", "smartTagPr", "smartTagTypes", "webPublishing", "fileRecoveryPr", "webPublishObjects", "extLst"}

// sheetRef is one sheet of a workbook, in the order of its tabs.
type sheetRef struct {
	name   string
	hidden bool
	part   *zip.File
	cells  bool // a worksheet, not a chart or a macro sheet
}

// openWorkbook finds the workbook's parts through its relationships.
func (p *opc) openWorkbook(x *xmlScanner) (*workbook, error) {
	root, err := p.relationships("", x)
	if err != nil {
		return nil, err
	}
	name := ""
	for _, r := range root {
		if r.hasKind("officeDocument") && !r.external {
			name = r.target
		}
	}
	if err := p.notWorkbook(name); err != nil {
		return nil, err
	}
	part := p.part(name)
	if part == nil {
		return nil, p.damaged("its main part is missing")
	}
	rels, err := p.relationships(name, x)
	if err != nil {
		return nil, err
	}
	w := &workbook{saidStyles: -1}
	byID := map[string]relationship{}
	for _, r := range rels {
		byID[r.id] = r
		if r.external {
			continue
		}
		for _, one := range []struct {
			kind string
			part **zip.File
		}{{"sharedStrings", &w.strings}, {"styles", &w.styles}} {
			if !r.hasKind(one.kind) {
				continue
			}
			if *one.part != nil {
				return nil, p.damaged("it has two parts for its %v", one.kind)
			}
			if *one.part = p.part(r.target); *one.part == nil {
				return nil, p.damaged("part %q is missing", path.Base(r.target))
			}
		}
	}
	err = p.scan(part, x, func(x *xmlScanner, e xmlEvent) error { return w.visit(p, x, e, byID) })
	if err != nil {
		return nil, err
	}
	if len(w.sheets) == 0 {
		return nil, p.damaged("it has no sheets")
	}
	return w, nil
}

// visit takes in the workbook part.
func (w *workbook) visit(p *opc, x *xmlScanner, e xmlEvent, byID map[string]relationship) error {
	if e == xmlText && x.depth <= 2 && len(bytes.TrimSpace(x.text)) > 0 {
		return flaw("there is text between its elements")
	}
	if e != xmlStart {
		return nil
	}
	if x.depth == 2 {
		w.inSheets = x.is(nsMain, "sheets")
	}
	switch {
	case x.is(nsMain, "workbookPr") && x.depth != 2, x.is(nsMain, "sheets") && x.depth != 2, x.is(nsMain, "sheet") && (x.depth != 3 || !w.inSheets),
		x.depth == 2 && x.space == nsMain && !known(workbookElements, x.local), x.depth == 3 && w.inSheets && !x.is(nsMain, "sheet"):
		return flaw("there is an element %q where none can be", x.local)
	case x.depth == 1 && !x.is(nsMain, "workbook"):
		return flaw("it is no workbook but %q", x.local)
	case x.depth == 2 && x.is(nsMain, "workbookPr"):
		var err error
		w.date1904, err = x.boolean("date1904", false)
		return err
	case x.depth == 3 && x.is(nsMain, "sheet"):
		s := sheetRef{}
		var okName, okID bool
		s.name, okName = x.attr(nsNone, "name")
		id, okID := x.attr(nsRel, "id")
		if !okName || !okID {
			return flaw("there is a sheet without name or id")
		}
		s.name = unescape(s.name)
		switch state, ok := x.attr(nsNone, "state"); {
		case !ok, state == "visible":
		case state == "hidden", state == "veryHidden":
			s.hidden = true
		default:
			return flaw("there is a sheet of the unknown state %q", state)
		}
		r, ok := byID[id]
		if !ok {
			return flaw("sheet %q refers to nothing", s.name)
		}
		s.cells = r.hasKind("worksheet")
		if !r.external {
			s.part = p.part(r.target)
		}
		if s.part == nil && s.cells {
			return flaw("the part of sheet %q is missing", s.name)
		}
		if len(w.sheets) == maxSheets {
			return errTooMuchText
		}
		for _, other := range w.sheets {
			if strings.EqualFold(other.name, s.name) {
				return flaw("there are two sheets %q", s.name)
			}
			if other.part == s.part && s.part != nil {
				return flaw("sheets %q and %q are one part", other.name, s.name)
			}
		}
		w.sheets = append(w.sheets, s)
	}
	return nil
}

// boolean reads an attribute of XML Schema's boolean.
func (x *xmlScanner) boolean(local string, dflt bool) (bool, error) {
	s, ok := x.attr(nsNone, local)
	switch {
	case !ok:
		return dflt, nil
	case s == "1" || s == "true" || s == "on":
		return true, nil
	case s == "0" || s == "false" || s == "off":
		return false, nil
	}
	return false, flaw("%q is neither true nor false", s)
}

// notWorkbook refuses by name the other things that come as zip archives.
func (p *opc) notWorkbook(main string) error {
	refuse := func(what, hint Text) error { return p.fail(CodeNotTable, what, hint) }
	export, save := say("export the list as .xlsx or CSV"), say("open it in a spreadsheet program and save it as .xlsx")
	dir := strings.ToLower(path.Dir(main))
	switch {
	case strings.HasSuffix(strings.ToLower(main), ".bin"):
		return refuse(say("the file is a binary workbook (.xlsb)"), save)
	case main != "" && (dir == "word" || strings.HasSuffix(main, "document.xml")):
		return refuse(say("the file is a Word document (.docx)"), say("copy the table into a spreadsheet and save it as .xlsx"))
	case main != "" && (dir == "ppt" || strings.HasSuffix(main, "presentation.xml")):
		return refuse(say("the file is a PowerPoint presentation"), export)
	case main != "" && dir == "visio":
		return refuse(say("the file is a Visio drawing"), export)
	case main != "":
		return nil
	}
	if kind, err := p.mimeType(); err != nil {
		return err
	} else if kind != "" {
		switch {
		case strings.Contains(kind, "opendocument.spreadsheet"):
			return refuse(say("the file is an OpenDocument spreadsheet (.ods)"), save)
		case strings.Contains(kind, "opendocument"):
			return refuse(say("the file is an OpenDocument text or drawing"), export)
		case strings.Contains(kind, "epub"):
			return refuse(say("the file is an e-book"), export)
		}
	}
	for name := range p.parts {
		switch {
		case strings.HasSuffix(name, ".iwa"), name == "index.zip", name == "index.apxl", name == "index.xml":
			return refuse(say("the file is a spreadsheet or document of Apple's"), say("export it as Excel (.xlsx) in Numbers"))
		case name == "xl/workbook.bin":
			return refuse(say("the file is a binary workbook (.xlsb)"), save)
		}
	}
	if p.part("[Content_Types].xml") != nil || p.part("xl/workbook.xml") != nil {
		return p.damaged("it does not say which part is the workbook")
	}
	return refuse(say("the file is a zip archive of %v files, not a workbook", len(p.parts)), say("unpack it and take the list in it"))
}

// mimeType returns what the part mimetype says, which OpenDocument files have.
func (p *opc) mimeType() (string, error) {
	f := p.part("mimetype")
	if f == nil || f.UncompressedSize64 > 200 {
		return "", nil
	}
	r, err := p.open(f)
	if err != nil {
		return "", err
	}
	defer r.close()
	b := make([]byte, 200)
	n, _ := r.Read(b) // what cannot be read is no OpenDocument
	return string(b[:n]), nil
}

const (
	maxSheets     = 5_000
	maxStyles     = 70_000  // cell formats; Excel stops at 65,490
	maxFormatText = 4 << 20 // bytes of all number formats
)

// loadStyles reads the number formats of the cells, by style index, and how
// many the part says there are, -1 if it does not.
func (p *opc) loadStyles(f *zip.File, x *xmlScanner) (formats []*numFormat, said int, err error) {
	codes := map[int]string{}
	var ids []int
	inXfs, inFormats, size := false, false, 0
	said, saidFormats := -1, -1
	err = p.scan(f, x, func(x *xmlScanner, e xmlEvent) error {
		if e == xmlEnd && x.depth == 2 {
			inXfs, inFormats = false, false
		}
		if e == xmlText && len(bytes.TrimSpace(x.text)) > 0 {
			return flaw("there is text between its elements")
		}
		if e != xmlStart {
			return nil
		}
		switch {
		case x.depth == 1 && !x.is(nsMain, "styleSheet"):
			return flaw("it has no styles but %q", x.local)
		case x.depth == 2 && x.is(nsMain, "cellXfs"):
			if len(ids) > 0 {
				return flaw("it has its cell formats twice")
			}
			inXfs = true
			said = x.count("count")
		case x.depth == 2 && x.is(nsMain, "numFmts"):
			inFormats = true
			saidFormats = x.count("count")
		case x.depth == 3 && inXfs:
			if !x.is(nsMain, "xf") {
				return flaw("there is an unknown element %q", x.local)
			}
			general := 0
			if applied, ok := x.attr(nsNone, "applyNumberFormat"); ok && applied != "0" && applied != "false" {
				general = -1 // it applies a format, and has lost which
			}
			id, err := x.number("numFmtId", general)
			if err != nil {
				return err
			}
			if err := x.onlyAttrs(xfAttrs); err != nil {
				return err
			}
			if len(ids) == maxStyles {
				return errTooMuchText
			}
			ids = append(ids, id)
		case x.depth == 3 && inFormats:
			id, err := x.number("numFmtId", -1)
			code, ok := x.attr(nsNone, "formatCode")
			if err != nil || id < 0 || !ok || !x.is(nsMain, "numFmt") {
				return flaw("there is a number format without id or code")
			}
			if size += len(code) + 64; size > maxFormatText {
				return errTooMuchText
			}
			codes[id] = unescape(code)
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	if said > len(ids) || saidFormats > len(codes) {
		return nil, 0, p.damaged("part %q promises %v cell formats and %v number formats and has %v and %v", path.Base(f.Name), max(said, 0), max(saidFormats, 0), len(ids), len(codes))
	}
	return makeFormats(ids, codes), said, nil
}

// makeFormats gives every style its number format; equal ones share it.
func makeFormats(ids []int, codes map[int]string) []*numFormat {
	byID := map[int]*numFormat{}
	formats := make([]*numFormat, len(ids))
	for i, id := range ids {
		f := byID[id]
		if f == nil {
			code, ok := codes[id]
			if !ok {
				code, ok = builtinFormat(id)
			}
			parsed := parseFormat(code)
			f = &parsed
			f.unknown = !ok
			byID[id] = f
		}
		formats[i] = f
	}
	return formats
}

var xfAttrs = []string{"numFmtId", "fontId", "fillId", "borderId", "xfId", "quotePrefix", "pivotButton",
	"applyNumberFormat", "applyFont", "applyFill", "applyBorder", "applyAlignment", "applyProtection"}

// onlyAttrs returns an error if the element that starts has an attribute
// without a namespace that is not known: a damaged name must not pass for a
// missing one.
func (x *xmlScanner) onlyAttrs(known []string) error {
next:
	for i := range x.attrs {
		a := &x.attrs[i]
		if a.prefix != nil || a.space == nsXMLNS {
			continue
		}
		for _, k := range known {
			if string(a.local) == k {
				continue next
			}
		}
		return flaw("there is an unknown attribute %q in <%v>", a.local, x.local)
	}
	return nil
}

// count reads an attribute that tells how many of something there are. It is
// -1 if there is none, or no number: nothing depends on it but a comparison.
func (x *xmlScanner) count(local string) int {
	s, ok := x.attr(nsNone, local)
	if n, err := strconv.Atoi(s); ok && err == nil {
		return n
	}
	return -1
}

// number reads an attribute that is a whole number, not negative.
func (x *xmlScanner) number(local string, dflt int) (int, error) {
	s, ok := x.attr(nsNone, local)
	if !ok {
		return dflt, nil
	}
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 {
		return 0, flaw("%q is no number", s)
	}
	return n, nil
}
