package ledger

import "errors"

// The reasons that an [Error] can carry. Test with [errors.Is].
var (
	// ErrHeld: another run has the ledger open. Returned by Open, at once.
	ErrHeld = errors.New("another run holds the ledger")
	// ErrDisk: the disk refused a read or a write (full, I/O error, rights).
	// Once a write has failed, every later write fails with it; what had been
	// reported as durable before still is.
	ErrDisk = errors.New("disk error")
	// ErrDamaged: the file is not as it was written, or an older state of it.
	ErrDamaged = errors.New("ledger is damaged")
	// ErrForeign: the file is something else than a ledger.
	ErrForeign = errors.New("not a ledger")
	// ErrNewer: the ledger was written by a newer version of the program.
	ErrNewer = errors.New("ledger is of a newer version")
	// ErrClosed: the ledger, or the run, was closed or ended before.
	ErrClosed = errors.New("ledger is closed")
	// ErrReadOnly: the ledger was opened with OpenReader.
	ErrReadOnly = errors.New("ledger is open for reading only")
	// ErrNotFound: there is no such run or row in the ledger.
	ErrNotFound = errors.New("not in the ledger")
	// ErrNotUncertain: only an uncertain row that nobody has settled can be settled.
	ErrNotUncertain = errors.New("row is not uncertain")
)

// Error is what is wrong with a ledger's file, and what a person can do about it.
type Error struct {
	Path   string // the file
	Reason string // what is wrong, in words
	Hint   string // what to do next, a line of its own; may be empty
	Err    error  // one of the reasons above, or the system's error
}

// Error returns the place and the reason; the hint is the caller's to print.
func (e *Error) Error() string { return e.Path + ": " + e.Reason }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }
