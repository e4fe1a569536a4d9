package main

import (
	"context"
	"time"

	"vitec-import/importer/ledger"
	"vitec-import/reports/words"
)

// leftover is what earlier runs at a server have left: rows of which nobody has
// said whether they are booked, and runs that ended before all was sent, of
// lists that no later run has had.
type leftover struct {
	uncertain int
	unsent    []ledger.RunInfo
}

// leftoverAge is for how long a run that ended early is spoken of. One that was
// cut off is until what it left is sent or settled.
const leftoverAge = 30 * 24 * time.Hour

func findLeftover(ctx context.Context, l *ledger.Ledger, target string) (left leftover, err error) {
	runs, err := l.Left(ctx)
	if err != nil {
		return left, err
	}
	for _, r := range runs {
		if r.Target != target {
			continue
		}
		left.uncertain += r.Counts[ledger.Uncertain]
		if r.Counts[ledger.NotSent] > 0 && (r.Interrupted || time.Since(r.StartedAt) < leftoverAge) {
			left.unsent = append(left.unsent, r)
		}
	}
	return left, nil
}

// tellLeftover says what earlier runs have left, to a person or to the log.
// But for the lists with these checksums: what is left of them is sent now.
func (w *world) tellLeftover(left leftover, lists map[string]bool) {
	if left.uncertain > 0 {
		w.tell("warning", counted(left.uncertain, "%d row of an earlier run may be booked, and nobody has settled it", "%d rows of earlier runs may be booked, and nobody has settled them"),
			hint("\"vitec-import resolve\" lists them"))
	}
	for _, r := range left.unsent {
		if lists[r.Input.SHA256] {
			continue
		}
		n := r.Counts[ledger.NotSent]
		w.tell("warning", words.Textf(words.Plural(n, "run %d left %d row of %s unsent, and no run has had that list since", "run %d left %d rows of %s unsent, and no run has had that list since"), r.ID, n, r.Input.Name),
			hint("see its report, %s", r.ReportDir))
	}
}

// findLeftover is what earlier runs have left at the batch's server.
func (b *batch) findLeftover(ctx context.Context) (left leftover, err error) {
	if b.ledger == nil {
		return left, nil
	}
	return findLeftover(ctx, b.ledger, b.target())
}

// sums are the checksums of the batch's lists.
func (b *batch) sums() map[string]bool {
	sums := map[string]bool{}
	for _, r := range b.lists {
		if sum, err := fileSum(r.path); err == nil { // else whoever opens it will tell
			sums[sum] = true
		}
	}
	return sums
}
