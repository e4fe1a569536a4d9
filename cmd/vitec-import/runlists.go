package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// runBatch is the command: it goes through the lists, and tells how it went.
func (w *world) runBatch(cmd *cobra.Command, paths []string, f *runFlags) error {
	b, err := w.newBatch(cmd, f)
	if err == nil {
		if len(paths) == 0 {
			paths = []string{b.saved.Input.File}
		}
		err = w.runLists(cmd.Context(), b, paths)
	}
	return errors.Join(w.endBatch(cmd.Context(), b, err), b.Close())
}

// runLists goes through the lists. Its error is about no list: nothing was done.
// Everything that can fail is tried before the first request.
func (w *world) runLists(ctx context.Context, b *batch, paths []string) error {
	b.find(paths)
	if len(b.lists) == 0 && !b.flags.allowEmpty {
		return &unfit{stateNoFile, exit{
			code: importer.ExitFailed, err: fail("%s: there is no list in it", strings.Join(paths, ", ")),
			hint: hint("if that is nothing to worry about, say --allow-empty"),
		}}
	}
	if !b.several { // what is wrong with the one list is told as such
		if r := b.lists[0]; r.err != nil && r.code != importer.ExitDone {
			r.told = true
			return r.err
		}
	}
	if b.ready() {
		if err := w.openWhenFree(ctx, b, paths); err != nil {
			return err
		}
	}
	left, err := b.findLeftover(ctx)
	if err != nil {
		return err
	}
	if !b.flags.quiet {
		w.tellLeftover(left, b.sums())
	}
	b.unsettled = left.uncertain
	for _, r := range b.lists {
		w.runOne(ctx, r)
	}
	return nil
}

// openWhenFree opens the batch, and waits for a ledger that another run holds, as
// long as it may. That run may have taken lists, and others may have come: the
// lists are looked for again.
func (w *world) openWhenFree(ctx context.Context, b *batch, paths []string) error {
	const poll = time.Second
	waited := false
	for end := time.Now().Add(b.flags.wait); ; {
		err := w.openBatch(ctx, b)
		if !errors.Is(err, ledger.ErrHeld) || time.Until(end) <= 0 {
			if err == nil && waited {
				b.find(paths)
			}
			return err
		}
		if !waited {
			w.tell("note", hint("another run holds the ledger; waiting for it, %s at most", b.flags.wait), nil)
			waited = true
		}
		select {
		case <-w.stop:
			return importer.ErrInterrupted
		case <-time.After(min(poll, time.Until(end))):
		}
	}
}

// runOne takes a list from its opening to its report, or says why not.
func (w *world) runOne(ctx context.Context, r *listRun) {
	b, log := r.batch, w.log
	defer func() { w.log = log }()
	if log != nil {
		r.log = log.With("file", filepath.Base(r.path), "folder", filepath.Dir(absolute(r.path)))
		w.log = r.log.With("run", 0)
	}
	switch {
	case r.state != "": // it could not be prepared
	case w.stopping():
		r.unbegun(importer.ErrInterrupted)
	case b.over != nil:
		r.unbegun(exit{code: importer.ExitStopped, err: fail("not begun, because the batch was stopped: %s", *b.over)})
	case r.gone():
		r.state = stateNoFile
		w.tell("note", hint("%s is gone: another run has taken it", r.path), nil)
	case r.changing(time.Now()):
		r.state = stateChanging
		w.tell("note", hint("%s was changed less than %s ago, and is left alone", r.path, b.flags.settle), nil)
	default:
		w.runList(ctx, r)
	}
	if r.err != nil && !r.told {
		w.tellList(r, r.err)
	}
	if r.run != nil && r.run.Stopped != nil {
		w.tell("stopped", *r.run.Stopped, r.run.Stopped.Hint())
	}
	rep, err := r.conclude(ctx)
	if rep != nil && !b.flags.quiet && w.log == nil {
		w.printSummary(rep)
	}
	if err != nil {
		w.tellList(r, err)
		r.err = errors.Join(r.err, err)
		r.code = worse(r.code, cmp.Or(r.code, importer.ExitFailed))
	}
	if r.run != nil && !b.flags.json && !b.several {
		w.printLast(r)
	}
}

// tellList tells what is wrong with a list.
func (w *world) tellList(r *listRun, err error) {
	if r.code == importer.ExitDone && r.run == nil {
		w.tell("note", err, nil)
		return
	}
	if text := w.lang.Of(err); r.batch.several && w.log == nil && !strings.HasPrefix(text, r.path) && !strings.HasPrefix(text, filepath.Base(r.path)) {
		err = exit{code: r.code, err: fail("%s: %s", r.path, err), hint: hintOf(err)}
	}
	w.printError(err)
}

// talk is where a person is told how it goes.
func (w *world) talk(f *runFlags) io.Writer {
	if f.quiet || w.log != nil {
		return io.Discard
	}
	return w.stderr
}

// runList plans a list, has the plan agreed to and sends it, and says what it
// does. The result is in r.
func (w *world) runList(ctx context.Context, r *listRun) {
	b, f, talk := r.batch, r.batch.flags, w.talk(r.batch.flags)
	if err := r.open(); err != nil {
		r.unread(err)
		return
	}
	if w.log != nil {
		w.log.Debug("how the server is reached", "proxy", cmp.Or(b.server.client.Proxy(), "none"))
	}
	job := r.job()
	var found findings
	job.Problem = found.add
	view := newProgressView(w, talk, f)
	job.Watch = view.start

	w.reportCutOff(ctx, r, talk)
	w.describeInput(talk, r.source)
	w.describeTarget(talk, &f.target)
	w.line(talk, "ledger", b.ledger.Path())
	if b.ledger.Created() && r == b.lists[0] {
		w.line(talk, "", w.say("it is new: it knows of no earlier bookings"))
	}
	refused := r.unread // while it is planned
	res, err := job.Run(ctx, func(p *importer.Plan) error {
		w.describePlan(talk, p, &found)
		w.logProblems(&found)
		if err := b.hindrance(p); err != nil {
			return err
		}
		refused = r.unbegun
		if err := b.begin(p); err != nil {
			return err
		}
		return w.approve(b, p)
	})
	view.end()
	if res == nil {
		refused(err)
		return
	}
	r.ended(res)
	if w.log != nil {
		w.log = r.log.With("run", res.Run)
	}
	if err != nil && (res.Stopped == nil || !strings.HasSuffix(words.English.Of(res.Stopped), err.Error())) {
		w.printError(err) // else it is told as what has stopped the run
	}
	for _, u := range res.Unrecorded {
		w.tell("not recorded", u, nil)
	}
}

// printLast is the last line of a call for one list.
func (w *world) printLast(r *listRun) {
	res := r.run
	last := "run %d: %s of %s; %s"
	switch nothing := res.Plan.ToSend() == 0 && res.ExitCode() == importer.ExitDone; {
	case r.batch.trial() && nothing:
		last = "trial %d: nothing new, it would be %s of %s, nobody is really booked; %s"
	case r.batch.trial():
		last = "trial %d: it would be %s of %s, nobody is really booked; %s"
	case nothing:
		last = "run %d: nothing new, %s of %s; %s"
	}
	where := cmp.Or(r.report, w.say("no report"))
	w.tellUnsettled(r.batch)
	fmt.Fprintln(w.stdout, w.say(last, res.Run, w.counts(res.Outcomes), w.count(res.Plan.Rows, "%d row", "%d rows"), where))
}

// tellUnsettled says once more what earlier runs have left.
func (w *world) tellUnsettled(b *batch) {
	if n := b.unsettled; n > 0 {
		w.tell("note", counted(n, "%d row of an earlier run is still to be settled", "%d rows of earlier runs are still to be settled"), hint("\"vitec-import resolve\" lists them"))
	}
	if w.inOrder != nil {
		w.inOrder()
	}
}
