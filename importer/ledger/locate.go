package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// locate returns the one name by which the ledger at path is locked and opened.
func locate(path string, create bool) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fileError(path, "cannot be found: %v", err)
	}
	if strings.ContainsRune(abs, 0) || path == "" {
		return "", &Error{Path: fmt.Sprintf("%q", path), Reason: Say("this is not a valid file name"), Err: fs.ErrInvalid}
	}
	dir := filepath.Dir(abs)
	if create {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", fileError(dir, "cannot be created: %v", err)
		}
	}
	info, err := os.Stat(abs)
	switch {
	case err == nil && info.IsDir():
		return "", &Error{Path: abs, Err: fs.ErrInvalid, Reason: Say("this is a folder"),
			Hint: Say("name a file in it, such as %v", filepath.Join(abs, "ledger.db"))}
	case err == nil && !info.Mode().IsRegular():
		return "", &Error{Path: abs, Err: ErrForeign, Reason: Say("this is not a regular file"), Hint: Say("choose another place for the ledger with --ledger")}
	case err == nil:
		if abs, err = filepath.EvalSymlinks(abs); err != nil {
			return "", fileError(path, "cannot be found: %v", err)
		}
		return abs, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", fileError(abs, "cannot be opened: %v", err)
	}
	if _, err := os.Lstat(abs); err == nil {
		if _, err := os.Stat(abs); err == nil {
			return locate(path, create) // another run has made it just now
		}
		if info, err := os.Lstat(abs); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return "", &Error{Path: abs, Err: fs.ErrNotExist, Reason: Say("this is a link to a file that does not exist"), Hint: Say("mount what it points to, or delete the link")}
		}
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return filepath.Join(real, filepath.Base(abs)), nil
	}
	return abs, nil
}

func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0) // Windows syncs no file that is only read
	if err != nil {
		return fileError(name, "cannot be opened: %v", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fileError(name, "cannot be written: %v", err)
	}
	return nil
}
