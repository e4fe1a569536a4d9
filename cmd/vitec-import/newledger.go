package main

import (
	"context"
	"errors"

	"vitec-import/importer/ledger"
)

// openBatch opens a batch. Where there is no ledger, a person is asked; where
// nobody can be, or has said that he wants not to be, only --new-ledger makes
// one.
func (w *world) openBatch(ctx context.Context, b *batch) error {
	err := b.open(ctx)
	var missing *ledger.Error
	if errors.Is(err, ledger.ErrMissing) && errors.As(err, &missing) && w.terminalIn && !b.flags.yes {
		ok, asked := w.confirm(w.say("There is no ledger in %s, so nobody would be known as booked already. Make a new one?", missing.Path))
		switch {
		case asked != nil:
			return asked
		case !ok:
			return err
		}
		b.flags.newLedger = true
		err = b.open(ctx)
	}
	if err != nil {
		return err
	}
	if b.doubt != nil {
		w.tell("warning", b.doubt, hint("this run books nobody; one that does would be refused"))
	}
	if b.ledger.Created() && (w.log != nil || b.flags.quiet && !b.trial()) {
		w.tell("warning", hint("the ledger in %s is new: it knows of no earlier bookings", b.ledger.Path()), nil)
	}
	return nil
}
