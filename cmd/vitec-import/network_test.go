package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"log"
	"math"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"vitec-import/vitec/sandbox"
)

// TestStruckRequest lets one request in the middle of a run meet each way in
// which a server and a network can misbehave, and says what its row must be.
func TestStruckRequest(t *testing.T) {
	t.Parallel()
	const (
		booked    = "booked"
		uncertain = "uncertain"
		rejected  = "rejected"
	)
	type strike struct{ fault, outcome string }
	const (
		goaway   = `raw="\x00\x00\x04\x08\x07\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x07"` // HTTP/2's frames of goodbye
		wrongXML = `answer="<int xmlns=\"http://schemas.microsoft.com/2003/10/Serialization/\">4711</int>"`
	)
	tests := []strike{
		// Something may have arrived, and nothing trustworthy came back.
		{"reset", uncertain}, {"reset-after-commit", uncertain}, {"reset-in-request", uncertain}, {"cut=reset", uncertain},
		{"close", uncertain}, {"close-after-commit", uncertain}, {"cut", uncertain}, {"cut=unframed", uncertain},
		{"stall", uncertain}, {"stall-after-commit", uncertain}, {"drip=100ms", uncertain}, {"latency-after-commit=2s", uncertain},
		{"endless=headers", uncertain}, {"endless-after-commit=headers", uncertain}, {"endless=body", uncertain}, {"endless-after-commit=body", uncertain},
		{"gzip-bomb", uncertain}, {"gzip-bomb-after-commit", uncertain}, {`raw="HTTP/1.1 two hundred OK\r\n\r\n"`, uncertain},
		{`raw-after-commit="HTTP/1.1 two hundred OK\r\n\r\n"`, uncertain}, {goaway, uncertain}, {strings.Replace(goaway, "raw", "raw-after-commit", 1), uncertain},
		{"html", uncertain}, {"html-after-commit", uncertain}, {"answer", uncertain}, {"answer-after-commit", uncertain},
		{"answer=null", uncertain}, {"answer-after-commit=null", uncertain}, {"answer=4711", uncertain}, {"answer-after-commit=4711", uncertain},
		{wrongXML, uncertain}, {strings.Replace(wrongXML, "answer", "answer-after-commit", 1), uncertain}, {`answer-after-commit="\"\""`, uncertain},
		{`answer-after-commit="{\"id\":1}"`, uncertain}, {`answer-after-commit="[\"VID1\"]"`, uncertain}, {"204-after-commit", uncertain},
		{"202-after-commit", uncertain}, {"299", uncertain}, {"600", uncertain}, {"999-after-commit", uncertain},
		// The answer is as it should be, only its wrapping is odd.
		{"bom", booked}, {"close-after-answer", booked}, {"drip=100us", booked},
		// Provably not processed: tried again.
		{"429", booked}, {"429=1", booked}, {"429=date+1s", booked}, {"429=-7", booked}, {"429=soon", booked}, {"429=date+-5h", booked},
		// A cache or a load balancer says these after the API has booked.
		{"503=1", uncertain}, {"503=date+1s", uncertain}, {"408", uncertain}, {"408-after-commit", uncertain},
		{"460", uncertain}, {"499", uncertain}, {"499-after-commit", uncertain},
		{"same-id", uncertain}, // another row's: which of the two is booked?
	}
	// What each status means is tested where it is judged.
	for _, status := range []int{400, 402, 404, 405, 409, 410, 413, 415, 418, 422, 451} {
		tests = append(tests, strike{fmt.Sprint(status), rejected})
	}
	for _, status := range []int{500, 502, 503, 504, 599} {
		tests = append(tests, strike{fmt.Sprint(status), uncertain}, strike{fmt.Sprintf("%d-after-commit", status), uncertain})
	}
	for _, tt := range tests {
		for _, format := range []string{"json", "xml"} {
			if format == "xml" && tt.outcome == rejected {
				continue
			}
			t.Run(tt.fault+"/"+format, func(t *testing.T) {
				t.Parallel()
				o := newOffice(t, guests(12), tt.fault+":5")
				timeout := "20s" // where nothing has to run out, a slow machine has its time
				if hangs(tt.fault) {
					timeout = "1s"
				}
				e := o.run("--timeout", timeout, "--format", format)
				switch tt.outcome {
				case booked:
					o.audit(e, 0).want(t, 0, map[string]int{"booked": 12})
				case uncertain:
					o.audit(e, 1).want(t, 4, map[string]int{"booked": 11, "uncertain": 1})
				case rejected:
					o.audit(e, 0).want(t, 3, map[string]int{"booked": 11, "rejected": 1})
				}
				if tt.fault == "same-id" && !strings.Contains(messages(e), "the booking id of row") {
					t.Errorf("nothing is said of one id for two rows: %s", messages(e))
				}
				if e.took > 20*time.Second {
					t.Errorf("it took %s", e.took)
				}
				o.settle()
			})
		}
	}
}

func messages(e *attempt) string {
	var s strings.Builder
	for _, r := range e.rows {
		s.WriteString(r.message + "\n")
	}
	return s.String()
}

// TestStopsAtOnce are the answers after which no further request makes sense.
func TestStopsAtOnce(t *testing.T) {
	t.Parallel()
	elsewhere, visits := trap(t)
	for _, tt := range []struct {
		fault string
		doubt int
		hint  string
	}{
		{"401:7+", 0, "VITEC_USERNAME"}, {"407:7+", 0, "HTTPS_PROXY"}, {"403:7+", 0, "--rate"},
		{fmt.Sprintf("301=%q:7+", elsewhere), 0, "--url"}, {fmt.Sprintf("302=%q:7+", elsewhere), 0, "--url"},
		{fmt.Sprintf("303=%q:7+", elsewhere), 5, "--url"}, {fmt.Sprintf("307=%q:7+", elsewhere), 0, "--url"},
		{fmt.Sprintf("308=%q:7+", elsewhere), 0, "--url"}, {"300:7+", 0, "--url"}, {"304:7+", 0, "--url"},
		{"429=99999999:7+", 0, "again"}, {"503=9999:7+", 5, "again"}, {"429=date+3h:7+", 0, "again"},
	} {
		t.Run(tt.fault, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, guests(40), tt.fault)
			e := o.audit(o.run(), tt.doubt)
			if e.code != 5 || !strings.Contains(e.stderr, tt.hint) {
				t.Errorf("exit code %d: %s", e.code, e.stderr)
			}
			most := o.wide
			if strings.HasPrefix(tt.fault, "403") { // five rows, after bookings of the same customer, each perhaps twice
				most += 2 * 5
			}
			if e.requests > 6+most {
				t.Errorf("%d requests after the server said no", e.requests-6)
			}
			o.settle()
		})
	}
	t.Cleanup(func() {
		if n := visits.Load(); n != 0 {
			t.Errorf("%d requests followed a redirect", n)
		}
	})
}

// trap is a server that nobody may come to.
func trap(t *testing.T) (url string, visits *atomic.Int64) {
	visits = new(atomic.Int64)
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { visits.Add(1) }))
	t.Cleanup(s.Close)
	return s.URL + "/", visits
}

// TestNoServer meets what is not the API at all. No request can have been
// processed, so nothing is in doubt; why, is said in the reader's language.
func TestNoServer(t *testing.T) {
	t.Parallel()
	quiet := log.New(io.Discard, "", 0)
	tlsServer := func(t *testing.T, cert *tls.Certificate, change func(*tls.Config)) string {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a request came through") }))
		s.Config.ErrorLog = quiet
		s.TLS = &tls.Config{}
		if cert != nil {
			s.TLS.Certificates = []tls.Certificate{*cert}
		}
		if change != nil {
			change(s.TLS)
		}
		s.StartTLS()
		t.Cleanup(s.Close)
		return s.URL
	}
	year := 365 * 24 * time.Hour
	for _, tt := range []struct {
		name string
		once bool // it stops at the first attempt
		url  func(t *testing.T) string
		say  string
	}{
		{"refused", false, func(t *testing.T) string {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			return "http://" + l.Addr().String()
		}, "anslutningen nekades"},
		{"no such host", false, func(*testing.T) string { return "https://does-not-exist.invalid" }, `"does-not-exist.invalid"`},
		{"unknown authority", true, func(t *testing.T) string { return tlsServer(t, nil, nil) }, "utfärdat av någon som datorn inte känner till"},
		{"expired", true, func(t *testing.T) string {
			return tlsServer(t, certificate(t, "127.0.0.1", time.Now().Add(-2*year), time.Now().Add(-year)), nil)
		}, "certifikatet gick ut " + time.Now().Add(-year).UTC().Format(time.DateOnly)},
		{"not yet valid", true, func(t *testing.T) string {
			return tlsServer(t, certificate(t, "127.0.0.1", time.Now().Add(year), time.Now().Add(2*year)), nil)
		}, "certifikatet börjar gälla först"},
		{"wrong host", true, func(t *testing.T) string {
			return tlsServer(t, certificate(t, "192.0.2.1", time.Now().Add(-year), time.Now().Add(year)), nil)
		}, `certifikatet gäller inte för "127.0.0.1"`},
		{"HTTP/2 only", false, func(t *testing.T) string {
			return tlsServer(t, nil, func(c *tls.Config) { c.NextProtos = []string{"h2"}; c.MinVersion = tls.VersionTLS13 })
		}, ""},
		{"plain HTTP on the port", false, func(t *testing.T) string {
			s := httptest.NewServer(http.NotFoundHandler())
			t.Cleanup(s.Close)
			return strings.Replace(s.URL, "http:", "https:", 1)
		}, "servern talar inte krypterat (https)"},
		{"closed before TLS", false, func(t *testing.T) string { return "https://" + rawServer(t, func(c net.Conn) {}) }, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t, guests(6))
			real := o.url
			o.url = tt.url(t)
			e := o.audit(o.run("--timeout", "2s", "--lang", "sv", "--new-ledger"), 0)
			if e.code != 5 || e.counts["not_sent"] != 6 || !strings.Contains(e.stderr, tt.say) {
				t.Errorf("exit code %d, %v: %s", e.code, e.counts, e.stderr)
			}
			if tt.once && e.run.Requests != 1 {
				t.Errorf("%d attempts at a server that cannot be trusted", e.run.Requests)
			}
			if e.took > 2*time.Minute { // five rows, one by one, each tried five times
				t.Errorf("it took %s to give up", e.took)
			}
			o.url = real
			o.settle()
		})
	}
}

// rawServer listens and does a deed with every connection.
func rawServer(t *testing.T, deed func(net.Conn)) (addr string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				deed(c)
			}()
		}
	}()
	return l.Addr().String()
}

// certificate makes one that nobody has signed.
func certificate(t *testing.T, ip string, from, to time.Time) *tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"}, NotBefore: from, NotAfter: to,
		IPAddresses: []net.IP{net.ParseIP(ip)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return &tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// TestRate counts the requests in every second as the server sees them, with
// refusals and retries among them.
func TestRate(t *testing.T) { // not beside others, who would make the way to the server uneven
	for _, faults := range [][]string{nil, {"429:/40"}, {"latency=0s..80ms", "503=1:/60"}} {
		t.Run(fmt.Sprint(faults), func(t *testing.T) {
			const limit = 40
			// When a request arrives is up to the machine, too: one that stands
			// still for a moment lets several through at once. A pace that is
			// wrong is wrong every time; that it is exact is held in simulated time.
			most := math.MaxInt
			for try := 0; try < 3 && most > limit+2; try++ {
				o := newOffice(t, guests(100), faults...)
				e := o.audit(o.run("--rate", fmt.Sprint(limit)), len(faults)) // of 503 that were struck
				if e.counts["booked"]+e.counts["not_sent"]+e.counts["uncertain"] != 100 {
					t.Errorf("%v", e.counts)
				}
				most = min(most, mostInASecond(o.srv.Requests()))
			}
			if most > limit+2 {
				t.Errorf("%d requests in one second, %d are allowed", most, limit)
			}
		})
	}
}

func mostInASecond(requests []sandbox.Request) int {
	most, from := 0, 0
	for i, r := range requests {
		for r.Time.Sub(requests[from].Time) >= time.Second {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// hangs tells of a fault that only the client's own patience ends.
func hangs(fault string) bool {
	for _, name := range []string{"stall", "drip=100ms", "latency", "endless"} {
		if strings.HasPrefix(fault, name) {
			return true
		}
	}
	return false
}
