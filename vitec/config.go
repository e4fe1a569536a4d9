package vitec

import (
	"crypto/tls"
	"errors"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// DefaultBaseURL is the vendor's production host.
const DefaultBaseURL = "https://connect.maklare.vitec.net"

// Config is what a [Client] needs to know. Only Credentials is required.
type Config struct {
	// BaseURL is where the API is: https, or http to a loopback address. A
	// path is kept. "" is DefaultBaseURL.
	BaseURL string
	// Format of the request, and of the answer that is asked for.
	Format Format
	// Timeout is for the whole call, from connecting to the last byte of the
	// answer. 0 is 30 seconds.
	Timeout time.Duration
	// DialTimeout is for connecting, and once more for the TLS handshake,
	// within Timeout. 0 is 10 seconds.
	DialTimeout time.Duration
	// HeaderTimeout is for the server to begin its answer once the request is
	// written, within Timeout. 0 is Timeout.
	HeaderTimeout time.Duration
	// Concurrency is how many calls will run at once: as many connections are
	// kept for the next call. It limits nothing. 0 is 5.
	Concurrency int
	// UserAgent is the User-Agent header. "" is vitec-import/ and the version
	// in the program's build information.
	UserAgent string
	// Credentials returns the login for a customer, and false if there is
	// none. It is called once by every call, from many goroutines.
	Credentials func(customerId string) (Credentials, bool)
	// TLS is for certificates that the system does not know; nil is right for
	// the vendor's hosts.
	TLS *tls.Config
}

// ConfigError says what is wrong with a [Config] and how to correct it.
type ConfigError struct{ Reason, Hint Text }

// Error returns the reason and, on a line of its own, the hint.
func (e *ConfigError) Error() string { return e.Reason.String() + "\n" + e.Hint.String() }

// Message returns the reason.
func (e *ConfigError) Message() (format string, args []any) { return e.Reason.Message() }

// parseBaseURL takes an address that a login may be sent to. Its errors do not
// quote what may hold a password.
func parseBaseURL(s string) (*url.URL, error) {
	wrong := func(format string) (*url.URL, error) {
		return nil, &ConfigError{Text{format, []any{s}}, say("write it like %s", DefaultBaseURL)}
	}
	u, err := url.Parse(s)
	switch {
	case strings.Contains(s, "@") || err == nil && u.User != nil:
		return nil, &ConfigError{say("the base URL contains a user name or an @"), say("write it like %s and give the login separately", DefaultBaseURL)}
	case err != nil:
		return wrong("the base URL %q is not a URL")
	case strings.ContainsAny(s, "?#"):
		return wrong("the base URL %q has a query or a fragment")
	case u.Scheme == "" || u.Opaque != "" || u.Hostname() == "":
		return wrong("the base URL %q does not begin with https:// and a host")
	case u.Port() != "" && !isPort(u.Port()):
		return wrong("the base URL %q has no port between 1 and 65535")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		return nil, &ConfigError{say("the base URL %q would send the login and personal data in clear", s), say("use https://; http:// is for localhost, 127.0.0.1 and [::1]")}
	case u.Scheme != "http" && u.Scheme != "https":
		return wrong("the base URL %q is neither https nor http")
	}
	return u, nil
}

func isPort(s string) bool {
	n, err := strconv.ParseUint(s, 10, 16)
	return err == nil && n > 0
}

func isLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.Unmap().IsLoopback()
}

// proxyFor returns the proxy that the environment names now; nil = none.
func proxyFor(base *url.URL) (*url.URL, error) {
	u, err := httpproxy.FromEnvironment().ProxyFunc()(base)
	if err != nil {
		// The package's own error quotes the address, password and all.
		return nil, errors.New("the proxy that HTTPS_PROXY names cannot be used")
	}
	return u, nil
}

// version is the module's version if the program was built from one.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return info.Main.Version
	}
	return "devel"
}
