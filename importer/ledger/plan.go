package ledger

import (
	"bytes"
	"context"
	"encoding/json"
	"iter"
	"slices"
)

// The states of a run.
const (
	runPlanned = iota
	runOn
	runEnded
	runCutOff
)

const (
	// chunk is how many rows of a plan are written in one transaction.
	chunk = 4096
	// mostKeys is how many identity keys are filed at once, in their order: the
	// more, the fewer pages of their table are written twice.
	mostKeys = 500_000
)

var (
	insertPlan = bulk{`INSERT INTO plan (run, idx, number, customer, viewing, slot, outcome, ref_run, ref_idx, ref_row, differs, code, reason, problems)
		VALUES {rows} ON CONFLICT DO NOTHING`, 14}
	insertIdentities = bulk{"INSERT INTO identities (key, run, idx) VALUES {rows} ON CONFLICT DO NOTHING", 3}
)

// Plan records a run and its rows as planned, in one transaction after the
// other, so that none is open while the rows are read or a person is asked.
// Nothing of it counts before Start; Discard deletes it, and so does the next
// Open if the program is killed. Only ID, Host, Rows, Counts and how the run
// ends are not taken from info. An error of rows is returned as it is, and then
// nothing is left.
func (l *Ledger) Plan(ctx context.Context, info RunInfo, rows iter.Seq2[Row, error]) (*Run, error) {
	r := &Run{l: l, target: info.Target}
	if l.writer == nil {
		return nil, ErrReadOnly
	}
	if err := l.prepare(); err != nil {
		return nil, l.word(err)
	}
	h, err := json.Marshal(info)
	if err != nil {
		return nil, err
	}
	err = l.take(func(t *turn) error {
		err := t.row("UPDATE ledger SET runs = runs + 1 WHERE one = 1 RETURNING runs").Scan(&r.id)
		if err != nil {
			return err
		}
		_, err = t.exec("INSERT INTO runs (run, state, owner, host, lease, started, report_dir, header) VALUES ($1, 0, $2, $3, {lease}, $4, $5, $6)",
			r.id, l.owner, hostname(), info.StartedAt.UTC().Format(timeFormat), info.ReportDir, string(h))
		return err
	})
	if err != nil {
		return nil, err
	}
	r.lease()
	p := planner{run: r}
	for row, err := range rows {
		if err == nil {
			err = ctx.Err()
		}
		if err == nil {
			err = p.add(row)
		}
		if err != nil {
			_ = r.Discard() // err is the reason
			return nil, err
		}
	}
	if err := p.file(); err != nil {
		_ = r.Discard() // err is the reason
		return nil, err
	}
	return r, nil
}

// A planner writes planned rows, a chunk at a time.
type planner struct {
	run  *Run
	rows [][]any
	keys []filedKey
}

type filedKey struct {
	key   Digest
	index int32
}

func (p *planner) add(row Row) error {
	r := p.run
	if row.Index != len(r.rows) {
		return misuse("row %d of the plan has index %d", len(r.rows), row.Index)
	}
	if row.Ref != (Ref{}) && row.Ref.Run == 0 {
		row.Ref.Run = r.id
	}
	state := rowClosed
	switch row.Outcome {
	case NotSent:
		state = rowReady
		file := func(d Digest) { p.keys = append(p.keys, filedKey{d, int32(row.Index)}) }
		row.Keys.each(file)
		for _, d := range row.Keys.Shared {
			file(d)
		}
	case Invalid, Skipped:
	case AlreadyBooked, Uncertain, Duplicate:
		if row.Ref == (Ref{}) {
			return misuse("row %d is planned as %s without saying of what", row.Index, row.Outcome)
		}
	default:
		return misuse("row %d is planned as %s", row.Index, row.Outcome)
	}
	r.rows = append(r.rows, state)
	args := []any{r.id, row.Index, row.Number, row.Slot.CustomerId, row.Slot.ViewingId, row.Slot.TimeSlotId, row.Outcome.String(),
		nil, nil, nil, 0, orNull(row.Code), row.Reason.kept(), nil}
	if row.Ref != (Ref{}) {
		args[7], args[8], args[9], args[10] = row.Ref.Run, row.Ref.Index, row.Ref.Row, number(row.ContentDiffers)
	}
	if len(row.Problems) > 0 {
		b, err := json.Marshal(row.Problems)
		if err != nil {
			return err
		}
		args[13] = string(b)
	}
	p.rows = append(p.rows, args)
	if len(p.keys) >= mostKeys {
		return p.file()
	}
	if len(p.rows) == chunk {
		return p.flush()
	}
	return nil
}

// flush writes the rows.
func (p *planner) flush() error {
	err := p.run.l.take(func(t *turn) error {
		if err := t.renew(p.run, runPlanned, runPlanned); err != nil {
			return err
		}
		_, err := t.bulk(insertPlan, p.rows)
		return err
	})
	p.rows = p.rows[:0]
	return err
}

// file writes the rows, and their keys in order.
func (p *planner) file() error {
	if err := p.flush(); err != nil {
		return err
	}
	slices.SortFunc(p.keys, func(a, b filedKey) int { return bytes.Compare(a.key[:], b.key[:]) })
	for some := range slices.Chunk(p.keys, chunk) {
		err := p.run.l.take(func(t *turn) error {
			rows := make([][]any, len(some))
			for i := range some {
				rows[i] = []any{some[i].key[:], p.run.id, some[i].index}
			}
			_, err := t.bulk(insertIdentities, rows)
			return err
		})
		if err != nil {
			return err
		}
	}
	p.keys = p.keys[:0]
	return nil
}

func number(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Start makes a plan a run: it was agreed to.
func (r *Run) Start(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	err := r.l.take(func(t *turn) error { return t.renew(r, runPlanned, runOn) })
	if err == nil {
		r.state.Store(runOn)
	}
	return err
}

// Discard deletes a plan that was not agreed to.
func (r *Run) Discard() error {
	r.mu.Lock()
	r.ended = true
	r.mu.Unlock()
	r.release()
	return r.l.take(func(t *turn) error { return t.discard(r.id) })
}

// discard deletes a plan. Its number is given again, if none was given since.
func (t *turn) discard(run int64) error {
	for _, statement := range []string{
		"DELETE FROM runs WHERE run = $1 AND state = 0",
		"DELETE FROM plan WHERE run = $1",
		"DELETE FROM identities WHERE run = $1",
		"UPDATE ledger SET runs = runs - 1 WHERE runs = $1",
	} {
		n, err := t.exec(statement, run)
		if err != nil || n == 0 && statement[7:16] == "FROM runs" {
			return err
		}
	}
	return nil
}

// StartRun records a run with all its planned rows, and starts it.
func (l *Ledger) StartRun(ctx context.Context, info RunInfo, rows iter.Seq2[Row, error]) (*Run, error) {
	r, err := l.Plan(ctx, info, rows)
	if err != nil {
		return nil, err
	}
	if err := r.Start(ctx); err != nil {
		_ = r.Discard() // err is the reason
		return nil, err
	}
	return r, nil
}
