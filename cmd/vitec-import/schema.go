package main

import (
	"errors"
	"io/fs"
	"os"

	"github.com/spf13/cobra"

	"vitec-import/mapping"
)

func newSchemaCommand(w *world) *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use:   "schema",
		Short: "Print the JSON Schema of the mapping file, for editors",
		Long: `schema prints the JSON Schema of the mapping file. An editor that knows it completes
names and underlines mistakes while you write. "init" writes it beside the mapping, and
the mapping's first line tells editors where it is:

  # yaml-language-server: $schema=mapping.schema.json

EXIT STATUS
  0  printed, or written
  1  the file cannot be written, or is there already
  2  wrong use`,
		Example: `  vitec-import schema
  vitec-import schema --out mapping.schema.json`,
		Args: none,
		RunE: func(*cobra.Command, []string) error {
			if out == "" || out == "-" {
				_, err := w.stdout.Write(mapping.Schema(w.say))
				return err
			}
			return createFile(out, mapping.Schema(w.say))
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "write it to `FILE`, which must not exist yet (default: stdout)")
	return cmd
}

// createFile writes a file that is not there yet. What it could not write
// whole it takes away again.
func createFile(path string, content []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	switch {
	case errors.Is(err, fs.ErrExist):
		return exit{code: 1, err: fail("%s: already exists, and is not overwritten", path), hint: hint("name another file with --out, or remove this one")}
	case err != nil:
		return exit{code: 1, err: fail("%s: cannot be written: %s", path, cause(err))}
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return errors.Join(exit{code: 1, err: fail("%s: cannot be written: %s", path, cause(err))}, os.Remove(path))
	}
	return nil
}
