package ledger

import (
	"context"
	"errors"
	"syscall"

	sqlite3 "modernc.org/sqlite/lib"
)

// DiskOp is one operation that changes the ledger's files.
type DiskOp struct {
	What   string // "write", "sync", "truncate" or "delete"
	Log    bool   // on the write-ahead log, not on the database
	Offset int64  // in bytes
	Data   []byte // of a write; valid until the function that is told of it returns
}

// OpenOnTrial is [Open] for trying out what becomes of a program whose disk
// fails: before is told of every operation before it is done, one at a time,
// and an error of its is what the operation fails with, syscall.ENOSPC as a
// full disk and any other as one that is broken.
func OpenOnTrial(ctx context.Context, path string, before func(DiskOp) error) (*Ledger, error) {
	return open(ctx, path, options{walLimit: 20 * pageSize, foldLimit: 1 << 10, hook: func(op diskOp) int32 {
		switch err := before(DiskOp{What: op.what, Log: op.wal, Offset: op.off, Data: op.data}); {
		case err == nil:
			return sqlite3.SQLITE_OK
		case errors.Is(err, syscall.ENOSPC):
			return sqlite3.SQLITE_FULL
		default:
			return sqlite3.SQLITE_IOERR
		}
	}})
}
