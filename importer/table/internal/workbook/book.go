package workbook

import (
	"archive/zip"
	"errors"
	"io"
	"path"
	"strings"

	"vitec-import/importer/table/internal/fault"
)

// Book is an open workbook. It is not safe for concurrent use.
type Book struct {
	archive  *archive
	date1904 bool
	sheets   []*Sheet
	texts    *texts
	styles   []style
}

// Sheet is one sheet of a workbook.
type Sheet struct {
	Name   string
	Hidden bool
	Cells  bool // it has rows, unlike a chart or a macro sheet

	part  *zip.File
	links map[string]relationship // read when they are needed
}

// Open reads all of a workbook but its sheets.
func Open(r io.ReaderAt, size int64) (*Book, error) {
	a, err := openArchive(r, size)
	if err != nil {
		return nil, err
	}
	b := &Book{archive: a, texts: new(texts)}
	root, err := a.relationships("")
	if err != nil {
		return nil, err
	}
	main := ""
	for _, r := range root {
		if r.kind == "officeDocument" && !r.external {
			main = r.target
		}
	}
	if err := a.notWorkbook(main); err != nil {
		return nil, err
	}
	part := a.part(main)
	if part == nil {
		return nil, damaged("its main part is missing")
	}
	rels, err := a.relationships(main)
	if err != nil {
		return nil, err
	}
	if err := a.read(part, func(x *xmlReader) error { return b.visit(x, rels) }); err != nil {
		return nil, err
	}
	if len(b.sheets) == 0 {
		return nil, damaged("it has no sheets")
	}
	for kind, load := range map[string]func(*zip.File) error{"sharedStrings": b.loadTexts, "styles": b.loadStyles} {
		part, err := a.only(kind, rels)
		if err != nil {
			return nil, err
		}
		if part != nil {
			if err := load(part); err != nil {
				return nil, err
			}
		}
	}
	return b, nil
}

// only returns the part of this kind, nil if there is none.
func (a *archive) only(kind string, rels map[string]relationship) (f *zip.File, err error) {
	for _, r := range rels {
		if r.kind != kind || r.external {
			continue
		}
		if f != nil {
			return nil, damaged("it has two parts for its %s", kind)
		}
		if f = a.part(r.target); f == nil {
			return nil, damaged("part %q is missing", path.Base(r.target))
		}
	}
	return f, nil
}

// Sheets returns the sheets in the order of their tabs.
func (b *Book) Sheets() []*Sheet { return b.sheets }

// Verify reads the parts that nothing else reads to their ends. The sheet is the
// one whose rows are going to be read.
func (b *Book) Verify(s *Sheet) error { return b.archive.verify(s.part) }

// visit takes in the workbook part.
func (b *Book) visit(x *xmlReader, rels map[string]relationship) error {
	switch {
	case x.depth == 1 && !x.is("workbook"):
		return flaw("it is not a workbook")
	case x.is("workbookPr") && x.depth != 2, x.is("sheets") && x.depth != 2, x.is("sheet") && x.depth != 3:
		return flaw("an element stands where it cannot")
	case x.is("workbookPr"):
		var err error
		b.date1904, err = x.yes("date1904")
		return err
	case x.is("sheet"):
		return b.addSheet(x, rels)
	}
	return nil
}

func (b *Book) addSheet(x *xmlReader, rels map[string]relationship) error {
	name, _ := x.attr("name")
	s := &Sheet{Name: Unescape(name)}
	r, ok := rels[x.link()]
	if name == "" || !ok {
		return flaw("a sheet has no name, or refers to nothing")
	}
	switch state, _ := x.attr("state"); state {
	case "", "visible":
	case "hidden", "veryHidden":
		s.Hidden = true
	default:
		return flaw("a sheet is neither visible nor hidden")
	}
	s.Cells = r.kind == "worksheet"
	if !r.external {
		s.part = b.archive.part(r.target)
	}
	if s.part == nil && s.Cells {
		return flaw("the part of a sheet is missing")
	}
	for _, other := range b.sheets {
		if strings.EqualFold(other.Name, s.Name) || other.part == s.part && s.part != nil {
			return flaw("two sheets have one name or one part")
		}
	}
	if len(b.sheets) == MaxParts {
		return errTooMuch
	}
	b.sheets = append(b.sheets, s)
	return nil
}

// notWorkbook refuses by name the other things that come as zip archives.
func (a *archive) notWorkbook(main string) error {
	refuse := func(what, hint fault.Text) error { return fail(fault.NotTable, what, hint) }
	export, save := say("export the list as .xlsx or CSV"), say("open it in a spreadsheet program and save it as .xlsx")
	dir, main := strings.ToLower(path.Dir(main)), strings.ToLower(main)
	switch {
	case strings.HasSuffix(main, ".bin"):
		return refuse(say("the file is a binary workbook (.xlsb)"), save)
	case dir == "word", strings.HasSuffix(main, "document.xml"):
		return refuse(say("the file is a Word document"), say("copy the table into a spreadsheet and save it as .xlsx"))
	case dir == "ppt", strings.HasSuffix(main, "presentation.xml"):
		return refuse(say("the file is a PowerPoint presentation"), export)
	case main != "":
		return nil
	}
	kind, err := a.mimeType()
	switch {
	case err != nil:
		return err
	case strings.Contains(kind, "opendocument.spreadsheet"):
		return refuse(say("the file is an OpenDocument spreadsheet (.ods)"), save)
	case kind != "":
		return refuse(say("the file is a document of another program"), export)
	}
	for name := range a.parts {
		if strings.HasSuffix(name, ".iwa") || name == "index.zip" || name == "index.apxl" || name == "index.xml" {
			return refuse(say("the file is a spreadsheet or document of Apple's"), say("export it as Excel (.xlsx) in Numbers"))
		}
	}
	switch {
	case a.part("xl/workbook.bin") != nil:
		return refuse(say("the file is a binary workbook (.xlsb)"), save)
	case a.part("[Content_Types].xml") != nil, a.part("xl/workbook.xml") != nil:
		return damaged("it does not say which part is the workbook")
	}
	return refuse(say("the file is a zip archive of %d files, not a workbook", len(a.parts)), say("unpack it and take the list in it"))
}

// mimeType returns what the part mimetype says, which OpenDocument files have.
func (a *archive) mimeType() (string, error) {
	f := a.part("mimetype")
	if f == nil || f.UncompressedSize64 > 200 {
		return "", nil
	}
	r, err := a.open(f)
	if err != nil {
		return "", err
	}
	defer r.Close() // it was only read
	b, err := io.ReadAll(r)
	var e *fault.Error
	if errors.As(err, &e) {
		return "", err
	}
	return string(b), nil // what cannot be read is not an OpenDocument file
}
