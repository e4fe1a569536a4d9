package ledger

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/driver"
)

const (
	applicationID = 0x56_69_74_4c // "VitL", of the file
	fileVersion   = 3             // of what is in the file; those before were not tables
	pageSize      = 4096          // bytes, SQLite's default
)

var sqliteDialect = newDialect("", sql.TxOptions{ReadOnly: true},
	"{now}", "CAST(unixepoch('subsec') * 1000000 AS INTEGER)",
	"{lease}", "9223372036854775807", // whoever holds the file
	"{over}", "TRUE",
	"{durable}", "",
	"{keys}", "SELECT unhex(value) AS key FROM json_each($1)",
	"{without rowid}", "WITHOUT ROWID")

// sqlite is a ledger in a file.
type sqlite struct {
	path  string
	guard *guard // nil: opened for reading
}

// openSQLite opens a database at path, with one setting for each thing that the
// ledger's promises need of SQLite.
//
// A commit is durable when it returns: synchronous=FULL, and fullfsync, without
// which macOS writes to the drive's cache only. The log is written into the
// database a few thousand pages at a time.
func openSQLite(path, mode string, fresh bool) (*sql.DB, error) {
	for _, suffix := range []string{"-wal", "-shm"} { // SQLite would make them readable for others
		if f, err := os.OpenFile(path+suffix, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600); err == nil {
			f.Close()
		}
	}
	return driver.Open(sqliteURI(path, mode), func(c *sqlite3.Conn) error {
		if err := c.Exec("PRAGMA busy_timeout = 10000"); err != nil {
			return err
		}
		if fresh { // it is synced as a whole before it gets its name
			if err := c.Exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF"); err != nil {
				return err
			}
			if err := c.EnableChecksums("main"); err != nil {
				return err
			}
		}
		return c.Exec(`
			PRAGMA synchronous = FULL;
			PRAGMA fullfsync = ON;
			PRAGMA checkpoint_fullfsync = ON;
			PRAGMA wal_autocheckpoint = 2000;       -- pages
			PRAGMA journal_size_limit = 33554432;   -- what a large plan needs beyond is given back
			PRAGMA cache_size = -16384;             -- KiB
			PRAGMA temp_store = MEMORY;
			PRAGMA foreign_keys = OFF;`)
	})
}

// sqliteURI is a path as SQLite takes it, so that no name means anything else.
func sqliteURI(path, mode string) string {
	name := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(path)}).EscapedPath(), RawQuery: "mode=" + mode}
	if !strings.HasPrefix(name.Opaque, "/") {
		name.Opaque = "/" + name.Opaque
	}
	return name.String()
}

// openFile opens the file at path for writing. What is refused of an existing
// file is only doubted for a trial, which then leaves no mark.
func (l *Ledger) openFile(ctx context.Context, path string, o Options) (err error) {
	if path, err = locate(path, o.Create || o.Trial); err != nil {
		return err
	}
	ok, err := exists(path)
	if err != nil {
		return err
	}
	if !ok {
		left, err := remains(path)
		switch {
		case err != nil:
			return err
		case left && !o.Trial:
			return errGone(path)
		case left:
			l.doubt = errGone(path)
			if _, err := os.Lstat(path + "-wal"); err == nil { // SQLite would take it for the new one's
				return l.doubt
			}
		case !o.Create && !o.Trial:
			return errMissing(path)
		}
		if l.created, err = createFile(path); err != nil {
			return err
		}
	}
	guard, err := takeGuard(path)
	if err != nil {
		return err
	}
	s := &sqlite{path: path, guard: guard}
	l.store, l.dialect = s, sqliteDialect
	if err := s.open(ctx, l, o); err != nil {
		return errors.Join(err, s.close(l))
	}
	return nil
}

func (s *sqlite) open(ctx context.Context, l *Ledger, o Options) (err error) {
	if err := makePrivate(s.path); err != nil {
		return err
	}
	m, err := readMark(s.path)
	if err == nil {
		err = m.newerThan(s.path)
	}
	if err != nil {
		return err
	}
	noLog := logEmpty(s.path)
	if l.writer, err = openSQLite(s.path, "rw", false); err != nil {
		return s.word(err)
	}
	l.writer.SetMaxOpenConns(1)
	if l.db, err = openSQLite(s.path, "ro", false); err != nil {
		return s.word(err)
	}
	at, err := s.check(ctx, l.writer)
	if err != nil {
		return err
	}
	l.setSecret(at.secret)
	doubt := m.compare(s.path, l.id, at.commits)
	switch {
	case doubt != nil:
	case m.ledger == "" && at.held && noLog:
		doubt = errCopied(s.path)
	case !at.adopted && o.Booking && !o.Create:
		return errMissing(s.path)
	}
	if doubt != nil && !o.Trial {
		return doubt
	}
	if doubt != nil && l.doubt == nil {
		l.doubt = doubt
	}
	if l.doubt != nil || !at.adopted && (o.Trial || !o.Create) {
		return nil
	}
	if !at.adopted {
		l.created = true
	}
	if err := s.guard.leave(mark{l.id, at.commits, m.inFile, l.owner}); err != nil {
		return err
	}
	if _, err := l.writer.ExecContext(ctx, "UPDATE ledger SET adopted = 1"); err != nil {
		return s.word(err)
	}
	if err := s.hold(l.writer, 1); err != nil {
		return s.word(err)
	}
	return wholePages(s.path) // the log, if there was one, is in the file by now
}

// readFile opens the file at path for reading.
func (l *Ledger) readFile(ctx context.Context, path string) (err error) {
	if path, err = locate(path, false); err != nil {
		return err
	}
	s := &sqlite{path: path}
	l.store, l.dialect = s, sqliteDialect
	switch ok, err := exists(path); {
	case err != nil:
		return err
	case !ok:
		l.setSecret(newSecret())
		return nil
	}
	if l.db, err = openSQLite(path, "ro", false); err != nil {
		return s.word(err)
	}
	at, err := s.check(ctx, l.db)
	if err == nil {
		l.setSecret(at.secret)
		err = s.compare(ctx, l, at)
	}
	if err != nil {
		return errors.Join(err, s.close(l))
	}
	return nil
}

// compare holds what is read against the mark. A run that is on raises both.
func (s *sqlite) compare(ctx context.Context, l *Ledger, at state) error {
	if !at.adopted {
		return nil // by a trial, which leaves no mark
	}
	m, err := readMark(s.path)
	if err != nil {
		return err
	}
	if m.commits > at.commits {
		if at, err = s.check(ctx, l.db); err != nil {
			return err
		}
	}
	if err := m.newerThan(s.path); err != nil {
		return err
	}
	return m.compare(s.path, l.id, at.commits)
}

// check refuses what is not a whole ledger of this version.
func (s *sqlite) check(ctx context.Context, db *sql.DB) (at state, err error) {
	if err := checkHeader(s.path); err != nil {
		return at, err
	}
	if logEmpty(s.path) {
		if err := wholePages(s.path); err != nil {
			return at, err
		}
	}
	var verified int
	if err := db.QueryRowContext(ctx, "PRAGMA checksum_verification").Scan(&verified); err != nil {
		return at, s.word(err)
	}
	if verified != 1 {
		return at, errDamaged(s.path, Say("its checksums are switched off"))
	}
	return readState(ctx, s, db)
}

// checkHeader looks at the beginning of the file: before SQLite does, because
// that may take another program's database for its own and change it.
func checkHeader(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return fileError(path, "cannot be opened: %v", err)
	}
	defer f.Close()
	var h [100]byte
	n, _ := f.ReadAt(h[:], 0)
	if n < len(h) {
		if strings.HasPrefix(string(h[:n]), sqliteMagic) {
			return errDamaged(path, Say("the file is cut off"))
		}
		return errForeign(path)
	}
	number := func(at int) int { return int(h[at])<<24 | int(h[at+1])<<16 | int(h[at+2])<<8 | int(h[at+3]) }
	switch version := number(60); {
	case number(68) != applicationID:
		return errForeign(path)
	case !strings.HasPrefix(string(h[:]), sqliteMagic):
		return errDamaged(path, Say("a part of the file is not as it was written"))
	case version > fileVersion:
		return errNewer(path)
	case version < fileVersion:
		return errOld(path)
	}
	return nil
}

// wholePages refuses a file whose last page is cut: SQLite reads the rest of it
// as zeros, and looks at no checksum then.
func wholePages(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return fileError(path, "cannot be opened: %v", err)
	}
	if info.Size()%pageSize != 0 {
		return errDamaged(path, Say("the file is cut off"))
	}
	return nil
}

// logEmpty reports whether there is no log beside the file at path, or none with
// anything in it.
func logEmpty(path string) bool {
	info, err := os.Stat(path + "-wal")
	return err != nil || info.Size() == 0
}

const sqliteMagic = "SQLite format 3\x00"

// exists reports whether there is a file with something in it.
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

// makePrivate makes the ledger's files readable for their owner only.
func makePrivate(path string) error {
	for _, name := range []string{path, path + "-wal", path + "-shm", path + markSuffix} {
		info, err := os.Stat(name)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && info.Mode().Perm()&0o077 != 0 {
			err = os.Chmod(name, 0o600)
		}
		if err != nil {
			return fileError(name, "cannot be made private: %v", err)
		}
	}
	return nil
}

// createFile makes a ledger at path, which appears there whole or not at all,
// unless another program has just made one.
func createFile(path string) (created bool, err error) {
	name := path + "-making" // locked by whoever makes it
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return false, fileError(path, "cannot be created: %v", err)
	}
	defer func() {
		_ = os.Remove(name)
		f.Close()
		_ = os.Remove(name) // on Windows
	}()
	if err := tryLock(f); errors.Is(err, errLocked) {
		return false, errHeld(path)
	} else if err != nil {
		return false, fileError(path, "cannot be locked: %v", err)
	}
	if ok, err := exists(path); ok || err != nil {
		return false, err
	}
	return true, appear(path, func(fresh string) error {
		db, err := openSQLite(fresh, "rw", true)
		if err != nil {
			return err
		}
		db.SetMaxOpenConns(1)
		err = makeTables(db, sqliteDialect)
		if err == nil {
			_, err = db.Exec("PRAGMA application_id = " + strconv.Itoa(applicationID) + "; PRAGMA user_version = " + strconv.Itoa(fileVersion) + "; PRAGMA journal_mode = WAL")
		}
		return errors.Join(err, db.Close())
	})
}

// appear makes a database at path, which is there whole or not at all. fill is
// given another name, of an empty file.
func appear(path string, fill func(fresh string) error) error {
	fresh := path + "-new"
	remove := func(names ...string) error {
		for _, name := range names {
			if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fileError(name, "cannot be removed: %v", err)
			}
		}
		return nil
	}
	if err := remove(fresh, fresh+"-wal", fresh+"-shm"); err != nil { // of an earlier attempt
		return err
	}
	made, err := os.OpenFile(fresh, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fileError(path, "cannot be created: %v", err)
	}
	if err := errors.Join(made.Chmod(0o600), made.Close()); err != nil { // whatever the umask is
		return fileError(fresh, "cannot be created: %v", err)
	}
	if err := fill(fresh); err != nil {
		return errors.Join((&sqlite{path: fresh}).word(err), os.Remove(fresh))
	}
	if err := remove(fresh + "-shm"); err != nil { // openSQLite made it, and a new database has not used it
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

func (s *sqlite) Path() string           { return s.path }
func (s *sqlite) Shared() bool           { return false }
func (s *sqlite) alone() error           { return s.guard.alone() }
func (s *sqlite) committed(number int64) { s.guard.mark(number) }
func (s *sqlite) reconnect()             {}

func (s *sqlite) close(l *Ledger) error {
	var errs []error
	switch {
	case l.writer == nil:
	case l.brokenErr() != nil:
		errs = append(errs, s.word(leaveLog(l.writer)))
	case s.guard.last != (mark{}) && s.guard.alone() == nil:
		errs = append(errs, s.word(s.hold(l.writer, 0)))
	}
	for _, db := range []*sql.DB{l.db, l.writer} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.guard != nil {
		errs = append(errs, s.guard.f.Close())
	}
	return errors.Join(errs...)
}

// hold notes in the file that a program has it open (1), or that it has not (0):
// a copy of the file alone, made meanwhile, says so.
func (s *sqlite) hold(db *sql.DB, held int) error {
	_, err := db.Exec("UPDATE ledger SET held = $1", held)
	if err == nil {
		_, err = db.Exec("PRAGMA wal_checkpoint(PASSIVE)")
	}
	s.guard.last.inFile = inFile(s.path, s.guard.last.inFile)
	s.guard.mark(s.guard.last.commits)
	return err
}

// inFile is how many transactions are in the file itself, without its log, or
// unread where that cannot be read: then the log has it, or the checksums tell.
func inFile(path string, unread int64) (commits int64) {
	db, err := driver.Open(sqliteURI(path, "ro") + "&immutable=1")
	if err != nil {
		return unread
	}
	defer db.Close()
	if db.QueryRow("SELECT commits FROM ledger").Scan(&commits) != nil {
		return unread
	}
	return commits
}

// leaveLog leaves the log where it is when the file is closed: after a write that
// failed nothing is written any more.
func leaveLog(db *sql.DB) error {
	conn, err := db.Conn(context.Background())
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(c any) error {
		_, err := c.(driver.Conn).Raw().Config(sqlite3.DBCONFIG_NO_CKPT_ON_CLOSE, true)
		return err
	})
}

// word says what an error of SQLite means for the ledger's file.
func (s *sqlite) word(err error) error {
	var (
		code sqlite3.ExtendedErrorCode
		bare sqlite3.ErrorCode
		said *Error
		full *sqlite3.Error
	)
	switch {
	case err == nil, errors.As(err, &said):
		return err
	case errors.As(err, &code):
	case errors.As(err, &bare):
		code = sqlite3.ExtendedErrorCode(bare)
	default:
		return err
	}
	var system = errInputOutput
	if errors.As(err, &full) && full.Unwrap() != nil {
		system = inner(full.Unwrap())
	}
	refused := func(format string, args ...any) *Error {
		return &Error{Path: s.path, Err: errors.Join(ErrDisk, err), Reason: Say(format, args...)}
	}
	switch primary := sqlite3.ErrorCode(code & 0xff); {
	case primary == sqlite3.INTERRUPT:
		return err
	case primary == sqlite3.NOTADB:
		return errForeign(s.path)
	case primary == sqlite3.CORRUPT, code == sqlite3.IOERR_DATA, code == sqlite3.IOERR_CORRUPTFS, code == sqlite3.IOERR_SHORT_READ:
		return errDamaged(s.path, Say("a part of the file is not as it was written"))
	case primary == sqlite3.FULL, errors.Is(system, errFull):
		e := refused("cannot be written: the disk is full")
		e.Hint = Say("free some space and run again; what has been recorded so far is kept")
		return e
	case primary == sqlite3.READONLY:
		e := refused("cannot be written: it, or its folder, is read-only")
		e.Hint = Say("make it writable, or choose another place for the ledger with --ledger")
		return e
	case primary == sqlite3.CANTOPEN:
		return refused("cannot be opened: %v", system)
	case primary == sqlite3.BUSY, primary == sqlite3.LOCKED:
		e := refused("another program is using the file")
		e.Hint = Say("close it and run again")
		return e
	case code == sqlite3.IOERR_READ:
		return refused("cannot be read: %v", system)
	case primary == sqlite3.IOERR:
		return refused("cannot be written: %v", system)
	}
	return err
}
