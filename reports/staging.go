package reports

import (
	"context"
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
	"strings"
	"time"
)

// staging is where a report is made: a hidden folder beside the one that it
// will become, with the new report in it and, for a moment, the earlier one. A
// writer that dies leaves nothing under the final name but what was there.
type staging struct {
	final string
	dir   string
	lock  *os.File // held while the writer lives: one at a time writes a report
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
	s, err := stage(context.Background(), dir)
	if err != nil {
		return err
	}
	return s.discard()
}

// stage makes an empty staging folder for final, when no other writer has one,
// and clears what dead writers have left, whatever run they were writing about.
func stage(ctx context.Context, final string) (*staging, error) {
	parent, name := filepath.Dir(final), filepath.Base(final)
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return nil, err
	}
	sweep(parent)
	lock, err := lockName(final)
	for start := time.Now(); errors.Is(err, errHeld); lock, err = lockName(final) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if time.Since(start) > time.Minute {
			return nil, failure("%s: another program is writing this report", final)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if lock == nil {
		return nil, err
	}
	if err == nil { // sure to be alone
		recoverName(final)
	}
	s := &staging{final: final, lock: lock, files: map[string]fileSum{}}
	if s.dir, err = os.MkdirTemp(parent, "."+name+".tmp-"); err == nil {
		err = os.Mkdir(s.fresh(), 0o700)
	}
	if err != nil {
		return nil, errors.Join(err, s.discard())
	}
	return s, nil
}

// fresh is the folder of the new report.
func (s *staging) fresh() string { return filepath.Join(s.dir, "new") }

var unfinished = regexp.MustCompile(`^\.(.+-(?:run|trial)-\d{4,}(?:-\d+)?)\.(?:lock|tmp-\d+)$`)

// sweep clears what dead writers have left in a folder: it holds names of people.
func sweep(parent string) {
	entries, _ := os.ReadDir(parent) // whoever makes a folder there will tell
	for _, e := range entries {
		m := unfinished.FindStringSubmatch(e.Name())
		if m == nil {
			continue
		}
		final := filepath.Join(parent, m[1])
		lock, err := lockName(final)
		if err == nil { // else it is alive
			recoverName(final)
		}
		unlock(lock)
	}
}

// recoverName ends what dead writers of a report had begun. What cannot be done
// now is left to the next.
func recoverName(final string) {
	parent := filepath.Dir(final)
	entries, _ := os.ReadDir(parent)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "."+filepath.Base(final)+".tmp-") {
			_ = clearStaging(filepath.Join(parent, e.Name()))
		}
	}
}

// clearStaging removes a staging folder. A report that was moved into it gets
// its name back or, if a new one has that already, gives it what a person had
// changed.
func clearStaging(dir string) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		old, home := filepath.Join(dir, e.Name()), filepath.Join(filepath.Dir(dir), e.Name())
		switch {
		case e.Name() == "new" || !e.IsDir():
		case exists(home):
			_, more := keep(old, home)
			err = errors.Join(err, more)
		default:
			err = errors.Join(err, rename(old, home, personPatience))
		}
	}
	if err != nil {
		return err
	}
	return os.RemoveAll(dir)
}

// errHeld tells that a writer is at work on a report.
var errHeld = errors.New("held")

// lockName locks the name of a report, so that nobody else writes it. The lock
// ends with the process. Its error is errHeld; where there are no locks it is
// the system's, and the file is there all the same.
func lockName(final string) (*os.File, error) {
	path := filepath.Join(filepath.Dir(final), "."+filepath.Base(final)+".lock")
	lock, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	err = tryLock(lock)
	if err == nil { // its owner may just have removed the file
		mine, err1 := lock.Stat()
		now, err2 := os.Stat(path)
		if err1 != nil || err2 != nil || !os.SameFile(mine, now) {
			err = errHeld
		}
	}
	if errors.Is(err, errHeld) {
		return nil, errors.Join(err, lock.Close())
	}
	return lock, err
}

func unlock(lock *os.File) {
	if lock == nil {
		return
	}
	err := os.Remove(lock.Name()) // while it is held: nobody else's is removed
	_ = lock.Close()
	if err != nil { // Windows removes no open file, not even another's
		_ = os.Remove(lock.Name())
	}
}

// file is a file of a report while it is written. It comes into being with its
// first byte: a file that nobody writes into is none.
type file struct {
	path string
	f    *os.File
}

// file is a new file of the report.
func (s *staging) file(name string) *file {
	f := &file{path: filepath.Join(s.fresh(), name)}
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
	return syncDir(s.fresh())
}

// names lists the files that are done, in the order of their names.
func (s *staging) names() []string { return slices.Sorted(maps.Keys(s.files)) }

// empty removes the files of the report, for another attempt.
func (s *staging) empty() error {
	s.close()
	clear(s.files)
	return errors.Join(os.RemoveAll(s.fresh()), os.Mkdir(s.fresh(), 0o700))
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

// discard removes the staging folder and lets the name go.
func (s *staging) discard() error {
	s.close()
	defer unlock(s.lock)
	return clearStaging(s.dir)
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
