//go:build !windows

package main

import (
	"io/fs"

	"vitec-import/reports"
)

// readByOthers reports whether others than the file's user can read it, and the
// command that mends that. Systemd keeps a service's credentials in a folder
// that is the service's alone, and gives its user the right to a file by an
// access list, which shows as the group's.
func readByOthers(path string, info fs.FileInfo, ofService bool) (others bool, mend string, err error) {
	mask := fs.FileMode(0o077)
	if ofService {
		mask = 0o037
	}
	return info.Mode().Perm()&mask != 0, "chmod 600 " + reports.Quote(path), nil
}
