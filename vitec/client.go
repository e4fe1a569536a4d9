package vitec

import (
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	defaultTimeout     = 30 * time.Second
	defaultDialTimeout = 10 * time.Second // and once more for the TLS handshake
	defaultConcurrency = 8

	refusalTimeout = 2 * time.Second // for the body of an answer that is not 2xx

	maxAnswer = 1 << 20  // bytes of an answer that are read, unpacked
	maxHeader = 64 << 10 // bytes of an answer's header that are read

	// keepIdle is how long a connection is kept for the next request. Servers
	// close idle ones after a second or more, and a request on a connection that
	// is just being closed becomes uncertain; a new one costs a handshake.
	keepIdle = 500 * time.Millisecond
)

// A Client calls the API. It is safe for concurrent use.
//
// It speaks HTTP/1.1 only, because on a multiplexed connection nobody can say
// whose bytes have left. Proxies are those of HTTPS_PROXY and NO_PROXY, as they
// stand when the client is made.
type Client struct {
	// transport is called directly: http.Client would follow redirects, and
	// stumble over a Location that is none.
	transport   http.RoundTripper
	connections *http.Transport // below what Config.Wrap has put around it
	format      Format
	timeout     time.Duration
	attempts    int // connections to try for one request while nothing has left
	base        *url.URL
	proxy       *url.URL // nil: none
	userAgent   string
	credentials func(customerId string) (Credentials, bool)
}

// NewClient returns a client for c, or a *[ConfigError]. It opens no
// connection.
func NewClient(c Config) (*Client, error) {
	base, err := ParseBaseURL(cmp.Or(c.BaseURL, DefaultBaseURL))
	if err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	var proxy *url.URL
	if base.Scheme == "https" { // plain http is loopback and never goes through a proxy
		if proxy, err = proxyFor(base); err != nil {
			return nil, err
		}
	}
	dialTimeout := cmp.Or(c.dialTimeout, defaultDialTimeout)
	dial := c.dial
	if dial == nil {
		d := &net.Dialer{Timeout: dialTimeout}
		if base.Scheme == "http" {
			d.Control = loopbackOnly
		}
		dial = d.DialContext
	}
	cfg := c.TLS.Clone()
	if cfg == nil {
		cfg = new(tls.Config)
	}
	if cfg.ClientSessionCache == nil {
		cfg.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	concurrency := cmp.Or(c.Concurrency, defaultConcurrency)
	connections := &http.Transport{
		Protocols:              protocols,
		Proxy:                  func(*http.Request) (*url.URL, error) { return proxy, nil },
		OnProxyConnectResponse: refusedByProxy,
		DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
			conn, err := dial(ctx, network, addr)
			if err != nil {
				return nil, err
			}
			return &counted{Conn: conn}, nil
		},
		TLSClientConfig:        cfg,
		TLSHandshakeTimeout:    dialTimeout,
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConns:           concurrency,
		MaxIdleConnsPerHost:    concurrency,
		IdleConnTimeout:        keepIdle,
		DisableCompression:     true,
	}
	var transport http.RoundTripper = once{connections}
	if c.Wrap != nil {
		transport = c.Wrap(transport)
	}
	return &Client{
		transport:   transport,
		connections: connections,
		format:      c.Format,
		timeout:     cmp.Or(c.Timeout, defaultTimeout),
		attempts:    concurrency + 1,
		base:        base,
		proxy:       proxy,
		userAgent:   cmp.Or(c.UserAgent, "vitec-import/"+version()),
		credentials: c.Credentials,
	}, nil
}

// Close closes the connections that are kept for the next call. Calls that are
// under way are not disturbed, and the client can still be used.
func (c *Client) Close() { c.connections.CloseIdleConnections() }

// Proxy returns the host and port of the proxy that requests go through, "" if
// there is none.
func (c *Client) Proxy() string {
	if c.proxy == nil {
		return ""
	}
	return c.proxy.Host
}

// loopbackOnly is asked before a plain connection is made: a name that means
// another computer would send the login in clear.
func loopbackOnly(_, address string, _ syscall.RawConn) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}
	if !isLoopback(host) {
		return errors.New("http is for loopback addresses only, and this host is elsewhere")
	}
	return nil
}

// Answer is what the server says to a booking.
type Answer struct {
	// Id is the server's text, verbatim: the id of the booking if
	// returnBookingId was true, else likely that of the contact. [CheckBookingId]
	// says what is taken for one.
	Id     string
	Status int // 200 to 299
}

// AddViewingParticipant books a person on a viewing with exactly one request,
// or none if it returns a *[RequestError], a *[ProxyError] or a
// *[TransportError] with Written false; it never repeats one. The error is one
// of the five of this package. It does not check the rules of [Check], except
// that the ids can stand in the path.
//
// Source: POST Viewing/{customerId}/{viewingId}/{timeSlotId}/Participant in the
// specification.
func (c *Client) AddViewingParticipant(ctx context.Context, t Target, b *AddNewViewingParticipant) (Answer, error) {
	r, err := c.Request(t, b)
	if err != nil {
		return Answer{}, err
	}
	var answer Answer
	err = c.do(ctx, r, t.CustomerId, func(resp *http.Response) error {
		answer, err = readAnswer(resp)
		if err == nil && echoes(b, answer.Id) {
			answer, err = Answer{}, &AnswerError{Status: resp.StatusCode, Reason: say("the answer repeats a text of the request and is not an id")}
		}
		return err
	})
	return answer, err
}

// Request returns the request that AddViewingParticipant sends, but for the
// login, so that a person can look at it.
func (c *Client) Request(t Target, b *AddNewViewingParticipant) (*http.Request, error) {
	for _, id := range t.ids() {
		if _, reason := checkId(id.value); !reason.IsZero() {
			return nil, &RequestError{Path: id.path, Reason: reason}
		}
	}
	body, err := Encode(c.format, b)
	if err != nil {
		return nil, err
	}
	r, err := c.request(http.MethodPost, bytes.NewReader(body), t.CustomerId, t.ViewingId, t.TimeSlotId, "Participant")
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", c.format.ContentType())
	return r, nil
}

// request returns a request for the path below Viewing, without the login.
func (c *Client) request(method string, body io.Reader, path ...string) (*http.Request, error) {
	u := *c.base
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/")+"/Viewing", strings.TrimRight(u.EscapedPath(), "/")+"/Viewing"
	for _, p := range path {
		u.Path += "/" + p
		u.RawPath += "/" + url.PathEscape(p)
	}
	r, err := http.NewRequest(method, u.String(), body)
	if err != nil {
		return nil, &RequestError{Reason: say("the address cannot be written")}
	}
	r.URL = &u
	r.GetBody = nil // net/http repeats a request whose body it can get again
	r.Header.Set("Accept", c.format.MediaType())
	r.Header.Set("Accept-Encoding", "identity") // an answer that unpacks to gigabytes is not asked for
	r.Header.Set("User-Agent", c.userAgent)
	return r, nil
}

// do sends a request once and hands a 2xx answer to read. A kept connection that
// turns out to be dead before a byte has left costs another connection, and no
// request.
func (c *Client) do(ctx context.Context, r *http.Request, customerId string, read func(*http.Response) error) error {
	login, err := c.login(customerId)
	if err != nil {
		return err
	}
	r.SetBasicAuth(login.Username, login.Password)
	var body []byte
	if r.Body != nil {
		if body, err = io.ReadAll(r.Body); err != nil {
			return err
		}
	}
	limited, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	for attempt := 1; ; attempt++ {
		var d departure
		try := r.WithContext(withDeparture(limited, &d))
		if body != nil {
			try.Body = io.NopCloser(bytes.NewReader(body))
		}
		resp, err := c.transport.RoundTrip(try)
		if err != nil {
			dead := d.reused && !d.may() && limited.Err() == nil
			err = c.transportError(ctx, &d, login, err)
			d.end(false)
			if dead && attempt < c.attempts {
				continue
			}
			return err
		}
		if resp.StatusCode > 299 { // what it means is known; its words are not waited for
			defer time.AfterFunc(refusalTimeout, cancel).Stop()
		}
		err = answered(resp, login, read)
		resp.Body.Close()
		var refused *StatusError
		var unusable *AnswerError
		trusted := err == nil || errors.As(err, &refused)
		if !trusted && !errors.As(err, &unusable) { // it broke off while it was read
			err = c.transportError(ctx, &d, login, err)
		}
		d.end(trusted)
		return err
	}
}

// answered tells an answer that can be read from one that refuses and from one
// that says nothing.
func answered(resp *http.Response, login Credentials, read func(*http.Response) error) error {
	switch s := resp.StatusCode; {
	case s >= 200 && s <= 299:
		return read(resp)
	case s >= 300 && s <= 599:
		return statusError(resp, login)
	}
	return &AnswerError{Status: resp.StatusCode, Reason: say("that is not an answer to a booking")}
}

// login finds the login for a customer and makes sure that HTTP Basic can
// carry it.
func (c *Client) login(customerId string) (Credentials, error) {
	l, ok := c.credentials(customerId)
	switch {
	case !ok || l == (Credentials{}):
		return l, &RequestError{Path: "customerId", Reason: say("has no login"), Err: ErrNoCredentials}
	case strings.Contains(l.Username, ":"):
		return l, &RequestError{Path: "customerId", Reason: say("has a login whose user name contains a colon, which HTTP Basic cannot carry")}
	}
	return l, nil
}

// hide takes the login out of words that came from outside: a server may echo
// what it was sent. Passwords of less than four bytes are not looked for, as
// there would be nothing left of the words.
func (c Credentials) hide(s string) string {
	token := base64.StdEncoding.EncodeToString([]byte(c.Username + ":" + c.Password))
	s = strings.ReplaceAll(s, strings.TrimRight(token, "="), redacted)
	if len(c.Password) >= 4 {
		s = strings.ReplaceAll(s, c.Password, redacted)
	}
	return s
}

// transportError says what is known when there is no answer. The caller's own
// end wins over what it did to the connection.
func (c *Client) transportError(caller context.Context, d *departure, l Credentials, err error) error {
	if refused := (*ProxyError)(nil); errors.As(err, &refused) {
		return refused
	}
	if refusal := refusedBySOCKS(err); refusal != "" && c.proxy != nil {
		return &ProxyError{Proxy: c.proxy.Host, Refusal: refusal}
	}
	if errors.Is(err, net.ErrClosed) {
		err = cmp.Or(d.cause(), err)
	}
	var network net.Error
	switch late := errors.As(err, &network) && network.Timeout(); {
	case caller.Err() != nil:
	case errors.Is(err, context.DeadlineExceeded):
		err = fmt.Errorf("there was no answer within %v: %w", c.timeout, context.DeadlineExceeded)
	case late: // connecting, or the TLS handshake
		err = fmt.Errorf("%w (%w)", err, context.DeadlineExceeded)
	}
	e := &TransportError{Written: d.may(), Certificate: isCertificateError(err), Host: c.base.Host, Err: err}
	// The alert of a TLS 1.3 server that wants a certificate, or does not want us,
	// comes after our side has ended the handshake and sent the request.
	if reason, refused := handshakeAlert(d.lastWords()); refused {
		e.Written, e.Certificate, e.alert = false, true, reason
	} else if reason, refused := handshakeAlert(err); refused && !e.Written {
		e.Certificate, e.alert = true, reason
	}
	var dialled *net.OpError
	if c.proxy != nil && errors.As(err, &dialled) && dialled.Op == "proxyconnect" {
		e.Proxy = c.proxy.Host
	}
	if text := err.Error(); l.hide(text) != text {
		e.Err = errors.New(l.hide(text))
	}
	if ctxErr := caller.Err(); ctxErr != nil && !errors.Is(e.Err, ctxErr) {
		e.Err = fmt.Errorf("%w (%w)", ctxErr, e.Err)
	}
	return e
}

// isCertificateError reports whether the server's certificate was refused.
func isCertificateError(err error) bool {
	var refused *tls.CertificateVerificationError
	return errors.As(err, &refused)
}

// handshakeAlert reports whether err is the server's TLS alert by which it
// refuses to talk to us, and what it says. Alerts that tell of trouble on the
// way are none.
func handshakeAlert(err error) (reason string, ok bool) {
	var remote *net.OpError
	if !errors.As(err, &remote) || remote.Op != "remote error" {
		return "", false
	}
	reason = strings.TrimPrefix(remote.Err.Error(), "tls: ")
	return reason, !slices.Contains([]string{"internal error", "user canceled", "close notify", "bad record MAC", "unexpected message", "record overflow", "decryption failed", "decode error", "error decoding message"}, reason)
}
