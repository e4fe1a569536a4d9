package ledger

import (
	"golang.org/x/sys/unix"
	sqlite3 "modernc.org/sqlite/lib"
)

// syncData makes what was written to one of SQLite's files durable, with its
// length, and leaves out what only dates the file: with fdatasync, as SQLite is
// built to by default and this one is not. ok is false where there is no such call.
func syncData(real uintptr) (rc int32, ok bool) {
	if unix.Fdatasync(int((*sqlite3.TunixFile)(pointer(real)).Fh)) != nil {
		return sqlite3.SQLITE_IOERR_FSYNC, true
	}
	return sqlite3.SQLITE_OK, true
}
