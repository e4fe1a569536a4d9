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
	"math"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
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
// whose bytes have left, and it writes to its connections itself: then every byte
// that leaves is known to be of one request, nobody else can repeat it, and a
// call costs less than half of what it costs with [http.Transport]. Answers are
// read by package net/http. HTTPS_PROXY and NO_PROXY are honoured as they stand
// when the client is made.
//
// A [httptrace.ClientTrace] in the context of a call is told when the request is
// written, and of nothing else.
type Client struct {
	format      Format
	timeout     time.Duration
	base        *url.URL
	path        string // of every call, up to the ids
	escapedPath string // the same, escaped as the base URL is
	credentials func(customerId string) (Credentials, bool)
	host        string      // of the Host header
	header      http.Header // of every request, but for the login
	// headerTimeout is for the answer to begin; 0 = timeout is enough.
	headerTimeout time.Duration
	connect       func(ctx context.Context, reach func(phase int32)) (*conn, error)
	kept          pool
	// answered stands for every request where an answer is read.
	answered *http.Request
	last     atomic.Pointer[login] // the one that was used last; most imports have one
	tooLate  *timeoutError
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
		return nil, &ConfigError{say("there is no login"), say("give a user name and a password")}
	case c.Format > XML:
		return nil, &ConfigError{say("unknown format"), say("use json or xml")}
	case c.Timeout < 0 || c.DialTimeout < 0 || c.HeaderTimeout < 0:
		return nil, &ConfigError{say("a timeout is negative"), say("give a positive one, or 0 for the default")}
	case c.Concurrency < 0:
		return nil, &ConfigError{say("the concurrency is negative"), say("give a positive one, or 0 for the default")}
	case strings.ContainsFunc(c.UserAgent, func(r rune) bool { return r < ' ' || r > '~' }):
		return nil, &ConfigError{say("the user agent %q is not plain ASCII", c.UserAgent), say("use letters, digits, and a slash before the version")}
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
	client.host = hostHeader(base)
	client.headerTimeout = c.HeaderTimeout
	client.answered = &http.Request{Method: http.MethodPost, URL: base}
	client.kept.most = cmp.Or(c.Concurrency, defaultConcurrency)
	dials := &dialer{dial: dial, addr: hostPort(base), timeout: dialTimeout}
	if base.Scheme == "https" { // plain http is loopback and never goes through a proxy
		dials.tls = cfg
		dials.proxy, dials.noProxy = proxyFor(base)
	}
	client.connect = dials.connect
	return client, nil
}

// Close closes the connections that are kept for the next call. Calls that are
// under way are not disturbed.
func (c *Client) Close() { c.kept.close() }

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
	_, path, err := c.paths(t)
	if err != nil {
		return Answer{}, err
	}
	login, err := c.login(t.CustomerId)
	if err != nil {
		return Answer{}, err
	}
	w := writers.Get().(*writer)
	defer writers.Put(w)
	if w.body, err = Encode(w.body[:0], c.format, b); err != nil {
		return Answer{}, err
	}
	w.request(path, c.host, login)

	var f flight
	resp, err := c.roundTrip(ctx, &f, w.out)
	if err != nil {
		f.end(nil)
		return Answer{}, c.transportError(ctx, &f, login, err)
	}
	body := &wholeBody{ReadCloser: resp.Body}
	resp.Body = body
	defer func() {
		if body.whole && !resp.Close && resp.StatusCode != http.StatusSwitchingProtocols {
			f.end(&c.kept)
		} else {
			f.end(nil)
		}
	}()

	switch s := resp.StatusCode; {
	case s >= 200 && s <= 299:
		id, reason, err := readAnswer(resp)
		switch {
		case err != nil:
			return Answer{}, c.transportError(ctx, &f, login, err)
		case reason != "":
			return Answer{}, &AnswerError{Status: s, Reason: Text{Format: reason}}
		}
		return Answer{Id: id, Status: s}, nil
	case s >= 300 && s <= 599:
		return Answer{}, statusError(resp, login)
	default:
		// 101 and what is no status at all. Another 1xx never comes here.
		return Answer{}, &AnswerError{Status: s, Reason: say("that is not an answer to a booking")}
	}
}

// roundTrip writes a request, once, to a connection that is kept or a new one,
// and reads the header of the answer.
func (c *Client) roundTrip(ctx context.Context, f *flight, request []byte) (*http.Response, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	deadline := time.Now().Add(c.timeout)
	if d, ok := ctx.Deadline(); ok && d.Before(deadline) {
		deadline = d
	}
	n := c.kept.take()
	if n == nil {
		limited, cancel := context.WithDeadlineCause(ctx, deadline, c.tooLate)
		defer cancel()
		var err error
		if n, err = c.connect(limited, f.reach); err != nil {
			if limited.Err() != nil {
				err = context.Cause(limited)
			}
			return nil, err
		}
	}
	if err := f.begin(ctx, n, deadline); err != nil {
		return nil, err
	}
	_, err := n.Write(request)
	if trace := httptrace.ContextClientTrace(ctx); trace != nil && trace.WroteRequest != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{Err: err})
	}
	// A server that refuses a request before it has read it all may close then;
	// if its answer is there it counts.
	if err != nil && (!f.written() || n.socket.probe.silent(time.Now())) {
		return nil, err
	}
	if err == nil {
		f.reach(waiting)
	}
	if c.headerTimeout > 0 {
		f.waitUntil(ctx, earlier(time.Now().Add(c.headerTimeout), deadline))
	}
	n.left = maxHeader
	if _, readErr := n.in.Peek(1); readErr != nil {
		return nil, cmp.Or(err, readErr)
	}
	f.reach(reading)
	for {
		resp, err := http.ReadResponse(n.in, c.answered)
		if err != nil {
			return nil, err
		}
		if s := resp.StatusCode; s >= 100 && s <= 199 && s != http.StatusSwitchingProtocols {
			continue // the answer is still to come
		}
		n.left = math.MaxInt64
		if c.headerTimeout > 0 {
			f.waitUntil(ctx, deadline)
		}
		return resp, nil
	}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// A wholeBody knows whether it was read to its end: then the connection can
// carry another request.
type wholeBody struct {
	io.ReadCloser
	whole bool
}

func (b *wholeBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.whole = b.whole || err == io.EOF
	return n, err
}

// A writer writes requests down.
type writer struct{ body, out []byte }

var writers = sync.Pool{New: func() any { return new(writer) }}

// request puts the header before the body.
func (w *writer) request(path, host string, l *login) {
	out := append(w.out[:0], "POST "...)
	out = append(out, path...)
	out = append(out, " HTTP/1.1\r\nHost: "...)
	out = append(out, host...)
	out = append(out, "\r\nContent-Length: "...)
	out = strconv.AppendInt(out, int64(len(w.body)), 10)
	out = append(out, "\r\n"...)
	out = append(out, l.header...)
	out = append(out, "\r\n"...)
	w.out = append(out, w.body...)
}

// login finds the login for a customer and makes sure that HTTP Basic can
// carry it.
func (c *Client) login(customerId string) (*login, error) {
	l, ok := c.credentials(customerId)
	switch {
	case !ok || l == (Credentials{}):
		return nil, &RequestError{Path: "customerId", Reason: say("has no login"), Err: ErrNoCredentials}
	case strings.Contains(l.Username, ":"):
		return nil, &RequestError{Path: "customerId", Reason: say("has a login whose user name contains a colon, which HTTP Basic cannot carry")}
	}
	if last := c.last.Load(); last != nil && last.Credentials == l {
		return last, nil
	}
	token := base64.StdEncoding.EncodeToString([]byte(l.Username + ":" + l.Password))
	header := maps.Clone(c.header)
	header["Authorization"] = []string{"Basic " + token}
	var lines bytes.Buffer
	if err := header.Write(&lines); err != nil {
		return nil, err // a buffer takes everything
	}
	fresh := &login{Credentials: l, token: token, header: lines.Bytes()}
	c.last.Store(fresh)
	return fresh, nil
}

// A login is what must not show. Its header is that of all its requests, but for
// the first lines.
type login struct {
	Credentials
	token  string
	header []byte
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
	path, escaped, err := c.paths(t)
	if err != nil {
		return nil, err
	}
	body, err := Encode(nil, c.format, b)
	if err != nil {
		return nil, err
	}
	return &http.Request{
		Method: http.MethodPost,
		URL:    &url.URL{Scheme: c.base.Scheme, Host: c.base.Host, Path: path, RawPath: escaped},
		Host:   c.base.Host,
		Proto:  "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        maps.Clone(c.header),
		Body:          io.NopCloser(bytes.NewReader(body)),
		ContentLength: int64(len(body)),
	}, nil
}

// paths returns the path of a call, and how it stands in the request.
func (c *Client) paths(t Target) (path, escaped string, err error) {
	for _, id := range [...]struct{ path, value string }{
		{"customerId", t.CustomerId}, {"viewingId", t.ViewingId}, {"timeSlotId", t.TimeSlotId},
	} {
		if code, reason := checkId(id.value); code != "" {
			return "", "", &RequestError{Path: id.path, Reason: Text{Format: reason}}
		}
	}
	path = c.path + "/" + t.CustomerId + "/" + t.ViewingId + "/" + t.TimeSlotId + "/Participant"
	escaped = c.escapedPath + "/" + url.PathEscape(t.CustomerId) + "/" + url.PathEscape(t.ViewingId) + "/" + url.PathEscape(t.TimeSlotId) + "/Participant"
	return path, escaped, nil
}

// transportError says what is known when there is no answer. The context's
// error wins over what its end did to the connection.
func (c *Client) transportError(caller context.Context, f *flight, l *login, err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) && caller.Err() == nil {
		err = c.tooLate
		if c.headerTimeout > 0 && f.phase == waiting {
			err = &timeoutError{fmt.Sprintf("the answer did not begin within %v", c.headerTimeout)}
		}
	}
	var record tls.RecordHeaderError
	if errors.As(err, &record) && string(record.RecordHeader[:]) == "HTTP/" {
		err = fmt.Errorf("it speaks http and not https there: %w", err)
	}
	e := &TransportError{
		Written:     f.written(),
		Certificate: isCertificateError(err),
		Phase:       phaseWords[f.phase],
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
