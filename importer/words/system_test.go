package words_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"syscall"
	"testing"

	"vitec-import/importer/words"
	"vitec-import/importer/words/wordstest"
)

func TestSystemTexts(t *testing.T) {
	wordstest.Check(t, wordstest.Package{Files: os.DirFS(".")})
}

func TestSystem(t *testing.T) {
	full := &fs.PathError{Op: "write", Path: "report.csv", Err: syscall.ENOSPC}
	for _, tt := range []struct {
		err  error
		want [2]string // System
		of   [2]string // Of
	}{
		{full, [2]string{"no space left on device", "disken är full"}, [2]string{full.Error(), "report.csv: disken är full"}},
		{&fs.PathError{Op: "open", Path: "a", Err: errors.New("odd")}, [2]string{"odd", "odd"}, [2]string{"open a: odd", "open a: odd"}},
		{&os.LinkError{Op: "rename", Old: "a", New: "b", Err: errors.New("odd")}, [2]string{"odd", "odd"}, [2]string{"rename a b: odd", "rename a b: odd"}},
		{fs.ErrPermission, [2]string{"permission denied", "åtkomst nekas"}, [2]string{"permission denied", "permission denied"}},
		{
			&net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)},
			[2]string{"connection refused", "anslutningen nekades"},
			[2]string{"dial tcp: connect: connection refused", "dial tcp: connect: connection refused"},
		},
	} {
		for i, l := range words.Languages {
			if got := (words.System{Err: tt.err}).In(l); got != tt.want[i] {
				t.Errorf("System(%v) in %s = %q, want %q", tt.err, l, got, tt.want[i])
			}
			if got := words.Of(tt.err, l); got != tt.of[i] {
				t.Errorf("Of(%v) in %s = %q, want %q", tt.err, l, got, tt.of[i])
			}
		}
	}
}
