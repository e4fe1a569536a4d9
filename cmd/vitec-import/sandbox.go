package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"vitec-import/importer/words"
	"vitec-import/vitec/sandbox"
)

func newSandboxCommand(w *world) *cobra.Command {
	var (
		addr, config string
		faults       []string
	)
	cmd := &cobra.Command{
		Use:  "sandbox",
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var c sandbox.Config
			if config != "" {
				src, err := os.ReadFile(config)
				if err != nil {
					return fail("file.unreadable", config, words.System{Err: err})
				}
				if err := yaml.Load(src, &c, yaml.WithKnownFields()); err != nil {
					return exit{code: 1, err: fail("sandbox.config", config)}
				}
			}
			for _, text := range faults {
				f, err := sandbox.ParseFault(text)
				if err != nil {
					return misused(cmd, fail("sandbox.fault", err))
				}
				c.Faults = append(c.Faults, f)
			}
			c.Say = func(language, format string, args ...any) string {
				return words.Language(language).Say(format, args...)
			}
			s, err := sandbox.NewUnstarted(c)
			if err != nil {
				return err
			}
			defer s.Close()
			if err := s.Listen(addr); err != nil {
				return exit{code: 1, err: fail("sandbox.listen", addr, words.System{Err: err})}
			}
			fmt.Fprintln(w.stdout, w.say("sandbox.at", s.URL))
			<-w.stop
			return nil
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "")
	cmd.Flags().StringVar(&config, "config", "", "")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "")
	return cmd
}

// faultList is what the sandbox's help says of its faults.
func (w *world) faultList(cmd *cobra.Command) string {
	if cmd.Name() != "sandbox" {
		return ""
	}
	var s strings.Builder
	for _, f := range sandbox.KnownFaults() {
		fmt.Fprintf(&s, "  %s\n      %s\n", f.Usage(), w.lang.Of(f))
	}
	return s.String()
}
