package vitec

import (
	"bufio"
	"context"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

// What a server does with a connection after it has answered. The next call
// takes another one, and is never in doubt for it.
func TestKeptConnectionThatIsNotQuiet(t *testing.T) {
	const answer = "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\"VID1\""
	for range 5 {
		for name, then := range map[string]func(*net.TCPConn){
			"closed":       func(c *net.TCPConn) { c.Close() },
			"half closed":  func(c *net.TCPConn) { c.CloseWrite() },
			"reset":        reset,
			"says more":    func(c *net.TCPConn) { io.WriteString(c, answer) },
			"says another": func(c *net.TCPConn) { io.WriteString(c, "HTTP/1.1 408 Request Timeout\r\n\r\n") },
		} {
			var conns atomic.Int32
			next := make(chan struct{})
			addr := listen(t, func(c *net.TCPConn) {
				conns.Add(1)
				in := bufio.NewReader(c)
				for first := true; ; first = false {
					r, err := http.ReadRequest(in)
					if err != nil {
						return
					}
					io.Copy(io.Discard, r.Body)
					io.WriteString(c, answer)
					if first && conns.Load() == 1 {
						<-next
						then(c)
						next <- struct{}{}
					}
				}
			})
			client := clientFor(t, Config{BaseURL: "http://" + addr}, nil)
			if _, err := client.AddViewingParticipant(t.Context(), target(), sample()); err != nil {
				t.Fatal(err)
			}
			next <- struct{}{}
			<-next
			time.Sleep(20 * time.Millisecond) // what was done arrives
			for range 3 {
				if a, err := client.AddViewingParticipant(t.Context(), target(), sample()); err != nil || a.Id != "VID1" {
					t.Errorf("%s: %v, %v", name, a, err)
				}
			}
			if n := conns.Load(); n != 2 {
				t.Errorf("%s: %d connections, want 2", name, n)
			}
		}
	}
}

// Which answers leave a connection that can carry another request.
func TestConnectionsThatCanBeKept(t *testing.T) {
	for answer, want := range map[string]int{
		"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\"VID1\"":                                                        1,
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n\"VID1\"\r\n0\r\n\r\n":                             1,
		"HTTP/1.1 422 No\r\nContent-Length: 2\r\n\r\n{}":                                                              1,
		"HTTP/1.1 429 No\r\nContent-Length: 0\r\n\r\n":                                                                1,
		"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\"VID1\"": 1,
		"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\n\"VID1\"":                                   3,
		"HTTP/1.0 200 OK\r\nContent-Length: 6\r\n\r\n\"VID1\"":                                                        3,
		"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 6\r\n\r\n\"VID1\"":                              3, // cannot be right
		"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull":                                                            3, // nor can this
		"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n\"VID1\"HTTP/1.1 200 OK\r\n":                                     3, // says more
	} {
		var conns atomic.Int32
		addr := listen(t, func(c *net.TCPConn) {
			conns.Add(1)
			in := bufio.NewReader(c)
			for {
				r, err := http.ReadRequest(in)
				if err != nil {
					return
				}
				io.Copy(io.Discard, r.Body)
				io.WriteString(c, answer)
			}
		})
		client := clientFor(t, Config{BaseURL: "http://" + addr}, nil)
		for range 3 {
			client.AddViewingParticipant(t.Context(), target(), sample())
		}
		if n := conns.Load(); int(n) != want {
			t.Errorf("%d connections for three calls, want %d, with %q", n, want, answer)
		}
	}
}

// A call whose context has an end leaves a connection that works.
func TestKeptConnectionOutlivesItsContext(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `"VID1"`) }))
	client := dialTo(t, Config{}, s)
	for range 50 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		_, err := client.AddViewingParticipant(ctx, target(), sample())
		cancel()
		if err != nil {
			t.Fatal(err)
		}
	}
}

// Proxies of the other two kinds.
func TestProxySchemes(t *testing.T) {
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, `"VID1"`) }))
	defer s.Close()
	var asked atomic.Pointer[http.Request]
	secure := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Store(r)
		c, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		up, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		defer up.Close()
		io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
		go func() { io.Copy(up, c); up.(*net.TCPConn).CloseWrite() }()
		io.Copy(c, up)
	}))
	secure.StartTLS()
	defer secure.Close()
	pool := roots(s)
	pool.AddCert(secure.Certificate())

	socks := listen(t, func(c *net.TCPConn) {
		b := make([]byte, 300)
		read := func(n int) []byte { io.ReadFull(c, b[:n]); return b[:n] }
		read(int(read(2)[1])) // the methods
		c.Write([]byte{5, 2})
		read(int(read(2)[1]))
		read(int(read(1)[0])) // name and password
		c.Write([]byte{1, 0})
		if read(4)[3] != 3 {
			return // not a host name
		}
		if host := string(read(int(read(1)[0]))); host != "example.com" {
			t.Errorf("the proxy is asked for %q", host)
		}
		read(2)
		c.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		up, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Error(err)
			return
		}
		defer up.Close()
		go func() { io.Copy(up, c); up.(*net.TCPConn).CloseWrite() }()
		io.Copy(c, up)
	})
	for _, address := range []string{"https://user:s3cret@" + secure.Listener.Addr().String(), "socks5://user:s3cret@" + socks} {
		t.Setenv("NO_PROXY", "")
		t.Setenv("no_proxy", "")
		t.Setenv("HTTPS_PROXY", address)
		client := clientFor(t, Config{BaseURL: "https://example.com", TLS: &tls.Config{RootCAs: pool}}, nil)
		for range 2 {
			if a, err := client.AddViewingParticipant(t.Context(), target(), sample()); err != nil || a.Id != "VID1" {
				t.Errorf("%s: %v, %v", address, a, err)
			}
		}
		client.Close()
	}
	if r := asked.Load(); r == nil || r.Method != http.MethodConnect || r.Host != "example.com:443" || r.Header.Get("Proxy-Authorization") == "" {
		t.Errorf("%+v", r)
	}
}
