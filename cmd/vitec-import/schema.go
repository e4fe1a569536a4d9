package main

import (
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"vitec-import/importer/words"
	"vitec-import/mapping"
)

func newSchemaCommand(w *world) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:  "schema",
		Args: none,
		RunE: func(*cobra.Command, []string) error {
			if out == "" || out == "-" {
				_, err := w.stdout.Write(mapping.Schema(w.lang))
				return err
			}
			return createFile(out, mapping.Schema(w.lang))
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "")
	return cmd
}

// createFile writes a file that is not there yet. What it could not write
// whole it takes away again.
func createFile(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	switch {
	case errors.Is(err, fs.ErrExist):
		return exit{code: 1, err: fail("file.exists", path), hint: hint("file.exists.hint")}
	case err != nil:
		return exit{code: 1, err: fail("file.unwritable", path, words.System{Err: err})}
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return errors.Join(exit{code: 1, err: fail("file.unwritable", path, words.System{Err: err})}, os.Remove(path))
	}
	return nil
}
