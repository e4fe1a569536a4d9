package table

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write puts a file into a fresh folder and returns its path.
func write(t testing.TB, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// rewrite gives a file other content.
func rewrite(t interface {
	Helper()
	Fatal(...any)
}, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// read reads a file twice and returns what came out in a form that can be
// compared: the header row, then one line a row,
//
//	csv utf-8 ";" 1: Namn|Mobil
//	2: Anna|0701740605
//	3! lost_digits B
//
// or, if the file is refused, its code alone.
func read(t testing.TB, path string, o Options) string {
	t.Helper()
	f, err := Open(context.Background(), path, o)
	if err != nil {
		return "! " + code(t, err)
	}
	defer f.Close()
	info := f.Info()
	first, second := rows(t, f), rows(t, f)
	if first != second {
		t.Errorf("the second pass differs:\n%s\n%s", first, second)
	}
	where := info.Encoding
	if info.Format == "xlsx" {
		where = info.Sheet
	}
	if info.Format == "csv" {
		where += fmt.Sprintf(" %q", info.Delimiter)
	}
	return fmt.Sprintf("%s %s %d: %s\n%s", info.Format, where, info.HeaderRow, show(info.Header), first)
}

func rows(t testing.TB, f *File) string {
	t.Helper()
	var b strings.Builder
	for row, err := range f.Rows(context.Background()) {
		switch {
		case err != nil:
			return b.String() + "! " + code(t, err)
		case row.Fault(nil) != nil:
			e := row.Fault(nil)
			fmt.Fprintf(&b, "%d! %s", row.Number, e.Code)
			if e.Column > 0 {
				b.WriteString(" " + ColumnName(e.Column))
			}
			b.WriteByte('\n')
			if e.Row != row.Number || row.Err != nil && row.Cells != nil || e.Reason.String() == "" || strings.Contains(e.Error(), "\n") {
				t.Errorf("row %d is refused in an odd way: %+v", row.Number, e)
			}
		default:
			fmt.Fprintf(&b, "%d: %s\n", row.Number, show(row.Cells))
			if len(row.Cells) != len(f.info.Header) {
				t.Errorf("row %d has %d cells, the header %d", row.Number, len(row.Cells), len(f.info.Header))
			}
		}
	}
	return b.String()
}

func show(cells []string) string {
	return strings.NewReplacer("\n", "␊", "\r", "␍", "\t", "␉").Replace(strings.Join(cells, "|"))
}

// code returns the code of an error, which must be an *Error with a reason.
func code(t testing.TB, err error) string {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) {
		t.Errorf("not an *Error: %v", err)
		return err.Error()
	}
	if e.File == "" || e.Reason.String() == "" {
		t.Errorf("an error without file or reason: %+v", e)
	}
	if e.Row > 0 && e.Sheet == "" {
		return fmt.Sprintf("%s on line %d", e.Code, e.Row)
	}
	return string(e.Code)
}

// check compares what came out with what is wanted, line by line, without
// regard to leading tabs.
func check(t *testing.T, got, want string) {
	t.Helper()
	var lines []string
	for line := range strings.Lines(want) {
		if line = strings.TrimLeft(strings.TrimRight(line, "\n"), "\t"); line != "" {
			lines = append(lines, line)
		}
	}
	gotLines := strings.Split(strings.TrimRight(got, "\n"), "\n")
	for i := range max(len(lines), len(gotLines)) {
		var g, w string
		if i < len(gotLines) {
			g = gotLines[i]
		}
		if i < len(lines) {
			w = lines[i]
		}
		if g != w {
			t.Errorf("line %d of %d:\ngot  %.300s\nwant %.300s", i+1, len(gotLines), g, w)
			return
		}
	}
}

// naming returns an Options.Fits for these columns.
func naming(columns ...string) func([]string) int {
	return func(cells []string) (n int) {
		for _, column := range columns {
			for _, cell := range cells {
				if strings.EqualFold(cell, column) {
					n++
					break
				}
			}
		}
		return n
	}
}
