package table

import (
	"io"
	"unicode/utf16"
)

// utf16Reader turns UTF-16 into UTF-8. Half a surrogate pair becomes the
// three bytes that UTF-8 would have for it if it were a character: they are
// not valid UTF-8, so that the cell is refused, and they can be turned back,
// so that the record's own bytes are still known. An odd byte at the end of
// the file becomes three such bytes as well, the first of them 0xFF.
type utf16Reader struct {
	r    io.Reader
	big  bool
	in   []byte
	out  []byte // what Read has not handed out yet
	buf  []byte
	high rune // the first half of a pair whose second half is not read yet, or 0
	err  error
}

func newUTF16Reader(r io.Reader, big bool) *utf16Reader {
	return &utf16Reader{r: r, big: big, in: make([]byte, 32<<10)}
}

func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if u.err != nil {
			return 0, u.err
		}
		u.fill()
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

func (u *utf16Reader) fill() {
	n, err := io.ReadFull(u.r, u.in)
	u.buf = u.buf[:0]
	if err != nil {
		if err == io.ErrUnexpectedEOF {
			err = io.EOF
		}
		u.err = err
	}
	b := u.in[:n]
	for ; len(b) >= 2; b = b[2:] {
		lo, hi := b[0], b[1]
		if u.big {
			lo, hi = hi, lo
		}
		r := rune(lo) | rune(hi)<<8
		if u.high != 0 {
			if pair := utf16.DecodeRune(u.high, r); pair != 0xFFFD {
				u.buf = appendWide(u.buf, pair)
				u.high = 0
				continue
			}
			u.buf = appendWide(u.buf, u.high)
			u.high = 0
		}
		if r >= 0xD800 && r < 0xDC00 {
			u.high = r
			continue
		}
		u.buf = appendWide(u.buf, r)
	}
	if u.err != nil {
		if u.high != 0 {
			u.buf = appendWide(u.buf, u.high)
			u.high = 0
		}
		if len(b) == 1 {
			u.buf = append(u.buf, 0xFF, 0xC0|b[0]>>6, 0x80|b[0]&0x3F)
		}
	}
	u.out = u.buf
}

// appendWide is utf8.AppendRune that does not mind surrogates.
func appendWide(dst []byte, r rune) []byte {
	switch {
	case r < 0x80:
		return append(dst, byte(r))
	case r < 0x800:
		return append(dst, 0xC0|byte(r>>6), 0x80|byte(r)&0x3F)
	case r < 0x10000:
		return append(dst, 0xE0|byte(r>>12), 0x80|byte(r>>6)&0x3F, 0x80|byte(r)&0x3F)
	}
	return append(dst, 0xF0|byte(r>>18), 0x80|byte(r>>12)&0x3F, 0x80|byte(r>>6)&0x3F, 0x80|byte(r)&0x3F)
}

// appendUTF16 turns what a utf16Reader made back into the file's own bytes.
func appendUTF16(dst, b []byte, big bool) []byte {
	unit := func(r rune) {
		if big {
			dst = append(dst, byte(r>>8), byte(r))
		} else {
			dst = append(dst, byte(r), byte(r>>8))
		}
	}
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c < 0x80:
			unit(rune(c))
			i++
		case c == 0xFF && i+3 <= len(b):
			dst = append(dst, b[i+1]<<6|b[i+2]&0x3F)
			i += 3
		case c < 0xE0 && i+2 <= len(b):
			unit(rune(c&0x1F)<<6 | rune(b[i+1]&0x3F))
			i += 2
		case c < 0xF0 && i+3 <= len(b):
			unit(rune(c&0x0F)<<12 | rune(b[i+1]&0x3F)<<6 | rune(b[i+2]&0x3F))
			i += 3
		case i+4 <= len(b):
			hi, lo := utf16.EncodeRune(rune(c&0x07)<<18 | rune(b[i+1]&0x3F)<<12 | rune(b[i+2]&0x3F)<<6 | rune(b[i+3]&0x3F))
			unit(hi)
			unit(lo)
			i += 4
		default:
			i = len(b)
		}
	}
	return dst
}
