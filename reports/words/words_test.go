package words

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
	"testing"
)

func TestSay(t *testing.T) {
	said := Textf("%d rows of %q: %v", 1234, "a b", Textf("permission denied"))
	for _, c := range []struct {
		l    Language
		v    any
		want string
	}{
		{English, said, `1234 rows of "a b": permission denied`},
		{Swedish, said, `1234 rows of "a b": åtkomst nekas`}, // no Swedish of the whole
		{Swedish, Text{}, ""},
		{Swedish, nil, ""},
		{Swedish, errors.New("x"), "x"},
		{English, &fs.PathError{Op: "open", Path: "list.csv", Err: syscall.ENOENT}, "list.csv: it does not exist"},
		{Swedish, &fs.PathError{Op: "open", Path: "list.csv", Err: syscall.ENOENT}, "list.csv: den finns inte"},
		{Swedish, fmt.Errorf("sending: %w", os.ErrDeadlineExceeded), "tiden är ute"},
		{Swedish, errors.Join(errors.New("a"), syscall.ENOSPC), "a\ndisken är full"},
		{Swedish, Textf("%v and %s", Number(1234567), Number(12)), "1\u202f234\u202f567 and 12"},
		{Swedish, Textf("%v", 1.5), "1,5"},
		{English, Textf("%v", 1.5), "1.5"},
		{Swedish, Textf("%3d|%-4s|", 7, "a"), "  7|a   |"},
	} {
		if got := c.l.Of(c.v); got != c.want {
			t.Errorf("%s.Of(%v) = %q, want %q", c.l, c.v, got, c.want)
		}
	}
}
