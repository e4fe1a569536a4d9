package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"

	"vitec-import/vitec"
)

// maxBody is the largest body that is read, ASP.NET's own limit.
const maxBody = 4 << 20

// exchange is one request to the API and what becomes of it.
type exchange struct {
	s      *Server
	w      http.ResponseWriter
	r      *http.Request
	req    Request // what will be remembered
	noPath *answer // what is said of a path that is not the call's
	sameId bool

	// For the transcript.
	body       []byte
	sent       []byte // what was written, a whole body or raw bytes
	sentType   string
	retryAfter string
	location   string
}

// serve takes a request from its header to its answer. The order matters: the
// whole body has been read before a fault of the answer strikes, so that
// "before commit" is a request that arrived and was not processed; and the
// commit stands before anything is written, so that "after commit" is exact.
func (x *exchange) serve() {
	delays, fault := x.s.rules.Load().strike(&x.req)
	for _, d := range delays {
		x.req.Delayed = append(x.req.Delayed, d.text)
	}
	if fault != nil && fault.deed.inRequest {
		x.struck(fault)
		x.resetInRequest()
		return
	}
	body, tooLarge, ok := x.readBody()
	if !ok {
		panic(http.ErrAbortHandler) // the client left in mid-body: there is nobody to answer
	}
	x.body = body
	x.hold(delays, false)

	if fault != nil && !fault.deed.sameId && !fault.processes() {
		x.struck(fault)
		fault.deed.play(x, fault, nil)
		return
	}
	x.sameId = fault != nil && fault.deed.sameId
	a := tooLarge
	if a == nil {
		a = x.process(body)
	}
	x.req.Commit = a.commit
	if a.commit != 0 {
		x.hold(delays, true)
	}
	switch {
	case fault == nil, a.commit == 0 && fault.deed.Commits == CommitsChoice:
		x.answer(a)
	case fault.deed.sameId:
		if a.commit != 0 {
			x.struck(fault)
		}
		x.answer(a)
	default:
		x.struck(fault)
		fault.deed.play(x, fault, a)
	}
}

// processes says whether a struck request is processed.
func (r *rule) processes() bool {
	return r.deed.Commits == CommitsAlways || r.AfterCommit
}

func (x *exchange) struck(b *blow) { x.req.Fault = b.text }

// hold waits for the latencies of one side of the commit. A client that leaves
// meanwhile changes nothing: its request is in the server's hands.
func (x *exchange) hold(delays []blow, afterCommit bool) {
	for _, d := range delays {
		if d.AfterCommit != afterCommit {
			continue
		}
		t := time.NewTimer(d.delay())
		select {
		case <-t.C:
		case <-x.s.closing.Done():
			t.Stop()
			panic(http.ErrAbortHandler)
		}
	}
}

// readBody reads the whole body. ok is false if it did not arrive in full.
func (x *exchange) readBody() (body []byte, tooLarge *answer, ok bool) {
	if x.r.ContentLength > maxBody {
		return nil, refused(http.StatusRequestEntityTooLarge, "Begäran är för stor."), true
	}
	var b bytes.Buffer
	if n := x.r.ContentLength; n > 0 {
		b.Grow(int(n) + bytes.MinRead) // room for ReadFrom to meet the end in
	}
	_, err := b.ReadFrom(http.MaxBytesReader(x.w, x.r.Body, maxBody))
	if tooBig := (*http.MaxBytesError)(nil); errors.As(err, &tooBig) {
		return nil, refused(http.StatusRequestEntityTooLarge, "Begäran är för stor."), true
	}
	return b.Bytes(), nil, err == nil
}

// process does what the API does with a whole request: it lets the caller in,
// reads the body, and books.
func (x *exchange) process(b []byte) *answer {
	if x.noPath != nil {
		return x.noPath
	}
	if x.r.Method != http.MethodPost {
		a := refused(http.StatusMethodNotAllowed, fmt.Sprintf("Den begärda resursen stöder inte HTTP-metoden %s.", x.r.Method))
		a.header = [2]string{"Allow", http.MethodPost}
		return a
	}
	target := x.req.Target
	username, password, _ := x.r.BasicAuth()
	in, right := x.s.config.authorise(username, password, target.CustomerId)
	if !in {
		return unauthorised()
	}
	if !right || x.s.config.closed(target.CustomerId) {
		return forbidden()
	}
	mediaType, charset, ok := requestType(x.r.Header.Get("Content-Type"))
	if len(b) == 0 {
		return invalid(modelState(nil).add("participant", "En begärandetext krävs."))
	}
	if !ok {
		return refused(http.StatusUnsupportedMediaType, fmt.Sprintf("Begärandeenhetens medietyp %q stöds inte för den här resursen.", mediaType))
	}
	var participant vitec.AddNewViewingParticipant
	var complaints modelState
	var err error
	format := "json"
	if text := decodeText(b, charset); mediaType == "application/json" || mediaType == "text/json" {
		complaints, err = readJSON(text, &participant)
	} else {
		format = "xml"
		err = readXML(text, &participant)
	}
	if err != nil {
		return invalid(modelState(nil).add("participant", "Begärandetexten kunde inte läsas."))
	}
	if complaints != nil {
		return invalid(complaints)
	}
	return x.s.office.book(order{target: target, body: &participant, format: format, request: x.req.Number, sameId: x.sameId})
}

func unauthorised() *answer {
	a := refused(http.StatusUnauthorized, "Auktorisering har nekats för den här begäran.")
	a.header = [2]string{"WWW-Authenticate", `Basic realm="Vitec Connect"`}
	return a
}

func forbidden() *answer {
	return refused(http.StatusForbidden, "Åtkomst till begärda data saknas.")
}

// answerType is what the request wants to be answered in.
func (x *exchange) answerType() string {
	return answerType(x.r.Header.Values("Accept"), x.r.Header.Get("Content-Type"))
}

// answer writes a true answer.
func (x *exchange) answer(a *answer) {
	contentType, b := a.encode(x.answerType())
	if a.header[0] != "" {
		x.w.Header().Set(a.header[0], a.header[1])
	}
	x.send(a.status, contentType, b)
}

// send writes a whole answer.
func (x *exchange) send(status int, contentType string, b []byte) {
	x.head(status, contentType)
	x.sent = b
	if len(b) > 0 && x.r.Method != http.MethodHead {
		// A write fails only when the client has gone, who misses nothing.
		_, _ = x.w.Write(b)
	}
}

// head writes the header of an answer.
func (x *exchange) head(status int, contentType string) {
	h := x.w.Header()
	h.Set("Cache-Control", "no-cache")
	if contentType != "" {
		h.Set("Content-Type", contentType)
	} else {
		h["Content-Type"] = nil // or net/http guesses one
	}
	x.sentType = contentType
	if status != http.StatusOK {
		x.retryAfter, x.location = h.Get("Retry-After"), h.Get("Location")
	}
	x.req.Status = status
	x.w.WriteHeader(status)
}

// raw is a true answer as it goes over the wire, with or without its length.
func (x *exchange) raw(a *answer, framed bool) []byte {
	contentType, body := a.encode(x.answerType())
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\nContent-Type: %s\r\nDate: %s\r\n", a.status, http.StatusText(a.status),
		contentType, time.Now().UTC().Format(http.TimeFormat))
	if framed {
		b.WriteString("Content-Length: " + strconv.Itoa(len(body)) + "\r\n")
	}
	b.WriteString("\r\n")
	b.Write(body)
	x.req.Status = a.status
	return b.Bytes()
}

// cutOff writes some bytes to the connection and ends it, in order or by a reset.
func (x *exchange) cutOff(b []byte, reset bool) {
	conn, done := x.hijack()
	defer done()
	x.sent = b
	if len(b) > 0 {
		if _, err := conn.Write(b); err != nil {
			return // the client has gone before
		}
	}
	if reset {
		closeByReset(conn)
	}
}

// resetInRequest reads half of the body and resets the connection.
func (x *exchange) resetInRequest() {
	_, err := io.CopyN(io.Discard, x.r.Body, max(x.r.ContentLength/2, 0))
	if err != nil && !errors.Is(err, io.EOF) {
		panic(http.ErrAbortHandler)
	}
	x.cutOff(nil, true)
}

// hijack takes the connection over until done, which closes it. Closing the
// server ends it too. Where there is no connection to be had, as in HTTP/2,
// the exchange is aborted, which is as near as can be.
func (x *exchange) hijack() (conn net.Conn, done func()) {
	conn, _, err := http.NewResponseController(x.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	stop := context.AfterFunc(x.s.closing, func() { conn.Close() })
	return conn, func() {
		stop()
		conn.Close()
	}
}

// closeByReset ends a connection with a reset. Under TLS, that goes past the
// layer that would say goodbye first.
func closeByReset(conn net.Conn) {
	if outer, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = outer.NetConn()
	}
	if tcp, ok := conn.(interface{ SetLinger(int) error }); ok {
		_ = tcp.SetLinger(0) // fails only on a connection that is gone
	}
	conn.Close()
}

// wait waits, without end if d is negative. It is false when the client left
// or the server closes.
func (x *exchange) wait(d time.Duration) bool {
	var after <-chan time.Time
	if d >= 0 {
		t := time.NewTimer(d)
		defer t.Stop()
		after = t.C
	}
	select {
	case <-after:
		return true
	case <-x.r.Context().Done():
	case <-x.s.closing.Done():
	}
	return false
}

// present says that neither side has gone.
func (x *exchange) present() bool {
	return x.r.Context().Err() == nil && x.s.closing.Err() == nil
}
