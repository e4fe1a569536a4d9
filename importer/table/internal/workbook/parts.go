package workbook

import (
	"archive/zip"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"path"
	"strings"

	"vitec-import/importer/table/internal/fault"
)

// archive is an Open Packaging container: a zip archive of parts that refer to
// each other by relationships.
type archive struct {
	zip   *zip.Reader
	parts map[string]*zip.File // by folded name
	done  map[*zip.File]bool   // those that were read to their ends
}

// fold makes names of parts comparable: their case does not matter.
func fold(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

func openArchive(r io.ReaderAt, size int64) (*archive, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		var e *fault.Error
		if errors.As(err, &e) {
			return nil, e
		}
		return nil, fail(fault.Damaged, say("only a part of the workbook is there: its end is missing or broken"), say("its download or copy was not finished; download it again"))
	}
	if len(z.File) > MaxParts {
		return nil, fail(fault.TooLarge, say("the file is a zip archive of %d entries; no workbook has so many", len(z.File)), fault.Text{})
	}
	a := &archive{zip: z, parts: map[string]*zip.File{}, done: map[*zip.File]bool{}}
	for _, f := range z.File {
		name := fold(f.Name)
		switch {
		case strings.HasSuffix(f.Name, "/"):
			continue
		case a.parts[name] != nil:
			return nil, damaged("it has part %q twice", f.Name)
		case f.Flags&1 != 0:
			return nil, fail(fault.NotTable, say("the file is a zip archive with a password"), say("unpack it first, or save it without a password"))
		}
		a.parts[name] = f
	}
	return a, nil
}

// part returns the part of this name, or nil. Names that relationships write
// with % may stand without it in the archive.
func (a *archive) part(name string) *zip.File {
	if f := a.parts[fold(name)]; f != nil {
		return f
	}
	if plain, err := url.PathUnescape(name); err == nil {
		return a.parts[fold(plain)]
	}
	return nil
}

// open opens a part. At its end its length and checksum are verified.
func (a *archive) open(f *zip.File) (io.ReadCloser, error) {
	n := f.UncompressedSize64
	if n > maxBytes || n > ratioFrom && n/maxRatio > f.CompressedSize64 {
		return nil, tooLarge("part %q of the workbook unpacks to far more than a sheet does: this is a zip bomb, or millions of cells without anything in them", f.Name)
	}
	if f.CRC32 == 0 && n > 0 { // which archive/zip takes for unknown
		return nil, damaged("part %q has no checksum", f.Name)
	}
	r, err := f.Open()
	if err != nil {
		return nil, partError(f, err, 0)
	}
	return r, nil
}

// partError makes an error of what a part has in it.
func partError(f *zip.File, err error, at int64) error {
	var (
		e      *fault.Error
		syntax *xml.SyntaxError
		wrong  flaw
	)
	switch {
	case err == nil, err == errEnough, errors.As(err, &e), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, errTooMuch):
		return tooLarge("part %q of the workbook has more in it than can be read", f.Name)
	case errors.Is(err, zip.ErrChecksum):
		return damaged("part %q does not have the checksum that was saved with it", f.Name)
	case errors.As(err, &wrong):
		return damaged("part %q cannot be read at byte %d: %s", f.Name, int(at), say(string(wrong)))
	case errors.Is(err, io.ErrUnexpectedEOF):
		return damaged("part %q is cut off", f.Name)
	case errors.As(err, &syntax):
		return damaged("part %q is not well-formed XML at byte %d", f.Name, int(at))
	}
	return damaged("part %q cannot be read", f.Name)
}

// read hands the elements that begin in an XML part to visit, until its end or an
// error. Above the third level there is no text between them. A nil visit takes
// all there is.
func (a *archive) read(f *zip.File, visit func(x *xmlReader) error) error {
	r, err := a.open(f)
	if err != nil {
		return err
	}
	defer r.Close() // it was only read
	x := newXMLReader(r)
	for {
		e, err := x.next()
		switch {
		case err != nil || visit == nil:
		case e == startTag:
			err = visit(x)
		case e == someText && x.depth <= 2 && !blank(x.text):
			err = errStrayText
		}
		if err == nil && e == endOfPart {
			a.done[f] = true
			err = drain(r)
		}
		if err != nil || e == endOfPart {
			return partError(f, err, x.d.InputOffset())
		}
	}
}

// drain reads what is left of a part, so that its checksum is verified.
func drain(r io.Reader) error {
	_, err := io.Copy(io.Discard, r)
	return err
}

// verify reads to their ends the parts that were not, except for one.
func (a *archive) verify(except *zip.File) error {
	var total uint64
	for _, f := range a.zip.File {
		if total += f.UncompressedSize64; total > maxBytes {
			return tooLarge("the parts of the workbook unpack to more than 1.5 GB")
		}
		if strings.HasSuffix(f.Name, "/") || a.done[f] || f == except {
			continue
		}
		name := fold(f.Name)
		if (strings.HasSuffix(name, ".xml") || strings.HasSuffix(name, ".rels")) && !strings.HasPrefix(name, "customxml/") {
			if err := a.read(f, nil); err != nil {
				return err
			}
			continue
		}
		r, err := a.open(f)
		if err != nil {
			return err
		}
		err = drain(r)
		r.Close() // it was only read
		if err != nil {
			return partError(f, err, 0)
		}
	}
	return nil
}

// relationship is one line of a relationships part.
type relationship struct {
	kind     string // the last word of its type
	target   string // the part's name, or an address
	external bool
}

// relationships reads the relationships of a part by their ids; "" asks for the
// package's own. A part without any has none.
func (a *archive) relationships(part string) (map[string]relationship, error) {
	dir, base := path.Split(part)
	f := a.part(dir + "_rels/" + base + ".rels")
	if f == nil {
		return nil, nil
	}
	rels := map[string]relationship{}
	return rels, a.read(f, func(x *xmlReader) error {
		if x.start.Name.Space != relationshipSpace || x.start.Name.Local != "Relationship" {
			return nil
		}
		id, _ := x.attr("Id")
		kind, _ := x.attr("Type")
		target, ok := x.attr("Target")
		mode, _ := x.attr("TargetMode")
		if _, twice := rels[id]; id == "" || kind == "" || !ok || twice {
			return flaw("a relationship has no id, type or target, or is there twice")
		}
		if len(rels) == maxMarks {
			return errTooMuch
		}
		r := relationship{kind: path.Base(kind), target: target, external: mode == "External"}
		if !r.external {
			r.target = resolve(dir, target)
		}
		rels[id] = r
		return nil
	})
}

// resolve makes the target of a relationship the name of a part.
func resolve(dir, target string) string {
	target, _, _ = strings.Cut(strings.ReplaceAll(target, `\`, "/"), "#")
	if !strings.HasPrefix(target, "/") {
		target = path.Join("/", dir, target)
	}
	return strings.TrimPrefix(path.Clean(target), "/")
}
