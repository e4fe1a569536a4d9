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
		Use:  "purge",
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			date, err := time.ParseInLocation(time.DateOnly, before, time.Local)
			if err != nil {
				return misused(cmd, fail("purge.date", before))
			}
			if !yes {
				ok, err := w.confirm(w.say("ask.purge", before))
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
			fmt.Fprintln(w.stdout, w.count("purge.done", int(n), p))
			return nil
		},
	}
	ledgerFlag(cmd, &path)
	cmd.Flags().StringVar(&before, "before", "", "")
	cmd.Flags().BoolVar(&yes, "yes", false, "")
	return cmd
}
