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
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

const (
	defaultTimeout     = 30 * time.Second
	defaultDialTimeout = 10 * time.Second
	defaultConcurrency = 5

	// maxAnswer is how much of an answer is read, in bytes.
	maxAnswer = 1 << 20
	// maxHeader is how much of an answer's header is read, in bytes.
	maxHeader = 64 << 10

	// keepIdle is how long an unused connection is kept. A request on a
	// connection that the server is just closing becomes uncertain, and a new
	// connection costs one handshake, so this is less than the shortest common
	// time after which servers close one (5 s).
	keepIdle = 4 * time.Second
)

// A Client calls the API. It is safe for concurrent use.
//
// It speaks HTTP/1.1 only, because on a multiplexed connection nobody can say
// whose bytes have left. HTTPS_PROXY and NO_PROXY are honoured as they stand
// when the client is made.
type Client struct {
	format      Format
	timeout     time.Duration
	base        *url.URL
	path        string // of every call, up to the ids
	escapedPath string // the same, escaped as the base URL is
	credentials func(customerId string) (Credentials, bool)
	transport   *http.Transport
	header      http.Header           // of every request, but for the login
	last        atomic.Pointer[login] // the one that was used last; most imports have one
	tooLate     *timeoutError
}

// NewClient returns a client for c, or a *[ConfigError]. It opens no
// connection.
func NewClient(c Config) (*Client, error) { return newClient(c, nil) }

// newClient is NewClient with another way to connect, for tests of what happens
// on the wire; nil is the usual one.
func newClient(c Config, dial dialFunc) (*Client, error) {
	base, err := parseBaseURL(cmp.Or(c.BaseURL, DefaultBaseURL))
	if err != nil {
		return nil, err
	}
	switch {
	case c.Credentials == nil:
		return nil, configError("config.login")
	case c.Format > XML:
		return nil, configError("config.format")
	case c.Timeout < 0 || c.DialTimeout < 0 || c.HeaderTimeout < 0:
		return nil, configError("config.timeout")
	case c.Concurrency < 0:
		return nil, configError("config.concurrency")
	case strings.ContainsFunc(c.UserAgent, func(r rune) bool { return r < ' ' || r > '~' }):
		return nil, configError("config.agent", c.UserAgent)
	}

	dialTimeout := cmp.Or(c.DialTimeout, defaultDialTimeout)
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
	cfg.NextProtos = []string{"http/1.1"}
	if cfg.ClientSessionCache == nil {
		cfg.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	}

	timeout := cmp.Or(c.Timeout, defaultTimeout)
	client := &Client{
		format:      c.Format,
		timeout:     timeout,
		base:        base,
		path:        strings.TrimRight(base.Path, "/") + "/Viewing",
		escapedPath: strings.TrimRight(base.EscapedPath(), "/") + "/Viewing",
		credentials: c.Credentials,
		header: http.Header{
			"Accept":          {c.Format.MediaType()},
			"Accept-Encoding": {"identity"}, // an answer that unpacks to gigabytes is not asked for
			"Content-Type":    {c.Format.ContentType()},
			"User-Agent":      {cmp.Or(c.UserAgent, "vitec-import/"+version())},
		},
		tooLate: &timeoutError{fmt.Sprintf("the call was not done within %v", timeout)},
	}
	dials := &dialer{dial: dial, tls: cfg, tlsTimeout: dialTimeout}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	client.transport = &http.Transport{
		Protocols:              protocols,
		Proxy:                  proxy(base),
		DialContext:            dials.plain,
		DialTLSContext:         dials.secure,
		TLSClientConfig:        cfg, // through a proxy; else dials has it
		TLSHandshakeTimeout:    dialTimeout,
		ResponseHeaderTimeout:  c.HeaderTimeout, // 0: the call's own timeout is enough
		MaxResponseHeaderBytes: maxHeader,
		MaxIdleConnsPerHost:    cmp.Or(c.Concurrency, defaultConcurrency),
		IdleConnTimeout:        keepIdle,
		DisableCompression:     true,
		WriteBufferSize:        16 << 10, // nearly every request is one write
	}
	return client, nil
}

// Close closes the connections that are kept for the next call. Calls that are
// under way are not disturbed.
func (c *Client) Close() { c.transport.CloseIdleConnections() }

// Answer is what the server says to a booking.
type Answer struct {
	// Id is the server's text, verbatim: the id of the booking if
	// returnBookingId was true, else likely that of the contact. It is not
	// blank, holds no control character and no < or >, and has at most 256
	// bytes.
	Id     string
	Status int // 200 to 299
}

// AddViewingParticipant books a person on a viewing with exactly one request,
// or none if it returns a *[RequestError] or a *[TransportError] with Written
// false; it never repeats one. The error is a *[RequestError],
// *[TransportError], *[StatusError] or *[AnswerError]. It does not check the
// rules of [Check], except that the ids can stand in the path.
//
// Source: POST Viewing/{customerId}/{viewingId}/{timeSlotId}/Participant in the
// specification.
func (c *Client) AddViewingParticipant(ctx context.Context, t Target, b *AddNewViewingParticipant) (Answer, error) {
	req, err := c.request(t, b)
	if err != nil {
		return Answer{}, err
	}
	login, err := c.login(t.CustomerId)
	if err != nil {
		return Answer{}, err
	}
	req.Header = login.header

	var f flight
	caller := ctx
	ctx, cancel := context.WithTimeoutCause(ctx, c.timeout, c.tooLate)
	defer cancel()
	// The transport itself, not an http.Client: nothing that follows redirects,
	// keeps cookies or adds headers.
	resp, err := c.transport.RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, f.trace())))
	if err != nil {
		return Answer{}, c.transportError(caller, &f, login, err)
	}
	defer resp.Body.Close()
	f.reach(reading)

	switch s := resp.StatusCode; {
	case s >= 200 && s <= 299:
		id, reason, err := readAnswer(resp)
		switch {
		case err != nil:
			return Answer{}, c.transportError(caller, &f, login, err)
		case reason != "":
			return Answer{}, &AnswerError{Status: s, Code: reason}
		}
		return Answer{Id: id, Status: s}, nil
	case s >= 300 && s <= 599:
		return Answer{}, statusError(resp, login)
	default:
		// 101 and what is no status at all. A 1xx before the answer never
		// comes here.
		return Answer{}, &AnswerError{Status: s, Code: "answer.status"}
	}
}

// login finds the login for a customer and makes sure that HTTP Basic can
// carry it.
func (c *Client) login(customerId string) (*login, error) {
	l, ok := c.credentials(customerId)
	switch {
	case !ok || l == (Credentials{}):
		return nil, &RequestError{Path: "customerId", Code: "request.login.none", Err: ErrNoCredentials}
	case strings.Contains(l.Username, ":"):
		return nil, &RequestError{Path: "customerId", Code: "request.login.colon"}
	}
	if last := c.last.Load(); last != nil && last.Credentials == l {
		return last, nil
	}
	token := base64.StdEncoding.EncodeToString([]byte(l.Username + ":" + l.Password))
	header := maps.Clone(c.header)
	header["Authorization"] = []string{"Basic " + token}
	fresh := &login{Credentials: l, token: token, header: header}
	c.last.Store(fresh)
	return fresh, nil
}

// A login is what must not show. Its header is that of all its requests; net/http
// reads it and nothing else.
type login struct {
	Credentials
	token  string
	header http.Header
}

// hide takes the login out of words that came from outside: a server may echo
// what it was sent. Passwords of less than four bytes are not looked for, as
// there would be nothing left of the words.
func (l *login) hide(s string) string {
	s = strings.ReplaceAll(s, strings.TrimRight(l.token, "="), redacted)
	if len(l.Password) >= 4 {
		s = strings.ReplaceAll(s, l.Password, redacted)
	}
	return s
}

// Request returns the request that AddViewingParticipant would send, but for
// the login, so that a person can look at it. It is not meant to be sent.
func (c *Client) Request(t Target, b *AddNewViewingParticipant) (*http.Request, error) {
	r, err := c.request(t, b)
	if err != nil {
		return nil, err
	}
	r.Header = maps.Clone(c.header)
	return r, nil
}

// request writes the request down, but for its header. Its body can be read
// once: GetBody is nil, so net/http has nothing to repeat it with, and there is
// no header that says it may.
func (c *Client) request(t Target, b *AddNewViewingParticipant) (*http.Request, error) {
	for _, id := range [...]struct{ path, value string }{
		{"customerId", t.CustomerId}, {"viewingId", t.ViewingId}, {"timeSlotId", t.TimeSlotId},
	} {
		if code, reason := checkId(id.value); code != "" {
			return nil, &RequestError{Path: id.path, Code: reason}
		}
	}
	path := c.path + "/" + t.CustomerId + "/" + t.ViewingId + "/" + t.TimeSlotId + "/Participant"
	escaped := c.escapedPath + "/" + url.PathEscape(t.CustomerId) + "/" + url.PathEscape(t.ViewingId) + "/" + url.PathEscape(t.TimeSlotId) + "/Participant"
	// Not from a pool: net/http may still be reading the body of an answered
	// request when the next one is written.
	body, err := Encode(make([]byte, 0, 1024), c.format, b)
	if err != nil {
		return nil, err
	}
	return &http.Request{
		Method: http.MethodPost,
		URL: &url.URL{
			Scheme: c.base.Scheme, Host: c.base.Host,
			Path: path, RawPath: escaped,
		},
		Host:       c.base.Host,
		Proto:      "HTTP/1.1",
		ProtoMajor: 1, ProtoMinor: 1,
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
	}, nil
}

// transportError says what is known when there is no answer. The context's
// error wins over what its end did to the connection.
func (c *Client) transportError(caller context.Context, f *flight, l *login, err error) error {
	if werr := f.writeError(); werr != nil && errors.Is(err, net.ErrClosed) {
		err = werr // the connection was closed because of it
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/" {
		err = fmt.Errorf("it speaks http and not https there: %w", err)
	}
	e := &TransportError{
		Written:     f.written(),
		Certificate: isCertificateError(err),
		Phase:       f.phaseWord(),
		Host:        c.base.Host,
		Err:         err,
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
