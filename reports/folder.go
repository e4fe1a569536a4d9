package reports

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Folder returns where the report of a run belongs: a folder beside the input,
// named after it and the run, such as participants-run-0007. The report on a
// corrections file stands beside the report that the file came with, not
// inside it: participants-run-0007/corrections.csv, run 8, is
// participants-run-0008.
func Folder(input string, run int64) string {
	dir, name := filepath.Split(input)
	stem := strings.TrimSuffix(name, filepath.Ext(name))
	if outer := filepath.Clean(dir); strings.HasPrefix(stem, correctionsStem) {
		if m := reportFolder.FindStringSubmatch(filepath.Base(outer)); m != nil {
			dir, stem = filepath.Dir(outer), m[1]
		}
	}
	if stem == "" {
		stem = name // a file such as ".csv"
	}
	return filepath.Join(dir, fmt.Sprintf("%s-run-%04d", stem, run))
}

var reportFolder = regexp.MustCompile(`^(.+)-run-\d{4,}(?:-\d+)?$`)

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
	return nil, fmt.Errorf("%s: another program keeps clearing the folders of this report away", parent)
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
			if err := os.Rename(dir, final); err != nil {
				return err
			}
			continue
		}
		_ = os.RemoveAll(dir) // the new one is in its place; else the next writer's
	}
	return nil
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
	return "", 0, fmt.Errorf("%s: it and a hundred names like it are taken", s.final)
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

// errInUse tells that an older report cannot be moved away, as when another
// program has one of its files open.
var errInUse = errors.New("in use")

// appear makes the staging folder appear as dir, where nothing is.
func (s *staging) appear(dir string) error {
	if err := s.settle(); err != nil {
		return err
	}
	if err := os.Rename(s.dir, dir); err != nil {
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
	if err := os.Rename(dir, aside); err != nil {
		return nil, fmt.Errorf("%w: %w", errInUse, err)
	}
	if s.swap == nil {
		saved, err = s.keep(aside, old)
	}
	if err == nil {
		err = s.settle()
	}
	if err == nil {
		err = os.Rename(s.dir, dir)
	}
	if err != nil {
		return nil, errors.Join(err, os.Rename(aside, dir))
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
		if ours {
			now, err := sumFile(from)
			if err != nil {
				return nil, err
			}
			if now == was {
				continue
			}
		}
		as := name
		switch fresh, written := s.files[name]; {
		case written && ours && fresh == was:
			if err := os.Remove(filepath.Join(s.dir, name)); err != nil {
				return nil, err
			}
		case written || ours:
			as = s.freeName(name)
		}
		if err := link(from, filepath.Join(s.dir, as)); err != nil {
			return nil, err
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
