package reports

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"runtime"
	"sync"
)

// A deflater packs what is written to it in pieces, several at a time. Each
// piece ends on a whole byte, as after [flate.Writer.Flush], so that the pieces
// one after the other are one stream. What repeats from one piece to the next is
// not found; in pieces of this size that is less than a hundredth.
//
// The sheet of a run's rows is a stream of 600 bytes a row, and one processor
// packing it was a third of the time that a report took.
type deflater struct {
	to    io.Writer
	piece *piece   // being filled
	begun []*piece // being packed, oldest first
	err   error    // the first
}

const (
	// pieceSize is how many bytes of input a piece has.
	pieceSize = 256 << 10
	// quickLevel takes half the time of the usual one, for a sixth more bytes.
	quickLevel = 2
)

// A piece is a part of the input, and what it becomes.
type piece struct {
	in   []byte
	out  bytes.Buffer
	done chan error
}

// Pieces and what packs them are used again. A packer is nearly a megabyte.
var (
	pieces  = sync.Pool{New: func() any { return &piece{done: make(chan error, 1)} }}
	packers = sync.Pool{New: func() any {
		w, _ := flate.NewWriter(nil, quickLevel) // fails for levels only that there are not
		return w
	}}
)

func newDeflater(to io.Writer) *deflater { return &deflater{to: to, piece: pieces.Get().(*piece)} }

func (d *deflater) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		if len(d.piece.in) == pieceSize {
			d.pack((*flate.Writer).Flush)
			d.piece = pieces.Get().(*piece)
		}
		n := min(len(rest), pieceSize-len(d.piece.in))
		d.piece.in = append(d.piece.in, rest[:n]...)
		rest = rest[n:]
	}
	return len(b), d.err
}

// pack has the present piece packed. As many are at once as there are
// processors.
func (d *deflater) pack(end func(*flate.Writer) error) {
	if len(d.begun) == runtime.GOMAXPROCS(0) {
		d.take()
	}
	p := d.piece
	d.begun = append(d.begun, p)
	go func() {
		w := packers.Get().(*flate.Writer)
		w.Reset(&p.out)
		_, err := w.Write(p.in)
		err = errors.Join(err, end(w))
		packers.Put(w)
		p.done <- err
	}()
}

// take waits for the oldest piece, and writes it.
func (d *deflater) take() {
	p := d.begun[0]
	d.begun = d.begun[1:]
	err := <-p.done
	if err == nil && d.err == nil {
		_, err = p.out.WriteTo(d.to)
	}
	if d.err == nil {
		d.err = err
	}
	p.in = p.in[:0]
	p.out.Reset()
	pieces.Put(p)
}

// Close packs what is left and ends the stream.
func (d *deflater) Close() error {
	d.pack((*flate.Writer).Close)
	for len(d.begun) > 0 {
		d.take()
	}
	return d.err
}
