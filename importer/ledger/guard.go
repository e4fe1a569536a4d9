package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

var errLocked = errors.New("locked by another process")

// A guard keeps a ledger's file for one run at a time.
//
// The lock is on the file itself, whichever name it was opened by. The mark, a
// file beside it, says which ledger is here, how many transactions it has had,
// and who wrote the last one. It is written after each commit and not synced, so
// it never runs ahead of the ledger. A ledger with fewer transactions than its
// mark has lost some (a log that was deleted or cut off, an older copy put back)
// and would book again whom they recorded. A mark that somebody else has written
// meanwhile means that the file system does not share its locks.
type guard struct {
	path string
	f    *os.File // holds the lock
	last mark     // zero: a trial in a ledger that is doubted, or made by one, leaves no mark
}

// takeGuard locks the file at path. A second name of it is refused, because the
// log would not lie beside it.
func takeGuard(path string) (*guard, error) {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrPermission) {
		f, err = os.Open(path) // the database says what is wrong
	}
	if err != nil {
		return nil, fileError(path, "cannot be opened: %v", err)
	}
	g := &guard{path: path, f: f}
	if err := g.take(); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return g, nil
}

func (g *guard) take() error {
	if err := tryLock(g.f); errors.Is(err, errLocked) {
		return errHeld(g.path)
	} else if err != nil {
		return &Error{Path: g.path, Err: ErrDisk, Reason: Say("cannot be locked: %v", inner(err)), Hint: Say("keep the ledger on a local disk")}
	}
	if err := g.same(); err != nil {
		return err
	}
	n, err := links(g.f)
	if err != nil {
		return fileError(g.path, "cannot be opened: %v", err)
	}
	if n > 1 {
		return &Error{Path: g.path, Err: ErrElsewhere, Reason: Say("the file has another name, a hard link"),
			Hint: Say("delete the other name; a copy that may be used is made with: vitec-import ledger backup FILE")}
	}
	if mounted(g.path) {
		return &Error{Path: g.path, Err: ErrElsewhere, Reason: Say("the file is mounted by itself, without the files beside it"),
			Hint: Say("mount the folder that it lies in")}
	}
	return nil
}

// same makes sure that the path still leads to the file that is locked.
func (g *guard) same() error {
	ours, err := g.f.Stat()
	if err != nil {
		return fileError(g.path, "cannot be read: %v", err)
	}
	now, err := os.Stat(g.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileError(g.path, "cannot be read: %v", err)
	}
	if err != nil || !os.SameFile(ours, now) {
		return &Error{Path: g.path, Err: ErrElsewhere, Reason: Say("the file was deleted or replaced while the ledger was open"),
			Hint: Say("put the file back, with the files beside it, and run again")}
	}
	return nil
}

// alone makes sure, before something is written, that nobody else has written
// since. A mark that was deleted is written again.
func (g *guard) alone() error {
	if err := g.same(); err != nil || g.last == (mark{}) {
		return err
	}
	m, err := readMark(g.path)
	if err == nil && m != (mark{}) && m.owner != g.last.owner {
		err = &Error{Path: g.path, Err: ErrElsewhere, Reason: Say("another program has written to the ledger while this one held it"),
			Hint: Say("the folder does not share its locks: keep the ledger on a local disk, or use PostgreSQL for several machines")}
	}
	return err
}

// mark records that the ledger has had so many transactions. What fails here
// costs no safety.
func (g *guard) mark(commits int64) {
	if g.last == (mark{}) {
		return
	}
	g.last.commits = commits
	if commits%1024 == 0 { // the log is written into the file now and then
		g.last.inFile = inFile(g.path, g.last.inFile)
	}
	_ = g.leave(g.last)
}

// leave writes the mark.
func (g *guard) leave(m mark) error {
	g.last = m
	name := g.path + markSuffix
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE, 0o600)
	if err == nil {
		_, err = f.WriteString(m.String())
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		return fileError(name, "cannot be written: %v", err)
	}
	return nil
}

// A mark is what the file beside a ledger says.
type mark struct {
	ledger  string
	commits int64
	inFile  int64 // how many of them were in the file itself, the last time that somebody looked
	owner   string
}

const (
	markSuffix = "-mark"
	markFormat = "vitec-import ledger %16s commit %020d file %020d by %16s\n"
)

// readMark returns the zero mark if there is none, or none that can be read.
func readMark(path string) (m mark, err error) {
	b, err := os.ReadFile(path + markSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err != nil {
		return m, fileError(path+markSuffix, "cannot be read: %v", err)
	}
	return parseMark(string(b)), nil
}

func parseMark(s string) (m mark) {
	if _, err := fmt.Sscanf(s, markFormat, &m.ledger, &m.commits, &m.inFile, &m.owner); err != nil {
		return mark{}
	}
	return m
}

func (m mark) String() string { return fmt.Sprintf(markFormat, m.ledger, m.commits, m.inFile, m.owner) }

// compare holds a ledger against the mark beside it.
func (m mark) compare(path, ledger string, commits int64) error {
	switch {
	case m.ledger == "":
		return nil
	case m.ledger != ledger:
		return &Error{Path: path, Err: ErrOther, Reason: Say("this is not the ledger that was here before"),
			Hint: Say("put the other one back, with the files beside it; if this is the one to go on with: vitec-import ledger forget --ledger %s", path)}
	case commits < m.commits:
		return errShort(path, m.commits-commits)
	}
	return nil
}

// newerThan says by how many transactions the file at path is older than the one
// that the log beside it goes on from: together they are no ledger. It is asked
// before the database is opened, which would write the log into the file.
func (m mark) newerThan(path string) error {
	if logEmpty(path) {
		return nil
	}
	if n := inFile(path, m.inFile); n < m.inFile {
		return errShort(path, m.inFile-n)
	}
	return nil
}

func errShort(path string, lost int64) *Error {
	return &Error{Path: path, Err: ErrDamaged,
		Reason: Say("the ledger has lost its last %d commits: a part of it was deleted or cut off, or this is an older copy", lost),
		Hint:   Say("put back the newest copy, with its -wal file; what has been booked since this copy was made would be booked again. If there is none: vitec-import ledger forget --ledger %s", path)}
}

func errHeld(path string) *Error {
	return &Error{Path: path, Err: ErrHeld, Reason: Say("another run is using this ledger"),
		Hint: Say("wait until it ends; if there is none, a hung program still holds %s", path)}
}

// errGone is the error of a ledger that is not where it was.
func errGone(path string) *Error {
	return &Error{Path: path, Err: ErrGone, Reason: Say("the ledger is gone, but there are files left beside it: a new one would not know who is booked already"),
		Hint: Say("put it back from a backup; to begin anew: vitec-import ledger forget --ledger %s", path)}
}

// errMissing is the error of a ledger that is not there.
func errMissing(path string) *Error {
	return &Error{Path: path, Err: ErrMissing, Reason: Say("there is no ledger here"),
		Hint: Say("if there has never been one: vitec-import ledger init --ledger %s; else find it: a new one would not know who is booked already", path)}
}

// errCopied is the error of a file that was copied while a run was writing it.
func errCopied(path string) *Error {
	return &Error{Path: path, Err: ErrOther, Reason: Say("this is a copy that was made while a run was on, and a part of it is missing"),
		Hint: Say("copies that may be used are made with: vitec-import ledger backup FILE. If there is no other: vitec-import ledger forget --ledger %s", path)}
}

// remains reports whether something beside the path says that there was a
// ledger.
func remains(path string) (bool, error) {
	for _, suffix := range []string{"-wal", markSuffix} {
		_, err := os.Lstat(path + suffix)
		if err == nil {
			return true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return false, fileError(path+suffix, "cannot be read: %v", err)
		}
	}
	return false, nil
}

// Forget forgets what files beside a ledger say of it, so that it is taken as it
// is from then on: the older copy that was put back, the other ledger, or none.
// Nothing is deleted but the mark; a log without its ledger gets another name.
func Forget(ctx context.Context, path string) error {
	path, err := locate(path, false)
	if err != nil {
		return err
	}
	ok, err := exists(path)
	if err != nil {
		return err
	}
	if ok {
		guard, err := takeGuard(path)
		if err != nil {
			return err
		}
		defer guard.f.Close()
		if err := checkHeader(path); err != nil {
			return err
		}
		m, err := readMark(path)
		if err == nil && m.newerThan(path) != nil {
			err = forgetLog(path)
		}
		if err != nil {
			return err
		}
		s := &sqlite{path: path}
		db, err := openSQLite(path, "rw", false)
		if err != nil {
			return s.word(err)
		}
		_, err = db.ExecContext(ctx, "UPDATE ledger SET held = 0")
		if err := errors.Join(err, db.Close()); err != nil {
			return s.word(err)
		}
	} else {
		switch found, err := remains(path); {
		case err != nil:
			return err
		case !found:
			return errMissing(path)
		}
		if err := forgetLog(path); err != nil {
			return err
		}
	}
	if err := os.Remove(path + markSuffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileError(path+markSuffix, "cannot be removed: %v", err)
	}
	return nil
}

// forgetLog gives a log that does not belong to the file here another name.
func forgetLog(path string) error {
	if err := os.Rename(path+"-wal", path+"-wal-forgotten"); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fileError(path+"-wal", "cannot be renamed: %v", err)
	}
	return nil
}
