package ledger

import (
	"errors"
	"fmt"
	"io/fs"
)

// The reasons that an [Error] can carry. Test with [errors.Is].
var (
	// ErrHeld: another run has the ledger open. Returned by Open, at once.
	ErrHeld error = fault("another run holds the ledger")
	// ErrDisk: the disk refused a read or a write (full, I/O error, rights).
	// Once a write has failed, every later write fails with it; what had been
	// reported as durable before still is.
	ErrDisk error = fault("disk error")
	// ErrDamaged: the file is not as it was written, or an older state of it.
	ErrDamaged error = fault("ledger is damaged")
	// ErrForeign: the file is something else than a ledger.
	ErrForeign error = fault("not a ledger")
	// ErrNewer: the ledger was written by a newer version of the program.
	ErrNewer error = fault("ledger is of a newer version")
	// ErrMissing: there is no ledger. Returned by Open.
	ErrMissing = fault("there is no ledger")
	// ErrGone: there is no ledger, and there was one.
	ErrGone = fault("the ledger is gone")
	// ErrOther: this is not the ledger that was here, or a copy of it.
	ErrOther = fault("not the same ledger")
	// ErrElsewhere: the ledger is in use by more than one name or program, or was
	// taken away. Nothing is written any more.
	ErrElsewhere = fault("ledger is in use elsewhere")
	// ErrLost: the run was silent for so long that others have taken it for dead.
	ErrLost = fault("run was given up")
	// ErrClosed: the ledger, or the run, was closed or ended before.
	ErrClosed error = fault("ledger is closed")
	// ErrReadOnly: the ledger was opened with OpenReader.
	ErrReadOnly error = fault("ledger is open for reading only")
	// ErrNotFound: there is no such run or row in the ledger.
	ErrNotFound error = fault("not in the ledger")
	// ErrNotUncertain: only an uncertain row that nobody has settled can be settled.
	ErrNotUncertain error = fault("row is not uncertain")
)

// Error is what is wrong with a ledger's file, and what a person can do about it.
type Error struct {
	Path   string // the file
	Reason Text   // what is wrong
	Hint   Text   // what to do next, a line of its own; it may say nothing
	Err    error  // one of the reasons above, or the system's error
}

// Error says the place and the reason, in English; the hint is the caller's to
// print.
func (e *Error) Error() string { f, args := e.Message(); return fmt.Sprintf(f, args...) }

// Message returns what Error says, as a format and its arguments.
func (e *Error) Message() (format string, args []any) { return "%s: %v", []any{e.Path, e.Reason} }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// errDamaged says what of a ledger is not as it was written: a text, or a
// message.
func errDamaged(path string, what any) *Error {
	return &Error{Path: path, Err: ErrDamaged, Reason: Say("the ledger is damaged: %v", what), Hint: Say("restore the file from a backup, or have it looked at; a new ledger would not know who is booked already")}
}

func errForeign(path string) *Error {
	return &Error{Path: path, Err: ErrForeign, Reason: Say("this file is not a ledger"), Hint: Say("choose another place for the ledger with --ledger")}
}

func errNewer(path string) *Error {
	return &Error{Path: path, Err: ErrNewer, Reason: Say("the ledger was written by a newer version of this program"), Hint: Say("use that version, or a newer one")}
}

// errOld is the error of a ledger of the first version, which nothing was
// released with.
func errOld(path string) *Error {
	return &Error{Path: path, Err: ErrForeign, Reason: Say("the ledger was written by an early version of this program, whose ledgers cannot be read"),
		Hint: Say("choose another place for the ledger with --ledger; the new one does not know whom the old one has booked")}
}

// errLost is the error of a run that begins something without its lease.
func errLost(l *Ledger, run int64) *Error {
	return &Error{Path: l.Path(), Err: ErrLost, Reason: Say("run %d was silent for too long and has been given up: other runs may have taken its rows", run),
		Hint: Say("run the file again")}
}

// A TakenError says that a submission is not begun, because another run has
// begun or booked the same person, or sends the rows of the time slot. If the
// match is UnderWay, nothing is recorded, and the row can be begun later; else
// the ledger has recorded the row with the match's outcome.
type TakenError struct{ Match Match }

// Error says so in English.
func (e *TakenError) Error() string { format, args := e.Message(); return fmt.Sprintf(format, args...) }

// Message returns what Error says, as a format and its arguments.
func (e *TakenError) Message() (format string, args []any) {
	return "run %d on %s has it", []any{e.Match.Run, e.Match.Host}
}

// fileError is the system's word on a file. The format says what it did not
// allow, and has the system's error as its argument.
func fileError(path, format string, err error) *Error {
	e := &Error{Path: path, Reason: Say(format, inner(err)), Err: errors.Join(ErrDisk, err)}
	if errors.Is(err, fs.ErrPermission) {
		e.Hint = Say("make it writable for this user, or choose another place for the ledger with --ledger")
	}
	return e
}

// inner is what the system says, without the operation and the path around it.
func inner(err error) error {
	for system := err; system != nil; system = errors.Unwrap(system) {
		err = system
	}
	return err
}

func noRun(run int64) error { return fault("run %d: %v", run, ErrNotFound) }

func noRow(run int64, index int) error { return fault("row %d of run %d: %v", index, run, ErrNotFound) }

// misuse is a mistake in the program that uses the ledger; people never see it.
func misuse(format string, args ...any) error { return fmt.Errorf("ledger: "+format, args...) }
