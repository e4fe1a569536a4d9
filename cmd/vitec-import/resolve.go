package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vitec-import/cmd/vitec-import/newledger"
	"vitec-import/importer/ledger"
	"vitec-import/importer/table"
	"vitec-import/reports"
	"vitec-import/vitec"
)

func newResolveCommand(w *world) *cobra.Command {
	var r resolveFlags
	cmd := &cobra.Command{
		Use:   "resolve [FILE]",
		Short: "List uncertain rows, and settle them",
		Long: `resolve without arguments lists the rows whose request may have reached the server while
no trustworthy answer came back. They are never sent again by themselves. Look in Vitec
whether each of them is booked (its portal shows a partner's latest calls), then say so:

  --run N --row N --booked ID    it is booked, under this id
  --run N --row N --not-booked   it is not booked; the next run sends it
  FILE                           the uncertain.csv or .xlsx of a report, filled in

Every settlement is kept with its reason, and the run's report is written anew.

EXIT STATUS
  0  listed, or settled
  1  the ledger cannot be read or written, or a row is not uncertain; nothing was settled
  2  wrong use
  6  a run holds the ledger`,
		Example: `  vitec-import resolve
  vitec-import resolve --run 7 --row 17 --booked VID0123456789ABCDEF0123456789ABCDEF --reason "seen in the portal"
  vitec-import resolve --run 7 --row 18,21 --not-booked
  vitec-import resolve participants-run-0007/uncertain.csv`,
		Args: between(0, 1, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			list, err := w.settlements(cmd, &r, args)
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
	cmd.Flags().Int64Var(&r.run, "run", 0, "the `NUMBER` of the run that sent the row")
	cmd.Flags().StringVar(&r.row, "row", "", "the spreadsheet's `ROW`, or several with commas")
	cmd.Flags().StringVar(&r.booked, "booked", "", "the booking `ID` that the row has in Vitec")
	cmd.Flags().BoolVar(&r.notBooked, "not-booked", false, "the row is not booked in Vitec")
	cmd.Flags().StringVar(&r.reason, "reason", "", "how you know: a `TEXT` that the ledger keeps")
	return cmd
}

type resolveFlags struct {
	ledger    string
	run       int64
	row       string
	booked    string
	notBooked bool
	reason    string
	file      string // the filled-in file, where the rows do not come from the flags
}

// settlements are what the flags or the file say; nil = only list.
func (w *world) settlements(cmd *cobra.Command, r *resolveFlags, args []string) ([]reports.Settled, error) {
	wrong := func(err error) ([]reports.Settled, error) { return nil, misused(cmd, err) }
	byFlags := r.run != 0 || r.row != "" || r.booked != "" || r.notBooked
	switch {
	case len(args) == 1 && byFlags:
		return wrong(fail("give either a file or --run and --row, not both"))
	case len(args) == 1:
		r.file = args[0]
		return w.readSettlements(cmd.Context(), args[0])
	case !byFlags:
		return nil, nil
	case r.run < 1 || r.row == "":
		return wrong(fail("say which row with --run and --row"))
	case (r.booked != "") == r.notBooked:
		return wrong(fail("say either --booked ID or --not-booked"))
	}
	var list []reports.Settled
	for part := range strings.SplitSeq(r.row, ",") {
		row, err := strconv.Atoi(strings.TrimSpace(part))
		if err != nil || row < 1 {
			return wrong(fail("--row %q is not a row number", part))
		}
		list = append(list, reports.Settled{Run: r.run, Row: row, BookingID: r.booked, NotBooked: r.notBooked, Reason: r.reason})
	}
	if r.booked != "" && noBookingID(r.booked) {
		return wrong(fail("--booked %q cannot be the id of a booking", r.booked))
	}
	if r.booked != "" && len(list) > 1 {
		return wrong(fail("one booking id cannot belong to %d rows", len(list)))
	}
	return list, nil
}

func (w *world) readSettlements(ctx context.Context, path string) ([]reports.Settled, error) {
	list, err := reports.ReadSettlements(ctx, path, noBookingID)
	if err != nil {
		return nil, exit{code: 1, err: fail("%s: nothing was settled:\n%s", path, err), hint: settlementHint(err)}
	}
	if len(list) == 0 {
		return nil, exit{code: 1, err: fail("%s: no row is filled in", path), hint: hint("write the booking's id into its column, or x into the column behind it, in the rows that you have looked up")}
	}
	return list, nil
}

// noBookingID reports whether what a person gives for a booking's id cannot be one.
func noBookingID(id string) bool { return vitec.CheckBookingId(id).String() != "" }

// settlementHint is the hint of the first mistake that has one.
func settlementHint(err error) any {
	mistakes := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		mistakes = joined.Unwrap()
	}
	for _, e := range mistakes {
		var (
			m *reports.SettlementError
			f *table.Error
		)
		switch {
		case errors.As(e, &m) && m.Hint.String() != "":
			return m.Hint
		case errors.As(e, &f) && f.Hint.String() != "":
			return f.Hint
		}
	}
	return nil
}

// listUncertain shows what has to be settled.
func (w *world) listUncertain(ctx context.Context, path string) error {
	l, err := ledger.OpenExisting(ctx, path)
	if err != nil {
		return err
	}
	defer l.Close()
	rows, err := w.uncertainRows(ctx, l)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		fmt.Fprintln(w.stderr, w.say("no row is uncertain"))
		return nil
	}
	table := [][]string{{
		w.say("run"), w.say("row"), w.say("participant"), w.say("viewing and slot"),
		w.say("sent at"), w.say("what was seen"), w.say("customer"), w.say("viewing"), w.say("time slot"),
	}}
	for _, row := range rows {
		table = append(table, []string{
			strconv.FormatInt(row.Run, 10), strconv.Itoa(row.Number), row.person, row.place,
			row.SubmittedAt.Local().Format("2006-01-02 15:04:05"), row.seen, row.Slot.CustomerId, row.Slot.ViewingId, row.Slot.TimeSlotId,
		})
	}
	n := len(rows)
	printColumns(w.stdout, table, 0)
	fmt.Fprintln(w.stderr, fold(w.count(n, "%d row is uncertain; look in Vitec whether it is booked, then see \"vitec-import resolve --help\"", "%d rows are uncertain; look in Vitec whether they are booked, then see \"vitec-import resolve --help\""), w.width(w.stderr)))
	return nil
}

// uncertainRow is a row that may be booked, with what is known of it.
type uncertainRow struct {
	ledger.Row
	person, place, seen string
	trial               bool // nobody is booked where it was sent
}

func (w *world) uncertainRows(ctx context.Context, l *ledger.Ledger) ([]uncertainRow, error) {
	byRun := map[int64][]ledger.Row{}
	var runs []int64
	for row, err := range l.Uncertain(ctx) {
		if err != nil {
			return nil, err
		}
		if byRun[row.Run] == nil {
			runs = append(runs, row.Run)
		}
		byRun[row.Run] = append(byRun[row.Run], row)
	}
	var all []uncertainRow
	for _, id := range runs {
		people, target, err := w.participants(ctx, l, id, byRun[id])
		if err != nil {
			return nil, err
		}
		for _, row := range byRun[id] {
			seen := w.lang.Of(row.Reason)
			all = append(all, uncertainRow{row, people[row.Number].Name, cmp.Or(people[row.Number].Place, reports.Place("", "", row.Slot)), seen, trial(target)})
		}
	}
	return all, nil
}

// settle settles all rows of the list, or none.
func (w *world) settle(ctx context.Context, path string, r *resolveFlags, list []reports.Settled) (err error) {
	l, err := ledger.Open(ctx, path, ledger.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, l.Close()) }()
	if r.file != "" { // what it says of run 1 is not of any ledger's run 1
		if err := newledger.Check(ctx, l, filepath.Dir(r.file)); err != nil {
			return err
		}
	}
	settlements, err := w.findUncertain(ctx, l, list)
	if err != nil {
		return err
	}
	var runs []int64
	if err := l.Settle(ctx, settlements...); err != nil {
		return err
	}
	for _, s := range settlements {
		if !slices.Contains(runs, s.Run) {
			runs = append(runs, s.Run)
		}
	}
	fmt.Fprintln(w.stdout, w.count(len(settlements), "%d row settled", "%d rows settled"))
	for _, id := range runs {
		run, err := l.RunInfo(ctx, id)
		if err != nil {
			return err
		}
		rep, err := w.writeReport(ctx, l, run, r.place(&run))
		if err != nil {
			return exit{code: 1, err: fail("the rows are settled, but the report of run %d could not be written: %s", id, err), hint: hint("nothing is lost: \"vitec-import report %d --out FOLDER\" writes it elsewhere", id)}
		}
		w.printSummary(rep)
	}
	return nil
}

// place is where the report is written anew: in the folder of the file that was
// filled in, wherever that has been moved to, if the report there is the run's.
func (r *resolveFlags) place(run *ledger.RunInfo) (p reportPlace) {
	if r.file == "" {
		return p
	}
	dir, err := filepath.Abs(filepath.Dir(r.file))
	if err != nil {
		return p
	}
	if found, ok := reports.FoundAt(dir); ok && found.Of(run) {
		p.dir = dir
	}
	return p
}

// findUncertain finds the submissions that are meant. It settles nothing and
// names every row that is not uncertain.
func (w *world) findUncertain(ctx context.Context, l *ledger.Ledger, settled []reports.Settled) ([]ledger.Settlement, error) {
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
		unknown     []string
	)
	for _, s := range settled {
		i, ok := index[place{s.Run, s.Row}]
		if !ok && settledSo(ctx, l, s) {
			continue // the file was filled in, and given, in more than one go
		}
		if !ok {
			unknown = append(unknown, w.say("row %d of run %d", s.Row, s.Run))
			continue
		}
		delete(index, place{s.Run, s.Row})
		settlements = append(settlements, ledger.Settlement{Run: s.Run, Index: i, BookingID: s.BookingID, Reason: s.Reason, At: time.Now()})
	}
	if len(unknown) > 0 {
		return nil, exit{code: 1, err: fail("not uncertain, or settled already: %s; nothing was settled", strings.Join(unknown, ", ")), hint: hint("\"vitec-import resolve\" lists the uncertain rows with the run that sent them")}
	}
	return settlements, nil
}

// settledSo reports whether a row is settled already as the person says now.
func settledSo(ctx context.Context, l *ledger.Ledger, s reports.Settled) bool {
	for row, err := range l.Rows(ctx, s.Run) {
		if err != nil {
			return false
		}
		if row.Number == s.Row {
			return row.Settled != nil && row.Settled.BookingID == s.BookingID
		}
	}
	return false
}

// participants finds who is in rows of a run, from its list or its report, and where
// the run sent them. What neither knows is left out.
func (w *world) participants(ctx context.Context, l *ledger.Ledger, run int64, rows []ledger.Row) (people map[int]reports.Person, target string, err error) {
	info, err := l.RunInfo(ctx, run)
	if err != nil {
		return nil, "", err
	}
	runs, err := l.Runs(ctx)
	if err != nil {
		return nil, "", err
	}
	src, err := w.reportSource(ctx, l, info, runs, reportPlace{})
	if err != nil {
		return nil, "", err
	}
	defer src.Close()
	wanted := map[int]bool{}
	for _, row := range rows {
		wanted[row.Number] = true
	}
	return reports.Participants(ctx, src.Source, wanted), info.Target, nil
}
