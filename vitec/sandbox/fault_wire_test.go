package sandbox_test

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"vitec-import/vitec/sandbox"
)

// sight is what a client sees of a fault.
type sight struct {
	fault  string
	commit bool
	status int // as the server remembers it
	check  func(t *testing.T, w *wire)
}

// TestFaultsOnTheWire hits one booking with every fault, looks at what
// comes over the connection, and holds it against the commit log.
func TestFaultsOnTheWire(t *testing.T) {
	for _, s := range []sight{
		{"latency=1ms", true, 200, whole(200, `"VID`)},
		{"latency-after-commit=1ms..2ms", true, 200, whole(200, `"VID`)},
		{"500", false, 500, whole(500, "Ett fel har inträffat")},
		{"500-after-commit", true, 500, whole(500, "Ett fel har inträffat")},
		{"502", false, 502, whole(502, "<h1>502 - Bad Gateway</h1>")},
		{"503-after-commit=7", true, 503, header("Retry-After", "7")},
		{"503=7", false, 503, header("Retry-After", "7")},
		{"408-after-commit", true, 408, whole(408, "message")},
		{"429", false, 429, header("Retry-After", "")},
		{"429=99999999999999999999", false, 429, header("Retry-After", "99999999999999999999")},
		{"429=date+90s", false, 429, func(t *testing.T, w *wire) {
			resp, _ := w.answer()
			at, err := http.ParseTime(resp.Header.Get("Retry-After"))
			if ahead := time.Until(at); err != nil || ahead < time.Minute || ahead > 2*time.Minute {
				t.Errorf("Retry-After %q is %v ahead: %v", resp.Header.Get("Retry-After"), ahead, err)
			}
		}},
		{"401", false, 401, header("Www-Authenticate", `Basic realm="Vitec Connect"`)},
		{"403", false, 403, whole(403, "Åtkomst")},
		{"407", false, 407, whole(407, "message")},
		{"409", false, 409, whole(409, "message")},
		{"204-after-commit", true, 204, whole(204, "")},
		{"299", false, 299, whole(299, "299")},
		{`307="http://127.0.0.1:9/elsewhere"`, false, 307, header("Location", "http://127.0.0.1:9/elsewhere")},
		{"302=/login", false, 302, header("Location", "/login")},
		{"html", false, 200, whole(200, "<!DOCTYPE html>")},
		{"html-after-commit", true, 200, whole(200, "<!DOCTYPE html>")},
		{"html=404", false, 404, whole(404, "<h1>404 - Not Found</h1>")},
		{"answer-after-commit", true, 200, whole(200, "")},
		{"answer=null", false, 200, whole(200, "null")},
		{"answer-after-commit=4711", true, 200, whole(200, "4711")},
		{"answer=<int>4711</int>", false, 200, header("Content-Type", "application/xml; charset=utf-8")},
		{`answer-after-commit="\"Visningen är fullbokad.\""`, true, 200, whole(200, `"Visningen är fullbokad."`)},
		{"encoded=UTF-8", true, 200, header("Content-Encoding", "UTF-8")},
		{"encoded=gzip", true, 200, unpacks(func(r io.Reader) (io.Reader, error) { return gzip.NewReader(r) })},
		{"encoded=deflate", true, 200, unpacks(func(r io.Reader) (io.Reader, error) { return zlib.NewReader(r) })},
		{"bom", true, 200, whole(200, "\ufeff\"VID")},
		{"same-id", true, 200, whole(200, `"VID`)},
		{"reset", false, 0, reset("")},
		{"reset-after-commit", true, 0, reset("")},
		{"close", false, 0, closed("", "")},
		{"close-after-commit", true, 0, closed("", "")},
		{"close-after-answer", true, 200, closed("HTTP/1.1 200 OK", `"`)},
		{"close-after-answer=1h", true, 200, closed("HTTP/1.1 200 OK", `"`)}, // an hour later, but the goodbye is at once
		{"cut", true, 200, closed("HTTP/1.1 200 OK", "")},
		{"cut=unframed", true, 200, closed("HTTP/1.1 200 OK", "")},
		{"cut=reset", true, 200, reset("HTTP/1.1 200 OK")},
		{`raw="HTTP/1.1 two hundred OK\r\n\r\n"`, false, 0, closed("HTTP/1.1 two hundred OK", "")},
		{`raw-after-commit="\x00\x00\x00\x04"`, true, 0, closed("\x00\x00\x00\x04", "")},
		{"stall", false, 0, silence},
		{"stall-after-commit", true, 0, silence},
		{"drip=1ms", true, 200, whole(200, `"VID`)},
		{"endless-after-commit=headers", true, 200, endless("X-More: ")},
		{"endless=body", false, 200, endless("zzzzzzzz")},
		{"gzip-bomb", false, 200, func(t *testing.T, w *wire) {
			resp, b := w.answer()
			if resp.Header.Get("Content-Encoding") != "gzip" || len(b) > 4<<20 {
				t.Fatalf("%d bytes of %q", len(b), resp.Header.Get("Content-Encoding"))
			}
			z, err := gzip.NewReader(bytes.NewReader([]byte(b)))
			if err != nil {
				t.Fatal(err)
			}
			if n, err := io.CopyN(io.Discard, z, 8<<20); err != nil {
				t.Errorf("unpacked %d: %v", n, err)
			}
		}},
		{"reset-in-request", false, 0, reset("")},
	} {
		t.Run(s.fault, func(t *testing.T) {
			told, match := arrivals()
			srv := start(t, sandbox.Config{Seed: 1, Faults: []sandbox.Fault{sandbox.MustFault(s.fault), hook("latency=0s", match)}})
			w := dial(t, srv)
			w.send(booking(1))
			<-told
			s.check(t, w)
			w.conn.Close()
			r := finish(t, srv)
			if got := len(srv.Commits()) == 1; got != s.commit {
				t.Errorf("committed %v, want %v", got, s.commit)
			}
			if (r.Commit == 1) != s.commit {
				t.Errorf("the request is remembered with commit %d", r.Commit)
			}
			if r.Status != s.status {
				t.Errorf("remembered with status %d, want %d", r.Status, s.status)
			}
			if hit := append(r.Delayed, r.Fault); !slices.Contains(hit, s.fault) {
				t.Errorf("remembered with fault %q", hit)
			}
		})
	}
}

// TestKnownFaultsParse holds the list of faults against the parser.
func TestKnownFaultsParse(t *testing.T) {
	usage := make(map[string]bool)
	for _, k := range sandbox.KnownFaults() {
		usage[k.Usage()] = true
		name, value := strings.Replace(k.Name, "STATUS", "418", 1), ""
		if k.Argument != "" && k.Argument[0] != '[' {
			value = "=" + map[string]string{"DURATION": "1ms", "DURATION[..DURATION]": "1ms..2ms", "headers|body": "body", "TEXT": "x", "NAME": "x"}[k.Argument]
		}
		for after, suffix := range map[bool]string{false: "", true: "-after-commit"} {
			_, err := sandbox.ParseFault(name + suffix + value)
			if wrong := after && k.Commits != sandbox.CommitsChoice; wrong != (err != nil) {
				t.Errorf("%s%s: %v", name, suffix, err)
			}
		}
	}
	for _, u := range []string{"stall[-after-commit]", "drip=DURATION", "STATUS[-after-commit][=TEXT]", "cut[=unframed|reset]", "bom"} {
		if !usage[u] {
			t.Errorf("no fault is written %s", u)
		}
	}
}

func whole(status int, prefix string) func(*testing.T, *wire) {
	return func(t *testing.T, w *wire) {
		resp, b := w.answer()
		if resp.StatusCode != status || !strings.Contains(b, prefix) {
			t.Errorf("answered %d %q", resp.StatusCode, b)
		}
	}
}

// unpacks wants a booking id that is compressed.
func unpacks(open func(io.Reader) (io.Reader, error)) func(*testing.T, *wire) {
	return func(t *testing.T, w *wire) {
		_, b := w.answer()
		r, err := open(strings.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := io.ReadAll(r); err != nil || !strings.HasPrefix(string(text), `"VID`) {
			t.Errorf("unpacked %q, %v", text, err)
		}
	}
}

func header(name, value string) func(*testing.T, *wire) {
	return func(t *testing.T, w *wire) {
		if resp, _ := w.answer(); resp.Header.Get(name) != value {
			t.Errorf("%s: %q", name, resp.Header.Get(name))
		}
	}
}

func reset(prefix string) func(*testing.T, *wire) {
	return func(t *testing.T, w *wire) {
		b, err := w.rest()
		if !isReset(err) || !strings.HasPrefix(b, prefix) && b != "" {
			t.Errorf("read %q, %v", b, err)
		}
	}
}

func closed(prefix, suffix string) func(*testing.T, *wire) {
	return func(t *testing.T, w *wire) {
		b, err := w.rest()
		if err != nil || !strings.HasPrefix(b, prefix) || !strings.HasSuffix(b, suffix) || prefix == "" && b != "" {
			t.Errorf("read %q, %v", b, err)
		}
		if suffix == "" && strings.HasSuffix(b, `"`) && !strings.HasSuffix(b, `"VID"`) {
			t.Errorf("nothing is missing in %q", b)
		}
	}
}

// silence wants nothing to be said, for as long as a test can wait.
func silence(t *testing.T, w *wire) {
	if err := w.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if b, err := w.rest(); b != "" || err == nil {
		t.Errorf("read %q, %v", b, err)
	}
}

// endless reads 2 MiB of it.
func endless(part string) func(*testing.T, *wire) {
	return func(t *testing.T, w *wire) {
		var b bytes.Buffer
		if _, err := io.CopyN(&b, w.r, 2<<20); err != nil || !bytes.Contains(b.Bytes(), []byte(part)) {
			t.Errorf("read %d bytes, %v", b.Len(), err)
		}
	}
}
