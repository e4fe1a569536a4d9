package vitec

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vitec-import/vitec/testenv"
)

// The tests in this file put real programs between the client and a server that
// knows what it has booked. A program that is not installed skips its test,
// unless VITEC_IMPORT_TEST_REQUIRE names it.

// need finds the programs of a test.
func need(t *testing.T, name string, paths ...string) {
	t.Helper()
	for _, p := range paths {
		_, err := os.Stat(p)
		if err == nil && runtime.GOOS == "linux" {
			continue
		}
		testenv.Missing(t, name, fmt.Sprintf("%s is not installed: %v", name, err))
	}
}

// start runs a program until the test ends, and waits until it takes connections
// at each address.
func start(t *testing.T, addrs []string, cmd *exec.Cmd) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stdout, cmd.Stderr = log, log
	cmd.WaitDelay = time.Second
	testenv.EndWithTest(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	t.Cleanup(func() {
		cmd.Process.Signal(os.Interrupt)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			cmd.Process.Kill()
			<-ended
		}
		log.Close()
	})
	for _, addr := range addrs {
		for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			if c, err := net.Dial("tcp", addr); err == nil {
				c.Close()
				break
			}
			select {
			case <-ended:
				deadline = time.Time{}
			default:
			}
			if time.Now().After(deadline) {
				said, _ := os.ReadFile(log.Name())
				t.Fatalf("%s does not listen at %s:\n%s", cmd.Path, addr, said)
			}
		}
	}
}

// free returns an address that nobody listens at.
func free(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// public returns a folder that a program can read that has given up root.
func public(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for d := dir; d != os.TempDir() && d != "/"; d = filepath.Dir(d) {
		os.Chmod(d, 0o755)
	}
	return dir
}

func write(t *testing.T, dir, name, text string) (path string) {
	t.Helper()
	path = filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

// An api books everybody and counts them.
type api struct {
	*httptest.Server
	booked atomic.Int32
	stall  atomic.Bool // books, and answers too late
}

func newAPI(t *testing.T, secure bool) *api {
	a := new(api)
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		n := a.booked.Add(1)
		if a.stall.Load() {
			select {
			case <-r.Context().Done():
			case <-time.After(5 * time.Second):
			}
			return
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `"VID%d"`, 1000+n)
	})
	a.Server = httptest.NewUnstartedServer(handler)
	if secure {
		a.StartTLS()
	} else {
		a.Start()
	}
	t.Cleanup(func() { a.CloseClientConnections(); a.Close() })
	return a
}

func (a *api) addr() string { return a.Listener.Addr().String() }

// call books somebody and holds the result against what the server knows.
func (a *api) call(t *testing.T, client *Client, b *AddNewViewingParticipant, reaches bool) error {
	t.Helper()
	before := a.booked.Load()
	got, err := client.AddViewingParticipant(t.Context(), Target{"M11385", "VIS1", "TS1"}, b)
	want := before
	if reaches {
		want++
	}
	if n := a.booked.Load(); n != want {
		t.Errorf("%d booked by one call, want %d: %v", n-before, want-before, err)
	}
	if err == nil && got.Id != fmt.Sprintf("VID%d", 1000+want) {
		t.Errorf("booked as %s", got.Id)
	}
	return err
}

func person() *AddNewViewingParticipant {
	return &AddNewViewingParticipant{UpdatePerson: UpdatePerson{CustomerId: "M11385", FirstName: "Åsa", Email: Email{EmailAddress: "asa@example.com"}}}
}

// refused returns the answer that a call must have had.
func refused(t *testing.T, err error, status int, page bool) *StatusError {
	t.Helper()
	var s *StatusError
	if !errors.As(err, &s) || s.Status != status || s.Page != page {
		t.Fatalf("want %d, page %v: %#v", status, page, err)
	}
	return s
}

// Varnish says 503 with Retry-After when the API behind it has booked and not
// answered.
func TestVarnish(t *testing.T) {
	need(t, "varnish", "/usr/sbin/varnishd")
	a := newAPI(t, false)
	host, port, _ := net.SplitHostPort(a.addr())
	dir, addr := public(t), free(t)
	vcl := write(t, dir, "test.vcl", fmt.Sprintf(`vcl 4.1;
backend default { .host = %q; .port = %q; .first_byte_timeout = 300ms; }
`, host, port))
	start(t, []string{addr}, exec.Command("/usr/sbin/varnishd", "-F", "-j", "none", "-a", addr, "-f", vcl, "-n", filepath.Join(dir, "work"), "-s", "malloc,1m", "-p", "vcc_allow_inline_c=off"))
	client := clientFor(t, Config{BaseURL: "http://" + addr}, nil)
	for range 3 {
		if err := a.call(t, client, person(), true); err != nil {
			t.Fatal(err)
		}
	}
	a.stall.Store(true)
	for range 3 {
		s := refused(t, a.call(t, client, person(), true), 503, true)
		if !s.HasRetryAfter || s.RetryAfter != 5*time.Second {
			t.Errorf("%#v", s)
		}
	}
}

// nginx: its limit of requests, its pages, its time limits, TLS and its own
// connections, which it closes.
func TestNginx(t *testing.T) {
	need(t, "nginx", "/usr/sbin/nginx")
	a := newAPI(t, false)
	cert, pool := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	dir := public(t)
	certFile, keyFile := writeCertificate(t, dir, cert)
	plain, secure := free(t), free(t)
	files := filepath.Join(dir, "files/Viewing/M11385/VIS1/TS1")
	if err := os.MkdirAll(files, 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, files, "Participant", "a file, to which nobody can post")
	conf := write(t, dir, "nginx.conf", fmt.Sprintf(`
daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events { worker_connections 100; }
http {
  access_log off; client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  limit_req_zone $binary_remote_addr zone=all:1m rate=1r/m;
  gzip on; gzip_min_length 1; gzip_types application/json;
  server {
    listen %[2]s; listen %[3]s ssl; keepalive_timeout 1;
    ssl_certificate %[4]s; ssl_certificate_key %[5]s; ssl_protocols TLSv1.2 TLSv1.3;
    location /api/ { proxy_pass http://%[6]s/; proxy_read_timeout 300ms; }
    location /odd/ { proxy_pass http://%[6]s/; add_header Content-Encoding UTF-8 always; }
    location /limited/ { limit_req zone=all; proxy_pass http://%[6]s/; }
    location /small/ { client_max_body_size 10; proxy_pass http://%[6]s/; }
    location /moved/ { return 301 https://elsewhere.example/; }
    location /maintenance/ { default_type text/html; return 200 "<html><title>Underhåll</title></html>"; }
    location /files/ { root %[1]s; }
  }
}
`, dir, plain, secure, certFile, keyFile, a.addr()))
	start(t, []string{plain, secure}, exec.Command("/usr/sbin/nginx", "-p", dir, "-c", conf))
	for _, base := range []string{"http://" + plain, "https://" + secure} {
		at := func(path string) *Client {
			return clientFor(t, Config{BaseURL: base + path, TLS: &tls.Config{RootCAs: pool}}, nil)
		}
		// nginx closes idle connections after a second: none of the calls is in doubt.
		api := at("/api")
		for i := range 6 {
			if err := a.call(t, api, person(), true); err != nil {
				t.Error(err)
			}
			if i%2 == 1 {
				time.Sleep(990 * time.Millisecond)
			}
		}
		if err := a.call(t, at("/odd"), person(), true); err != nil {
			t.Error(err)
		}
		a.stall.Store(true)
		refused(t, a.call(t, api, person(), true), 504, true)
		a.stall.Store(false)

		refused(t, a.call(t, at("/small"), person(), false), 413, true)
		refused(t, a.call(t, at("/files"), person(), false), 405, true)
		if s := refused(t, a.call(t, at("/moved"), person(), false), 301, true); s.Location != "elsewhere.example" {
			t.Errorf("%#v", s)
		}
		var no *AnswerError
		if err := a.call(t, at("/maintenance"), person(), false); !errors.As(err, &no) {
			t.Error(err)
		}
	}
	// One request a minute: the second is refused, without a word of when.
	limited := clientFor(t, Config{BaseURL: "http://" + plain + "/limited"}, nil)
	if err := a.call(t, limited, person(), true); err != nil {
		t.Fatal(err)
	}
	if s := refused(t, a.call(t, limited, person(), false), 503, true); s.HasRetryAfter {
		t.Errorf("%#v", s)
	}
	// http at a port that speaks https.
	wrong := clientFor(t, Config{BaseURL: "http://" + secure}, nil)
	refused(t, a.call(t, wrong, person(), false), 400, true)
	// ... and https at one that speaks http.
	e := failure(t, clientFor(t, Config{BaseURL: "https://" + plain}, nil), t.Context())
	expect(t, e, false)
	if e.Reason().String() != "the server does not speak https at that address" {
		t.Error(e.Reason(), e)
	}
}

// Apache with ModSecurity's core rules refuses one row because of a word in its
// message; and, in front of all, a client without a certificate.
func TestApache(t *testing.T) {
	const modules = "/usr/lib/apache2/modules/"
	need(t, "apache", "/usr/sbin/apache2", modules+"mod_security2.so", "/usr/share/modsecurity-crs/owasp-crs.load")
	a := newAPI(t, false)
	cert, pool := certificate(t, "127.0.0.1", time.Now().Add(time.Hour))
	dir := public(t)
	certFile, keyFile := writeCertificate(t, dir, cert)
	plain, secure := free(t), free(t)
	var load strings.Builder
	for _, m := range []string{"mpm_event", "authz_core", "unique_id", "proxy", "proxy_http", "ssl", "socache_shmcb", "security2"} {
		fmt.Fprintf(&load, "LoadModule %s_module %smod_%s.so\n", m, modules, m)
	}
	conf := write(t, dir, "apache.conf", load.String()+fmt.Sprintf(`
ServerName localhost
ServerRoot %[1]s
PidFile %[1]s/pid
DefaultRuntimeDir %[1]s
ErrorLog %[1]s/error.log
User www-data
Group www-data
Listen %[2]s
Listen %[3]s https
KeepAliveTimeout 1
SecRuleEngine On
SecRequestBodyAccess On
SecDataDir %[1]s
SecRule REQUEST_HEADERS:Content-Type "^application/json" "id:200001,phase:1,t:none,t:lowercase,pass,nolog,ctl:requestBodyProcessor=JSON"
Include /usr/share/modsecurity-crs/owasp-crs.load
ProxyPass / http://%[4]s/
<VirtualHost %[3]s>
  SecRuleEngine Off
  SSLEngine on
  SSLCertificateFile %[5]s
  SSLCertificateKeyFile %[6]s
  SSLCACertificateFile %[5]s
  SSLVerifyClient require
  ProxyPass / http://%[4]s/
</VirtualHost>
`, dir, plain, secure, a.addr(), certFile, keyFile))
	start(t, []string{plain, secure}, exec.Command("/usr/sbin/apache2", "-X", "-f", conf))

	client := clientFor(t, Config{BaseURL: "http://" + plain}, nil)
	if err := a.call(t, client, person(), true); err != nil {
		t.Fatal(err)
	}
	b := person()
	b.ContactMessage = "1' OR '1'='1' UNION SELECT password FROM users--"
	refused(t, a.call(t, client, b, false), 403, true)
	if err := a.call(t, client, person(), true); err != nil {
		t.Fatal(err)
	}

	strict := clientFor(t, Config{BaseURL: "https://" + secure, TLS: &tls.Config{RootCAs: pool}}, nil)
	for range 5 {
		e := failure(t, strict, t.Context())
		expect(t, e, false)
		if !e.Certificate {
			t.Error(e)
		}
	}
	if n := a.booked.Load(); n != 2 {
		t.Errorf("%d booked", n)
	}
}

// squid wants a login. A wrong one costs one try.
func TestSquid(t *testing.T) {
	need(t, "squid", "/usr/sbin/squid")
	for _, name := range []string{"no_proxy", "NO_PROXY", "https_proxy"} {
		t.Setenv(name, "")
	}
	a := newAPI(t, true)
	_, port, _ := net.SplitHostPort(a.addr())
	dir, addr := public(t), free(t)
	os.Chmod(dir, 0o777)
	hosts := write(t, dir, "hosts", "127.0.0.1 example.com\n")
	logins := write(t, dir, "logins", "#!/bin/sh\nwhile read -r user password; do\n  case \"$user $password\" in 'kalle hemligt%23/' | 'kalle hemligt%23%2F') echo OK;; *) echo ERR;; esac\ndone\n")
	conf := write(t, dir, "squid.conf", fmt.Sprintf(`
http_port %[2]s
auth_param basic program %[3]s
auth_param basic children 1
acl known proxy_auth REQUIRED
acl forbidden dstdomain forbidden.example
http_access deny forbidden
http_access allow known
http_access deny all
hosts_file %[4]s
pid_filename %[1]s/pid
access_log stdio:%[1]s/access.log
cache_log %[1]s/cache.log
cache deny all
coredump_dir %[1]s
shutdown_lifetime 0
dns_nameservers 127.0.0.1
dns_timeout 1 second
pinger_enable off
`, dir, addr, logins, hosts))
	squid := exec.Command("/usr/sbin/squid", "-N", "-f", conf)
	if err := testenv.AsNobody(squid); err != nil { // it would become another user by itself, and outlive us
		t.Fatal(err)
	}
	start(t, []string{addr}, squid)
	client := func(login, host string) *Client {
		t.Setenv("HTTPS_PROXY", "http://"+login+addr)
		return clientFor(t, Config{BaseURL: "https://" + host + ":" + port, TLS: &tls.Config{RootCAs: roots(a.Server)}}, nil)
	}
	connects := func() int {
		log, _ := os.ReadFile(filepath.Join(dir, "access.log"))
		return strings.Count(string(log), "CONNECT")
	}
	logged := func(n int) { // squid writes its log a moment later
		for deadline := time.Now().Add(5 * time.Second); connects() < n && time.Now().Before(deadline); {
			time.Sleep(10 * time.Millisecond)
		}
	}
	right := client("kalle:hemligt%23%2F@", "example.com")
	if right.Proxy() != addr {
		t.Errorf("the proxy is %q", right.Proxy())
	}
	for range 3 {
		if err := a.call(t, right, person(), true); err != nil {
			t.Fatal(err)
		}
	}
	right.Close()
	logged(1)
	for _, test := range []struct {
		login, host string
		status      int
	}{
		{"kalle:fel@", "example.com", 407}, {"", "example.com", 407},
		{"kalle:hemligt%23%2F@", "forbidden.example", 403}, {"kalle:hemligt%23%2F@", "unknown.invalid", 500},
	} {
		before := connects()
		err := a.call(t, client(test.login, test.host), person(), false)
		var e *ProxyError
		if !errors.As(err, &e) || e.Status/100 != test.status/100 || test.status < 500 && e.Status != test.status || e.Proxy != addr {
			t.Errorf("%+v: %v", test, err)
		}
		logged(before + 1)
		if n := connects() - before; n != 1 {
			t.Errorf("%+v: %d CONNECTs", test, n)
		}
	}
	t.Setenv("NO_PROXY", "example.com")
	direct := clientFor(t, Config{BaseURL: "https://example.com", TLS: &tls.Config{RootCAs: roots(a.Server)}}, func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, a.addr())
	})
	before := connects()
	if err := a.call(t, direct, person(), true); err != nil || direct.Proxy() != "" || connects() != before {
		t.Errorf("not past the proxy: %v", err)
	}
}

func writeCertificate(t *testing.T, dir string, c tls.Certificate) (certFile, keyFile string) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, dir, "cert.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}))),
		write(t, dir, "key.pem", string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})))
}
