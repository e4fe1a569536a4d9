package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"vitec-import/importer/ledger"
)

func newPurgeCommand(w *world) *cobra.Command {
	var (
		path, before, age string
		yes               bool
	)
	cmd := &cobra.Command{
		Use:   "purge --before DATE | --older-than AGE",
		Short: "Delete the row details of old runs from the ledger",
		Long: `purge deletes the row details of the runs that started before a date. What is needed
to know a booking again stays, so nothing is booked twice because of it; so do rows
that are still uncertain. The reports of purged runs cannot be written again.

EXIT STATUS
  0  purged
  1  the ledger cannot be written
  2  wrong use
  6  a run holds the ledger`,
		Example: `  vitec-import purge --before 2026-01-01 --yes
  vitec-import purge --older-than 90d --yes`,
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
			n, err := l.Purge(cmd.Context(), date)
			if closeErr := l.Close(); err == nil {
				err = closeErr
			}
			if err != nil {
				return err
			}
			fmt.Fprintln(w.stdout, w.count(int(n), "%d row deleted from %s", "%d rows deleted from %s", p))
			return nil
		},
	}
	ledgerFlag(cmd, &path)
	cmd.Flags().StringVar(&before, "before", "", "delete the details of runs that started before this `DATE`, YYYY-MM-DD")
	cmd.Flags().StringVar(&age, "older-than", "", "delete the details of runs that are older than this `AGE`, such as 90d or 12w")
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
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
