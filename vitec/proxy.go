package vitec

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// proxyFor returns the proxy that the environment names for an address; nil =
// none. An environment that cannot be understood is a *[ConfigError]: left out
// silently, the proxy would be missed by everybody behind it.
func proxyFor(base *url.URL) (*url.URL, error) {
	env := httpproxy.FromEnvironment()
	named := strings.TrimSpace(env.HTTPSProxy)
	if named == "" {
		return nil, nil
	}
	env.HTTPSProxy = "http://proxy.invalid" // whether NO_PROXY excepts the address
	if u, err := env.ProxyFunc()(base); err != nil || u == nil {
		return nil, nil
	}
	return parseProxy(named)
}

var (
	proxyAddress = regexp.MustCompile(`^(?:(?i:https?|socks5h?)://)?(?:([^@/?#\s]*)@)?([^@/?#\s:]+|\[[0-9a-fA-F:.%]+\])(?::\d+)?/?$`)
	badEscape    = regexp.MustCompile(`%(?:[^0-9a-fA-F]|.?$|[0-9a-fA-F][^0-9a-fA-F])`)
)

// parseProxy reads the address of a proxy. Its errors quote nothing of it: it
// may hold a password.
func parseProxy(s string) (*url.URL, error) {
	wrong := &ConfigError{
		say("HTTPS_PROXY is not the address of a proxy"),
		say("write it like http://proxy.example:3128, or http://USER:PASSWORD@proxy.example:3128; in a user name or password write # as %%23, / as %%2F, ? as %%3F, @ as %%40, %% as %%25, \\ as %%5C and a space as %%20"),
	}
	m := proxyAddress.FindStringSubmatch(s)
	if m == nil || badEscape.MatchString(m[1]) {
		return nil, wrong
	}
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Hostname() == "" {
		return nil, wrong
	}
	u.Scheme = strings.ToLower(u.Scheme)
	return u, nil
}

// refusedBySOCKS returns what a SOCKS proxy says when it refuses to connect us;
// "" if err is anything else, such as a connection that broke.
func refusedBySOCKS(err error) string {
	var op, inner *net.OpError
	if !errors.As(err, &op) {
		return ""
	}
	for ; !strings.HasPrefix(op.Op, "socks "); op = inner {
		if !errors.As(op.Err, &inner) {
			return ""
		}
	}
	var broken net.Error
	if errors.As(op.Err, &broken) || errors.Is(op.Err, io.EOF) || errors.Is(op.Err, io.ErrUnexpectedEOF) || errors.Is(op.Err, context.Canceled) {
		return ""
	}
	return op.Err.Error()
}

// refusedByProxy is asked about a proxy's answer to CONNECT.
func refusedByProxy(_ context.Context, proxy *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusOK {
		return nil
	}
	return &ProxyError{Proxy: proxy.Host, Status: resp.StatusCode}
}
