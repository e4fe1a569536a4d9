package vitec

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// listen runs handle for every connection to a listener of its own, and ends
// with the test.
func listen(t testing.TB, handle func(c *net.TCPConn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	conns.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer c.Close()
				handle(c.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		conns.Wait()
	})
	return l.Addr().String()
}

// readRequest reads a whole request, and false if there is none.
func readRequest(c net.Conn) bool {
	r, err := http.ReadRequest(bufio.NewReader(c))
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, r.Body)
	return err == nil
}

// untilClosed keeps a connection open until the client closes it.
func untilClosed(c *net.TCPConn) { io.Copy(io.Discard, c) }

func reset(c *net.TCPConn) { c.SetLinger(0); c.Close() }

// clientFor makes a client that is closed before the servers that were started
// earlier.
func clientFor(t testing.TB, c Config, dial func(ctx context.Context, network, addr string) (net.Conn, error)) *Client {
	t.Helper()
	c.Credentials, c.dial = logins, dial
	client, err := NewClient(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// failure makes a call that must fail, and returns how.
func failure(t testing.TB, client *Client, ctx context.Context) *TransportError {
	t.Helper()
	a, err := client.AddViewingParticipant(ctx, target(), sample())
	var e *TransportError
	if !errors.As(err, &e) || a != (Answer{}) {
		t.Fatalf("%+v, %#v", a, err)
	}
	if strings.ContainsAny(e.Error(), "\n\r") || !strings.Contains(e.Error(), client.base.Host) {
		t.Errorf("%q", e.Error())
	}
	return e
}

func expect(t testing.TB, e *TransportError, written bool) {
	t.Helper()
	if e.Written != written {
		t.Errorf("written %v, want %v: %v", e.Written, written, e)
	}
}

func TestRefused(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	e := failure(t, clientFor(t, Config{BaseURL: "http://" + l.Addr().String()}, nil), t.Context())
	expect(t, e, false)
	const ofWindows = syscall.Errno(10061) // it numbers this one differently
	if !errors.Is(e, syscall.ECONNREFUSED) && !errors.Is(e, ofWindows) || e.Certificate {
		t.Error(e)
	}
}

func TestUnknownHost(t *testing.T) {
	dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: network, Err: &net.DNSError{Err: "no such host", Name: addr, IsNotFound: true}}
	}
	for _, scheme := range []string{"https", "http"} {
		e := failure(t, clientFor(t, Config{BaseURL: scheme + "://localhost"}, dial), t.Context())
		expect(t, e, false)
		var dns *net.DNSError
		if !errors.As(e, &dns) {
			t.Error(e)
		}
	}
}

// localhost that is another machine gets nothing.
func TestLoopbackOnly(t *testing.T) {
	for addr, ok := range map[string]bool{"127.0.0.1:80": true, "[::1]:80": true, "[::ffff:127.0.0.1]:80": true, "192.0.2.1:80": false, "[2001:db8::1]:80": false, "x": false} {
		if err := loopbackOnly("tcp", addr, nil); (err == nil) != ok {
			t.Errorf("%s: %v", addr, err)
		}
	}
	addr := listen(t, untilClosed)
	d := net.Dialer{Control: func(network, _ string, c syscall.RawConn) error { return loopbackOnly(network, "192.0.2.1:80", c) }}
	e := failure(t, clientFor(t, Config{BaseURL: "http://" + addr}, d.DialContext), t.Context())
	expect(t, e, false)
}

func TestCancelled(t *testing.T) {
	t.Run("before", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		e := failure(t, clientFor(t, Config{BaseURL: "http://127.0.0.1:1"}, nil), ctx)
		expect(t, e, false)
		if !errors.Is(e, context.Canceled) {
			t.Error(e)
		}
	})
	t.Run("while connecting", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		dial := func(ctx context.Context, _, _ string) (net.Conn, error) {
			cancel(errors.New("the user's own reason"))
			<-ctx.Done()
			return nil, ctx.Err()
		}
		e := failure(t, clientFor(t, Config{BaseURL: "http://localhost"}, dial), ctx)
		expect(t, e, false)
		if !errors.Is(e, context.Canceled) {
			t.Errorf("the cause hides the cancellation: %v", e)
		}
	})
	t.Run("in the handshake", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		addr := listen(t, func(c *net.TCPConn) {
			c.Read(make([]byte, 1))
			cancel()
			untilClosed(c)
		})
		e := failure(t, clientFor(t, Config{BaseURL: "https://" + addr}, nil), ctx)
		expect(t, e, false)
	})
	t.Run("while waiting", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		addr := listen(t, func(c *net.TCPConn) {
			readRequest(c)
			cancel()
			untilClosed(c)
		})
		e := failure(t, clientFor(t, Config{BaseURL: "http://" + addr}, nil), ctx)
		expect(t, e, true)
		if !errors.Is(e, context.Canceled) {
			t.Error(e)
		}
	})
	t.Run("while reading", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		addr := listen(t, func(c *net.TCPConn) {
			readRequest(c)
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n\"VID1\"")
			cancel()
			untilClosed(c)
		})
		e := failure(t, clientFor(t, Config{BaseURL: "http://" + addr}, nil), ctx)
		if !e.Written || !errors.Is(e, context.Canceled) {
			t.Errorf("%#v", e)
		}
	})
}

// What a server or the network may do once the request is there. The person may
// be booked in each case.
func TestBrokenAnswers(t *testing.T) {
	const short = 500 * time.Millisecond
	forever := func(c net.Conn, s string) {
		for {
			if _, err := io.WriteString(c, s); err != nil {
				return
			}
			time.Sleep(time.Millisecond)
		}
	}
	for _, test := range []struct {
		name    string
		timeout time.Duration // 0: the test does not wait for one
		answer  func(c *net.TCPConn)
	}{
		{"closed", 0, func(c *net.TCPConn) {}},
		{"reset", 0, reset},
		{"silence", short, untilClosed},
		{"cut status line", 0, func(c *net.TCPConn) { io.WriteString(c, "HTTP/1.1 20") }},
		{"cut header", 0, func(c *net.TCPConn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Le") }},
		{"slow header", short, func(c *net.TCPConn) { io.WriteString(c, "HTTP/1.1 200 OK\r\n"); forever(c, "X: y\r\n") }},
		{"endless header", 0, func(c *net.TCPConn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\n")
			for {
				if _, err := io.WriteString(c, "X: "+strings.Repeat("y", 1<<10)+"\r\n"); err != nil {
					return
				}
			}
		}},
		{"endless 1xx", short, func(c *net.TCPConn) { forever(c, "HTTP/1.1 102 Processing\r\n\r\n") }},
		{"garbage", 0, func(c *net.TCPConn) { io.WriteString(c, "SSH-2.0-OpenSSH_9.2\r\n") }},
		{"garbage status", 0, func(c *net.TCPConn) { io.WriteString(c, "HTTP/1.1 abc OK\r\n\r\n") }},
		{"two lengths", 0, func(c *net.TCPConn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\nContent-Length: 7\r\n\r\n\"VID1\"")
		}},
		{"HTTP/2", 0, func(c *net.TCPConn) {
			io.WriteString(c, "\x00\x00\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07")
		}},
		{"endless status", short, func(c *net.TCPConn) { io.WriteString(c, "HTTP/1.1 2"); forever(c, "0") }},
		{"negative length", 0, func(c *net.TCPConn) { io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n") }},
		{"bad chunk", 0, func(c *net.TCPConn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\"VID1\"\r\n0\r\n\r\n")
		}},
		{"reset in the body", 0, func(c *net.TCPConn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 8000000\r\n\r\n\"VID1\"")
			reset(c)
		}},
		{"slow body", short, func(c *net.TCPConn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n\"VID1\"")
			forever(c, " ")
		}},
		{"stalled body", short, func(c *net.TCPConn) {
			io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\"VID1")
			untilClosed(c)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var requests atomic.Int32
			addr := listen(t, func(c *net.TCPConn) {
				if readRequest(c) {
					requests.Add(1)
					test.answer(c)
				}
			})
			client := clientFor(t, Config{BaseURL: "http://" + addr, Timeout: test.timeout}, nil)
			start := time.Now()
			_, err := client.AddViewingParticipant(t.Context(), target(), sample())
			took := time.Since(start)
			var e *TransportError
			var a *AnswerError
			switch {
			case errors.As(err, &a) && test.name == "reset in the body":
				// The announced length may be seen before the reset is.
			case !errors.As(err, &e):
				t.Errorf("%#v", err)
			case !e.Written:
				t.Errorf("not written: %v", err)
			case test.name == "endless header" && !strings.Contains(err.Error(), fmt.Sprint(maxHeader)):
				t.Errorf("not for its length: %v", err)
			case test.timeout > 0 && !errors.Is(err, context.DeadlineExceeded):
				t.Errorf("no timeout: %v", err)
			}
			if n := requests.Load(); n != 1 {
				t.Errorf("%d requests", n)
			}
			if limit := test.timeout + 5*time.Second; took > limit {
				t.Errorf("took %v", took)
			}
		})
	}
}

// What has a 2xx status, and no id that can be used.
func TestUnusableAnswers(t *testing.T) {
	for name, answer := range map[string]string{
		"empty":           "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
		"no content":      "HTTP/1.1 204 No Content\r\n\r\n",
		"cut":             "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n\"VID1\"",
		"cut chunk":       "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n100\r\n\"VID1\"",
		"no last chunk":   "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n\"VID1\"\r\n",
		"length too low":  "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 5\r\n\r\n\"VID1\"",
		"cut, no length":  "HTTP/1.1 200 OK\r\n\r\n\"VID1",
		"long":            "HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n\"",
		"endless":         "HTTP/1.1 200 OK\r\n\r\n\"" + strings.Repeat("x", maxAnswer+10),
		"padded":          "HTTP/1.1 200 OK\r\n\r\n\"VID1\"" + strings.Repeat(" ", maxAnswer),
		"101":             "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n\"VID1\"",
		"no such status":  "HTTP/1.1 999 Fine\r\n\r\n\"VID1\"",
		"status 099":      "HTTP/1.1 099 Fine\r\n\r\n\"VID1\"",
		"compressed":      "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n\"VID1\"",
		"compressed, too": "HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Encoding: br\r\n\r\n\"VID1\"",
	} {
		t.Run(name, func(t *testing.T) {
			addr := listen(t, func(c *net.TCPConn) {
				if readRequest(c) {
					io.WriteString(c, answer)
				}
			})
			client := clientFor(t, Config{BaseURL: "http://" + addr}, nil)
			a, err := client.AddViewingParticipant(t.Context(), target(), sample())
			var no *AnswerError
			if !errors.As(err, &no) || no.Reason.IsZero() || fmt.Sprint(no.Status) != strings.TrimLeft(answer[9:12], "0") || a != (Answer{}) {
				t.Errorf("%v, %#v", a, err)
			}
			if strings.Contains(fmt.Sprint(err), "VID1") {
				t.Errorf("the server's words in %v", err)
			}
		})
	}
}

// The status of a refusal counts even if its body breaks off or stalls.
func TestBrokenRefusals(t *testing.T) {
	for name, body := range map[string]string{
		"cut":     "Content-Length: 1000\r\n\r\n{\"message\":\"nej\"",
		"nothing": "Content-Length: 1000\r\n\r\n",
		"gzip":    "Content-Encoding: gzip\r\n\r\n\x1f\x8b",
	} {
		addr := listen(t, func(c *net.TCPConn) {
			if readRequest(c) {
				io.WriteString(c, "HTTP/1.1 422 No\r\n"+body)
			}
		})
		client := clientFor(t, Config{BaseURL: "http://" + addr}, nil)
		_, err := client.AddViewingParticipant(t.Context(), target(), sample())
		var s *StatusError
		if !errors.As(err, &s) || s.Status != 422 || name == "cut" != (len(s.Messages) == 1 && strings.Contains(s.Messages[0], "nej")) {
			t.Errorf("%s: %#v", name, err)
		}
	}
}

// The server refuses before it has read the request: its answer counts.
func TestEarlyRefusal(t *testing.T) {
	addr := listen(t, func(c *net.TCPConn) {
		c.Read(make([]byte, 1))
		io.WriteString(c, "HTTP/1.1 413 Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
		c.CloseWrite()
		untilClosed(c)
	})
	client := clientFor(t, Config{BaseURL: "http://" + addr}, nil)
	b := sample()
	b.ContactMessage = strings.Repeat("x", 8<<20)
	_, err := client.AddViewingParticipant(t.Context(), target(), b)
	var s *StatusError
	if !errors.As(err, &s) || s.Status != 413 {
		t.Errorf("%v", err)
	}
}

// The server does not read: the write blocks until the timeout.
func TestBlockedWrite(t *testing.T) {
	done := make(chan struct{})
	addr := listen(t, func(c *net.TCPConn) {
		c.SetReadBuffer(4 << 10)
		c.Read(make([]byte, 1))
		<-done
	})
	defer close(done)
	client := clientFor(t, Config{BaseURL: "http://" + addr, Timeout: 2 * time.Second}, nil)
	b := sample()
	b.ContactMessage = strings.Repeat("x", 16<<20)
	_, err := client.AddViewingParticipant(t.Context(), target(), b)
	var e *TransportError
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	expect(t, e, true)
}

// A line is a connection whose writes fail after some bytes.
type line struct {
	net.Conn
	mu   sync.Mutex
	left int // how many bytes may still be written; below 0: any number
}

var errLine = errors.New("the line is cut")

func (l *line) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.left < 0 {
		return l.Conn.Write(p)
	}
	n := min(l.left, len(p))
	l.left -= n
	n, err := l.Conn.Write(p[:n])
	if err == nil && n < len(p) {
		err = errLine
	}
	return n, err
}

func (l *line) allow(n int) {
	l.mu.Lock()
	l.left = n
	l.mu.Unlock()
}

// The heart of the matter: the connection breaks after each number of bytes, on
// a new and on a kept-alive connection, in clear and under TLS. Written is
// false if and only if the number is 0.
func TestWrittenIsExact(t *testing.T) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, `"VID1"`)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure := httptest.NewUnstartedServer(server.Config.Handler)
	secure.Config.ErrorLog = server.Config.ErrorLog
	server.Start()
	secure.StartTLS()
	defer server.Close()
	defer secure.Close()

	size := len(encode(t, JSON, sample())) + 300
	for _, s := range []*httptest.Server{server, secure} {
		for _, kept := range []bool{false, true} {
			for n := 0; n < size; n += 1 + n/8 {
				name := fmt.Sprintf("%s, kept %v, %d bytes", s.URL, kept, n)
				var l *line
				dials := 0
				dial := func(ctx context.Context, network, addr string) (net.Conn, error) {
					if dials++; dials > 1 {
						return nil, errLine
					}
					c, err := new(net.Dialer).DialContext(ctx, network, addr)
					l = &line{Conn: c, left: -1}
					return l, err
				}
				client := clientFor(t, Config{BaseURL: s.URL, TLS: &tls.Config{RootCAs: roots(s)}}, dial)
				if kept {
					if _, err := client.AddViewingParticipant(t.Context(), target(), sample()); err != nil {
						t.Fatal(err)
					}
				}
				afterHandshake := &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) { l.allow(n) }}
				_, err := client.AddViewingParticipant(httptrace.WithClientTrace(t.Context(), afterHandshake), target(), sample())
				var e *TransportError
				if !errors.As(err, &e) || e.Written != (n > 0 || runtime.GOOS == "windows") || !errors.Is(err, errLine) {
					t.Errorf("%s: %#v", name, err)
				}
				client.Close()
			}
		}
	}
}

func roots(s *httptest.Server) *x509.CertPool {
	pool := x509.NewCertPool()
	if c := s.Certificate(); c != nil {
		pool.AddCert(c)
	}
	return pool
}

// A kept-alive connection that the server has closed is not used for a request,
// or is known not to have carried it: there is never doubt, and the server
// never sees a request twice.
func TestDeadKeptConnection(t *testing.T) {
	for _, secure := range []bool{false, true} {
		var requests atomic.Int32
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			io.WriteString(w, `"VID1"`)
		}))
		if secure {
			s.StartTLS()
		} else {
			s.Start()
		}
		client := dialTo(t, Config{TLS: &tls.Config{RootCAs: roots(s)}}, s)
		answered := int32(0)
		for range 200 {
			_, err := client.AddViewingParticipant(t.Context(), target(), sample())
			var e *TransportError
			switch {
			case err == nil:
				answered++
			case !errors.As(err, &e):
				t.Fatal(err)
			case e.Written:
				answered++ // in doubt: the server may have counted it
			}
			s.CloseClientConnections()
		}
		if n := requests.Load(); n > answered {
			t.Errorf("%d requests, and only %d calls that say they were sent", n, answered)
		}
	}
}
