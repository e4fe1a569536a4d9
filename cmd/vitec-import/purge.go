package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vitec-import/cmd/vitec-import/desk"
	"vitec-import/importer"
	"vitec-import/importer/ledger"
	"vitec-import/reports"
)

func newPurgeCommand(w *world) *cobra.Command {
	var (
		path, before, age string
		yes, withReports  bool
	)
	cmd := &cobra.Command{
		Use:   "purge --before DATE | --older-than AGE",
		Short: "Delete the row details of old runs from the ledger",
		Long: `purge deletes the row details of the runs that started before a date. What is needed
to know a booking again stays, so nothing is booked twice because of it; so do runs
with rows that are still uncertain. The reports of purged runs cannot be written again. What the
desk has kept of lists that were chosen in the browser and not opened since is deleted,
with the reports beside it.

With --reports it deletes their report folders, too, which hold people's names. What a
person has changed or put there stays, and so do the reports of runs with rows that are
still uncertain. The lists themselves are yours: purge leaves them alone.

EXIT STATUS
  0  purged
  1  the ledger cannot be written
  2  wrong use
  6  a run holds the ledger`,
		Example: `  vitec-import purge --before 2026-01-01 --yes
  vitec-import purge --older-than 90d --reports --yes`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			date, err := purgeDate(before, age, time.Now())
			if err != nil {
				return misused(cmd, err)
			}
			if !yes {
				ok, err := w.confirm(w.say("Delete the row details of all runs before %s?", date.Format(time.DateOnly)))
				if err != nil || !ok {
					return err
				}
			}
			p, err := w.ledgerPath(path)
			if err != nil {
				return err
			}
			l, err := ledger.Open(cmd.Context(), p, ledger.Options{})
			if err != nil {
				return err
			}
			err = w.purge(cmd.Context(), l, date, withReports)
			if err == nil {
				err = w.purgeDesk(cmd.Context(), l, date)
			}
			return errors.Join(err, l.Close())
		},
	}
	ledgerFlag(cmd, &path)
	cmd.Flags().StringVar(&before, "before", "", "delete the details of runs that started before this `DATE`, YYYY-MM-DD")
	cmd.Flags().StringVar(&age, "older-than", "", "delete the details of runs that are older than this `AGE`, such as 90d or 12w")
	cmd.Flags().BoolVar(&withReports, "reports", false, "delete the reports of these runs as well")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// purge deletes what there is of the runs before a date.
func (w *world) purge(ctx context.Context, l *ledger.Ledger, date time.Time, withReports bool) error {
	var runs []ledger.RunInfo // as they are before they are purged
	if withReports {
		all, err := l.Runs(ctx)
		if err != nil {
			return err
		}
		unsettled := map[int64]bool{}
		for row, err := range l.Uncertain(ctx) {
			if err != nil {
				return err
			}
			unsettled[row.Run] = true
		}
		for _, r := range all {
			if r.StartedAt.Before(date) && (r.Ended || r.Interrupted) && !unsettled[r.ID] {
				runs = append(runs, r)
			}
		}
	}
	n, err := l.Purge(ctx, date)
	if err != nil {
		return err
	}
	fmt.Fprintln(w.stdout, w.count(n, "%d row deleted from %s", "%d rows deleted from %s", l.Path()))
	deleted := 0
	for _, r := range runs {
		removed, left, err := reports.Remove(&r)
		if err != nil {
			return exit{code: importer.ExitFailed, err: fail("%s: the report cannot be deleted: %s", r.ReportDir, cause(err))}
		}
		if removed {
			deleted++
		}
		if left {
			w.tell("note", hint("%s: somebody has changed or added files there, and they stay", r.ReportDir), nil)
		}
	}
	if withReports {
		fmt.Fprintln(w.stdout, w.count(deleted, "%d report deleted", "%d reports deleted"))
	}
	return nil
}

// purgeDesk deletes the lists that were chosen in the browser and not opened since,
// but for those with rows that are still uncertain: their names are needed.
func (w *world) purgeDesk(ctx context.Context, l *ledger.Ledger, date time.Time) error {
	var unsettled []string
	for row, err := range l.Uncertain(ctx) {
		if err != nil {
			return err
		}
		run, err := l.RunInfo(ctx, row.Run)
		if err != nil {
			return err
		}
		unsettled = append(unsettled, run.Input.Path)
	}
	dir, err := w.deskDir()
	if err != nil {
		return err
	}
	lists, err := desk.Purge(dir, date, unsettled)
	if lists > 0 {
		fmt.Fprintln(w.stdout, w.count(lists, "%d list of the desk deleted", "%d lists of the desk deleted"))
	}
	return err
}

// purgeDate is the day before which a run must have started, from a date or an
// age in days or weeks.
func purgeDate(before, age string, now time.Time) (time.Time, error) {
	if (before == "") == (age == "") {
		return time.Time{}, fail("say either --before DATE or --older-than AGE")
	}
	if before != "" {
		date, err := time.ParseInLocation(time.DateOnly, before, time.Local)
		if err != nil {
			return date, fail("--before %q is not a date (want YYYY-MM-DD)", before)
		}
		return date, nil
	}
	days := 1
	number, ok := strings.CutSuffix(age, "d")
	if !ok {
		days = 7
		number, ok = strings.CutSuffix(age, "w")
	}
	n, err := strconv.ParseUint(number, 10, 16)
	if !ok || err != nil {
		return time.Time{}, fail("--older-than %q is not an age (want a number of days or weeks: 90d, 12w)", age)
	}
	year, month, day := now.Date()
	return time.Date(year, month, day-int(n)*days, 0, 0, 0, 0, time.Local), nil
}
