package table

import (
	"archive/zip"
	"math/bits"
	"path"
	"slices"
	"strings"
)

// verify reads to their ends the parts that are not read otherwise: every
// checksum must be right and all XML well-formed. On the way it counts the
// shared strings that other sheets than the one to be read refer to.
func (p *opc) verify(x *xmlScanner, census *cellCensus, except ...*zip.File) error {
	var total uint64
	for _, f := range p.zip.File {
		if strings.HasSuffix(f.Name, "/") || slices.Contains(except, f) {
			continue
		}
		if total += f.UncompressedSize64; total > maxPartsBytes {
			return p.fail(CodeTooLarge, say("the parts of the workbook unpack to more than 1.5 GB"), say("copy the rows into a new workbook and save that"))
		}
		name := foldPart(f.Name)
		if (strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels")) && !strings.HasPrefix(name, "customxml/") {
			if err := p.scan(f, x, census.visit); err != nil {
				return err
			}
			continue
		}
		r, err := p.open(f)
		if err != nil {
			return err
		}
		if err := r.finish(); err != nil {
			return err
		}
	}
	return nil
}

// cellCensus counts which shared strings and styles the cells of a workbook
// refer to, of all sheets and once. What is lost or doubled among cells, texts
// or styles shows in it.
type cellCensus struct {
	refs   int      // cells with a shared string
	last   int      // greatest index + 1
	used   []uint64 // a bit an index
	styles int      // greatest index of a style + 1
	buf    []byte
	in     bool // visit is in a cell with a shared string
}

// meet counts a reference.
func (t *cellCensus) meet(index []byte) {
	t.refs++
	if n, ok := smallNumber(trimSpace(index)); ok && n/64 < len(t.used) {
		t.used[n/64] |= 1 << (n % 64)
		t.last = max(t.last, n+1)
	}
}

// visit counts the references of a sheet that is not read otherwise.
func (t *cellCensus) visit(x *xmlScanner, e xmlEvent) (err error) {
	if e != xmlStart || x.space != nsMain || len(x.local) != 1 {
		return nil
	}
	switch x.local[0] {
	case 'c':
		kind, _ := x.attr(nsNone, "t")
		t.in = kind == "s"
		if style, err := x.number("s", 0); err == nil {
			t.styles = max(t.styles, style+1)
		}
	case 'v':
		if t.in {
			if t.buf, err = readCharacters(x, t.buf[:0]); err == nil {
				t.meet(t.buf)
			}
		}
	}
	return err
}

// unused returns how many of the n texts no cell refers to.
func (t *cellCensus) unused(n int) int {
	for _, w := range t.used {
		n -= bits.OnesCount64(w)
	}
	return n
}

// judgeStyles looks whether the styles have shifted: there are more of them
// than the part says, and just as many as it says are used.
func (r *xlsxReader) judgeStyles() error {
	said := r.book.saidStyles
	if said >= 0 && said < len(r.formats) && r.census.styles == said {
		return r.p.damaged("part %q has %v cell formats and says that it has %v, so that cells may have got the format of others", path.Base(r.book.styles.Name), len(r.formats), said)
	}
	return nil
}

// judgeTexts compares the shared strings with the cells. There can be more of
// them than the part says without harm, for many programs write a wrong
// number; but if just as many as it says are used, they have shifted.
// LibreOffice and SheetJS write the right numbers. Others leave texts behind that no
// cell has any more, which cannot be told from cells that are lost.
func (r *xlsxReader) judgeTexts(info *Info) error {
	if r.strings == nil {
		return nil
	}
	t, n := r.census, r.strings.len()
	said, saidRefs := r.strings.said, r.strings.saidRefs
	if said >= 0 && said < n && t.last == said {
		return r.p.damaged("part %q has %v texts and says that it has %v, so that cells may have got the text of others", path.Base(r.book.strings.Name), n, said)
	}
	unused := t.unused(n)
	if unused == 0 && (saidRefs < 0 || saidRefs == t.refs) {
		return nil
	}
	program, err := r.p.application(r.x)
	if err != nil {
		return err
	}
	if strings.HasPrefix(program, "LibreOffice") || saidRefs >= 0 && program == "SheetJS" {
		return r.p.damaged("%v cells refer to %v texts, and part %q says that %v refer to %v", t.refs, n-unused, path.Base(r.book.strings.Name), saidRefs, said)
	}
	switch {
	case unused > 0:
		info.Warnings = append(info.Warnings, Warning{Code: WarnTexts, Text: plural(unused, "there is %v text in the workbook that no cell shows", "there are %v texts in the workbook that no cell shows"),
			Hint: say("some programs leave such texts behind; else look whether all cells are there")})
	case saidRefs > said && t.refs > saidRefs: // others have the same number twice, or count what they overwrite
		info.Warnings = append(info.Warnings, Warning{Code: WarnTexts, Text: say("%v cells have a text, and the workbook says that %v have one", t.refs, saidRefs),
			Hint: say("look whether there are cells or rows that should not be there")})
	}
	return nil
}

// application returns the name of the program that wrote the workbook, as far
// as it tells.
func (p *opc) application(x *xmlScanner) (name string, err error) {
	f := p.part("docProps/app.xml")
	if f == nil {
		return "", nil
	}
	err = p.scan(f, x, func(x *xmlScanner, e xmlEvent) error {
		if e != xmlStart || x.depth != 2 || string(x.local) != "Application" {
			return nil
		}
		b, err := readCharacters(x, nil)
		name = string(b)
		return err
	})
	return name, err
}
