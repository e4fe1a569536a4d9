package main

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"vitec-import/cmd/vitec-import/newledger"
	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/vitec"
	"vitec-import/vitec/sandbox"
)

// A batch is one call of run: its lists one after another, with one ledger, one
// server and one pace. It asks nobody and prints nothing.
type batch struct {
	w           *world
	flags       *runFlags
	reportFlags []string   // that the commands in the reports need
	saved       *savedPlan // nil: the lists are planned anew
	archive     archive
	server      *server
	pace        *importer.Pace
	ledger      *ledger.Ledger
	doubt       error // what would have been refused if somebody could be booked
	started     time.Time

	several   bool // or it may be: a folder was named
	lists     []*listRun
	passed    []passedOver
	over      *importer.Stop               // why no other list is begun; nil = they are
	refused   map[vitec.Credentials]string // logins that the server has refused, and for which customer
	unsettled int                          // uncertain rows of earlier runs
	rows      int                          // that have been sent, for --max-rows
	messages  int                          // that have been agreed to, for --max-messages
}

// newBatch reads the saved plan, if there is one: it may say what the command
// line does not. A batch comes back in any case.
func (w *world) newBatch(cmd *cobra.Command, f *runFlags) (*batch, error) {
	b := &batch{
		w: w, flags: f, reportFlags: reportFlags(cmd), pace: importer.NewPace(f.rate), started: time.Now(),
		archive: archive{f.done, f.failed}, refused: map[vitec.Credentials]string{},
	}
	if f.plan != "" {
		var err error
		if b.saved, err = readPlan(f.plan); err != nil {
			return b, err
		}
		b.saved.fill(func(name string) bool { return w.given(cmd, name) }, &f.planFlags)
	}
	if f.target.sandbox && !w.given(cmd, "done") && !w.given(cmd, "failed") {
		b.archive = archive{} // what is set for the real runs is not for trials
	}
	return b, nil
}

// find looks for the lists. What can be found out about each without opening it
// is in its result.
func (b *batch) find(paths []string) {
	var found []listed
	found, b.passed = findLists(paths)
	b.lists = nil
	b.several = len(paths) > 1 || len(paths) == 1 && isFolder(paths[0])
	folders := 0
	for _, path := range paths {
		if isFolder(path) {
			folders++
		}
	}
	for _, l := range found {
		r := &listRun{listed: l, batch: b, archive: b.archive}
		if l.folder != "" && folders > 1 {
			r.archive = r.archive.below(filepath.Base(absolute(l.folder)))
		}
		b.lists = append(b.lists, r)
		if err := r.prepare(); err != nil {
			r.unbegun(err)
		}
	}
}

// ready reports whether there is a list to be read.
func (b *batch) ready() bool {
	return slices.ContainsFunc(b.lists, func(r *listRun) bool { return r.source != nil && r.state == "" })
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
func (b *batch) open(ctx context.Context) error {
	path, err := b.w.ledgerPath(b.flags.ledger)
	if err != nil {
		return err
	}
	if err := b.archive.make(); err != nil {
		return err
	}
	if b.server == nil {
		if b.server, err = b.flags.server(b.w); err != nil {
			return err
		}
	}
	run := newledger.Run{Ledger: path, New: b.flags.newLedger}
	switch {
	case b.flags.target.sandbox:
		run.Books = newledger.Sandbox
	case b.trial():
		run.Books = newledger.Nobody
	}
	if b.flags.out != "" {
		run.Reports = append(run.Reports, b.flags.out)
	}
	for _, r := range b.lists {
		if r.source == nil {
			continue
		}
		run.Lists = append(run.Lists, r.path)
		for _, dir := range []string{r.archive.done, r.archive.failed} {
			if dir != "" && !slices.Contains(run.Reports, dir) {
				run.Reports = append(run.Reports, dir)
			}
		}
	}
	if b.ledger, b.doubt, err = newledger.Open(ctx, run); err != nil {
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

// hindrance is why a plan must not be sent as it is; nil = it may be, if the
// logins are there and what it asks of people is agreed to.
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
	return nil
}

// begin makes sure that what is to be sent can be: it is not too much, and there
// are logins for it. A login that the server has refused is not tried again: after
// several wrong ones an account may be locked.
func (b *batch) begin(p *importer.Plan) error {
	if p.ToSend() == 0 {
		return nil
	}
	if n := b.flags.maxRows; n > 0 && b.rows >= n {
		b.over = &importer.Stop{Code: importer.StopMaxRows, Reason: ledger.Say("--max-rows %d: so many rows were sent", n)}
		return exit{code: importer.ExitStopped, err: fail("%s; nothing was sent", b.over)}
	}
	if err := b.server.logins.prepare(p.Customers()); err != nil {
		return err
	}
	for _, customer := range p.Customers() {
		login, _ := b.server.logins.For(customer)
		if by, refused := b.refused[login]; refused {
			return exit{code: importer.ExitStopped, err: fail("the login for customer %q is the one that the server refused for %q; nothing was sent", customer, by)}
		}
	}
	return nil
}

// rowsLeft is how many rows may still be sent; 0 = as many as there are.
func (b *batch) rowsLeft() int {
	if b.flags.maxRows == 0 {
		return 0
	}
	return max(b.flags.maxRows-b.rows, 1)
}

// learn takes from a run what it means for the lists behind it.
func (b *batch) learn(res *importer.Result) {
	b.rows += res.Plan.ToSend() - res.Outcomes[ledger.NotSent]
	switch stop := res.Stopped; {
	case stop == nil:
	case stop.Lasting():
		b.over = stop
	case stop.Code == importer.StopLogin:
		if login, ok := b.server.logins.For(stop.Customer); ok {
			b.refused[login] = stop.Customer
		}
	}
}

// exitCode is the worst of the lists' codes.
func (b *batch) exitCode() (code int) {
	for _, r := range b.lists {
		code = worse(code, r.code)
	}
	return code
}

// worse is the code of two that tells what has to be done first.
func worse(a, b int) int {
	order := []int{
		importer.ExitDone, importer.ExitProblems, importer.ExitUncertain, importer.ExitStopped, importer.ExitUsage, importer.ExitFailed, importer.ExitHeld,
		importer.ExitInterrupted,
	}
	if slices.Index(order, a) > slices.Index(order, b) {
		return a
	}
	return b
}
