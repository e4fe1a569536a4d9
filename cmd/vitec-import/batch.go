package main

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"vitec-import/cmd/vitec-import/newledger"
	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/vitec"
	"vitec-import/vitec/sandbox"
)

// A batch is what one call of run works with: one ledger, one server and one
// pace, for all lists. It asks nobody and prints nothing.
type batch struct {
	w           *world
	flags       *runFlags
	reportFlags []string   // that the commands in the reports need
	saved       *savedPlan // nil: the lists are planned anew
	server      *server
	pace        *importer.Pace
	ledger      *ledger.Ledger
	doubt       error // what would have been refused if somebody could be booked
}

// newBatch reads the saved plan, if there is one: it may say what the command
// line does not.
func (w *world) newBatch(cmd *cobra.Command, f *runFlags) (*batch, error) {
	b := &batch{w: w, flags: f, reportFlags: reportFlags(cmd), pace: importer.NewPace(f.rate)}
	if f.plan == "" {
		return b, nil
	}
	var err error
	if b.saved, err = readPlan(f.plan); err != nil {
		return nil, err
	}
	b.saved.fill(func(name string) bool { return w.given(cmd, name) }, &f.planFlags)
	return b, nil
}

func (b *batch) target() string { return b.flags.target.name() }

// trial reports whether nobody can be booked.
func (b *batch) trial() bool { return trial(b.target()) }

// open makes the server and the ledger ready. It is done before any list is
// read, which may take a while: if another run has the ledger, this one shall
// say so at once.
//
// The error is [ledger.ErrMissing] if there is no ledger and nothing tells of one:
// whoever may have one made opens the batch again with the flag for it.
func (b *batch) open(ctx context.Context, lists ...string) error {
	path, err := b.w.ledgerPath(b.flags.ledger)
	if err != nil {
		return err
	}
	if b.server == nil {
		if b.server, err = b.flags.server(b.w); err != nil {
			return err
		}
	}
	who := newledger.People
	switch {
	case b.flags.target.sandbox:
		who = newledger.Sandbox
	case b.trial():
		who = newledger.Nobody
	}
	b.ledger, b.doubt, err = newledger.Open(ctx, newledger.Run{Ledger: path, Lists: lists, Reports: b.flags.out, Books: who, New: b.flags.newLedger})
	if err != nil {
		return err
	}
	if b.saved != nil {
		return b.saved.checkLedger(ctx, b.ledger)
	}
	return nil
}

// Close closes what is open.
func (b *batch) Close() error {
	if b.server != nil {
		b.server.close()
	}
	if b.ledger != nil {
		return b.ledger.Close()
	}
	return nil
}

// server is who the requests go to.
type server struct {
	client *vitec.Client
	logins *logins
	close  func()
}

// server prepares the client, and the sandbox if it is to be one.
func (f *runFlags) server(w *world) (*server, error) {
	format, err := vitec.ParseFormat(f.format)
	if err != nil {
		return nil, err
	}
	s := &server{close: func() {}}
	base := f.target.url
	if f.target.sandbox {
		box := sandbox.New(sandbox.Config{Keep: 1000})
		s.close = box.Close
		base = box.URL
		s.logins = &logins{fallback: &vitec.Credentials{Username: "sandbox", Password: "sandbox"}}
	} else if s.logins, err = w.logins(f.credentials, f.target.name()); err != nil {
		return nil, err
	}
	s.client, err = newClient(vitec.Config{
		BaseURL: base, Format: format, Timeout: f.timeout, Concurrency: cmp.Or(f.concurrency, importer.DefaultConcurrency), Credentials: s.logins.For,
	})
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}

// hindrance is why a plan must not be sent, whatever a person says; nil = it may
// be, once what it asks of people is agreed to: see [world.approve].
func (b *batch) hindrance(p *importer.Plan) error {
	if b.saved != nil {
		if err := b.saved.checkRows(p); err != nil {
			return err
		}
	}
	if p.Problems > 0 && !b.flags.skipInvalid {
		mend := hint("correct them in the file and run again")
		if p.ToSend() > 0 {
			mend = hint("correct them in the file and run again, or leave them out with --skip-invalid: %s can be sent", rowCount(p.ToSend()))
		}
		return exit{code: importer.ExitProblems, err: failCount(p.Problems, "%d of %d rows has problems; nothing was sent", "%d of %d rows have problems; nothing was sent", p.Rows), hint: mend}
	}
	if p.ToSend() == 0 {
		return nil
	}
	return b.server.logins.prepare(p.Customers())
}
