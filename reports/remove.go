package reports

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"vitec-import/importer/ledger"
)

// Remove deletes the report of a run, for whoever keeps people's names only for
// so long. What a person has changed or put there stays, and with it the folder;
// left says so. Where there is no report of the run, there is nothing to do.
func Remove(run *ledger.RunInfo) (removed, left bool, err error) {
	dir := run.ReportDir
	m, err := readManifest(dir)
	if err != nil || m.identity() != identityOf(run) {
		return false, false, nil
	}
	for name, was := range m.Files {
		path := filepath.Join(dir, filepath.Base(name))
		now, err := sumFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil && now == was {
			err = os.Remove(path)
		}
		if err != nil {
			return false, false, err
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return false, false, err
	}
	if len(entries) > 1 { // besides the summary
		return true, true, nil
	}
	return true, false, os.RemoveAll(dir)
}
