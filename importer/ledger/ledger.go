// Package ledger is the durable memory of every submission ever begun, across
// files and runs.
//
// It is what keeps the promise that nobody is booked twice: a submission is
// begun, durably, before the first byte of its request leaves, and finished,
// durably, before anybody is told how it ended. What was begun and never
// finished is uncertain, and is found so when the ledger is next opened,
// whatever cut the run off. It knows nothing about HTTP or spreadsheets, and it
// keeps nothing about people but keyed hashes.
//
// # The file
//
// A ledger is one SQLite database in WAL mode, with synchronous=FULL, and a
// lock file beside it that one run at a time holds. Its pages carry checksums
// and the lock file counts the commits, so that a changed byte, a cut file or
// an old copy is an error that names the file and never another answer.
//
// Begin and Finish of many workers share a commit: while one is being synced,
// what arrives waits, and goes with the next. The busier, the more of them
// share one fsync.
//
// After the first write that fails nothing is written any more, and no
// submission is begun: see [ErrDisk]. A second fsync that succeeds would say
// nothing about the first.
//
// A commit writes one record, the begins and finishes that share it, at the end
// of its run's journal. A run's rows are kept packed, in bundles of consecutive
// ones; the journal is folded into them when it has grown, when the run ends,
// and when a run that was cut off is found. Whoever reads applies what the
// journal has to the bundles, so it does not matter how far that has come. When
// a run is over its submissions are filed by their keys, in a sorted segment
// that is merged with others of like size: a lookup asks a handful of them,
// however many runs there were.
//
// A row takes some 135 bytes with three identity keys and a booking id: 2 as
// planned, 100 for its submission and result, and 10 for each key in the index.
// The file has room beside that, which journals and merges use again: 165 bytes
// a row after a first run of 1,000,000.
// Rows that are never sent take 2 and their problems, which alike ones share.
// Purge frees the first part; the rest is what recognises a booking. A ledger of
// 1,000,000 bookings opens in milliseconds, because nothing is read before it is
// asked. A run takes one byte of memory a row, and otherwise the same whatever
// its length.
//
// Nothing depends on the clock: ids give the order, times are only told.
package ledger

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// Ledger is an open ledger. All methods are safe for concurrent use.
type Ledger struct {
	path    string
	created bool
	hasher  *hasher
	number  uint64 // tells this ledger from others
	disk    *disk  // nil: a reader of a file that does not exist
	lock    *lock  // nil: opened for reading

	write  sync.Mutex // held while w is used
	w      *conn      // nil: opened for reading
	at     state      // what w has written last
	tidied int64      // where the write-ahead log ended when it was last moved
	options
	broken atomic.Pointer[error]
	queue  queue

	pool    sync.Mutex // guards the rest
	idle    []*conn
	busy    int
	closing bool
}

// Open opens the ledger at path for a run and holds it against other runs
// until Close. If there is no file it creates one (0600), and its folder
// (0700). Submissions that a cut-off run has left begun become uncertain.
//
// The errors are of type *[Error]: ErrHeld at once if another run holds the
// ledger, ErrDamaged, ErrForeign, ErrNewer, ErrDisk.
func Open(ctx context.Context, path string) (*Ledger, error) {
	return open(ctx, path, options{walLimit: 16 << 20, foldLimit: 2 << 20})
}

// options are what tests set otherwise.
type options struct {
	hook func(diskOp) int32
	// walLimit is the number of bytes by which the write-ahead log grows before
	// it is moved into the database: many, so that pages which change often are
	// moved seldom.
	walLimit int64
	// foldLimit is the number of bytes at which a run's journal is folded into
	// its pages: many, so that a page is written seldom, and few enough to read
	// them all whenever a row is asked for.
	foldLimit int
}

func open(ctx context.Context, path string, o options) (*Ledger, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := checkSQLite(); err != nil {
		return nil, err
	}
	path, err := locate(path, true)
	if err != nil {
		return nil, err
	}
	lock, err := takeLock(path)
	if err != nil {
		return nil, err
	}
	l := &Ledger{path: path, lock: lock, options: o}
	if l.created, err = ensureFile(path); err == nil {
		l.disk = newDisk(path, o.hook)
		if err = l.openWriter(); err == nil {
			l.queue.start(l)
			return l, nil
		}
		if l.w != nil {
			_ = l.w.close() // err is the reason
		}
		l.disk.close()
	}
	return nil, errors.Join(err, lock.release())
}

// openWriter opens the connection that writes, checks that the ledger is whole,
// and settles what a cut-off run has left.
func (l *Ledger) openWriter() (err error) {
	if l.w, err = openConn(l.disk, sqlite3.SQLITE_OPEN_READWRITE); err != nil {
		return err
	}
	if err := l.check(l.w); err != nil {
		return err
	}
	if l.w.readOnly() {
		return &Error{Path: l.path, Err: ErrDisk, Reason: Say("cannot be written: the file is read-only"), Hint: Say("make it writable, or choose another place for the ledger with --ledger")}
	}
	// What a power failure has left in the write-ahead log may have been read
	// from memory only. In the database it is durable before anything is built
	// on it.
	if err := l.w.checkpoint(sqlite3.SQLITE_CHECKPOINT_PASSIVE); err != nil {
		return err
	}
	return l.recover()
}

// OpenReader opens the ledger at path for reading only. It needs no lock and
// works while a run is on. A missing file reads as an empty ledger with a fresh
// secret; nothing is created. Errors are as of Open, but for ErrHeld.
func OpenReader(ctx context.Context, path string) (l *Ledger, err error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := checkSQLite(); err != nil {
		return nil, err
	}
	if path, err = locate(path, false); err != nil {
		return nil, err
	}
	l = &Ledger{path: path}
	switch ok, err := exists(path); {
	case err != nil:
		return nil, err
	case !ok:
		l.setSecret(newSecret())
		return l, nil
	}
	l.disk = newDisk(path, nil)
	c, err := openConn(l.disk, sqlite3.SQLITE_OPEN_READONLY)
	if err == nil {
		if err = l.check(c); err == nil {
			l.idle = []*conn{c}
			return l, nil
		}
		_ = c.close() // err is the reason
	}
	l.disk.close()
	return nil, err
}

// check prepares a connection, refuses what is not a whole ledger of this
// version, and learns its secret and where it stands.
func (l *Ledger) check(c *conn) (err error) {
	if err := c.setUp(); err != nil {
		return err
	}
	application, err := c.value("PRAGMA application_id")
	if err != nil {
		return err
	}
	schemaVersion, err := c.value("PRAGMA user_version")
	switch {
	case err != nil:
		return err
	case application != applicationID:
		return errForeign(l.path)
	case schemaVersion > version:
		return errNewer(l.path)
	case schemaVersion == firstVersion:
		return errOld(l.path)
	case schemaVersion != version:
		return errDamaged(l.path, Say("its version is %d", schemaVersion))
	}
	l.at, err = readState(c)
	if err != nil {
		return err
	}
	if len(l.at.secret) != secretSize {
		return errDamaged(l.path, Say("its secret is missing"))
	}
	l.setSecret(l.at.secret)
	marked, err := readMark(l.path, l.number)
	if err != nil {
		return err
	}
	if l.at.commits < marked {
		// A run that is on may have raised both since.
		if l.at, err = readState(c); err != nil {
			return err
		}
	}
	if l.at.commits < marked {
		return &Error{Path: l.path, Err: ErrDamaged,
			Reason: Say("the ledger has lost its last %d commits: a part of it was deleted or cut off, or this is an older copy", marked-l.at.commits), Hint: Say("put back the newest copy, with its -wal file; what has been booked since this copy was made would be booked again")}
	}
	return nil
}

// state is where a ledger stands.
type state struct {
	secret     []byte
	commits    int64 // the number of the last one
	generation int64 // the number of the last one that changed a submission
}

func readState(c *conn) (at state, err error) {
	s := c.query(stateSQL)
	if s.next() {
		at.commits, at.generation = s.getInt(), s.getInt()
		at.secret = append(at.secret, s.getBlob()...)
	}
	return at, s.done()
}

// stateSQL reads the numbers that the ledger has come to, in one statement and
// so of one moment: those in its one row, or in the last record of a journal.
const stateSQL = `
	WITH last(number) AS (SELECT coalesce(max((
		SELECT number FROM journal WHERE id BETWEEN n.id << 32 AND (n.id << 32) + 4294967295 ORDER BY id DESC LIMIT 1)), 0)
		FROM runs n WHERE n.state = 0)
	SELECT max(commits, last.number), max(generation, last.number), secret FROM ledger, last`

// setUp makes a fresh connection one of a ledger.
func (c *conn) setUp() error {
	return c.exec(`
		PRAGMA synchronous = FULL;
		PRAGMA wal_autocheckpoint = 0;          -- see tidy
		PRAGMA journal_size_limit = 33554432;   -- what a large plan needs beyond is given back
		PRAGMA cache_size = -4096;              -- KiB
		PRAGMA temp_store = MEMORY;`)
}

// value returns the one number that a query gives.
func (c *conn) value(sql string) (v int64, err error) {
	s := c.query(sql)
	if s.next() {
		v = s.getInt()
	}
	return v, s.done()
}

const secretSize = 32

func newSecret() []byte {
	b := make([]byte, secretSize)
	rand.Read(b)
	return b
}

func (l *Ledger) setSecret(secret []byte) {
	l.hasher = newHasher(secret)
	d := l.hasher.digest("ledger")
	l.number = binary.BigEndian.Uint64(d[:])
}

// Path returns the ledger's file: absolute, symbolic links resolved.
func (l *Ledger) Path() string { return l.path }

// Created reports whether Open found no ledger and made a new one, which knows
// of no booking.
func (l *Ledger) Created() bool { return l.created }

// Close waits until all that is on its way is written, and releases the ledger.
// Its error does not mean that anything reported as durable is not.
func (l *Ledger) Close() error {
	l.pool.Lock()
	if l.closing {
		l.pool.Unlock()
		return nil
	}
	l.closing = true
	l.busy++ // Close itself: whoever is last closes the disk
	idle := l.idle
	l.idle = nil
	l.pool.Unlock()

	var errs []error
	for _, c := range idle {
		errs = append(errs, c.close())
	}
	if l.w != nil {
		l.queue.stop()
		l.write.Lock()
		errs = append(errs, l.closeWriter())
		l.write.Unlock()
	}
	l.pool.Lock()
	defer l.pool.Unlock()
	l.leave()
	return errors.Join(errs...)
}

func (l *Ledger) closeWriter() error {
	var errs []error
	if l.disk.err() == nil {
		errs = append(errs, l.w.checkpoint(sqlite3.SQLITE_CHECKPOINT_PASSIVE), l.lock.sync())
	}
	return errors.Join(append(errs, l.w.close(), l.lock.release())...)
}

// read runs f with a connection that sees one state of the ledger throughout.
// A ledger that does not exist yet reads as nothing: f is not called.
func (l *Ledger) read(ctx context.Context, f func(c *conn) error) (err error) {
	if err := ctx.Err(); err != nil || l.disk == nil {
		return err
	}
	c, err := l.acquire()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.giveBack(c)) }()
	if err := c.query("BEGIN").run(); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.query("ROLLBACK").run()) }()
	return f(c)
}

func (l *Ledger) acquire() (*conn, error) {
	l.pool.Lock()
	if l.closing {
		l.pool.Unlock()
		return nil, ErrClosed
	}
	l.busy++
	if n := len(l.idle); n > 0 {
		c := l.idle[n-1]
		l.idle = l.idle[:n-1]
		l.pool.Unlock()
		return c, nil
	}
	l.pool.Unlock()
	c, err := openConn(l.disk, sqlite3.SQLITE_OPEN_READONLY)
	if err == nil {
		if err = c.setUp(); err == nil {
			return c, nil
		}
		_ = c.close() // err is the reason
	}
	l.pool.Lock()
	l.leave()
	l.pool.Unlock()
	return nil, err
}

func (l *Ledger) giveBack(c *conn) (err error) {
	l.pool.Lock()
	defer l.pool.Unlock()
	if l.closing {
		err = c.close()
	} else {
		l.idle = append(l.idle, c)
	}
	l.leave()
	return err
}

// leave ends a use of the disk; the last one after Close closes it.
func (l *Ledger) leave() {
	l.busy--
	if l.busy == 0 && l.closing && l.disk != nil {
		l.disk.close()
	}
}

// What a change is about.
type subject int

const (
	nothingSubmitted subject = iota
	submissionsToo           // it changes what has become of a submission
	journalRecord            // so does this, and it has the number of its commit in it
)

// change runs f in one transaction of the connection that writes, and counts
// it; its number is l.at.commits + 1 then. An error while committing breaks the
// ledger: see ErrDisk.
func (l *Ledger) change(what subject, f func(c *conn) error) error {
	l.write.Lock()
	defer l.write.Unlock()
	if l.w == nil {
		return ErrReadOnly
	}
	if err := l.brokenErr(); err != nil {
		return err
	}
	if l.w.db == 0 {
		return ErrClosed
	}
	err := l.changeHeld(what, f)
	// A write that failed, and a page that could not be believed, end it all;
	// an answer such as ErrNotFound does not.
	if errors.Is(err, ErrDisk) || errors.Is(err, ErrDamaged) || l.disk.err() != nil {
		l.broken.CompareAndSwap(nil, &err)
	}
	return err
}

func (l *Ledger) changeHeld(what subject, f func(c *conn) error) error {
	// Before, not after: when this fails nothing has been recorded.
	if err := l.tidy(); err != nil {
		return err
	}
	commits, generation := l.at.commits+1, l.at.generation
	if what != nothingSubmitted {
		generation = commits
	}
	err := l.w.inTx(func() error {
		if err := f(l.w); err != nil || what == journalRecord {
			return err
		}
		return l.w.query("UPDATE ledger SET commits = ?, generation = ?").int(commits).int(generation).run()
	})
	if err != nil {
		return err
	}
	l.at.commits, l.at.generation = commits, generation
	return l.lock.mark(l.number, commits)
}

func (l *Ledger) brokenErr() error {
	if p := l.broken.Load(); p != nil {
		return *p
	}
	return nil
}

// tidy moves the write-ahead log into the database when it has grown by walLimit.
func (l *Ledger) tidy() error {
	end := l.disk.walEnd.Load()
	if end < l.tidied { // SQLite has started it afresh
		l.tidied = 0
	}
	if end-l.tidied < l.walLimit {
		return nil
	}
	l.tidied = end
	return l.w.checkpoint(sqlite3.SQLITE_CHECKPOINT_PASSIVE)
}

func (c *conn) readOnly() bool {
	z, _ := c.cstring("main")
	defer c.free(z)
	return sqlite3.Xsqlite3_db_readonly(c.tls, c.db, z) == 1
}

func checkSQLite() error {
	tls := libc.NewTLS()
	defer tls.Close()
	if v := sqlite3.Xsqlite3_libversion_number(tls); v < oldestSQLite {
		return fault("SQLite %d is too old for the ledger: %d or newer is needed", v, oldestSQLite)
	}
	return nil
}

// locate returns the one name by which the ledger at path is locked and opened.
func locate(path string, create bool) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fileError(path, "cannot be found: %v", err)
	}
	if strings.ContainsRune(abs, 0) || path == "" {
		return "", &Error{Path: fmt.Sprintf("%q", path), Reason: Say("this is not a valid file name"), Err: fs.ErrInvalid}
	}
	dir := filepath.Dir(abs)
	if create {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return "", fileError(dir, "cannot be created: %v", err)
		}
	}
	info, err := os.Stat(abs)
	switch {
	case err == nil && info.IsDir():
		return "", &Error{Path: abs, Err: fs.ErrInvalid, Reason: Say("this is a folder"),
			Hint: Say("name a file in it, such as %v", filepath.Join(abs, "ledger.db"))}
	case err == nil && !info.Mode().IsRegular():
		return "", &Error{Path: abs, Err: ErrForeign, Reason: Say("this is not a regular file"), Hint: Say("choose another place for the ledger with --ledger")}
	case err == nil:
		if abs, err = filepath.EvalSymlinks(abs); err != nil {
			return "", fileError(path, "cannot be found: %v", err)
		}
		return abs, nil
	case !errors.Is(err, fs.ErrNotExist):
		return "", fileError(abs, "cannot be opened: %v", err)
	}
	if _, err := os.Lstat(abs); err == nil {
		if _, err := os.Stat(abs); err == nil {
			return locate(path, create) // another run has made it just now
		}
		if info, err := os.Lstat(abs); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return "", &Error{Path: abs, Err: fs.ErrNotExist, Reason: Say("this is a link to a file that does not exist"), Hint: Say("mount what it points to, or delete the link")}
		}
	}
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		return filepath.Join(real, filepath.Base(abs)), nil
	}
	return abs, nil
}

func exists(path string) (bool, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, fileError(path, "cannot be opened: %v", err)
	case info.Size() == 0:
		return false, errDamaged(path, Say("the file is empty"))
	}
	return true, nil
}

// ensureFile makes sure that there is a database at path, private to its owner.
// A new one appears there whole or not at all.
func ensureFile(path string) (created bool, err error) {
	ok, err := exists(path)
	if err != nil {
		return false, err
	}
	if !ok {
		return true, createFile(path)
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			err = os.Chmod(name, 0o600)
		}
		if err != nil {
			return false, fileError(name, "cannot be made private: %v", err)
		}
	}
	return false, nil
}

func createFile(path string) error {
	fresh := path + "-new"
	// What an earlier attempt has left, and the write-ahead log of a ledger that
	// was deleted: SQLite would take it for the new one's.
	for _, name := range []string{fresh, fresh + "-wal", fresh + "-shm", path + "-wal", path + "-shm"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fileError(name, "cannot be removed: %v", err)
		}
	}
	if err := writeFile(fresh, firstPage()); err != nil {
		return err
	}
	d := newDisk(fresh, nil)
	defer d.close()
	c, err := openConn(d, sqlite3.SQLITE_OPEN_READWRITE)
	if err != nil {
		return err
	}
	err = c.setUp()
	if err == nil {
		err = c.exec("PRAGMA synchronous = OFF") // the whole file is synced before it gets its name
	}
	if err == nil {
		err = c.inTx(func() error {
			if err := c.exec(schema + rowsSchema); err != nil {
				return err
			}
			return c.query("INSERT INTO ledger VALUES (1, ?, 0, 0)").blob(newSecret()).run()
		})
	}
	if err == nil {
		err = c.checkpoint(sqlite3.SQLITE_CHECKPOINT_TRUNCATE)
	}
	if err := errors.Join(err, c.close()); err != nil {
		return err
	}
	if err := syncFile(fresh); err != nil {
		return err
	}
	if err := os.Rename(fresh, path); err != nil {
		return fileError(path, "cannot be created: %v", err)
	}
	return syncDir(filepath.Dir(path))
}

func writeFile(name string, content []byte) (err error) {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fileError(name, "cannot be created: %v", err)
	}
	if err = f.Chmod(0o600); err == nil { // whatever the umask is
		_, err = f.Write(content)
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return fileError(name, "cannot be written: %v", err)
	}
	return nil
}

func syncFile(name string) error {
	f, err := os.OpenFile(name, os.O_RDWR, 0) // Windows syncs no file that is only read
	if err != nil {
		return fileError(name, "cannot be opened: %v", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fileError(name, "cannot be written: %v", err)
	}
	return nil
}

// Generation names the present state of the submissions.
func (l *Ledger) Generation(ctx context.Context) (g Generation, err error) {
	var now state
	err = l.read(ctx, func(c *conn) (err error) {
		now, err = readState(c)
		return err
	})
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], l.number)
	return Generation(fmt.Sprintf("%s-%d", hex.EncodeToString(id[:]), now.generation)), err
}

func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

func fromNanos(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(0, n).UTC()
}
