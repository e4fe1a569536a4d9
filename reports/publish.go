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

// publish gives the new report its name, in the same way on every system: an
// earlier report of the run is moved into the staging folder, the new one takes
// its name, and then what a person has changed in the earlier one is moved over.
// Whoever finds the staging folder of a killed writer ends what that has begun.
//
// The error is errInUse if the name is another's or the earlier report cannot
// be moved away.
func (s *staging) publish(dir string, self identity) (saved []kept, err error) {
	old := filepath.Join(s.dir, filepath.Base(dir))
	was, err := readManifest(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist) && !exists(dir):
	case err != nil, was.identity() != self:
		return nil, errInUse
	default:
		// Of a folder that is write-protected the system refuses it, too.
		if err := rename(dir, old, personPatience); err != nil {
			return nil, fmt.Errorf("%w: %w", errInUse, err)
		}
	}
	if err := rename(s.fresh(), dir, scannerPatience); err != nil {
		return nil, err
	}
	if saved, err = keep(old, dir); err != nil {
		return saved, err
	}
	return saved, syncDir(filepath.Dir(dir))
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// keep moves from an earlier report into the new one what is not as it was
// written: what a person has changed and what was put beside it. A changed file
// whose fresh version says no more than the old one did stays as the person
// left it; else it stands beside the fresh one, under another name. It may be
// called again after it was cut off.
func keep(old, dir string) (saved []kept, err error) {
	was, err := readManifest(old)
	if err != nil {
		return nil, nil // there is none, or it is all but removed
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
