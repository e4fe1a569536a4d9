package vitec

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// certificate makes a certificate for host that has expired or not.
func certificate(t testing.TB, host string, notAfter time.Time) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: host},
		NotBefore: notAfter.Add(-48 * time.Hour), NotAfter: notAfter,
		IsCA: true, BasicConstraintsValid: true,
	}
	if ip := net.ParseIP(host); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{host}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestCertificates(t *testing.T) {
	tomorrow := time.Now().Add(24 * time.Hour)
	good, goodPool := certificate(t, "127.0.0.1", tomorrow)
	expired, expiredPool := certificate(t, "127.0.0.1", tomorrow.Add(-48*time.Hour))
	foreign, foreignPool := certificate(t, "example.com", tomorrow)
	for _, test := range []struct {
		name        string
		certificate tls.Certificate
		pool        *x509.CertPool
		ok          bool
	}{
		{"good", good, goodPool, true},
		{"unknown issuer", good, x509.NewCertPool(), false},
		{"expired", expired, expiredPool, false},
		{"wrong host", foreign, foreignPool, false},
	} {
		var requests atomic.Int32
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			requests.Add(1)
			io.WriteString(w, `"VID1"`)
		}))
		s.Config.ErrorLog = log.New(io.Discard, "", 0)
		s.TLS = &tls.Config{Certificates: []tls.Certificate{test.certificate}}
		s.StartTLS()
		client := dialTo(t, Config{TLS: &tls.Config{RootCAs: test.pool}}, s)
		if test.ok {
			if _, err := client.AddViewingParticipant(t.Context(), target(), sample()); err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		e := failure(t, client, t.Context())
		expect(t, e, false)
		if !e.Certificate || requests.Load() != 0 {
			t.Errorf("%s: %d requests, %v", test.name, requests.Load(), e)
		}
	}
}

// HTTP/2 is not offered.
func TestHTTP1Only(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprintf(w, "%q", r.Proto) }))
	s.EnableHTTP2 = true
	s.StartTLS()
	client := dialTo(t, Config{TLS: &tls.Config{RootCAs: roots(s)}}, s)
	if a, err := client.AddViewingParticipant(t.Context(), target(), sample()); a.Id != "HTTP/1.1" {
		t.Errorf("%+v, %v", a, err)
	}
}

func TestBrokenHandshakes(t *testing.T) {
	for name, handle := range map[string]func(*net.TCPConn){
		"plain HTTP": func(c *net.TCPConn) {
			c.Read(make([]byte, 1000))
			io.WriteString(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\nno TLS here")
		},
		"closed": func(c *net.TCPConn) { c.Read(make([]byte, 10000)) },
		"reset":  func(c *net.TCPConn) { c.Read(make([]byte, 1000)); reset(c) },
		"silent": untilClosed,
		"alert":  func(c *net.TCPConn) { c.Read(make([]byte, 1000)); c.Write([]byte{21, 3, 3, 0, 2, 2, 40}) },
	} {
		client := clientFor(t, Config{BaseURL: "https://" + listen(t, handle), dialTimeout: 300 * time.Millisecond}, nil)
		e := failure(t, client, t.Context())
		expect(t, e, false)
		if e.Certificate != (name == "alert") {
			t.Errorf("%s: %v", name, e)
		}
		want := map[string]string{
			"plain HTTP": "the server does not speak https at that address", "closed": "the server closed the connection", "reset": "the connection was reset",
			"silent": "it took too long", "alert": "the server refused TLS: handshake failure",
		}[name]
		if got := e.Reason().String(); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// tunnel is a proxy that takes every CONNECT to addr, whatever it asks for.
func tunnel(t *testing.T, addr string, connects *atomic.Int32) string {
	return listen(t, func(c *net.TCPConn) {
		in := bufio.NewReader(c)
		r, err := http.ReadRequest(in)
		if err != nil || r.Method != "CONNECT" {
			return
		}
		connects.Add(1)
		if addr == "" {
			io.WriteString(c, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
			return
		}
		up, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		defer up.Close()
		io.WriteString(c, "HTTP/1.1 200 OK\r\n\r\n")
		go func() {
			io.Copy(up, in)
			up.(*net.TCPConn).CloseWrite()
		}()
		io.Copy(c, up)
	})
}

func TestProxy(t *testing.T) {
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY"} {
		t.Setenv(name, "")
	}
	drop := false
	s := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if drop {
			panic(http.ErrAbortHandler)
		}
		io.WriteString(w, `"VID1"`)
	}))
	var connects atomic.Int32
	proxy := tunnel(t, s.Listener.Addr().String(), &connects)
	t.Setenv("HTTPS_PROXY", "http://user:s3cret@"+proxy)
	client := dialTo(t, Config{BaseURL: "https://example.com/api", TLS: &tls.Config{RootCAs: roots(s)}}, s)
	for range 2 {
		if a, err := client.AddViewingParticipant(t.Context(), target(), sample()); err != nil || a.Id != "VID1" {
			t.Fatal(a, err)
		}
	}
	if n := connects.Load(); n != 1 {
		t.Errorf("%d tunnels", n)
	}
	drop = true
	expect(t, failure(t, client, t.Context()), true)

	// A handshake through the tunnel does not take for ever either.
	t.Setenv("HTTPS_PROXY", "http://"+tunnel(t, listen(t, untilClosed), &connects))
	start := time.Now()
	slow := clientFor(t, Config{BaseURL: "https://example.com", dialTimeout: 100 * time.Millisecond}, nil)
	expect(t, failure(t, slow, t.Context()), false)
	if took := time.Since(start); took > defaultTimeout/2 {
		t.Errorf("took %v", took)
	}

	t.Setenv("HTTPS_PROXY", "http://user:s3cret@"+tunnel(t, "", &connects))
	connects.Store(0)
	refusing := clientFor(t, Config{BaseURL: "https://example.com"}, nil)
	_, err := refusing.AddViewingParticipant(t.Context(), target(), sample())
	var refused *ProxyError
	if !errors.As(err, &refused) || refused.Status != 407 || refused.Proxy != refusing.Proxy() || connects.Load() != 1 || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("%d connects: %v", connects.Load(), err)
	}

	t.Setenv("HTTPS_PROXY", "http://user:s3cret@127.0.0.1:1")
	e := failure(t, clientFor(t, Config{BaseURL: "https://example.com"}, nil), t.Context())
	expect(t, e, false)
	if strings.Contains(e.Error(), "s3cret") || e.Reason().String() != "the proxy 127.0.0.1:1: connection refused" {
		t.Error(e, e.Reason())
	}
}
