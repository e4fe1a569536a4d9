//go:build unix

package ledger

import (
	"errors"
	"os"
)

// syncDir makes a new name in a folder durable.
func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return fileError(dir, "file.open", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fileError(dir, "file.write", err)
	}
	return nil
}
