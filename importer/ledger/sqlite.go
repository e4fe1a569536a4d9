package ledger

import (
	"syscall"
	"unsafe"

	"modernc.org/libc"
	sqlite3 "modernc.org/sqlite/lib"
)

// A conn is one connection to SQLite, spoken to through its C interface.
//
// database/sql would do, at three times the cost a statement: it boxes every
// value, allocates for every call, and gives no hold on the checkpoints, the
// result codes and the files. The ledger's share of a row is two small
// inserts, so that is most of what the ledger costs. A conn is not safe for
// concurrent use.
type conn struct {
	tls   *libc.TLS
	db    uintptr
	disk  *disk
	stmts map[string]*stmt

	scratch []byte // for packing
	bundles *bundles
}

// openConn opens the database of d. Flags are SQLITE_OPEN_*.
func openConn(d *disk, flags int32) (*conn, error) {
	c := &conn{tls: libc.NewTLS(), disk: d, stmts: make(map[string]*stmt)}
	name, err := c.cstring(d.path)
	if err != nil {
		c.tls.Close()
		return nil, err
	}
	defer c.free(name)
	out := c.malloc(int(unsafe.Sizeof(uintptr(0))))
	defer c.free(out)
	rc := sqlite3.Xsqlite3_open_v2(c.tls, name, out, flags|sqlite3.SQLITE_OPEN_NOMUTEX, d.vfsName)
	c.db = *(*uintptr)(pointer(out))
	if rc != sqlite3.SQLITE_OK {
		err := c.error(rc)
		c.close()
		return nil, err
	}
	sqlite3.Xsqlite3_extended_result_codes(c.tls, c.db, 1)
	sqlite3.Xsqlite3_busy_timeout(c.tls, c.db, 5000)
	return c, nil
}

// close finalises the statements and closes the connection.
func (c *conn) close() error {
	for _, s := range c.stmts {
		s.finalize()
	}
	c.stmts = nil
	var err error
	if c.db != 0 {
		if rc := sqlite3.Xsqlite3_close_v2(c.tls, c.db); rc != sqlite3.SQLITE_OK {
			err = c.disk.error(rc, 0, "")
		}
	}
	c.db = 0
	c.tls.Close()
	return err
}

// exec runs statements that take nothing and return nothing.
func (c *conn) exec(sql string) error {
	z, err := c.cstring(sql)
	if err != nil {
		return err
	}
	defer c.free(z)
	if rc := sqlite3.Xsqlite3_exec(c.tls, c.db, z, 0, 0, 0); rc != sqlite3.SQLITE_OK {
		return c.error(rc)
	}
	return nil
}

// inTx runs f in one transaction: all of it is durable when inTx returns nil,
// and none of it otherwise. An error of the disk while committing leaves open
// which of the two a later Open finds; the disk is failed then.
func (c *conn) inTx(f func() error) (err error) {
	if err := c.query("BEGIN IMMEDIATE").run(); err != nil {
		return err
	}
	defer func() {
		if err != nil && sqlite3.Xsqlite3_get_autocommit(c.tls, c.db) == 0 {
			// The reason is err; a rollback can only fail for the same one.
			_ = c.query("ROLLBACK").run()
		}
	}()
	if err := f(); err != nil {
		return err
	}
	return c.query("COMMIT").run()
}

// checkpoint moves what the write-ahead log holds into the database.
func (c *conn) checkpoint(mode int32) error {
	if rc := sqlite3.Xsqlite3_wal_checkpoint_v2(c.tls, c.db, 0, mode, 0, 0); rc != sqlite3.SQLITE_OK {
		return c.error(rc)
	}
	return nil
}

func (c *conn) error(rc int32) error {
	if c.db == 0 {
		return c.disk.error(rc, 0, "")
	}
	errno := sqlite3.Xsqlite3_system_errno(c.tls, c.db)
	return c.disk.error(rc, syscall.Errno(errno), libc.GoString(sqlite3.Xsqlite3_errmsg(c.tls, c.db)))
}

func (c *conn) malloc(n int) uintptr {
	p := sqlite3.Xsqlite3_malloc(c.tls, int32(n))
	if p == 0 {
		panic("ledger: out of memory")
	}
	return p
}

func (c *conn) free(p uintptr) { sqlite3.Xsqlite3_free(c.tls, p) }

func (c *conn) cstring(s string) (uintptr, error) {
	for i := range len(s) {
		if s[i] == 0 {
			return 0, misuse("%q: a name cannot contain a NUL", s)
		}
	}
	p := c.malloc(len(s) + 1)
	b := bytesAt(p, len(s)+1)
	copy(b, s)
	b[len(s)] = 0
	return p, nil
}

// A stmt is a prepared statement. Parameters are bound and columns are read in
// order, one call each:
//
//	s.int(7).text("x")
//	for s.next() { a, b := s.getInt(), s.getText() }
//	err := s.done()
//
// done must follow, whatever happens; it reports the first error and readies
// the statement for its next use.
type stmt struct {
	c      *conn
	p      uintptr
	param  int32
	column int32
	err    error
	arena  []byte // C memory that the bound texts and blobs live in
	used   int
	spill  []uintptr // C memory for what the arena had no room for
}

const arenaSize = 4096

// prepare returns the statement, prepared once for each connection.
func (c *conn) prepare(sql string) (*stmt, error) {
	if s, ok := c.stmts[sql]; ok {
		return s, nil
	}
	z, err := c.cstring(sql)
	if err != nil {
		return nil, err
	}
	defer c.free(z)
	out := c.malloc(int(unsafe.Sizeof(uintptr(0))))
	defer c.free(out)
	if rc := sqlite3.Xsqlite3_prepare_v3(c.tls, c.db, z, -1, sqlite3.SQLITE_PREPARE_PERSISTENT, out, 0); rc != sqlite3.SQLITE_OK {
		return nil, c.error(rc)
	}
	s := &stmt{c: c, p: *(*uintptr)(pointer(out)), arena: bytesAt(c.malloc(arenaSize), arenaSize)}
	c.stmts[sql] = s
	return s, nil
}

// query is prepare for callers that look at errors in done only.
func (c *conn) query(sql string) *stmt {
	s, err := c.prepare(sql)
	if err != nil {
		return &stmt{c: c, err: err}
	}
	return s
}

func (s *stmt) finalize() {
	sqlite3.Xsqlite3_finalize(s.c.tls, s.p)
	s.release()
	s.c.free(uintptr(unsafe.Pointer(unsafe.SliceData(s.arena))))
}

func (s *stmt) release() {
	for _, p := range s.spill {
		s.c.free(p)
	}
	s.spill, s.used = s.spill[:0], 0
}

// room returns n bytes of C memory that stay until the statement is done.
func (s *stmt) room(n int) []byte {
	if s.used+n > len(s.arena) {
		p := s.c.malloc(max(n, 1))
		s.spill = append(s.spill, p)
		return bytesAt(p, n)
	}
	b := s.arena[s.used : s.used+n]
	s.used += n
	return b
}

func (s *stmt) bound(rc int32) *stmt {
	if rc != sqlite3.SQLITE_OK && s.err == nil {
		s.err = s.c.error(rc)
	}
	return s
}

func (s *stmt) int(v int64) *stmt {
	s.param++
	if s.err != nil {
		return s
	}
	return s.bound(sqlite3.Xsqlite3_bind_int64(s.c.tls, s.p, s.param, v))
}

func (s *stmt) null() *stmt {
	s.param++
	if s.err != nil {
		return s
	}
	return s.bound(sqlite3.Xsqlite3_bind_null(s.c.tls, s.p, s.param))
}

// text binds a text; an empty one takes no room in the row.
func (s *stmt) text(v string) *stmt {
	s.param++
	if s.err != nil {
		return s
	}
	b := s.room(len(v) + 1) // never an empty slice: its address must not be NULL
	copy(b, v)
	p := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return s.bound(sqlite3.Xsqlite3_bind_text(s.c.tls, s.p, s.param, p, int32(len(v)), sqlite3.SQLITE_STATIC))
}

// blob binds bytes; none are NULL.
func (s *stmt) blob(v []byte) *stmt {
	if len(v) == 0 {
		return s.null()
	}
	s.param++
	if s.err != nil {
		return s
	}
	b := s.room(len(v))
	copy(b, v)
	p := uintptr(unsafe.Pointer(unsafe.SliceData(b)))
	return s.bound(sqlite3.Xsqlite3_bind_blob(s.c.tls, s.p, s.param, p, int32(len(v)), sqlite3.SQLITE_STATIC))
}

// next steps to the next row and reports whether there is one.
func (s *stmt) next() bool {
	s.column = 0
	if s.err != nil {
		return false
	}
	switch rc := sqlite3.Xsqlite3_step(s.c.tls, s.p); rc {
	case sqlite3.SQLITE_ROW:
		return true
	case sqlite3.SQLITE_DONE:
	default:
		s.err = s.c.error(rc)
	}
	return false
}

// run executes a statement that returns no rows.
func (s *stmt) run() error {
	s.next()
	return s.done()
}

// done ends the execution and returns its first error. What getBlob returned
// is gone then.
func (s *stmt) done() error {
	err := s.err
	s.err, s.param, s.column = nil, 0, 0
	if s.p == 0 {
		return err
	}
	sqlite3.Xsqlite3_reset(s.c.tls, s.p) // repeats the error of step, which err has
	s.release()
	return err
}

func (s *stmt) getInt() int64 {
	s.column++
	return sqlite3.Xsqlite3_column_int64(s.c.tls, s.p, s.column-1)
}

// getBlob returns the column's bytes, valid until the next step.
func (s *stmt) getBlob() []byte {
	s.column++
	p := sqlite3.Xsqlite3_column_blob(s.c.tls, s.p, s.column-1)
	n := int(sqlite3.Xsqlite3_column_bytes(s.c.tls, s.p, s.column-1))
	if p == 0 || n == 0 {
		return nil
	}
	return bytesAt(p, n)
}

func (s *stmt) getText() string { return string(s.getBlob()) }

// pointer turns an address in C memory into a pointer. Such memory is not the
// garbage collector's, so none of its rules is broken.
func pointer(p uintptr) unsafe.Pointer { return *(*unsafe.Pointer)(unsafe.Pointer(&p)) }

func bytesAt(p uintptr, n int) []byte { return unsafe.Slice((*byte)(pointer(p)), n) }
