package main

import "github.com/spf13/cobra"

// helpTopics are what several commands have in common: "help outcomes". They do
// nothing but explain. The longest, "help mapping", is a text of its own.
func helpTopics() []*cobra.Command {
	outcomes := &cobra.Command{
		Use:   "outcomes",
		Short: "How a row can end",
		Long: `Every row ends in exactly one of eight outcomes, and these add up to the rows of the file,
also of a run that was killed.

  booked          the server answered with a booking id
  already_booked  an earlier run booked this person there; nothing was sent
  duplicate       an earlier row of this file is the same booking; nothing was sent
  skipped         a skip rule of the mapping leaves the row out
  invalid         the row has problems; nothing was sent. Correct it in the list or in the
                  report's corrections.csv, and run that
  rejected        the server refused it. The same
  not_sent        the run ended first, or the request provably never left. Run again
  uncertain       the request may have arrived, and no trustworthy answer came back. It is
                  never sent again by itself: look it up in Vitec, and say so with "resolve"

The same person is whom the server takes for the same: by the contact id; else by the
personal number; else by first and last name with an e-mail address or a phone number in
common. Where contact ids or personal numbers differ it is somebody else.`,
	}
	files := &cobra.Command{
		Use:   "files",
		Short: "What a run writes, and where",
		Long: `A run makes a folder of its own beside the list, participants-run-0007, whole or not at
all. Of a trial it is participants-trial-0007.

  report.html           the run at a glance, in any browser: what happened, what is left
                        to do, every row to search and sort
  report.xlsx           the same as a workbook
  report.csv            every row in input order, with its outcome, booking id, message
                        and hint
  summary.json          the run in one object, for other programs
  corrections.csv       the invalid and rejected rows as they were, with the reasons, to be
                        corrected and run; of a workbook it is corrections.xlsx
  uncertain.csv         the uncertain rows, to be filled in and given to "resolve"; of a
                        workbook it is uncertain.xlsx

A file in it that somebody has changed is never written over. "report" writes a run's files
again, "purge --reports" deletes those of old runs.

The ledger is one file in your state directory, or a PostgreSQL database; every run prints
its place. It remembers every submission ever begun, as keyed hashes: no names, no
numbers. Keep it: without it nobody is known as booked. "ledger backup" makes a copy that
may be used.

The settings are in config.yaml, in the folder vitec-import of your configuration; "config"
prints its place. The mapping is mapping.yaml beside the list, or what --mapping names.`,
	}
	codes := &cobra.Command{
		Use:   "exit-codes",
		Short: "What the exit codes mean",
		Long: `  0    every row is booked, or was already
  1    could not run
  2    wrong use, or a mistake in the mapping or the settings
  3    finished, some rows are invalid or rejected
  4    some rows are uncertain
  5    stopped early, rows are left
  6    another run holds the ledger
  130  interrupted, rows are left

Rows that are left win over uncertain ones, and these over refused ones: the code says what
has to be done first. Each command's help has its own.`,
	}
	return []*cobra.Command{outcomes, files, codes}
}
