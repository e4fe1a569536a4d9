package main

import (
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"vitec-import/vitec"
)

// targetFlags say which server is meant.
type targetFlags struct {
	url     string
	sandbox bool
}

func (f *targetFlags) bind(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.url, "url", vitec.DefaultBaseURL, "the `ADDRESS` of the API")
	cmd.Flags().BoolVar(&f.sandbox, "sandbox", false, "book at a stand-in server inside this program: nothing leaves the computer")
}

// sandboxTarget stands for every sandbox inside a run: their bookings are
// never taken for real ones.
const sandboxTarget = "sandbox"

// name is how the ledger knows the server: two spellings of one address are one.
func (f *targetFlags) name() string {
	if f.sandbox {
		return sandboxTarget
	}
	u, err := url.Parse(f.url)
	if err != nil {
		return f.url
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if (u.Scheme == "https" && u.Port() == "443") || (u.Scheme == "http" && u.Port() == "80") {
		u.Host = u.Hostname()
	}
	return strings.TrimRight(u.String(), "/")
}
