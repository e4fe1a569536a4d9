package reports

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"

	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
)

// Source is what a report is made from.
type Source struct {
	Run ledger.RunInfo
	// Rows are the run's rows in input order, as ledger.Rows yields them. They
	// are asked for once for every attempt at a report: a second one follows
	// if the input turns out to be another file halfway.
	Rows iter.Seq2[ledger.Row, error]
	// Ledger tells the run's ledger from others, and LedgerPlace is where it is.
	Ledger, LedgerPlace string
	// NewLedger says that the run found none and made it.
	NewLedger bool
	// Words are what the server said of rows, by their index, in its own words.
	// The ledger does not keep them, since they may hold what is in a cell; they
	// are known when the run has just ended, and from then on to its report.
	Words map[int]string
	// Input is the run's input, opened with table.Options.KeepRaw; see
	// [OpenInput]. Nil: it is not at hand, and NoInput says why.
	Input *table.File
	// NoInput is the error that OpenInput returned.
	NoInput error
	// ViewingColumns and SlotColumns are the 0-based cells in which the list
	// says viewing and time slot in its own words. Nil: as an earlier report
	// has them.
	ViewingColumns, SlotColumns []int
	// Earlier are folders in which an earlier report of the run may be, beside
	// the one that is written and the one that the run knows of.
	Earlier []string
	// Later are later runs over the same list or its corrections, oldest
	// first. Their rows tell how this run's rows ended in the end.
	Later []Source

	earlier *Earlier // what an earlier report knows; nil: nothing
}

// named reports whether the source knows people's names.
func (s *Source) named() bool { return s.Input != nil || s.earlier != nil }

// The reasons for which [OpenInput] does not return the input.
var (
	// ErrInputMissing: there is no file at the recorded path.
	ErrInputMissing = failure("the list is gone")
	// ErrInputChanged: the file is not, byte for byte, what the run read.
	ErrInputChanged = failure("the list was changed after the run")
	// ErrInputChanging: it was changed while the run was on.
	ErrInputChanging = failure("the list was changed while the run was on")
)

// InputError says why the input of a run is not at hand.
type InputError struct {
	Path string
	Err  error // ErrInputMissing, ErrInputChanged, ErrInputChanging or what table.Open said
}

// Error returns the place and the reason.
func (e *InputError) Error() string { return e.Path + ": " + e.Err.Error() }

// Message is the error, to be said in a language.
func (e *InputError) Message() (format string, args []any) { return "%s: %v", []any{e.Path, e.Err} }

// Unwrap returns the reason.
func (e *InputError) Unwrap() error { return e.Err }

// OpenInput opens the file that a run read, in the way in which the run read
// it: at the recorded path or, if that is no longer it, at one of paths. A file
// with the same content is the same file, whatever its name and folder.
//
// The error is an *InputError about the recorded path if no such file is
// found, or about the first of paths if only is asked for; a report can be
// written without it.
func OpenInput(ctx context.Context, run ledger.RunInfo, paths ...string) (*table.File, error) {
	var first error
	for _, path := range append([]string{run.Input.Path}, paths...) {
		f, err := openInput(ctx, &run, path)
		if err == nil {
			return f, nil
		}
		if first == nil {
			first = err
		}
	}
	return nil, first
}

func openInput(ctx context.Context, run *ledger.RunInfo, path string) (*table.File, error) {
	in := run.Input
	o := table.Options{Sheet: in.Sheet, HeaderRow: in.HeaderRow, Encoding: in.Encoding, Delimiter: in.Delimiter, KeepRaw: true}
	f, err := table.Open(ctx, path, o)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &InputError{Path: path, Err: ErrInputMissing}
	case err == nil && f.Info().SHA256 == in.SHA256:
		return f, nil
	case err == nil:
		_ = f.Close() // nothing was written
		return nil, &InputError{Path: path, Err: changed(run, path)}
	}
	// A file with other content may well be unreadable with the options of the
	// old one.
	if sum, failed := sumFile(path); failed == nil && sum.SHA256 != in.SHA256 {
		err = changed(run, path)
	}
	return nil, &InputError{Path: path, Err: err}
}

// changed tells when a file was changed that is not what the run read.
func changed(run *ledger.RunInfo, path string) error {
	if fi, err := os.Stat(path); err == nil && fi.ModTime().After(run.StartedAt) && (run.FinishedAt.IsZero() || !fi.ModTime().After(run.FinishedAt)) {
		return ErrInputChanging
	}
	return ErrInputChanged
}

// inputName is what a report calls the input.
func inputName(run *ledger.RunInfo) string {
	if run.Input.Name != "" {
		return run.Input.Name
	}
	return filepath.Base(run.Input.Path)
}

// noInput says in a sentence why the input is not at hand.
func (w texts) noInput(err error, run *ledger.RunInfo) string {
	place := run.Input.Path
	if place == "" {
		place = run.Input.Name
	}
	switch {
	case err == nil:
		return w.Say("The list was not at hand")
	case errors.Is(err, ErrInputMissing):
		return w.Say("The list is gone: %s", place)
	case errors.Is(err, ErrInputChanging):
		return w.Say("The list was changed while the run was on: %s", place)
	case errors.Is(err, ErrInputChanged), errors.Is(err, errNoMatch):
		return w.Say("The list was changed after the run: %s", place)
	}
	var ie *InputError
	if errors.As(err, &ie) {
		err = ie.Err
	}
	return w.Say("The list cannot be read as the run read it: %v", err)
}
