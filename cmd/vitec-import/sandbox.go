package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

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

FAULTS
A fault is NAME[-after-commit][=VALUE], and behind colons which requests it strikes:
10% of them by dice, 3 or 3-7 or 3+ by number, /5 each fifth, x2 twice at most, reused on a
connection that was used before, customer=ID, viewing=ID, slot=ID.

` + faultList() + `
EXIT STATUS
  0  interrupted
  1  it could not listen, or the configuration is wrong
  2  wrong use`,
		Example: `  vitec-import sandbox --addr 127.0.0.1:8080
  vitec-import sandbox --fault 429:10% --fault 500-after-commit:3
  vitec-import run participants.csv --url http://127.0.0.1:8080`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var c sandbox.Config
			if config != "" {
				src, err := os.ReadFile(config)
				if err != nil {
					return fmt.Errorf("%s: %s", config, cause(err))
				}
				if err := yaml.Load(src, &c, yaml.WithKnownFields()); err != nil {
					return exit{code: 1, err: fmt.Errorf("%s: is not a sandbox configuration", config)}
				}
			}
			for _, text := range faults {
				f, err := sandbox.ParseFault(text)
				if err != nil {
					return usage{err: fmt.Errorf("--fault %s", err), command: cmd.CommandPath()}
				}
				c.Faults = append(c.Faults, f)
			}
			s, err := sandbox.NewUnstarted(c)
			if err != nil {
				return err
			}
			defer s.Close()
			if err := s.Listen(addr); err != nil {
				return exit{code: 1, err: errors.New("cannot listen on " + addr + ": " + err.Error())}
			}
			fmt.Fprintf(w.stdout, "the sandbox is at %s (Ctrl-C ends it)\n", s.URL)
			<-w.stop
			return nil
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "where to listen, host:port; port 0 takes a free one")
	cmd.Flags().StringVar(&config, "config", "", "a YAML file with logins, viewings, slots and contacts")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "misbehave; may be given several times")
	return cmd
}

func faultList() string {
	var s strings.Builder
	for _, f := range sandbox.KnownFaults() {
		fmt.Fprintf(&s, "  %s\n      %s\n", f.Usage(), f.Doc)
	}
	return s.String()
}
