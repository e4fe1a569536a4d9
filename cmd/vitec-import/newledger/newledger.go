// Package newledger opens the ledger for a run, and never a new one by mistake.
//
// Whoever sends a list with a ledger that does not know who is booked books
// everybody again. That happens without anybody noticing: a disk is not mounted,
// a container has no volume, a scheduled job has another home, an older copy was
// put back. So a ledger is made only if that is asked for, and what earlier runs
// have left beside the list, their reports, is held against the ledger before a
// request leaves.
package newledger

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"vitec-import/importer/ledger"
	"vitec-import/reports"
)

// Who is booked by a run.
type Who int

const (
	People  Who = iota
	Nobody      // the server is on this computer: a stand-in, as far as anybody can tell
	Sandbox     // the server is inside the program
)

// Run is what the ledger is opened for.
type Run struct {
	Ledger  string   // where it is
	Lists   []string // the files
	Reports []string // the folders where their reports may be, besides the lists' own
	Books   Who
	New     bool // make a ledger if there is none
}

// Open opens the ledger. An error that is [ledger.ErrMissing] says that there is
// none and that nothing tells of one: ask, and call Open again with New. All
// others are refusals, each with the way on.
//
// A run that books nobody makes a ledger unasked, and is refused only if the
// ledger that is told of was in this very place. What else there is to say comes
// back as doubt.
func Open(ctx context.Context, r Run) (l *ledger.Ledger, doubt, err error) {
	trial := r.Books == Sandbox
	l, err = ledger.Open(ctx, r.Ledger, ledger.Options{Booking: !trial, Trial: trial})
	missing := errors.Is(err, ledger.ErrMissing)
	switch {
	case err != nil && !missing:
		return nil, nil, err
	case trial:
		return l, l.Doubt(), nil
	}
	on, others := r.reports()
	if !missing {
		doubt, err = r.compare(ctx, l, on)
	} else {
		doubt, err = r.missing(err, append(on, others...))
	}
	if err == nil && missing {
		l, err = ledger.Open(ctx, r.Ledger, ledger.Options{Booking: true, Create: true})
	}
	if err != nil {
		if l != nil {
			err = errors.Join(err, l.Close())
		}
		return nil, nil, err
	}
	return l, doubt, nil
}

// reports are the reports of earlier runs, the latest first: on the lists, and on
// others beside them. Trials count only for trials, and those inside the program never.
func (r *Run) reports() (on, others []reports.Earlier) {
	for _, list := range r.Lists {
		dirs := []string{filepath.Dir(reports.Folder(list, 1, false))}
		for _, dir := range slices.Compact(append(dirs, r.Reports...)) {
			a, b := reports.Beside(dir, list)
			on, others = append(on, a...), append(others, b...)
		}
	}
	idle := func(f reports.Earlier) bool { return f.Trial && r.Books == People || f.Target == "sandbox" }
	latest := func(a, b reports.Earlier) int { return strings.Compare(b.StartedAt, a.StartedAt) }
	on, others = slices.DeleteFunc(on, idle), slices.DeleteFunc(others, idle)
	slices.SortStableFunc(on, latest)
	slices.SortStableFunc(others, latest)
	return on, others
}

// missing decides about a ledger that is not there, given the error that says so.
func (r *Run) missing(err error, found []reports.Earlier) (doubt, refused error) {
	var e *ledger.Error
	if !errors.As(err, &e) {
		return nil, err
	}
	for _, f := range found {
		known := &ledger.Error{Path: e.Path, Err: ledger.ErrGone, Reason: ledger.Say("there is no ledger here, but %s says that run %d was recorded in one: a new one would not know whom it has booked", f.Dir, f.Run)}
		known.Hint = wayOn(e.Path, f)
		if r.Books == People || f.LedgerPlace == e.Path {
			return nil, known
		}
		doubt = known
	}
	if r.New || r.Books == Nobody {
		return doubt, nil
	}
	return nil, &ledger.Error{Path: e.Path, Err: e.Err, Reason: e.Reason,
		Hint: ledger.Say("if there has never been one, add --new-ledger, or make it once: vitec-import ledger init --ledger %s; else find it: a new one would not know who is booked already", reports.Quote(e.Path))}
}

// compare holds the reports on the lists against the ledger.
func (r *Run) compare(ctx context.Context, l *ledger.Ledger, found []reports.Earlier) (doubt, refused error) {
	newest := int64(0)
	for _, f := range found {
		newest = max(newest, f.Run)
	}
	for _, f := range found {
		switch err := compare(ctx, l, f, f.Run == newest); {
		case err == nil:
		case errors.Is(err, ledger.ErrOther) && r.Books != People && f.LedgerPlace != l.Path():
			doubt = err
		default:
			return nil, err
		}
	}
	return doubt, nil
}

// compare holds one report against the ledger.
func compare(ctx context.Context, l *ledger.Ledger, f reports.Earlier, whole bool) error {
	err := l.Compare(ctx, f.Seen(), whole)
	var e *ledger.Error
	if errors.Is(err, ledger.ErrOther) && errors.As(err, &e) {
		return &ledger.Error{Path: e.Path, Err: e.Err, Reason: ledger.Say("%v, which %s tells of", e.Reason, f.Dir), Hint: wayOn(l.Path(), f)}
	}
	return err
}

// Check refuses a ledger that is not the one of the report in a folder, if there
// is one.
func Check(ctx context.Context, l *ledger.Ledger, dir string) error {
	f, ok := reports.FoundAt(dir)
	if !ok {
		return nil
	}
	return compare(ctx, l, f, false)
}

// wayOn says what to do about a ledger that a report speaks against.
func wayOn(path string, f reports.Earlier) ledger.Text {
	forget := "vitec-import ledger forget --ledger " + reports.Quote(path) + " " + reports.Quote(filepath.Dir(f.Dir))
	if f.LedgerPlace != "" && f.LedgerPlace != path {
		return ledger.Say("use the ledger that knows: --ledger %s. If it is lost: %s", reports.Quote(f.LedgerPlace), forget)
	}
	return ledger.Say("put the ledger back as it was last. If it is lost: %s", forget)
}

// Forget has the reports in a folder not held against the ledger any more, for
// whoever has lost the one that they tell of; where there is no ledger it makes
// one. It returns how many reports that were.
func Forget(ctx context.Context, path, dir string) (n int, err error) {
	l, err := ledger.Open(ctx, path, ledger.Options{Create: true})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	on, others := reports.Beside(dir, "")
	var strange []ledger.Seen
	for _, f := range append(on, others...) {
		switch err := l.Compare(ctx, f.Seen(), true); {
		case errors.Is(err, ledger.ErrOther):
			strange = append(strange, f.Seen())
		case err != nil:
			return 0, err
		}
	}
	return len(strange), l.ForgetRuns(ctx, strange)
}
