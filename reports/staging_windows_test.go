package reports

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/windows"
)

// hold opens a file as a program that shares it as share says, until the test
// is over or release is called.
func hold(t *testing.T, path string, share uint32) (release func()) {
	t.Helper()
	name, err := windows.UTF16PtrFromString(path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(name, windows.GENERIC_READ|windows.GENERIC_WRITE, share, nil, windows.OPEN_EXISTING, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() { windows.CloseHandle(h) })
	t.Cleanup(release)
	return release
}

// Whatever another program does with a file of an older report, the report is
// written: in its place, or under another name, which is told. Nothing is lost
// of the older one.
func TestOlderReportIsOpen(t *testing.T) {
	for name, share := range map[string]uint32{
		"to itself": 0, "others may read": windows.FILE_SHARE_READ,
		"others may do anything": windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE | windows.FILE_SHARE_DELETE,
	} {
		t.Run(name, func(t *testing.T) {
			src, o := scenario(t)
			mustWrite(t, src, o)
			file := filepath.Join(o.Dir, "report.xlsx")
			release := hold(t, file, share)
			rep := mustWrite(t, src, o)
			if rep.Dir != o.Dir && (rep.Dir != o.Dir+"-2" || len(rep.Notes) != 1 || !strings.Contains(rep.Notes[0], o.Dir)) {
				t.Errorf("%s, %q", rep.Dir, rep.Notes)
			}
			release()
			for _, dir := range []string{o.Dir, rep.Dir} {
				if info, err := os.Stat(filepath.Join(dir, "report.xlsx")); err != nil || info.Size() == 0 {
					t.Errorf("%s: %v, %v", dir, info, err)
				}
			}
		})
	}
}

// A scanner that has a fresh file open for a moment does not keep the report
// from appearing.
func TestRenameWaits(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "fresh")
	if err := os.Mkdir(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "report.csv")
	if err := os.WriteFile(file, []byte("row"), 0o600); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(300*time.Millisecond, hold(t, file, 0))
	if err := rename(dir, dir+"-new", scannerPatience); err != nil {
		t.Error(err)
	}
}
