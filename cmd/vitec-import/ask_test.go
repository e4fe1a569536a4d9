package main

import (
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"vitec-import/importer"
)

// Ctrl-C at a question is an interruption, even if the input ends before the
// program is told, as it does on Windows; an end of the input alone is a no.
func TestAsk(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, input string
		stopAfter   time.Duration // of the input's end; 0 = never
		yes         bool
		err         error
	}{
		{"yes", "ja\r\n", 0, true, nil},
		{"no", "\n", 0, false, nil},
		{"end", "", 0, false, nil},
		{"yes without Enter", "y", 0, true, nil},
		{"Ctrl-C", "", 20 * time.Millisecond, false, importer.ErrInterrupted},
		{"Ctrl-C in the midst", "y", 20 * time.Millisecond, false, importer.ErrInterrupted},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			stop := make(chan struct{})
			in := &ending{Reader: strings.NewReader(tt.input), end: func() {
				if tt.stopAfter > 0 {
					time.AfterFunc(tt.stopAfter, func() { close(stop) })
				}
			}}
			w := &world{stdin: in, stderr: io.Discard, terminalIn: true, stop: stop}
			yes, err := w.confirm("Send?")
			if yes != tt.yes || !errors.Is(err, tt.err) {
				t.Errorf("got %t, %v, want %t, %v", yes, err, tt.yes, tt.err)
			}
		})
	}
}

// ending calls end when the reader is at its end.
type ending struct {
	io.Reader
	end func()
}

func (r *ending) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if err == io.EOF {
		r.end()
	}
	return n, err
}
