package table

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"net/url"
	"path"
	"strings"
)

// Limits of a workbook. A sheet of a million rows and twenty columns keeps
// within them; a file that is made to fill the memory does not.
const (
	maxParts      = 10_000
	maxPartsBytes = 3 << 29  // of all parts, unpacked
	maxRatio      = 100      // unpacked to packed, for parts above ratioFrom; sheets have 8 to 15
	ratioFrom     = 32 << 20 // small parts may be packed as tightly as they like
)

// opc is an Open Packaging container, a zip archive of parts that refer to
// each other by relationships.
type opc struct {
	src   *source
	zip   *zip.Reader
	parts map[string]*zip.File // by folded name
}

// foldPart makes names of parts comparable: they are compared without case.
func foldPart(name string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(name, `\`, "/"), "/"))
}

func (p *opc) fail(code Code, reason, hint Text) *Error {
	return &Error{File: p.src.name, Code: code, Reason: reason, Hint: hint}
}

// damaged is the error for a workbook that cannot be trusted, for the reason
// with this id.
func (p *opc) damaged(id string, args ...any) *Error {
	return p.fail(CodeDamaged, say("the workbook is damaged: %v", say(id, args...)), say("open it in a spreadsheet program, look whether all is there, and save it anew; or fetch it again"))
}

// openOPC reads the directory of the archive.
func openOPC(src *source) (*opc, error) {
	p := &opc{src: src, parts: map[string]*zip.File{}}
	n, err := directoryEntries(src)
	if err != nil {
		return nil, err
	}
	if n > maxParts {
		return nil, p.fail(CodeTooLarge, say("the file is a zip archive of %v entries; no workbook has so many", n), none)
	}
	p.zip, err = zip.NewReader(src, src.size)
	if err != nil {
		var e *Error
		if errors.As(err, &e) {
			return nil, e
		}
		return nil, p.fail(CodeDamaged, say("the workbook is only half there: its end is missing or broken"), say("its download or copy did not finish; fetch it again"))
	}
	for _, f := range p.zip.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		name := foldPart(f.Name)
		if p.parts[name] != nil {
			return nil, p.damaged("it has %q twice", f.Name)
		}
		if f.Flags&1 != 0 {
			return nil, p.fail(CodeNotTable, say("the file is a zip archive with a password"), say("unpack it first, or save it without a password"))
		}
		p.parts[name] = f
	}
	return p, nil
}

// directoryEntries returns the number of entries that the archive's end
// record promises, so that a directory of millions is not read into memory.
func directoryEntries(src *source) (int, error) {
	tail := make([]byte, min(src.size, 64<<10+22))
	if _, err := src.ReadAt(tail, src.size-int64(len(tail))); err != nil {
		return 0, err
	}
	for i := len(tail) - 22; i >= 0; i-- {
		if string(tail[i:i+4]) != "PK\x05\x06" {
			continue
		}
		n := int(binary.LittleEndian.Uint16(tail[i+10:]))
		if n < 0xFFFF || i < 20 || string(tail[i-20:i-16]) != "PK\x06\x07" {
			return n, nil
		}
		end64 := make([]byte, 40) // Zip64 has the number in a record of its own
		at := int64(binary.LittleEndian.Uint64(tail[i-20+8:]))
		if at < 0 || at > src.size-int64(len(end64)) {
			return n, nil
		}
		if _, err := src.ReadAt(end64, at); err != nil {
			return 0, err
		}
		return int(min(binary.LittleEndian.Uint64(end64[32:]), 1<<31)), nil
	}
	return 0, nil
}

// part returns the part of this name, or nil. Names that relationships have
// with % may be without it in the archive.
func (p *opc) part(name string) *zip.File {
	if f := p.parts[foldPart(name)]; f != nil || strings.IndexByte(name, '%') < 0 {
		return f
	}
	plain, err := url.PathUnescape(name)
	if err != nil {
		return nil
	}
	return p.parts[foldPart(plain)]
}

// open opens a part. What it returns checks length and checksum at the end.
func (p *opc) open(f *zip.File) (*partReader, error) {
	if f.Method != zip.Store && f.Method != zip.Deflate {
		return nil, p.damaged("part %q is packed in an unknown way", f.Name)
	}
	// The reader stops where the part is longer than it says here.
	if n := f.UncompressedSize64; n > maxPartsBytes || n > ratioFrom && n/maxRatio > f.CompressedSize64 {
		return nil, p.fail(CodeTooLarge, say("part %q of the workbook unpacks to far more than a sheet does: this is a zip bomb, or millions of cells without anything in them", f.Name),
			say("copy the rows into a new workbook and save that"))
	}
	r, err := f.Open()
	if err != nil {
		return nil, p.partError(f, err)
	}
	return &partReader{p: p, f: f, r: r, crc: crc32.NewIEEE()}, nil
}

// partError turns what a read of a part brought into an *Error.
func (p *opc) partError(f *zip.File, err error) error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		return e
	case errors.Is(err, zip.ErrChecksum):
		return p.damaged("part %q does not have the checksum that was saved with it", f.Name)
	case errors.Is(err, errTooMuchText):
		return p.fail(CodeTooLarge, say("part %q of the workbook has more in it than can be read", f.Name), say("copy the rows into a new workbook and save that"))
	case errors.Is(err, errXMLCut), errors.Is(err, io.ErrUnexpectedEOF):
		return p.damaged("part %q ends in the middle", f.Name)
	}
	return p.damaged("part %q cannot be read: %v", f.Name, err)
}

// partReader reads a part to its end and no further than it may be long.
type partReader struct {
	p   *opc
	f   *zip.File
	r   io.ReadCloser
	crc hash.Hash32
	n   uint64
	err error
}

func (r *partReader) Read(b []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.r.Read(b)
	r.n += uint64(n)
	r.crc.Write(b[:n])
	switch {
	case r.n > r.f.UncompressedSize64:
		err = flaw("it is longer than the archive says")
	case err == io.EOF && r.n != r.f.UncompressedSize64:
		err = io.ErrUnexpectedEOF
	case err == io.EOF && r.crc.Sum32() != r.f.CRC32:
		err = zip.ErrChecksum
	}
	r.err = err
	return n, err
}

// finish reads what is left, so that the checksum is verified, and closes.
func (r *partReader) finish() error {
	_, err := io.Copy(io.Discard, r)
	if cerr := r.r.Close(); err == nil {
		err = cerr
	}
	return r.p.partError(r.f, err)
}

// close closes the part before its end.
func (r *partReader) close() { r.r.Close() } // it was only read

// scan hands the events of an XML part to visit until its end, and verifies
// the part. Visit may consume events itself.
func (p *opc) scan(f *zip.File, x *xmlScanner, visit func(x *xmlScanner, e xmlEvent) error) error {
	r, err := p.open(f)
	if err != nil {
		return err
	}
	x.reset(r)
	for {
		e, err := x.next()
		if err == nil && visit != nil && e != xmlEOF {
			err = visit(x, e)
		}
		if err != nil {
			r.close()
			return p.partError(f, err)
		}
		if e == xmlEOF {
			return r.finish()
		}
	}
}

// relationship is one line of a relationships part.
type relationship struct {
	id, kind, target string
	external         bool
}

// relationships reads the relationships of a part; "" asks for the package's
// own. A part without any has none.
func (p *opc) relationships(part string, x *xmlScanner) ([]relationship, error) {
	dir, base := path.Split(part)
	f := p.part(dir + "_rels/" + base + ".rels")
	if f == nil {
		return nil, nil
	}
	var rels []relationship
	seen := map[string]bool{}
	err := p.scan(f, x, func(x *xmlScanner, e xmlEvent) error {
		if e == xmlText && len(bytes.TrimSpace(x.text)) > 0 {
			return flaw("there is text between its elements")
		}
		if e != xmlStart {
			return nil
		}
		if x.depth == 1 && !x.is(nsRels, "Relationships") || x.depth == 2 && !x.is(nsRels, "Relationship") {
			return flaw("there is an unknown element %q", x.local)
		}
		if x.depth != 2 {
			return nil
		}
		var r relationship
		var okID, okKind, okTarget bool
		r.id, okID = x.attr(nsNone, "Id")
		r.kind, okKind = x.attr(nsNone, "Type")
		r.target, okTarget = x.attr(nsNone, "Target")
		if !okID || !okKind || !okTarget || seen[r.id] {
			return flaw("there is a relationship without id, type or target, or one twice")
		}
		if len(seen) == maxParts {
			return errTooMuchText
		}
		seen[r.id] = true
		switch mode, ok := x.attr(nsNone, "TargetMode"); {
		case !ok, mode == "Internal":
		case mode == "External":
			r.external = true
		default:
			return flaw("there is an unknown target mode %q", mode)
		}
		if !r.external {
			r.target = resolveTarget(dir, r.target)
		}
		rels = append(rels, r)
		return nil
	})
	return rels, err
}

// resolveTarget makes the target of a relationship a name of a part.
func resolveTarget(dir, target string) string {
	target = strings.ReplaceAll(target, `\`, "/")
	if i := strings.IndexByte(target, '#'); i >= 0 {
		target = target[:i]
	}
	if strings.HasPrefix(target, "/") {
		return strings.TrimPrefix(path.Clean(target), "/")
	}
	return strings.TrimPrefix(path.Join("/", dir, target), "/")
}

// hasKind reports whether a relationship is of a kind, transitional or strict.
func (r relationship) hasKind(kind string) bool {
	for _, prefix := range []string{"http://schemas.openxmlformats.org/officeDocument/2006/relationships/", "http://purl.oclc.org/ooxml/officeDocument/relationships/"} {
		if r.kind == prefix+kind {
			return true
		}
	}
	return false
}
