package table

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash/maphash"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// blockSize is the unit in which a file is read and verified.
const blockSize = 128 << 10

// source is a file as it was when it was opened. Every block is fingerprinted
// on the first reading; later readings compare before they hand out a byte,
// so that a file that is saved over in the middle of a run is noticed before
// anything is made of the new bytes. Bytes that were appended after the
// opening are not read.
type source struct {
	f      *os.File
	name   string // base name
	size   int64
	sha256 string
	seed   maphash.Seed
	sums   []uint64        // one per block
	block  []byte          // the block that was read last
	at     int64           // its index, -1 if there is none
	ctx    context.Context // of the pass that reads now
}

// openSource opens the file for reading and fingerprints nothing yet.
func openSource(path string) (*source, error) {
	s := &source{name: filepath.Base(path), seed: maphash.MakeSeed(), at: -1, ctx: context.Background()}
	fail := func(reason, hint Text, err error) (*source, error) {
		if s.f != nil {
			s.f.Close() // nothing was written
		}
		return nil, &Error{File: s.name, Code: CodeUnreadable, Reason: reason, Hint: hint, Err: err}
	}
	// Opening a named pipe would wait for a writer: look before opening.
	fi, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fail(say("there is no such file"), say("check the path: %v", path), err)
	case err != nil:
		return fail(say("cannot be opened: %v", said(err)), none, err)
	case fi.IsDir():
		return fail(say("is a folder, not a file"), say("name the file in it"), nil)
	case !fi.Mode().IsRegular():
		return fail(say("is not an ordinary file"), say("save the list as a file first; it is read more than once"), nil)
	}
	if s.f, err = os.Open(path); err != nil {
		hint := none
		if errors.Is(err, fs.ErrPermission) || held(err) {
			hint = say("check its permissions, and close it in the program that has it open")
		}
		return fail(say("cannot be opened: %v", said(err)), hint, err)
	}
	if fi, err = s.f.Stat(); err != nil {
		return fail(say("cannot be read: %v", said(err)), none, err)
	}
	if s.size = fi.Size(); s.size == 0 {
		if err := s.f.Close(); err != nil {
			return nil, err
		}
		return nil, &Error{File: s.name, Code: CodeEmpty, Reason: say("the file is empty (0 bytes)"), Hint: say("export or copy it again")}
	}
	return s, nil
}

// begin begins a pass, which ctx ends. What is kept of the file is dropped, so
// that a change is noticed.
func (s *source) begin(ctx context.Context) { s.ctx, s.at = ctx, -1 }

// fingerprint reads the whole file once and keeps the digests that later
// readings are held against.
func (s *source) fingerprint() error {
	h := sha256.New()
	s.block = make([]byte, min(blockSize, s.size))
	for off := int64(0); off < s.size; off += blockSize {
		if err := s.ctx.Err(); err != nil {
			return err
		}
		b := s.block[:min(blockSize, s.size-off)]
		if n, err := s.f.ReadAt(b, off); n < len(b) {
			return s.readError(err)
		}
		h.Write(b)
		s.sums = append(s.sums, maphash.Bytes(s.seed, b))
	}
	s.sha256 = hex.EncodeToString(h.Sum(nil))
	return nil
}

// readError is the error for a read that brought less than it should.
func (s *source) readError(err error) error {
	if err == nil || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return s.changed()
	}
	return &Error{File: s.name, Code: CodeUnreadable, Reason: say("cannot be read: %v", said(err)), Err: err}
}

// changed is the error for a file that is no longer what it was.
func (s *source) changed() error {
	return &Error{File: s.name, Code: CodeChanged, Reason: say("the file was changed while it was being read"),
		Hint: say("let no program write to it, and start again")}
}

// verifyEnd returns an error if the file has another size by now.
func (s *source) verifyEnd() error {
	fi, err := s.f.Stat()
	if err != nil {
		return s.readError(err)
	}
	if fi.Size() != s.size {
		return s.changed()
	}
	return nil
}

// load makes block i the current one.
func (s *source) load(i int64) error {
	if s.at == i {
		return nil
	}
	if err := s.ctx.Err(); err != nil {
		return err
	}
	s.at = -1
	b := s.block[:cap(s.block)]
	b = b[:min(int64(len(b)), s.size-i*blockSize)]
	if n, err := s.f.ReadAt(b, i*blockSize); n < len(b) {
		return s.readError(err)
	}
	if maphash.Bytes(s.seed, b) != s.sums[i] {
		return s.changed()
	}
	s.block, s.at = b, i
	return nil
}

// ReadAt reads verified bytes. It is not safe for concurrent use, unlike what
// io.ReaderAt asks for.
func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, errors.New("negative offset")
	}
	n := 0
	for n < len(p) {
		if off >= s.size {
			return n, io.EOF
		}
		if err := s.load(off / blockSize); err != nil {
			return n, err
		}
		k := copy(p[n:], s.block[off%blockSize:])
		n += k
		off += int64(k)
	}
	return n, nil
}

// reader reads the verified bytes from off to the end.
func (s *source) reader(off int64) io.Reader { return io.NewSectionReader(s, off, s.size-off) }

// Close closes the file.
func (s *source) Close() error { return s.f.Close() }
