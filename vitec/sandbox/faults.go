package sandbox

import (
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"math"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// faultKind is what a fault does.
type faultKind struct {
	FaultInfo
	check func(*Fault) error // reads the value, where there is one
	// answer answers instead. a is the true answer, nil if nothing was
	// processed. latency, reset-in-request and same-id do without.
	answer func(x *exchange, f *hit, a *answer)
}

// Names that the code asks for.
const (
	latency        = "latency"
	statusName     = "STATUS" // stands for every status
	resetInRequest = "reset-in-request"
	sameId         = "same-id"
)

// faultKinds are all faults, in the order in which help texts list them.
var faultKinds = []*faultKind{
	{FaultInfo{latency, "DURATION[..DURATION]", CommitsChoice,
		"holds the request back for that long; with -after-commit, the answer"},
		checkDuration, nil},
	{FaultInfo{statusName, "[TEXT]", CommitsChoice,
		"answers with that status, 200 to 999. TEXT is the Location of a 3xx, else Retry-After: seconds, date+DURATION, \"wait\" (until there is room below over=RATE) or any text"},
		checkHeader, answerStatus},
	{FaultInfo{"html", "[STATUS]", CommitsChoice,
		"answers with a web server's HTML page; the status is 200 if it is left out"},
		checkStatus, answerHTML},
	{FaultInfo{"answer", "[TEXT]", CommitsChoice,
		"answers 200 with that text, or with nothing"},
		nil, answerText},
	{FaultInfo{"encoded", "NAME", CommitsAlways,
		"says Content-Encoding NAME of the answer, which is compressed if NAME is gzip or deflate"},
		checkHeader, answerEncoded},
	{FaultInfo{"bom", "", CommitsAlways,
		"puts a byte order mark before the answer"},
		nil, func(x *exchange, _ *hit, a *answer) {
			contentType, b := a.encode(x.answerType())
			x.send(a.status, contentType, append([]byte("\ufeff"), b...))
		}},
	{FaultInfo{sameId, "", CommitsAlways,
		"books under the id of the last booking"},
		nil, func(x *exchange, _ *hit, a *answer) { x.write(a) }},
	{FaultInfo{"extra", "[TEXT]", CommitsAlways,
		"sends TEXT after the answer, or the answer twice, and serves the connection on"},
		nil, answerExtra},
	{FaultInfo{"reset", "", CommitsChoice,
		"resets the connection without an answer"},
		nil, func(x *exchange, _ *hit, _ *answer) { x.writeAndClose(nil, true) }},
	{FaultInfo{resetInRequest, "", CommitsNever,
		"resets the connection in the middle of the request's body"},
		nil, nil},
	{FaultInfo{"close", "", CommitsChoice,
		"closes the connection without an answer"},
		nil, func(x *exchange, _ *hit, _ *answer) { x.writeAndClose(nil, false) }},
	{FaultInfo{"close-after-answer", "[DURATION]", CommitsAlways,
		"says goodbye right behind an answer that does not announce it, and closes the connection DURATION later"},
		checkDuration, answerAndClose},
	{FaultInfo{"cut", "[unframed|reset]", CommitsAlways,
		"closes the connection in the middle of the answer; unframed: of one without a length; reset: by a reset"},
		checkOneOf("unframed", "reset"), func(x *exchange, f *hit, a *answer) {
			b := x.raw(a, f.value != "unframed")
			start := bytes.Index(b, []byte("\r\n\r\n")) + 4
			x.writeAndClose(b[:start+(len(b)-start)/2], f.value == "reset")
		}},
	{FaultInfo{"stall", "", CommitsChoice,
		"never answers; the connection stays open until the client leaves"},
		nil, func(x *exchange, _ *hit, _ *answer) { x.wait(-1); panic(http.ErrAbortHandler) }},
	{FaultInfo{"drip", "DURATION", CommitsAlways,
		"answers one byte at a time, at that interval"},
		checkDuration, answerDrip},
	{FaultInfo{"endless", "headers|body", CommitsChoice,
		"answers with headers or a body that never end"},
		checkOneOf("headers", "body"), answerEndless},
	{FaultInfo{"gzip-bomb", "", CommitsChoice,
		"answers with 1 MB of gzip that unpacks to 1 GiB"},
		nil, answerGzipBomb},
	{FaultInfo{"raw", "TEXT", CommitsChoice,
		"sends TEXT instead of an HTTP answer and closes the connection"},
		nil, func(x *exchange, f *hit, _ *answer) { x.writeAndClose([]byte(f.value), false) }},
}

func checkDuration(f *Fault) (err error) {
	from, to, span := strings.Cut(f.value, "..")
	if f.shortest, err = time.ParseDuration(from); err != nil || f.shortest < 0 {
		return wrong("%q is not a duration; want 200ms, 1.5s or 2m", from)
	}
	f.longest = f.shortest
	if span {
		if f.longest, err = time.ParseDuration(to); err != nil || f.longest < f.shortest {
			return wrong("%q is not a duration from %s up", to, from)
		}
	}
	return nil
}

func checkHeader(f *Fault) (err error) {
	if strings.ContainsFunc(f.value, func(c rune) bool { return c < ' ' || c > '~' }) {
		return wrong("%q cannot stand in a header", f.value)
	}
	if f.name[0] == '3' {
		if _, err := url.Parse(f.value); err != nil {
			return wrong("%q is not an address", f.value)
		}
	} else if ahead, ok := strings.CutPrefix(f.value, "date+"); ok {
		if f.shortest, err = time.ParseDuration(ahead); err != nil {
			return wrong("%q is not a duration; want 200ms, 1.5s or 2m", ahead)
		}
		f.longest = f.shortest
	}
	return nil
}

func checkStatus(f *Fault) error {
	if n, err := strconv.Atoi(f.value); err != nil || n < 200 || n > 999 {
		return wrong("%q is not a status from 200 to 999", f.value)
	}
	return nil
}

func checkOneOf(a, b string) func(*Fault) error {
	return func(f *Fault) error {
		if f.value != a && f.value != b {
			return wrong("%q is not known here; want %s or %s", f.value, a, b)
		}
		return nil
	}
}

func answerStatus(x *exchange, f *hit, _ *answer) {
	status, _ := strconv.Atoi(f.name) // parse has read it
	h := x.w.Header()
	switch {
	case f.value == "":
	case status/100 == 3:
		h.Set("Location", f.value)
	case f.value == "wait":
		h.Set("Retry-After", strconv.Itoa(int(math.Ceil(f.wait.Seconds()))))
	case strings.HasPrefix(f.value, "date+"):
		h.Set("Retry-After", time.Now().Add(f.shortest).UTC().Format(http.TimeFormat))
	default:
		h.Set("Retry-After", f.value)
	}
	if status == http.StatusNoContent || status == http.StatusNotModified {
		x.send(status, "", nil)
		return
	}
	x.write(withStatus(status))
}

func answerHTML(x *exchange, f *hit, _ *answer) {
	status, err := strconv.Atoi(f.value)
	if err != nil {
		status = http.StatusOK
	}
	x.write(webServerPage(status))
}

// answerText says the media type that the text looks like.
func answerText(x *exchange, f *hit, _ *answer) {
	contentType := x.answerType() + "; charset=utf-8"
	switch {
	case f.value == "":
		contentType = ""
	case strings.HasPrefix(f.value, "<"):
		contentType = "application/xml; charset=utf-8"
	}
	x.send(http.StatusOK, contentType, []byte(f.value))
}

func answerEncoded(x *exchange, f *hit, a *answer) {
	contentType, body := a.encode(x.answerType())
	var b bytes.Buffer
	var z io.WriteCloser
	switch f.value {
	case "gzip":
		z = gzip.NewWriter(&b)
	case "deflate":
		z = zlib.NewWriter(&b)
	}
	if z == nil {
		b.Write(body)
	} else if _, err := z.Write(body); errors.Join(err, z.Close()) != nil {
		panic("sandbox: a buffer takes everything")
	}
	x.w.Header().Set("Content-Encoding", f.value)
	x.send(a.status, contentType, b.Bytes())
}

// answerExtra sends more than one answer to one request. The server that has
// accepted the connection serves it on, so that the client may take what was
// left over for the answer to its next request.
func answerExtra(x *exchange, f *hit, a *answer) {
	b := x.raw(a, true)
	extra := []byte(f.value)
	if f.value == "" {
		extra = b
	}
	server, ok := x.r.Context().Value(http.ServerContextKey).(*http.Server)
	conn, done := x.hijack()
	if _, err := conn.Write(append(b, extra...)); err != nil || !ok {
		done()
		return
	}
	go func() { _ = server.Serve(&oneConn{Conn: conn}) }() // ends at once; the connection is served by a goroutine of the server's
}

// oneConn is a listener that accepts one connection.
type oneConn struct {
	net.Conn
	accepted bool
}

func (l *oneConn) Accept() (net.Conn, error) {
	if l.accepted {
		return nil, net.ErrClosed
	}
	l.accepted = true
	return l.Conn, nil
}

// Close implements [net.Listener]. The connection stays open.
func (l *oneConn) Close() error { return nil }

func (l *oneConn) Addr() net.Addr { return l.LocalAddr() }

func answerAndClose(x *exchange, f *hit, a *answer) {
	conn, done := x.hijack()
	defer done()
	if _, err := conn.Write(x.raw(a, true)); err != nil || f.value == "" {
		return
	}
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite() // fails only when the client has gone
	}
	x.wait(f.delay)
}

func answerDrip(x *exchange, f *hit, a *answer) {
	contentType, body := a.encode(x.answerType())
	x.w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	x.head(a.status, contentType, body)
	out := http.NewResponseController(x.w)
	for i := range body {
		if _, err := x.w.Write(body[i : i+1]); err != nil {
			return
		}
		if err := out.Flush(); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
		if !x.wait(f.delay) {
			panic(http.ErrAbortHandler)
		}
	}
}

func answerEndless(x *exchange, f *hit, _ *answer) {
	if f.value == "headers" {
		conn, done := x.hijack()
		defer done()
		x.req.Status = http.StatusOK
		b := []byte("HTTP/1.1 200 OK\r\n")
		for {
			if _, err := conn.Write(b); err != nil {
				return
			}
			b = []byte("X-More: " + strings.Repeat("z", 1000) + "\r\n")
		}
	}
	x.head(http.StatusOK, x.answerType()+"; charset=utf-8", nil)
	b := []byte(`"`)
	for x.r.Context().Err() == nil && x.s.closing.Err() == nil {
		if _, err := x.w.Write(b); err != nil {
			break
		}
		b = bytes.Repeat([]byte("z"), 16<<10)
	}
	panic(http.ErrAbortHandler)
}

// answerGzipBomb sends 1 MiB of spaces a thousand times; gzip files one after
// the other are one file.
func answerGzipBomb(x *exchange, _ *hit, _ *answer) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(bytes.Repeat([]byte(" "), 1<<20)); errors.Join(err, z.Close()) != nil {
		panic("sandbox: a buffer takes everything")
	}
	x.w.Header().Set("Content-Encoding", "gzip")
	x.head(http.StatusOK, x.answerType()+"; charset=utf-8", nil)
	for range 1 << 10 {
		if _, err := x.w.Write(b.Bytes()); err != nil {
			return
		}
	}
}
