package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// staging is a folder under another name, beside the one that it will become.
// A writer that dies leaves nothing under the final name, and the next writer
// clears what it left.
type staging struct {
	final string
	dir   string
	lock  *os.File
	files map[string]fileSum // by name
	// swap exchanges two folders in one step; nil where the system cannot.
	swap func(a, b string) error
}

// fileSum is a file as it was written, so that a later writer can tell whether
// a person has changed it.
type fileSum struct {
	SHA256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

const (
	lockName  = ".writing" // held by a live writer
	summaryAt = "summary.json"
	// abandoned is when a folder without a lock cannot be a live writer's: it
	// is without one for the moment of its making and of its renaming only.
	abandoned = time.Hour
)

// stage makes an empty staging folder for final, and clears those that dead
// writers have left.
func stage(final string) (*staging, error) {
	parent, name := filepath.Dir(final), filepath.Base(final)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	if err := sweep(parent, name); err != nil {
		return nil, err
	}
	for range 10 {
		dir, err := os.MkdirTemp(parent, "."+name+".tmp-")
		if err != nil {
			return nil, err
		}
		lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, errors.Join(err, os.RemoveAll(dir))
		}
		held, err := tryLock(lock)
		if err != nil && !errors.Is(err, errors.ErrUnsupported) {
			return nil, errors.Join(err, lock.Close(), os.RemoveAll(dir))
		}
		if held || err != nil {
			return &staging{final: final, dir: dir, lock: lock, files: map[string]fileSum{}, swap: exchange()}, nil
		}
		// A sweeper was faster and takes the folder for a dead writer's.
		if err := lock.Close(); err != nil {
			return nil, err
		}
	}
	return nil, failure("%s: another program keeps clearing the folders of this report away", parent)
}

// sweep removes the staging folders of dead writers. Whoever holds the lock of
// a folder is alive; the system lets go of a dead one's lock. What cannot be
// removed now is left to the next writer.
func sweep(parent, name string) error {
	left, err := leftovers(parent, "."+name+".tmp-")
	if err != nil {
		return err
	}
	for _, dir := range left {
		dead, err := abandonedBy(dir)
		if err != nil {
			return err
		}
		if dead {
			_ = os.RemoveAll(dir)
		}
	}
	return nil
}

// abandonedBy reports whether the writer of a staging folder is surely dead.
func abandonedBy(dir string) (bool, error) {
	lock, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		fi, err := os.Stat(dir)
		return err == nil && time.Since(fi.ModTime()) > abandoned, nil
	}
	if err != nil {
		return false, nil // not ours to judge
	}
	dead, err := tryLock(lock)
	if errors.Is(err, errors.ErrUnsupported) {
		dead, err = false, nil // nobody can tell
	}
	return dead, errors.Join(err, lock.Close())
}

// leftovers lists the folders in parent whose names begin with prefix.
func leftovers(parent, prefix string) ([]string, error) {
	entries, err := os.ReadDir(parent)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, e := range entries {
		if e.IsDir() && strings.HasPrefix(e.Name(), prefix) {
			list = append(list, filepath.Join(parent, e.Name()))
		}
	}
	return list, nil
}

// file is a file of a report while it is written.
type file struct {
	*os.File
	name  string
	sum   hash.Hash
	size  int64
	stage *staging
}

// create opens a new file in the staging folder.
func (s *staging) create(name string) (*file, error) {
	f, err := os.OpenFile(filepath.Join(s.dir, name), os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	return &file{File: f, name: name, sum: sha256.New(), stage: s}, nil
}

func (f *file) Write(p []byte) (int, error) {
	n, err := f.File.Write(p)
	f.sum.Write(p[:n])
	f.size += int64(n)
	return n, err
}

// WriteString keeps io.WriteString from passing the sum by.
func (f *file) WriteString(s string) (int, error) { return f.Write([]byte(s)) }

// ReadFrom keeps io.Copy from passing the sum by.
func (f *file) ReadFrom(r io.Reader) (int64, error) { return io.Copy(struct{ io.Writer }{f}, r) }

// done puts the file on the disk and notes what is in it.
func (f *file) done() error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	f.stage.files[f.name] = fileSum{SHA256: hex.EncodeToString(f.sum.Sum(nil)), Size: f.size}
	return nil
}

// writeFile writes a whole file into the staging folder.
func (s *staging) writeFile(name string, data []byte) error {
	f, err := s.create(name)
	if err != nil {
		return err
	}
	if _, err := f.Write(data); err != nil {
		return errors.Join(err, f.Close())
	}
	return f.done()
}

// names lists the files that are in the folder, in the order of their names.
func (s *staging) names() []string { return slices.Sorted(maps.Keys(s.files)) }

// empty removes the files that are in the folder, for another attempt.
func (s *staging) empty() error {
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() != lockName {
			err = errors.Join(err, os.RemoveAll(filepath.Join(s.dir, e.Name())))
		}
	}
	clear(s.files)
	return err
}

// discard removes the staging folder. After a commit it does nothing.
func (s *staging) discard() error {
	if s.dir == "" {
		return nil
	}
	dir := s.dir
	s.dir = ""
	var err error
	if s.lock != nil {
		err = s.lock.Close()
	}
	return errors.Join(err, os.RemoveAll(dir))
}

// settle takes the lock's file out of the folder and puts the folder's list of
// names on the disk. Where an open file keeps its folder from being renamed,
// the lock is let go of.
func (s *staging) settle() error {
	if s.lock != nil {
		if !renameWhileOpen {
			if err := s.unlock(); err != nil {
				return err
			}
		}
		if err := os.Remove(filepath.Join(s.dir, lockName)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return syncDir(s.dir)
}

func (s *staging) unlock() error {
	if s.lock == nil {
		return nil
	}
	lock := s.lock
	s.lock = nil
	return lock.Close()
}
