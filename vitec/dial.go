package vitec

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/idna"
	"golang.org/x/net/proxy"
)

// dialFunc is the form of [net.Dialer.DialContext].
type dialFunc func(ctx context.Context, network, addr string) (net.Conn, error)

// Dial and DialContext make it what package proxy wants.
func (d dialFunc) Dial(network, addr string) (net.Conn, error) {
	return d(context.Background(), network, addr)
}
func (d dialFunc) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	return d(ctx, network, addr)
}

// A dialer opens the connections of a [Client].
type dialer struct {
	dial    dialFunc
	addr    string        // of the server
	tls     *tls.Config   // nil: without TLS
	proxy   *url.URL      // nil: there is none
	noProxy error         // there is one, and it cannot be used
	timeout time.Duration // for a handshake, and for a proxy's answer
}

// connect connects to the server, or through the proxy, and shakes hands.
// Reach is told how far it is.
func (d *dialer) connect(ctx context.Context, reach func(phase int32)) (*conn, error) {
	c, err := d.reach(ctx)
	if err != nil {
		return nil, err
	}
	s := newSocket(c)
	if d.tls == nil {
		return newConn(s, s), nil
	}
	reach(shakingHands)
	t, err := d.shakeHands(ctx, s, d.addr)
	if err != nil {
		return nil, err
	}
	return newConn(t, s), nil
}

// reach connects to the server, without TLS to it.
func (d *dialer) reach(ctx context.Context) (net.Conn, error) {
	if d.noProxy != nil {
		return nil, d.noProxy
	}
	if d.proxy == nil {
		return d.dial(ctx, "tcp", d.addr)
	}
	c, err := d.tunnel(ctx)
	if err != nil {
		err = &net.OpError{Op: "proxyconnect", Net: "tcp", Err: err}
	}
	return c, err
}

// tunnel connects to the server through the proxy.
func (d *dialer) tunnel(ctx context.Context) (net.Conn, error) {
	switch d.proxy.Scheme {
	case "socks5", "socks5h":
		var auth *proxy.Auth
		if u := d.proxy.User; u != nil {
			auth = &proxy.Auth{User: u.Username()}
			auth.Password, _ = u.Password()
		}
		socks, err := proxy.SOCKS5("tcp", hostPort(d.proxy), auth, d.dial)
		if err != nil {
			return nil, err
		}
		return socks.(proxy.ContextDialer).DialContext(ctx, "tcp", d.addr)
	case "http", "https":
	default:
		return nil, fmt.Errorf("the proxy is none of http, https and socks5")
	}
	c, err := d.dial(ctx, "tcp", hostPort(d.proxy))
	if err != nil {
		return nil, err
	}
	if d.proxy.Scheme == "https" {
		if c, err = d.shakeHands(ctx, c, hostPort(d.proxy)); err != nil {
			return nil, err
		}
	}
	if err := d.ask(ctx, c); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// ask asks an HTTP proxy for a tunnel over c.
func (d *dialer) ask(ctx context.Context, c net.Conn) error {
	ctx, cancel := context.WithTimeoutCause(ctx, d.timeout, &timeoutError{fmt.Sprintf("the proxy did not answer within %v", d.timeout)})
	defer cancel()
	defer context.AfterFunc(ctx, func() { c.SetDeadline(longAgo) })()
	request := &http.Request{Method: http.MethodConnect, URL: &url.URL{Opaque: d.addr}, Host: d.addr, Header: make(http.Header)}
	if u := d.proxy.User; u != nil {
		password, _ := u.Password()
		token := base64.StdEncoding.EncodeToString([]byte(u.Username() + ":" + password))
		request.Header.Set("Proxy-Authorization", "Basic "+token)
	}
	err := request.Write(c)
	var resp *http.Response
	if err == nil {
		// Whatever the proxy says is short, and the server says nothing before it
		// is spoken to, so nothing of it is lost in the buffer.
		resp, err = http.ReadResponse(bufio.NewReader(io.LimitReader(c, maxHeader)), request)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err == nil && resp.StatusCode != http.StatusOK {
		_, text, _ := strings.Cut(resp.Status, " ")
		err = errors.New(cmp.Or(text, resp.Status))
	}
	return err
}

// shakeHands lays TLS over c. It closes c if it fails.
func (d *dialer) shakeHands(ctx context.Context, c net.Conn, addr string) (*tls.Conn, error) {
	cfg := d.tls.Clone()
	if cfg.ServerName == "" {
		host, _, err := net.SplitHostPort(addr)
		if err != nil {
			return nil, errors.Join(err, c.Close())
		}
		cfg.ServerName = host
	}
	t := tls.Client(c, cfg)
	ctx, cancel := context.WithTimeoutCause(ctx, d.timeout,
		&timeoutError{fmt.Sprintf("the TLS handshake was not done within %v", d.timeout)})
	defer cancel()
	if err := t.HandshakeContext(ctx); err != nil {
		c.Close()
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return nil, err
	}
	return t, nil
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// hostPort is where a URL's host listens, in ASCII.
func hostPort(u *url.URL) string {
	port := map[string]string{"http": "80", "https": "443", "socks5": "1080", "socks5h": "1080"}[u.Scheme]
	return net.JoinHostPort(asciiHost(u.Hostname()), cmp.Or(u.Port(), port))
}

// hostHeader is the Host header for a URL: without the zone of an address.
func hostHeader(u *url.URL) string {
	host, _, _ := strings.Cut(asciiHost(u.Hostname()), "%")
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if u.Port() != "" {
		host += ":" + u.Port()
	}
	return host
}

func asciiHost(host string) string {
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		return ascii
	}
	return host // an address, or what the system may know
}

// loopbackOnly refuses to connect to any other machine: a hosts file may point
// localhost elsewhere, and the login would cross the network in clear.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	if a, err := netip.ParseAddrPort(address); err != nil || !a.Addr().Unmap().IsLoopback() {
		return errors.New("http is for loopback addresses only, and this host is elsewhere")
	}
	return nil
}
