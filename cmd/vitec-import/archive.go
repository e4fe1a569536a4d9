package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vitec-import/importer"
)

// A list that has had its run is moved: never over another file, and only if it
// is still the file that was read.

// reserve makes an empty file of this name in the folder, or of the next free
// one, so that nobody else takes the name.
func reserve(dir, name string) (path string, err error) {
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	path = filepath.Join(dir, name)
	for n := 2; ; n++ {
		f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err == nil {
			return path, f.Close()
		}
		if !errors.Is(err, fs.ErrExist) || n > 9999 {
			return "", err
		}
		path = filepath.Join(dir, fmt.Sprintf("%s-%d%s", stem, n, ext))
	}
}

// free gives up a name that was reserved. What stands there is the empty file, or
// a copy that is not used.
func free(path string) error { return os.Remove(path) }

// moveFile moves a file with this checksum to a place that was reserved for it.
// After an error the file is where it was.
func moveFile(from, to, sha256 string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return fail("it is a link, and what it leads to stays")
	}
	if err := sameContent(from, sha256); err != nil {
		return err
	}
	if os.Rename(from, to) != nil {
		return copyAway(from, to, sha256, info) // another file system, or a file that is open
	}
	if changed := sameContent(to, sha256); changed != nil { // it was written in between
		back, err := reserve(filepath.Dir(from), filepath.Base(from))
		if err != nil {
			return errors.Join(changed, err)
		}
		return errors.Join(changed, os.Rename(to, back), touch(to))
	}
	return nil
}

// touch makes an empty file.
func touch(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	return f.Close()
}

func sameContent(path, sha256 string) error {
	sum, err := fileSum(path)
	if err == nil && sum != sha256 {
		err = fail("it has changed since it was read")
	}
	return err
}

// copyAway is moveFile for what cannot be renamed: the copy is on the disk
// before the file is deleted.
func copyAway(from, to, sum string, info fs.FileInfo) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer src.Close()
	dst, err := os.OpenFile(to, os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	h := sha256.New()
	_, err = io.Copy(io.MultiWriter(dst, h), src)
	if err = errors.Join(err, dst.Chmod(info.Mode().Perm()), dst.Sync(), dst.Close()); err != nil {
		return err
	}
	if hex.EncodeToString(h.Sum(nil)) != sum {
		return fail("it has changed since it was read")
	}
	if err := errors.Join(src.Close(), os.Chtimes(to, time.Now(), info.ModTime())); err != nil {
		return err
	}
	now, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if !os.SameFile(now, info) || now.Size() != info.Size() || !now.ModTime().Equal(info.ModTime()) {
		return fail("it has changed since it was read")
	}
	return os.Remove(from)
}

// archive is where lists go that have had their run: a folder for those that
// leave nothing to do, and one for those that a person has to look at. Either
// may be "": then such lists stay.
type archive struct{ done, failed string }

// folder is where a list goes that ended so, "" = it stays: nobody has to look
// at it, and the next call goes on with it.
func (a archive) folder(r *listResult) string {
	switch r.state {
	case stateDone, stateNoRows, stateEmpty:
		if r.code == importer.ExitDone {
			return a.done
		}
		return a.failed
	case stateFinished, stateRefused:
		return a.failed
	case stateCutOff:
		if r.settled {
			return a.failed
		}
	}
	return ""
}

// below is the archive with a folder of this name in each of its own.
func (a archive) below(name string) archive {
	for _, dir := range []*string{&a.done, &a.failed} {
		if *dir != "" {
			*dir = filepath.Join(*dir, name)
		}
	}
	return a
}

// make makes the folders.
func (a archive) make() error {
	for _, dir := range []string{a.done, a.failed} {
		if dir == "" {
			continue
		}
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return exit{code: importer.ExitFailed, err: fail("%s: the folder for the lists cannot be made: %s", dir, cause(err))}
		}
		probe, err := os.CreateTemp(dir, ".vitec-import-")
		if err == nil {
			err = errors.Join(probe.Close(), os.Remove(probe.Name()))
		}
		if err != nil {
			return exit{code: importer.ExitFailed, err: fail("%s: the lists cannot be moved there: %s", dir, cause(err))}
		}
	}
	return nil
}
