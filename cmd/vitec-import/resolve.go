package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/importer/words"
	"vitec-import/reports"
	said "vitec-import/reports/words"
)

func newResolveCommand(w *world) *cobra.Command {
	var r resolveFlags
	cmd := &cobra.Command{
		Use:  "resolve",
		Args: between(0, 1, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := r.settlements(cmd, args)
			if err != nil {
				return err
			}
			path, err := w.ledgerPath(r.ledger)
			if err != nil {
				return err
			}
			if list == nil {
				return w.listUncertain(cmd.Context(), path)
			}
			return w.settle(cmd.Context(), path, &r, list)
		},
	}
	ledgerFlag(cmd, &r.ledger)
	cmd.Flags().Int64Var(&r.run, "run", 0, "")
	cmd.Flags().StringVar(&r.row, "row", "", "")
	cmd.Flags().StringVar(&r.booked, "booked", "", "")
	cmd.Flags().BoolVar(&r.notBooked, "not-booked", false, "")
	cmd.Flags().StringVar(&r.reason, "reason", "", "")
	return cmd
}

type resolveFlags struct {
	ledger    string
	run       int64
	row       string
	booked    string
	notBooked bool
	reason    string
}

// settlements are what the flags or the file say; nil = only list.
func (r *resolveFlags) settlements(cmd *cobra.Command, args []string) ([]reports.Settled, error) {
	wrong := func(err error) ([]reports.Settled, error) { return nil, misused(cmd, err) }
	byFlags := r.run != 0 || r.row != "" || r.booked != "" || r.notBooked
	switch {
	case len(args) == 1 && byFlags:
		return wrong(fail("resolve.both"))
	case len(args) == 1:
		return readSettlements(args[0])
	case !byFlags:
		return nil, nil
	case r.run < 1 || r.row == "":
		return wrong(fail("resolve.which"))
	case (r.booked != "") == r.notBooked:
		return wrong(fail("resolve.how"))
	}
	var list []reports.Settled
	for part := range strings.SplitSeq(r.row, ",") {
		row, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || row < 1 {
			return wrong(fail("resolve.row", part))
		}
		list = append(list, reports.Settled{Run: r.run, Row: row, BookingID: r.booked, NotBooked: r.notBooked, Reason: r.reason})
	}
	if r.booked != "" && len(list) > 1 {
		return wrong(fail("resolve.one_id", len(list)))
	}
	return list, nil
}

func readSettlements(path string) ([]reports.Settled, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, exit{code: 1, err: fail("file.unreadable", path, words.System{Err: err})}
	}
	defer f.Close()
	list, err := reports.ParseSettlements(f)
	if err != nil {
		return nil, exit{code: 1, err: fail("resolve.wrong", path, err), hint: settlementHint(err)}
	}
	if len(list) == 0 {
		return nil, exit{code: 1, err: fail("resolve.empty", path), hint: hint("resolve.empty.hint")}
	}
	return list, nil
}

// settlementHint is the hint of the first mistake that has one.
func settlementHint(err error) words.Worded {
	mistakes, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	for _, e := range mistakes.Unwrap() {
		var m *reports.SettlementError
		if errors.As(e, &m) && m.Hint.String() != "" {
			return later{m.Hint}
		}
	}
	return nil
}

// later is a text of a package that says its English itself, among those of
// the catalogue.
type later struct{ text said.Message }

func (t later) In(l words.Language) string { return l.Of(t.text) }

// listUncertain shows what has to be settled.
func (w *world) listUncertain(ctx context.Context, path string) error {
	l, err := ledger.OpenReader(ctx, path)
	if err != nil {
		return err
	}
	defer l.Close()
	byRun := map[int64][]ledger.Row{}
	var runs []int64
	n := 0
	for row, err := range l.Uncertain(ctx) {
		if err != nil {
			return err
		}
		if byRun[row.Run] == nil {
			runs = append(runs, row.Run)
		}
		byRun[row.Run] = append(byRun[row.Run], row)
		n++
	}
	if n == 0 {
		fmt.Fprintln(w.stderr, w.say("resolve.none"))
		return nil
	}
	table := [][]string{{
		w.say("resolve.head.run"), w.say("resolve.head.row"), w.say("resolve.head.participant"), w.say("resolve.head.customer"),
		w.say("resolve.head.viewing"), w.say("resolve.head.slot"), w.say("resolve.head.sent"), w.say("resolve.head.seen"),
	}}
	for _, id := range runs {
		names, err := participants(ctx, l, id, byRun[id])
		if err != nil {
			return err
		}
		for _, row := range byRun[id] {
			seen := row.Message
			if reason := (importer.Reason{Code: row.Code, Args: row.Args}).In(w.lang); reason != "" {
				seen = reason
			}
			table = append(table, []string{
				strconv.FormatInt(row.Run, 10), strconv.Itoa(row.Number), names[row.Number], row.Slot.CustomerId,
				row.Slot.ViewingId, row.Slot.TimeSlotId, row.SubmittedAt.Local().Format("2006-01-02 15:04:05"), seen,
			})
		}
	}
	printColumns(w.stdout, table, 0, w.width(w.stdout))
	fmt.Fprintln(w.stderr, fold(w.count("resolve.left", n), w.width(w.stderr)))
	return nil
}

// settle settles all rows of the list, or none.
func (w *world) settle(ctx context.Context, path string, r *resolveFlags, list []reports.Settled) (err error) {
	l, err := ledger.Open(ctx, path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	settlements, err := findUncertain(ctx, l, list)
	if err != nil {
		return err
	}
	var runs []int64
	for _, s := range settlements {
		if err := l.Settle(ctx, s); err != nil {
			return err
		}
		if !slices.Contains(runs, s.Run) {
			runs = append(runs, s.Run)
		}
	}
	fmt.Fprintln(w.stdout, w.count("resolve.done", len(settlements)))
	for _, id := range runs {
		run, err := l.RunInfo(ctx, id)
		if err != nil {
			return err
		}
		rep, err := w.writeReport(ctx, l, run, reportPlace{ledgerFlag: r.ledger}, nil)
		if err != nil {
			return exit{code: 1, err: fail("report.failed.settled", id, err), hint: hint("report.failed.hint", id)}
		}
		w.printSummary(rep)
	}
	return nil
}

// findUncertain finds the submissions that are meant. It settles nothing and
// names every row that is not uncertain.
func findUncertain(ctx context.Context, l *ledger.Ledger, settled []reports.Settled) ([]ledger.Settlement, error) {
	type place struct {
		run int64
		row int
	}
	index := map[place]int{}
	for row, err := range l.Uncertain(ctx) {
		if err != nil {
			return nil, err
		}
		index[place{row.Run, row.Number}] = row.Index
	}
	var (
		settlements []ledger.Settlement
		unknown     list
	)
	for _, s := range settled {
		i, ok := index[place{s.Run, s.Row}]
		if !ok {
			unknown = append(unknown, catalogue.Message("resolve.place", s.Row, s.Run))
			continue
		}
		delete(index, place{s.Run, s.Row})
		settlements = append(settlements, ledger.Settlement{Run: s.Run, Index: i, BookingID: s.BookingID, Reason: s.Reason, At: time.Now()})
	}
	if len(unknown) > 0 {
		return nil, exit{code: 1, err: fail("resolve.unknown", unknown), hint: hint("resolve.unknown.hint")}
	}
	return settlements, nil
}

// list is texts with commas between them.
type list []words.Worded

func (t list) In(l words.Language) string {
	var parts []string
	for _, p := range t {
		parts = append(parts, p.In(l))
	}
	return strings.Join(parts, ", ")
}

// participants finds the names in rows of a run's input. There are none if the
// input is gone or is no longer what was run: then nobody can say.
func participants(ctx context.Context, l *ledger.Ledger, run int64, rows []ledger.Row) (map[int]string, error) {
	info, err := l.RunInfo(ctx, run)
	if err != nil {
		return nil, err
	}
	f, err := reports.OpenInput(info)
	if err != nil {
		return nil, nil
	}
	defer f.Close()
	wanted := map[int]bool{}
	for _, row := range rows {
		wanted[row.Number] = true
	}
	names := map[int]string{}
	for row, err := range f.Rows(ctx) {
		if err != nil {
			return nil, nil
		}
		if wanted[row.Number] && row.Err == nil {
			names[row.Number] = reports.Participant(row.Cells, info.NameColumns)
		}
	}
	return names, nil
}
