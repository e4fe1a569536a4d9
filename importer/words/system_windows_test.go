package words_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/windows"

	"vitec-import/importer/words"
)

// A file that another program has open, as Excel has one that it may write, is
// told as that, whatever language Windows speaks.
func TestHeld(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.csv")
	if err := os.WriteFile(path, []byte("a;b\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer windows.CloseHandle(h)
	_, err = os.Open(path)
	said := words.System{Err: err}
	if en, sv := said.In(words.English), said.In(words.Swedish); !said.Held() || en != "another program has it open" || sv != "ett annat program har den öppen" {
		t.Errorf("%v: %q, %q", err, en, sv)
	}
	if (words.System{Err: fs.ErrPermission}).Held() {
		t.Error("what is forbidden is taken for held")
	}
}
