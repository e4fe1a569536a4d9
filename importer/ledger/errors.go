package ledger

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"vitec-import/importer/words"
)

//go:embed words.*.yaml
var wordFiles embed.FS

// catalogue is what the package says to people.
var catalogue = words.Load(wordFiles)

// The reasons that an [Error] can carry. Test with [errors.Is].
var (
	// ErrHeld: another run has the ledger open. Returned by Open, at once.
	ErrHeld error = catalogue.Error("held")
	// ErrDisk: the disk refused a read or a write (full, I/O error, rights).
	// Once a write has failed, every later write fails with it; what had been
	// reported as durable before still is.
	ErrDisk error = catalogue.Error("disk")
	// ErrDamaged: the file is not as it was written, or an older state of it.
	ErrDamaged error = catalogue.Error("damaged")
	// ErrForeign: the file is something else than a ledger.
	ErrForeign error = catalogue.Error("foreign")
	// ErrNewer: the ledger was written by a newer version of the program.
	ErrNewer error = catalogue.Error("newer")
	// ErrClosed: the ledger, or the run, was closed or ended before.
	ErrClosed error = catalogue.Error("closed")
	// ErrReadOnly: the ledger was opened with OpenReader.
	ErrReadOnly error = catalogue.Error("read_only")
	// ErrNotFound: there is no such run or row in the ledger.
	ErrNotFound error = catalogue.Error("not_found")
	// ErrNotUncertain: only an uncertain row that nobody has settled can be settled.
	ErrNotUncertain error = catalogue.Error("not_uncertain")
)

// Error is what is wrong with a ledger's file, and what a person can do about it.
type Error struct {
	Path   string        // the file
	Reason words.Message // what is wrong
	Hint   words.Message // what to do next, a line of its own; it may say nothing
	Err    error         // one of the reasons above, or the system's error
}

// Error is what [Error.In] says in English.
func (e *Error) Error() string { return e.In(words.English) }

// In returns the place and the reason; the hint is the caller's to print.
func (e *Error) In(l words.Language) string { return e.Path + ": " + e.Reason.In(l) }

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// errDamaged says what of a ledger is not as it was written: a text, or a
// message.
func errDamaged(path string, what any) *Error {
	return &Error{Path: path, Err: ErrDamaged, Reason: catalogue.Message("damage", what), Hint: catalogue.Message("hint.damaged")}
}

func errForeign(path string) *Error {
	return &Error{Path: path, Err: ErrForeign, Reason: catalogue.Message("file.foreign"), Hint: catalogue.Message("hint.elsewhere")}
}

func errNewer(path string) *Error {
	return &Error{Path: path, Err: ErrNewer, Reason: catalogue.Message("file.newer"), Hint: catalogue.Message("hint.newer")}
}

// fileError is the system's word on a file. The id is what it did not allow.
func fileError(path, id string, err error) *Error {
	e := &Error{Path: path, Reason: catalogue.Message(id, words.System{Err: err}), Err: errors.Join(ErrDisk, err)}
	if errors.Is(err, fs.ErrPermission) {
		e.Hint = catalogue.Message("hint.permission")
	}
	return e
}

func noRun(run int64) error { return catalogue.Error("no_run", run, ErrNotFound) }

func noRow(run int64, index int) error { return catalogue.Error("no_row", index, run, ErrNotFound) }

// misuse is a mistake in the program that uses the ledger; people never see it.
func misuse(format string, args ...any) error { return fmt.Errorf("ledger: "+format, args...) }
