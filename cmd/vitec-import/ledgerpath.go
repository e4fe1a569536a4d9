package main

import (
	"os"
	"path/filepath"
	"runtime"

	"github.com/spf13/cobra"

	"vitec-import/importer"
	"vitec-import/importer/ledger"
)

// ledgerFlag adds --ledger to a command.
func ledgerFlag(cmd *cobra.Command, path *string) {
	cmd.Flags().StringVar(path, "ledger", "", "the ledger's `FILE` (default: one for all runs, in your state directory; or VITEC_IMPORT_LEDGER)")
}

// ledgerPath is where the ledger is: the same place wherever the program is
// started from, because a ledger that depends on the working directory books
// everybody twice from a scheduled job.
func (w *world) ledgerPath(flag string) (string, error) {
	path := flag
	if path == "" {
		path = w.getenv("VITEC_IMPORT_LEDGER")
	}
	switch {
	case ledger.IsDatabase(path):
		if flag != "" && ledger.HasPassword(flag) {
			return "", exit{code: importer.ExitUsage, err: fail("--ledger: a password must not be an argument, where others can see it"),
				hint: hint("put it into PGPASSWORD or ~/.pgpass, and leave it out of the address")}
		}
		return path, nil
	case path != "":
		return filepath.Abs(path)
	}
	dir, err := w.stateDir()
	if err != nil {
		return "", exit{code: 1, err: err, hint: hint("say where the ledger should be with --ledger or VITEC_IMPORT_LEDGER")}
	}
	return filepath.Join(dir, "vitec-import", "ledger.db"), nil
}

// plainLedgerPath is where a shell finds the ledger that has set nothing for
// this program: not the one of a service's or a crontab's environment.
func (w *world) plainLedgerPath() (string, error) {
	plain := *w
	plain.getenv = func(name string) string {
		switch name {
		case "VITEC_IMPORT_LEDGER", "STATE_DIRECTORY", "XDG_STATE_HOME":
			return ""
		}
		return w.getenv(name)
	}
	return plain.ledgerPath("")
}

// stateDir is the user's directory for data that a program keeps for itself.
func (w *world) stateDir() (string, error) {
	switch runtime.GOOS {
	case "windows":
		if dir := w.getenv("LOCALAPPDATA"); dir != "" {
			return dir, nil
		}
		return os.UserConfigDir()
	case "darwin":
		return os.UserConfigDir()
	}
	if dir := w.getenv("STATE_DIRECTORY"); dir != "" { // of a systemd service
		return filepath.SplitList(dir)[0], nil
	}
	if dir := w.getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return dir, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".local", "state"), nil
}
