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
		return fileError(dir, "cannot be opened: %v", err)
	}
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return fileError(dir, "cannot be written: %v", err)
	}
	return nil
}
