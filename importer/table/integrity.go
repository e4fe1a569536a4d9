package table

import (
	"archive/zip"
	"fmt"
	"path"
	"slices"
	"strings"
)

// verify reads to their ends the parts that are not read otherwise: every
// checksum must be right and all XML well-formed.
func (p *opc) verify(x *xmlScanner, except ...*zip.File) error {
	var total uint64
	for _, f := range p.zip.File {
		if strings.HasSuffix(f.Name, "/") || slices.Contains(except, f) {
			continue
		}
		if total += f.UncompressedSize64; total > maxPartsBytes {
			return p.fail(CodeTooLarge, "the parts of the workbook unpack to more than 1.5 GB", "copy the rows into a new workbook and save that")
		}
		name := foldPart(f.Name)
		if (strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels")) && !strings.HasPrefix(name, "customxml/") {
			if err := p.scan(f, x, nil); err != nil {
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

// verifyStrings looks whether the shared strings may have shifted: there are
// more of them than the part says, and just as many as it says are used. A
// wrong count alone is nothing, many programs write one.
func (r *xlsxReader) verifyStrings() error {
	t := r.strings
	if t == nil || t.said < 0 || t.said >= t.len() || r.seen.maxString > t.said {
		return nil
	}
	used := r.seen.maxString
	for i := range r.book.sheets {
		s := &r.book.sheets[i]
		if !s.cells || s == r.sheet {
			continue
		}
		sheet, err := r.p.openSheet(s.part, r.x)
		if err != nil {
			return err
		}
		for {
			row, err := sheet.next()
			if err != nil {
				return r.inSheet(s, err)
			}
			if row == nil {
				break
			}
			for _, c := range row.cells {
				if n, ok := smallNumber(row.data[c.start:c.end]); ok && c.kind == typeShared {
					used = max(used, n+1)
				}
			}
		}
	}
	if used == t.said {
		return r.p.damaged(fmt.Sprintf("part %q has %d texts and says that it has %d, so that cells may have got the text of others", path.Base(r.book.strings.Name), t.len(), t.said))
	}
	return nil
}
