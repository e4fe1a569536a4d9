package reports

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// exchange returns what swaps the names of two folders in one step. Its error
// is errors.ErrUnsupported where the file system cannot.
func exchange() func(a, b string) error { return swapNames }

func swapNames(a, b string) error {
	err := unix.RenamexNp(a, b, unix.RENAME_SWAP)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.EINVAL), errors.Is(err, unix.ENOTSUP):
		return errors.ErrUnsupported
	}
	return &os.LinkError{Op: "exchange", Old: a, New: b, Err: err}
}
