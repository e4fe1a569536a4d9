package reports

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// kept is a file that a person has changed, and the name under which it is kept.
type kept struct{ name, as string }

// errInUse tells that the folder of an earlier report cannot be moved away, as
// when another program has one of its files open.
var errInUse = errors.New("in use")

// For how long a folder is tried to be renamed that something has open: a fresh
// one, which is a virus scanner's for a moment, and an older one, which is more
// likely a person's.
const (
	scannerPatience = 5 * time.Second
	personPatience  = time.Second
)

// candidates are the names that a report may have, the first before the others.
func candidates(final string) []string {
	names := []string{final}
	for n := 2; n <= 100; n++ {
		names = append(names, fmt.Sprintf("%s-%d", final, n))
	}
	return names
}

// publish gives the staging folder its name, in the same way on every system:
// an earlier report of the run is moved aside, the new one takes its name, and
// then what a person has changed in the earlier one is moved over. Whoever
// finds a folder that was moved aside ends what a killed writer has begun. One
// writer at a time publishes under a name.
//
// The error is errInUse if the name is another's or the earlier report cannot
// be moved away.
func (s *staging) publish(dir string, self identity) (saved []kept, err error) {
	free, err := holdName(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, free()) }()
	parent, name := filepath.Dir(dir), filepath.Base(dir)
	if err := sweep(parent, name); err != nil {
		return nil, err
	}
	switch old, err := readManifest(dir); {
	case errors.Is(err, fs.ErrNotExist) && !exists(dir):
		return nil, errors.Join(s.appear(dir), syncDir(parent))
	case err != nil, old.identity() != self:
		return nil, errInUse
	}
	probe, err := os.CreateTemp(dir, ".tmp-")
	if err != nil { // write-protected: what is in it could be neither moved nor removed
		return nil, fmt.Errorf("%w: %w", errInUse, err)
	}
	if err := errors.Join(probe.Close(), os.Remove(probe.Name())); err != nil {
		return nil, err
	}
	old, err := os.MkdirTemp(parent, "."+name+".old-")
	if err != nil {
		return nil, err
	}
	now := time.Now()
	if err := errors.Join(os.Remove(old), os.Chtimes(dir, now, now)); err != nil { // only its name is needed
		return nil, err
	}
	if err := rename(dir, old, personPatience); err != nil {
		return nil, fmt.Errorf("%w: %w", errInUse, err)
	}
	if err := s.appear(dir); err != nil {
		return nil, errors.Join(err, rename(old, dir, scannerPatience))
	}
	if saved, err = keep(old, dir); err != nil {
		return saved, err
	}
	// An older report that will not go away is no failure: the next writer
	// clears it.
	_ = os.RemoveAll(old)
	return saved, syncDir(parent)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// recoverAside ends what a writer had begun when it died: the report that it
// had moved aside gets its name back, or, if the new one has that already, gives
// it what a person had changed.
func recoverAside(old, dir string) error {
	if !exists(dir) {
		return rename(old, dir, personPatience)
	}
	if _, err := keep(old, dir); err != nil {
		return err
	}
	_ = os.RemoveAll(old)
	return nil
}

// keep moves from an earlier report into the new one what is not as it was
// written: what a person has changed and what was put beside it. A changed file
// whose fresh version says no more than the old one did stays as the person
// left it; else it stands beside the fresh one, under another name. It may be
// called again after it was cut off.
func keep(old, dir string) (saved []kept, err error) {
	was, err := readManifest(old)
	if err != nil {
		return nil, nil // it never was a whole report, or is all but removed
	}
	fresh, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(old)
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		name := e.Name()
		before, ours := was.Files[name]
		if name == summaryAt {
			continue
		}
		from, as := filepath.Join(old, name), name
		file := e.Type().IsRegular() // not a folder of that name
		if ours && file {
			now, err := sumFile(from)
			if err != nil {
				return saved, err
			}
			if now == before {
				continue
			}
		}
		switch written, again := fresh.Files[name]; {
		case again && ours && file && written == before:
			if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return saved, err
			}
		case again || ours || exists(filepath.Join(dir, name)):
			as = freeName(dir, name)
		}
		if err := rename(from, filepath.Join(dir, as), scannerPatience); err != nil {
			return saved, err
		}
		if as != name {
			saved = append(saved, kept{name, as})
		}
	}
	return saved, syncDir(dir)
}

// freeName is a name for a changed file that no other has: corrections.csv
// becomes corrections-edited.csv.
func freeName(dir, name string) string {
	ext := filepath.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	for n := 1; ; n++ {
		as := stem + "-edited" + ext
		if n > 1 {
			as = fmt.Sprintf("%s-edited-%d%s", stem, n, ext)
		}
		if !exists(filepath.Join(dir, as)) {
			return as
		}
	}
}

// holdName keeps other writers from publishing under the same name, until free
// is called. It is a folder, which every system makes for one and refuses the
// next; one that a killed writer has left counts for a few seconds.
func holdName(dir string) (free func() error, err error) {
	held := filepath.Join(filepath.Dir(dir), "."+filepath.Base(dir)+".hold")
	for start := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		err := os.Mkdir(held, 0o700)
		if err == nil {
			return func() error { return os.Remove(held) }, nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return nil, err
		}
		fi, err := os.Stat(held)
		if err == nil && time.Since(fi.ModTime()) > holdFor {
			_ = os.Remove(held) // of a dead writer: publishing takes milliseconds
		} else if time.Since(start) > 2*holdFor {
			return nil, errInUse
		}
	}
}

const holdFor = 8 * time.Second // longer than the patience with others' files

// rename gives a file or a folder another name. On Windows virus scanners and
// indexers open what has just been written, and it cannot be renamed meanwhile:
// so it is tried again, for as long as patience says.
func rename(old, new string, patience time.Duration) error {
	until := time.Now().Add(patience)
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, 500*time.Millisecond) {
		err := os.Rename(old, new)
		if err == nil || !busy(err) || time.Now().Add(pause).After(until) {
			return err
		}
		time.Sleep(pause)
	}
}
