package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"vitec-import/importer/ledger"
)

func newPurgeCommand(w *world) *cobra.Command {
	var (
		path, before string
		yes          bool
	)
	cmd := &cobra.Command{
		Use:   "purge --before DATE",
		Short: "Delete the row details of old runs from the ledger",
		Long: `purge deletes the row details of the runs that started before a date. What is needed
to know a booking again stays, so nothing is booked twice because of it; so do rows
that are still uncertain. The reports of purged runs cannot be written again.

EXIT STATUS
  0  purged
  1  the ledger cannot be written
  2  wrong use
  6  a run holds the ledger`,
		Example: `  vitec-import purge --before 2026-01-01 --yes`,
		Args:    none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			date, err := time.ParseInLocation(time.DateOnly, before, time.Local)
			if err != nil {
				return misused(cmd, fail("--before %q is not a date (want YYYY-MM-DD)", before))
			}
			if !yes {
				ok, err := w.confirm(w.say("Delete the row details of all runs before %s?", before))
				if err != nil || !ok {
					return err
				}
			}
			p, err := w.ledgerPath(path)
			if err != nil {
				return err
			}
			l, err := ledger.Open(cmd.Context(), p)
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
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}
