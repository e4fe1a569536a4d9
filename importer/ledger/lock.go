package ledger

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
)

var errLocked = errors.New("locked by another process")

// A lock is the file beside the database that one run at a time holds. It
// stays behind when the run is over; only the system's lock on it means
// something.
//
// It carries a mark: which ledger it belongs to, and how many commits that
// ledger has had. The mark is written after each commit and not synced, so it
// never runs ahead of the ledger. A ledger with fewer commits than its mark has
// lost some (a write-ahead log that was deleted or cut, an old copy put back),
// and would book again what they recorded.
type lock struct{ f *os.File }

// takeLock takes the lock of the ledger at path, creating its file.
func takeLock(path string) (*lock, error) {
	name := path + lockSuffix
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fileError(name, "cannot be opened: %v", err)
	}
	if err := tryLock(f); err != nil {
		f.Close()
		if errors.Is(err, errLocked) {
			return nil, &Error{Path: path, Err: ErrHeld, Reason: Say("another run is using this ledger"), Hint: Say("wait until it ends; if there is none, a hung program still holds %v", name)}
		}
		return nil, &Error{Path: name, Err: ErrDisk, Reason: Say("cannot be locked: %v", err), Hint: Say("keep the ledger on a local disk")}
	}
	if err := f.Chmod(0o600); err != nil {
		f.Close()
		return nil, fileError(name, "cannot be made private: %v", err)
	}
	return &lock{f}, nil
}

func (k *lock) release() error { return k.f.Close() }

const markFormat = "vitec-import ledger %016x commit %020d\n"

// mark records that the ledger has had so many commits.
func (k *lock) mark(ledger uint64, commits int64) error {
	var buf [80]byte
	if _, err := k.f.WriteAt(fmt.Appendf(buf[:0], markFormat, ledger, commits), 0); err != nil {
		return fileError(k.f.Name(), "cannot be written: %v", err)
	}
	return nil
}

func (k *lock) sync() error {
	if err := k.f.Sync(); err != nil {
		return fileError(k.f.Name(), "cannot be written: %v", err)
	}
	return nil
}

// readMark returns the number of commits that the ledger at path is known to
// have had: 0 if there is no mark, or none of this ledger.
func readMark(path string, ledger uint64) (int64, error) {
	b, err := os.ReadFile(path + lockSuffix)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fileError(path+lockSuffix, "cannot be read: %v", err)
	}
	var id uint64
	var commits int64
	if _, err := fmt.Sscanf(string(b), markFormat, &id, &commits); err != nil || id != ledger {
		return 0, nil
	}
	return commits, nil
}

const lockSuffix = "-lock"
