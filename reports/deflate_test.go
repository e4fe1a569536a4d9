package reports

import (
	"bytes"
	"compress/flate"
	"errors"
	"io"
	"math/rand/v2"
	"strconv"
	"testing"
)

// TestDeflater unpacks what was packed in pieces, with lengths about the borders
// of these and writes of all sizes.
func TestDeflater(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, size := range []int{0, 1, 100, pieceSize - 1, pieceSize, pieceSize + 1, 3*pieceSize + 17, 9 * pieceSize} {
		t.Run(strconv.Itoa(size), func(t *testing.T) {
			var in []byte
			for len(in) < size {
				in = append(in, `<c r="A`+strconv.Itoa(random.IntN(1000))+`" s="5"/>`...)
			}
			in = in[:size]
			var packed bytes.Buffer
			d := newDeflater(&packed)
			for rest := in; len(rest) > 0; {
				n := 1 + random.IntN(min(len(rest), 2*pieceSize))
				if n > 40_000 && random.IntN(2) == 0 {
					n = 1 + random.IntN(40_000)
				}
				if wrote, err := d.Write(rest[:n]); wrote != n || err != nil {
					t.Fatal(wrote, err)
				}
				rest = rest[n:]
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if out, err := io.ReadAll(flate.NewReader(&packed)); err != nil || !bytes.Equal(out, in) {
				t.Errorf("%d bytes became %d: %v", len(in), len(out), err)
			}
		})
	}
}

// TestDeflaterFails: an error of the file is not lost, wherever it comes.
func TestDeflaterFails(t *testing.T) {
	in := make([]byte, 9*pieceSize)
	rand.NewChaCha8([32]byte{}).Read(in) // which is as long when it is packed
	for room := range 9 {
		d := newDeflater(&fullFile{room * pieceSize})
		_, wrote := d.Write(in)
		if err := errors.Join(wrote, d.Close()); !errors.Is(err, errFull) {
			t.Errorf("room for %d pieces: %v, want %v", room, err, errFull)
		}
	}
}

var errFull = errors.New("full")

// fullFile has room for so many bytes.
type fullFile struct{ room int }

func (f *fullFile) Write(b []byte) (int, error) {
	if f.room -= len(b); f.room < 0 {
		return 0, errFull
	}
	return len(b), nil
}
