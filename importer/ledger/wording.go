package ledger

import (
	"encoding/binary"
	"strings"
)

// The codes of what the ledger itself says of a row that is in doubt because
// its submission was never finished.
const (
	CodeCutOff   = "cut_off"   // the run was cut off before an answer came
	CodeRunEnded = "run_ended" // the run ended before an answer came
)

// wording is why something ended: a sentence, and the same for programs.
type wording struct {
	message, code string
	args          []string
}

var (
	cutOffWords   = wording{message: "the run was cut off before an answer came", code: CodeCutOff}
	runEndedWords = wording{message: "the run ended before an answer came", code: CodeRunEnded}
)

// packed is how a wording is kept. Without a code it is the message itself; else a
// byte that no message begins with, the code and the args, each with its
// length before it, and the message.
func (w wording) packed() string {
	if w.code == "" && len(w.args) == 0 && !strings.HasPrefix(w.message, packedMark) {
		return w.message
	}
	b := []byte(packedMark)
	b = binary.AppendUvarint(b, uint64(len(w.args)))
	for _, s := range append([]string{w.code}, w.args...) {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return string(append(b, w.message...))
}

const packedMark = "\x01"

// unpackWording reads what packed made; ok is false for what it cannot have made.
func unpackWording(s string) (w wording, ok bool) {
	rest, is := strings.CutPrefix(s, packedMark)
	if !is {
		return wording{message: s}, true
	}
	b := []byte(rest)
	next := func() (n int) {
		v, size := binary.Uvarint(b)
		if size <= 0 || v > uint64(len(b)-size) {
			ok = false
			return 0
		}
		b = b[size:]
		return int(v)
	}
	ok = true
	for i := next(); i >= 0 && ok; i-- {
		n := next()
		w.args = append(w.args, string(b[:n]))
		b = b[n:]
	}
	if !ok {
		return wording{}, false
	}
	w.code, w.args = w.args[0], w.args[1:]
	if len(w.args) == 0 {
		w.args = nil
	}
	w.message = string(b)
	return w, true
}
