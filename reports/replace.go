package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// kept is a file that a person has changed, and the name under which it is kept.
type kept struct{ name, as string }

// choose returns the first name for the report that is free or has an older
// report of the same run: the final one, or that with a number behind it. The
// names up to the after-th are passed over; n is the number of the one chosen.
func (s *staging) choose(self identity, after int) (dir string, n int, err error) {
	for n = after + 1; n <= 100; n++ {
		dir = s.final
		if n > 1 {
			dir = fmt.Sprintf("%s-%d", s.final, n)
		}
		if err := restore(dir); err != nil {
			return "", 0, err
		}
		_, err := os.Lstat(dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return dir, n, nil
		case err != nil:
			return "", 0, err
		}
		if old, ok := readManifest(dir); ok && old.identity == self {
			return dir, n, nil
		}
	}
	return "", 0, failure("%s: it and a hundred names like it are taken", s.final)
}

// commit gives the staging folder its name. An older report that is there is
// replaced; what a person has changed in it is kept. The error is errInUse if
// the older one cannot be moved away.
func (s *staging) commit(dir string) (saved []kept, err error) {
	_, err = os.Lstat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, s.appear(dir)
	case err != nil:
		return nil, err
	}
	old, ok := readManifest(dir)
	if !ok {
		return nil, errInUse
	}
	return s.replace(dir, old)
}

// errInUse tells that an older report cannot be moved away or cannot be read,
// as when another program has one of its files open.
var errInUse = errors.New("in use")

// For how long a folder is tried to be renamed that something has open: a fresh
// one, which is a scanner's for a moment, and an older one, which is more likely
// a person's.
const (
	scannerPatience = 10 * time.Second
	personPatience  = time.Second
)

// appear makes the staging folder appear as dir, where nothing is.
func (s *staging) appear(dir string) error {
	if err := s.settle(); err != nil {
		return err
	}
	if err := rename(s.dir, dir, scannerPatience); err != nil {
		return err
	}
	s.dir = ""
	return errors.Join(s.unlock(), syncDir(filepath.Dir(dir)))
}

// replace makes the staging folder appear as dir, where an older report is. In
// one step where the system can exchange two folders; else the old one is
// moved aside first, and the next writer puts it back if this one dies there.
func (s *staging) replace(dir string, old manifest) (saved []kept, err error) {
	parent, name := filepath.Dir(dir), filepath.Base(dir)
	if s.swap != nil {
		if saved, err = s.keep(dir, old); err != nil {
			return nil, err
		}
		if err := s.settle(); err != nil {
			return nil, err
		}
		err := s.swap(s.dir, dir)
		if err == nil {
			aside := s.dir // the old report has this name now
			s.dir = ""
			return saved, s.done(parent, aside)
		}
		if !errors.Is(err, errors.ErrUnsupported) {
			return nil, fmt.Errorf("%w: %w", errInUse, err)
		}
	}
	aside, err := os.MkdirTemp(parent, "."+name+".old-")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(aside); err != nil { // only its name is needed
		return nil, err
	}
	if err := rename(dir, aside, personPatience); err != nil {
		return nil, fmt.Errorf("%w: %w", errInUse, err)
	}
	if s.swap == nil {
		saved, err = s.keep(aside, old)
	}
	if err == nil {
		err = s.settle()
	}
	if err == nil {
		err = rename(s.dir, dir, scannerPatience)
	}
	if err != nil {
		return nil, errors.Join(err, rename(aside, dir, scannerPatience))
	}
	s.dir = ""
	return saved, s.done(parent, aside)
}

// done ends a replacement: the new report is in its place. An older one that
// will not go away is no failure; the next writer clears it.
func (s *staging) done(parent, aside string) error {
	err := errors.Join(syncDir(parent), s.unlock())
	if err == nil {
		_ = os.RemoveAll(aside)
	}
	return err
}

// keep takes over from an older report what is not as it was written: what a
// person has changed and what was put beside it. A changed file whose fresh
// version says no more than the old one did stays as the person left it; else
// it stands beside the fresh one, under another name.
func (s *staging) keep(dir string, old manifest) ([]kept, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var saved []kept
	for _, e := range entries {
		name := e.Name()
		from := filepath.Join(dir, name)
		was, ours := old.Files[name]
		if name == summaryAt || name == lockName {
			continue
		}
		file := e.Type().IsRegular() // not a folder of that name
		if ours && file {
			now, err := sumFile(from)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", errInUse, err)
			}
			if now == was {
				continue
			}
		}
		as := name
		switch fresh, written := s.files[name]; {
		case written && ours && file && fresh == was:
			if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
				return nil, err
			}
		case written || ours:
			as = s.freeName(name)
		}
		if err := link(from, filepath.Join(s.dir, as)); err != nil {
			return nil, fmt.Errorf("%w: %w", errInUse, err)
		}
		if as != name {
			saved = append(saved, kept{name, as})
		}
	}
	return saved, nil
}

// freeName is a name for a changed file that no other has: corrections.csv
// becomes corrections-edited.csv.
func (s *staging) freeName(name string) string {
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := 1; ; n++ {
		as := stem + "-edited" + ext
		if n > 1 {
			as = fmt.Sprintf("%s-edited-%d%s", stem, n, ext)
		}
		if _, err := os.Lstat(filepath.Join(s.dir, as)); errors.Is(err, fs.ErrNotExist) {
			return as
		}
	}
}

// link makes a second name for a file, or for all files of a folder, or copies
// where the system knows no second names.
func link(from, to string) error {
	fi, err := os.Lstat(from)
	switch {
	case err != nil:
		return err
	case fi.IsDir():
		if err := os.Mkdir(to, fi.Mode().Perm()|0o700); err != nil {
			return err
		}
		entries, err := os.ReadDir(from)
		for _, e := range entries {
			err = errors.Join(err, link(filepath.Join(from, e.Name()), filepath.Join(to, e.Name())))
		}
		return errors.Join(err, syncDir(to))
	case os.Link(from, to) == nil:
		return nil
	case fi.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	}
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, fi.Mode().Perm())
	if err != nil {
		return errors.Join(err, in.Close())
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, in.Close(), out.Sync(), out.Close())
}

func sumFile(path string) (fileSum, error) {
	f, err := os.Open(path)
	if err != nil {
		return fileSum{}, err
	}
	h := sha256.New()
	n, err := io.Copy(h, f)
	return fileSum{SHA256: hex.EncodeToString(h.Sum(nil)), Size: n}, errors.Join(err, f.Close())
}

// restore puts back a report that a writer had moved aside when it died, on
// systems that cannot exchange two folders in one step.
func restore(final string) error {
	parent := filepath.Dir(final)
	old, err := leftovers(parent, "."+filepath.Base(final)+".old-")
	if err != nil {
		return err
	}
	for _, dir := range old {
		if _, err := os.Lstat(final); errors.Is(err, fs.ErrNotExist) {
			if err := rename(dir, final, personPatience); err != nil {
				return err
			}
			continue
		}
		_ = os.RemoveAll(dir) // the new one is in its place; else the next writer's
	}
	return nil
}

// identity tells the reports of two runs apart that have the same number, in
// two ledgers.
type identity struct {
	Run       int64  `json:"run"`
	StartedAt string `json:"started_at"`
	Input     struct {
		SHA256 string `json:"sha256"`
	} `json:"input"`
	Target string `json:"target"`
}

// manifest is what an older summary.json says of the folder that it is in.
type manifest struct {
	identity
	Files map[string]fileSum `json:"files"`
}

func readManifest(dir string) (manifest, bool) {
	data, err := os.ReadFile(filepath.Join(dir, summaryAt))
	if err != nil {
		return manifest{}, false
	}
	var m manifest
	if err := json.Unmarshal(data, &m); err != nil {
		return manifest{}, false
	}
	return m, true
}
