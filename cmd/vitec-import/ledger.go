package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"vitec-import/cmd/vitec-import/newledger"
	"vitec-import/importer/ledger"
)

// newLedgerCommand is the ledger's own upkeep.
func newLedgerCommand(w *world) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ledger",
		Short: "Make, check and back up the ledger",
		Long: `The ledger knows who is booked already. Its commands make one where there is none,
check that it is sound, copy it, and forget what files beside it say of it.

EXIT STATUS
  0  help was shown
  2  wrong use`,
		Example: `  vitec-import ledger check`,
		Args:    none,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newLedgerInitCommand(w), newLedgerCheckCommand(w), newLedgerBackupCommand(w), newLedgerForgetCommand(w))
	return cmd
}

func newLedgerInitCommand(w *world) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "init",
		Short: "Make a ledger where there is none",
		Long: `init makes a ledger, a file or the tables in a PostgreSQL database. It changes nothing
where there is one, and makes none where there has been one.

EXIT STATUS
  0  there is a ledger
  1  none can be made
  2  wrong use
  6  a run holds the ledger`,
		Example: `  vitec-import ledger init`,
		Args:    none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			where, err := w.ledgerPath(path)
			if err != nil {
				return err
			}
			l, err := ledger.Open(cmd.Context(), where, ledger.Options{Create: true})
			if err != nil {
				return err
			}
			made := l.Created()
			if err := l.Close(); err != nil {
				return err
			}
			if made {
				fmt.Fprintln(w.stdout, w.say("%s: a new ledger, which knows of no booking", l.Path()))
			} else {
				fmt.Fprintln(w.stdout, w.say("%s: there is a ledger already", l.Path()))
			}
			return nil
		},
	}
	ledgerFlag(cmd, &path)
	return cmd
}

func newLedgerCheckCommand(w *world) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check that the ledger is sound",
		Long: `check reads the whole ledger: every page with its checksum, and every index. It works
while a run is on.

EXIT STATUS
  0  it is sound
  1  it is damaged, or there is none
  2  wrong use`,
		Example: `  vitec-import ledger check`,
		Args:    none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return w.existing(cmd.Context(), path, func(l *ledger.Ledger) error {
				c, err := l.Check(cmd.Context())
				if err != nil {
					return err
				}
				fmt.Fprintln(w.stdout, w.say("%s: sound; %d runs, %d rows, %d submissions", l.Path(), c.Runs, c.Rows, c.Submissions))
				return nil
			})
		},
	}
	ledgerFlag(cmd, &path)
	return cmd
}

func newLedgerBackupCommand(w *world) *cobra.Command {
	var path string
	cmd := &cobra.Command{
		Use:   "backup FILE",
		Short: "Copy the ledger into a new file",
		Long: `backup copies the ledger, also while a run is on. The copy may be used as a ledger; a
copy of the file that is made by other means in mid-run may not.

EXIT STATUS
  0  copied
  1  the ledger cannot be read, or the file cannot be written or is there already
  2  wrong use`,
		Example: `  vitec-import ledger backup ledger-2026-12-01.db`,
		Args:    exactly(1, "name the file to copy the ledger to"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return w.existing(cmd.Context(), path, func(l *ledger.Ledger) error {
				if err := l.Backup(cmd.Context(), args[0]); err != nil {
					return err
				}
				fmt.Fprintln(w.stdout, w.say("%s: copied to %s", l.Path(), args[0]))
				return nil
			})
		},
	}
	ledgerFlag(cmd, &path)
	return cmd
}

func newLedgerForgetCommand(w *world) *cobra.Command {
	var (
		path string
		yes  bool
	)
	cmd := &cobra.Command{
		Use:   "forget [FOLDER]",
		Short: "Take the ledger as it is, whatever files beside it say",
		Long: `forget is for whoever really wants to go on with an older copy of a ledger, with
another one, or with none: what the files beside it say of it counts no longer, and with
FOLDER neither do the reports in it, which are of a ledger that is lost. Whom the lost
ledger has booked can be booked again. No booking is deleted.

EXIT STATUS
  0  forgotten
  1  there is nothing to forget, or it was not agreed to
  2  wrong use
  6  a run holds the ledger`,
		Example: `  vitec-import ledger forget
  vitec-import ledger forget lists`,
		Args: between(0, 1, ""),
		RunE: func(cmd *cobra.Command, args []string) error {
			where, err := w.ledgerPath(path)
			if err != nil {
				return err
			}
			if !yes {
				ok, err := w.confirm(w.say("Go on with %s as it is, although people may be booked again?", where))
				if err != nil || !ok {
					return err
				}
			}
			err = ledger.Forget(cmd.Context(), where)
			if len(args) == 1 && (err == nil || errors.Is(err, ledger.ErrMissing)) {
				var n int
				if n, err = newledger.Forget(cmd.Context(), where, args[0]); err == nil {
					fmt.Fprintln(w.stdout, w.count(n, "%d report in %s counts no longer", "%d reports in %s count no longer", args[0]))
				}
			}
			if err != nil {
				return err
			}
			fmt.Fprintln(w.stdout, w.say("%s: is taken as it is", where))
			return nil
		},
	}
	ledgerFlag(cmd, &path)
	cmd.Flags().BoolVar(&yes, "yes", false, "do not ask")
	return cmd
}

// existing opens a ledger for reading, which there must be.
func (w *world) existing(ctx context.Context, flag string, f func(*ledger.Ledger) error) error {
	where, err := w.ledgerPath(flag)
	if err != nil {
		return err
	}
	l, err := ledger.OpenExisting(ctx, where)
	if err != nil {
		return err
	}
	defer l.Close()
	return f(l)
}
