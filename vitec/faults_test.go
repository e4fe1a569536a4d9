package vitec

import (
	"bufio"
	"bytes"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A segment collects what is written until it is sent as one.
type segment struct {
	net.Conn
	held bytes.Buffer
	hold bool
}

func (s *segment) Write(p []byte) (int, error) {
	if s.hold {
		return s.held.Write(p)
	}
	return s.Conn.Write(p)
}

func (s *segment) SetWriteDeadline(time.Time) error { return nil } // CloseWrite sets one that has passed

// A server ends TLS in the segment of its answer, and leaves the connection
// open: the next request takes another one.
func TestCloseNotifyWithTheAnswer(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		cert, pool := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
		var requests atomic.Int32
		addr := listen(t, func(c *net.TCPConn) {
			s := &segment{Conn: c}
			tc := tls.Server(s, &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: version})
			if readRequest(tc) {
				requests.Add(1)
				s.hold = true
				io.WriteString(tc, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\"VID1\"")
				tc.CloseWrite()
				c.Write(s.held.Bytes())
				untilClosed(c)
			}
		})
		client := clientFor(t, Config{BaseURL: "https://" + addr, TLS: &tls.Config{RootCAs: pool}}, nil)
		for range 40 {
			if _, err := client.AddViewingParticipant(t.Context(), target(), sample()); err != nil {
				t.Fatalf("TLS %#x: %v", version, err)
			}
		}
		if n := requests.Load(); n != 40 {
			t.Errorf("TLS %#x: %d requests", version, n)
		}
	}
}

// A connection that was idle for more than half a second is not used again.
func TestIdleConnections(t *testing.T) {
	t.Parallel()
	var conns atomic.Int32
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `"VID1"`) }))
	s.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			conns.Add(1)
		}
	}
	s.Start()
	client := dialTo(t, Config{}, s)
	for _, pause := range []time.Duration{0, 0, keepIdle + 50*time.Millisecond} {
		time.Sleep(pause)
		if _, err := client.AddViewingParticipant(t.Context(), target(), sample()); err != nil {
			t.Fatal(err)
		}
	}
	if n := conns.Load(); n != 2 {
		t.Errorf("%d connections, want 2", n)
	}
}

// A server wants a certificate of ours. Under TLS 1.3 it says so when the
// handshake is over for us and the request on its way: it has not seen it.
func TestServerWantsACertificate(t *testing.T) {
	for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
		var requests atomic.Int32
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.TLS = &tls.Config{ClientAuth: tls.RequireAnyClientCert, MaxVersion: version}
		s.StartTLS()
		client := dialTo(t, Config{TLS: &tls.Config{RootCAs: roots(s)}}, s)
		for range 20 {
			e := failure(t, client, t.Context())
			expect(t, e, false)
			if reason := e.Reason().String(); !e.Certificate || !strings.HasPrefix(reason, "the server refused TLS: ") {
				t.Errorf("TLS %#x: %q, %v", version, reason, e)
			}
		}
		if n := requests.Load(); n != 0 {
			t.Errorf("%d requests", n)
		}
	}
}

// An alert that breaks a connection later is an answer that is missing.
func TestLateAlert(t *testing.T) {
	cert, pool := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	addr := listen(t, func(c *net.TCPConn) {
		tc := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{cert}, MaxVersion: tls.VersionTLS12})
		if readRequest(tc) {
			c.Write([]byte{21, 3, 3, 0, 2, 2, 40}) // unencrypted, so it is none
		}
	})
	client := clientFor(t, Config{BaseURL: "https://" + addr, TLS: &tls.Config{RootCAs: pool}}, nil)
	expect(t, failure(t, client, t.Context()), true)
}

// What stands behind an answer is nobody's: every call gets its own id.
func TestStrayAnswers(t *testing.T) {
	for name, stray := range map[string]string{
		"a second answer":  "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\"VID0000\"",
		"a line end":       "\r\n",
		"part of a header": "HTTP/1.1 200 OK\r\n",
		"a timeout":        "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n",
	} {
		addr := listen(t, func(c *net.TCPConn) {
			in := bufio.NewReader(c)
			for {
				r, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				io.Copy(io.Discard, r.Body)
				answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\"VID%s\"", r.Header.Get("User-Agent"))
				io.WriteString(c, answer+stray)
			}
		})
		var calls sync.WaitGroup
		for worker := range 4 {
			calls.Go(func() {
				agent := fmt.Sprintf("%04d", 1000+worker)
				client := clientFor(t, Config{BaseURL: "http://" + addr, UserAgent: agent}, nil)
				for range 15 {
					if a, err := client.AddViewingParticipant(t.Context(), target(), sample()); err != nil || a.Id != "VID"+agent {
						t.Errorf("%s: %v, %v", name, a, err)
					}
				}
			})
		}
		calls.Wait()
	}
}

func TestEncodings(t *testing.T) {
	packed := func(text string, pack func(io.Writer) io.WriteCloser) string {
		var b bytes.Buffer
		w := pack(&b)
		io.WriteString(w, text)
		w.Close()
		return b.String()
	}
	zip := func(w io.Writer) io.WriteCloser { return gzip.NewWriter(w) }
	zl := func(w io.Writer) io.WriteCloser { return zlib.NewWriter(w) }
	bare := func(w io.Writer) io.WriteCloser { f, _ := flate.NewWriter(w, 6); return f }
	const id = `"VID1"`
	for _, test := range []struct {
		encoding, body string
		ok             bool
	}{
		{"UTF-8", id, true}, {"utf8", id, true}, {"none", id, true}, {"identity", id, true}, {"", id, true}, {"ISO-8859-1", id, true}, {"binary", id, true},
		{"gzip", packed(id, zip), true}, {"x-gzip", packed(id, zip), true}, {"GZIP", packed(id, zip), true}, {"identity, gzip", packed(id, zip), true},
		{"deflate", packed(id, zl), true}, {"deflate", packed(id, bare), true},
		{"deflate, gzip", packed(packed(id, zl), zip), true}, {"gzip, gzip", packed(packed(id, zip), zip), true},
		{"gzip", id, false}, {"deflate", id, false}, {"br", id, false}, {"zstd", id, false}, {"none", packed(id, zip), false},
		{"gzip", packed(id, zip)[:20], false}, {"gzip", packed(id, zip) + "x", false}, {"gzip", "", false},
		{"gzip", packed(id+strings.Repeat(" ", maxAnswer), zip), false},
	} {
		client := serve(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", test.encoding)
			io.WriteString(w, test.body)
		})
		a, err := client.AddViewingParticipant(t.Context(), target(), sample())
		var no *AnswerError
		if test.ok && (err != nil || a.Id != "VID1") || !test.ok && !errors.As(err, &no) {
			t.Errorf("%s %q: %v, %v", test.encoding, test.body[:min(len(test.body), 30)], a, err)
		}
	}
	client := serve(t, Config{}, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		w.WriteHeader(400)
		io.WriteString(w, packed(`{"message":"fel"}`, zip))
	})
	_, err := client.AddViewingParticipant(t.Context(), target(), sample())
	var s *StatusError
	if !errors.As(err, &s) || len(s.Messages) != 1 || s.Messages[0] != "fel" {
		t.Errorf("%#v", err)
	}
}

// A text of the request is not the id of a booking.
func TestEchoIsNoId(t *testing.T) {
	var answer string
	client := serve(t, Config{}, func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%q", answer) })
	b := sample()
	b.UpdatePerson.ContactId = "ADR1234567"
	b.UpdatePerson.CellPhone = "+46 70-174 06 05"
	b.UpdatePerson.LastName = "Lindqvist3"
	b.UpdatePerson.SocialSecurityNumber = "19440813-9089"
	for text, ok := range map[string]bool{
		"0701740605": false, "46701740605": false, "lindqvist3": false, "194408139089": false, "4408139089": false, "a1@example.com": false,
		"ADR1234567": true, "VID1": true, "4711": true,
	} {
		answer = text
		a, err := client.AddViewingParticipant(t.Context(), target(), b)
		var no *AnswerError
		if ok && a.Id != text || !ok && !errors.As(err, &no) {
			t.Errorf("%s: %v, %v", text, a, err)
		}
	}
}

// The status of a refusal is known; its words are not waited for.
func TestStalledRefusal(t *testing.T) {
	t.Parallel()
	addr := listen(t, func(c *net.TCPConn) {
		if readRequest(c) {
			io.WriteString(c, "HTTP/1.1 401 No\r\nContent-Length: 1000\r\n\r\nnej")
			untilClosed(c)
		}
	})
	start := time.Now()
	_, err := clientFor(t, Config{BaseURL: "http://" + addr}, nil).AddViewingParticipant(t.Context(), target(), sample())
	var s *StatusError
	if took := time.Since(start); !errors.As(err, &s) || s.Status != 401 || took > defaultTimeout/2 {
		t.Errorf("%v after %v", err, took)
	}
}

// What is put around the transport sees every request, and cannot repeat one.
func TestWrap(t *testing.T) {
	var requests atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		io.WriteString(w, `"VID1"`)
	}))
	for _, test := range []struct {
		name    string
		wrap    func(next http.RoundTripper, r *http.Request) (*http.Response, error)
		ok      bool
		reached int32
	}{
		{"a look", func(next http.RoundTripper, r *http.Request) (*http.Response, error) { return next.RoundTrip(r) }, true, 1},
		{"a repetition", func(next http.RoundTripper, r *http.Request) (*http.Response, error) {
			body, _ := io.ReadAll(r.Body)
			var resp *http.Response
			var err error
			for range 2 {
				again := r.Clone(r.Context())
				again.Body = io.NopCloser(bytes.NewReader(body))
				if resp, err = next.RoundTrip(again); resp != nil {
					resp.Body.Close()
				}
			}
			return nil, err
		}, false, 1},
		{"an answer of its own", func(_ http.RoundTripper, r *http.Request) (*http.Response, error) {
			w := httptest.NewRecorder()
			io.WriteString(w, `"VID2"`)
			return w.Result(), nil
		}, true, 0},
		{"an error of its own", func(http.RoundTripper, *http.Request) (*http.Response, error) { return nil, errLine }, false, 0},
	} {
		requests.Store(0)
		client := dialTo(t, Config{BaseURL: s.URL, Wrap: func(next http.RoundTripper) http.RoundTripper {
			return roundTripper(func(r *http.Request) (*http.Response, error) { return test.wrap(next, r) })
		}}, s)
		_, err := client.AddViewingParticipant(t.Context(), target(), sample())
		var e *TransportError
		if test.ok != (err == nil) || !test.ok && (!errors.As(err, &e) || !e.Written) || requests.Load() != test.reached {
			t.Errorf("%s: %d requests, %v", test.name, requests.Load(), err)
		}
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestHTTPSProxy(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "https_proxy", "no_proxy", "ALL_PROXY"} {
		t.Setenv(name, "")
	}
	for value, want := range map[string]string{
		"http://proxy.example:3128": "proxy.example:3128", "proxy.example:3128": "proxy.example:3128", "HTTP://proxy.example/": "proxy.example",
		"https://user:p%23%2F%3F%20%5C@proxy.example": "proxy.example", "socks5://user:pw@[::1]:1080": "[::1]:1080", " http://proxy.example ": "proxy.example", "": "",
	} {
		t.Setenv("HTTPS_PROXY", value)
		client, err := NewClient(Config{Credentials: logins})
		if err != nil || client.Proxy() != want {
			t.Errorf("%s: %v", value, err)
		}
	}
	for _, value := range []string{
		"http://user:s3c#ret@proxy:3128", "http://user:s3c/ret@proxy:3128", "http://user:s3c?ret@proxy:3128", "http://user:s3c ret@proxy:3128",
		"http://user:s3c@ret@proxy:3128", "http://user:s3c%zzret@proxy:3128", "http://user:s3cret%@proxy:3128", "http://user:s3cret%2@proxy:3128",
		`http://DOMAIN\user:s3cret@proxy:3128`, `"http://user:s3cret@proxy:3128"`, "user:s3c#ret@proxy:3128", "http://user:s3cret@", "http://user:s3cret@proxy:port",
		"http://", "http:///", "ftp://user:s3cret@proxy", "file:///s3cret", "http://proxy/s3cret.pac", "http:/proxy", "http://user:s3cret\t@proxy", "http://user:s3[ret@proxy",
	} {
		t.Setenv("HTTPS_PROXY", value)
		t.Setenv("NO_PROXY", "")
		_, err := NewClient(Config{Credentials: logins})
		var c *ConfigError
		if !errors.As(err, &c) || c.Hint.IsZero() || !strings.Contains(err.Error(), "HTTPS_PROXY") || strings.Contains(err.Error(), "s3c") || strings.Contains(err.Error(), "ret@") {
			t.Errorf("%s: %v", value, err)
		}
		for _, excepted := range []string{"connect.maklare.vitec.net", ".vitec.net", "*", "example.com,maklare.vitec.net"} {
			t.Setenv("NO_PROXY", excepted)
			if client, err := NewClient(Config{Credentials: logins}); err != nil || client.Proxy() != "" {
				t.Errorf("%s, without %s: %v", value, excepted, err)
			}
		}
		if _, err := NewClient(Config{BaseURL: "http://localhost", Credentials: logins}); err != nil {
			t.Errorf("%s, at home: %v", value, err)
		}
	}
}

// Whatever a proxy answers to CONNECT, it is asked once, and is named.
func TestProxyRefusals(t *testing.T) {
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")
	for answer, want := range map[string]ProxyError{
		"HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Negotiate\r\nProxy-Authenticate: NTLM\r\nContent-Length: 0\r\n\r\n": {Status: 407},
		"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno":                                                                                {Status: 403},
		"HTTP/1.1 302 Found\r\nLocation: http://login.example/\r\nContent-Length: 0\r\n\r\n":                                                   {Status: 302},
		"HTTP/1.0 503 Service Unavailable\r\n\r\n":                                                                                             {Status: 503},
		"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"x\"\r\nContent-Length: 0\r\n\r\n":                                        {Status: 401},
	} {
		var connects atomic.Int32
		proxy := listen(t, func(c *net.TCPConn) {
			for in := bufio.NewReader(c); ; {
				if r, err := http.ReadRequest(in); err != nil || r.Method != http.MethodConnect {
					return
				}
				connects.Add(1)
				io.WriteString(c, answer)
			}
		})
		t.Setenv("HTTPS_PROXY", "http://user:s3cret@"+proxy)
		_, err := clientFor(t, Config{BaseURL: "https://example.com"}, nil).AddViewingParticipant(t.Context(), target(), sample())
		var got *ProxyError
		if want.Proxy = proxy; !errors.As(err, &got) || *got != want || connects.Load() != 1 || strings.Contains(err.Error(), "s3cret") || !strings.Contains(err.Error(), proxy) {
			t.Errorf("%d connects for %q: %v", connects.Load(), answer, err)
		}
	}
}

func TestSOCKSRefusals(t *testing.T) {
	t.Setenv("NO_PROXY", "")
	t.Setenv("no_proxy", "")
	for name, test := range map[string]struct {
		method, login, reply byte
		refused              bool
	}{
		"wants another kind of login": {method: 0xFF, refused: true},
		"wrong login":                 {method: 2, login: 1, refused: true},
		"not allowed":                 {method: 2, reply: 2, refused: true},
		"closes":                      {method: 2, reply: 0xFE},
	} {
		var conns atomic.Int32
		proxy := listen(t, func(c *net.TCPConn) {
			conns.Add(1)
			b := make([]byte, 300)
			read := func(n byte) []byte { io.ReadFull(c, b[:n]); return b[:n] }
			read(read(2)[1])
			c.Write([]byte{5, test.method})
			if test.method != 2 {
				return
			}
			read(read(2)[1])
			read(read(1)[0])
			c.Write([]byte{1, test.login})
			if test.login != 0 {
				return
			}
			read(4)
			read(read(1)[0])
			read(2)
			if test.reply != 0xFE {
				c.Write([]byte{5, test.reply, 0, 1, 0, 0, 0, 0, 0, 0})
			}
		})
		t.Setenv("HTTPS_PROXY", "socks5://user:s3cret@"+proxy)
		_, err := clientFor(t, Config{BaseURL: "https://example.com"}, nil).AddViewingParticipant(t.Context(), target(), sample())
		var got *ProxyError
		var e *TransportError
		if test.refused && (!errors.As(err, &got) || got.Proxy != proxy || got.Refusal == "") || !test.refused && (!errors.As(err, &e) || e.Written) || conns.Load() != 1 {
			t.Errorf("%s: %d connections, %#v", name, conns.Load(), err)
		}
		if strings.Contains(err.Error(), "s3cret") {
			t.Error(err)
		}
	}
}

// A proxy that looks into TLS with an authority of its own.
func TestInterceptedTLS(t *testing.T) {
	t.Setenv("no_proxy", "")
	var requests atomic.Int32
	api := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		requests.Add(1)
		io.WriteString(w, `"VID1"`)
	}))
	defer api.Close()
	forged, office := certificate(t, "example.com", time.Now().Add(time.Hour))
	var intercepted atomic.Int32
	proxy := listen(t, func(c *net.TCPConn) {
		if !readRequest(c) {
			return
		}
		io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
		tc := tls.Server(c, &tls.Config{Certificates: []tls.Certificate{forged}})
		if tc.Handshake() != nil {
			return
		}
		intercepted.Add(1)
		up, err := tls.Dial("tcp", api.Listener.Addr().String(), &tls.Config{RootCAs: roots(api), ServerName: "example.com"})
		if err != nil {
			return
		}
		defer up.Close()
		go func() { io.Copy(up, tc); up.CloseWrite() }()
		io.Copy(tc, up)
	})
	t.Setenv("HTTPS_PROXY", "http://"+proxy)
	t.Setenv("NO_PROXY", "")

	// The computer knows the office's authority.
	client := clientFor(t, Config{BaseURL: "https://example.com", TLS: &tls.Config{RootCAs: office}}, nil)
	if _, err := client.AddViewingParticipant(t.Context(), target(), sample()); err != nil || intercepted.Load() != 1 || requests.Load() != 1 {
		t.Errorf("%d intercepted, %d requests: %v", intercepted.Load(), requests.Load(), err)
	}
	client.Close()

	// It does not.
	e := failure(t, clientFor(t, Config{BaseURL: "https://example.com", TLS: &tls.Config{RootCAs: roots(api)}}, nil), t.Context())
	expect(t, e, false)
	if !e.Certificate || e.Reason().String() != "the certificate is from an issuer that this computer does not know" || requests.Load() != 1 {
		t.Errorf("%d requests: %v", requests.Load(), e)
	}

	// NO_PROXY goes past it.
	t.Setenv("NO_PROXY", "example.com")
	direct := clientFor(t, Config{BaseURL: "https://example.com", TLS: &tls.Config{RootCAs: roots(api)}}, func(ctx context.Context, network, addr string) (net.Conn, error) {
		if addr != "example.com:443" {
			t.Errorf("dialled %s", addr)
		}
		return new(net.Dialer).DialContext(ctx, network, api.Listener.Addr().String())
	})
	if _, err := direct.AddViewingParticipant(t.Context(), target(), sample()); err != nil || direct.Proxy() != "" || requests.Load() != 2 {
		t.Errorf("%d requests: %v", requests.Load(), err)
	}
	direct.Close()
}
