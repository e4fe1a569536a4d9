package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"time"
)

// staging is a folder under another name, beside the one that it will become.
// A writer that dies leaves nothing under the final name.
type staging struct {
	final string
	dir   string   // "" once it is published or discarded
	lock  *os.File // held while the writer lives
	open  []*file
	files map[string]fileSum // those that are done, by name
}

// fileSum is a file as it was written, so that a later writer can tell whether
// a person has changed it.
type fileSum struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

const summaryAt = "summary.json"

// Probe tries whether a report can be made at dir: whether its folder's parent
// takes a folder of such a name.
func Probe(dir string) error {
	s, err := stage(dir)
	if err != nil {
		return err
	}
	return s.discard()
}

// stage makes an empty staging folder for final, and clears those that dead
// writers have left, whatever run they were writing about.
func stage(final string) (*staging, error) {
	parent, name := filepath.Dir(final), filepath.Base(final)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	if err := sweep(parent, ""); err != nil {
		return nil, err
	}
	for try := 1; ; try++ {
		dir, err := os.MkdirTemp(parent, "."+name+".tmp-")
		if err != nil {
			return nil, err
		}
		lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
		// Whoever sweeps may have been quicker. Where there are no locks, only time
		// proves a writer dead.
		if tryLock(lock) || try == 5 {
			return &staging{final: final, dir: dir, lock: lock, files: map[string]fileSum{}}, nil
		}
		if err := errors.Join(lock.Close(), os.RemoveAll(dir)); err != nil {
			return nil, err
		}
	}
}

// lockName is a file that a live writer has locked.
const lockName = ".writing"

// abandoned is how long nothing in a folder without a lock has changed when its
// writer is taken for dead. A live one is without for a moment only.
const abandoned = 10 * time.Minute

var unfinished = regexp.MustCompile(`^\.(.+-(?:run|trial)-\d{4,}(?:-\d+)?)\.(tmp|old)-\d+$`)

// sweep removes what dead writers have left in a folder: it holds names of
// people. A report that had been moved aside gets its name back; that of mine
// at once, since whoever asks is the only one who publishes under that name.
// What cannot be removed now is left to the next writer.
func sweep(parent, mine string) error {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return err
	}
	for _, e := range entries {
		m, dir := unfinished.FindStringSubmatch(e.Name()), filepath.Join(parent, e.Name())
		switch {
		case m == nil || !e.IsDir():
		case m[2] == "tmp" && mine == "" && dead(dir):
			_ = os.RemoveAll(dir)
		case m[2] == "old" && m[1] == mine:
			if err := recoverAside(dir, filepath.Join(parent, mine)); err != nil {
				return err
			}
		case m[2] == "old" && untouched(dir):
			_ = recoverAside(dir, filepath.Join(parent, m[1]))
		}
	}
	return nil
}

// dead reports whether the writer of a staging folder surely is.
func dead(dir string) bool {
	lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0)
	if err != nil {
		return errors.Is(err, fs.ErrNotExist) && untouched(dir)
	}
	defer lock.Close()
	return tryLock(lock)
}

// untouched reports whether no name in a folder has changed for long.
func untouched(dir string) bool {
	fi, err := os.Stat(dir)
	return err == nil && time.Since(fi.ModTime()) > abandoned
}

// file is a file of a report while it is written. It comes into being with its
// first byte: a file that nobody writes into is none.
type file struct {
	path string
	f    *os.File
}

// file is a new file in the staging folder.
func (s *staging) file(name string) *file {
	f := &file{path: filepath.Join(s.dir, name)}
	s.open = append(s.open, f)
	return f
}

func (f *file) Write(p []byte) (n int, err error) {
	if f.f == nil {
		if f.f, err = os.OpenFile(f.path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600); err != nil {
			return 0, err
		}
	}
	return f.f.Write(p)
}

// sync puts all files on the disk and notes what is in them.
func (s *staging) sync() error {
	for _, f := range s.open {
		if f.f == nil {
			continue
		}
		if err := errors.Join(f.f.Sync(), f.f.Close()); err != nil {
			return err
		}
		sum, err := sumFile(f.path)
		if err != nil {
			return err
		}
		s.files[filepath.Base(f.path)] = sum
	}
	s.open = nil
	return syncDir(s.dir)
}

// names lists the files that are done, in the order of their names.
func (s *staging) names() []string { return slices.Sorted(maps.Keys(s.files)) }

// empty removes the files that are in the folder, for another attempt.
func (s *staging) empty() error {
	s.close()
	entries, err := os.ReadDir(s.dir)
	for _, e := range entries {
		if e.Name() != lockName {
			err = errors.Join(err, os.RemoveAll(filepath.Join(s.dir, e.Name())))
		}
	}
	clear(s.files)
	return err
}

// close gives up what is open. Its files are thrown away.
func (s *staging) close() {
	for _, f := range s.open {
		if f.f != nil {
			_ = f.f.Close()
		}
	}
	s.open = nil
}

// discard removes the staging folder. After a publication it does nothing.
func (s *staging) discard() error {
	s.close()
	dir := s.dir
	if s.dir = ""; dir == "" {
		return nil
	}
	_ = s.lock.Close() // it may be closed already
	return os.RemoveAll(dir)
}

// appear gives the staging folder its name.
func (s *staging) appear(dir string) error {
	err := os.Remove(s.lock.Name()) // before it is let go: a free lock is a dead writer's
	if err := errors.Join(s.lock.Close(), syncDir(s.dir)); err != nil {
		return err
	}
	if err != nil { // Windows removes no open file, and renames no folder with one
		if err := os.Remove(s.lock.Name()); err != nil {
			return err
		}
	}
	if err := rename(s.dir, dir, scannerPatience); err != nil {
		return err
	}
	s.dir = ""
	return nil
}

// syncDir puts a folder's list of names on the disk. Where folders cannot be
// opened for that (Windows), the system keeps the list in its own journal.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrInvalid) {
		err = nil
	}
	return errors.Join(err, d.Close())
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
