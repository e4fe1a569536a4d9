package vitec

import (
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"golang.org/x/net/idna"
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
	// Concurrency is how many calls will run at once: as many connections are
	// kept for the next call. It limits nothing. 0 is 8.
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
	// Wrap, if not nil, puts something around the transport: tracing, a
	// recorder. It must pass the request's context on, and a request that it
	// passes on twice is refused the second time.
	Wrap func(http.RoundTripper) http.RoundTripper

	// For tests of what happens on the wire.
	dial        func(ctx context.Context, network, addr string) (net.Conn, error)
	dialTimeout time.Duration
}

// check returns a *[ConfigError] for what no client can be made of.
func (c *Config) check() error {
	switch {
	case c.Credentials == nil:
		return &ConfigError{say("there is no login"), say("give a user name and a password")}
	case c.Format > XML:
		return &ConfigError{say("unknown format"), say("use json or xml")}
	case c.Timeout < 0:
		return &ConfigError{say("a timeout is negative"), say("give a positive one, or 0 for the default")}
	case c.Concurrency < 0:
		return &ConfigError{say("the concurrency is negative"), say("give a positive one, or 0 for the default")}
	case strings.ContainsFunc(c.UserAgent, func(r rune) bool { return r < ' ' || r > '~' }):
		return &ConfigError{say("the user agent %q is not plain ASCII", c.UserAgent), say("use letters, digits, and a slash before the version")}
	}
	return nil
}

// ConfigError says what is wrong with a [Config] and how to correct it.
type ConfigError struct{ Reason, Hint Text }

// Error returns the reason and, on a line of its own, the hint.
func (e *ConfigError) Error() string { return e.Reason.String() + "\n" + e.Hint.String() }

// Message returns the reason.
func (e *ConfigError) Message() (format string, args []any) { return e.Reason.Message() }

// ParseBaseURL reads an address that a login may be sent to: https, or http to a
// loopback address, without a login, a query or a fragment in it. It returns the
// address as [Config] and ledgers name it: two spellings of one address (letter
// case, a port that goes without saying, a dot at the host's end, dots in the
// path) are one. Its error is a *[ConfigError] that quotes nothing that may be
// a password.
func ParseBaseURL(s string) (*url.URL, error) {
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
	return normal(u), nil
}

// normal returns the one spelling of an address.
func normal(u *url.URL) *url.URL {
	host := strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	if a, err := netip.ParseAddr(host); err == nil {
		host = a.String()
	}
	port, _ := strconv.Atoi(u.Port())
	if u.Scheme == "https" && port == 443 || u.Scheme == "http" && port == 80 {
		port = 0
	}
	n := &url.URL{Scheme: u.Scheme, Host: host}
	if strings.Contains(host, ":") {
		n.Host = "[" + host + "]"
	}
	if port != 0 {
		n.Host += ":" + strconv.Itoa(port)
	}
	var segments []string
	for s := range strings.SplitSeq(u.EscapedPath(), "/") {
		switch s, _ = url.PathUnescape(s); s { // it was parsed, so it can be unescaped
		case "", ".":
		case "..":
			segments = segments[:max(len(segments)-1, 0)]
		default:
			segments = append(segments, s)
		}
	}
	for _, s := range segments {
		n.Path += "/" + s
		n.RawPath += "/" + url.PathEscape(s)
	}
	return n
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

// version is the module's version if the program was built from one.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && strings.HasPrefix(info.Main.Version, "v") {
		return info.Main.Version
	}
	return "devel"
}
