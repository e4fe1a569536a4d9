package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"
)

// newManCommand is for those who make packages: it writes a man page for each
// command, and the completions of all shells, into a folder.
func newManCommand() *cobra.Command {
	return &cobra.Command{
		Use:    "man DIR",
		Hidden: true,
		Args:   cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			root, dir := cmd.Root(), args[0]
			man, completions := filepath.Join(dir, "man"), filepath.Join(dir, "completions")
			for _, d := range []string{man, completions} {
				if err := os.MkdirAll(d, 0o755); err != nil {
					return err
				}
			}
			root.DisableAutoGenTag = true
			header := &doc.GenManHeader{Section: "1", Source: "vitec-import " + version(), Manual: "vitec-import"}
			if err := doc.GenManTree(root, header, man); err != nil {
				return err
			}
			for shell, generate := range map[string]func(string) error{
				"bash":       func(path string) error { return root.GenBashCompletionFileV2(path, true) },
				"zsh":        root.GenZshCompletionFile,
				"fish":       func(path string) error { return root.GenFishCompletionFile(path, true) },
				"powershell": root.GenPowerShellCompletionFileWithDesc,
			} {
				if err := generate(filepath.Join(completions, shell)); err != nil {
					return err
				}
			}
			return nil
		},
	}
}
