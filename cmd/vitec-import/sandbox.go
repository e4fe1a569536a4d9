package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"vitec-import/reports/words"
	"vitec-import/vitec/sandbox"
)

func newSandboxCommand(w *world) *cobra.Command {
	var (
		addr, config string
		faults       []string
	)
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a stand-in for the API on this computer",
		Long: `sandbox serves a stand-in for Vitec Connect until it is interrupted. It answers as the
API's documentation says, remembers every booking, and misbehaves on request. Without
--config any login, customer, viewing and time slot exist. Its page shows who was booked and
what was asked, live, with a form to send a request by hand; /help documents the call, and
/_sandbox/ is for programs. Nothing leaves the computer, and all is forgotten when it ends.

EXIT STATUS
  0  interrupted
  1  it could not listen, or the configuration is wrong
  2  wrong use

FAULTS
A fault is NAME[-after-commit][=VALUE], followed by colons and the requests it applies to:
10% of them at random, 3 or 3-7 or 3+ by number, /5 every fifth, x2 twice at most, reused on a
connection that was used before, customer=ID, viewing=ID, slot=ID.`,
		Example: `  vitec-import sandbox --addr 127.0.0.1:8080
  vitec-import sandbox --fault 429:10% --fault 500-after-commit:3
  vitec-import run participants.csv --url http://127.0.0.1:8080`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var c sandbox.Config
			if config != "" {
				src, err := os.ReadFile(config)
				if err != nil {
					return fail("%s: cannot be read: %s", config, cause(err))
				}
				if err := yaml.Load(src, &c, yaml.WithKnownFields()); err != nil {
					return exit{code: 1, err: fail("%s: not a sandbox configuration", config)}
				}
			}
			for _, text := range faults {
				f, err := sandbox.ParseFault(text)
				if err != nil {
					return misused(cmd, fail("--fault %s", err))
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
				return exit{code: 1, err: fail("cannot listen on %s: %s", addr, cause(err))}
			}
			fmt.Fprintln(w.stdout, w.say("the sandbox is at %s (Ctrl-C ends it)", s.URL))
			<-w.stop
			return nil
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "where to listen, as `HOST:PORT`; port 0 takes a free one")
	cmd.Flags().StringVar(&config, "config", "", "a YAML `FILE` with logins, viewings, slots and contacts")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "misbehave by this `FAULT`; may be given several times")
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
