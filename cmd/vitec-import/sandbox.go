package main

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v4"

	"vitec-import/reports/words"
	"vitec-import/vitec/sandbox"
	"vitec-import/vitec/sandbox/page"
)

func newSandboxCommand(w *world) *cobra.Command {
	var (
		addr, config string
		open         bool
		faults       []string
	)
	cmd := &cobra.Command{
		Use:   "sandbox",
		Short: "Serve a stand-in for the API on this computer",
		Long: `sandbox serves a stand-in for Vitec Connect until it is interrupted. It answers as the
API's documentation says, remembers every booking, and fails on request. Without --config,
any login, customer, viewing and time slot exist. A browser shows at its address who was
booked and what was asked, with a form to send a request by hand; /_sandbox/ is for programs.
Nothing is sent to Vitec, and everything is forgotten when it ends.

EXIT STATUS
  0  interrupted
  1  it could not listen, or the configuration is wrong
  2  wrong use

CONFIGURATION
The file that --config names is YAML with any of these keys:
  logins           a list of {username, password, customers: [ID…]}; left out: any user name
  closedCustomers  a list of customerIds that are answered 403
  viewings         a list of {customerId, viewingId, estateId, slots}; left out: all exist
    slots          a list of {timeSlotId, places, taken, deadline, start, end}, with times
                   such as 2026-12-01T17:00:00+01:00
  contacts         a list of {customerId, contactId, firstName, lastName, emailAddress,
                   socialSecurityNumber, telePhone, workPhone, cellPhone}
  faults           a list of FAULTs, as for --fault
  seed             a number; ids and random choices are then the same each time
  keep             how many of the newest bookings and requests to remember; left out: all
  idleTimeout      closes connections that are idle for so long, such as 2s

FAULTS
A fault is NAME[-after-commit][=VALUE], followed by colons and the requests that it hits:
10% of them at random, 3 or 3-7 or 3+ by number, /5 every fifth, over=20 those above 20 per
second, customer=ID those for one customer.`,
		Example: `  vitec-import sandbox --addr 127.0.0.1:8080
  vitec-import sandbox --fault 429:10% --fault 500-after-commit:3
  vitec-import run participants.csv --url http://127.0.0.1:8080`,
		Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !onLoopback(addr) {
				if !open {
					return misused(cmd, fail("--addr %s lets other computers in, and the sandbox shows what it receives to everyone without a login; add --open-to-network if you want that", addr))
				}
				fmt.Fprintln(w.stderr, w.say("warning: everyone who can reach %s sees what the sandbox receives, without a login; do not send it real people's data", addr))
			}
			var c sandbox.Config
			if config != "" {
				if err := readSandboxConfig(config, &c); err != nil {
					return exit{code: 1, err: err}
				}
			}
			for _, text := range faults {
				f, err := sandbox.ParseFault(text)
				if err != nil {
					return misused(cmd, fail("--fault %s", err))
				}
				c.Faults = append(c.Faults, f)
			}
			c.Texts = true
			s, err := sandbox.NewUnstarted(c)
			if err != nil {
				return exit{code: 1, err: fail("%s: %s", config, err)}
			}
			defer s.Close()
			page.Mount(s, func(language, format string, args ...any) string {
				return words.Language(language).Say(format, args...)
			})
			if err := s.Listen(addr); err != nil {
				return exit{code: 1, err: fail("cannot listen on %s: %s", addr, cause(err))}
			}
			fmt.Fprintln(w.stdout, w.say("the sandbox is at %s (Ctrl-C ends it)", s.URL))
			<-w.stop
			return nil
		},
	}
	cmd.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "where to listen, as `HOST:PORT`; port 0 takes a free one")
	cmd.Flags().BoolVar(&open, "open-to-network", false, "allow an --addr that other computers can reach")
	cmd.Flags().StringVar(&config, "config", "", "a YAML `FILE` with logins, viewings, slots and contacts")
	cmd.Flags().StringArrayVar(&faults, "fault", nil, "fail by this `FAULT`; may be given several times")
	return cmd
}

// onLoopback says whether only this computer can reach an address.
func onLoopback(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return true // nothing can listen there, which is then said
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}

// readSandboxConfig reads a configuration file. Its mistakes are said by their
// lines, all of them at once.
func readSandboxConfig(file string, c *sandbox.Config) error {
	src, err := os.ReadFile(file)
	if err != nil {
		return fail("%s: cannot be read: %s", file, cause(err))
	}
	err = yaml.Load(src, c, yaml.WithKnownFields(), yaml.WithUniqueKeys())
	if err == nil {
		return nil
	}
	var several *yaml.LoadErrors
	var one *yaml.LoadError
	switch {
	case errors.As(err, &several):
	case errors.As(err, &one):
		several = &yaml.LoadErrors{Errors: []*yaml.LoadError{one}}
	default:
		return fail("%s: not a sandbox configuration", file)
	}
	var all []error
	for _, e := range several.Errors {
		var known words.Message // a fault says itself what is wrong
		switch {
		case errors.As(e, &known):
			all = append(all, fail("%s:%d: %s", file, e.Mark.Line, known))
		case e.Mark.Line > 0:
			all = append(all, fail("%s:%d: this does not belong in a sandbox configuration; its keys are listed by vitec-import sandbox --help", file, e.Mark.Line))
		default:
			all = append(all, fail("%s: not a sandbox configuration", file))
		}
	}
	return errors.Join(all...)
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
